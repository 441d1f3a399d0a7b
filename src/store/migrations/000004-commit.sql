-- One round trip, one commit: raw payload, reports, quakes, decision, holds, notices, deliveries with their first
-- attempts, calls, alarms, journal (DESIGN L2). The caller has decided everything; this only writes, or says that the
-- picture the caller decided on is no longer the newest. Parts that a plan does not have are left out by the caller: an
-- empty insert costs some 40 µs, and there are sixteen of them.

create function commit_plan(plan jsonb, raw bytea) returns jsonb language plpgsql as $$
declare
  current bigint;
  at_ timestamptz := (plan->>'at')::timestamptz;
  raw_id_ bigint;
begin
  select version into current from ledger_head for update;
  if current <> (plan->>'version')::bigint then
    return jsonb_build_object('conflict', current);
  end if;

  -- A word that was believed unsent may have left since the picture was made: then its outlet must be told, too, and the
  -- caller decides again. Waits for a node that is taking it at this moment. All that end are taken here, by their ids:
  -- whoever takes several deliveries at once does it in that order, or passes over those that are taken (lease_due).
  if plan ? 'ended_deliveries' then
    perform from jsonb_to_recordset(plan->'ended_deliveries') as c(id text) join delivery d on d.id = c.id
      order by d.id for update of d;
    if exists (select from jsonb_to_recordset(plan->'ended_deliveries') as c(id text, unsent boolean)
      join delivery d on d.id = c.id where c.unsent and d.state in ('sending', 'pending', 'unknown', 'accepted')) then
      return jsonb_build_object('conflict', current);
    end if;
  end if;

  if plan ? 'message' then
    insert into seen_message (door, id, at, reply)
    values (plan#>>'{message,door}', plan#>>'{message,id}', at_, coalesce(plan#>'{message,reply}', '{}'))
    on conflict do nothing;
    if not found then
      return jsonb_build_object('repeated', true);
    end if;
  end if;

  if plan ? 'raw' then
    insert into raw_payload (source, transport, class, received_at, content_type, sha256, bytes)
    values (plan#>>'{raw,source}', plan#>>'{raw,transport}', (plan#>>'{raw,class}')::traffic_class,
      (plan#>>'{raw,received_at}')::timestamptz, plan#>>'{raw,content_type}', plan#>>'{raw,sha256}', raw)
    returning id into raw_id_;
  end if;

  if plan ? 'source' then
    update source set
      seeded_at = coalesce(seeded_at, (plan#>>'{source,seeded_at}')::timestamptz),
      last_ok_at = (plan#>>'{source,last_ok_at}')::timestamptz,
      last_changed_at = coalesce((plan#>>'{source,last_changed_at}')::timestamptz, last_changed_at)
    where id = plan#>>'{source,id}';
  end if;

  if plan ? 'quakes' then
    insert into quake as q (id, class, created_at, merged_into, pinned_report_id, origin_at, latitude, longitude)
    select c.id, c.class, at_, c.merged_into, c.pinned_report_id, c.origin_at, c.latitude, c.longitude
    from jsonb_to_recordset(plan->'quakes') as c(id text, class traffic_class, merged_into text, pinned_report_id text,
      origin_at timestamptz, latitude double precision, longitude double precision)
    on conflict (id) do update set
      merged_into = coalesce(excluded.merged_into, q.merged_into),
      pinned_report_id = coalesce(excluded.pinned_report_id, q.pinned_report_id),
      origin_at = coalesce(excluded.origin_at, q.origin_at),
      latitude = coalesce(excluded.latitude, q.latitude),
      longitude = coalesce(excluded.longitude, q.longitude);
  end if;

  if plan ? 'reports' then
    insert into report (id, raw_id, row_no, source, authority, class, received_at, row_key, fingerprint, lifecycle,
      source_event_id, agency, source_code, evaluation, kind, origin_at, latitude, longitude, depth_km, magnitude,
      magnitude_type, place, body)
    select r.id, raw_id_, r.row_no, r.source, r.authority, r.class, r.received_at, r.row_key, r.fingerprint, r.lifecycle,
      r.source_event_id, r.agency, r.source_code, r.evaluation, r.kind, r.origin_at, r.latitude, r.longitude, r.depth_km,
      r.magnitude, r.magnitude_type, r.place, r.body
    from jsonb_to_recordset(plan->'reports') as r(id text, row_no integer, source text, authority text,
      class traffic_class, received_at timestamptz, row_key text, fingerprint text, lifecycle text, source_event_id text,
      agency text, source_code text, evaluation text, kind text, origin_at timestamptz, latitude double precision,
      longitude double precision, depth_km double precision, magnitude numeric, magnitude_type text, place text,
      body jsonb);
  end if;

  if plan ? 'belongs' then
    insert into report_quake (report_id, quake_id)
    select b.report_id, b.quake_id from jsonb_to_recordset(plan->'belongs') as b(report_id text, quake_id text)
    on conflict (report_id) do update set quake_id = excluded.quake_id;
  end if;

  if plan ? 'refused' then
    insert into refused_row (raw_id, source, row_no, rule, reason, at)
    select raw_id_, plan#>>'{raw,source}', r.row_no, r.rule, r.reason, at_
    from jsonb_to_recordset(plan->'refused') as r(row_no integer, rule text, reason text);
  end if;

  if plan ? 'bindings' then
    insert into binding (source, base_id, quake_id, actor, at)
    select b.source, b.base_id, b.quake_id, b.actor, at_
    from jsonb_to_recordset(plan->'bindings') as b(source text, base_id text, quake_id text, actor text);
  end if;

  if plan ? 'decisions' then
    insert into decision (quake_id, report_id, at, association, act, gate, reason, gates)
    select d.quake_id, d.report_id, at_, d.association, d.act, d.gate, d.reason, d.gates
    from jsonb_to_recordset(plan->'decisions') as d(quake_id text, report_id text, association text, act text, gate text,
      reason text, gates jsonb);
  end if;

  if plan ? 'closed_holds' then
    update hold h set state = c.state, closed_at = at_, closed_by = c.closed_by, closed_why = c.closed_why
    from jsonb_to_recordset(plan->'closed_holds') as c(id text, state text, closed_by text, closed_why text)
    where h.id = c.id;
  end if;

  if plan ? 'holds' then
    insert into hold (id, quake_id, report_id, class, notice_kind, gate, reason, state, since, due_at)
    select h.id, h.quake_id, h.report_id, h.class, h.notice_kind, h.gate, h.reason, h.state, at_, h.due_at
    from jsonb_to_recordset(plan->'holds') as h(id text, quake_id text, report_id text, class traffic_class,
      notice_kind text, gate text, reason text, state text, due_at timestamptz)
    on conflict (id) do update set report_id = excluded.report_id, notice_kind = excluded.notice_kind,
      gate = excluded.gate, reason = excluded.reason, state = excluded.state, due_at = excluded.due_at;
  end if;

  if plan ? 'authorisations' then
    insert into authorisation (id, template, sha256, body, recorded_at)
    select a.id, a.template, a.sha256, a.body, at_
    from jsonb_to_recordset(plan->'authorisations') as a(id text, template text, sha256 text, body jsonb)
    on conflict (id) do nothing;
  end if;

  if plan ? 'ended_deliveries' then
    update delivery d set state = c.state, reason = c.reason, changed_at = at_, lease_owner = '', lease_until = null
    from jsonb_to_recordset(plan->'ended_deliveries') as c(id text, state text, reason text)
    where d.id = c.id and d.state = 'queued';
  end if;

  -- Serials are allotted here and nowhere else; gapless because a lost commit takes its number back with it.
  if plan ? 'lineages' then
    insert into serial_counter (class, year, last)
    select l.class, l.year, max(l.number) from jsonb_to_recordset(plan->'lineages')
      as l(class traffic_class, year integer, number integer) group by l.class, l.year
    on conflict (class, year) do update set last = excluded.last
    where excluded.last > serial_counter.last;

    insert into lineage (id, class, quake_id, year, number, serial)
    select l.id, l.class, l.quake_id, l.year, l.number, l.serial from jsonb_to_recordset(plan->'lineages')
      as l(id text, class traffic_class, quake_id text, year integer, number integer, serial text);
  end if;

  if plan ? 'notices' then
    insert into notice (id, code, class, lineage_id, report_no, kind, supersedes, quake_id, report_id, title, text,
      variants, facts, evaluation, origin_at, received_at, decided_at, issued_at, authorisation_id, actor,
      publication_level, secrecy_review, rule)
    select n.id, n.code, n.class, n.lineage_id, n.report_no, n.kind, n.supersedes, n.quake_id, n.report_id, n.title,
      n.text, n.variants, n.facts, n.evaluation, n.origin_at, n.received_at, n.decided_at, n.issued_at,
      n.authorisation_id, n.actor, n.publication_level, n.secrecy_review, n.rule
    from jsonb_to_recordset(plan->'notices') as n(id text, code text, class traffic_class, lineage_id text,
      report_no integer, kind text, supersedes text, quake_id text, report_id text, title text, text text, variants jsonb,
      facts jsonb, evaluation text, origin_at timestamptz, received_at timestamptz, decided_at timestamptz,
      issued_at timestamptz, authorisation_id text, actor text, publication_level text, secrecy_review text, rule text);
  end if;

  if plan ? 'deliveries' then
    with made as (
      insert into delivery (id, notice_id, class, outlet_id, leg, priority, state, content, due_at, lease_owner,
        lease_until, attempts, first_attempt_at, reason, expires_at, changed_at)
      select d.id, d.notice_id, d.class, d.outlet_id, d.leg, d.priority, d.state, d.content, d.due_at, d.lease_owner,
        case when d.state = 'sending' then clock_timestamp() + make_interval(secs => d.lease_ms / 1000.0) end,
        d.attempts, d.first_attempt_at, d.reason, d.expires_at, at_
      from jsonb_to_recordset(plan->'deliveries') as d(id text, notice_id text, class traffic_class, outlet_id text,
        leg text, priority smallint, state text, content jsonb, due_at timestamptz, lease_owner text,
        lease_ms integer, attempts integer, first_attempt_at timestamptz, reason text, expires_at timestamptz)
      returning id, state, lease_owner, first_attempt_at
    )
    insert into attempt (delivery_id, n, act, node, started_at)
    select id, 1, 'deliver', lease_owner, first_attempt_at from made where state = 'sending';
  end if;

  -- What was acknowledged rings again when there is something new to know about it. Rings by the real clock: a person hears
  -- it, and a scenario's clock may be ahead.
  if plan ? 'alarms' then
    insert into alarm as o (id, kind, subject, class, message, raised_at, repeat_at)
    select a.id, a.kind, a.subject, a.class, a.message, at_, least(at_, clock_timestamp())
    from jsonb_to_recordset(plan->'alarms') as a(id text, kind text, subject text, class traffic_class, message text)
    on conflict (kind, subject) where cleared_at is null do update set
      message = excluded.message, acknowledged_at = null, acknowledged_by = null, repeat_at = excluded.repeat_at
    where o.kind = 'hold' or o.message <> excluded.message;
  end if;

  if plan ? 'cleared_alarms' then
    update alarm a set cleared_at = at_
    from jsonb_to_recordset(plan->'cleared_alarms') as c(kind text, subject text)
    where a.kind = c.kind and a.subject = c.subject and a.cleared_at is null;
  end if;

  if plan ? 'journal' then
    insert into journal (at, actor, act, subject, detail)
    select at_, j.actor, j.act, j.subject, j.detail
    from jsonb_to_recordset(plan->'journal') as j(actor text, act text, subject text, detail jsonb);
  end if;

  update ledger_head set version = current + 1;
  perform pg_notify('quakedesk', 'ledger');
  return jsonb_build_object('version', current + 1, 'raw_id', raw_id_);
end $$;
