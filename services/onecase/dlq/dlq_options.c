/*
 * The words of all subcommands in one table; each row says which of them take it. A word that stands alone is an origin
 * when it has a slash, else the number of a group.
 */
#include "dlq_options.h"

#include "command.h"
#include "options.h"
#include "when.h"

#include "base/clock.h"

#include "domain/record.h"

#include <stdio.h>
#include <string.h>

enum {
    LIST = 1,
    SHOW = 2,
    REDRIVE = 4,
    PARK = 8,
    UNPARK = 16,
    EXPORT = 32,
    ALL = 63,
    FILTERED = LIST | REDRIVE | PARK | UNPARK | EXPORT,
    WITH_KAFKA = SHOW | REDRIVE | EXPORT,
    ROWS = 24,
    GROUP_SIZE = 8,
    WAIT_MOST_S = 3600,
    SECOND_MS = 1000,
    LIST_LIMIT = 50,
    WAIT_S = 30
};

const char DLQ_USAGE[] =
    "usage: onecase dlq list    [FILTERS] [--state S] [--each] [--limit N] [--json]\n"
    "       onecase dlq show    ORIGIN|GROUP [--json] [--raw --reason TEXT]\n"
    "       onecase dlq redrive ORIGIN...|GROUP...|FILTERS [--yes] [--all] [--again] [--wait S]\n"
    "                           [--sources DIR] [--reason TEXT] [--json]\n"
    "       onecase dlq park    ORIGIN...|GROUP...|FILTERS --reason TEXT\n"
    "       onecase dlq unpark  ORIGIN...|GROUP...|FILTERS --reason TEXT\n"
    "       onecase dlq export  ORIGIN...|GROUP...|FILTERS --out FILE --reason TEXT\n"
    "\n"
    "Dead letters: records that could not be taken. Their rows stay for ever, their bytes 30 "
    "days.\n"
    "\n"
    "  list     by cause, newest trouble first; each group has a number the others take\n"
    "  show     all that is known of one, its bytes masked (digits as 9, letters as a, others as\n"
    "           字), and what to do. --raw: the bytes as they are, for members of\n"
    "           onecase_custodian alone, and logged\n"
    "  redrive  tries the bytes with the mapping files as they are now and says what would come\n"
    "           of it; with --yes gives those that would pass to intake again, and waits for them\n"
    "  park     puts them out of sight: nothing will be done about them\n"
    "  unpark   takes that back\n"
    "  export   bytes and all that is known, one JSON object a line, for onecase_custodian; "
    "logged\n"
    "\n"
    "  ORIGIN         topic/partition/offset#item, as list --each and show print it\n"
    "  GROUP          the number of a group, as list prints it; --group ID says the same\n"
    "  --source S  --stage S  --rule R\n"
    "  --since WHEN   received 30s, 15m, 1h, 7d ago or later, or since a time with its zone\n"
    "                 (2026-02-01T08:30:00+08:00)\n"
    "  --until WHEN   received before\n"
    "  --state S      open, released, parked, resolved or all [open and released]\n"
    "  --each         single ones\n"
    "  --limit N      at most N lines of list [50]\n"
    "  --sources DIR  mapping files on trial [deploy/sources]; --regions FILE and --words FOLDER "
    "as\n"
    "                 in `onecase map`\n"
    "  --yes          do it; without, redrive ends after the trial\n"
    "  --all          also those that would fail again\n"
    "  --again        also those released before that never came back\n"
    "  --wait S       seconds to wait for what was released [30]\n"
    "  --reason TEXT  why; stands in the log of commands, or of access\n"
    "  --out FILE     must not exist; for its owner's eyes alone\n"
    "  --prefix P     put before every topic name, for tests\n"
    "  --brokers LIST host:port,... [$ONECASE_BROKERS, else localhost:9092]\n"
    "  --json         for machines\n"
    "\n"
    "exit codes: 0 done, 1 some would fail, or failed again, 3 no such dead letter, 64 wrong "
    "words,\n"
    "69 Kafka or PostgreSQL does not answer, 70 one of them refuses, 75 on its way: look again,\n"
    "77 this user may not\n";

