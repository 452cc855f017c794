/*
 * Whether onecase.report is still the log that the database was filled from, asked for each partition that was claimed:
 *
 *   the record before the next offset is another one, or the log ends before it ... another topic: the matcher ends
 *   the log begins behind the next offset ......................................... LOST: held until somebody resumes it
 *
 * Other partitions go on. The record before the next offset cannot fall to retention without the second being so, since
 * the topic is kept for ever.
 */
#include "matcher_parts.h"

#include "base/clock.h"
#include "base/log.h"

#include "adapters/gap_store.h"

#include <inttypes.h>
#include <string.h>

enum { ASK_MS = 10000, LOOK_MS = 2000, ARENA_BLOCK = 16384 };

/* What to do stands first: what follows may be cut. */
#define ANOTHER_TOPIC                                                                              \
    "%s/%d was made anew, or lost its end: restore it, or start anew with a new database "         \
    "(docs/guards.md); "

/* A partition as it was claimed, and what the log has of it. */
typedef struct Extent {
    const StoredOffset *offset;
    int64_t next;
    int64_t low;
} Extent;

/* What ce_id says; a record that has none that can be read is known by its own place. */
static Text
origin_of(const Matcher *matcher, int32_t partition, const KafkaCopy *copy, Arena *arena)
{
    RecordHead head;
    Error ignored = {0};
    if (record_head_read(copy->headers, copy->header_count, &head, &ignored))
        return record_origin_text(arena, &head.origin);
    const Origin own = {
        .topic = text_from(matcher->topic), .partition = partition, .offset = copy->offset};
    return record_origin_text(arena, &own);
}

/* As much of it as is stored. */
static bool same_origin(Text found, const char *stored)
{
    size_t size = strlen(stored);
    return size == STORED_ORIGIN_SIZE - 1 ? text_starts(found, text_from(stored))
                                          : text_is(found, stored);
}

/* Of those that have one: whether the record before the next offset is still the same. What is gone says nothing. */
static bool
compare_last(Matcher *matcher, const Extent *extents, size_t count, Arena *arena, Error *error)
{
    size_t asked = 0;
    KafkaPosition *last = ARENA_ARRAY(arena, KafkaPosition, count);
    KafkaCopy *copies = ARENA_ARRAY(arena, KafkaCopy, count);
    const StoredOffset **offsets = ARENA_ARRAY(arena, const StoredOffset *, count);
    for (size_t i = 0; i < count; i++) {
        const StoredOffset *offset = extents[i].offset;
        if (extents[i].next <= extents[i].low || offset->last_origin[0] == '\0')
            continue;
        offsets[asked] = offset;
        last[asked++] = (KafkaPosition){matcher->topic, offset->partition, offset->next_offset - 1};
    }
    if (!kafka_admin_records_at(matcher->admin, last, asked, arena, copies, error))
        return false;
    for (size_t i = 0; i < asked; i++) {
        if (copies[i].offset != last[i].offset)
            continue;
        Text found = origin_of(matcher, last[i].partition, &copies[i], arena);
        if (!same_origin(found, offsets[i]->last_origin))
            return error_set(error, ERROR_FATAL,
                             ANOTHER_TOPIC "offset %lld holds %.*s, the database has %s",
                             matcher->topic, last[i].partition, (long long)last[i].offset,
                             TEXT_ARGS(found), offsets[i]->last_origin);
    }
    return true;
}

static bool
hold_lost(Matcher *matcher, const StoredOffset *offset, int64_t next, int64_t low, Error *error)
{
    const StoredClaim claim = {offset->partition, offset->epoch};
    if (!gap_store_lost(matcher->store, matcher->topic, &claim, next, low - 1, error))
        return false;
    kafka_consumer_hold(matcher->consumer, matcher->topic, offset->partition, true);
    progress_partition(matcher->progress, offset->partition)->lost = true;
    log_event(LOG_ERROR, "held", LOG_STRING("topic", matcher->topic),
              LOG_INT("partition", offset->partition), LOG_INT("offset", next),
              LOG_INT("first_offset", low),
              LOG_STRING("reason", "records went before they were decided (retention); the "
                                   "partition is LOST and waits: `onecase source resume "
                                   "onecase.report` shows it and has it go on"));
    return true;
}

