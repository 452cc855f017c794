/* Everything that evidence says comes back from its packed form. */
#include "domain/evidence_packed.h"
#include "domain/text_similarity.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Texts that evidence_packed_view must give back as they were; place_text is left out on purpose. */
#define ADDRESS_TEXTS(X)                                                                           \
    X(road)                                                                                        \
    X(road_no) X(lane_no) X(cross_road) X(estate) X(unit) X(floor) X(room) X(poi) X(relation)
#define EVIDENCE_TEXTS(X)                                                                          \
    X(source)                                                                                      \
    X(record_no)                                                                                   \
    X(origin_no)                                                                                   \
    X(origin_source)                                                                               \
    X(community_code) X(grid_code) X(usc_code) X(party_name) X(reporter) X(reporter_before)

static const HazardClass LIFT = {.code = {"A02", 3}};

typedef struct Full {
    Evidence evidence;
    Text buildings[ADDRESS_BUILDINGS_MAX];
    Text quoted[EVIDENCE_QUOTED_MAX];
    Gram grams[EVIDENCE_GRAMS_MAX];
    char numbers[EVIDENCE_QUOTED_MAX][8];
    char long_name[700];
} Full;

static void fill(Full *full)
{
    Evidence *e = &full->evidence;
    memset(full, 0, sizeof *full);
    memset(full->long_name, 'x', sizeof full->long_name);
    for (size_t i = 0; i < EVIDENCE_QUOTED_MAX; i++) {
        snprintf(full->numbers[i], sizeof full->numbers[i], "YZ%zu", i);
        full->quoted[i] = text_from(full->numbers[i]);
    }
    for (size_t i = 0; i < ADDRESS_BUILDINGS_MAX; i++)
        full->buildings[i] = text_from(full->numbers[i]);
    for (size_t i = 0; i < EVIDENCE_GRAMS_MAX; i++)
        full->grams[i] = (Gram){(uint16_t)(i * 500), (uint8_t)(i * 7 % 200 + 1)};
    *e = (Evidence){.report_id = INT64_C(1) << 40,
                    .event_at = INT64_C(-5),
                    .category = &LIFT,
                    .category_confidence = 90,
                    .aspects = 0x80000001u,
                    .lift_label = 0x81234567u,
                    .has_point = true,
                    .point = {110.123456789, 39.987654321, GEO_WGS84},
                    .precision = 'B',
                    .point_derived = true,
                    .ledger_sites = {1, 2, 3, 4},
                    .asset_count = EVIDENCE_ASSETS_MAX,
                    .usc_valid = true,
                    .reporter_staff = true,
                    .reporter_masked = true,
                    .told_by_device = true,
                    .independence = FOLLOW_UP,
                    .recall = RECALL_OTHER,
                    .grams = full->grams,
                    .gram_count = EVIDENCE_GRAMS_MAX,
                    .gram_norm = text_similarity_norm(full->grams, EVIDENCE_GRAMS_MAX),
                    .text_length = 321};
    e->address = (Address){.relation_m = 20, .role = PLACE_HAZARD, .floor_or_building = true};
#define SET(name_) e->address.name_ = TEXT(#name_ "……");
    ADDRESS_TEXTS(SET)
#undef SET
#define SET(name_) e->name_ = TEXT(#name_ "……");
    EVIDENCE_TEXTS(SET)
#undef SET
    e->party_name = (Text){full->long_name, sizeof full->long_name};
    e->address.buildings = (TextList){full->buildings, ADDRESS_BUILDINGS_MAX};
    e->quoted_nos = (TextList){full->quoted, EVIDENCE_QUOTED_MAX};
    for (size_t i = 0; i < EVIDENCE_ASSETS_MAX; i++)
        e->assets[i] = (Asset){.kind = (AssetKind)(ASSET_PLATE + i),
                               .id = full->quoted[i],
                               .structured = i % 2 == 0,
                               .valid = i < 2};
}

static void assert_lists_equal(TextList a, TextList b)
{
    assert_int_equal(a.count, b.count);
    for (size_t i = 0; i < a.count; i++)
        assert_true(text_equal(a.items[i], b.items[i]));
}

static void assert_text(Text a, Text b)
{
    assert_true(text_equal(a, b));
    assert_int_equal(text_is_absent(a), text_is_absent(b));
}

