-- Deploy onecase:outbox_events to pg
-- What an event of the outbox needs to go out by itself, and the head of a record that is forwarded.

begin;
set local client_encoding = 'UTF8';
set local client_min_messages = warning;

alter table onecase.outbox
    add column seq bigint,
    add column subject text collate "C",
    add column event_at timestamptz,
    add column level smallint,
    add column headers text;

comment on column onecase.outbox.n is '该记录产生的第几行，从 0 起 / which of the rows that the record gave, from 0';
comment on column onecase.outbox.kind is '种类：case.opened 立案、case.report_linked 归并、case.escalated 升级、case.status_changed 状态、case.closed 办结、case.reopened 重开、case.merged 合并、case.split 拆分、case.overdue 超期、case.effective 有效处置、case.assigned 派单、case.returned 退回、case.urged 催办、case.rechecked 复查、case.changed 变更、review.requested 请求复核、forward 转往所属区域 / kind: of an event as case_events.kind, or forward (a record for its home region)';
comment on column onecase.outbox.region is '所用消息键：事件所在区域，转发时为所属区域 / key it goes out under: region of the event; of a forward the home region';
comment on column onecase.outbox.seq is '事件序号，见 case_events；转发为空 / sequence number in case_events; null for a forward';
comment on column onecase.outbox.subject is '案件编号 / printed number of the case';
comment on column onecase.outbox.event_at is '事件时间（事情发生） / event time: when it happened';
comment on column onecase.outbox.level is '事件之后案件的风险等级：1 红至 4 蓝 / level of the case after the event, 1 red to 4 blue';
comment on column onecase.outbox.headers is '转发记录的消息头，JSON 对象；事件为空 / headers of a forwarded record, JSON object; null for events';
comment on column onecase.outbox.payload is '事件的数据（JSON，处理完该记录后的案件）；转发时为规范记录原文 / data of the event (JSON, the case once the record was decided); of a forward the canonical record as it was';

commit;
