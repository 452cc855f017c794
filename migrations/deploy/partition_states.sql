-- Deploy onecase:partition_states to pg
-- What stands of a partition beside its offset: what it is doing, which record is being tried, which record came last.

begin;
set local client_encoding = 'UTF8';
set local client_min_messages = warning;

alter table onecase.consumer_offsets
    add column state text collate "C" not null default 'RUNNING',
    add column state_since timestamptz,
    add column state_reason text,
    add column trying_offset bigint,
    add column last_origin text collate "C",
    add column bury_left bigint,
    add constraint consumer_offsets_state check (state in ('RUNNING', 'REFUSING', 'LOST'));

comment on column onecase.consumer_offsets.state is '状态：RUNNING 正常、REFUSING 数据库连续拒绝而暂停、LOST 位移已丢失而暂停 / state: RUNNING, REFUSING (paused, the database refuses record after record), LOST (paused, offsets are gone)';
comment on column onecase.consumer_offsets.state_since is '该状态始于（系统时钟） / state since (system clock)';
comment on column onecase.consumer_offsets.state_reason is '该状态的原因，不引用任何值 / why, quotes no value';
comment on column onecase.consumer_offsets.trying_offset is '正在单独尝试的位移：再次崩溃则该记录成为死信 / offset tried alone: one more crash makes its record a dead letter';
comment on column onecase.consumer_offsets.last_origin is '最末已处理记录的来源，用于识别被重建的主题 / origin of the last record dealt with, by which a topic made anew is known';
comment on column onecase.consumer_offsets.bury_left is '还可连续转为死信的被拒记录数，空则为默认限额 / refused records that may still become dead letters in a row, null: the default limit';

-- Takes the partitions for this owner: a new row starts at offset -1 and epoch 1, an old one gets
-- the next epoch, also when the owner stays the same. Rows are locked in partition order; the call
-- waits for a transaction of the old owner that is still open, which is the point.
drop function onecase.claim(text, integer[], text);
create function onecase.claim(topic text, partitions integer[], owner text)
    returns table (partition integer, next_offset bigint, epoch bigint, stream_time timestamptz,
                   crashes integer, trying_offset bigint, last_origin text, state text,
                   bury_left bigint)
    language sql
as $$
    insert into onecase.consumer_offsets as mine
        (topic, partition, next_offset, epoch, owner, backend_pid, crashes)
    select $1, wanted.partition, -1, 1, $3, pg_backend_pid(), 1
      from (select distinct unnest($2) as partition order by 1) as wanted
     order by wanted.partition
    on conflict (topic, partition) do update
       set epoch = mine.epoch + 1,
           owner = excluded.owner,
           backend_pid = excluded.backend_pid,
           crashes = mine.crashes + 1,
           written_at = now()
    returning mine.partition, mine.next_offset, mine.epoch, mine.stream_time, mine.crashes,
              mine.trying_offset, mine.last_origin, mine.state, mine.bury_left
$$;
comment on function onecase.claim(text, integer[], text) is
    '认领分区，返回起始位移与届次 / claims partitions, returns start offsets and epochs';


-- First statement of every batch transaction. Raises SQLSTATE OC001 unless each partition still
-- has the offset and the epoch that this owner wrote last; otherwise moves the offset on, notes
-- the stream time (which never goes back) and the origin of the last record, and sets crashes to 0.
create function onecase.fence(topic text, partitions integer[], old_offsets bigint[],
                              new_offsets bigint[], epochs bigint[], stream_times timestamptz[],
                              last_origins text[])
    returns void
    language plpgsql
as $$
declare
    wanted record;
    found_row onecase.consumer_offsets%rowtype;
begin
    if cardinality(partitions) is null
       or cardinality(partitions) = 0
       or cardinality(old_offsets) is distinct from cardinality(partitions)
       or cardinality(new_offsets) is distinct from cardinality(partitions)
       or cardinality(epochs) is distinct from cardinality(partitions)
       or cardinality(stream_times) is distinct from cardinality(partitions)
       or cardinality(last_origins) is distinct from cardinality(partitions) then
        raise exception 'fence needs arrays of one length, not empty' using errcode = 'XX000';
    end if;

    for wanted in
        select * from unnest(partitions, old_offsets, new_offsets, epochs, stream_times,
                             last_origins)
            as batch (part, old_offset, new_offset, epoch, stream_time, last_origin)
         order by part
    loop
        if wanted.new_offset is null or wanted.new_offset < wanted.old_offset then
            raise exception 'fence cannot move partition % of "%" from offset % back to %',
                wanted.part, topic, wanted.old_offset, wanted.new_offset using errcode = 'XX000';
        end if;

        select * into found_row from onecase.consumer_offsets as held
         where held.topic = fence.topic and held.partition = wanted.part
           for no key update;
        if not found then
            raise exception
                'fenced: partition % of "%" was never claimed, expected offset % epoch %',
                wanted.part, topic, wanted.old_offset, wanted.epoch using errcode = 'OC001';
        end if;
        if found_row.next_offset is distinct from wanted.old_offset
           or found_row.epoch is distinct from wanted.epoch then
            raise exception
                'fenced: partition % of "%": expected offset % epoch %, found offset % epoch %',
                wanted.part, topic, wanted.old_offset, wanted.epoch,
                found_row.next_offset, found_row.epoch using errcode = 'OC001';
        end if;

        update onecase.consumer_offsets as held
           set next_offset = wanted.new_offset,
               stream_time = greatest(held.stream_time, wanted.stream_time),
               last_origin = coalesce(wanted.last_origin, held.last_origin),
               trying_offset = null,
               crashes = 0,
               written_at = now()
         where held.topic = fence.topic and held.partition = wanted.part;
    end loop;
