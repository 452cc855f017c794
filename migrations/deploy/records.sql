-- Deploy onecase:records to pg
-- Reports and their revisions (monthly partitions by stream time), identities, updates that wait.

begin;
set local client_encoding = 'UTF8';
set local client_min_messages = warning;

create table onecase.reports (
    region text collate "C" not null,
    report_id bigint not null,
    source text collate "C" not null,
    record_no text collate "C" not null,
    part_no smallint,
    revision bigint,
    kind text collate "C" not null,
    independence text collate "C",
    origin_source text collate "C",
    origin_record_no text collate "C",
    hazard_id bigint,
    case_id bigint,
    decision_id bigint,
    found_at timestamptz,
    occurred_at timestamptz,
    reported_at timestamptz,
    recorded_at timestamptz,
    received_at timestamptz not null,
    event_at timestamptz,
    time_flags text[],
    channel text collate "C",
    finder_kind text collate "C",
    finder_post text,
    source_category text collate "C",
    category_system text collate "C",
    category_code text collate "C",
    category_confidence smallint,
    title text,
    body text,
    address_text text,
    place_name text,
    area_code text collate "C",
    place_role text collate "C",
    relation text,
    road text,
    road_no text,
    estate text,
    buildings text[],
    unit text,
    floor text,
    poi text,
    lon double precision,
    lat double precision,
    coordinate_system text collate "C",
    precision_class char(1),
    lift_plate text collate "C",
    equipment_code text collate "C",
    component_code text collate "C",
    device_id text collate "C",
    usc_code text collate "C",
    party_name text,
    reporter_hash bytea,
    reporter_key smallint,
    reporter_kind text collate "C",
    source_status text collate "C",
    status smallint,
    status_at timestamptz,
    verified boolean,
    due_at timestamptz,
    street_code text collate "C",
    community_code text collate "C",
    grid_code text collate "C",
    level smallint,
    urgency smallint,
    trapped integer,
    injured integer,
    dead integer,
    quoted_nos text[],
    uniform_address_id text collate "C",
    result text,
    lead_org text collate "C",
    assist_orgs text[],
    measures text,
    satisfaction smallint,
    repeats integer not null default 0,
    urged integer not null default 0,
    flags text[],
    mapping_digest text collate "C",
    topic text collate "C" not null,
    partition integer not null,
    kafka_offset bigint not null,
    report_partition integer not null,
    report_offset bigint not null,
    payload text,
    grams bytea,
    as_decided text
) partition by range (received_at);

create index reports_report_idx on onecase.reports (region, report_id);
create index reports_hazard_idx on onecase.reports (region, hazard_id);

