#include "base/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static JsDocument *parse(const char *text)
{
    Error error = {0};
    JsDocument *document;
    if (!js_parse(text_from(text), &document, &error)) {
        fail_msg("%s: %s", text, error.text);
    }
    return document;
}

static void reads_a_nested_value(void **state)
{
    (void)state;
    JsDocument *document =
        parse("{\"order\": {\"no\": 7, \"tags\": [\"a\", \"b\"]}, \"open\": true, \"x\": null}");
    const JsValue *root = js_root(document);
    assert_int_equal(js_type(root), JS_OBJECT);
    assert_int_equal(js_count(root), 3);
    const JsValue *order = js_member(root, TEXT("order"));
    assert_int_equal(js_type(js_member(order, TEXT("no"))), JS_NUMBER);
    const JsValue *tags = js_member(order, TEXT("tags"));
    assert_int_equal(js_count(tags), 2);
    assert_true(text_is(js_text(js_element(tags, 1)), "b"));
    assert_null(js_element(tags, 2));
    assert_int_equal(js_type(js_member(root, TEXT("open"))), JS_TRUE);
    assert_int_equal(js_type(js_member(root, TEXT("x"))), JS_NULL);
    assert_non_null(js_member(root, TEXT("x")));
    js_close(document);
}

static void answers_absent_for_what_is_not_there(void **state)
{
    (void)state;
    JsDocument *document = parse("[1]");
    const JsValue *root = js_root(document);
    size_t cursor = 0;
    Text key;
    const JsValue *value;
    assert_null(js_member(root, TEXT("a")));
    assert_null(js_member(NULL, TEXT("a")));
    assert_null(js_element(NULL, 0));
    assert_int_equal(js_type(NULL), JS_NULL);
    assert_int_equal(js_count(NULL), 0);
    assert_true(text_is_absent(js_text(NULL)));
    assert_true(text_is_absent(js_text(js_element(root, 0))));
    assert_true(text_is_absent(js_scalar_text(NULL)));
    assert_true(text_is_absent(js_scalar_text(root)));
    assert_false(js_each(root, &cursor, &key, &value));
    js_close(document);
    js_close(NULL);
}

static void keeps_numbers_as_they_were_written(void **state)
{
    (void)state;
    static const char *const NUMBERS[] = {
        "0",        "-0",     "7",      "99010120260201083000", /* a record number of 20 digits */
        "12.50",    "1e3",    "1E+300", "-123456789012345678901234567890.5",
        "0.000000", "1e9999", "116.39", "9223372036854775808",
    };
    for (size_t i = 0; i < sizeof NUMBERS / sizeof NUMBERS[0]; i++) {
        char text[100];
        snprintf(text, sizeof text, " { \"a\" : [ %s , %s ] } ", NUMBERS[i], NUMBERS[i]);
        JsDocument *document = parse(text);
        const JsValue *list = js_member(js_root(document), TEXT("a"));
        for (size_t j = 0; j < 2; j++) {
            assert_int_equal(js_type(js_element(list, j)), JS_NUMBER);
            assert_true(text_is(js_scalar_text(js_element(list, j)), NUMBERS[i]));
            assert_true(text_is_absent(js_text(js_element(list, j))));
        }
        js_close(document);
        document = parse(NUMBERS[i]);
        assert_true(text_is(js_scalar_text(js_root(document)), NUMBERS[i]));
        js_close(document);
    }
}

/* The marker of numbers inside the tree must not be forgeable, nor touch texts that look like numbers. */
static void never_takes_a_text_for_a_number(void **state)
{
    (void)state;
    JsDocument *document = parse("[\"\x7Fn12\", \"\\u007fn12\", \"\\u007Ft\", \"12\", \"a 12\", "
                                 "\"\\\"12\", \"\x7F\", \"\\\\\", 5]");
    const JsValue *root = js_root(document);
    static const char *const WANT[] = {"\x7Fn12", "\x7Fn12", "\x7Ft", "12",
                                       "a 12",    "\"12",    "\x7F",  "\\"};
    for (size_t i = 0; i < sizeof WANT / sizeof WANT[0]; i++) {
        assert_int_equal(js_type(js_element(root, i)), JS_TEXT);
        assert_true(text_is(js_text(js_element(root, i)), WANT[i]));
        assert_true(text_is(js_scalar_text(js_element(root, i)), WANT[i]));
    }
    assert_int_equal(js_type(js_element(root, 8)), JS_NUMBER);
    js_close(document);

    document = parse("{\"\x7Fn1\": 1, \"\\u007ft\" : \"\x7Ft\"}");
    assert_true(text_is(js_scalar_text(js_member(js_root(document), TEXT("\x7Fn1"))), "1"));
    assert_true(text_is(js_text(js_member(js_root(document), TEXT("\x7Ft"))), "\x7Ft"));
    js_close(document);
}

