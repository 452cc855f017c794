/*
 * onecase case explain: the decision about a report as a waterfall that adds up. Everything comes from the row the
 * matcher wrote when it decided; nothing is computed again but the running sum, which is checked against the score.
 */
#include "case/case_explain.h"

#include "command.h"

#include "domain/report.h"

#include "adapters/report_rows.h"

#include <stdio.h>

/* In the order of the columns in case_explain.h. */
static const PostgresStatement DECISION = {
    "case_explain",
    "select r.source, r.record_no, r.region, r.report_id, r.event_at, r.category_code, k.name_zh,"
    "       r.address_text, h.hazard_no, c.case_no, d.outcome, d.sentence, d.score_mb, d.prior_mb,"
    "       d.competition_mb, d.link_mb, d.review_mb, d.comparisons, d.levels,"
    "       array(select w::text from unnest(d.weights_mb) with ordinality as t(w, n) order by n),"
    "       d.values_report, d.values_hazard, o.hazard_no, o.address, o.report_count,"
    "       m.source, m.record_no, m.event_at, d.refusal, d.agreeing, d.contradicting, d.rivals,"
    "       u.hazard_no, d.runner_up_mb, d.vetoes, d.vetoes_tested, d.flags, d.keys, d.candidates,"
    "       d.generic_keys, d.model_version, d.actor, d.stream_time, d.decision_id"
    "  from onecase.reports r"
    "  join onecase.decisions d on d.region = r.region and d.decision_id = r.decision_id"
    "  left join onecase.categories k on k.code = r.category_code"
    "  left join onecase.hazards h on h.region = d.region and h.hazard_id = d.hazard_id"
    "  left join onecase.cases c on c.region = d.region and c.case_id = d.case_id"
    "  left join onecase.hazards o on o.region = d.region and o.hazard_id = d.compared_id"
    "  left join onecase.reports m on m.region = d.region and m.report_id = d.member_report_id"
    "  left join onecase.hazards u on u.region = d.region and u.hazard_id = d.runner_up_id"
    " where (r.region, r.report_id) = ("
    "    select i.region, i.report_id from onecase.record_index i"
    "     where i.source = $1 and i.record_no = $2"
    "    union all select $1, $3::int8 where $3::int8 is not null limit 1)"};

static const PostgresStatement OTHERS = {
    "case_explain_others",
    "select t.rival, h.hazard_no, t.mb, t.reason, h.category_code, h.address, h.asset_id"
    "  from onecase.decisions d"
    "  cross join lateral ("
    "    select true, id, mb, null, n from unnest(d.rival_ids, d.rival_mb)"
    "                                      with ordinality as a(id, mb, n)"
    "    union all"
    "    select false, id, mb, reason, n"
    "      from unnest(d.rejected_ids, d.rejected_mb, d.rejected_reasons)"
    "           with ordinality as b(id, mb, reason, n)) t(rival, id, mb, reason, n)"
    "  join onecase.hazards h on h.region = d.region and h.hazard_id = t.id"
    " where d.region = $1 and d.decision_id = $2"
    " order by t.rival desc, t.n"};

/* What the hazard that the report opened is to older ones; a report that was linked opened none. */
static const PostgresStatement RELATIONS = {
    "case_explain_relations",
    "select n.kind, h.hazard_no, n.score_mb"
    "  from onecase.decisions d"
    "  join onecase.hazard_relations n"
    "    on n.region = d.region and d.hazard_id in (n.hazard_a, n.hazard_b)"
    "  join onecase.hazards h on h.region = d.region"
    "   and h.hazard_id = n.hazard_a + n.hazard_b - d.hazard_id and h.hazard_id < d.hazard_id"
    " where d.region = $1 and d.decision_id = $2 and d.outcome <> 'link'"
    " order by n.kind, h.hazard_id"};

