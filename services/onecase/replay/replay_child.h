#ifndef ONECASE_SERVICES_ONECASE_REPLAY_CHILD_H
#define ONECASE_SERVICES_ONECASE_REPLAY_CHILD_H

#include "base/error.h"
#include "base/text.h"

/*
 * The matcher as a child of ours. It ends with us, however we end. What it writes is taken line by line: warnings go
 * to `said`, dead letters among them are counted, the last lines are kept for the case that it fails.
 */
typedef struct ReplayChild ReplayChild;

typedef struct ReplayChildSpec {
    const char *program;
    const char *const *settings; /* "path=value", for --set */
    size_t setting_count;
    void (*said)(void *context, Text line);
    void *context;
} ReplayChildSpec;

/* FATAL: it cannot be run. Texts of the spec outlive the call only. */
MUST_CHECK bool replay_child_start(const ReplayChildSpec *spec, ReplayChild **child, Error *error);
void replay_child_free(ReplayChild *child); /* ends it first (SIGKILL) when it runs; NULL is fine */

/* Takes what it writes, for up to `wait_ms`. False once it has ended. */
bool replay_child_listen(ReplayChild *child, int wait_ms);

/* SIGTERM, and waits while it finishes its batch, at most a minute. FATAL when it did not end well; ended by it before it could begin is well. */
MUST_CHECK bool replay_child_stop(ReplayChild *child, Error *error);

/* After it ended: how, with its last words. Always returns false. */
bool replay_child_failed(const ReplayChild *child, Error *error);

int64_t replay_child_dead_letters(const ReplayChild *child);

#endif
