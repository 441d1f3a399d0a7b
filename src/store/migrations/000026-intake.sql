-- What comes from outside: who sends (never by name or address), pictures, questions and their answers, what waits to be matched.

-- A sender is a keyed hash: of a network with what a browser says of itself, or of an account on a platform. Gone some weeks
-- after it was last heard of.
create table sender (
  ref text primary key check (ref ~ '^[0-9a-f]{32}$'),
  -- What the journal and the desk call it; says nothing about anyone once the row is gone.
  number bigint generated always as identity unique,
  day date not null,
  today integer not null,
  total integer not null,
  -- The same words once more.
  repeats integer not null default 0,
  first_at timestamptz not null,
  last_at timestamptz not null,
  -- shadow: goes on sending and is answered as before; what it sends waits for a person.
  state text not null default 'open' check (state in ('open', 'shadow')),
  -- Empty until somebody, or the limit (system), has decided; what a person decided the limit leaves alone.
  decided_by text,
  decided_at timestamptz,
  reason text not null default '' check (length(reason) <= 200),
  check ((decided_by is null) = (decided_at is null))
);
create index sender_last on sender (last_at desc);

-- Where a sighting came from, apart from what it says; removed after some weeks. What is held back then has no origin any more.
create table sighting_source (
  sighting_id text primary key references sighting (id),
  sender_ref text,
  -- Keyed hash of a /24 or /48, or of the sender where there is no network: many of one network count once.
  network_ref text not null,
  at timestamptz not null,
  held boolean not null default false
);
create index sighting_source_at on sighting_source (at);
create index sighting_source_sender on sighting_source (sender_ref, at desc);
create index sighting_source_held on sighting_source (at) where held;

-- On record and not compared with claims yet. A table of its own: asking every sighting there ever was would not end.
create table sighting_waiting (
  sighting_id text primary key references sighting (id),
  -- One that fails goes behind those that were never tried.
  tries integer not null default 0,
  -- When it came, or was let go: its turn.
  at timestamptz not null default clock_timestamp()
);
create index sighting_waiting_turn on sighting_waiting (tries, at, sighting_id);
insert into sighting_waiting (sighting_id, at)
  select s.id, s.received_at from sighting s where s.stance <> 'deny' and not exists (select from sighting_link l where l.sighting_id = s.id);

-- The clock of a claim that is due first: hundreds of claims may open within seconds, before anything is known of how many there are.
create index claim_clock_next on claim_clock (claim_id, due_at) where met_at is null and stopped_at is null;

-- What was sent beside the words, sealed as it came; the desk sees it without what is not picture.
create table sighting_picture (
  sighting_id text primary key references sighting (id),
  sealed bytea not null,
  -- Of the original's bytes before sealing.
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  type text not null check (type in ('image/png', 'image/jpeg')),
  bytes integer not null check (bytes > 0)
);

-- A question is answered by a person, by a time, once or with a correction.
create table question (
  sighting_id text primary key references sighting (id),
  due_at timestamptz not null,
  owner text references account (id),
  owned_at timestamptz,
  answered_at timestamptz,
  check ((owner is null) = (owned_at is null))
);
create index question_open on question (due_at) where answered_at is null;

create table question_reply (
  sighting_id text not null references question (sighting_id),
  -- Counted from 1; the newest stands, the others are kept.
  number smallint not null check (number between 1 and 20),
  words text not null check (length(words) between 1 and 1000),
  by text not null references account (id),
  at timestamptz not null,
  primary key (sighting_id, number)
);

-- Which text whoever left a way to be reached agreed to (PIPL 14); null for what was told to the desk.
alter table reporter add consent jsonb;

