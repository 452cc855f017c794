/* onecase case explain of a case or hazard: why each of its reports is there, a line each, in the order they were decided. */
#include "case/case_explain.h"
#include "command.h"
#include "explain/explain_words.h"
#include "json_out.h"
#include "print.h"

#include <stdio.h>

static const PostgresStatement REPORTS = {
    "case_explain_all",
    "select r.source, r.record_no, r.region, r.report_id, r.event_at, h.hazard_no, c.case_no,"
    "       d.outcome, d.score_mb, d.sentence"
    "  from onecase.reports r"
    "  join onecase.decisions d on d.region = r.region and d.decision_id = r.decision_id"
    "  join onecase.hazards h on h.region = r.region and h.hazard_id = r.hazard_id"
    "  join onecase.cases c on c.region = r.region and c.case_id = r.case_id"
    " where c.case_no = $1 or h.hazard_no = $1"
    " order by r.region, r.report_id"};
enum {
    SOURCE,
    RECORD_NO,
    REGION,
    REPORT_ID,
    EVENT_AT,
    HAZARD_NO,
    CASE_NO,
    OUTCOME,
    SCORE,
    SENTENCE
};

static const OutColumn MEMBERS[] = {
    {"source", SOURCE, OUT_TEXT},     {"record_no", RECORD_NO, OUT_TEXT},
    {"region", REGION, OUT_TEXT},     {"report_id", REPORT_ID, OUT_INT},
    {"event_at", EVENT_AT, OUT_TIME}, {"hazard_no", HAZARD_NO, OUT_TEXT},
    {"case_no", CASE_NO, OUT_TEXT},   {"outcome", OUTCOME, OUT_TEXT},
    {"score_mb", SCORE, OUT_INT},     {"sentence", SENTENCE, OUT_TEXT}};

static void print_people(const PostgresResult *rows, Arena *arena)
{
    static const char *const NAMES[] = {"报告", "事件时间", "判定", ">得分", "说明"};
    PrintTable table = print_table(arena, 5);
    print_heading(&table, NAMES);
    for (int i = 0; i < postgres_rows(rows); i++) {
        print_cell(&table,
                   text_format(arena, "%.*s/%.*s", TEXT_ARGS(postgres_text(rows, i, SOURCE)),
                               TEXT_ARGS(postgres_text(rows, i, RECORD_NO))));
        print_cell(&table, print_time(arena, postgres_time(rows, i, EVENT_AT)));
        print_cell(&table, explain_outcome(postgres_text(rows, i, OUTCOME)));
        print_cell(&table, postgres_is_null(rows, i, SCORE)
                               ? TEXT("")
                               : print_bits(arena, postgres_int(rows, i, SCORE)));
        print_cell(&table, postgres_text(rows, i, SENTENCE));
    }
    print_out(&table);
}

static void print_json(const PostgresResult *rows, Arena *arena)
{
    TextBuilder out = builder_new(arena);
    builder_char(&out, '{');
    out_rows(&out, "reports", rows, MEMBERS, sizeof MEMBERS / sizeof MEMBERS[0], arena);
    printf("%.*s}\n", TEXT_ARGS(builder_view(&out)));
}

int case_explain_all(const CaseCommand *command)
{
    POSTGRES_RESULT_AUTO *rows = NULL;
    Error error = {0};
    const PostgresParam id = postgres_param_text(text_from(command->id));
    if (!postgres_call(command->pg, &REPORTS, &id, 1, &rows, &error))
        return command_failed("case", &error);
    if (postgres_rows(rows) == 0) {
        fprintf(stderr, "onecase: no case or hazard \"%s\"\n", command->id);
        return EXIT_NOT_FOUND;
    }
    if (command->json)
        print_json(rows, command->arena);
    else
        print_people(rows, command->arena);
    return EXIT_OK;
}
