-- Revert onecase:forwarding from pg

begin;
set local client_encoding = 'UTF8';
set local client_min_messages = warning;

drop view analysis.reconciliation;
drop view onecase.forwards_in_flight;
drop table onecase.homes_ahead;
drop table onecase.forwarded_records;
alter table onecase.accounts
    drop column arrived,
    drop column forwarded;
comment on column onecase.accounts.first_offset is '首个来源位移 / first source offset';
comment on column onecase.accounts.last_offset is '最末来源位移 / last source offset';

create view analysis.reconciliation as
with per_partition as (
    select source_topic,
           source_partition,
           min(first_offset) as first_offset,
           max(last_offset) as last_offset,
           max(last_offset) - min(first_offset) + 1 as consumed,
           sum(extra_items)::bigint as extra_items,
           sum(reports)::bigint as reports,
           sum(updates)::bigint as updates,
           sum(ignored)::bigint as ignored,
           sum(dead)::bigint as dead,
           sum(skipped)::bigint as skipped,
           sum(redelivered)::bigint as redelivered,
           sum(reports + updates + ignored + dead + skipped)::bigint as accounted
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
       greatest(accounted - consumed - extra_items, 0) as doubled
  from per_partition;

comment on view analysis.reconciliation is
    '对账：每个来源分区，消费位移数 + 多出项 = 报告 + 更新 + 忽略 + 死信 + 跳过 / accounts of each source partition: consumed + extra items = reports + updates + ignored + dead + skipped';
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
