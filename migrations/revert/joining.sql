-- Revert onecase:joining from pg

begin;

drop function onecase.resolve_relations(text[], bigint[]);
drop function onecase.hazard_survivor(text, bigint);
drop index onecase.reports_decision_idx;
drop index onecase.hazards_merged_idx;
alter table onecase.decisions drop column from_hazard_id;
alter table onecase.hazards
    drop column merged_at,
    drop column bucket;

commit;
