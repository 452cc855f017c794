/* Two compared reports for people: what either knows, side by side, then the waterfall and what would come of it. */
#include "explain/explain_words.h"
#include "pair/pair.h"
#include "print.h"

#include "domain/linkage_sentence.h"
#include "domain/veto.h"

#include <stdio.h>

/* A row unless neither side knows anything. */
static void print_fact(PrintTable *table, const char *name, Text ours, Text theirs)
{
    if (text_is_empty(ours) && text_is_empty(theirs))
        return;
    print_cell(table, text_from(name));
    print_cell(table, text_is_empty(ours) ? TEXT("-") : ours);
    print_cell(table, text_is_empty(theirs) ? TEXT("-") : theirs);
}

static Text joined(Arena *arena, TextList list)
{
    TextBuilder out = builder_new(arena);
    for (size_t i = 0; i < list.count; i++) {
        builder_string(&out, i > 0 ? "、" : "");
        builder_text(&out, list.items[i]);
    }
    return builder_view(&out);
}

static Text name_of(const PairReport *report, Arena *arena)
{
    return text_format(arena, "%.*s/%.*s", TEXT_ARGS(report->stored.source),
                       TEXT_ARGS(report->stored.report.record_no));
}

static Text class_text(const Evidence *evidence, Arena *arena)
{
    if (evidence->category_confidence == 0)
        return TEXT("");
    return text_format(arena, "%.*s（可信 %d）", TEXT_ARGS(evidence->category->code),
                       (int)evidence->category_confidence);
}

static Text assets_text(const Evidence *evidence, Arena *arena)
{
    static const char *const KINDS[] = {[ASSET_NONE] = "编号",
                                        [ASSET_PLATE] = "电梯编号",
                                        [ASSET_EQUIPMENT] = "设备代码",
                                        [ASSET_COMPONENT] = "部件",
                                        [ASSET_DEVICE] = "装置"};
    TextBuilder out = builder_new(arena);
    for (size_t i = 0; i < evidence->asset_count; i++) {
        const Asset *asset = &evidence->assets[i];
        builder_format(&out, "%s%s %.*s%s", i > 0 ? "、" : "", KINDS[asset->kind],
                       TEXT_ARGS(asset->id), asset->structured ? "" : "（文中）");
    }
    return builder_view(&out);
}

static Text point_text(const Evidence *evidence, Arena *arena)
{
    if (!evidence->has_point)
        return TEXT("");
    return text_format(arena, "%.6f, %.6f %.*s%s", evidence->point.lon, evidence->point.lat,
                       TEXT_ARGS(explain_precision(evidence->precision, arena)),
                       evidence->point_derived ? "，由地址得来" : "");
}

static Text relation_text(const Address *address, Arena *arena)
{
    if (address->relation_m == 0)
        return address->relation;
    return text_format(arena, "%.*s%d米", TEXT_ARGS(address->relation), (int)address->relation_m);
}

static Text role_text(const Address *address)
{
    return address->role == PLACE_REPORTER ? TEXT("报告人所在") : TEXT("");
}

static Text reporter_text(const Evidence *evidence)
{
    if (text_is_empty(evidence->reporter))
        return TEXT("");
    return evidence->reporter_staff    ? TEXT("工作人员")
           : evidence->reporter_masked ? TEXT("号码不全")
                                       : TEXT("已知");
}

static void print_places(PrintTable *table, const Evidence *ours, const Evidence *theirs)
{
    Arena *arena = table->arena;
    const Address *a = &ours->address;
    const Address *b = &theirs->address;
    print_fact(table, "地点", ours->place_text, theirs->place_text);
    print_fact(table, "  道路", a->road, b->road);
    print_fact(table, "  门牌", a->road_no, b->road_no);
    print_fact(table, "  弄", a->lane_no, b->lane_no);
    print_fact(table, "  交叉路", a->cross_road, b->cross_road);
    print_fact(table, "  小区", a->estate, b->estate);
    print_fact(table, "  楼幢", joined(arena, a->buildings), joined(arena, b->buildings));
    print_fact(table, "  单元", a->unit, b->unit);
    print_fact(table, "  楼层", a->floor, b->floor);
    print_fact(table, "  房号", a->room, b->room);
    print_fact(table, "  地标", a->poi, b->poi);
    print_fact(table, "  方位", relation_text(a, arena), relation_text(b, arena));
    print_fact(table, "  所指", role_text(a), role_text(b));
    print_fact(table, "坐标", point_text(ours, arena), point_text(theirs, arena));
    print_fact(table, "社区", ours->community_code, theirs->community_code);
    print_fact(table, "网格", ours->grid_code, theirs->grid_code);
}

