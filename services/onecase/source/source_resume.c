/*
 * What is held stands beside the commits of intake's group (domain/place_note.h) and in onecase.gaps. Nothing is changed without
 * --yes.
 */
#include "source_resume.h"

#include "command.h"
#include "held.h"
#include "options.h"
#include "print.h"
#include "source_resume_report.h"

#include "base/unicode.h"

#include "domain/place_answer.h"

#include "adapters/kafka_admin.h"

#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { ARENA_BLOCK = 65536, ASK_LIMIT_MS = 15000, HOST_SIZE = 64 };

static const char USAGE[] =
    "usage: onecase source resume TOPIC [PARTITION] [--reason TEXT --yes] [OPTIONS]\n"
    "\n"
    "Shows the partitions of TOPIC that are held because offsets are gone, what is gone, and "
    "where\n"
    "reading would go on; with --yes has them go on. intake holds a partition of a department's\n"
    "topic when retention took records before they were read (lost), or when the topic is not the\n"
    "one it has read: made anew under the same name, or without its end (anew). The matcher holds "
    "a\n"
    "partition of onecase.report when records were taken from it (LOST).\n"
    "\n"
    "  lost   reading goes on at the first record there is; the offsets between are written down "
    "as\n"
    "         a gap (onecase.gaps), with who and why\n"
    "  anew   the topic is read as another one, from its first record; origins name it TOPIC~2\n"
    "         With --from-same it is the old one, restored with the same records at the same\n"
    "         offsets: reading goes on where it stopped\n"
    "\n"
    "What is gone does not come back by it: ask the department to send it again, if it can.\n"
    "\n"
    "  onecase source resume hotline.workorder\n"
    "  onecase source resume hotline.workorder 0 --yes --reason 'hub was off for nine days'\n"
    "\n"
    "  --yes            do it; otherwise it is only shown\n"
    "  --reason TEXT    why, in at most 500 bytes; names nobody; needed with --yes\n"
    "  --from-same      of a topic that was restored\n"
    "  --group G        intake's consumer group [onecase-intake]\n"
    "  --prefix P       put before every topic name, for tests\n"
    "  --brokers LIST   host:port,... [$ONECASE_BROKERS, else localhost:9092]\n"
    "\n"
    "For onecase.report PostgreSQL is found by PGHOST, PGPORT, PGUSER and PGDATABASE; the right\n"
    "needed is role onecase_operator.\n"
    "\n"
    "exit: 0 nothing is held, or they go on; 1 held, and --yes was not said; 3 no such topic or\n"
    "partition; 64 wrong words; 69 Kafka or PostgreSQL does not answer; 70 one of them refuses\n";

/* ---- words ---- */

static bool wrong(const char *message, const char *word)
{
    command_usage_error("source resume", message, word);
    return false;
}

/* It goes into a header and a row, and is read by people. */
static bool read_reason(const char *word, void *target)
{
    Text text = text_trim(text_from(word));
    bool clean = !text_is_empty(text) && text.size <= PLACE_ANSWER_WHY_MAX && unicode_valid(text);
    for (size_t i = 0; clean && i < text.size; i++)
        clean = (unsigned char)text.data[i] >= ' ' && text.data[i] != 0x7f;
    if (!clean)
        return wrong("--reason is one line of 1 to 500 bytes of UTF-8", NULL);
    *(Text *)target = text;
    return true;
}

static bool read_partition(const char *word, SourceResume *resume)
{
    int64_t number;
    if (!text_is_digits(text_from(word)) || !text_to_int64(text_from(word), &number) ||
        number > INT32_MAX)
        return wrong("PARTITION is a number from 0, not", word);
    resume->partition = (int32_t)number;
    return true;
}

