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

/* Brackets cost a jansson tree a hundred times their size. */
static void limits_the_values(void **state)
{
    (void)state;
    Arena *arena = arena_new(1 << 20);
    TextBuilder text = builder_new(arena);
    JsDocument *document;
    Error error = {0};
    builder_string(&text, "[0");
    for (int i = 0; i < JS_VALUES_MAX - 2; i++) {
        builder_string(&text, ",0");
    }
    builder_char(&text, ']');
    assert_true(js_parse(builder_view(&text), &document, &error));
    assert_int_equal(js_count(js_root(document)), JS_VALUES_MAX - 1);
    js_close(document);
    builder_truncate(&text, text.size - 1);
    builder_string(&text, ",0]");
    assert_false(js_parse(builder_view(&text), &document, &error));
    assert_string_equal(error.text,
                        "line 1, column 999999: more than 500000 values, an object counting as 4");
    arena_free(arena);
}

static Text repaired(const char *text, JsRepairs *repairs, Arena *arena)
{
    Error error = {0};
    JsDocument *document;
    if (!js_parse_repair(text_from(text), repairs, &document, &error)) {
        fail_msg("%s: %s", text, error.text);
    }
    Text dumped = js_dump(js_root(document), arena);
    js_close(document);
    return dumped;
}

static void repairs_lone_halves_of_surrogate_pairs(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want;
        bool told;
    } CASES[] = {
        {"\"井\\ud800盖\"", "\"井\xEF\xBF\xBD盖\"", true},
        {"\"\\uDFB7\"", "\"\xEF\xBF\xBD\"", true},
        {"\"\\ud842\\udfb7\"", "\"𠮷\"", false},
        {"\"\\ud842\\ud842\\udfb7\"", "\"\xEF\xBF\xBD𠮷\"", true},
        {"\"\\ud842\\n\"", "\"\xEF\xBF\xBD\\n\"", true},
        {"\"\\\\ud800\"", "\"\\\\ud800\"", false},
        {"\"\\\\\\ud800\"", "\"\\\\\xEF\xBF\xBD\"", true},
        {"{\"\\ud800\":\"\\u4e95\"}", "{\"\xEF\xBF\xBD\":\"井\"}", true},
        {"[\"\\u007fn1\\ud800\"]", "[\"\\u007fn1\xEF\xBF\xBD\"]", true},
    };
    Arena *arena = arena_new(1024);
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        JsRepairs repairs = {0};
        Text found = repaired(CASES[i].text, &repairs, arena);
        if (!text_is(found, CASES[i].want) || repairs.surrogates != CASES[i].told) {
            fail_msg("%s became %.*s", CASES[i].text, TEXT_ARGS(found));
        }
    }
    refuse("[\"\\ud800\"]", "line 1, column 9: not JSON");
    arena_free(arena);
}

static void tells_whether_a_name_stood_twice(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool told;
    } CASES[] = {
        {"{\"a\":1,\"b\":2,\"a\":3}", true},
        {"{\"a\":1,\"\\u0061\":3}", true},
        {"{\"a\":{\"c\":1,\"c\":1},\"b\":2}", true},
        {"[{\"a\":1},{\"a\":2}]", false},
        {"{\"a\":{\"a\":{\"a\":\"a\"}}}", false},
        {"{\"a\" : \":\", \"b\":\"c:\\\":\"}", false},
        {"{}", false},
        {"\"a\"", false},
    };
    Arena *arena = arena_new(1024);
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        JsRepairs repairs = {0};
        (void)repaired(CASES[i].text, &repairs, arena);
        if (repairs.keys_dropped != CASES[i].told) {
            fail_msg("%s", CASES[i].text);
        }
    }
    arena_free(arena);
}

static void puts_a_document_in_the_place_of_a_value(void **state)
{
    (void)state;
    Arena *arena = arena_new(1024);
    JsDocument *document = parse("{\"a\":\"x\",\"b\":[1,2,3],\"c\":4}");
    const JsValue *root = js_root(document);
    js_replace_member(root, TEXT("a"), parse("{\"d\":[true]}"));
    js_replace_element(js_member(root, TEXT("b")), 1, parse("\"two\""));
    assert_true(
        text_is(js_dump(root, arena), "{\"a\":{\"d\":[true]},\"b\":[1,\"two\",3],\"c\":4}"));
    js_close(document);
    arena_free(arena);
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
        cmocka_unit_test(limits_the_values),
        cmocka_unit_test(repairs_lone_halves_of_surrogate_pairs),
        cmocka_unit_test(tells_whether_a_name_stood_twice),
        cmocka_unit_test(puts_a_document_in_the_place_of_a_value),
        cmocka_unit_test(dumps_what_it_read),
        cmocka_unit_test(resolves_json_pointers),
        cmocka_unit_test(appends_escaped_tokens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
