-- Revert onecase:department_views from pg

begin;

set local client_encoding = 'UTF8';

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
       claim.reports > 0
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
          and report.status = 60 and report.status_at <= repeat.closed_at
          and (earlier.closed_at is null or report.status_at > earlier.closed_at)) as claim on true;
comment on column analysis.recurrence.closed_at is '办结时间 / when it had been closed';
comment on column analysis.recurrence.kind is '方式：reopened 窗口内重开原案、next_case 另立新案 / kind: reopened (within the window), next_case';
comment on column analysis.recurrence.sham_suspect is '疑似假整改：窗口内再报，且曾有报告以已结案办结（退回、作废不算） / closed on paper: repeated within the window, and a report had been closed as done (returned and void ones are none)';

drop view analysis.waiting_updates;
drop view analysis.rectification_list;
drop view analysis.responsibility_list;
drop function analysis.return_reason_zh(text);
revoke select on onecase.assignments from onecase_views;
revoke select (source, record_no, due_at, return_reason, recheck_result, rechecked_at, accepted_at, dispatched_at, responded_at,
               rectified_at, dispatch_count, return_count) on onecase.reports from onecase_views;
revoke select (report_partition, report_offset, region, source, record_no, kind, received_at) on onecase.pending_updates
    from onecase_views;
revoke select (partition, stream_time, topic) on onecase.consumer_offsets from onecase_views;
revoke select (topic) on onecase.report_topic from onecase_views;
revoke select (reason_code) on onecase.case_events from onecase_views;

commit;
