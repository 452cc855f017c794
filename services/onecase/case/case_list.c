/* onecase case list */
#include "case.h"
#include "command.h"
#include "json_out.h"
#include "print.h"

#include <stdio.h>

/* since: when the level it has was reached; a case that opened at its class's own colour has had it since then. */
static const PostgresStatement LIST = {
    "case_list",
    "select c.case_no, h.hazard_no, c.level, c.status, k.name_zh, h.address, c.report_count,"
    "       c.source_count, c.opened_at,"
    "       coalesce((select e.event_at from onecase.case_events e"
    "                  where e.region = c.region and e.case_id = c.case_id and e.kind = 'escalated'"
    "                    and e.after_value = c.level::text order by e.seq desc limit 1),"
    "                c.opened_at),"
    "       c.closed_at, c.category_code, c.reopened_count"
    "  from onecase.cases c"
    "  join onecase.hazards h on h.region = c.region and h.hazard_id = c.hazard_id"
    "  join onecase.categories k on k.code = c.category_code"
    " where ($1::text is null or c.region = $1) and ($2::int8 is null or c.level <= $2)"
    "   and ($3::int8 is null or c.closed_at is null) and c.merged_into is null"
    " order by c.level, c.report_count desc, c.region, c.case_id limit $4::int8"};

enum {
    CASE_NO,
    HAZARD_NO,
    LEVEL,
    STATUS,
    CATEGORY,
    ADDRESS,
    REPORTS,
    SOURCES,
    OPENED,
    SINCE,
    CLOSED,
    CATEGORY_CODE,
    REOPENED
};

static void print_json(const CaseCommand *command, const PostgresResult *rows)
{
    TextBuilder out = builder_new(command->arena);
    builder_char(&out, '[');
    for (int i = 0; i < postgres_rows(rows); i++) {
        builder_string(&out, i > 0 ? ",\n{" : "{");
        out_text(&out, "case_no", postgres_text(rows, i, CASE_NO));
        out_text(&out, "hazard_no", postgres_text(rows, i, HAZARD_NO));
        out_int(&out, "level", postgres_int(rows, i, LEVEL));
        out_int(&out, "status", postgres_int(rows, i, STATUS));
        out_text(&out, "category", postgres_text(rows, i, CATEGORY_CODE));
        out_text(&out, "address", postgres_text(rows, i, ADDRESS));
        out_int(&out, "reports", postgres_int(rows, i, REPORTS));
        out_int(&out, "sources", postgres_int(rows, i, SOURCES));
        out_int(&out, "reopened", postgres_int(rows, i, REOPENED));
        out_time(&out, "opened_at", postgres_time(rows, i, OPENED));
        out_time(&out, "level_since", postgres_time(rows, i, SINCE));
        out_time(&out, "closed_at", postgres_time(rows, i, CLOSED));
        builder_char(&out, '}');
    }
    printf("%.*s]\n", TEXT_ARGS(builder_view(&out)));
}

static void print_people(const CaseCommand *command, const PostgresResult *rows)
{
    static const char *const NAMES[] = {"案件", "等级",  "自",    "状态", "类别",
                                        "地址", ">报告", ">来源", "立案"};
    PrintTable table = print_table(command->arena, 9);
    print_heading(&table, NAMES);
    for (int i = 0; i < postgres_rows(rows); i++) {
        print_cell(&table, postgres_text(rows, i, CASE_NO));
        print_cell(&table, text_from(print_level(postgres_int(rows, i, LEVEL))));
        print_cell(&table, print_time(command->arena, postgres_time(rows, i, SINCE)));
        print_cell(&table, text_from(print_status(postgres_int(rows, i, STATUS))));
        print_cell(&table, postgres_text(rows, i, CATEGORY));
        print_cell(&table, postgres_text(rows, i, ADDRESS));
        print_cell_int(&table, postgres_int(rows, i, REPORTS));
        print_cell_int(&table, postgres_int(rows, i, SOURCES));
        print_cell(&table, print_time(command->arena, postgres_time(rows, i, OPENED)));
    }
    print_out(&table);
}

static PostgresParam optional_int(Arena *arena, int64_t value)
{
    if (value == 0)
        return (PostgresParam){.type = POSTGRES_INT8};
    return postgres_param_int8(arena, value);
}

int case_list(const CaseCommand *command)
{
    POSTGRES_RESULT_AUTO *rows = NULL;
    Error error = {0};
    const PostgresParam params[] = {postgres_param_text(text_from(command->region)),
                                    optional_int(command->arena, command->level),
                                    optional_int(command->arena, command->open_only),
                                    postgres_param_int8(command->arena, command->limit)};
    if (!postgres_call(command->pg, &LIST, params, 4, &rows, &error))
        return command_failed("case", &error);
    if (command->json)
        print_json(command, rows);
    else
        print_people(command, rows);
    return EXIT_OK;
}
