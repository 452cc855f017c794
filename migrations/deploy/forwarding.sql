-- Deploy onecase:forwarding to pg
-- Records that are at home in another region: counted where they came in and where they arrived.

begin;
set local client_encoding = 'UTF8';
set local client_min_messages = warning;

alter table onecase.accounts
    add column forwarded bigint not null default 0,
    add column arrived bigint not null default 0;

comment on column onecase.accounts.forwarded is '转往所属区域的记录数 / sent on to the region where they are at home';
comment on column onecase.accounts.arrived is '由其他区域转来的记录数；各记录另按其本身计入更新等 / come from other regions; each is counted as an update or whatever it is besides';
comment on column onecase.accounts.first_offset is '首个来源位移；只有转来的记录时为 -1 / first source offset; -1 when there are only records come from other regions';
comment on column onecase.accounts.last_offset is '最末来源位移，不计转来的记录；没有时为 -1 / last source offset, records come from other regions aside; -1 when there is none';

create table onecase.forwarded_records (
    topic text collate "C" not null,
    partition integer not null,
    kafka_offset bigint not null,
    item integer not null default 0,
    region text collate "C" not null,
    came_to text collate "C" not null,
    report_partition integer not null,
    report_offset bigint not null,
    received_at timestamptz not null,
    primary key (topic, partition, kafka_offset, item, region)
);

comment on table onecase.forwarded_records is '由其他区域转来并已处理的记录，重复投递据此识别 / records come from other regions and dealt with, to know them when they come again';
comment on column onecase.forwarded_records.topic is '来源主题 / source topic';
comment on column onecase.forwarded_records.partition is '来源分区 / source partition';
comment on column onecase.forwarded_records.kafka_offset is '来源位移 / source offset';
comment on column onecase.forwarded_records.item is '来源记录中的项，从 0 起 / item of the source record, from 0';
comment on column onecase.forwarded_records.region is '到达的区域，即所属区域 / region where it arrived, its home';
comment on column onecase.forwarded_records.came_to is '最初到达的区域 / region to which it came first';
comment on column onecase.forwarded_records.report_partition is '到达时在 onecase.report 的分区 / partition of onecase.report where it arrived';
comment on column onecase.forwarded_records.report_offset is '到达时在 onecase.report 的位移 / its offset there';
comment on column onecase.forwarded_records.received_at is '到达时间，即流时间 / arrived: stream time';

create table onecase.homes_ahead (
    source text collate "C" not null,
    record_no text collate "C" not null,
    region text collate "C" not null,
    primary key (source, record_no)
);

comment on table onecase.homes_ahead is '重建前由日志得知的归属：曾被转发的记录的所属区域，使分区先后不影响重建结果；平时为空 / homes known from the log before a rebuild: of records that were forwarded then, so that the order of partitions does not show; empty otherwise';
comment on column onecase.homes_ahead.source is '来源系统 / source system';
comment on column onecase.homes_ahead.record_no is '源记录号 / record number at the source';
comment on column onecase.homes_ahead.region is '所属区域 / home region';

create view onecase.forwards_in_flight as
select o.report_partition, o.report_offset, o.n, o.region, o.headers::json ->> 'ce_id' as origin,
       o.stream_time
  from onecase.outbox o
 where o.kind = 'forward'
   and not exists (
       select from onecase.forwarded_records f
        where f.region = o.region
          and f.topic || '/' || f.partition || '/' || f.kafka_offset || '#' || f.item
              = o.headers::json ->> 'ce_id');

comment on view onecase.forwards_in_flight is '已转出而尚未到达的记录 / records on their way to their home region';
comment on column onecase.forwards_in_flight.report_partition is '转出处在 onecase.report 的分区 / partition of onecase.report where it was sent on';
comment on column onecase.forwards_in_flight.report_offset is '其位移 / its offset';
comment on column onecase.forwards_in_flight.n is '该记录产生的第几行，从 0 起 / which of the rows that the record gave, from 0';
comment on column onecase.forwards_in_flight.region is '所属区域 / home region';
comment on column onecase.forwards_in_flight.origin is '来源：主题/分区/位移#项 / origin: topic/partition/offset#item';
comment on column onecase.forwards_in_flight.stream_time is '转出时间，即流时间 / sent on: stream time';

create or replace view analysis.reconciliation as
with per_partition as (
    select source_topic,
           source_partition,
           min(first_offset) filter (where first_offset >= 0) as first_offset,
           max(last_offset) as last_offset,
           coalesce(max(last_offset) - min(first_offset) filter (where first_offset >= 0) + 1, 0)
               as consumed,
           sum(extra_items)::bigint as extra_items,
           sum(reports)::bigint as reports,
           sum(updates)::bigint as updates,
           sum(ignored)::bigint as ignored,
           sum(dead)::bigint as dead,
           sum(skipped)::bigint as skipped,
           sum(redelivered)::bigint as redelivered,
           sum(forwarded)::bigint as forwarded,
           sum(arrived)::bigint as arrived,
           sum(reports + updates + ignored + dead + skipped + forwarded - arrived)::bigint
               as accounted
      from onecase.accounts
     group by source_topic, source_partition
)
select source_topic,
       source_partition,
       first_offset,
       last_offset,
       consumed,
       extra_items,
       reports,
       updates,
       ignored,
       dead,
       skipped,
       redelivered,
       greatest(consumed + extra_items - accounted, 0) as missing,
       greatest(accounted - consumed - extra_items, 0) as doubled,
       forwarded,
       arrived,
       forwarded - arrived as in_flight
  from per_partition;

comment on view analysis.reconciliation is
    '对账：每个来源分区，消费位移数 + 多出项 = 报告 + 更新 + 忽略 + 死信 + 跳过 + 在途 / accounts of each source partition: consumed + extra items = reports + updates + ignored + dead + skipped + in flight';
comment on column analysis.reconciliation.forwarded is '转往所属区域的记录数 / sent on to the region where they are at home';
comment on column analysis.reconciliation.arrived is '其中已到达并另行计入更新等的记录数 / of these arrived, and counted as updates or whatever they are';
comment on column analysis.reconciliation.in_flight is '在途数：已转出而尚未到达 / sent on and not arrived yet';

grant select, insert on onecase.forwarded_records to onecase_writer;
grant select, insert, delete on onecase.homes_ahead to onecase_writer;
grant select on onecase.forwards_in_flight to onecase_writer, onecase_operator;
grant select on onecase.forwarded_records to onecase_operator;

commit;
