-- Answers to rumours as others meet them: the public address of a claim, the first line while it is being checked, answers that all
-- agencies signed in peacetime, corrections within one lineage, and who was told of them.

-- What the newest rebuttal found; null while there is none.
alter table claim add verdict text check (verdict in ('不实', '部分不实', '缺乏依据', '旧闻重提', '属实'));
grant update (verdict) on claim to quakedesk_app;

-- A drill has ended: what was told in it is only read from then on, and nothing new is ever put with it.
alter table claim add retired_at timestamptz check (retired_at is null or class = 'drill');
grant update (retired_at) on claim to quakedesk_app;
create trigger claim_retired_stays before update on claim
  for each row when (old.retired_at is not null) execute function refuse_change();
create index claim_drill on claim (id) where class = 'drill' and retired_at is null;

-- One claim, one address, for ever. Only what was said about publicly has one: nobody walks from a code to what is being looked into.
create table claim_public (
  claim_id text primary key references claim (id),
  code text not null unique check (code ~ '^[2-9a-zB]{8}$'),
  opened_at timestamptz not null
);
create index claim_public_opened on claim_public (opened_at desc, code desc);

-- 40 bits in the letters of notices' codes (publish/speak.ts); bytes 6 and 8 of a random UUID are not all random.
create function make_public_code() returns text language sql volatile as $$
  with chance as materialized (select decode(replace(gen_random_uuid()::text, '-', ''), 'hex') as bytes)
  select string_agg(substr('23456789abcdefghjkmnpqrstuvwxyzB', 1 + get_byte(bytes, i) % 32, 1), '' order by i)
  from chance, unnest(array[0, 1, 2, 3, 4, 5, 10, 11]) i
$$;

-- The address of a claim, made at its first public word.
create function open_claim_page(of_claim text, at_ timestamptz) returns text language plpgsql as $$
declare
  known text;
begin
  if exists (select from claim c where c.id = of_claim and c.class <> 'actual') then
    raise exception 'claim % of a drill has no public page', of_claim;
  end if;
  loop
    select p.code into known from claim_public p where p.claim_id = of_claim;
    if found then return known; end if;
    insert into claim_public (claim_id, code, opened_at) values (of_claim, make_public_code(), at_) on conflict do nothing;
  end loop;
end $$;

-- 正在核实: prepared words on the website, said by a person, ended by the rebuttal or by a person.
create table claim_line (
  id bigint generated always as identity primary key,
  claim_id text not null references claim (id),
  topic text not null,
  place text not null default '' check (length(place) <= 40),
  words text not null check (length(words) between 1 and 400),
  by text not null,
  at timestamptz not null,
  ended_at timestamptz, ended_by text,
  ended_how text check (ended_how in ('answered', 'passed-on', 'not-followed', 'mistaken')),
  check ((ended_at is null) = (ended_by is null) and (ended_at is null) = (ended_how is null))
);
create unique index claim_line_one on claim_line (claim_id) where ended_at is null;
create index claim_line_claim on claim_line (claim_id, id);
create trigger claim_line_ends_once before update on claim_line
  for each row when (old.ended_at is not null) execute function refuse_change();

-- Answers prepared in peacetime for claims that come again and again: each version is signed by every agency, by its hash.
create table prepared_answer (
  id text primary key,
  name text not null check (length(name) between 1 and 40),
  -- What such claims assert (core/rumour/kind.ts).
  kind text not null,
  made_by text not null,
  made_at timestamptz not null,
  ended_at timestamptz, ended_by text, ended_why text check (length(ended_why) <= 400),
  check ((ended_at is null) = (ended_by is null) and (ended_at is null) = (ended_why is null))
);
create trigger prepared_answer_ends_once before update on prepared_answer
  for each row when (old.ended_at is not null) execute function refuse_change();

create table prepared_version (
  answer_id text not null references prepared_answer (id),
  version integer not null,
  -- The fields of a rebuttal with their blanks: {place}, {day}, {magnitude}.
  fields jsonb not null,
  -- Whose signatures it needs (core/rumour/prepared.ts).
  scopes text[] not null check (cardinality(scopes) > 0),
  hash text not null check (hash ~ '^[0-9a-f]{64}$'),
  made_by text not null,
  made_at timestamptz not null,
  offered_at timestamptz,
  expires_at timestamptz,
  declined_at timestamptz, declined_by text, declined_why text check (length(declined_why) <= 400),
  primary key (answer_id, version),
  check ((offered_at is null) = (expires_at is null)),
  check ((declined_at is null) = (declined_by is null) and (declined_at is null) = (declined_why is null))
);
create trigger prepared_version_declined_once before update on prepared_version
  for each row when (old.declined_at is not null) execute function refuse_change();

create table prepared_signature (
  answer_id text not null,
  version integer not null,
  scope text not null,
  actor text not null,
  account text not null,
  hash text not null check (hash ~ '^[0-9a-f]{64}$'),
  at timestamptz not null,
  primary key (answer_id, version, scope),
  unique (answer_id, version, account),
  foreign key (answer_id, version) references prepared_version (answer_id, version)
);

-- What a duty officer filled and let out alone; looked at once a week.
create table prepared_use (
  draft_id text primary key references draft (id),
  claim_id text not null references claim (id),
  answer_id text not null,
  version integer not null,
  hash text not null,
  slots jsonb not null,
  by text not null,
  at timestamptz not null,
  foreign key (answer_id, version) references prepared_version (answer_id, version)
);
create index prepared_use_answer on prepared_use (answer_id, at desc);

-- That an organisation has seen a correction or a withdrawal of what it was told, and passes it on.
create table claim_word_read (
  notice_id text not null references notice (id),
  organisation_id text not null references organisation (id),
  by text not null,
  at timestamptz not null,
  primary key (notice_id, organisation_id)
);

