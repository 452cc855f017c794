-- Revert onecase:time_reference from pg

begin;

drop function onecase.due_at(text, integer, text, timestamptz);
drop function onecase.time_limit(text, integer, text, timestamptz);
drop function onecase.working_add(timestamptz, integer, text);
drop function onecase.working_day_at(text, date, integer);
drop function onecase.working_seconds(timestamptz, timestamptz);
drop function onecase.working_seconds_passed(text, numeric);
drop function onecase.is_working_day(date);
drop table onecase.time_limits;
drop table onecase.working_hours;
drop table onecase.working_days;

commit;
