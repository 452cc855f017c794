-- Revert onecase:accounting from pg

begin;
set local client_encoding = 'UTF8';
set local client_min_messages = warning;

drop view analysis.reconciliation_detail;
drop view analysis.reconciliation;
revoke select on onecase.gaps, onecase.ignored_records, onecase.dead_letters from onecase_views;

create or replace view onecase.forwards_in_flight as
select o.report_partition, o.report_offset, o.n, o.region, o.headers::json ->> 'ce_id' as origin,
       o.stream_time
  from onecase.outbox o
 where o.kind = 'forward'
   and not exists (
       select from onecase.forwarded_records f
        where f.region = o.region
          and f.topic || '/' || f.partition || '/' || f.kafka_offset || '#' || f.item
              = o.headers::json ->> 'ce_id');

drop table onecase.skipped_offsets;
drop table onecase.released_records;
delete from onecase.forwarded_records f
 where exists (select from onecase.forwarded_records g
                where (g.topic, g.partition, g.kafka_offset, g.item, g.region)
                      = (f.topic, f.partition, f.kafka_offset, f.item, f.region)
                  and g.attempt < f.attempt);
alter table onecase.forwarded_records
    drop constraint forwarded_records_pkey,
    drop column attempt,
    add primary key (topic, partition, kafka_offset, item, region);
alter table onecase.pending_updates drop column attempt;
alter table onecase.dead_letters drop column first_attempt;
comment on column onecase.dead_letters.attempt is '第几次尝试，从 1 起 / attempt, from 1';
alter table onecase.reports drop column item;
alter table onecase.accounts
    drop column last_at,
    drop column released,
    drop column assignments,
    drop column inspections;
comment on column onecase.accounts.dead is '死信数 / dead letters';

create view analysis.reconciliation as
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

comment on column analysis.reconciliation.source_topic is '来源主题 / source topic';
comment on column analysis.reconciliation.source_partition is '来源分区 / source partition';
comment on column analysis.reconciliation.first_offset is '首个位移 / first offset';
comment on column analysis.reconciliation.last_offset is '最末位移 / last offset';
comment on column analysis.reconciliation.consumed is '消费位移数，最末减首个加一 / offsets consumed: last - first + 1';
comment on column analysis.reconciliation.extra_items is '一条多项时多出的项数 / items beyond the first of a source record';
comment on column analysis.reconciliation.reports is '报告数，含检查 / reports, inspections included';
comment on column analysis.reconciliation.updates is '更新数，含派单 / updates, assignments included';
comment on column analysis.reconciliation.ignored is '忽略数 / ignored';
comment on column analysis.reconciliation.dead is '死信数 / dead letters';
comment on column analysis.reconciliation.skipped is '跳过的位移数 / offsets that never came';
comment on column analysis.reconciliation.redelivered is '重复投递数，不参与对账 / redelivered, not part of the sum';
comment on column analysis.reconciliation.missing is '缺少数，应为零 / missing, must be zero';
comment on column analysis.reconciliation.doubled is '多计数，应为零 / counted twice, must be zero';

alter view analysis.reconciliation owner to onecase_views;
grant select on analysis.reconciliation to onecase_analyst, onecase_operator;

commit;
