-- Verify onecase:quarantine on pg

begin;

select tries, wary_until from onecase.consumer_offsets where false;
select has_function_privilege('onecase_writer', 'onecase.claim(text, integer[], text)', 'execute');
select tries from onecase.claim('none', array[]::integer[], 'nobody');

rollback;
