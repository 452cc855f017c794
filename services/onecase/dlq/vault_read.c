/*
 * A letter may lie there several times: intake and matcher repeat what they were doing when they were killed, and every
 * attempt that failed has bytes of its own. The last one of the letter's attempt and stage is taken. Of a record with
 * several dead items the bytes stand once, at an item that the others name in oc-bytes-at.
 *
 *   wanted, by record (topic/partition/offset) ──► chain of its items
 *   kept, by record ──► places where bytes of that record were seen, with item and attempt
 */
#include "vault_read.h"

#include "map/map_progress.h"
#include "send/send_stop.h"

#include "base/map.h"

#include "adapters/kafka_reader.h"

#include <stdlib.h>
#include <string.h>

enum { ASK_LIMIT_MS = 15000, SCRATCH_BLOCK = 65536 };
#define MINUTE_MS (INT64_C(60) * 1000)
#define NOBODY SIZE_MAX

static const char ITEM_MARK = '#';

typedef struct Kept {
    Text origin;
    int32_t attempt;
    bool truncated;
    VaultPlace place;
    struct Kept *next;
} Kept;

typedef struct Search {
    const VaultSpec *spec;
    VaultWanted *wanted;
    size_t count;
    Arena *arena;
    Arena *scratch; /* of one record */
    Map *records;   /* hash of a record's place → the first wanted of it */
    Map *kept;      /* the same → Kept */
} Search;

/* ---- headers ---- */

Text vault_header(const RecordHeader *headers, size_t count, const char *name)
{
    for (size_t i = count; i > 0; i--)
        if (text_is(headers[i - 1].name, name))
            return headers[i - 1].value;
    return TEXT_ABSENT;
}

static bool is_ours(const RecordHeader *header)
{
    return text_starts(header->name, TEXT("oc-"));
}

static int32_t attempt_of(const RecordHeader *headers, size_t count)
{
    int64_t attempt;
    bool given = text_to_int64(vault_header(headers, count, "oc-attempt"), &attempt);
    return given && attempt > 0 && attempt < INT32_MAX ? (int32_t)attempt : 1;
}

/* "topic/partition/offset" of "topic/partition/offset#item" */
static Text record_of(Text origin)
{
    size_t end = origin.size;
    while (end > 0 && origin.data[end - 1] != ITEM_MARK)
        end--;
    return text_slice(origin, 0, end > 0 ? end - 1 : origin.size);
}

static uint64_t record_hash(Text origin)
{
    return text_hash(record_of(origin));
}

/* ---- reading ---- */

typedef bool VisitRecord(void *context, const KafkaRecord *record, Error *error);

/* Every record of the vault stamped from `since_ms` on and before `until_ms`. *stopped: the visitor had enough. */
static bool read_through(const VaultSpec *spec,
                         int64_t since_ms,
                         int64_t until_ms,
                         VisitRecord *visit,
                         void *context,
                         Error *error)
{
    const KafkaReaderSpec reading = {
        .client = {.brokers = spec->brokers, .client_id = "onecase-dlq"},
        .topic = spec->topic,
        .since_ms = since_ms,
        .until_ms = until_ms,
        .limit_ms = ASK_LIMIT_MS,
    };
    KafkaReader *reader;
    if (!kafka_reader_open(&reading, &reader, error))
        return false;
    MapProgress progress = map_progress_begin();
    const KafkaRecord *records;
    size_t count = 1;
    bool good = true;
    while (good && count > 0) {
        good = kafka_reader_read(reader, &records, &count, error);
        for (size_t i = 0; good && i < count; i++)
            good = visit(context, &records[i], error);
        if (good && send_stop_asked())
            good = error_set_at(error, ERROR_RETRY, "stopped", NULL, "told to stop");
        KafkaReaderProgress at = kafka_reader_progress(reader);
        map_progress_tell(&progress, at.read, at.passed, at.total);
    }
    map_progress_end(&progress);
    kafka_reader_close(reader);
    return good;
}

/* ---- finding ---- */

static VaultPlace place_of(const KafkaRecord *record)
{
    return (VaultPlace){record->partition, record->offset, record->timestamp_us / 1000};
}

static void
copy_headers(VaultWanted *wanted, const RecordHeader *headers, size_t count, Arena *arena)
{
    wanted->own = ARENA_ARRAY(arena, RecordHeader, count);
    wanted->own_count = 0;
    for (size_t i = 0; i < count; i++)
        if (is_ours(&headers[i]))
            wanted->own[wanted->own_count++] = (RecordHeader){text_copy(arena, headers[i].name),
                                                              text_copy(arena, headers[i].value)};
}

