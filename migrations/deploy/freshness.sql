-- Deploy onecase:freshness to pg
-- When rows were written, and from it how old reports are when they arrive, source by source.

begin;
set local client_encoding = 'UTF8';
set local client_min_messages = warning;

-- Rows of before have none: with its default a new column would be filled with the time of this change.
alter table onecase.reports add column written_at timestamptz;
alter table onecase.reports alter column written_at set default now();
alter table onecase.outbox add column written_at timestamptz;
alter table onecase.outbox alter column written_at set default now();

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
        execute format('comment on column %s.written_at is %L', reports,
            '写入时间（系统时钟，重放时可不同；早先的行为空） / written (system clock, may differ on replay; null in rows of before)');
    end loop;
end
$$;
comment on column onecase.outbox.written_at is '写入时间（系统时钟，重放时可不同；早先的行为空） / written (system clock, may differ on replay; null in rows of before)';

grant select (written_at) on onecase.reports to onecase_operator;
grant select (recorded_at, reported_at, written_at, time_flags, backfill) on onecase.reports to onecase_views;
grant select (region) on onecase.region_counters to onecase_views;

-- From the department's own time to the row. Looked at are the newest reports of each region, about 10,000 in all, which the index
-- on (region, report_id) gives in their order; of each source those of the last 15 minutes of stream time, or the newest
-- 200 where these are fewer. Left out: history and reports whose times are in doubt or were told later.
create view analysis.freshness as
with regions as materialized (
    select counter.region, greatest(200, 10000 / count(*) over ()) as share
      from onecase.region_counters as counter
), newest as (
    select report.*
      from regions
     cross join lateral (
        select told.source, told.received_at, told.written_at, told.time_flags, told.backfill,
               coalesce(told.recorded_at, told.reported_at) as told_at
          from onecase.reports as told
         where told.region = regions.region
         order by told.report_id desc
         limit regions.share) as report
), measured as (
    select source, received_at, written_at,
           greatest(extract(epoch from written_at - told_at), 0)::double precision as all_s,
           greatest(extract(epoch from received_at - told_at), 0)::double precision as sent_s,
           greatest(extract(epoch from written_at - received_at), 0)::double precision as stored_s,
           row_number() over (partition by source order by received_at desc, written_at desc) as age_rank
      from newest
     where written_at is not null and told_at <= received_at + interval '1 minute'
       and not backfill and coalesce(cardinality(time_flags), 0) = 0
)
select source,
       count(*) as report_count,
       min(received_at) as since,
       percentile_cont(0.5) within group (order by all_s) as p50_s,
       percentile_cont(0.99) within group (order by all_s) as p99_s,
       max(all_s) filter (where age_rank = 1) as newest_s,
       percentile_cont(0.5) within group (order by sent_s) as sent_p50_s,
       percentile_cont(0.5) within group (order by stored_s) as stored_p50_s,
       max(written_at) as newest_at
  from measured
 where age_rank <= 200
    or received_at > (select max(read.stream_time) from onecase.consumer_offsets as read) - interval '15 minutes'
 group by source;

comment on view analysis.freshness is
    '各来源时效：从部门自己的时间到入库，取最近 15 分钟（流时间），不足 200 件取最新 200 件；不含历史与时间存疑者 / freshness of each source: from the department''s own time to the row, over the last 15 minutes of stream time or the newest 200; without history and doubtful times';
comment on column analysis.freshness.source is '来源系统 / source system';
comment on column analysis.freshness.report_count is '所计报告数 / reports that the numbers are of';
comment on column analysis.freshness.since is '其中最早的收到时间 / the first of them was received';
comment on column analysis.freshness.p50_s is '全程中位数，秒：源系统记录（否则报告）时间到入库 / median of the whole way, seconds: recorded (else reported) to the row';
comment on column analysis.freshness.p99_s is '全程 99 百分位，秒 / 99th percentile of the whole way, seconds';
comment on column analysis.freshness.newest_s is '最新一件的全程，秒 / the whole way of the newest one, seconds';
comment on column analysis.freshness.sent_p50_s is '前段中位数，秒：到 onecase.report，含部门自己的延迟 / median of the first part, seconds: to onecase.report, the department''s own delay included';
comment on column analysis.freshness.stored_p50_s is '后段中位数，秒：自 onecase.report 到入库 / median of the last part, seconds: from onecase.report to the row';
comment on column analysis.freshness.newest_at is '最新一件的入库时间（系统时钟） / when the newest one was written (system clock)';

alter view analysis.freshness owner to onecase_views;
grant select on analysis.freshness to onecase_analyst, onecase_operator;

commit;
