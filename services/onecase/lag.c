/*
 * `onecase lag`: how far behind the matcher is (its offsets stand in PostgreSQL) and how far behind intake is (its
 * offsets are what its group has committed), against the ends that the broker knows. The end is asked first: where
 * nothing is left the age is 0, and only otherwise is the age of the next record read.
 */
#include "case/case.h"
#include "command.h"
#include "held.h"
#include "json_out.h"
#include "options.h"
#include "print.h"
#include "source/source_topics.h"

#include "base/clock.h"
#include "base/unicode.h"

#include "adapters/kafka_admin.h"
#include "adapters/mapping_file.h"
#include "adapters/schema_version.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ASK_LIMIT_MS = 15000, ARENA_BLOCK = 65536, ROWS_FIRST = 64 };

typedef struct Options {
    const char *brokers;
    const char *prefix;
    const char *group;
    const char *sources;
    int64_t max; /* INT64_MAX: no limit */
    bool json;
} Options;

typedef struct LagRow {
    const char *program;
    const char *topic;
    int32_t partition;
    int64_t next; /* offset; KAFKA_OFFSET_BEGINNING: nothing read yet */
    int64_t end;
    int64_t messages;
    int64_t seconds;
    Text
        state; /* of the matcher's partition, or HELD; absent: never claimed, or intake's that goes on */
    int64_t since; /* INT64_MIN: not known */
    Text reason;
} LagRow;

typedef struct Lag {
    const Options *options;
    Arena *arena;
    KafkaAdmin *admin;
    Postgres *pg;
    const Mapping **mappings;
    size_t mapping_count;
    LagRow *rows;
    size_t count;
    size_t capacity;
} Lag;

static const char USAGE[] =
    "usage: onecase lag [--max N] [--prefix P] [--group G] [--sources DIR] [--brokers LIST]\n"
    "                   [--json]\n\n"
    "How far behind, in messages and seconds: matcher for each partition of onecase.report, "
    "by\n"
    "the offsets in PostgreSQL; intake for each partition of the departments' topics, history\n"
    "(*.backfill) too, by what its group has committed. Zero everywhere means that everything\n"
    "sent is in the database. Seconds are the age of the next record to be read, by the clock\n"
    "of this machine. A partition of onecase.report that is not RUNNING is told with since when\n"
    "and why: REFUSING (PostgreSQL refused 100 records in a row), WAITING (one record never gets\n"
    "done), LOST (offsets that it has not read are gone). One of intake's that is HELD for the\n"
    "same reason is told with why.\n\n"
    "  --max N        end with 1 when more than N messages are left in all\n"
    "  --prefix P     put before every topic name, for tests\n"
    "  --group G      intake's consumer group [onecase-intake]\n"
    "  --sources DIR  mapping files that name the departments' topics [deploy/sources]\n"
    "  --brokers LIST host:port,... [$ONECASE_BROKERS, else localhost:9092]\n"
    "  --json         one JSON object\n\n"
    "PostgreSQL is found by PGHOST, PGPORT, PGUSER and PGDATABASE. Ends with 0; 1 above the\n"
    "limit, 64 for a wrong command line, 69 when Kafka or PostgreSQL does not answer, 70 when\n"
    "one of them refuses.\n";

static bool read_max(const char *word, void *target)
{
    int64_t *max = target;
    if (text_to_int64(text_from(word), max) && *max >= 0)
        return true;
    command_usage_error("lag", "--max is a number of messages, not", word);
    return false;
}

static bool read_options(int argc, char **argv, Options *options, int *status)
{
    const Option rows[] = {
        {"max", .read = read_max, .target = &options->max},
        {"prefix", .text = &options->prefix},
        {"group", .text = &options->group},
        {"sources", .text = &options->sources},
        {"brokers", .text = &options->brokers},
        {"json", .flag = &options->json},
    };
    const OptionTable table = {"lag", USAGE, rows, sizeof(rows) / sizeof(rows[0])};
    *options = (Options){
        .brokers = options_brokers(),
        .prefix = "",
        .group = "onecase-intake",
        .sources = "deploy/sources",
        .max = INT64_MAX,
    };
    return options_read_alone(&table, argc, argv, status);
}

