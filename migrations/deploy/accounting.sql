-- Deploy onecase:accounting to pg
-- Released dead letters count where they come back; every offset that never came has a row; the view tells inspections,
-- assignments and lost offsets apart.

begin;
set local client_encoding = 'UTF8';
set local client_min_messages = warning;

alter table onecase.accounts
    add column inspections bigint not null default 0,
    add column assignments bigint not null default 0,
    add column released bigint not null default 0,
    add column last_at timestamptz;

comment on column onecase.accounts.inspections is '报告中的检查数 / inspections among the reports';
comment on column onecase.accounts.assignments is '更新中的派单数 / assignments among the updates';
comment on column onecase.accounts.dead is '死信数，每次失败计一次，放行后不减 / dead letters, one for each attempt that failed; never taken back by a release';
comment on column onecase.accounts.released is '放行后又回来的记录数；各记录另按其去向计入报告、更新、死信等 / records that came back after a release; each is counted where it went besides';
comment on column onecase.accounts.last_at is '最近记入一条记录的流时间 / stream time of the last record accounted for';

-- Rows that tell where an origin is have all of it.
alter table onecase.reports add column item integer not null default 0;
do $$
declare
    part regclass;
begin
    for part in
        select 'onecase.reports'::regclass
        union all
        select inhrelid::regclass from pg_inherits where inhparent = 'onecase.reports'::regclass
    loop
        execute format('comment on column %s.item is %L', part, '来源记录中的项，从 0 起 / item of the source record, from 0');
    end loop;
end
$$;
update onecase.reports r
   set item = i.first_item
  from onecase.record_index i
 where i.source = r.source and i.record_no = r.record_no and i.first_item <> 0
   and (i.first_topic, i.first_partition, i.first_offset) = (r.topic, r.partition, r.kafka_offset);

alter table onecase.dead_letters add column first_attempt integer not null default 1;
comment on column onecase.dead_letters.attempt is '最近失败的是第几次尝试，从 1 起 / attempt that failed last, from 1';
comment on column onecase.dead_letters.first_attempt is '首次失败的是第几次尝试；整条死信放行后新生的项从其放行次数起 / attempt that failed first: 1, more for an item that only a release of the whole record brought forth';

alter table onecase.pending_updates add column attempt integer not null default 1;
comment on column onecase.pending_updates.attempt is '第几次尝试，从 1 起 / attempt, from 1';

alter table onecase.forwarded_records
    add column attempt integer not null default 1,
    drop constraint forwarded_records_pkey,
    add primary key (topic, partition, kafka_offset, item, region, attempt);
comment on column onecase.forwarded_records.attempt is '第几次尝试，从 1 起 / attempt, from 1';

create table onecase.released_records (
    topic text collate "C" not null,
    partition integer not null,
    kafka_offset bigint not null,
    item integer not null default 0,
    attempt integer not null,
    report_partition integer not null,
    report_offset bigint not null,
    received_at timestamptz not null,
    primary key (topic, partition, kafka_offset, item, attempt),
    constraint released_records_attempt check (attempt > 1)
);

comment on table onecase.released_records is '放行后又回来并已处理的记录，每次尝试一行，重复投递据此识别 / records that came back after a release and were dealt with, a row for each attempt, to know them when they come again';
comment on column onecase.released_records.topic is '来源主题 / source topic';
comment on column onecase.released_records.partition is '来源分区 / source partition';
comment on column onecase.released_records.kafka_offset is '来源位移 / source offset';
comment on column onecase.released_records.item is '来源记录中的项，从 0 起 / item of the source record, from 0';
comment on column onecase.released_records.attempt is '第几次尝试，从 2 起 / attempt, from 2';
comment on column onecase.released_records.report_partition is '回到 onecase.report 的分区 / partition of onecase.report where it came back';
comment on column onecase.released_records.report_offset is '其位移 / its offset there';
comment on column onecase.released_records.received_at is '回来的时间，即流时间 / came back: stream time';

create table onecase.skipped_offsets (
    topic text collate "C" not null,
    partition integer not null,
    first_offset bigint not null,
    last_offset bigint not null,
    report_partition integer not null,
    report_offset bigint not null,
    received_at timestamptz not null,
    primary key (topic, partition, first_offset),
    constraint skipped_offsets_order check (first_offset <= last_offset)
);

