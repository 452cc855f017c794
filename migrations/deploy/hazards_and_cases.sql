-- Deploy onecase:hazards_and_cases to pg
-- Hazards, their cases, their relations and the keys by which they are found.

begin;
set local client_encoding = 'UTF8';
set local client_min_messages = warning;

create table onecase.hazards (
    region text collate "C" not null,
    hazard_id bigint not null,
    hazard_no text collate "C" not null,
    family text collate "C" not null,
    category_code text collate "C" not null,
    scope text collate "C" not null,
    asset_kind text collate "C",
    asset_id text collate "C",
    usc_code text collate "C",
    party_name text,
    address text,
    road text,
    road_no text,
    estate text,
    buildings text[],
    unit text,
    street_code text collate "C",
    community_code text collate "C",
    grid_code text collate "C",
    lon double precision,
    lat double precision,
    precision_class char(1),
    extent_m integer,
    anchor_report_id bigint,
    anchor_by text collate "C",
    first_known_at timestamptz,
    last_reported_at timestamptz,
    open_case_id bigint,
    case_count integer not null default 0,
    report_count integer not null default 0,
    independent_count integer not null default 0,
    reporter_count integer not null default 0,
    source_count integer not null default 0,
    provisional_of bigint,
    merged_into bigint,
    model_version text collate "C",
    version bigint not null default 1,
    primary key (region, hazard_id)
) with (fillfactor = 70);

comment on table onecase.hazards is '隐患（一处一类，长期存在） / hazard: one place or asset and one kind of trouble; lives for years';
comment on column onecase.hazards.region is '区域，取自区划代码前缀（deploy/regions.cfg） / region, from the area code prefix (deploy/regions.cfg)';
comment on column onecase.hazards.hazard_id is '隐患号，区域内计数，合并后最早者保留 / id, counter per region; the oldest survives a merge';
comment on column onecase.hazards.hazard_no is '隐患编号，如 HZ9901-000123 / printed number, as HZ9901-000123';
comment on column onecase.hazards.family is '隐患族，一族共用候选、成桶与拥挤度 / match family: leaves that share buckets, bursts and crowding';
comment on column onecase.hazards.category_code is '最重类别，见 categories / worst leaf among its reports, see categories';
comment on column onecase.hazards.scope is '粒度：asset 资产、unit 单元、building 楼幢、point 点位、party 单位、estate 小区、area 片区 / extent of the thing: asset, unit, building, point, party, estate, area';
comment on column onecase.hazards.asset_kind is '资产种类：lift 电梯、equipment 特种设备、component 城市部件、device 物联网设备 / asset kind: lift, equipment, component, device';
comment on column onecase.hazards.asset_id is '资产编号 / asset id';
comment on column onecase.hazards.usc_code is '统一社会信用代码，18 位 / unified social credit code, 18 characters';
comment on column onecase.hazards.party_name is '责任单位 / responsible party';
comment on column onecase.hazards.address is '标准地址 / standard address';
comment on column onecase.hazards.road is '道路 / road';
comment on column onecase.hazards.road_no is '门牌 / house number';
comment on column onecase.hazards.estate is '小区 / estate';
comment on column onecase.hazards.buildings is '楼幢集合 / buildings';
comment on column onecase.hazards.unit is '单元 / unit';
comment on column onecase.hazards.street_code is '街道代码，9 位 / street code, 9 digits';
comment on column onecase.hazards.community_code is '社区代码，12 位 / community code, 12 digits';
comment on column onecase.hazards.grid_code is '网格代码，15 位 / grid code, 15 digits';
comment on column onecase.hazards.lon is '经度，度，WGS-84 / longitude, degrees, WGS-84';
comment on column onecase.hazards.lat is '纬度，度，WGS-84 / latitude, degrees, WGS-84';
comment on column onecase.hazards.precision_class is '位置精度：A 5 米、B 30 米、C 80 米、D 500 米、E 1500 米，Z 无 / precision of the place: A 5 m, B 30 m, C 80 m, D 500 m, E 1500 m, Z none';
comment on column onecase.hazards.extent_m is '范围，米，成员到锚点距离的第 75 百分位 / extent in metres: 75th percentile of member distances to the anchor';
comment on column onecase.hazards.anchor_report_id is '锚点报告 / report that fixed the place';
comment on column onecase.hazards.anchor_by is '锚点来源：auto 自动、person 人工、ledger 台账 / who fixed the place: auto, person, ledger';
comment on column onecase.hazards.first_known_at is '首次获知，最早报告的事件时间 / first known: earliest event time of its reports';
comment on column onecase.hazards.last_reported_at is '最近报告，最晚报告的事件时间 / last report: latest event time of its reports';
comment on column onecase.hazards.open_case_id is '在办案件，无则空 / open case, null when none';
comment on column onecase.hazards.case_count is '发生次数（案件数） / episodes (cases)';
comment on column onecase.hazards.report_count is '报告数 / reports';
comment on column onecase.hazards.independent_count is '独立报告数，不含转办与跟进 / reports less copies and follow-ups';
comment on column onecase.hazards.reporter_count is '不同报告人数 / distinct reporters';
comment on column onecase.hazards.source_count is '独立来源数 / independent sources';
comment on column onecase.hazards.provisional_of is '疑似同一的隐患，待复核 / hazard it may be the same as, under review';
comment on column onecase.hazards.merged_into is '并入的隐患 / hazard it was merged into';
comment on column onecase.hazards.model_version is '模型版本 / model version';
comment on column onecase.hazards.version is '行版本，每次改动加一 / row version, plus one at each change';

