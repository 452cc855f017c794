/*
 * The words of `onecase source`, and its help.
 */
#include "source_options.h"

#include "command.h"
#include "options.h"

#include <string.h>

enum { PARTITIONS_MAX = 10000, WAIT_MAX_MS = 24 * 60 * 60 * 1000 };

#define COMMON_HELP                                                                                \
    "  --sources FOLDER     mapping files that intake reads [deploy/sources]\n"                    \
    "  --regions FILE       [../regions.cfg beside FOLDER]\n"                                      \
    "  --words FOLDER       word lists that intake reads [../model/words beside FOLDER]\n"         \
    "  --prefix P           put before every topic name, for tests\n"                              \
    "  --brokers LIST       host:port,... [$ONECASE_BROKERS, else localhost:9092]\n"               \
    "  --json               one JSON object\n"

static const char ADD_USAGE[] =
    "usage: onecase source add FILE [OPTIONS]\n"
    "\n"
    "Joins a department to a running hub: checks FILE together with the mappings that are there,\n"
    "its tests included; puts it and what it names (code tables, @include, tests) into the folder\n"
    "of mappings, unless it lies there; makes the topics that are missing; prints the rights that\n"
    "are to be granted, and where reading begins; tells intake to read its mappings again, and\n"
    "waits until the first record is in the database. A mistake changes nothing at all. Run twice\n"
    "it is harmless.\n"
    "\n"
    "  onecase source add water.cfg --dry-run             what would be done\n"
    "  onecase source add water.cfg --reload 'systemctl reload onecase-intake'\n"
    "  onecase source add water.cfg --pid $ONECASE_DATA/run/intake.pid    after "
    "deploy/quickstart\n"
    "\n"
    "  --dry-run            check, ask Kafka, say what would be done; change nothing\n"
    "  --replace            put FILE in the place of another file of its name\n"
    "  --partitions N       of a topic that is made [as topics.cfg says of it, else 3]\n"
    "  --topics FILE        settings of topics [../topics.cfg beside FOLDER]; a topic that is not\n"
    "                       in it keeps its records for 7 days, in 3 copies where there are 3\n"
    "                       brokers. A topic that exists is never changed\n"
    "  --pid PIDFILE        send SIGHUP to the intake whose process id stands there first\n"
    "  --reload COMMAND     run COMMAND to have intake read its mappings again\n"
    "  --no-reload          neither: say which command does it (also without any of the three)\n"
    "  --wait TIME          how long to wait for the first record: 30s, 5m, 0 [60s; 0 when\n"
    "                       nothing reloads]\n"
    "  --group G            intake's consumer group [onecase-intake]\n" COMMON_HELP "\n"
    "PostgreSQL is found by PGHOST, PGPORT, PGUSER and PGDATABASE; it is only read, and only to\n"
    "see the first record.\n"
    "\n"
    "exit: 0 everything is in place, 1 mistakes in the files, another file of that name, or "
    "intake\n"
    "did not take it up, or the first record is a dead letter; 3 no such file, folder or process,\n"
    "64 wrong words, 69 Kafka or PostgreSQL does not answer, 70 one of them, or the disk, "
    "refuses,\n"
    "75 another `onecase source add` is at work\n";

static const char LIST_USAGE[] =
    "usage: onecase source list [OPTIONS]\n"
    "\n"
    "The feeds that are joined: their mapping files with the version that stands on each record,\n"
    "their topics, how many records of them the database accounts for, and when the last of these\n"
    "came to Kafka. Partitions that intake holds because offsets are gone are named below.\n"
    "\n" COMMON_HELP "  --group G            intake's consumer group [onecase-intake]\n"
    "\n"
    "PostgreSQL is found by PGHOST, PGPORT, PGUSER and PGDATABASE. When it or Kafka does not\n"
    "answer, what it would have told is left out, and that is said.\n"
    "\n"
    "exit: 0 listed, 1 files with mistakes among them (`onecase check FOLDER` names them all), or\n"
    "partitions that are held (`onecase source resume TOPIC`), 3 no such folder, 64 wrong words\n";

static bool wrong(const char *command, const char *message, const char *word)
{
    command_usage_error(command, message, word);
    return false;
}

