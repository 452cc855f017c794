/*
 * `onecase source list`: what is joined, and whether anything comes of it. Counts are the database's accounts; when the
 * last record came is asked of Kafka by the offset that the accounts name, since that costs milliseconds where a search
 * among all reports would not.
 */
#include "source_list.h"

#include "command.h"
#include "held.h"
#include "json_out.h"
#include "print.h"
#include "source_check.h"
#include "source_rows.h"
#include "source_topics.h"

#include "domain/report.h"

#include "adapters/mapping_file.h"
#include "adapters/region_file.h"
#include "adapters/schema_version.h"

#include <stdio.h>

enum { ARENA_BLOCK = 256 * 1024, ASK_LIMIT_MS = 5000, STATEMENT_MS = 10000 };

typedef struct List {
    SourceOptions options;
    Arena *arena;
    TextList paths;
    const Mapping **mappings; /* NULL: a file with mistakes */
    bool clean;
    bool counted; /* the accounts are known */
    SourceAccounts accounts;
    KafkaAdmin *admin; /* NULL: Kafka does not answer */
    HeldList held;     /* partitions of any topic of the mappings that intake holds */
} List;

static bool load(List *list, Error *error)
{
    const SourceOptions *options = &list->options;
    const RegionTable *regions;
    MappingFindings findings = {.arena = list->arena};
    if (!mapping_file_list(options->sources, list->arena, &list->paths, error) ||
        !region_file_load(source_beside(options, options->regions, "regions.cfg", list->arena),
                          list->arena, &regions, error))
        return false;
    const MappingFileOptions load = {
        .words_folder = source_beside(options, options->words, "model/words", list->arena),
        .regions = regions};
    list->mappings = ARENA_ARRAY(list->arena, const Mapping *, list->paths.count);
    list->clean = mapping_file_load_all(list->paths, &load, list->arena, list->mappings, &findings);
    return true;
}

/* What a server would have told is left out, and why is said. */
static void left_out(const char *what, const Error *error)
{
    fprintf(stderr, "onecase source list: %s left out: %s\n", what, error->text);
}

static void count(List *list)
{
    Error error = {0};
    const PostgresSettings settings = {.conninfo = "",
                                       .application = "onecase-source",
                                       .greet = schema_version_check,
                                       .statement_ms = STATEMENT_MS};
    Postgres *pg = postgres_new(&settings);
    list->counted = source_rows_accounts(pg, list->arena, &list->accounts, &error);
    postgres_free(pg);
    if (!list->counted)
        left_out("records are", &error);
}

static void open_kafka(List *list)
{
    Error error = {0};
    int32_t brokers;
    const KafkaClientSpec client = {.brokers = list->options.brokers, .client_id = "onecase"};
    if (!list->counted)
        return;
    if (kafka_admin_open(&client, ASK_LIMIT_MS, &list->admin, &error) &&
        kafka_admin_brokers(list->admin, &brokers, &error))
        return;
    kafka_admin_close(list->admin);
    list->admin = NULL;
    left_out("times of the last records are", &error);
}

static bool is_joined(const List *list, const char *topic)
{
    bool belongs = false;
    for (size_t i = 0; i < list->paths.count && !belongs; i++)
        belongs = list->mappings[i] != NULL &&
                  source_topic_belongs(&list->options, list->mappings[i], text_from(topic));
    return belongs;
}

static void find_held(List *list)
{
    Error error = {0};
    KafkaTopic *there;
    size_t count;
    size_t ours = 0;
    bool good =
        list->admin != NULL && kafka_admin_topics(list->admin, list->arena, &there, &count, &error);
    for (size_t i = 0; good && i < count; i++)
        if (is_joined(list, there[i].name))
            there[ours++] = there[i];
    good = good && held_find(list->admin, list->options.group, (HeldTopics){there, ours},
                             list->arena, &list->held, &error);
    if (!good && list->admin != NULL)
        left_out("held partitions are", &error);
}

/* When the last record that is accounted for came to Kafka; TIME_ABSENT when that is not known any more. */
static int64_t last_us(const List *list, const Mapping *mapping)
{
    int64_t last = TIME_ABSENT;
    for (size_t i = 0; list->admin != NULL && i < list->accounts.count; i++) {
        const SourceAccount *account = &list->accounts.items[i];
        Error ignored = {0};
        int64_t stamp_ms;
        if (!source_topic_belongs(&list->options, mapping, account->topic))
            continue;
        KafkaPosition position = {text_string(list->arena, account->topic), account->partition,
                                  account->last_offset};
        int64_t first;
        int64_t end;
        if (kafka_admin_watermarks(list->admin, position.topic, position.partition, &first, &end,
                                   &ignored) &&
            position.offset >= first && position.offset < end &&
            kafka_admin_record_time(list->admin, &position, &stamp_ms, &ignored) &&
            (last == TIME_ABSENT || stamp_ms * 1000 > last))
            last = stamp_ms * 1000;
    }
    return last;
}

static Text topics_of(const Mapping *mapping, Arena *arena)
{
    TextList topics = mapping_topics(mapping);
    TextBuilder out = builder_new(arena);
    for (size_t i = 0; i < topics.count; i++)
        builder_format(&out, "%s%.*s", i > 0 ? ", " : "", TEXT_ARGS(topics.items[i]));
    if (!text_is_absent(mapping_topic_pattern(mapping)))
        builder_format(&out, "like %.*s", TEXT_ARGS(mapping_topic_pattern(mapping)));
    return builder_view(&out);
}

