-- Revert onecase:case_events from pg

begin;

drop table onecase.case_events;
drop function onecase.refuse_change();

commit;
