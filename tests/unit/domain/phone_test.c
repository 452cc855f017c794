#include "domain/phone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void reads_numbers_however_written(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        PhoneKind kind;
        const char *number; /* NULL: absent */
    } CASES[] = {
        {"19900000001", PHONE_MOBILE, "19900000001"},
        {" 199-0000-0001 ", PHONE_MOBILE, "19900000001"},
        {"+86 19900000001", PHONE_MOBILE, "19900000001"},
        {"+8619900000001", PHONE_MOBILE, "19900000001"},
        {"008619900000001", PHONE_MOBILE, "19900000001"},
        {"8619900000001", PHONE_MOBILE, "19900000001"},
        {"１９９００００００ ０１", PHONE_MOBILE, "19900000001"},
        {"手机19900000001（王）", PHONE_MOBILE, "19900000001"},
        {"19900000001/19900000002", PHONE_MOBILE, "19900000001"},
        {"16600000001", PHONE_MOBILE, "16600000001"},
        {"0757-88880001", PHONE_LANDLINE, "075788880001"},
        {"（010）88880001", PHONE_LANDLINE, "01088880001"},
        {"+86 757 88880001", PHONE_LANDLINE, "075788880001"},
        {"0757-88880001-8001", PHONE_LANDLINE, "075788880001"},
        {"0757-88880001转8001", PHONE_LANDLINE, "075788880001"},
        {"88880001", PHONE_LANDLINE, "88880001"},
        {"199****0001", PHONE_MASKED, "199****0001"},
        {"199xxxx0001", PHONE_MASKED, "199****0001"},
        {"１９９＊＊＊＊０００１", PHONE_MASKED, "199****0001"},
        {"0757******01", PHONE_MASKED, "0757******01"},
        {"12345", PHONE_SERVICE, "12345"},
        {"119", PHONE_SERVICE, "119"},
        {"95598", PHONE_SERVICE, "95598"},
        {"400-000-0001", PHONE_SERVICE, "4000000001"},
        {"", PHONE_ABSENT, NULL},
        {"　 ", PHONE_ABSENT, NULL},
        {"不详", PHONE_UNREADABLE, NULL},
        {"12", PHONE_UNREADABLE, NULL},
        {"129000000011", PHONE_UNREADABLE, NULL},
        {"***", PHONE_UNREADABLE, NULL},
        {"1990000000119900000002199000000031990000", PHONE_UNREADABLE, NULL},
    };
    Arena *arena = arena_new(4096);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        Text number;
        PhoneKind kind = phone_normalise(arena, text_from(CASES[i].text), &number);
        if (kind != CASES[i].kind || !text_equal(number, text_from(CASES[i].number)) ||
            text_is_absent(number) != (CASES[i].number == NULL))
            fail_msg("\"%s\": kind %d, number \"%.*s\"", CASES[i].text, (int)kind,
                     TEXT_ARGS(number));
    }
    arena_free(arena);
}

static void masks_the_middle(void **state)
{
    (void)state;
    Arena *arena = arena_new(4096);
    assert_true(text_is(phone_mask(arena, TEXT("19900000001")), "199****0001"));
    assert_true(text_is(phone_mask(arena, TEXT("075788880001")), "0757******01"));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_numbers_however_written),
        cmocka_unit_test(masks_the_middle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
