-- Deploy onecase:event_chain to pg
-- The hash chain of case_events: the formula, and the check that recomputes it.

begin;
set local client_encoding = 'UTF8';
set local client_min_messages = warning;

-- hash = sha256(prev_hash || utf8(region|seq|case_id|hazard_id|report_id|kind|event_at|known_at|
--        actor|before_value|after_value|reason_code)); times are microseconds since 1970 UTC, a
-- null is an empty string, so every field keeps its position. No free text takes part, so erasure
-- leaves the chain whole; no field may contain the separator (a check of the table).
create function onecase.event_hash(prev_hash bytea, event onecase.case_events) returns bytea
    language sql immutable
    set search_path = pg_catalog, pg_temp
as $$
    select sha256($1 || convert_to(concat_ws('|',
        $2.region,
        $2.seq,
        coalesce($2.case_id::text, ''),
        coalesce($2.hazard_id::text, ''),
        coalesce($2.report_id::text, ''),
        $2.kind,
        coalesce((extract(epoch from $2.event_at) * 1000000)::bigint::text, ''),
        (extract(epoch from $2.known_at) * 1000000)::bigint,
        coalesce($2.actor, ''),
        coalesce($2.before_value, ''),
        coalesce($2.after_value, ''),
        coalesce($2.reason_code, '')), 'UTF8'))
$$;
comment on function onecase.event_hash(bytea, onecase.case_events) is
    '事件哈希公式 / the hash of an event, given the hash before it';

-- The first sequence number at which the chain of a region is broken, or null when it is whole.
-- Finds altered, missing, doubled and inserted rows, and a tail cut off (region_counters knows
-- the last hash).
create function onecase.verify_chain(region text) returns bigint
    language sql stable
    set search_path = pg_catalog, pg_temp
as $$
    with chain as (
        select event.seq,
               row_number() over in_order as position,
               event.prev_hash = lag(event.hash, 1, decode(repeat('00', 32), 'hex'))
                   over in_order as joined,
               event.hash = onecase.event_hash(event.prev_hash, event) as sound,
               event.hash
          from onecase.case_events as event
         where event.region = $1
        window in_order as (order by event.seq, event.known_at)
    ), tail as (
        select position, hash from chain order by position desc limit 1
    )
    select min(broken.seq)
      from (select least(seq, position) as seq
              from chain
             where seq <> position or not joined or not sound
            union all
            select coalesce(tail.position, 0) + 1
              from onecase.region_counters as counters
              left join tail on true
             where counters.region = $1
               and counters.chain_hash
                   <> coalesce(tail.hash, decode(repeat('00', 32), 'hex'))) as broken
$$;
comment on function onecase.verify_chain(text) is
    '核验事件链，返回首个断裂序号，完好则空 / recomputes the chain, returns the first broken sequence or null';

revoke all on function onecase.event_hash(bytea, onecase.case_events),
    onecase.verify_chain(text) from public;
grant execute on function onecase.event_hash(bytea, onecase.case_events),
    onecase.verify_chain(text) to onecase_writer, onecase_operator;

commit;
