-- Verify onecase:joining on pg

begin;

select bucket, merged_at from onecase.hazards where false;
select from_hazard_id from onecase.decisions where false;
select 1 / (to_regclass('onecase.reports_decision_idx') is not null)::integer;
select 1 / (to_regclass('onecase.hazards_merged_idx') is not null)::integer;

select 1 / has_function_privilege('onecase_operator', 'onecase.hazard_survivor(text, bigint)', 'execute')::integer;
select 1 / has_function_privilege('onecase_writer', 'onecase.hazard_survivor(text, bigint)', 'execute')::integer;
select 1 / has_function_privilege('onecase_writer', 'onecase.resolve_relations(text[], bigint[])', 'execute')::integer;
select 1 / (not has_function_privilege('onecase_operator', 'onecase.resolve_relations(text[], bigint[])', 'execute'))::integer;

rollback;