static bool read_words(int argc, char **argv, SourceResume *resume, int *status)
{
    const Option rows[] = {
        {"yes", .flag = &resume->yes},
        {"from-same", .flag = &resume->same},
        {"group", .text = &resume->group},
        {"prefix", .text = &resume->prefix},
        {"brokers", .text = &resume->brokers},
        {"reason", .read = read_reason, .target = &resume->reason},
    };
    const OptionTable table = {"source resume", USAGE, rows, sizeof(rows) / sizeof(rows[0])};
    int words;
    if (!options_read(&table, argc, argv, &words, status))
        return false;
    *status = EXIT_USAGE;
    if (words == argc)
        return wrong("a TOPIC is missing", NULL);
    if (words + 2 < argc)
        return wrong("TOPIC and PARTITION are all, not also", argv[words + 2]);
    if (words + 1 < argc && !read_partition(argv[words + 1], resume))
        return false;
    if (resume->yes && text_is_absent(resume->reason))
        return wrong("--yes needs --reason TEXT", NULL);
    resume->topic = text_format(resume->arena, "%s%s", resume->prefix, argv[words]).data;
    return true;
}

/* ---- what is held ---- */

/* A partition that intake holds, and what the broker has of it. */
typedef struct Waiting {
    Held held;
    int64_t low;
    int64_t high;
} Waiting;

static bool find_waiting(SourceResume *resume, Waiting **waiting, size_t *count, Error *error)
{
    const KafkaTopic topic = {.name = resume->topic, .partitions = resume->partitions};
    const HeldTopics topics = {&topic, 1};
    HeldList held;
    if (!held_find(resume->admin, resume->group, topics, resume->arena, &held, error))
        return false;
    *waiting = ARENA_ARRAY(resume->arena, Waiting, held.count);
    *count = 0;
    for (size_t i = 0; i < held.count; i++) {
        Waiting *next = &(*waiting)[*count];
        if (resume->partition >= 0 && resume->partition != held.items[i].partition)
            continue;
        next->held = held.items[i];
        if (!kafka_admin_watermarks(resume->admin, held.items[i].topic, held.items[i].partition,
                                    &next->low, &next->high, error))
            return false;
        (*count)++;
    }
    return true;
}

/* " (2026-11-22 16:05)": when the first record there is was written, if there is one. */
static Text first_written(SourceResume *resume, const Waiting *waiting)
{
    const KafkaPosition first = {waiting->held.topic, waiting->held.partition, waiting->low};
    int64_t stamp_ms;
    Error ignored = {0};
    if (waiting->low >= waiting->high ||
        !kafka_admin_record_time(resume->admin, &first, &stamp_ms, &ignored))
        return TEXT("");
    Text when = print_time(resume->arena, stamp_ms * 1000);
    return text_format(resume->arena, " (written %.*s)", TEXT_ARGS(when));
}

static void show(SourceResume *resume, const Waiting *waiting)
{
    const PlaceNote *note = &waiting->held.note;
    Text first = first_written(resume, waiting);
    printf("%s/%d is held\n", waiting->held.topic, waiting->held.partition);
    if (note->gap == PLACE_LOST) {
        printf("  lost   %" PRId64 " offsets, %" PRId64 " to %" PRId64
               ": gone before they were read (retention)\n",
               note->gap_last - note->gap_first + 1, note->gap_first, note->gap_last);
    } else {
        printf("  anew   read up to offset %" PRId64 "; the topic there is now holds %" PRId64
               " to %" PRId64 "\n         and is another one\n",
               note->gap_first, waiting->low, waiting->high);
    }
    if (resume->same && note->gap == PLACE_ANEW)
        printf("  goes on at offset %" PRId64 ", as the topic was restored\n", note->gap_first);
    else
        printf("  goes on at offset %" PRId64 "%.*s%s\n", waiting->low, TEXT_ARGS(first),
               note->gap == PLACE_ANEW ? ", the first there is, as another topic" : "");
}

/* ---- going on ---- */

/* user@host, without what would end the field. */
static Text who(Arena *arena)
{
    char host[HOST_SIZE] = "localhost";
    gethostname(host, sizeof(host) - 1);
    const struct passwd *user = getpwuid(geteuid());
    char *name = text_string(arena, user != NULL ? text_format(arena, "%s@%s", user->pw_name, host)
                                                 : text_format(arena, "uid%u@%s", geteuid(), host));
    for (char *at = name; *at != '\0'; at++)
        if (*at == ';' || (unsigned char)*at <= ' ')
            *at = '_';
    if (strlen(name) > PLACE_ANSWER_BY_MAX)
        name[PLACE_ANSWER_BY_MAX] = '\0';
    return text_from(name);
}

