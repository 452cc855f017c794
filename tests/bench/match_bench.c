/*
 * What matching costs a report, in one thread and without servers: reading the evidence, making its keys, comparing it
 * with a member. Prints nanoseconds each; take the best of several runs.
 *
 *   match_bench [deploy/model/onecase.cfg]
 */
#include "domain/blocking.h"
#include "domain/scorer.h"

#include "adapters/model_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { REPORTS = 512, ROUNDS = 40 };

static double now_s(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Everyday texts of about 80 characters; buildings, units and points vary. */
static Report make_report(int number, Arena *arena)
{
    Report report;
    report_init(&report);
    int building = 1 + number % 30;
    int unit = 1 + number % 4;
    report.record_no = text_format(arena, "YZ%012d", number);
    report.reported_at = INT64_C(1790000000000000) + (int64_t)number * 60000000;
    switch (number % 3) {
    case 0:
        report.body = text_format(arena,
                                  "市民来电反映，锦绣花园%d号楼%"
                                  "d单元的电梯运行时有异响，经常停运，老人上下楼很不方便，已经反映"
                                  "过多次没有人来修，请尽快处理。",
                                  building, unit);
        break;
    case 1:
        report.body = text_format(arena,
                                  "巡查发现锦绣花园%d幢%"
                                  "d单元楼道里堆满杂物，安全出口走不通，住户把电动车推上楼充电，存"
                                  "在安全隐患，已拍照上报，需尽快处置。",
                                  building, unit);
        break;
    default:
        report.body = text_format(arena,
                                  "群众反映，路过建设路%"
                                  "d号门前发现雨水井盖破裂翘起一角，车轧过哐当响，晚上路灯也不亮，"
                                  "第%d次来电，希望派人来看。",
                                  building, unit);
        break;
    }
    report.title = TEXT("情况反映");
    report.address = text_format(arena, "东湖区锦绣花园%d幢", building);
    report.category = TEXT("A02");
    report.category_confidence = 90;
    report.reporter = text_format(arena, "1:%032d", number % 100);
    report.point = (ReportPoint){
        {110.0 + number % 50 * 1e-4, 39.0 + number % 37 * 1e-4, GEO_WGS84}, GEO_WGS84, 'C'};
    return report;
}

static void bench(const Model *model)
{
    Arena *arena = arena_new(1 << 20);
    Arena *scratch = arena_new(1 << 18);
    Report *reports = ARENA_ARRAY(arena, Report, REPORTS);
    Evidence *evidence[REPORTS];
    BlockingKey keys[BLOCKING_KEYS_MAX];
    int64_t check = 0;
    size_t key_count = 0;
    for (int i = 0; i < REPORTS; i++)
        reports[i] = make_report(i, arena);
    double start = now_s();
    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < REPORTS; i++) {
            EvidenceOrigin origin = {TEXT("H12345"), TEXT("9901"), i, reports[i].reported_at};
            evidence[i] = evidence_new(&reports[i], &origin, model, scratch);
            if (round + 1 < ROUNDS)
                evidence_free(evidence[i]);
        }
    double read = now_s();
    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < REPORTS; i++)
            key_count += blocking_query_keys(evidence[i], model, keys);
    double keyed = now_s();
    HazardFacts facts = {
        .nearest_gap_us = INT64_C(3600000000), .crowd.building = 2, .party_hazards = 1};
    long compared = 0;
    for (int i = 0; i < REPORTS; i++) {
        for (int j = 0; j < REPORTS; j++, compared++) {
            Score score;
            scorer_compare(model, evidence[i], evidence[j], &facts, scratch, &score);
            check += score.total_mb;
        }
        arena_reset(scratch);
    }
    double done = now_s();
    const double reads = (double)ROUNDS * REPORTS;
    printf("evidence_new        %8.0f ns\n", (read - start) * 1e9 / reads);
    printf("blocking_query_keys %8.0f ns  (%.1f keys)\n", (keyed - read) * 1e9 / reads,
           (double)key_count / reads);
    printf("scorer_compare      %8.0f ns  (checksum %lld)\n",
           (done - keyed) * 1e9 / (double)compared, (long long)check);
    for (int i = 0; i < REPORTS; i++)
        evidence_free(evidence[i]);
    arena_free(scratch);
    arena_free(arena);
}

int main(int argc, char **argv)
{
    Model *model = NULL;
    Error error = {0};
    if (!model_file_load(argc > 1 ? argv[1] : "deploy/model/onecase.cfg", &model, &error)) {
        fprintf(stderr, "match_bench: %s\n", error.text);
        return EXIT_FAILURE;
    }
    bench(model);
    model_free(model);
    return EXIT_SUCCESS;
}
