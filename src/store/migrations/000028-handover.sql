-- What leaves the bureau of a claim: evidence and whoever touched it, packages for the police, what platforms were asked to do,
-- who spread it, ways to reach who reported it, and the lines to other organisations' own systems.

-- One item: a file, a page's text or a link, as it was collected. A redacted copy names the item that it was made from.
create table evidence (
  id text primary key,
  claim_id text not null references claim (id),
  kind text not null check (kind in ('file', 'text', 'link')),
  title text not null check (length(title) between 1 and 80),
  derived_from text,
  -- Whom it shows: nobody, people who have nothing to do with it, or whoever reported it.
  shows text not null check (shows in ('nobody', 'others', 'reporter')),
  method text not null check (length(method) between 1 and 60),
  tool text not null default '' check (length(tool) <= 60),
  collected_by text not null,
  collected_at timestamptz not null,
  added_at timestamptz not null,
  source_url text check (length(source_url) <= 500),
  mime text not null,
  size integer not null check (size between 1 and 5242880),
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  unique (id, claim_id),
  unique (claim_id, sha256),
  foreign key (derived_from, claim_id) references evidence (id, claim_id),
  check (derived_from <> id),
  check (derived_from is null or shows = 'nobody')
);
create index evidence_claim on evidence (claim_id, added_at);

-- The bytes as they came, sealed under the installation's key together with the item's id.
create table evidence_bytes (
  evidence_id text primary key references evidence (id),
  sealed bytea not null
);

-- Everything that was done with a claim's evidence, each entry chained to the one before (core/rumour/handover/custody.ts).
create table custody_entry (
  claim_id text not null references claim (id),
  seq integer not null check (seq > 0),
  at timestamptz not null,
  actor text not null,
  act text not null check (act in ('collected', 'derived', 'opened', 'packaged', 'transferred')),
  evidence_id text references evidence (id),
  detail jsonb not null,
  previous text not null check (previous ~ '^[0-9a-f]{64}$'),
  hash text not null check (hash ~ '^[0-9a-f]{64}$'),
  primary key (claim_id, seq)
);

-- What is handed to the police. Built by one, approved by another; received, and how it ended, are said once each.
create table police_package (
  id text primary key,
  claim_id text not null references claim (id),
  number integer not null check (number > 0),
  reason text not null check (length(reason) between 1 and 400),
  evidence text[] not null,
  size integer not null,
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  built_by text not null,
  built_at timestamptz not null,
  decided text check (decided in ('approved', 'declined')),
  decided_by text, decided_at timestamptz,
  decided_words text not null default '' check (length(decided_words) <= 400),
  receipt text check (length(receipt) between 1 and 60),
  received_by text, received_at timestamptz,
  unique (claim_id, number),
  check (decided_by <> built_by),
  check ((decided is null) = (decided_by is null) and (decided is null) = (decided_at is null)),
  check ((receipt is null) = (received_by is null) and (receipt is null) = (received_at is null)),
  check (receipt is null or decided = 'approved')
);
create index police_package_claim on police_package (claim_id, number);
create trigger police_package_decided_once before update of decided, decided_by, decided_at, decided_words on police_package
  for each row when (old.decided is not null) execute function refuse_change();
create trigger police_package_received_once before update of receipt, received_by, received_at on police_package
  for each row when (old.receipt is not null) execute function refuse_change();

create table police_package_bytes (
  package_id text primary key references police_package (id),
  sealed bytea not null
);

-- What came of it, as the police told: several people may be dealt with in one case.
create table police_outcome (
  id bigint generated always as identity primary key,
  package_id text not null references police_package (id),
  code text not null check (code in ('educated', 'ordered', 'deleted', 'transferred')),
  words text not null default '' check (length(words) <= 400),
  by text not null,
  at timestamptz not null
);
create index police_outcome_package on police_outcome (package_id, id);

-- What the cyberspace office asked of a platform and what came of it; each word is a row of its own.
create table platform_action (
  id bigint generated always as identity primary key,
  claim_id text not null references claim (id),
  organisation_id text not null references organisation (id),
  platform text not null check (length(platform) between 1 and 20),
  -- The link without what only counts who shared it; null where the whole platform is meant.
  url text check (length(url) <= 500),
  action text not null check (action in ('remove', 'label', 'limit', 'comments', 'account', 'other')),
  state text not null check (state in ('asked', 'done', 'refused')),
  receipt text not null default '' check (length(receipt) <= 60),
  words text not null default '' check (length(words) <= 400),
  by text not null,
  at timestamptz not null,
  -- A message that another system sends twice is one row.
  message text unique
);
create index platform_action_claim on platform_action (claim_id, id);

