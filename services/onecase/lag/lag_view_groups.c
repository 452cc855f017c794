/* Groups, the worst first, and below each its partitions that are in trouble, or all. */
#include "lag/lag_units.h"
#include "lag/lag_view_parts.h"

#include <inttypes.h>
#include <stdlib.h>

enum { NAME, VERDICT, FOR, LAG, AGE, IN, OUT, DONE, COLUMNS };

enum { SHOWN_MAX = 5 }; /* partitions in trouble of one group, unless all are asked for */

static const LagColumn GRID[COLUMNS] = {
    {"GROUP, PARTITION", false, 0},
    {"VERDICT", false, 0},
    {"FOR", true, 1},
    {"LAG", true, 0},
    {"AGE", true, 0},
    {"IN/S", true, 2},
    {"OUT/S", true, 2},
    {"DONE IN", true, 3},
};

Text lag_view_partition_name(const LagPartition *partition, Arena *arena)
{
    return text_format(arena, "partition %" PRId32 " of %.*s", partition->partition,
                       TEXT_ARGS(partition->topic));
}

Text lag_view_catch_up(const LagJudgement *judgement, LagUnitsForm form, Arena *arena)
{
    if (judgement->catch_up_s > 0)
        return lag_units_seconds(judgement->catch_up_s, form, arena);
    if (judgement->messages == 0 || judgement->catch_up_s >= 0)
        return TEXT("-");
    return judgement->in_per_s >= 0 && judgement->out_per_s >= 0 ? TEXT("never") : TEXT("?");
}

static void fill_figures(const LagDrawing *drawing, const LagJudgement *of, LagRow *row)
{
    Arena *arena = drawing->arena;
    row->cells[VERDICT] = text_from(lag_verdict_name(of->verdict));
    row->styles[VERDICT] = lag_view_style(of->verdict);
    row->cells[FOR] = lag_view_for(drawing->report, of->since_ms, arena);
    row->cells[LAG] = lag_units_count(of->messages, LAG_UNITS_SHORT, arena);
    row->cells[AGE] = lag_units_duration(of->late_ms, LAG_UNITS_SHORT, arena);
    row->cells[IN] = lag_units_rate(of->in_per_s, LAG_UNITS_SHORT, arena);
    row->cells[OUT] = lag_units_rate(of->out_per_s, LAG_UNITS_SHORT, arena);
    row->cells[DONE] = lag_view_catch_up(of, LAG_UNITS_SHORT, arena);
}

static void add_rate(double *sum, double rate)
{
    if (rate >= 0)
        *sum = (*sum > 0 ? *sum : 0) + rate;
}

/* The group as if it were one partition: rates add up, the slowest says when it is done. */
static LagJudgement whole(const LagGroup *group)
{
    LagJudgement sum = {.verdict = group->verdict,
                        .since_ms = group->since_ms,
                        .messages = group->messages,
                        .late_ms = group->late_ms,
                        .in_per_s = LAG_UNKNOWN,
                        .out_per_s = LAG_UNKNOWN};
    bool never = false;
    for (size_t i = 0; i < group->partition_count; i++) {
        const LagJudgement *one = &group->partitions[i].judgement;
        add_rate(&sum.in_per_s, one->in_per_s);
        add_rate(&sum.out_per_s, one->out_per_s);
        never = never || (one->catch_up_s < 0 && one->messages != 0);
        sum.catch_up_s = one->catch_up_s > sum.catch_up_s ? one->catch_up_s : sum.catch_up_s;
    }
    if (never)
        sum.catch_up_s = LAG_UNKNOWN;
    return sum;
}

static void add_group(LagDrawing *drawing, const LagGroup *group, LagGrid *grid)
{
    const LagJudgement sum = whole(group);
    LagRow *row = lag_grid_row(grid, lag_view_item(drawing, (LagItem){.group = group}));
    row->cells[NAME] = group->group;
    row->styles[NAME] = LAG_BOLD;
    fill_figures(drawing, &sum, row);
    if (group->verdict != LAG_OK && group->partition_count == 0)
        row->note = (LagNote){lag_view_sentence(drawing->report, group->group, group->verdict,
                                                group->since_ms, drawing->arena),
                              group->evidence, group->step};
}

static void add_partition(LagDrawing *drawing, LagItem item, bool noted, LagGrid *grid)
{
    const LagPartition *partition = item.partition;
    const LagJudgement *judgement = &partition->judgement;
    LagRow *row = lag_grid_row(grid, lag_view_item(drawing, item));
    row->cells[NAME] = text_format(drawing->arena, "  %.*s/%" PRId32, TEXT_ARGS(partition->topic),
                                   partition->partition);
    fill_figures(drawing, judgement, row);
    if (noted)
        row->note = (LagNote){
            lag_view_sentence(drawing->report, lag_view_partition_name(partition, drawing->arena),
                              judgement->verdict, judgement->since_ms, drawing->arena),
            judgement->evidence, partition->step};
}

