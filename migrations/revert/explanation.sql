-- Revert onecase:explanation from pg

begin;

alter table onecase.decisions
    drop column review_mb,
    drop column link_mb,
    drop column generic_keys,
    drop column candidates,
    drop column rivals,
    drop column rival_mb,
    drop column rival_ids,
    drop column flags,
    drop column vetoes_tested,
    drop column contradicting,
    drop column agreeing,
    drop column refusal,
    drop column compared_id;

commit;
