-- Leases and outcomes of deliveries. Due times follow the installation's clock (it may be a scenario's), leases follow
-- the real one (a drill's deliveries follow its scenario's clock): a jumping scenario clock must not take a delivery away from the process that is sending it.

-- The newest row of each switch counts. The one for all never stops a withdrawal; an outlet's own does. A digest of
-- pushes has no notice and is none.
create function is_switched_off(outlet text, notice text) returns boolean language sql stable as $$
  select coalesce((select k.is_on from kill_switch k where k.outlet_id = outlet order by k.id desc limit 1), false)
    or coalesce((select k.is_on from kill_switch k where k.outlet_id = '*' order by k.id desc limit 1), false)
      and not exists (select from notice n where n.id = notice and n.kind = 'withdrawal')
$$;

-- Takes what is due for one node. A lease that ran out while bytes may have been under way becomes unknown, never a
-- second try (DESIGN L2). Each act gets its attempt row before anything leaves. It holds rows from one statement to the
-- next, so it waits for no delivery that somebody else has taken (the next look finds it): a commit that ends deliveries,
-- and holds some of them already, would wait for it in turn.
create function lease_due(node_ text, now_ timestamptz, drill_now timestamptz, lease_ms integer, most integer)
returns setof delivery language plpgsql as $$
begin
  with dead as (
    select id, state from delivery
    where state in ('sending', 'unknown', 'pending') and lease_until is not null and lease_until < clock_timestamp()
    for update skip locked
  ), closed as (
    update attempt a set finished_at = now_, outcome = 'lost', detail = '{"reason": "发送中断，是否发出待查"}'
    from dead where a.delivery_id = dead.id and a.finished_at is null
  )
  update delivery d set state = 'unknown', reason = '发送中断，是否发出待查',
    due_at = case d.class when 'drill' then drill_now else now_ end, lease_owner = '', lease_until = null, changed_at = now_
  from dead where d.id = dead.id and dead.state = 'sending';

  -- A word that a newer one replaced, or that grew too old, is not sent any more; what may already be visible is still probed.
  with replaced as (
    select d.id from delivery d
    where d.state = 'queued' and exists (select from notice n where n.supersedes = d.notice_id)
    for update skip locked
  )
  update delivery d set state = 'superseded', reason = '同一编号已有更新的公告', changed_at = now_
  from replaced where d.id = replaced.id;
  -- What waits for its next try when a person switches its outlet off ends there (DESIGN §6.11), as a word ends that is made
  -- while it is off: switched on again, the outlet says nothing old. What may already be visible is still probed.
  with stopped as (
    select d.id from delivery d where d.state = 'queued' and is_switched_off(d.outlet_id, d.notice_id)
    for update skip locked
  )
  update delivery d set state = 'refused', reason = '渠道已由人工停用，未发送', changed_at = now_
  from stopped where d.id = stopped.id;
  -- An end in silence would look like a word that was said: a person is told, in real time as with every alarm, also one
  -- who has acknowledged what kept it waiting.
  with late as (
    select d.id from delivery d
    where d.state = 'queued' and d.expires_at < case d.class when 'drill' then drill_now else now_ end
    for update skip locked
  ), gone as (
    update delivery d set state = 'expired', reason = '未能及时发出，已过时效', changed_at = now_
    from late where d.id = late.id
    returning d.id, d.class, d.outlet_id, d.notice_id
  )
  insert into alarm (id, kind, subject, class, message, raised_at, repeat_at)
  select 'a-' || substr(md5(g.id || clock_timestamp()::text), 1, 20), 'delivery', g.id, g.class,
    g.outlet_id || '（' || l.serial || ' 第' || n.report_no || '报）：未能及时发出，已过时效，不再发送',
    clock_timestamp(), clock_timestamp()
  from gone g join notice n on n.id = g.notice_id join lineage l on l.id = n.lineage_id
  on conflict (kind, subject) where cleared_at is null do update set
    message = excluded.message, acknowledged_at = null, acknowledged_by = null, repeat_at = excluded.repeat_at;

  return query
  with due as (
    select d.id from delivery d
    where d.state in ('queued', 'unknown', 'pending') and d.due_at <= case d.class when 'drill' then drill_now else now_ end
      and (d.lease_until is null or d.lease_until < clock_timestamp())
      -- One that was taken while the steps above looked is theirs at the next look, not to be sent.
      and (d.state <> 'queued' or (not exists (select from notice n where n.supersedes = d.notice_id)
        and not is_switched_off(d.outlet_id, d.notice_id)
        and (d.expires_at is null or d.expires_at >= case d.class when 'drill' then drill_now else now_ end)))
    order by d.priority, d.due_at
    limit most for update skip locked
  ), taken as (
    update delivery d set
      state = case when d.state = 'queued' then 'sending' else d.state end,
      attempts = d.attempts + 1,
      first_attempt_at = coalesce(d.first_attempt_at, case d.class when 'drill' then drill_now else now_ end),
      lease_owner = node_,
      lease_until = clock_timestamp() + make_interval(secs => lease_ms / 1000.0),
      changed_at = now_
    from due where d.id = due.id
    returning d.*
  ), begun as (
    insert into attempt (delivery_id, n, act, node, started_at)
    select t.id, t.attempts, case t.state when 'sending' then 'deliver' when 'unknown' then 'probe' else 'check' end,
      node_, now_
    from taken t
  )
  select * from taken;
