/*
 * From partitions to groups: sorted by group, in each the worst first; the groups then by what is worst in them.
 */
#include "domain/lag_board_parts.h"

#include <inttypes.h>
#include <stdlib.h>

/* ---- what to do ---- */

static Text service_step(const char *verb, Text program, Arena *arena)
{
    return text_is_empty(program)
               ? TEXT("")
               : text_format(arena, "systemctl %s onecase-%.*s", verb, TEXT_ARGS(program));
}

static Text stalled_step(const LagFlat *flat, LagProcess process, LagState state, Arena *arena)
{
    if (state == LAG_STATE_WAITING)
        return text_format(arena, "onecase dlq list; onecase resume %" PRId32 " --bury 1",
                           flat->partition.partition);
    if (process == LAG_PROCESS_HANGS)
        return service_step("restart", flat->program, arena);
    return text_is_empty(flat->program)
               ? TEXT("")
               : text_format(arena, "journalctl -u onecase-%.*s -n 50", TEXT_ARGS(flat->program));
}

/* A longer retention gives time whatever else is wrong. */
static Text at_risk_step(const LagFlat *flat, Arena *arena)
{
    Text also = flat->partition.judgement.also;
    if (text_starts(also, TEXT("STOPPED")))
        return service_step("start", flat->program, arena);
    if (text_starts(also, TEXT("STALLED")))
        return service_step("restart", flat->program, arena);
    return text_format(arena,
                       "kafka-configs.sh --alter --topic %.*s --add-config retention.ms=... "
                       "--bootstrap-server ...",
                       TEXT_ARGS(flat->partition.topic));
}

Text lag_board_step(const LagFlat *flat, LagProcess process, LagState state, Arena *arena)
{
    switch (flat->partition.judgement.verdict) {
    case LAG_SLOW:
        return service_step("status", flat->program, arena);
    case LAG_STALLED:
        return stalled_step(flat, process, state, arena);
    case LAG_STOPPED:
        return service_step("start", flat->program, arena);
    case LAG_REWOUND:
        return text_is_empty(flat->program) ? TEXT("") : TEXT("onecase audit");
    case LAG_AT_RISK:
        return at_risk_step(flat, arena);
    case LAG_REFUSING:
        return text_format(arena, "onecase dlq list; onecase resume %" PRId32 " --bury N",
                           flat->partition.partition);
    case LAG_LOST:
        return text_is_empty(flat->program) ? TEXT("")
                                            : text_format(arena, "onecase source resume %.*s",
                                                          TEXT_ARGS(flat->partition.topic));
    case LAG_DATABASE_DOWN:
        return TEXT("onecase doctor");
    case LAG_OK:
    case LAG_CATCHING_UP:
    case LAG_VERDICT_COUNT:
        break;
    }
    return TEXT("");
}

/* ---- groups ---- */

static int by_group(const void *a, const void *b)
{
    const LagFlat *left = a;
    const LagFlat *right = b;
    int order = text_compare(left->group, right->group);
    if (order == 0)
        order = (int)right->partition.judgement.verdict - (int)left->partition.judgement.verdict;
    if (order == 0)
        order = text_compare(left->partition.topic, right->partition.topic);
    return order != 0 ? order : left->partition.partition - right->partition.partition;
}

static int program_rank(Text program)
{
    static const char *const ORDER[] = {"intake", "matcher", "relay"};
    for (int i = 0; i < 3; i++)
        if (text_is(program, ORDER[i]))
            return i;
    return 3;
}

static int by_trouble(const void *a, const void *b)
{
    const LagGroup *left = a;
    const LagGroup *right = b;
    if (left->verdict != right->verdict)
        return (int)right->verdict - (int)left->verdict;
    int order = program_rank(left->program) - program_rank(right->program);
    return order != 0 ? order : text_compare(left->group, right->group);
}

/* All that have the worst verdict: the first of them began it; OK is since the last of them became so. */
static size_t count_worst(LagGroup *group)
{
    size_t worst = 0;
    while (worst < group->partition_count &&
           group->partitions[worst].judgement.verdict == group->verdict) {
        int64_t since_ms = group->partitions[worst].judgement.since_ms;
        bool better =
            group->verdict == LAG_OK ? since_ms > group->since_ms : since_ms < group->since_ms;
        if (worst == 0 || better)
            group->since_ms = since_ms;
        worst++;
    }
    return worst;
}

static void add_up(LagGroup *group)
{
    for (size_t i = 0; i < group->partition_count; i++) {
        const LagJudgement *judgement = &group->partitions[i].judgement;
        if (judgement->messages != LAG_UNKNOWN)
            group->messages += judgement->messages;
        if (judgement->late_ms > group->late_ms)
            group->late_ms = judgement->late_ms;
    }
}

/* Of those with the worst verdict the one where most waits speaks for all: the first with the same. */
static const LagPartition *speaker(const LagGroup *group, size_t worst)
{
    const LagPartition *found = &group->partitions[0];
    for (size_t i = 1; i < worst; i++)
        if (group->partitions[i].judgement.messages > found->judgement.messages)
            found = &group->partitions[i];
    return found;
}

static Text
group_evidence(const LagGroup *group, const LagPartition *told, size_t worst, Arena *arena)
{
    if (group->verdict == LAG_OK && group->messages == 0)
        return TEXT("nothing waits");
    if (group->partition_count == 1)
        return told->judgement.evidence;
    if (group->verdict == LAG_OK)
        return text_format(arena, "%" PRId64 " records wait, the oldest is %.1f s old",
                           group->messages, (double)group->late_ms / 1000);
    return text_format(arena, "%zu of %zu partitions; %.*s %" PRId32 ": %.*s", worst,
                       group->partition_count, TEXT_ARGS(told->topic), told->partition,
                       TEXT_ARGS(told->judgement.evidence));
}

static void make_group(LagFlat *flat, size_t count, Arena *arena, LagGroup *group)
{
    *group = (LagGroup){
        .group = flat[0].group,
        .program = flat[0].program,
        .verdict = flat[0].partition.judgement.verdict,
        .partitions = ARENA_ARRAY(arena, LagPartition, count),
        .partition_count = count,
    };
    for (size_t i = 0; i < count; i++)
        group->partitions[i] = flat[i].partition;
    add_up(group);
    size_t worst = count_worst(group);
    const LagPartition *told = speaker(group, worst);
    group->evidence = group_evidence(group, told, worst, arena);
    group->step = told->step;
}

void lag_board_groups(LagFlat *flat, size_t count, Arena *arena, LagReport *report)
{
    if (count > 1)
        qsort(flat, count, sizeof(*flat), by_group);
    report->groups = ARENA_ARRAY(arena, LagGroup, count);
    for (size_t i = 0; i < count;) {
        size_t end = i + 1;
        while (end < count && text_equal(flat[end].group, flat[i].group))
            end++;
        LagGroup *group = &report->groups[report->group_count++];
        make_group(&flat[i], end - i, arena, group);
        if (group->verdict > report->verdict)
            report->verdict = group->verdict;
        i = end;
    }
    if (report->group_count > 1)
        qsort(report->groups, report->group_count, sizeof(LagGroup), by_trouble);
}
