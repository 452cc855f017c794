-- Deploy onecase:explanation to pg
-- What a decision needs to explain itself alone: what was compared, who competed, which vetoes were tested, thresholds.

begin;
set local client_encoding = 'UTF8';
set local client_min_messages = warning;

alter table onecase.decisions
    add column compared_id bigint,
    add column refusal text collate "C",
    add column agreeing smallint,
    add column contradicting smallint,
    add column vetoes_tested text[],
    add column flags text[],
    add column rival_ids bigint[],
    add column rival_mb integer[],
    add column rivals integer,
    add column candidates integer,
    add column generic_keys integer,
    add column link_mb integer,
    add column review_mb integer;

-- Monthly partitions that are there already do not take a comment over from their table.
do $$
declare
    decisions regclass;
    texts constant text[] := array[
        'compared_id', '逐项比较的是哪个隐患：可归并者中得分最高的；都不可归并时为其中得分最高的 / hazard that the comparisons are about: the best that may be joined, or the strongest when none may',
        'refusal', '该隐患不可归并的原因：veto 否决，contradicted 与其多数报告矛盾；空为可归并 / why that hazard cannot be joined: veto, contradicted (by most of its reports); null: it can',
        'agreeing', '该隐患的代表报告中与本报告相符的份数 / representatives of that hazard that agree with the report',
        'contradicting', '该隐患的代表报告中与本报告矛盾的份数 / representatives of that hazard that contradict the report',
        'vetoes_tested', '检查过的否决，即双方都有说法的项 / vetoes that were tested: both sides say something of the kind',
        'flags', '提示：address_point_conflict 地址与坐标矛盾、asset_place_conflict 设备同而地点不同、asset_near 编号仅差一位、quoted_unrelated 引用单号而类别与地点都不同 / flags: address_point_conflict, asset_place_conflict, asset_near, quoted_unrelated',
        'rival_ids', '参与竞争的隐患，得分高者在前，至多八个 / hazards that compete, the best first, at most eight',
        'rival_mb', '其得分，毫比特 / their scores in millibits',
        'rivals', '参与竞争的隐患个数（互为孪生的一组算一个） / how many hazards compete (a set of twins counts once)',
        'candidates', '比较过的隐患个数 / how many hazards were compared',
        'generic_keys', '因指向的隐患过多而未用的检索键个数 / blocking keys not used because too many hazards share them',
        'link_mb', '当时的归并阈值，毫比特 / threshold for a link then, in millibits',
        'review_mb', '当时的复核阈值，毫比特 / threshold for a review then, in millibits'];
begin
    for decisions in
        select 'onecase.decisions'::regclass
        union all
        select inhrelid::regclass from pg_inherits where inhparent = 'onecase.decisions'::regclass
    loop
        for i in 1 .. array_length(texts, 1) by 2 loop
            execute format('comment on column %s.%I is %L', decisions, texts[i], texts[i + 1]);
        end loop;
    end loop;
end
$$;

commit;
