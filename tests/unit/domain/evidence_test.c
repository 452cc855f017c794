/* What a report says, read once: place, class, assets, party, reporter, wording (linkage.md 1 and 2). */
#include "evidence_fixture.h"

#include "base/text_builder.h"

#include "domain/hazard.h"
#include "domain/text_similarity.h"

static const int64_t NOON = INT64_C(1790000000000000);

static Report empty_report(void)
{
    Report report;
    report_init(&report);
    report.record_no = TEXT("R1");
    report.reported_at = NOON;
    return report;
}

static Evidence *build(const Fixture *fixture, const Report *report)
{
    EvidenceOrigin origin = {TEXT("H12345"), TEXT("9901"), 5, NOON};
    return evidence_new(report, &origin, fixture->model, fixture->scratch);
}

static void completes_the_address_from_the_text(void **state)
{
    Report report = empty_report();
    report.address = TEXT("东湖区锦绣花园");
    report.title = TEXT("电梯故障");
    report.body = TEXT("市民反映3号楼2单元电梯停运三天");
    Evidence *evidence = build(*state, &report);
    assert_true(text_is(evidence->place_text, "锦绣花园3幢2单元"));
    assert_int_equal(evidence->event_at, NOON);
    assert_int_equal(evidence->report_id, 5);
    assert_true(text_is(evidence->source, "H12345"));
    evidence_free(evidence);

    report.address = TEXT("锦绣花园3幢");
    report.body = TEXT("我住5幢，电梯坏了"); /* the reporter's own building does not count */
    evidence = build(*state, &report);
    assert_true(text_is(evidence->place_text, "锦绣花园3幢"));
    evidence_free(evidence);

    report.address = TEXT_ABSENT;
    report.body = TEXT("我住锦绣花园5幢，电梯坏了");
    evidence = build(*state, &report);
    assert_true(text_is(evidence->place_text, "锦绣花园5幢"));
    assert_int_equal(evidence->address.role, PLACE_REPORTER);
    evidence_free(evidence);
}

static void takes_a_place_name_as_landmark_or_estate(void **state)
{
    Report report = empty_report();
    report.address = TEXT("建设路128号");
    report.place_name = TEXT("好味来餐馆");
    Evidence *evidence = build(*state, &report);
    assert_true(text_is(evidence->address.poi, "好味来餐馆"));
    evidence_free(evidence);
    report.place_name = TEXT("锦绣花园");
    evidence = build(*state, &report);
    assert_true(text_is(evidence->address.estate, "锦绣花园"));
    assert_true(text_is_empty(evidence->address.poi));
    evidence_free(evidence);
}

static void chooses_the_class_by_code_and_words(void **state)
{
    static const struct {
        const char *code;
        int64_t confidence;
        const char *body, *want;
        int32_t want_confidence;
    } CASES[] = {
        {"A02", 80, "没有说是什么", "A02", 80},
        {"A02", INTEGER_ABSENT, "没有说是什么", "A02", 85}, /* no desk is surer than that */
        {"A02", 50, "没有说是什么", "A02", 50},
        {"J03", 50, "路口的井盖没了", "E01", 96}, /* filed under "other" */
        {"J03", 50, "有件事情要说", "J03", 0},
        {"", INTEGER_ABSENT, "路口的井盖没了", "E01", 96},
        {"Z99", 90, "有件事情要说", "J03", 0},
        /* another code than the words: .96 * .30 / (.96 * .30 + .70 * .04) and so on */
        {"E03", 70, "路口的井盖没了", "E01", 91},
        {"E03", 97, "路口的井盖没了", "E01", 80},
        {"E01", 85, "路口的井盖没了", "E01", 99}, /* the same: 1 - .15 * .04 */
        /* kin: the surer of the two, as sure as it is */
        {"A02", 85, "有人被困电梯", "A01", 97},
        {"C03", 90, "楼道堆物，很怕引发火灾", "C03", 98}, /* feared is not seen */
        {"J03", 50, "楼道堆放杂物，担心起火", "C03", 84},
        {"J03", 50, "担心漏气，因为闻到很浓的燃气味", "B01", 93},
        {"J03", 50, "担心漏气", "B01", 40}, /* too weak to compare, and all there is */
        {"J03", 50, "上门检查没有漏气", "B01", 40},
        {"J03", 50, "没有漏气，是下水道堵了", "E07", 90},
        {"J03", 50, "路灯已修好，井盖没了", "E01", 96},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        Report report = empty_report();
        report.category = text_from(CASES[i].code);
        report.category_confidence = CASES[i].confidence;
        report.body = text_from(CASES[i].body);
        Evidence *evidence = build(*state, &report);
        if (!text_is(evidence->category->code, CASES[i].want) ||
            evidence->category_confidence != CASES[i].want_confidence)
            fail_msg("%s %s: got %.*s %d", CASES[i].code, CASES[i].body,
                     TEXT_ARGS(evidence->category->code), (int)evidence->category_confidence);
        evidence_free(evidence);
    }
}

