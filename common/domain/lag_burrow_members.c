/* The objects and lists inside Burrow's pages, out of a report. */
#include "domain/datetime.h"
#include "domain/lag_burrow_parts.h"

#include <stdlib.h>

/* ---- members ---- */

void burrow_text(TextBuilder *out, const char *key, Text text)
{
    js_write_key(out, text_from(key));
    js_write_text(out, text);
}

void burrow_int(TextBuilder *out, const char *key, int64_t value)
{
    js_write_key(out, text_from(key));
    if (value == LAG_UNKNOWN)
        builder_string(out, "null");
    else
        builder_int(out, value);
}

void burrow_count(TextBuilder *out, const char *key, int64_t value)
{
    burrow_int(out, key, value < 0 ? 0 : value);
}

void burrow_real(TextBuilder *out, const char *key, double value)
{
    js_write_key(out, text_from(key));
    if (value < 0)
        builder_string(out, "null");
    else
        js_write_double(out, value);
}

void burrow_flag(TextBuilder *out, const char *key, bool value)
{
    js_write_key(out, text_from(key));
    builder_string(out, value ? "true" : "false");
}

void burrow_time(TextBuilder *out, const char *key, int64_t time_ms)
{
    char iso[DATETIME_ISO_SIZE];
    js_write_key(out, text_from(key));
    if (time_ms == LAG_UNKNOWN) {
        builder_string(out, "null");
        return;
    }
    datetime_to_iso(time_ms * 1000, iso);
    js_write_text(out, text_from(iso));
}

static double seconds(int64_t ms)
{
    return ms == LAG_UNKNOWN ? LAG_UNKNOWN : (double)ms / 1000.0;
}

/* ---- a partition ---- */

/* An offset as Burrow tells it: when it was reached, when it was seen, how far behind it was. */
static void
write_offset(TextBuilder *out, int64_t offset, int64_t reached_ms, int64_t seen_ms, int64_t behind)
{
    builder_char(out, '{');
    burrow_int(out, "offset", offset);
    burrow_int(out, "timestamp", reached_ms == LAG_UNKNOWN ? seen_ms : reached_ms);
    burrow_int(out, "observedAt", seen_ms);
    burrow_int(out, "lag", behind);
    builder_char(out, '}');
}

static void
write_last_offset(TextBuilder *out, const LagReport *report, const LagPartition *partition)
{
    const LagJudgement *judgement = &partition->judgement;
    write_offset(out, partition->committed, judgement->progress_ms, report->at_ms,
                 judgement->messages);
}

static void write_start(TextBuilder *out, const LagSample *oldest)
{
    js_write_key(out, TEXT("start"));
    if (oldest->at_ms == 0 || oldest->committed == LAG_UNKNOWN)
        builder_string(out, "null");
    else
        write_offset(out, oldest->committed, LAG_UNKNOWN, oldest->at_ms,
                     oldest->end < oldest->committed ? 0 : oldest->end - oldest->committed);
}

static void write_end(TextBuilder *out, const LagReport *report, const LagPartition *partition)
{
    js_write_key(out, TEXT("end"));
    if (partition->committed == LAG_UNKNOWN)
        builder_string(out, "null");
    else
        write_last_offset(out, report, partition);
}

/* What Burrow does not have. */
static void write_more(TextBuilder *out, const LagPartition *partition)
{
    const LagJudgement *judgement = &partition->judgement;
    burrow_text(out, "verdict", text_from(lag_verdict_name(judgement->verdict)));
    burrow_time(out, "since", judgement->since_ms);
    burrow_text(out, "evidence", judgement->evidence);
    burrow_text(out, "also", judgement->also);
    burrow_text(out, "step", partition->step);
    burrow_real(out, "lag_seconds", seconds(judgement->late_ms));
    burrow_text(out, "clock", partition->clock);
    burrow_text(out, "offset_from", partition->source_of_offset);
    burrow_int(out, "low", partition->low);
    burrow_int(out, "high", partition->end);
    burrow_real(out, "in_per_s", judgement->in_per_s);
    burrow_real(out, "out_per_s", judgement->out_per_s);
    burrow_real(out, "catch_up_s", judgement->catch_up_s);
    burrow_real(out, "retention_left_s", seconds(judgement->retention_left_ms));
    burrow_time(out, "last_progress", judgement->progress_ms);
}

