-- The desk's door under attack, and its pages over a long record.

-- Browsers that somebody has signed in with before, by the hash of their token (OWASP: device cookies). Whoever guesses from
-- elsewhere locks the account for strangers; these have a count of their own, so that the officer on duty still comes in.
create table known_device (
  token_hash bytea not null,
  account_id text not null references account (id),
  failures integer not null default 0,
  seen_at timestamptz not null,
  ends_at timestamptz not null,
  -- A duty room's computer is shared.
  primary key (token_hash, account_id)
);
create index known_device_account on known_device (account_id, seen_at);

grant select, insert, delete on known_device to quakedesk_app;
grant update (token_hash, failures, seen_at, ends_at) on known_device to quakedesk_app;

-- A node that starts reads the newest rows of each source, one that another has overtaken only what is newer than its own.
create index report_source on report (source, seq);
create index report_seq on report (seq);
-- A late row finds its quake by the source's own id.
create index report_event on report (source, source_event_id);
create index quake_created on quake (created_at);
-- What the gates said of a determination when it was last judged.
create index decision_report on decision (report_id, id);
create index hold_decided on hold (since) where state in ('released', 'dismissed');

-- An auditor's days: a drill's rows have its scenario's time, so that a span of time is no span of ids.
drop index journal_at;
create index journal_at on journal (at, id);
