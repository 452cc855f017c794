#ifndef ONECASE_INTAKE_PARTS_H
#define ONECASE_INTAKE_PARTS_H

#include "backfill.h"
#include "batch.h"
#include "intake.h"
#include "topics.h"

/* The inside of intake, shared by intake*.c only. */
typedef struct Intake {
    const IntakeSettings *settings;
    Sources *sources;
    Sources *next_sources; /* of a reload, until the batch in hand is out */
    KafkaAdmin *admin;
    KafkaConsumer *consumer;
    bool reopen_wanted;    /* a reload took topics away */
    bool subscribe_wanted; /* topics came in */
    Sender sender;
    Topics topics;
    Backfill backfill;
    Places places;
    Batch batch;
    int64_t batch_began_us; /* when it was read (monotonic) */
    Arena *scratch;         /* one question */
    uint64_t holder;        /* of partitions: this process, as no other */
    int64_t commit_due_ms;
    int64_t topics_due_ms;
    int64_t marks_due_ms; /* of all; and of those without one, */
    int64_t first_marks_due_ms;
} Intake;

/* Commits what is done and not committed yet. */
MUST_CHECK bool intake_commit(Intake *intake, bool synchronous, Error *error);
MUST_CHECK bool intake_commit_when_due(Intake *intake, Error *error);

/*
 * The notes beside all commits of our topics, ours and others': hosts share nothing else. FATAL when one names another
 * key under one of our numbers. The commits live on the scratch arena.
 */
MUST_CHECK bool
intake_check_keys(Intake *intake, KafkaCommit **commits, size_t *count, Error *error);

/* What the next commit of a place says beside its offset (place_note.h). */
void intake_tell_note(Intake *intake, const Place *place, const PlaceNote *note);

/* The place was taken over: what its note says of crashes, and that it is ours now. */
void intake_be_careful(const Intake *intake, Place *place);

/* Somebody crashed before us, so the round that is done is committed at once. */
bool intake_is_wary(const Intake *intake);

/* An orderly end: the next owner counts no crash. */
void intake_give_back(Intake *intake, Place *place);

/*
 * Before the next round of the batch: when its first record goes alone, that is committed as a note. RETRY when Kafka does not
 * answer.
 */
MUST_CHECK bool intake_note_try(Intake *intake, Error *error);

/* ---- guards (intake_guard.c) ---- */

/* Offsets and notes out of marks for partitions that have no commit; `notes` answers `commits`. */
MUST_CHECK bool
intake_recall(Intake *intake, KafkaCommit *commits, PlaceNote *notes, size_t count, Error *error);

/*
 * Compares each place that was read before with what its topic holds now. Where offsets are gone, or the topic is another
 * one, the place is held, and that is said once, in the log and beside the commit; or goes on as it was answered.
 * `starts` are where they begin to be read.
 */
MUST_CHECK bool
intake_guard(Intake *intake, const bool *read_before, KafkaPosition *starts, Error *error);

/* Asks whether somebody has held places go on. *answered: they are to be taken over anew. */
MUST_CHECK bool intake_look_for_answers(Intake *intake, bool *answered, Error *error);

/* Leaves marks of what was committed, when it is time to. */
void intake_mark_when_due(Intake *intake);

/* Hooks of the consumer. */
bool intake_assigned(void *state, KafkaPosition *partitions, size_t count, Error *error);
void intake_revoked(void *state, const KafkaPosition *partitions, size_t count, bool lost);
bool intake_lost(void *state, const KafkaPosition *wanted, int64_t low, Error *error);

#endif
