/*
 * onecase case show: a case as a story: what it is, who reported it and when, what happened to it.
 */
#include "case.h"
#include "case/case_merged.h"
#include "case/case_said.h"
#include "command.h"
#include "explain/explain_words.h"
#include "json_out.h"
#include "print.h"

#include "domain/datetime.h"
#include "domain/report.h"

#include <stdio.h>

static const PostgresStatement CASES = {
    "case_show",
    "select c.region, c.case_id, c.case_no, h.hazard_no, c.recurrence_no, c.category_code,"
    "       k.name_zh, c.title, c.status, c.level, c.level_reason, h.address, h.asset_kind,"
    "       h.asset_id, c.report_count, c.independent_count, c.reporter_count, c.source_count,"
    "       c.opened_at, c.closed_at, c.reopened_count, c.trapped, c.injured, c.dead,"
    "       coalesce((select e.event_at from onecase.case_events e"
    "                  where e.region = c.region and e.case_id = c.case_id and e.kind = 'escalated'"
    "                    and e.after_value = c.level::text order by e.seq desc limit 1),"
    "                c.opened_at), h.extent_m, c.hazard_id, c.due_at, c.due_rule, c.due_by,"
    "       c.overdue, c.effective"
    "  from onecase.cases c"
    "  join onecase.hazards h on h.region = c.region and h.hazard_id = c.hazard_id"
    "  join onecase.categories k on k.code = c.category_code"
    " where c.case_no = $1 or (h.hazard_no = $1 and c.merged_into is null)"
    " order by c.region, c.case_id"};
enum {
    REGION,
    CASE_ID,
    CASE_NO,
    HAZARD_NO,
    RECURRENCE,
    CATEGORY,
    CATEGORY_NAME,
    TITLE,
    STATUS,
    LEVEL,
    LEVEL_REASON,
    ADDRESS,
    ASSET_KIND,
    ASSET_ID,
    REPORTS,
    INDEPENDENT,
    REPORTERS,
    SOURCES,
    OPENED,
    CLOSED,
    REOPENED,
    TRAPPED,
    INJURED,
    DEAD,
    LEVEL_SINCE,
    EXTENT,
    HAZARD_ID,
    DUE,
    DUE_RULE,
    DUE_BY,
    OVERDUE,
    EFFECTIVE
};

static const PostgresStatement REPORTS_OF = {
    "case_reports",
    "select r.event_at, r.source, r.record_no, r.independence, d.outcome[1], d.score_mb[1],"
    "       r.status, r.title, r.report_id, r.repeats, d.outcome[2:]"
    "  from onecase.reports r"
    "  left join lateral (select array_agg(outcome order by decision_id),"
    "                            array_agg(score_mb order by decision_id)"
    "                       from onecase.decisions"
    "                      where region = r.region and report_id = r.report_id"
    "       ) d (outcome, score_mb) on true"
    " where r.region = $1 and r.case_id = $2 order by r.event_at, r.report_id"};
enum {
    R_EVENT,
    R_SOURCE,
    R_RECORD,
    R_INDEPENDENCE,
    R_OUTCOME,
    R_SCORE,
    R_STATUS,
    R_TITLE,
    R_ID,
    R_REPEATS,
    R_LATER
};

/* Of the case and of those that were merged into it. */
static const PostgresStatement EVENTS_OF = {
    "case_events",
    "with recursive told (case_id, hazard_id, case_no) as ("
    "    select case_id, hazard_id, case_no from onecase.cases where region = $1 and case_id = $2"
    "    union all"
    "    select c.case_id, c.hazard_id, c.case_no from told t join onecase.cases c"
    "        on c.region = $1 and c.hazard_id = t.hazard_id and c.merged_into = t.case_id)"
    " select e.event_at, e.known_at, e.kind, e.before_value, e.after_value, e.reason_code,"
    "        r.source, r.record_no, t.case_no"
    "  from told t"
    "  join onecase.case_events e on e.region = $1 and e.case_id = t.case_id"
    "  left join onecase.reports r on r.region = e.region and r.report_id = e.report_id"
    " order by e.seq"};
