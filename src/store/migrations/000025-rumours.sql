-- Rumours: what people report (sightings), what is said in them (claims), which belongs to which, what was done with a claim
-- and by when. A sighting is never changed; what it said word for word and who sent it are sealed, because both name people.

create table claim (
  id text primary key,
  class text not null default 'actual' check (class in ('actual', 'drill')),
  title text not null check (length(title) between 1 and 60),
  -- What it asserts (core/rumour/kind.ts).
  kind text not null,
  -- Claims of one template with other facts share it: the id of the first.
  family_id text not null,
  risk smallint not null check (risk between 1 and 4),
  state text not null check (state in ('new', 'triage', 'verifying', 'awaiting-agency', 'drafting', 'signoff', 'approved', 'publishing',
    'published', 'published-partial', 'resurfaced', 'correction', 'monitoring', 'hold', 'dismissed', 'merged', 'closed')),
  -- Rises by one with every step: whoever acts on an older one is told.
  version integer not null default 1,
  evidence integer not null default 0,
  -- What is to be signed (core/rumour/signoff.ts SignedText); its draft stands in `draft`.
  text jsonb,
  -- Counts submissions: a signature belongs to one.
  submission integer not null default 0,
  approved_hash text,
  late_without text[] not null default '{}',
  merged_into text references claim (id),
  hold jsonb,
  asked_of text, asked_at timestamptz,
  referrals text[] not null default '{}',
  -- Who has it in hand.
  owner text references account (id),
  owned_at timestamptz,
  opened_at timestamptz not null, changed_at timestamptz not null,
  rested_at timestamptz,
  published_at timestamptz,
  unique (id, class),
  check ((state = 'merged') = (merged_into is not null)),
  check ((state = 'hold') = (hold is not null)),
  check (merged_into <> id)
);
create index claim_open on claim (risk desc, opened_at) where state not in ('closed', 'dismissed', 'merged');
create index claim_rested on claim (changed_at desc) where state in ('closed', 'dismissed', 'merged');
create index claim_merged on claim (merged_into) where merged_into is not null;

-- One report of a rumour. What is shown is without names, numbers and accounts.
create table sighting (
  id text primary key,
  class text not null default 'actual' check (class in ('actual', 'drill')),
  -- The receipt code is as good as a key: only its hash is kept.
  receipt_hash bytea not null unique,
  route text not null check (route in ('form', 'wechat', 'weibo', 'phone', 'agency', 'patrol', 'api', 'csv')),
  shown text not null check (length(shown) between 1 and 4000),
  stance text not null check (stance in ('spread', 'deny', 'ask')),
  kind text not null,
  url text check (length(url) <= 500),
  platform text not null default '' check (length(platform) <= 20),
  region text not null default '' check (length(region) <= 40),
  seen_at timestamptz,
  received_at timestamptz not null,
  -- Account of whoever entered it; 'public' for one from outside.
  taken_by text not null,
  -- SHA-256 of the sealed original's bytes before sealing.
  raw_sha256 text not null check (raw_sha256 ~ '^[0-9a-f]{64}$'),
  -- Opaque; what it stands for is in the vault.
  reporter_ref text,
  unique (id, class)
);
create index sighting_received on sighting (received_at desc);

-- Word for word, sealed under the installation's key.
create table sighting_raw (
  sighting_id text primary key references sighting (id),
  sealed bytea not null
);

-- How to reach whoever reported, sealed under a key of its own; gone when it has served its time.
create table reporter (
  ref text primary key,
  sealed bytea not null,
  purpose text not null check (length(purpose) <= 100),
  expires_at timestamptz not null
);
create index reporter_expires on reporter (expires_at);

-- Which claim a sighting belongs to, and how that came: the machine's own merges with score and slots (auto), the one that a
-- claim was opened by (opened), a suggestion that a person took (suggested), a person's own choice (person).
create table sighting_link (
  id bigint generated always as identity primary key,
  sighting_id text not null,
  claim_id text not null,
  class text not null,
  how text not null check (how in ('auto', 'opened', 'suggested', 'person')),
  score real,
  slots jsonb,
  rule_version text,
  by text not null,
  at timestamptz not null,
  ended_at timestamptz, ended_by text,
  foreign key (sighting_id, class) references sighting (id, class),
  foreign key (claim_id, class) references claim (id, class),
  check (how <> 'auto' or (score is not null and slots is not null and rule_version is not null)),
  check ((ended_at is null) = (ended_by is null))
);
create unique index sighting_link_one on sighting_link (sighting_id) where ended_at is null;
create index sighting_link_claim on sighting_link (claim_id, id) where ended_at is null;

