/*
 * From a record of onecase.redrive to what is sent. Whoever wrote it may be wrong, so nothing in it is trusted further than it
 * can be checked; every doubt ends as a dead letter that says what it was.
 */
#include "redrive.h"

#include "base/digest.h"
#include "base/test_hook.h"

#include "domain/record_loss.h"

enum { FIRST_REDRIVE = 2 /* the attempt that follows the record itself */ };

/* What is read of one. */
typedef struct Reading {
    const KafkaRecord *record;
    const Sources *sources;
    Arena *arena;
    const RecordHeader *headers;
    size_t header_count;
    VaultHead vault;
    SourceRoute route; /* of the topic of the origin */
    Redriven *redriven;
} Reading;

static Text first_of(Text a, Text b)
{
    return text_is_empty(a) ? b : a;
}

static void set_item(Reading *reading, MappedRecord item)
{
    MappedRecord *only = ARENA_NEW(reading->arena, MappedRecord);
    *only = item;
    reading->redriven->items = only;
    reading->redriven->count = 1;
}

/* In the region where it was dead before, so that its row stays where it is. */
static void make_dead(Reading *reading, const char *stage, const Error *fault)
{
    const VaultHead *vault = &reading->vault;
    const Mapping *mapping = reading->route.mapping;
    Text fallback = mapping != NULL ? mapping_default_region(mapping)
                                    : sources_default_region(reading->sources);
    bool told = vault->truncated && !text_is_empty(vault->sha256);
    Text sha256 = told ? vault->sha256 : digest_sha256_text(reading->record->value, reading->arena);
    set_item(reading, (MappedRecord){
                          .kind = RECORD_DEAD,
                          .region = first_of(vault->region, fallback),
                          .note = record_note_dead(stage, fault, sha256, reading->arena),
                      });
}

/* ---- who it is ---- */

static bool read_vault_head(Reading *reading, Error *error)
{
    VaultHead *vault = &reading->vault;
    if (!vault_head_read(reading->headers, reading->header_count, vault, error))
        return false;
    return vault->attempt >= FIRST_REDRIVE ||
           error_set_at(error, ERROR_REJECT, "header", VAULT_ATTEMPT,
                        "header \"%s\": expected %d or more, found %d or none", VAULT_ATTEMPT,
                        FIRST_REDRIVE, vault->attempt);
}

static void take_own_origin(Reading *reading, const Error *fault)
{
    const KafkaRecord *record = reading->record;
    reading->vault = (VaultHead){0};
    reading->redriven->head = (RecordHead){
        .origin = {.topic = record->topic,
                   .partition = record->partition,
                   .offset = record->offset},
        .source = record->topic,
        .items = 1,
        .attempt = FIRST_REDRIVE,
    };
    reading->redriven->original =
        (OutgoingOriginal){.key = record->key, .timestamp_us = record->timestamp_us};
    make_dead(reading, "decode", fault);
}

static void take_told_origin(Reading *reading)
{
    const VaultHead *vault = &reading->vault;
    const Mapping *mapping = reading->route.mapping;
    reading->redriven->head = (RecordHead){
        .origin = vault->origin,
        .source = mapping != NULL ? mapping_source(mapping)
                                  : first_of(vault->source, reading->record->topic),
        .mapping = mapping != NULL ? mapping_version(mapping) : vault->mapping,
        .items = vault->items > 0 ? vault->items : 1,
        .attempt = vault->attempt,
        .backfill = reading->route.backfill,
    };
    reading->redriven->original = (OutgoingOriginal){
        .key = vault->key,
        .timestamp_us = vault->timestamp_ms * 1000,
        .canonical = vault->canonical,
        .truncated = vault->truncated,
    };
}

/* ---- its bytes ---- */

static bool check_bytes(Reading *reading, Error *error)
{
    VaultHead *vault = &reading->vault;
    Text value = reading->record->value;
    if (vault->truncated)
        return error_set_at(error, ERROR_REJECT, "truncated", NULL,
                            "it was too large for the vault, which kept its digest but no bytes");
    if (text_is_absent(value) && !text_is_absent(vault->bytes_at)) {
        reading->redriven->original.truncated = vault->truncated = true;
        return error_set_at(error, ERROR_REJECT, "truncated", NULL,
                            "it came without the bytes, which the vault keeps with another item");
    }
    return text_equal(vault->sha256, digest_sha256_text(value, reading->arena)) ||
           error_set_at(error, ERROR_REJECT, "digest", NULL,
                        "the bytes are not those that failed: their SHA-256 is another one");
}

