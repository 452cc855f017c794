/* A stored decision for people: who and where, the sentence, the waterfall, who competed, what was tested, who lost. */
#include "case/case_explain.h"
#include "explain/explain_words.h"
#include "print.h"

#include "domain/report.h"

#include <stdio.h>

/* Scores so close that nobody can tell the hazards apart. */
enum { EQUAL_MB = 500 };

static Text column(const ExplainedDecision *decision, int at)
{
    return postgres_text(decision->rows, decision->at, at);
}

static int64_t number(const ExplainedDecision *decision, int at)
{
    return postgres_int(decision->rows, decision->at, at);
}

static TextList list(const ExplainedDecision *decision, int at)
{
    return postgres_texts(decision->rows, decision->at, at, decision->arena);
}

static Text time_at(const ExplainedDecision *decision, int at)
{
    return print_time(decision->arena, postgres_time(decision->rows, decision->at, at));
}

static void print_report(const ExplainedDecision *decision)
{
    printf("报告 %.*s/%.*s   %.*s   %.*s %.*s   %.*s\n",
           TEXT_ARGS(column(decision, EXPLAIN_SOURCE)),
           TEXT_ARGS(column(decision, EXPLAIN_RECORD_NO)),
           TEXT_ARGS(time_at(decision, EXPLAIN_EVENT_AT)),
           TEXT_ARGS(column(decision, EXPLAIN_CATEGORY)),
           TEXT_ARGS(column(decision, EXPLAIN_CATEGORY_NAME)),
           TEXT_ARGS(column(decision, EXPLAIN_ADDRESS)));
}

static void print_head(const ExplainedDecision *decision)
{
    if (decision->at == 0)
        print_report(decision);
    else
        printf("\n后来 %.*s，原隐患 %.*s\n", TEXT_ARGS(time_at(decision, EXPLAIN_STREAM_TIME)),
               TEXT_ARGS(column(decision, EXPLAIN_FROM)));
    printf("判定 %.*s → 隐患 %.*s，案件 %.*s\n",
           TEXT_ARGS(explain_outcome(column(decision, EXPLAIN_OUTCOME))),
           TEXT_ARGS(column(decision, EXPLAIN_HAZARD_NO)),
           TEXT_ARGS(column(decision, EXPLAIN_CASE_NO)));
    printf("说明 %.*s\n\n", TEXT_ARGS(column(decision, EXPLAIN_SENTENCE)));
}

static void print_compared(const ExplainedDecision *decision)
{
    printf("与隐患 %.*s", TEXT_ARGS(column(decision, EXPLAIN_COMPARED_NO)));
    if (!text_is_empty(column(decision, EXPLAIN_COMPARED_ADDRESS)))
        printf("（%.*s）", TEXT_ARGS(column(decision, EXPLAIN_COMPARED_ADDRESS)));
    printf("比较，以其报告 %.*s/%.*s（%.*s）为准",
           TEXT_ARGS(column(decision, EXPLAIN_MEMBER_SOURCE)),
           TEXT_ARGS(column(decision, EXPLAIN_MEMBER_NO)),
           TEXT_ARGS(time_at(decision, EXPLAIN_MEMBER_AT)));
    printf("；其代表报告 %lld 份相符、%lld 份矛盾\n", (long long)number(decision, EXPLAIN_AGREEING),
           (long long)number(decision, EXPLAIN_CONTRADICTING));
}

static Text other_name(const ExplainedDecision *decision, int i)
{
    Text address = postgres_text(decision->others, i, OTHER_ADDRESS);
    Text asset = postgres_text(decision->others, i, OTHER_ASSET);
    return text_format(decision->arena, "%.*s%s%.*s", TEXT_ARGS(address),
                       text_is_empty(address) || text_is_empty(asset) ? "" : "，",
                       TEXT_ARGS(asset));
}

/* How far below the hazard that was compared, before competition. */
static int64_t behind(const ExplainedDecision *decision, int64_t mb)
{
    return waterfall_sum(&decision->waterfall) + decision->waterfall.competition_mb - mb;
}

static void print_competition(const ExplainedDecision *decision)
{
    const PostgresResult *others = decision->others;
    int64_t rivals = decision->waterfall.rivals;
    int equal = 0;
    int shown = 0;
    for (int i = 0; i < postgres_rows(others); i++)
        if (postgres_int(others, i, OTHER_IS_RIVAL) == 1) {
            shown++;
            equal += behind(decision, postgres_int(others, i, OTHER_MB)) < EQUAL_MB;
        }
    if (!text_is_empty(column(decision, EXPLAIN_REFUSAL))) {
        printf("竞争 不计：没有可以归并的隐患\n");
        return;
    }
    if (rivals == 0) {
        printf("竞争 没有别的隐患与它相争\n");
        return;
    }
    Text taken = print_bits(decision->arena, -decision->waterfall.competition_mb);
    if (equal > 0)
        printf("竞争 另有 %d 处同样吻合，分不出是哪一处：%.*s\n", equal, TEXT_ARGS(taken));
    else
        printf("竞争 另有 %lld 处较弱的可能：%.*s\n", (long long)rivals, TEXT_ARGS(taken));
    PrintTable table = print_table(decision->arena, 4);
    for (int i = 0; i < shown; i++) {
        print_cell(&table, text_format(decision->arena, "     %.*s",
                                       TEXT_ARGS(postgres_text(others, i, OTHER_HAZARD_NO))));
        print_cell(&table, print_bits(decision->arena, postgres_int(others, i, OTHER_MB)));
        print_cell(&table, postgres_text(others, i, OTHER_CATEGORY));
        print_cell(&table, other_name(decision, i));
    }
    print_out(&table);
    if (rivals > shown)
        printf("     其余 %lld 处更弱\n", (long long)(rivals - shown));
}

