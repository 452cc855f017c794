#ifndef ONECASE_ADAPTERS_MAPPING_FILE_H
#define ONECASE_ADAPTERS_MAPPING_FILE_H

#include "base/error.h"

#include "domain/mapping.h"
#include "domain/mapping_finding.h"

/*
 * Mapping files (libconfig) into mappings. Reads the file, its code tables and word lists; checks
 * everything the language asks for and notes every mistake with file and line, in one run.
 */
typedef struct MappingFileOptions {
    const char *words_folder;   /* NULL: ../model/words beside the folder of the mapping file */
    const RegionTable *regions; /* NULL: regions are not checked */
} MappingFileOptions;

/*
 * The mapping of one file, on the arena (and so are the findings); NULL when a finding is an error. The arena must
 * outlive the mapping.
 */
const Mapping *mapping_file_load(const char *path,
                                 const MappingFileOptions *options,
                                 Arena *arena,
                                 MappingFindings *findings);

/* The same out of a text that is at hand; `path` says where it would lie: for findings and for the files it names. */
const Mapping *mapping_file_load_text(const char *path,
                                      Text content,
                                      const MappingFileOptions *options,
                                      Arena *arena,
                                      MappingFindings *findings);

/*
 * Several files, which also may not share a source or a topic. `mappings` gets one entry a file, NULL for a file that
 * cannot be used. True when no finding is an error. Findings come out sorted.
 */
MUST_CHECK bool mapping_file_load_all(TextList paths,
                                      const MappingFileOptions *options,
                                      Arena *arena,
                                      const Mapping **mappings,
                                      MappingFindings *findings);

/* The paths of a folder's *.cfg files, sorted by name. FATAL when the folder cannot be read. */
MUST_CHECK bool mapping_file_list(const char *folder, Arena *arena, TextList *paths, Error *error);

/* The file the mapping was loaded from, as given. */
Text mapping_file_path(const Mapping *mapping);

/* The folder of the mapping's tests, ready to open; absent when it names none. */
Text mapping_file_tests(const Mapping *mapping, Arena *arena);

/*
 * The files that the mapping names beside itself, ready to open, each once, on the arena: code tables and what @include
 * brings in. All lie at a path relative to the mapping's folder. Not the tests, and not the word lists of the model.
 */
TextList mapping_file_parts(const Mapping *mapping, Arena *arena);

/* A whole file of at most 16 MiB, on the arena. REJECT when it cannot be read. */
MUST_CHECK bool mapping_file_read(Text path, Arena *arena, Text *content, Error *error);

#endif
