#ifndef ONECASE_SERVICES_MATCHER_MATCHER_H
#define ONECASE_SERVICES_MATCHER_MATCHER_H

#include "adapters/service.h"

typedef struct MatcherSettings {
    const char *brokers;
    const char *conninfo;
    const char *group;
    const char *owner;
    const char *topic_prefix;
    const char *model;
    int64_t batch_max;
    int64_t linger_ms;
    const char *log_level;
} MatcherSettings;

/* For service_run: the settings' table, and the life of a matcher. */
extern const ServiceSpec MATCHER_SERVICE;

#endif
