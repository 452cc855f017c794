#ifndef ONECASE_SERVICES_ONECASE_LAG_VIEW_H
#define ONECASE_SERVICES_ONECASE_LAG_VIEW_H

#include "lag/lag_page.h"

#include "domain/lag_report.h"

/*
 * A report as a screen: what is in trouble first, with what to do; what is well is a line for each group. Pure: the same report,
 * options and width give the same page.
 */
typedef struct LagViewOptions {
    size_t width;
    int64_t now_ms; /* figures that are much older are said to be so */
    bool all;       /* every partition, not only those in trouble */
    bool waiting;   /* those too that are well and have something to do */
    Text filter;    /* what the name of group, program, topic or source has to hold; empty: all */
} LagViewOptions;

/* Beyond this age a report is no answer about now. */
enum { LAG_VIEW_STALE_MS = 60000 };

/* Why a verdict of the report says nothing of now: the whole is too old, or Kafka is away, which a worse one outweighs. */
typedef enum LagDoubt { LAG_NO_DOUBT, LAG_TOO_OLD, LAG_KAFKA_AWAY } LagDoubt;

LagDoubt lag_view_doubt(const LagReport *report, LagVerdict verdict, int64_t now_ms);

/* What a row is about: exactly one of the last three, or the group alone. */
typedef struct LagItem {
    const LagGroup *group;
    const LagPartition *partition; /* of the group */
    const LagInstance *instance;
    const LagSource *source;
} LagItem;

typedef struct LagView {
    LagPage head; /* which hub, when, the worst of it */
    LagPage body;
    LagItem *items; /* LagLine.item is an index into them */
    size_t item_count;
} LagView;

/* All on the arena; keeps pointers into the report. */
void lag_view(const LagReport *report, const LagViewOptions *options, Arena *arena, LagView *view);

/* Everything that is known of one row. */
LagPage lag_view_details(const LagReport *report,
                         const LagItem *item,
                         const LagViewOptions *options,
                         Arena *arena);

/* What intake and matcher have to do yet: "is everything in the database?" The relay's rows come behind it. */
typedef struct LagTotal {
    int64_t messages;
    int64_t seconds;             /* of the oldest */
    const LagPartition *unknown; /* one that could not be counted; NULL: there is none */
} LagTotal;

/* `program` NULL: both. */
LagTotal lag_view_total(const LagReport *report, const char *program);

/* Yellow for what may mend itself, red for what does not. */
LagStyle lag_view_style(LagVerdict verdict);

#endif
