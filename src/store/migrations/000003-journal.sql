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
create trigger decision_stays before update or delete on decision
  for each row execute function refuse_change();
create trigger authorisation_stays before update or delete on authorisation
  for each row execute function refuse_change();

-- An attempt begins and ends; how it ended is never written over.
create trigger attempt_ends_once before update on attempt
  for each row when (old.finished_at is not null) execute function refuse_change();
create trigger attempt_stays before delete on attempt
  for each row execute function refuse_change();

create trigger notice_no_truncate before truncate on notice for each statement execute function refuse_change();
create trigger report_no_truncate before truncate on report for each statement execute function refuse_change();
create trigger raw_payload_no_truncate before truncate on raw_payload for each statement execute function refuse_change();
create trigger decision_no_truncate before truncate on decision for each statement execute function refuse_change();
create trigger authorisation_no_truncate before truncate on authorisation for each statement execute function refuse_change();
create trigger attempt_no_truncate before truncate on attempt for each statement execute function refuse_change();