static void expect_asset(const Evidence *evidence, AssetKind kind, const char *id, bool structured)
{
    for (size_t i = 0; i < evidence->asset_count; i++)
        if (evidence->assets[i].kind == kind) {
            assert_true(text_is(evidence->assets[i].id, id));
            assert_int_equal(evidence->assets[i].structured, structured);
            return;
        }
    fail_msg("no asset %s", id);
}

static void reads_assets_of_fields_by_their_shape(void **state)
{
    Report report = empty_report();
    report.category = TEXT("A02");
    report.category_confidence = 90;
    report.lift_plate = TEXT("１２３４５");
    report.component_code = TEXT("9901010101000001");
    report.device_id = TEXT("smoke-7");
    Evidence *evidence = build(*state, &report);
    assert_int_equal(evidence->asset_count, 3);
    expect_asset(evidence, ASSET_PLATE, "12345", true);
    expect_asset(evidence, ASSET_COMPONENT, "9901010101000001", true);
    expect_asset(evidence, ASSET_DEVICE, "SMOKE-7", true);
    evidence_free(evidence);

    report = empty_report();
    report.lift_plate = TEXT("9901010101000001"); /* a component in the slot of the plate */
    evidence = build(*state, &report);
    assert_int_equal(evidence->asset_count, 1);
    expect_asset(evidence, ASSET_COMPONENT, "9901010101000001", true);
    evidence_free(evidence);

    report = empty_report();
    report.category = TEXT("A02");
    report.category_confidence = 90;
    report.component_code = TEXT("12345"); /* a plate in the slot of the component */
    evidence = build(*state, &report);
    expect_asset(evidence, ASSET_PLATE, "12345", true);
    evidence_free(evidence);

    report = empty_report();
    report.lift_plate = TEXT("12***5");
    evidence = build(*state, &report);
    assert_int_equal(evidence->asset_count, 0);
    evidence_free(evidence);
}

static void reads_assets_out_of_text(void **state)
{
    static const struct {
        const char *body;
        AssetKind kind;
        const char *id; /* NULL: none */
    } CASES[] = {
        {"电梯编号：12345，门关不上", ASSET_PLATE, "12345"},
        {"识别码为 123456 的电梯停运", ASSET_PLATE, "123456"},
        {"梯牌12345", ASSET_PLATE, "12345"},
        {"拨打96333没有人来", ASSET_NONE, NULL},
        {"电梯编号看不清，物业电话12345678", ASSET_NONE, NULL},
        {"电梯编号是多少不知道，已经坏了12345次", ASSET_NONE, NULL},
        {"井盖编号9901010101000001破损", ASSET_COMPONENT, "9901010101000001"},
        {"工单号99010101010000012345", ASSET_NONE, NULL},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        Report report = empty_report();
        report.body = text_from(CASES[i].body);
        Evidence *evidence = build(*state, &report);
        if (CASES[i].id == NULL)
            assert_int_equal(evidence->asset_count, 0);
        else
            expect_asset(evidence, CASES[i].kind, CASES[i].id, false);
        evidence_free(evidence);
    }
}

static void field_comes_before_text(void **state)
{
    Report report = empty_report();
    report.lift_plate = TEXT("12345");
    report.body = TEXT("电梯编号12345停运");
    Evidence *evidence = build(*state, &report);
    assert_int_equal(evidence->asset_count, 1);
    assert_true(evidence->assets[0].structured);
    evidence_free(evidence);
}

