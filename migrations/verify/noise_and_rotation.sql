-- Verify onecase:noise_and_rotation on pg

begin;

select noise, reporter_before_hash, reporter_before_key from onecase.reports where false;
select backfill from onecase.pending_updates where false;

-- Who reported stays out of the operators' sight.
select 1 / has_column_privilege('onecase_operator', 'onecase.reports', 'noise', 'select')::integer;
select 1 / (not has_column_privilege('onecase_operator', 'onecase.reports',
                                     'reporter_before_hash', 'select'))::integer;
select 1 / (not has_column_privilege('onecase_operator', 'onecase.reports',
                                     'reporter_before_key', 'select'))::integer;

rollback;
