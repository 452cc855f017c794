#ifndef ONECASE_ADAPTERS_MAPPING_FILE_PARTS_H
#define ONECASE_ADAPTERS_MAPPING_FILE_PARTS_H

#include "base/digest.h"

#include "domain/mapping_spec.h"

#include "adapters/mapping_reader.h"

/* The parts of mapping_file.c; not for others. */
typedef struct MappingLoad {
    MappingReader reader;
    Mapping *mapping;
    Text words_folder;
    Sha256 *digest; /* of all files read for this mapping */
    const WordList *words[16];
    size_t word_count;
    const KeywordList *keywords[16];
    size_t keyword_count;
} MappingLoad;

/* A file beside the mapping, into the digest; absent and noted at `line` when it cannot be read. */
Text load_file(MappingLoad *load, Text path, int line);

/* mapping_file_head.c: all but kinds, fields, extract and codes */
void load_head(MappingLoad *load, const config_setting_t *root);
/* `at` = [from, length] in characters, from 0. */
bool load_place(const config_setting_t *at, int place[2]);
/* The patterns that can be read, *count of them; `checked`: time.check tells morning from afternoon. */
const TimeFormat **
load_formats(MappingLoad *load, TextList patterns, int line, bool checked, size_t *count);
int load_personal_word(MappingLoad *load, int line, Text text);

/* mapping_file_kinds.c */
void load_kinds(MappingLoad *load, const config_setting_t *root);
MappingConditions load_conditions(MappingLoad *load, const config_setting_t *group);

/* mapping_file_tables.c: extract and codes; before the fields */
void load_extracts(MappingLoad *load, const config_setting_t *root);
void load_codes(MappingLoad *load, const config_setting_t *root);

/* mapping_file_topics.c: topic_pattern by itself, and against the other files */
void check_topic_pattern(MappingLoad *load);
void check_topics_together(const Mapping *const *mappings, size_t count, MappingFindings *findings);

/* mapping_file_csv.c */
void load_code_csv(MappingLoad *load, Text name, CodeTable *table);
/* The keyword list of this name ("shared": keywords.csv), read once a mapping; NULL when it cannot be read. */
const KeywordList *load_keywords(MappingLoad *load, Text name, int line);

/* mapping_file_fields.c */
void load_fields(MappingLoad *load, const config_setting_t *root);

#endif
