-- Alarms step by step (`watch` in quakedesk.yaml), who is on duty, and what one shift tells the next.

-- An alarm's steps are counted anew (round) when it rings again for whoever had acknowledged it. begun_at: when the first step
-- of the round was taken, in real time; raised_at may be a scenario's.
alter table alarm add column round integer not null default 0;
alter table alarm add column step integer not null default 0;
alter table alarm add column begun_at timestamptz;

-- Whoever raises an alarm again sets repeat_at to now: without steps that is one ring more. With steps it must neither hasten
-- the next one nor put it off; only what was acknowledged, or has gone through all its steps, begins with the first again.
create function keep_alarm_steps() returns trigger language plpgsql as $$
begin
  if old.step = 0 or new.step <> old.step or new.acknowledged_at is not null or new.cleared_at is not null then
    return new;
  end if;
  if old.acknowledged_at is null and old.repeat_at is not null then
    new.repeat_at := old.repeat_at;
  elsif new.repeat_at is not null then
    new.round := old.round + 1;
    new.step := 0;
    new.begun_at := null;
  end if;
  return new;
end $$;
create trigger alarm_steps before update on alarm for each row execute function keep_alarm_steps();

-- One row per step that fell due: it is there before anything leaves, and is over when everybody it names was told, when it was
-- tried often enough, or when nobody waits for it any more. Whoever sends it holds it by a lease that ends with a crash.
create table alarm_step (
  alarm_id text not null references alarm (id),
  round integer not null,
  step integer not null,
  due_at timestamptz not null,
  lease_until timestamptz not null,
  tries integer not null default 0,
  -- Outlets that took it; a further try spares them.
  told text[] not null default '{}',
  over_at timestamptz,
  primary key (alarm_id, round, step)
);
create index alarm_step_open on alarm_step (lease_until) where over_at is null;

-- Who is on duty from when to when; several at once. Taken off the roster is not deleted: it was agreed once.
create table shift (
  id text primary key,
  account_id text not null references account (id),
  role text not null check (role in ('duty', 'lead')),
  begins_at timestamptz not null,
  ends_at timestamptz not null,
  made_by text not null,
  made_at timestamptz not null,
  removed_by text,
  removed_at timestamptz,
  check (ends_at > begins_at)
);
create index shift_standing on shift (ends_at) where removed_at is null;

create table handover (
  id text primary key,
  account_id text not null references account (id),
  words text not null check (length(words) between 1 and 2000),
  written_at timestamptz not null
);
create index handover_written on handover (written_at);

create table handover_read (
  handover_id text not null references handover (id),
  account_id text not null references account (id),
  read_at timestamptz not null,
  primary key (handover_id, account_id)
);

grant update (round, step, begun_at) on alarm to quakedesk_app;
grant select, insert on alarm_step, shift, handover, handover_read to quakedesk_app;
grant update (lease_until, tries, told, over_at) on alarm_step to quakedesk_app;
grant update (removed_by, removed_at) on shift to quakedesk_app;