-- One report, in one statement: the public process has no more of the record to write than this. The receipt's hash tells the same
-- words of the same sender on the same day from new ones. Answers taken, repeated, or over (this sender's day is used up).
create function take_sighting(given jsonb, receipt bytea, raw bytea, contact bytea, picture bytea) returns text
language plpgsql as $$
declare
  -- A scenario's clock is another than the database's.
  heard timestamptz := coalesce((given ->> 'receivedAt')::timestamptz, clock_timestamp()
    + make_interval(secs => coalesce((select (value ->> 'aheadMs')::numeric / 1000 from setting where key = 'clock'), 0)));
  its_day date := (heard at time zone 'Asia/Shanghai')::date;
  its_id text := given ->> 'id';
  known sender%rowtype;
  held boolean := false;
begin
  if exists (select from sighting where receipt_hash = receipt) then
    update sender set repeats = repeats + 1, last_at = heard where ref = given ->> 'sender';
    return 'repeated';
  end if;
  if given ->> 'sender' is not null then
    insert into sender as s (ref, day, today, total, first_at, last_at)
      values (given ->> 'sender', its_day, 1, 1, heard, heard)
      on conflict (ref) do update set day = its_day, today = case when s.day = its_day then s.today + 1 else 1 end,
        total = s.total + 1, last_at = heard
      returning * into known;
    if known.today > (given ->> 'mostADay')::integer then return 'over'; end if;
    if known.state = 'open' and known.decided_by is null and known.today >= (given ->> 'shadowAt')::integer then
      update sender set state = 'shadow', decided_by = 'system', decided_at = heard, reason = '一天内提交过多'
        where ref = known.ref;
      insert into journal (at, actor, act, subject, detail)
        values (heard, 'system', 'sender.shadowed', 'sender ' || known.number, jsonb_build_object('today', known.today));
      known.state := 'shadow';
    end if;
    held := known.state = 'shadow';
  end if;
  insert into sighting (id, class, receipt_hash, route, shown, stance, kind, url, platform, region, seen_at, received_at, taken_by,
      raw_sha256, reporter_ref)
    values (its_id, given ->> 'class', receipt, given ->> 'route', given ->> 'shown', given ->> 'stance', given ->> 'kind',
      given ->> 'url', given ->> 'platform', given ->> 'region', (given ->> 'seenAt')::timestamptz, heard, given ->> 'takenBy',
      given ->> 'rawSha256', given ->> 'reporterRef')
    on conflict (receipt_hash) do nothing;
  if not found then return 'repeated'; end if;
  insert into sighting_raw (sighting_id, sealed) values (its_id, raw);
  if picture is not null then
    insert into sighting_picture (sighting_id, sealed, sha256, type, bytes)
      values (its_id, picture, given #>> '{picture,sha256}', given #>> '{picture,type}', (given #>> '{picture,bytes}')::integer);
  end if;
  if contact is not null then
    insert into reporter (ref, sealed, purpose, expires_at, consent)
      values (given ->> 'reporterRef', contact, given ->> 'purpose',
        heard + make_interval(secs => (given ->> 'keepMs')::numeric / 1000), nullif(given -> 'consent', 'null'));
  end if;
  if given ->> 'network' is not null then
    insert into sighting_source (sighting_id, sender_ref, network_ref, at, held)
      values (its_id, given ->> 'sender', given ->> 'network', heard, held);
  end if;
  if not held then
    insert into sighting_waiting (sighting_id, at) values (its_id, heard);
    if given ->> 'stance' = 'ask' then
      insert into question (sighting_id, due_at)
        values (its_id, heard + make_interval(secs => (given ->> 'answerMs')::numeric / 1000));
    end if;
  end if;
  insert into journal (at, actor, act, subject, detail)
    values (heard, given ->> 'takenBy', 'sighting.received', its_id, given -> 'detail');
  return 'taken';
end $$;

-- What came of comparing one report, in one statement: hundreds a second are placed one after the other. The claim that it opens, with
-- its first step and its clocks; its link; what else it may be the same as. Answers the link's id.
create function place_sighting(given jsonb) returns bigint
language plpgsql as $$
declare
  its_at timestamptz := (given ->> 'at')::timestamptz;
  claim jsonb := nullif(given -> 'claim', 'null');
  link jsonb := nullif(given -> 'link', 'null');
  its_link bigint;
begin
  if claim is not null then
    insert into claim (id, class, title, kind, family_id, risk, state, version, opened_at, changed_at)
      values (claim ->> 'id', given ->> 'class', claim ->> 'title', claim ->> 'kind', claim ->> 'familyId', (claim ->> 'risk')::smallint,
        claim ->> 'state', (claim ->> 'version')::integer, its_at, its_at);
    insert into claim_step (claim_id, version, event, from_state, to_state, actor, account, second, reason, at)
      values (claim ->> 'id', (claim ->> 'version')::integer, 'open', claim ->> 'state', claim ->> 'state', 'system', 'system', null, '',
        its_at);
    insert into claim_clock (claim_id, clock, round, due_at)
      select claim ->> 'id', k.clock, 0, k."dueAt" from jsonb_to_recordset(claim -> 'clocks') k (clock text, "dueAt" timestamptz);
    insert into journal (at, actor, act, subject, detail)
      values (its_at, 'system', 'claim.open', claim ->> 'id', claim -> 'detail');
  end if;
  if link is not null then
    insert into sighting_link (sighting_id, claim_id, class, how, score, slots, rule_version, by, at)
      values (given ->> 'sighting', link ->> 'claimId', given ->> 'class', link ->> 'how', (link ->> 'score')::real,
        nullif(link -> 'slots', 'null'), link ->> 'ruleVersion', link ->> 'by', its_at)
      returning id into its_link;
    if link -> 'detail' <> 'null' then
      insert into journal (at, actor, act, subject, detail)
        values (its_at, link ->> 'by', 'sighting.linked', given ->> 'sighting', link -> 'detail');
    end if;
  end if;
  insert into claim_suggestion (sighting_id, claim_id, band, score, slots, doubts, rule_version, at)
    select given ->> 'sighting', g."claimId", g.band, g.score, g.slots, g.doubts, g."ruleVersion", its_at
    from jsonb_to_recordset(given -> 'suggestions') g
      ("claimId" text, band text, score real, slots jsonb, doubts text[], "ruleVersion" text)
    on conflict do nothing;
  return its_link;
end $$;

do $$ declare t text;
begin
  foreach t in array array['sighting_picture', 'question_reply'] loop
    execute format('create trigger %I before update or delete on %I for each row execute function refuse_change()', t || '_stays', t);
    execute format('create trigger %I before truncate on %I for each statement execute function refuse_change()', t || '_no_truncate', t);
  end loop;
end $$;
create trigger question_kept before delete on question for each row execute function refuse_change();

grant select, insert on sender, sighting_source, sighting_waiting, sighting_picture, question, question_reply to quakedesk_app;
grant update (day, today, total, repeats, last_at, state, decided_by, decided_at, reason) on sender to quakedesk_app;
grant update (held, sender_ref, network_ref) on sighting_source to quakedesk_app;
grant update (tries) on sighting_waiting to quakedesk_app;
grant update (owner, owned_at, answered_at) on question to quakedesk_app;
grant delete on sender, sighting_source, sighting_waiting to quakedesk_app;
grant usage on all sequences in schema public to quakedesk_app;

-- The queue says how many claims go round under the same template.
create index claim_family on claim (family_id);
