/*
 * Whether what is read next follows what was read last. Kafka resumes silently where it should not: behind offsets that
 * retention took, in a topic that was deleted and made anew under its name, behind an end that was lost.
 *
 *   committed, or remembered ─► below what is there ......................... held: lost
 *                            ─► behind the end, or another record stands there held: anew
 *                            ─► else .......................................... read on
 *   held ─► answered by `onecase source resume` for this very gap ............. read on as it says; the first record tells
 *
 * Other partitions are read meanwhile.
 */
#include "intake_parts.h"

#include "base/clock.h"
#include "base/log.h"

#include "domain/place_answer.h"
#include "domain/place_mark.h"
#include "domain/record_loss.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MARK_MS = 10 * 60 * 1000, /* of what has moved */
    FIRST_MARKS_MS = 2000,    /* of those without one, together */
    MARK_AGAIN_MS =
        24 * 3600 * 1000 /* Kafka forgets commits of a group without members after days */
};

static const char *answer_group(const Intake *intake)
{
    return text_format(intake->scratch, "%s.resume", intake->settings->group).data;
}

/* ---- marks ---- */

/* The texts beside all partitions of onecase.report. */
static bool read_marks(Intake *intake, KafkaCommit **marks, size_t *count, Error *error)
{
    KafkaTopic topic = {.name = intake->sender.report_topic};
    if (!kafka_admin_topic(intake->admin, &topic, error))
        return false;
    *count = (size_t)topic.partitions;
    *marks = ARENA_ARRAY(intake->scratch, KafkaCommit, *count);
    for (size_t i = 0; i < *count; i++)
        (*marks)[i] = (KafkaCommit){.topic = topic.name, .partition = (int32_t)i};
    return kafka_admin_group_commits(intake->admin, answer_group(intake), *marks, *count,
                                     intake->scratch, error);
}

bool intake_recall(
    Intake *intake, KafkaCommit *commits, PlaceNote *notes, size_t count, Error *error)
{
    KafkaCommit *marks = NULL;
    size_t mark_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (commits[i].offset != KAFKA_OFFSET_NONE)
            continue;
        if (marks == NULL && !read_marks(intake, &marks, &mark_count, error))
            return false;
        Text topic = text_from(commits[i].topic);
        if (mark_count > 0 &&
            place_mark_find(marks[place_mark_slot(topic, (int32_t)mark_count)].note, topic,
                            commits[i].partition, &notes[i]))
            commits[i].offset = notes[i].last_offset + 1;
    }
    return true;
}

static bool to_be_marked(const Intake *intake, const Place *place, int64_t now)
{
    bool ready = place->note.gap == PLACE_NO_GAP && place->note.last_offset >= 0 &&
                 place->done == place->committed;
    bool moved = place->marked != place->note.last_offset;
    return ready && (place->marked < 0 || (moved && now >= intake->marks_due_ms) ||
                     now - place->marked_ms >= MARK_AGAIN_MS);
}

/* What others have written there since is kept; who writes at the same moment is marked again later. */
static bool write_marks(Intake *intake, int64_t now, Error *error)
{
    KafkaCommit *marks;
    size_t count;
    if (!read_marks(intake, &marks, &count, error))
        return false;
    KafkaCommit *changed = ARENA_ARRAY(intake->scratch, KafkaCommit, count);
    bool *touched = ARENA_ARRAY(intake->scratch, bool, count);
    for (size_t i = 0; count > 0 && i < intake->places.count; i++) {
        const Place *place = &intake->places.items[i];
        Text topic = text_from(place->topic);
        int32_t slot = place_mark_slot(topic, (int32_t)count);
        if (!to_be_marked(intake, place, now))
            continue;
        marks[slot].note = place_mark_put(marks[slot].note, topic, place->partition, &place->note,
                                          intake->scratch);
        touched[slot] = true;
    }
    size_t changed_count = 0;
    for (size_t i = 0; i < count; i++)
        if (touched[i]) {
            marks[i].offset = 0;
            changed[changed_count++] = marks[i];
        }
    return kafka_admin_group_commit(intake->admin, answer_group(intake), changed, changed_count,
                                    error);
}

void intake_mark_when_due(Intake *intake)
{
    int64_t now = clock_monotonic_ms();
    bool any = false;
    if (now < intake->first_marks_due_ms)
        return;
    for (size_t i = 0; i < intake->places.count; i++)
        any = any || to_be_marked(intake, &intake->places.items[i], now);
    if (!any)
        return;
    Error error = {0};
    bool good = write_marks(intake, now, &error);
    for (size_t i = 0; good && i < intake->places.count; i++) {
        Place *place = &intake->places.items[i];
        if (to_be_marked(intake, place, now)) {
            place->marked = place->note.last_offset;
            place->marked_ms = now;
        }
    }
    if (good)
        log_event(LOG_DEBUG, "marked", LOG_INT("partitions", intake->places.count));
    else
        log_event(LOG_WARN, "mark_failed", LOG_STRING("reason", error.text));
    intake->first_marks_due_ms = now + (good ? FIRST_MARKS_MS : MARK_MS);
    if (now >= intake->marks_due_ms)
        intake->marks_due_ms = now + MARK_MS;
    arena_reset(intake->scratch);
}