/* A restored topic must have what was read. */
static bool can_be_same(const Waiting *waiting)
{
    return waiting->held.note.gap == PLACE_ANEW && waiting->held.note.gap_first >= waiting->low &&
           waiting->held.note.gap_first <= waiting->high;
}

static bool answer(SourceResume *resume, const Waiting *waiting, size_t count, Error *error)
{
    KafkaCommit *answers = ARENA_ARRAY(resume->arena, KafkaCommit, count);
    Text by = who(resume->arena);
    for (size_t i = 0; i < count; i++) {
        const PlaceNote *note = &waiting[i].held.note;
        if (resume->same && !can_be_same(&waiting[i]))
            return error_set(error, ERROR_FATAL,
                             "--from-same: %s/%d was read up to offset %lld, the topic there is "
                             "holds %lld to %lld",
                             waiting[i].held.topic, waiting[i].held.partition,
                             (long long)note->gap_first, (long long)waiting[i].low,
                             (long long)waiting[i].high);
        const PlaceAnswer given = {.gap = note->gap,
                                   .gap_first = note->gap_first,
                                   .gap_last = note->gap_last,
                                   .same = resume->same,
                                   .by = by,
                                   .why = resume->reason};
        answers[i] = (KafkaCommit){.topic = waiting[i].held.topic,
                                   .partition = waiting[i].held.partition,
                                   .offset = resume->same ? note->gap_first : waiting[i].low,
                                   .note = place_answer_write(&given, resume->arena)};
    }
    const char *group = text_format(resume->arena, "%s.resume", resume->group).data;
    return kafka_admin_group_commit(resume->admin, group, answers, count, error);
}

static int resume_source(SourceResume *resume, Error *error)
{
    Waiting *waiting;
    size_t count;
    if (!find_waiting(resume, &waiting, &count, error))
        return command_failed("source resume", error);
    for (size_t i = 0; i < count; i++)
        show(resume, &waiting[i]);
    if (count == 0) {
        printf("nothing of %s is held\n", resume->topic);
        return EXIT_OK;
    }
    if (!resume->yes) {
        printf("nothing was changed; with --yes --reason TEXT %s on\n",
               count == 1 ? "it goes" : "they go");
        return EXIT_FOUND;
    }
    if (!answer(resume, waiting, count, error))
        return command_failed("source resume", error);
    puts("intake goes on when it looks for topics next (topics_interval_ms, 5 s)");
    return EXIT_OK;
}

/* ---- the command ---- */

static int run(SourceResume *resume)
{
    Error error = {0};
    const KafkaClientSpec client = {.brokers = resume->brokers, .client_id = "onecase"};
    KafkaTopic topic = {.name = resume->topic};
    if (!kafka_admin_open(&client, ASK_LIMIT_MS, &resume->admin, &error) ||
        !kafka_admin_topic(resume->admin, &topic, &error))
        return command_failed("source resume", &error);
    resume->partitions = topic.partitions;
    if (topic.partitions == 0) {
        fprintf(stderr, "onecase source resume: topic \"%s\" does not exist at %s\n", topic.name,
                resume->brokers);
        return EXIT_NOT_FOUND;
    }
    if (resume->partition >= topic.partitions) {
        fprintf(stderr, "onecase source resume: topic \"%s\" has partitions 0 to %d, no %d\n",
                topic.name, topic.partitions - 1, resume->partition);
        return EXIT_NOT_FOUND;
    }
    Text report = text_format(resume->arena, "%sonecase.report", resume->prefix);
    return text_is(report, topic.name) ? source_resume_report(resume, &error)
                                       : resume_source(resume, &error);
}

int source_resume(int argc, char **argv)
{
    int status = EXIT_OK;
    SourceResume resume = {.arena = arena_new(ARENA_BLOCK),
                           .brokers = options_brokers(),
                           .group = "onecase-intake",
                           .prefix = "",
                           .partition = -1};
    if (read_words(argc, argv, &resume, &status))
        status = run(&resume);
    kafka_admin_close(resume.admin);
    arena_free(resume.arena);
    return status;
}