comment on table onecase.skipped_offsets is '从未到来的来源位移（压缩、事务标记），每段一行 / source offsets that never came (compaction, transaction markers), a row for each run';
comment on column onecase.skipped_offsets.topic is '来源主题 / source topic';
comment on column onecase.skipped_offsets.partition is '来源分区 / source partition';
comment on column onecase.skipped_offsets.first_offset is '首个位移 / first offset';
comment on column onecase.skipped_offsets.last_offset is '最末位移 / last offset';
comment on column onecase.skipped_offsets.report_partition is '告知此段的记录在 onecase.report 的分区 / partition of onecase.report of the record that told it';
comment on column onecase.skipped_offsets.report_offset is '其位移 / its offset';
comment on column onecase.skipped_offsets.received_at is '告知时间，即流时间 / told: stream time';

create or replace view onecase.forwards_in_flight as
select o.report_partition, o.report_offset, o.n, o.region, o.headers::json ->> 'ce_id' as origin,
       o.stream_time
  from onecase.outbox o
 where o.kind = 'forward'
   and not exists (
       select from onecase.forwarded_records f
        where f.region = o.region
          and f.topic || '/' || f.partition || '/' || f.kafka_offset || '#' || f.item
              = o.headers::json ->> 'ce_id'
          and f.attempt = coalesce((o.headers::json ->> 'oc-attempt')::integer, 1));

drop view analysis.reconciliation;
create view analysis.reconciliation as
with per_partition as (
    select source_topic,
           source_partition,
           min(first_offset) filter (where first_offset >= 0) as first_offset,
           max(last_offset) as last_offset,
           sum(extra_items)::bigint as extra_items,
           sum(reports)::bigint as reports,
           sum(inspections)::bigint as inspections,
           sum(updates)::bigint as updates,
           sum(assignments)::bigint as assignments,
           sum(ignored)::bigint as ignored,
           sum(dead)::bigint as dead,
           sum(skipped)::bigint as skipped,
           sum(released)::bigint as released,
           sum(redelivered)::bigint as redelivered,
           sum(forwarded)::bigint as forwarded,
           sum(arrived)::bigint as arrived,
           max(last_at) as last_at
      from onecase.accounts
     group by source_topic, source_partition
), with_lost as (
    select p.*,
           coalesce(p.last_offset - p.first_offset + 1, 0) as consumed,
           coalesce((select sum(least(g.last_offset, p.last_offset) - greatest(g.first_offset, p.first_offset) + 1)
                       from onecase.gaps g
                      where g.topic = p.source_topic and g.partition = p.source_partition
                        and g.first_offset <= p.last_offset and g.last_offset >= p.first_offset), 0)::bigint as lost
      from per_partition p
), balance as (
    select w.*,
           consumed + extra_items - reports - updates - ignored - dead - skipped - lost - forwarded + arrived + released
               as open
      from with_lost w
)
select source_topic,
       source_partition,
       first_offset,
       last_offset,
       consumed,
       extra_items,
       reports - inspections as reports,
       inspections,
       updates - assignments as updates,
       assignments,
       ignored,
       dead,
       skipped,
       lost,
       released,
       redelivered,
       forwarded,
       arrived,
       forwarded - arrived as in_flight,
       greatest(open, 0) as missing,
       greatest(-open, 0) as doubled,
       last_at as since
  from balance;

comment on view analysis.reconciliation is
    '对账：每个来源分区，消费位移数 + 多出项 = 报告 + 检查 + 更新 + 派单 + 忽略 + 死信 + 跳过 + 丢失 + 在途 − 放行后回来；各 onecase.report 分区进度不一时，missing 可暂不为零 / accounts of each source partition: consumed + extra items = reports + inspections + updates + assignments + ignored + dead + skipped + lost + in flight - released; while some partition of onecase.report is not read to its end, missing may be more than zero for so long';
