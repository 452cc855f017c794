/*
 * Golden cases of the address grammar (linkage.md 3): what is read, written from the page before the code. An
 * expectation lists the parts that are not empty:
 * road no lane cross estate b (buildings) u (unit) f (floor) r (room) poi rel m (metres) role (reporter, hazard).
 */
#include "base/text_builder.h"

#include "domain/address.h"
#include "domain/address_lexicon.h"

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

static const AddressCase FIELD_CASES[] = {
    /* roads and numbers */
    {"建设路128号", "road=建设路 no=128"},
    {"云湖市东湖区青松街道建设路128号", "road=建设路 no=128"},
    {"建设路 128 号", "road=建设路 no=128"},
    {"建设路１２８号", "road=建设路 no=128"},
    {"建设路一百二十八号", "road=建设路 no=128"},
    {"建设路128-2号", "road=建设路 no=128-2"},
    {"建设路128", "road=建设路 no=128"},
    {"五一路38号", "road=五一路 no=38"},
    {"经三路5号", "road=经三路 no=5"},
    {"石门一路12号", "road=石门一路 no=12"},
    {"学府路一巷5号", "road=学府路一巷 no=5"},
    {"三元里大道20号", "road=三元里大道 no=20"},
    {"中关村大街1号", "road=中关村大街 no=1"},
    {"中关村南大街6号", "road=中关村南大街 no=6"},
    {"南京西路100号", "road=南京西路 no=100"},
    {"南京东路100号", "road=南京东路 no=100"},
    {"花园路9号", "road=花园路 no=9"},
    {"幸福新村路7号", "road=幸福新村路 no=7"},
    {"大学城路33号", "road=大学城路 no=33"},
    {"市府路2号", "road=市府路 no=2"},
    {"和平路15号", "road=和平路 no=15"},
    {"高新区科技大道88号", "road=科技大道 no=88"},
    {"人民街道解放街3号", "road=解放街 no=3"},
    {"104国道旁", "road=104国道 rel=旁"},
    {"滨河胡同6号", "road=滨河胡同 no=6"},
    {"建设路", "road=建设路"},
    {"建设路附近", "road=建设路 rel=附近"},
    /* lanes */
    {"甲和路396弄", "road=甲和路 lane=396"},
    {"甲和路396弄5号", "road=甲和路 lane=396 b=5"},
    {"甲和路396弄5号602室", "road=甲和路 lane=396 b=5 r=602"},
    /* junctions: an unordered pair */
    {"建设路与人民路交叉口", "road=人民路 cross=建设路"},
    {"人民路建设路路口", "road=人民路 cross=建设路"},
    {"建设路和和平路交汇处", "road=和平路 cross=建设路"},
    {"建设路人民路口西北角", "road=人民路 cross=建设路"},
    {"人民大街甲12号", "road=人民大街 no=甲12"},
    {"建设路/人民路", "road=人民路 cross=建设路"},
    {"建设路、人民路路口", "road=人民路 cross=建设路"},
    {"人民路与建设路路口东侧", "road=人民路 cross=建设路"},
    {"建设路与建设路交叉口", "road=建设路"},
    /* estates, phases */
    {"锦绣花园", "estate=锦绣花园"},
    {"锦绣花园小区", "estate=锦绣花园"},
    {"东湖区锦绣花园二期", "estate=锦绣花园2期"},
    {"锦绣花园A区3幢", "estate=锦绣花园A区 b=3"},
    {"锦绣花园东区3幢", "estate=锦绣花园东区 b=3"},
    {"幸福新村", "estate=幸福新村"},
    {"和平里3号楼", "estate=和平里 b=3"},
    {"和平社区锦绣花园3幢", "estate=锦绣花园 b=3"},
    {"云湖市青松家园", "estate=青松家园"},
    {"阳光城5栋", "estate=阳光城 b=5"},
    {"建设路128号锦绣花园3幢", "road=建设路 no=128 estate=锦绣花园 b=3"},
    {"锦绣花园(建设路128号)3幢", "road=建设路 no=128 estate=锦绣花园 b=3"},
    {"建设路花园小区6幢", "road=建设路 estate=花园小区 b=6"},
    {"纺织厂家属院4号楼", "estate=纺织厂家属院 b=4"},
    {"机械厂宿舍2栋", "estate=机械厂宿舍 b=2"},
    {"环球大厦A座", "estate=环球大厦 b=A"},
    /* buildings, units, floors, rooms */
    {"锦绣花园3幢2单元", "estate=锦绣花园 b=3 u=2"},
    {"锦绣花园3号楼2单元", "estate=锦绣花园 b=3 u=2"},
    {"锦绣花园三号楼二单元", "estate=锦绣花园 b=3 u=2"},
    {"锦绣花园3栋2单元701室", "estate=锦绣花园 b=3 u=2 r=701"},
    {"锦绣花园3#楼", "estate=锦绣花园 b=3"},
    {"锦绣花园3#", "estate=锦绣花园 b=3"},
    {"锦绣花园３號樓", "estate=锦绣花园 b=3"},
    {"锦绣花园3座", "estate=锦绣花园 b=3"},
    {"锦绣花园3A幢", "estate=锦绣花园 b=3A"},
    {"锦绣花园B栋1单元", "estate=锦绣花园 b=B u=1"},
    {"锦绣花园甲幢", "estate=锦绣花园 b=甲"},
    {"锦绣花园03幢", "estate=锦绣花园 b=3"},
    {"锦绣花园十二幢", "estate=锦绣花园 b=12"},
    {"锦绣花园3-2-501", "estate=锦绣花园 b=3 u=2 r=501"},
    {"锦绣花园3-501", "estate=锦绣花园 b=3 r=501"},
    {"锦绣花园3幢501", "estate=锦绣花园 b=3 r=501"},
    {"锦绣花园3幢2单元7层", "estate=锦绣花园 b=3 u=2 f=7"},
    {"锦绣花园3幢7楼", "estate=锦绣花园 b=3 f=7"},
    {"锦绣花园3幢地下一层", "estate=锦绣花园 b=3 f=-1"},
    {"锦绣花园3号", "estate=锦绣花园 b=3"},
    {"锦绣花园3幢2门", "estate=锦绣花园 b=3 u=2"},
    /* sets of buildings */
    {"锦绣花园3、5号楼", "estate=锦绣花园 b=3,5"},
    {"锦绣花园3幢和5幢", "estate=锦绣花园 b=3,5"},
    {"锦绣花园3号楼、5号楼", "estate=锦绣花园 b=3,5"},
    {"锦绣花园3-5幢", "estate=锦绣花园 b=3,4,5"},
    {"锦绣花园3至5号楼", "estate=锦绣花园 b=3,4,5"},
    {"锦绣花园3、5号楼之间", "estate=锦绣花园 b=3,5 rel=之间"},
    {"锦绣花园10幢与9幢", "estate=锦绣花园 b=10,9"},
    {"锦绣花园1号楼2号楼", "estate=锦绣花园 b=1,2"},
    {"锦绣花园3幢、2单元", "estate=锦绣花园 b=3 u=2"},
    {"锦绣花园7#-2-301", "estate=锦绣花园 b=7 u=2 r=301"},
    {"锦绣花园7号楼-301室", "estate=锦绣花园 b=7 r=301"},
    {"锦绣花园(南区)12号楼", "estate=锦绣花园南区 b=12"},
    {"锦绣花园B1层", "estate=锦绣花园 f=-1"},
    /* villages and communities that stand for an estate */
    {"青松镇李家村三组12号", "estate=李家村 b=12"},
    {"和平里社区12号楼", "estate=和平里 b=12"},
    {"青松社区12号楼", "estate=青松社区 b=12"},
    /* yards */
    {"建设路128号院3号楼", "road=建设路 no=128 estate=建设路128号院 b=3"},
    {"建设路128号院", "road=建设路 no=128 estate=建设路128号院"},
    /* relations */
    {"锦绣花园3号楼对面", "estate=锦绣花园 b=3 rel=对面"},
    {"建设路128号对面", "road=建设路 no=128 rel=对面"},
    {"建设路128号东侧50米", "road=建设路 no=128 rel=东侧 m=50"},
    {"建设路128号往东约50米", "road=建设路 no=128 rel=往东 m=50"},
    {"建设路128号东50米", "road=建设路 no=128 rel=东 m=50"},
    {"建设路旁锦绣花园3幢", "road=建设路 estate=锦绣花园 b=3"},
    {"锦绣花园门口", "estate=锦绣花园 rel=门口"},
    /* landmarks and numbers that are no doors */
    {"锦绣花园东门", "estate=锦绣花园 poi=锦绣花园东门"},
    {"地铁2号线青松广场站3号口", "poi=青松广场站3号口"},
    {"青松小学门口", "poi=青松小学 rel=门口"},
    {"建设路青松超市", "road=建设路 poi=青松超市"},
    {"青松广场3号门", "poi=青松广场3号门"},
    {"建设路2号线出口", "road=建设路"},
    {"建设路128号电梯", "road=建设路 no=128"},
    {"锦绣花园2号电梯", "estate=锦绣花园"},
    /* floors that may be buildings, and nothing at all */
    {"锦绣花园3楼", "estate=锦绣花园 f=3"},
    {"锦绣花园3楼2单元", "estate=锦绣花园 b=3 u=2"},
    {"不详", ""},
    {"", ""},
    {"东湖区", ""},
};

