-- Deploy onecase:time_reference to pg
-- Working time and time limits as the model has them, for those who ask in SQL; the matcher writes them when it starts.

begin;
set local client_encoding = 'UTF8';
set local client_min_messages = warning;

create table onecase.working_days (
    date date not null,
    kind text collate "C" not null check (kind in ('holiday', 'workday')),
    name text,
    model_version text collate "C" not null,
    primary key (date)
);

comment on table onecase.working_days is '与平常不同的日子：节假日与调休上班日；其余周一至周五上班 / days unlike others of their weekday: holidays and worked weekends; on all others offices work Monday to Friday';
comment on column onecase.working_days.date is '日期（东八区） / day, at +08:00';
comment on column onecase.working_days.kind is '种类：holiday 放假、workday 上班 / kind: holiday, workday';
comment on column onecase.working_days.name is '节日名 / name of the festival';
comment on column onecase.working_days.model_version is '所属模型版本 / version of the model it is part of';

create table onecase.working_hours (
    kind text collate "C" not null check (kind in ('office', 'urgent')),
    from_minute smallint not null check (from_minute between 0 and 1439),
    to_minute smallint not null check (to_minute between 1 and 1440),
    model_version text collate "C" not null,
    primary key (kind, from_minute),
    check (from_minute < to_minute)
);

comment on table onecase.working_hours is '一天中的工作时段：office 为工作日办公时间，urgent 为每日应急值守时间 / hours of the day: office on working days, urgent (emergency duty) on every day';
comment on column onecase.working_hours.kind is '种类：office 办公、urgent 应急 / kind: office, urgent';
comment on column onecase.working_hours.from_minute is '起，当日第几分钟，含 / from this minute of the day on';
comment on column onecase.working_hours.to_minute is '止，当日第几分钟，不含 / up to before this minute of the day';
comment on column onecase.working_hours.model_version is '所属模型版本 / version of the model it is part of';

create table onecase.time_limits (
    id text collate "C" not null,
    category text collate "C" not null,
    level smallint check (level between 1 and 4),
    season text collate "C" check (season ~ '^[0-9]{2}-[0-9]{2}[.]{2}[0-9]{2}-[0-9]{2}$'),
    region text collate "C",
    amount integer not null check (amount > 0),
    unit text collate "C" not null
        check (unit in ('working_hour', 'urgent_hour', 'working_day', 'natural_day',
                        'natural_hour', 'minute')),
    valid_from date,
    valid_to date,
    model_version text collate "C" not null,
    primary key (id)
);

comment on table onecase.time_limits is '办理时限：按类别、等级、季节、区域，最具体的一行有效 / time limits by category, level, season and region; the most specific row holds';
comment on column onecase.time_limits.id is '行号，案件所依时限 / id of the row, as a case names it';
comment on column onecase.time_limits.category is '类别：叶子代码、大类字母或 * / category: code of a leaf, letter of a group, or *';
comment on column onecase.time_limits.level is '等级 1 红至 4 蓝，空为全部 / level, 1 red to 4 blue; null: all';
comment on column onecase.time_limits.season is '季节 MM-DD..MM-DD，含首尾，可跨年，空为全年 / season, both days included, may run over the end of the year; null: all year';
comment on column onecase.time_limits.region is '区域，空为全部 / region; null: all';
comment on column onecase.time_limits.amount is '数量 / how many of the unit';
comment on column onecase.time_limits.unit is '单位：working_hour 工作时、urgent_hour 紧急工作时、working_day 工作日、natural_day 自然日、natural_hour 小时、minute 分钟 / unit: working hour, urgent working hour, working day, natural day, hour, minute';
comment on column onecase.time_limits.valid_from is '自该日起适用，按起算日 / for what begins from this day on; null: always';
comment on column onecase.time_limits.valid_to is '至该日止，含当日 / for what begins up to and on this day; null: still';
comment on column onecase.time_limits.model_version is '所属模型版本 / version of the model it is part of';

create function onecase.is_working_day(day date) returns boolean
    language sql stable
    security definer
    set search_path = pg_catalog, pg_temp
as $$
    select coalesce((select moved.kind = 'workday' from onecase.working_days as moved
                      where moved.date = day),
                    extract(isodow from day) < 6)
$$;
comment on function onecase.is_working_day(date) is
    '该日是否工作日 / whether offices work on that day';

-- Seconds of one kind of hours that have passed at that time of the day.
create function onecase.working_seconds_passed(hours text, at_seconds numeric) returns numeric
    language sql stable
    security definer
    set search_path = pg_catalog, pg_temp
as $$
    select coalesce(sum(greatest(least(at_seconds, span.to_minute * 60) - span.from_minute * 60, 0)), 0)
      from onecase.working_hours as span where span.kind = hours
$$;
comment on function onecase.working_seconds_passed(text, numeric) is
    '当日该时刻之前的工作秒数 / seconds of working time before that second of the day';

-- Office time between two instants. Asks no other function: it stands in views, once a row.
create function onecase.working_seconds(from_time timestamptz, to_time timestamptz)
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
comment on function onecase.working_seconds(timestamptz, timestamptz) is
    '两时刻之间的办公时间，秒；倒置为负 / seconds of office hours between two instants; negative when they are exchanged';

-- The n-th working day (or day, for urgent hours) from `first` on, n from 0.
create function onecase.working_day_at(hours text, first date, n integer) returns date
    language sql stable
    security definer
    set search_path = pg_catalog, pg_temp
