/*
 * {"origins": [...], "reason": "..."} for each; the answer names the origins of which nothing came.
 */
#include "dlq_commands.h"

#include "submit.h"

#include "base/json.h"

#include <string.h>

enum { BYTES_MAX = 131072, SCRATCH_BLOCK = 65536, PARTITIONS_MAX = 10000 };

typedef struct Batch {
    const Dlq *dlq;
    const DlqOrder *order;
    DlqOutcome *outcome;
    int32_t partition;
    size_t *members; /* indexes of letters */
    size_t count;
    size_t bytes;
    Arena *scratch;
} Batch;

static Text write_args(const Batch *batch)
{
    TextBuilder out = builder_new(batch->scratch);
    const char *reason = batch->dlq->options->reason;
    builder_char(&out, '{');
    js_write_key(&out, TEXT("origins"));
    builder_char(&out, '[');
    for (size_t i = 0; i < batch->count; i++) {
        builder_string(&out, i > 0 ? "," : "");
        js_write_text(&out, batch->order->letters->items[batch->members[i]].origin);
    }
    builder_char(&out, ']');
    if (reason != NULL) {
        js_write_key(&out, TEXT("reason"));
        js_write_text(&out, text_from(reason));
    }
    builder_char(&out, '}');
    return builder_view(&out);
}

/* Those the answer names under `key` were left. */
static void leave(Batch *batch, const JsValue *answer, const char *key)
{
    const JsValue *names = js_member(answer, text_from(key));
    for (size_t k = 0; k < js_count(names); k++) {
        Text origin = js_text(js_element(names, k));
        for (size_t i = 0; i < batch->count; i++) {
            size_t index = batch->members[i];
            if (!batch->order->chosen[index] ||
                !text_equal(batch->order->letters->items[index].origin, origin))
                continue;
            batch->order->chosen[index] = false;
            batch->outcome->left++;
        }
    }
}

static bool take_answer(Batch *batch, const CommandResult *result, Error *error)
{
    JsDocument *document;
    if (!js_parse(result->text, &document, error))
        return error_prefix(error, "answer of command %.*s", TEXT_ARGS(result->id));
    leave(batch, js_root(document), "not_found");
    leave(batch, js_root(document), "not_open");
    js_close(document);
    for (size_t i = 0; i < batch->count; i++) {
        size_t index = batch->members[i];
        batch->outcome->done += batch->order->chosen[index];
        if (batch->order->commands != NULL)
            batch->order->commands[index] = text_copy(batch->dlq->arena, result->id);
    }
    return true;
}

static void note_undone(Batch *batch, const CommandResult *result)
{
    int status = command_say_undone("dlq", result);
    if (batch->outcome->status == EXIT_OK)
        batch->outcome->status = status;
    batch->outcome->undone += batch->count;
    for (size_t i = 0; i < batch->count; i++)
        batch->order->chosen[batch->members[i]] = false;
}

static bool submit(Batch *batch, Error *error)
{
    if (batch->count == 0)
        return true;
    CommandResult result = {0};
    const CommandSpec spec = {.kind = batch->order->kind,
                              .args = write_args(batch),
                              .partition = batch->partition,
                              .expect_version = INT64_MIN};
    bool good =
        command_submit(batch->dlq->pg, &spec, COMMAND_WAIT_MS, batch->scratch, &result, error);
    if (good && result.state == COMMAND_DONE)
        good = take_answer(batch, &result, error);
    else if (good)
        note_undone(batch, &result);
    batch->count = 0;
    batch->bytes = 0;
    arena_reset(batch->scratch);
    return good;
}

/* The next partition behind `partition` that has chosen letters; -1: none. */
static int32_t next_partition(const DlqOrder *order, int32_t partition)
{
    int32_t next = PARTITIONS_MAX;
    for (size_t i = 0; i < order->letters->count; i++) {
        int32_t own = order->letters->items[i].report_partition;
        if (order->chosen[i] && own > partition && own < next)
            next = own;
    }
    return next == PARTITIONS_MAX ? -1 : next;
}

static bool submit_partition(Batch *batch, Error *error)
{
    const DlqOrder *order = batch->order;
    bool good = true;
    for (size_t i = 0; good && i < order->letters->count; i++) {
        if (!order->chosen[i] || order->letters->items[i].report_partition != batch->partition)
            continue;
        size_t bytes = order->letters->items[i].origin.size + sizeof("\"\",");
        if (batch->bytes + bytes > BYTES_MAX)
            good = submit(batch, error);
        batch->members[batch->count++] = i;
        batch->bytes += bytes;
    }
    return good && submit(batch, error);
}

bool dlq_commands_submit(const Dlq *dlq, const DlqOrder *order, DlqOutcome *outcome, Error *error)
{
    *outcome = (DlqOutcome){.status = EXIT_OK};
    Batch batch = {.dlq = dlq,
                   .order = order,
                   .outcome = outcome,
                   .members = ARENA_ARRAY(dlq->arena, size_t, order->letters->count),
                   .scratch = arena_new(SCRATCH_BLOCK)};
    bool good = true;
    for (int32_t partition = next_partition(order, -1); good && partition >= 0;
         partition = next_partition(order, partition)) {
        batch.partition = partition;
        good = submit_partition(&batch, error);
    }
    arena_free(batch.scratch);
    return good;
}
