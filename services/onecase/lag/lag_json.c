#include "lag/lag_json.h"

#include "lag/lag_view.h"

#include "domain/lag_report_json.h"

static const char *const PROGRAMS[] = {"intake", "matcher"};
enum { PROGRAM_COUNT = sizeof(PROGRAMS) / sizeof(PROGRAMS[0]), SECOND_MS = 1000 };

static const LagObservation *
observed(const LagLook *look, const LagGroup *group, const LagPartition *partition)
{
    for (size_t i = 0; i < look->observation_count; i++) {
        const LagObservation *seen = &look->observations[i];
        if (seen->partition == partition->partition && text_equal(seen->topic, partition->topic) &&
            text_equal(seen->group, group->group))
            return seen;
    }
    return NULL;
}

/*
 * What the program itself says of a partition; lagwatch's report tells it where it is a verdict of its own. That the matcher runs is
 * known from PostgreSQL alone.
 */
static const char *state_of(const LagGroup *group, LagState state, bool claimed)
{
    switch (state) {
    case LAG_STATE_WAITING:
        return "WAITING";
    case LAG_STATE_REFUSING:
        return "REFUSING";
    case LAG_STATE_LOST:
        return text_is(group->program, "intake") ? "HELD" : "LOST";
    case LAG_RUNNING:
        break;
    }
    return text_is(group->program, "matcher") && claimed ? "RUNNING" : NULL;
}

static void write_state(const LagLook *look,
                        const LagGroup *group,
                        const LagPartition *partition,
                        TextBuilder *out)
{
    const LagJudgement *judgement = &partition->judgement;
    LagState state = judgement->verdict == LAG_REFUSING ? LAG_STATE_REFUSING
                     : judgement->verdict == LAG_LOST   ? LAG_STATE_LOST
                                                        : LAG_RUNNING;
    int64_t since_ms = judgement->since_ms;
    Text reason = judgement->evidence;
    const LagObservation *seen = observed(look, group, partition);
    if (seen != NULL) {
        state = seen->circumstances.state;
        since_ms = seen->circumstances.state_since_ms;
        reason = seen->circumstances.state_reason;
    }
    bool claimed =
        partition->committed != LAG_UNKNOWN && text_is(partition->source_of_offset, "postgresql");
    const char *word = state_of(group, state, claimed);
    if (word != NULL)
        lag_out_text(out, "state", text_from(word));
    if (state == LAG_RUNNING)
        return;
    lag_out_time(out, "since", since_ms);
    lag_out_text(out, "reason", reason);
}

static void write_partition(const LagLook *look,
                            const LagGroup *group,
                            const LagPartition *partition,
                            TextBuilder *out)
{
    const LagJudgement *judgement = &partition->judgement;
    lag_out_text(out, "program", group->program);
    lag_out_text(out, "topic", partition->topic);
    lag_out_int(out, "partition", partition->partition);
    lag_out_int(out, "next", partition->committed);
    lag_out_int(out, "end", partition->end);
    lag_out_int(out, "messages", judgement->messages);
    lag_out_int(out, "seconds",
                judgement->late_ms < 0 ? LAG_UNKNOWN : judgement->late_ms / SECOND_MS);
    write_state(look, group, partition, out);
}

static void write_partitions(const LagAnswer *answer, TextBuilder *out)
{
    const LagReport *report = &answer->report;
    const char *between = "";
    for (size_t p = 0; p < PROGRAM_COUNT; p++)
        for (size_t i = 0; i < report->group_count; i++) {
            const LagGroup *group = &report->groups[i];
            if (!text_is(group->program, PROGRAMS[p]))
                continue;
            for (size_t k = 0; k < group->partition_count; k++) {
                builder_string(out, between);
                builder_char(out, '{');
                write_partition(&answer->look, group, &group->partitions[k], out);
                builder_char(out, '}');
                between = ",";
            }
        }
}

static void write_total(LagTotal total, TextBuilder *out)
{
    lag_out_int(out, "messages", total.messages);
    lag_out_int(out, "seconds", total.seconds);
}

Text lag_json(const LagAnswer *answer, Arena *arena)
{
    const LagReport *report = &answer->report;
    TextBuilder out = builder_new(arena);
    builder_text(&out, lag_report_write(report, arena));
    builder_truncate(&out, out.size - 1); /* the brace: more members follow */
    write_total(lag_view_total(report, NULL), &out);
    for (size_t p = 0; p < PROGRAM_COUNT; p++) {
        js_write_key(&out, text_from(PROGRAMS[p]));
        builder_char(&out, '{');
        write_total(lag_view_total(report, PROGRAMS[p]), &out);
        builder_char(&out, '}');
    }
    js_write_key(&out, TEXT("partitions"));
    builder_char(&out, '[');
    write_partitions(answer, &out);
    builder_string(&out, "]}");
    return builder_view(&out);
}
