/* Cases and hazards that were merged: where an old number leads to, and what a case took in. */
#include "case/case_merged.h"

#include "json_out.h"
#include "print.h"

#include "domain/report.h"

#include <stdio.h>

/* $1: number of a case or hazard. */
static const PostgresStatement FIND = {
    "case_number",
    "with recursive up (region, case_id, merged_into, case_no) as ("
    "    select region, case_id, merged_into, case_no from onecase.cases where case_no = $1"
    "    union all"
    "    select c.region, c.case_id, c.merged_into, c.case_no"
    "      from up join onecase.cases c on c.region = up.region and c.case_id = up.merged_into)"
    " select s.case_no,"
    "        (select min(e.known_at) from onecase.case_events e join up a on a.case_no = $1"
    "          where e.region = a.region and e.case_id = a.merged_into and e.kind = 'merged'"
    "            and e.before_value = $1)"
    "   from up s where s.merged_into is null"
    " union all"
    " select s.hazard_no, h.merged_at"
    "   from onecase.hazards h"
    "   join onecase.hazards s on s.region = h.region"
    "    and s.hazard_id = onecase.hazard_survivor(h.region, h.hazard_id)"
    "  where h.hazard_no = $1"};

/* $1: region, $2: case. Cases that were merged have the hazard of the one that goes on. */
static const PostgresStatement MERGED = {
    "case_merged",
    "with recursive goes_on as ("
    "    select c.* from onecase.cases c where c.region = $1 and c.case_id = $2"
    "), under (case_id, case_no, merged_into) as ("
    "    select c.case_id, c.case_no, c.merged_into from onecase.cases c, goes_on g"
    "     where c.region = $1 and c.hazard_id = g.hazard_id and c.merged_into = g.case_id"
    "    union all"
    "    select c.case_id, c.case_no, c.merged_into from under u, goes_on g, onecase.cases c"
    "     where c.region = $1 and c.hazard_id = g.hazard_id and c.merged_into = u.case_id"
    "), below (hazard_id, hazard_no, merged_at) as ("
    "    select h.hazard_id, h.hazard_no, h.merged_at from onecase.hazards h, goes_on g"
    "     where h.region = $1 and h.merged_into = g.hazard_id"
    "    union all"
    "    select h.hazard_id, h.hazard_no, h.merged_at from below b, onecase.hazards h"
    "     where h.region = $1 and h.merged_into = b.hazard_id)"
    " select u.case_no, null::text,"
    "        (select min(e.known_at) from onecase.case_events e"
    "          where e.region = $1 and e.case_id = u.merged_into and e.kind = 'merged'"
    "            and e.before_value = u.case_no) as merged_at"
    "   from under u"
    " union all select null, hazard_no, merged_at from below"
    " order by merged_at, 1, 2"};
enum { MERGED_CASE, MERGED_HAZARD, MERGED_AT };

bool case_number_find(const CaseCommand *command, CaseNumber *found, Error *error)
{
    POSTGRES_RESULT_AUTO *rows = NULL;
    const PostgresParam id = postgres_param_text(text_from(command->id));
    *found = (CaseNumber){.number = TEXT_ABSENT, .merged_at = TIME_ABSENT};
    if (!postgres_call(command->pg, &FIND, &id, 1, &rows, error))
        return false;
    if (postgres_rows(rows) > 0)
        *found = (CaseNumber){.number = text_copy(command->arena, postgres_text(rows, 0, 0)),
                              .merged_at = postgres_time(rows, 0, 1)};
    return true;
}

void case_number_print(const CaseCommand *command, const CaseNumber *found)
{
    if (text_is(found->number, command->id))
        return;
    printf("%s 已于 %.*s 并入 %.*s，以下为后者\n\n", command->id,
           TEXT_ARGS(print_time(command->arena, found->merged_at)), TEXT_ARGS(found->number));
}

bool case_merged_read(
    const CaseCommand *command, Text region, int64_t case_id, PostgresResult **rows, Error *error)
{
    const PostgresParam params[] = {postgres_param_text(region),
                                    postgres_param_int8(command->arena, case_id)};
    return postgres_call(command->pg, &MERGED, params, 2, rows, error);
}

void case_merged_print(const PostgresResult *rows, Arena *arena)
{
    for (int i = 0; i < postgres_rows(rows); i++) {
        bool is_case = !postgres_is_null(rows, i, MERGED_CASE);
        Text number = postgres_text(rows, i, is_case ? MERGED_CASE : MERGED_HAZARD);
        printf("%s%s %.*s（%.*s）", i > 0 ? "、" : "并入 ", is_case ? "案件" : "隐患",
               TEXT_ARGS(number), TEXT_ARGS(print_time(arena, postgres_time(rows, i, MERGED_AT))));
    }
    if (postgres_rows(rows) > 0)
        putchar('\n');
}

void case_merged_write(const PostgresResult *rows, TextBuilder *out, Arena *arena)
{
    static const OutColumn MEMBERS[] = {{"case_no", MERGED_CASE, OUT_TEXT},
                                        {"hazard_no", MERGED_HAZARD, OUT_TEXT},
                                        {"merged_at", MERGED_AT, OUT_TIME}};
    out_rows(out, "merged", rows, MEMBERS, sizeof MEMBERS / sizeof MEMBERS[0], arena);
}
