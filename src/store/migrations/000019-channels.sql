-- The bureau's accounts at platforms (账号登记), credentials entered at the desk, and posts that people make by hand.

-- Spoke before there was a register: it goes on speaking and is said to lack its entry. No upgrade silences a bureau.
alter table outlet add column inherited boolean not null default false;
update outlet set inherited = true where class = 'actual' and mode = 'live' and not retired;

-- One account's way: applied for, approved by another person, running, adjusted, closed (国办发〔2018〕123号). Names of people
-- stay here; the journal knows accounts by id alone (DESIGN L5).
create table channel_entry (
  id text primary key,
  outlet_id text not null references outlet (id),
  state text not null check (state in ('applied', 'approved', 'running', 'adjusting', 'closing', 'closed', 'turned-down')),
  account_name text not null check (length(account_name) between 1 and 60),
  responsible text not null check (length(responsible) between 1 and 40),
  purpose text not null check (length(purpose) between 1 and 200),
  -- An adjustment that waits for its approval: the same three, as they are to be.
  proposed jsonb,
  -- Who asked for what is to be approved next: nobody approves their own.
  asked_by text not null references account (id),
  asked_at timestamptz not null,
  approval_number text not null default '',
  approved_by text references account (id),
  approved_at timestamptz,
  started_at timestamptz,
  closed_at timestamptz,
  check (approved_by is null or approved_by <> asked_by)
);
create unique index channel_entry_open on channel_entry (outlet_id) where state not in ('closed', 'turned-down');

create table channel_step (
  id bigint generated always as identity primary key,
  entry_id text not null references channel_entry (id),
  step text not null,
  state text not null,
  account_id text not null references account (id),
  number text not null default '',
  words text not null default '',
  at timestamptz not null
);
create index channel_step_entry on channel_step (entry_id, id);

-- Whether an outlet that needs an entry may say a first word (core/channel-register.ts, speaks).
create function is_admitted(outlet_ text) returns boolean language sql stable as $$
  select exists (select from outlet o where o.id = outlet_ and o.inherited)
    or exists (select from channel_entry e where e.outlet_id = outlet_ and e.state in ('running', 'adjusting', 'closing'))
$$;

-- Sealed under the installation's key together with its outlet and name, so that a row put in another's place opens nothing.
create table outlet_credential (
  outlet_id text not null references outlet (id),
  name text not null,
  sealed bytea not null,
  ends_at timestamptz,
  set_by text not null,
  set_at timestamptz not null,
  primary key (outlet_id, name)
);

-- A person who has taken a text to post it by hand. One at a time: two people with one text would be two posts (DESIGN L2).
create table hand_post (
  id text primary key,
  delivery_id text not null references delivery (id),
  taken_by text not null,
  taken_at timestamptz not null,
  ended_at timestamptz
);
create unique index hand_post_open on hand_post (delivery_id) where ended_at is null;

-- When each outlet last got through, for the desk; and what waits for a person there.
create index delivery_accepted on delivery (outlet_id, accepted_at) where accepted_at is not null;
create index delivery_failed on delivery (changed_at) where state = 'failed';

grant select, insert on channel_entry, channel_step, outlet_credential, hand_post to quakedesk_app;
grant update (state, account_name, responsible, purpose, proposed, asked_by, asked_at, approval_number, approved_by, approved_at,
  started_at, closed_at) on channel_entry to quakedesk_app;
grant update (inherited) on outlet to quakedesk_app;
grant update (sealed, ends_at, set_by, set_at) on outlet_credential to quakedesk_app;
grant delete on outlet_credential to quakedesk_app;
grant update (ended_at) on hand_post to quakedesk_app;
grant usage on all sequences in schema public to quakedesk_app;