-- Who spread it: account and link sealed, beside them marks under a key of the installation, by which a repeat is known.
create table spreader (
  id bigint generated always as identity primary key,
  claim_id text not null references claim (id),
  organisation_id text not null references organisation (id),
  platform text not null check (length(platform) between 1 and 20),
  role text not null check (role in ('origin', 'amplifier', 'forwarder', 'unknown')),
  sealed bytea not null,
  account_mark text check (account_mark ~ '^[0-9a-f]{64}$'),
  url_mark text check (url_mark ~ '^[0-9a-f]{64}$'),
  by text not null,
  at timestamptz not null,
  check (account_mark is not null or url_mark is not null)
);
create index spreader_claim on spreader (claim_id, id);
create index spreader_account on spreader (account_mark) where account_mark is not null;
create index spreader_url on spreader (url_mark) where url_mark is not null;

-- Somebody asks to see how a reporter can be reached; another agrees; it is shown once.
create table contact_request (
  id bigint generated always as identity primary key,
  claim_id text not null references claim (id),
  sighting_id text not null references sighting (id),
  reason text not null check (length(reason) between 1 and 400),
  -- Of the police: number, legal basis and officer of their formal request.
  formal jsonb,
  asked_by text not null,
  asked_at timestamptz not null,
  decided text check (decided in ('agreed', 'declined')),
  decided_by text, decided_at timestamptz,
  opened_at timestamptz,
  check (decided_by <> asked_by),
  check ((decided is null) = (decided_by is null) and (decided is null) = (decided_at is null)),
  check (opened_at is null or decided = 'agreed')
);
create unique index contact_request_open on contact_request (sighting_id, asked_by) where decided is null;
create index contact_request_claim on contact_request (claim_id, id);
create trigger contact_request_decided_once before update of decided, decided_by, decided_at on contact_request
  for each row when (old.decided is not null) execute function refuse_change();
create trigger contact_request_opened_once before update of opened_at on contact_request
  for each row when (old.opened_at is not null) execute function refuse_change();

-- The line to an organisation's own system: where it is told, under which secrets both sign. Entered by one, let in by another.
create table agency_line (
  organisation_id text primary key references organisation (id),
  -- Where messages go; null where it only sends.
  url text check (length(url) <= 2048),
  intranet boolean not null,
  -- Of what we send, and of what it sends; sealed together with the organisation's id and the use.
  sends bytea not null,
  receives bytea not null,
  state text not null check (state in ('proposed', 'running', 'stopped')),
  set_by text not null,
  set_at timestamptz not null,
  decided_by text, decided_at timestamptz,
  check (state = 'proposed' or decided_by is not null),
  check (state <> 'running' or decided_by <> set_by)
);

-- What a line is told, made by what happened and sent from here. Its words are made when it is sent, of what may then be seen.
create table agency_message (
  id text primary key,
  organisation_id text not null references organisation (id),
  claim_id text not null references claim (id),
  type text not null check (type in ('claim.shared', 'claim.changed', 'signature.wanted', 'package.ready', 'word.corrected',
    'word.withdrawn')),
  -- The public word that puts right or takes back what was told before.
  notice_id text references notice (id),
  -- The package that the police may now carry away.
  package_id text references police_package (id),
  at timestamptz not null,
  state text not null default 'queued' check (state in ('queued', 'sent', 'dropped', 'failed')),
  tries integer not null default 0,
  due_at timestamptz not null,
  settled_at timestamptz,
  answer text not null default '' check (length(answer) <= 200),
  check ((notice_id is not null) = (type like 'word.%')),
  check ((package_id is not null) = (type = 'package.ready'))
);
create index agency_message_due on agency_message (due_at) where state = 'queued';
create index agency_message_organisation on agency_message (organisation_id, at desc);

create function tell_agencies() returns trigger language plpgsql as $$
begin
  insert into agency_message (id, organisation_id, claim_id, type, at, due_at)
    select gen_random_uuid()::text, l.organisation_id, new.claim_id, told.type, new.at, new.at
    from agency_line l join claim c on c.id = new.claim_id and c.class = 'actual',
      unnest(case when tg_table_name = 'claim_grant' then array['claim.shared']
        when to_jsonb(new) ->> 'event' = 'submit' then array['claim.changed', 'signature.wanted']
        else array['claim.changed'] end) as told (type)
    where l.state = 'running' and l.url is not null
      and (tg_table_name <> 'claim_grant' or l.organisation_id = to_jsonb(new) ->> 'organisation_id');
  return null;
