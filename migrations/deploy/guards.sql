-- Deploy onecase:guards to pg
-- What is lost is written down and gone on from on purpose; programs see whether the schema is theirs.

begin;
set local client_encoding = 'UTF8';
set local client_min_messages = warning;

alter table onecase.gaps
    alter column last_offset drop not null,
    add column report_partition integer,
    add column report_offset bigint,
    add column resumed_at timestamptz,
    add column resumed_by text collate "C",
    add column resume_reason text,
    add constraint gaps_known_reason check (reason in ('retention', 'recreated'));

comment on table onecase.gaps is '缺口（因保留期或主题重建失去的位移） / gaps: offsets lost to retention, or with a topic that was made anew';
comment on column onecase.gaps.topic is '失去位移的主题：来源主题或报告主题 / topic whose offsets are lost: a department''s, or the report topic';
comment on column onecase.gaps.last_offset is '缺口最末位移，主题重建时未知 / last offset lost; not known of a topic that was made anew';
comment on column onecase.gaps.reason is '原因：retention 保留期、recreated 主题重建 / why: retention, or recreated';
comment on column onecase.gaps.report_partition is '来源主题：告知此缺口的记录所在的报告分区 / of a department''s topic: partition of the report topic with the record that told';
comment on column onecase.gaps.report_offset is '该记录的位移 / its offset';
comment on column onecase.gaps.resumed_at is '报告主题：决定继续的时间（系统时钟），空为仍在等待 / of the report topic: when it was gone on from (system clock), null while it waits';
comment on column onecase.gaps.resumed_by is '决定继续的人 / who had it go on';
comment on column onecase.gaps.resume_reason is '继续的理由 / why it was gone on from';

grant update on onecase.gaps to onecase_writer;

-- A gap of the report topic, found by the matcher that holds the partition; it may grow while it waits.
create function onecase.note_gap(topic text, partition integer, epoch bigint,
                                 first_offset bigint, last_offset bigint) returns void
    language plpgsql
as $$
begin
    perform onecase.hold_offset(topic, partition, epoch);
    insert into onecase.gaps as known (topic, partition, first_offset, last_offset, epoch, reason,
                                       stream_time)
    select held.topic, held.partition, note_gap.first_offset, note_gap.last_offset,
           note_gap.epoch, 'retention', held.stream_time
      from onecase.consumer_offsets as held
     where held.topic = note_gap.topic and held.partition = note_gap.partition
    on conflict on constraint gaps_pkey do update
       set last_offset = excluded.last_offset, epoch = excluded.epoch
     where known.resumed_at is null;
end
$$;
comment on function onecase.note_gap(text, integer, bigint, bigint, bigint) is
    '记下报告主题的缺口 / notes a gap of the report topic';

-- What was missing is there again (the topic was restored).
create function onecase.forget_gap(topic text, partition integer, epoch bigint) returns void
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $$
begin
    perform onecase.hold_offset(topic, partition, epoch);
    delete from onecase.gaps as known
     where known.topic = forget_gap.topic and known.partition = forget_gap.partition
       and known.resumed_at is null and known.report_offset is null;
end
$$;
comment on function onecase.forget_gap(text, integer, bigint) is
    '所缺位移已恢复，删去未处理的缺口 / what was missing is there again: the gap that waits is forgotten';

-- An operator has a LOST partition of the report topic go on behind its gap. The epoch is bumped, so that
-- the matcher that holds it claims anew. Answers the offset to go on from.
create function onecase.resume_lost(topic text, partition integer, reason text) returns bigint
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $$
declare
    gap onecase.gaps%rowtype;
begin
    if btrim(coalesce(reason, '')) = '' then
        raise exception 'a reason is needed to go on behind a gap' using errcode = '22023';
    end if;
    perform from onecase.consumer_offsets as held
      where held.topic = resume_lost.topic and held.partition = resume_lost.partition
        and held.state = 'LOST'
        for update;
    if not found then
        raise exception 'partition % of "%" is not LOST', partition, topic using errcode = '22023';
    end if;
    select * into strict gap from onecase.gaps as known
     where known.topic = resume_lost.topic and known.partition = resume_lost.partition
       and known.resumed_at is null and known.report_offset is null
     order by known.first_offset desc limit 1;
    update onecase.gaps as known
       set resumed_at = now(), resumed_by = session_user, resume_reason = resume_lost.reason
     where known.topic = gap.topic and known.partition = gap.partition
       and known.first_offset = gap.first_offset;
    update onecase.consumer_offsets as held
       set next_offset = gap.last_offset + 1, epoch = held.epoch + 1, last_origin = null,
           trying_offset = null, crashes = 0, state = 'RUNNING', state_since = now(),
           state_reason = null, written_at = now()
     where held.topic = gap.topic and held.partition = gap.partition;
    return gap.last_offset + 1;
end
$$;
comment on function onecase.resume_lost(text, integer, text) is
    '由操作员决定越过缺口继续 / an operator has a LOST partition go on behind its gap';

-- What the programs compare with what they were built for. A change that takes away what older programs need raises
-- serves_from to its own number (create or replace view).
create view onecase.schema_version as
    select count(*)::integer as version, 1 as serves_from
      from sqitch.changes
     where project = 'onecase';

comment on view onecase.schema_version is '模式版本 / version of the schema';
comment on column onecase.schema_version.version is '已部署的变更数 / number of changes deployed';
comment on column onecase.schema_version.serves_from is '仍可使用的最早程序版本（其所知变更数） / the oldest program that it still serves, by the number of changes that it knows';

revoke all on function onecase.note_gap(text, integer, bigint, bigint, bigint),
    onecase.forget_gap(text, integer, bigint),
    onecase.resume_lost(text, integer, text) from public;
grant execute on function onecase.note_gap(text, integer, bigint, bigint, bigint),
    onecase.forget_gap(text, integer, bigint) to onecase_writer;
grant execute on function onecase.resume_lost(text, integer, text) to onecase_operator;
grant select on onecase.schema_version
    to onecase_writer, onecase_operator, onecase_custodian;

commit;
