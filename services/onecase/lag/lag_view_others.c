/* Processes by their health pages, and how fresh the database is for each source. */
#include "lag/lag_units.h"
#include "lag/lag_view_parts.h"

static void add_instance(LagDrawing *drawing, const LagInstance *instance, LagGrid *grid)
{
    enum { SERVICE, ADDRESS, VERDICT, FOR };
    LagRow *row = lag_grid_row(grid, lag_view_item(drawing, (LagItem){.instance = instance}));
    row->cells[SERVICE] = instance->service;
    row->cells[ADDRESS] = instance->address;
    if (!instance->known) {
        row->cells[VERDICT] = TEXT("not seen yet");
        row->cells[FOR] = TEXT("-");
        row->styles[SERVICE] = row->styles[ADDRESS] = row->styles[VERDICT] = LAG_DIM;
        return;
    }
    row->cells[VERDICT] = text_from(lag_verdict_name(instance->verdict));
    row->styles[VERDICT] = lag_view_style(instance->verdict);
    row->cells[FOR] = lag_view_for(drawing->report, instance->since_ms, drawing->arena);
    if (instance->verdict != LAG_OK)
        row->note =
            (LagNote){lag_view_sentence(drawing->report,
                                        text_format(drawing->arena, "%.*s at %.*s",
                                                    TEXT_ARGS(instance->service),
                                                    TEXT_ARGS(instance->address)),
                                        instance->verdict, instance->since_ms, drawing->arena),
                      instance->evidence, instance->step};
}

enum { NOT_SEEN = -1 };

/* What is not judged comes behind what is well. */
static int rank_of(const LagInstance *instance)
{
    return instance->known ? (int)instance->verdict : NOT_SEEN;
}

void lag_view_instances(LagDrawing *drawing)
{
    static const LagColumn GRID[] = {
        {"PROGRAM", false, 0}, {"ADDRESS", false, 1}, {"VERDICT", false, 0}, {"FOR", true, 2}};
    const LagReport *report = drawing->report;
    LagGrid grid = lag_grid(GRID, sizeof(GRID) / sizeof(GRID[0]), drawing->arena);
    for (int rank = LAG_VERDICT_COUNT - 1; rank >= NOT_SEEN; rank--)
        for (size_t i = 0; i < report->instance_count; i++) {
            const LagInstance *instance = &report->instances[i];
            if (rank_of(instance) == rank && lag_view_shows(drawing, instance->service))
                add_instance(drawing, instance, &grid);
        }
    if (grid.count > 0)
        lag_view_space(drawing);
    lag_grid_draw(&grid, &drawing->view->body);
}

static void add_source(LagDrawing *drawing, const LagSource *source, LagGrid *grid)
{
    enum { SOURCE, REPORTS, P50, P99, TO_HUB, TO_ROW, LAST, AGE, HELD };
    Arena *arena = drawing->arena;
    const int64_t at_ms = drawing->report->at_ms;
    LagRow *row = lag_grid_row(grid, lag_view_item(drawing, (LagItem){.source = source}));
    row->cells[SOURCE] = source->source;
    row->cells[REPORTS] = lag_units_count(source->count, LAG_UNITS_SHORT, arena);
    row->cells[P50] = lag_units_seconds(source->p50_s, LAG_UNITS_SHORT, arena);
    row->cells[P99] = lag_units_seconds(source->p99_s, LAG_UNITS_SHORT, arena);
    row->cells[TO_HUB] = lag_units_seconds(source->sent_p50_s, LAG_UNITS_SHORT, arena);
    row->cells[TO_ROW] = lag_units_seconds(source->stored_p50_s, LAG_UNITS_SHORT, arena);
    row->cells[LAST] =
        source->newest_ms < 0
            ? TEXT("-")
            : lag_units_duration(at_ms > source->newest_ms ? at_ms - source->newest_ms : 0,
                                 LAG_UNITS_SHORT, arena);
    row->cells[AGE] = lag_units_duration(source->age_ms, LAG_UNITS_SHORT, arena);
    bool held = !text_is_empty(source->hop);
    row->cells[HELD] = held ? source->hop : TEXT("-");
    row->styles[HELD] = row->styles[AGE] = held ? LAG_WARN : LAG_PLAIN;
}

/* What is held up first, then in the report's order. */
void lag_view_sources(LagDrawing *drawing)
{
    static const LagColumn GRID[] = {
        {"SOURCE", false, 0}, {"REPORTS", true, 4}, {"P50", true, 1},
        {"P99", true, 0},     {"TO HUB", true, 3},  {"TO ROW", true, 3},
        {"LAST", true, 2},    {"AGE", true, 0},     {"HELD UP BY", false, 0}};
    const LagReport *report = drawing->report;
    LagGrid grid = lag_grid(GRID, sizeof(GRID) / sizeof(GRID[0]), drawing->arena);
    for (int held = 1; held >= 0; held--)
        for (size_t i = 0; i < report->source_count; i++) {
            const LagSource *source = &report->sources[i];
            if ((held == 0) == text_is_empty(source->hop) &&
                lag_view_shows(drawing, source->source))
                add_source(drawing, source, &grid);
        }
    if (grid.count > 0)
        lag_view_space(drawing);
    lag_grid_draw(&grid, &drawing->view->body);
}
