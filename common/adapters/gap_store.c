/* Two statements each: the gap, and the state of the partition that lag shows. */
#include "adapters/gap_store.h"

#include <inttypes.h>
#include <stdio.h>

enum { PARAMS_BLOCK = 256, REASON_SIZE = 200 };

static const PostgresStatement NOTE = {"note_gap", "select onecase.note_gap($1, $2, $3, $4, $5)"};
static const PostgresStatement FORGET = {"forget_gap", "select onecase.forget_gap($1, $2, $3)"};

bool gap_store_lost(CaseStore *store,
                    const char *topic,
                    const StoredClaim *claim,
                    int64_t first,
                    int64_t last,
                    Error *error)
{
    char reason[REASON_SIZE];
    Arena *arena = arena_new(PARAMS_BLOCK);
    const PostgresParam params[] = {
        postgres_param_text(text_from(topic)),    postgres_param_int4(arena, claim->partition),
        postgres_param_int8(arena, claim->epoch), postgres_param_int8(arena, first),
        postgres_param_int8(arena, last),
    };
    snprintf(reason, sizeof(reason),
             "offsets %" PRId64 " to %" PRId64 " are gone (retention); `onecase source resume`",
             first, last);
    bool well = postgres_call(case_store_postgres(store), &NOTE, params,
                              sizeof(params) / sizeof(params[0]), NULL, error) &&
                case_store_set_state(store, claim, "LOST", reason, error);
    arena_free(arena);
    return well;
}

bool gap_store_found(CaseStore *store, const char *topic, const StoredClaim *claim, Error *error)
{
    Arena *arena = arena_new(PARAMS_BLOCK);
    const PostgresParam params[] = {
        postgres_param_text(text_from(topic)),
        postgres_param_int4(arena, claim->partition),
        postgres_param_int8(arena, claim->epoch),
    };
    bool well = postgres_call(case_store_postgres(store), &FORGET, params,
                              sizeof(params) / sizeof(params[0]), NULL, error) &&
                case_store_set_state(store, claim, "RUNNING", NULL, error);
    arena_free(arena);
    return well;
}