static void checks_the_credit_code(void **state)
{
    static const struct {
        const char *code;
        bool valid;
    } CASES[] = {
        {"91990101MA0TERT08C", true},
        {"91990101ma0tert08c", true},
        {"91990101MA0TERT08D", false},
        {"91990101MA0TERT08", false},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        Report report = empty_report();
        report.usc_code = text_from(CASES[i].code);
        Evidence *evidence = build(*state, &report);
        assert_int_equal(evidence->usc_valid, CASES[i].valid);
        assert_false(text_is_empty(evidence->usc_code));
        evidence_free(evidence);
    }
}

static void knows_staff_copies_and_points(void **state)
{
    Report report = empty_report();
    report.reporter = TEXT("1:0123456789abcdef0123456789abcdef");
    report.reporter_kind = TEXT("citizen");
    Evidence *evidence = build(*state, &report);
    assert_false(evidence->reporter_staff);
    assert_int_equal(evidence->independence, INDEPENDENT);
    assert_false(evidence->has_point);
    evidence_free(evidence);

    report.reporter_kind = TEXT("staff");
    report.origin_no = TEXT("YZ1");
    report.origin_source = TEXT("H12345");
    report.point = (ReportPoint){{110.1, 39.1, GEO_WGS84}, GEO_GCJ02, 'C'};
    evidence = build(*state, &report);
    assert_true(evidence->reporter_staff);
    assert_int_equal(evidence->independence, TRANSFERRED);
    assert_true(text_is(evidence->origin_no, "YZ1"));
    assert_true(evidence->has_point);
    assert_int_equal(evidence->precision, 'C');
    assert_false(evidence->point_derived);
    evidence_free(evidence);

    report.reporter_kind = TEXT("masked");
    report_add_flag(&report, ((Fixture *)*state)->scratch, TEXT("point_geocoded"));
    report.finder_kind = TEXT("inspector");
    evidence = build(*state, &report);
    assert_true(evidence->reporter_masked);
    assert_true(evidence->reporter_staff);
    assert_true(evidence->point_derived);
    evidence_free(evidence);
}

static void compares_wording_without_places_numbers_and_noise(void **state)
{
    Report a = empty_report();
    Report b = empty_report();
    a.body = TEXT("市民来电反映，锦绣花园3幢2单元电梯门反复开合关不上，请尽快处理。");
    b.body = TEXT("巡查发现：青松家园15号楼，电梯门反复开合关不上！已拍照上报");
    Evidence *x = build(*state, &a);
    Evidence *y = build(*state, &b);
    assert_int_equal(x->gram_count, y->gram_count);
    assert_memory_equal(x->grams, y->grams, x->gram_count * sizeof(Gram));
    assert_int_equal(text_similarity_permille(x, y), 1000);
    assert_int_equal(x->text_length, strlen("电梯门反复开合关不上") / 3);
    for (size_t i = 1; i < x->gram_count; i++)
        assert_true(x->grams[i - 1].hash < x->grams[i].hash);
    evidence_free(x);
    evidence_free(y);
}

/* Set phrases of the feed are neither place nor class nor number nor wording of the report. */
static void is_deaf_to_the_set_phrases_of_the_feed(void **state)
{
    Report plain = empty_report();
    Report framed = empty_report();
    Text noise[] = {TEXT("【青松家园12幢服务热线】"), TEXT("如遇电梯困人请报电梯编号54321"),
                    TEXT("ＡＢ处置单")};
    plain.body = TEXT("锦绣花园3幢。楼道堆放纸箱旧家具，挡住了安全通道。");
    framed.title = TEXT("ab处置单");
    framed.body =
        TEXT("【青松家园12幢服务热线】锦绣花园3幢如遇电梯困人请报电梯编号54321楼道堆放纸箱旧家具，"
             "挡住了安全通道【青松家园12幢服务热线】");
    Evidence *x = build(*state, &plain);
    Evidence *y = build(*state, &framed);
    assert_true(text_is(x->place_text, "锦绣花园3幢"));
    assert_false(text_equal(y->place_text, x->place_text)); /* not said to be noise, it is text */
    assert_true(y->category_confidence < x->category_confidence && y->asset_count == 1);
    evidence_free(y);
    framed.noise = (TextList){noise, 3};
    y = build(*state, &framed);
    assert_true(text_equal(y->place_text, x->place_text));
    assert_ptr_equal(y->category, x->category);
    assert_int_equal(y->category_confidence, x->category_confidence);
    assert_int_equal(y->asset_count, 0);
    assert_int_equal(y->text_length, x->text_length);
    assert_int_equal(y->gram_count, x->gram_count);
    assert_memory_equal(y->grams, x->grams, x->gram_count * sizeof(Gram));
    evidence_free(x);
    evidence_free(y);
}

