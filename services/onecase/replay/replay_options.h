#ifndef ONECASE_SERVICES_ONECASE_REPLAY_OPTIONS_H
#define ONECASE_SERVICES_ONECASE_REPLAY_OPTIONS_H

#include <stdbool.h>

/* What the command line of `onecase replay` said. */
typedef struct ReplayOptions {
    const char *into; /* connection string of the database to fill, without a password */
    const char *brokers;
    const char *prefix;
    const char *model;   /* NULL: the matcher's own default */
    const char *matcher; /* NULL: beside this program */
    bool resume;
    bool restored;
    bool from_what_is_left;
    bool compare;
    bool json;
} ReplayOptions;

/* False with the exit code in *status when there is nothing to do. */
bool replay_options_read(int argc, char **argv, ReplayOptions *options, int *status);

#endif
