#ifndef ONECASE_INTAKE_SETTINGS_H
#define ONECASE_INTAKE_SETTINGS_H

#include <stdint.h>

/* What main.c's table fills; meanings stand there. */
typedef struct IntakeSettings {
    const char *brokers;
    const char *group;
    const char *matcher_group;
    const char *topic_prefix;
    const char *sources;
    const char *words;
    const char *regions;
    const char *key_file;
    int64_t key_no;
    const char *before_key_file; /* "": none */
    int64_t before_key_no;       /* 0: none */
    int64_t in_flight_max;
    int64_t commit_interval_ms;
    int64_t topics_interval_ms;
    int64_t queue_kbytes;
    int64_t session_ms;
    const char *http; /* "off": no pages */
    const char *log_level;
} IntakeSettings;

#endif