static void add_rest(LagDrawing *drawing, size_t count, LagVerdict worst, LagGrid *grid)
{
    if (count == 0)
        return;
    LagRow *row = lag_grid_row(grid, LAG_NO_ITEM);
    row->cells[NAME] = text_format(drawing->arena, "  and %zu more", count);
    row->cells[VERDICT] = text_from(lag_verdict_name(worst));
    row->styles[NAME] = LAG_DIM;
    row->styles[VERDICT] = lag_view_style(worst);
}

static bool is_shown(const LagDrawing *drawing, const LagPartition *partition)
{
    const LagJudgement *judgement = &partition->judgement;
    return drawing->options->all || judgement->verdict != LAG_OK ||
           (drawing->options->waiting && judgement->messages != 0);
}

/* A place in the order of trouble: verdict, then what has waited longest, then what waits most. */
typedef struct LagPlace {
    const LagPartition *partition;
} LagPlace;

static int64_t rank(int64_t left, int64_t right)
{
    return left == right ? 0 : left > right ? -1 : 1;
}

static int by_trouble(const void *a, const void *b)
{
    const LagPartition *left = ((const LagPlace *)a)->partition;
    const LagPartition *right = ((const LagPlace *)b)->partition;
    int64_t order = rank((int64_t)left->judgement.verdict, (int64_t)right->judgement.verdict);
    if (order == 0)
        order = rank(left->judgement.late_ms, right->judgement.late_ms);
    if (order == 0)
        order = rank(left->judgement.messages, right->judgement.messages);
    if (order == 0)
        order = text_compare(left->topic, right->topic);
    return order != 0 ? (int)order : left->partition < right->partition ? -1 : 1;
}

static LagPlace *sorted(const LagDrawing *drawing, const LagGroup *group)
{
    LagPlace *places = ARENA_ARRAY(drawing->arena, LagPlace, group->partition_count);
    for (size_t i = 0; i < group->partition_count; i++)
        places[i].partition = &group->partitions[i];
    if (group->partition_count > 1)
        qsort(places, group->partition_count, sizeof(LagPlace), by_trouble);
    return places;
}

/*
 * What to do is said once for partitions in a row that need the same; where it mends itself the figures say it all. Of many the worst
 * are shown, and the verdict of the worst of the others.
 */
static void add_partitions(LagDrawing *drawing, const LagGroup *group, bool by_name, LagGrid *grid)
{
    const LagPlace *places = sorted(drawing, group);
    const LagPartition *before = NULL;
    LagVerdict rest_worst = LAG_OK;
    size_t shown = 0;
    size_t rest = 0;
    for (size_t i = 0; i < group->partition_count; i++) {
        const LagPartition *partition = places[i].partition;
        const LagVerdict verdict = partition->judgement.verdict;
        if ((!by_name && !lag_view_shows(drawing, partition->topic)) ||
            !is_shown(drawing, partition))
            continue;
        if (!drawing->options->all && shown == SHOWN_MAX) {
            rest_worst = verdict > rest_worst ? verdict : rest_worst;
            rest++;
            continue;
        }
        bool noted = verdict > LAG_CATCHING_UP &&
                     (before == NULL || !text_equal(partition->step, before->step));
        add_partition(drawing, (LagItem){.group = group, .partition = partition}, noted, grid);
        before = partition;
        shown++;
    }
    add_rest(drawing, rest, rest_worst, grid);
}

static bool has_topic(const LagDrawing *drawing, const LagGroup *group)
{
    for (size_t i = 0; i < group->partition_count; i++)
        if (lag_view_shows(drawing, group->partitions[i].topic))
            return true;
    return false;
}

void lag_view_groups(LagDrawing *drawing)
{
    const LagReport *report = drawing->report;
    LagGrid grid = lag_grid(GRID, COLUMNS, drawing->arena);
    for (size_t i = 0; i < report->group_count; i++) {
        const LagGroup *group = &report->groups[i];
        bool by_name =
            lag_view_shows(drawing, group->group) || lag_view_shows(drawing, group->program);
        if (!by_name && !has_topic(drawing, group))
            continue;
        add_group(drawing, group, &grid);
        add_partitions(drawing, group, by_name, &grid);
    }
    lag_grid_draw(&grid, &drawing->view->body);
}
