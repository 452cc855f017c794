-- Revert onecase:offset_functions from pg

begin;

drop function onecase.set_report_topic(text, integer);
drop function onecase.fence(text, integer[], bigint[], bigint[], bigint[], timestamptz[]);
drop function onecase.claim(text, integer[], text);

commit;
