#ifndef ONECASE_SERVICES_ONECASE_SOURCE_RELOAD_H
#define ONECASE_SERVICES_ONECASE_SOURCE_RELOAD_H

#include "source_options.h"

/* How intake is told to read its mappings again. */
typedef struct SourceReload {
    enum { SOURCE_RELOAD_NONE, SOURCE_RELOAD_SIGNAL, SOURCE_RELOAD_COMMAND } how;
    int64_t pid;         /* SIGNAL; checked to be a running intake that may be signalled */
    const char *command; /* COMMAND; NONE: the one to run by hand */
} SourceReload;

/*
 * Looks before anything is changed. False, said on stderr, with the exit code in *status: no running intake stands in the
 * pid file, or it may not be signalled.
 */
bool source_reload_find(const SourceOptions *options,
                        Arena *arena,
                        SourceReload *reload,
                        int *status);

/* Does it. False, said on stderr: it failed. */
bool source_reload_do(const SourceReload *reload);

#endif
