-- What the open feeds add to the record.

-- Messages as they were published, byte for byte: later ones must name them exactly so (CAP 1.2 §3.2.1 "references"), also
-- after the bureau has changed its sender. Immutable like the notice (DESIGN L5); the page table holds a copy to be served.
create table cap_alert (
  notice_id text primary key,
  class traffic_class not null,
  outlet_id text not null,
  lineage_id text not null,
  -- Place in its lineage's chain: of two nodes that would go on from the same message one must look again.
  position smallint not null check (position > 0),
  report_no integer not null,
  identifier text not null unique,
  sender text not null,
  sent text not null,
  msg_type text not null,
  headline text not null,
  sent_at timestamptz not null,
  body text not null,
  foreign key (notice_id, class) references notice (id, class),
  foreign key (outlet_id, class) references outlet (id, class),
  foreign key (lineage_id, class) references lineage (id, class),
  unique (lineage_id, position)
);
create index cap_alert_sent on cap_alert (sent_at desc, notice_id);

grant select, insert on cap_alert to quakedesk_app;

-- For the quakes of the API: their notices by quake, in order.
create index notice_quake on notice (quake_id, issued_at);