end $$;

-- Writes one outcome. Does nothing when the lease has passed to someone else: then the other one's word counts.
create function settle_attempt(change jsonb) returns boolean language plpgsql as $$
declare
  at_ timestamptz := (change->>'at')::timestamptz;
begin
  update delivery d set
    state = change->>'state',
    due_at = coalesce((change->>'due_at')::timestamptz, d.due_at),
    progress = d.progress || coalesce(change->'progress', '{}'),
    absent_probes = coalesce((change->>'absent_probes')::integer, d.absent_probes),
    absent_since = case when change ? 'absent_since' then (change->>'absent_since')::timestamptz else d.absent_since end,
    job = coalesce(change->>'job', d.job),
    ref = coalesce(change->>'ref', d.ref),
    url = coalesce(change->>'url', d.url),
    reason = coalesce(change->>'reason', d.reason),
    accepted_at = coalesce((change->>'accepted_at')::timestamptz, d.accepted_at),
    attempts = d.attempts + case when change ? 'next_act' then 1 else 0 end,
    lease_owner = case when change ? 'next_act' then d.lease_owner else '' end,
    lease_until = case when change ? 'next_act'
      then clock_timestamp() + make_interval(secs => (change->>'lease_ms')::integer / 1000.0) end,
    changed_at = at_
  where d.id = change->>'delivery_id' and d.lease_owner = change->>'node' and d.attempts = (change->>'n')::integer;
  if not found then
    return false;
  end if;
  update attempt set finished_at = at_, outcome = change->>'outcome', detail = coalesce(change->'detail', '{}')
  where delivery_id = change->>'delivery_id' and n = (change->>'n')::integer;
  if change ? 'next_act' then
    insert into attempt (delivery_id, n, act, node, started_at)
    values (change->>'delivery_id', (change->>'n')::integer + 1, change->>'next_act', change->>'node', at_);
  end if;
  insert into journal (at, actor, act, subject, detail)
  values (at_, 'dispatch', 'delivery.' || (change->>'outcome'), change->>'delivery_id',
    jsonb_strip_nulls(jsonb_build_object('state', change->>'state', 'reason', change->>'reason', 'ref', change->>'ref')));
  perform pg_notify('quakedesk', 'delivery');
  return true;
end $$;

-- Books a call against the outlet's budgets: counts and inserts under one lock per outlet, so that two nodes never
-- overspend. limits: [{api, max, since}], max already reduced by the reserve the caller may not touch. Returns the number
-- of the limit that is used up (0: booked) and what each had used before.
create function book_call(outlet_ text, api_ text, now_ timestamptz, limits jsonb, out broken integer, out used integer[])
language plpgsql as $$
begin
  perform pg_advisory_xact_lock(hashtext('call ' || outlet_));
  select array_agg(t.spent order by t.position),
    coalesce(min(t.position) filter (where t.spent >= t.max), 0)
  into used, broken
  from (
    select l.position::integer, l.max,
      (select count(*)::integer from call c where c.outlet_id = outlet_ and c.at >= l.since and (l.api = '*' or c.api = l.api)) as spent
    from rows from (jsonb_to_recordset(limits) as (api text, max integer, since timestamptz)) with ordinality
      as l(api, max, since, position)
  ) t;
  if coalesce(broken, 0) = 0 then
    broken := 0;
    insert into call (outlet_id, api, at) values (outlet_, api_, now_);
  end if;
end $$;
