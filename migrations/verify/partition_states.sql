-- Verify onecase:partition_states on pg

begin;

select state, state_since, state_reason, trying_offset, last_origin, bury_left
  from onecase.consumer_offsets where false;
select has_function_privilege('onecase_writer', oid, 'execute')
  from (values ('onecase.claim(text, integer[], text)'::regprocedure::oid),
               ('onecase.fence(text, integer[], bigint[], bigint[], bigint[], timestamptz[], text[])'::regprocedure::oid),
               ('onecase.release(text, integer[], bigint[])'::regprocedure::oid),
               ('onecase.try_offset(text, integer, bigint, bigint)'::regprocedure::oid),
               ('onecase.set_state(text, integer, bigint, text, text)'::regprocedure::oid)) as known (oid);

rollback;
