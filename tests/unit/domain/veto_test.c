/* Which vetoes two reports give occasion to: both must say something of the kind. */
#include "scorer_fixture.h"

#include "domain/veto.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define BIT(kind) (1u << (kind))

static uint32_t
tested(void **state, const char *code, const char *ours, const char *code_b, const char *theirs)
{
    const Fixture *fixture = *state;
    Evidence a = fixture_evidence(fixture, code, ours);
    Evidence b = fixture_evidence(fixture, code_b, theirs);
    return veto_tested(fixture->model, &a, &b);
}

static void places_are_tested_as_far_as_both_name_them(void **state)
{
    const uint32_t relation = BIT(VETO_RELATION);
    assert_int_equal(tested(state, "A02", "锦绣花园", "A02", "锦绣花园3幢2单元"), relation);
    assert_int_equal(tested(state, "A02", "锦绣花园3幢", "A02", "锦绣花园3幢2单元"),
                     relation | BIT(VETO_BUILDING));
    assert_int_equal(tested(state, "A02", "锦绣花园5幢1单元", "A02", "锦绣花园3幢2单元"),
                     relation | BIT(VETO_BUILDING) | BIT(VETO_UNIT));
    assert_int_equal(tested(state, "E07", "建设路128号", "E07", "建设路130号"),
                     relation | BIT(VETO_BUILDING));
    assert_int_equal(tested(state, "E07", "建设路", "E07", "建设路130号"), relation);
}

/* One fire is seen from many buildings, by many devices. */
static void an_area_tests_classes_and_no_place(void **state)
{
    const Fixture *fixture = *state;
    Evidence a = fixture_evidence(fixture, "C01", "锦绣花园3幢2单元");
    Evidence b = fixture_evidence(fixture, "A02", "锦绣花园5幢1单元");
    fixture_add_asset(&a, ASSET_DEVICE, "D-1", true);
    fixture_add_asset(&b, ASSET_DEVICE, "D-2", true);
    assert_int_equal(veto_tested(fixture->model, &a, &b), BIT(VETO_RELATION) | BIT(VETO_CLASS));
}

static void numbers_of_one_kind_are_tested(void **state)
{
    const Fixture *fixture = *state;
    Evidence a = fixture_evidence(fixture, "A02", "锦绣花园");
    Evidence b = fixture_evidence(fixture, "A02", "锦绣花园");
    fixture_add_asset(&a, ASSET_PLATE, "990011", true);
    assert_int_equal(veto_tested(fixture->model, &a, &b), BIT(VETO_RELATION));
    fixture_add_asset(&b, ASSET_COMPONENT, "9901010103000039", true);
    assert_int_equal(veto_tested(fixture->model, &a, &b), BIT(VETO_RELATION));
    fixture_add_asset(&b, ASSET_PLATE, "990011", false);
    assert_int_equal(veto_tested(fixture->model, &a, &b), BIT(VETO_RELATION) | BIT(VETO_ASSET));
}

static void an_unknown_class_tests_no_relation(void **state)
{
    assert_int_equal(tested(state, "J03", "锦绣花园", "A02", "锦绣花园"), 0);
}

static void every_veto_has_a_name(void **state)
{
    (void)state;
    static const char *const WANT[VETO_KINDS] = {"asset",    "building", "unit",
                                                 "relation", "class",    "person"};
    for (int kind = 0; kind < VETO_KINDS; kind++)
        assert_string_equal(veto_name((VetoKind)kind), WANT[kind]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_are_tested_as_far_as_both_name_them),
        cmocka_unit_test(an_area_tests_classes_and_no_place),
        cmocka_unit_test(numbers_of_one_kind_are_tested),
        cmocka_unit_test(an_unknown_class_tests_no_relation),
        cmocka_unit_test(every_veto_has_a_name),
    };
    return cmocka_run_group_tests(tests, fixture_set_up, fixture_tear_down);
}
