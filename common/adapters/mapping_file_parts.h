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
} MappingLoad;

/* A file beside the mapping, into the digest; absent and noted at `line` when it cannot be read. */
Text load_file(MappingLoad *load, Text path, int line);

/* mapping_file_head.c: all but kinds, fields, extract and codes */
void load_head(MappingLoad *load, const config_setting_t *root);
int load_personal_word(MappingLoad *load, int line, Text text);

/* mapping_file_kinds.c */
void load_kinds(MappingLoad *load, const config_setting_t *root);
MappingConditions load_conditions(MappingLoad *load, const config_setting_t *group);

/* mapping_file_tables.c: extract and codes; before the fields */
void load_extracts(MappingLoad *load, const config_setting_t *root);
void load_codes(MappingLoad *load, const config_setting_t *root);

/* mapping_file_csv.c */
void load_code_csv(MappingLoad *load, Text name, CodeTable *table);

/* mapping_file_fields.c */
void load_fields(MappingLoad *load, const config_setting_t *root);

#endif
