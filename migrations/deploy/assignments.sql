-- Deploy onecase:assignments to pg
-- What departments say of a case: whom they gave it to, who gave it back and why, replies, rechecks, how far it got.

begin;
set local client_encoding = 'UTF8';
set local client_min_messages = warning;

alter table onecase.reports
    add column reply text,
    add column return_reason text collate "C",
    add column recheck_result text collate "C",
    add column rechecked_at timestamptz,
    add column recheck_failed_at timestamptz,
    add column tracker_post text,
    add column accepted_at timestamptz,
    add column dispatched_at timestamptz,
    add column responded_at timestamptz,
    add column rectified_at timestamptz,
    add column dispatch_count integer not null default 0,
    add column return_count integer not null default 0;

-- Monthly partitions that are there already do not take a comment over from their table.
do $$
declare
    part regclass;
    texts constant text[] := array[
        'reply', '最近答复（已脱敏，仍属内部信息） / latest reply, scrubbed, still confidential',
        'return_reason', '退回原因：missing_elements 缺失要素、unclear 表述不清、wrong_type 类型有误、address_unclear 地址不详、known_answer 已有知识、duplicate 重复受理、withdrawn 市民撤诉、not_ours 不属本职、other 其他原因 / why it was returned: missing_elements, unclear, wrong_type, address_unclear, known_answer, duplicate, withdrawn, not_ours, other',
        'recheck_result', '最近复查结论：pass 通过、fail 不通过、not_checked 未查 / latest recheck: pass, fail, not_checked',
        'rechecked_at', '最近复查时间 / when of the latest recheck',
        'recheck_failed_at', '最近一次复查不通过的时间 / when a recheck failed last',
        'tracker_post', '跟踪责任岗位，不记姓名 / post that follows it up, never a name',
        'accepted_at', '最早到达状态 20 及以上（受理）的时间 / earliest time at which its status was 20 or beyond: accepted',
        'dispatched_at', '最早到达状态 30 及以上（派遣）的时间 / earliest time at which its status was 30 or beyond: dispatched',
        'responded_at', '最早到达状态 40 及以上（处置）的时间 / earliest time at which its status was 40 or beyond: in hand',
        'rectified_at', '最早到达状态 50 或 60（称已整改）的时间 / earliest time at which its status was 50 or 60: said to be rectified',
        'dispatch_count', '派遣次数 / how often it was dispatched',
        'return_count', '退回次数 / how often it was returned'];
begin
    for i in 1 .. array_length(texts, 1) by 2 loop
        for part in
            select 'onecase.reports'::regclass
            union all
            select inhrelid::regclass from pg_inherits where inhparent = 'onecase.reports'::regclass
        loop
            execute format('comment on column %s.%I is %L', part, texts[i], texts[i + 1]);
        end loop;
    end loop;
end
$$;

create table onecase.assignments (
    region text collate "C" not null,
    report_id bigint not null,
    assignment_no text collate "C" not null,
    n smallint not null,
    case_id bigint,
    source text collate "C" not null,
    record_no text collate "C" not null,
    org_code text collate "C",
    role text collate "C" not null,
    post text,
    assigned_at timestamptz,
    accepted_at timestamptz,
    returned_at timestamptz,
    return_reason text collate "C",
    due_at timestamptz,
    done_at timestamptz,
    status smallint not null,
    dispatch_count integer not null,
    return_count integer not null,
    revision bigint,
    changed_at timestamptz,
    received_at timestamptz not null,
    topic text collate "C" not null,
    partition integer not null,
    kafka_offset bigint not null,
    item integer not null,
    primary key (region, report_id, assignment_no, n)
) with (fillfactor = 70);

create index assignments_case_idx on onecase.assignments (region, case_id);

