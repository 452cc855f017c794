-- Verify onecase:time_reference on pg

begin;

select date, kind, name, model_version from onecase.working_days where false;
select kind, from_minute, to_minute, model_version from onecase.working_hours where false;
select id, category, level, season, region, amount, unit, valid_from, valid_to, model_version
  from onecase.time_limits where false;
select onecase.is_working_day(null), onecase.working_seconds(null, null), onecase.working_add(null, 1, 'minute'),
       onecase.due_at(null, null, null, null)
 where false;

-- The matcher writes them anew, nobody changes a row; analysts reach them through views and functions.
select 1 / has_table_privilege('onecase_writer', 'onecase.time_limits', 'select')::integer;
select 1 / has_table_privilege('onecase_writer', 'onecase.time_limits', 'insert')::integer;
select 1 / has_table_privilege('onecase_writer', 'onecase.time_limits', 'delete')::integer;
select 1 / (not has_any_column_privilege('onecase_writer', 'onecase.time_limits', 'update'))::integer;
select 1 / has_table_privilege('onecase_views', 'onecase.working_days', 'select')::integer;
select 1 / (not has_table_privilege('onecase_analyst', 'onecase.time_limits', 'select'))::integer;
select 1 / has_function_privilege('onecase_analyst', 'onecase.working_seconds(timestamptz, timestamptz)', 'execute')::integer;

rollback;
