-- Verify onecase:schemas_and_roles on pg

begin;

select 1 / has_schema_privilege('onecase_writer', 'onecase', 'usage')::integer;
select 1 / has_schema_privilege('onecase_operator', 'onecase', 'usage')::integer;
select 1 / has_schema_privilege('onecase_custodian', 'onecase', 'usage')::integer;
select 1 / has_schema_privilege('onecase_analyst', 'analysis', 'usage')::integer;
select 1 / has_schema_privilege('onecase_views', 'analysis', 'create')::integer;
select 1 / (not has_schema_privilege('onecase_analyst', 'onecase', 'usage'))::integer;
select 1 / (not has_schema_privilege('onecase_writer', 'onecase', 'create'))::integer;

rollback;
