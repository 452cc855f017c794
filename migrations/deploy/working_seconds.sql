-- Deploy onecase:working_seconds to pg
-- The same count in two look-ups with cached plans instead of a dozen nested functions, so that a view may ask it for each case.

begin;
set local client_encoding = 'UTF8';
set local client_min_messages = warning;

create or replace function onecase.working_seconds(from_time timestamptz, to_time timestamptz)
    returns numeric
    language plpgsql stable
    security definer
    set search_path = pg_catalog, pg_temp
as $$
declare
    begun constant timestamp := from_time at time zone interval '08:00';
    ended constant timestamp := to_time at time zone interval '08:00';
    first constant date := begun;
    last constant date := ended;
    begun_s constant numeric := extract(epoch from begun::time);
    ended_s constant numeric := extract(epoch from ended::time);
    works_first boolean := extract(isodow from first) < 6;
    works_last boolean := extract(isodow from last) < 6;
    days bigint;  -- worked, from `first` up to before `last`; negative when they are exchanged
    moved_days bigint;
    moved_first text;
    moved_last text;
    of_day numeric;
    before_begun numeric;
    before_ended numeric;
begin
    if from_time is null or to_time is null then
        return null;
    end if;
    days := floor((last - date '1969-12-29') / 7.0) * 5 + least(extract(isodow from last) - 1, 5)
          - floor((first - date '1969-12-29') / 7.0) * 5 - least(extract(isodow from first) - 1, 5);
    select coalesce(sum(case when moved.kind = 'workday' and extract(isodow from moved.date) >= 6 then 1
                             when moved.kind = 'holiday' and extract(isodow from moved.date) < 6 then -1
                             else 0 end)
                    filter (where moved.date >= least(first, last) and moved.date < greatest(first, last)), 0),
           max(moved.kind) filter (where moved.date = first),
           max(moved.kind) filter (where moved.date = last)
      into moved_days, moved_first, moved_last
      from onecase.working_days as moved
     where moved.date between least(first, last) and greatest(first, last);
    days := days + case when first <= last then moved_days else -moved_days end;
    works_first := coalesce(moved_first = 'workday', works_first);
    works_last := coalesce(moved_last = 'workday', works_last);

    select coalesce(sum(span.to_minute - span.from_minute) * 60, 0),
           coalesce(sum(greatest(least(begun_s, span.to_minute * 60) - span.from_minute * 60, 0)), 0),
           coalesce(sum(greatest(least(ended_s, span.to_minute * 60) - span.from_minute * 60, 0)), 0)
      into of_day, before_begun, before_ended
      from onecase.working_hours as span where span.kind = 'office';
    return days * of_day + case when works_last then before_ended else 0 end
                         - case when works_first then before_begun else 0 end;
end
$$;

commit;
