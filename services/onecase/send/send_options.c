/*
 * The words of `onecase send`, and its help.
 */
#include "send_options.h"

#include "command.h"
#include "options.h"

#include <stdio.h>
#include <string.h>

static const char *const FORMATS[] = {
    [SEND_AUTO] = "auto", [SEND_LINES] = "jsonl", [SEND_ARRAY] = "array", [SEND_CSV] = "csv"};

static const char USAGE[] =
    "usage: onecase send --source NAME [OPTIONS] FILE|-\n"
    "\n"
    "Sends the records of a file to the topic of a feed, for a department without Kafka or with a\n"
    "history to bring in. FILE is JSON lines, JSON (an array, or objects one after another) or "
    "CSV\n"
    "with a header, whose names become the keys of a JSON object of texts; UTF-8 (with a byte "
    "order\n"
    "mark or without) or GB18030. - reads standard input.\n"
    "\n"
    "Each record is mapped first, so that it can be said what it will become. What will be a dead\n"
    "letter is sent all the same: it is accounted for like every record, and its bytes are kept.\n"
    "\n"
    "  onecase send --source GRID --dry-run events.csv    what would become of it; sends nothing\n"
    "  onecase send --source GRID events.csv              send it\n"
    "  onecase send --source GRID --backfill 2025.jsonl   history: after what is live, announced "
    "to\n"
    "                                                     nobody; oldest records first, please\n"
    "  zcat events.jsonl.gz | onecase send --source GRID -\n"
    "\n"
    "Stopped (Ctrl-C, a crash, a power cut) it goes on where Kafka had acknowledged everything "
    "when\n"
    "the same command is run again; how far it is stands in FILE.onecase-sent until the end. A\n"
    "record that is sent twice is an update, never a second report.\n"
    "\n"
    "  --source NAME        the feed: `source` of a mapping file\n"
    "  --dry-run            print what the records would become, and every record that would be a\n"
    "                       dead letter (the first 10); sends nothing, needs no Kafka\n"
    "  --strict             send nothing at all when a record would be a dead letter\n"
    "  --backfill           to TOPIC.backfill, which is made when it is missing (one partition, "
    "so\n"
    "                       that the order holds); intake reads it while nothing live waits\n"
    "  --format FORMAT      auto, jsonl, array or csv [auto: by name and content]\n"
    "  --separator C        of CSV: one character, or \"tab\" [the one of , ; tab | that the "
    "header "
    "has]\n"
    "  --encoding E         utf-8, gb18030 or auto [auto]\n"
    "  --topic T            when the feed has several topics\n"
    "  --rate N             at most N records a second\n"
    "  --keep               leave FILE.onecase-sent there at the end: when the file has grown, "
    "the\n"
    "                       same command sends what is new\n"
    "  --from-start         send everything, whatever FILE.onecase-sent says\n"
    "  --sources FOLDER     mapping files [deploy/sources]\n"
    "  --regions FILE       [../regions.cfg beside FOLDER]\n"
    "  --words FOLDER       [../model/words beside FOLDER]\n"
    "  --prefix P           put before every topic name, for tests\n"
    "  --brokers LIST       host:port,... [$ONECASE_BROKERS, else localhost:9092]\n"
    "  --json               the summary as one JSON object\n"
    "\n"
    "Progress and complaints (FILE:LINE: ...) go to stderr, the summary to stdout.\n"
    "\n"
    "exit: 0 everything was sent and acknowledged (dead letters too; with --dry-run: none would "
    "be\n"
    "one), 1 not everything could be sent, or --strict refused, or --dry-run found something,\n"
    "3 no such file, feed or topic, 64 wrong words, 69 Kafka does not answer, 70 Kafka refuses,\n"
    "75 stopped before the end, or another process sends this file\n";

static bool wrong(const char *message, const char *word)
{
    command_usage_error("send", message, word);
    return false;
}

static bool read_format(const char *word, void *target)
{
    SendFormat *format = target;
    for (size_t i = 0; i < sizeof(FORMATS) / sizeof(FORMATS[0]); i++) {
        if (strcmp(word, FORMATS[i]) == 0) {
            *format = (SendFormat)i;
            return true;
        }
    }
    return wrong("--format is auto, jsonl, array or csv, not", word);
}

static bool read_separator(const char *word, void *target)
{
    char *separator = target;
    *separator = strcmp(word, "tab") == 0 ? '\t' : word[0];
    bool one = strcmp(word, "tab") == 0 || (word[0] != '\0' && word[1] == '\0');
    if (!one || (unsigned char)*separator >= 0x80 || strchr("\"\r\n", *separator) != NULL)
        return wrong("--separator is one ASCII character other than a quote, or \"tab\", not",
                     word);
    return true;
}

static bool read_encoding(const char *word, void *target)
{
    return encoding_from_name(text_from(word), target) ||
           wrong("--encoding is utf-8, gb18030 or auto, not", word);
}

static bool read_rate(const char *word, void *target)
{
    int64_t *rate = target;
    if (!text_to_int64(text_from(word), rate) || *rate < 1 || *rate > 1000000)
        return wrong("--rate is a number from 1 to 1000000, not", word);
    return true;
}

static bool check(int argc, char **argv, int words, SendOptions *options)
{
    if (words == argc && options->source == NULL) {
        fputs(USAGE, stderr);
        return false;
    }
    if (options->source == NULL)
        return wrong("--source NAME says which feed the records are of", NULL);
    if (words == argc)
        return wrong("a FILE, or - for standard input, is missing", NULL);
    if (words + 1 < argc)
        return wrong("one FILE at a time, not also", argv[words + 1]);
    options->file = argv[words];
    if (options->separator != '\0' && options->format == SEND_AUTO)
        options->format = SEND_CSV;
    if (options->separator != '\0' && options->format != SEND_CSV)
        return wrong("--separator is of CSV only", NULL);
    return true;
}

bool send_options_read(int argc, char **argv, SendOptions *options, int *status)
{
    const Option rows[] = {
        {"dry-run", .flag = &options->dry_run},
        {"strict", .flag = &options->strict},
        {"backfill", .flag = &options->backfill},
        {"keep", .flag = &options->keep},
        {"from-start", .flag = &options->from_start},
        {"json", .flag = &options->json},
        {"source", .text = &options->source},
        {"topic", .text = &options->topic},
        {"sources", .text = &options->sources},
        {"regions", .text = &options->regions},
        {"words", .text = &options->words},
        {"prefix", .text = &options->prefix},
        {"brokers", .text = &options->brokers},
        {"format", .read = read_format, .target = &options->format},
        {"separator", .read = read_separator, .target = &options->separator},
        {"encoding", .read = read_encoding, .target = &options->encoding},
        {"rate", .read = read_rate, .target = &options->rate},
    };
    const OptionTable table = {"send", USAGE, rows, sizeof(rows) / sizeof(rows[0])};
    int words;
    *options = (SendOptions){.sources = "deploy/sources",
                             .prefix = "",
                             .encoding = ENCODING_AUTO,
                             .brokers = options_brokers()};
    if (!options_read(&table, argc, argv, &words, status))
        return false;
    *status = EXIT_USAGE;
    return check(argc, argv, words, options);
}

const char *send_format_name(SendFormat format)
{
    return FORMATS[format];
}
