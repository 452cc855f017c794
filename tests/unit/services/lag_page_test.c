/* Lines of a screen: what names from elsewhere may not do, and widths. */
#include "lag/lag_grid.h"

#include "base/unicode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static Arena *arena;

static Text line_text(const LagPage *page, size_t index)
{
    TextBuilder out = builder_new(arena);
    lag_page_draw(&page->lines[index], false, &out);
    return builder_view(&out);
}

static void expect_line(const LagPage *page, size_t index, const char *want)
{
    const Text text = line_text(page, index);
    if (!text_is(text, want))
        fail_msg("line %zu is \"%.*s\", not \"%s\"", index, TEXT_ARGS(text), want);
}

static void no_text_can_move_the_cursor(void **state)
{
    (void)state;
    static const char *const CASES[][2] = {
        {"a\x1b[2Jb", "a?[2Jb"},
        {"a\nb\r\tc", "a?b??c"},
        {"\x7f\xc2\x9b", "??"}, /* DEL, CSI as one byte of C1 */
        {"a\xe2\x80\x8b"
         "b",
         "a?b"}, /* no width */
        {"a\xff"
         "b",
         "a?b"},
        {"烟感 1号", "烟感 1号"},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++)
        assert_true(text_is(lag_page_clean(text_from(CASES[i][0]), arena), CASES[i][1]));
    static const uint32_t TURNS[] = {0x202A, 0x202E, 0x2066, 0x2069, 0x200E, 0x200F, 0x61C};
    for (size_t i = 0; i < sizeof(TURNS) / sizeof(TURNS[0]); i++) {
        TextBuilder name = builder_new(arena);
        builder_codepoint(&name, TURNS[i]);
        assert_true(text_is(lag_page_clean(builder_view(&name), arena), "?"));
    }
}

static void a_text_that_is_too_wide_loses_its_middle(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t width;
        const char *want;
    } CASES[] = {{"onecase.report/17", 17, "onecase.report/17"},
                 {"onecase.report/17", 12, "oneca..rt/17"},
                 {"abcdef", 2, "ab"},
                 {"abcdef", 0, ""},
                 {"数据中台消费组", 14, "数据中台消费组"},
                 {"数据中台消费组", 10, "数据..费组"},
                 {"数据中台消费组", 9, "数..费组"}};
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        const Text got = lag_page_shortened(text_from(CASES[i].text), CASES[i].width, arena);
        if (!text_is(got, CASES[i].want))
            fail_msg("case %zu: \"%.*s\"", i, TEXT_ARGS(got));
        assert_true(unicode_width(got) <= CASES[i].width);
    }
}

static void words_are_broken_at_spaces_and_characters_where_there_are_none(void **state)
{
    (void)state;
    LagPage page = lag_page(20, arena);
    lag_page_wrapped(&page, 4, LAG_PLAIN, TEXT("one two three four five"));
    lag_page_wrapped(&page, 4, LAG_PLAIN, TEXT("0123456789abcdefghij"));
    lag_page_wrapped(&page, 4, LAG_PLAIN, TEXT("数据库不接受这条记录"));
    lag_page_labelled(&page, TEXT("do"), 4, LAG_PLAIN, TEXT("systemctl start onecase-relay"));
    expect_line(&page, 0, "    one two three");
    expect_line(&page, 1, "    four five");
    expect_line(&page, 2, "    0123456789abcdef");
    expect_line(&page, 3, "    ghij");
    expect_line(&page, 4, "    数据库不接受这条");
    expect_line(&page, 5, "    记录");
    expect_line(&page, 6, "do  systemctl start");
    expect_line(&page, 7, "    onecase-relay");
    assert_int_equal(page.count, 8);
}

static void a_line_ends_at_the_edge_of_the_screen(void **state)
{
    (void)state;
    LagPage page = lag_page(5, arena);
    lag_page_line(&page);
    lag_page_text(&page, LAG_BOLD, TEXT("烟感"));
    lag_page_text(&page, LAG_BAD, TEXT("烟感")); /* two columns would not fit into the one left */
    expect_line(&page, 0, "烟感");
    lag_page_text(&page, LAG_BAD, TEXT("xyz"));
    expect_line(&page, 0, "烟感x");
    assert_int_equal(page.lines[0].width, 5);
}

static void styles_are_only_for_those_who_want_colours(void **state)
{
    (void)state;
    LagPage page = lag_page(40, arena);
    lag_page_line(&page);
    lag_page_text(&page, LAG_PLAIN, TEXT("is "));
    lag_page_text(&page, LAG_BAD, TEXT("LOST"));
    TextBuilder out = builder_new(arena);
    lag_page_draw(&page.lines[0], true, &out);
    assert_true(text_is(builder_view(&out), "is \x1b[1;31mLOST\x1b[0m"));
    expect_line(&page, 0, "is LOST");
}

static void a_grid_leaves_columns_out_before_it_shortens_names_to_nothing(void **state)
{
    (void)state;
    static const LagColumn COLUMNS[] = {
        {"NAME", false, 0}, {"WORD", false, 0}, {"LESS", true, 1}, {"LEAST", true, 2}};
    LagGrid grid = lag_grid(COLUMNS, 4, arena);
    *lag_grid_row(&grid, 0) = (LagRow){
        .cells = {TEXT("a.name.of.thirty.characters.yes"), TEXT("OK"), TEXT("1"), TEXT("2")},
        .note = {TEXT("said"), TEXT("because"), TEXT("act")}};
    *lag_grid_row(&grid, 1) =
        (LagRow){.cells = {TEXT("烟感"), TEXT("SLOW"), TEXT("10"), TEXT("2")}};
    LagPage wide = lag_page(80, arena);
    lag_grid_draw(&grid, &wide);
    expect_line(&wide, 0, "NAME                             WORD  LESS  LEAST");
    expect_line(&wide, 1, "a.name.of.thirty.characters.yes  OK       1      2");
    expect_line(&wide, 2, "    said");
    expect_line(&wide, 3, "    because");
    expect_line(&wide, 4, "    do `act`");
    expect_line(&wide, 5, "烟感                             SLOW    10      2");
    LagPage narrow = lag_page(32, arena);
    lag_grid_draw(&grid, &narrow);
    expect_line(&narrow, 0, "NAME                  WORD  LESS");
    expect_line(&narrow, 1, "a.name.of..cters.yes  OK       1");
    LagPage narrowest = lag_page(10, arena);
    lag_grid_draw(&grid, &narrowest);
    expect_line(&narrowest, 0, "NAME  WORD");
    expect_line(&narrowest, 1, "a..s  OK");
}

static int make(void **state)
{
    (void)state;
    arena = arena_new(4096);
    return 0;
}

static int drop(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_text_can_move_the_cursor),
        cmocka_unit_test(a_text_that_is_too_wide_loses_its_middle),
        cmocka_unit_test(words_are_broken_at_spaces_and_characters_where_there_are_none),
        cmocka_unit_test(a_line_ends_at_the_edge_of_the_screen),
        cmocka_unit_test(styles_are_only_for_those_who_want_colours),
        cmocka_unit_test(a_grid_leaves_columns_out_before_it_shortens_names_to_nothing),
    };
    return cmocka_run_group_tests(tests, make, drop);
}