enum { E_EVENT, E_KNOWN, E_KIND, E_BEFORE, E_AFTER, E_REASON, E_SOURCE, E_RECORD, E_CASE };

static Text record_name(Arena *arena, Text source, Text record_no)
{
    if (text_is_absent(source))
        return TEXT("");
    return text_format(arena, "%.*s/%.*s", TEXT_ARGS(source), TEXT_ARGS(record_no));
}

static const char *event_name(Text kind)
{
    static const char *const NAMES[][2] = {
        {"opened", "立案"},       {"report_linked", "归并报告"},
        {"escalated", "升级"},    {"status_changed", "状态"},
        {"closed", "办结"},       {"reopened", "重开"},
        {"merged", "并入"},       {"review_requested", "请求复核"},
        {"assigned", "派遣"},     {"returned", "退回"},
        {"urged", "催办"},        {"rechecked", "复查"},
        {"changed", "更改"},      {"overdue", "超期"},
        {"effective", "有效处置"}};
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++)
        if (text_is(kind, NAMES[i][0]))
            return NAMES[i][1];
    return "-";
}

static const char *independence_name(Text independence)
{
    static const char *const NAMES[][2] = {{"independent", "独立"},
                                           {"same_reporter", "同一报告人"},
                                           {"transferred", "转办"},
                                           {"follow_up", "跟进"}};
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++)
        if (text_is(independence, NAMES[i][0]))
            return NAMES[i][1];
    return "-";
}

/* When it is due and by what rule, or whether its closing held. */
static void print_limit(const PostgresResult *rows, int i, Arena *arena)
{
    if (!postgres_is_null(rows, i, DUE)) {
        bool told = text_is(postgres_text(rows, i, DUE_BY), "department");
        Text rule = postgres_text(rows, i, DUE_RULE);
        printf("   到期 %.*s（", TEXT_ARGS(print_time(arena, postgres_time(rows, i, DUE))));
        if (told)
            printf("部门所定）");
        else
            printf("时限 %.*s）", TEXT_ARGS(rule));
    }
    if (postgres_int(rows, i, OVERDUE) == 1)
        printf("   超期");
    if (!postgres_is_null(rows, i, CLOSED) && !postgres_is_null(rows, i, EFFECTIVE))
        printf("   %s", postgres_int(rows, i, EFFECTIVE) == 1 ? "有效处置" : "处置无效");
}

static void print_head(const PostgresResult *rows, int i, Arena *arena)
{
    printf("案件 %.*s   隐患 %.*s   第%lld次发生\n", TEXT_ARGS(postgres_text(rows, i, CASE_NO)),
           TEXT_ARGS(postgres_text(rows, i, HAZARD_NO)),
           (long long)postgres_int(rows, i, RECURRENCE));
    printf("类别 %.*s %.*s   状态 %s   地址 %.*s", TEXT_ARGS(postgres_text(rows, i, CATEGORY)),
           TEXT_ARGS(postgres_text(rows, i, CATEGORY_NAME)),
           print_status(postgres_int(rows, i, STATUS)), TEXT_ARGS(postgres_text(rows, i, ADDRESS)));
    if (!postgres_is_null(rows, i, EXTENT))
        printf("   范围 约%lld米", (long long)postgres_int(rows, i, EXTENT));
    if (!postgres_is_null(rows, i, ASSET_ID))
        printf("   资产 %.*s %.*s", TEXT_ARGS(postgres_text(rows, i, ASSET_KIND)),
               TEXT_ARGS(postgres_text(rows, i, ASSET_ID)));
    printf("\n等级 %s，自 %.*s 起（%.*s）\n", print_level(postgres_int(rows, i, LEVEL)),
           TEXT_ARGS(print_time(arena, postgres_time(rows, i, LEVEL_SINCE))),
           TEXT_ARGS(postgres_text(rows, i, LEVEL_REASON)));
    printf("报告 %lld（独立 %lld，报告人 %lld，来源 %lld）   立案 %.*s",
           (long long)postgres_int(rows, i, REPORTS), (long long)postgres_int(rows, i, INDEPENDENT),
           (long long)postgres_int(rows, i, REPORTERS), (long long)postgres_int(rows, i, SOURCES),
           TEXT_ARGS(print_time(arena, postgres_time(rows, i, OPENED))));
    if (!postgres_is_null(rows, i, CLOSED))
        printf("   办结 %.*s", TEXT_ARGS(print_time(arena, postgres_time(rows, i, CLOSED))));
    print_limit(rows, i, arena);
    if (postgres_int(rows, i, REOPENED) > 0)
        printf("   重开 %lld 次", (long long)postgres_int(rows, i, REOPENED));
    if (postgres_int(rows, i, TRAPPED) > 0)
        printf("   被困 %lld 人", (long long)postgres_int(rows, i, TRAPPED));
    putchar('\n');
}

