/*
 * onecase case explain: the decision about a report as a waterfall that adds up, and those that moved it later. Everything comes from the row the
 * matcher wrote when it decided; nothing is computed again but the running sum, which is checked against the score.
 */
#include "case/case_explain.h"

#include "command.h"

#include "domain/report.h"

#include "adapters/report_rows.h"

#include <stdio.h>

/* In the order of the columns in case_explain.h. */
static const PostgresStatement DECISIONS = {
    "case_explain",
    "select r.source, r.record_no, r.region, r.report_id, r.event_at, r.category_code, k.name_zh,"
    "       r.address_text, h.hazard_no, c.case_no, d.outcome, d.sentence, d.score_mb, d.prior_mb,"
    "       d.competition_mb, d.link_mb, d.review_mb, d.comparisons, d.levels,"
    "       array(select w::text from unnest(d.weights_mb) with ordinality as t(w, n) order by n),"
    "       d.values_report, d.values_hazard, o.hazard_no, o.address, o.report_count,"
    "       m.source, m.record_no, m.event_at, d.refusal, d.agreeing, d.contradicting, d.rivals,"
    "       u.hazard_no, d.runner_up_mb, d.vetoes, d.vetoes_tested, d.flags, d.keys, d.candidates,"
    "       d.generic_keys, d.model_version, d.actor, d.stream_time, d.decision_id, f.hazard_no,"
    "       hn.hazard_no, cn.case_no"
    "  from onecase.reports r"
    "  join onecase.decisions d on d.region = r.region and d.report_id = r.report_id"
    "  left join onecase.categories k on k.code = r.category_code"
    "  left join onecase.hazards h on h.region = d.region and h.hazard_id = d.hazard_id"
    "  left join onecase.cases c on c.region = d.region and c.case_id = d.case_id"
    "  left join onecase.hazards o on o.region = d.region and o.hazard_id = d.compared_id"
    "  left join onecase.reports m on m.region = d.region and m.report_id = d.member_report_id"
    "  left join onecase.hazards u on u.region = d.region and u.hazard_id = d.runner_up_id"
    "  left join onecase.hazards f on f.region = d.region and f.hazard_id = d.from_hazard_id"
    "  left join onecase.hazards hn on hn.region = r.region and hn.hazard_id = r.hazard_id"
    "  left join onecase.cases cn on cn.region = r.region and cn.case_id = r.case_id"
    " where (r.region, r.report_id) = ("
    "    select i.region, i.report_id from onecase.record_index i"
    "     where i.source = $1 and i.record_no = $2"
    "    union all select $1, $3::int8 where $3::int8 is not null limit 1)"
    " order by d.decision_id"};

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
    " where d.region = $1 and d.report_id = $2 and d.decision_id = $3"
    " order by t.rival desc, t.n"};

/* What the hazard that the report opened is to older ones; a report that was linked opened none. */
static const PostgresStatement RELATIONS = {
    "case_explain_relations",
    "select n.kind, h.hazard_no, n.score_mb, n.resolution, s.hazard_no"
    "  from onecase.decisions d"
    "  join onecase.hazard_relations n"
    "    on n.region = d.region and d.hazard_id in (n.hazard_a, n.hazard_b)"
    "  join onecase.hazards h on h.region = d.region"
    "   and h.hazard_id = n.hazard_a + n.hazard_b - d.hazard_id and h.hazard_id < d.hazard_id"
    "  join onecase.hazards s on s.region = h.region"
    "   and s.hazard_id = onecase.hazard_survivor(h.region, h.hazard_id)"
    " where d.region = $1 and d.report_id = $2 and d.decision_id = $3 and d.outcome in ('new', "
    "'review', 'bucket')"
    " order by n.kind, h.hazard_id"};

