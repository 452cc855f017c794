#ifndef ONECASE_ADAPTERS_GAP_STORE_H
#define ONECASE_ADAPTERS_GAP_STORE_H

#include "adapters/case_store.h"

/*
 * onecase.gaps of the report topic itself, by the matcher that holds the partition. Each call is committed; Error.state
 * "OC001" when the partition is not ours any more.
 */

/* Offsets first to last are gone; the partition becomes LOST for that reason. */
MUST_CHECK bool gap_store_lost(CaseStore *store,
                               const char *topic,
                               const StoredClaim *claim,
                               int64_t first,
                               int64_t last,
                               Error *error);

/* They are there again: the gap that waits is forgotten, the partition RUNNING. */
MUST_CHECK bool
gap_store_found(CaseStore *store, const char *topic, const StoredClaim *claim, Error *error);

#endif
