-- What looks through all notices for the few that are due must not depend on statistics: right after a restore there are none,
-- the planner takes a table of thousands for an empty one and reads it once for each notice (measured with 20,000 notices:
-- 31 s a call, with every outcome of a channel; by one pass over each table 0.02 s).
alter function allot_index_numbers() set enable_nestloop = off;
alter function spell_notices() set enable_nestloop = off;
