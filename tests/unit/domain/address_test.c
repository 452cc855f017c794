/*
 * What the golden cases (tests/golden/address) do not tell: how addresses complete each other, the standard form, names the ledger
 * knows, any bytes, linear time. An expectation lists the parts that are not empty:
 * road no lane cross estate b (buildings) u (unit) f (floor) r (room) poi rel m (metres) role (reporter, hazard).
 */
#include "base/text_builder.h"

#include "domain/address.h"
#include "domain/address_lexicon.h"
#include "domain/address_scan.h"
#include "domain/ledger.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

typedef struct AddressCase {
    const char *input;
    const char *want;
} AddressCase;

static void append_part(TextBuilder *out, const char *name, Text value)
{
    if (text_is_empty(value))
        return;
    builder_format(out, "%s%s=%.*s", out->size > 0 ? " " : "", name, TEXT_ARGS(value));
}

static Text describe(const Address *address, Arena *arena)
{
    TextBuilder out = builder_new(arena);
    TextBuilder buildings = builder_new(arena);
    append_part(&out, "road", address->road);
    append_part(&out, "no", address->road_no);
    append_part(&out, "lane", address->lane_no);
    append_part(&out, "cross", address->cross_road);
    append_part(&out, "estate", address->estate);
    for (size_t i = 0; i < address->buildings.count; i++)
        builder_format(&buildings, "%s%.*s", i == 0 ? "" : ",",
                       TEXT_ARGS(address->buildings.items[i]));
    append_part(&out, "b", builder_view(&buildings));
    append_part(&out, "u", address->unit);
    append_part(&out, "f", address->floor);
    append_part(&out, "r", address->room);
    append_part(&out, "poi", address->poi);
    append_part(&out, "rel", address->relation);
    if (address->relation_m > 0)
        append_part(&out, "m", text_format(arena, "%d", (int)address->relation_m));
    if (address->role == PLACE_REPORTER)
        append_part(&out, "role", TEXT("reporter"));
    if (address->role == PLACE_HAZARD)
        append_part(&out, "role", TEXT("hazard"));
    return builder_view(&out);
}

static Address parse(const char *text, Arena *arena)
{
    Address address;
    address_parse(text_from(text), arena, &address);
    return address;
}

static void completes_only_what_does_not_contradict(void **state)
{
    (void)state;
    Arena *arena = arena_new(4096);
    Address base = parse("锦绣花园", arena);
    Address other = parse("锦绣花园3幢2单元", arena);
    address_complete(&base, &other);
    assert_true(text_is(describe(&base, arena), "estate=锦绣花园 b=3 u=2"));

    base = parse("锦绣花园3幢", arena);
    other = parse("青松家园5幢", arena);
    address_complete(&base, &other);
    assert_true(text_is(describe(&base, arena), "estate=锦绣花园 b=3"));

    base = parse("锦绣花园3幢", arena);
    other = parse("5幢2单元", arena);
    address_complete(&base, &other);
    assert_true(text_is(describe(&base, arena), "estate=锦绣花园 b=3"));

    base = parse("3幢", arena);
    other = parse("建设路128号锦绣花园", arena);
    address_complete(&base, &other);
    assert_true(text_is(describe(&base, arena), "road=建设路 no=128 estate=锦绣花园 b=3"));
    arena_free(arena);
}

static void writes_the_standard_form(void **state)
{
    (void)state;
    static const AddressCase CASES[] = {
        {"东湖区锦绣花园三号楼二单元", "锦绣花园3幢2单元"},
        {"建设路128号", "建设路128号"},
        {"建设路128号院3号楼", "建设路128号院3幢"},
        {"人民路与建设路交叉口", "人民路与建设路路口"},
        {"甲和路396弄5号", "甲和路396弄5幢"},
        {"锦绣花园3、5号楼之间", "锦绣花园3、5幢之间"},
        {"锦绣花园东门", "锦绣花园东门"},
        {"建设路128号东侧50米", "建设路128号东侧50米"},
        {"锦绣花园综合楼3层", "锦绣花园综合楼3层"},
        {"锦绣花园3幢地下车库", "锦绣花园3幢地下车库"},
        {"锦绣花园3楼", "锦绣花园3楼"},
        {"青松医院住院部7楼", "青松医院住院部7层"},
        {"建设路小学门口", "建设路小学门口"},
        {"建设路青松超市", "建设路青松超市"},
        {"不详", ""},
    };
    Arena *arena = arena_new(4096);
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        Address address = parse(CASES[i].input, arena);
        Text got = address_standard(&address, arena);
        if (!text_is(got, CASES[i].want))
            fail_msg("%s: want %s, got %.*s", CASES[i].input, CASES[i].want, TEXT_ARGS(got));
    }
    arena_free(arena);
}