/* 待复核→并入: the first decision, and what followed. */
static Text outcomes(const PostgresResult *rows, int i, Arena *arena)
{
    TextBuilder out = builder_new(arena);
    TextList later = postgres_texts(rows, i, R_LATER, arena);
    builder_text(&out, explain_outcome(postgres_text(rows, i, R_OUTCOME)));
    for (size_t j = 0; j < later.count; j++) {
        builder_string(&out, "→");
        builder_text(&out, explain_outcome(later.items[j]));
    }
    return builder_view(&out);
}

/* An alarm that went on ringing stands in one line. */
static Text shown_title(const PostgresResult *rows, int i, Arena *arena)
{
    Text title = postgres_text(rows, i, R_TITLE);
    int64_t repeats = postgres_int(rows, i, R_REPEATS);
    if (repeats == 0)
        return title;
    return text_format(arena, "%.*s（重复告警%lld次）", TEXT_ARGS(title), (long long)repeats);
}

static void print_reports(const PostgresResult *rows, Arena *arena)
{
    static const char *const NAMES[] = {"事件时间", "报告", "证据", "判定",
                                        ">得分",    "状态", "标题"};
    PrintTable table = print_table(arena, 7);
    print_heading(&table, NAMES);
    for (int i = 0; i < postgres_rows(rows); i++) {
        print_cell(&table, print_time(arena, postgres_time(rows, i, R_EVENT)));
        print_cell(&table, record_name(arena, postgres_text(rows, i, R_SOURCE),
                                       postgres_text(rows, i, R_RECORD)));
        print_cell(&table, text_from(independence_name(postgres_text(rows, i, R_INDEPENDENCE))));
        print_cell(&table, outcomes(rows, i, arena));
        print_cell(&table, postgres_is_null(rows, i, R_SCORE)
                               ? TEXT("")
                               : print_bits(arena, postgres_int(rows, i, R_SCORE)));
        print_cell(&table, text_from(print_status(postgres_int(rows, i, R_STATUS))));
        print_cell(&table, shown_title(rows, i, arena));
    }
    print_out(&table);
    putchar('\n');
}

/* Levels of an escalation read better as colours, states by their names. */
static Text shown_value(Text kind, Text value, Arena *arena)
{
    int64_t number;
    bool due = text_is(kind, "overdue") || text_is(kind, "changed");
    bool state =
        text_is(kind, "status_changed") || text_is(kind, "closed") || text_is(kind, "reopened");
    if (due && datetime_from_iso(value, &number))
        return print_time(arena, number);
    if (text_is(kind, "effective"))
        return text_is(value, "1") ? TEXT("是") : TEXT("");
    if (text_is(kind, "escalated") && text_to_int64(value, &number))
        return text_from(print_level(number));
    if (state && text_to_int64(value, &number))
        return text_from(print_status(number));
    return text_is_absent(value) ? TEXT("") : value;
}