create table onecase.cases (
    region text collate "C" not null,
    case_id bigint not null,
    case_no text collate "C" not null,
    hazard_id bigint not null,
    recurrence_no integer not null default 1,
    category_code text collate "C" not null,
    title text,
    status smallint not null,
    level smallint not null,
    level_reason text,
    risk_l smallint,
    risk_s smallint,
    risk_rule text collate "C",
    hazard_grade text collate "C",
    listed_supervision boolean,
    trapped integer not null default 0,
    injured integer not null default 0,
    dead integer not null default 0,
    first_occurred_at timestamptz,
    first_known_at timestamptz,
    first_known_source text collate "C",
    opened_at timestamptz,
    accepted_at timestamptz,
    dispatched_at timestamptz,
    responded_at timestamptz,
    rectified_at timestamptz,
    rechecked_at timestamptz,
    recheck_result text collate "C",
    closed_at timestamptz,
    close_kind text collate "C",
    effective boolean,
    reopened_count integer not null default 0,
    lead_org text collate "C",
    due_at timestamptz,
    due_rule text collate "C",
    measures text,
    tracker_post text,
    satisfaction smallint,
    accountability text,
    report_count integer not null default 0,
    independent_count integer not null default 0,
    reporter_count integer not null default 0,
    source_count integer not null default 0,
    urge_count integer not null default 0,
    merged_into bigint,
    version bigint not null default 1,
    primary key (region, case_id),
    unique (region, case_no)
) with (fillfactor = 70);

create index cases_hazard_idx on onecase.cases (region, hazard_id);

comment on table onecase.cases is '案件（隐患的一次发生，自立案至办结） / case: one open-to-closed episode of a hazard';
comment on column onecase.cases.region is '区域 / region';
comment on column onecase.cases.case_id is '案件号，区域内计数 / id, counter per region';
comment on column onecase.cases.case_no is '案件编号，如 AJ9901-20261122-0007，日期为流时间的北京时间日 / printed number, as AJ9901-20261122-0007; its date is stream time at +08:00';
comment on column onecase.cases.hazard_id is '隐患号 / hazard';
comment on column onecase.cases.recurrence_no is '第几次发生，从 1 起 / episode number, from 1';
comment on column onecase.cases.category_code is '类别，见 categories / leaf, see categories';
comment on column onecase.cases.title is '标题（已脱敏，仍属内部信息） / title, scrubbed, still confidential';
comment on column onecase.cases.status is '状态：10 待受理、20 已受理、30 已派遣、40 处置中、45 挂起、50 待核查、60 已结案、65 复发重开、90 退回、95 作废 / status: 10 pending, 20 accepted, 30 dispatched, 40 in hand, 45 suspended, 50 awaiting check, 60 closed, 65 reopened, 90 returned, 95 void';
comment on column onecase.cases.level is '风险等级：1 红、2 橙、3 黄、4 蓝 / risk colour: 1 red, 2 orange, 3 yellow, 4 blue';
comment on column onecase.cases.level_reason is '定级原因 / why this level';
comment on column onecase.cases.risk_l is '可能性 L，1 至 5 / likelihood L, 1 to 5';
comment on column onecase.cases.risk_s is '严重性 S，1 至 5 / severity S, 1 to 5';
comment on column onecase.cases.risk_rule is '定级规则 / rule that set the level';
comment on column onecase.cases.hazard_grade is '隐患级别：general 一般、major 重大 / grade: general, major';
comment on column onecase.cases.listed_supervision is '是否挂牌督办 / under listed supervision';
comment on column onecase.cases.trapped is '被困人数 / people trapped';
comment on column onecase.cases.injured is '受伤人数 / people injured';
comment on column onecase.cases.dead is '死亡人数 / people dead';
comment on column onecase.cases.first_occurred_at is '最早发生时间 / earliest event time';
comment on column onecase.cases.first_known_at is '任一部门最早获知时间 / when any department first knew';
comment on column onecase.cases.first_known_source is '最早获知的来源系统 / source that knew first';
comment on column onecase.cases.opened_at is '立案时间（事件时间） / opened (event time)';
comment on column onecase.cases.accepted_at is '受理时间 / accepted';
comment on column onecase.cases.dispatched_at is '派遣时间 / dispatched';
comment on column onecase.cases.responded_at is '首次响应时间 / first response';
comment on column onecase.cases.rectified_at is '整改完成时间 / rectified';
comment on column onecase.cases.rechecked_at is '复查时间 / rechecked';
comment on column onecase.cases.recheck_result is '复查结论：pass 通过、fail 未通过、not_checked 未复查 / recheck: pass, fail, not_checked';
comment on column onecase.cases.closed_at is '办结时间 / closed';
comment on column onecase.cases.close_kind is '办结方式：status 各报告均已终结、person 人工、merged 并案 / how closed: status (all reports final), person, merged';
comment on column onecase.cases.effective is '有效处置：已办结且经复查或窗口期内无重复 / effective: closed, and rechecked or not repeated within the window';
comment on column onecase.cases.reopened_count is '重开次数 / times reopened';
comment on column onecase.cases.lead_org is '主办单位 / lead organisation';
comment on column onecase.cases.due_at is '到期时间 / due';
comment on column onecase.cases.due_rule is '时限规则 / rule of the time limit';
comment on column onecase.cases.measures is '整改措施 / measures';
comment on column onecase.cases.tracker_post is '跟踪责任岗位，不记姓名 / tracking post, never a name';
comment on column onecase.cases.satisfaction is '满意度，1 至 5 / satisfaction, 1 to 5';
comment on column onecase.cases.accountability is '追责结果：通报、约谈、问责 / accountability: circular, talk, discipline';
comment on column onecase.cases.report_count is '报告数 / reports';
comment on column onecase.cases.independent_count is '独立报告数 / independent reports';
comment on column onecase.cases.reporter_count is '不同报告人数 / distinct reporters';
comment on column onecase.cases.source_count is '独立来源数 / independent sources';
comment on column onecase.cases.urge_count is '催办次数 / urges';
comment on column onecase.cases.merged_into is '并入的案件 / case it was merged into';
comment on column onecase.cases.version is '行版本，每次改动加一 / row version, plus one at each change';