as $$
    select case when hours = 'urgent' then first + n
           else (select day::date
                   from generate_series(first, first + n * 7 / 5 + 7
                            + (select count(*)::integer from onecase.working_days), interval '1 day') as day
                  where onecase.is_working_day(day::date)
                  order by day offset n limit 1) end
$$;
comment on function onecase.working_day_at(text, date, integer) is
    '自该日起第 n 个工作日，n 从 0 起 / n-th working day from that day on, n from 0';

create function onecase.working_add(start_time timestamptz, amount integer, unit text)
    returns timestamptz
    language plpgsql stable
    security definer
    set search_path = pg_catalog, pg_temp
as $$
declare
    local constant timestamp := start_time at time zone interval '08:00';
    today constant date := local::date;
    hours constant text := case when unit = 'urgent_hour' then 'urgent' else 'office' end;
    of_day constant numeric := onecase.working_seconds_passed(hours, 86400);
    wanted numeric := amount * 3600;
    full_days integer;
    due timestamp;
begin
    case unit
    when 'minute' then
        return start_time + amount * interval '1 minute';
    when 'natural_hour' then
        return start_time + amount * interval '1 hour';
    when 'natural_day' then
        due := today + amount + 1;
    when 'working_day' then
        due := onecase.working_day_at('office', today + 1, amount - 1)
             + (select max(to_minute) from onecase.working_hours where kind = 'office') * interval '1 minute';
    when 'working_hour', 'urgent_hour' then
        if hours = 'urgent' or onecase.is_working_day(today) then
            wanted := wanted + onecase.working_seconds_passed(hours, extract(epoch from local::time));
        end if;
        full_days := ceil(wanted / of_day) - 1;
        wanted := wanted - full_days * of_day;
        select onecase.working_day_at(hours, today, full_days)
             + make_interval(secs => (span.from_minute * 60 + wanted - span.before)::double precision)
          into due
          from (select from_minute, to_minute,
                       sum((to_minute - from_minute) * 60) over (order by from_minute)
                       - (to_minute - from_minute) * 60 as before
                  from onecase.working_hours where kind = hours) as span
         where span.before < wanted and wanted <= span.before + (span.to_minute - span.from_minute) * 60;
    else
        raise exception 'unit "%" is none of working_hour, urgent_hour, working_day, natural_day, natural_hour, minute', unit
            using errcode = '22023';
    end case;
    return due at time zone interval '08:00';
end
$$;
comment on function onecase.working_add(timestamptz, integer, text) is
    '起算时刻加若干单位的到期时刻 / when so many of the unit, begun at that instant, are over';

create function onecase.time_limit(category text, level integer, region text, start_time timestamptz)
    returns onecase.time_limits
    language sql stable
    security definer
    set search_path = pg_catalog, pg_temp
as $$
    select held.*
      from onecase.time_limits as held,
           (select start_time at time zone interval '08:00') as begun (local)
     where held.category in ($1, left($1, 1), '*')
       and (held.level is null or held.level = $2)
       and (held.region is null or held.region = $3)
       and (held.season is null
            or case when left(held.season, 5) <= right(held.season, 5)
                    then to_char(local, 'MM-DD') between left(held.season, 5) and right(held.season, 5)
                    else to_char(local, 'MM-DD') >= left(held.season, 5)
                         or to_char(local, 'MM-DD') <= right(held.season, 5) end)
       and (held.valid_from is null or held.valid_from <= local::date)
       and (held.valid_to is null or local::date <= held.valid_to)
     order by case when held.category = '*' then 0 else length(held.category) end desc,
              (held.level is not null)::integer desc, (held.season is not null)::integer desc,
              (held.region is not null)::integer desc
     limit 1
$$;
comment on function onecase.time_limit(text, integer, text, timestamptz) is
    '适用的时限行 / the limit that holds for a category, level, region and start';

create function onecase.due_at(category text, level integer, region text, start_time timestamptz)
    returns timestamptz
    language sql stable
    security definer
    set search_path = pg_catalog, pg_temp
as $$
    select onecase.working_add(start_time, held.amount, held.unit)
      from onecase.time_limit(category, level, region, start_time) as held
     where held.id is not null
$$;
comment on function onecase.due_at(text, integer, text, timestamptz) is
    '按现行时限的到期时刻；无时限为空 / when a hazard is due by the present limits; null: there is none';

-- Whoever asks a view asks its functions too.
revoke all on function onecase.is_working_day(date),
                       onecase.working_seconds_passed(text, numeric),
                       onecase.working_seconds(timestamptz, timestamptz),
                       onecase.working_day_at(text, date, integer),
                       onecase.working_add(timestamptz, integer, text),
                       onecase.time_limit(text, integer, text, timestamptz),
                       onecase.due_at(text, integer, text, timestamptz) from public;
grant execute on function onecase.is_working_day(date),
                          onecase.working_seconds(timestamptz, timestamptz),
                          onecase.working_add(timestamptz, integer, text),
                          onecase.time_limit(text, integer, text, timestamptz),
                          onecase.due_at(text, integer, text, timestamptz)
    to onecase_writer, onecase_operator, onecase_analyst, onecase_views;

grant select, insert, delete on onecase.working_days, onecase.working_hours, onecase.time_limits
    to onecase_writer;
grant select on onecase.working_days, onecase.working_hours, onecase.time_limits
    to onecase_operator, onecase_views;

commit;