static void read_waterfall(ExplainedDecision *decision)
{
    const PostgresResult *rows = decision->rows;
    int at = decision->at;
    Arena *arena = decision->arena;
    TextList names = postgres_texts(rows, at, EXPLAIN_COMPARISONS, arena);
    TextList levels = postgres_texts(rows, at, EXPLAIN_LEVELS, arena);
    TextList weights = postgres_texts(rows, at, EXPLAIN_WEIGHTS, arena);
    TextList ours = postgres_texts(rows, at, EXPLAIN_OURS, arena);
    TextList theirs = postgres_texts(rows, at, EXPLAIN_THEIRS, arena);
    WaterfallItem *items = ARENA_ARRAY(arena, WaterfallItem, names.count);
    for (size_t i = 0; i < names.count; i++) {
        items[i] = (WaterfallItem){.comparison = names.items[i],
                                   .level = levels.items[i],
                                   .report = ours.items[i],
                                   .hazard = theirs.items[i]};
        if (!text_to_int64(weights.items[i], &items[i].weight_mb))
            items[i].weight_mb = 0;
    }
    Waterfall *waterfall = &decision->waterfall;
    waterfall->prior_mb = postgres_int(rows, at, EXPLAIN_PRIOR);
    waterfall->items = items;
    waterfall->count = names.count;
    waterfall->competes = postgres_is_null(rows, at, EXPLAIN_REFUSAL);
    waterfall->competition_mb = postgres_int(rows, at, EXPLAIN_COMPETITION);
    waterfall->rivals = postgres_int(rows, at, EXPLAIN_RIVALS);
}

/* False, and said: the decision does not add up. */
static bool check_sum(const CaseCommand *command, const ExplainedDecision *decision)
{
    int64_t stored = postgres_int(decision->rows, decision->at, EXPLAIN_SCORE);
    int64_t sum = waterfall_sum(&decision->waterfall);
    if (sum == stored)
        return true;
    fprintf(stderr, "onecase: the decision about \"%s\" does not add up: %lld, stored %lld\n",
            command->id, (long long)sum, (long long)stored);
    return false;
}

/* One of the decisions; its results are freed by free_decisions. */
static bool read_decision(const CaseCommand *command, ExplainedDecision *decision, Error *error)
{
    const PostgresResult *rows = decision->rows;
    int at = decision->at;
    const PostgresParam id[] = {
        postgres_param_text(postgres_text(rows, at, EXPLAIN_REGION)),
        postgres_param_int8(command->arena, postgres_int(rows, at, EXPLAIN_REPORT_ID)),
        postgres_param_int8(command->arena, postgres_int(rows, at, EXPLAIN_DECISION_ID))};
    decision->compared = !postgres_is_null(rows, at, EXPLAIN_SCORE);
    decision->waterfall =
        (Waterfall){.prior_mb = INTEGER_ABSENT,
                    .link_mb = postgres_int(rows, at, EXPLAIN_LINK),
                    .review_mb = postgres_int(rows, at, EXPLAIN_REVIEW),
                    .merges = text_is(postgres_text(rows, at, EXPLAIN_OUTCOME), "merged")};
    if (decision->compared)
        read_waterfall(decision);
    return postgres_call(command->pg, &OTHERS, id, 3, &decision->others, error) &&
           postgres_call(command->pg, &RELATIONS, id, 3, &decision->relations, error);
}

static void free_decisions(ExplainedDecision *decisions, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        postgres_result_free(decisions[i].others);
        postgres_result_free(decisions[i].relations);
    }
}

static int explain(const CaseCommand *command, ExplainedDecision *decisions, size_t count)
{
    Error error = {0};
    for (size_t i = 0; i < count; i++)
        if (!read_decision(command, &decisions[i], &error))
            return command_failed("case", &error);
    for (size_t i = 0; i < count; i++)
        if (decisions[i].compared && !check_sum(command, &decisions[i]))
            return EXIT_SOFTWARE;
    if (command->json)
        case_explain_write(decisions, count);
    else
        case_explain_print(decisions, count);
    return EXIT_OK;
}

static int explain_report(const CaseCommand *command, const ReportName *name)
{
    Arena *arena = command->arena;
    POSTGRES_RESULT_AUTO *rows = NULL;
    Error error = {0};
    const PostgresParam params[] = {
        postgres_param_text(name->source_or_region), postgres_param_text(name->record_no),
        name->report_id == INTEGER_ABSENT ? (PostgresParam){.type = POSTGRES_INT8}
                                          : postgres_param_int8(arena, name->report_id)};
    if (!postgres_call(command->pg, &DECISIONS, params, 3, &rows, &error))
        return command_failed("case", &error);
    size_t count = (size_t)postgres_rows(rows);
    if (count == 0) {
        fprintf(stderr, "onecase: no decision about a report \"%s\"\n", command->id);
        return EXIT_NOT_FOUND;
    }
    ExplainedDecision *decisions = ARENA_ARRAY(arena, ExplainedDecision, count);
    for (size_t i = 0; i < count; i++)
        decisions[i] = (ExplainedDecision){.rows = rows, .at = (int)i, .arena = arena};
    int status = explain(command, decisions, count);
    free_decisions(decisions, count);
    return status;
}

int case_explain(const CaseCommand *command)
{
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
    return explain_report(command, &name);
}
