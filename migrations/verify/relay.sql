-- Verify onecase:relay on pg

begin;

select partition, report_offset, n, written_at
  from onecase.relay_positions
 where false;

rollback;
