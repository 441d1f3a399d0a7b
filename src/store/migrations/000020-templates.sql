-- Notice templates as the desk edits them, and what was signed for them. Nothing here is ever changed: an edit is another version,
-- another version in force is another row, an authorisation ends by a row beside it (DESIGN L5).

-- Files that differ from the shipped ones, all of them, so that a version is whole by itself.
create table template_version (
  id text primary key,
  -- What it was edited from; null: the shipped templates.
  base text references template_version (id),
  files jsonb not null,
  made_by text not null,
  made_at timestamptz not null,
  why text not null check (length(why) between 1 and 200)
);
create index template_version_made on template_version (made_at);

-- The newest row is what is in force; without a row the shipped templates are. version_id null: back to the shipped ones.
create table template_force (
  id bigint generated always as identity primary key,
  version_id text references template_version (id),
  -- Hash of each notice kind as it was signed.
  hashes jsonb not null,
  signed_by text not null,
  why text not null default '',
  at timestamptz not null
);

create table template_authorisation (
  id text primary key,
  template text not null,
  sha256 text not null,
  version_id text references template_version (id),
  sources text[] not null check (cardinality(sources) between 1 and 200),
  conditions jsonb not null,
  publication_level text not null,
  secrecy_review text not null,
  signed_by text not null,
  signed_at timestamptz not null,
  expires_at timestamptz not null,
  check (expires_at > signed_at)
);

-- Ends one of the desk or of the configuration file, by its id; one signed later under the same id is another.
create table authorisation_end (
  id bigint generated always as identity primary key,
  authorisation_id text not null,
  ended_by text not null,
  ended_at timestamptz not null,
  why text not null
);

create trigger template_version_stays before update or delete on template_version for each row execute function refuse_change();
create trigger template_force_stays before update or delete on template_force for each row execute function refuse_change();
create trigger template_authorisation_stays before update or delete on template_authorisation
  for each row execute function refuse_change();
create trigger authorisation_end_stays before update or delete on authorisation_end for each row execute function refuse_change();
create trigger template_version_no_truncate before truncate on template_version for each statement execute function refuse_change();
create trigger template_force_no_truncate before truncate on template_force for each statement execute function refuse_change();
create trigger template_authorisation_no_truncate before truncate on template_authorisation
  for each statement execute function refuse_change();
create trigger authorisation_end_no_truncate before truncate on authorisation_end for each statement execute function refuse_change();

grant select, insert on template_version, template_force, template_authorisation, authorisation_end to quakedesk_app;
grant usage on all sequences in schema public to quakedesk_app;