static const AddressCase TEXT_CASES[] = {
    {"我住3幢，5幢电梯坏了", "b=5 role=hazard"},
    {"我住锦绣花园3幢，5幢电梯坏了", "estate=锦绣花园 b=5 role=hazard"},
    {"我家住在锦绣花园3幢2单元，电梯老是停", "estate=锦绣花园 b=3 u=2 role=reporter"},
    {"本人是锦绣花园3幢业主，5幢电梯坏了", "estate=锦绣花园 b=5 role=hazard"},
    {"市民反映建设路128号的锦绣花园3号楼2单元电梯停运",
     "road=建设路 no=128 estate=锦绣花园 b=3 u=2 role=hazard"},
    {"建设路路灯不亮", "road=建设路 role=hazard"},
    {"人民路路面塌陷出一个大坑", "road=人民路 role=hazard"},
    {"巡查发现坑槽破损路面，石子乱飞", ""},
    {"巡查发现路面坑洼破损", ""},
    {"建设路边的井盖缺失", "road=建设路 role=hazard"},
    {"锦绣花园小区的3、5号楼之间堆满杂物", "estate=锦绣花园 b=3,5 rel=之间 role=hazard"},
    {"消防车通道停满私家车", ""},
    {"楼道里电动车充电", ""},
    {"本小区3号楼电梯坏了", "b=3 role=hazard"},
    {"巡查发现和平路15号门前井盖缺失", "road=和平路 no=15 rel=门前 role=hazard"},
    {"来电称在人民路与建设路路口信号灯不亮", "road=人民路 cross=建设路 role=hazard"},
    {"3号楼对面的井盖没了", "b=3 rel=对面 role=hazard"},
    {"沥青路破损，人行道地砖松动", ""},
    {"3月5号下午电梯停了", ""},
    {"电话19900000123联系", ""},
    {"和平社区的居民都知道", ""},
    {"家里的水管漏水", ""},
    {"城市管理部门没有来", ""},
    {"请到锦绣花园二期6幢看看", "estate=锦绣花园2期 b=6 role=hazard"},
    {"电梯又坏，3幢二单元。", "b=3 u=2 role=hazard"},
};

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

