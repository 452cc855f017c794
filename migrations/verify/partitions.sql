-- Verify onecase:partitions on pg

begin;

select 1 / has_function_privilege('onecase_writer',
    'onecase.make_partitions(timestamptz)', 'execute')::integer;
select 1 / (prosecdef and proconfig @> array['search_path=pg_catalog, pg_temp'])::integer
  from pg_proc where oid = 'onecase.make_partitions(timestamptz)'::regprocedure;

rollback;
