-- Revert onecase:guards from pg

begin;
set local client_encoding = 'UTF8';

drop view onecase.schema_version;
drop function onecase.resume_lost(text, integer, text);
drop function onecase.forget_gap(text, integer, bigint);
drop function onecase.note_gap(text, integer, bigint, bigint, bigint);
revoke update on onecase.gaps from onecase_writer;

update onecase.gaps set last_offset = first_offset where last_offset is null;
alter table onecase.gaps
    drop constraint gaps_known_reason,
    drop column resume_reason,
    drop column resumed_by,
    drop column resumed_at,
    drop column report_offset,
    drop column report_partition,
    alter column last_offset set not null;

comment on table onecase.gaps is '缺口（因保留期失去的位移） / gaps: offsets lost to retention';
comment on column onecase.gaps.topic is '消费的主题 / topic consumed';
comment on column onecase.gaps.last_offset is '缺口最末位移 / last offset lost';
comment on column onecase.gaps.reason is '原因代码，如 retention / reason code, as retention';

commit;
