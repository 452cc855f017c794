#ifndef ONECASE_INTAKE_BACKFILL_H
#define ONECASE_INTAKE_BACKFILL_H

#include "places.h"

#include "adapters/kafka_admin.h"
#include "adapters/kafka_consumer.h"

/*
 * The gate of guests: history (T.backfill) and dead letters that were released (onecase.redrive). It stands open only while
 * everything live is read (this member's partitions) and the matcher is less than BACKFILL_LAG_MAX records behind on
 * onecase.report, and lets through no more than the matcher has room for until the next look. Looks about once a second, but not
 * while it stands open and no guest has come since the last look; said in the log once for each change.
 */
enum { BACKFILL_LAG_MAX = 1000 };

typedef enum BackfillState {
    BACKFILL_NONE, /* nothing to read */
    BACKFILL_GOING,
    BACKFILL_WAITS
} BackfillState;

typedef struct Backfill {
    const IntakeSettings *settings;
    KafkaAdmin *admin;      /* the caller's */
    KafkaConsumer *matcher; /* of the matcher's group, without joining it; NULL: not needed yet */
    const char *report_topic;
    int32_t report_partitions; /* 0: not asked yet */
    bool concerned;            /* there are guests among our partitions */
    bool open;
    bool took;      /* guests have come since the last look */
    int64_t room;   /* records that may still come before the next look */
    int64_t due_ms; /* of the next look; 0: at once */
    int64_t looked_ms;
    int64_t waits_since_ms; /* 0: it does not */
    BackfillState said;
} Backfill;

void backfill_init(Backfill *backfill,
                   const IntakeSettings *settings,
                   KafkaAdmin *admin,
                   const char *report_topic);
void backfill_done(Backfill *backfill); /* frees */

/* Partitions are ours now, before one record of them: guests are held. Also when sources are new. */
void backfill_hold(Backfill *backfill, KafkaConsumer *consumer, const Places *places);

/* Looks when it is time, and opens or closes the gate. A question that nobody answers closes it. */
void backfill_steer(Backfill *backfill, KafkaConsumer *consumer, const Places *places);

/* Records on onecase.report that came of guests. */
void backfill_took(Backfill *backfill, size_t records);

/* How long may be waited for records until the next look, in ms. */
int backfill_wait_ms(const Backfill *backfill, int wait_ms);

#endif