static void takes_the_last_of_two_equal_keys(void **state)
{
    (void)state;
    JsDocument *document = parse("{\"a\":1,\"b\":2,\"a\":3}");
    assert_int_equal(js_count(js_root(document)), 2);
    assert_true(text_is(js_scalar_text(js_member(js_root(document), TEXT("a"))), "3"));
    js_close(document);
}

static void keeps_escaped_nul(void **state)
{
    (void)state;
    JsDocument *document = parse("\"a\\u0000b\"");
    assert_true(text_equal(js_text(js_root(document)), TEXT("a\0b")));
    js_close(document);
}

static void walks_members_in_the_order_written(void **state)
{
    (void)state;
    JsDocument *document = parse("{\"z\":1,\"a\":2,\"m\":3,\"b\":4}");
    static const char *const ORDER[] = {"z", "a", "m", "b"};
    size_t cursor = 0;
    size_t seen = 0;
    Text key;
    const JsValue *value;
    while (js_each(js_root(document), &cursor, &key, &value)) {
        assert_true(seen < 4);
        assert_true(text_is(key, ORDER[seen]));
        int64_t number = 0;
        assert_true(text_to_int64(js_scalar_text(value), &number));
        assert_int_equal(number, (int64_t)seen + 1);
        seen++;
    }
    assert_int_equal(seen, 4);
    assert_false(js_each(js_root(document), &cursor, &key, &value));
    js_close(document);

    document = parse("{}");
    cursor = 0;
    assert_false(js_each(js_root(document), &cursor, &key, &value));
    js_close(document);
}

static void finds_long_keys_and_none_with_a_nul(void **state)
{
    (void)state;
    char text[700] = "{\"";
    memset(text + 2, 'k', 600);
    snprintf(text + 602, sizeof text - 602, "\":1,\"a\":2}");
    JsDocument *document = parse(text);
    assert_non_null(js_member(js_root(document), (Text){text + 2, 600}));
    assert_null(js_member(js_root(document), (Text){text + 2, 599}));
    assert_null(js_member(js_root(document), TEXT("a\0b")));
    assert_null(js_member(js_root(document), TEXT_ABSENT));
    js_close(document);
}

static void refuse(const char *text, const char *want)
{
    Error error = {0};
    JsDocument *document = (JsDocument *)&error;
    assert_false(js_parse(text_from(text), &document, &error));
    assert_null(document);
    assert_int_equal(error.verdict, ERROR_REJECT);
    assert_string_equal(error.rule, "syntax");
    assert_string_equal(error.text, want);
}

static void names_line_and_column_of_a_mistake(void **state)
{
    (void)state;
    refuse("", "line 1, column 1: the text ends before the value does");
    refuse("{", "line 1, column 2: the text ends before the value does");
    refuse("{\"a\": 1}\nx", "line 2, column 1: something follows the value");
    refuse("{\"a\": 1,\n \"b\": bad}", "line 2, column 9: not JSON");
    refuse("{\"number\": 12, \"名\": 13,\n \"b\" 1}", "line 2, column 6: not JSON");
    refuse("[1, 2, 3, \"x\xFF\"]", "line 1, column 13: bytes that are not UTF-8");
    refuse("{\"a\\u0000b\": 1}", "line 1, column 11: a member name holds U+0000");
}

static void refuses_what_is_no_number(void **state)
{
    (void)state;
    static const char *const WRONG[] = {
        "01",  "-",    "1.",  ".5", "+1",  "1e",    "1e+", "--1", "0x10",  "1.e1",
        "NaN", "-Inf", "1 2", "1,", "-01", "1.2.3", "12a", "1_0", "{1:2}", "{\"a\":1,2:3}"};
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        char text[50];
        Error error = {0};
        JsDocument *document;
        snprintf(text, sizeof text, "[%s]", WRONG[i]);
        if (js_parse(text_from(text), &document, &error)) {
            fail_msg("%s was taken for JSON", text);
        }
        error_clear(&error);
        assert_false(js_parse(text_from(WRONG[i]), &document, &error));
    }
}

/* jansson stops reading at a NUL byte; what stands behind it must not get through unseen. */
static void refuses_a_nul_byte_outside_texts(void **state)
{
    (void)state;
    static const Text WRONG[] = {TEXT("{\"a\":1}\0{\"a\":2}"), TEXT("1\0"), TEXT("[1,\0 2]"),
                                 TEXT("\0"), TEXT("\"a\0b\"")};
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        Error error = {0};
        JsDocument *document;
        assert_false(js_parse(WRONG[i], &document, &error));
        assert_string_equal(error.rule, "syntax");
    }
}

