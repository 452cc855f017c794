#ifndef ONECASE_SERVICES_ONECASE_DLQ_OPTIONS_H
#define ONECASE_SERVICES_ONECASE_DLQ_OPTIONS_H

#include "base/text.h"

/* What the words of `onecase dlq SUBCOMMAND` say; texts are of argv or of the environment. */
typedef struct DlqOptions {
    const char *subcommand;
    TextList origins; /* topic/partition/offset#item */
    TextList groups;
    const char *source;
    const char *stage;
    const char *rule;
    const char *state; /* NULL: what needs somebody */
    int64_t since_us;  /* received from then on; 0: always */
    int64_t until_us;  /* received before; 0: no end */
    int64_t limit;     /* of list: groups or letters shown */
    bool each;
    bool json;
    bool raw;
    const char *reason;
    const char *out;
    const char *sources;
    const char *regions;
    const char *words;
    bool yes;
    bool all;   /* also those that would fail */
    bool again; /* also released ones, which are written once more */
    int64_t wait_ms;
    const char *prefix;
    const char *brokers;
} DlqOptions;

/*
 * argv begins with the subcommand. False with the exit code in *status when there is nothing to do: wrong words, said on
 * stderr, or --help.
 */
bool dlq_options_read(int argc, char **argv, Arena *arena, DlqOptions *options, int *status);

/* Whether a group or filter was given. */
bool dlq_options_narrow(const DlqOptions *options);

/* Printed by `onecase dlq --help`. */
extern const char DLQ_USAGE[];

#endif
