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
    Arena *scratch;  /* one question */
    uint64_t holder; /* of partitions: this process, as no other */
    int64_t commit_due_ms;
    int64_t topics_due_ms;
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

/* Hooks of the consumer. */
bool intake_assigned(void *state, KafkaPosition *partitions, size_t count, Error *error);
void intake_revoked(void *state, const KafkaPosition *partitions, size_t count, bool lost);
bool intake_lost(void *state, const KafkaPosition *wanted, int64_t low, Error *error);

#endif
