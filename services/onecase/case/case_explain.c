/*
 * onecase case explain: the decision about a report as a waterfall that adds up. Everything comes from the row the
 * matcher wrote when it decided; nothing is computed again but the running sum, which is checked against the score.
 */
#include "case.h"
#include "command.h"
#include "json_out.h"
#include "print.h"

#include "domain/report.h"

#include <stdio.h>

static const PostgresStatement DECISION = {
    "case_explain",
    "select r.source, r.record_no, r.report_id, h.hazard_no, c.case_no, d.outcome, d.score_mb,"
    "       d.prior_mb, d.competition_mb, d.comparisons, d.levels,"
    "       array(select w::text from unnest(d.weights_mb) with ordinality as t(w, n) order by n),"
    "       d.values_report, d.values_hazard, m.source, m.record_no, u.hazard_no, d.runner_up_mb,"
    "       d.vetoes, d.keys, d.model_version, d.actor, d.sentence, d.stream_time, m.event_at,"
    "       array(select o.hazard_no || ' ' || case when t.mb < 0 then '-' else '+' end"
    "                    || (abs(t.mb) / 1000) || '.' || lpad((abs(t.mb) % 1000)::text, 3, '0')"
    "                    || ' ' || t.reason"
    "               from unnest(d.rejected_ids, d.rejected_mb, d.rejected_reasons)"
    "                    with ordinality as t(id, mb, reason, n)"
    "               join onecase.hazards o on o.region = d.region and o.hazard_id = t.id"
    "              order by t.n)"
    "  from onecase.reports r"
    "  join onecase.decisions d on d.region = r.region and d.decision_id = r.decision_id"
    "  left join onecase.hazards h on h.region = d.region and h.hazard_id = d.hazard_id"
    "  left join onecase.cases c on c.region = d.region and c.case_id = d.case_id"
    "  left join onecase.reports m on m.region = d.region and m.report_id = d.member_report_id"
    "  left join onecase.hazards u on u.region = d.region and u.hazard_id = d.runner_up_id"
    " where (r.region, r.report_id) = ("
    "    select i.region, i.report_id from onecase.record_index i"
    "     where i.source = $1 and i.record_no = $2"
    "    union all select $1, $3::int8 where $3::int8 is not null limit 1)"};
enum {
    SOURCE,
    RECORD_NO,
    REPORT_ID,
    HAZARD_NO,
    CASE_NO,
    OUTCOME,
    SCORE,
    PRIOR,
    COMPETITION,
    NAMES,
    LEVELS,
    WEIGHTS,
    OURS,
    THEIRS,
    MEMBER_SOURCE,
    MEMBER_NO,
    RUNNER_UP,
    RUNNER_UP_MB,
    VETOES,
    KEYS,
    MODEL,
    ACTOR,
    SENTENCE,
    STREAM_TIME,
    MEMBER_AT,
    REJECTED
};

/* A decision's waterfall: parallel lists of equal length. */
typedef struct Waterfall {
    TextList names, levels, weights, ours, theirs;
    int64_t sum; /* prior + weights - competition */
} Waterfall;

static Waterfall read_waterfall(const PostgresResult *row, Arena *arena)
{
    Waterfall waterfall = {.names = postgres_texts(row, 0, NAMES, arena),
                           .levels = postgres_texts(row, 0, LEVELS, arena),
                           .weights = postgres_texts(row, 0, WEIGHTS, arena),
                           .ours = postgres_texts(row, 0, OURS, arena),
                           .theirs = postgres_texts(row, 0, THEIRS, arena),
                           .sum = postgres_int(row, 0, PRIOR) - postgres_int(row, 0, COMPETITION)};
    for (size_t i = 0; i < waterfall.weights.count; i++) {
        int64_t weight = 0;
        if (text_to_int64(waterfall.weights.items[i], &weight))
            waterfall.sum += weight;
    }
    return waterfall;
}

static const char *comparison_name(Text name)
{
    static const char *const KNOWN[][2] = {
        {"place", "地点"}, {"asset", "资产"}, {"quoted", "引用单号"}, {"class", "类别"},
        {"text", "文字"},  {"party", "单位"}, {"reporter", "报告人"}, {"gap", "时间间隔"},
        {"tempo", "频次"}, {"prior", "先验"}};
    for (size_t i = 0; i < sizeof KNOWN / sizeof KNOWN[0]; i++)
        if (text_is(name, KNOWN[i][0]))
            return KNOWN[i][1];
    return NULL;
}

