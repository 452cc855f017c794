#ifndef ONECASE_SERVICES_ONECASE_DOCTOR_OPTIONS_H
#define ONECASE_SERVICES_ONECASE_DOCTOR_OPTIONS_H

#include "source/source_options.h"

/* What the words of `onecase doctor` say; texts are of argv, the environment and the arena. */
typedef struct DoctorOptions {
    SourceOptions
        naming; /* brokers, prefix, intake's group, the folder of mappings and what lies beside it */
    const char *matcher_group;
    const char *model; /* file */
    const char
        *services; /* "intake=127.0.0.1:9101 ..."; NULL: the programs of this machine, if any */
    const char *principals; /* "intake=User:intake ..."; NULL: not known */
    const char *key_file;   /* NULL: /etc/onecase/reporter.key, if it is there */
    int64_t key_no;         /* 0: not said */
    const char *data;       /* folders, blanks between; NULL: those that the environment names */
    const char *only;       /* name of a check; NULL: all */
    bool list;
    bool rights;
    bool quiet;
    bool json;
} DoctorOptions;

#define DOCTOR_SERVICES                                                                            \
    "intake=127.0.0.1:9101 matcher=127.0.0.1:9102 relay=127.0.0.1:9103 lagwatch=127.0.0.1:9104"
#define DOCTOR_KEY_FILE "/etc/onecase/reporter.key"

/* False with the exit code in *status when there is nothing to do: wrong words, or --help. */
bool doctor_options_read(int argc, char **argv, Arena *arena, DoctorOptions *options, int *status);

#endif
