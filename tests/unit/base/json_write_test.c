#include "base/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

typedef struct Fixture {
    Arena *arena;
    TextBuilder out;
} Fixture;

static Fixture begin(void)
{
    Fixture fixture = {.arena = arena_new(512)};
    fixture.out = builder_new(fixture.arena);
    return fixture;
}

static void finish(Fixture *fixture, const char *want)
{
    Text got = builder_view(&fixture->out);
    if (!text_is(got, want)) {
        fail_msg("got %.*s, want %s", TEXT_ARGS(got), want);
    }
    arena_free(fixture->arena);
}

static void escapes_what_json_demands(void **state)
{
    (void)state;
    Fixture fixture = begin();
    js_write_text(&fixture.out, TEXT("a\"b\\c\n\r\t\x01/电梯𠮷\0z"));
    finish(&fixture, "\"a\\\"b\\\\c\\n\\r\\t\\u0001/电梯𠮷\\u0000z\"");
}

static void repairs_broken_bytes(void **state)
{
    (void)state;
    Fixture fixture = begin();
    js_write_text(&fixture.out, TEXT("a\xFF\xE7\x94z"));
    finish(&fixture, "\"a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDz\"");
}

static void puts_commas_between_members(void **state)
{
    (void)state;
    Fixture fixture = begin();
    builder_char(&fixture.out, '{');
    js_write_key(&fixture.out, TEXT("a"));
    builder_char(&fixture.out, '{');
    js_write_key(&fixture.out, TEXT("b"));
    js_write_text(&fixture.out, TEXT("{"));
    js_write_key(&fixture.out, TEXT("c"));
    js_write_text(&fixture.out, TEXT_ABSENT);
    builder_char(&fixture.out, '}');
    js_write_key(&fixture.out, TEXT("d"));
    builder_int(&fixture.out, -5);
    builder_char(&fixture.out, '}');
    finish(&fixture, "{\"a\":{\"b\":\"{\",\"c\":\"\"},\"d\":-5}");
}

static void writes_the_shortest_digits_that_read_back(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *want;
    } CASES[] = {
        {0.0, "0"},
        {1.0, "1"},
        {-2.5, "-2.5"},
        {0.1, "0.1"},
        {116.397500, "116.3975"},
        {0.1 + 0.2, "0.30000000000000004"},
        {1e300, "1e+300"},
        {1.0 / 3.0, "0.3333333333333333"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        Fixture fixture = begin();
        js_write_double(&fixture.out, CASES[i].value);
        double back;
        assert_true(text_to_double(builder_view(&fixture.out), &back));
        assert_true(back == CASES[i].value);
        finish(&fixture, CASES[i].want);
    }
}

static void writes_null_for_what_json_cannot_say(void **state)
{
    (void)state;
    Fixture fixture = begin();
    js_write_double(&fixture.out, __builtin_inf());
    js_write_double(&fixture.out, __builtin_nan(""));
    finish(&fixture, "nullnull");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escapes_what_json_demands),
        cmocka_unit_test(repairs_broken_bytes),
        cmocka_unit_test(puts_commas_between_members),
        cmocka_unit_test(writes_the_shortest_digits_that_read_back),
        cmocka_unit_test(writes_null_for_what_json_cannot_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
