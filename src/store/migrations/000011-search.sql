-- Looking for a notice in Chinese.

-- Each character stands as a word of its own, so that the trigram index finds one character as well as ten: pg_trgm knows no
-- trigram in a run of fewer than three, and two are what people type (a town's name). Width and case are folded.
create function spell_out(words text) returns text language sql immutable strict parallel safe as $$
  select regexp_replace(regexp_replace(lower(normalize(words, NFKC)), '[[:space:][:cntrl:]]+', '', 'g'), '(.)', ' \1', 'g') || ' '
$$;

-- What LIKE is given for a reader's words; nothing in them is a wildcard.
create function search_pattern(words text) returns text language sql immutable strict parallel safe as $$
  select '%' || regexp_replace(spell_out(words), '([\\%_])', '\\\1', 'g') || '%'
$$;

-- Its own row, written off the hot path: the first word does not wait for an index.
create table notice_words (
  notice_id text primary key references notice (id),
  words text not null
);
create index notice_words_trigram on notice_words using gin (words gin_trgm_ops);

-- Spells out what the website carries and is not there yet.
create function spell_notices() returns void language sql as $$
  insert into notice_words (notice_id, words)
    select n.id, spell_out(concat_ws('|', n.title, n.text, l.serial || '第' || n.report_no || '报', n.facts #>> '{origin,place}'))
    from notice n join lineage l on l.id = n.lineage_id
    where n.class = 'actual' and exists (select from page where path = '/n/' || n.code)
      and not exists (select from notice_words w where w.notice_id = n.id)
  on conflict do nothing
$$;

grant select, insert on notice_words to quakedesk_app;
