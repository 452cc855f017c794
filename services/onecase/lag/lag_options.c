/*
 * The command line. Options that say where to measure (--prefix, --brokers, --sources, --group ...) or how exactly (--max) have it
 * measured here: lagwatch would answer for what it was set to.
 */
#include "lag/lag_options.h"

#include "command.h"
#include "options.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { SECOND_MS = 1000, WAIT_MS = 2000, WAIT_MAX_S = 600, WATCH_MS = 2000, WATCH_MAX_S = 3600 };

static const char LAGWATCH[] = "http://127.0.0.1:9104";

static const char USAGE[] =
    "usage: onecase lag [--all] [--json] [--lagwatch URL | --direct] [--wait S]\n"
    "       onecase lag --watch [S]\n"
    "       onecase lag --verdict [GROUP]\n"
    "       onecase lag --max N [--json] [--prefix P] [--group G] [--sources DIR]\n\n"
    "Whether the hub is behind, since when, why, and what to do: each consumer group with\n"
    "its partitions in trouble, the programs, and how fresh the database is for each source.\n"
    "lagwatch is asked, which has watched for a while; where nobody answers there, Kafka and\n"
    "PostgreSQL are asked from here, twice some seconds apart, and a line on stderr says so.\n\n"
    "  --all            every partition, not only those in trouble\n"
    "  --watch [S]      full screen, drawn anew every S seconds [2]; `?` shows the keys\n"
    "  --verdict [G]    one line, and an exit code by the worst verdict (below); of one group\n"
    "                   or program: onecase-matcher, matcher\n"
    "  --json           one JSON object\n"
    "  --lagwatch URL   where lagwatch is [$ONECASE_LAGWATCH, else http://127.0.0.1:9104];\n"
    "                   without it one that asks no broker of $ONECASE_BROKERS is not believed\n"
    "  --direct         ask Kafka and PostgreSQL from here\n"
    "  --wait S         seconds between the looks then [2]; rates and standstill need some\n\n"
    "Is everything in the database? Measured from here, once, exact at the time of the call:\n"
    "  --max N          end with 1 when intake and matcher have more than N messages to do\n\n"
    "Where to measure; each has it measured from here:\n"
    "  --prefix P       put before every topic name, for tests; one look, as with --max\n"
    "  --group G        intake's consumer group [onecase-intake]\n"
    "  --matcher-group G  the matcher's [onecase-matcher]\n"
    "  --sources DIR    mapping files that name the departments' topics [deploy/sources]\n"
    "  --brokers LIST   host:port,... [$ONECASE_BROKERS, else localhost:9092]\n"
    "PostgreSQL is found by PGHOST, PGPORT, PGUSER and PGDATABASE.\n\n"
    "LAG is in messages, AGE that of the next record to be read. FOR is how long the verdict\n"
    "holds (>: at least, it did so before anybody watched). DONE IN is when nothing waits any\n"
    "more at these rates. Times are those of UTC+8. Lines are as wide as the terminal, elsewhere\n"
    "COLUMNS, else 80.\n\n"
    "Ends with 0; 1 above --max, 3 when there is no such group, 64 for a wrong command line,\n"
    "69 when nobody could be asked (--verdict: or what is known is older than a minute), 70\n"
    "when a server refuses. --verdict: 0 OK, 10 CATCHING_UP, 11 SLOW, 12 STALLED, 13 STOPPED,\n"
    "14 REWOUND, 15 AT_RISK, 16 REFUSING, 17 LOST, 18 DATABASE_DOWN.\n";

static bool read_max(const char *word, void *target)
{
    int64_t *max = target;
    if (text_to_int64(text_from(word), max) && *max >= 0)
        return true;
    command_usage_error("lag", "--max is a number of messages, not", word);
    return false;
}

static bool read_seconds(const char *word, int64_t least_s, int64_t most_s, int64_t *ms)
{
    double seconds = 0;
    if (!text_to_double(text_from(word), &seconds) || seconds < (double)least_s ||
        seconds > (double)most_s)
        return false;
    *ms = (int64_t)(seconds * SECOND_MS);
    return true;
}

static bool read_wait(const char *word, void *target)
{
    if (read_seconds(word, 0, WAIT_MAX_S, target))
        return true;
    command_usage_error("lag", "--wait is a number of seconds from 0 to 600, not", word);
    return false;
}

