-- Revert onecase:outbox from pg

begin;

drop table onecase.outbox;

commit;