/* CLIENT@HOST: Burrow has the host as owner and the client beside. */
static void write_owner(TextBuilder *out, Text owner)
{
    size_t at = owner.size;
    while (at > 0 && owner.data[at - 1] != '@')
        at--;
    burrow_text(out, "owner", text_slice(owner, at, owner.size));
    burrow_text(out, "client_id", text_slice(owner, 0, at > 0 ? at - 1 : 0));
}

static void
write_partition(TextBuilder *out, const LagReport *report, const LagPartition *partition)
{
    builder_char(out, '{');
    burrow_text(out, "topic", partition->topic);
    burrow_int(out, "partition", partition->partition);
    write_owner(out, partition->owner);
    burrow_text(out, "status", text_from(lag_burrow_status(partition->judgement.verdict)));
    write_start(out, &partition->oldest);
    write_end(out, report, partition);
    burrow_count(out, "current_lag", partition->judgement.messages);
    burrow_real(out, "complete", partition->judgement.messages == LAG_UNKNOWN ? 0.0 : 1.0);
    write_more(out, partition);
    builder_char(out, '}');
}

/* ---- a group ---- */

static bool is_ok(const LagPartition *partition)
{
    return text_is(text_from(lag_burrow_status(partition->judgement.verdict)), "OK");
}

/* A group is OK, WARN or ERR: whatever is worse than a warning is an error. */
static const char *status_of(const LagGroup *group)
{
    const char *status = "OK";
    for (size_t i = 0; i <= group->partition_count; i++) {
        LagVerdict verdict =
            i < group->partition_count ? group->partitions[i].judgement.verdict : group->verdict;
        const char *word = lag_burrow_status(verdict);
        if (text_is(text_from(word), "WARN"))
            status = word;
        else if (!text_is(text_from(word), "OK"))
            return "ERR";
    }
    return status;
}

static const LagPartition *most_behind(const LagGroup *group)
{
    const LagPartition *most = NULL;
    for (size_t i = 0; i < group->partition_count; i++)
        if (most == NULL || group->partitions[i].judgement.messages > most->judgement.messages)
            most = &group->partitions[i];
    return most;
}

static double complete_share(const LagGroup *group)
{
    size_t complete = 0;
    for (size_t i = 0; i < group->partition_count; i++)
        complete += group->partitions[i].judgement.messages != LAG_UNKNOWN;
    return group->partition_count == 0 ? 0.0 : (double)complete / (double)group->partition_count;
}

static void
write_partitions(TextBuilder *out, const LagReport *report, const LagGroup *group, bool all)
{
    bool first = true;
    js_write_key(out, TEXT("partitions"));
    builder_char(out, '[');
    for (size_t i = 0; i < group->partition_count; i++) {
        if (!all && is_ok(&group->partitions[i]))
            continue;
        if (!first)
            builder_char(out, ',');
        write_partition(out, report, &group->partitions[i]);
        first = false;
    }
    builder_char(out, ']');
}

void burrow_status(TextBuilder *out, const LagReport *report, const LagGroup *group, bool all)
{
    const LagPartition *most = most_behind(group);
    builder_char(out, '{');
    burrow_text(out, "cluster", report->cluster);
    burrow_text(out, "group", group->group);
    burrow_text(out, "status", text_from(status_of(group)));
    burrow_real(out, "complete", complete_share(group));
    write_partitions(out, report, group, all);
    burrow_int(out, "partition_count", (int64_t)group->partition_count);
    js_write_key(out, TEXT("maxlag"));
    if (most == NULL)
        builder_string(out, "null");
    else
        write_partition(out, report, most);
    burrow_count(out, "totallag", group->messages);
    burrow_text(out, "verdict", text_from(lag_verdict_name(group->verdict)));
    burrow_time(out, "since", group->since_ms);
    burrow_text(out, "evidence", group->evidence);
    burrow_text(out, "step", group->step);
    burrow_real(out, "lag_seconds", seconds(group->late_ms));
    builder_char(out, '}');
}

