-- Deploy onecase:outbox to pg
-- Outbox: no sequence; each report partition has one fenced writer that commits in offset order.

begin;
set local client_encoding = 'UTF8';
set local client_min_messages = warning;

create table onecase.outbox (
    report_partition integer not null,
    report_offset bigint not null,
    n integer not null,
    kind text collate "C" not null,
    region text collate "C" not null,
    case_id bigint,
    payload text not null,
    stream_time timestamptz not null,
    primary key (report_partition, report_offset, n)
);

comment on table onecase.outbox is '待发布事件（与业务同一事务写入，由 relay 发布） / events to publish, written in the batch transaction, published by relay';
comment on column onecase.outbox.report_partition is 'onecase.report 的分区 / partition of onecase.report';
comment on column onecase.outbox.report_offset is 'onecase.report 的位移 / its offset';
comment on column onecase.outbox.n is '同一位移内的序号，从 0 起 / number inside that offset, from 0';
comment on column onecase.outbox.kind is '事件种类，如 case.opened / kind of event, as case.opened';
comment on column onecase.outbox.region is '区域，即发布键 / region, the key it is published under';
comment on column onecase.outbox.case_id is '案件号 / case';
comment on column onecase.outbox.payload is '事件内容，JSON，无个人信息 / content of the event, JSON, no personal data';
comment on column onecase.outbox.stream_time is '流时间 / stream time';

grant select, insert, delete on onecase.outbox to onecase_writer;
grant select on onecase.outbox to onecase_operator;

commit;