static void note_kept(Search *search, const Kept *seen)
{
    uint64_t hash = record_hash(seen->origin);
    Kept *first = map_pointer(search->kept, hash);
    for (Kept *kept = first; kept != NULL; kept = kept->next)
        if (kept->attempt == seen->attempt && text_equal(kept->origin, seen->origin)) {
            kept->place = seen->place;
            kept->truncated = seen->truncated;
            return;
        }
    Kept *kept = ARENA_NEW(search->arena, Kept);
    *kept = *seen;
    kept->origin = text_copy(search->arena, seen->origin);
    kept->next = first;
    map_put_pointer(search->kept, hash, kept);
}

/* One more record that says something about a wanted letter: the one that fits best counts, of equals the last one. */
static void note_head(Search *search,
                      VaultWanted *wanted,
                      const KafkaRecord *record,
                      const RecordHeader *headers,
                      size_t count)
{
    bool attempt = attempt_of(headers, count) == wanted->attempt;
    bool stage = text_equal(vault_header(headers, count, "oc-stage"), wanted->stage);
    int score = 1 + (attempt ? 2 : 0) + (stage ? 1 : 0);
    if (score < wanted->score)
        return;
    wanted->score = score;
    wanted->head = place_of(record);
    wanted->bytes = wanted->head;
    bool truncated = !text_is_absent(vault_header(headers, count, "oc-truncated"));
    wanted->state = truncated ? VAULT_TRUNCATED : VAULT_THERE;
    wanted->bytes_at = TEXT_ABSENT;
    Text at = vault_header(headers, count, "oc-bytes-at");
    if (text_is_absent(at))
        return;
    wanted->bytes_at = text_copy(search->arena, at);
    copy_headers(wanted, headers, count, search->arena);
}

static bool find_record(void *context, const KafkaRecord *record, Error *error)
{
    (void)error;
    Search *search = context;
    uint64_t first = 0;
    if (text_is_absent(record->key) || !map_get(search->records, record_hash(record->key), &first))
        return true;
    RecordHeader *headers;
    size_t count;
    arena_reset(search->scratch);
    kafka_record_headers(record, search->scratch, &headers, &count);
    for (size_t i = (size_t)first; i != NOBODY; i = search->wanted[i].next)
        if (text_equal(search->wanted[i].origin, record->key))
            note_head(search, &search->wanted[i], record, headers, count);
    if (text_is_absent(vault_header(headers, count, "oc-bytes-at"))) {
        bool truncated = !text_is_absent(vault_header(headers, count, "oc-truncated"));
        const Kept seen = {record->key, attempt_of(headers, count), truncated, place_of(record),
                           NULL};
        note_kept(search, &seen);
    }
    return true;
}

static void index_wanted(Search *search)
{
    for (size_t i = 0; i < search->count; i++) {
        VaultWanted *wanted = &search->wanted[i];
        uint64_t hash = record_hash(wanted->origin);
        uint64_t first = NOBODY;
        map_get(search->records, hash, &first);
        wanted->state = VAULT_LOST;
        wanted->score = 0;
        wanted->next = (size_t)first;
        map_put(search->records, hash, i);
    }
}

/* Where the bytes of a letter lie whose head says that another item has them; false: that one was not seen. */
static bool follow(const Search *search, VaultWanted *wanted)
{
    const Kept *best = NULL;
    for (const Kept *kept = map_pointer(search->kept, record_hash(wanted->bytes_at)); kept != NULL;
         kept = kept->next)
        if (text_equal(kept->origin, wanted->bytes_at) &&
            (best == NULL || kept->attempt == wanted->attempt))
            best = kept;
    if (best == NULL)
        return false;
    wanted->bytes = best->place;
    wanted->state = best->truncated ? VAULT_TRUNCATED : VAULT_THERE;
    return true;
}

/* Follows all; the number of letters that are not found, or not their bytes. */
static size_t settle(Search *search)
{
    size_t missing = 0;
    for (size_t i = 0; i < search->count; i++) {
        VaultWanted *wanted = &search->wanted[i];
        bool found = wanted->score > 0;
        if (found && !text_is_absent(wanted->bytes_at))
            found = follow(search, wanted);
        if (!found)
            wanted->state = VAULT_LOST;
        missing += !found;
    }
    return missing;
}

/*
 * A letter's bytes are written before its row, mostly by a moment, by hours when Kafka or intake was in trouble between the
 * two; and some lie there once more behind it. So first around the rows, then wider, then from the beginning.
 */
static bool find_all(Search *search, Error *error)
{
    static const int64_t AROUND_MS[] = {MINUTE_MS, 60 * MINUTE_MS};
    int64_t since_ms = INT64_MAX;
    int64_t until_ms = 0;
    for (size_t i = 0; i < search->count; i++) {
        int64_t ms = search->wanted[i].received_us / 1000;
        since_ms = ms < since_ms ? ms : since_ms;
        until_ms = ms > until_ms ? ms : until_ms;
    }
    for (size_t i = 0; i < sizeof(AROUND_MS) / sizeof(AROUND_MS[0]); i++) {
        if (!read_through(search->spec, since_ms - AROUND_MS[i], until_ms + AROUND_MS[i],
                          find_record, search, error))
            return false;
        if (settle(search) == 0)
            return true;
    }
    if (!read_through(search->spec, 0, 0, find_record, search, error))
        return false;
    settle(search);
    return true;
}

