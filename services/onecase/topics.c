/*
 * `onecase topics`: makes the topics of deploy/topics.cfg, or names every difference between file and cluster.
 */
#include "command.h"
#include "options.h"
#include "topics_check.h"

#include "base/json.h"

#include "adapters/kafka_admin.h"
#include "adapters/postgres.h"
#include "adapters/schema_version.h"
#include "adapters/topics_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ASK_LIMIT_MS = 15000 };

typedef struct Options {
    enum { TOPICS_NOTHING, TOPICS_CREATE, TOPICS_CHECK } action;
    const char *file;
    const char *brokers;
    const char *prefix;
    bool database;
    bool sample;
    bool json;
} Options;

typedef struct Run {
    const Options *options;
    Arena *arena;
    TopicsFile wanted;
    KafkaAdmin *admin;
    int32_t brokers;
    const char **created; /* names */
    size_t created_count;
    TopicsCheck check;
} Run;

static const char USAGE[] =
    "usage: onecase topics --create | --check [--file FILE] [--prefix P] [--no-sample]\n"
    "                      [--no-database] [--brokers LIST] [--json]\n\n"
    "  --create       make the topics that are missing; those that exist are left as they are\n"
    "  --check        name every difference: topic, setting, expected, found\n"
    "  --file FILE    which topics [deploy/topics.cfg]\n"
    "  --prefix P     put before every topic name, for tests\n"
    "  --no-sample    leave out the departments' topics of the sample city\n"
    "  --no-database  do not write (or compare) the partition count of the report topic in\n"
    "                 the database\n"
    "  --brokers LIST host:port,... [$ONECASE_BROKERS, else localhost:9092]\n"
    "  --json         one JSON object on stdout\n\n"
    "Ends with 0 when all is as wanted, 1 when --check found differences, 64 for a wrong "
    "command\n"
    "line, 69 when Kafka or PostgreSQL does not answer, 70 when one of them refuses.\n";

static bool read_options(int argc, char **argv, Options *options, int *status)
{
    bool create = false;
    bool check = false;
    bool no_sample = false;
    bool no_database = false;
    const Option rows[] = {
        {"create", .flag = &create},          {"check", .flag = &check},
        {"no-sample", .flag = &no_sample},    {"no-database", .flag = &no_database},
        {"json", .flag = &options->json},     {"file", .text = &options->file},
        {"prefix", .text = &options->prefix}, {"brokers", .text = &options->brokers},
    };
    const OptionTable table = {"topics", USAGE, rows, sizeof(rows) / sizeof(rows[0])};
    *options = (Options){.file = "deploy/topics.cfg", .prefix = "", .brokers = options_brokers()};
    if (!options_read_alone(&table, argc, argv, status))
        return false;
    *status = EXIT_USAGE;
    if (create && check) {
        command_usage_error("topics", "one of --create and --check, once", NULL);
        return false;
    }
    if (!create && !check) {
        fputs(USAGE, stderr);
        return false;
    }
    options->action = create ? TOPICS_CREATE : TOPICS_CHECK;
    options->sample = !no_sample;
    options->database = !no_database;
    return true;
}

static const char *number(Run *run, int64_t value)
{
    return text_format(run->arena, "%lld", (long long)value).data;
}

static bool create_topic(Run *run, const TopicWanted *wanted, Error *error)
{
    KafkaConfig configs[TOPIC_CONFIGS_MAX];
    size_t count = topics_file_configs(&run->wanted, wanted, run->brokers, run->arena, configs);
    KafkaTopic topic = {.name = wanted->name,
                        .partitions = wanted->partitions,
                        .replication = topics_file_replication(&run->wanted, run->brokers)};
    bool existed;
    if (!kafka_admin_create(run->admin, &topic, configs, count, &existed, error))
        return false;
    if (!existed)
        run->created[run->created_count++] = wanted->name;
    return true;
}

static bool topic_count(Run *run, const char *name, int32_t *partitions, Error *error)
{
    KafkaTopic topic = {.name = name};
    if (!kafka_admin_topic(run->admin, &topic, error))
        return false;
    *partitions = topic.partitions;
    return true;
}

/* The count in the cluster is what counts: it is written once, or compared. */
static bool database_step(Run *run, Postgres *pg, Error *error)
{
    static const PostgresStatement SET = {"set_report_topic",
                                          "select onecase.set_report_topic($1, $2)"};
    static const PostgresStatement GET = {
        "get_report_topic", "select topic, partition_count from onecase.report_topic"};
    const char *topic = run->wanted.report_topic;
    int32_t partitions;
    if (!topic_count(run, topic, &partitions, error))
        return false;
    if (run->options->action == TOPICS_CREATE) {
        PostgresParam params[] = {postgres_param_text(text_from(topic)),
                                  postgres_param_int4(run->arena, partitions)};
        return postgres_call(pg, &SET, params, 2, NULL, error);
    }
    POSTGRES_RESULT_AUTO *rows = NULL;
    if (!postgres_call(pg, &GET, NULL, 0, &rows, error))
        return false;
    if (postgres_rows(rows) == 0) {
        topics_check_differ(&run->check,
                            &(TopicDifference){topic, "partition count in the database",
                                               number(run, partitions), "missing"});
        return true;
    }
    topics_check_differ(&run->check,
                        &(TopicDifference){topic, "report topic in the database", topic,
                                           text_string(run->arena, postgres_text(rows, 0, 0))});
    topics_check_differ(&run->check, &(TopicDifference){topic, "partition count in the database",
                                                        number(run, partitions),
                                                        number(run, postgres_int(rows, 0, 1))});
    return true;
}

