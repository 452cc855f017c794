#include "domain/mapping_pointer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* The document of RFC 6901, section 5, and a list of handlers. */
static const char DOCUMENT[] =
    "{\"foo\":[\"bar\",\"baz\"],\"\":0,\"a/b\":1,\"c%d\":2,\"e^f\":3,\"g|h\":4,\"i\\\\j\":5,"
    "\"k\\\"l\":6,\" \":7,\"m~n\":8,"
    "\"h\":[{\"main\":1,\"dept\":\"x\"},{\"main\":0,\"dept\":\"y\"},{\"main\":0,\"dept\":\"z\"}]}";

typedef struct Fixture {
    Arena *arena;
    JsDocument *document;
} Fixture;

static int set_up(void **state)
{
    static Fixture fixture;
    Error error = {0};
    fixture.arena = arena_new(4096);
    *state = &fixture;
    return js_parse(text_from(DOCUMENT), &fixture.document, &error) ? 0 : -1;
}

static int tear_down(void **state)
{
    Fixture *fixture = *state;
    js_close(fixture->document);
    arena_free(fixture->arena);
    return 0;
}

/* The scalars found, with a comma between them. */
static Text find(const Fixture *fixture, const char *text, size_t max)
{
    MappingPointer pointer;
    Error error = {0};
    const JsValue *found[MAPPING_MATCHES_MAX];
    if (!mapping_pointer_compile(fixture->arena, text_from(text), &pointer, &error))
        fail_msg("\"%s\": %s", text, error.text);
    size_t count = mapping_pointer_find(&pointer, js_root(fixture->document), found, max);
    TextBuilder out = builder_new(fixture->arena);
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            builder_char(&out, ',');
        builder_text(&out, js_dump(found[i], fixture->arena));
    }
    return builder_view(&out);
}

static void finds_what_rfc_6901_says(void **state)
{
    static const struct {
        const char *pointer;
        const char *want;
    } CASES[] = {
        {"/foo", "[\"bar\",\"baz\"]"},
        {"/foo/0", "\"bar\""},
        {"/", "0"},
        {"/a~1b", "1"},
        {"/c%d", "2"},
        {"/e^f", "3"},
        {"/g|h", "4"},
        {"/i\\j", "5"},
        {"/k\"l", "6"},
        {"/ ", "7"},
        {"/m~0n", "8"},
        {"/foo/2", ""},
        {"/foo/00", ""},
        {"/nowhere", ""},
        {"/foo/0/x", ""},
        {"/foo/-", ""},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        Text found = find(*state, CASES[i].pointer, MAPPING_MATCHES_MAX);
        if (!text_is(found, CASES[i].want))
            fail_msg("%s: %.*s", CASES[i].pointer, TEXT_ARGS(found));
    }
}

static void finds_each_and_the_ones_where(void **state)
{
    assert_true(text_is(find(*state, "/foo/*", 10), "\"bar\",\"baz\""));
    assert_true(text_is(find(*state, "/h/*/dept", 10), "\"x\",\"y\",\"z\""));
    assert_true(text_is(find(*state, "/h/[main=1]/dept", 10), "\"x\""));
    assert_true(text_is(find(*state, "/h/[main=0]/dept", 10), "\"y\",\"z\""));
    assert_true(text_is(find(*state, "/h/[main=7]/dept", 10), ""));
    assert_true(text_is(find(*state, "/a~1b/*", 10), ""));
}

static void stops_at_the_limit(void **state)
{
    assert_true(text_is(find(*state, "/h/*/dept", 2), "\"x\",\"y\""));
}

static void refuses_what_is_no_pointer(void **state)
{
    const Fixture *fixture = *state;
    static const char *const BAD[] = {"foo", "/a~", "/a~2", "/[=1]", "/[main]"};
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
        MappingPointer pointer;
        Error error = {0};
        if (mapping_pointer_compile(fixture->arena, text_from(BAD[i]), &pointer, &error))
            fail_msg("\"%s\" was taken", BAD[i]);
        assert_int_equal(error.verdict, ERROR_REJECT);
    }
}

static bool overlap(const Fixture *fixture, const char *a, const char *b)
{
    MappingPointer x;
    MappingPointer y;
    Error error = {0};
    assert_true(mapping_pointer_compile(fixture->arena, text_from(a), &x, &error));
    assert_true(mapping_pointer_compile(fixture->arena, text_from(b), &y, &error));
    return mapping_pointer_overlaps(&x, &y);
}

static void knows_which_pointers_meet(void **state)
{
    assert_true(overlap(*state, "/a/b", "/a/b"));
    assert_true(overlap(*state, "/a", "/a/b"));
    assert_true(overlap(*state, "/a/*/b", "/a/3/b"));
    assert_true(overlap(*state, "/a/[x=1]/b", "/a/*/b"));
    assert_false(overlap(*state, "/a/*/b", "/a/x/b"));
    assert_false(overlap(*state, "/a/b", "/a/c"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(finds_what_rfc_6901_says, set_up, tear_down),
        cmocka_unit_test_setup_teardown(finds_each_and_the_ones_where, set_up, tear_down),
        cmocka_unit_test_setup_teardown(stops_at_the_limit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_what_is_no_pointer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(knows_which_pointers_meet, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
