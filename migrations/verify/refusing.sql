-- Verify onecase:refusing on pg

begin;

select bury_by, bury_at from onecase.consumer_offsets where false;
do $$
begin
    assert has_function_privilege('onecase_writer', 'onecase.count_buried(text, integer)', 'execute');
    assert has_function_privilege('onecase_operator', 'onecase.resume_refusing(text, integer, bigint)', 'execute');
    assert not has_function_privilege('onecase_writer', 'onecase.resume_refusing(text, integer, bigint)', 'execute');
end
$$;

rollback;
