/*
 * onecase explain-pair: any two stored reports, compared on the spot by the model of a file, whatever was decided about
 * them. They are read as they were when they were decided.
 */
#include "pair/pair.h"

#include "command.h"
#include "options.h"

#include "domain/lifecycle.h"
#include "domain/report.h"

#include "adapters/ledger_store.h"
#include "adapters/model_file.h"
#include "adapters/schema_version.h"

#include <stdio.h>

static const char USAGE[] =
    "usage: onecase explain-pair REPORT REPORT [--model FILE] [--json]\n"
    "\n"
    "Compares two stored reports on the spot, whatever was decided about them: what either knows,\n"
    "which blocking keys they share, every comparison with its weight, vetoes, and what would "
    "come\n"
    "of it. The later report is taken as new, the earlier one as all that a hazard holds; nobody\n"
    "competes. Nothing is stored.\n"
    "\n"
    "REPORT is SOURCE/RECORD_NO, as `onecase case show` prints it, or REGION:REPORT_ID (9901:12).\n"
    "\n"
    "  --model FILE  matching model [deploy/model/onecase.cfg]\n"
    "  --json        for machines (docs/decisions.md)\n"
    "\n"
    "exit codes: 0 done, 3 no such report, 64 wrong words, 69 PostgreSQL does not answer, 70 the\n"
    "model cannot be used\n";

typedef struct PairOptions {
    const char *model;
    bool json;
} PairOptions;

static int usage_error(const char *message, const char *word)
{
    return command_usage_error("explain-pair", message, word);
}

static Evidence *
evidence_of(const StoredEvidence *stored, const Report *report, const Model *model, Arena *arena)
{
    EvidenceOrigin origin = {stored->source, stored->region, stored->report_id, stored->event_at};
    return evidence_new(report, &origin, model, arena);
}

/* The same report, seen by its code alone and by its words alone. */
static void know(PairReport *known, const Model *model, Arena *arena)
{
    const StoredEvidence *stored = &known->stored;
    Report code = stored->report;
    Report words = stored->report;
    code.title = TEXT_ABSENT;
    code.body = TEXT_ABSENT;
    words.category = TEXT_ABSENT;
    words.category_confidence = INTEGER_ABSENT;
    known->evidence = evidence_of(stored, &stored->report, model, arena);
    known->by_code = evidence_of(stored, &code, model, arena);
    known->by_words = evidence_of(stored, &words, model, arena);
    if (stored->hazard_id != INTEGER_ABSENT)
        known->hazard_no = lifecycle_hazard_no(stored->region, stored->hazard_id, arena);
}

static void forget(PairReport *known)
{
    evidence_free(known->evidence);
    evidence_free(known->by_code);
    evidence_free(known->by_words);
}

static PairSide side(const PairReport *known)
{
    const StoredEvidence *stored = &known->stored;
    return (PairSide){
        .report = &stored->report,
        .origin = {stored->source, stored->region, stored->report_id, stored->event_at},
        .independence = stored->independence};
}

/* The score's items without the prior, which has a place of its own. */
static Waterfall waterfall_of(const Score *score, Arena *arena)
{
    WaterfallItem *items = ARENA_ARRAY(arena, WaterfallItem, score->count);
    Waterfall waterfall = {
        .items = items, .link_mb = score->link_mb, .review_mb = score->review_mb};
    for (size_t i = 0; i < score->count; i++) {
        const ScoreItem *item = &score->items[i];
        if (text_is(text_from(item->comparison), "prior"))
            waterfall.prior_mb = item->weight_mb;
        else
            items[waterfall.count++] = (WaterfallItem){.comparison = text_from(item->comparison),
                                                       .level = text_from(item->level),
                                                       .weight_mb = item->weight_mb,
                                                       .report = item->report_value,
                                                       .hazard = item->hazard_value};
    }
    return waterfall;
}

/* Whether `a` came after `b`: within a region as they were taken in, else by event time. */
static bool is_later(const StoredEvidence *a, const StoredEvidence *b)
{
    if (text_equal(a->region, b->region))
        return a->report_id > b->report_id;
    return a->event_at > b->event_at;
}

static void answer_pair(PairAnswer *answer, const Model *model)
{
    Arena *arena = answer->arena;
    if (is_later(&answer->member.stored, &answer->report.stored)) {
        PairReport later = answer->member;
        answer->member = answer->report;
        answer->report = later;
    }
    know(&answer->report, model, arena);
    know(&answer->member, model, arena);
    PairSide report = side(&answer->report);
    PairSide member = side(&answer->member);
    pair_compare(model, &report, &member, arena, &answer->finding);
    pair_compare(model, &member, &report, arena, &answer->reverse);
    answer->waterfall = waterfall_of(&answer->finding.decision.best, arena);
    answer->model_version = model_version(model);
}

/* EXIT_OK with the report in `stored`, whose texts are views of the rows. */
static int
find(Postgres *pg, const char *word, Arena *arena, PostgresResult **rows, StoredEvidence *stored)
{
    Error error = {0};
    ReportName name;
    if (!report_name_read(text_from(word), &name))
        return usage_error("expected SOURCE/RECORD_NO or REGION:REPORT_ID, not", word);
    if (!report_rows_find(pg, &name, arena, rows, &error))
        return command_failed("explain-pair", &error);
    if (postgres_rows(*rows) == 0) {
        fprintf(stderr, "onecase: no report \"%s\"\n", word);
        return EXIT_NOT_FOUND;
    }
    report_rows_read(*rows, 0, arena, stored);
    return EXIT_OK;
}

static int compare(Postgres *pg, char **names, const PairOptions *options, Arena *arena)
{
    POSTGRES_RESULT_AUTO *first = NULL;
    POSTGRES_RESULT_AUTO *second = NULL;
    Error error = {0};
    Model *model = NULL;
    PairAnswer answer = {.arena = arena};
    int status = find(pg, names[0], arena, &first, &answer.report.stored);
    if (status == EXIT_OK)
        status = find(pg, names[1], arena, &second, &answer.member.stored);
    if (status != EXIT_OK)
        return status;
    if (text_equal(answer.report.stored.region, answer.member.stored.region) &&
        answer.report.stored.report_id == answer.member.stored.report_id)
        return usage_error("two reports are needed, and both words are", names[0]);
    if (!model_file_load(options->model, &model, &error) || !ledger_store_load(pg, model, &error)) {
        model_free(model);
        return command_failed("explain-pair", &error);
    }
    answer_pair(&answer, model);
    if (options->json)
        pair_write(&answer);
    else
        pair_print(&answer);
    forget(&answer.report);
    forget(&answer.member);
    model_free(model);
    return EXIT_OK;
}

int command_explain_pair(int argc, char **argv)
{
    static const PostgresSettings SETTINGS = {
        .conninfo = "", .application = "onecase", .greet = schema_version_check};
    PairOptions options = {.model = "deploy/model/onecase.cfg"};
    const Option rows[] = {{"model", .text = &options.model}, {"json", .flag = &options.json}};
    const OptionTable table = {"explain-pair", USAGE, rows, sizeof rows / sizeof rows[0]};
    int words = 0;
    int status = EXIT_OK;
    if (!options_read(&table, argc, argv, &words, &status))
        return status;
    if (argc - words != 2)
        return usage_error(argc - words < 2 ? "two reports are needed"
                                            : "two reports are taken, not",
                           argc - words < 2 ? NULL : argv[words + 2]);
    Postgres *pg = postgres_new(&SETTINGS);
    Arena *arena = arena_new(65536);
    status = compare(pg, argv + words, &options, arena);
    postgres_free(pg);
    arena_free(arena);
    return status;
}
