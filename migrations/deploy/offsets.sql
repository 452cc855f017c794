-- Deploy onecase:offsets to pg
-- Progress: consumer offsets, gaps, counters of a region, the report topic.

begin;
set local client_encoding = 'UTF8';
set local client_min_messages = warning;

create table onecase.consumer_offsets (
    topic text collate "C" not null,
    partition integer not null,
    next_offset bigint not null,
    epoch bigint not null,
    owner text collate "C" not null,
    backend_pid integer,
    stream_time timestamptz,
    crashes integer not null default 0,
    written_at timestamptz not null default now(),
    primary key (topic, partition)
) with (fillfactor = 50);

comment on table onecase.consumer_offsets is '消费位移（进度的唯一事实，与数据同一事务） / consumer offsets: the only truth of progress, in the data''s transaction';
comment on column onecase.consumer_offsets.topic is '消费的主题 / topic consumed';
comment on column onecase.consumer_offsets.partition is '分区 / partition';
comment on column onecase.consumer_offsets.next_offset is '下一个要消费的位移，-1 表示从未消费 / next offset to consume, -1 when nothing was consumed yet';
comment on column onecase.consumer_offsets.epoch is '认领届次，每次认领加一，用于隔离旧进程 / epoch, plus one at each claim; fences old owners';
comment on column onecase.consumer_offsets.owner is '认领者 / owner';
comment on column onecase.consumer_offsets.backend_pid is '认领者的数据库后端进程号 / backend process id of the owner''s connection';
comment on column onecase.consumer_offsets.stream_time is '流时间，已见的最大日志追加时间 / stream time: largest log append time seen';
comment on column onecase.consumer_offsets.crashes is '上次提交以来的认领次数 / claims since the last committed batch';
comment on column onecase.consumer_offsets.written_at is '写入时间（系统时钟，重放时可不同） / written (system clock, may differ on replay)';

create table onecase.gaps (
    topic text collate "C" not null,
    partition integer not null,
    first_offset bigint not null,
    last_offset bigint not null,
    epoch bigint not null,
    reason text collate "C" not null,
    stream_time timestamptz,
    primary key (topic, partition, first_offset),
    constraint gaps_order check (first_offset <= last_offset)
);

comment on table onecase.gaps is '缺口（因保留期失去的位移） / gaps: offsets lost to retention';
comment on column onecase.gaps.topic is '消费的主题 / topic consumed';
comment on column onecase.gaps.partition is '分区 / partition';
comment on column onecase.gaps.first_offset is '缺口首个位移 / first offset lost';
comment on column onecase.gaps.last_offset is '缺口最末位移 / last offset lost';
comment on column onecase.gaps.epoch is '发现时的认领届次 / epoch of the claim that found it';
comment on column onecase.gaps.reason is '原因代码，如 retention / reason code, as retention';
comment on column onecase.gaps.stream_time is '发现时的流时间 / stream time when found';

create table onecase.region_counters (
    region text collate "C" not null,
    report_partition integer not null,
    next_hazard bigint not null default 1,
    next_case bigint not null default 1,
    next_report bigint not null default 1,
    next_decision bigint not null default 1,
    next_event bigint not null default 1,
    case_day date,
    case_seq integer not null default 0,
    chain_hash bytea not null default decode(repeat('00', 32), 'hex'),
    primary key (region),
    constraint region_counters_hash_size check (octet_length(chain_hash) = 32)
) with (fillfactor = 50);

comment on table onecase.region_counters is '区域计数器（编号来源，随批提交） / counters of a region: where ids come from, committed with the batch';
comment on column onecase.region_counters.region is '区域 / region';
comment on column onecase.region_counters.report_partition is '该区域在 onecase.report 的分区 / partition of onecase.report that holds the region';
comment on column onecase.region_counters.next_hazard is '下一个隐患号 / next hazard id';
comment on column onecase.region_counters.next_case is '下一个案件号 / next case id';
comment on column onecase.region_counters.next_report is '下一个报告号 / next report id';
comment on column onecase.region_counters.next_decision is '下一个判定号 / next decision id';
comment on column onecase.region_counters.next_event is '下一个事件序号 / next sequence of case events';
comment on column onecase.region_counters.case_day is '当日案件编号的日期（北京时间） / day of the printed case numbers (+08:00)';
comment on column onecase.region_counters.case_seq is '当日已用案件序号 / last number used that day';
comment on column onecase.region_counters.chain_hash is '最末事件的哈希，32 字节，初始全零 / hash of the last event, 32 bytes, zeros at first';

create table onecase.report_topic (
    only_row boolean not null default true,
    topic text collate "C" not null,
    partition_count integer not null,
    primary key (only_row),
    constraint report_topic_one_row check (only_row),
    constraint report_topic_count check (partition_count > 0)
);

comment on table onecase.report_topic is '报告主题（分区数只写一次，不可更改） / the report topic; its partition count is written once for ever';
comment on column onecase.report_topic.only_row is '唯一一行 / the only row';
comment on column onecase.report_topic.topic is '主题名 / topic name';
comment on column onecase.report_topic.partition_count is '分区数 / partition count';

grant select, insert, update on onecase.consumer_offsets, onecase.region_counters to onecase_writer;
grant select, insert on onecase.gaps, onecase.report_topic to onecase_writer;
grant select on onecase.consumer_offsets, onecase.gaps, onecase.region_counters,
    onecase.report_topic to onecase_operator;

commit;