create table onecase.hazard_relations (
    region text collate "C" not null,
    hazard_a bigint not null,
    hazard_b bigint not null,
    kind text collate "C" not null,
    score_mb integer,
    made_by text collate "C",
    resolved_at timestamptz,
    resolution text,
    primary key (region, hazard_a, hazard_b, kind)
);

create index hazard_relations_b_idx on onecase.hazard_relations (region, hazard_b);

comment on table onecase.hazard_relations is '隐患关系（有关联但不合并） / relations of hazards: related, not merged';
comment on column onecase.hazard_relations.region is '区域 / region';
comment on column onecase.hazard_relations.hazard_a is '甲隐患 / hazard a';
comment on column onecase.hazard_relations.hazard_b is '乙隐患 / hazard b';
comment on column onecase.hazard_relations.kind is '关系：twin 疑似同一、possible 可能同一、one_of 其中之一、contains 包含、precursor 前兆、same_party 同一单位、same_event 同一事件 / kind: twin, possible, one_of, contains, precursor, same_party, same_event';
comment on column onecase.hazard_relations.score_mb is '得分，毫比特 / score in millibits';
comment on column onecase.hazard_relations.made_by is '来源：auto 自动、person 人工 / made by: auto, person';
comment on column onecase.hazard_relations.resolved_at is '解决时间 / resolved';
comment on column onecase.hazard_relations.resolution is '解决结果 / resolution';

create table onecase.hazard_keys (
    region text collate "C" not null,
    key_kind text collate "C" not null,
    key text collate "C" not null,
    hazard_id bigint not null,
    primary key (region, key_kind, key, hazard_id)
);

create index hazard_keys_hazard_idx on onecase.hazard_keys (region, hazard_id);

comment on table onecase.hazard_keys is '隐患检索键（按键找候选隐患） / blocking keys by which a hazard is proposed as candidate';
comment on column onecase.hazard_keys.region is '区域 / region';
comment on column onecase.hazard_keys.key_kind is '键种类：record 记录号、asset 资产、door 门牌、building 楼幢、estate 小区、road 道路、poi 地标、tile 网块、party 单位、reporter 报告人 / kind: record, asset, door, building, estate, road, poi, tile, party, reporter';
comment on column onecase.hazard_keys.key is '键值 / key value';
comment on column onecase.hazard_keys.hazard_id is '隐患号 / hazard';

grant select, insert, update on onecase.hazards, onecase.cases, onecase.hazard_relations
    to onecase_writer;
grant select, insert, update, delete on onecase.hazard_keys to onecase_writer;
grant select on onecase.hazards, onecase.cases, onecase.hazard_relations to onecase_operator;

commit;
