/* What departments said of a case, as its columns (onecase.derive_cases), its assignments and its reports have it. */
#include "case/case_said.h"

#include "json_out.h"
#include "print.h"

#include "domain/mapping_language.h"

#include <stdio.h>

/* $1: region, $2: case; of all three. */
static const PostgresStatement COLUMNS = {
    "case_said",
    "select lead_org, lead_org_by, measures, measures_by, tracker_post, satisfaction,"
    "       recheck_result, recheck_by, rechecked_at, sham::integer, urge_count, dispatch_count,"
    "       return_count, accepted_at, responded_at, rectified_at"
    "  from onecase.cases where region = $1 and case_id = $2"};
enum {
    LEAD,
    LEAD_BY,
    MEASURES,
    MEASURES_BY,
    TRACKER,
    SATISFACTION,
    RECHECK,
    RECHECK_BY,
    RECHECKED,
    SHAM,
    URGES,
    DISPATCHES,
    RETURNS,
    ACCEPTED,
    RESPONDED,
    RECTIFIED
};

static const PostgresStatement ASSIGNMENTS = {
    "case_assignments",
    "select assignment_no, org_code, role, post, assigned_at, accepted_at, returned_at,"
    "       return_reason, due_at, done_at, status, source"
    "  from onecase.assignments where region = $1 and case_id = $2"
    " order by assigned_at, report_id, assignment_no, n"};
enum {
    A_NUMBER,
    A_ORG,
    A_ROLE,
    A_POST,
    A_ASSIGNED,
    A_ACCEPTED,
    A_RETURNED,
    A_REASON,
    A_DUE,
    A_DONE,
    A_STATUS,
    A_SOURCE
};

static const PostgresStatement REPLIES = {
    "case_replies", "select r.source, r.record_no, r.reply"
                    "  from onecase.cases c"
                    "  join onecase.reports r on r.region = c.region and r.hazard_id = c.hazard_id"
                    "   and r.case_id = c.case_id"
                    " where c.region = $1 and c.case_id = $2 and r.reply is not null"
                    " order by r.event_at, r.report_id"};
enum { Y_SOURCE, Y_RECORD, Y_REPLY };

bool case_said_read(
    const CaseCommand *command, Text region, int64_t case_id, CaseSaid *said, Error *error)
{
    const PostgresParam params[] = {postgres_param_text(region),
                                    postgres_param_int8(command->arena, case_id)};
    *said = (CaseSaid){NULL, NULL, NULL};
    return postgres_call(command->pg, &COLUMNS, params, 2, &said->columns, error) &&
           postgres_call(command->pg, &ASSIGNMENTS, params, 2, &said->assignments, error) &&
           postgres_call(command->pg, &REPLIES, params, 2, &said->replies, error);
}

void case_said_free(CaseSaid *said)
{
    postgres_result_free(said->columns);
    postgres_result_free(said->assignments);
    postgres_result_free(said->replies);
}

/* The Chinese name of a word of a closed list (domain/mapping_language.h). */
static Text name_of(const char *target, Text word)
{
    size_t count;
    const LanguageWord *words = language_values(target, &count);
    for (size_t i = 0; i < count; i++)
        if (text_is(word, words[i].word))
            return text_from(words[i].help_zh);
    return text_is_absent(word) ? TEXT("") : word;
}

static Text shown(const PostgresResult *rows, int row, int column)
{
    Text text = postgres_text(rows, row, column);
    return text_is_absent(text) ? TEXT("") : text;
}

/* 退回 2 次: what was never counted is not told. */
static void add_count(TextBuilder *line, const char *what, int64_t count)
{
    if (count > 0)
        builder_format(line, "   %s %lld 次", what, (long long)count);
}

static Text counts_line(const PostgresResult *rows, Arena *arena)
{
    TextBuilder line = builder_new(arena);
    if (!postgres_is_null(rows, 0, LEAD))
        builder_format(&line, "   主办 %.*s（%.*s）", TEXT_ARGS(postgres_text(rows, 0, LEAD)),
                       TEXT_ARGS(postgres_text(rows, 0, LEAD_BY)));
    add_count(&line, "派遣", postgres_int(rows, 0, DISPATCHES));
    add_count(&line, "退回", postgres_int(rows, 0, RETURNS));
    add_count(&line, "催办", postgres_int(rows, 0, URGES));
    if (!postgres_is_null(rows, 0, TRACKER))
        builder_format(&line, "   跟踪 %.*s", TEXT_ARGS(postgres_text(rows, 0, TRACKER)));
    if (!postgres_is_null(rows, 0, SATISFACTION))
        builder_format(&line, "   满意度 %lld", (long long)postgres_int(rows, 0, SATISFACTION));
    return text_trim(builder_view(&line));
}

