/*
 * What mapping costs a record, feed by feed, in one thread and without servers: microseconds of CPU from the bytes a
 * department sent to the canonical record, and the share of the stages in it.
 *
 *   mapping_bench [--ms N] [FOLDER]       every *.cfg of the folder (deploy/sources), its records those of its tests
 *   mapping_bench [--ms N] FEED.cfg FILE  one mapping, its records those of the file, as `onecase check` reads them
 *
 *   --ms N  how long each measurement runs, the best of five counts (200)
 *
 * The stages are calls the mapping makes anyway: in a first round they are put by with what they were given (the linker
 * turns them here, see CMakeLists.txt), then the same calls are made again alone and timed. "text" is encoding_to_utf8,
 * "JSON" js_parse_repair and js_close with the documents inside texts, "scrub" scrub_text and scrub_code, "hash" the
 * keyed hashes of reporters and the SHA-256 of dead records; "rest" is everything else: pointers, conditions, codes,
 * words, conversions, copies. "write" comes on top: the canonical record as bytes for Kafka.
 *
 * Alone and again and again a stage finds its data in the caches, so its share by time is a little low. By instructions
 * (valgrind --tool=callgrind --toggle-collect=mapping_apply mapping_bench --ms 0, inclusive, release build), when the
 * feeds were four:
 *
 *            text    JSON   scrub    hash    rest
 *   fire    10.3 %  56.7 %  4.6 %   6.0 %  22.4 %
 *   grid     7.8 %  59.1 %  5.1 %   7.0 %  21.0 %
 *   hotline  8.1 %  64.7 %  4.2 %   4.1 %  18.9 %
 *   market   7.3 %  54.7 %  8.5 %   6.0 %  23.5 %
 */
#include "base/digest.h"
#include "base/encoding.h"
#include "base/json.h"

#include "domain/mapping.h"
#include "domain/mapping_trial.h"
#include "domain/scrub.h"

#include "adapters/mapping_file.h"
#include "adapters/region_file.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { FEEDS_MAX = 64, FILES_MAX = 256, ROUNDS_BEST = 5, MS_DEFAULT = 200, MS_MOST = 60000 };

static const int64_t SENT_AT = INT64_C(1790000000000000);

typedef enum Stage { STAGE_TEXT, STAGE_JSON, STAGE_SCRUB, STAGE_HASH, STAGES } Stage;

/* A call that was made: what it was given. */
typedef struct Call {
    enum { CALL_ENCODING, CALL_PARSE, CALL_SCRUB, CALL_CODE, CALL_SHA, CALL_HMAC } what;
    Text text;
    Encoding encoding;
} Call;

typedef struct Calls {
    Arena *arena; /* NULL: nothing is put by */
    Call *items;
    size_t count;
    size_t capacity;
} Calls;

/* Where the calls of one measurement go; a benchmark has no other way into them. */
static Calls calls;

static void put_by(Call call)
{
    if (calls.arena == NULL)
        return;
    if (calls.count == calls.capacity) {
        size_t wider = calls.capacity == 0 ? 64 : 2 * calls.capacity;
        calls.items = arena_grow(calls.arena, calls.items, calls.capacity * sizeof(Call),
                                 wider * sizeof(Call));
        calls.capacity = wider;
    }
    call.text = text_copy(calls.arena, call.text);
    calls.items[calls.count++] = call;
}

/* The linker's names. NOLINTBEGIN(readability-identifier-naming) */
Text __real_encoding_to_utf8(Arena *arena, Text bytes, Encoding encoding, bool *repaired);
Text __wrap_encoding_to_utf8(Arena *arena, Text bytes, Encoding encoding, bool *repaired);
bool __real_js_parse_repair(Text text, JsRepairs *repairs, JsDocument **document, Error *error);
bool __wrap_js_parse_repair(Text text, JsRepairs *repairs, JsDocument **document, Error *error);
Text __real_scrub_text(Arena *arena, Text text, bool *changed);
Text __wrap_scrub_text(Arena *arena, Text text, bool *changed);
Text __real_scrub_code(Arena *arena, Text text, bool *changed);
Text __wrap_scrub_code(Arena *arena, Text text, bool *changed);
void __real_digest_sha256(Text bytes, uint8_t out[SHA256_SIZE]);
void __wrap_digest_sha256(Text bytes, uint8_t out[SHA256_SIZE]);
void __real_digest_hmac_sha256(Text key, Text bytes, uint8_t out[SHA256_SIZE]);
void __wrap_digest_hmac_sha256(Text key, Text bytes, uint8_t out[SHA256_SIZE]);

Text __wrap_encoding_to_utf8(Arena *arena, Text bytes, Encoding encoding, bool *repaired)
{
    put_by((Call){CALL_ENCODING, bytes, encoding});
    return __real_encoding_to_utf8(arena, bytes, encoding, repaired);
}

