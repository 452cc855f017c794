#ifndef ONECASE_SERVICES_ONECASE_SEND_OPTIONS_H
#define ONECASE_SERVICES_ONECASE_SEND_OPTIONS_H

#include "base/encoding.h"

/* What the words of `onecase send` say; texts are of argv or of the environment. */
typedef enum SendFormat { SEND_AUTO, SEND_LINES, SEND_ARRAY, SEND_CSV } SendFormat;

typedef struct SendOptions {
    const char *file; /* "-": stdin */
    const char *source;
    const char *topic; /* NULL: the feed's only one */
    const char *sources;
    const char *regions; /* NULL: ../regions.cfg beside `sources` */
    const char *words;   /* NULL: ../model/words beside `sources` */
    const char *prefix;
    const char *brokers;
    SendFormat format;
    char separator; /* 0: seen from the header */
    Encoding encoding;
    int64_t rate; /* records a second; 0: as fast as Kafka takes them */
    bool dry_run;
    bool strict;
    bool backfill;
    bool keep;
    bool from_start;
    bool json;
} SendOptions;

enum {
    SEND_STOPPED = 75
}; /* exit code: told to stop before the end, or busy; run again to go on */

/* False with the exit code in *status when there is nothing to do: wrong words, or --help. */
bool send_options_read(int argc, char **argv, SendOptions *options, int *status);

const char *send_format_name(SendFormat format);

#endif
