/*
 * What the decisions of a database do not say, asked of the same code with no server: which hazards blocking proposes for
 * each report, and at which levels any two reports agree. For tests/bench/linkage.
 *
 *   linkage_probe blocking MODEL REPORTS               one line a report: how many of its true partners were reached
 *   linkage_probe decide   MODEL REPORTS               one line a report: hazard, outcome, score, decided anew
 *   linkage_probe describe MODEL REPORTS               one line a report: class, its confidence, the place it names
 *   linkage_probe pairs    MODEL REPORTS PAIRS         one line a pair: score, levels and vetoes
 *   linkage_probe random   MODEL REPORTS COUNT SEED    levels of random pairs of two hazards, counted
 *
 * REPORTS: a line a report in the order of decision, tab-separated: region, report id, hazard id, the hazard it is
 * provisional of (0 none), event time (microseconds), true hazard (a number), source, JSON of onecase.report.
 * PAIRS: a line a pair: index of the later and of the earlier report (line numbers of REPORTS, from 0).
 */
#include "linkage_probe.h"

#include "adapters/ledger_store.h"
#include "adapters/model_file.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 8, EVENT_RANGE_DAYS = 90 };

static const int64_t DAY_US = INT64_C(86400) * 1000000;

static void stop(const char *what, const char *detail)
{
    fprintf(stderr, "linkage_probe: %s%s%s\n", what, detail != NULL ? ": " : "",
            detail != NULL ? detail : "");
    exit(EXIT_FAILURE);
}

static int64_t number_of(Text text)
{
    int64_t number = 0;
    if (!text_to_int64(text, &number))
        stop("expected a number in a column of the reports", NULL);
    return number;
}

static void split(char *line, size_t size, Text columns[COLUMNS])
{
    char *at = line;
    for (size_t i = 0; i < COLUMNS; i++) {
        char *end = i + 1 < COLUMNS ? memchr(at, '\t', size - (size_t)(at - line)) : line + size;
        if (end == NULL)
            stop("a line of the reports has fewer than eight columns", NULL);
        columns[i] = (Text){at, (size_t)(end - at)};
        at = end + 1;
    }
}

static void add_report(ProbeReports *reports, const Text columns[COLUMNS], Arena *scratch)
{
    Report report;
    Error error = {0};
    ArenaMark mark = arena_mark(scratch);
    if (!report_read(columns[7], scratch, &report, &error))
        stop("cannot read a report", error.text);
    if (reports->count == reports->capacity) {
        reports->capacity = reports->capacity == 0 ? 4096 : reports->capacity * 2;
        reports->items = realloc(reports->items, reports->capacity * sizeof(ProbeReport));
        if (reports->items == NULL)
            abort();
    }
    ProbeReport *added = &reports->items[reports->count++];
    *added = (ProbeReport){.region = text_copy(reports->arena, columns[0]),
                           .hazard_id = number_of(columns[2]),
                           .provisional_of = number_of(columns[3]),
                           .truth = number_of(columns[5])};
    EvidenceOrigin origin = {columns[6], columns[0], number_of(columns[1]), number_of(columns[4])};
    added->evidence = evidence_new(&report, &origin, reports->model, scratch);
    arena_rewind(scratch, mark);
}

static void read_reports(const char *path, ProbeReports *reports)
{
    FILE *file = fopen(path, "r");
    if (file == NULL)
        stop("cannot open", path);
    Arena *scratch = arena_new(65536);
    char *line = NULL;
    size_t room = 0;
    ssize_t size;
    while ((size = getline(&line, &room, file)) > 0) {
        Text columns[COLUMNS];
        split(line, (size_t)size - (line[size - 1] == '\n'), columns);
        add_report(reports, columns, scratch);
    }
    free(line);
    fclose(file);
    arena_free(scratch);
}

static void compare(const ProbeReports *reports, size_t later, size_t earlier, Score *score)
{
    const Evidence *report = reports->items[later].evidence;
    const Evidence *member = reports->items[earlier].evidence;
    int64_t gap = report->event_at - member->event_at;
    HazardFacts facts = {.hazard_id = 1,
                         .nearest_gap_us = gap < 0 ? -gap : gap,
                         .party_hazards = 1,
                         .worst_class = member->category};
    *score = (Score){0};
    scorer_compare(reports->model, report, member, &facts, reports->scratch, score);
}

/* A level whose weight depends on the scope goes under a name of its own. */
static const char *level_name(const ScoreItem *item, const Evidence *member)
{
    bool area = member->category->scope == SCOPE_AREA;
    return area && strcmp(item->comparison, "place") == 0 && strcmp(item->level, "P8") == 0
               ? "P8_area"
               : item->level;
}

static int run_pairs(const ProbeReports *reports, const char *path)
{
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t room = 0;
    if (file == NULL)
        stop("cannot open", path);
    while (getline(&line, &room, file) > 0) {
        char *rest;
        size_t later = strtoul(line, &rest, 10);
        size_t earlier = strtoul(rest, NULL, 10);
        if (later >= reports->count || earlier >= reports->count)
            stop("a pair names a report that is not there", NULL);
        Score score;
        ArenaMark mark = arena_mark(reports->scratch);
        compare(reports, later, earlier, &score);
        printf("%zu\t%zu\t%" PRId32 "\t", later, earlier, score.total_mb);
        for (size_t i = 0; i < score.count; i++)
            printf("%s%s:%s:%" PRId32, i > 0 ? "," : "", score.items[i].comparison,
                   level_name(&score.items[i], reports->items[earlier].evidence),
                   score.items[i].weight_mb);
        putchar('\t');
        for (size_t i = 0; i < score.veto_count; i++)
            printf("%s%s", i > 0 ? "," : "", score.vetoes[i]);
        putchar('\n');
        arena_rewind(reports->scratch, mark);
    }
    free(line);
    fclose(file);
    return EXIT_SUCCESS;
}

