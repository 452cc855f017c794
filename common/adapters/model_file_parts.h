#ifndef ONECASE_ADAPTERS_MODEL_FILE_PARTS_H
#define ONECASE_ADAPTERS_MODEL_FILE_PARTS_H

#include "base/digest.h"
#include "base/map.h"

#include "domain/model_data.h"

#include "adapters/mapping_reader.h"

/* Shared by model_file*.c only. */
typedef struct ModelReader {
    MappingReader reader; /* arena: scratch, gone after loading */
    Model *model;
    Sha256 *digest; /* over all files, each with its name */
    Map *phrases;   /* hashes of those read so far */
} ModelReader;

/* A row of a table in the file: its element as a type, with a finding when it is another. */
const char *model_cell_text(ModelReader *reader, const config_setting_t *row, int column);
int model_cell_integer(
    ModelReader *reader, const config_setting_t *row, int column, int low, int high);
bool model_cell_bool(ModelReader *reader, const config_setting_t *row, int column);
/* Whether `row` is a list of `columns` elements; notes "what" otherwise. */
bool model_row(ModelReader *reader, const config_setting_t *row, int columns, const char *what);

/* The numbers: weights, levels, thresholds. */
void model_read_weights(ModelReader *reader, const config_setting_t *root);
/* The snapshots of ledgers. */
void model_read_ledger(ModelReader *reader, const config_setting_t *root);
/* Classes, pairs, typical sites. */
void model_read_classes(ModelReader *reader, const config_setting_t *root);
/* Office hours, moved days and time limits. */
void model_read_time(ModelReader *reader, const config_setting_t *root);
/* Phrases and idf weights, the last step: model_finish. */
void model_read_words(ModelReader *reader, const config_setting_t *root);

#endif
