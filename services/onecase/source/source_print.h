#ifndef ONECASE_SERVICES_ONECASE_SOURCE_PRINT_H
#define ONECASE_SERVICES_ONECASE_SOURCE_PRINT_H

#include "source_files.h"
#include "source_reload.h"
#include "source_wait.h"

/* Everything `onecase source add` found and did. */
typedef struct SourceRun {
    const SourceOptions *options;
    Arena *arena;
    SourceSet set;
    SourceFiles files;
    SourceTopics topics;
    TextList access;
    SourceReload reload;
    bool current;        /* records are mapped by this version already */
    SourceRecord latest; /* then: the latest of them */
    SourceOutcome outcome;
} SourceRun;

/* As lines for people, each when it is so; nothing with --json. In the order of the work. */
void source_print_files(const SourceRun *run);
void source_print_topics(const SourceRun *run);
void source_print_starts(const SourceRun *run);
void source_print_access(const SourceRun *run);
void source_print_reload(const SourceRun *run);
void source_print_waiting(const SourceRun *run);
void source_print_outcome(const SourceRun *run);

/* What kind a record is and where it went, in one line without a value of it but its number. */
Text source_print_record(const SourceRecord *record, Text source, Arena *arena);

#endif
