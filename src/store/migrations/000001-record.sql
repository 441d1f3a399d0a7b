-- The record: what was received and decided. Rows are the truth; NOTIFY is a hint (DESIGN L1).
-- Owned by the owner role; the program role gets the least it needs in the last of these files.

create type traffic_class as enum ('actual', 'drill', 'test');

-- One row; its lock serialises commits that decide something, its number tells a node that its picture is old.
create table ledger_head (
  one boolean primary key default true check (one),
  version bigint not null default 0
);
insert into ledger_head default values;

create table setting (
  key text primary key,
  value jsonb not null,
  changed_at timestamptz not null default now()
);

-- Feeds and inbound doors, with what must survive a restart.
create table source (
  id text primary key,
  format text not null,
  authority text not null,
  seeded_at timestamptz,
  last_ok_at timestamptz,
  last_changed_at timestamptz,
  etag text not null default '',
  last_modified text not null default '',
  body_sha256 text not null default ''
);

create table raw_payload (
  id bigint generated always as identity primary key,
  source text not null,
  transport text not null,
  class traffic_class not null,
  received_at timestamptz not null,
  content_type text not null default '',
  sha256 text not null,
  bytes bytea not null
);

create table quake (
  id text primary key,
  class traffic_class not null,
  created_at timestamptz not null,
  merged_into text references quake (id),
  pinned_report_id text,
  origin_at timestamptz,
  latitude double precision,
  longitude double precision,
  unique (id, class)
);
create index quake_origin on quake (class, origin_at);

create table report (
  id text primary key,
  raw_id bigint references raw_payload (id),
  row_no integer not null,
  source text not null,
  authority text not null,
  class traffic_class not null,
  received_at timestamptz not null,
  row_key text not null,
  fingerprint text not null,
  lifecycle text not null,
  source_event_id text not null,
  agency text not null,
  source_code text not null,
  evaluation text not null,
  kind text not null,
  origin_at timestamptz,
  latitude double precision,
  longitude double precision,
  depth_km double precision,
  magnitude numeric,
  magnitude_type text,
  place text not null,
  body jsonb not null,
  seq bigint generated always as identity
);
create index report_key on report (source, row_key, seq);
create index report_origin on report (origin_at);

-- Which quake a report belongs to; a person's merge or split moves it, the report itself never changes.
create table report_quake (
  report_id text primary key references report (id),
  quake_id text not null references quake (id)
);
create index report_quake_quake on report_quake (quake_id);

create table refused_row (
  id bigint generated always as identity primary key,
  raw_id bigint references raw_payload (id),
  source text not null,
  row_no integer not null,
  rule text not null,
  reason text not null,
  at timestamptz not null
);

-- A person's word that a source id belongs to a quake, for ever (feeds.md §3).
create table binding (
  id bigint generated always as identity primary key,
  source text not null,
  base_id text not null,
  quake_id text not null references quake (id),
  actor text not null,
  at timestamptz not null
);

create table decision (
  id bigint generated always as identity primary key,
  quake_id text references quake (id),
  report_id text references report (id),
  at timestamptz not null,
  association text not null,
  act text not null,
  gate text not null default '',
  reason text not null default '',
  gates jsonb not null default '[]'
);
create index decision_quake on decision (quake_id, id);

create table hold (
  id text primary key,
  quake_id text not null references quake (id),
  report_id text references report (id),
  class traffic_class not null,
  notice_kind text not null,
  gate text not null,
  reason text not null,
  state text not null check (state in ('open', 'veto', 'waiting', 'released', 'dismissed', 'resolved')),
  since timestamptz not null,
  due_at timestamptz,
  closed_at timestamptz,
  closed_by text,
  closed_why text
);
create index hold_open on hold (state) where state in ('open', 'veto', 'waiting');
create unique index hold_one_open on hold (quake_id) where state in ('open', 'veto', 'waiting');

