-- Deploy onecase:department_views to pg
-- The lists of who must act and of what was done; updates that wait for their report; rechecks that a claim did not stand.

begin;
set local client_encoding = 'UTF8';
set local client_min_messages = warning;

grant select on onecase.assignments to onecase_views;
grant select (source, record_no, status, status_at, lead_org, due_at, measures, return_reason, recheck_result, rechecked_at,
              accepted_at, dispatched_at, responded_at, rectified_at, dispatch_count, return_count) on onecase.reports to onecase_views;
grant select (report_partition, report_offset, region, source, record_no, kind, received_at) on onecase.pending_updates to onecase_views;
grant select (partition, stream_time, topic) on onecase.consumer_offsets to onecase_views;
grant select (topic) on onecase.report_topic to onecase_views;
grant select (reason_code) on onecase.case_events to onecase_views;

create function analysis.return_reason_zh(code text) returns text
    language sql immutable strict
    set search_path = pg_catalog, pg_temp
as $$
    select case code
        when 'missing_elements' then '缺失要素' when 'unclear' then '表述不清' when 'wrong_type' then '类型有误'
        when 'address_unclear' then '地址不详' when 'known_answer' then '已有知识' when 'duplicate' then '重复受理'
        when 'withdrawn' then '市民撤诉' when 'not_ours' then '不属本职' when 'other' then '其他原因' end
$$;
comment on function analysis.return_reason_zh(text) is '退回原因的中文 / a reason for returning, in Chinese';
grant execute on function analysis.return_reason_zh(text) to onecase_views, onecase_analyst, onecase_operator;

create view analysis.responsibility_list as
select issue.region,
       issue.case_id,
       issue.case_no,
       issue.category_code,
       issue.level,
       given.assignment_no,
       given.source,
       given.org_code as org,
       given.role,
       case given.role when 'lead' then '主办' when 'assist' then '协办' end as role_zh,
       given.post,
       given.assigned_at,
       given.accepted_at,
       given.due_at,
       given.returned_at,
       given.return_reason,
       analysis.return_reason_zh(given.return_reason) as return_reason_zh,
       given.return_count,
       given.done_at,
       given.status
  from onecase.assignments as given
  join onecase.cases as issue on issue.region = given.region and issue.case_id = given.case_id
union all
-- Departments that name who leads with the report itself, and have no assignments.
select issue.region,
       issue.case_id,
       issue.case_no,
       issue.category_code,
       issue.level,
       null,
       report.source,
       report.lead_org,
       'lead',
       '主办',
       null,
       report.dispatched_at,
       report.accepted_at,
       report.due_at,
       null,
       report.return_reason,
       analysis.return_reason_zh(report.return_reason),
       report.return_count,
       report.rectified_at,
       report.status
  from onecase.reports as report
  join onecase.cases as issue
    on issue.region = report.region and issue.hazard_id = report.hazard_id and issue.case_id = report.case_id
 where report.lead_org is not null
   and not exists (select from onecase.assignments as given
                    where given.region = report.region and given.report_id = report.report_id);

comment on view analysis.responsibility_list is
    '责任清单：每案每个承办单位一行 / list of who must act: one row for each organisation of a case';
comment on column analysis.responsibility_list.region is '区域 / region';
comment on column analysis.responsibility_list.case_id is '案件号 / case';
comment on column analysis.responsibility_list.case_no is '案件编号 / printed case number';
comment on column analysis.responsibility_list.category_code is '类别代码 / category leaf';
comment on column analysis.responsibility_list.level is '风险等级：1 红至 4 蓝 / level: 1 red to 4 blue';
comment on column analysis.responsibility_list.assignment_no is '派单号；来源没有派单时为空 / number of the assignment; null where the source has none';
comment on column analysis.responsibility_list.source is '来源系统 / source system';
comment on column analysis.responsibility_list.org is '承办单位 / organisation';
comment on column analysis.responsibility_list.role is '角色：lead 主办、assist 协办 / role: lead, assist';
comment on column analysis.responsibility_list.role_zh is '角色中文 / role in Chinese';
comment on column analysis.responsibility_list.post is '责任岗位 / post';
comment on column analysis.responsibility_list.assigned_at is '交办时间 / assigned';
comment on column analysis.responsibility_list.accepted_at is '签收时间 / signed for';
comment on column analysis.responsibility_list.due_at is '到期时间 / due';
comment on column analysis.responsibility_list.returned_at is '最近退回时间 / given back, the last time';
comment on column analysis.responsibility_list.return_reason is '最近退回原因代码 / code of the reason';
comment on column analysis.responsibility_list.return_reason_zh is '最近退回原因中文 / the reason in Chinese';
comment on column analysis.responsibility_list.return_count is '退回次数 / how often it was given back';
comment on column analysis.responsibility_list.done_at is '办结时间 / done';
comment on column analysis.responsibility_list.status is '状态，10 至 95 / status, 10 to 95';