end
$$;
comment on function
    onecase.fence(text, integer[], bigint[], bigint[], bigint[], timestamptz[], text[]) is
    '批次栅栏：届次或位移不符即以 OC001 拒绝 / fence of a batch: refuses with OC001 unless offset and epoch match';

-- For a matcher that was not brought up to date yet.
create or replace function onecase.fence(topic text, partitions integer[], old_offsets bigint[],
                                         new_offsets bigint[], epochs bigint[],
                                         stream_times timestamptz[]) returns void
    language sql
as $$
    select onecase.fence($1, $2, $3, $4, $5, $6, array_fill(null::text, array[cardinality($2)]))
$$;

-- An orderly end: what comes next is no crash. Partitions that somebody else has claimed stay as they are.
create function onecase.release(topic text, partitions integer[], epochs bigint[]) returns void
    language sql
as $$
    update onecase.consumer_offsets as held
       set crashes = 0, trying_offset = null
      from unnest($2, $3) as ours (partition, epoch)
     where held.topic = $1 and held.partition = ours.partition and held.epoch = ours.epoch
$$;
comment on function onecase.release(text, integer[], bigint[]) is
    '有序交还分区：不算崩溃 / gives partitions back in order, so that it does not count as a crash';

-- Locks the row of a partition that must be this owner's. Raises OC001 otherwise.
create function onecase.hold_offset(topic text, partition integer, epoch bigint) returns void
    language plpgsql
as $$
begin
    perform from onecase.consumer_offsets as held
      where held.topic = hold_offset.topic and held.partition = hold_offset.partition
        and held.epoch = hold_offset.epoch
        for no key update;
    if not found then
        raise exception 'fenced: partition % of "%" is not held with epoch %',
            hold_offset.partition, hold_offset.topic, hold_offset.epoch using errcode = 'OC001';
    end if;
end
$$;
comment on function onecase.hold_offset(text, integer, bigint) is
    '锁定本届次所持分区，否则以 OC001 拒绝 / locks a partition held with that epoch, refuses with OC001 otherwise';

create function onecase.try_offset(topic text, partition integer, epoch bigint, at_offset bigint)
    returns void
    language plpgsql
as $$
begin
    perform onecase.hold_offset(topic, partition, epoch);
    update onecase.consumer_offsets as held
       set trying_offset = at_offset
     where held.topic = try_offset.topic and held.partition = try_offset.partition;
end
$$;
comment on function onecase.try_offset(text, integer, bigint, bigint) is
    '记下正在单独尝试的位移 / notes the offset that is tried alone';

create function onecase.set_state(topic text, partition integer, epoch bigint, state text, reason text)
    returns void
    language plpgsql
as $$
begin
    perform onecase.hold_offset(topic, partition, epoch);
    update onecase.consumer_offsets as held
       set state_since = case when held.state = set_state.state then held.state_since else now() end,
           state = set_state.state,
           state_reason = set_state.reason
     where held.topic = set_state.topic and held.partition = set_state.partition
       and (held.state, held.state_reason) is distinct from (set_state.state, set_state.reason);
end
$$;
comment on function onecase.set_state(text, integer, bigint, text, text) is
    '写入分区状态及原因 / writes the state of a partition and why';

revoke all on function onecase.claim(text, integer[], text),
    onecase.fence(text, integer[], bigint[], bigint[], bigint[], timestamptz[], text[]),
    onecase.release(text, integer[], bigint[]),
    onecase.hold_offset(text, integer, bigint),
    onecase.try_offset(text, integer, bigint, bigint),
    onecase.set_state(text, integer, bigint, text, text) from public;
grant execute on function onecase.claim(text, integer[], text),
    onecase.fence(text, integer[], bigint[], bigint[], bigint[], timestamptz[], text[]),
    onecase.release(text, integer[], bigint[]),
    onecase.hold_offset(text, integer, bigint),
    onecase.try_offset(text, integer, bigint, bigint),
    onecase.set_state(text, integer, bigint, text, text) to onecase_writer;

commit;
