-- Verify onecase:case_time on pg

begin;

select level_by, status_by, due_by, overdue, begun_at, timer_at, twin_at from onecase.cases where false;
select backfill from onecase.reports where false;
select region, due_at, hazard_id, case_id, kind from onecase.timers where false;
select 1 / (to_regclass('onecase.cases_timer_idx') is not null)::integer;

rollback;
