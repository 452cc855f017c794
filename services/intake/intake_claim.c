/*
 * Whose the partitions are and how far they have come: where an assignment starts, keys that hosts agree upon through the notes of
 * their commits, and the commits themselves. Invariant: an offset is committed only when everything before it is acknowledged.
 */
#include "intake_parts.h"
#include "keys.h"
#include "metrics.h"

#include "base/clock.h"
#include "base/log.h"

#include <string.h>

enum { REVOKE_PATIENCE_MS = 5000 };

/* ---- commit ---- */

void intake_tell_note(Intake *intake, const Place *place, const PlaceNote *note)
{
    Text text = place_note_write(note, intake->scratch);
    kafka_consumer_note_partition(intake->consumer, place->topic, place->partition, text.data);
}

bool intake_commit(Intake *intake, bool synchronous, Error *error)
{
    intake->commit_due_ms = clock_monotonic_ms() + intake->settings->commit_interval_ms;
    if (!places_dirty(&intake->places))
        return true;
    size_t count;
    for (size_t i = 0; i < intake->places.count; i++)
        if (intake->places.items[i].done != intake->places.items[i].committed)
            intake_tell_note(intake, &intake->places.items[i], &intake->places.items[i].note);
    KafkaPosition *positions = places_to_commit(&intake->places, intake->scratch, &count);
    bool good = kafka_consumer_commit(intake->consumer, positions, count, synchronous, error);
    if (good)
        places_committed(&intake->places);
    arena_reset(intake->scratch);
    return good;
}

bool intake_commit_when_due(Intake *intake, Error *error)
{
    bool wary = intake_is_wary(intake);
    bool due = wary || clock_monotonic_ms() >= intake->commit_due_ms;
    return !due || intake_commit(intake, wary, error);
}

/* ---- keys ---- */

bool intake_check_keys(Intake *intake, KafkaCommit **commits, size_t *count, Error *error)
{
    const MappingContext *context = sources_context(intake->sources);
    *commits = topics_partitions(&intake->topics, intake->scratch, count);
    if (!kafka_consumer_commits(intake->consumer, *commits, *count, intake->scratch, error))
        return false;
    for (size_t i = 0; i < *count; i++) {
        int32_t number = keys_conflict(context, (*commits)[i].note);
        if (number > 0)
            return error_set(error, ERROR_FATAL,
                             "hosts of group %s have different keys with the number %d; give all "
                             "of them the same key file, or a new number to a new key (key_no, and "
                             "the old key as before_key_no)",
                             intake->settings->group, number);
    }
    return true;
}

static bool
note_stands(const KafkaCommit *commits, size_t count, const KafkaPosition *at, Text note)
{
    for (size_t i = 0; i < count; i++)
        if (commits[i].partition == at->partition && strcmp(commits[i].topic, at->topic) == 0)
            return text_equal(place_note_keys(commits[i].note), note);
    return false;
}

/*
 * Before the first record of an assignment: our note is put beside the offsets. Where our keys did not stand yet all are
 * read once more, so that of two hosts that start at once at least one sees the other.
 */
static bool agree_on_keys(Intake *intake, KafkaPosition *partitions, size_t count, Error *error)
{
    KafkaCommit *commits;
    size_t total;
    if (!intake_check_keys(intake, &commits, &total, error))
        return false;
    Text note = keys_note(sources_context(intake->sources), intake->scratch);
    bool stands = true;
    for (size_t i = 0; i < count; i++)
        stands = stands && note_stands(commits, total, &partitions[i], note);
    return kafka_consumer_commit(intake->consumer, partitions, count, true, error) &&
           (stands || intake_check_keys(intake, &commits, &total, error));
}

/* ---- assignment ---- */

static KafkaCommit *commits_of(const Intake *intake, const KafkaPosition *partitions, size_t count)
{
    KafkaCommit *commits = ARENA_ARRAY(intake->scratch, KafkaCommit, count);
    for (size_t i = 0; i < count; i++)
        commits[i] =
            (KafkaCommit){.topic = partitions[i].topic, .partition = partitions[i].partition};
    return commits;
}

