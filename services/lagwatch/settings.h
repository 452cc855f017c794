#ifndef ONECASE_LAGWATCH_SETTINGS_H
#define ONECASE_LAGWATCH_SETTINGS_H

#include <stdint.h>

/* What main.c's table fills; meanings stand there. */
typedef struct LagwatchSettings {
    const char *brokers;
    const char *conninfo;
    const char *topic_prefix;
    const char *sources;
    const char *intake_group;
    const char *matcher_group;
    const char *groups;
    const char *cluster;
    int64_t cycle_ms;
    const char *services;
    const char *state_file; /* "": none */
    int64_t late_ms;
    int64_t stalled_ms;
    int64_t stopped_ms;
    int64_t at_risk_ms;
    int64_t window_ms;
    int64_t rewound_ms;
    int64_t freshness_ms;
    int64_t limit_ms;
    const char *http;
    const char *log_level;
} LagwatchSettings;

#endif
