#ifndef ONECASE_TESTS_SCORER_FIXTURE_H
#define ONECASE_TESTS_SCORER_FIXTURE_H

#include "domain/model_data.h"
#include "domain/scorer.h"

/* Evidence made by hand, the shipped model, and exact expectations; for scorer_*_test.c. */
#define MINUTE INT64_C(60000000)
#define HOUR INT64_C(3600000000)
#define DAY INT64_C(86400000000)

typedef struct Fixture {
    Model *model;
    Arena *arena;
} Fixture;

typedef struct Addend {
    const char *comparison;
    const char *level;
    int32_t weight_mb;
} Addend;

int fixture_set_up(void **state);
int fixture_tear_down(void **state);

/* A text of 20 characters whose cosine with that of wording 100 is `percent` / 100. */
void fixture_set_wording(Evidence *evidence, int percent);

/* A report of a class at an address, with a text too short to compare. */
Evidence fixture_evidence(const Fixture *fixture, const char *code, const char *address);
Evidence fixture_shop(const Fixture *fixture,
                      const char *address,
                      const char *code); /* H01 with a credit code */
void fixture_set_point(Evidence *evidence, double metres_north, char precision);
void fixture_add_asset(Evidence *evidence, AssetKind kind, const char *id, bool structured);
HazardFacts fixture_facts(int64_t gap_us);
Score fixture_compare(const Fixture *fixture,
                      const Evidence *a,
                      const Evidence *b,
                      HazardFacts facts);

/* The first item of a comparison; NULL: none. */
const ScoreItem *fixture_find(const Score *score, const char *comparison);

/* Exactly these items in this order, zero weights left out, and their sum. */
void fixture_expect_addends(const Score *score, const Addend *want, size_t count);
void fixture_expect_level(const Score *score,
                          const char *comparison,
                          const char *level,
                          int32_t mb);
void fixture_expect_vetoes(const Score *score, const char *name); /* one, or NULL: none */

#define EXPECT_ADDENDS(score, ...)                                                                 \
    fixture_expect_addends((score), (const Addend[]){__VA_ARGS__},                                 \
                           sizeof((const Addend[]){__VA_ARGS__}) / sizeof(Addend))

#endif