static const struct {
    const char *name;
    int mask;
} SUBCOMMANDS[] = {{"list", LIST}, {"show", SHOW},     {"redrive", REDRIVE},
                   {"park", PARK}, {"unpark", UNPARK}, {"export", EXPORT}};

static bool wrong(const char *message, const char *word)
{
    command_usage_error("dlq", message, word);
    return false;
}

/* ---- values ---- */

static bool read_when(const char *word, void *target)
{
    return when_read(text_from(word), clock_wall_us(), target) ||
           wrong("a time is 30s, 15m, 1h, 7d or such as 2026-02-01T08:30:00+08:00, not", word);
}

static bool read_limit(const char *word, void *target)
{
    int64_t *limit = target;
    return (text_to_int64(text_from(word), limit) && *limit > 0) ||
           wrong("--limit is a number from 1 on, not", word);
}

static bool read_wait(const char *word, void *target)
{
    int64_t *wait_ms = target;
    if (!text_to_int64(text_from(word), wait_ms) || *wait_ms < 0 || *wait_ms > WAIT_MOST_S)
        return wrong("--wait is 0 to 3600 seconds, not", word);
    *wait_ms *= SECOND_MS;
    return true;
}

static bool read_state(const char *word, void *target)
{
    static const char *const STATES[] = {"open", "released", "parked", "resolved", "all"};
    for (size_t i = 0; i < sizeof(STATES) / sizeof(STATES[0]); i++)
        if (strcmp(word, STATES[i]) == 0) {
            *(const char **)target = STATES[i];
            return true;
        }
    return wrong("--state is open, released, parked, resolved or all, not", word);
}

/* What is named twice is done, and counted, once. */
static bool is_named(TextList named, Text word)
{
    for (size_t i = 0; i < named.count; i++)
        if (text_equal(named.items[i], word))
            return true;
    return false;
}

static bool add_group(DlqOptions *options, const char *word)
{
    Text group = text_from(word);
    if (is_named(options->groups, group))
        return true;
    bool hex = group.size == GROUP_SIZE && strspn(word, "0123456789abcdef") == GROUP_SIZE;
    options->groups.items[options->groups.count++] = group;
    return hex || wrong("neither an origin (topic/partition/offset#item) nor a group (8 hex "
                        "digits, see `onecase dlq list`)",
                        word);
}

static bool read_group(const char *word, void *target)
{
    DlqOptions *options = target;
    return options->groups.count == 0 ? add_group(options, word)
                                      : wrong("--group can be given once, not also", word);
}

/* ---- words ---- */

static bool add_word(DlqOptions *options, const char *word)
{
    Origin origin;
    if (strchr(word, '/') == NULL)
        return add_group(options, word);
    if (!record_origin_parse(text_from(word), &origin))
        return wrong("an origin is topic/partition/offset#item, not", word);
    if (is_named(options->origins, text_from(word)))
        return true;
    options->origins.items[options->origins.count++] = text_from(word);
    return true;
}

static bool is_filtered(const DlqOptions *options)
{
    return options->source != NULL || options->stage != NULL || options->rule != NULL ||
           options->since_us != 0 || options->until_us != 0;
}

bool dlq_options_narrow(const DlqOptions *options)
{
    return is_filtered(options) || options->groups.count > 0;
}

static bool takes_words(const DlqOptions *options, int mask)
{
    size_t named = options->origins.count + options->groups.count;
    if (mask == SHOW && named != 1)
        return wrong("show takes one origin or one group", NULL);
    if (mask == LIST && options->origins.count > 0)
        return wrong("list takes no origin: `onecase dlq show` does", NULL);
    if (options->origins.count > 0 && (options->groups.count > 0 || is_filtered(options)))
        return wrong("origins stand alone, without a group or filter", NULL);
    if ((mask & (REDRIVE | PARK | UNPARK | EXPORT)) != 0 && named == 0 && !is_filtered(options))
        return wrong(
            "say which: ORIGIN..., a GROUP, or --source, --stage, --rule, --since, --until", NULL);
    return true;
}

