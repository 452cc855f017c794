-- Revert onecase:decisions from pg

begin;

drop table onecase.decisions;

commit;
