-- The newest notices of a lane, in the order of the lists. The index that there was holds ids the other way round, so that every
-- list sorted all notices there are; and the list stands in the way of a first word.
create index notice_listed on notice (class, issued_at desc, id desc);
drop index notice_issued;
