#include "domain/mapping_finding.h"
#include "domain/mapping_language.h"
#include "domain/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* That the tables are whole: what the reader knows is explained in both tongues, under one name each. */

static bool has_text(const char *text)
{
    return text != NULL && *text != '\0';
}

static bool is_chinese(const char *text)
{
    for (; text != NULL && *text != '\0'; text++)
        if ((unsigned char)*text >= 0xE3 && (unsigned char)*text <= 0xE9)
            return true;
    return false;
}

static void every_key_is_explained_in_both_tongues(void **state)
{
    (void)state;
    for (int section = 0; section < LANGUAGE_SECTIONS; section++) {
        size_t count;
        const LanguageKey *keys = language_keys((LanguageSection)section, &count);
        assert_true(count >= 3);
        for (size_t i = 0; i < count; i++) {
            assert_true(has_text(keys[i].name) && has_text(keys[i].help));
            assert_true(is_chinese(keys[i].help_zh));
            assert_false(is_chinese(keys[i].name));
            for (size_t j = 0; j < i; j++)
                assert_string_not_equal(keys[i].name, keys[j].name);
        }
    }
}

static void a_key_names_its_words_or_none(void **state)
{
    (void)state;
    for (int section = 0; section < LANGUAGE_SECTIONS; section++) {
        size_t count;
        const LanguageKey *keys = language_keys((LanguageSection)section, &count);
        for (size_t i = 0; i < count; i++) {
            bool chooses = keys[i].type == TYPE_WORD || keys[i].type == TYPE_WORDS;
            assert_int_equal(chooses, keys[i].words != LANGUAGE_WORDS);
            /* what is required has no other value that holds without it */
            assert_false(keys[i].required && keys[i].otherwise != NULL);
        }
    }
}

static void every_word_is_explained_in_both_tongues(void **state)
{
    (void)state;
    for (int words = 0; words < LANGUAGE_WORDS; words++) {
        size_t count;
        const LanguageWord *list = language_words((LanguageWords)words, &count);
        assert_true(count > 0);
        for (size_t i = 0; i < count; i++) {
            assert_true(has_text(list[i].word) && has_text(list[i].help));
            assert_true(has_text(list[i].help_zh));
            for (size_t j = 0; j < i; j++)
                assert_string_not_equal(list[i].word, list[j].word);
        }
    }
    size_t none;
    language_words(LANGUAGE_WORDS, &none);
    assert_int_equal(none, 0);
}

static void the_last_kind_is_the_one_fields_cannot_name(void **state)
{
    (void)state;
    size_t count;
    const LanguageWord *kinds = language_words(WORDS_KIND, &count);
    assert_string_equal(kinds[count - 1].word, "ignore");
}

static void closed_lists_belong_to_targets(void **state)
{
    (void)state;
    static const char *const CLOSED[] = {"level",        "urgency",       "status",
                                         "satisfaction", "finder_kind",   "reporter_kind",
                                         "on_off",       "return_reason", "recheck_result"};
    size_t count;
    for (size_t i = 0; i < sizeof(CLOSED) / sizeof(CLOSED[0]); i++) {
        assert_non_null(language_values(CLOSED[i], &count));
        assert_true(count >= 2);
        assert_true(report_field(text_from(CLOSED[i]))->mappable);
    }
    assert_null(language_values("title", &count));
    assert_int_equal(count, 0);
    /* domain.md 9.4 */
    const LanguageWord *states = language_values("status", &count);
    assert_int_equal(count, 10);
    assert_int_equal(states[0].value, 10);
    assert_string_equal(states[9].word, "95");
}

static void every_rule_is_explained_under_a_name_of_its_own(void **state)
{
    (void)state;
    for (int i = 0; i < FINDING_RULES; i++) {
        const FindingRuleHelp *rule = mapping_finding_rule((FindingRule)i);
        assert_non_null(rule->name);
        assert_true(has_text(rule->help) && is_chinese(rule->help_zh));
        for (int j = 0; j < i; j++)
            assert_string_not_equal(rule->name, mapping_finding_rule((FindingRule)j)->name);
    }
}

static void both_pages_have_the_same_tables(void **state)
{
    (void)state;
    Arena *arena = arena_new(65536);
    TextBuilder english = builder_new(arena);
    TextBuilder chinese = builder_new(arena);
    language_write(TONGUE_ENGLISH, &english);
    language_write(TONGUE_CHINESE, &chinese);
    assert_true(text_starts(builder_view(&english), TEXT("# The mapping language\n")));
    assert_true(text_starts(builder_view(&chinese), TEXT("# 映射语言\n")));
    size_t rows[2] = {0, 0};
    const Text pages[2] = {builder_view(&english), builder_view(&chinese)};
    for (int page = 0; page < 2; page++)
        for (size_t at = 0; (at = text_find(pages[page], TEXT("\n| "), at)) != SIZE_MAX; at++)
            rows[page]++;
    assert_true(rows[0] > 250);
    assert_int_equal(rows[0], rows[1]);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_is_explained_in_both_tongues),
        cmocka_unit_test(a_key_names_its_words_or_none),
        cmocka_unit_test(every_word_is_explained_in_both_tongues),
        cmocka_unit_test(the_last_kind_is_the_one_fields_cannot_name),
        cmocka_unit_test(closed_lists_belong_to_targets),
        cmocka_unit_test(every_rule_is_explained_under_a_name_of_its_own),
        cmocka_unit_test(both_pages_have_the_same_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