static void
print_row(PrintTable *table, const char *name, Text level, int64_t weight, int64_t running)
{
    print_cell(table, text_from(name));
    print_cell(table, level);
    print_cell(table, print_bits(table->arena, weight));
    print_cell(table, print_bits(table->arena, running));
}

static void print_waterfall(const PostgresResult *row, const Waterfall *waterfall, Arena *arena)
{
    static const char *const HEADING[] = {"比较", "等级", ">比特", ">累计", "本报告", "对方报告"};
    PrintTable table = print_table(arena, 6);
    int64_t running = postgres_int(row, 0, PRIOR);
    print_heading(&table, HEADING);
    print_row(&table, "先验", TEXT(""), running, running);
    print_cell(&table, TEXT(""));
    print_cell(&table, TEXT(""));
    for (size_t i = 0; i < waterfall->names.count; i++) {
        const char *name = comparison_name(waterfall->names.items[i]);
        int64_t weight = 0;
        if (text_to_int64(waterfall->weights.items[i], &weight))
            running += weight;
        print_row(&table, name != NULL ? name : text_string(arena, waterfall->names.items[i]),
                  waterfall->levels.items[i], weight, running);
        print_cell(&table, waterfall->ours.items[i]);
        print_cell(&table, waterfall->theirs.items[i]);
    }
    running -= postgres_int(row, 0, COMPETITION);
    print_row(&table, "竞争", TEXT(""), -postgres_int(row, 0, COMPETITION), running);
    print_cell(&table, TEXT(""));
    print_cell(&table, TEXT(""));
    print_out(&table);
    printf("合计 %.*s\n\n", TEXT_ARGS(print_bits(arena, running)));
}

static void print_list(const char *title, TextList list)
{
    if (list.count == 0)
        return;
    printf("%s", title);
    for (size_t i = 0; i < list.count; i++)
        printf("%s%.*s", i > 0 ? "；" : "", TEXT_ARGS(list.items[i]));
    putchar('\n');
}

static void print_people(const PostgresResult *row, const Waterfall *waterfall, Arena *arena)
{
    printf("报告 %.*s/%.*s → 隐患 %.*s，案件 %.*s：%.*s\n",
           TEXT_ARGS(postgres_text(row, 0, SOURCE)), TEXT_ARGS(postgres_text(row, 0, RECORD_NO)),
           TEXT_ARGS(postgres_text(row, 0, HAZARD_NO)), TEXT_ARGS(postgres_text(row, 0, CASE_NO)),
           TEXT_ARGS(postgres_text(row, 0, OUTCOME)));
    printf("%.*s\n\n", TEXT_ARGS(postgres_text(row, 0, SENTENCE)));
    if (!postgres_is_null(row, 0, SCORE)) {
        printf("与报告 %.*s/%.*s（%.*s）比较\n", TEXT_ARGS(postgres_text(row, 0, MEMBER_SOURCE)),
               TEXT_ARGS(postgres_text(row, 0, MEMBER_NO)),
               TEXT_ARGS(print_time(arena, postgres_time(row, 0, MEMBER_AT))));
        print_waterfall(row, waterfall, arena);
    }
    if (!postgres_is_null(row, 0, RUNNER_UP))
        printf("次优 %.*s %.*s\n", TEXT_ARGS(postgres_text(row, 0, RUNNER_UP)),
               TEXT_ARGS(print_bits(arena, postgres_int(row, 0, RUNNER_UP_MB))));
    print_list("落选 ", postgres_texts(row, 0, REJECTED, arena));
    print_list("否决 ", postgres_texts(row, 0, VETOES, arena));
    print_list("候选来自 ", postgres_texts(row, 0, KEYS, arena));
    printf("模型 %.*s，由 %.*s 于 %.*s 判定\n", TEXT_ARGS(postgres_text(row, 0, MODEL)),
           TEXT_ARGS(postgres_text(row, 0, ACTOR)),
           TEXT_ARGS(print_time(arena, postgres_time(row, 0, STREAM_TIME))));
}

static void write_list(TextBuilder *out, const char *key, TextList list)
{
    js_write_key(out, text_from(key));
    builder_char(out, '[');
    for (size_t i = 0; i < list.count; i++) {
        if (i > 0)
            builder_char(out, ',');
        js_write_text(out, list.items[i]);
    }
    builder_char(out, ']');
}

