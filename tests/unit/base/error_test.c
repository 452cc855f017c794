#include "base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void keeps_the_first_failure(void **state)
{
    (void)state;
    Error error = {0};
    assert_false(error_set(&error, ERROR_RETRY, "could not reach \"%s\"", "db"));
    assert_false(error_set_at(&error, ERROR_REJECT, "type", "/a", "later"));
    assert_int_equal(error.verdict, ERROR_RETRY);
    assert_string_equal(error.text, "could not reach \"db\"");
    assert_string_equal(error.rule, "");
    assert_string_equal(error.pointer, "");
}

static void carries_rule_and_pointer(void **state)
{
    (void)state;
    Error error = {0};
    assert_false(error_set_at(&error, ERROR_REJECT, "required", "/a/b", "no %d", 7));
    assert_int_equal(error.verdict, ERROR_REJECT);
    assert_string_equal(error.rule, "required");
    assert_string_equal(error.pointer, "/a/b");
    assert_string_equal(error.text, "no 7");
    error_clear(&error);
    assert_int_equal(error.verdict, ERROR_NONE);
    assert_false(error_set_at(&error, ERROR_REJECT, NULL, NULL, "without"));
    assert_string_equal(error.rule, "");
    assert_string_equal(error.pointer, "");
}

static void prefixes_only_a_failure_that_is_set(void **state)
{
    (void)state;
    Error error = {0};
    assert_false(error_prefix(&error, "nothing"));
    assert_int_equal(error.verdict, ERROR_NONE);
    assert_string_equal(error.text, "");
    error_set(&error, ERROR_FATAL, "no such key");
    error_prefix(&error, "%s:%d", "a.cfg", 12);
    assert_string_equal(error.text, "a.cfg:12: no such key");
    assert_int_equal(error.verdict, ERROR_FATAL);
}

/* 239 bytes are room for 79 characters of three bytes, and two bytes stay free rather than be half a character. */
static void cuts_between_characters(void **state)
{
    (void)state;
    char han[300] = "";
    for (size_t i = 0; i < 99; i++) {
        memcpy(han + 3 * i, "梯", 3);
    }
    Error error = {0};
    error_set_at(&error, ERROR_REJECT, "a rule that is longer than the room for it", han, "%s",
                 han);
    assert_int_equal(strlen(error.text), 79 * 3);
    assert_int_equal(strlen(error.pointer), 39 * 3);
    assert_string_equal(error.rule, "a rule that is longer t");
    assert_memory_equal(error.text, han, 79 * 3);

    error_prefix(&error, "x");
    assert_int_equal(strlen(error.text), 3 + 78 * 3);

    error_clear(&error);
    error_set(&error, ERROR_REJECT, "%0500d", 1);
    assert_int_equal(strlen(error.text), 239);
}

static void leaves_a_text_that_just_fits(void **state)
{
    (void)state;
    char text[240];
    memset(text, 'a', 239);
    memcpy(text + 236, "梯", 4);
    Error error = {0};
    error_set(&error, ERROR_REJECT, "%s", text);
    assert_string_equal(error.text, text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_the_first_failure),
        cmocka_unit_test(carries_rule_and_pointer),
        cmocka_unit_test(prefixes_only_a_failure_that_is_set),
        cmocka_unit_test(cuts_between_characters),
        cmocka_unit_test(leaves_a_text_that_just_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
