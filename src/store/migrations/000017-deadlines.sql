-- Time limits of an event that began, were met or do not apply (国办发〔2016〕61号); what was noted is never changed.
create table deadline_mark (
  quake_id text not null references quake (id),
  deadline text not null check (deadline ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
  mark text not null check (mark in ('begun', 'met', 'waived')),
  at timestamptz not null,
  by text not null,
  words text not null check (length(words) <= 200),
  primary key (quake_id, deadline, mark)
);
grant select, insert on deadline_mark to quakedesk_app;
