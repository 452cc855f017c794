/*
 * Messages out of outgoing records: what stands in the vault and what on onecase.report.
 */
#include "outgoing.h"

#include "base/digest.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static VaultHead vault_head(const Outgoing *outgoing)
{
    const OutgoingOriginal *original = &outgoing->original;
    return (VaultHead){
        .origin = outgoing->head.origin,
        .stage = outgoing->note.stage,
        .rule = outgoing->note.rule,
        .pointer = outgoing->note.pointer,
        .sha256 = outgoing->note.sha256,
        .mapping = outgoing->head.mapping,
        .source = outgoing->head.source,
        .region = outgoing->region,
        .key = original->key,
        .bytes_at = outgoing->kept_at,
        .timestamp_ms = original->timestamp_us > 0 ? original->timestamp_us / 1000 : 0,
        .items = outgoing->head.items,
        .attempt = outgoing->head.attempt,
        .canonical = original->canonical,
    };
}

/* Bytes, and the key and headers that came with them, stand once for a record with several dead items; or nowhere. */
static bool put_vault(Outgoing *outgoing, Sender *sender, Arena *arena, Error *error)
{
    VaultHead head = vault_head(outgoing);
    Text value = outgoing->source->value;
    RecordHeader *theirs = NULL;
    size_t count = 0;
    if (text_is_absent(outgoing->kept_at))
        kafka_record_headers(outgoing->source, arena, &theirs, &count);
    if (!vault_head_fits(&head, theirs, count, value, sender->vault_bytes))
        outgoing->original.truncated = true;
    if (outgoing->original.truncated || !text_is_absent(outgoing->kept_at)) {
        head.key = value = TEXT_ABSENT;
        count = 0;
    }
    head.truncated = outgoing->original.truncated;
    RecordHeader *headers;
    count = vault_head_write(&head, theirs, count, arena, &headers);
    KafkaMessage message = {
        .topic = sender->vault_topic,
        .partition = -1,
        .key = record_origin_text(arena, &outgoing->head.origin),
        .value = value,
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
    if (outgoing->original.truncated)
        return error_set(error, ERROR_FATAL,
                         "topic %s refuses even a dead letter without its bytes (%s)",
                         sender->vault_topic, outgoing->vault.rule);
    outgoing->original.truncated = true;
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
    bool too_large = strcmp(outgoing->report.rule, "too_large") == 0;
    outgoing->note = (RecordNote){
        .stage = TEXT("send"),
        .pointer = TEXT(""),
        .rule = text_copy(arena, text_from(outgoing->report.rule)),
        .message = too_large ? TEXT("the canonical record is larger than onecase.report takes")
                             : TEXT("Kafka refused the canonical record, also when sent alone"),
        .sha256 = digest_sha256_text(outgoing->source->value, arena),
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