create view analysis.rectification_list as
select issue.region,
       issue.case_id,
       issue.case_no,
       issue.category_code,
       issue.level,
       issue.status,
       issue.lead_org,
       issue.measures,
       issue.due_at,
       issue.tracker_post,
       case when issue.status in (50, 60) then issue.rectified_at end as rectified_at,
       issue.recheck_result,
       issue.rechecked_at,
       round(extract(epoch from
           coalesce(case when issue.status in (50, 60) then issue.rectified_at end, issue.closed_at,
                    (select max(read.stream_time) from onecase.consumer_offsets as read)) - issue.due_at) / 3600, 1)
           as overdue_h,
       issue.effective,
       issue.sham,
       issue.satisfaction,
       issue.urge_count,
       issue.dispatch_count,
       issue.return_count
  from onecase.cases as issue
 where issue.merged_into is null;

comment on view analysis.rectification_list is
    '整改清单：每案一行，措施、期限、跟踪、复查 / list of rectification: one row a case; measures, limit, who follows it up, recheck';
comment on column analysis.rectification_list.region is '区域 / region';
comment on column analysis.rectification_list.case_id is '案件号 / case';
comment on column analysis.rectification_list.case_no is '案件编号 / printed case number';
comment on column analysis.rectification_list.category_code is '类别代码 / category leaf';
comment on column analysis.rectification_list.level is '风险等级：1 红至 4 蓝 / level: 1 red to 4 blue';
comment on column analysis.rectification_list.status is '状态，10 至 95 / status, 10 to 95';
comment on column analysis.rectification_list.lead_org is '主办单位 / lead organisation';
comment on column analysis.rectification_list.measures is '整改措施 / measures';
comment on column analysis.rectification_list.due_at is '到期时间 / due';
comment on column analysis.rectification_list.tracker_post is '跟踪责任岗位 / post that follows it up';
comment on column analysis.rectification_list.rectified_at is '整改完成；状态不是 50、60 时为空 / rectified; null while the status is neither 50 nor 60';
comment on column analysis.rectification_list.recheck_result is '复查结论：pass、fail、not_checked / recheck: pass, fail, not_checked';
comment on column analysis.rectification_list.rechecked_at is '复查时间 / rechecked';
comment on column analysis.rectification_list.overdue_h is '超期小时（自然时），负数为提前；未完的算到最近流时间 / hours past the limit (by the clock), negative when early; while not done up to the latest stream time';
comment on column analysis.rectification_list.effective is '有效处置 / effective';
comment on column analysis.rectification_list.sham is '假整改 / rectified on paper';
comment on column analysis.rectification_list.satisfaction is '满意度，1 至 5 / satisfaction, 1 to 5';
comment on column analysis.rectification_list.urge_count is '催办次数 / urges';
comment on column analysis.rectification_list.dispatch_count is '派遣次数 / how often it was dispatched';
comment on column analysis.rectification_list.return_count is '退回次数 / how often it was returned';

create view analysis.waiting_updates as
select waiting.region,
       waiting.source,
       waiting.record_no,
       waiting.kind,
       waiting.received_at,
       round(extract(epoch from read.stream_time - waiting.received_at) / 3600, 1) as hours
  from onecase.pending_updates as waiting
  join onecase.report_topic as report on true
  join onecase.consumer_offsets as read
    on read.topic = report.topic and read.partition = waiting.report_partition
 where read.stream_time >= waiting.received_at + interval '24 hours';

comment on view analysis.waiting_updates is
    '等待报告超过 24 小时的更新：其报告未到、被忽略或在别的区域 / updates that have waited for their report for 24 hours: it has not come, was ignored or lives elsewhere';
comment on column analysis.waiting_updates.region is '区域 / region';
comment on column analysis.waiting_updates.source is '来源系统 / source system';
comment on column analysis.waiting_updates.record_no is '源记录号 / record number at the source';
comment on column analysis.waiting_updates.kind is '种类：update 更新、assignment 派单 / kind: update, assignment';
comment on column analysis.waiting_updates.received_at is '收到时间，即流时间 / received: stream time';
comment on column analysis.waiting_updates.hours is '已等待小时（该分区的流时间） / hours waited, by the stream time of its partition';

