-- Verify onecase:working_seconds on pg

begin;

-- It is the one that asks no other function.
select 1 / (select count(*) from pg_proc as function join pg_language as language on language.oid = function.prolang
             where function.oid = 'onecase.working_seconds(timestamptz, timestamptz)'::regprocedure
               and language.lanname = 'plpgsql');

rollback;
