/*
 * Working time and time limits asked line by line, for tests that count by themselves (time_test.py, test_time_reference.py).
 *
 *   time_probe MODEL < QUESTIONS
 *
 *   add UNIT START AMOUNT                -> DUE GUESSED                 (0 or 1)
 *   between UNIT FROM TO                 -> NUMBER
 *   due CATEGORY LEVEL REGION START      -> DUE GUESSED RULE AMOUNT UNIT, or none
 *
 * Instants are microseconds since 1970 UTC.
 */
#include "adapters/model_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_SIZE = 256, WORDS = 5 };

static void stop(const char *what, const char *detail)
{
    fprintf(stderr, "time_probe: %s: %s\n", what, detail);
    exit(EXIT_FAILURE);
}

static int64_t number_of(const char *word)
{
    int64_t number = 0;
    if (!text_to_int64(text_from(word), &number))
        stop("no number", word);
    return number;
}

static WorkingUnit unit_of(const char *word)
{
    WorkingUnit unit;
    if (!working_unit_from(text_from(word), &unit))
        stop("no unit", word);
    return unit;
}

static void tell_due(const TimeLimits *limits, char *const words[WORDS])
{
    TimeLimitQuery query = {.category = text_from(words[1]),
                            .level = (int16_t)number_of(words[2]),
                            .region = text_from(words[3]),
                            .start_us = number_of(words[4])};
    TimeLimitDue due;
    if (!time_limit_due(limits, &query, &due)) {
        puts("none");
        return;
    }
    printf("%" PRId64 " %d %.*s %d %s\n", due.due_at_us, due.guessed, TEXT_ARGS(due.rule),
           due.amount, working_unit_name(due.unit));
}

static void answer(const TimeLimits *limits, char *const words[WORDS], size_t count)
{
    const WorkingCalendar *calendar = time_limits_calendar(limits);
    bool guessed = false;
    if (count == 4 && strcmp(words[0], "add") == 0) {
        int64_t due = working_time_add(calendar, unit_of(words[1]), number_of(words[2]),
                                       (int32_t)number_of(words[3]), &guessed);
        printf("%" PRId64 " %d\n", due, guessed);
    } else if (count == 4 && strcmp(words[0], "between") == 0) {
        printf("%" PRId64 "\n", working_time_between(calendar, unit_of(words[1]),
                                                     number_of(words[2]), number_of(words[3])));
    } else if (count == 5 && strcmp(words[0], "due") == 0) {
        tell_due(limits, words);
    } else {
        stop("no question", words[0]);
    }
}

int main(int argc, char **argv)
{
    char line[LINE_MAX_SIZE];
    Model *model = NULL;
    Error error = {0};
    if (argc != 2) {
        fprintf(stderr, "usage: time_probe MODEL < QUESTIONS\n");
        return 64;
    }
    if (!model_file_load(argv[1], &model, &error))
        stop("model", error.text);
    while (fgets(line, sizeof line, stdin) != NULL) {
        char *words[WORDS] = {line};
        size_t count = 0;
        char *rest = NULL;
        for (char *word = strtok_r(line, " \n", &rest); word != NULL && count < WORDS;
             word = strtok_r(NULL, " \n", &rest))
            words[count++] = word;
        answer(model_time_limits(model), words, count);
    }
    model_free(model);
    return EXIT_SUCCESS;
}
