-- Verify onecase:rectified_claims on pg

begin;

select rectified_at from analysis.rectification_list where false;
select 1 / (prosrc not like '%case when c.status%')::integer from pg_proc
 where oid = 'onecase.derive_cases(text[], bigint[])'::regprocedure;

rollback;
