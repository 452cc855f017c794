/* A ledger as it is handed over: every mistake in one run, each with what was expected and what was found. */
#include "base/text_builder.h"

#include "domain/ledger_sheet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const RegionTable *make_regions(Arena *arena)
{
    RegionTable *regions = region_table_new(arena);
    GeoBox box = {112.3, 22.6, 113.5, 23.6};
    assert_true(region_table_add(regions, TEXT("9901"), TEXT("9901")));
    assert_true(region_table_add(regions, TEXT("9902"), TEXT("9902")));
    assert_true(region_table_box(regions, TEXT("9901"), &box));
    return regions;
}

static void read_content(LedgerSheet *sheet, const char *path, const char *content)
{
    CsvReader *csv = csv_open((CsvSpec){.comments = true});
    Error error = {0};
    CsvRow row;
    csv_feed(csv, text_from(content), true);
    ledger_sheet_file(sheet, path);
    assert_true(csv_next(csv, &row, &error));
    if (ledger_sheet_header(sheet, &row))
        while (csv_next(csv, &row, &error))
            ledger_sheet_row(sheet, &row);
    assert_int_equal(error.verdict, ERROR_NONE);
    csv_close(csv);
}

static LedgerSheet *read_sheet(Arena *arena, LedgerKind kind, const char *content)
{
    LedgerSheet *sheet = ledger_sheet_new(arena, kind, make_regions(arena), TEXT_ABSENT);
    read_content(sheet, "one.csv", content);
    ledger_sheet_finish(sheet);
    return sheet;
}

/* Findings as lines, warnings with a ? before them. */
static void assert_findings(const LedgerSheet *sheet, Arena *arena, const char *expected)
{
    size_t count;
    const LedgerFinding *findings = ledger_sheet_findings(sheet, &count);
    TextBuilder text = builder_new(arena);
    for (size_t i = 0; i < count; i++)
        builder_format(&text, "%s%lld: %.*s\n", findings[i].warning ? "?" : "",
                       (long long)findings[i].line, TEXT_ARGS(findings[i].text));
    if (!text_is(builder_view(&text), expected))
        fail_msg("got:\n%.*s\nnot:\n%s", TEXT_ARGS(builder_view(&text)), expected);
}

typedef struct Case {
    LedgerKind kind;
    const char *content;
    const char *findings;
} Case;

static void check(const Case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        Arena *arena = arena_new(65536);
        assert_findings(read_sheet(arena, cases[i].kind, cases[i].content), arena,
                        cases[i].findings);
        arena_free(arena);
    }
}
#define CHECK(cases_) check(cases_, sizeof(cases_) / sizeof((cases_)[0]))

#define ASSETS "region,kind,id,category,place,lon,lat,datum,precision,valid_from,valid_to\n"
#define PLACES "region,kind,name,canonical,parent,lon,lat,sites\n"

static void takes_a_ledger_without_mistakes(void **state)
{
    static const Case CASES[] = {
        {LEDGER_ASSETS,
         ASSETS
         "9901,plate,52341,A02,锦绣花园3幢1单元,112.81,23.1,,A,2019-05-01,\n"
         "990101,电梯识别码,５２３４２,,锦绣花园3幢,112.81,23.1,CGCS2000,,2019/5/1,2025年3月1日\n"
         "9901,equipment,310099012019000017,A02,锦绣花园3幢2单元,,,,,20190501,\n"
         "9901,component,9901010103000001,E01,建设路128号,112.8,23.1,WGS-84,B,,\n"
         "\n"
         "9901,device,js-0123,,建设路130号,,,,,,\n",
         ""},
        {LEDGER_PLACES,
         PLACES "9901,estate,锦绣花园,,,112.81,23.1,20\n"
                "9901,道路,建设路,,,,,\n"
                "9901,door,建设路128号,,建设路,112.8,23.1,\n"
                "9901,door,3幢,,锦绣花园,112.8,23.1,2\n"
                "9901,door,3幢,,建设路,112.8,23.1,\n"
                "9901,poi,好味来菜市场,好味来菜市场,建设路,112.8,23.1,\n"
                "9901,alias,锦绣苑,锦绣花园,,,,\n"
                "9902,estate,锦绣花园,,,,,\n"
                "9902,estate,大院里,,,,,\n"
                "9902,door,3幢,,大院里,,,\n"
                "9902,door,大院里5幢,,大院里,,,\n",
         "?6: column \"name\": no number of a road and no building of an estate is recognised in "
         "\"3幢\", so no report finds this door\n"},
    };
    (void)state;
    CHECK(CASES);
}

