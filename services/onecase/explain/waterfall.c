/*
 * Steps of a sum, drawn on one axis from the lowest running sum to the highest:
 *
 *   先验                       -19.000  -19.000  -------------------
 *   地点  P1 同一单元或房号    +20.900   +1.900  ++++++++++++++++++++++
 *   类别  same_leaf 相同        +3.100   +5.000                    +++|
 *
 * Bars are plain ASCII, for terminals differ in how wide they draw block characters beside Han.
 */
#include "explain/waterfall.h"

#include "json_out.h"
#include "print.h"

#include "domain/linkage_sentence.h"
#include "domain/report.h"

#include <stdio.h>
#include <string.h>

enum { BAR_COLUMNS = 32 };

/* The axis of the bars, in millibits. */
typedef struct Axis {
    int64_t low;
    int64_t high;
} Axis;

int64_t waterfall_sum(const Waterfall *waterfall)
{
    int64_t sum = waterfall->prior_mb - (waterfall->competes ? waterfall->competition_mb : 0);
    for (size_t i = 0; i < waterfall->count; i++)
        sum += waterfall->items[i].weight_mb;
    return sum;
}

static void widen(Axis *axis, int64_t at)
{
    axis->low = at < axis->low ? at : axis->low;
    axis->high = at > axis->high ? at : axis->high;
}

static Axis axis_of(const Waterfall *waterfall)
{
    Axis axis = {0, waterfall->link_mb};
    int64_t running = waterfall->prior_mb;
    widen(&axis, running);
    for (size_t i = 0; i < waterfall->count; i++)
        widen(&axis, running += waterfall->items[i].weight_mb);
    widen(&axis, waterfall_sum(waterfall));
    return axis;
}

static size_t column(const Axis *axis, int64_t at)
{
    return (size_t)((at - axis->low) * (BAR_COLUMNS - 1) / (axis->high - axis->low));
}

/* From one running sum to the next. */
static Text
bar(const Waterfall *waterfall, const Axis *axis, int64_t from, int64_t to, Arena *arena)
{
    char *cells = arena_alloc(arena, BAR_COLUMNS);
    size_t first = column(axis, from < to ? from : to);
    size_t last = column(axis, from < to ? to : from);
    memset(cells, ' ', BAR_COLUMNS);
    cells[column(axis, waterfall->link_mb)] = '|';
    if (from != to)
        memset(cells + first, to > from ? '+' : '-', last - first + 1);
    return (Text){cells, BAR_COLUMNS};
}

static void print_step(PrintTable *table, Text name, Text level, int64_t weight, int64_t running)
{
    print_cell(table, name);
    print_cell(table, level);
    print_cell(table, print_bits(table->arena, weight));
    print_cell(table, print_bits(table->arena, running));
}

/* P2 同一楼幢或门牌: codes of places are what the model page and its tables speak of; others are plain in words. */
static Text level_cell(const WaterfallItem *item, Arena *arena)
{
    Text words = linkage_level_words(item->comparison, item->level, arena);
    bool short_code = item->level.size == 2;
    if (text_is_absent(words))
        return item->level;
    return short_code ? text_format(arena, "%.*s %.*s", TEXT_ARGS(item->level), TEXT_ARGS(words))
                      : words;
}

static Text report_cell(const WaterfallItem *item)
{
    const char *site = text_is(item->level, "crowded") ? linkage_site_words(item->report) : NULL;
    return site != NULL ? text_from(site) : item->report;
}

static Text comparison_cell(Text comparison)
{
    const char *words = linkage_comparison_words(comparison);
    return words != NULL ? text_from(words) : comparison;
}

void waterfall_print(const Waterfall *waterfall, const char *ours, const char *theirs, Arena *arena)
{
    const char *const heading[] = {"比较", "等级", ">比特", ">累计", "", ours, theirs};
    PrintTable table = print_table(arena, 7);
    Axis axis = axis_of(waterfall);
    int64_t running = waterfall->prior_mb;
    print_heading(&table, heading);
    print_step(&table, TEXT("先验"), TEXT(""), running, running);
    print_cell(&table, bar(waterfall, &axis, 0, running, arena));
    print_cell(&table, TEXT(""));
    print_cell(&table, TEXT(""));
    for (size_t i = 0; i < waterfall->count; i++) {
        const WaterfallItem *item = &waterfall->items[i];
        int64_t before = running;
        running += item->weight_mb;
        print_step(&table, comparison_cell(item->comparison), level_cell(item, arena),
                   item->weight_mb, running);
        print_cell(&table, bar(waterfall, &axis, before, running, arena));
        print_cell(&table, report_cell(item));
        print_cell(&table, item->hazard);
    }
    if (waterfall->competes) {
        int64_t before = running;
        running -= waterfall->competition_mb;
        print_step(&table, TEXT("竞争"), text_format(arena, "%lld处", (long long)waterfall->rivals),
                   -waterfall->competition_mb, running);
        print_cell(&table, bar(waterfall, &axis, before, running, arena));
        print_cell(&table, TEXT(""));
        print_cell(&table, TEXT(""));
    }
    print_out(&table);
}

void waterfall_print_sum(const Waterfall *waterfall, const char *refused, Arena *arena)
{
    int64_t sum = waterfall_sum(waterfall);
    Text shown = print_bits(arena, sum);
    Text link = print_bits(arena, waterfall->link_mb);
    Text review = print_bits(arena, waterfall->review_mb);
    printf("合计 %.*s：", TEXT_ARGS(shown));
    if (sum >= waterfall->link_mb)
        printf("达到%s %.*s", waterfall->merges ? "合并线" : "归并线", TEXT_ARGS(link));
    else if (sum >= waterfall->review_mb)
        printf("过了复核线 %.*s，不到归并线 %.*s", TEXT_ARGS(review), TEXT_ARGS(link));
    else
        printf("不到复核线 %.*s", TEXT_ARGS(review));
    printf("%s\n", refused);
}

void waterfall_write(const Waterfall *waterfall, TextBuilder *out, Arena *arena)
{
    int64_t running = waterfall->prior_mb;
    out_int(out, "prior_mb", running);
    out_int(out, "competition_mb",
            waterfall->competes ? waterfall->competition_mb : INTEGER_ABSENT);
    out_int(out, "link_mb", waterfall->link_mb);
    out_int(out, "review_mb", waterfall->review_mb);
    js_write_key(out, TEXT("comparisons"));
    builder_char(out, '[');
    for (size_t i = 0; i < waterfall->count; i++) {
        const WaterfallItem *item = &waterfall->items[i];
        running += item->weight_mb;
        builder_string(out, i > 0 ? ",{" : "{");
        out_text(out, "comparison", item->comparison);
        out_text(out, "level", item->level);
        out_text(out, "words", linkage_level_words(item->comparison, item->level, arena));
        out_int(out, "weight_mb", item->weight_mb);
        out_int(out, "sum_mb", running);
        out_text(out, "report", item->report);
        out_text(out, "hazard", item->hazard);
        builder_char(out, '}');
    }
    builder_char(out, ']');
}