comment on table onecase.assignments is '派单（谁该办）：一个派单号下每个单位一行 / assignments, who must act: one row an organisation under a number';
comment on column onecase.assignments.region is '区域 / region';
comment on column onecase.assignments.report_id is '所属报告号 / report it belongs to';
comment on column onecase.assignments.assignment_no is '派单号；来源没有时为记录号 / number of the assignment; where the source has none, of the record';
comment on column onecase.assignments.n is '同一派单号内的序号，从 0 起 / number under that number, from 0';
comment on column onecase.assignments.case_id is '案件号，随报告 / case, that of the report';
comment on column onecase.assignments.source is '来源系统 / source system';
comment on column onecase.assignments.record_no is '源记录号 / record number at the source';
comment on column onecase.assignments.org_code is '承办单位，按来源写法；空为未说明 / organisation as the source writes it; null when not said';
comment on column onecase.assignments.role is '角色：lead 主办、assist 协办 / role: lead, assist';
comment on column onecase.assignments.post is '责任岗位，不记姓名 / post, never a name';
comment on column onecase.assignments.assigned_at is '交办时间，再次交办时更新 / assigned, the last time';
comment on column onecase.assignments.accepted_at is '签收时间 / signed for';
comment on column onecase.assignments.returned_at is '最近退回时间 / given back, the last time';
comment on column onecase.assignments.return_reason is '最近退回原因，代码见 reports.return_reason / why, the last time; codes as in reports.return_reason';
comment on column onecase.assignments.due_at is '到期时间 / due';
comment on column onecase.assignments.done_at is '办结时间 / done';
comment on column onecase.assignments.status is '状态：10 待签收、20 已签收、30 已派遣、40 处置中、45 挂起、50 待核查、60 已办结、65 重开、90 退回、95 作废 / status: 10 not signed for, 20 signed for, 30 assigned, 40 in hand, 45 suspended, 50 awaiting check, 60 done, 65 opened again, 90 given back, 95 void';
comment on column onecase.assignments.dispatch_count is '交办次数 / how often it was assigned';
comment on column onecase.assignments.return_count is '退回次数 / how often it was given back';
comment on column onecase.assignments.revision is '已采用的修订号 / revision applied';
comment on column onecase.assignments.changed_at is '现行内容的源系统变更时间 / when the source changed what stands';
comment on column onecase.assignments.received_at is '现行内容的收到时间，即流时间 / received, what stands: stream time';
comment on column onecase.assignments.topic is '现行内容的来源主题 / source topic of what stands';
comment on column onecase.assignments.partition is '来源分区 / its partition';
comment on column onecase.assignments.kafka_offset is '来源位移 / its offset';
comment on column onecase.assignments.item is '来源记录中的项，从 0 起 / its item, from 0';

grant select, insert, update on onecase.assignments to onecase_writer;
grant select on onecase.assignments to onecase_operator;
grant select (reply, return_reason, recheck_result, rechecked_at, recheck_failed_at, tracker_post, accepted_at,
              dispatched_at, responded_at, rectified_at, dispatch_count, return_count)
    on onecase.reports to onecase_operator;

alter table onecase.cases
    add column dispatch_count integer not null default 0,
    add column return_count integer not null default 0,
    add column lead_org_by text collate "C",
    add column measures_by text collate "C",
    add column tracker_post_by text collate "C",
    add column satisfaction_by text collate "C",
    add column recheck_by text collate "C",
    add column sham boolean,
    add column sham_by text collate "C";
comment on column onecase.cases.accepted_at is '受理：各报告中最早者 / accepted: the earliest of its reports';
comment on column onecase.cases.dispatched_at is '派遣：各报告中最早者 / dispatched: the earliest of its reports';
comment on column onecase.cases.responded_at is '首次响应：各报告中最早者 / first response: the earliest of its reports';
comment on column onecase.cases.rectified_at is '称整改完成：各报告中最晚者，此后重开也不变 / said to be rectified: the latest of its reports, also when it was opened again after that';
comment on column onecase.cases.rechecked_at is '最近复查时间 / when of the latest recheck';
comment on column onecase.cases.recheck_result is '最近复查结论：pass 通过、fail 不通过、not_checked 未查 / latest recheck: pass, fail, not_checked';
comment on column onecase.cases.lead_org is '主办单位：最近交办而未退回者，无派单时取最近说明者 / lead organisation: assigned last and not given back; without assignments said last';
comment on column onecase.cases.dispatch_count is '派遣次数 / how often it was dispatched';
comment on column onecase.cases.return_count is '退回次数 / how often it was returned';
comment on column onecase.cases.lead_org_by is '主办单位由哪个来源系统所定 / source system that set lead_org';
comment on column onecase.cases.measures_by is '整改措施由哪个来源系统所定 / source system that set measures';
comment on column onecase.cases.tracker_post_by is '跟踪岗位由哪个来源系统所定 / source system that set tracker_post';
comment on column onecase.cases.satisfaction_by is '满意度由哪个来源系统所定 / source system that set satisfaction';
comment on column onecase.cases.recheck_by is '复查结论由哪个来源系统所定 / source system that set recheck_result';
comment on column onecase.cases.sham is '假整改：称已整改后复查不通过；未复查为空 / rectified on paper: a recheck failed after it was said to be done; null when nobody has rechecked';
comment on column onecase.cases.sham_by is '由哪个来源系统复查发现 / source system whose recheck found that';