comment on table onecase.reports is '报告（不可改的证据） / reports: the evidence, one row a record of a department';
comment on column onecase.reports.region is '区域 / region';
comment on column onecase.reports.report_id is '报告号，区域内计数 / id, counter per region';
comment on column onecase.reports.source is '来源系统，如 H12345、GRID、FIRE119、MKT12315 / source system, as H12345, GRID, FIRE119, MKT12315';
comment on column onecase.reports.record_no is '源记录号 / record number at the source';
comment on column onecase.reports.part_no is '拆分序号，从 0 起 / part of the message, from 0';
comment on column onecase.reports.revision is '修订号，越大越新 / revision, larger is newer';
comment on column onecase.reports.kind is '种类：report 报告、inspection 检查 / kind: report, inspection';
comment on column onecase.reports.independence is '独立性：independent 独立、same_reporter 同一报告人、transferred 转办、follow_up 跟进 / is it new evidence: independent, same_reporter, transferred, follow_up';
comment on column onecase.reports.origin_source is '转办来源系统 / system that handed it on';
comment on column onecase.reports.origin_record_no is '转办原单号 / its number there';
comment on column onecase.reports.hazard_id is '隐患号 / hazard';
comment on column onecase.reports.case_id is '案件号 / case';
comment on column onecase.reports.decision_id is '最近一次判定 / latest decision';
comment on column onecase.reports.found_at is '发现时间 / found';
comment on column onecase.reports.occurred_at is '发生时间 / occurred';
comment on column onecase.reports.reported_at is '报告时间 / reported';
comment on column onecase.reports.recorded_at is '源系统记录时间 / recorded by the source system';
comment on column onecase.reports.received_at is '收到时间，即流时间（onecase.report 的日志追加时间），分区键 / received: stream time (log append time of onecase.report), partition key';
comment on column onecase.reports.event_at is '判定所用事件时间：发生、发现、报告、记录中首个可信者，否则收到时间 / event time used for decisions: first sound one of occurred, found, reported, recorded, else received';
comment on column onecase.reports.time_flags is '时间疑点，即修复标记中与时间有关者 / time flags: those of the repairs that concern times';
comment on column onecase.reports.channel is '渠道 / channel';
comment on column onecase.reports.finder_kind is '发现者：citizen 市民、grid 网格员、inspector 检查员、sensor 传感器、unit 单位 / who found it: citizen, grid, inspector, sensor, unit';
comment on column onecase.reports.finder_post is '发现岗位，不记姓名 / post of the finder, never a name';
comment on column onecase.reports.source_category is '源类别代码 / category code of the source';
comment on column onecase.reports.category_system is '源代码系统 / code system of that code';
comment on column onecase.reports.category_code is '类别，见 categories / leaf, see categories';
comment on column onecase.reports.category_confidence is '类别置信度，0 至 100 / confidence of the leaf, 0 to 100';
comment on column onecase.reports.title is '标题（已脱敏，仍属内部信息） / title, scrubbed, still confidential';
comment on column onecase.reports.body is '内容（已脱敏，仍属内部信息） / text, scrubbed, still confidential';
comment on column onecase.reports.address_text is '原地址（已脱敏，仍属内部信息） / address as written, scrubbed, still confidential';
comment on column onecase.reports.place_name is '地点名称（已脱敏，仍属内部信息） / place name as written, scrubbed, still confidential';
comment on column onecase.reports.area_code is '区划代码，6 位 / area code, 6 digits';
comment on column onecase.reports.place_role is '地点属于：hazard 隐患、reporter 报告人、unknown 不明 / whose place: hazard, reporter, unknown';
comment on column onecase.reports.relation is '方位关系词，如对面、旁边 / spatial relation word, as opposite, beside';
comment on column onecase.reports.road is '道路 / road';
comment on column onecase.reports.road_no is '门牌 / house number';
comment on column onecase.reports.estate is '小区 / estate';
comment on column onecase.reports.buildings is '楼幢 / buildings';
comment on column onecase.reports.unit is '单元 / unit';
comment on column onecase.reports.floor is '楼层 / floor';
comment on column onecase.reports.poi is '地标 / landmark';
comment on column onecase.reports.lon is '经度，度，WGS-84 / longitude, degrees, WGS-84';
comment on column onecase.reports.lat is '纬度，度，WGS-84 / latitude, degrees, WGS-84';
comment on column onecase.reports.coordinate_system is '原坐标系：WGS-84、GCJ-02、BD-09、CGCS2000 / datum at the source: WGS-84, GCJ-02, BD-09, CGCS2000';
comment on column onecase.reports.precision_class is '位置精度：A 5 米、B 30 米、C 80 米、D 500 米、E 1500 米，Z 无 / precision of the place: A 5 m, B 30 m, C 80 m, D 500 m, E 1500 m, Z none';
comment on column onecase.reports.lift_plate is '电梯识别码 / lift plate number';
comment on column onecase.reports.equipment_code is '特种设备代码 / special equipment code';
comment on column onecase.reports.component_code is '城市部件标识码，16 位 / city component code, 16 digits';
comment on column onecase.reports.device_id is '物联网设备号 / device id';
comment on column onecase.reports.usc_code is '统一社会信用代码，18 位 / unified social credit code, 18 characters';
comment on column onecase.reports.party_name is '单位名称 / party';
comment on column onecase.reports.reporter_hash is '报告人哈希，HMAC-SHA-256 前 128 位 / reporter: first 128 bits of HMAC-SHA-256';
comment on column onecase.reports.reporter_key is '哈希所用密钥号 / number of the hash key';
comment on column onecase.reports.reporter_kind is '报告人种类：citizen 市民、staff 工作人员、anonymous 匿名、masked 号码已遮蔽 / kind of reporter: citizen, staff, anonymous, masked';
comment on column onecase.reports.source_status is '源状态原文代码 / status code of the source';
comment on column onecase.reports.status is '状态：10 待受理、20 已受理、30 已派遣、40 处置中、45 挂起、50 待核查、60 已结案、65 复发重开、90 退回、95 作废 / status: 10 pending, 20 accepted, 30 dispatched, 40 in hand, 45 suspended, 50 awaiting check, 60 closed, 65 reopened, 90 returned, 95 void';
comment on column onecase.reports.status_at is '状态时间：源系统改变状态的时间 / when the source set the status';
comment on column onecase.reports.verified is '是否属实 / found to be true';
comment on column onecase.reports.due_at is '源系统到期时间 / due at the source';
comment on column onecase.reports.street_code is '街道代码，9 位 / street code, 9 digits';
comment on column onecase.reports.community_code is '社区代码，12 位 / community code, 12 digits';
comment on column onecase.reports.grid_code is '网格代码，15 位 / grid code, 15 digits';
comment on column onecase.reports.level is '源级别：1 红、2 橙、3 黄、4 蓝 / level of the source: 1 red, 2 orange, 3 yellow, 4 blue';
comment on column onecase.reports.urgency is '紧急程度：1 特急、2 紧急、3 一般 / urgency: 1 most urgent, 2 urgent, 3 normal';
comment on column onecase.reports.trapped is '被困人数 / people trapped';
comment on column onecase.reports.injured is '受伤人数 / people injured';
comment on column onecase.reports.dead is '死亡人数 / people dead';
comment on column onecase.reports.quoted_nos is '引用的单号 / quoted record numbers';
comment on column onecase.reports.uniform_address_id is '统一地址库号 / id in the uniform address register';
comment on column onecase.reports.result is '检查结果 / inspection result';
comment on column onecase.reports.lead_org is '主办单位 / lead organisation';
comment on column onecase.reports.assist_orgs is '协办单位 / assisting organisations';
comment on column onecase.reports.measures is '整改措施 / measures';
comment on column onecase.reports.satisfaction is '满意度，1 至 5 / satisfaction, 1 to 5';
comment on column onecase.reports.repeats is '消抖窗口内重复告警数 / alarm repeats inside the debounce window';
comment on column onecase.reports.urged is '催办次数 / urges';
comment on column onecase.reports.flags is '修复标记，见映射语言 / repairs made by intake, see the mapping language';
comment on column onecase.reports.mapping_digest is '映射文件名与摘要 / mapping name and digest';
comment on column onecase.reports.topic is '来源主题 / source topic';
comment on column onecase.reports.partition is '来源分区 / source partition';
comment on column onecase.reports.kafka_offset is '来源位移 / source offset';
comment on column onecase.reports.report_partition is 'onecase.report 的分区 / partition of onecase.report';
comment on column onecase.reports.report_offset is 'onecase.report 的位移 / its offset';
comment on column onecase.reports.payload is '映射中 extra 所列字段，JSON / fields listed under extra in the mapping, JSON';
comment on column onecase.reports.as_decided is '判定时的原貌：首次修订改动证据前各证据列的 JSON，此前为空；重建内存以此为准 / what was decided on: JSON of the columns of evidence from before the first revision that changed one, null until then; memory is rebuilt from it';
comment on column onecase.reports.grams is '文本字符一元、二元片段的哈希，用于文本比较 / hashed character 1- and 2-grams of the text, for comparison';

