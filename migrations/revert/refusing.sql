-- Revert onecase:refusing from pg

begin;
set local client_encoding = 'UTF8';

drop function onecase.resume_refusing(text, integer, bigint);
drop function onecase.count_buried(text, integer);

create or replace function onecase.set_state(topic text, partition integer, epoch bigint, state text, reason text)
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

-- A partition that waits is tried again by whoever claims it.
update onecase.consumer_offsets set state = 'RUNNING', state_reason = null where state = 'WAITING';
alter table onecase.consumer_offsets
    drop column bury_by,
    drop column bury_at,
    drop constraint consumer_offsets_state,
    add constraint consumer_offsets_state check (state in ('RUNNING', 'REFUSING', 'LOST'));

comment on column onecase.consumer_offsets.state is '状态：RUNNING 正常、REFUSING 数据库连续拒绝而暂停、LOST 位移已丢失而暂停 / state: RUNNING, REFUSING (paused, the database refuses record after record), LOST (paused, offsets are gone)';
comment on column onecase.consumer_offsets.bury_left is '还可连续转为死信的被拒记录数，空则为默认限额 / refused records that may still become dead letters in a row, null: the default limit';

commit;
