/*
 * The screen as a whole: two lines about the hub, then a table of groups with their partitions in trouble, one of processes and one of
 * sources. The tables are in lag_view_groups.c and lag_view_others.c.
 */
#include "lag/lag_units.h"
#include "lag/lag_view_parts.h"

#include "base/unicode.h"

#include <inttypes.h>

enum { ITEMS_FIRST = 64, SECOND_MS = 1000, KNOWN_LEAST_MS = 10000 };

LagStyle lag_view_style(LagVerdict verdict)
{
    if (verdict == LAG_OK)
        return LAG_PLAIN;
    return verdict <= LAG_SLOW || verdict == LAG_REWOUND ? LAG_WARN : LAG_BAD;
}

int lag_view_item(LagDrawing *drawing, LagItem item)
{
    LagView *view = drawing->view;
    if (view->item_count % ITEMS_FIRST == 0)
        view->items = arena_grow(drawing->arena, view->items, view->item_count * sizeof(LagItem),
                                 (view->item_count + ITEMS_FIRST) * sizeof(LagItem));
    view->items[view->item_count] = item;
    return (int)view->item_count++;
}

bool lag_view_shows(const LagDrawing *drawing, Text name)
{
    return text_is_empty(drawing->filter) ||
           text_contains(unicode_fold(drawing->arena, name), drawing->filter);
}

void lag_view_space(LagDrawing *drawing)
{
    if (drawing->view->body.count > 0)
        lag_page_line(&drawing->view->body);
}

/* ---- since when ---- */

/*
 * It was so at the first look, whose parts are asked within seconds: it may have been so for longer. What began well before that is
 * known from somebody's books.
 */
static bool is_bound(const LagReport *report, int64_t since_ms)
{
    const int64_t before_ms = report->watching_since_ms - since_ms;
    return before_ms >= 0 && before_ms < KNOWN_LEAST_MS;
}

Text lag_view_for(const LagReport *report, int64_t since_ms, Arena *arena)
{
    if (since_ms < 0)
        return TEXT("-");
    int64_t known_ms = report->at_ms > since_ms ? report->at_ms - since_ms : 0;
    const Text text = lag_units_duration(known_ms, LAG_UNITS_SHORT, arena);
    if (!is_bound(report, since_ms))
        return text;
    return known_ms < KNOWN_LEAST_MS ? TEXT("-") : text_format(arena, ">%.*s", TEXT_ARGS(text));
}

Text lag_view_sentence(
    const LagReport *report, Text name, LagVerdict verdict, int64_t since_ms, Arena *arena)
{
    const char *word = lag_verdict_name(verdict);
    if (since_ms < 0)
        return text_format(arena, "%.*s is %s", TEXT_ARGS(name), word);
    const Text moment = lag_units_moment(since_ms, arena);
    return text_format(arena, "%.*s is %s since %.*s%s", TEXT_ARGS(name), word, TEXT_ARGS(moment),
                       is_bound(report, since_ms) ? " at least" : "");
}

/* ---- the head ---- */

static void draw_fault(LagPage *page, const char *server, int64_t since_ms, Text fault)
{
    const Text moment = lag_units_moment(since_ms, page->arena);
    lag_page_wrapped(page, 0, LAG_BAD,
                     text_format(page->arena, "%s does not answer since %.*s: %.*s", server,
                                 TEXT_ARGS(moment), TEXT_ARGS(fault)));
}

/* It answers, and not to everything that was asked. */
static void draw_part(LagPage *page, const char *server, Text fault)
{
    lag_page_wrapped(
        page, 0, LAG_WARN,
        text_format(page->arena, "%s did not answer everything: %.*s", server, TEXT_ARGS(fault)));
}

static void draw_doubts(const LagReport *report, int64_t now_ms, LagPage *page)
{
    if (!report->database_up)
        draw_fault(page, "PostgreSQL", report->database_since_ms, report->database_fault);
    else if (!text_is_empty(report->database_fault))
        draw_part(page, "PostgreSQL", report->database_fault);
    if (!report->kafka_up) {
        draw_fault(page, "Kafka", report->kafka_since_ms, report->kafka_fault);
        lag_page_wrapped(page, 0, LAG_WARN,
                         TEXT("Partitions are shown as they were when it answered last."));
    } else if (!text_is_empty(report->kafka_fault)) {
        draw_part(page, "Kafka", report->kafka_fault);
    }
    if (now_ms - report->at_ms > LAG_VIEW_STALE_MS) {
        const Text age = lag_units_duration(now_ms - report->at_ms, LAG_UNITS_LONG, page->arena);
        lag_page_wrapped(page, 0, LAG_BAD,
                         text_format(page->arena,
                                     "All this is %.*s old: %.*s makes no new figures, or clocks "
                                     "differ.",
                                     TEXT_ARGS(age), TEXT_ARGS(report->by)));
    }
}

/* Since when the worst of all holds. */
static int64_t worst_since(const LagReport *report)
{
    int64_t since_ms = LAG_UNKNOWN;
    for (size_t i = 0; i < report->group_count; i++) {
        const LagGroup *group = &report->groups[i];
        if (group->verdict == report->verdict && group->since_ms >= 0 &&
            (since_ms < 0 || group->since_ms < since_ms))
            since_ms = group->since_ms;
    }
    for (size_t i = 0; i < report->instance_count; i++) {
        const LagInstance *instance = &report->instances[i];
        if (instance->known && instance->verdict == report->verdict && instance->since_ms >= 0 &&
            (since_ms < 0 || instance->since_ms < since_ms))
            since_ms = instance->since_ms;
    }
    return since_ms;
}

