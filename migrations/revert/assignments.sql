-- Revert onecase:assignments from pg

begin;

drop function onecase.derive_cases(text[], bigint[]);
alter table onecase.cases
    drop column dispatch_count,
    drop column return_count,
    drop column lead_org_by,
    drop column measures_by,
    drop column tracker_post_by,
    drop column satisfaction_by,
    drop column recheck_by,
    drop column sham,
    drop column sham_by;
drop table onecase.assignments;
alter table onecase.reports
    drop column reply,
    drop column return_reason,
    drop column recheck_result,
    drop column rechecked_at,
    drop column recheck_failed_at,
    drop column tracker_post,
    drop column accepted_at,
    drop column dispatched_at,
    drop column responded_at,
    drop column rectified_at,
    drop column dispatch_count,
    drop column return_count;

commit;
