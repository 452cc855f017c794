-- Revert onecase:commands from pg

begin;

drop function onecase.submit(text, text, text, jsonb, bigint, integer);
drop table onecase.commands;
drop table onecase.command_kinds;
drop function onecase.tell_command();

commit;
