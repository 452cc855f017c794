/*
 * Messages out of outgoing records: what stands in the vault and what on onecase.report.
 */
#include "outgoing.h"

#include "base/digest.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { VAULT_HEADERS_MAX = 11 };

/*
 * Original headers (ours of the same names would be mistaken for them, so oc- ones go), then what happened. Of a record
 * with several dead items, headers and key stand once, with the bytes.
 */
static size_t vault_headers(const Outgoing *outgoing, Arena *arena, RecordHeader **headers)
{
    RecordHeader *original = NULL;
    size_t original_count = 0;
    bool whole = !outgoing->truncated && text_is_absent(outgoing->kept_at);
    if (whole)
        kafka_record_headers(outgoing->source, arena, &original, &original_count);
    *headers = ARENA_ARRAY(arena, RecordHeader, original_count + VAULT_HEADERS_MAX);
    size_t count = 0;
    for (size_t i = 0; i < original_count; i++)
        if (!text_starts(original[i].name, TEXT("oc-")))
            (*headers)[count++] = original[i];
    const RecordHeader own[] = {
        {TEXT("oc-origin"), record_origin_text(arena, &outgoing->head.origin)},
        {TEXT("oc-stage"), outgoing->note.stage},
        {TEXT("oc-rule"), outgoing->note.rule},
        {TEXT("oc-pointer"), outgoing->note.pointer},
        {TEXT("oc-sha256"), outgoing->note.sha256},
        {TEXT("oc-mapping"), outgoing->head.mapping},
        {TEXT("oc-timestamp"),
         text_format(arena, "%lld", (long long)(outgoing->source->timestamp_us / 1000))},
    };
    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
        (*headers)[count++] =
            (RecordHeader){own[i].name, text_is_absent(own[i].value) ? TEXT("") : own[i].value};
    if (!text_is_absent(outgoing->source->key) && whole)
        (*headers)[count++] = (RecordHeader){TEXT("oc-key"), outgoing->source->key};
    if (outgoing->truncated)
        (*headers)[count++] = (RecordHeader){TEXT("oc-truncated"), TEXT("true")};
    if (!text_is_absent(outgoing->kept_at))
        (*headers)[count++] = (RecordHeader){TEXT("oc-bytes-at"), outgoing->kept_at};
    return count;
}

static bool put_vault(Outgoing *outgoing, Sender *sender, Arena *arena, Error *error)
{
    bool elsewhere = !text_is_absent(outgoing->kept_at);
    RecordHeader *headers;
    size_t count = vault_headers(outgoing, arena, &headers);
    KafkaMessage message = {
        .topic = sender->vault_topic,
        .partition = -1,
        .key = record_origin_text(arena, &outgoing->head.origin),
        .value = outgoing->truncated || elsewhere ? TEXT_ABSENT : outgoing->source->value,
        .headers = headers,
        .header_count = count,
    };
    return sender_put(sender, &message, &outgoing->vault, error);
}

bool outgoing_keep(Outgoing *outgoing, Sender *sender, Arena *arena, Error *error)
{
    if (outgoing->head.kind != RECORD_DEAD)
        return true;
    if (outgoing->vault.state == RECEIPT_NONE && !put_vault(outgoing, sender, arena, error))
        return false;
    if (outgoing->vault.state != RECEIPT_REFUSED)
        return true;
    if (outgoing->truncated)
        return error_set(error, ERROR_FATAL,
                         "topic %s refuses even a dead letter without its bytes (%s)",
                         sender->vault_topic, outgoing->vault.rule);
    outgoing->truncated = true;
    outgoing->vault = (Receipt){0};
    return outgoing_keep(outgoing, sender, arena, error);
}

bool outgoing_send(Outgoing *outgoing, Sender *sender, Arena *arena, Error *error)
{
    if (outgoing->report.state != RECEIPT_NONE)
        return true;
    assert(outgoing->head.kind != RECORD_DEAD || outgoing->vault.state == RECEIPT_DELIVERED);
    RecordHeader headers[RECORD_HEADERS_MAX];
    KafkaMessage message = {
        .topic = sender->report_topic,
        .partition = -1,
        .key = outgoing->region,
        .value = outgoing->value,
        .headers = headers,
        .header_count = record_head_write(&outgoing->head, arena, headers),
    };
    return sender_put(sender, &message, &outgoing->report, error);
}

void outgoing_bury(Outgoing *outgoing, Arena *arena)
{
    uint8_t digest[SHA256_SIZE];
    char *hex = arena_alloc(arena, SHA256_HEX_SIZE + 1);
    digest_sha256(outgoing->source->value, digest);
    digest_hex(digest, SHA256_SIZE, hex);
    bool too_large = strcmp(outgoing->report.rule, "too_large") == 0;
    outgoing->note = (RecordNote){
        .stage = TEXT("send"),
        .pointer = TEXT(""),
        .rule = text_copy(arena, text_from(outgoing->report.rule)),
        .message = too_large ? TEXT("the canonical record is larger than onecase.report takes")
                             : TEXT("Kafka refused the canonical record, also when sent alone"),
        .sha256 = {hex, SHA256_HEX_SIZE},
    };
    outgoing->head.kind = RECORD_DEAD;
    TextBuilder value = builder_new(arena);
    record_note_write(&outgoing->note, RECORD_DEAD, &value);
    outgoing->value = builder_view(&value);
    outgoing->vault = (Receipt){0};
    outgoing->report = (Receipt){0};
}

bool outgoing_done(const Outgoing *outgoing)
{
    return outgoing->report.state == RECEIPT_DELIVERED;
}
