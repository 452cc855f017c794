/*
 * The words of `onecase send`, and its help.
 */
#include "send_options.h"

#include "command.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
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

static bool read_format(const char *word, SendFormat *format)
{
    for (size_t i = 0; i < sizeof(FORMATS) / sizeof(FORMATS[0]); i++) {
        if (strcmp(word, FORMATS[i]) == 0) {
            *format = (SendFormat)i;
            return true;
        }
    }
    return wrong("--format is auto, jsonl, array or csv, not", word);
}

static bool read_separator(const char *word, char *separator)
{
    *separator = strcmp(word, "tab") == 0 ? '\t' : word[0];
    bool one = strcmp(word, "tab") == 0 || (word[0] != '\0' && word[1] == '\0');
    if (!one || (unsigned char)*separator >= 0x80 || strchr("\"\r\n", *separator) != NULL)
        return wrong("--separator is one ASCII character other than a quote, or \"tab\", not",
                     word);
    return true;
}

static bool read_rate(const char *word, int64_t *rate)
{
    if (!text_to_int64(text_from(word), rate) || *rate < 1 || *rate > 1000000)
        return wrong("--rate is a number from 1 to 1000000, not", word);
    return true;
}

/* Options with a value. */
static bool read_value(int option, SendOptions *options)
{
    switch (option) {
    case 'F':
        return read_format(optarg, &options->format);
    case 'S':
        return read_separator(optarg, &options->separator);
    case 'E':
        if (!encoding_from_name(text_from(optarg), &options->encoding))
            return wrong("--encoding is utf-8, gb18030 or auto, not", optarg);
        return true;
    case 'R':
        return read_rate(optarg, &options->rate);
    case 's':
        options->source = optarg;
        return true;
    case 't':
        options->topic = optarg;
        return true;
    case 'd':
        options->sources = optarg;
        return true;
    case 'r':
        options->regions = optarg;
        return true;
    case 'w':
        options->words = optarg;
        return true;
    case 'p':
        options->prefix = optarg;
        return true;
    default:
        options->brokers = optarg;
        return true;
    }
}

static bool read_flag(int option, SendOptions *options)
{
    switch (option) {
    case 1:
        options->dry_run = true;
        return true;
    case 2:
        options->strict = true;
        return true;
    case 3:
        options->backfill = true;
        return true;
    case 4:
        options->keep = true;
        return true;
    case 5:
        options->from_start = true;
        return true;
    case 6:
        options->json = true;
        return true;
    default:
        return false;
    }
}

static bool check(int argc, char **argv, SendOptions *options)
{
    if (optind == argc && options->source == NULL) {
        fputs(USAGE, stderr);
        return false;
    }
    if (options->source == NULL)
        return wrong("--source NAME says which feed the records are of", NULL);
    if (optind == argc)
        return wrong("a FILE, or - for standard input, is missing", NULL);
    if (optind + 1 < argc)
        return wrong("one FILE at a time, not also", argv[optind + 1]);
    options->file = argv[optind];
    if (options->separator != '\0' && options->format == SEND_AUTO)
        options->format = SEND_CSV;
    if (options->separator != '\0' && options->format != SEND_CSV)
        return wrong("--separator is of CSV only", NULL);
    return true;
}

bool send_options_read(int argc, char **argv, SendOptions *options, int *status)
{
    static const struct option LONG[] = {
        {"dry-run", no_argument, NULL, 1},
        {"strict", no_argument, NULL, 2},
        {"backfill", no_argument, NULL, 3},
        {"keep", no_argument, NULL, 4},
        {"from-start", no_argument, NULL, 5},
        {"json", no_argument, NULL, 6},
        {"source", required_argument, NULL, 's'},
        {"topic", required_argument, NULL, 't'},
        {"sources", required_argument, NULL, 'd'},
        {"regions", required_argument, NULL, 'r'},
        {"words", required_argument, NULL, 'w'},
        {"prefix", required_argument, NULL, 'p'},
        {"brokers", required_argument, NULL, 'b'},
        {"format", required_argument, NULL, 'F'},
        {"separator", required_argument, NULL, 'S'},
        {"encoding", required_argument, NULL, 'E'},
        {"rate", required_argument, NULL, 'R'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    const char *brokers = getenv("ONECASE_BROKERS");
    *options = (SendOptions){.sources = "deploy/sources",
                             .prefix = "",
                             .encoding = ENCODING_AUTO,
                             .brokers = brokers != NULL ? brokers : "localhost:9092"};
    *status = EXIT_USAGE;
    optind = 1;
    for (int option; (option = getopt_long(argc, argv, ":", LONG, NULL)) != -1;) {
        if (option == 'h') {
            fputs(USAGE, stdout);
            *status = EXIT_OK;
            return false;
        }
        if (option == ':' || option == '?') {
            command_option_error("send", option, argv);
            return false;
        }
        if (!read_flag(option, options) && !read_value(option, options))
            return false;
    }
    return check(argc, argv, options);
}

const char *send_format_name(SendFormat format)
{
    return FORMATS[format];
}
