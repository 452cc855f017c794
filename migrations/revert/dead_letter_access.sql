-- Revert onecase:dead_letter_access from pg

begin;

drop function onecase.log_access(text, text[], text);
drop table onecase.access_log;
drop function onecase.dead_letter_group(text, text, text, text, text);

commit;
