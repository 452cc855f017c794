-- Verify onecase:ledgers on pg

begin;

select snapshot, kind, file_name, rows, loaded_at, loaded_by from onecase.ledgers where false;
select snapshot, region, kind, id, category, use_unit, place, lon, lat, precision_class,
       valid_from, valid_to, source
  from onecase.assets where false;
select snapshot, region, kind, name, canonical, parent, lon, lat, precision_class, sites, source,
       valid_from, valid_to
  from onecase.places where false;

-- A snapshot is loaded and read, never changed.
select 1 / has_table_privilege('onecase_writer', 'onecase.assets', 'select')::integer;
select 1 / has_table_privilege('onecase_writer', 'onecase.places', 'select')::integer;
select 1 / has_column_privilege('onecase_operator', 'onecase.assets', 'id', 'insert')::integer;
select 1 / has_column_privilege('onecase_operator', 'onecase.places', 'name', 'insert')::integer;
select 1 / (not has_column_privilege('onecase_operator', 'onecase.ledgers', 'loaded_by', 'insert'))::integer;
select 1 / (not has_any_column_privilege('onecase_operator', 'onecase.assets', 'update'))::integer;
select 1 / (not has_table_privilege('onecase_operator', 'onecase.places', 'delete'))::integer;

rollback;
