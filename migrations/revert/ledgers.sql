-- Revert onecase:ledgers from pg

begin;

drop table onecase.places;
drop table onecase.assets;
drop table onecase.ledgers;

commit;
