/*
 * onecase case list | show | explain: arguments and the way to the subcommand.
 */
#include "case.h"

#include "command.h"
#include "options.h"

#include "adapters/schema_version.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char USAGE[] =
    "usage: onecase case list [--region R] [--level N] [--open] [--limit N] [--json]\n"
    "       onecase case show ID [--json]\n"
    "       onecase case explain ID [--json]\n"
    "       onecase case explain --report REPORT [--json]\n"
    "\n"
    "  list      cases, the reddest and most reported first\n"
    "  show      one case: its hazard, its reports, its timeline\n"
    "            ID is a case number (AJ9901-20261122-0007) or a hazard number (HZ9901-000123)\n"
    "  explain   why a report is where it is: every comparison with both values and its weight,\n"
    "            adding up exactly, who competed, which vetoes were tested, and the runner-up.\n"
    "            Of a case or hazard: a line for each of its reports\n"
    "            REPORT is SOURCE/RECORD_NO, as show prints it, or REGION:REPORT_ID (9901:12);\n"
    "            it may stand without --report\n"
    "\n"
    "  --region R   cases of one region\n"
    "  --level N    cases at least this red: 1 red, 2 orange, 3 yellow, 4 blue\n"
    "  --open       cases that are not closed\n"
    "  --limit N    at most N cases [20]\n"
    "  --json       for machines (docs/decisions.md)\n"
    "\n"
    "exit codes: 0 done, 3 no such case or report, 64 wrong words, 69 PostgreSQL does not answer\n";

static int usage_error(const char *message, const char *word)
{
    return command_usage_error("case", message, word);
}

static bool read_number(const char *word, int64_t min, int64_t max, int64_t *value)
{
    return text_to_int64(text_from(word), value) && *value >= min && *value <= max;
}

static bool read_level(const char *value, void *target)
{
    if (read_number(value, 1, 4, target))
        return true;
    usage_error("--level is 1 to 4, not", value);
    return false;
}

static bool read_limit(const char *value, void *target)
{
    if (read_number(value, 1, 1000000, target))
        return true;
    usage_error("--limit is 1 to 1000000, not", value);
    return false;
}

typedef enum Words { NO_WORDS, AN_ID, AN_ID_OR_REPORT } Words;

typedef struct Subcommand {
    const char *name;
    int (*run)(const CaseCommand *command);
    Words words;
} Subcommand;

static const Subcommand SUBCOMMANDS[] = {{"list", case_list, NO_WORDS},
                                         {"show", case_show, AN_ID},
                                         {"explain", case_explain, AN_ID_OR_REPORT}};

static const Subcommand *find(const char *name)
{
    for (size_t i = 0; i < sizeof SUBCOMMANDS / sizeof SUBCOMMANDS[0]; i++)
        if (strcmp(name, SUBCOMMANDS[i].name) == 0)
            return &SUBCOMMANDS[i];
    return NULL;
}

/* argv begins with the subcommand's name. False: *status says with what to end. */
static bool
read_words(const Subcommand *subcommand, int argc, char **argv, CaseCommand *command, int *status)
{
    const char *report = NULL;
    const Option rows[] = {{"region", .text = &command->region},
                           {"level", .read = read_level, .target = &command->level},
                           {"open", .flag = &command->open_only},
                           {"limit", .read = read_limit, .target = &command->limit},
                           {"json", .flag = &command->json},
                           {"report", .text = &report}};
    const OptionTable table = {"case", USAGE, rows, sizeof rows / sizeof rows[0]};
    int first = 0;
    if (!options_read(&table, argc, argv, &first, status))
        return false;
    int words = argc - first;
    int wanted = subcommand->words == NO_WORDS || report != NULL ? 0 : 1;
    *status = EXIT_USAGE;
    if (report != NULL && subcommand->words != AN_ID_OR_REPORT)
        usage_error("--report is for explain, not for", subcommand->name);
    else if (words != wanted)
        usage_error(wanted == 1 ? "one id is needed after" : "no words are taken after",
                    report != NULL ? "--report" : subcommand->name);
    else
        *status = EXIT_OK;
    command->id = report != NULL ? report : words == 1 ? argv[first] : NULL;
    return *status == EXIT_OK;
}

/* The first statement connects, so that a word that is no id is said without a server. */
static int run(const Subcommand *subcommand, CaseCommand *command)
{
    static const PostgresSettings SETTINGS = {
        .conninfo = "", .application = "onecase", .greet = schema_version_check};
    command->pg = postgres_new(&SETTINGS);
    command->arena = arena_new(65536);
    int code = subcommand->run(command);
    postgres_free(command->pg);
    arena_free(command->arena);
    return code;
}

int command_case(int argc, char **argv)
{
    if (argc < 2)
        return usage_error("a subcommand is missing: list, show or explain", NULL);
    if (strcmp(argv[1], "--help") == 0) {
        fputs(USAGE, stdout);
        return EXIT_OK;
    }
    const Subcommand *subcommand = find(argv[1]);
    if (subcommand == NULL)
        return usage_error("no subcommand", argv[1]);
    CaseCommand command = {.limit = 20};
    int status = EXIT_OK;
    if (!read_words(subcommand, argc - 1, argv + 1, &command, &status))
        return status;
    return run(subcommand, &command);
}