static void print_facts(const PairAnswer *answer)
{
    Arena *arena = answer->arena;
    const PairReport *a = &answer->report;
    const PairReport *b = &answer->member;
    PrintTable table = print_table(arena, 3);
    print_cell(&table, TEXT(""));
    print_cell(&table, name_of(a, arena));
    print_cell(&table, name_of(b, arena));
    print_fact(&table, "时间", print_time(arena, a->stored.event_at),
               print_time(arena, b->stored.event_at));
    print_fact(&table, "现属", a->hazard_no, b->hazard_no);
    print_places(&table, a->evidence, b->evidence);
    print_fact(&table, "设备", assets_text(a->evidence, arena), assets_text(b->evidence, arena));
    print_fact(&table, "类别", class_text(a->evidence, arena), class_text(b->evidence, arena));
    print_fact(&table, "  按代码", class_text(a->by_code, arena), class_text(b->by_code, arena));
    print_fact(&table, "  按文字", class_text(a->by_words, arena), class_text(b->by_words, arena));
    print_fact(&table, "单位", a->evidence->party_name, b->evidence->party_name);
    print_fact(&table, "信用代码", a->evidence->usc_code, b->evidence->usc_code);
    print_fact(&table, "报告人", reporter_text(a->evidence), reporter_text(b->evidence));
    print_fact(&table, "文字", text_format(arena, "%zu字", a->evidence->text_length),
               text_format(arena, "%zu字", b->evidence->text_length));
    print_out(&table);
    putchar('\n');
}

static TextList names(uint32_t set, int kinds, const char *(*name)(int kind), Arena *arena)
{
    TextList list = {ARENA_ARRAY(arena, Text, (size_t)kinds), 0};
    for (int kind = 0; kind < kinds; kind++)
        if ((set & (1u << kind)) != 0)
            list.items[list.count++] = text_from(name(kind));
    return list;
}

static const char *key_name(int kind)
{
    return blocking_kind_name((BlockingKind)kind);
}

static const char *tested_name(int kind)
{
    return veto_name((VetoKind)kind);
}

static TextList strings(const char *const *items, size_t count, Arena *arena)
{
    TextList list = {ARENA_ARRAY(arena, Text, count), count};
    for (size_t i = 0; i < count; i++)
        list.items[i] = text_from(items[i]);
    return list;
}

static void print_blocking(const PairAnswer *answer)
{
    printf("检索 ");
    if (answer->finding.shared_keys == 0) {
        printf("没有共同的检索键：系统不会拿这两份报告来比较\n");
    } else {
        explain_print_keys(
            names(answer->finding.shared_keys, BLOCK_KINDS, key_name, answer->arena));
        printf(" 相同\n");
    }
    if (!text_equal(answer->report.stored.region, answer->member.stored.region))
        printf("区域 %.*s 与 %.*s 不同：系统不会拿这两份报告来比较\n",
               TEXT_ARGS(answer->report.stored.region), TEXT_ARGS(answer->member.stored.region));
}

static void print_relation(const Score *score)
{
    if (score->relation != NULL)
        printf("关系 不归并时记为：%.*s\n",
               TEXT_ARGS(explain_relation(text_from(score->relation))));
}

static void print_reverse(const PairAnswer *answer)
{
    int32_t ours = answer->finding.decision.final_mb;
    int32_t theirs = answer->reverse.decision.final_mb;
    if (ours == theirs)
        printf("反向 先后对调，得分不变\n");
    else
        printf("反向 先后对调，得分 %.*s\n", TEXT_ARGS(print_bits(answer->arena, theirs)));
}

void pair_print(const PairAnswer *answer)
{
    Arena *arena = answer->arena;
    const Decision *decision = &answer->finding.decision;
    const Score *score = &decision->best;
    Text ours = name_of(&answer->report, arena);
    Text theirs = name_of(&answer->member, arena);
    printf("报告 %.*s（后到，视为新报告）对 %.*s（先到，视为隐患仅有的报告）\n", TEXT_ARGS(ours),
           TEXT_ARGS(theirs));
    printf("结论 %.*s\n\n", TEXT_ARGS(linkage_sentence(decision, TEXT_ABSENT, arena)));
    print_facts(answer);
    waterfall_print(&answer->waterfall, "后到", "先到", arena);
    waterfall_print_sum(&answer->waterfall, explain_refusal(text_from(decision->refusal)), arena);
    putchar('\n');
    explain_print_flags(strings(score->flags, score->flag_count, arena));
    printf("竞争 不计：只比这两份，没有别的隐患相争\n");
    explain_print_vetoes(names(decision->vetoes_tested, VETO_KINDS, tested_name, arena),
                         strings(score->vetoes, score->veto_count, arena));
    print_relation(score);
    print_reverse(answer);
    print_blocking(answer);
    printf("模型 %.*s\n", TEXT_ARGS(answer->model_version));
}
