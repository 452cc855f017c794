/*
 * Commands on dead letters: open -> released, open -> parked, parked -> open. What released means for the bytes is not the matcher's:
 * whoever submits the command sends them through onecase.redrive when it was applied.
 */
#include "batch_command.h"

#include <stdlib.h>

/* One row of each kind. */
typedef struct StateChange {
    const char *from;
    const char *to;
} StateChange;

static int by_origin(const void *a, const void *b)
{
    return record_origin_compare(&((const KnownOrigin *)a)->origin,
                                 &((const KnownOrigin *)b)->origin);
}

/* Named twice is named once: the result counts dead letters. */
static size_t sort_origins(KnownOrigin *origins, size_t count)
{
    size_t kept = 0;
    qsort(origins, count, sizeof(*origins), by_origin);
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || by_origin(&origins[kept - 1], &origins[i]) != 0)
            origins[kept++] = origins[i];
    return kept;
}

static bool
read_origins(const CommandCall *call, KnownOrigin **origins, size_t *count, Error *error)
{
    const JsValue *list = js_member(call->args, TEXT("origins"));
    size_t named = js_count(list);
    if (js_type(list) != JS_ARRAY || named == 0)
        return error_set(error, ERROR_REJECT,
                         "args.origins: expected a list of origins (topic/partition/offset#item)");
    *origins = ARENA_ARRAY(call->batch->arena, KnownOrigin, named);
    for (size_t i = 0; i < named; i++) {
        Text text = text_copy(call->batch->arena, js_text(js_element(list, i)));
        if (!record_origin_parse(text, &(*origins)[i].origin))
            return error_set(error, ERROR_REJECT,
                             "args.origins/%zu is no origin (topic/partition/offset#item)", i);
    }
    *count = sort_origins(*origins, named);
    return true;
}

static void add_name(TextBuilder *list, const KnownOrigin *of, Arena *arena)
{
    if (builder_view(list).size > 0)
        builder_char(list, ',');
    js_write_text(list, record_origin_text(arena, &of->origin));
}

static void change(Batch *batch, const KnownOrigin *of, const char *state)
{
    StoredDead *row = ARENA_NEW(batch->arena, StoredDead);
    *row = (StoredDead){.origin = of->origin, .state = text_from(state)};
    LIST_ADD(batch, states, state_count, state_capacity, row);
}

static bool
change_states(const CommandCall *call, const StateChange *wanted, TextBuilder *result, Error *error)
{
    Batch *batch = call->batch;
    KnownOrigin *origins = NULL;
    size_t count = 0;
    if (!read_origins(call, &origins, &count, error) ||
        !case_store_dead_letters(batch->store, origins, count, batch->arena, error))
        return false;
    TextBuilder not_found = builder_new(batch->arena);
    TextBuilder others = builder_new(batch->arena);
    size_t done = 0;
    for (size_t i = 0; i < count; i++) {
        const KnownOrigin *at = &origins[i];
        if (text_is_absent(at->dead_state) || at->dead_partition != call->row->place.partition) {
            add_name(&not_found, at, batch->arena);
        } else if (!text_is(at->dead_state, wanted->from)) {
            add_name(&others, at, batch->arena);
        } else {
            change(batch, at, wanted->to);
            done++;
        }
    }
    builder_format(result, "{\"done\":%zu,\"not_found\":[%s],\"not_open\":[%s]}", done,
                   builder_view(&not_found).data, builder_view(&others).data);
    return true;
}

bool batch_command_redrive(const CommandCall *call, TextBuilder *result, Error *error)
{
    static const StateChange RELEASE = {"open", "released"};
    return change_states(call, &RELEASE, result, error);
}

bool batch_command_park(const CommandCall *call, TextBuilder *result, Error *error)
{
    static const StateChange PARK = {"open", "parked"};
    return change_states(call, &PARK, result, error);
}

bool batch_command_unpark(const CommandCall *call, TextBuilder *result, Error *error)
{
    static const StateChange UNPARK = {"parked", "open"};
    return change_states(call, &UNPARK, result, error);
}
