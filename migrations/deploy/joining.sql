-- Deploy onecase:joining to pg
-- Hazards that become one, reports that move, and hazards whose place is not known yet.

begin;
set local client_encoding = 'UTF8';
set local client_min_messages = warning;

alter table onecase.hazards
    add column bucket boolean not null default false,
    add column merged_at timestamptz;
comment on column onecase.hazards.bucket is '是否待定位桶：报告未说清是哪一处，待定位后移走 / bucket: its reports do not say which place, they wait to be moved there';
comment on column onecase.hazards.merged_at is '并入时间（流时间） / when it was merged (stream time)';
comment on column onecase.hazards.merged_into is '并入的隐患，可逐级而上，见 hazard_survivor / hazard it was merged into, by and by, see hazard_survivor';
comment on column onecase.cases.merged_into is '并入的案件，其报告计入该案 / case it was merged into, which has its reports now';
comment on column onecase.hazard_relations.resolution is '解决结果：merged 两者已是同一隐患 / resolution: merged, both are one hazard now';
comment on column onecase.hazard_relations.resolved_at is '解决时间（流时间） / resolved (stream time)';

alter table onecase.decisions add column from_hazard_id bigint;

create index hazards_merged_idx on onecase.hazards (region, merged_into) where merged_into is not null;
-- Memory is rebuilt in the order in which reports joined the hazard where they are.
create index reports_decision_idx on onecase.reports (region, decision_id);

-- Monthly partitions that are there already do not take a comment over from their table.
do $$
declare
    part regclass;
    texts constant text[] := array[
        'decisions', 'outcome', '结果：link 归并、review 待复核、new 新隐患、bucket 待定位、update 更新、merged 随隐患并入、moved 移动、follow_up 跟进、inspection 检查 / outcome: link, review, new, bucket, update, merged (with its hazard into another), moved, follow_up, inspection',
        'decisions', 'from_hazard_id', '并入或移动前所在的隐患；报告初次判定时为空 / hazard it was in before a merge or move; null at the first decision about a report',
        'decisions', 'link_mb', '当时的归并阈值，毫比特；并入另有更高的阈值 / threshold it was held against then, in millibits: that of a link, a higher one of a merge',
        'reports', 'decision_id', '使其归入现隐患的判定；同一隐患的报告按此先后加入 / decision that brought it to its hazard; the reports of a hazard joined in this order'];
begin
    for i in 1 .. array_length(texts, 1) by 3 loop
        for part in
            select format('onecase.%I', texts[i])::regclass
            union all
            select inhrelid::regclass from pg_inherits
             where inhparent = format('onecase.%I', texts[i])::regclass
        loop
            execute format('comment on column %s.%I is %L', part, texts[i + 1], texts[i + 2]);
        end loop;
    end loop;
end
$$;

create function onecase.hazard_survivor(of_region text, of_hazard bigint) returns bigint
    language sql stable
    set search_path = pg_catalog, pg_temp
as $$
    with recursive up (hazard_id, merged_into) as (
        select h.hazard_id, h.merged_into
          from onecase.hazards h
         where h.region = of_region and h.hazard_id = of_hazard
        union all
        select h.hazard_id, h.merged_into
          from up
          join onecase.hazards h on h.region = of_region and h.hazard_id = up.merged_into
    )
    select hazard_id from up where merged_into is null
$$;
comment on function onecase.hazard_survivor(text, bigint) is
    '现行隐患：自身，或逐级并入后的隐患 / the hazard that goes on: itself, or what it was merged into by and by';

-- Relations whose two sides have become one are resolved, at the stream time of the merge that made them one: of the merges
-- on the way from either side to where both meet, the latest. A function of hazards and relations alone, whenever it is
-- called. Only relations of the hazards named, and of those merged into them, are looked at.
create function onecase.resolve_relations(regions text[], ended bigint[]) returns void
    language sql
    set search_path = pg_catalog, pg_temp
as $$
    with recursive below (region, hazard_id) as (
        select e.region collate "C", e.hazard_id from unnest(regions, ended) as e (region, hazard_id)
        union
        select h.region, h.hazard_id
          from below b
          join onecase.hazards h on h.region = b.region and h.merged_into = b.hazard_id
    ), touched (region, hazard_a, hazard_b, kind) as (
        select r.region, r.hazard_a, r.hazard_b, r.kind
          from below b
          join onecase.hazard_relations r on r.region = b.region and r.hazard_a = b.hazard_id
         where r.resolved_at is null
        union
        select r.region, r.hazard_a, r.hazard_b, r.kind
          from below b
          join onecase.hazard_relations r on r.region = b.region and r.hazard_b = b.hazard_id
         where r.resolved_at is null
    ), up (region, hazard_a, hazard_b, kind, from_a, hazard_id, merged_at) as (
        select t.region, t.hazard_a, t.hazard_b, t.kind, side.from_a,
               case when side.from_a then t.hazard_a else t.hazard_b end, '-infinity'::timestamptz
          from touched t
          cross join (values (true), (false)) as side (from_a)
        union all
        select up.region, up.hazard_a, up.hazard_b, up.kind, up.from_a, h.merged_into,
               greatest(up.merged_at, h.merged_at)
          from up
          join onecase.hazards h on h.region = up.region and h.hazard_id = up.hazard_id
         where h.merged_into is not null
    ), met (region, hazard_a, hazard_b, kind, merged_at) as (
        select region, hazard_a, hazard_b, kind, min(greatest(a.merged_at, b.merged_at))
          from (select * from up where from_a) a
          join (select * from up where not from_a) b
         using (region, hazard_a, hazard_b, kind, hazard_id)
         group by region, hazard_a, hazard_b, kind
    )
    update onecase.hazard_relations r
       set resolved_at = m.merged_at, resolution = 'merged'
      from met m
     where (r.region, r.hazard_a, r.hazard_b, r.kind) = (m.region, m.hazard_a, m.hazard_b, m.kind)
$$;
comment on function onecase.resolve_relations(text[], bigint[]) is
    '所给隐患并入后，两端已为同一隐患的关系记为已解决 / resolves relations whose sides are one since the hazards given were merged';

revoke all on function onecase.hazard_survivor(text, bigint) from public;
revoke all on function onecase.resolve_relations(text[], bigint[]) from public;
grant execute on function onecase.hazard_survivor(text, bigint) to onecase_writer, onecase_operator;
grant execute on function onecase.resolve_relations(text[], bigint[]) to onecase_writer;

commit;
