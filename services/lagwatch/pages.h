#ifndef ONECASE_LAGWATCH_PAGES_H
#define ONECASE_LAGWATCH_PAGES_H

#include "base/text_builder.h"

#include "domain/lag_report.h"

#include "adapters/http_endpoint.h"

/*
 * The last report, for all who ask: /v1/lag, Burrow's pages, metrics. Two arenas take turns: while one report is shown, the next is made
 * on the other, so that nobody waits for a look. One for the process, as the pages are asked before there is a watcher, too.
 */
extern const HttpRoute PAGES[];
enum { PAGES_COUNT = 3 };

/* `brokers` must outlive the pages. */
void pages_open(const char *brokers, int64_t cycle_ms);
void pages_close(void);

/* Where the next report is made; empty. */
Arena *pages_arena(void);
/* The report that is shown, for the thread that publishes; NULL: none yet. */
const LagReport *pages_shown(void);
/* Shows a report made on pages_arena. `cycle_ms`: how long its look took. `scratch` is used and left dirty. */
void pages_publish(const LagReport *report, int64_t cycle_ms, Arena *scratch);

/* The report as metrics; nothing while there is none. */
void pages_write_metrics(TextBuilder *out);

#endif
