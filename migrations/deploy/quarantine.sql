-- Deploy onecase:quarantine to pg
-- Crashes are counted exactly: a claim counts one only where the owner before it did not give the partition back. How
-- often a record was tried alone is counted apart from it.

begin;
set local client_encoding = 'UTF8';
set local client_min_messages = warning;

alter table onecase.consumer_offsets
    add column tries integer not null default 0,
    add column wary_until bigint;

comment on column onecase.consumer_offsets.tries is 'trying_offset 已被单独尝试的次数 / how often trying_offset was tried alone';
comment on column onecase.consumer_offsets.wary_until is '越过此位移后才忘记崩溃次数 / crashes are forgotten beyond this offset only';
comment on column onecase.consumer_offsets.crashes is '进程未有序交还即结束的次数，越过 wary_until 后清零 / ends of a process that did not give the partition back; forgotten beyond wary_until';
comment on column onecase.consumer_offsets.backend_pid is '认领者的数据库后端进程号，有序交还后为空 / backend process id of the owner''s connection, null once it was given back in order';

-- Takes the partitions for this owner: a new row starts at offset -1 and epoch 1, an old one gets
-- the next epoch, also when the owner stays the same. An owner before it that did not give the partition
-- back counts as a crash, which is forgotten only beyond what the largest usual batch would have held: after
-- a restart the batches may end elsewhere, and one that ends short of the guilty record proves nothing. Rows are locked in partition order; the call waits for a transaction of the old
-- owner that is still open, which is the point.
drop function onecase.claim(text, integer[], text);
create function onecase.claim(topic text, partitions integer[], owner text)
    returns table (partition integer, next_offset bigint, epoch bigint, stream_time timestamptz,
                   crashes integer, trying_offset bigint, tries integer, last_origin text, state text,
                   bury_left bigint)
    language sql
as $$
    insert into onecase.consumer_offsets as mine
        (topic, partition, next_offset, epoch, owner, backend_pid, crashes)
    select $1, wanted.partition, -1, 1, $3, pg_backend_pid(), 0
      from (select distinct unnest($2) as partition order by 1) as wanted
     order by wanted.partition
    on conflict (topic, partition) do update
       set epoch = mine.epoch + 1,
           owner = excluded.owner,
           backend_pid = excluded.backend_pid,
           crashes = mine.crashes + (mine.backend_pid is not null and mine.trying_offset is null)::integer,
           wary_until = case when mine.backend_pid is null then null
                             when mine.trying_offset is null then greatest(mine.next_offset, 0) + 500
                             else mine.wary_until end,
           written_at = now()
    returning mine.partition, mine.next_offset, mine.epoch, mine.stream_time, mine.crashes,
              mine.trying_offset, mine.tries, mine.last_origin, mine.state, mine.bury_left
$$;
comment on function onecase.claim(text, integer[], text) is
    '认领分区，返回起始位移与届次 / claims partitions, returns start offsets and epochs';

-- As before, but for crashes.
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
               crashes = case when wanted.new_offset < held.wary_until then held.crashes else 0 end,
               written_at = now()
         where held.topic = fence.topic and held.partition = wanted.part;
    end loop;
end
$$;

-- An orderly end: what comes next is no crash. Partitions that somebody else has claimed stay as they are.
create or replace function onecase.release(topic text, partitions integer[], epochs bigint[]) returns void
    language sql
as $$
    update onecase.consumer_offsets as held
       set crashes = 0, trying_offset = null, backend_pid = null
      from unnest($2, $3) as ours (partition, epoch)
     where held.topic = $1 and held.partition = ours.partition and held.epoch = ours.epoch
$$;

-- Need not outlive a crash of PostgreSQL, only one of the matcher; so its commit waits for no disk.
create or replace function onecase.try_offset(topic text, partition integer, epoch bigint, at_offset bigint)
    returns void
    language plpgsql
as $$
begin
    perform set_config('synchronous_commit', 'off', true);
    perform onecase.hold_offset(topic, partition, epoch);
    update onecase.consumer_offsets as held
       set tries = case when held.trying_offset = at_offset then held.tries + 1 else 1 end,
           trying_offset = at_offset
     where held.topic = try_offset.topic and held.partition = try_offset.partition;
end
$$;

revoke all on function onecase.claim(text, integer[], text) from public;
grant execute on function onecase.claim(text, integer[], text) to onecase_writer;

commit;
