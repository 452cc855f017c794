/*
 * What it costs to know when a hazard is due (time_limit_due, once for each report) and to count office hours, with the
 * model's own limits and calendar: 1,000 random starts of 2025 and 2026 over all classes and levels. CPU time, best of
 * five.
 *
 *   time_bench [deploy/model/onecase.cfg]
 */
#include "domain/category.h"
#include "domain/datetime.h"

#include "adapters/model_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS = 5, CALLS = 1000000, STARTS = 1000 };

static int64_t starts[STARTS];
static const char *codes[STARTS];

static double cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void make_questions(void)
{
    const int64_t first = INT64_C(1735660800) * DATETIME_SECOND_US; /* 2025-01-01 at +08:00 */
    uint64_t seed = 1;
    size_t count;
    const Category *all = category_all(&count);
    for (size_t i = 0; i < STARTS; i++) {
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        starts[i] = first + (int64_t)(seed >> 11) % (730 * DATETIME_DAY_US);
        codes[i] = all[(seed >> 33) % count].code;
    }
}

/* A checksum, so that no call is left out. */
static int64_t all_due(const TimeLimits *limits)
{
    int64_t sum = 0;
    for (size_t i = 0; i < CALLS; i++) {
        TimeLimitQuery query = {.category = text_from(codes[i % STARTS]),
                                .level = (int16_t)(1 + i % 4),
                                .region = TEXT("9901"),
                                .start_us = starts[i % STARTS]};
        TimeLimitDue due;
        if (time_limit_due(limits, &query, &due))
            sum += due.due_at_us;
    }
    return sum;
}

static int64_t all_added(const TimeLimits *limits, WorkingUnit unit)
{
    const WorkingCalendar *calendar = time_limits_calendar(limits);
    int64_t sum = 0;
    for (size_t i = 0; i < CALLS; i++)
        sum += working_time_add(calendar, unit, starts[i % STARTS], 1 + (int32_t)(i % 20), NULL);
    return sum;
}

static int64_t all_between(const TimeLimits *limits, WorkingUnit unit)
{
    const WorkingCalendar *calendar = time_limits_calendar(limits);
    int64_t sum = 0;
    for (size_t i = 0; i < CALLS; i++)
        sum += working_time_between(calendar, unit, starts[i % STARTS], starts[(i + 1) % STARTS]);
    return sum;
}

static int64_t run(const TimeLimits *limits, size_t call)
{
    switch (call) {
    case 0:
        return all_due(limits);
    case 1:
        return all_added(limits, WORKING_UNIT_WORKING_HOUR);
    case 2:
        return all_added(limits, WORKING_UNIT_WORKING_DAY);
    default:
        return all_between(limits, WORKING_UNIT_WORKING_HOUR);
    }
}

int main(int argc, char **argv)
{
    static const char *const CALLED[] = {"time_limit_due", "working_time_add, working_hour",
                                         "working_time_add, working_day",
                                         "working_time_between, working_hour"};
    Model *model = NULL;
    Error error = {0};
    if (!model_file_load(argc > 1 ? argv[1] : "deploy/model/onecase.cfg", &model, &error)) {
        fprintf(stderr, "time_bench: %s\n", error.text);
        return EXIT_FAILURE;
    }
    make_questions();
    for (size_t call = 0; call < sizeof CALLED / sizeof CALLED[0]; call++) {
        double best_ns = 1e18;
        int64_t sum = 0;
        for (int round = 0; round < ROUNDS; round++) {
            double begun_ns = cpu_ns();
            sum ^= run(model_time_limits(model), call);
            double taken_ns = cpu_ns() - begun_ns;
            best_ns = taken_ns < best_ns ? taken_ns : best_ns;
        }
        printf("%-36s %6.1f ns   (checksum %016" PRIx64 ")\n", CALLED[call], best_ns / CALLS,
               (uint64_t)sum);
    }
    model_free(model);
    return EXIT_SUCCESS;
}