bool vault_find(
    const VaultSpec *spec, VaultWanted *wanted, size_t count, Arena *arena, Error *error)
{
    if (count == 0)
        return true;
    Search search = {.spec = spec,
                     .wanted = wanted,
                     .count = count,
                     .arena = arena,
                     .scratch = arena_new(SCRATCH_BLOCK),
                     .records = map_new(),
                     .kept = map_new()};
    index_wanted(&search);
    bool good = find_all(&search, error);
    map_free(search.records);
    map_free(search.kept);
    arena_free(search.scratch);
    return good;
}

/* ---- handing over ---- */

typedef struct Place {
    int32_t partition;
    int64_t offset;
    size_t index;
} Place;

typedef struct Handing {
    const VaultWanted *wanted;
    Place *places; /* sorted */
    size_t count;
    size_t left;
    VaultTake *take;
    void *context;
    Arena *scratch;
    bool stopped;
} Handing;

static int by_place(const void *a, const void *b)
{
    const Place *left = a;
    const Place *right = b;
    if (left->partition != right->partition)
        return left->partition < right->partition ? -1 : 1;
    if (left->offset != right->offset)
        return left->offset < right->offset ? -1 : 1;
    return left->index < right->index ? -1 : left->index > right->index;
}

/* The first place at or behind the record's. */
static size_t seek(const Handing *handing, const KafkaRecord *record)
{
    const Place sought = {record->partition, record->offset, 0};
    size_t low = 0;
    size_t high = handing->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (by_place(&handing->places[middle], &sought) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Headers of the record itself, parted into theirs and ours; ours are the head's where that lies elsewhere. */
static VaultLetter open_letter(const VaultWanted *wanted, const KafkaRecord *record, Arena *arena)
{
    RecordHeader *headers;
    size_t count;
    kafka_record_headers(record, arena, &headers, &count);
    VaultLetter letter = {.wanted = wanted,
                          .value = record->value,
                          .key = vault_header(headers, count, "oc-key"),
                          .original = ARENA_ARRAY(arena, RecordHeader, count),
                          .own = ARENA_ARRAY(arena, RecordHeader, count)};
    letter.canonical = text_is(vault_header(headers, count, "oc-canonical"), "true");
    for (size_t i = 0; i < count; i++)
        if (is_ours(&headers[i]))
            letter.own[letter.own_count++] = headers[i];
        else
            letter.original[letter.original_count++] = headers[i];
    if (!text_is_absent(wanted->bytes_at)) {
        letter.own = wanted->own;
        letter.own_count = wanted->own_count;
    }
    return letter;
}

static bool hand_record(void *context, const KafkaRecord *record, Error *error)
{
    Handing *handing = context;
    for (size_t at = seek(handing, record); at < handing->count; at++) {
        const Place *place = &handing->places[at];
        if (place->partition != record->partition || place->offset != record->offset)
            break;
        arena_reset(handing->scratch);
        VaultLetter letter = open_letter(&handing->wanted[place->index], record, handing->scratch);
        handing->left--;
        if (!handing->take(handing->context, place->index, &letter, error)) {
            handing->stopped = true;
            return false;
        }
    }
    return true;
}

bool vault_each(const VaultSpec *spec,
                const VaultWanted *wanted,
                size_t count,
                VaultTake *take,
                void *context,
                Error *error)
{
    Arena *arena = arena_new(SCRATCH_BLOCK);
    Handing handing = {.wanted = wanted,
                       .places = ARENA_ARRAY(arena, Place, count),
                       .take = take,
                       .context = context,
                       .scratch = arena_new(SCRATCH_BLOCK)};
    int64_t since_ms = INT64_MAX;
    int64_t until_ms = 0;
    for (size_t i = 0; i < count; i++) {
        const VaultPlace *bytes = &wanted[i].bytes;
        if (wanted[i].skip || wanted[i].state != VAULT_THERE)
            continue;
        handing.places[handing.count++] = (Place){bytes->partition, bytes->offset, i};
        since_ms = bytes->stamp_ms < since_ms ? bytes->stamp_ms : since_ms;
        until_ms = bytes->stamp_ms > until_ms ? bytes->stamp_ms : until_ms;
    }
    if (handing.count > 1)
        qsort(handing.places, handing.count, sizeof(Place), by_place);
    handing.left = handing.count;
    bool good = handing.count == 0 ||
                read_through(spec, since_ms, until_ms + 1, hand_record, &handing, error);
    if (good && handing.left > 0)
        good = error_set(error, ERROR_RETRY, "%zu dead letters left %s while it was read",
                         handing.left, spec->topic);
    arena_free(arena);
    arena_free(handing.scratch);
    return good;
}