/* ---- gaps ---- */

/* What the broker has of a partition now. */
typedef struct Extent {
    int64_t low;
    int64_t high;
} Extent;

static bool find_extents(Intake *intake, Extent *extents, Error *error)
{
    const Places *places = &intake->places;
    KafkaPosition *lows = ARENA_ARRAY(intake->scratch, KafkaPosition, places->count);
    KafkaPosition *highs = ARENA_ARRAY(intake->scratch, KafkaPosition, places->count);
    for (size_t i = 0; i < places->count; i++)
        lows[i] = highs[i] = (KafkaPosition){places->items[i].topic, places->items[i].partition, 0};
    if (!kafka_admin_beginnings(intake->admin, lows, places->count, error) ||
        !kafka_admin_ends(intake->admin, highs, places->count, error))
        return false;
    for (size_t i = 0; i < places->count; i++)
        extents[i] = (Extent){lows[i].offset, highs[i].offset};
    return true;
}

/* By where the topic begins and ends. */
static void judge_extent(Place *place, Extent extent)
{
    place->note.gap = PLACE_NO_GAP;
    if (place->committed > extent.high)
        place->note.gap = PLACE_ANEW;
    else if (place->committed < extent.low)
        place->note.gap = PLACE_LOST;
    place->note.gap_first = place->committed;
    place->note.gap_last = extent.low - 1;
}

/* Whether the record that was done last is still the one that stands there. What is gone says nothing. */
static bool
compare_last(Intake *intake, const bool *read_before, const Extent *extents, Error *error)
{
    Places *places = &intake->places;
    size_t count = 0;
    KafkaPosition *last = ARENA_ARRAY(intake->scratch, KafkaPosition, places->count);
    KafkaCopy *copies = ARENA_ARRAY(intake->scratch, KafkaCopy, places->count);
    Place **asked = ARENA_ARRAY(intake->scratch, Place *, places->count);
    for (size_t i = 0; i < places->count; i++) {
        Place *place = &places->items[i];
        if (!read_before[i] || place->note.gap == PLACE_ANEW ||
            place->note.last_offset < extents[i].low)
            continue;
        asked[count] = place;
        last[count++] = (KafkaPosition){place->topic, place->partition, place->note.last_offset};
    }
    if (!kafka_admin_records_at(intake->admin, last, count, intake->scratch, copies, error))
        return false;
    for (size_t i = 0; i < count; i++)
        if (copies[i].offset == last[i].offset &&
            place_note_print(copies[i].timestamp_us / 1000, copies[i].key, copies[i].value) !=
                asked[i]->note.last_print)
            asked[i]->note.gap = PLACE_ANEW;
    return true;
}

/* Gaps into the notes. cleared[i]: there was one, and is not any more. */
static bool
find_gaps(Intake *intake, const bool *read_before, Extent *extents, bool *cleared, Error *error)
{
    Places *places = &intake->places;
    if (!find_extents(intake, extents, error))
        return false;
    for (size_t i = 0; i < places->count; i++) {
        cleared[i] = places->items[i].note.gap != PLACE_NO_GAP;
        if (read_before[i])
            judge_extent(&places->items[i], extents[i]);
    }
    if (!compare_last(intake, read_before, extents, error))
        return false;
    for (size_t i = 0; i < places->count; i++)
        cleared[i] = cleared[i] && places->items[i].note.gap == PLACE_NO_GAP;
    return true;
}

static void say_held(const Place *place)
{
    enum { REASON_SIZE = 600 };
    char reason[REASON_SIZE];
    const PlaceNote *note = &place->note;
    if (note->gap == PLACE_LOST)
        snprintf(reason, sizeof(reason),
                 "offsets %" PRId64 " to %" PRId64 " went before they were read (retention); the "
                 "partition waits: `onecase source resume %s %d` shows it and has it go on",
                 note->gap_first, note->gap_last, place->topic, place->partition);
    else
        snprintf(reason, sizeof(reason),
                 "the topic is not the one that was read up to offset %" PRId64
                 ": it was made anew, or lost its end; the partition waits: restore the topic, or "
                 "`onecase source resume %s %d` shows it and has it go on",
                 note->gap_first, place->topic, place->partition);
    log_event(LOG_ERROR, "held", LOG_STRING("topic", place->topic),
              LOG_INT("partition", place->partition), LOG_INT("offset", note->gap_first),
              LOG_STRING("reason", reason));
}

/* ---- answers ---- */

/* What was committed for places with a gap, in their order; the others' are empty. */
static bool ask_answers(Intake *intake, KafkaCommit **answers, Error *error)
{
    size_t count = 0;
    KafkaCommit *asked = ARENA_ARRAY(intake->scratch, KafkaCommit, intake->places.count);
    *answers = ARENA_ARRAY(intake->scratch, KafkaCommit, intake->places.count);
    for (size_t i = 0; i < intake->places.count; i++) {
        const Place *place = &intake->places.items[i];
        if (place->note.gap != PLACE_NO_GAP)
            asked[count++] = (KafkaCommit){.topic = place->topic, .partition = place->partition};
    }
    if (!kafka_admin_group_commits(intake->admin, answer_group(intake), asked, count,
                                   intake->scratch, error))
        return false;
    count = 0;
    for (size_t i = 0; i < intake->places.count; i++)
        if (intake->places.items[i].note.gap != PLACE_NO_GAP)
            (*answers)[i] = asked[count++];
    return true;
}

