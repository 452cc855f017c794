/* A stored decision as JSON; docs/decisions.md is the contract: members are added, never renamed. */
#include "case/case_explain.h"
#include "json_out.h"

#include <stdio.h>

static const OutColumn REPORT[] = {{"source", EXPLAIN_SOURCE, OUT_TEXT},
                                   {"record_no", EXPLAIN_RECORD_NO, OUT_TEXT},
                                   {"region", EXPLAIN_REGION, OUT_TEXT},
                                   {"report_id", EXPLAIN_REPORT_ID, OUT_INT},
                                   {"event_at", EXPLAIN_EVENT_AT, OUT_TIME},
                                   {"category", EXPLAIN_CATEGORY, OUT_TEXT},
                                   {"hazard_no_now", EXPLAIN_NOW_HAZARD, OUT_TEXT},
                                   {"case_no_now", EXPLAIN_NOW_CASE, OUT_TEXT}};

static const OutColumn DECISION[] = {{"from_hazard", EXPLAIN_FROM, OUT_TEXT},
                                     {"hazard_no", EXPLAIN_HAZARD_NO, OUT_TEXT},
                                     {"case_no", EXPLAIN_CASE_NO, OUT_TEXT},
                                     {"outcome", EXPLAIN_OUTCOME, OUT_TEXT},
                                     {"sentence", EXPLAIN_SENTENCE, OUT_TEXT},
                                     {"score_mb", EXPLAIN_SCORE, OUT_INT},
                                     {"rivals_in_all", EXPLAIN_RIVALS, OUT_INT},
                                     {"runner_up", EXPLAIN_RUNNER_UP, OUT_TEXT},
                                     {"runner_up_mb", EXPLAIN_RUNNER_UP_MB, OUT_INT},
                                     {"vetoes", EXPLAIN_VETOES, OUT_TEXTS},
                                     {"vetoes_tested", EXPLAIN_VETOES_TESTED, OUT_TEXTS},
                                     {"flags", EXPLAIN_FLAGS, OUT_TEXTS},
                                     {"keys", EXPLAIN_KEYS, OUT_TEXTS},
                                     {"candidates", EXPLAIN_CANDIDATES, OUT_INT},
                                     {"generic_keys", EXPLAIN_GENERIC_KEYS, OUT_INT},
                                     {"model_version", EXPLAIN_MODEL, OUT_TEXT},
                                     {"actor", EXPLAIN_ACTOR, OUT_TEXT},
                                     {"decided_at", EXPLAIN_STREAM_TIME, OUT_TIME}};

static const OutColumn COMPARED[] = {{"hazard_no", EXPLAIN_COMPARED_NO, OUT_TEXT},
                                     {"address", EXPLAIN_COMPARED_ADDRESS, OUT_TEXT},
                                     {"source", EXPLAIN_MEMBER_SOURCE, OUT_TEXT},
                                     {"record_no", EXPLAIN_MEMBER_NO, OUT_TEXT},
                                     {"event_at", EXPLAIN_MEMBER_AT, OUT_TIME},
                                     {"refusal", EXPLAIN_REFUSAL, OUT_TEXT},
                                     {"agreeing", EXPLAIN_AGREEING, OUT_INT},
                                     {"contradicting", EXPLAIN_CONTRADICTING, OUT_INT}};

static const OutColumn OTHER[] = {
    {"hazard_no", OTHER_HAZARD_NO, OUT_TEXT}, {"score_mb", OTHER_MB, OUT_INT},
    {"reason", OTHER_REASON, OUT_TEXT},       {"category", OTHER_CATEGORY, OUT_TEXT},
    {"address", OTHER_ADDRESS, OUT_TEXT},     {"asset_id", OTHER_ASSET, OUT_TEXT}};

static const OutColumn RELATION[] = {{"kind", RELATION_KIND, OUT_TEXT},
                                     {"hazard_no", RELATION_HAZARD_NO, OUT_TEXT},
                                     {"score_mb", RELATION_MB, OUT_INT},
                                     {"resolution", RELATION_RESOLUTION, OUT_TEXT},
                                     {"hazard_no_now", RELATION_NOW, OUT_TEXT}};

#define OUT_ALL(out_, rows_, row_, columns_, arena_)                                               \
    out_columns((out_), (rows_), (row_), (columns_), sizeof(columns_) / sizeof((columns_)[0]),     \
                (arena_))

static void write_others(TextBuilder *out, const ExplainedDecision *decision, bool rivals)
{
    const PostgresResult *others = decision->others;
    js_write_key(out, rivals ? TEXT("rivals") : TEXT("rejected"));
    builder_char(out, '[');
    bool first = true;
    for (int i = 0; i < postgres_rows(others); i++) {
        if ((postgres_int(others, i, OTHER_IS_RIVAL) == 1) != rivals)
            continue;
        builder_string(out, first ? "{" : ",{");
        OUT_ALL(out, others, i, OTHER, decision->arena);
        builder_char(out, '}');
        first = false;
    }
    builder_char(out, ']');
}

static void write_decision(TextBuilder *out, const ExplainedDecision *decision)
{
    OUT_ALL(out, decision->rows, decision->at, DECISION, decision->arena);
    js_write_key(out, TEXT("compared"));
    if (decision->compared) {
        builder_char(out, '{');
        OUT_ALL(out, decision->rows, decision->at, COMPARED, decision->arena);
        builder_char(out, '}');
    } else {
        builder_string(out, "null");
    }
    waterfall_write(&decision->waterfall, out, decision->arena);
    write_others(out, decision, true);
    write_others(out, decision, false);
    out_rows(out, "relations", decision->relations, RELATION, sizeof RELATION / sizeof RELATION[0],
             decision->arena);
}

void case_explain_write(const ExplainedDecision *decisions, size_t count)
{
    TextBuilder out = builder_new(decisions->arena);
    builder_char(&out, '{');
    OUT_ALL(&out, decisions->rows, 0, REPORT, decisions->arena);
    write_decision(&out, decisions);
    js_write_key(&out, TEXT("later"));
    builder_char(&out, '[');
    for (size_t i = 1; i < count; i++) {
        builder_string(&out, i > 1 ? ",{" : "{");
        write_decision(&out, &decisions[i]);
        builder_char(&out, '}');
    }
    builder_char(&out, ']');
    printf("%.*s}\n", TEXT_ARGS(builder_view(&out)));
}
