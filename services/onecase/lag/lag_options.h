#ifndef ONECASE_SERVICES_ONECASE_LAG_OPTIONS_H
#define ONECASE_SERVICES_ONECASE_LAG_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/* What `onecase lag` was asked. Texts are views of argv and the environment. */
typedef struct LagOptions {
    const char *lagwatch; /* its address: http://HOST:PORT, no slash at the end */
    bool direct;          /* measured here, lagwatch is not asked */
    bool exact;           /* one look is all: counts of now, no verdict over time */
    const char *brokers;
    /* One of these must be a broker of a lagwatch that nobody named on the command line. */
    bool same_brokers;
    const char *prefix;
    const char *group; /* of intake */
    const char *matcher_group;
    const char *sources; /* folder */
    int64_t wait_ms;     /* between the first and the last look of a measurement */
    int64_t max;         /* messages; INT64_MAX: no limit */
    bool all;
    bool json;
    bool verdict;
    const char *verdict_of; /* group or program; NULL: the whole hub */
    bool watch;
    int64_t watch_ms; /* between two pictures */
} LagOptions;

/* False with the exit code in *status when there is nothing to do: wrong words, said on stderr, or --help. */
bool lag_options_read(int argc, char **argv, LagOptions *options, int *status);

#endif
