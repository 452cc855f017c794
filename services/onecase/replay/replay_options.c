/*
 * The command line of `onecase replay`, and its help.
 */
#include "replay/replay_options.h"

#include "command.h"
#include "options.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const char USAGE[] =
    "usage: onecase replay --into CONNINFO [--compare] [--resume | --restored]\n"
    "                      [--model FILE] [--from-what-is-left] [--matcher PATH] [--prefix P]\n"
    "                      [--brokers LIST] [--json]\n\n"
    "Rebuilds the database from onecase.report: runs a matcher of its own over the whole log into\n"
    "an empty database, until it has read what was there at the start, and prints the digest.\n"
    "The live hub may go on meanwhile; nothing is written to Kafka, and what departments were\n"
    "told once is not announced again.\n\n"
    "  --into CONNINFO      the database to fill, added to PG*: a name or \"host=... "
    "dbname=...\";\n"
    "                       no password, which belongs in PGPASSFILE. The schema must be\n"
    "                       deployed and empty\n"
    "  --compare            hold the result against the database of PG*, table by table, at one\n"
    "                       moment when both have read the log equally far\n"
    "  --resume             go on with what an earlier replay left in the database, by\n"
    "                       the same --model, which is not remembered\n"
    "  --restored           the database was restored from a backup: go on behind what it holds. "
    "The\n"
    "                       same again when it ended early\n"
    "  --model FILE         matching model [the matcher's default, deploy/model/onecase.cfg]\n"
    "  --from-what-is-left  rebuild although the log begins late; the history before is missing\n"
    "  --matcher PATH       the matcher to run [beside this program]\n"
    "  --prefix P           put before every topic name, for tests\n"
    "  --brokers LIST       host:port,... [$ONECASE_BROKERS, else localhost:9092]\n"
    "  --json               one JSON object\n\n"
    "Ends with 0; 1 when --compare found differences or the run was stopped, 3 when the topic\n"
    "does not exist, 64 for a wrong command line, 69 when Kafka or PostgreSQL does not answer,\n"
    "70 when the database or the log is not fit for it or the matcher failed.\n";

/* design.md 11: no secrets on a command line, where every user of the machine sees them. */
static bool holds_password(const char *conninfo)
{
    const char *at = strstr(conninfo, "://");
    if (at == NULL)
        return strstr(conninfo, "password") != NULL;
    at += strlen("://");
    size_t user = strcspn(at, ":@/?");
    bool given = at[user] == ':' && strcspn(at, "@") < strcspn(at, "/?");
    return given || strstr(at, "password") != NULL;
}

static bool sound(const ReplayOptions *options)
{
    const char *wrong = NULL;
    if (options->into == NULL || options->into[0] == '\0')
        wrong = "--into is missing: which database to fill";
    else if (holds_password(options->into))
        wrong = "--into takes no password: put it into PGPASSFILE";
    else if (options->resume && options->restored)
        wrong = "--resume and --restored are two ways to go on: take --restored for a backup";
    if (wrong != NULL)
        command_usage_error("replay", wrong, NULL);
    return wrong == NULL;
}

bool replay_options_read(int argc, char **argv, ReplayOptions *options, int *status)
{
    const Option rows[] = {
        {"into", .text = &options->into},
        {"compare", .flag = &options->compare},
        {"resume", .flag = &options->resume},
        {"restored", .flag = &options->restored},
        {"model", .text = &options->model},
        {"from-what-is-left", .flag = &options->from_what_is_left},
        {"matcher", .text = &options->matcher},
        {"prefix", .text = &options->prefix},
        {"brokers", .text = &options->brokers},
        {"json", .flag = &options->json},
    };
    const OptionTable table = {"replay", USAGE, rows, sizeof(rows) / sizeof(rows[0])};
    *options = (ReplayOptions){.prefix = "", .brokers = options_brokers()};
    if (!options_read_alone(&table, argc, argv, status))
        return false;
    *status = EXIT_USAGE;
    return sound(options);
}