/* What evidence makes of each report: class, its confidence, the place. */
static int run_describe(const ProbeReports *reports)
{
    for (size_t i = 0; i < reports->count; i++) {
        const Evidence *evidence = reports->items[i].evidence;
        printf("%zu\t%.*s\t%" PRId32 "\t%.*s\n", i, TEXT_ARGS(evidence->category->code),
               evidence->category_confidence, TEXT_ARGS(evidence->place_text));
    }
    return EXIT_SUCCESS;
}

/* xorshift64*: the same pairs on every machine. */
static uint64_t random_next(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717);
}

typedef struct LevelCount {
    const char *comparison;
    const char *level;
    int64_t count;
} LevelCount;

enum { LEVEL_COUNTS_MAX = 256 };

typedef struct LevelCounts {
    LevelCount items[LEVEL_COUNTS_MAX];
    size_t count;
} LevelCounts;

static void count_level(LevelCounts *counts, const char *comparison, const char *level)
{
    size_t i = 0;
    while (i < counts->count && (strcmp(counts->items[i].comparison, comparison) != 0 ||
                                 strcmp(counts->items[i].level, level) != 0))
        i++;
    if (i == LEVEL_COUNTS_MAX)
        stop("more levels than expected", NULL);
    if (i == counts->count)
        counts->items[counts->count++] = (LevelCount){comparison, level, 0};
    counts->items[i].count++;
}

/* A random pair of one region and two hazards, at most 90 days apart; false: drawn in vain. */
static bool draw_pair(const ProbeReports *reports, uint64_t *state, size_t *later, size_t *earlier)
{
    size_t a = random_next(state) % reports->count;
    size_t b = random_next(state) % reports->count;
    *later = a > b ? a : b;
    *earlier = a > b ? b : a;
    const ProbeReport *x = &reports->items[*later];
    const ProbeReport *y = &reports->items[*earlier];
    int64_t gap = x->evidence->event_at - y->evidence->event_at;
    return a != b && x->truth != y->truth && text_equal(x->region, y->region) &&
           gap <= EVENT_RANGE_DAYS * DAY_US && gap >= -EVENT_RANGE_DAYS * DAY_US;
}

static int run_random(const ProbeReports *reports, const char *count_text, const char *seed_text)
{
    enum { IN_VAIN_MAX = 100 };
    int64_t wanted = number_of(text_from(count_text));
    uint64_t state = (uint64_t)number_of(text_from(seed_text)) * 2 + 1;
    LevelCounts *counts = ARENA_NEW(reports->arena, LevelCounts);
    int64_t drawn = 0;
    for (int64_t i = 0; drawn < wanted && i < wanted * IN_VAIN_MAX && reports->count > 1; i++) {
        size_t later;
        size_t earlier;
        if (!draw_pair(reports, &state, &later, &earlier))
            continue;
        Score score;
        ArenaMark mark = arena_mark(reports->scratch);
        compare(reports, later, earlier, &score);
        for (size_t j = 0; j < score.count; j++)
            count_level(counts, score.items[j].comparison,
                        level_name(&score.items[j], reports->items[earlier].evidence));
        for (size_t j = 0; j < score.veto_count; j++)
            count_level(counts, "veto", score.vetoes[j]);
        arena_rewind(reports->scratch, mark);
        drawn++;
    }
    printf("pairs\t\t%" PRId64 "\n", drawn);
    for (size_t i = 0; i < counts->count; i++)
        printf("%s\t%s\t%" PRId64 "\n", counts->items[i].comparison, counts->items[i].level,
               counts->items[i].count);
    return EXIT_SUCCESS;
}

/* The matcher's model: with the ledgers that its file names, out of the database of PG*. */
static Model *load_model(const char *path)
{
    Model *model = NULL;
    Error error = {0};
    if (!model_file_load(path, &model, &error))
        stop("cannot load the model", error.text);
    if (text_is_absent(ledger_store_named(model, LEDGER_ASSETS)) &&
        text_is_absent(ledger_store_named(model, LEDGER_PLACES)))
        return model;
    Postgres *pg =
        postgres_new(&(PostgresSettings){.conninfo = "", .application = "linkage_probe"});
    if (!postgres_connect(pg, &error) || !ledger_store_load(pg, model, &error))
        stop("cannot load the ledgers of the model", error.text);
    postgres_free(pg);
    return model;
}

int main(int count, char **words)
{
    bool pairs = count == 5 && strcmp(words[1], "pairs") == 0;
    bool random = count == 6 && strcmp(words[1], "random") == 0;
    bool blocking = count == 4 && strcmp(words[1], "blocking") == 0;
    bool decide = count == 4 && strcmp(words[1], "decide") == 0;
    bool describe = count == 4 && strcmp(words[1], "describe") == 0;
    if (!pairs && !random && !blocking && !describe && !decide)
        stop("usage: linkage_probe blocking|decide|describe|pairs|random MODEL REPORTS [PAIRS | "
             "COUNT "
             "SEED]",
             NULL);
    Model *model = load_model(words[2]);
    ProbeReports reports = {.model = model, .arena = arena_new(65536), .scratch = arena_new(65536)};
    read_reports(words[3], &reports);
    int status = pairs      ? run_pairs(&reports, words[4])
                 : random   ? run_random(&reports, words[4], words[5])
                 : describe ? run_describe(&reports)
                 : decide   ? probe_decide(&reports)
                            : probe_blocking(&reports);
    for (size_t i = 0; i < reports.count; i++)
        evidence_free(reports.items[i].evidence);
    free(reports.items);
    arena_free(reports.arena);
    arena_free(reports.scratch);
    model_free(model);
    return status;
}
