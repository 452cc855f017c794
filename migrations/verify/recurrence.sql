-- Verify onecase:recurrence on pg

begin;

select region, case_id, hazard_id, case_no, category_code, category_zh, closed_at, repeated_at, days, window_days,
       kind, repeat_case_id, repeated_source, orgs, claimed_measures, sham_suspect
  from analysis.recurrence
 where false;

select 1 / (viewowner = 'onecase_views')::integer
  from pg_views where schemaname = 'analysis' and viewname = 'recurrence';
select 1 / has_table_privilege('onecase_analyst', 'analysis.recurrence', 'select')::integer;

rollback;
