-- Verify onecase:accounting on pg

begin;

select inspections, assignments, released, last_at from onecase.accounts where false;
select item from onecase.reports where false;
select attempt from onecase.pending_updates where false;
select first_attempt from onecase.dead_letters where false;
select attempt from onecase.forwarded_records where false;
select origin from onecase.forwards_in_flight where false;

select topic, partition, kafka_offset, item, attempt, report_partition, report_offset, received_at
  from onecase.released_records
 where false;

select topic, partition, first_offset, last_offset, report_partition, report_offset, received_at
  from onecase.skipped_offsets
 where false;

select inspections, assignments, lost, released, missing, doubled, since
  from analysis.reconciliation
 where false;

select source_topic, source_partition, outcome, reason, stage, rule, state, records, first_offset, last_offset,
       first_at, last_at
  from analysis.reconciliation_detail
 where false;

select 1 / (viewowner = 'onecase_views')::integer
  from pg_views where schemaname = 'analysis' and viewname = 'reconciliation_detail';
select 1 / has_table_privilege('onecase_writer', 'onecase.released_records', 'insert')::integer;
select 1 / has_table_privilege('onecase_writer', 'onecase.skipped_offsets', 'insert')::integer;
select 1 / has_table_privilege('onecase_analyst', 'analysis.reconciliation', 'select')::integer;

rollback;
