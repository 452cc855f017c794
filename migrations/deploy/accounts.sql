-- Deploy onecase:accounts to pg
-- Accounts of every source partition, dead letters, ignored records.

begin;
set local client_encoding = 'UTF8';
set local client_min_messages = warning;

create table onecase.accounts (
    source_topic text collate "C" not null,
    source_partition integer not null,
    report_partition integer not null,
    first_offset bigint not null,
    last_offset bigint not null,
    last_item integer not null default 0,
    skipped bigint not null default 0,
    extra_items bigint not null default 0,
    reports bigint not null default 0,
    updates bigint not null default 0,
    ignored bigint not null default 0,
    dead bigint not null default 0,
    redelivered bigint not null default 0,
    primary key (source_topic, source_partition, report_partition)
) with (fillfactor = 70);

comment on table onecase.accounts is '账目（每个来源分区的每个位移去了哪里） / accounts: where each offset of a source partition went';
comment on column onecase.accounts.source_topic is '来源主题 / source topic';
comment on column onecase.accounts.source_partition is '来源分区 / source partition';
comment on column onecase.accounts.report_partition is 'onecase.report 的分区 / partition of onecase.report';
comment on column onecase.accounts.first_offset is '首个来源位移 / first source offset';
comment on column onecase.accounts.last_offset is '最末来源位移 / last source offset';
comment on column onecase.accounts.last_item is '最末来源位移的项，从 0 起 / item of the last source offset, from 0';
comment on column onecase.accounts.skipped is '跳过的位移数（压缩、事务标记） / offsets that never came (compaction, transaction markers)';
comment on column onecase.accounts.extra_items is '一条多项时多出的项数 / items beyond the first of a source record';
comment on column onecase.accounts.reports is '报告数，含检查 / reports, inspections included';
comment on column onecase.accounts.updates is '更新数，含派单 / updates, assignments included';
comment on column onecase.accounts.ignored is '忽略数 / ignored';
comment on column onecase.accounts.dead is '死信数 / dead letters';
comment on column onecase.accounts.redelivered is '重复投递数，不计入以上各项 / redelivered, counted in none of the above';

create table onecase.dead_letters (
    topic text collate "C" not null,
    partition integer not null,
    kafka_offset bigint not null,
    item integer not null default 0,
    region text collate "C",
    source text collate "C",
    stage text collate "C" not null,
    pointer text collate "C",
    rule text collate "C",
    message text,
    mapping_digest text collate "C",
    sha256 bytea,
    attempt integer not null default 1,
    received_at timestamptz not null,
    report_partition integer not null,
    report_offset bigint not null,
    state text collate "C" not null default 'open',
    primary key (topic, partition, kafka_offset, item)
);

comment on table onecase.dead_letters is '死信（无法处理的记录，原始字节在保管主题） / dead letters; their bytes are in the vault topic';
comment on column onecase.dead_letters.topic is '来源主题 / source topic';
comment on column onecase.dead_letters.partition is '来源分区 / source partition';
comment on column onecase.dead_letters.kafka_offset is '来源位移 / source offset';
comment on column onecase.dead_letters.item is '来源记录中的项，从 0 起 / item of the source record, from 0';
comment on column onecase.dead_letters.region is '区域，未知则空 / region, null when unknown';
comment on column onecase.dead_letters.source is '来源系统 / source system';
comment on column onecase.dead_letters.stage is '阶段：decode 解码、map 映射、send 发送、write 写入、crash 崩溃、misrouted 错分区 / stage: decode, map, send, write, crash, misrouted';
comment on column onecase.dead_letters.pointer is '出错字段的 JSON 指针 / JSON pointer of the faulty field';
comment on column onecase.dead_letters.rule is '违反的规则 / rule broken';
comment on column onecase.dead_letters.message is '说明，不引用任何值 / message, quotes no value';
comment on column onecase.dead_letters.mapping_digest is '映射文件名与摘要 / mapping name and digest';
comment on column onecase.dead_letters.sha256 is '原始字节的 SHA-256，32 字节 / SHA-256 of the original bytes, 32 bytes';
comment on column onecase.dead_letters.attempt is '第几次尝试，从 1 起 / attempt, from 1';
comment on column onecase.dead_letters.received_at is '收到时间，即流时间 / received: stream time';
comment on column onecase.dead_letters.report_partition is 'onecase.report 的分区 / partition of onecase.report';
comment on column onecase.dead_letters.report_offset is 'onecase.report 的位移 / its offset';
comment on column onecase.dead_letters.state is '处理状态：open 待处理、released 已放行、resolved 已解决、parked 已搁置 / state: open, released, resolved, parked';

create table onecase.ignored_records (
    topic text collate "C" not null,
    partition integer not null,
    kafka_offset bigint not null,
    item integer not null default 0,
    region text collate "C",
    source text collate "C",
    record_no text collate "C",
    reason text collate "C",
    mapping_digest text collate "C",
    received_at timestamptz not null,
    primary key (topic, partition, kafka_offset, item)
);

comment on table onecase.ignored_records is '按映射规则忽略的记录（如咨询、演练） / records ignored by a rule of the mapping (consultations, drills)';
comment on column onecase.ignored_records.topic is '来源主题 / source topic';
comment on column onecase.ignored_records.partition is '来源分区 / source partition';
comment on column onecase.ignored_records.kafka_offset is '来源位移 / source offset';
comment on column onecase.ignored_records.item is '来源记录中的项，从 0 起 / item of the source record, from 0';
comment on column onecase.ignored_records.region is '区域，未知则空 / region, null when unknown';
comment on column onecase.ignored_records.source is '来源系统 / source system';
comment on column onecase.ignored_records.record_no is '源记录号 / record number at the source';
comment on column onecase.ignored_records.reason is '忽略原因代码 / reason code';
comment on column onecase.ignored_records.mapping_digest is '映射文件名与摘要 / mapping name and digest';
comment on column onecase.ignored_records.received_at is '收到时间，即流时间 / received: stream time';

grant select, insert, update on onecase.accounts, onecase.dead_letters to onecase_writer;
grant select, insert on onecase.ignored_records to onecase_writer;
grant select on onecase.accounts, onecase.dead_letters, onecase.ignored_records
    to onecase_operator;
grant select on onecase.dead_letters to onecase_custodian;

commit;