static void says_what_numbers_of_assets_should_be(void **state)
{
    static const Case CASES[] = {
        {LEDGER_ASSETS,
         ASSETS "8801,plate,52341,,锦绣花园3幢,,,,,,\n"
                ",plate,52342,,锦绣花园3幢,,,,,,\n"
                "9901,lift,52343,,锦绣花园3幢,,,,,,\n"
                "9901,plate,5234,,锦绣花园3幢,,,,,,\n"
                "9901,plate,,,锦绣花园3幢,,,,,,\n"
                "9901,equipment,3100990120190000,,锦绣花园3幢,,,,,,\n"
                "9901,component,9902010103000001,,建设路1号,,,,,,\n"
                "9901,device,JS 0123,,建设路1号,,,,,,\n"
                "9901,plate,52344,A99,锦绣花园3幢,,,,,,\n",
         "2: column \"region\": a region of regions.cfg, or an area code of six digits that "
         "belongs "
         "to one, was expected, found \"8801\"\n"
         "3: column \"region\": a region of regions.cfg, or an area code of six digits that "
         "belongs "
         "to one, was expected, found nothing\n"
         "4: column \"kind\": plate, equipment, component or device "
         "(电梯识别码、特种设备、部件、设备) was "
         "expected, found \"lift\"\n"
         "5: column \"id\": the five or six digits of a lift's plate was expected, found \"5234\"\n"
         "6: column \"id\": the five or six digits of a lift's plate was expected, found nothing\n"
         "7: column \"id\": the 18 digits of an equipment code, or the 20 of a registration, was "
         "expected, found \"3100990120190000\"\n"
         "8: column \"id\": the 16 digits of a component, the first six an area code of the row's "
         "region, was expected, found \"9902010103000001\"\n"
         "9: column \"id\": a number of at most 64 characters without blanks was expected, found "
         "\"JS 0123\"\n"
         "10: column \"category\": a leaf of the hazard tree such as A02 was expected, found "
         "\"A99\"\n"}};
    (void)state;
    CHECK(CASES);
}

static void says_where_points_should_be(void **state)
{
    static const Case CASES[] = {
        {LEDGER_ASSETS,
         ASSETS "9901,plate,52341,,,23.1,112.81,,,,\n"
                "9901,plate,52342,,,0,0,,,,\n"
                "9901,plate,52343,,,112.81,,,,,\n"
                "9901,plate,52344,,,112.8x,23.1,,,,\n"
                "9901,plate,52345,,,114.2,23.1,,,,\n"
                "9901,plate,52346,,,112.81,24.9,,,,\n"
                "9901,plate,52347,,,112.81,23.1,GCJ02x,F,,\n"
                "9901,plate,52348,,,112.81,91,,,,\n",
         "2: column \"lon\": a longitude of 73 to 136 (longitude and latitude are exchanged) was "
         "expected, found \"23.1\"\n"
         "3: column \"lon\": a longitude of 73 to 136 was expected, found \"0\"\n"
         "4: column \"lat\": a latitude in degrees was expected, found nothing\n"
         "5: column \"lon\": a longitude in degrees was expected, found \"112.8x\"\n"
         "6: column \"lon\": a longitude of 112.3 to 113.5, in the box of region 9901, was "
         "expected, found \"114.2\"\n"
         "7: column \"lat\": a latitude of 22.6 to 23.6, in the box of region 9901, was expected, "
         "found \"24.9\"\n"
         "8: column \"datum\": WGS-84, GCJ-02, BD-09 or CGCS2000 was expected, found \"GCJ02x\"\n"
         "8: column \"precision\": one of A, B, C, D and E was expected, found \"F\"\n"
         "9: column \"lat\": a latitude of 3 to 54 was expected, found \"91\"\n"}};
    (void)state;
    CHECK(CASES);
}