create table onecase.report_revisions (
    region text collate "C" not null,
    report_id bigint not null,
    source text collate "C" not null,
    record_no text collate "C" not null,
    kind text collate "C" not null,
    topic text collate "C" not null,
    partition integer not null,
    kafka_offset bigint not null,
    item integer not null default 0,
    report_partition integer not null,
    report_offset bigint not null,
    revision bigint,
    changed_at timestamptz,
    received_at timestamptz not null,
    applied boolean not null default true,
    status_before smallint,
    status_after smallint,
    changes text,
    mapping_digest text collate "C"
) partition by range (received_at);

create index report_revisions_report_idx on onecase.report_revisions (region, report_id);

comment on table onecase.report_revisions is '报告修订（源系统对同一记录的更新与修订） / report revisions: each update or revision of a report';
comment on column onecase.report_revisions.region is '区域 / region';
comment on column onecase.report_revisions.report_id is '报告号 / report';
comment on column onecase.report_revisions.source is '来源系统 / source system';
comment on column onecase.report_revisions.record_no is '源记录号 / record number at the source';
comment on column onecase.report_revisions.kind is '种类：report 重报、update 更新、assignment 派单、inspection 检查 / kind of record: report (sent again), update, assignment, inspection';
comment on column onecase.report_revisions.topic is '来源主题 / source topic';
comment on column onecase.report_revisions.partition is '来源分区 / source partition';
comment on column onecase.report_revisions.kafka_offset is '来源位移 / source offset';
comment on column onecase.report_revisions.item is '来源记录中的项，从 0 起 / item of the source record, from 0';
comment on column onecase.report_revisions.report_partition is 'onecase.report 的分区 / partition of onecase.report';
comment on column onecase.report_revisions.report_offset is 'onecase.report 的位移 / its offset';
comment on column onecase.report_revisions.revision is '修订号，越大越新 / revision, larger is newer';
comment on column onecase.report_revisions.changed_at is '源系统改动时间 / changed at the source';
comment on column onecase.report_revisions.received_at is '收到时间，即流时间，分区键 / received: stream time, partition key';
comment on column onecase.report_revisions.applied is '是否已采用；旧修订只留存 / applied to the report; an older revision is only kept';
comment on column onecase.report_revisions.status_before is '改动前状态，10 至 95 / status before, 10 to 95';
comment on column onecase.report_revisions.status_after is '改动后状态，10 至 95 / status after, 10 to 95';
comment on column onecase.report_revisions.changes is '改动的字段，JSON 对象（已脱敏） / changed fields, JSON object, scrubbed';
comment on column onecase.report_revisions.mapping_digest is '映射文件名与摘要 / mapping name and digest';