end $$;
create trigger claim_step_told after insert on claim_step for each row execute function tell_agencies();
create trigger claim_grant_told after insert on claim_grant for each row execute function tell_agencies();

create function tell_police() returns trigger language plpgsql as $$
begin
  insert into agency_message (id, organisation_id, claim_id, package_id, type, at, due_at)
    select gen_random_uuid()::text, l.organisation_id, new.claim_id, new.id, 'package.ready', new.decided_at, new.decided_at
    from agency_line l join organisation o on o.id = l.organisation_id and o.kind = 'police'
      join claim c on c.id = new.claim_id and c.class = 'actual'
    where l.state = 'running' and l.url is not null;
  return null;
end $$;
create trigger police_package_told after update of decided on police_package
  for each row when (new.decided = 'approved' and old.decided is null) execute function tell_police();

-- Whoever was told wrong is told right, though nothing is shared with them any more (rumours.md §11.10): every organisation with which
-- the claim was shared before. Fires after notice_of_draft, by which the draft names its notice.
create function tell_agencies_of_word() returns trigger language plpgsql as $$
begin
  insert into agency_message (id, organisation_id, claim_id, notice_id, type, at, due_at)
    select gen_random_uuid()::text, l.organisation_id, min(d.claim_id), new.id,
      case when new.kind = 'withdrawal' then 'word.withdrawn' else 'word.corrected' end, new.issued_at, new.issued_at
    from draft d join notice f on f.id = d.notice_id
      join claim_grant g on g.claim_id = d.claim_id and g.at < new.issued_at
      join agency_line l on l.organisation_id = g.organisation_id and l.state = 'running' and l.url is not null
    where d.claim_id is not null and f.lineage_id = new.lineage_id and (new.kind = 'withdrawal' or f.id = new.id and exists (
      select from draft e where e.claim_id = d.claim_id and e.notice_id is not null and e.released_at < d.released_at))
    group by l.organisation_id;
  return null;
end $$;
create trigger notice_words_told after insert on notice
  for each row when (new.class = 'actual' and (new.kind = 'withdrawal' or new.facts ? 'draft'))
  execute function tell_agencies_of_word();

-- Names an account of an organisation to us: what its system sends is done by that person. Only the hash is kept.
create table agency_token (
  id text primary key,
  token_hash bytea not null unique,
  account_id text not null references account (id),
  name text not null check (length(name) between 1 and 40),
  made_at timestamptz not null,
  ends_at timestamptz not null,
  ended_at timestamptz, ended_by text,
  used_at timestamptz,
  check ((ended_at is null) = (ended_by is null))
);
create index agency_token_account on agency_token (account_id);
create trigger agency_token_ends_once before update of ended_at, ended_by on agency_token
  for each row when (old.ended_at is not null) execute function refuse_change();

do $$ declare t text;
begin
  foreach t in array array['evidence', 'evidence_bytes', 'custody_entry', 'police_package_bytes', 'police_outcome', 'platform_action',
    'spreader'] loop
    execute format('create trigger %I before update or delete on %I for each row execute function refuse_change()', t || '_stays', t);
    execute format('create trigger %I before truncate on %I for each statement execute function refuse_change()', t || '_no_truncate', t);
  end loop;
end $$;
create trigger police_package_kept before delete on police_package for each row execute function refuse_change();
create trigger contact_request_kept before delete on contact_request for each row execute function refuse_change();

grant select, insert on evidence, evidence_bytes, custody_entry, police_package, police_package_bytes, police_outcome, platform_action,
  spreader, contact_request, agency_line, agency_message, agency_token to quakedesk_app;
grant update (decided, decided_by, decided_at, decided_words, receipt, received_by, received_at) on police_package to quakedesk_app;
grant update (decided, decided_by, decided_at, opened_at) on contact_request to quakedesk_app;
grant update (url, intranet, sends, receives, state, set_by, set_at, decided_by, decided_at) on agency_line to quakedesk_app;
grant update (state, tries, due_at, settled_at, answer) on agency_message to quakedesk_app;
grant delete on agency_message to quakedesk_app;
grant update (ended_at, ended_by, used_at) on agency_token to quakedesk_app;
grant usage on all sequences in schema public to quakedesk_app;
