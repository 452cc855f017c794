-- Revert onecase:hazards_and_cases from pg

begin;

drop table onecase.hazard_keys;
drop table onecase.hazard_relations;
drop table onecase.cases;
drop table onecase.hazards;

commit;