static bool has_reason(const DlqOptions *options, int mask)
{
    bool given = options->reason != NULL && !text_is_empty(text_trim(text_from(options->reason)));
    if ((mask & (PARK | UNPARK | EXPORT)) != 0 && !given)
        return wrong("a --reason is needed for", options->subcommand);
    if (mask == SHOW && options->raw && !given)
        return wrong("a --reason is needed for", "show --raw");
    if (mask == SHOW && !options->raw && options->reason != NULL)
        return wrong("--reason goes with --raw", NULL);
    if (mask == SHOW && options->raw && options->json)
        return wrong("--raw prints bytes, no --json; `onecase dlq export` does both", NULL);
    if (mask == SHOW && options->raw && options->origins.count == 0)
        return wrong("--raw takes one origin, no group", NULL);
    if (mask == EXPORT && options->out == NULL)
        return wrong("--out FILE is needed for", options->subcommand);
    return true;
}

static int mask_of(const char *subcommand)
{
    for (size_t i = 0; i < sizeof(SUBCOMMANDS) / sizeof(SUBCOMMANDS[0]); i++)
        if (strcmp(SUBCOMMANDS[i].name, subcommand) == 0)
            return SUBCOMMANDS[i].mask;
    return 0;
}

static bool read_rows(int mask, int argc, char **argv, DlqOptions *options, int *first, int *status)
{
    const struct {
        int mask;
        Option option;
    } known[] = {
        {FILTERED, {"source", .text = &options->source}},
        {FILTERED, {"stage", .text = &options->stage}},
        {FILTERED, {"rule", .text = &options->rule}},
        {FILTERED, {"since", .read = read_when, .target = &options->since_us}},
        {FILTERED, {"until", .read = read_when, .target = &options->until_us}},
        {ALL, {"group", .read = read_group, .target = options}},
        {LIST, {"state", .read = read_state, .target = &options->state}},
        {LIST, {"each", .flag = &options->each}},
        {LIST, {"limit", .read = read_limit, .target = &options->limit}},
        {LIST | SHOW | REDRIVE, {"json", .flag = &options->json}},
        {SHOW, {"raw", .flag = &options->raw}},
        {ALL & ~LIST, {"reason", .text = &options->reason}},
        {EXPORT, {"out", .text = &options->out}},
        {SHOW | REDRIVE, {"sources", .text = &options->sources}},
        {REDRIVE, {"regions", .text = &options->regions}},
        {REDRIVE, {"words", .text = &options->words}},
        {REDRIVE, {"yes", .flag = &options->yes}},
        {REDRIVE, {"all", .flag = &options->all}},
        {REDRIVE, {"again", .flag = &options->again}},
        {REDRIVE, {"wait", .read = read_wait, .target = &options->wait_ms}},
        {ALL, {"prefix", .text = &options->prefix}},
        {WITH_KAFKA, {"brokers", .text = &options->brokers}},
    };
    Option rows[ROWS];
    OptionTable table = {"dlq", DLQ_USAGE, rows, 0};
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if ((known[i].mask & mask) != 0)
            rows[table.count++] = known[i].option;
    return options_read(&table, argc, argv, first, status);
}

bool dlq_options_read(int argc, char **argv, Arena *arena, DlqOptions *options, int *status)
{
    *options = (DlqOptions){.subcommand = argv[0],
                            .limit = LIST_LIMIT,
                            .sources = "deploy/sources",
                            .wait_ms = WAIT_S * SECOND_MS,
                            .prefix = "",
                            .brokers = options_brokers()};
    options->origins.items = ARENA_ARRAY(arena, Text, argc);
    options->groups.items = ARENA_ARRAY(arena, Text, argc);
    int mask = mask_of(argv[0]);
    *status = EXIT_USAGE;
    if (mask == 0)
        return wrong("no subcommand", argv[0]);
    int first = 0;
    if (!read_rows(mask, argc, argv, options, &first, status))
        return false;
    *status = EXIT_USAGE;
    for (int i = first; i < argc; i++)
        if (!add_word(options, argv[i]))
            return false;
    if (!takes_words(options, mask) || !has_reason(options, mask))
        return false;
    *status = EXIT_OK;
    return true;
}