static void says_what_days_and_addresses_should_be(void **state)
{
    static const Case CASES[] = {
        {LEDGER_ASSETS,
         ASSETS "9901,plate,52341,,锦绣花园3幢,,,,,2019-13-01,\n"
                "9901,plate,52342,,锦绣花园3幢,,,,,2019-02-29,soon\n"
                "9901,plate,52343,,锦绣花园3幢,,,,,2020-05-01,2020-05-01\n"
                "9901,plate,52344,,东边那个,,,,,,\n",
         "2: column \"valid_from\": a day such as 2024-05-01 was expected, found \"2019-13-01\"\n"
         "3: column \"valid_from\": a day such as 2024-05-01 was expected, found \"2019-02-29\"\n"
         "3: column \"valid_to\": a day such as 2024-05-01 was expected, found \"soon\"\n"
         "4: column \"valid_to\": a day after the first one was expected, found \"2020-05-01\"\n"
         "?5: column \"place\": no estate and no road is recognised in \"东边那个\"; unless "
         "the ledger of places has it by name, it completes no report's place\n"}};
    (void)state;
    CHECK(CASES);
}

static void says_what_places_should_be(void **state)
{
    static const Case CASES[] = {
        {LEDGER_PLACES,
         PLACES "9901,house,甲,,,,,\n"
                "9901,estate,园,,,,,\n"
                "9901,estate,锦绣花园,,,,,many\n"
                "9901,estate,青松家园,,,,,0\n"
                "9901,estate,锦绣\xEF\xBF\xBD园,,,,,\n"
                "9901,estate,丙苑,丙花苑,,,,\n"
                "9901,door,东边那个,,锦绣花园,,,\n",
         "2: column \"kind\": estate, road, door, poi or alias (小区、道路、门牌、地点、别名) was "
         "expected, "
         "found \"house\"\n"
         "3: column \"name\": a name of two characters or more was expected, found \"园\"\n"
         "4: column \"sites\": a number of 1 to 100000 was expected, found \"many\"\n"
         "5: column \"sites\": a number of 1 to 100000 was expected, found \"0\"\n"
         "6: column \"name\": text in UTF-8 or GB18030 was expected, found "
         "\"锦绣\xEF\xBF\xBD园\"\n"
         "7: column \"canonical\": nothing (another name is a row of its own, of kind alias) was "
         "expected, found \"丙花苑\"\n"
         "?8: column \"name\": no number of a road and no building of an estate is recognised in "
         "\"东边那个\", so no report finds this door\n"}};
    (void)state;
    CHECK(CASES);
}

static void finds_what_concerns_several_rows(void **state)
{
    static const Case CASES[] = {
        {LEDGER_ASSETS,
         ASSETS "9901,plate,52341,,锦绣花园3幢,,,,,,\n"
                "9901,plate,５２３４１,,锦绣花园5幢,,,,,,\n"
                "9902,plate,52341,,锦绣花园5幢,,,,,,\n"
                "9901,device,52341,,锦绣花园5幢,,,,,,\n"
                "9901,plate,52350,,锦绣花园5幢,,,,,2025-03-01,\n"
                "9901,plate,52350,,锦绣花园7幢,,,,,2019-05-01,2025-03-01\n"
                "9901,plate,52351,,锦绣花园5幢,,,,,2025-02-28,\n"
                "9901,plate,52351,,锦绣花园7幢,,,,,2019-05-01,2025-03-01\n",
         "3: column \"id\": a number once for each day (valid_from and valid_to tell its times "
         "apart) was expected, found \"52341\", which stands in line 2 too\n"
         "9: column \"id\": a number once for each day (valid_from and valid_to tell its times "
         "apart) was expected, found \"52351\", which stands in line 8 too\n"},
        {LEDGER_PLACES,
         PLACES "9901,estate,锦绣花园,,,,,\n"
                "9901,estate,锦绣花园,,,,,\n"
                "9901,road,锦绣花园,,,,,\n"
                "9901,door,3幢,,锦绣苑,,,\n"
                "9902,door,3幢,,锦绣花园,,,\n"
                "9901,alias,锦绣苑,,,,,\n"
                "9901,alias,乙花苑,丙花苑,,,,\n"
                "9901,alias,丁花苑,乙花苑,,,,\n"
                "9901,alias,戊花苑,戊花苑,,,,\n"
                "9901,alias,锦绣花园,锦绣花园,,,,\n",
         "3: column \"name\": a name once for each kind and parent was expected, found "
         "\"锦绣花园\", which stands in line 2 too\n"
         "5: column \"parent\": an estate or road that has a row of its own was expected, found "
         "\"锦绣苑\"\n"
         "6: column \"parent\": an estate or road that has a row of its own was expected, found "
         "\"锦绣花园\"\n"
         "7: column \"canonical\": the name that the alias stands for was expected, found nothing\n"
         "8: column \"canonical\": an estate, road, door or poi that has a row of its own was "
         "expected, found \"丙花苑\"\n"
         "9: column \"canonical\": an estate, road, door or poi that has a row of its own was "
         "expected, found \"乙花苑\"\n"
         "10: column \"canonical\": an estate, road, door or poi that has a row of its own was "
         "expected, found \"戊花苑\"\n"
         "10: column \"canonical\": another name than the alias itself was expected, found "
         "\"戊花苑\"\n"
         "11: column \"canonical\": another name than the alias itself was expected, found "
         "\"锦绣花园\"\n"
         "11: column \"name\": a name that is not that of another place as well was expected, "
         "found \"锦绣花园\"\n"},
    };
    (void)state;
    CHECK(CASES);
}