static bool run_database(Run *run, Error *error)
{
    if (!run->options->database)
        return true;
    const PostgresSettings settings = {
        .conninfo = "", .application = "onecase topics", .greet = schema_version_check};
    Postgres *pg = postgres_new(&settings);
    bool good = database_step(run, pg, error);
    postgres_free(pg);
    return good;
}

static bool run_topics(Run *run, Error *error)
{
    const KafkaClientSpec client = {.brokers = run->options->brokers, .client_id = "onecase"};
    if (!kafka_admin_open(&client, ASK_LIMIT_MS, &run->admin, error) ||
        !kafka_admin_brokers(run->admin, &run->brokers, error))
        return false;
    run->check = topics_check(&run->wanted, run->admin, run->brokers, run->arena);
    for (size_t i = 0; i < run->wanted.count; i++) {
        const TopicWanted *wanted = &run->wanted.topics[i];
        if (wanted->sample && !run->options->sample)
            continue;
        bool good = run->options->action == TOPICS_CREATE
                        ? create_topic(run, wanted, error)
                        : topics_check_topic(&run->check, wanted, error);
        if (!good)
            return false;
    }
    return run_database(run, error);
}

static void print_json(const Run *run)
{
    TextBuilder out = builder_new(run->arena);
    builder_char(&out, '{');
    js_write_key(&out, TEXT("brokers"));
    builder_int(&out, run->brokers);
    js_write_key(&out, TEXT("created"));
    builder_char(&out, '[');
    for (size_t i = 0; i < run->created_count; i++) {
        builder_string(&out, i > 0 ? "," : "");
        js_write_text(&out, text_from(run->created[i]));
    }
    builder_char(&out, ']');
    js_write_key(&out, TEXT("differences"));
    builder_char(&out, '[');
    for (size_t i = 0; i < run->check.count; i++) {
        const TopicDifference *difference = &run->check.items[i];
        builder_string(&out, i > 0 ? ",{" : "{");
        js_write_key(&out, TEXT("topic"));
        js_write_text(&out, text_from(difference->topic));
        js_write_key(&out, TEXT("setting"));
        js_write_text(&out, text_from(difference->setting));
        js_write_key(&out, TEXT("expected"));
        js_write_text(&out, text_from(difference->expected));
        js_write_key(&out, TEXT("found"));
        js_write_text(&out, text_from(difference->found));
        builder_char(&out, '}');
    }
    builder_string(&out, "]}\n");
    Text text = builder_view(&out);
    fwrite(text.data, 1, text.size, stdout);
}

/* What was made and found, also before a failure. */
static void print_lines(const Run *run)
{
    for (size_t i = 0; i < run->created_count; i++)
        printf("%s: created\n", run->created[i]);
    for (size_t i = 0; i < run->check.count; i++) {
        const TopicDifference *difference = &run->check.items[i];
        printf("%s: %s: expected %s, found %s\n", difference->topic, difference->setting,
               difference->expected, difference->found);
    }
}

static void print_text(const Run *run)
{
    print_lines(run);
    if (run->options->action == TOPICS_CHECK && run->check.count == 0)
        printf("all topics are as %s wants them (%d broker%s)\n", run->options->file, run->brokers,
               run->brokers == 1 ? "" : "s");
    if (run->options->action == TOPICS_CREATE && run->created_count == 0)
        puts("all topics were there already; --check compares their settings");
}

static int run_command(Run *run)
{
    TextList faults;
    Error error = {0};
    if (!topics_file_load(run->options->file, run->options->prefix, run->arena, &run->wanted,
                          &faults)) {
        for (size_t i = 0; i < faults.count; i++)
            fprintf(stderr, "%.*s\n", TEXT_ARGS(faults.items[i]));
        return EXIT_USAGE;
    }
    run->created = ARENA_ARRAY(run->arena, const char *, run->wanted.count + 1);
    bool good = run_topics(run, &error);
    kafka_admin_close(run->admin);
    if (!good) {
        print_lines(run);
        return command_failed("topics", &error);
    }
    if (run->options->json)
        print_json(run);
    else
        print_text(run);
    return run->check.count > 0 ? EXIT_FOUND : EXIT_OK;
}

int command_topics(int argc, char **argv)
{
    Options options;
    int status;
    if (!read_options(argc, argv, &options, &status))
        return status;
    Run run = {.options = &options, .arena = arena_new(65536)};
    status = run_command(&run);
    arena_free(run.arena);
    return status;
}
