-- Revert onecase:event_chain from pg

begin;

drop function onecase.verify_chain(text);
drop function onecase.event_hash(bytea, onecase.case_events);

commit;
