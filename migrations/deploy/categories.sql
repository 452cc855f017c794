-- Deploy onecase:categories to pg
-- The hazard tree: 10 groups, 53 leaves, with the starting values of each class.

begin;
set local client_encoding = 'UTF8';
set local client_min_messages = warning;

create table onecase.category_groups (
    group_code text collate "C" not null,
    name_zh text not null,
    name_en text not null,
    primary key (group_code)
);

comment on table onecase.category_groups is '隐患大类 / groups of categories';
comment on column onecase.category_groups.group_code is '大类代码，A 至 J / group code, A to J';
comment on column onecase.category_groups.name_zh is '中文名 / name in Chinese';
comment on column onecase.category_groups.name_en is '英文名 / name in English';

create table onecase.categories (
    code text collate "C" not null,
    group_code text collate "C" not null references onecase.category_groups,
    name_zh text not null,
    name_en text not null,
    radius_m integer,
    recurrence_days integer,
    colour smallint not null check (colour between 1 and 4),
    scope text collate "C" not null
        check (scope in ('asset', 'unit', 'building', 'point', 'party', 'estate', 'area')),
    lead_department text not null,
    note text,
    primary key (code)
);

comment on table onecase.categories is '隐患类别（统一分类的叶子） / categories: leaves of the unified hazard tree';
comment on column onecase.categories.code is '类别代码，如 A02 / leaf code, as A02';
comment on column onecase.categories.group_code is '大类代码 / group code';
comment on column onecase.categories.name_zh is '中文名 / name in Chinese';
comment on column onecase.categories.name_en is '英文名 / name in English';
comment on column onecase.categories.radius_m is '半径，米，无强键时同一隐患两报告的最大距离；空为不按半径 / radius in metres: greatest distance of two reports without a strong key; null: not by radius';
comment on column onecase.categories.recurrence_days is '复发窗口，天，办结后窗口内再报则重开；空为不适用 / recurrence window in days: a report within it reopens the case; null: none';
comment on column onecase.categories.colour is '默认风险等级：1 红、2 橙、3 黄、4 蓝 / default level: 1 red, 2 orange, 3 yellow, 4 blue';
comment on column onecase.categories.scope is '粒度：asset 资产、unit 单元、building 楼幢、point 点位、party 单位、estate 小区、area 片区 / scope: asset, unit, building, point, party, estate, area';
comment on column onecase.categories.lead_department is '主办部门（括号内为协办） / lead department (assisting ones in brackets)';
comment on column onecase.categories.note is '备注 / note';

insert into onecase.category_groups (group_code, name_zh, name_en) values
    ('A', '特种设备', 'Special equipment'),
    ('B', '燃气与危化', 'Gas and chemicals'),
    ('C', '火情与消防设施', 'Fire and fire equipment'),
    ('D', '用电与电动自行车', 'Electricity and e-bikes'),
    ('E', '道路与市政', 'Roads and utilities'),
    ('F', '建筑与高空', 'Buildings and heights'),
    ('G', '树木与自然灾害', 'Trees and natural disasters'),
    ('H', '食品药品与产品', 'Food, drugs and products'),
    ('I', '环境公共卫生', 'Environment and public health'),
    ('J', '公共场所与其他', 'Public places and other');

insert into onecase.categories
    (code, group_code, name_zh, name_en, radius_m, recurrence_days, colour, scope, lead_department,
     note)