static size_t check(const AddressCase *cases, size_t count, bool free_text)
{
    Arena *arena = arena_new(64 * 1024);
    size_t failures = 0;
    for (size_t i = 0; i < count; i++) {
        Address address;
        if (free_text)
            address_find(text_from(cases[i].input), arena, &address);
        else
            address_parse(text_from(cases[i].input), arena, &address);
        Text got = describe(&address, arena);
        if (!text_is(got, cases[i].want)) {
            print_error("%s\n  want %s\n  got  %.*s\n", cases[i].input, cases[i].want,
                        TEXT_ARGS(got));
            failures++;
        }
    }
    arena_free(arena);
    return failures;
}

static void reads_address_fields(void **state)
{
    (void)state;
    assert_int_equal(check(FIELD_CASES, sizeof FIELD_CASES / sizeof FIELD_CASES[0], false), 0);
}

static void finds_places_in_free_text(void **state)
{
    (void)state;
    assert_int_equal(check(TEXT_CASES, sizeof TEXT_CASES / sizeof TEXT_CASES[0], true), 0);
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

/* Long texts: anything but linear time would run into the test's time limit. */
static void takes_linear_time(void **state)
{
    (void)state;
    static const char *const PIECES[] = {"1、", "3幢", "路", "建设路", "与", "花园",
                                         "城",  "一",  "9",  "我住",   "(",  "-"};
    Arena *arena = arena_new(1 << 20);
    for (size_t i = 0; i < sizeof PIECES / sizeof PIECES[0]; i++) {
        TextBuilder text = builder_new(arena);
        while (text.size < 200000)
            builder_string(&text, PIECES[i]);
        Address address;
        address_parse(builder_view(&text), arena, &address);
        address_find(builder_view(&text), arena, &address);
        arena_reset(arena);
    }
    arena_free(arena);
}

static void lexicon_is_sorted(void **state)
{
    (void)state;
    size_t count;
    const Lexeme *lexicon = address_lexicon(&count);
    for (size_t i = 1; i < count; i++) {
        assert_true(lexicon[i - 1].word[0] <= lexicon[i].word[0]);
        if (lexicon[i - 1].word[0] == lexicon[i].word[0])
            assert_true(lexicon[i - 1].length >= lexicon[i].length);
    }
    for (size_t i = 0; i < count; i++) {
        size_t length = 0;
        while (lexicon[i].word[length] != 0)
            length++;
        assert_int_equal(length, lexicon[i].length);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_address_fields),
        cmocka_unit_test(finds_places_in_free_text),
        cmocka_unit_test(completes_only_what_does_not_contradict),
        cmocka_unit_test(writes_the_standard_form),
        cmocka_unit_test(stands_any_bytes),
        cmocka_unit_test(takes_linear_time),
        cmocka_unit_test(lexicon_is_sorted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
