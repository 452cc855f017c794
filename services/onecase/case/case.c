/*
 * onecase case list | show | explain: arguments and the way to the subcommand.
 */
#include "case.h"

#include "command.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char USAGE[] =
    "usage: onecase case list [--region R] [--level N] [--open] [--limit N] [--json]\n"
    "       onecase case show ID [--json]\n"
    "       onecase case explain REPORT [--json]\n"
    "\n"
    "  list      cases, the reddest and most reported first\n"
    "  show      one case: its hazard, its reports, its timeline\n"
    "            ID is a case number (AJ9901-20261122-0007) or a hazard number (HZ9901-000123)\n"
    "  explain   why a report is where it is: every comparison with both values and its weight,\n"
    "            adding up exactly, and the runner-up\n"
    "            REPORT is SOURCE/RECORD_NO, as show prints it, or REGION:REPORT_ID (9901:12)\n"
    "\n"
    "  --region R   cases of one region\n"
    "  --level N    cases at least this red: 1 red, 2 orange, 3 yellow, 4 blue\n"
    "  --open       cases that are not closed\n"
    "  --limit N    at most N cases [20]\n"
    "  --json       for machines\n"
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

/* EXIT_OK when the options were fine; the words left begin at optind. */
static int read_options(int argc, char **argv, CaseCommand *command)
{
    static const struct option OPTIONS[] = {
        {"region", required_argument, NULL, 'r'}, {"level", required_argument, NULL, 'l'},
        {"open", no_argument, NULL, 'o'},         {"limit", required_argument, NULL, 'n'},
        {"json", no_argument, NULL, 'j'},         {NULL, 0, NULL, 0}};
    optind = 1;
    for (int option; (option = getopt_long(argc, argv, ":", OPTIONS, NULL)) != -1;) {
        switch (option) {
        case 'r':
            command->region = optarg;
            break;
        case 'l':
            if (!read_number(optarg, 1, 4, &command->level))
                return usage_error("--level is 1 to 4, not", optarg);
            break;
        case 'o':
            command->open_only = true;
            break;
        case 'n':
            if (!read_number(optarg, 1, 1000000, &command->limit))
                return usage_error("--limit is 1 to 1000000, not", optarg);
            break;
        case 'j':
            command->json = true;
            break;
        default:
            return command_option_error("case", option, argv);
        }
    }
    return EXIT_OK;
}

static const struct {
    const char *name;
    int (*run)(const CaseCommand *command);
    bool takes_id;
} SUBCOMMANDS[] = {
    {"list", case_list, false}, {"show", case_show, true}, {"explain", case_explain, true}};

/* The first statement connects, so that a word that is no id is said without a server. */
static int run(int (*subcommand)(const CaseCommand *), CaseCommand *command)
{
    static const PostgresSettings SETTINGS = {.conninfo = "", .application = "onecase"};
    command->pg = postgres_new(&SETTINGS);
    command->arena = arena_new(65536);
    int code = subcommand(command);
    postgres_free(command->pg);
    arena_free(command->arena);
    return code;
}

int command_case(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0) {
            fputs(USAGE, stdout);
            return EXIT_OK;
        }
    if (argc < 2)
        return usage_error("a subcommand is missing: list, show or explain", NULL);
    for (size_t i = 0; i < sizeof SUBCOMMANDS / sizeof SUBCOMMANDS[0]; i++) {
        if (strcmp(argv[1], SUBCOMMANDS[i].name) != 0)
            continue;
        CaseCommand command = {.limit = 20};
        int code = read_options(argc - 1, argv + 1, &command);
        if (code != EXIT_OK)
            return code;
        int words = argc - 1 - optind;
        if (words != (SUBCOMMANDS[i].takes_id ? 1 : 0))
            return usage_error(SUBCOMMANDS[i].takes_id ? "one id is needed after"
                                                       : "no words are taken after",
                               argv[1]);
        command.id = words == 1 ? argv[1 + optind] : NULL;
        return run(SUBCOMMANDS[i].run, &command);
    }
    return usage_error("no subcommand", argv[1]);
}
