-- Deploy onecase:noise_and_rotation to pg
-- What a feed's set phrases were; the reporter under the key before a rotation; which waiting updates are history.

begin;
set local client_encoding = 'UTF8';
set local client_min_messages = warning;

alter table onecase.reports
    add column noise text[],
    add column reporter_before_hash bytea,
    add column reporter_before_key smallint;
alter table onecase.pending_updates add column backfill boolean not null default false;

-- Monthly partitions that are there already do not take a comment over from their table.
do $$
declare
    reports regclass;
begin
    for reports in
        select 'onecase.reports'::regclass
        union all
        select inhrelid::regclass from pg_inherits where inhparent = 'onecase.reports'::regclass
    loop
        execute format('comment on column %s.noise is %L', reports,
            '来源的套话：标题与内容中出现、比较时忽略者 / set phrases of the feed found in title and body, ignored in comparison');
        execute format('comment on column %s.reporter_before_hash is %L', reports,
            '报告人在轮换前密钥下的哈希：任一哈希相同即同一人 / the same reporter under the key before a rotation: one person when any hash is shared');
        execute format('comment on column %s.reporter_before_key is %L', reports,
            '轮换前密钥号 / number of the key before the rotation');
    end loop;
end
$$;
comment on column onecase.pending_updates.backfill is '是否补录的历史记录 / came as history (backfill)';

-- Operators read the evidence, but no keyed hash of the reporter.
grant select (noise) on onecase.reports to onecase_operator;

commit;