/* ---- measuring ---- */

static LagRow *add_row(Lag *lag)
{
    if (lag->count == lag->capacity) {
        size_t capacity = lag->capacity == 0 ? ROWS_FIRST : lag->capacity * 2;
        lag->rows = arena_grow(lag->arena, lag->rows, lag->capacity * sizeof(LagRow),
                               capacity * sizeof(LagRow));
        lag->capacity = capacity;
    }
    return &lag->rows[lag->count++];
}

/* `next` below the first offset there is: what retention took cannot be read any more, so it is no lag. */
static bool measure(
    Lag *lag, const char *program, const char *topic, int32_t partition, int64_t next, Error *error)
{
    int64_t low = 0;
    int64_t end = 0;
    if (!kafka_admin_watermarks(lag->admin, topic, partition, &low, &end, error))
        return false;
    int64_t from = next < low ? low : next;
    LagRow *row = add_row(lag);
    *row = (LagRow){.program = program,
                    .topic = topic,
                    .partition = partition,
                    .next = next,
                    .end = end,
                    .messages = end > from ? end - from : 0,
                    .since = INT64_MIN};
    if (row->messages == 0)
        return true;
    KafkaPosition position = {topic, partition, from};
    int64_t stamp_ms = 0;
    if (!kafka_admin_record_time(lag->admin, &position, &stamp_ms, error)) {
        if (error->verdict != ERROR_REJECT)
            return false;
        error_clear(error); /* nothing but transaction markers: no record waits */
        return true;
    }
    int64_t age_ms = clock_wall_us() / 1000 - stamp_ms;
    row->seconds = age_ms > 0 ? age_ms / 1000 : 0;
    return true;
}

static const PostgresStatement OFFSETS = {
    "lag_offsets", "select partition, next_offset, state, state_since, state_reason "
                   "from onecase.consumer_offsets where topic = $1"};

static int row_of(const PostgresResult *result, int32_t partition)
{
    for (int row = 0; row < postgres_rows(result); row++)
        if (postgres_int(result, row, 0) == partition)
            return row;
    return -1;
}

static bool measure_matcher(Lag *lag, Error *error)
{
    KafkaTopic topic = {.name =
                            text_format(lag->arena, "%sonecase.report", lag->options->prefix).data};
    PostgresParam param = postgres_param_text(text_from(topic.name));
    POSTGRES_RESULT_AUTO *result = NULL;
    if (!kafka_admin_topic(lag->admin, &topic, error) ||
        !postgres_call(lag->pg, &OFFSETS, &param, 1, &result, error))
        return false;
    for (int32_t partition = 0; partition < topic.partitions; partition++) {
        int row = row_of(result, partition);
        int64_t next = row < 0 ? KAFKA_OFFSET_BEGINNING : postgres_int(result, row, 1);
        if (!measure(lag, "matcher", topic.name, partition, next, error))
            return false;
        if (row < 0)
            continue;
        LagRow *shown = &lag->rows[lag->count - 1];
        shown->state = text_copy(lag->arena, postgres_text(result, row, 2));
        shown->since = postgres_time(result, row, 3);
        shown->reason = text_copy(lag->arena, postgres_text(result, row, 4));
    }
    return true;
}

/* intake waits for a word about offsets that are gone (held.h). */
static void say_held(Lag *lag, const KafkaCommit *commit)
{
    const Held held = {commit->topic, commit->partition, place_note_read(commit->note)};
    LagRow *row = &lag->rows[lag->count - 1];
    if (held.note.gap == PLACE_NO_GAP)
        return;
    row->state = TEXT("HELD");
    row->reason = text_format(lag->arena, "%.*s; `onecase source resume %s`",
                              TEXT_ARGS(held_text(&held, lag->arena)), commit->topic);
}