static void print_json(const PostgresResult *row, const Waterfall *waterfall, Arena *arena)
{
    TextBuilder out = builder_new(arena);
    builder_char(&out, '{');
    out_text(&out, "source", postgres_text(row, 0, SOURCE));
    out_text(&out, "record_no", postgres_text(row, 0, RECORD_NO));
    out_int(&out, "report_id", postgres_int(row, 0, REPORT_ID));
    out_text(&out, "hazard_no", postgres_text(row, 0, HAZARD_NO));
    out_text(&out, "case_no", postgres_text(row, 0, CASE_NO));
    out_text(&out, "outcome", postgres_text(row, 0, OUTCOME));
    out_int(&out, "score_mb", postgres_int(row, 0, SCORE));
    out_int(&out, "prior_mb", postgres_int(row, 0, PRIOR));
    out_int(&out, "competition_mb", postgres_int(row, 0, COMPETITION));
    js_write_key(&out, TEXT("comparisons"));
    builder_char(&out, '[');
    for (size_t i = 0; i < waterfall->names.count; i++) {
        builder_string(&out, i > 0 ? ",{" : "{");
        out_text(&out, "comparison", waterfall->names.items[i]);
        out_text(&out, "level", waterfall->levels.items[i]);
        js_write_key(&out, TEXT("weight_mb"));
        builder_text(&out, waterfall->weights.items[i]);
        out_text(&out, "report", waterfall->ours.items[i]);
        out_text(&out, "hazard", waterfall->theirs.items[i]);
        builder_char(&out, '}');
    }
    builder_char(&out, ']');
    out_text(&out, "runner_up", postgres_text(row, 0, RUNNER_UP));
    out_int(&out, "runner_up_mb", postgres_int(row, 0, RUNNER_UP_MB));
    write_list(&out, "rejected", postgres_texts(row, 0, REJECTED, arena));
    write_list(&out, "vetoes", postgres_texts(row, 0, VETOES, arena));
    write_list(&out, "keys", postgres_texts(row, 0, KEYS, arena));
    out_text(&out, "model_version", postgres_text(row, 0, MODEL));
    out_text(&out, "sentence", postgres_text(row, 0, SENTENCE));
    printf("%.*s}\n", TEXT_ARGS(builder_view(&out)));
}

/* SOURCE/RECORD_NO or REGION:REPORT_ID; false when it is neither. */
static bool parse_id(const char *id, Arena *arena, PostgresParam params[3])
{
    Text text = text_from(id);
    int64_t report_id;
    size_t slash = text_find(text, TEXT("/"), 0);
    size_t colon = text_find(text, TEXT(":"), 0);
    params[2] = (PostgresParam){.type = POSTGRES_INT8};
    if (slash != SIZE_MAX) {
        params[0] = postgres_param_text(text_slice(text, 0, slash));
        params[1] = postgres_param_text(text_slice(text, slash + 1, text.size));
        return true;
    }
    if (colon == SIZE_MAX || !text_to_int64(text_slice(text, colon + 1, text.size), &report_id))
        return false;
    params[0] = postgres_param_text(text_slice(text, 0, colon));
    params[1] = postgres_param_text(TEXT_ABSENT);
    params[2] = postgres_param_int8(arena, report_id);
    return true;
}

int case_explain(const CaseCommand *command)
{
    POSTGRES_RESULT_AUTO *row = NULL;
    Error error = {0};
    PostgresParam params[3];
    if (!parse_id(command->id, command->arena, params)) {
        fprintf(stderr,
                "onecase: \"%s\" is no report: expected SOURCE/RECORD_NO or REGION:REPORT_ID\n",
                command->id);
        return EXIT_USAGE;
    }
    if (!postgres_call(command->pg, &DECISION, params, 3, &row, &error))
        return command_failed("case", &error);
    if (postgres_rows(row) == 0) {
        fprintf(stderr, "onecase: no decision about a report \"%s\"\n", command->id);
        return EXIT_NOT_FOUND;
    }
    Waterfall waterfall = read_waterfall(row, command->arena);
    if (!postgres_is_null(row, 0, SCORE) && waterfall.sum != postgres_int(row, 0, SCORE)) {
        fprintf(stderr, "onecase: the decision about \"%s\" does not add up: %lld, stored %lld\n",
                command->id, (long long)waterfall.sum, (long long)postgres_int(row, 0, SCORE));
        return EXIT_SOFTWARE;
    }
    if (command->json)
        print_json(row, &waterfall, command->arena);
    else
        print_people(row, &waterfall, command->arena);
    return EXIT_OK;
}
