#include "lag/lag_say.h"

#include "command.h"
#include "lag/lag_page.h"
#include "lag/lag_units.h"
#include "lag/lag_view.h"

enum { EXIT_FIRST = 9 /* and the verdict's number */ };

/* The worst that was met so far. */
typedef struct Found {
    bool any;
    LagVerdict verdict;
    int64_t since_ms;
    Text about; /* "": the hub */
    Text evidence;
    Text step;
} Found;

static void meet(Found *found, Found other)
{
    if (!found->any || other.verdict > found->verdict)
        *found = other;
    found->any = true;
}

static bool is_asked(const char *name, Text group, Text program)
{
    return name == NULL || text_is(group, name) || text_is(program, name);
}

static void meet_groups(const LagReport *report, const char *name, Found *found)
{
    for (size_t i = 0; i < report->group_count; i++) {
        const LagGroup *group = &report->groups[i];
        if (is_asked(name, group->group, group->program))
            meet(found, (Found){true, group->verdict, group->since_ms, group->group,
                                group->evidence, group->step});
    }
}

static void meet_instances(const LagReport *report, const char *name, Arena *arena, Found *found)
{
    for (size_t i = 0; i < report->instance_count; i++) {
        const LagInstance *instance = &report->instances[i];
        const Text about = text_format(arena, "%.*s at %.*s", TEXT_ARGS(instance->service),
                                       TEXT_ARGS(instance->address));
        if (instance->known && is_asked(name, TEXT_ABSENT, instance->service))
            meet(found, (Found){true, instance->verdict, instance->since_ms, about,
                                instance->evidence, instance->step});
    }
}

static void meet_database(const LagReport *report, Found *found)
{
    if (!report->database_up)
        meet(found, (Found){true, LAG_DATABASE_DOWN, report->database_since_ms, TEXT(""),
                            report->database_fault, TEXT("onecase doctor")});
}

static LagSaid unknown(int64_t since_ms, Text why, Arena *arena)
{
    const Text moment = lag_units_moment(since_ms, arena);
    return (LagSaid){text_format(arena, "UNKNOWN since %.*s: %.*s; do: onecase doctor",
                                 TEXT_ARGS(moment), TEXT_ARGS(lag_page_clean(why, arena))),
                     EXIT_UNAVAILABLE};
}

static LagSaid known(const Found *found, Arena *arena)
{
    TextBuilder out = builder_new(arena);
    builder_string(&out, lag_verdict_name(found->verdict));
    if (found->since_ms >= 0)
        builder_format(&out, " since %.*s", TEXT_ARGS(lag_units_moment(found->since_ms, arena)));
    builder_string(&out, ": ");
    if (!text_is_empty(found->about))
        builder_format(&out, "%.*s: ", TEXT_ARGS(found->about));
    builder_text(&out, found->evidence);
    if (!text_is_empty(found->step))
        builder_format(&out, "; do: %.*s", TEXT_ARGS(found->step));
    return (LagSaid){lag_page_clean(builder_view(&out), arena),
                     found->verdict == LAG_OK ? EXIT_OK : EXIT_FIRST + (int)found->verdict};
}

/* Before anything is met: of the whole hub it can be said that nothing is wrong, of a name that nobody has nothing. */
static Found nothing(const LagReport *report, const char *name)
{
    return (Found){.any = name == NULL,
                   .since_ms = report->watching_since_ms,
                   .about = TEXT(""),
                   .evidence = report->group_count > 0 ? TEXT("nothing is in trouble")
                                                       : TEXT("nothing is watched"),
                   .step = TEXT("")};
}

LagSaid lag_say(const LagReport *report, const char *name, int64_t now_ms, Arena *arena)
{
    Found found = nothing(report, name);
    meet_groups(report, name, &found);
    meet_instances(report, name, arena, &found);
    if (!found.any)
        return (LagSaid){TEXT_ABSENT, EXIT_NOT_FOUND};
    if (name == NULL)
        meet_database(report, &found);
    const LagDoubt doubt = lag_view_doubt(report, found.verdict, now_ms);
    if (doubt == LAG_TOO_OLD)
        return unknown(report->at_ms,
                       text_format(arena, "%.*s has made no new figures, or the clocks differ",
                                   TEXT_ARGS(report->by)),
                       arena);
    if (doubt == LAG_KAFKA_AWAY)
        return unknown(
            report->kafka_since_ms,
            text_format(arena, "Kafka does not answer: %.*s", TEXT_ARGS(report->kafka_fault)),
            arena);
    return known(&found, arena);
}

Text lag_say_names(const LagReport *report, Arena *arena)
{
    TextBuilder out = builder_new(arena);
    for (size_t i = 0; i < report->group_count; i++)
        builder_format(&out, "%s%.*s", i > 0 ? ", " : "", TEXT_ARGS(report->groups[i].group));
    return lag_page_clean(builder_view(&out), arena);
}
