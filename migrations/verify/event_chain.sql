-- Verify onecase:event_chain on pg

begin;

select 1 / has_function_privilege('onecase_operator',
    'onecase.verify_chain(text)', 'execute')::integer;
select 1 / has_function_privilege('onecase_writer',
    'onecase.event_hash(bytea, onecase.case_events)', 'execute')::integer;

rollback;