static void print_events(const PostgresResult *rows, Arena *arena)
{
    static const char *const NAMES[] = {"事件时间", "获知时间", "事件", "由", "至", "依据", "报告"};
    PrintTable table = print_table(arena, 7);
    print_heading(&table, NAMES);
    for (int i = 0; i < postgres_rows(rows); i++) {
        Text kind = postgres_text(rows, i, E_KIND);
        print_cell(&table, print_time(arena, postgres_time(rows, i, E_EVENT)));
        print_cell(&table, print_time(arena, postgres_time(rows, i, E_KNOWN)));
        print_cell(&table, text_from(event_name(kind)));
        print_cell(&table, shown_value(kind, postgres_text(rows, i, E_BEFORE), arena));
        print_cell(&table, shown_value(kind, postgres_text(rows, i, E_AFTER), arena));
        print_cell(&table, postgres_text(rows, i, E_REASON));
        print_cell(&table, record_name(arena, postgres_text(rows, i, E_SOURCE),
                                       postgres_text(rows, i, E_RECORD)));
    }
    print_out(&table);
}

static const OutColumn CASE_MEMBERS[] = {{"case_no", CASE_NO, OUT_TEXT},
                                         {"hazard_no", HAZARD_NO, OUT_TEXT},
                                         {"recurrence_no", RECURRENCE, OUT_INT},
                                         {"category", CATEGORY, OUT_TEXT},
                                         {"title", TITLE, OUT_TEXT},
                                         {"status", STATUS, OUT_INT},
                                         {"level", LEVEL, OUT_INT},
                                         {"level_since", LEVEL_SINCE, OUT_TIME},
                                         {"level_reason", LEVEL_REASON, OUT_TEXT},
                                         {"address", ADDRESS, OUT_TEXT},
                                         {"extent_m", EXTENT, OUT_INT},
                                         {"asset_kind", ASSET_KIND, OUT_TEXT},
                                         {"asset_id", ASSET_ID, OUT_TEXT},
                                         {"reports", REPORTS, OUT_INT},
                                         {"independent", INDEPENDENT, OUT_INT},
                                         {"reporters", REPORTERS, OUT_INT},
                                         {"sources", SOURCES, OUT_INT},
                                         {"opened_at", OPENED, OUT_TIME},
                                         {"closed_at", CLOSED, OUT_TIME},
                                         {"due_at", DUE, OUT_TIME},
                                         {"due_rule", DUE_RULE, OUT_TEXT},
                                         {"due_by", DUE_BY, OUT_TEXT},
                                         {"overdue", OVERDUE, OUT_FLAG},
                                         {"effective", EFFECTIVE, OUT_FLAG},
                                         {"reopened", REOPENED, OUT_INT},
                                         {"trapped", TRAPPED, OUT_INT},
                                         {"injured", INJURED, OUT_INT},
                                         {"dead", DEAD, OUT_INT}};

static const OutColumn REPORT_MEMBERS[] = {{"report_id", R_ID, OUT_INT},
                                           {"source", R_SOURCE, OUT_TEXT},
                                           {"record_no", R_RECORD, OUT_TEXT},
                                           {"event_at", R_EVENT, OUT_TIME},
                                           {"independence", R_INDEPENDENCE, OUT_TEXT},
                                           {"outcome", R_OUTCOME, OUT_TEXT},
                                           {"score_mb", R_SCORE, OUT_INT},
                                           {"later", R_LATER, OUT_TEXTS},
                                           {"status", R_STATUS, OUT_INT},
                                           {"title", R_TITLE, OUT_TEXT},
                                           {"repeats", R_REPEATS, OUT_INT}};

static const OutColumn EVENT_MEMBERS[] = {
    {"event_at", E_EVENT, OUT_TIME}, {"known_at", E_KNOWN, OUT_TIME},
    {"kind", E_KIND, OUT_TEXT},      {"before", E_BEFORE, OUT_TEXT},
    {"after", E_AFTER, OUT_TEXT},    {"reason", E_REASON, OUT_TEXT},
    {"source", E_SOURCE, OUT_TEXT},  {"record_no", E_RECORD, OUT_TEXT},
    {"case_no", E_CASE, OUT_TEXT}};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* All that belongs to one case. */
