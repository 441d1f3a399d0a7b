-- A person's switch stops a push on its way (DESIGN §6.11): a word that was stopped stays so, like a delivery refused.

alter table push_broadcast drop constraint push_broadcast_state_check;
alter table push_broadcast add constraint push_broadcast_state_check
  check (state in ('planning', 'sending', 'done', 'replaced', 'stopped'));

-- The newest row of each switch counts. The one for all never stops a withdrawal; an outlet's own does. A digest has no
-- notice and is none.
create function push_is_stopped(outlet text, notice text) returns boolean language sql stable as $$
  select coalesce((select k.is_on from kill_switch k where k.outlet_id = outlet order by k.id desc limit 1), false)
    or coalesce((select k.is_on from kill_switch k where k.outlet_id = '*' order by k.id desc limit 1), false)
      and not exists (select from notice n where n.id = notice and n.kind = 'withdrawal')
$$;
