#ifndef ONECASE_SERVICES_ONECASE_SOURCE_FILES_H
#define ONECASE_SERVICES_ONECASE_SOURCE_FILES_H

#include "source_check.h"

/* A file that belongs to a mapping, and what stands at its place in the folder of mappings. */
typedef struct SourceFile {
    Text name; /* below the folder; the mapping itself is the first of all */
    Text content;
    enum { SOURCE_FILE_NEW, SOURCE_FILE_THERE, SOURCE_FILE_DIFFERS } state;
} SourceFile;

typedef struct SourceFiles {
    SourceFile *items;
    size_t count;
    size_t capacity;
    size_t to_copy;   /* not there, or different */
    size_t different; /* of these */
    Text before;      /* version of the mapping that is to be replaced; absent: none */
    TextList stale;   /* below the folder: tests of the mapping before that go with it */
} SourceFiles;

/*
 * What is to be put where; everything is read here, on the arena. False, said on stderr, with the exit code in *status:
 * another file is there and --replace was not said, or a file would lie outside the folder or change for another
 * mapping too.
 */
bool source_files_plan(const SourceOptions *options,
                       const SourceSet *set,
                       Arena *arena,
                       SourceFiles *files,
                       int *status);

#endif