static void print_runner_up(const ExplainedDecision *decision)
{
    if (postgres_is_null(decision->rows, decision->at, EXPLAIN_RUNNER_UP)) {
        printf("次优 无\n");
        return;
    }
    int64_t mb = number(decision, EXPLAIN_RUNNER_UP_MB);
    int64_t lag = behind(decision, mb);
    printf("次优 %.*s %.*s，", TEXT_ARGS(column(decision, EXPLAIN_RUNNER_UP)),
           TEXT_ARGS(print_bits(decision->arena, mb)));
    if (lag == 0)
        printf("与首选同分：取编号在前者\n");
    else
        printf("比首选低 %lld.%03lld\n", (long long)(lag / 1000), (long long)(lag % 1000));
}

/* The strongest that were not taken, and why. */
static void print_rejected(const ExplainedDecision *decision)
{
    static const char *const HEADING[] = {"落选", ">得分", "原因", "类别", "地点"};
    const PostgresResult *others = decision->others;
    PrintTable table = print_table(decision->arena, 5);
    print_heading(&table, HEADING);
    int count = 0;
    for (int i = 0; i < postgres_rows(others); i++) {
        if (postgres_int(others, i, OTHER_IS_RIVAL) == 1)
            continue;
        count++;
        print_cell(&table, postgres_text(others, i, OTHER_HAZARD_NO));
        print_cell(&table, print_bits(decision->arena, postgres_int(others, i, OTHER_MB)));
        print_cell(&table, explain_reason(postgres_text(others, i, OTHER_REASON), decision->arena));
        print_cell(&table, postgres_text(others, i, OTHER_CATEGORY));
        print_cell(&table, other_name(decision, i));
    }
    if (count == 0)
        return;
    putchar('\n');
    print_out(&table);
}

/* What the hazard it opened is to those it was not joined to, and what became of them. */
static void print_relations(const ExplainedDecision *decision)
{
    const PostgresResult *rows = decision->relations;
    for (int i = 0; i < postgres_rows(rows); i++) {
        Text other = postgres_text(rows, i, RELATION_HAZARD_NO);
        Text now = postgres_text(rows, i, RELATION_NOW);
        printf("%s%.*s：%.*s", i > 0 ? "；" : "关系 ",
               TEXT_ARGS(explain_relation(postgres_text(rows, i, RELATION_KIND))),
               TEXT_ARGS(other));
        if (text_is(postgres_text(rows, i, RELATION_RESOLUTION), "merged"))
            printf("（已并为一处）");
        else if (!text_equal(other, now))
            printf("（已并入%.*s）", TEXT_ARGS(now));
    }
    if (postgres_rows(rows) > 0)
        putchar('\n');
}

static void print_candidates(const ExplainedDecision *decision)
{
    int64_t candidates = number(decision, EXPLAIN_CANDIDATES);
    int64_t generic = number(decision, EXPLAIN_GENERIC_KEYS);
    printf("检索 ");
    if (decision->compared) {
        explain_print_keys(list(decision, EXPLAIN_KEYS));
        printf("；");
    }
    printf("比较了 %lld 处隐患", (long long)(candidates > 0 ? candidates : 0));
    if (generic > 0)
        printf("，%lld 个检索键指向过多，只看其最近的", (long long)generic);
    putchar('\n');
}

static void print_decision(const ExplainedDecision *decision)
{
    print_head(decision);
    if (decision->compared) {
        print_compared(decision);
        waterfall_print(&decision->waterfall, "本报告", "对方报告", decision->arena);
        waterfall_print_sum(&decision->waterfall,
                            explain_refusal(column(decision, EXPLAIN_REFUSAL)), decision->arena);
        putchar('\n');
        explain_print_flags(list(decision, EXPLAIN_FLAGS));
        print_competition(decision);
        explain_print_vetoes(list(decision, EXPLAIN_VETOES_TESTED), list(decision, EXPLAIN_VETOES));
        print_runner_up(decision);
        print_relations(decision);
    }
    if (decision->compared || decision->at == 0)
        print_candidates(decision);
    printf("模型 %.*s，由 %.*s 于 %.*s 判定\n", TEXT_ARGS(column(decision, EXPLAIN_MODEL)),
           TEXT_ARGS(column(decision, EXPLAIN_ACTOR)),
           TEXT_ARGS(time_at(decision, EXPLAIN_STREAM_TIME)));
    print_rejected(decision);
}

/* Where the report is today, when its hazard or case has another number since. */
static void print_now(const ExplainedDecision *last)
{
    Text hazard = column(last, EXPLAIN_NOW_HAZARD);
    Text in_case = column(last, EXPLAIN_NOW_CASE);
    if (text_equal(hazard, column(last, EXPLAIN_HAZARD_NO)) &&
        text_equal(in_case, column(last, EXPLAIN_CASE_NO)))
        return;
    printf("\n现在 隐患 %.*s，案件 %.*s\n", TEXT_ARGS(hazard), TEXT_ARGS(in_case));
}

void case_explain_print(const ExplainedDecision *decisions, size_t count)
{
    for (size_t i = 0; i < count; i++)
        print_decision(&decisions[i]);
    print_now(&decisions[count - 1]);
}
