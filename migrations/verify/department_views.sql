-- Verify onecase:department_views on pg

begin;

select org, role, post, assigned_at, accepted_at, due_at, returned_at, return_reason, status
  from analysis.responsibility_list where false;
select measures, due_at, tracker_post, rectified_at, recheck_result, overdue_h, effective
  from analysis.rectification_list where false;
select region, source, record_no, kind, received_at, hours from analysis.waiting_updates where false;
select 1 / has_table_privilege('onecase_analyst', 'analysis.responsibility_list', 'select')::integer;
select 1 / has_table_privilege('onecase_operator', 'analysis.waiting_updates', 'select')::integer;

rollback;