static void assert_same(const Evidence *a, const Evidence *b)
{
    assert_int_equal(a->report_id, b->report_id);
    assert_int_equal(a->event_at, b->event_at);
    assert_ptr_equal(a->category, b->category);
    assert_int_equal(a->category_confidence, b->category_confidence);
    assert_int_equal(a->aspects, b->aspects);
    assert_int_equal(a->lift_label, b->lift_label);
    assert_int_equal(a->has_point, b->has_point);
    assert_true(a->point.lon == b->point.lon && a->point.lat == b->point.lat);
    assert_int_equal(a->precision, b->precision);
    assert_int_equal(a->point_derived, b->point_derived);
    assert_int_equal(a->asset_count, b->asset_count);
    for (size_t i = 0; i < a->asset_count; i++) {
        assert_int_equal(a->assets[i].kind, b->assets[i].kind);
        assert_true(text_equal(a->assets[i].id, b->assets[i].id));
        assert_int_equal(a->assets[i].structured, b->assets[i].structured);
        assert_int_equal(a->assets[i].valid, b->assets[i].valid);
    }
    assert_int_equal(a->usc_valid, b->usc_valid);
    assert_int_equal(a->reporter_staff, b->reporter_staff);
    assert_int_equal(a->reporter_masked, b->reporter_masked);
    assert_int_equal(a->told_by_device, b->told_by_device);
    assert_int_equal(a->independence, b->independence);
    assert_int_equal(a->recall, b->recall);
    assert_int_equal(a->gram_count, b->gram_count);
    if (a->gram_count > 0)
        assert_memory_equal(a->grams, b->grams, a->gram_count * sizeof(Gram));
    assert_int_equal(a->gram_norm, b->gram_norm);
    assert_int_equal(a->text_length, b->text_length);
    assert_int_equal(a->address.relation_m, b->address.relation_m);
    assert_int_equal(a->address.role, b->address.role);
    assert_int_equal(a->address.floor_or_building, b->address.floor_or_building);
#define SAME(name_) assert_text(a->address.name_, b->address.name_);
    ADDRESS_TEXTS(SAME)
#undef SAME
#define SAME(name_) assert_text(a->name_, b->name_);
    EVIDENCE_TEXTS(SAME)
#undef SAME
    assert_lists_equal(a->address.buildings, b->address.buildings);
    assert_lists_equal(a->quoted_nos, b->quoted_nos);
}

static void gives_back_all_that_was_said(void **state)
{
    static Full full;
    static EvidenceView view;
    (void)state;
    fill(&full);
    EvidencePacked *packed = evidence_packed_new(&full.evidence, EVIDENCE_GRAMS_MAX);
    assert_same(evidence_packed_view(packed, &view), &full.evidence);
    assert_true(text_is_absent(view.evidence.place_text));
    assert_int_equal(view.evidence.ledger_sites.estate, 0);
    assert_int_equal(evidence_packed_report_id(packed), full.evidence.report_id);
    evidence_packed_drop(packed);
}

static void gives_back_that_nothing_was_said(void **state)
{
    static EvidenceView view;
    const Evidence nothing = {.category = &LIFT};
    (void)state;
    memset(&view, 0xAA, sizeof view);
    EvidencePacked *packed = evidence_packed_new(&nothing, EVIDENCE_GRAMS_MAX);
    assert_same(evidence_packed_view(packed, &view), &nothing);
    assert_true(text_is_absent(view.evidence.reporter));
    assert_true(evidence_packed_size(packed) <= 128);
    evidence_packed_drop(packed);
    evidence_packed_drop(NULL);
}

static void keeps_the_heaviest_grams_in_order(void **state)
{
    static const Gram GRAMS[] = {{1, 5}, {4, 9}, {7, 5}, {9, 1}, {12, 9}, {20, 5}};
    static EvidenceView view;
    const Evidence evidence = {
        .category = &LIFT, .grams = GRAMS, .gram_count = 6, .gram_norm = 238};
    static const struct {
        size_t max;
        uint16_t hashes[6];
        size_t count;
    } CASES[] = {{6, {1, 4, 7, 9, 12, 20}, 6},
                 {4, {1, 4, 7, 12}, 4},
                 {3, {1, 4, 12}, 3},
                 {1, {4}, 1},
                 {0, {0}, 0}};
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        EvidencePacked *packed = evidence_packed_new(&evidence, CASES[i].max);
        const Evidence *seen = evidence_packed_view(packed, &view);
        assert_int_equal(seen->gram_count, CASES[i].count);
        for (size_t k = 0; k < CASES[i].count; k++)
            assert_int_equal(seen->grams[k].hash, CASES[i].hashes[k]);
        assert_int_equal(seen->gram_norm, text_similarity_norm(seen->grams, seen->gram_count));
        evidence_packed_drop(packed);
    }
}

static void lives_until_the_last_reference(void **state)
{
    static EvidenceView view;
    const Evidence evidence = {.category = &LIFT, .report_id = 7};
    (void)state;
    EvidencePacked *packed = evidence_packed_new(&evidence, 0);
    EvidencePacked *again = evidence_packed_keep(packed);
    assert_ptr_equal(packed, again);
    evidence_packed_drop(packed);
    assert_int_equal(evidence_packed_view(again, &view)->report_id, 7);
    evidence_packed_drop(again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_back_all_that_was_said),
        cmocka_unit_test(gives_back_that_nothing_was_said),
        cmocka_unit_test(keeps_the_heaviest_grams_in_order),
        cmocka_unit_test(lives_until_the_last_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