comment on column analysis.reconciliation.source_topic is '来源主题 / source topic';
comment on column analysis.reconciliation.source_partition is '来源分区 / source partition';
comment on column analysis.reconciliation.first_offset is '首个位移 / first offset';
comment on column analysis.reconciliation.last_offset is '最末位移 / last offset';
comment on column analysis.reconciliation.consumed is '消费位移数，最末减首个加一 / offsets consumed: last - first + 1';
comment on column analysis.reconciliation.extra_items is '一条多项时多出的项数 / items beyond the first of a source record';
comment on column analysis.reconciliation.reports is '报告数，不含检查 / reports, inspections aside';
comment on column analysis.reconciliation.inspections is '检查数 / inspections';
comment on column analysis.reconciliation.updates is '更新数，不含派单 / updates, assignments aside';
comment on column analysis.reconciliation.assignments is '派单数 / assignments';
comment on column analysis.reconciliation.ignored is '忽略数 / ignored';
comment on column analysis.reconciliation.dead is '死信数，每次失败计一次 / dead letters, one for each attempt that failed';
comment on column analysis.reconciliation.skipped is '跳过的位移数 / offsets that never came';
comment on column analysis.reconciliation.lost is '未读即过期的位移数，见 onecase.gaps / offsets that were gone before they were read, see onecase.gaps';
comment on column analysis.reconciliation.released is '放行后又回来的记录数，已按其去向另计 / records that came back after a release, counted where they went besides';
comment on column analysis.reconciliation.redelivered is '重复投递数，不参与对账 / redelivered, not part of the sum';
comment on column analysis.reconciliation.forwarded is '转往所属区域的记录数 / sent on to the region where they are at home';
comment on column analysis.reconciliation.arrived is '其中已到达并另行计入更新等的记录数 / of these arrived, and counted as updates or whatever they are';
comment on column analysis.reconciliation.in_flight is '在途数：已转出而尚未到达 / sent on and not arrived yet';
comment on column analysis.reconciliation.missing is '缺少数，应为零 / missing, must be zero';
comment on column analysis.reconciliation.doubled is '多计数，应为零 / counted twice, must be zero';
comment on column analysis.reconciliation.since is '自此流时间起各数未变（最近记入一条记录的时间） / stream time since which the figures are what they are: when the last record was accounted for';

create view analysis.reconciliation_detail as
select topic as source_topic, partition as source_partition, 'ignored' as outcome, reason,
       null::text collate "C" as stage, null::text collate "C" as rule, null::text collate "C" as state,
       count(*) as records, min(kafka_offset) as first_offset, max(kafka_offset) as last_offset,
       min(received_at) as first_at, max(received_at) as last_at
  from onecase.ignored_records
 group by topic, partition, reason
union all
select topic, partition, 'dead', null, stage, rule, state, count(*), min(kafka_offset), max(kafka_offset),
       min(received_at), max(received_at)
  from onecase.dead_letters
 group by topic, partition, stage, rule, state;

comment on view analysis.reconciliation_detail is '对账明细：忽略按原因，死信按阶段、规则与状态 / beside the accounts: ignored by reason, dead letters by stage, rule and state';
comment on column analysis.reconciliation_detail.source_topic is '来源主题 / source topic';
comment on column analysis.reconciliation_detail.source_partition is '来源分区 / source partition';
comment on column analysis.reconciliation_detail.outcome is '去向：ignored 忽略、dead 死信 / where they went: ignored, dead';
comment on column analysis.reconciliation_detail.reason is '忽略原因代码 / reason code of ignored ones';
comment on column analysis.reconciliation_detail.stage is '死信的阶段 / stage of dead letters';
comment on column analysis.reconciliation_detail.rule is '死信违反的规则 / rule that dead letters broke';
comment on column analysis.reconciliation_detail.state is '死信的处理状态 / state of dead letters';
comment on column analysis.reconciliation_detail.records is '记录数 / records';
comment on column analysis.reconciliation_detail.first_offset is '其中首个位移 / first offset of these';
comment on column analysis.reconciliation_detail.last_offset is '其中最末位移 / last offset of these';
comment on column analysis.reconciliation_detail.first_at is '其中最早的流时间 / earliest stream time of these';
comment on column analysis.reconciliation_detail.last_at is '其中最晚的流时间 / latest stream time of these';

grant select, insert on onecase.released_records, onecase.skipped_offsets to onecase_writer;
grant select on onecase.released_records, onecase.skipped_offsets to onecase_operator;
grant select (item) on onecase.reports to onecase_operator;
grant select on onecase.gaps to onecase_views;
grant select (topic, partition, kafka_offset, reason, received_at) on onecase.ignored_records to onecase_views;
grant select (topic, partition, kafka_offset, stage, rule, state, received_at) on onecase.dead_letters to onecase_views;
alter view analysis.reconciliation owner to onecase_views;
alter view analysis.reconciliation_detail owner to onecase_views;
grant select on analysis.reconciliation, analysis.reconciliation_detail to onecase_analyst, onecase_operator;

commit;