void burrow_status_not_found(TextBuilder *out, Text cluster, Text group)
{
    builder_char(out, '{');
    burrow_text(out, "cluster", cluster);
    burrow_text(out, "group", group);
    builder_string(out, ",\"status\":\"NOTFOUND\",\"complete\":1,\"partitions\":[],"
                        "\"partition_count\":0,\"maxlag\":null,\"totallag\":0}");
}

/* ---- by topic ---- */

static int by_topic(const void *a, const void *b)
{
    const LagPartition *left = *(const LagPartition *const *)a;
    const LagPartition *right = *(const LagPartition *const *)b;
    int order = text_compare(left->topic, right->topic);
    return order != 0 ? order
                      : (left->partition > right->partition) - (left->partition < right->partition);
}

/* The partitions of one group, or of all of them (NULL), by topic and number. */
static const LagPartition **
sorted(const LagReport *report, const LagGroup *only, Arena *arena, size_t *count)
{
    size_t total = 0;
    for (size_t i = 0; i < report->group_count; i++)
        total += report->groups[i].partition_count;
    const LagPartition **list = ARENA_ARRAY(arena, const LagPartition *, total);
    *count = 0;
    for (size_t i = 0; i < report->group_count; i++)
        for (size_t k = 0; k < report->groups[i].partition_count; k++)
            if (only == NULL || only == &report->groups[i])
                list[(*count)++] = &report->groups[i].partitions[k];
    if (*count > 1)
        qsort(list, *count, sizeof(const LagPartition *), by_topic);
    return list;
}

/* An element of a topic's list, at the place of its number. */
static void write_consumed(TextBuilder *out, const LagReport *report, const LagPartition *partition)
{
    builder_char(out, '{');
    js_write_key(out, TEXT("offsets"));
    builder_char(out, '[');
    if (partition->committed != LAG_UNKNOWN)
        write_last_offset(out, report, partition);
    builder_char(out, ']');
    write_owner(out, partition->owner);
    burrow_count(out, "current-lag", partition->judgement.messages);
    builder_char(out, '}');
}

void burrow_topics_of_group(TextBuilder *out, const LagReport *report, const LagGroup *group)
{
    size_t count;
    const LagPartition **list = sorted(report, group, out->arena, &count);
    builder_char(out, '{');
    for (size_t i = 0; i < count;) {
        Text topic = list[i]->topic;
        js_write_key(out, topic);
        builder_char(out, '[');
        for (int32_t number = 0; i < count && text_equal(list[i]->topic, topic); number++) {
            if (number > 0)
                builder_char(out, ',');
            if (list[i]->partition <= number)
                write_consumed(out, report, list[i++]);
            else
                builder_string(out, "null");
        }
        builder_char(out, ']');
    }
    builder_char(out, '}');
}

void burrow_topics(TextBuilder *out, const LagReport *report)
{
    size_t count;
    const LagPartition **list = sorted(report, NULL, out->arena, &count);
    builder_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && text_equal(list[i]->topic, list[i - 1]->topic))
            continue;
        if (i > 0)
            builder_char(out, ',');
        js_write_text(out, list[i]->topic);
    }
    builder_char(out, ']');
}

/* Several groups may read the topic; each knows its ends. */
bool burrow_offsets_of_topic(TextBuilder *out, const LagReport *report, Text topic)
{
    size_t count;
    const LagPartition **list = sorted(report, NULL, out->arena, &count);
    int32_t next = 0;
    builder_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        if (!text_equal(list[i]->topic, topic) || list[i]->partition < next)
            continue;
        for (; next <= list[i]->partition; next++) {
            if (next > 0)
                builder_char(out, ',');
            bool here = next == list[i]->partition && list[i]->end >= 0;
            builder_int(out, here ? list[i]->end : 0);
        }
    }
    builder_char(out, ']');
    return next > 0;
}

bool burrow_consumers_of_topic(TextBuilder *out, const LagReport *report, Text topic)
{
    bool found = false;
    builder_char(out, '[');
    for (size_t i = 0; i < report->group_count; i++) {
        const LagGroup *group = &report->groups[i];
        bool reads = false;
        for (size_t k = 0; k < group->partition_count && !reads; k++)
            reads = text_equal(group->partitions[k].topic, topic);
        if (!reads)
            continue;
        if (found)
            builder_char(out, ',');
        js_write_text(out, group->group);
        found = true;
    }
    builder_char(out, ']');
    return found;
}
