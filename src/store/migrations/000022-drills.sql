-- Drills as they were planned, run and scored, kept for ever; and who somebody was at a time, for the record of an event.

-- Times in the lane's own clock stand with the notices; here every instant is real, and `clock` says how the drill's ran beside it.
create table drill (
  id text primary key,
  scenario text not null,
  title text not null,
  planned_for timestamptz not null,
  -- people: the participants act at the desk; scenario: the scenario's own acts are carried out.
  acts text not null check (acts in ('people', 'scenario')),
  note text not null default '' check (length(note) <= 500),
  -- Seconds by step.
  goals jsonb not null,
  participants text[] not null check (cardinality(participants) between 0 and 40),
  planned_by text not null,
  planned_at timestamptz not null,
  state text not null default 'planned' check (state in ('planned', 'running', 'ended', 'aborted', 'cancelled')),
  run text unique check (run ~ '^[0-9a-f]{8}$'),
  started_by text,
  started_at timestamptz,
  -- [{real, drill}]: from the one instant on, the drill's clock goes on from the other.
  clock jsonb not null default '[]',
  stop_by text,
  stop_how text check (stop_how in ('ended', 'aborted')),
  stop_why text not null default '',
  ended_at timestamptz,
  ended_by text,
  ended_why text not null default '',
  report jsonb,
  check ((state in ('ended', 'aborted', 'cancelled')) = (ended_at is not null))
);
create index drill_listed on drill (planned_for desc, id);
-- One at a time, on whichever node.
create unique index drill_one_runs on drill (state) where state = 'running';

create trigger drill_stays before update on drill
  for each row when (old.ended_at is not null) execute function refuse_change();
create trigger drill_kept before delete on drill for each row execute function refuse_change();
create trigger drill_no_truncate before truncate on drill for each statement execute function refuse_change();

grant select, insert on drill to quakedesk_app;
grant update (state, run, started_by, started_at, clock, stop_by, stop_how, stop_why, ended_at, ended_by, ended_why, report)
  on drill to quakedesk_app;

-- Name, organisation and roles of an account from an instant on: a record of two years ago names people as they were.
create table account_history (
  id bigint generated always as identity primary key,
  account_id text not null references account (id),
  since timestamptz not null default clock_timestamp(),
  name text not null,
  organisation text not null,
  roles text[] not null
);
create index account_history_account on account_history (account_id, since);

create function note_account() returns trigger language plpgsql as $$
begin
  insert into account_history (account_id, name, organisation, roles)
  select new.id, new.name, o.name, new.roles from organisation o where o.id = new.organisation_id;
  return null;
end $$;
create trigger account_noted after insert on account for each row execute function note_account();
create trigger account_noted_again after update on account for each row
  when (old.name <> new.name or old.organisation_id <> new.organisation_id or old.roles <> new.roles)
  execute function note_account();

create function note_organisation() returns trigger language plpgsql as $$
begin
  insert into account_history (account_id, name, organisation, roles)
  select a.id, a.name, new.name, a.roles from account a where a.organisation_id = new.id;
  return null;
end $$;
create trigger organisation_noted after update on organisation for each row
  when (old.name <> new.name) execute function note_organisation();

insert into account_history (account_id, since, name, organisation, roles)
  select a.id, a.created_at, a.name, o.name, a.roles from account a join organisation o on o.id = a.organisation_id;

create trigger account_history_stays before update or delete on account_history
  for each row execute function refuse_change();
create trigger account_history_no_truncate before truncate on account_history
  for each statement execute function refuse_change();

grant select, insert on account_history to quakedesk_app;
grant usage on all sequences in schema public to quakedesk_app;

-- What belongs to one event is asked for by these.
create index hold_quake on hold (quake_id);
create index alarm_subject on alarm (subject);
create index lineage_quake on lineage (quake_id);
