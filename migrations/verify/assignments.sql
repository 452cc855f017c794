-- Verify onecase:assignments on pg

begin;

select reply, return_reason, recheck_result, rechecked_at, recheck_failed_at, tracker_post, accepted_at, dispatched_at,
       responded_at, rectified_at, dispatch_count, return_count
  from onecase.reports where false;
select region, report_id, assignment_no, n, case_id, source, record_no, org_code, role, post, assigned_at, accepted_at,
       returned_at, return_reason, due_at, done_at, status, dispatch_count, return_count, revision, changed_at, received_at,
       topic, partition, kafka_offset, item
  from onecase.assignments where false;
select 1 / (to_regclass('onecase.assignments_case_idx') is not null)::integer;

select dispatch_count, return_count, lead_org_by, measures_by, tracker_post_by, satisfaction_by, recheck_by, sham, sham_by
  from onecase.cases where false;
select 1 / has_function_privilege('onecase_writer', 'onecase.derive_cases(text[], bigint[])', 'execute')::integer;
select 1 / (not has_function_privilege('onecase_operator', 'onecase.derive_cases(text[], bigint[])', 'execute'))::integer;

rollback;
