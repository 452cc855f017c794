/*
 * A command of onecase.report is applied once: what its row in onecase.commands says decides. In a rebuild there is no row, and the
 * record brings all that it held. Whatever a record of that kind holds, it ends as a row that is done or refused.
 *
 *   header oc-command ─► id      value ─► kind, args, actor ...      row done or refused already ─► nothing
 *                                                                    otherwise ─► apply ─► done, or refused and why
 */
#include "batch_command.h"

#include "base/test_hook.h"

#include <assert.h>
#include <string.h>

static const CommandKind KINDS[] = {
    {"dlq.redrive", batch_command_redrive},
    {"dlq.park", batch_command_park},
    {"dlq.unpark", batch_command_unpark},
};

static const CommandKind *find_kind(Text name)
{
    for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++)
        if (text_is(name, KINDS[i].name))
            return &KINDS[i];
    return NULL;
}

Text batch_command_label(Text kind)
{
    return find_kind(kind) != NULL ? kind : TEXT("other");
}

static bool is_command(const KafkaRecord *record)
{
    return text_is(kafka_record_header(record, "ce_type"), "onecase.command");
}

size_t batch_alone(const KafkaRecord *records, size_t count)
{
    size_t together = 0;
    if (count > 0 && is_command(&records[0]))
        return 1;
    while (together < count && !is_command(&records[together]))
        together++;
    return together;
}

/* ---- reading ---- */

/* As onecase.submit takes them. */
static bool is_id(Text text)
{
    enum { ID_MAX = 64 };
    static const char MAY[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    bool good = !text_is_empty(text) && text.size <= ID_MAX;
    for (size_t i = 0; good && i < text.size; i++)
        good = text.data[i] != '\0' && strchr(MAY, text.data[i]) != NULL;
    return good;
}

/* What the record alone says. */
static StoredCommand *start_row(Batch *batch, const BatchItem *item)
{
    StoredCommand *row = ARENA_NEW(batch->arena, StoredCommand);
    Text id = kafka_record_header(item->record, RECORD_COMMAND_ID);
    *row = (StoredCommand){
        .id = is_id(id) ? text_copy(batch->arena, id)
                        : record_origin_text(batch->arena, &item->head.origin),
        .seq = item->head.origin.offset,
        .place = batch_place(item),
        .applied_at = item->received_at,
    };
    return row;
}

/* What the value says, and what stands. A value that cannot be read whole is read as none, and *unread says why. */
static bool
read_command(Batch *batch, Text value, StoredCommand *row, Text *state, Error *unread, Error *error)
{
    if (case_store_command(batch->store, value, batch->arena, row, state, error))
        return true;
    if (error->verdict != ERROR_REJECT)
        return false;
    *unread = *error;
    error_clear(error);
    return case_store_command(batch->store, TEXT_ABSENT, batch->arena, row, state, error);
}

/* ---- applying ---- */

static bool call_kind(Batch *batch, const BatchItem *item, StoredCommand *row, Error *error)
{
    const CommandKind *kind = find_kind(row->kind);
    JsDocument *document;
    if (kind == NULL)
        return error_set(error, ERROR_REJECT, "there is no command of that kind");
    if (!js_parse(row->args, &document, error))
        return error_prefix(error, "args");
    const CommandCall call = {.batch = batch, .item = item, .row = row, .args = js_root(document)};
    TextBuilder result = builder_new(batch->arena);
    bool well = js_type(call.args) == JS_OBJECT
                    ? kind->apply(&call, &result, error)
                    : error_set(error, ERROR_REJECT, "args: expected a JSON object");
    js_close(document);
    row->state = TEXT("done");
    row->result = builder_view(&result);
    return well;
}

/* REJECT: it is refused. */
static bool
apply(Batch *batch, const BatchItem *item, StoredCommand *row, const Error *unread, Error *error)
{
    const Error *fault = unread->verdict != ERROR_NONE ? unread : batch->fault;
    if (item->refused != NULL)
        return error_set(error, ERROR_REJECT, "%s", item->refused->text);
    if (fault != NULL)
        return error_set(error, ERROR_REJECT, "PostgreSQL cannot take it: %s", fault->text);
    if (text_is_absent(row->kind) || text_is_absent(row->args))
        return error_set(error, ERROR_REJECT, "expected a JSON object with kind and args");
    test_hook_crash("matcher", item->record->value);
    return call_kind(batch, item, row, error);
}

bool batch_command(Batch *batch, BatchItem *item, Error *error)
{
    assert(batch->command == NULL);
    StoredCommand *row = start_row(batch, item);
    Text state = TEXT_ABSENT;
    Error unread = {0};
    Error refusal = {0};
    if (!read_command(batch, item->record->value, row, &state, &unread, error))
        return false;
    if (text_is(state, "done") || text_is(state, "refused"))
        return true; /* sent twice: relay did not hear that it had been sent */
    if (!apply(batch, item, row, &unread, &refusal)) {
        if (refusal.verdict != ERROR_REJECT) {
            *error = refusal;
            return false;
        }
        row->state = TEXT("refused");
        row->result = text_copy(batch->arena, text_from(refusal.text));
    }
    batch->command = row;
    batch->command_stands = !text_is_absent(state);
    return true;
}