/* ---- by a mapping ---- */

static bool check_route(const Reading *reading, Error *error)
{
    const SourceRoute *route = &reading->route;
    if (route->mapping != NULL)
        return true;
    if (route->rivals[0] != NULL)
        return error_set_at(error, ERROR_REJECT, "no_source", NULL,
                            "the patterns of mappings %.*s and %.*s both take its topic",
                            TEXT_ARGS(mapping_name(route->rivals[0])),
                            TEXT_ARGS(mapping_name(route->rivals[1])));
    return error_set_at(error, ERROR_REJECT, "no_source", NULL,
                        "no mapping reads the topic that it came from");
}

static bool map_again(Reading *reading, Error *error)
{
    Redriven *redriven = reading->redriven;
    if (!check_route(reading, error))
        return false;
    size_t item = (size_t)redriven->head.origin.item;
    bool was_whole = item == 0 && reading->vault.items == 1;
    const MappingInput input = {.bytes = reading->record->value,
                                .only = was_whole ? 0 : item + 1,
                                .timestamp_us = redriven->original.timestamp_us,
                                .backfill = reading->route.backfill};
    MappedRecord *mapped;
    size_t count;
    test_hook_crash("intake", reading->record->value);
    mapping_apply(reading->route.mapping, sources_context(reading->sources), &input, reading->arena,
                  &mapped, &count);
    if (item >= count)
        return error_set_at(error, ERROR_REJECT, "item", NULL,
                            "its topic's mapping finds %zu items in the record now, so there is "
                            "none with its number",
                            count);
    redriven->items = &mapped[item];
    redriven->count = was_whole ? count : 1;
    if (was_whole)
        redriven->head.items = (int32_t)count;
    return true;
}

/* ---- as it is ---- */

static bool forward(Reading *reading, Error *error)
{
    Redriven *redriven = reading->redriven;
    RecordHead head;
    Error fault = {0};
    if (!record_head_read(reading->headers, reading->header_count, &head, &fault))
        return error_set_at(error, ERROR_REJECT, "head", fault.pointer, "%s", fault.text);
    if (record_origin_compare(&head.origin, &redriven->head.origin) != 0)
        return error_set_at(error, ERROR_REJECT, "head", "ce_id",
                            "the record is another one than oc-origin says");
    if (head.source.size > VAULT_TEXT_MAX || head.mapping.size > VAULT_TEXT_MAX ||
        head.forwarded.size > VAULT_TEXT_MAX)
        return error_set_at(error, ERROR_REJECT, "head", NULL,
                            "a header of the record is longer than %d bytes", VAULT_TEXT_MAX);
    if (!record_kind_carries_report(head.kind) && head.kind != RECORD_IGNORED)
        return error_set_at(error, ERROR_REJECT, "head", "ce_type",
                            "a record of type %s does not come this way",
                            record_kind_name(head.kind));
    if (text_is_absent(reading->record->value))
        return error_set_at(error, ERROR_REJECT, "empty", NULL, "the record has no value");
    if (text_is_empty(reading->vault.region))
        return error_set_at(error, ERROR_REJECT, "region", "oc-region",
                            "the record had no region as key");
    head.attempt = redriven->head.attempt;
    head.skipped = 0;
    head.forwarded = TEXT_ABSENT; /* it comes from us now, not from another region */
    redriven->head = head;
    redriven->as_it_is = reading->record->value;
    set_item(reading, (MappedRecord){.kind = head.kind, .region = reading->vault.region});
    return true;
}

void redrive_read(const KafkaRecord *record,
                  const Sources *sources,
                  const Error *fault,
                  Arena *arena,
                  Redriven *redriven)
{
    RecordHeader *headers = NULL;
    Reading reading = {.record = record, .sources = sources, .arena = arena, .redriven = redriven};
    Error found = {0};
    *redriven = (Redriven){0};
    kafka_record_headers(record, arena, &headers, &reading.header_count);
    reading.headers = headers;
    if (!read_vault_head(&reading, &found)) {
        take_own_origin(&reading, &found);
        return;
    }
    reading.route = sources_route(sources, record_topic_of(reading.vault.origin.topic));
    take_told_origin(&reading);
    if (fault->verdict != ERROR_NONE)
        make_dead(&reading, "crash", fault);
    else if (!check_bytes(&reading, &found) ||
             !(reading.vault.canonical ? forward(&reading, &found) : map_again(&reading, &found)))
        make_dead(&reading, "map", &found);
}
