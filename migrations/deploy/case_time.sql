-- Deploy onecase:case_time to pg
-- What time does to a case: its limit, who set what, timers; which reports came as history.

begin;
set local client_encoding = 'UTF8';
set local client_min_messages = warning;

alter table onecase.cases
    add column level_by text collate "C",
    add column status_by text collate "C",
    add column due_by text collate "C",
    add column overdue boolean not null default false,
    add column begun_at timestamptz,
    add column timer_at timestamptz,
    add column twin_at timestamptz;

comment on column onecase.cases.level_by is '等级由谁设定：person 人员、department 部门、machine 规则 / who set the level: person, department, machine (a rule)';
comment on column onecase.cases.status_by is '状态由谁设定：person、department、machine / who set the status: person, department, machine';
comment on column onecase.cases.due_at is '到期：部门所定者优先，否则按时限表 / due: as a department set it, else by the table of limits';
comment on column onecase.cases.due_rule is '时限规则：department，或时限表的行号 / rule: department, or the id of a row of the table of limits';
comment on column onecase.cases.due_by is '到期由谁设定：person、department、machine / who set it: person, department, machine';
comment on column onecase.cases.overdue is '是否超期（到期未办结；延期或补报的按时办结会撤销） / overdue: not closed when due; taken back by more time or by a closing in time that was told late';
comment on column onecase.cases.begun_at is '重开时间，时限自此重新起算；空为未重开 / when it began anew, from when the limit runs; null: it was not reopened';
comment on column onecase.cases.timer_at is '定时：何时查看（到期，或办结后复发窗口结束），流时间 / timer: when it is looked at (due, or end of the window after its closing), stream time';
comment on column onecase.cases.twin_at is '定时：何时再判断是否与另一隐患相同，流时间 / timer: when it is asked once more whether it is another hazard, stream time';
comment on column onecase.cases.effective is '有效处置：已办结且复查通过，或窗口内未再发生；空为尚未可知 / effective: closed, and rechecked or not repeated in the window; null: not known yet';

create index cases_timer_idx on onecase.cases (region, (least(timer_at, twin_at)))
    where timer_at is not null or twin_at is not null;

create view onecase.timers as
select region, timer_at as due_at, hazard_id, case_id,
       case when closed_at is null then 'overdue' else 'recurrence' end as kind
  from onecase.cases
 where timer_at is not null
union all
select region, twin_at, hazard_id, case_id, 'twin'
  from onecase.cases
 where twin_at is not null;

comment on view onecase.timers is '定时任务：案件何时会被查看 / timers: when a case is looked at';
comment on column onecase.timers.region is '区域 / region';
comment on column onecase.timers.due_at is '到时，流时间 / due, stream time';
comment on column onecase.timers.hazard_id is '隐患号 / hazard';
comment on column onecase.timers.case_id is '案件号 / case';
comment on column onecase.timers.kind is '种类：overdue 超期、recurrence 复发窗口、twin 疑似同一再判断 / kind: overdue, recurrence (end of the window), twin (asked once more)';

grant select on onecase.timers to onecase_operator, onecase_writer;

alter table onecase.reports add column backfill boolean not null default false;

-- Monthly partitions that are there already do not take a comment over from their table.
do $$
declare
    reports regclass;
begin
    for reports in
        select 'onecase.reports'::regclass
        union all
        select inhrelid::regclass from pg_inherits where inhparent = 'onecase.reports'::regclass
    loop
        execute format('comment on column %s.backfill is %L', reports,
            '是否作为历史补录（不对外发布） / came as history: stored and not announced');
    end loop;
end
$$;

grant select (backfill) on onecase.reports to onecase_operator;

commit;
