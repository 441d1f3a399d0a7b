-- What the program's role may do. It cannot change or remove what was said, received or journalled (DESIGN L5), and what
-- moves on moves in the columns named here: no delivery, quake, hold or outlet changes its lane or what it belongs to (L4).

grant select on all tables in schema public to quakedesk_app;
grant insert on raw_payload, quake, report, report_quake, refused_row, binding, decision, hold, serial_counter, lineage,
  authorisation, notice, outlet, delivery, attempt, call, outlet_box, kill_switch, alarm, seen_message, page, source,
  setting, journal_seal to quakedesk_app;
-- Without its id: a number of one's own choosing would leave the sealer behind (it looks near the newest sealed row).
grant insert (at, actor, act, subject, detail) on journal to quakedesk_app;

grant update on outlet_box, seen_message, page, source, setting to quakedesk_app;
grant update (version) on ledger_head to quakedesk_app;
grant update (merged_into, pinned_report_id, origin_at, latitude, longitude) on quake to quakedesk_app;
grant update (quake_id) on report_quake to quakedesk_app;
grant update (report_id, notice_kind, gate, reason, state, due_at, closed_at, closed_by, closed_why) on hold to quakedesk_app;
grant update (last) on serial_counter to quakedesk_app;
grant update (channel, mode, retired) on outlet to quakedesk_app;
grant update (state, due_at, lease_owner, lease_until, attempts, progress, first_attempt_at, absent_probes,
  absent_since, job, ref, url, reason, expires_at, accepted_at, seen_at, removed_at, changed_at) on delivery to quakedesk_app;
grant update (message, repeat_at, sent, acknowledged_at, acknowledged_by, cleared_at) on alarm to quakedesk_app;
grant update (finished_at, outcome, detail) on attempt to quakedesk_app;

grant delete on outlet_box, seen_message, page, call to quakedesk_app;
grant usage on all sequences in schema public to quakedesk_app;