-- The columns of cases that only departments set, of the cases given: a function of their reports and assignments, whenever
-- it is called. Of several reports that say one thing the one whose status was set last counts.
--
-- It is planned each time: where a table or this month's partition was empty at planning, every index of a region looks as good as
-- the right one, and a plan that is kept goes on reading the whole region.
create function onecase.derive_cases(of_regions text[], of_cases bigint[]) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    execute $query$
    with s as materialized (
        select c.region, c.case_id, told.*, coalesce(lead.said, told.own_lead) as lead_org,
               case when told.rechecked_at is not null
                    then coalesce(told.failed_at >= told.claimed_at, false) end as sham,
               case when told.failed_at >= told.claimed_at then told.failed_by end as sham_by,
               exists (select from onecase.assignments a
                        where a.region = c.region and a.report_id = any(told.report_ids)
                          and a.case_id is distinct from c.case_id) as strays
          from unnest($1, $2) as k (region, case_id)
          join onecase.cases c on c.region = k.region and c.case_id = k.case_id
          join lateral (
               select array_agg(r.report_id) as report_ids,
                      min(r.accepted_at) as accepted_at, min(r.dispatched_at) as dispatched_at,
                      min(r.responded_at) as responded_at, max(r.rectified_at) as rectified_at,
                      min(r.rectified_at) as claimed_at, max(r.rechecked_at) as rechecked_at,
                      max(r.recheck_failed_at) as failed_at,
                      coalesce(sum(r.urged), 0)::integer as urge_count,
                      coalesce(sum(r.dispatch_count), 0)::integer as dispatch_count,
                      coalesce(sum(r.return_count), 0)::integer as return_count,
                      (array_agg(array[r.lead_org, r.source] order by r.status_at desc nulls last, r.report_id desc)
                           filter (where r.lead_org is not null
                               and not exists (select from onecase.assignments a
                                                where a.region = r.region and a.report_id = r.report_id
                                                  and a.role = 'lead')))[1:1] as own_lead,
                      (array_agg(array[r.measures, r.source] order by r.status_at desc nulls last, r.report_id desc)
                           filter (where r.measures is not null))[1:1] as measures,
                      (array_agg(array[r.tracker_post, r.source] order by r.status_at desc nulls last, r.report_id desc)
                           filter (where r.tracker_post is not null))[1:1] as tracker_post,
                      (array_agg(array[r.satisfaction::text, r.source] order by r.status_at desc nulls last, r.report_id desc)
                           filter (where r.satisfaction is not null))[1:1] as satisfaction,
                      (array_agg(array[r.recheck_result, r.source]
                                 order by r.rechecked_at desc nulls last, r.recheck_result, r.report_id desc)
                           filter (where r.recheck_result is not null))[1:1] as recheck,
                      (array_agg(r.source order by r.recheck_failed_at desc, r.report_id desc)
                           filter (where r.recheck_failed_at is not null))[1] as failed_by
                 from onecase.reports r
                where r.region = c.region and r.hazard_id = c.hazard_id and r.case_id = c.case_id
               ) told on true
          left join lateral (
               select array[array[a.org_code, a.source]] as said
                 from onecase.assignments a
                where a.region = c.region and a.report_id = any(told.report_ids) and a.role = 'lead'
                  and a.status not in (90, 95) and a.org_code is not null
                order by a.assigned_at desc nulls last, a.report_id desc, a.assignment_no desc, a.n desc
                limit 1
               ) lead on true
    ), moved as (
        update onecase.assignments a
           set case_id = s.case_id
          from s
         where s.strays and a.region = s.region and a.report_id = any(s.report_ids)
           and a.case_id is distinct from s.case_id
    )
    update onecase.cases c
       set accepted_at = s.accepted_at, dispatched_at = s.dispatched_at, responded_at = s.responded_at,
           rectified_at = s.rectified_at, rechecked_at = s.rechecked_at,
           urge_count = s.urge_count, dispatch_count = s.dispatch_count, return_count = s.return_count,
           lead_org = s.lead_org[1][1], lead_org_by = s.lead_org[1][2],
           measures = s.measures[1][1], measures_by = s.measures[1][2],
           tracker_post = s.tracker_post[1][1], tracker_post_by = s.tracker_post[1][2],
           satisfaction = s.satisfaction[1][1]::smallint, satisfaction_by = s.satisfaction[1][2],
           recheck_result = s.recheck[1][1], recheck_by = s.recheck[1][2],
           sham = s.sham, sham_by = s.sham_by
      from s
     where c.region = s.region and c.case_id = s.case_id
       and (c.accepted_at, c.dispatched_at, c.responded_at, c.rectified_at, c.rechecked_at, c.urge_count,
            c.dispatch_count, c.return_count, c.lead_org, c.lead_org_by, c.measures, c.measures_by,
            c.tracker_post, c.tracker_post_by, c.satisfaction, c.satisfaction_by, c.recheck_result,
            c.recheck_by, c.sham, c.sham_by)
           is distinct from
           (s.accepted_at, s.dispatched_at, s.responded_at, s.rectified_at, s.rechecked_at, s.urge_count,
            s.dispatch_count, s.return_count, s.lead_org[1][1], s.lead_org[1][2], s.measures[1][1], s.measures[1][2],
            s.tracker_post[1][1], s.tracker_post[1][2], s.satisfaction[1][1]::smallint, s.satisfaction[1][2],
            s.recheck[1][1], s.recheck[1][2], s.sham, s.sham_by)
    $query$ using of_regions, of_cases;
end
$$;
comment on function onecase.derive_cases(text[], bigint[]) is
    '按报告与派单重算所给案件中由部门所定的列 / derives the columns that departments set, of the cases given, from reports and assignments';
revoke all on function onecase.derive_cases(text[], bigint[]) from public;
grant execute on function onecase.derive_cases(text[], bigint[]) to onecase_writer;

commit;