/* A message of an error may go to a log: it must not hold a value. */
static void never_quotes_the_input(void **state)
{
    (void)state;
    static const char *const WRONG[] = {"{\"tel\": 19900001234 19900001234}", "[secret19900001234]",
                                        "{\"tel\": \"19900001234}", "{19900001234: 1}"};
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        Error error = {0};
        JsDocument *document;
        assert_false(js_parse(text_from(WRONG[i]), &document, &error));
        assert_null(strstr(error.text, "1990"));
        assert_null(strstr(error.text, "secret"));
    }
}

static void limits_the_depth(void **state)
{
    (void)state;
    char text[200];
    memset(text, '[', 64);
    memset(text + 64, ']', 64);
    text[128] = '\0';
    js_close(parse(text));
    memset(text, '[', 65);
    memset(text + 65, ']', 65);
    text[130] = '\0';
    refuse(text, "line 1, column 65: nested deeper than 64 levels");
    js_close(parse("[\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"]"));
}

static void dumps_what_it_read(void **state)
{
    (void)state;
    static const char COMPACT[] =
        "{\"a\":[1,2.50,-0,99010120260201083000],\"b\":{\"c\":\"x\\\"y\",\"d\":null},"
        "\"e\":true,\"f\":false,\"g\":[],\"h\":{},\"i\":\"\\u007fn1\",\"电梯\":\"a\\u0000\"}";
    Arena *arena = arena_new(1024);
    JsDocument *document = parse(COMPACT);
    Text dumped = js_dump(js_root(document), arena);
    assert_true(text_is(dumped, COMPACT));
    js_close(document);
    arena_free(arena);
}

/* The document and most of the answers of RFC 6901, section 5. */
static void resolves_json_pointers(void **state)
{
    (void)state;
    JsDocument *document = parse("{\"foo\": [\"bar\", \"baz\"], \"\": 0, \"a/b\": 1, \"c%d\": 2,"
                                 "\"e^f\": 3, \"g|h\": 4, \"i\\\\j\": 5, \"k\\\"l\": 6, \" \": 7,"
                                 "\"m~n\": 8, \"o\": {\"p/~\": {\"q\": 9}}}");
    static const struct {
        const char *pointer, *want;
    } CASES[] = {
        {"/foo/0", "bar"},
        {"/", "0"},
        {"/a~1b", "1"},
        {"/c%d", "2"},
        {"/e^f", "3"},
        {"/g|h", "4"},
        {"/i\\j", "5"},
        {"/k\"l", "6"},
        {"/ ", "7"},
        {"/m~0n", "8"},
        {"/o/p~1~0/q", "9"},
        {"/foo/1", "baz"},
        {"/foo/2", NULL},
        {"/foo/01", NULL},
        {"/foo/-", NULL},
        {"/foo/+1", NULL},
        {"foo", NULL},
        {"/foo/0/x", NULL},
        {"/m~n", NULL},
        {"/m~2n", NULL},
        {"/a/b", NULL},
        {"/o/p~1~0/", NULL},
        {"/foo/18446744073709551616", NULL},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        Text got = js_scalar_text(js_pointer(js_root(document), text_from(CASES[i].pointer)));
        if (text_is_absent(got) != (CASES[i].want == NULL) ||
            !text_equal(got, text_from(CASES[i].want))) {
            fail_msg("%s gave %.*s", CASES[i].pointer, TEXT_ARGS(got));
        }
    }
    assert_ptr_equal(js_pointer(js_root(document), TEXT("")), js_root(document));
    assert_null(js_pointer(NULL, TEXT("/a")));
    js_close(document);
}

static void appends_escaped_tokens(void **state)
{
    (void)state;
    Arena *arena = arena_new(256);
    TextBuilder pointer = builder_new(arena);
    js_pointer_append(&pointer, TEXT("a"));
    js_pointer_append(&pointer, TEXT("b/c~d"));
    js_pointer_append(&pointer, TEXT(""));
    assert_true(text_is(builder_view(&pointer), "/a/b~1c~0d/"));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_nested_value),
        cmocka_unit_test(answers_absent_for_what_is_not_there),
        cmocka_unit_test(keeps_numbers_as_they_were_written),
        cmocka_unit_test(never_takes_a_text_for_a_number),
        cmocka_unit_test(takes_the_last_of_two_equal_keys),
        cmocka_unit_test(keeps_escaped_nul),
        cmocka_unit_test(walks_members_in_the_order_written),
        cmocka_unit_test(finds_long_keys_and_none_with_a_nul),
        cmocka_unit_test(names_line_and_column_of_a_mistake),
        cmocka_unit_test(refuses_what_is_no_number),
        cmocka_unit_test(refuses_a_nul_byte_outside_texts),
        cmocka_unit_test(never_quotes_the_input),
        cmocka_unit_test(limits_the_depth),
        cmocka_unit_test(dumps_what_it_read),
        cmocka_unit_test(resolves_json_pointers),
        cmocka_unit_test(appends_escaped_tokens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