create table onecase.record_index (
    source text collate "C" not null,
    record_no text collate "C" not null,
    region text collate "C" not null,
    report_id bigint not null,
    received_at timestamptz not null,
    first_topic text collate "C" not null,
    first_partition integer not null,
    first_offset bigint not null,
    first_item integer not null default 0,
    last_topic text collate "C" not null,
    last_partition integer not null,
    last_offset bigint not null,
    last_item integer not null default 0,
    revision bigint,
    changed_at timestamptz,
    primary key (source, record_no)
) with (fillfactor = 70);

comment on table onecase.record_index is '记录身份索引（来源与记录号唯一，先到者定归属） / identities: source and record number are unique, first home wins';
comment on column onecase.record_index.source is '来源系统 / source system';
comment on column onecase.record_index.record_no is '源记录号 / record number at the source';
comment on column onecase.record_index.region is '所属区域 / home region';
comment on column onecase.record_index.report_id is '报告号 / report';
comment on column onecase.record_index.received_at is '报告行的收到时间，用于定位分区 / received_at of the report row, to find its partition';
comment on column onecase.record_index.first_topic is '首次来源主题 / source topic of the first record';
comment on column onecase.record_index.first_partition is '首次来源分区 / its partition';
comment on column onecase.record_index.first_offset is '首次来源位移 / its offset';
comment on column onecase.record_index.first_item is '首次来源项，从 0 起 / its item, from 0';
comment on column onecase.record_index.last_topic is '最近来源主题 / source topic of the latest record';
comment on column onecase.record_index.last_partition is '最近来源分区 / its partition';
comment on column onecase.record_index.last_offset is '最近来源位移 / its offset';
comment on column onecase.record_index.last_item is '最近来源项，从 0 起 / its item, from 0';
comment on column onecase.record_index.revision is '已采用的修订号 / revision applied';
comment on column onecase.record_index.changed_at is '现行内容的源系统变更时间，无修订号时据以比新旧 / when the source changed what stands in reports; compared where there is no revision';

create table onecase.pending_updates (
    report_partition integer not null,
    report_offset bigint not null,
    region text collate "C" not null,
    source text collate "C" not null,
    record_no text collate "C" not null,
    kind text collate "C" not null,
    topic text collate "C" not null,
    partition integer not null,
    kafka_offset bigint not null,
    item integer not null default 0,
    revision bigint,
    received_at timestamptz not null,
    mapping_digest text collate "C",
    payload text not null,
    primary key (report_partition, report_offset)
);

create index pending_updates_record_idx on onecase.pending_updates (source, record_no);

comment on table onecase.pending_updates is '先于报告到达的更新，待报告到达后采用 / updates that came before their report';
comment on column onecase.pending_updates.report_partition is 'onecase.report 的分区 / partition of onecase.report';
comment on column onecase.pending_updates.report_offset is 'onecase.report 的位移 / its offset';
comment on column onecase.pending_updates.region is '区域 / region';
comment on column onecase.pending_updates.source is '来源系统 / source system';
comment on column onecase.pending_updates.record_no is '源记录号 / record number at the source';
comment on column onecase.pending_updates.kind is '种类：update 更新、assignment 派单 / kind of record: update, assignment';
comment on column onecase.pending_updates.topic is '来源主题 / source topic';
comment on column onecase.pending_updates.partition is '来源分区 / source partition';
comment on column onecase.pending_updates.kafka_offset is '来源位移 / source offset';
comment on column onecase.pending_updates.item is '来源记录中的项，从 0 起 / item of the source record, from 0';
comment on column onecase.pending_updates.revision is '修订号 / revision';
comment on column onecase.pending_updates.received_at is '收到时间，即流时间 / received: stream time';
comment on column onecase.pending_updates.mapping_digest is '映射文件名与摘要 / mapping name and digest';
comment on column onecase.pending_updates.payload is '规范记录，JSON（已脱敏） / canonical record, JSON, scrubbed';

grant select, insert, update on onecase.reports, onecase.record_index to onecase_writer;
grant select, insert on onecase.report_revisions to onecase_writer;
grant select, insert, delete on onecase.pending_updates to onecase_writer;
grant select on onecase.report_revisions, onecase.record_index, onecase.pending_updates
    to onecase_operator;

-- Operators read the evidence, but not the keyed hash of the reporter nor the unnamed extra fields.
do $$
declare
    readable text;
begin
    select string_agg(quote_ident(attname), ', ' order by attnum) into readable
      from pg_attribute
     where attrelid = 'onecase.reports'::regclass and attnum > 0 and not attisdropped
       and attname not in ('reporter_hash', 'reporter_key', 'payload', 'grams', 'as_decided');
    execute format('grant select (%s) on onecase.reports to onecase_operator', readable);
end
$$;

commit;