static bool read_options(int argc, char **argv, LagOptions *options, int *words, int *status)
{
    const Option rows[] = {
        {"all", .flag = &options->all},
        {"watch", .flag = &options->watch},
        {"verdict", .flag = &options->verdict},
        {"json", .flag = &options->json},
        {"lagwatch", .text = &options->lagwatch},
        {"direct", .flag = &options->direct},
        {"wait", .read = read_wait, .target = &options->wait_ms},
        {"max", .read = read_max, .target = &options->max},
        {"prefix", .text = &options->prefix},
        {"group", .text = &options->group},
        {"matcher-group", .text = &options->matcher_group},
        {"sources", .text = &options->sources},
        {"brokers", .text = &options->brokers},
    };
    const OptionTable table = {"lag", USAGE, rows, sizeof(rows) / sizeof(rows[0])};
    return options_read(&table, argc, argv, words, status);
}

/* The word behind --watch or --verdict. */
static bool take_word(int count, char **words, LagOptions *options)
{
    if (count > 0 && !options->watch && !options->verdict)
        return command_usage_error("lag", "no words are taken, not", words[0]) == EXIT_OK;
    if (count > 1)
        return command_usage_error("lag", "one word at most, not also", words[1]) == EXIT_OK;
    if (count == 1 && options->verdict && words[0][0] == '\0')
        return command_usage_error("lag", "--verdict is of a group or a program, not of",
                                   words[0]) == EXIT_OK;
    if (count == 1 && options->verdict)
        options->verdict_of = words[0];
    else if (count == 1 && !read_seconds(words[0], 1, WATCH_MAX_S, &options->watch_ms))
        return command_usage_error("lag", "--watch is a number of seconds from 1 to 3600, not",
                                   words[0]) == EXIT_OK;
    return true;
}

/* "http://host:port", with or without a slash behind. */
static bool take_address(LagOptions *options)
{
    const Text address = text_from(options->lagwatch);
    const Text scheme = TEXT("http://");
    const Text rest = text_slice(address, scheme.size, SIZE_MAX);
    if (text_starts(address, scheme) && rest.size > 0 && rest.data[0] != '/' &&
        !text_contains(rest, TEXT(" ")))
        return true;
    return command_usage_error("lag", "--lagwatch is an address like http://127.0.0.1:9104, not",
                               options->lagwatch) == EXIT_OK;
}

static bool fit_together(const LagOptions *options)
{
    const bool counted = options->max < INT64_MAX;
    if (options->watch + options->json + options->verdict > 1)
        return command_usage_error("lag", "only one of --watch, --json and --verdict", NULL) ==
               EXIT_OK;
    if (counted && (options->watch || options->verdict))
        return command_usage_error("lag", "--max goes with a table or with --json", NULL) ==
               EXIT_OK;
    return true;
}

bool lag_options_read(int argc, char **argv, LagOptions *options, int *status)
{
    const char *lagwatch = getenv("ONECASE_LAGWATCH");
    const char *brokers = getenv("ONECASE_BROKERS");
    int words = 0;
    *options = (LagOptions){.max = INT64_MAX, .wait_ms = -1, .watch_ms = WATCH_MS};
    if (!read_options(argc, argv, options, &words, status))
        return false;
    options->same_brokers = options->lagwatch == NULL && brokers != NULL && brokers[0] != '\0';
    if (options->lagwatch == NULL)
        options->lagwatch = lagwatch != NULL && lagwatch[0] != '\0' ? lagwatch : LAGWATCH;
    *status = EXIT_USAGE;
    if (!take_word(argc - words, argv + words, options) || !fit_together(options) ||
        !take_address(options))
        return false;
    *status = EXIT_OK;
    options->direct = options->direct || options->max < INT64_MAX || options->prefix != NULL ||
                      options->group != NULL || options->matcher_group != NULL ||
                      options->sources != NULL || options->brokers != NULL;
    options->exact = (options->max < INT64_MAX || options->prefix != NULL) && !options->watch &&
                     !options->verdict && options->wait_ms < 0;
    if (options->wait_ms < 0)
        options->wait_ms = options->exact ? 0 : WAIT_MS;
    options->prefix = options->prefix != NULL ? options->prefix : "";
    options->group = options->group != NULL ? options->group : "onecase-intake";
    options->matcher_group =
        options->matcher_group != NULL ? options->matcher_group : "onecase-matcher";
    options->sources = options->sources != NULL ? options->sources : "deploy/sources";
    options->brokers = options->brokers != NULL ? options->brokers : options_brokers();
    return true;
}
