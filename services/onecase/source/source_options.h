#ifndef ONECASE_SERVICES_ONECASE_SOURCE_OPTIONS_H
#define ONECASE_SERVICES_ONECASE_SOURCE_OPTIONS_H

#include "base/text.h"

/* What the words of `onecase source add` and `onecase source list` say; texts are of argv, the environment, the arena. */
typedef struct SourceOptions {
    const char *file; /* of add */
    const char *sources;
    const char *regions; /* NULL: ../regions.cfg beside `sources` */
    const char *words;   /* NULL: ../model/words beside `sources` */
    const char *topics;  /* NULL: ../topics.cfg beside `sources`, if it is there */
    const char *prefix;
    const char *group; /* intake's */
    const char *brokers;
    int64_t partitions; /* of topics that are made; 0: as topics.cfg says, else SOURCE_PARTITIONS */
    const char *pid_file; /* of intake, or NULL */
    const char *command;  /* of --reload, or NULL */
    bool no_reload;
    int64_t wait_ms; /* for the first record; -1: not said */
    bool replace;
    bool dry_run;
    bool json;
} SourceOptions;

enum { SOURCE_PARTITIONS = 3, SOURCE_WAIT_MS = 60000 };
enum { SOURCE_BUSY = 75 }; /* exit code: another one is at work; run again */

/* False with the exit code in *status when there is nothing to do: wrong words, or --help. */
bool source_options_read_add(
    int argc, char **argv, Arena *arena, SourceOptions *options, int *status);
bool source_options_read_list(
    int argc, char **argv, Arena *arena, SourceOptions *options, int *status);

#endif
