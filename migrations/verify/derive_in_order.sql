-- Verify onecase:derive_in_order on pg

begin;

select 1 / (prosrc like '%using of_regions, of_cases%')::integer from pg_proc
 where oid = 'onecase.derive_cases(text[], bigint[])'::regprocedure;

rollback;
