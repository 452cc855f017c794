-- Deploy onecase:case_events to pg
-- Case events: append-only for everybody, owner included (monthly partitions by known time).

begin;
set local client_encoding = 'UTF8';
set local client_min_messages = warning;

create table onecase.case_events (
    region text collate "C" not null,
    seq bigint not null,
    case_id bigint,
    hazard_id bigint,
    report_id bigint,
    kind text collate "C" not null,
    event_at timestamptz,
    known_at timestamptz not null,
    actor text collate "C",
    before_value text collate "C",
    after_value text collate "C",
    reason_code text collate "C",
    prev_hash bytea not null,
    hash bytea not null,
    primary key (region, seq, known_at),
    constraint case_events_hash_size check (octet_length(prev_hash) = 32 and octet_length(hash) = 32),
    constraint case_events_no_separator check (strpos(concat(kind, actor, before_value, after_value, reason_code), '|') = 0)
) partition by range (known_at);

create index case_events_case_idx on onecase.case_events (region, case_id);
create index case_events_hazard_idx on onecase.case_events (region, hazard_id);

comment on table onecase.case_events is '案件事件（只增不改，按区域以哈希成链） / case events: append-only, chained by hash per region';
comment on column onecase.case_events.region is '区域 / region';
comment on column onecase.case_events.seq is '序号，区域内自 1 起连续 / sequence in the region, from 1, without gaps';
comment on column onecase.case_events.case_id is '案件号 / case';
comment on column onecase.case_events.hazard_id is '隐患号 / hazard';
comment on column onecase.case_events.report_id is '报告号 / report';
comment on column onecase.case_events.kind is '事件种类：opened 立案、report_linked 归并、escalated 升级、status_changed 状态、closed 办结、reopened 重开、merged 合并、split 拆分、review_requested 请求复核 / kind: opened, report_linked, escalated, status_changed, closed, reopened, merged, split, review_requested';
comment on column onecase.case_events.event_at is '事件时间（事情发生） / event time: when it happened';
comment on column onecase.case_events.known_at is '获知时间，即流时间，分区键 / known time: stream time, partition key';
comment on column onecase.case_events.actor is '操作者：auto 自动、来源系统或人员账号 / actor: auto, a source system or a person''s role';
comment on column onecase.case_events.before_value is '改动前的代码值，不含竖线 / code before, without the character |';
comment on column onecase.case_events.after_value is '改动后的代码值，不含竖线 / code after, without the character |';
comment on column onecase.case_events.reason_code is '原因代码，不含自由文本 / reason code, no free text';
comment on column onecase.case_events.prev_hash is '前一事件的哈希，32 字节，首个为全零 / hash of the event before, 32 bytes, zeros for the first';
comment on column onecase.case_events.hash is '本事件的哈希，SHA-256，32 字节，见 event_hash / hash of this event, SHA-256, 32 bytes, see event_hash';

create function onecase.refuse_change() returns trigger
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    raise exception 'cannot % onecase.%: rows are only added', lower(tg_op), tg_table_name
        using errcode = 'insufficient_privilege';
end
$$;
comment on function onecase.refuse_change() is
    '触发器：只增不改的表拒绝改动 / trigger: refuses changes of append-only tables';
revoke all on function onecase.refuse_change() from public;

-- The row trigger reaches every partition by itself; a truncate trigger does not, so
-- make_partitions gives each partition its own. ALWAYS: also with session_replication_role.
create trigger case_events_append_only before update or delete on onecase.case_events
    for each row execute function onecase.refuse_change();
create trigger case_events_no_truncate before truncate on onecase.case_events
    for each statement execute function onecase.refuse_change();
alter table onecase.case_events enable always trigger case_events_append_only;
alter table onecase.case_events enable always trigger case_events_no_truncate;

grant select, insert on onecase.case_events to onecase_writer;
grant select on onecase.case_events to onecase_operator;

commit;