static bool measure_source(Lag *lag, const char *name, Error *error)
{
    KafkaTopic topic = {.name = name};
    if (!kafka_admin_topic(lag->admin, &topic, error))
        return false;
    size_t count = (size_t)topic.partitions;
    KafkaCommit *commits = ARENA_ARRAY(lag->arena, KafkaCommit, count);
    for (size_t i = 0; i < count; i++)
        commits[i] = (KafkaCommit){.topic = name, .partition = (int32_t)i};
    if (!kafka_admin_group_commits(lag->admin, lag->options->group, commits, count, lag->arena,
                                   error))
        return false;
    for (size_t i = 0; i < count; i++) {
        int64_t next =
            commits[i].offset == KAFKA_OFFSET_NONE ? KAFKA_OFFSET_BEGINNING : commits[i].offset;
        if (!measure(lag, "intake", name, commits[i].partition, next, error))
            return false;
        say_held(lag, &commits[i]);
    }
    return true;
}

static bool load_mappings(Lag *lag, Error *error)
{
    TextList paths = {NULL, 0};
    MappingFindings findings = {.arena = lag->arena};
    MappingFileOptions options = {0};
    const char *folder = lag->options->sources;
    if (!mapping_file_list(folder, lag->arena, &paths, error))
        return false;
    lag->mappings = ARENA_ARRAY(lag->arena, const Mapping *, paths.count);
    lag->mapping_count = paths.count;
    if (paths.count == 0)
        return error_set(error, ERROR_FATAL, "folder \"%s\" holds no mapping file (*.cfg)", folder);
    return mapping_file_load_all(paths, &options, lag->arena, lag->mappings, &findings) ||
           error_set(error, ERROR_FATAL,
                     "mapping files in \"%s\" have mistakes; `onecase check %s` names them", folder,
                     folder);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const KafkaTopic *)a)->name, ((const KafkaTopic *)b)->name);
}

/* The topics there are that intake reads: named ones, those of patterns, and the history of either. */
static bool measure_intake(Lag *lag, Error *error)
{
    const SourceOptions naming = {.prefix = lag->options->prefix};
    KafkaTopic *there;
    size_t count;
    if (!kafka_admin_topics(lag->admin, lag->arena, &there, &count, error))
        return false;
    if (count > 1)
        qsort(there, count, sizeof(*there), by_name);
    for (size_t i = 0; i < lag->mapping_count; i++)
        for (size_t k = 0; k < count; k++)
            if (source_topic_belongs(&naming, lag->mappings[i], text_from(there[k].name)) &&
                !measure_source(lag, there[k].name, error))
                return false;
    return true;
}

/* ---- showing ---- */

typedef struct Total {
    int64_t messages;
    int64_t seconds; /* of the oldest */
} Total;

static Total total_of(const Lag *lag, const char *program)
{
    Total total = {0, 0};
    for (size_t i = 0; i < lag->count; i++) {
        const LagRow *row = &lag->rows[i];
        if (program != NULL && strcmp(program, row->program) != 0)
            continue;
        total.messages += row->messages;
        if (row->seconds > total.seconds)
            total.seconds = row->seconds;
    }
    return total;
}

static bool is_halted(const LagRow *row)
{
    return !text_is_absent(row->state) && !text_is(row->state, "RUNNING");
}

static void print_json(const Lag *lag)
{
    static const char *const PROGRAMS[] = {"intake", "matcher"};
    Total all = total_of(lag, NULL);
    printf("{\"messages\":%" PRId64 ",\"seconds\":%" PRId64, all.messages, all.seconds);
    for (size_t i = 0; i < sizeof(PROGRAMS) / sizeof(PROGRAMS[0]); i++) {
        Total total = total_of(lag, PROGRAMS[i]);
        printf(",\"%s\":{\"messages\":%" PRId64 ",\"seconds\":%" PRId64 "}", PROGRAMS[i],
               total.messages, total.seconds);
    }
    fputs(",\"partitions\":[", stdout);
    for (size_t i = 0; i < lag->count; i++) {
        const LagRow *row = &lag->rows[i];
        TextBuilder out = builder_new(lag->arena);
        builder_char(&out, '{');
        out_text(&out, "program", text_from(row->program));
        out_text(&out, "topic", text_from(row->topic));
        out_int(&out, "partition", row->partition);
        out_int(&out, "next", row->next);
        out_int(&out, "end", row->end);
        out_int(&out, "messages", row->messages);
        out_int(&out, "seconds", row->seconds);
        if (!text_is_absent(row->state))
            out_text(&out, "state", row->state);
        if (is_halted(row)) {
            out_time(&out, "since", row->since);
            out_text(&out, "reason", row->reason);
        }
        Text members = builder_view(&out);
        printf("%s%.*s}", i > 0 ? "," : "", TEXT_ARGS(members));
    }
    puts("]}");
}

