-- Verify onecase:issue_list on pg

begin;

select region, case_id, hazard_id, case_no, hazard_no, recurrence_no, category_code, category_zh,
       category_en, level, level_zh, status, status_zh, address, street_code, community_code,
       grid_code, precision_class, first_known_at, first_known_source, opened_at, closed_at,
       report_count, independent_count, reporter_count, source_count, sources
  from analysis.issue_list
 where false;

select 1 / (viewowner = 'onecase_views')::integer
  from pg_views where schemaname = 'analysis' and viewname = 'issue_list';
select 1 / has_table_privilege('onecase_analyst', 'analysis.issue_list', 'select')::integer;

rollback;