/*
 * Starts where the group committed, or where a mark remembers it, with what was noted there; a partition that never was
 * read starts at its first record.
 */
static bool find_starts(
    Intake *intake, KafkaPosition *partitions, bool *read_before, size_t count, Error *error)
{
    KafkaCommit *commits = commits_of(intake, partitions, count);
    PlaceNote *notes = ARENA_ARRAY(intake->scratch, PlaceNote, count);
    if (!kafka_consumer_commits(intake->consumer, commits, count, intake->scratch, error))
        return false;
    for (size_t i = 0; i < count; i++)
        notes[i] = place_note_read(commits[i].note);
    if (!intake_recall(intake, commits, notes, count, error))
        return false;
    for (size_t i = 0; i < count; i++) {
        int64_t high;
        partitions[i].offset = commits[i].offset;
        read_before[i] = commits[i].offset != KAFKA_OFFSET_NONE;
        if (!read_before[i] && !kafka_consumer_watermarks(intake->consumer, partitions[i].topic,
                                                          partitions[i].partition,
                                                          &partitions[i].offset, &high, error))
            return false;
    }
    places_set(&intake->places, partitions, count);
    places_route(&intake->places, intake->sources);
    for (size_t i = 0; i < count; i++) {
        Place *place = &intake->places.items[i];
        place->note = notes[i];
        places_name(place, notes[i].life);
        intake_be_careful(intake, place);
        intake_tell_note(intake, place, &place->note);
    }
    return true;
}

bool intake_assigned(void *state, KafkaPosition *partitions, size_t count, Error *error)
{
    Intake *intake = state;
    bool *read_before = ARENA_ARRAY(intake->scratch, bool, count);
    bool good = find_starts(intake, partitions, read_before, count, error) &&
                agree_on_keys(intake, partitions, count, error) &&
                intake_guard(intake, read_before, partitions, error);
    arena_reset(intake->scratch);
    if (!good) {
        places_clear(&intake->places);
        return false;
    }
    backfill_hold(&intake->backfill, intake->consumer, &intake->places);
    log_event(LOG_INFO, "assigned", LOG_INT("partitions", count));
    return true;
}

/* The last commit. Without progress to be kept nobody waits for it. */
static bool give_all_back(Intake *intake, Error *error)
{
    Places *places = &intake->places;
    KafkaPosition *positions = ARENA_ARRAY(intake->scratch, KafkaPosition, places->count);
    for (size_t i = 0; i < places->count; i++) {
        Place *place = &places->items[i];
        intake_give_back(intake, place);
        positions[i] = (KafkaPosition){place->topic, place->partition, place->done};
    }
    bool good = kafka_consumer_commit(intake->consumer, positions, places->count,
                                      places_dirty(places), error);
    arena_reset(intake->scratch);
    return good;
}

void intake_revoked(void *state, const KafkaPosition *partitions, size_t count, bool lost)
{
    (void)partitions;
    Intake *intake = state;
    Error ignored = {0}; /* what is not committed will be repeated by the next owner */
    if (intake->batch.count > 0) {
        int64_t deadline = clock_monotonic_ms() + REVOKE_PATIENCE_MS;
        while (!sender_settle(&intake->sender, &ignored) && ignored.verdict == ERROR_RETRY &&
               clock_monotonic_ms() < deadline)
            error_clear(&ignored);
        batch_note_done(&intake->batch, &intake->places);
        if (!intake->batch.abandoned)
            metrics_round(&intake->batch, intake->sources);
        intake->batch.abandoned = true;
    }
    if (!lost && !give_all_back(intake, &ignored))
        log_event(LOG_WARN, "commit_failed", LOG_STRING("reason", ignored.text));
    places_clear(&intake->places);
    log_event(LOG_INFO, "revoked", LOG_INT("partitions", count), LOG_INT("lost", lost));
}

/* Gone between our look and the start: the next try finds it so, and holds the partition. */
bool intake_lost(void *state, const KafkaPosition *wanted, int64_t low, Error *error)
{
    (void)state;
    (void)low;
    return error_set(error, ERROR_RETRY, "offset %lld of %s/%d has just gone",
                     (long long)wanted->offset, wanted->topic, wanted->partition);
}
