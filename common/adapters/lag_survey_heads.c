/*
 * When the record that is read next was written. Asked only where something waits and the offset, or what was found
 * there, is another than at the last look: a partition that stands still costs nothing, however far behind.
 */
#include "base/clock.h"

#include "adapters/lag_survey_parts.h"

#include <stdlib.h>

enum { COMPACTED_AGAIN_MS = 60000 };

/* Where reading goes on: what retention took cannot be read any more. LAG_UNKNOWN: nothing waits, or it is not known. */
static int64_t head_offset(const LagSample *sample)
{
    if (sample->low < 0 || sample->end < 0)
        return LAG_UNKNOWN;
    int64_t at = sample->committed < sample->low ? sample->low : sample->committed;
    return at < sample->end ? at : LAG_UNKNOWN;
}

static SurveyHead *head_of(const SurveyLook *look, size_t row)
{
    SurveyTopic *topic = look->rows[row].topic;
    SurveyHead **heads = &topic->heads[look->rows[row].group];
    if (*heads == NULL) {
        *heads = calloc((size_t)topic->partitions, sizeof(**heads));
        if (*heads == NULL)
            abort();
        for (int32_t i = 0; i < topic->partitions; i++)
            (*heads)[i].offset = LAG_UNKNOWN;
    }
    return &(*heads)[look->observations[row].partition];
}

static bool is_known(const SurveyTopic *topic, const SurveyHead *head, const LagSample *sample)
{
    return head->offset == head_offset(sample) && sample->end >= head->end &&
           (head->found || sample->end == head->end) &&
           (!topic->compacted || clock_monotonic_ms() - head->asked_ms < COMPACTED_AGAIN_MS);
}

static void tell(const SurveyHead *head, LagObservation *row)
{
    if (!head->found) {
        row->sample.end = head_offset(&row->sample); /* markers alone: nothing waits */
        return;
    }
    row->sample.head_ms = head->stamp_ms;
    row->clock = head->broker_clock ? TEXT("LogAppendTime") : TEXT("CreateTime");
}

/* Rows of one group whose head must be asked for, those that were tried longest ago first. */
typedef struct Asked {
    size_t row;
    int64_t asked_ms;
} Asked;

static int by_age(const void *a, const void *b)
{
    const Asked *left = a;
    const Asked *right = b;
    if (left->asked_ms != right->asked_ms)
        return left->asked_ms < right->asked_ms ? -1 : 1;
    return left->row < right->row ? -1 : left->row > right->row;
}

static size_t choose(const SurveyLook *look, size_t group, Asked *asked)
{
    size_t count = 0;
    for (size_t i = 0; i < look->count; i++) {
        const LagObservation *row = &look->observations[i];
        if (look->rows[i].group != group || head_offset(&row->sample) == LAG_UNKNOWN)
            continue;
        SurveyHead *head = head_of(look, i);
        if (is_known(look->rows[i].topic, head, &row->sample))
            continue;
        asked[count++] = (Asked){i, head->asked_ms};
        head->offset = LAG_UNKNOWN;
    }
    if (count > 1)
        qsort(asked, count, sizeof(*asked), by_age);
    return count;
}

static void keep_answer(const SurveyLook *look, size_t row, const KafkaStamp *stamp)
{
    SurveyHead *head = head_of(look, row);
    head->asked_ms = clock_monotonic_ms();
    if (!stamp->answered)
        return;
    head->offset = stamp->position.offset;
    head->end = look->observations[row].sample.end;
    head->stamp_ms = stamp->found && stamp->time_ms >= 0 ? stamp->time_ms : LAG_UNKNOWN;
    head->found = stamp->found;
    head->broker_clock = stamp->log_append_time;
}

/* A group has each partition once, and so has a question. */
static void ask_group(SurveyLook *look, size_t group, int wait_ms)
{
    Asked *asked = ARENA_ARRAY(look->arena, Asked, look->count);
    size_t count = choose(look, group, asked);
    KafkaStamp *stamps = ARENA_ARRAY(look->arena, KafkaStamp, count);
    for (size_t i = 0; i < count; i++) {
        const LagObservation *row = &look->observations[asked[i].row];
        stamps[i].position = (KafkaPosition){look->rows[asked[i].row].topic->name, row->partition,
                                             head_offset(&row->sample)};
    }
    if (count > 0 && wait_ms > 0)
        kafka_admin_stamps(look->survey->admin, stamps, count, wait_ms);
    for (size_t i = 0; i < count; i++)
        keep_answer(look, asked[i].row, &stamps[i]);
}

void survey_heads_look(SurveyLook *look)
{
    int64_t until_ms = clock_monotonic_ms() + look->survey->spec.limit_ms;
    if (until_ms > look->until_ms)
        until_ms = look->until_ms;
    for (size_t i = 0; i < look->survey->group_count; i++)
        ask_group(look, i, (int)(until_ms - clock_monotonic_ms()));
    for (size_t i = 0; i < look->count; i++) {
        LagObservation *row = &look->observations[i];
        if (head_offset(&row->sample) != LAG_UNKNOWN && head_of(look, i)->offset != LAG_UNKNOWN)
            tell(head_of(look, i), row);
    }
}
