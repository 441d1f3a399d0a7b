-- Stands in for another branch's file while this one is tested alone.
select 1;