values
    ('A01', 'A', '电梯困人', 'People trapped in lift', 60, 90, 1, 'asset', '市场监管 96333 (消防)',
     '同时计入 A02 / also feeds A02'),
    ('A02', 'A', '电梯故障/异响/停运', 'Lift fault', 60, 90, 2, 'asset', '市场监管 (住建/物业)',
     null),
    ('A03', 'A', '自动扶梯故障', 'Escalator fault', 60, 60, 2, 'asset', '市场监管',
     null),
    ('A04', 'A', '锅炉压力容器隐患', 'Boiler / pressure vessel', 100, 90, 2, 'asset', '市场监管 (应急)',
     null),
    ('A05', 'A', '游乐设施/场内车辆隐患', 'Rides, site vehicles', 100, 60, 2, 'asset', '市场监管 (文旅)',
     null),
    ('B01', 'B', '燃气泄漏/异味', 'Gas leak or smell', 200, 7, 1, 'area', '住建/城管燃气 + 燃气公司 (消防)',
     null),
    ('B02', 'B', '液化气瓶违规', 'Illegal LPG cylinders', 50, 60, 2, 'point', '住建/城管燃气 (市场监管, 消防)',
     null),
    ('B03', 'B', '餐饮燃气隐患', 'Gas hazard in restaurant', 50, 60, 2, 'party', '住建 (市场监管, 商务)',
     null),
    ('B04', 'B', '危险化学品违规储存', 'Unlawful chemical storage', 200, 90, 1, 'point', '应急管理 (消防, 公安)',
     null),
    ('B05', 'B', '化学品泄漏/异味', 'Chemical release', 500, 3, 1, 'area', '应急管理 + 生态环境 (消防)',
     null),
    ('B06', 'B', '烟花爆竹非法存储燃放', 'Fireworks', 100, 30, 2, 'point', '公安 + 应急管理',
     null),
    ('C01', 'C', '火灾/冒烟', 'Fire or smoke', 500, 1, 1, 'area', '消防救援',
     '500 米为最初 2 小时，之后 100 米；一天后再起为新案件 / 500 m in the first two hours, 100 m later'),
    ('C02', 'C', '火灾自动报警(物联网)', 'Fire IoT alarm', 80, 0, 2, 'asset', '消防 / 单位',
     '同一单位，或 80 米；消抖窗口 10 分钟 / same unit, or 80 m; debounced for 10 minutes'),
    ('C03', 'C', '占用堵塞疏散通道安全出口', 'Blocked exit', 50, 30, 2, 'building', '消防救援 (街道, 物业)',
     null),
    ('C04', 'C', '占用消防车通道', 'Blocked fire lane', 80, 30, 2, 'point', '消防救援 (交警, 街道)',
     null),
    ('C05', 'C', '消防设施损坏停用', 'Fire equipment out of use', 60, 60, 2, 'building', '消防救援 (住建)',
     null),
    ('C06', 'C', '消火栓损坏埋压无水', 'Hydrant fault', 30, 60, 3, 'asset', '消防救援 (水务)',
     null),
    ('C07', 'C', '三合一/群租/九小场所隐患', 'Mixed-use, small premises', 40, 90, 2, 'building', '消防救援 + 派出所 (街道)',
     null),
    ('D01', 'D', '电动自行车楼内停放充电', 'E-bike indoors', 50, 30, 2, 'building', '消防救援 (街道, 物业)',
     null),
    ('D02', 'D', '飞线充电私拉电线', 'Stray charging cables', 50, 30, 2, 'building', '街道/城管 (消防)',
     null),
    ('D03', 'D', '电力设施隐患/线缆坠落', 'Power line hazard', 60, 30, 1, 'point', '供电公司 (能源/城管)',
     null),
    ('D04', 'D', '通信线缆坠落/杂乱', 'Low telecom cables', 50, 30, 3, 'point', '通信运营商 (城管)',
     null),
    ('D05', 'D', '电动车电池产品质量', 'Unsafe e-bike battery', 50, 90, 3, 'party', '市场监管',
     '同一信用代码，或 50 米 / same credit code, or 50 m'),
    ('D06', 'D', '停电', 'Power cut', 200, 3, 3, 'area', '供电公司 (街道)',
     '范围上限 800 米 / extent at most 800 m'),
    ('E01', 'E', '井盖缺失破损', 'Missing / broken manhole cover', 25, 30, 2, 'point', '城管/权属单位',
     null),
    ('E02', 'E', '路面塌陷空洞', 'Road collapse', 80, 60, 1, 'point', '城管/交通/住建 (水务)',
     null),
    ('E03', 'E', '路面破损坑槽', 'Pothole', 30, 60, 3, 'point', '城管/交通',
     null),
    ('E04', 'E', '桥梁护栏天桥隐患', 'Bridge / railing', 60, 90, 2, 'point', '交通/城管',
     null),
    ('E05', 'E', '信号灯路灯故障', 'Signal / street light', 40, 30, 3, 'point', '交警/城管',
     null),
    ('E06', 'E', '供水管爆裂', 'Water main burst', 200, 7, 2, 'area', '水务/供水公司',
     null),
    ('E07', 'E', '污水冒溢/下水堵塞', 'Sewer overflow', 100, 30, 3, 'point', '水务/城管',
     null),
    ('E08', 'E', '供热管道破裂', 'Heating pipe burst', 200, 7, 2, 'area', '供热单位/城管',
     null),
    ('F01', 'F', '外墙脱落高空坠物', 'Falling facade', 50, 90, 2, 'building', '住建 (街道)',
     null),
    ('F02', 'F', '危房裂缝倾斜', 'Dangerous building', 50, 180, 1, 'building', '住建 (街道)',
     null),
    ('F03', 'F', '广告牌匾松动', 'Loose sign board', 40, 60, 2, 'point', '城管',
     null),
    ('F04', 'F', '违法建设', 'Illegal construction', 40, 180, 3, 'point', '城管/自然资源',
     null),
    ('F05', 'F', '承重墙拆改', 'Load-bearing wall removed', 40, 180, 1, 'unit', '住建',
     null),
    ('F06', 'F', '施工工地隐患(基坑塔吊围挡)', 'Construction site', 150, 30, 2, 'point', '住建 (城管)',
     null),
    ('G01', 'G', '树木倒伏断枝', 'Fallen tree', 50, 7, 3, 'point', '园林/城管',
     '压车压线者为橙 / orange when it lies on a car or a line'),
    ('G02', 'G', '道路积水内涝', 'Flooded road', 200, 30, 2, 'area', '水务/城管',
     '30 天适用于易涝点 / 30 days hold for spots known to flood'),
    ('G03', 'G', '积雪结冰', 'Ice and snow', 200, 3, 3, 'area', '城管',
     null),
    ('G04', 'G', '山体滑坡边坡隐患', 'Landslide / slope', 200, 180, 1, 'point', '自然资源 (应急)',
     null),
    ('H01', 'H', '食品安全/变质/无证', 'Food safety', 50, 60, 3, 'party', '市场监管',
     '同一信用代码，或 50 米 / same credit code, or 50 m'),
    ('H02', 'H', '疑似食物中毒', 'Suspected food poisoning', 100, 7, 1, 'party', '市场监管 + 卫健',
     '同一信用代码，或 100 米 / same credit code, or 100 m'),
    ('H03', 'H', '药品医疗器械化妆品', 'Drugs, devices', 50, 60, 3, 'party', '市场监管(药监)',
     '同一信用代码，或 50 米 / same credit code, or 50 m'),
    ('H04', 'H', '缺陷产品质量', 'Unsafe product', null, 90, 4, 'party', '市场监管',
     '同一信用代码且同一产品 / same credit code and product'),
    ('I01', 'I', '异常排污/黑臭水体', 'Illegal discharge', 200, 30, 3, 'area', '生态环境/水务',
     null),
    ('I02', 'I', '露天焚烧/浓烟', 'Open burning', 300, 3, 3, 'area', '城管/生态环境 (消防)',
     null),
    ('I03', 'I', '自来水水质异常', 'Tap water quality', 300, 14, 2, 'area', '水务/卫健',
     null),
    ('I04', 'I', '医疗废物流失', 'Medical waste', 60, 30, 2, 'point', '卫健/生态环境',
     null),
    ('J01', 'J', '健身游乐设施损坏', 'Broken fitness equipment', 40, 60, 3, 'point', '体育/城管/物业',
     null),
    ('J02', 'J', '校园周边与人员密集场所隐患', 'Crowded places', 100, 60, 2, 'point', '教育/公安/消防',
     null),
    ('J03', 'J', '其他安全隐患(待分类)', 'Other, to be classified', null, null, 4, 'point', '12345 / 街道',
     '不按半径自动归并 / never joined by radius');

grant select on onecase.category_groups, onecase.categories
    to onecase_writer, onecase_operator;

commit;
