-- Verify onecase:dead_letter_access on pg

begin;

select access_id, written_at, actor, acting_as, action, origins, reason, granted
  from onecase.access_log
 where false;

select 1 / (onecase.dead_letter_group('S', 'map', 'required', '/items/3/no', 'm@1')
            = onecase.dead_letter_group('S', 'map', 'required', '/items/40/no', 'm@1'))::integer;
select 1 / has_function_privilege('onecase_custodian', 'onecase.log_access(text, text[], text)', 'execute')::integer;
select 1 / has_function_privilege('onecase_operator', 'onecase.log_access(text, text[], text)', 'execute')::integer;
select 1 / has_table_privilege('onecase_custodian', 'onecase.access_log', 'select')::integer;
select 1 / (not has_table_privilege('onecase_custodian', 'onecase.access_log', 'insert'))::integer;

rollback;
