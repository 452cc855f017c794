#ifndef ONECASE_SERVICES_MATCHER_MATCHER_H
#define ONECASE_SERVICES_MATCHER_MATCHER_H

#include "base/error.h"
#include "base/text.h"

/* What main.c's table fills; meanings stand there. */
typedef struct MatcherSettings {
    const char *brokers;
    const char *conninfo;
    const char *group;
    const char *owner;
    const char *topic_prefix;
    const char *model;
    int64_t batch_max;
    int64_t linger_ms;
    int64_t session_ms;
    int64_t statement_ms;
    bool silent;
    const char *http; /* "off": no pages */
    const char *log_level;
} MatcherSettings;

/* The functions of a ServiceSpec (adapters/service.h); `settings` are MatcherSettings, `state` is a matcher. */
bool matcher_check(const void *settings, Arena *arena, TextList *faults);
bool matcher_open(const void *settings, void **state, Error *error);
bool matcher_step(void *state, Error *error);
void matcher_idle(void *state, int wait_ms);
void matcher_close(void *state);

#endif