create or replace view analysis.recurrence as
with closing as not materialized (
    -- Each time a case of the hazard was closed, also one that is part of another case now.
    select event.region, closed.hazard_id, event.seq, event.event_at as closed_at
      from onecase.case_events as event
      join onecase.cases as closed
        on closed.region = event.region and closed.case_id = event.case_id
     where event.kind in ('closed', 'status_changed') and event.after_value = '60'
), repeat as (
    select again.region, again.case_id, known.hazard_id, before.closed_at, 'reopened' as kind,
           again.case_id as repeat_case_id, again.event_at as repeated_at, report.source
      from onecase.case_events as again
      join onecase.cases as known on known.region = again.region and known.case_id = again.case_id
      join lateral (
           select closing.closed_at
             from closing
            where closing.region = again.region and closing.hazard_id = known.hazard_id
              and closing.seq < again.seq and closing.closed_at <= again.event_at
            order by closing.closed_at desc limit 1) as before on true
      join onecase.reports as report
        on report.region = again.region and report.report_id = again.report_id
     where again.kind = 'reopened'
    union all
    select known.region, known.case_id, known.hazard_id, known.closed_at, 'next_case',
           later.case_id, later.opened_at, later.first_known_source
      from onecase.cases as known
      join lateral (
           select case_id, opened_at, first_known_source
             from onecase.cases
            where region = known.region and hazard_id = known.hazard_id
              and merged_into is null and opened_at > known.closed_at
            order by opened_at, case_id limit 1) as later on true
     where known.closed_at is not null and known.merged_into is null
    union all
    -- Somebody looked, and what had been said to be done was not.
    select failed.region, failed.case_id, known.hazard_id, coalesce(before.closed_at, done.rectified_at), 'recheck_failed',
           failed.case_id, failed.event_at, report.source
      from onecase.case_events as failed
      join onecase.cases as known on known.region = failed.region and known.case_id = failed.case_id
      join onecase.reports as report
        on report.region = failed.region and report.report_id = failed.report_id
      left join lateral (
           select closing.closed_at
             from closing
            where closing.region = failed.region and closing.hazard_id = known.hazard_id
              and closing.seq < failed.seq and closing.closed_at <= failed.event_at
            order by closing.closed_at desc limit 1) as before on true
      left join lateral (
           select max(told.rectified_at) as rectified_at
             from onecase.reports as told
            where told.region = failed.region and told.hazard_id = known.hazard_id
              and told.case_id = failed.case_id and told.rectified_at <= failed.event_at) as done on true
     where failed.kind = 'rechecked' and failed.after_value = 'fail' and failed.reason_code = 'sham'
)
select repeat.region,
       repeat.case_id,
       repeat.hazard_id,
       issue.case_no,
       issue.category_code,
       category.name_zh as category_zh,
       repeat.closed_at,
       repeat.repeated_at,
       round(extract(epoch from repeat.repeated_at - repeat.closed_at) / 86400, 1) as days,
       category.recurrence_days as window_days,
       repeat.kind,
       repeat.repeat_case_id,
       repeat.source as repeated_source,
       claim.orgs,
       claim.claimed_measures,
       repeat.kind = 'recheck_failed' or claim.reports > 0
           and (repeat.kind = 'reopened'
                or repeat.repeated_at - repeat.closed_at <= make_interval(days => category.recurrence_days))
           is true as sham_suspect
  from repeat
  join onecase.cases as issue on issue.region = repeat.region and issue.case_id = repeat.case_id
  left join onecase.categories as category on category.code = issue.category_code
  left join lateral (
       select max(closing.closed_at) as closed_at
         from closing
        where closing.region = repeat.region and closing.hazard_id = repeat.hazard_id
          and closing.closed_at < repeat.closed_at) as earlier on true
  join lateral (
       -- The reports that this closing said were dealt with: neither returned nor void.
       select count(*) as reports,
              array_agg(distinct report.lead_org order by report.lead_org)
                  filter (where report.lead_org is not null) as orgs,
              string_agg(distinct report.measures, '；' order by report.measures) as claimed_measures
         from onecase.reports as report
        where report.region = repeat.region and report.hazard_id = repeat.hazard_id
          and (repeat.kind = 'recheck_failed' and report.case_id = repeat.case_id
                   and report.rectified_at <= repeat.repeated_at
               or repeat.kind <> 'recheck_failed' and report.status = 60 and report.status_at <= repeat.closed_at
                   and (earlier.closed_at is null or report.status_at > earlier.closed_at))) as claim on true;

comment on column analysis.recurrence.closed_at is '办结时间；复查不通过而未办结过的，为称已整改的时间 / when it had been closed; of a failed recheck before any closing, when it was said to be done';
comment on column analysis.recurrence.kind is '方式：reopened 窗口内重开原案、next_case 另立新案、recheck_failed 复查不通过 / kind: reopened (within the window), next_case, recheck_failed';
comment on column analysis.recurrence.sham_suspect is '疑似假整改：窗口内再报，且曾有报告以已结案办结（退回、作废不算）；或复查不通过 / closed on paper: repeated within the window, and a report had been closed as done (returned and void ones are none); or a recheck that failed';

alter view analysis.responsibility_list owner to onecase_views;
alter view analysis.rectification_list owner to onecase_views;
alter view analysis.waiting_updates owner to onecase_views;
grant select on analysis.responsibility_list, analysis.rectification_list, analysis.waiting_updates to onecase_analyst, onecase_operator;

commit;
