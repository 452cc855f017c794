#ifndef ONECASE_TESTS_EVIDENCE_FIXTURE_H
#define ONECASE_TESTS_EVIDENCE_FIXTURE_H

#include "domain/evidence.h"
#include "domain/model_data.h"

#include "adapters/model_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* The shipped model, for tests of what is read out of a report. */
typedef struct Fixture {
    Model *model;
    Arena *scratch;
} Fixture;

static inline int set_up(void **state)
{
    static Fixture fixture;
    Error error = {0};
    if (!model_file_load("deploy/model/onecase.cfg", &fixture.model, &error)) {
        print_error("%s\n", error.text);
        return -1;
    }
    fixture.scratch = arena_new(64 * 1024);
    *state = &fixture;
    return 0;
}

static inline int tear_down(void **state)
{
    Fixture *fixture = *state;
    model_free(fixture->model);
    arena_free(fixture->scratch);
    return 0;
}

#endif
