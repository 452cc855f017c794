#ifndef ONECASE_SERVICES_ONECASE_LAG_VIEW_PARTS_H
#define ONECASE_SERVICES_ONECASE_LAG_VIEW_PARTS_H

#include "lag/lag_grid.h"
#include "lag/lag_units.h"
#include "lag/lag_view.h"

/* What the files of lag_view.h share: a view that is being made. */
typedef struct LagDrawing {
    const LagReport *report;
    const LagViewOptions *options;
    Arena *arena;
    LagView *view;
    Text filter; /* folded */
} LagDrawing;

/* Each puts its table onto the body; nothing where there is nothing to show. */
void lag_view_groups(LagDrawing *drawing);
void lag_view_instances(LagDrawing *drawing);
void lag_view_sources(LagDrawing *drawing);

/* Adds what a row is about; its number. */
int lag_view_item(LagDrawing *drawing, LagItem item);
/* Whether the filter lets it through. */
bool lag_view_shows(const LagDrawing *drawing, Text name);
/* An empty line between two tables. */
void lag_view_space(LagDrawing *drawing);

/* How long it has been so; ">3m05s" when it was so already as watching began, "-" when that was just now. */
Text lag_view_for(const LagReport *report, int64_t since_ms, Arena *arena);
/* "NAME is STALLED since 2026-11-26 20:15:03" */
Text lag_view_sentence(
    const LagReport *report, Text name, LagVerdict verdict, int64_t since_ms, Arena *arena);
/* "partition 17 of onecase.report" */
Text lag_view_partition_name(const LagPartition *partition, Arena *arena);
Text lag_view_catch_up(const LagJudgement *judgement, LagUnitsForm form, Arena *arena);

#endif
