-- Verify onecase:outbox on pg

begin;

select report_partition, report_offset, n, kind, region, case_id, payload, stream_time
  from onecase.outbox
 where false;

rollback;