static void takes_out_noise_that_overlaps_or_is_all_there_is(void **state)
{
    static const struct {
        const char *body;
        const char *noise[2];
        size_t length;
    } CASES[] = {
        {"楼道堆放纸箱旧家具", {"", "\u3000 "}, 9},
        {"楼道堆放纸箱旧家具", {"堆放纸箱", "纸箱旧家具"}, 2},
        {"楼道堆放纸箱旧家具", {"纸箱旧家具", "堆放纸箱"}, 2},
        {"楼道堆放纸箱旧家具", {"楼道堆放纸箱旧家具", "楼"}, 0},
        {"楼道堆放纸箱旧家具", {"楼道堆放纸箱旧家具还有很多很多", "没有"}, 9},
        {"楼 道\n堆放纸箱", {"楼道堆", "箱"}, 2},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        Report report = empty_report();
        Text noise[] = {text_from(CASES[i].noise[0]), text_from(CASES[i].noise[1])};
        report.body = text_from(CASES[i].body);
        report.noise = (TextList){noise, 2};
        Evidence *evidence = build(*state, &report);
        assert_int_equal(evidence->text_length, CASES[i].length);
        evidence_free(evidence);
    }
}

static void knows_one_reporter_under_two_keys(void **state)
{
    static const struct {
        const char *a, *a_before, *b, *b_before;
        bool same;
    } CASES[] = {
        {"1:aa", NULL, "1:aa", NULL, true},     {"1:aa", NULL, "1:bb", NULL, false},
        {"2:cc", "1:aa", "1:aa", NULL, true},   {"1:aa", NULL, "2:cc", "1:aa", true},
        {"2:cc", "1:aa", "2:cc", NULL, true},   {"2:cc", "1:aa", "3:dd", "2:cc", true},
        {"2:cc", "1:aa", "2:dd", "1:aa", true}, {"2:cc", "1:aa", "2:dd", "1:bb", false},
        {"1:aa", NULL, "2:cc", NULL, false},    {NULL, NULL, NULL, NULL, false},
        {NULL, "1:aa", "1:aa", NULL, true},     {"", "", "", "", false},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        Report report = empty_report();
        report.reporter = text_from(CASES[i].a);
        report.reporter_before = text_from(CASES[i].a_before);
        Evidence *a = build(*state, &report);
        report.reporter = text_from(CASES[i].b);
        report.reporter_before = text_from(CASES[i].b_before);
        Evidence *b = build(*state, &report);
        assert_int_equal(evidence_same_reporter(a, b), CASES[i].same);
        assert_int_equal(evidence_same_reporter(b, a), CASES[i].same);
        assert_int_equal(hazard_reporter_same(hazard_reporter(a), hazard_reporter(b)),
                         CASES[i].same);
        assert_int_equal(hazard_reporter_same(hazard_reporter(b), hazard_reporter(a)),
                         CASES[i].same);
        evidence_free(a);
        evidence_free(b);
    }
}

static void tells_wordings_apart(void **state)
{
    Report a = empty_report();
    Report b = empty_report();
    Report c = empty_report();
    a.body = TEXT("电梯运行时异响，经常停运，平层不准");
    b.body = TEXT("这部电梯异响，经常停运");
    c.body = TEXT("雨水井盖缺失，井口敞着，车轧过哐当响");
    Evidence *x = build(*state, &a);
    Evidence *y = build(*state, &b);
    Evidence *z = build(*state, &c);
    assert_true(text_similarity_permille(x, y) >= 300);
    assert_true(text_similarity_permille(x, z) < 80);
    evidence_free(x);
    evidence_free(y);
    evidence_free(z);
}