do $$ declare t text;
begin
  foreach t in array array['claim_public', 'prepared_signature', 'prepared_use', 'claim_word_read'] loop
    execute format('create trigger %I before update or delete on %I for each row execute function refuse_change()', t || '_stays', t);
  end loop;
  foreach t in array array['claim_public', 'claim_line', 'prepared_answer', 'prepared_version', 'prepared_signature', 'prepared_use',
    'claim_word_read'] loop
    execute format('create trigger %I before truncate on %I for each statement execute function refuse_change()', t || '_no_truncate', t);
  end loop;
  foreach t in array array['claim_line', 'prepared_answer', 'prepared_version'] loop
    execute format('create trigger %I before delete on %I for each row execute function refuse_change()', t || '_kept', t);
  end loop;
end $$;

-- Its notice and the claim's step are one commit: nothing goes out but under the hash that was signed for. A duty officer lets out
-- alone what was prepared, signed by all and is neither ended nor expired, and nothing else.
create or replace function publish_claim() returns trigger language plpgsql as $$
declare
  of_claim text;
  reached integer;
  signed jsonb;
  grade integer;
  roles_ text[];
  as_ text;
  -- A drill's notice bears the scenario's time; claims and all that is counted of them go by the desk's.
  its_at timestamptz := coalesce((new.facts #>> '{draft,saidAt}')::timestamptz, new.issued_at);
begin
  select d.claim_id into of_claim from draft d where d.id = new.facts #>> '{draft,id}';
  if of_claim is null then
    if new.class <> 'actual' then raise exception 'a draft without a claim is of no drill'; end if;
    return null;
  end if;
  if not exists (select from claim c where c.id = of_claim and c.class = new.class::text) then
    raise exception 'claim % is not of the lane that its notice is of', of_claim;
  end if;
  update claim set state = 'publishing', version = version + 1, changed_at = its_at, published_at = its_at,
    verdict = coalesce(new.facts #>> '{written,rebuttal,verdict}', verdict)
  where id = of_claim and state = 'approved' and approved_hash = new.facts #>> '{draft,hash}'
  returning version, text, risk into reached, signed, grade;
  if not found then
    raise exception 'claim % was not signed for what its notice says', of_claim;
  end if;
  select a.roles into roles_ from account a where a.id = new.actor;
  as_ := case when roles_ is null or 'publicity' = any (roles_) then 'publicity' when 'lead' = any (roles_) then 'lead' else 'duty' end;
  if coalesce((signed ->> 'isFamilyTemplate')::boolean, false) then
    if grade <> 1 or not exists (
      select from prepared_use u join prepared_answer a on a.id = u.answer_id
        join prepared_version v on v.answer_id = u.answer_id and v.version = u.version
      where u.draft_id = new.facts #>> '{draft,id}' and u.hash = v.hash and a.ended_at is null and v.declined_at is null
        and v.expires_at > new.issued_at and cardinality(v.scopes) = (
          select count(*) from prepared_signature s
          where s.answer_id = v.answer_id and s.version = v.version and s.hash = v.hash and s.scope = any (v.scopes))
    ) then
      raise exception 'claim % was not signed for: its prepared answer is not in force', of_claim;
    end if;
  elsif as_ = 'duty' then
    raise exception 'claim % was not signed for to be let out by the duty officer alone', of_claim;
  end if;
  insert into claim_step (claim_id, version, event, from_state, to_state, actor, account, at)
    values (of_claim, reached, 'publish', 'approved', 'publishing', as_, new.actor, its_at);
  -- What was said in a drill has no address.
  if new.class <> 'actual' then return null; end if;
  perform open_claim_page(of_claim, its_at);
  with recursive whole (id) as (select of_claim union select c.id from claim c join whole w on c.merged_into = w.id)
  update claim_line l set ended_at = new.issued_at, ended_by = new.actor, ended_how = 'answered'
  from whole w where l.claim_id = w.id and l.ended_at is null;
  return null;
end $$;

-- A correction stands in the lineage of what it corrects, which belongs to the first draft.
create or replace function settle_draft() returns trigger language plpgsql as $$
begin
  update draft set state = 'released', notice_id = new.id, released_by = new.actor, due_at = null,
    released_at = coalesce((new.facts #>> '{draft,saidAt}')::timestamptz, new.issued_at),
    lineage_id = case when exists (select from draft o where o.lineage_id = new.lineage_id) then null else new.lineage_id end
  where id = new.facts #>> '{draft,id}' and hash = new.facts #>> '{draft,hash}'
    and state in ('approved', 'scheduled', 'missed') and approved_at is not null;
  if not found then
    raise exception 'draft % is not what was approved', new.facts #>> '{draft,id}';
  end if;
  return null;
end $$;

-- What was answered before there were addresses.
update claim c set verdict = (
  select n.facts #>> '{written,rebuttal,verdict}' from draft d join notice n on n.id = d.notice_id
  where d.claim_id = c.id order by d.released_at desc limit 1)
where c.published_at is not null;
select open_claim_page(c.id, c.published_at) from claim c where c.published_at is not null and c.class = 'actual';

grant select, insert on claim_public, claim_line, prepared_answer, prepared_version, prepared_signature, prepared_use, claim_word_read
  to quakedesk_app;
grant update (ended_at, ended_by, ended_how) on claim_line to quakedesk_app;
grant update (ended_at, ended_by, ended_why) on prepared_answer to quakedesk_app;
grant update (offered_at, expires_at, declined_at, declined_by, declined_why) on prepared_version to quakedesk_app;
grant usage on all sequences in schema public to quakedesk_app;
