-- Who works at the desk. Names, logins and secrets stay in these tables: the journal knows an account's id alone (DESIGN L5).

create table organisation (
  id text primary key check (id ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
  name text not null check (length(name) between 1 and 60),
  kind text not null check (kind in ('bureau', 'cac', 'police', 'other'))
);

create table account (
  id text primary key,
  login text not null unique check (login ~ '^[a-z0-9][a-z0-9._-]{1,39}$'),
  name text not null check (length(name) between 1 and 40),
  organisation_id text not null references organisation (id),
  roles text[] not null check (cardinality(roles) between 1 and 9),
  state text not null default 'invited' check (state in ('invited', 'active', 'disabled')),
  -- argon2id in the PHC form; null until the invitation was taken up.
  password text,
  -- Sealed under the installation's key; a copied database alone makes no codes.
  totp bytea,
  totp_step bigint not null default 0,
  -- Hashes of recovery codes not used yet.
  recovery bytea[] not null default '{}',
  failures integer not null default 0,
  locked_until timestamptz,
  created_at timestamptz not null,
  created_by text not null,
  signed_in_at timestamptz,
  version integer not null default 1
);

-- A link that opens an account's door once; only its hash is kept.
create table invitation (
  token_hash bytea primary key,
  account_id text references account (id),
  made_by text not null,
  made_at timestamptz not null,
  ends_at timestamptz not null,
  used_at timestamptz,
  -- Without an account it is the first start's: whoever takes it up becomes the security administrator.
  check (account_id is not null or made_by = 'start')
);

create table desk_session (
  token_hash bytea primary key,
  account_id text not null references account (id),
  -- second-factor: the password was right, the code is still to come; enrol: it has no second factor yet.
  stage text not null check (stage in ('second-factor', 'enrol', 'full')),
  csrf text not null,
  -- An enrolment under way, sealed.
  offered bytea,
  begun_at timestamptz not null,
  seen_at timestamptz not null,
  ends_at timestamptz not null
);
create index desk_session_account on desk_session (account_id);

-- Failures of the last minutes by what was tried (a login, an address), hashed: limits hold over all nodes.
create table sign_in_failure (
  id bigint generated always as identity primary key,
  subject bytea not null,
  at timestamptz not null
);
create index sign_in_failure_subject on sign_in_failure (subject, at);

grant select, insert on organisation, account, invitation, desk_session, sign_in_failure to quakedesk_app;
grant update (name, kind) on organisation to quakedesk_app;
grant update (name, organisation_id, roles, state, password, totp, totp_step, recovery, failures, locked_until, signed_in_at,
  version) on account to quakedesk_app;
grant update (used_at) on invitation to quakedesk_app;
grant update (stage, offered, seen_at, ends_at) on desk_session to quakedesk_app;
grant delete on desk_session, sign_in_failure to quakedesk_app;
grant usage on all sequences in schema public to quakedesk_app;

-- For whoever asks a year later: by whom, what, about what. Rows come in order of time, so a span of time is a span of ids.
create index journal_actor on journal (actor, id);
create index journal_act on journal (act text_pattern_ops, id);
create index journal_subject on journal (subject, id);
create index journal_at on journal using brin (at);
