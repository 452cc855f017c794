-- Deploy onecase:refusing to pg
-- Partitions whose next record PostgreSQL does not take, and what an operator allows to become of it.

begin;
set local client_encoding = 'UTF8';
set local client_min_messages = warning;

alter table onecase.consumer_offsets
    add column bury_by text,
    add column bury_at timestamptz,
    drop constraint consumer_offsets_state,
    add constraint consumer_offsets_state check (state in ('RUNNING', 'REFUSING', 'WAITING', 'LOST'));

comment on column onecase.consumer_offsets.state is '状态：RUNNING 正常、REFUSING 数据库连续拒绝而暂停、WAITING 一条记录始终无法完成而暂停、LOST 位移已丢失而暂停 / state: RUNNING, REFUSING (paused, the database refuses record after record), WAITING (paused, one record never gets done), LOST (paused, offsets are gone)';
comment on column onecase.consumer_offsets.bury_left is '经操作员准许、还可转为死信的被拒记录数，空则无准许 / refused records that an operator still allows to become dead letters, null: none';
comment on column onecase.consumer_offsets.bury_by is '准许者，即会话用户 / who allowed it: the session user';
comment on column onecase.consumer_offsets.bury_at is '准许时间（系统时钟） / allowed at (system clock)';

-- The same as before; with RUNNING ends what was allowed for the state that is over.
create or replace function onecase.set_state(topic text, partition integer, epoch bigint, state text, reason text)
    returns void
    language plpgsql
as $$
begin
    perform onecase.hold_offset(topic, partition, epoch);
    update onecase.consumer_offsets as held
       set state_since = case when held.state = set_state.state then held.state_since else now() end,
           state = set_state.state,
           state_reason = set_state.reason,
           bury_left = case when set_state.state = 'RUNNING' then null else held.bury_left end
     where held.topic = set_state.topic and held.partition = set_state.partition
       and (held.state, held.state_reason, held.bury_left)
           is distinct from (set_state.state, set_state.reason,
                             case when set_state.state = 'RUNNING' then null else held.bury_left end);
end
$$;

-- In the transaction that makes a dead letter of a refused record: what was allowed is used up by one.
create function onecase.count_buried(topic text, partition integer) returns void
    language sql
as $$
    update onecase.consumer_offsets as held
       set bury_left = nullif(held.bury_left - 1, 0)
     where held.topic = $1 and held.partition = $2 and held.bury_left > 0
$$;
comment on function onecase.count_buried(text, integer) is
    '所准许的死信数减一 / one of the dead letters that were allowed is used up';

-- Allows `bury` records of a partition that is REFUSING or WAITING to become dead letters, instead of what was allowed before; whatever
-- is taken ends it. Answers the state, or null when the partition is in neither, and then changes nothing.
create function onecase.resume_refusing(topic text, partition integer, bury bigint) returns text
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $$
declare
    found_state text;
begin
    if bury is null or bury < 1 then
        raise exception 'bury is a number of records, at least 1, not %', bury using errcode = '22023';
    end if;
    update onecase.consumer_offsets as held
       set bury_left = bury, bury_by = session_user, bury_at = now()
     where held.topic = resume_refusing.topic and held.partition = resume_refusing.partition
       and held.state in ('REFUSING', 'WAITING')
    returning held.state into found_state;
    return found_state;
end
$$;
comment on function onecase.resume_refusing(text, integer, bigint) is
    '准许被拒记录转为死信，使分区继续 / allows refused records to become dead letters, so that a partition goes on';

revoke all on function onecase.count_buried(text, integer),
    onecase.resume_refusing(text, integer, bigint) from public;
grant execute on function onecase.count_buried(text, integer) to onecase_writer;
grant execute on function onecase.resume_refusing(text, integer, bigint) to onecase_operator;

commit;
