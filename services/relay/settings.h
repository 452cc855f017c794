#ifndef ONECASE_RELAY_SETTINGS_H
#define ONECASE_RELAY_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

/* What main.c's tables fill; meanings stand there. */
typedef struct RelaySettings {
    const char *brokers;
    const char *conninfo;
    const char *topic_prefix;
    int64_t batch_max;
    int64_t poll_ms;
    int64_t tick_s; /* 0: none */
    int64_t keep_days;
    int64_t takeover_ms;
    const char *http; /* "off": no pages */
    const char *log_level;
    bool from_end;
} RelaySettings;

#endif
