-- Revert onecase:accounts from pg

begin;

drop table onecase.ignored_records;
drop table onecase.dead_letters;
drop table onecase.accounts;

commit;
