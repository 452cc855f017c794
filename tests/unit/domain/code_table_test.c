#include "domain/code_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static CodeTable table_of(Arena *arena, CodeRow *rows, size_t count, bool prefix)
{
    CodeTable table = {.rows = rows, .count = count, .prefix = prefix};
    code_table_index(&table, arena);
    return table;
}

static const char *meaning(const CodeTable *table, const char *code)
{
    const CodeRow *row = code_table_find(table, text_from(code));
    return row != NULL ? row->to.data : "";
}

static void finds_exact_codes_only(void **state)
{
    (void)state;
    Arena *arena = arena_new(4096);
    CodeRow rows[] = {{.from = TEXT("0601"), .to = TEXT("E01")},
                      {.from = TEXT("06"), .to = TEXT("E02")}};
    CodeTable table = table_of(arena, rows, 2, false);
    assert_string_equal(meaning(&table, "0601"), "E01");
    assert_string_equal(meaning(&table, "06"), "E02");
    assert_string_equal(meaning(&table, "060"), "");
    assert_string_equal(meaning(&table, ""), "");
    arena_free(arena);
}

static void prefers_the_longest_prefix(void **state)
{
    (void)state;
    Arena *arena = arena_new(4096);
    CodeRow rows[] = {{.from = TEXT("1"), .to = TEXT("a")},
                      {.from = TEXT("1001"), .to = TEXT("b")},
                      {.from = TEXT("100105"), .to = TEXT("c")}};
    CodeTable table = table_of(arena, rows, 3, true);
    assert_string_equal(meaning(&table, "100105"), "c");
    assert_string_equal(meaning(&table, "1001059"), "c");
    assert_string_equal(meaning(&table, "100199"), "b");
    assert_string_equal(meaning(&table, "1002"), "a");
    assert_string_equal(meaning(&table, "2"), "");
    assert_string_equal(meaning(&table, ""), "");
    arena_free(arena);
}

static void takes_the_first_of_two_equal_rows(void **state)
{
    (void)state;
    Arena *arena = arena_new(4096);
    CodeRow rows[] = {{.from = TEXT("1"), .to = TEXT("a")}, {.from = TEXT("1"), .to = TEXT("b")}};
    CodeTable table = table_of(arena, rows, 2, false);
    assert_string_equal(meaning(&table, "1"), "a");
    arena_free(arena);
}

static void finds_each_of_a_thousand(void **state)
{
    (void)state;
    Arena *arena = arena_new(65536);
    CodeRow *rows = ARENA_ARRAY(arena, CodeRow, 1000);
    for (int i = 0; i < 1000; i++)
        rows[i] =
            (CodeRow){.from = text_format(arena, "%d", i * 7), .to = text_format(arena, "t%d", i)};
    CodeTable table = table_of(arena, rows, 1000, false);
    for (int i = 0; i < 7000; i++) {
        const CodeRow *row = code_table_find(&table, text_format(arena, "%d", i));
        assert_ptr_equal(row, i % 7 == 0 ? &rows[i / 7] : NULL);
    }
    arena_free(arena);
}

static void finds_nothing_in_an_empty_table(void **state)
{
    (void)state;
    Arena *arena = arena_new(4096);
    CodeTable table = table_of(arena, NULL, 0, true);
    assert_null(code_table_find(&table, TEXT("1")));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_exact_codes_only),
        cmocka_unit_test(prefers_the_longest_prefix),
        cmocka_unit_test(takes_the_first_of_two_equal_rows),
        cmocka_unit_test(finds_each_of_a_thousand),
        cmocka_unit_test(finds_nothing_in_an_empty_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
