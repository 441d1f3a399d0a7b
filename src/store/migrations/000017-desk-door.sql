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