bool __wrap_js_parse_repair(Text text, JsRepairs *repairs, JsDocument **document, Error *error)
{
    put_by((Call){.what = CALL_PARSE, .text = text});
    return __real_js_parse_repair(text, repairs, document, error);
}

Text __wrap_scrub_text(Arena *arena, Text text, bool *changed)
{
    put_by((Call){.what = CALL_SCRUB, .text = text});
    return __real_scrub_text(arena, text, changed);
}

Text __wrap_scrub_code(Arena *arena, Text text, bool *changed)
{
    put_by((Call){.what = CALL_CODE, .text = text});
    return __real_scrub_code(arena, text, changed);
}

void __wrap_digest_sha256(Text bytes, uint8_t out[SHA256_SIZE])
{
    put_by((Call){.what = CALL_SHA, .text = bytes});
    __real_digest_sha256(bytes, out);
}

void __wrap_digest_hmac_sha256(Text key, Text bytes, uint8_t out[SHA256_SIZE])
{
    put_by((Call){.what = CALL_HMAC, .text = bytes});
    __real_digest_hmac_sha256(key, bytes, out);
}
/* NOLINTEND(readability-identifier-naming) */

static Stage stage_of(const Call *call)
{
    switch (call->what) {
    case CALL_ENCODING:
        return STAGE_TEXT;
    case CALL_PARSE:
        return STAGE_JSON;
    case CALL_SCRUB:
    case CALL_CODE:
        return STAGE_SCRUB;
    case CALL_SHA:
    case CALL_HMAC:
        break;
    }
    return STAGE_HASH;
}

static void make_again(const Call *call, Text key, Arena *arena)
{
    uint8_t out[SHA256_SIZE];
    bool unused;
    JsRepairs repairs = {0};
    JsDocument *document = NULL;
    Error error = {0};
    switch (call->what) {
    case CALL_ENCODING:
        __real_encoding_to_utf8(arena, call->text, call->encoding, &unused);
        break;
    case CALL_PARSE:
        if (__real_js_parse_repair(call->text, &repairs, &document, &error))
            js_close(document);
        break;
    case CALL_SCRUB:
        __real_scrub_text(arena, call->text, &unused);
        break;
    case CALL_CODE:
        __real_scrub_code(arena, call->text, &unused);
        break;
    case CALL_SHA:
        __real_digest_sha256(call->text, out);
        break;
    case CALL_HMAC:
        __real_digest_hmac_sha256(key, call->text, out);
        break;
    }
}

/* One feed and its records. */
typedef struct Feed {
    const Mapping *mapping;
    MappingContext context;
    TextList records;
    size_t bytes;
    Arena *scratch; /* reset after each record, as in intake after each batch */
} Feed;

static void map_all(const Feed *feed, bool write)
{
    for (size_t i = 0; i < feed->records.count; i++) {
        MappingInput input = {.bytes = feed->records.items[i], .timestamp_us = SENT_AT};
        MappedRecord *mapped;
        size_t count;
        mapping_apply(feed->mapping, &feed->context, &input, feed->scratch, &mapped, &count);
        TextBuilder out = builder_new(feed->scratch);
        for (size_t j = 0; write && j < count; j++) {
            if (record_kind_carries_report(mapped[j].kind))
                report_write(&mapped[j].report, &out);
            else
                record_note_write(&mapped[j].note, mapped[j].kind, &out);
        }
        arena_reset(feed->scratch);
    }
}

static void repeat_calls(const Feed *feed, Stage stage)
{
    for (size_t i = 0; i < calls.count; i++)
        if (stage_of(&calls.items[i]) == stage) {
            make_again(&calls.items[i], feed->context.key.secret, feed->scratch);
            arena_reset(feed->scratch);
        }
}