static void read_waterfall(ExplainedDecision *decision)
{
    const PostgresResult *row = decision->row;
    Arena *arena = decision->arena;
    TextList names = postgres_texts(row, 0, EXPLAIN_COMPARISONS, arena);
    TextList levels = postgres_texts(row, 0, EXPLAIN_LEVELS, arena);
    TextList weights = postgres_texts(row, 0, EXPLAIN_WEIGHTS, arena);
    TextList ours = postgres_texts(row, 0, EXPLAIN_OURS, arena);
    TextList theirs = postgres_texts(row, 0, EXPLAIN_THEIRS, arena);
    WaterfallItem *items = ARENA_ARRAY(arena, WaterfallItem, names.count);
    for (size_t i = 0; i < names.count; i++) {
        items[i] = (WaterfallItem){.comparison = names.items[i],
                                   .level = levels.items[i],
                                   .report = ours.items[i],
                                   .hazard = theirs.items[i]};
        if (!text_to_int64(weights.items[i], &items[i].weight_mb))
            items[i].weight_mb = 0;
    }
    decision->waterfall = (Waterfall){.prior_mb = postgres_int(row, 0, EXPLAIN_PRIOR),
                                      .items = items,
                                      .count = names.count,
                                      .competes = postgres_is_null(row, 0, EXPLAIN_REFUSAL),
                                      .competition_mb = postgres_int(row, 0, EXPLAIN_COMPETITION),
                                      .rivals = postgres_int(row, 0, EXPLAIN_RIVALS),
                                      .link_mb = postgres_int(row, 0, EXPLAIN_LINK),
                                      .review_mb = postgres_int(row, 0, EXPLAIN_REVIEW)};
}

static int explain(const CaseCommand *command, ExplainedDecision *decision)
{
    const PostgresResult *row = decision->row;
    decision->compared = !postgres_is_null(row, 0, EXPLAIN_SCORE);
    decision->waterfall = (Waterfall){.prior_mb = INTEGER_ABSENT,
                                      .link_mb = postgres_int(row, 0, EXPLAIN_LINK),
                                      .review_mb = postgres_int(row, 0, EXPLAIN_REVIEW)};
    if (decision->compared) {
        read_waterfall(decision);
        int64_t stored = postgres_int(row, 0, EXPLAIN_SCORE);
        int64_t sum = waterfall_sum(&decision->waterfall);
        if (sum != stored) {
            fprintf(stderr,
                    "onecase: the decision about \"%s\" does not add up: %lld, stored %lld\n",
                    command->id, (long long)sum, (long long)stored);
            return EXIT_SOFTWARE;
        }
    }
    if (command->json)
        case_explain_write(decision);
    else
        case_explain_print(decision);
    return EXIT_OK;
}

/* The three results a decision is explained by; freed by the caller. */
typedef struct Read {
    PostgresResult *row;
    PostgresResult *others;
    PostgresResult *relations;
} Read;

static bool
read_decision(const CaseCommand *command, const ReportName *name, Read *read, Error *error)
{
    Arena *arena = command->arena;
    const PostgresParam params[] = {
        postgres_param_text(name->source_or_region), postgres_param_text(name->record_no),
        name->report_id == INTEGER_ABSENT ? (PostgresParam){.type = POSTGRES_INT8}
                                          : postgres_param_int8(arena, name->report_id)};
    if (!postgres_call(command->pg, &DECISION, params, 3, &read->row, error))
        return false;
    if (postgres_rows(read->row) == 0)
        return true;
    const PostgresParam id[] = {
        postgres_param_text(postgres_text(read->row, 0, EXPLAIN_REGION)),
        postgres_param_int8(arena, postgres_int(read->row, 0, EXPLAIN_DECISION_ID))};
    return postgres_call(command->pg, &OTHERS, id, 2, &read->others, error) &&
           postgres_call(command->pg, &RELATIONS, id, 2, &read->relations, error);
}

static int read_and_explain(const CaseCommand *command, const ReportName *name, Read *read)
{
    Error error = {0};
    if (!read_decision(command, name, read, &error))
        return command_failed("case", &error);
    if (postgres_rows(read->row) == 0) {
        fprintf(stderr, "onecase: no decision about a report \"%s\"\n", command->id);
        return EXIT_NOT_FOUND;
    }
    ExplainedDecision decision = {.row = read->row,
                                  .others = read->others,
                                  .relations = read->relations,
                                  .arena = command->arena};
    return explain(command, &decision);
}

int case_explain(const CaseCommand *command)
{
    Read read = {NULL, NULL, NULL};
    ReportName name;
    Text id = text_from(command->id);
    bool named = report_name_read(id, &name);
    if (!named && (text_starts(id, TEXT("AJ")) || text_starts(id, TEXT("HZ"))))
        return case_explain_all(command);
    if (!named) {
        fprintf(
            stderr,
            "onecase: \"%s\" is no report: expected SOURCE/RECORD_NO or REGION:REPORT_ID, or the "
            "number of a case or hazard\n",
            command->id);
        return EXIT_USAGE;
    }
    int status = read_and_explain(command, &name, &read);
    postgres_result_free(read.row);
    postgres_result_free(read.others);
    postgres_result_free(read.relations);
    return status;
}
