-- Deploy onecase:offset_functions to pg
-- The fence protocol: claim partitions, fence a batch, write the report topic once.

begin;
set local client_encoding = 'UTF8';
set local client_min_messages = warning;

-- Takes the partitions for this owner: a new row starts at offset -1 and epoch 1, an old one gets
-- the next epoch, also when the owner stays the same. Rows are locked in partition order; the call
-- waits for a transaction of the old owner that is still open, which is the point.
create function onecase.claim(topic text, partitions integer[], owner text)
    returns table (partition integer, next_offset bigint, epoch bigint, stream_time timestamptz,
                   crashes integer)
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
    returning mine.partition, mine.next_offset, mine.epoch, mine.stream_time, mine.crashes
$$;
comment on function onecase.claim(text, integer[], text) is
    '认领分区，返回起始位移与届次 / claims partitions, returns start offsets and epochs';

-- First statement of every batch transaction. Raises SQLSTATE OC001 unless each partition still
-- has the offset and the epoch that this owner wrote last; otherwise moves the offset on, notes
-- the stream time (which never goes back) and sets crashes to 0.
create function onecase.fence(topic text, partitions integer[], old_offsets bigint[],
                              new_offsets bigint[], epochs bigint[], stream_times timestamptz[])
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
       or cardinality(stream_times) is distinct from cardinality(partitions) then
        raise exception 'fence needs arrays of one length, not empty' using errcode = 'XX000';
    end if;

    for wanted in
        select * from unnest(partitions, old_offsets, new_offsets, epochs, stream_times)
            as batch (part, old_offset, new_offset, epoch, stream_time)
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
               crashes = 0,
               written_at = now()
         where held.topic = fence.topic and held.partition = wanted.part;
    end loop;
end
$$;
comment on function onecase.fence(text, integer[], bigint[], bigint[], bigint[], timestamptz[]) is
    '批次栅栏：届次或位移不符即以 OC001 拒绝 / fence of a batch: refuses with OC001 unless offset and epoch match';

-- Writes the report topic and its partition count once; the same again is welcome, anything else
-- is refused, since another count would move regions to other partitions.
create function onecase.set_report_topic(topic text, partition_count integer) returns void
    language plpgsql
as $$
declare
    held onecase.report_topic%rowtype;
begin
    insert into onecase.report_topic (topic, partition_count)
    values (set_report_topic.topic, set_report_topic.partition_count)
    on conflict do nothing;

    select * into strict held from onecase.report_topic;
    if held.topic <> set_report_topic.topic
       or held.partition_count <> set_report_topic.partition_count then
        raise exception
            'report topic is "%" with % partitions, cannot become "%" with % (growing means a new topic)',
            held.topic, held.partition_count, set_report_topic.topic,
            set_report_topic.partition_count
            using errcode = 'object_not_in_prerequisite_state';
    end if;
end
$$;
comment on function onecase.set_report_topic(text, integer) is
    '写入报告主题及分区数，只写一次 / writes the report topic and its partition count, once';

revoke all on function onecase.claim(text, integer[], text),
    onecase.fence(text, integer[], bigint[], bigint[], bigint[], timestamptz[]),
    onecase.set_report_topic(text, integer) from public;
grant execute on function onecase.claim(text, integer[], text),
    onecase.fence(text, integer[], bigint[], bigint[], bigint[], timestamptz[]),
    onecase.set_report_topic(text, integer) to onecase_writer;

commit;
