-- Checks of claims that the program makes, with the rows they used; official forecasts, entered by two; fact sheets of quakes, version
-- by version; texts that must be looked at again because something is new.

-- A check of the program's own names its rule; one that a person wrote has none.
alter table claim_check add rule text check (rule in ('catalogue', 'number', 'forecast-law', 'precision', 'agency', 'recurrence'));
alter table claim_check add rule_version text;
alter table claim_check add used jsonb not null default '[]';
alter table claim_check add constraint claim_check_rule check ((rule is null) = (rule_version is null));

-- How far a claim was checked: by which rules, over which sightings, and when time alone asks for it again.
create table claim_check_run (
  claim_id text primary key references claim (id),
  at timestamptz not null,
  rules text not null,
  newest bigint not null,
  links integer not null,
  due_at timestamptz
);

create table official_forecast (
  id text primary key,
  kind text not null check (kind in ('short-term', 'imminent')),
  issuer text not null check (length(issuer) between 2 and 40),
  document text not null check (length(document) between 2 and 120),
  url text check (length(url) <= 500),
  published_at timestamptz not null,
  area_name text not null check (length(area_name) between 1 and 200),
  area text[] not null check (cardinality(area) between 1 and 40),
  from_at timestamptz not null,
  until_at timestamptz not null check (until_at > from_at),
  magnitude_low numeric, magnitude_high numeric,
  words text not null check (length(words) between 1 and 600),
  entered_by text not null references account (id),
  entered_at timestamptz not null,
  decided text check (decided in ('agreed', 'declined')),
  decided_by text references account (id), decided_at timestamptz,
  end_asked_by text references account (id), end_asked_at timestamptz,
  end_why text not null default '' check (length(end_why) <= 200),
  ended_by text references account (id), ended_at timestamptz,
  check ((magnitude_low is null) = (magnitude_high is null) and magnitude_low <= magnitude_high),
  check (decided_by <> entered_by),
  check ((decided is null) = (decided_by is null) and (decided is null) = (decided_at is null)),
  check ((end_asked_by is null) = (end_asked_at is null)),
  check ((ended_by is null) = (ended_at is null)),
  check (ended_at is null or (decided = 'agreed' and end_asked_by is not null and ended_by <> end_asked_by))
);
create trigger official_forecast_ends_once before update on official_forecast
  for each row when (old.ended_at is not null or old.decided = 'declined') execute function refuse_change();
create trigger official_forecast_decided_once before update on official_forecast
  for each row when (old.decided is not null and (new.decided is distinct from old.decided or new.decided_by <> old.decided_by))
  execute function refuse_change();
create trigger official_forecast_kept before delete on official_forecast for each row execute function refuse_change();
create trigger official_forecast_no_truncate before truncate on official_forecast for each statement execute function refuse_change();

create table fact_sheet (
  id text primary key check (id ~ '^fs-[0-9a-f]{12}$'),
  quake_id text not null unique references quake (id),
  opened_at timestamptz not null
);

-- On which sheet an answer to a question rests; '' for none.
alter table question_reply add sheet text not null default ''
  check (sheet = '' or sheet ~ '^fs-[0-9a-f]{12} 第[1-9][0-9]{0,5}版$');
create index question_reply_sheet on question_reply (sheet) where sheet <> '';

-- Never changed: a rebuttal names the version on which it rests.
create table fact_sheet_version (
  sheet_id text not null references fact_sheet (id),
  version integer not null check (version >= 1),
  notice_id text not null references notice (id),
  body jsonb not null,
  hash text not null check (hash ~ '^[0-9a-f]{64}$'),
  why text not null check (why in ('opened', 'notice', 'line')),
  made_by text not null,
  made_at timestamptz not null,
  primary key (sheet_id, version)
);
create trigger fact_sheet_version_stays before update or delete on fact_sheet_version
  for each row execute function refuse_change();
create trigger fact_sheet_version_no_truncate before truncate on fact_sheet_version
  for each statement execute function refuse_change();
create trigger fact_sheet_stays before update or delete on fact_sheet for each row execute function refuse_change();

-- A rebuttal (by its claim), a no-quake notice or the answer to a question that somebody must look at again; stands until somebody has.
create table claim_flag (
  id bigint generated always as identity primary key,
  claim_id text references claim (id),
  notice_id text references notice (id),
  question_id text references question (sighting_id),
  reason text not null check (reason in ('new-quake', 'sheet-changed')),
  quake_id text not null references quake (id),
  -- The version that took the place of the one it cites.
  sheet_version integer,
  words text not null check (length(words) between 1 and 400),
  raised_at timestamptz not null,
  settled_at timestamptz,
  settled_by text,
  settled_why text not null default '' check (length(settled_why) <= 400),
  check (num_nonnulls(claim_id, notice_id, question_id) = 1),
  check ((reason = 'sheet-changed') = (sheet_version is not null)),
  check ((settled_at is null) = (settled_by is null))
);
create unique index claim_flag_once on claim_flag ((coalesce(claim_id, notice_id, question_id)), reason, quake_id, (coalesce(sheet_version, 0)));
create index claim_flag_open on claim_flag (raised_at) where settled_at is null;
create index claim_flag_claim on claim_flag (claim_id);
create trigger claim_flag_settled_once before update on claim_flag
  for each row when (old.settled_at is not null) execute function refuse_change();
create trigger claim_flag_kept before delete on claim_flag for each row execute function refuse_change();
create trigger claim_flag_no_truncate before truncate on claim_flag for each statement execute function refuse_change();

-- How much of the ledger the checks have heard: what a restart or another node missed is heard by whoever looks next.
create table rumour_heard (
  one boolean primary key default true check (one),
  report_seq bigint not null,
  -- Of a person's merges and splits of quakes.
  binding_id bigint not null,
  version bigint not null
);
insert into rumour_heard (report_seq, binding_id, version)
  select coalesce((select max(seq) from report), 0), coalesce((select max(id) from binding), 0), -1;

grant select, insert on claim_check_run, official_forecast, fact_sheet, fact_sheet_version, claim_flag to quakedesk_app;
grant update on claim_check_run to quakedesk_app;
grant update (decided, decided_by, decided_at, end_asked_by, end_asked_at, end_why, ended_by, ended_at) on official_forecast
  to quakedesk_app;
grant update (settled_at, settled_by, settled_why) on claim_flag to quakedesk_app;
grant select, update on rumour_heard to quakedesk_app;
grant usage on all sequences in schema public to quakedesk_app;