static double now_us(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

typedef enum Measured { MAP = STAGES, MAP_AND_WRITE } Measured;

/* Microseconds of CPU for all records once: the best of ROUNDS_BEST runs of `ms` each. */
static double measure(const Feed *feed, int what, int ms)
{
    double best = 0;
    for (int round = 0; round < ROUNDS_BEST; round++) {
        double start = now_us();
        double used = 0;
        long times = 0;
        while (used < ms * 1e3 || times == 0) {
            if (what >= STAGES)
                map_all(feed, what == MAP_AND_WRITE);
            else
                repeat_calls(feed, (Stage)what);
            times++;
            used = now_us() - start;
        }
        double once = used / (double)times;
        best = round == 0 || once < best ? once : best;
    }
    return best;
}

static void print_head(void)
{
    printf("%-12s %7s %7s %9s |%7s%7s%7s%7s%7s | %7s\n", "feed", "records", "bytes", "us/record",
           "text", "JSON", "scrub", "hash", "rest", "write");
}

static void bench_feed(const Feed *feed, int ms)
{
    Text name = mapping_name(feed->mapping);
    double records = (double)feed->records.count;
    calls = (Calls){.arena = arena_new(65536)};
    map_all(feed, false);
    Arena *put = calls.arena;
    calls.arena = NULL;
    double whole = measure(feed, MAP, ms);
    double written = measure(feed, MAP_AND_WRITE, ms);
    printf("%-12.*s %7zu %7.0f %9.2f |", TEXT_ARGS(name), feed->records.count,
           (double)feed->bytes / records, whole / records);
    double rest = whole;
    for (int stage = 0; stage < STAGES; stage++) {
        double used = measure(feed, stage, ms);
        rest -= used;
        printf("%6.1f%%", 100 * used / whole);
    }
    printf("%6.1f%% | %7.2f\n", 100 * rest / whole, (written - whole) / records);
    fflush(stdout);
    arena_free(put);
}

static int by_name(const void *a, const void *b)
{
    return text_compare(*(const Text *)a, *(const Text *)b);
}

/* The files *.in of a folder, by name. */
static TextList list_inputs(Text folder, Arena *arena)
{
    Text *paths = ARENA_ARRAY(arena, Text, FILES_MAX);
    size_t count = 0;
    DIR *directory = opendir(text_string(arena, folder));
    const struct dirent *entry;
    while (directory != NULL && count < FILES_MAX &&
           (entry = readdir(directory)) != NULL) /* NOLINT(concurrency-mt-unsafe) */
        if (text_ends(text_from(entry->d_name), TEXT(".in")))
            paths[count++] = text_format(arena, "%.*s/%s", TEXT_ARGS(folder), entry->d_name);
    if (directory != NULL)
        closedir(directory);
    qsort(paths, count, sizeof(Text), by_name);
    return (TextList){paths, count};
}

static bool add_records(Feed *feed, Text path, Arena *arena, Error *error)
{
    Text bytes;
    if (!mapping_file_read(path, arena, &bytes, error))
        return false;
    TextList more = mapping_trial_records(feed->mapping, bytes, arena);
    size_t old = feed->records.count;
    feed->records.items = arena_grow(arena, feed->records.items, old * sizeof(Text),
                                     (old + more.count) * sizeof(Text));
    for (size_t i = 0; i < more.count; i++) {
        feed->records.items[feed->records.count++] = more.items[i];
        feed->bytes += more.items[i].size;
    }
    return true;
}

/* The mappings of `paths`, each with the records of its tests or, when given, those of `file`. */
static bool bench_all(TextList paths, const char *file, int ms, Arena *arena, Error *error)
{
    const RegionTable *regions;
    if (!region_file_load("deploy/regions.cfg", arena, &regions, error))
        return false;
    const Mapping *mappings[FEEDS_MAX];
    MappingFindings findings = {.arena = arena};
    MappingFileOptions options = {.regions = regions};
    if (paths.count > FEEDS_MAX ||
        !mapping_file_load_all(paths, &options, arena, mappings, &findings))
        return error_set(error, ERROR_FATAL,
                         "mappings have mistakes or are more than %d; see onecase check",
                         FEEDS_MAX);
    Arena *scratch = arena_new(1 << 20);
    bool good = true;
    print_head();
    for (size_t i = 0; i < paths.count && good; i++) {
        Feed feed = {
            .mapping = mappings[i],
            .context = {.regions = regions, .key = {TEXT("a key for benchmarks, no secret"), 1}},
            .records = {ARENA_ARRAY(arena, Text, 1), 0},
            .scratch = scratch};
        Text folder = mapping_file_tests(feed.mapping, arena);
        TextList inputs = {(Text[]){text_from(file)}, 1};
        if (file == NULL)
            inputs = text_is_absent(folder) ? (TextList){NULL, 0} : list_inputs(folder, arena);
        for (size_t j = 0; j < inputs.count && good; j++)
            good = add_records(&feed, inputs.items[j], arena, error);
        if (good && feed.records.count == 0)
            printf("%-12.*s no records\n", TEXT_ARGS(mapping_name(feed.mapping)));
        else if (good)
            bench_feed(&feed, ms);
    }
    arena_free(scratch);
    return good;
}

int main(int argc, char **argv)
{
    int ms = MS_DEFAULT;
    if (argc > 2 && strcmp(argv[1], "--ms") == 0) {
        int64_t given = 0;
        ms = text_to_int64(text_from(argv[2]), &given) && given >= 0 && given <= MS_MOST
                 ? (int)given
                 : MS_DEFAULT;
        argc -= 2;
        argv += 2;
    }
    const char *what = argc > 1 ? argv[1] : "deploy/sources";
    const char *file = argc > 2 ? argv[2] : NULL;
    Arena *arena = arena_new(1 << 16);
    Error error = {0};
    TextList paths = {ARENA_ARRAY(arena, Text, 1), 1};
    paths.items[0] = text_from(what);
    bool good = file != NULL || mapping_file_list(what, arena, &paths, &error);
    good = good && bench_all(paths, file, ms, arena, &error);
    if (!good)
        fprintf(stderr, "mapping_bench: %s\n", error.text);
    arena_free(arena);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
