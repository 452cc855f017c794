-- Revert onecase:quarantine from pg

begin;
set local client_encoding = 'UTF8';
set local client_min_messages = warning;

create or replace function onecase.fence(topic text, partitions integer[], old_offsets bigint[],
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
revoke all on function onecase.claim(text, integer[], text) from public;
grant execute on function onecase.claim(text, integer[], text) to onecase_writer;

create or replace function onecase.release(topic text, partitions integer[], epochs bigint[]) returns void
    language sql
as $$
    update onecase.consumer_offsets as held
       set crashes = 0, trying_offset = null
      from unnest($2, $3) as ours (partition, epoch)
     where held.topic = $1 and held.partition = ours.partition and held.epoch = ours.epoch
$$;

create or replace function onecase.try_offset(topic text, partition integer, epoch bigint, at_offset bigint)
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

alter table onecase.consumer_offsets drop column tries, drop column wary_until;

comment on column onecase.consumer_offsets.crashes is '上次提交以来的认领次数 / claims since the last committed batch';
comment on column onecase.consumer_offsets.backend_pid is '认领者的数据库后端进程号 / backend process id of the owner''s connection';

commit;
