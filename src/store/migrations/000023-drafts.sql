-- What people write: drafts, every version of them, and who approved which. A notice that is made of a draft settles it in the
-- same commit, so that a draft is spoken once or not at all (DESIGN L2).

create table draft (
  id text primary key,
  kind text not null check (kind in ('bulletin', 'no-quake', 'science', 'announcement')),
  level text not null check (level in ('daily', 'ordinary', 'weighty')),
  -- The quake that a bulletin is about.
  quake_id text references quake (id),
  -- Outlets beside the website, which carries all of them.
  outlets text[] not null,
  fields jsonb not null,
  version integer not null,
  -- SHA-256 over kind, level, quake, outlets, fields and version: what was approved.
  hash text not null,
  state text not null check (state in ('draft', 'review', 'approved', 'scheduled', 'missed', 'released', 'discarded')),
  hands text[] not null,
  due_at timestamptz,
  scheduled_by text,
  -- Why it was sent back, or not let out.
  reason text not null default '',
  created_at timestamptz not null,
  edited_by text not null,
  edited_at timestamptz not null,
  -- Null where the approval is no longer, or not yet, whole.
  approved_at timestamptz,
  notice_id text unique references notice (id),
  lineage_id text unique references lineage (id),
  released_by text,
  released_at timestamptz,
  check ((state = 'scheduled') = (due_at is not null)),
  check ((state = 'released') = (notice_id is not null))
);
create index draft_due on draft (due_at) where state = 'scheduled';
create index draft_quake on draft (quake_id) where quake_id is not null;
create index draft_open on draft (edited_at desc) where state not in ('released', 'discarded');
create index draft_ended on draft (edited_at desc) where state in ('released', 'discarded');

create table draft_version (
  draft_id text not null references draft (id),
  version integer not null,
  level text not null,
  quake_id text,
  outlets text[] not null,
  fields jsonb not null,
  hash text not null,
  made_by text not null,
  made_at timestamptz not null,
  primary key (draft_id, version)
);

-- One person's answer to one version: the four questions, and whether it passes.
create table draft_review (
  id bigint generated always as identity primary key,
  draft_id text not null,
  version integer not null,
  account_id text not null,
  step text not null,
  passed boolean not null,
  ticks text[] not null,
  note text not null default '' check (length(note) <= 400),
  at timestamptz not null,
  foreign key (draft_id, version) references draft_version (draft_id, version)
);
-- Nobody passes one version twice.
create unique index draft_review_once on draft_review (draft_id, version, account_id) where passed;

create function settle_draft() returns trigger language plpgsql as $$
begin
  update draft set state = 'released', notice_id = new.id, lineage_id = new.lineage_id, released_by = new.actor,
    released_at = new.issued_at, due_at = null
  where id = new.facts #>> '{draft,id}' and hash = new.facts #>> '{draft,hash}'
    and state in ('approved', 'scheduled', 'missed') and approved_at is not null;
  if not found then
    raise exception 'draft % is not what was approved', new.facts #>> '{draft,id}';
  end if;
  return null;
end $$;
create trigger notice_of_draft after insert on notice for each row when (new.facts ? 'draft')
  execute function settle_draft();

grant select, insert on draft, draft_version, draft_review to quakedesk_app;
grant update (level, quake_id, outlets, fields, version, hash, state, hands, due_at, scheduled_by, reason, edited_by, edited_at,
  approved_at, notice_id, lineage_id, released_by, released_at) on draft to quakedesk_app;
grant usage on all sequences in schema public to quakedesk_app;
