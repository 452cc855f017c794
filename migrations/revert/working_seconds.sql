-- Revert onecase:working_seconds from pg

begin;
set local client_encoding = 'UTF8';

create or replace function onecase.working_seconds(from_time timestamptz, to_time timestamptz) returns numeric
    language sql stable
    security definer
    set search_path = pg_catalog, pg_temp
as $$
    select sum(instant.sign * (
               onecase.working_days_before(instant.local::date)
               * onecase.working_seconds_passed('office', 86400)
               + case when onecase.is_working_day(instant.local::date)
                      then onecase.working_seconds_passed('office', extract(epoch from instant.local::time))
                      else 0 end))
      from (values (-1, from_time at time zone interval '08:00'),
                   (1, to_time at time zone interval '08:00')) as instant (sign, local)
$$;

commit;