/* 0, 30, 30s, 5m, 1h */
static bool read_wait(const char *word, void *target)
{
    int64_t *wait_ms = target;
    static const struct {
        char letter;
        int64_t ms;
    } UNITS[] = {{'s', 1000}, {'m', 60 * 1000}, {'h', 60 * 60 * 1000}};
    Text text = text_from(word);
    int64_t unit_ms = 1000;
    for (size_t i = 0; i < sizeof(UNITS) / sizeof(UNITS[0]) && text.size > 0; i++) {
        if (text.data[text.size - 1] != UNITS[i].letter)
            continue;
        unit_ms = UNITS[i].ms;
        text.size--;
        break;
    }
    int64_t number;
    if (!text_is_digits(text) || !text_to_int64(text, &number) || number > WAIT_MAX_MS / unit_ms)
        return wrong("source add", "--wait is a time up to a day like 30s, 5m or 0, not", word);
    *wait_ms = number * unit_ms;
    return true;
}

static bool read_partitions(const char *word, void *target)
{
    int64_t *partitions = target;
    return (text_to_int64(text_from(word), partitions) && *partitions >= 1 &&
            *partitions <= PARTITIONS_MAX) ||
           wrong("source add", "--partitions is a number from 1 to 10000, not", word);
}

/* What both take, first in their tables. */
#define COMMON_ROWS(options_)                                                                      \
    {"sources", .text = &(options_)->sources}, {"regions", .text = &(options_)->regions},          \
        {"words", .text = &(options_)->words}, {"prefix", .text = &(options_)->prefix},            \
        {"brokers", .text = &(options_)->brokers},                                                 \
    {                                                                                              \
        "json", .flag = &(options_)->json                                                          \
    }

static SourceOptions defaults(void)
{
    return (SourceOptions){.sources = "deploy/sources",
                           .prefix = "",
                           .group = "onecase-intake",
                           .brokers = options_brokers(),
                           .wait_ms = -1};
}

/* A folder without the '/' at its end, so that paths made of it look like those that people write. */
static void trim_folder(SourceOptions *options, Arena *arena)
{
    Text folder = text_from(options->sources);
    while (folder.size > 1 && text_ends(folder, TEXT("/")))
        folder.size--;
    options->sources = text_string(arena, folder);
}

static bool check_add(int argc, char **argv, int words, SourceOptions *options)
{
    if (words == argc)
        return wrong("source add", "a mapping FILE is missing", NULL);
    if (words + 1 < argc)
        return wrong("source add", "one FILE at a time, not also", argv[words + 1]);
    options->file = argv[words];
    int ways = (options->pid_file != NULL) + (options->command != NULL) + options->no_reload;
    if (ways > 1)
        return wrong("source add", "only one of --pid, --reload and --no-reload", NULL);
    if (options->wait_ms < 0)
        options->wait_ms =
            options->pid_file != NULL || options->command != NULL ? SOURCE_WAIT_MS : 0;
    return true;
}

bool source_options_read_add(
    int argc, char **argv, Arena *arena, SourceOptions *options, int *status)
{
    const Option rows[] = {
        COMMON_ROWS(options),
        {"partitions", .read = read_partitions, .target = &options->partitions},
        {"wait", .read = read_wait, .target = &options->wait_ms},
        {"topics", .text = &options->topics},
        {"group", .text = &options->group},
        {"pid", .text = &options->pid_file},
        {"reload", .text = &options->command},
        {"no-reload", .flag = &options->no_reload},
        {"replace", .flag = &options->replace},
        {"dry-run", .flag = &options->dry_run},
    };
    const OptionTable table = {"source add", ADD_USAGE, rows, sizeof(rows) / sizeof(rows[0])};
    int words;
    *options = defaults();
    if (!options_read(&table, argc, argv, &words, status))
        return false;
    *status = EXIT_USAGE;
    trim_folder(options, arena);
    return check_add(argc, argv, words, options);
}

bool source_options_read_list(
    int argc, char **argv, Arena *arena, SourceOptions *options, int *status)
{
    const Option rows[] = {COMMON_ROWS(options), {"group", .text = &options->group}};
    const OptionTable table = {"source list", LIST_USAGE, rows, sizeof(rows) / sizeof(rows[0])};
    int words;
    *options = defaults();
    if (!options_read(&table, argc, argv, &words, status))
        return false;
    *status = EXIT_USAGE;
    if (words < argc)
        return wrong("source list", "no words are taken, not", argv[words]);
    trim_folder(options, arena);
    return true;
}