static void says_what_is_wrong_with_a_header(void **state)
{
    static const Case CASES[] = {
        {LEDGER_PLACES, "区域,种类\n9901,小区\n",
         "1: a header with \"id\" (编号, a ledger of assets) or with \"name\" (名称, one of "
         "places) "
         "was expected, found neither\n"},
        {LEDGER_ASSETS, "region,kind,id,name\n",
         "1: a header with \"id\" (编号, a ledger of assets) or with \"name\" (名称, one of "
         "places) "
         "was expected, found both\n"},
        {LEDGER_ASSETS, "id,lon\n52341,112.8\n",
         "1: column \"kind\" (种类) is missing\n"
         "1: column \"lat\" is missing beside \"lon\"\n"
         "1: column \"region\" (区域) is missing, and no --region is given\n"},
        {LEDGER_ASSETS, "区域,种类,编号,地址,地址\n9901,plate,52341,锦绣花园3幢,锦绣花园5幢\n",
         "1: column \"地址\" stands twice, in fields 4 and 5\n"},
        {LEDGER_ASSETS, "region,kind,id,plase,备注,parent\n9901,device,K1,锦绣花园3幢,x,\n",
         "?1: column \"parent\" is none of a ledger of assets and is not read\n"
         "?1: column \"plase\" is not read; did you mean \"place\"?\n"
         "?1: column \"备注\" is not read\n"
         "?2: neither place nor point: the row says only that the number exists\n"},
        {LEDGER_ASSETS, "region,kind,id\n9901,device,K1,锦绣花园,3幢\n9901,device\n",
         "2: 3 fields were expected, as the header has, found 5; a separator inside a value needs "
         "quotes around it\n"
         "3: column \"id\": a number of at most 64 characters without blanks was expected, found "
         "nothing\n"},
    };
    (void)state;
    CHECK(CASES);
}

static void files_of_one_kind_are_one_ledger(void **state)
{
    Arena *arena = arena_new(65536);
    LedgerSheet *sheet = ledger_sheet_new(arena, LEDGER_PLACES, make_regions(arena), TEXT("9901"));
    (void)state;
    read_content(sheet, "doors.csv", "种类,名称,所属\n门牌,3幢,锦绣花园\n门牌,3幢,甲苑\n");
    read_content(sheet, "estates.csv", "kind,name\nestate,锦绣花园\nestate,乙苑\n");
    read_content(sheet, "more.csv", "kind,name\nestate,乙苑\n");
    ledger_sheet_finish(sheet);
    size_t count;
    const LedgerFinding *findings = ledger_sheet_findings(sheet, &count);
    assert_int_equal(count, 2);
    assert_int_equal(findings[0].file, 0);
    assert_int_equal(findings[0].line, 3);
    assert_string_equal(ledger_sheet_path(sheet, findings[0].file), "doors.csv");
    assert_int_equal(findings[1].file, 2);
    assert_true(text_contains(findings[1].text, TEXT("stands in estates.csv:3 too")));
    arena_free(arena);
}