typedef struct CaseRows {
    PostgresResult *reports;
    PostgresResult *events;
    PostgresResult *merged;
    CaseSaid said;
} CaseRows;

static bool
read_one(const CaseCommand *command, Text region, int64_t case_id, CaseRows *rows, Error *error)
{
    const PostgresParam params[] = {postgres_param_text(region),
                                    postgres_param_int8(command->arena, case_id)};
    *rows = (CaseRows){0};
    return postgres_call(command->pg, &REPORTS_OF, params, 2, &rows->reports, error) &&
           postgres_call(command->pg, &EVENTS_OF, params, 2, &rows->events, error) &&
           case_merged_read(command, region, case_id, &rows->merged, error) &&
           case_said_read(command, region, case_id, &rows->said, error);
}

static void free_one(CaseRows *rows)
{
    postgres_result_free(rows->reports);
    postgres_result_free(rows->events);
    postgres_result_free(rows->merged);
    case_said_free(&rows->said);
}

static void
write_one(const PostgresResult *cases, int i, const CaseRows *rows, TextBuilder *out, Arena *arena)
{
    builder_string(out, i > 0 ? ",\n{" : "{");
    out_columns(out, cases, i, CASE_MEMBERS, COUNT_OF(CASE_MEMBERS), arena);
    out_rows(out, "members", rows->reports, REPORT_MEMBERS, COUNT_OF(REPORT_MEMBERS), arena);
    out_rows(out, "timeline", rows->events, EVENT_MEMBERS, COUNT_OF(EVENT_MEMBERS), arena);
    case_merged_write(rows->merged, out, arena);
    case_said_write(&rows->said, out, arena);
    builder_char(out, '}');
}

static void print_one(const PostgresResult *cases, int i, const CaseRows *rows, Arena *arena)
{
    if (i > 0)
        putchar('\n');
    print_head(cases, i, arena);
    case_merged_print(rows->merged, arena);
    case_said_print(&rows->said, arena);
    putchar('\n');
    print_reports(rows->reports, arena);
    print_events(rows->events, arena);
}

/* One case with its reports and events; `out` gathers JSON when it is asked for. */
static bool show_one(
    const CaseCommand *command, const PostgresResult *cases, int i, TextBuilder *out, Error *error)
{
    CaseRows rows;
    bool well = read_one(command, postgres_text(cases, i, REGION), postgres_int(cases, i, CASE_ID),
                         &rows, error);
    if (well && command->json)
        write_one(cases, i, &rows, out, command->arena);
    else if (well)
        print_one(cases, i, &rows, command->arena);
    free_one(&rows);
    return well;
}

int case_show(const CaseCommand *command)
{
    POSTGRES_RESULT_AUTO *cases = NULL;
    Error error = {0};
    CaseNumber found;
    if (!case_number_find(command, &found, &error))
        return command_failed("case", &error);
    const PostgresParam id = postgres_param_text(found.number);
    if (!postgres_call(command->pg, &CASES, &id, 1, &cases, &error))
        return command_failed("case", &error);
    if (postgres_rows(cases) == 0) {
        fprintf(stderr,
                "onecase: no case or hazard \"%s\"; numbers look like AJ9901-20261122-0007 or "
                "HZ9901-000123\n",
                command->id);
        return EXIT_NOT_FOUND;
    }
    TextBuilder out = builder_new(command->arena);
    builder_char(&out, '[');
    if (!command->json)
        case_number_print(command, &found);
    for (int i = 0; i < postgres_rows(cases); i++)
        if (!show_one(command, cases, i, &out, &error))
            return command_failed("case", &error);
    if (command->json)
        printf("%.*s]\n", TEXT_ARGS(builder_view(&out)));
    return EXIT_OK;
}
