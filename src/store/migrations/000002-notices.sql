-- What was said and tried, and everything around it: notices, deliveries, attempts, budgets, alarms, pages.

create table serial_counter (
  class traffic_class not null,
  year integer not null,
  last integer not null,
  primary key (class, year)
);

create table lineage (
  id text primary key,
  class traffic_class not null,
  quake_id text references quake (id),
  year integer not null,
  number integer not null,
  serial text not null unique,
  unique (class, year, number),
  unique (id, class)
);

create table authorisation (
  id text primary key,
  template text not null,
  sha256 text not null,
  body jsonb not null,
  recorded_at timestamptz not null
);

create table notice (
  id text primary key,
  code text not null unique,
  class traffic_class not null,
  lineage_id text not null,
  report_no integer not null,
  kind text not null,
  supersedes text references notice (id),
  quake_id text references quake (id),
  report_id text references report (id),
  title text not null,
  text text not null,
  variants jsonb not null,
  facts jsonb not null,
  evaluation text not null,
  origin_at timestamptz,
  received_at timestamptz not null,
  decided_at timestamptz not null,
  issued_at timestamptz not null,
  authorisation_id text references authorisation (id),
  actor text not null,
  publication_level text not null default '',
  secrecy_review text not null default '',
  rule text not null default '',
  foreign key (lineage_id, class) references lineage (id, class),
  unique (lineage_id, report_no),
  unique (id, class)
);
create index notice_supersedes on notice (supersedes);
create index notice_issued on notice (issued_at desc, id);

-- An id keeps its lane for ever: budgets, tokens and switches are kept by the id alone.
create table outlet (
  id text not null unique,
  class traffic_class not null check (class in ('actual', 'drill')),
  channel text not null,
  mode text not null check (mode in ('live', 'rehearsal')),
  retired boolean not null default false,
  primary key (id, class)
);

-- The class stands in both keys: a drill notice cannot point at an actual outlet, by any hand (DESIGN L4).
create table delivery (
  id text primary key,
  notice_id text not null,
  class traffic_class not null,
  outlet_id text not null,
  leg text not null,
  priority smallint not null,
  state text not null check (state in ('queued', 'sending', 'pending', 'unknown', 'accepted', 'failed',
    'superseded', 'expired', 'cancelled', 'refused', 'rehearsal')),
  content jsonb not null,
  due_at timestamptz not null,
  lease_owner text not null default '',
  lease_until timestamptz,
  attempts integer not null default 0,
  progress jsonb not null default '{}',
  first_attempt_at timestamptz,
  absent_probes integer not null default 0,
  absent_since timestamptz,
  job text not null default '',
  ref text not null default '',
  url text,
  reason text not null default '',
  expires_at timestamptz,
  accepted_at timestamptz,
  seen_at timestamptz,
  removed_at timestamptz,
  changed_at timestamptz not null,
  foreign key (notice_id, class) references notice (id, class),
  foreign key (outlet_id, class) references outlet (id, class),
  unique (notice_id, outlet_id, leg)
);
create index delivery_due on delivery (due_at) where state in ('queued', 'sending', 'pending', 'unknown');
create index delivery_notice on delivery (notice_id);
create index delivery_leased on delivery (lease_until) where lease_until is not null;

create table attempt (
  delivery_id text not null references delivery (id),
  n integer not null,
  act text not null check (act in ('deliver', 'probe', 'check', 'remove')),
  node text not null,
  started_at timestamptz not null,
  finished_at timestamptz,
  outcome text not null default '',
  detail jsonb not null default '{}',
  primary key (delivery_id, n)
);
create index attempt_open on attempt (delivery_id) where finished_at is null;

-- Every call to a platform with a quota, booked before it is made; outlives restarts (channels.md §0.3).
create table call (
  id bigint generated always as identity primary key,
  outlet_id text not null,
  api text not null,
  at timestamptz not null
);
create index call_outlet on call (outlet_id, at);

create table outlet_box (
  outlet_id text not null,
  key text not null,
  value text not null,
  expires_at timestamptz not null,
  primary key (outlet_id, key)
);

create table kill_switch (
  id bigint generated always as identity primary key,
  outlet_id text not null, -- '*' is every outlet
  is_on boolean not null,
  actor text not null,
  reason text not null,
  at timestamptz not null
);

create table alarm (
  id text primary key,
  kind text not null,
  subject text not null,
  class traffic_class not null default 'actual',
  message text not null,
  raised_at timestamptz not null,
  repeat_at timestamptz,
  sent integer not null default 0,
  acknowledged_at timestamptz,
  acknowledged_by text,
  cleared_at timestamptz
);
create index alarm_open on alarm (repeat_at) where cleared_at is null and acknowledged_at is null;
create unique index alarm_one on alarm (kind, subject) where cleared_at is null;

-- Messages that a door or a platform may send again.
create table seen_message (
  door text not null,
  id text not null,
  at timestamptz not null,
  reply jsonb not null default '{}',
  primary key (door, id)
);

-- What the public process serves, byte for byte.
create table page (
  path text primary key,
  content_type text not null,
  status smallint not null default 200,
  etag text not null,
  body bytea not null,
  gzip bytea,
  changed_at timestamptz not null
);