create trigger sighting_link_ends_once before update on sighting_link
  for each row when (old.ended_at is not null) execute function refuse_change();

-- What may be the same claim (suggest), or the same template with other facts (family): a person decides.
create table claim_suggestion (
  sighting_id text not null references sighting (id),
  claim_id text not null references claim (id),
  band text not null check (band in ('suggest', 'family')),
  score real not null,
  slots jsonb not null,
  doubts text[] not null,
  rule_version text not null,
  at timestamptz not null,
  decided text check (decided in ('same', 'other')),
  decided_by text, decided_at timestamptz,
  primary key (sighting_id, claim_id),
  check ((decided is null) = (decided_by is null) and (decided is null) = (decided_at is null))
);
create index claim_suggestion_claim on claim_suggestion (claim_id);
create trigger claim_suggestion_decided_once before update on claim_suggestion
  for each row when (old.decided is not null) execute function refuse_change();

-- Every step of a claim, in order; the version makes two at once impossible. The journal has the same without the words.
create table claim_step (
  claim_id text not null references claim (id),
  version integer not null,
  event text not null,
  from_state text not null,
  to_state text not null,
  actor text not null,
  account text not null,
  second text,
  reason text not null default '' check (length(reason) <= 400),
  at timestamptz not null,
  primary key (claim_id, version)
);

-- What one person cannot do alone: asked by one, agreed to or declined by another.
create table claim_proposal (
  id bigint generated always as identity primary key,
  claim_id text not null references claim (id),
  event text not null check (event in ('dismiss', 'refer')),
  actor text not null,
  reason text not null check (length(reason) between 1 and 400),
  receipt text not null default '' check (length(receipt) <= 60),
  by text not null,
  at timestamptz not null,
  decided text check (decided in ('agreed', 'declined')),
  decided_by text, decided_at timestamptz,
  check (decided_by <> by),
  check ((decided is null) = (decided_by is null) and (decided is null) = (decided_at is null))
);
create unique index claim_proposal_one on claim_proposal (claim_id, event) where decided is null;
create trigger claim_proposal_decided_once before update on claim_proposal
  for each row when (old.decided is not null) execute function refuse_change();

create table claim_signature (
  claim_id text not null references claim (id),
  submission integer not null,
  scope text not null,
  actor text not null,
  account text not null,
  body_hash text not null check (body_hash ~ '^[0-9a-f]{64}$'),
  at timestamptz not null,
  primary key (claim_id, submission, scope),
  unique (claim_id, submission, account)
);

-- What was found: supports, contradicts, or no data.
create table claim_check (
  id bigint generated always as identity primary key,
  claim_id text not null references claim (id),
  source text not null check (length(source) between 1 and 40),
  outcome text not null check (outcome in ('supports', 'contradicts', 'no-data')),
  words text not null check (length(words) between 1 and 1000),
  by text not null,
  at timestamptz not null
);
create index claim_check_claim on claim_check (claim_id, id);

-- Said beside a claim; private stays inside the writer's organisation.
create table claim_note (
  id bigint generated always as identity primary key,
  claim_id text not null references claim (id),
  organisation_id text not null references organisation (id),
  private boolean not null,
  words text not null check (length(words) between 1 and 1000),
  by text not null,
  at timestamptz not null
);
create index claim_note_claim on claim_note (claim_id, id);

-- What another organisation may see of a claim, until when. summary: title, kind, state; case: the rest.
create table claim_grant (
  id bigint generated always as identity primary key,
  claim_id text not null references claim (id),
  organisation_id text not null references organisation (id),
  level text not null check (level in ('summary', 'case')),
  reason text not null check (length(reason) <= 200),
  by text not null,
  at timestamptz not null,
  expires_at timestamptz,
  ended_at timestamptz, ended_by text,
  check ((ended_at is null) = (ended_by is null))
);
create unique index claim_grant_one on claim_grant (claim_id, organisation_id) where ended_at is null;
create index claim_grant_organisation on claim_grant (organisation_id) where ended_at is null;
create trigger claim_grant_ends_once before update on claim_grant
  for each row when (old.ended_at is not null) execute function refuse_change();

