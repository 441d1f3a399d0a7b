-- A person's switch stops a push on its way (DESIGN §6.11): a word that was stopped stays so, like a delivery refused.

alter table push_broadcast drop constraint push_broadcast_state_check;
alter table push_broadcast add constraint push_broadcast_state_check
  check (state in ('planning', 'sending', 'done', 'replaced', 'stopped'));
