/*
 * onecase case explain of a case or hazard: why each of its reports is there, a line each, in the order they were decided; below,
 * what became one with it later, and why.
 */
#include "case/case_explain.h"
#include "case/case_merged.h"
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
    "  join lateral (select * from onecase.decisions"
    "                 where region = r.region and report_id = r.report_id"
    "                 order by decision_id limit 1) d on true"
    "  join onecase.hazards h on h.region = r.region and h.hazard_id = r.hazard_id"
    "  join onecase.cases c on c.region = r.region and c.case_id = r.case_id"
    " where c.case_no = $1 or h.hazard_no = $1"
    " order by r.region, r.report_id"};
/* Decisions that brought reports here later. */
static const PostgresStatement LATER = {
    "case_explain_later",
    "select d.stream_time, d.outcome, f.hazard_no, t.hazard_no, r.source, r.record_no, d.score_mb,"
    "       d.sentence"
    "  from onecase.reports r"
    "  join onecase.decisions d on d.region = r.region and d.report_id = r.report_id"
    "   and d.from_hazard_id is not null"
    "  join onecase.hazards f on f.region = d.region and f.hazard_id = d.from_hazard_id"
    "  join onecase.hazards t on t.region = d.region and t.hazard_id = d.hazard_id"
    "  join onecase.hazards h on h.region = r.region and h.hazard_id = r.hazard_id"
    "  join onecase.cases c on c.region = r.region and c.case_id = r.case_id"
    " where c.case_no = $1 or h.hazard_no = $1"
    " order by d.region, d.decision_id"};
enum { L_AT, L_OUTCOME, L_FROM, L_TO, L_SOURCE, L_RECORD_NO, L_SCORE, L_SENTENCE };

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

static const OutColumn LATER_MEMBERS[] = {
    {"decided_at", L_AT, OUT_TIME},    {"outcome", L_OUTCOME, OUT_TEXT},
    {"from_hazard", L_FROM, OUT_TEXT}, {"hazard_no", L_TO, OUT_TEXT},
    {"source", L_SOURCE, OUT_TEXT},    {"record_no", L_RECORD_NO, OUT_TEXT},
    {"score_mb", L_SCORE, OUT_INT},    {"sentence", L_SENTENCE, OUT_TEXT}};

static void print_later(const PostgresResult *rows, Arena *arena)
{
    static const char *const NAMES[] = {"后来", "判定", "原隐患", "归入", "报告", ">得分", "说明"};
    PrintTable table = print_table(arena, 7);
    print_heading(&table, NAMES);
    for (int i = 0; i < postgres_rows(rows); i++) {
        print_cell(&table, print_time(arena, postgres_time(rows, i, L_AT)));
        print_cell(&table, explain_outcome(postgres_text(rows, i, L_OUTCOME)));
        print_cell(&table, postgres_text(rows, i, L_FROM));
        print_cell(&table, postgres_text(rows, i, L_TO));
        print_cell(&table,
                   text_format(arena, "%.*s/%.*s", TEXT_ARGS(postgres_text(rows, i, L_SOURCE)),
                               TEXT_ARGS(postgres_text(rows, i, L_RECORD_NO))));
        print_cell(&table, postgres_is_null(rows, i, L_SCORE)
                               ? TEXT("")
                               : print_bits(arena, postgres_int(rows, i, L_SCORE)));
        print_cell(&table, postgres_text(rows, i, L_SENTENCE));
    }
    if (postgres_rows(rows) == 0)
        return;
    putchar('\n');
    print_out(&table);
}

static void print_json(const PostgresResult *rows, const PostgresResult *later, Arena *arena)
{
    TextBuilder out = builder_new(arena);
    builder_char(&out, '{');
    out_rows(&out, "reports", rows, MEMBERS, sizeof MEMBERS / sizeof MEMBERS[0], arena);
    out_rows(&out, "later", later, LATER_MEMBERS, sizeof LATER_MEMBERS / sizeof LATER_MEMBERS[0],
             arena);
    printf("%.*s}\n", TEXT_ARGS(builder_view(&out)));
}

int case_explain_all(const CaseCommand *command)
{
    POSTGRES_RESULT_AUTO *rows = NULL;
    POSTGRES_RESULT_AUTO *later = NULL;
    Error error = {0};
    CaseNumber found;
    if (!case_number_find(command, &found, &error))
        return command_failed("case", &error);
    const PostgresParam id = postgres_param_text(found.number);
    if (!postgres_call(command->pg, &REPORTS, &id, 1, &rows, &error) ||
        !postgres_call(command->pg, &LATER, &id, 1, &later, &error))
        return command_failed("case", &error);
    if (postgres_rows(rows) == 0) {
        fprintf(stderr, "onecase: no case or hazard \"%s\"\n", command->id);
        return EXIT_NOT_FOUND;
    }
    if (command->json) {
        print_json(rows, later, command->arena);
        return EXIT_OK;
    }
    case_number_print(command, &found);
    print_people(rows, command->arena);
    print_later(later, command->arena);
    return EXIT_OK;
}
