-- Web push: who asked to be told, and how far each word has come. What is personal stands in push_subscription alone and
-- goes with its row; nothing of it is ever in the journal (DESIGN L5).

create table push_subscription (
  id text primary key,
  -- What the sender counts by. It says nothing about anyone once the row is gone.
  number bigint generated always as identity unique,
  outlet_id text not null,
  class traffic_class not null,
  -- Keyed hash and sealed text: both need the key of the data folder, which is in no backup of the database.
  endpoint_hash bytea not null,
  endpoint bytea not null,
  -- https://host of the push service: shared by all of its users.
  origin text not null,
  p256dh bytea not null check (octet_length(p256dh) = 65),
  auth bytea not null check (octet_length(auth) = 16),
  -- Raised when the browser brings other keys; what was prepared for the old ones is useless.
  key_version integer not null default 1,
  preferences jsonb not null,
  -- {version, language, at}: which text was agreed to (PIPL 14).
  consent jsonb not null,
  created_at timestamptz not null,
  renewed_at timestamptz not null,
  last_ok_at timestamptz,
  foreign key (outlet_id, class) references outlet (id, class),
  unique (outlet_id, endpoint_hash)
);
create index push_subscription_number on push_subscription (outlet_id, number);

-- One word on its way to all subscribers of an outlet; a digest has no delivery.
create table push_broadcast (
  id text primary key,
  delivery_id text unique references delivery (id),
  notice_id text references notice (id),
  outlet_id text not null,
  class traffic_class not null,
  -- The quake's, or its digests': Topic at the service and tag on the device, so that a newer word takes its place.
  topic text not null,
  content jsonb not null,
  priority smallint not null,
  issued_at timestamptz not null,
  -- Real time, whatever a scenario's clock says: services and leases run by it.
  handed_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  -- Subscriptions up to this number have been asked what they want.
  cursor bigint not null default 0,
  state text not null default 'planning' check (state in ('planning', 'sending', 'done', 'replaced')),
  sent integer not null default 0,
  gone integer not null default 0,
  failed integer not null default 0,
  done_at timestamptz,
  foreign key (outlet_id, class) references outlet (id, class)
);
create index push_broadcast_open on push_broadcast (handed_at) where state in ('planning', 'sending');
create index push_broadcast_topic on push_broadcast (outlet_id, topic);

-- Some hundred subscribers of one push service. Written before the first of them is sent to (DESIGN L1), so that after a
-- crash the same ones are sent to again, and so that later words about the quake find everyone who was told.
create table push_batch (
  broadcast_id text not null references push_broadcast (id) on delete cascade,
  n integer not null,
  origin text not null,
  told bigint[] not null,
  -- Those of them that are not settled.
  open bigint[] not null,
  tries integer not null default 0,
  due_at timestamptz not null default clock_timestamp(),
  lease_owner text not null default '',
  lease_until timestamptz,
  primary key (broadcast_id, n)
);
create index push_batch_open on push_batch (due_at) where open <> '{}';

-- Those who chose to be told of a sequence's smaller shocks together.
create table push_gathered (
  broadcast_id text not null references push_broadcast (id) on delete cascade,
  n integer not null,
  -- Topic of the main shock.
  sequence text not null,
  told bigint[] not null,
  digest_id text references push_broadcast (id) on delete cascade,
  primary key (broadcast_id, n)
);
create index push_gathered_waiting on push_gathered (sequence) where digest_id is null;

grant select, insert, delete on push_subscription, push_broadcast, push_batch, push_gathered to quakedesk_app;
grant update (endpoint, p256dh, auth, key_version, preferences, consent, renewed_at, last_ok_at) on push_subscription
  to quakedesk_app;
grant update (cursor, state, sent, gone, failed, done_at) on push_broadcast to quakedesk_app;
grant update (open, tries, due_at, lease_owner, lease_until) on push_batch to quakedesk_app;
grant update (digest_id) on push_gathered to quakedesk_app;
