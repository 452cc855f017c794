-- Verify onecase:commands on pg

begin;

select id, seq, report_partition, region, kind, args, expect_version, actor, submitted_at, state, result, report_offset,
       applied_at
  from onecase.commands
 where false;
select 1 / count(*) from onecase.command_kinds where kind like 'dlq.%' and role = 'onecase_operator';
select 1 / has_function_privilege('onecase_operator',
                                  'onecase.submit(text, text, text, jsonb, bigint, integer)', 'execute')::integer;

rollback;
