/* Everything that is known of one row, a name and a value a line. */
#include "lag/lag_units.h"
#include "lag/lag_view_parts.h"

#include <inttypes.h>

enum { VALUE_COLUMN = 22 };

static void put(LagPage *page, const char *name, Text value)
{
    lag_page_labelled(page, text_from(name), VALUE_COLUMN, LAG_PLAIN, value);
}

static void put_offset(LagPage *page, const char *name, int64_t offset)
{
    put(page, name, offset < 0 ? TEXT("-") : text_format(page->arena, "%" PRId64, offset));
}

static void put_duration(LagPage *page, const char *name, int64_t ms)
{
    put(page, name, ms < 0 ? TEXT("-") : lag_units_duration(ms, LAG_UNITS_LONG, page->arena));
}

static void put_moment(LagPage *page, const char *name, int64_t ms)
{
    put(page, name, ms < 0 ? TEXT("-") : lag_units_moment(ms, page->arena));
}

static void put_seconds(LagPage *page, const char *name, double value)
{
    put(page, name, value < 0 ? TEXT("-") : lag_units_seconds(value, LAG_UNITS_LONG, page->arena));
}

static void put_since(LagPage *page, const LagReport *report, int64_t since_ms)
{
    if (since_ms >= 0)
        put_duration(page, "for", report->at_ms > since_ms ? report->at_ms - since_ms : 0);
}

static void put_advice(LagPage *page, Text evidence, Text also, Text step)
{
    put(page, "because", evidence);
    put(page, "also", also);
    put(page, "do", step);
}

static void detail_partition(const LagReport *report, const LagPartition *partition, LagPage *page)
{
    const LagJudgement *of = &partition->judgement;
    put_advice(page, of->evidence, of->also, partition->step);
    put_since(page, report, of->since_ms);
    put(page, "lag", lag_units_count(of->messages, LAG_UNITS_LONG, page->arena));
    put_duration(page, "age of the next", of->late_ms);
    put(page, "clock of its age", partition->clock);
    put(page, "in, a second", lag_units_rate(of->in_per_s, LAG_UNITS_LONG, page->arena));
    put(page, "out, a second", lag_units_rate(of->out_per_s, LAG_UNITS_LONG, page->arena));
    put(page, "done in", lag_view_catch_up(of, LAG_UNITS_LONG, page->arena));
    put_duration(page, "retention leaves", of->retention_left_ms);
    put_moment(page, "last progress", of->progress_ms);
    put_offset(page, "next offset", partition->committed);
    put(page, "offset known from", partition->source_of_offset);
    put_offset(page, "first offset there is", partition->low);
    put_offset(page, "end", partition->end);
    put(page, "owner", text_is_empty(partition->owner) ? TEXT("-") : partition->owner);
}

static void detail_group(const LagReport *report, const LagGroup *group, LagPage *page)
{
    size_t troubled = 0;
    for (size_t i = 0; i < group->partition_count; i++)
        troubled += group->partitions[i].judgement.verdict != LAG_OK;
    put_advice(page, group->evidence, TEXT_ABSENT, group->step);
    put_since(page, report, group->since_ms);
    put(page, "program", group->program);
    put(page, "partitions",
        text_format(page->arena, "%zu, %zu of them not OK", group->partition_count, troubled));
    put(page, "lag", lag_units_count(group->messages, LAG_UNITS_LONG, page->arena));
    put_duration(page, "age of the oldest", group->late_ms);
}

static void detail_source(const LagSource *source, LagPage *page)
{
    put(page, "held up by", text_is_empty(source->hop) ? TEXT("nothing") : source->hop);
    put_duration(page, "waits since", source->age_ms);
    put(page, "reports", lag_units_count(source->count, LAG_UNITS_LONG, page->arena));
    put_seconds(page, "to the row, half of", source->p50_s);
    put_seconds(page, "99 of 100", source->p99_s);
    put_seconds(page, "the newest", source->newest_s);
    put_seconds(page, "to onecase.report", source->sent_p50_s);
    put_seconds(page, "from there to the row", source->stored_p50_s);
    put_moment(page, "newest row", source->newest_ms);
}

static void detail_instance(const LagReport *report, const LagInstance *instance, LagPage *page)
{
    put_advice(page, instance->evidence, TEXT_ABSENT, instance->step);
    put_since(page, report, instance->known ? instance->since_ms : LAG_UNKNOWN);
}

static Text title_of(const LagReport *report, const LagItem *item, Arena *arena)
{
    if (item->partition != NULL)
        return lag_view_sentence(report, lag_view_partition_name(item->partition, arena),
                                 item->partition->judgement.verdict,
                                 item->partition->judgement.since_ms, arena);
    if (item->group != NULL)
        return lag_view_sentence(report, item->group->group, item->group->verdict,
                                 item->group->since_ms, arena);
    if (item->source != NULL)
        return text_format(arena, "%.*s, from the department's own time to the row",
                           TEXT_ARGS(item->source->source));
    const LagInstance *instance = item->instance;
    const Text name = text_format(arena, "%.*s at %.*s", TEXT_ARGS(instance->service),
                                  TEXT_ARGS(instance->address));
    return instance->known
               ? lag_view_sentence(report, name, instance->verdict, instance->since_ms, arena)
               : text_format(arena, "%.*s has not answered yet, so it is not judged",
                             TEXT_ARGS(name));
}

LagPage lag_view_details(const LagReport *report,
                         const LagItem *item,
                         const LagViewOptions *options,
                         Arena *arena)
{
    LagPage page = lag_page(options->width, arena);
    lag_page_wrapped(&page, 0, LAG_BOLD, title_of(report, item, arena));
    lag_page_line(&page);
    if (item->partition != NULL)
        detail_partition(report, item->partition, &page);
    else if (item->group != NULL)
        detail_group(report, item->group, &page);
    else if (item->source != NULL)
        detail_source(item->source, &page);
    else
        detail_instance(report, item->instance, &page);
    return page;
}
