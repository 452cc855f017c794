#ifndef ONECASE_ADAPTERS_MODEL_FILE_H
#define ONECASE_ADAPTERS_MODEL_FILE_H

#include "base/error.h"

#include "domain/mapping_finding.h"
#include "domain/model.h"

/*
 * The matching model from a libconfig file (deploy/model/onecase.cfg) and the files it names, relative to its folder:
 * noise phrases, class keywords, idf weights. Snapshots of ledgers that it names are read by ledger_store_load. The version is NAME@DIGEST, NAME the file's without ".cfg", DIGEST the first
 * 12 hex digits of the SHA-256 over all these files.
 *
 * FATAL with "file:line: ..." for the first mistake and how many more there are. model_free when done.
 */
MUST_CHECK bool model_file_load(const char *path, Model **model, Error *error);

/* The same with all mistakes as findings; NULL when there is any. */
Model *model_file_read(const char *path, MappingFindings *findings);

#endif
