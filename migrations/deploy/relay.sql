-- Deploy onecase:relay to pg
-- How far the outbox has been published: one position for each partition of onecase.report.

begin;
set local client_encoding = 'UTF8';
set local client_min_messages = warning;

create table onecase.relay_positions (
    partition integer not null,
    report_offset bigint not null default -1,
    n integer not null default -1,
    written_at timestamptz not null default now(),
    primary key (partition)
) with (fillfactor = 50);

comment on table onecase.relay_positions is '发布位置（outbox 已发布到哪一行，由 relay 在收到确认后推进） / how far the outbox is published; moved by relay once the broker has acknowledged';
comment on column onecase.relay_positions.partition is 'onecase.report 的分区 / partition of onecase.report';
comment on column onecase.relay_positions.report_offset is '最后发布的行的位移，-1 表示从未发布 / offset of the last row published, -1 when none was';
comment on column onecase.relay_positions.n is '最后发布的行在该位移内的序号 / its number inside that offset';
comment on column onecase.relay_positions.written_at is '写入时间（系统时钟，重放时可不同） / written (system clock, may differ on replay)';

grant select, insert, update on onecase.relay_positions to onecase_writer;
grant select on onecase.relay_positions to onecase_operator;

commit;