static void tells_the_parts_of_an_estate(void **state)
{
    (void)state;
    static const struct {
        const char *a;
        const char *b;
        const char *base; /* of a */
        bool same;
        bool other_part;
    } CASES[] = {
        {"锦绣花园2期", "锦绣花园", "锦绣花园", true, false},
        {"锦绣花园2期", "锦绣花园3期", "锦绣花园", true, true},
        {"锦绣花园2期东区", "锦绣花园东区", "锦绣花园", true, false},
        {"锦绣花园2期东区", "锦绣花园西区", "锦绣花园", true, true},
        {"锦绣花园A区", "锦绣花园2期", "锦绣花园", true, false},
        {"锦绣花园A区", "青松家园A区", "锦绣花园", false, false},
        {"李家村3组", "李家村5组", "李家村", true, true},
        {"李家村3组", "李家村", "李家村", true, false},
        {"和平里5号院", "和平里", "和平里", true, false},
        {"建设路128号院", "建设路130号院", "建设路128号院", false, false},
        {"青松大学南校区", "青松大学北校区", "青松大学南校区", false, false},
        {"3区", "5区", "3区", false, false},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        bool other_part;
        Text a = text_from(CASES[i].a);
        assert_true(text_is(address_estate_base(a), CASES[i].base));
        assert_int_equal(address_estate_same(a, text_from(CASES[i].b), &other_part), CASES[i].same);
        if (CASES[i].same)
            assert_int_equal(other_part, CASES[i].other_part);
    }
    assert_true(text_is_empty(address_estate_base(TEXT_ABSENT)));
}

static void stands_any_bytes(void **state)
{
    (void)state;
    Arena *arena = arena_new(64 * 1024);
    uint32_t seed = 1;
    static const char *const PIECES[] = {"路",   "号", "3",    "-",    "、",   "幢", "锦绣", "花园",
                                         "我住", "与", "弄",   "区",   "\xff", "里", "城",   "东",
                                         "50",   "米", "对面", "业主", "十",   "A",  "座"};
    enum { PIECE_COUNT = sizeof PIECES / sizeof PIECES[0] };
    for (int round = 0; round < 6000; round++) {
        TextBuilder text = builder_new(arena);
        for (int i = 0; i < 4 + round % 60; i++) {
            seed = seed * 1664525u + 1013904223u;
            builder_string(&text, PIECES[(seed >> 16) % PIECE_COUNT]);
        }
        Address address;
        address_parse(builder_view(&text), arena, &address);
        assert_true(address.buildings.count <= ADDRESS_BUILDINGS_MAX);
        address_find(builder_view(&text), arena, &address);
        address_standard(&address, arena);
        arena_reset(arena);
    }
    arena_free(arena);
}

/* Words and numbers looked for grow with the text and no faster. */
static void takes_linear_time(void **state)
{
    (void)state;
    enum { LENGTH = 6000, STEPS_PER_CODEPOINT = 60 };
    static const char *const PIECES[] = {
        "1、",  "3幢",  "路",   "建设路", "与",  "花园",     "城",   "一",      "9",
        "我住", "(",    "-",    "1-",     "村",  "三组",     "A、",  "1单元、", "12巷",
        "第",   "东",   "站",   "内",     "K1+", "二期东区", "路口", "之",      "号",
        "不是", "地铁", "门牌", "有3栋",  "B",   "同",       "至",   "建设路至"};
    Arena *arena = arena_new(1 << 20);
    for (size_t i = 0; i < sizeof PIECES / sizeof PIECES[0]; i++) {
        TextBuilder text = builder_new(arena);
        while (text.size < LENGTH)
            builder_string(&text, PIECES[i]);
        Folded folded = address_fold(builder_view(&text), arena);
        for (int free_text = 0; free_text < 2; free_text++) {
            AddressScan scan;
            address_scan(&scan, folded, free_text != 0, NULL, arena);
            if (scan.steps > STEPS_PER_CODEPOINT * folded.count)
                fail_msg("%s: %zu steps for %zu code points", PIECES[i], scan.steps, folded.count);
        }
        arena_reset(arena);
    }
    arena_free(arena);
}

