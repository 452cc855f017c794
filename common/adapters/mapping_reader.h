#ifndef ONECASE_ADAPTERS_MAPPING_READER_H
#define ONECASE_ADAPTERS_MAPPING_READER_H

#include "base/text.h"

#include "domain/mapping_finding.h"
#include "domain/mapping_language.h"
#include "domain/mapping_pointer.h"

#include <libconfig.h>

/*
 * Reading settings of a mapping file with every mistake noted and none fatal: a reader answers what it could read
 * and leaves a finding for what it could not. Used by mapping_file.c and its parts only.
 */
typedef struct MappingReader {
    Arena *arena;
    MappingFindings *findings;
    Text file;   /* as given: for findings */
    Text folder; /* with a '/' at the end, or empty */
} MappingReader;

int reader_line(const config_setting_t *setting);
const char *reader_type(const config_setting_t *setting); /* "an integer", "text", "a group", ... */

#define READER_FINDING(reader, rule, line, ...)                                                    \
    mapping_finding((reader)->findings, (rule), (reader)->file, (line), __VA_ARGS__)

/* The same without a rule, for files of the model. */
#define READER_ERROR(reader, line, ...)                                                            \
    mapping_finding_error((reader)->findings, (reader)->file, (line), __VA_ARGS__)

/* Notes every member of the group that is not in `known`, with the nearest known one; `where` names the group. */
void reader_check_keys(MappingReader *reader,
                       const config_setting_t *group,
                       const char *where,
                       const char *const *known,
                       size_t count);

/* The same with the keys of a section of the mapping language. */
void reader_check_section(MappingReader *reader,
                          const config_setting_t *group,
                          const char *where,
                          LanguageSection section);

/* Members of `group`, copied to the arena. Absent (or false) when not there or of another type, which is noted. */
Text reader_text(MappingReader *reader, const config_setting_t *group, const char *key);
bool reader_integer(MappingReader *reader,
                    const config_setting_t *group,
                    const char *key,
                    int low,
                    int high,
                    int *value);
bool reader_bool(MappingReader *reader, const config_setting_t *group, const char *key);
TextList reader_text_list(MappingReader *reader, const config_setting_t *group, const char *key);
const config_setting_t *
reader_group(MappingReader *reader, const config_setting_t *group, const char *key);
/* A list or array; NULL when it is not there or something else. */
const config_setting_t *
reader_list(MappingReader *reader, const config_setting_t *group, const char *key);
/* Whether the member is a list, and empty. */
bool reader_is_empty_list(const config_setting_t *group, const char *key);
/* One of the words; `value` is left alone when the member is not there. */
void reader_word(MappingReader *reader,
                 const config_setting_t *group,
                 const char *key,
                 LanguageWords words,
                 int *value);
/* -1 when `text` is none of the words. */
int reader_word_of(
    MappingReader *reader, int line, const char *key, Text text, LanguageWords words);
int reader_word_among(MappingReader *reader,
                      int line,
                      const char *key,
                      Text text,
                      const LanguageWord *words,
                      size_t count);

/* The texts of a list; what is no text is noted as "key". */
TextList reader_texts_of(MappingReader *reader, const config_setting_t *list, const char *key);

/* A list of pointers; *count of them. */
MappingPointer *reader_pointers(MappingReader *reader,
                                const config_setting_t *group,
                                const char *key,
                                size_t *count);
bool reader_pointer_of(MappingReader *reader, int line, Text text, MappingPointer *pointer);

/* Whole file, at most 16 MiB, on the arena; absent with a reason in *why when it cannot be read. */
Text reader_file(Arena *arena, Text path, const char **why);

#define READER_KEYS(...)                                                                           \
    ((const char *const[]){__VA_ARGS__}),                                                          \
        sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *)

#endif
