-- Files beside a draft: kept once under their hash, never changed. Draft and version name them in order with the words for
-- whoever cannot see them; the draft's hash covers that list. A notice hands out what its draft named, and nothing else.

create table attachment (
  sha256 text primary key check (sha256 ~ '^[0-9a-f]{64}$'),
  type text not null check (type in ('image/png', 'image/jpeg', 'application/pdf')),
  bytes bytea not null check (octet_length(bytes) between 1 and 5242880),
  added_at timestamptz not null,
  check (sha256 = encode(sha256(bytes), 'hex'))
);

alter table draft add attachments jsonb not null default '[]' check (jsonb_array_length(attachments) <= 6);
alter table draft_version add attachments jsonb not null default '[]';

create table notice_attachment (
  notice_id text not null references notice (id),
  sha256 text not null references attachment (sha256),
  primary key (notice_id, sha256)
);
create index notice_attachment_file on notice_attachment (sha256);

create function settle_attachments() returns trigger language plpgsql as $$
begin
  if not exists (select from draft where id = new.facts #>> '{draft,id}' and attachments = new.facts -> 'attachments') then
    raise exception 'notice % names files that its draft does not', new.id;
  end if;
  insert into notice_attachment (notice_id, sha256)
    select new.id, each ->> 'sha256' from jsonb_array_elements(new.facts -> 'attachments') each;
  return null;
end $$;
create trigger notice_attachments after insert on notice for each row when (new.facts ? 'attachments')
  execute function settle_attachments();

grant select, insert on attachment, notice_attachment to quakedesk_app;
grant update (attachments) on draft to quakedesk_app;