static void print_count(const List *list, PrintTable *table, int64_t count)
{
    if (list->counted)
        print_cell_int(table, count);
    else
        print_cell(table, TEXT("-"));
}

static void print_table_of(const List *list)
{
    enum { COLUMNS = 6 };
    static const char *const NAMES[COLUMNS] = {"source", "mapping",     ">records",
                                               ">dead",  "last record", "topics"};
    PrintTable table = print_table(list->arena, COLUMNS);
    print_heading(&table, NAMES);
    for (size_t i = 0; i < list->paths.count; i++) {
        const Mapping *mapping = list->mappings[i];
        if (mapping == NULL) {
            print_cell(&table, TEXT("?"));
            print_cell(&table, text_format(list->arena, "%.*s has mistakes",
                                           TEXT_ARGS(list->paths.items[i])));
            for (size_t k = 2; k < COLUMNS; k++)
                print_cell(&table, TEXT(""));
            continue;
        }
        SourceAccount sum = source_rows_sum(&list->accounts, &list->options, mapping);
        int64_t total = source_rows_total(&sum);
        int64_t last = last_us(list, mapping);
        print_cell(&table, mapping_source(mapping));
        print_cell(&table, mapping_version(mapping));
        print_count(list, &table, total);
        print_count(list, &table, sum.dead);
        print_cell(&table, last == TIME_ABSENT ? TEXT("-") : print_time(list->arena, last));
        print_cell(&table, topics_of(mapping, list->arena));
    }
    print_out(&table);
    for (size_t i = 0; i < list->held.count; i++)
        printf("%s/%d is held: %.*s\n", list->held.items[i].topic, list->held.items[i].partition,
               TEXT_ARGS(held_text(&list->held.items[i], list->arena)));
    if (list->held.count > 0)
        puts("`onecase source resume TOPIC` says more and has them go on");
    if (!list->clean)
        printf("intake goes on with what it read before; `onecase check %s` names the mistakes\n",
               list->options.sources);
}

static void write_held(const Held *held, TextBuilder *out)
{
    out_text(out, "topic", text_from(held->topic));
    out_int(out, "partition", held->partition);
    out_text(out, "why", text_from(held_why(held)));
    out_int(out, "first", held->note.gap_first);
    out_int(out, "last", held->note.gap == PLACE_LOST ? held->note.gap_last : INTEGER_ABSENT);
}

static void write_feed(const List *list, size_t index, TextBuilder *out)
{
    const Mapping *mapping = list->mappings[index];
    out_text(out, "file", list->paths.items[index]);
    out_text(out, "source", mapping != NULL ? mapping_source(mapping) : TEXT_ABSENT);
    out_text(out, "mapping", mapping != NULL ? mapping_version(mapping) : TEXT_ABSENT);
    js_write_key(out, TEXT("topics"));
    builder_char(out, '[');
    TextList topics = mapping != NULL ? mapping_topics(mapping) : (TextList){0};
    for (size_t i = 0; i < topics.count; i++) {
        builder_string(out, i > 0 ? "," : "");
        js_write_text(out, topics.items[i]);
    }
    builder_char(out, ']');
    out_text(out, "topic_pattern", mapping != NULL ? mapping_topic_pattern(mapping) : TEXT_ABSENT);
    SourceAccount sum = {.topic = TEXT_ABSENT};
    bool known = list->counted && mapping != NULL;
    if (known)
        sum = source_rows_sum(&list->accounts, &list->options, mapping);
    out_int(out, "reports", known ? sum.reports : INTEGER_ABSENT);
    out_int(out, "updates", known ? sum.updates : INTEGER_ABSENT);
    out_int(out, "ignored", known ? sum.ignored : INTEGER_ABSENT);
    out_int(out, "dead", known ? sum.dead : INTEGER_ABSENT);
    out_time(out, "last_record", mapping != NULL ? last_us(list, mapping) : TIME_ABSENT);
    js_write_key(out, TEXT("held"));
    builder_char(out, '[');
    bool first = true;
    for (size_t i = 0; mapping != NULL && i < list->held.count; i++) {
        if (!source_topic_belongs(&list->options, mapping, text_from(list->held.items[i].topic)))
            continue;
        builder_string(out, first ? "{" : ",{");
        write_held(&list->held.items[i], out);
        builder_char(out, '}');
        first = false;
    }
    builder_char(out, ']');
}

static void print_json(const List *list)
{
    TextBuilder out = builder_new(list->arena);
    builder_string(&out, "{\"sources\":[");
    for (size_t i = 0; i < list->paths.count; i++) {
        builder_string(&out, i > 0 ? ",{" : "{");
        write_feed(list, i, &out);
        builder_char(&out, '}');
    }
    builder_string(&out, "]}\n");
    Text text = builder_view(&out);
    fwrite(text.data, 1, text.size, stdout);
}

static int list_sources(List *list)
{
    Error error = {0};
    if (!load(list, &error)) {
        fprintf(stderr, "onecase source list: %s\n", error.text);
        return EXIT_NOT_FOUND;
    }
    count(list);
    open_kafka(list);
    find_held(list);
    if (list->options.json)
        print_json(list);
    else
        print_table_of(list);
    kafka_admin_close(list->admin);
    return list->clean && list->held.count == 0 ? EXIT_OK : EXIT_FOUND;
}

int source_list(int argc, char **argv)
{
    int status;
    List list = {.arena = arena_new(ARENA_BLOCK)};
    if (source_options_read_list(argc, argv, list.arena, &list.options, &status))
        status = list_sources(&list);
    arena_free(list.arena);
    return status;
}