/* On a line of its own where it does not fit any more. */
static void put_apart(LagPage *page, LagStyle style, Text text)
{
    enum { GAP = 3 };
    LagLine *line = &page->lines[page->count - 1];
    if (line->width + GAP + unicode_width(text) > page->width)
        lag_page_line(page);
    else
        lag_page_pad(page, line->width + GAP);
    lag_page_text(page, style, text);
}

static Text measured_by(const LagReport *report, Arena *arena)
{
    const int64_t watched_ms = report->at_ms - report->watching_since_ms;
    if (report->watching_since_ms < 0 || watched_ms < KNOWN_LEAST_MS)
        return text_format(arena, "measured by %.*s", TEXT_ARGS(report->by));
    return text_format(arena, "measured by %.*s, watching for %.*s", TEXT_ARGS(report->by),
                       TEXT_ARGS(lag_units_duration(watched_ms, LAG_UNITS_LONG, arena)));
}

LagDoubt lag_view_doubt(const LagReport *report, LagVerdict verdict, int64_t now_ms)
{
    if (now_ms - report->at_ms > LAG_VIEW_STALE_MS)
        return LAG_TOO_OLD;
    return !report->kafka_up && verdict < LAG_STALLED ? LAG_KAFKA_AWAY : LAG_NO_DOUBT;
}

static void draw_verdict(const LagReport *report, int64_t now_ms, LagPage *page)
{
    const char *word = lag_verdict_name(report->verdict);
    LagStyle style = report->verdict == LAG_OK ? LAG_BOLD : lag_view_style(report->verdict);
    int64_t since_ms = report->verdict == LAG_OK ? LAG_UNKNOWN : worst_since(report);
    const LagDoubt doubt = lag_view_doubt(report, report->verdict, now_ms);
    if (doubt != LAG_NO_DOUBT) {
        word = "UNKNOWN";
        style = LAG_BAD;
        since_ms = doubt == LAG_TOO_OLD ? report->at_ms : report->kafka_since_ms;
    }
    lag_page_text(page, style, text_from(word));
    if (since_ms >= 0) {
        const Text since = lag_units_moment(since_ms, page->arena);
        lag_page_format(page, style, " since %.*s", TEXT_ARGS(since));
    }
}

static void draw_head(const LagReport *report, int64_t now_ms, LagPage *page)
{
    const Text moment = lag_units_moment(report->at_ms, page->arena);
    lag_page_line(page);
    lag_page_format(page, LAG_BOLD, "%.*s   %.*s", TEXT_ARGS(report->cluster), TEXT_ARGS(moment));
    put_apart(page, LAG_DIM, measured_by(report, page->arena));
    lag_page_line(page);
    draw_verdict(report, now_ms, page);
    if (report->kafka_up && report->database_up)
        put_apart(page, LAG_PLAIN, TEXT("Kafka and PostgreSQL answer"));
    draw_doubts(report, now_ms, page);
    lag_page_line(page);
}

/* ---- all of it ---- */

static bool counts(const LagGroup *group, const char *program)
{
    if (program != NULL)
        return text_is(group->program, program);
    return text_is(group->program, "intake") || text_is(group->program, "matcher");
}

LagTotal lag_view_total(const LagReport *report, const char *program)
{
    LagTotal total = {0, 0, NULL};
    for (size_t i = 0; i < report->group_count; i++) {
        const LagGroup *group = &report->groups[i];
        if (!counts(group, program))
            continue;
        if (group->messages > 0 &&
            __builtin_add_overflow(total.messages, group->messages, &total.messages))
            total.messages = INT64_MAX;
        for (size_t k = 0; k < group->partition_count; k++)
            if (group->partitions[k].judgement.messages == LAG_UNKNOWN)
                total.unknown = &group->partitions[k];
        int64_t seconds = group->late_ms > 0 ? group->late_ms / SECOND_MS : 0;
        total.seconds = seconds > total.seconds ? seconds : total.seconds;
    }
    return total;
}

/* The relay is known by PostgreSQL alone. */
static bool has_no_topics(const LagReport *report)
{
    for (size_t i = 0; i < report->group_count; i++)
        if (counts(&report->groups[i], NULL) && report->groups[i].partition_count > 0)
            return false;
    return report->kafka_up;
}

static void draw_total(LagDrawing *drawing)
{
    const LagTotal total = lag_view_total(drawing->report, NULL);
    LagPage *page = &drawing->view->body;
    if (has_no_topics(drawing->report))
        lag_page_wrapped(page, 0, LAG_PLAIN,
                         TEXT("No topic of a department and no onecase.report is there yet; "
                              "`onecase topics --create` makes them."));
    lag_view_space(drawing);
    lag_page_line(page);
    lag_page_format(page, LAG_PLAIN,
                    "%s%" PRId64 " messages behind, the oldest %" PRId64
                    " s old (intake and matcher)",
                    total.unknown != NULL ? "at least " : "", total.messages, total.seconds);
}

void lag_view(const LagReport *report, const LagViewOptions *options, Arena *arena, LagView *view)
{
    *view =
        (LagView){.head = lag_page(options->width, arena), .body = lag_page(options->width, arena)};
    LagDrawing drawing = {report, options, arena, view, unicode_fold(arena, options->filter)};
    draw_head(report, options->now_ms, &view->head);
    lag_view_groups(&drawing);
    lag_view_instances(&drawing);
    lag_view_sources(&drawing);
    draw_total(&drawing);
}
