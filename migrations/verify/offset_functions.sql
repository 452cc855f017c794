-- Verify onecase:offset_functions on pg

begin;

select 1 / has_function_privilege('onecase_writer',
    'onecase.claim(text, integer[], text)', 'execute')::integer;
select 1 / has_function_privilege('onecase_writer',
    'onecase.fence(text, integer[], bigint[], bigint[], bigint[], timestamptz[])',
    'execute')::integer;
select 1 / has_function_privilege('onecase_writer',
    'onecase.set_report_topic(text, integer)', 'execute')::integer;
select 1 / (not has_function_privilege('onecase_analyst',
    'onecase.claim(text, integer[], text)', 'execute'))::integer;

rollback;
