-- Verify onecase:forwarding on pg

begin;

select forwarded, arrived from onecase.accounts where false;

select topic, partition, kafka_offset, item, region, came_to, report_partition, report_offset,
       received_at
  from onecase.forwarded_records
 where false;

select source, record_no, region from onecase.homes_ahead where false;

select report_partition, report_offset, n, region, origin, stream_time
  from onecase.forwards_in_flight
 where false;

select forwarded, arrived, in_flight from analysis.reconciliation where false;

select 1 / (viewowner = 'onecase_views')::integer
  from pg_views where schemaname = 'analysis' and viewname = 'reconciliation';
select 1 / has_table_privilege('onecase_writer', 'onecase.forwarded_records', 'insert')::integer;
select 1 / has_table_privilege('onecase_analyst', 'analysis.reconciliation', 'select')::integer;

rollback;