/* The whole must not point into the report, and building must not keep scratch memory. */
static void is_one_block_of_its_own(void **state)
{
    Fixture *fixture = *state;
    Arena *arena = arena_new(4096);
    Report report = empty_report();
    TextList numbers = {ARENA_ARRAY(arena, Text, 2), 2};
    numbers.items[0] = text_copy(arena, TEXT("YZ202601010001"));
    numbers.items[1] = text_copy(arena, TEXT("YZ202601010002"));
    report.quoted_nos = numbers;
    report.address = text_copy(arena, TEXT("锦绣花园3、5幢"));
    report.party_name = text_copy(arena, TEXT("好味来餐馆（建设路店）"));
    report.lift_plate = text_copy(arena, TEXT("12345"));
    size_t used = arena_used(fixture->scratch);
    Evidence *evidence = build(fixture, &report);
    assert_int_equal(arena_used(fixture->scratch), used);
    arena_free(arena);
    assert_int_equal(evidence->quoted_nos.count, 2);
    assert_true(text_is(evidence->quoted_nos.items[1], "YZ202601010002"));
    assert_int_equal(evidence->address.buildings.count, 2);
    assert_true(text_is(evidence->address.buildings.items[1], "5"));
    assert_true(text_is(evidence->party_name, "好味来餐馆(建设路店)"));
    assert_true(text_is(evidence->assets[0].id, "12345"));
    evidence_free(evidence);
    evidence_free(NULL);
}

/* Any number of quotes in a record: the first are taken, and none points out of the block. */
static void takes_so_many_quoted_numbers_and_no_more(void **state)
{
    Fixture *fixture = *state;
    Arena *arena = arena_new(4096);
    Report report = empty_report();
    TextList numbers = {ARENA_ARRAY(arena, Text, 500), 500};
    for (size_t i = 0; i < numbers.count; i++)
        numbers.items[i] = text_format(arena, "YZ%zu", i);
    report.quoted_nos = numbers;
    report.address = TEXT("锦绣花园1至16幢");
    Evidence *evidence = build(fixture, &report);
    arena_free(arena);
    assert_int_equal(evidence->quoted_nos.count, EVIDENCE_QUOTED_MAX);
    assert_true(text_is(evidence->quoted_nos.items[EVIDENCE_QUOTED_MAX - 1], "YZ31"));
    assert_int_equal(evidence->address.buildings.count, ADDRESS_BUILDINGS_MAX);
    evidence_free(evidence);
}

static void keeps_the_heaviest_grams_of_a_long_text(void **state)
{
    Fixture *fixture = *state;
    TextBuilder body = builder_new(fixture->scratch);
    for (uint32_t i = 0; i < 600; i++)
        builder_codepoint(&body, 0x4E00 + i * 7);
    Report report = empty_report();
    report.body = builder_view(&body);
    Evidence *evidence = build(fixture, &report);
    assert_int_equal(evidence->gram_count, EVIDENCE_GRAMS_MAX);
    evidence_free(evidence);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(completes_the_address_from_the_text),
        cmocka_unit_test(takes_a_place_name_as_landmark_or_estate),
        cmocka_unit_test(chooses_the_class_by_code_and_words),
        cmocka_unit_test(reads_assets_of_fields_by_their_shape),
        cmocka_unit_test(reads_assets_out_of_text),
        cmocka_unit_test(field_comes_before_text),
        cmocka_unit_test(checks_the_credit_code),
        cmocka_unit_test(knows_staff_copies_and_points),
        cmocka_unit_test(compares_wording_without_places_numbers_and_noise),
        cmocka_unit_test(is_deaf_to_the_set_phrases_of_the_feed),
        cmocka_unit_test(takes_out_noise_that_overlaps_or_is_all_there_is),
        cmocka_unit_test(knows_one_reporter_under_two_keys),
        cmocka_unit_test(tells_wordings_apart),
        cmocka_unit_test(is_one_block_of_its_own),
        cmocka_unit_test(takes_so_many_quoted_numbers_and_no_more),
        cmocka_unit_test(keeps_the_heaviest_grams_of_a_long_text),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
