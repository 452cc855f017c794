/*
 * The words of `onecase map`, and its help. The one place of the command that reads the clock: an hour ago is a moment
 * from here on.
 */
#include "map_options.h"

#include "command.h"
#include "options.h"
#include "when.h"

#include "base/clock.h"

#include "domain/mapping_trial.h"

#include <stdio.h>

static const char SINCE_DEFAULT[] = "1h";

static const char USAGE[] =
    "usage: onecase map [OPTIONS] FILE [RECORDS|-]\n"
    "       onecase map [OPTIONS] FILE --from TOPIC [--since WHEN] [--against OLD]\n"
    "\n"
    "Shows what the mapping FILE makes of records. Nothing is sent, stored or committed, and no\n"
    "group is joined. Reporters are hashed with a key of this run alone; what a mapping drops or\n"
    "hides is not shown here either.\n"
    "\n"
    "Records of a file or of standard input (one JSON value, or one a line), one by one: each\n"
    "field with its value, where it came from, what changed it on the way, and its flags.\n"
    "  onecase map deploy/sources/grid.cfg events.jsonl\n"
    "  kcat -C -t grid.event -c 5 -e | onecase map deploy/sources/grid.cfg\n"
    "  onecase map --json deploy/sources/grid.cfg events.jsonl | jq '.records[0].fields'\n"
    "\n"
    "Real traffic, from a time to the present end of the topic: counts by kind, reason, rule, "
    "flag\n"
    "and class, and the first dead letters. With --against the records of which the mapping OLD\n"
    "makes something else: what is put on trial before it is put in use.\n"
    "  onecase map deploy/sources/grid.cfg --from grid.event --since 1d\n"
    "  onecase map new/grid.cfg --from grid.event --since 7d --against deploy/sources/grid.cfg\n"
    "  onecase map new/grid.cfg events.jsonl --against deploy/sources/grid.cfg\n"
    "\n"
    "  --from TOPIC     read this topic\n"
    "  --since WHEN     30s, 15m, 1h, 7d ago; a time with its zone (2026-02-01T08:30:00+08:00);\n"
    "                   beginning [1h]. By the time stamps of the records, as Kafka finds them\n"
    "  --against OLD    compare with another mapping file\n"
    "  --limit N        at most N records\n"
    "  --at TIME        the Kafka time stamp of the records of a file, against which their times\n"
    "                   are judged [none: they are not]\n"
    "  --regions FILE   regions.cfg [../regions.cfg beside the folder of FILE]\n"
    "  --words FOLDER   word and keyword lists [../model/words beside the folder of each mapping]\n"
    "  --prefix P       put before the topic name, for tests\n"
    "  --brokers LIST   host:port,... [$ONECASE_BROKERS, else localhost:9092]\n"
    "  --json           one JSON object\n"
    "\n"
    "Mistakes of the mapping file come first, as `onecase check` prints them. Progress of a long\n"
    "reading goes to stderr.\n"
    "\n"
    "exit: 0 all well (ignored records are), 1 mistakes in a mapping file, a record that would be "
    "a\n"
    "dead letter, or a difference, 3 no such file or topic, 64 wrong words, 69 Kafka does not\n"
    "answer, 70 Kafka refuses, 75 stopped before the end\n";

static bool wrong(const char *message, const char *word)
{
    command_usage_error("map", message, word);
    return false;
}

static bool read_since(const char *word, int64_t now_us, int64_t *since_us)
{
    Text text = text_from(word);
    *since_us = 0;
    if (text_is(text, "beginning") || when_read(text, now_us, since_us))
        return true;
    return wrong("--since is 30s, 15m, 1h, 7d, a time such as 2026-02-01T08:30:00+08:00, or "
                 "\"beginning\", not",
                 word);
}

static bool read_limit(const char *word, void *target)
{
    int64_t *limit = target;
    if (!text_to_int64(text_from(word), limit) || *limit < 1)
        return wrong("--limit is a number from 1 on, not", word);
    return true;
}

static bool read_at(const char *word, void *target)
{
    Error error = {0};
    if (!mapping_trial_time(text_from(word), target, &error))
        return wrong("--at is a time such as 2026-02-01T00:30:00Z, not", word);
    return true;
}

static bool take_words(int argc, char **argv, int words, MapOptions *options)
{
    if (words == argc) {
        fputs(USAGE, stderr);
        return false;
    }
    options->file = argv[words];
    options->records = words + 1 < argc ? argv[words + 1] : "-";
    if (options->topic != NULL && words + 1 < argc)
        return wrong("records come from --from or from a file, not also", argv[words + 1]);
    if (words + 2 < argc)
        return wrong("one file of RECORDS at a time, not also", argv[words + 2]);
    if (options->topic == NULL && options->since != NULL)
        return wrong("--since goes with --from TOPIC", NULL);
    if (options->topic != NULL && options->at_us != 0)
        return wrong("--at is for records of a file: those of a topic have their own", NULL);
    if (options->since == NULL)
        options->since = SINCE_DEFAULT;
    return options->topic == NULL ||
           read_since(options->since, clock_wall_us(), &options->since_us);
}

bool map_options_read(int argc, char **argv, MapOptions *options, int *status)
{
    const Option rows[] = {
        {"from", .text = &options->topic},
        {"since", .text = &options->since},
        {"against", .text = &options->against},
        {"limit", .read = read_limit, .target = &options->limit},
        {"at", .read = read_at, .target = &options->at_us},
        {"regions", .text = &options->regions},
        {"words", .text = &options->words},
        {"prefix", .text = &options->prefix},
        {"brokers", .text = &options->brokers},
        {"json", .flag = &options->json},
    };
    const OptionTable table = {"map", USAGE, rows, sizeof(rows) / sizeof(rows[0])};
    int words;
    *options = (MapOptions){.prefix = "", .brokers = options_brokers()};
    if (!options_read(&table, argc, argv, &words, status))
        return false;
    *status = EXIT_USAGE;
    return take_words(argc, argv, words, options);
}
