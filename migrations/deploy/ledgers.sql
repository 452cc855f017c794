-- Deploy onecase:ledgers to pg
-- What a city knows beforehand: assets and places, in snapshots named by the digest of their rows.

begin;
set local client_encoding = 'UTF8';
set local client_min_messages = warning;

create table onecase.ledgers (
    snapshot text collate "C" not null check (snapshot ~ '^sha256:[0-9a-f]{64}$'),
    kind text collate "C" not null check (kind in ('assets', 'places')),
    file_name text not null,
    rows bigint not null check (rows > 0),
    loaded_at timestamptz not null default now(),
    loaded_by text not null default session_user,
    primary key (snapshot)
);

comment on table onecase.ledgers is '台账快照：一次装入、不再改动，以各行的摘要命名；模型文件写明用哪一份 / snapshots of ledgers: loaded once, never changed, named by the digest of their rows; the model file says which is in use';
comment on column onecase.ledgers.snapshot is '快照名：sha256: 加规范化各行的摘要 / name: sha256: and the digest of its rows in canonical form';
comment on column onecase.ledgers.kind is '台账种类：assets 资产、places 地名 / kind: assets or places';
comment on column onecase.ledgers.file_name is '装入的文件名 / file it was loaded from';
comment on column onecase.ledgers.rows is '行数 / number of rows';
comment on column onecase.ledgers.loaded_at is '装入时间 / when it was loaded';
comment on column onecase.ledgers.loaded_by is '装入者：数据库用户 / who loaded it: database user';

create table onecase.assets (
    snapshot text collate "C" not null references onecase.ledgers,
    region text collate "C" not null,
    kind text collate "C" not null check (kind in ('plate', 'equipment', 'component', 'device')),
    id text collate "C" not null check (id <> ''),
    category text collate "C" references onecase.categories,
    use_unit text,
    place text,
    lon double precision check (lon between -180 and 180),
    lat double precision check (lat between -90 and 90),
    precision_class char(1) check (precision_class in ('A', 'B', 'C', 'D', 'E')),
    valid_from date,
    valid_to date,
    source text,
    unique nulls not distinct (snapshot, region, kind, id, valid_from),
    check ((lon is null) = (lat is null) and (lon is null) = (precision_class is null)),
    check (valid_from < valid_to)
);

comment on table onecase.assets is '资产台账：电梯、特种设备、部件、设备及其所在 / assets: lifts, special equipment, city components and devices, and where they are';
comment on column onecase.assets.snapshot is '所属快照 / snapshot it belongs to';
comment on column onecase.assets.region is '区域 / region';
comment on column onecase.assets.kind is '编号种类：plate 电梯识别码、equipment 特种设备代码、component 部件标识码、device 其他设备编号 / kind of number: lift plate, code of special equipment, city component, other device';
comment on column onecase.assets.id is '编号，半角大写 / number, in half-width capitals';
comment on column onecase.assets.category is '预期隐患类别（叶子代码） / leaf of the hazards expected of it';
comment on column onecase.assets.use_unit is '使用单位 / unit that uses it';
comment on column onecase.assets.place is '所在地址，如“锦绣花园3幢2单元” / its address, as of an address field';
comment on column onecase.assets.lon is '经度 WGS-84 / longitude, WGS-84';
comment on column onecase.assets.lat is '纬度 WGS-84 / latitude, WGS-84';
comment on column onecase.assets.precision_class is '坐标精度 A 至 E / precision of the point, A to E';
comment on column onecase.assets.valid_from is '启用日期，含当日；空为一直 / in force from this day on; null: always';
comment on column onecase.assets.valid_to is '停用日期，不含当日；空为至今 / in force up to the day before; null: still';
comment on column onecase.assets.source is '来源 / where the row comes from';

create table onecase.places (
    snapshot text collate "C" not null references onecase.ledgers,
    region text collate "C" not null,
    kind text collate "C" not null check (kind in ('estate', 'road', 'door', 'poi', 'alias')),
    name text collate "C" not null check (name <> ''),
    canonical text collate "C" not null,
    parent text collate "C" check (parent <> ''),
    lon double precision check (lon between -180 and 180),
    lat double precision check (lat between -90 and 90),
    precision_class char(1) check (precision_class in ('A', 'B', 'C', 'D', 'E')),
    sites integer check (sites > 0),
    source text,
    valid_from date,
    valid_to date,
    unique nulls not distinct (snapshot, region, kind, name, parent),
    check ((lon is null) = (lat is null) and (lon is null) = (precision_class is null)),
    check (kind <> 'alias' or canonical <> name),
    check (valid_from < valid_to)
);

comment on table onecase.places is '地名台账：小区、道路、门牌、地点与别名 / places (gazetteer): estates, roads, doors, points of interest and aliases';
comment on column onecase.places.snapshot is '所属快照 / snapshot it belongs to';
comment on column onecase.places.region is '区域 / region';
comment on column onecase.places.kind is '种类：estate 小区、road 道路、door 门牌或楼幢、poi 地点、alias 别名 / kind: estate, road, door (number or building), point of interest, alias';
comment on column onecase.places.name is '名称，按人们的写法 / name, as people write it';
comment on column onecase.places.canonical is '规范名：别名所指，其余即名称 / canonical name: what an alias stands for, else the name';
comment on column onecase.places.parent is '所属小区或道路，空为无 / estate or road it belongs to; null: none';
comment on column onecase.places.lon is '经度 WGS-84 / longitude, WGS-84';
comment on column onecase.places.lat is '纬度 WGS-84 / latitude, WGS-84';
comment on column onecase.places.precision_class is '坐标精度 A 至 E / precision of the point, A to E';
comment on column onecase.places.sites is '同类点位的预期数，如小区电梯数 / things of a kind one expects there, as lifts of an estate';
comment on column onecase.places.source is '来源 / where the row comes from';
comment on column onecase.places.valid_from is '启用日期，含当日；空为一直 / in use from this day on; null: always';
comment on column onecase.places.valid_to is '停用日期，不含当日；空为至今 / in use up to the day before; null: still';

-- The matcher reads them; operators load them and cannot change them, nor say that somebody else did.
grant select on onecase.ledgers, onecase.assets, onecase.places
    to onecase_writer, onecase_operator;
grant insert (snapshot, kind, file_name, rows) on onecase.ledgers to onecase_operator;
grant insert (snapshot, region, kind, id, category, use_unit, place, lon, lat, precision_class,
              valid_from, valid_to, source) on onecase.assets to onecase_operator;
grant insert (snapshot, region, kind, name, canonical, parent, lon, lat, precision_class, sites,
              source, valid_from, valid_to) on onecase.places to onecase_operator;

commit;
