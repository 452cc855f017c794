#ifndef ONECASE_SERVICES_ONECASE_MAP_OPTIONS_H
#define ONECASE_SERVICES_ONECASE_MAP_OPTIONS_H

#include "base/text.h"

/* What the words of `onecase map` say; texts are of argv or of the environment. */
typedef struct MapOptions {
    const char *file;    /* the mapping */
    const char *records; /* "-": stdin */
    const char *topic;   /* of --from, without the prefix; NULL: records out of a file */
    const char *since;   /* as given; NULL: an hour ago */
    int64_t since_us;    /* the same as a moment; 0: from the beginning */
    const char *against; /* another mapping file, or NULL */
    int64_t at_us;       /* Kafka time stamp of the records of a file; 0: none */
    int64_t limit;       /* records at most; 0: all */
    const char *prefix;
    const char *brokers;
    const char *regions; /* NULL: ../regions.cfg beside the folder of `file` */
    const char *words;   /* NULL: ../model/words beside the folder of `file` */
    bool json;
} MapOptions;

enum { MAP_STOPPED = 75 }; /* exit code: told to stop before the end */

/* False with the exit code in *status when there is nothing to do: wrong words, or --help. */
bool map_options_read(int argc, char **argv, MapOptions *options, int *status);

#endif
