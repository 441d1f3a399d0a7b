-- Posts taken down after a withdrawal: one person asks, another confirms, the platform is asked under a lease (DESIGN §6
-- "Withdrawal": deleting is a second act by a second person). The post itself is delivery.removed_at.

create table removal (
  id text primary key,
  delivery_id text not null,
  class traffic_class not null,
  state text not null default 'asked' check (state in ('asked', 'declined', 'confirmed', 'removed', 'failed')),
  why text not null check (length(why) <= 200),
  asked_by text not null,
  asked_at timestamptz not null,
  decided_by text,
  decided_at timestamptz,
  -- What the platform said last; '' before.
  reason text not null default '',
  tries integer not null default 0,
  due_at timestamptz,
  lease_until timestamptz,
  ended_at timestamptz,
  foreign key (delivery_id) references delivery (id),
  -- Nobody confirms what they have asked for themselves; whoever asked may take it back.
  check (state in ('asked', 'declined') or (decided_by is not null and decided_by <> asked_by))
);
-- A post is asked about once at a time, and not again once it is gone.
create unique index removal_standing on removal (delivery_id) where state in ('asked', 'confirmed', 'removed');
create index removal_due on removal (due_at) where state = 'confirmed';

grant select, insert on removal to quakedesk_app;
grant update (state, decided_by, decided_at, reason, tries, due_at, lease_until, ended_at) on removal to quakedesk_app;
