#ifndef ONECASE_INTAKE_TOPICS_H
#define ONECASE_INTAKE_TOPICS_H

#include "sources.h"

#include "adapters/kafka_admin.h"
#include "adapters/kafka_consumer.h"

/*
 * The topics that are read now: those that mapping files name (there or not), those that fit a pattern, the
 * T.backfill of each, and onecase.redrive. Grows as topics appear; shrinks only when the sources change.
 */
typedef struct Topic {
    const char *name;
    int32_t partitions; /* as last seen; 0: not there */
    bool named;         /* in a mapping file, so it is waited for */
} Topic;

typedef struct Topics {
    Arena *arena;
    Topic *items;
    size_t count;
    size_t capacity;
    TextList refused; /* patterns of two mappings fit; said once */
    size_t missing;   /* named ones that are not there; SIZE_MAX: not looked yet */
} Topics;

void topics_init(Topics *topics);
void topics_done(Topics *topics); /* frees */

/*
 * Follows new sources: what they name comes in, what they do not read any more goes. *gone: something went, *came:
 * something came.
 */
void topics_follow(Topics *topics, const Sources *sources, bool *gone, bool *came);

/*
 * Compares with what the cluster has, and says in the log, once for each change, what is missing, found or refused.
 * True when something came in.
 */
bool topics_look(Topics *topics, const Sources *sources, const KafkaTopic *there, size_t count);

/* For a subscription; views that live until the next follow or look, on the arena. */
const char **topics_names(const Topics *topics, Arena *arena);

/* All partitions of these topics, on the arena. */
KafkaCommit *topics_partitions(const Topics *topics, Arena *arena, size_t *count);

#endif
