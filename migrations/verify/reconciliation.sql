-- Verify onecase:reconciliation on pg

begin;

select source_topic, source_partition, first_offset, last_offset, consumed, extra_items, reports,
       updates, ignored, dead, skipped, redelivered, missing, doubled
  from analysis.reconciliation
 where false;

select 1 / (viewowner = 'onecase_views')::integer
  from pg_views where schemaname = 'analysis' and viewname = 'reconciliation';
select 1 / has_table_privilege('onecase_analyst', 'analysis.reconciliation', 'select')::integer;

rollback;
