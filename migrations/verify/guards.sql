-- Verify onecase:guards on pg

begin;

select report_partition, report_offset, resumed_at, resumed_by, resume_reason
  from onecase.gaps where false;
select 1 / (case when version > 0 and serves_from > 0 then 1 else 0 end) from onecase.schema_version;
select has_function_privilege('onecase_writer', 'onecase.note_gap(text, integer, bigint, bigint, bigint)', 'execute'),
       has_function_privilege('onecase_writer', 'onecase.forget_gap(text, integer, bigint)', 'execute'),
       has_function_privilege('onecase_operator', 'onecase.resume_lost(text, integer, text)', 'execute');

rollback;