static void every_table_of_words_is_sorted(void **state)
{
    (void)state;
    size_t count;
    size_t tables = 0;
    const Lexeme *rows;
    for (; (rows = address_lexicon(tables, &count)) != NULL; tables++) {
        for (size_t i = 1; i < count; i++) {
            assert_true(rows[i - 1].word[0] <= rows[i].word[0]);
            if (rows[i - 1].word[0] == rows[i].word[0])
                assert_true(rows[i - 1].length >= rows[i].length);
        }
        for (size_t i = 0; i < count; i++) {
            size_t length = 0;
            while (rows[i].word[length] != 0)
                length++;
            assert_int_equal(length, rows[i].length);
        }
    }
    assert_true(tables >= 2);
}

/* A word that stands in two tables would mean two things. */
static void no_word_means_two_things(void **state)
{
    (void)state;
    size_t count;
    const Lexeme *rows;
    for (size_t table = 0; (rows = address_lexicon(table, &count)) != NULL; table++)
        for (size_t i = 0; i < count; i++)
            assert_ptr_equal(address_lexeme((const uint32_t *)rows[i].word, rows[i].length),
                             &rows[i]);
}

static Ledger *make_ledger(void)
{
    static const LedgerPlace PLACES[] = {
        {.kind = LEDGER_ESTATE, .name = {"春江印象", 12}, .canonical = {"春江印象", 12}},
        {.kind = LEDGER_ESTATE, .name = {"锦绣花园", 12}, .canonical = {"锦绣花园", 12}},
        {.kind = LEDGER_ALIAS, .name = {"老纺织宿舍区", 18}, .canonical = {"锦绣花园", 12}},
        {.kind = LEDGER_ROAD, .name = {"沿江观光带", 15}, .canonical = {"沿江观光带", 15}},
        {.kind = LEDGER_POI, .name = {"红房子", 9}, .canonical = {"红房子", 9}},
    };
    Ledger *ledger = ledger_new();
    for (size_t i = 0; i < sizeof PLACES / sizeof PLACES[0]; i++)
        ledger_add_place(ledger, TEXT("990101"), &PLACES[i]);
    ledger_finish(ledger, NULL);
    return ledger;
}

static void names_of_the_ledger_come_first(void **state)
{
    (void)state;
    static const AddressCase CASES[] = {
        {"春江印象5栋", "estate=春江印象 b=5"},
        {"春江印象二期5栋", "estate=春江印象2期 b=5"},
        {"春江印象小区5栋", "estate=春江印象 b=5"},
        {"听说春江印象停电了", "estate=春江印象"},
        {"老纺织宿舍区3号楼", "estate=锦绣花园 b=3"},
        {"沿江观光带12号", "road=沿江观光带 no=12"},
        {"建设路与沿江观光带交叉口", "road=建设路 cross=沿江观光带"},
        {"红房子对面", "poi=红房子 rel=对面"},
        /* a longer name is another one */
        {"新锦绣花园3幢", "estate=新锦绣花园 b=3"},
        {"锦绣花园路12号", "road=锦绣花园路 no=12"},
    };
    Arena *arena = arena_new(4096);
    Ledger *ledger = make_ledger();
    const LedgerRegion *region = ledger_region(ledger, TEXT("990101"));
    assert_non_null(region);
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        Address address;
        address_parse_known(text_from(CASES[i].input), region, arena, &address);
        Text got = describe(&address, arena);
        if (!text_is(got, CASES[i].want))
            fail_msg("%s: want %s, got %.*s", CASES[i].input, CASES[i].want, TEXT_ARGS(got));
    }
    ledger_free(ledger);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(completes_only_what_does_not_contradict),
        cmocka_unit_test(writes_the_standard_form),
        cmocka_unit_test(tells_the_parts_of_an_estate),
        cmocka_unit_test(names_of_the_ledger_come_first),
        cmocka_unit_test(stands_any_bytes),
        cmocka_unit_test(takes_linear_time),
        cmocka_unit_test(every_table_of_words_is_sorted),
        cmocka_unit_test(no_word_means_two_things),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
