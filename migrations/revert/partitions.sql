-- Revert onecase:partitions from pg

begin;

-- Partitions that were made stay with their tables.
drop function onecase.make_partitions(timestamptz);

commit;
