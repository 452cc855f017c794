-- Revert onecase:case_time from pg

begin;

alter table onecase.reports drop column backfill;
drop view onecase.timers;
drop index onecase.cases_timer_idx;
alter table onecase.cases
    drop column twin_at,
    drop column timer_at,
    drop column begun_at,
    drop column overdue,
    drop column due_by,
    drop column status_by,
    drop column level_by;

commit;
