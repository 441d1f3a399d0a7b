-- The journal: append-only, chained by one sealer, closed to the program's role except for INSERT (DESIGN L5).

create table journal (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  actor text not null,
  act text not null,
  subject text not null,
  detail jsonb not null default '{}'
);

-- The chain is kept beside the rows, so that appending never waits for the chain's head.
create table journal_seal (
  seq bigint primary key,
  journal_id bigint not null unique references journal (id),
  previous text not null,
  hash text not null unique,
  sealed_at timestamptz not null
);

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only: % refused', tg_table_name, tg_op using errcode = 'insufficient_privilege';
end $$;

create trigger journal_append_only before update or delete on journal
  for each row execute function refuse_change();
create trigger journal_no_truncate before truncate on journal
  for each statement execute function refuse_change();
create trigger journal_seal_append_only before update or delete on journal_seal
  for each row execute function refuse_change();
create trigger journal_seal_no_truncate before truncate on journal_seal
  for each statement execute function refuse_change();
create trigger notice_stays_said before update or delete on notice
  for each row execute function refuse_change();
create trigger report_stays before update or delete on report
  for each row execute function refuse_change();
create trigger raw_payload_stays before update or delete on raw_payload
  for each row execute function refuse_change();