static bool
find_extents(Matcher *matcher, Extent *extents, size_t count, Arena *arena, Error *error)
{
    KafkaPosition *lows = ARENA_ARRAY(arena, KafkaPosition, count);
    KafkaPosition *highs = ARENA_ARRAY(arena, KafkaPosition, count);
    for (size_t i = 0; i < count; i++)
        lows[i] = highs[i] = (KafkaPosition){matcher->topic, extents[i].offset->partition, 0};
    if (!kafka_admin_beginnings(matcher->admin, lows, count, error) ||
        !kafka_admin_ends(matcher->admin, highs, count, error))
        return false;
    for (size_t i = 0; i < count; i++) {
        Extent *extent = &extents[i];
        extent->low = lows[i].offset;
        extent->next = extent->offset->next_offset;
        if (extent->next < 0) /* a rebuild was told by a person to begin with what is left */
            extent->next = matcher->settings->silent ? extent->low : 0;
        if (extent->next > highs[i].offset)
            return error_set(error, ERROR_FATAL,
                             ANOTHER_TOPIC
                             "it ends at offset %lld, the database has records up to %lld",
                             matcher->topic, extent->offset->partition, (long long)highs[i].offset,
                             (long long)extent->next);
    }
    return true;
}

/* Sets aside what is lost; what was, and is there again, runs. */
static bool settle(Matcher *matcher, const Extent *extent, KafkaPosition *start, Error *error)
{
    const StoredOffset *offset = extent->offset;
    if (extent->next < extent->low) {
        start->offset = extent->low; /* it is held */
        return hold_lost(matcher, offset, extent->next, extent->low, error);
    }
    const StoredClaim claim = {offset->partition, offset->epoch};
    return strcmp(offset->state, "LOST") != 0 ||
           gap_store_found(matcher->store, matcher->topic, &claim, error);
}

bool matcher_guard(Matcher *matcher,
                   const StoredOffset *offsets,
                   KafkaPosition *starts,
                   size_t count,
                   Error *error)
{
    const KafkaClientSpec client = {.brokers = matcher->settings->brokers,
                                    .client_id = "onecase-matcher"};
    if (matcher->admin == NULL && !kafka_admin_open(&client, ASK_MS, &matcher->admin, error))
        return false;
    Arena *arena = arena_new(ARENA_BLOCK);
    Extent *extents = ARENA_ARRAY(arena, Extent, count);
    for (size_t i = 0; i < count; i++)
        extents[i].offset = &offsets[i];
    bool well = find_extents(matcher, extents, count, arena, error) &&
                compare_last(matcher, extents, count, arena, error);
    for (size_t i = 0; well && i < count; i++)
        for (size_t k = 0; well && k < count; k++)
            if (starts[k].partition == offsets[i].partition)
                well = settle(matcher, &extents[i], &starts[k], error);
    arena_free(arena);
    return well;
}

bool matcher_look_for_resumed(Matcher *matcher, Error *error)
{
    int64_t now = clock_monotonic_ms();
    if (now < matcher->resumed_due_ms)
        return true;
    matcher->resumed_due_ms = now + LOOK_MS;
    for (int32_t i = 0; i < matcher->partition_count; i++) {
        const PartitionProgress *partition = progress_partition(matcher->progress, i);
        StoredOffset stands;
        if (partition == NULL || !partition->lost)
            continue;
        if (!case_store_offsets(matcher->store, &i, 1, &stands, error))
            return false;
        if (stands.epoch != partition->epoch)
            matcher->fenced = matcher->reclaim = true; /* resumed, or somebody else's by now */
    }
    return true;
}
