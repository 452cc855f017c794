-- Deploy onecase:partitions to pg
-- Monthly partitions, made by the services that may not create tables themselves.

begin;
set local client_encoding = 'UTF8';
set local client_min_messages = warning;

-- Makes the missing monthly partitions (UTC months) of reports, report_revisions, decisions and
-- case_events: the month of the given instant and the three after it. Idempotent and safe to call
-- from several sessions. A partition is built aside and then attached, which does not wait for
-- writers of the other months. Without its partition an insert fails with SQLSTATE 23514.
create function onecase.make_partitions(upto timestamptz) returns void
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
    set timezone = 'UTC'
    set client_min_messages = warning
as $$
declare
    parent text;
    child text;
    month timestamptz;
begin
    if upto is null or upto < '2000-01-01' or upto >= '2100-01-01' then
        raise exception 'cannot make partitions for %: outside 2000..2099', upto
            using errcode = 'XX000';
    end if;
    perform pg_advisory_xact_lock(hashtextextended('onecase.make_partitions', 0));

    foreach parent in array array['reports', 'report_revisions', 'decisions', 'case_events']
    loop
        for month in
            select generate_series(date_trunc('month', upto),
                                   date_trunc('month', upto) + interval '3 months',
                                   interval '1 month')
        loop
            child := parent || to_char(month, '"_y"YYYY"m"MM');
            continue when to_regclass(format('onecase.%I', child)) is not null;

            execute format('create table onecase.%I (like onecase.%I including all)%s',
                           child, parent,
                           case when parent = 'reports' then ' with (fillfactor = 90)' end);
            execute format('alter table onecase.%I attach partition onecase.%I '
                           'for values from (%L) to (%L)',
                           parent, child, month, month + interval '1 month');
            execute format('comment on table onecase.%I is %L', child,
                           format('%s 的月分区 %s / monthly partition of %s, %s', parent,
                                  to_char(month, 'YYYY-MM'), parent, to_char(month, 'YYYY-MM')));
            if parent = 'case_events' then
                execute format('create trigger case_events_no_truncate before truncate '
                               'on onecase.%I for each statement '
                               'execute function onecase.refuse_change()', child);
                execute format('alter table onecase.%I enable always trigger '
                               'case_events_no_truncate', child);
            end if;
        end loop;
    end loop;
end
$$;
comment on function onecase.make_partitions(timestamptz) is
    '补建月分区：所给时刻所在月及其后三个月 / makes missing monthly partitions: the month given and three more';

revoke all on function onecase.make_partitions(timestamptz) from public;
grant execute on function onecase.make_partitions(timestamptz) to onecase_writer;

commit;
