#ifndef ONECASE_DOMAIN_MAPPING_TRIAL_H
#define ONECASE_DOMAIN_MAPPING_TRIAL_H

#include "domain/json_difference.h"
#include "domain/mapping.h"

/*
 * A mapping on trial: what `onecase check` and the golden tests do with NAME.in and NAME.out. Reporters are hashed
 * with a key that is no secret, number 1, so that expectations can be written by hand:
 * printf 19900000001 | openssl dgst -sha256 -hmac 'onecase test key', of which the first 32 digits count.
 */
#define MAPPING_TRIAL_KEY "onecase test key"

/*
 * The records in the bytes of an input file: the whole when it is one JSON value or one line, otherwise one a line,
 * empty lines apart.
 */
TextList mapping_trial_records(const Mapping *mapping, Text bytes, Arena *arena);

/* The Kafka time stamp that NAME.at gives the records of NAME.in: an ISO time with zone. REJECT when it is none. */
MUST_CHECK bool mapping_trial_time(Text content, int64_t *timestamp_us, Error *error);

/*
 * The mapped records as a JSON array (domain/mapping_json.h), one record a line. `timestamp_us` is the Kafka time stamp
 * of each; 0: none, so times are not judged.
 */
Text mapping_trial_run(const Mapping *mapping,
                       const RegionTable *regions,
                       Text bytes,
                       int64_t timestamp_us,
                       Arena *arena);

/*
 * Compares `output` of mapping_trial_run with what NAME.out holds. REJECT when `expected` is no JSON array;
 * *count of differences otherwise.
 */
MUST_CHECK bool mapping_trial_compare(Text expected,
                                      Text output,
                                      Arena *arena,
                                      JsonDifference **differences,
                                      size_t *count,
                                      Error *error);

#endif
