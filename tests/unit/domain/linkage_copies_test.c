/* One sheet handed on between departments is one hazard and one witness, whatever the desks make of it. linkage.md 2. */
#include "linkage_fixture.h"

static Report sheet(const char *record_no, double day, const char *code, const char *address)
{
    Report report = city_lift(record_no, day, address);
    report.category = text_from(code);
    return report;
}

static Report copy_of(const char *origin_no, const char *source, Report report)
{
    report.origin_no = text_from(origin_no);
    report.origin_source = text_from(source);
    return report;
}

static int32_t witnesses(City *city, int64_t hazard)
{
    return hazard_count(hazard_store_get(city->store, hazard), 0).independent;
}

static void assert_quoted(const Decision *decision, const char *level)
{
    for (size_t i = 0; i < decision->best.count; i++)
        if (text_is(text_from(decision->best.items[i].comparison), "quoted")) {
            assert_string_equal(decision->best.items[i].level, level);
            return;
        }
    fail_msg("no comparison quoted");
}

/* Smoke and gas take in nothing but their kin, and a wrong house number vetoes: not where both are one sheet. */
static void joins_whatever_class_and_place_a_desk_gave_it(void **state)
{
    static const struct {
        const char *code, *address;
    } CASES[] = {
        {"A02", "锦绣花园5幢2单元"}, {"H01", "青松家园9幢"}, {"B01", "青松家园"}, {"J03", ""}};
    City *city = *state;
    Report original = sheet("FS20260926008", 1, "A02", "锦绣花园3幢2单元");
    int64_t first = city_take(city, &original, "H12345");
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        Report copy =
            copy_of("FS20260926008", "H12345", sheet("CG1", 2, CASES[i].code, CASES[i].address));
        assert_int_equal(city_take(city, &copy, "CITYMGT"), first);
        assert_int_equal(city->last.independence, TRANSFERRED);
        assert_quoted(&city->last, "copied");
    }
    assert_int_equal(witnesses(city, first), 1);
}

static void joins_its_original_that_comes_after_it(void **state)
{
    City *city = *state;
    Report copy = copy_of("FS20260926008", "H12345", sheet("CG1", 2, "H01", "青松家园9幢"));
    Report original = sheet("fs20260926008", 1, "A02", "锦绣花园3幢2单元");
    int64_t first = city_take(city, &copy, "CITYMGT");
    assert_int_equal(city_take(city, &original, "H12345"), first);
    assert_int_equal(city->last.independence, INDEPENDENT);
    assert_quoted(&city->last, "copied");
    assert_int_equal(witnesses(city, first), 1);
}

static void is_handed_on_again(void **state)
{
    City *city = *state;
    Report original = sheet("FS20260926008", 1, "A02", "锦绣花园3幢2单元");
    Report copy = copy_of("FS20260926008", "H12345", sheet("CG1", 2, "A02", "锦绣花园3幢"));
    Report again = copy_of("CG1", "CITYMGT", sheet("SC1", 3, "H01", ""));
    int64_t first = city_take(city, &original, "H12345");
    city_take(city, &copy, "CITYMGT");
    assert_int_equal(city_take(city, &again, "MKT12315"), first);
    assert_int_equal(city->last.independence, TRANSFERRED);
    assert_int_equal(witnesses(city, first), 1);
}

/* Lost, or of a department that is not joined. */
static void joins_another_copy_of_an_original_that_never_came(void **state)
{
    City *city = *state;
    Report one = copy_of("FS20260926008", "H12345", sheet("CG1", 2, "A02", "锦绣花园3幢"));
    Report other = copy_of("FS20260926008", "H12345", sheet("SC1", 3, "H01", ""));
    int64_t first = city_take(city, &one, "CITYMGT");
    assert_int_equal(city_take(city, &other, "MKT12315"), first);
    assert_quoted(&city->last, "copied");
}

static void takes_no_record_of_another_department_for_its_original(void **state)
{
    City *city = *state;
    Report grid = sheet("20260001", 1, "A02", "望江新村9幢1单元");
    Report copy = copy_of("20260001", "H12345", sheet("CG1", 2, "A02", "锦绣花园3幢"));
    int64_t first = city_take(city, &grid, "GRID");
    assert_true(city_take(city, &copy, "CITYMGT") != first);
}

/* Its number was not quoted here; the one it quotes is of another hazard. */
static void an_original_with_a_quotation_of_its_own_stays_a_witness(void **state)
{
    City *city = *state;
    Report copy = copy_of("FS20260926008", "H12345", sheet("CG1", 2, "A02", "锦绣花园3幢"));
    Report original = sheet("FS20260926008", 1, "A02", "锦绣花园3幢2单元");
    original.quoted_nos = (TextList){ARENA_NEW(city->arena, Text), 1};
    original.quoted_nos.items[0] = TEXT("FS20250101001");
    int64_t first = city_take(city, &copy, "CITYMGT");
    assert_int_equal(city_take(city, &original, "H12345"), first);
    assert_int_equal(city->last.independence, INDEPENDENT);
}

#define CITY_TEST(name_) cmocka_unit_test_setup_teardown(name_, city_set_up, city_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CITY_TEST(joins_whatever_class_and_place_a_desk_gave_it),
        CITY_TEST(joins_its_original_that_comes_after_it),
        CITY_TEST(is_handed_on_again),
        CITY_TEST(joins_another_copy_of_an_original_that_never_came),
        CITY_TEST(takes_no_record_of_another_department_for_its_original),
        CITY_TEST(an_original_with_a_quotation_of_its_own_stays_a_witness),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
