-- Verify onecase:explanation on pg

begin;

select compared_id, refusal, agreeing, contradicting, vetoes_tested, flags, rival_ids, rival_mb, rivals, candidates,
       generic_keys, link_mb, review_mb
  from onecase.decisions
 where false;

select 1 / has_column_privilege('onecase_operator', 'onecase.decisions', 'rival_ids', 'select')::integer;

rollback;
