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
    Arena *scratch; /* one question */
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

/* Hooks of the consumer. */
bool intake_assigned(void *state, KafkaPosition *partitions, size_t count, Error *error);
void intake_revoked(void *state, const KafkaPosition *partitions, size_t count, bool lost);
bool intake_lost(void *state, const KafkaPosition *wanted, int64_t low, Error *error);

#endif