/* Words of a text, in lines of the screen's width behind an indent. */
static void print_wrapped(Text text)
{
    enum { WIDTH = 76 };
    while (text.size > 0) {
        size_t size = text.size;
        if (size > WIDTH)
            for (size = WIDTH; size > 1 && text.data[size] != ' ';)
                size--;
        if (size <= 1)
            size = unicode_prefix(text, WIDTH).size; /* no space to break at */
        printf("    %.*s\n", (int)size, text.data);
        text = (Text){text.data + size, text.size - size};
        while (text.size > 0 && text.data[0] == ' ')
            text = (Text){text.data + 1, text.size - 1};
    }
}

static void print_halted(const Lag *lag)
{
    for (size_t i = 0; i < lag->count; i++) {
        const LagRow *row = &lag->rows[i];
        if (!is_halted(row))
            continue;
        Text since = print_time(lag->arena, row->since);
        printf("partition %" PRId32 " of %s is %.*s%s%.*s\n", row->partition, row->topic,
               TEXT_ARGS(row->state), text_is_empty(since) ? "" : " since ", TEXT_ARGS(since));
        print_wrapped(row->reason);
        if (!text_is(row->state, "LOST") && !text_is(row->state, "HELD"))
            printf("    `onecase resume %" PRId32 " --bury N` makes dead letters of N of them\n",
                   row->partition);
    }
}

static void print_table_of(const Lag *lag)
{
    enum { COLUMNS = 7 };
    static const char *const NAMES[COLUMNS] = {"program", "topic",     ">partition", ">next",
                                               ">end",    ">messages", ">seconds"};
    PrintTable table = print_table(lag->arena, COLUMNS);
    print_heading(&table, NAMES);
    for (size_t i = 0; i < lag->count; i++) {
        const LagRow *row = &lag->rows[i];
        print_cell(&table, text_from(row->program));
        print_cell(&table, text_from(row->topic));
        print_cell_int(&table, row->partition);
        if (row->next == KAFKA_OFFSET_BEGINNING)
            print_cell(&table, TEXT("-"));
        else
            print_cell_int(&table, row->next);
        print_cell_int(&table, row->end);
        print_cell_int(&table, row->messages);
        print_cell_int(&table, row->seconds);
    }
    print_out(&table);
    print_halted(lag);
    Total all = total_of(lag, NULL);
    printf("%" PRId64 " messages behind, the oldest %" PRId64 " s old\n", all.messages,
           all.seconds);
}

int command_lag(int argc, char **argv)
{
    Options options;
    int status = EXIT_OK;
    if (!read_options(argc, argv, &options, &status))
        return status;
    Error error = {0};
    KafkaClientSpec client = {.brokers = options.brokers, .client_id = "onecase-lag"};
    PostgresSettings settings = {
        .conninfo = "", .application = "onecase-lag", .greet = schema_version_check};
    Lag lag = {.options = &options, .arena = arena_new(ARENA_BLOCK), .pg = postgres_new(&settings)};
    if (!load_mappings(&lag, &error))
        status = command_usage_error("lag", error.text, NULL);
    else if (!kafka_admin_open(&client, ASK_LIMIT_MS, &lag.admin, &error) ||
             !measure_intake(&lag, &error) || !measure_matcher(&lag, &error))
        status = command_failed("lag", &error);
    else if (options.json)
        print_json(&lag);
    else
        print_table_of(&lag);
    if (status == EXIT_OK && total_of(&lag, NULL).messages > options.max)
        status = EXIT_FOUND;
    kafka_admin_close(lag.admin);
    postgres_free(lag.pg);
    arena_free(lag.arena);
    return status;
}