static Text digest_of(Arena *arena, LedgerKind kind, const char *content)
{
    LedgerSheet *sheet = read_sheet(arena, kind, content);
    assert_int_equal(ledger_sheet_errors(sheet), 0);
    Text digest = ledger_sheet_digest(sheet);
    assert_true(text_starts(digest, TEXT("sha256:")));
    assert_int_equal(digest.size, strlen("sha256:") + 64);
    return digest;
}

static void the_digest_is_of_what_the_rows_say(void **state)
{
    static const char FIRST[] = "region,kind,id,place,lon,lat,datum\n"
                                "9901,plate,52341,锦绣花园3幢,112.81,23.1,\n"
                                "9901,plate,52342,锦绣花园5幢,,,\n";
    /* another order of rows and columns, other names, full-width digits, the datum said */
    static const char SAME[] = "编号,种类,区域,纬度,经度,坐标系,地址\n"
                               "５２３４２,电梯识别码,990101,,,,锦绣花园5幢\n"
                               "# a comment\n"
                               "52341 ,plate,9901,23.100000,112.8100,CGCS2000,锦绣花园3幢\n";
    static const char *const OTHERS[] = {
        "region,kind,id,place,lon,lat\n9901,plate,52341,锦绣花园3幢,112.81,23.1\n",
        "region,kind,id,place,lon,lat\n9901,plate,52341,锦绣花园3幢,112.81,23.1\n"
        "9901,plate,52342,锦绣花园7幢,,\n",
        "region,kind,id,place,lon,lat\n9901,plate,52341,锦绣花园3幢,112.81001,23.1\n"
        "9901,plate,52342,锦绣花园5幢,,\n",
        "region,kind,id,place,lon,lat,precision\n9901,plate,52341,锦绣花园3幢,112.81,23.1,B\n"
        "9901,plate,52342,锦绣花园5幢,,,\n",
        "region,kind,id,place,lon,lat\n9902,plate,52341,锦绣花园3幢,112.81,23.1\n"
        "9901,plate,52342,锦绣花园5幢,,\n",
    };
    Arena *arena = arena_new(65536);
    (void)state;
    Text first = digest_of(arena, LEDGER_ASSETS, FIRST);
    assert_true(text_equal(first, digest_of(arena, LEDGER_ASSETS, SAME)));
    for (size_t i = 0; i < sizeof OTHERS / sizeof OTHERS[0]; i++)
        assert_false(text_equal(first, digest_of(arena, LEDGER_ASSETS, OTHERS[i])));
    arena_free(arena);
}

static void makes_every_point_wgs84(void **state)
{
    Arena *arena = arena_new(65536);
    size_t count;
    (void)state;
    /* 广州 of domain.md 6.1 in GCJ-02 and BD-09 */
    LedgerSheet *sheet = read_sheet(arena, LEDGER_ASSETS,
                                    "region,kind,id,lon,lat,datum\n"
                                    "9901,device,K1,113.269730,23.126423,GCJ-02\n"
                                    "9901,device,K2,113.276151,23.132711,BD-09\n");
    const LedgerRow *rows = ledger_sheet_rows(sheet, &count);
    assert_int_equal(count, 2);
    for (size_t i = 0; i < count; i++)
        assert_true(geo_distance_m(rows[i].point, (GeoPoint){113.2644, 23.1291, GEO_WGS84}) < 1);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_a_ledger_without_mistakes),
        cmocka_unit_test(says_what_numbers_of_assets_should_be),
        cmocka_unit_test(says_where_points_should_be),
        cmocka_unit_test(says_what_days_and_addresses_should_be),
        cmocka_unit_test(says_what_places_should_be),
        cmocka_unit_test(finds_what_concerns_several_rows),
        cmocka_unit_test(says_what_is_wrong_with_a_header),
        cmocka_unit_test(files_of_one_kind_are_one_ledger),
        cmocka_unit_test(the_digest_is_of_what_the_rows_say),
        cmocka_unit_test(makes_every_point_wgs84),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