-- Due times as instants: a restart or a missed tick changes nothing. The sign-off's clock begins anew with each submission.
create table claim_clock (
  claim_id text not null references claim (id),
  clock text not null check (clock in ('acknowledge', 'first-line', 'verdict', 'signoff', 'legal-word', 'legal-conference')),
  round integer not null default 0,
  due_at timestamptz not null,
  met_at timestamptz,
  met_by text,
  -- The case rests, or the round was broken off.
  stopped_at timestamptz,
  -- When people were told that it has passed.
  told_at timestamptz,
  primary key (claim_id, clock, round)
);
create index claim_clock_running on claim_clock (due_at) where met_at is null and stopped_at is null;

do $$ declare t text;
begin
  foreach t in array array['sighting', 'sighting_raw', 'claim_step', 'claim_signature', 'claim_check', 'claim_note'] loop
    execute format('create trigger %I before update or delete on %I for each row execute function refuse_change()', t || '_stays', t);
  end loop;
  foreach t in array array['sighting', 'sighting_raw', 'claim_step', 'claim_signature', 'claim_check', 'claim_note', 'claim', 'sighting_link'] loop
    execute format('create trigger %I before truncate on %I for each statement execute function refuse_change()', t || '_no_truncate', t);
  end loop;
end $$;
create trigger claim_kept before delete on claim for each row execute function refuse_change();
create trigger sighting_link_kept before delete on sighting_link for each row execute function refuse_change();

-- Merges make no ring, whichever two go on at once: the caller locks both in the order of their ids.
create function refuse_merge_ring() returns trigger language plpgsql as $$
begin
  if exists (
    with recursive up (id, next) as (
      select c.id, c.merged_into from claim c where c.id = new.merged_into
      union
      select c.id, c.merged_into from claim c join up on c.id = up.next
    ) select from up where id = new.id
  ) then
    raise exception 'claim % is merged into itself', new.id;
  end if;
  return new;
end $$;
create trigger claim_no_ring before update on claim
  for each row when (new.merged_into is not null and new.merged_into is distinct from old.merged_into)
  execute function refuse_merge_ring();

-- A rebuttal is a draft of a claim; what approves it is the claim's sign-off.
alter table draft drop constraint draft_kind_check;
alter table draft add constraint draft_kind_check
  check (kind in ('bulletin', 'no-quake', 'science', 'announcement', 'rebuttal'));
alter table draft add claim_id text references claim (id);
alter table draft add constraint draft_claim check ((kind = 'rebuttal') = (claim_id is not null));
create index draft_claim_open on draft (claim_id) where claim_id is not null;

-- Its notice and the claim's step are one commit: nothing goes out but under the hash that was signed for.
create function publish_claim() returns trigger language plpgsql as $$
declare
  of_claim text;
  reached integer;
begin
  select d.claim_id into of_claim from draft d where d.id = new.facts #>> '{draft,id}';
  if of_claim is null then return null; end if;
  update claim set state = 'publishing', version = version + 1, changed_at = new.issued_at, published_at = new.issued_at
  where id = of_claim and state = 'approved' and approved_hash = new.facts #>> '{draft,hash}'
  returning version into reached;
  if not found then
    raise exception 'claim % was not signed for what its notice says', of_claim;
  end if;
  insert into claim_step (claim_id, version, event, from_state, to_state, actor, account, at)
    values (of_claim, reached, 'publish', 'approved', 'publishing', coalesce((select 'lead' from account a
      where a.id = new.actor and not 'publicity' = any (a.roles)), 'publicity'), new.actor, new.issued_at);
  return null;
end $$;
-- Named so that it fires before the draft's own: whoever holds both holds the claim first.
create trigger notice_claim_first after insert on notice for each row when (new.facts ? 'draft')
  execute function publish_claim();

grant select, insert on claim, sighting, sighting_raw, reporter, sighting_link, claim_suggestion, claim_step, claim_signature,
  claim_check, claim_note, claim_grant, claim_clock, claim_proposal to quakedesk_app;
grant update (title, family_id, risk, state, version, evidence, text, submission, approved_hash, late_without, merged_into, hold,
  asked_of, asked_at, referrals, owner, owned_at, changed_at, rested_at, published_at) on claim to quakedesk_app;
grant update (ended_at, ended_by) on sighting_link, claim_grant to quakedesk_app;
grant update (decided, decided_by, decided_at) on claim_suggestion, claim_proposal to quakedesk_app;
grant update (due_at, met_at, met_by, stopped_at, told_at) on claim_clock to quakedesk_app;
grant delete on reporter to quakedesk_app;
grant usage on all sequences in schema public to quakedesk_app;
