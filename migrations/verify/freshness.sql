-- Verify onecase:freshness on pg

begin;

select written_at from onecase.reports where false;
select written_at from onecase.outbox where false;
select source, report_count, since, p50_s, p99_s, newest_s, sent_p50_s, stored_p50_s, newest_at
  from analysis.freshness where false;
select 1 / has_table_privilege('onecase_analyst', 'analysis.freshness', 'select')::integer,
       1 / has_column_privilege('onecase_operator', 'onecase.reports', 'written_at', 'select')::integer;

rollback;
