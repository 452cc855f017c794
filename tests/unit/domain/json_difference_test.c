#include "domain/json_difference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* "pointer:expected:found" of each difference, with '|' between them. */
static void check(const char *expected, const char *found, const char *want)
{
    Arena *arena = arena_new(4096);
    JsDocument *a = NULL;
    JsDocument *b = NULL;
    Error error = {0};
    JsonDifference *items = NULL;
    assert_true(js_parse(text_from(expected), &a, &error) &&
                js_parse(text_from(found), &b, &error));
    size_t count = json_difference(js_root(a), js_root(b), arena, &items);
    TextBuilder out = builder_new(arena);
    for (size_t i = 0; i < count; i++)
        builder_format(&out, "%s%.*s:%.*s:%.*s", i > 0 ? "|" : "", TEXT_ARGS(items[i].pointer),
                       TEXT_ARGS(items[i].expected), TEXT_ARGS(items[i].found));
    assert_string_equal(out.data != NULL ? out.data : "", want);
    js_close(a);
    js_close(b);
    arena_free(arena);
}

static void finds_none_in_equal_values(void **state)
{
    (void)state;
    check("{\"a\":1,\"b\":[true,null,\"x\"]}", "{\"b\":[true,null,\"x\"],\"a\":1}", "");
    check("[113.2644,23.1291]", "[113.26440000004,23.12909999]", "");
    check("1.0", "1", "");
    check("12345678901234567890", "12345678901234567890", "");
}

static void names_the_place_and_both_values(void **state)
{
    (void)state;
    check("{\"a\":{\"b\":[1,2]}}", "{\"a\":{\"b\":[1,3]}}", "/a/b/1:2:3");
    check("{\"a/b\":\"x\"}", "{\"a/b\":\"y\"}", "/a~1b:\"x\":\"y\"");
    check("{\"a\":1}", "{\"b\":1}", "/a:1:|/b::1");
    check("[1,2]", "[1]", "/1:2:");
    check("[]", "[{\"x\":1}]", "/0::{\"x\":1}");
    check("true", "false", ":true:false");
    check("\"1\"", "1", ":\"1\":1");
    check("113.26440", "113.26441", ":113.26440:113.26441");
    check("12345678901234567890", "12345678901234567891",
          ":12345678901234567890:12345678901234567891");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_none_in_equal_values),
        cmocka_unit_test(names_the_place_and_both_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
