-- Revert onecase:relay from pg

begin;

drop table onecase.relay_positions;

commit;
