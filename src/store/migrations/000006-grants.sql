-- What the program's role may do. It cannot change or remove what was said, received or journalled (DESIGN L5).

grant select on all tables in schema public to quakedesk_app;
grant insert on raw_payload, quake, report, report_quake, refused_row, binding, decision, hold, serial_counter, lineage,
  authorisation, notice, outlet, delivery, attempt, call, outlet_box, kill_switch, alarm, seen_message, page, source,
  setting, journal, journal_seal to quakedesk_app;
grant update on ledger_head, quake, report_quake, hold, serial_counter, outlet, delivery, attempt, outlet_box, alarm,
  seen_message, page, source, setting to quakedesk_app;
grant delete on outlet_box, seen_message, page, call to quakedesk_app;
grant usage on all sequences in schema public to quakedesk_app;