static void print_columns(const PostgresResult *rows, Arena *arena)
{
    Text line = counts_line(rows, arena);
    if (!text_is_empty(line))
        printf("%.*s\n", TEXT_ARGS(line));
    if (!postgres_is_null(rows, 0, MEASURES))
        printf("整改措施 %.*s（%.*s）\n", TEXT_ARGS(postgres_text(rows, 0, MEASURES)),
               TEXT_ARGS(postgres_text(rows, 0, MEASURES_BY)));
    if (!postgres_is_null(rows, 0, RECHECK))
        printf("复查 %.*s，%.*s（%.*s）%s\n",
               TEXT_ARGS(name_of("recheck_result", postgres_text(rows, 0, RECHECK))),
               TEXT_ARGS(print_time(arena, postgres_time(rows, 0, RECHECKED))),
               TEXT_ARGS(postgres_text(rows, 0, RECHECK_BY)),
               postgres_int(rows, 0, SHAM) == 1 ? "   假整改" : "");
}

static void print_assignments(const PostgresResult *rows, Arena *arena)
{
    static const char *const NAMES[] = {"派单", "单位", "角色", "交办", "签收",
                                        "退回", "原因", "到期", "办结", "状态"};
    PrintTable table = print_table(arena, sizeof NAMES / sizeof NAMES[0]);
    print_heading(&table, NAMES);
    for (int i = 0; i < postgres_rows(rows); i++) {
        bool leads = text_is(postgres_text(rows, i, A_ROLE), "lead");
        print_cell(&table, postgres_text(rows, i, A_NUMBER));
        print_cell(&table, shown(rows, i, A_ORG));
        print_cell(&table, leads ? TEXT("主办") : TEXT("协办"));
        print_cell(&table, print_time(arena, postgres_time(rows, i, A_ASSIGNED)));
        print_cell(&table, print_time(arena, postgres_time(rows, i, A_ACCEPTED)));
        print_cell(&table, print_time(arena, postgres_time(rows, i, A_RETURNED)));
        print_cell(&table, name_of("return_reason", postgres_text(rows, i, A_REASON)));
        print_cell(&table, print_time(arena, postgres_time(rows, i, A_DUE)));
        print_cell(&table, print_time(arena, postgres_time(rows, i, A_DONE)));
        print_cell(&table, text_from(print_status(postgres_int(rows, i, A_STATUS))));
    }
    if (postgres_rows(rows) > 0) {
        putchar('\n');
        print_out(&table);
    }
}

void case_said_print(const CaseSaid *said, Arena *arena)
{
    print_columns(said->columns, arena);
    for (int i = 0; i < postgres_rows(said->replies); i++)
        printf("答复 %.*s/%.*s：%.*s\n", TEXT_ARGS(postgres_text(said->replies, i, Y_SOURCE)),
               TEXT_ARGS(postgres_text(said->replies, i, Y_RECORD)),
               TEXT_ARGS(postgres_text(said->replies, i, Y_REPLY)));
    print_assignments(said->assignments, arena);
}

void case_said_write(const CaseSaid *said, TextBuilder *out, Arena *arena)
{
    static const OutColumn MEMBERS[] = {{"lead_org", LEAD, OUT_TEXT},
                                        {"lead_org_by", LEAD_BY, OUT_TEXT},
                                        {"measures", MEASURES, OUT_TEXT},
                                        {"measures_by", MEASURES_BY, OUT_TEXT},
                                        {"tracker_post", TRACKER, OUT_TEXT},
                                        {"satisfaction", SATISFACTION, OUT_INT},
                                        {"recheck_result", RECHECK, OUT_TEXT},
                                        {"recheck_by", RECHECK_BY, OUT_TEXT},
                                        {"rechecked_at", RECHECKED, OUT_TIME},
                                        {"sham", SHAM, OUT_INT},
                                        {"urges", URGES, OUT_INT},
                                        {"dispatches", DISPATCHES, OUT_INT},
                                        {"returns", RETURNS, OUT_INT},
                                        {"accepted_at", ACCEPTED, OUT_TIME},
                                        {"responded_at", RESPONDED, OUT_TIME},
                                        {"rectified_at", RECTIFIED, OUT_TIME}};
    static const OutColumn ASSIGNMENT[] = {{"assignment_no", A_NUMBER, OUT_TEXT},
                                           {"org", A_ORG, OUT_TEXT},
                                           {"role", A_ROLE, OUT_TEXT},
                                           {"post", A_POST, OUT_TEXT},
                                           {"assigned_at", A_ASSIGNED, OUT_TIME},
                                           {"accepted_at", A_ACCEPTED, OUT_TIME},
                                           {"returned_at", A_RETURNED, OUT_TIME},
                                           {"return_reason", A_REASON, OUT_TEXT},
                                           {"due_at", A_DUE, OUT_TIME},
                                           {"done_at", A_DONE, OUT_TIME},
                                           {"status", A_STATUS, OUT_INT},
                                           {"source", A_SOURCE, OUT_TEXT}};
    static const OutColumn REPLY[] = {{"source", Y_SOURCE, OUT_TEXT},
                                      {"record_no", Y_RECORD, OUT_TEXT},
                                      {"reply", Y_REPLY, OUT_TEXT}};
    out_columns(out, said->columns, 0, MEMBERS, sizeof MEMBERS / sizeof MEMBERS[0], arena);
    out_rows(out, "assignments", said->assignments, ASSIGNMENT,
             sizeof ASSIGNMENT / sizeof ASSIGNMENT[0], arena);
    out_rows(out, "replies", said->replies, REPLY, sizeof REPLY / sizeof REPLY[0], arena);
}
