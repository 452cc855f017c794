#ifndef ONECASE_DOMAIN_MAPPING_JSON_H
#define ONECASE_DOMAIN_MAPPING_JSON_H

#include "base/text_builder.h"

#include "domain/mapping.h"

/*
 * Mapped records as the test files of a mapping hold them (`tests`, NAME.out): a JSON array of
 *   {"kind": "report", "region": "9901", "report": {...}}
 *   {"kind": "ignored", "region": "9901", "note": {"reason": ..., "record_no": ...}}
 *   {"kind": "dead", "region": "9901", "note": {"stage": ..., "pointer": ..., "rule": ..., "message": ...}}
 * The digest of a dead record's bytes is left out: it says nothing about the mapping.
 */
void mapping_json_record(const MappedRecord *record, TextBuilder *out);

#endif