bool intake_look_for_answers(Intake *intake, bool *answered, Error *error)
{
    KafkaCommit *answers;
    bool any = false;
    *answered = false;
    for (size_t i = 0; i < intake->places.count; i++)
        any = any || intake->places.items[i].held;
    if (!any)
        return true;
    bool good = ask_answers(intake, &answers, error);
    for (size_t i = 0; good && i < intake->places.count; i++) {
        const PlaceAnswer answer = place_answer_read(answers[i].note);
        *answered = *answered || (intake->places.items[i].held &&
                                  place_answer_fits(&answer, &intake->places.items[i].note));
    }
    arena_reset(intake->scratch);
    return good;
}

/* Whether it answers this very gap, and can be followed. */
static bool fits(const Place *place, const PlaceAnswer *answer, Extent extent)
{
    return place_answer_fits(answer, &place->note) &&
           (!answer->same || (place->committed >= extent.low && place->committed <= extent.high));
}

/* What is lost is told by the first record that comes. */
static void keep_told(Intake *intake, Place *place, const PlaceAnswer *answer)
{
    bool anew = answer->gap == PLACE_ANEW;
    const RecordLoss loss = {
        .reason = anew ? TEXT("recreated") : TEXT("retention"),
        .topic = text_from(place->name),
        .partition = place->partition,
        .first = answer->gap_first,
        .last = anew ? -1 : answer->gap_last,
        .by = answer->by,
        .why = answer->why,
    };
    Text told = record_loss_write(&loss, intake->scratch);
    place->told = strndup(told.data, told.size);
    if (place->told == NULL)
        abort();
}

/*
 * Goes on as it was answered; returns from where. The note stays as it is until the first record is done, so that whoever
 * takes the partition over before that finds the same gap and the same answer.
 */
static int64_t follow(Intake *intake, Place *place, const KafkaCommit *commit, Extent extent)
{
    const PlaceAnswer answer = place_answer_read(commit->note);
    int64_t start = answer.same ? place->committed : extent.low;
    if (!answer.same) {
        keep_told(intake, place, &answer);
        place->expected = start; /* what is told as lost is not skipped besides */
    }
    if (answer.gap == PLACE_ANEW && !answer.same)
        places_name(place, place->note.life + 1);
    log_state(LOG_WARN, "goes_on", LOG_STRING("topic", place->topic),
              LOG_INT("partition", place->partition), LOG_INT("offset", start),
              LOG_STRING("lost", place->told != NULL ? place->told : "nothing"));
    return start;
}

/* ---- the guard ---- */

/*
 * What is held is committed as it stands, so that its note shows why; so is what was held and is not any more. It is said when the note
 * stands: whoever reads it finds the partition held.
 */
static bool commit_held(Intake *intake, const bool *cleared, Error *error)
{
    size_t count = 0;
    KafkaPosition *held = ARENA_ARRAY(intake->scratch, KafkaPosition, intake->places.count);
    for (size_t i = 0; i < intake->places.count; i++) {
        const Place *place = &intake->places.items[i];
        if (!place->held && !cleared[i])
            continue;
        intake_tell_note(intake, place, &place->note);
        held[count++] = (KafkaPosition){place->topic, place->partition, place->committed};
        if (place->held)
            kafka_consumer_hold(intake->consumer, place->topic, place->partition, true);
    }
    if (count > 0 && !kafka_consumer_commit(intake->consumer, held, count, true, error))
        return false;
    for (size_t i = 0; i < intake->places.count; i++)
        if (intake->places.items[i].held)
            say_held(&intake->places.items[i]);
    return true;
}

bool intake_guard(Intake *intake, const bool *read_before, KafkaPosition *starts, Error *error)
{
    bool any = false;
    KafkaCommit *answers = NULL;
    Extent *extents = ARENA_ARRAY(intake->scratch, Extent, intake->places.count);
    bool *cleared = ARENA_ARRAY(intake->scratch, bool, intake->places.count);
    if (!find_gaps(intake, read_before, extents, cleared, error))
        return false;
    for (size_t i = 0; i < intake->places.count; i++)
        any = any || intake->places.items[i].note.gap != PLACE_NO_GAP;
    if (any && !ask_answers(intake, &answers, error))
        return false;
    for (size_t i = 0; any && i < intake->places.count; i++) {
        Place *place = &intake->places.items[i];
        if (place->note.gap == PLACE_NO_GAP)
            continue;
        const PlaceAnswer answer = place_answer_read(answers[i].note);
        place->held = !fits(place, &answer, extents[i]);
        starts[i].offset =
            place->held ? extents[i].low : follow(intake, place, &answers[i], extents[i]);
    }
    return commit_held(intake, cleared, error);
}
