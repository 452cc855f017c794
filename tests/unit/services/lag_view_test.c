/* A report as a screen: what is in trouble first, nothing wider than the screen. */
#include "lag/lag_view.h"
#include "lag_report_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static Arena *arena;

static Text page_text(const LagPage *page)
{
    TextBuilder out = builder_new(arena);
    for (size_t i = 0; i < page->count; i++) {
        lag_page_draw(&page->lines[i], false, &out);
        builder_char(&out, '\n');
    }
    return builder_view(&out);
}

static LagView view_of(const LagReport *report, LagViewOptions options)
{
    LagView view;
    options.now_ms += report->at_ms;
    lag_view(report, &options, arena, &view);
    return view;
}

static void expect_page(const LagPage *page, const char *want)
{
    const Text text = page_text(page);
    if (!text_is(text, want))
        fail_msg("\n%.*s\ninstead of\n%s", TEXT_ARGS(text), want);
}

static void expect_parts(const LagPage *page, const char *const *parts)
{
    const Text text = page_text(page);
    size_t at = 0;
    for (; *parts != NULL; parts++) {
        at = text_find(text, text_from(*parts), at);
        if (at == SIZE_MAX)
            fail_msg("\"%s\" is not there, or not behind what is before it, in\n%.*s", *parts,
                     TEXT_ARGS(text));
    }
}

static void trouble_is_shown_first_with_what_to_do(void **state)
{
    (void)state;
    const LagReport report = fixture_report(arena);
    const LagView view = view_of(&report, (LagViewOptions){.width = 80, .filter = TEXT("")});
    expect_page(&view.head,
                "local   2023-11-15 06:13:25   measured by lagwatch, watching for 16 min 45 s\n"
                "STOPPED since 2023-11-15 06:13:20\n"
                "PostgreSQL does not answer since 2023-11-15 06:13:24: connection refused\n"
                "\n");
    expect_page(&view.body,
                "GROUP, PARTITION       VERDICT       FOR  LAG    AGE  IN/S  OUT/S  DONE IN\n"
                "onecase-intake         STOPPED      5.2s    0     0s     ?      ?        -\n"
                "  hotline.workorder/0  STOPPED      5.2s    0     0s     ?      ?        -\n"
                "    partition 0 of hotline.workorder is STOPPED since 2023-11-15 06:13:20\n"
                "    nothing waits\n"
                "onecase-matcher        SLOW         5.2s   60  1m01s   2.5      0    never\n"
                "  onecase.report/2     SLOW         5.2s   50  1m01s   2.5      0    never\n"
                "    partition 2 of onecase.report is SLOW since 2023-11-15 06:13:20\n"
                "    nothing waits\n"
                "    do `systemctl status onecase-matcher`\n"
                "  onecase.report/0     CATCHING_UP  5.2s   10    31s     ?      ?        -\n"
                "some/body              OK           5.2s    0     0s     ?      ?        -\n"
                "\n"
                "PROGRAM  ADDRESS         VERDICT        FOR\n"
                "intake   127.0.0.1:9101  STALLED       5.2s\n"
                "    intake at 127.0.0.1:9101 is STALLED since 2023-11-15 06:13:20\n"
                "    no answer\n"
                "    do `systemctl restart onecase-intake`\n"
                "relay    127.0.0.1:9103  not seen yet     -\n"
                "\n"
                "SOURCE  REPORTS   P50   P99  TO HUB  TO ROW  LAST    AGE  HELD UP BY\n"
                "GRID          9  1.5s  4.0s      0s      0s  4.2s  1m01s  matcher\n"
                "NEW           0    0s    0s      0s      0s     -      ?  -\n"
                "\n"
                "60 messages behind, the oldest 61 s old (intake and matcher)\n");
}

static void all_partitions_are_shown_to_those_who_want_them(void **state)
{
    (void)state;
    const LagReport report = fixture_report(arena);
    const LagView view =
        view_of(&report, (LagViewOptions){.width = 80, .all = true, .filter = TEXT("")});
    expect_parts(&view.body,
                 (const char *[]){"grid.event/1", "onecase.report/1", "grid.event/0", NULL});
}

static void a_filter_leaves_what_it_names(void **state)
{
    (void)state;
    static const struct {
        const char *filter;
        size_t items;
    } CASES[] = {{"MATCHER", 3}, /* group and two partitions in trouble */
                 {"hotline", 2},
                 {"grid", 3}, /* two groups that read it, and the source */
                 {"intake", 3},
                 {"no such", 0}};
    const LagReport report = fixture_report(arena);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        const LagView view =
            view_of(&report, (LagViewOptions){.width = 80, .filter = text_from(CASES[i].filter)});
        if (view.item_count != CASES[i].items)
            fail_msg("%s: %zu rows\n%.*s", CASES[i].filter, view.item_count,
                     TEXT_ARGS(page_text(&view.body)));
    }
}

static void many_partitions_in_trouble_are_counted(void **state)
{
    (void)state;
    LagReport report = fixture_report(arena);
    LagGroup *group = &report.groups[0];
    group->partition_count = 24;
    group->partitions = ARENA_ARRAY(arena, LagPartition, 24);
    for (int32_t i = 0; i < 24; i++) {
        group->partitions[i] = fixture_partition("t", i, LAG_STOPPED);
        group->partitions[i].step = TEXT("systemctl start onecase-intake");
    }
    group->partitions[20].judgement.late_ms =
        1000; /* what waits is seen before what has nothing to do */
    group->partitions[21].judgement.late_ms = 2000;
    const LagView view = view_of(&report, (LagViewOptions){.width = 80, .filter = TEXT("")});
    expect_parts(&view.body,
                 (const char *[]){"  t/21 ", "do `systemctl start onecase-intake`", "  t/20 ",
                                  "  t/0 ", "  t/2 ", "  and 19 more", "STOPPED", NULL});
    const Text text = page_text(&view.body);
    assert_int_equal(text_find(text, TEXT("do `systemctl start onecase-intake`"),
                               text_find(text, TEXT("  t/20 "), 0)),
                     SIZE_MAX);
}

/* Names that take what they can. */
static LagReport hostile_report(void)
{
    static const char NAME[] =
        "\x1b[2J数据中台-消费组-名字长得放不下-and-then-some-more-of-it-\xff\xe2\x80\x8b-end";
    LagReport report = fixture_report(arena);
    for (size_t i = 0; i < report.group_count; i++) {
        LagGroup *group = &report.groups[i];
        group->group = text_from(NAME);
        group->partitions[0].topic = text_from(NAME);
        group->partitions[0].partition = INT32_MAX;
        group->partitions[0].step = text_from(NAME);
        group->partitions[0].judgement.verdict = LAG_DATABASE_DOWN;
        group->partitions[0].judgement.since_ms = 0;
        group->partitions[0].judgement.messages = INT64_MAX;
        group->partitions[0].judgement.late_ms = INT64_MAX;
        group->partitions[0].judgement.in_per_s = 1e300;
        group->partitions[0].judgement.out_per_s = 1e300;
        group->partitions[0].judgement.catch_up_s = 1e300;
        group->partitions[0].judgement.evidence = text_from(NAME);
        group->messages = INT64_MAX;
    }
    report.instances[0].service = report.instances[0].address = text_from(NAME);
    report.instances[0].evidence = report.instances[0].step = text_from(NAME);
    report.sources[0].source = report.sources[0].hop = text_from(NAME);
    report.sources[0].p99_s = 1e300;
    report.cluster = report.by = report.database_fault = report.kafka_fault = text_from(NAME);
    report.kafka_up = false;
    return report;
}

static void expect_narrow(const LagPage *page, size_t width)
{
    for (size_t i = 0; i < page->count; i++) {
        TextBuilder out = builder_new(arena);
        lag_page_draw(&page->lines[i], false, &out);
        const Text text = builder_view(&out);
        if (page->lines[i].width > width || text_contains(text, TEXT("\x1b")) ||
            text_contains(text, TEXT("\xff")))
            fail_msg("at %zu columns: \"%.*s\"", width, TEXT_ARGS(text));
    }
}

static void nothing_is_wider_than_the_screen(void **state)
{
    (void)state;
    const LagReport report = hostile_report();
    for (size_t width = 1; width <= 200; width++) {
        const LagViewOptions options = {
            .width = width, .now_ms = report.at_ms + 100000, .all = true, .filter = TEXT("")};
        LagView view;
        lag_view(&report, &options, arena, &view);
        expect_narrow(&view.head, width);
        expect_narrow(&view.body, width);
        for (size_t i = 0; i < view.item_count; i++) {
            const LagPage details = lag_view_details(&report, &view.items[i], &options, arena);
            expect_narrow(&details, width);
        }
    }
}

static void old_figures_are_said_to_be_old(void **state)
{
    (void)state;
    const LagReport report = fixture_report(arena);
    LagView view =
        view_of(&report, (LagViewOptions){.width = 80, .now_ms = 185000, .filter = TEXT("")});
    expect_parts(&view.head,
                 (const char *[]){"\nUNKNOWN since 2023-11-15 06:13:25",
                                  "All this is 3 min 05 s old: lagwatch makes no new", NULL});
    view = view_of(&report, (LagViewOptions){.width = 80, .now_ms = 60000, .filter = TEXT("")});
    assert_false(text_contains(page_text(&view.head), TEXT("All this is")));
    assert_false(text_contains(page_text(&view.head), TEXT("UNKNOWN")));
}

/* The first moments: after them lagwatch calls what it cannot see STALLED. */
static void without_kafka_nobody_is_said_to_be_well(void **state)
{
    (void)state;
    const LagViewOptions options = {.width = 80, .now_ms = 0, .filter = TEXT("")};
    LagReport report = fixture_report(arena);
    report.kafka_up = false;
    report.kafka_fault = TEXT("all brokers are down");
    report.verdict = LAG_OK;
    LagView view = view_of(&report, options);
    expect_parts(&view.head,
                 (const char *[]){"\nUNKNOWN since 2023-11-15 05:56:40",
                                  "Kafka does not answer since 2023-11-15 05:56:40", NULL});
    report.verdict = LAG_STALLED; /* worse than not to know */
    view = view_of(&report, options);
    expect_parts(&view.head, (const char *[]){"\nSTALLED", "Kafka does not answer", NULL});
}

static void what_was_not_answered_is_said_and_not_taken_for_nothing(void **state)
{
    (void)state;
    LagReport report = fixture_report(arena);
    report.database_up = true;
    report.database_fault = TEXT("canceling statement due to statement timeout");
    report.kafka_fault = TEXT("could not ask what some/body has committed");
    assert_null(lag_view_total(&report, NULL).unknown);
    report.groups[1].partitions[1].judgement.messages = LAG_UNKNOWN;
    assert_ptr_equal(lag_view_total(&report, NULL).unknown, &report.groups[1].partitions[1]);
    assert_null(lag_view_total(&report, "intake").unknown);
    const LagView view = view_of(&report, (LagViewOptions){.width = 80, .filter = TEXT("")});
    expect_parts(&view.head,
                 (const char *[]){"Kafka and PostgreSQL answer\n",
                                  "PostgreSQL did not answer everything: canceling statement due",
                                  "Kafka did not answer everything: could not ask", NULL});
    expect_parts(&view.body, (const char *[]){"\nat least 60 messages behind", NULL});
}

static void what_was_so_when_watching_began_may_be_older(void **state)
{
    (void)state;
    LagReport report = fixture_report(arena);
    report.watching_since_ms = report.groups[0].partitions[0].judgement.since_ms;
    report.at_ms += 60000;
    LagView view = view_of(&report, (LagViewOptions){.width = 80, .filter = TEXT("")});
    expect_parts(&view.body,
                 (const char *[]){">1m05s", "since 2023-11-15 06:13:20 at least", NULL});
    report.watching_since_ms += 300; /* PostgreSQL was asked a little before Kafka */
    view = view_of(&report, (LagViewOptions){.width = 80, .filter = TEXT("")});
    expect_parts(&view.body, (const char *[]){">1m05s", NULL});
    report.watching_since_ms += 3600000; /* known from somebody's books */
    view = view_of(&report, (LagViewOptions){.width = 80, .filter = TEXT("")});
    assert_false(text_contains(page_text(&view.body), TEXT(">1m05s")));
    report.watching_since_ms =
        report.groups[0].partitions[0].judgement.since_ms - 1; /* seen to begin */
    view = view_of(&report, (LagViewOptions){.width = 80, .filter = TEXT("")});
    assert_false(text_contains(page_text(&view.body), TEXT(">1m05s")));
}

static void details_tell_everything(void **state)
{
    (void)state;
    const LagReport report = fixture_report(arena);
    const LagItem item = {.group = &report.groups[1], .partition = &report.groups[1].partitions[0]};
    report.groups[1].partitions[0].owner = TEXT("onecase-1");
    const LagViewOptions options = {.width = 80, .filter = TEXT("")};
    const LagPage page = lag_view_details(&report, &item, &options, arena);
    expect_page(&page, "partition 2 of onecase.report is SLOW since 2023-11-15 06:13:20\n"
                       "\n"
                       "because               nothing waits\n"
                       "do                    systemctl status onecase-matcher\n"
                       "for                   5.2 s\n"
                       "lag                   50\n"
                       "age of the next       1 min 01 s\n"
                       "clock of its age      LogAppendTime (broker)\n"
                       "in, a second          2.5\n"
                       "out, a second         0\n"
                       "done in               never\n"
                       "retention leaves      1 h 00 min\n"
                       "last progress         2023-11-15 06:13:19\n"
                       "next offset           40\n"
                       "offset known from     kafka\n"
                       "first offset there is 0\n"
                       "end                   90\n"
                       "owner                 onecase-1\n");
}

static int make(void **state)
{
    (void)state;
    arena = arena_new(65536);
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
        cmocka_unit_test(trouble_is_shown_first_with_what_to_do),
        cmocka_unit_test(all_partitions_are_shown_to_those_who_want_them),
        cmocka_unit_test(a_filter_leaves_what_it_names),
        cmocka_unit_test(many_partitions_in_trouble_are_counted),
        cmocka_unit_test(nothing_is_wider_than_the_screen),
        cmocka_unit_test(old_figures_are_said_to_be_old),
        cmocka_unit_test(without_kafka_nobody_is_said_to_be_well),
        cmocka_unit_test(what_was_not_answered_is_said_and_not_taken_for_nothing),
        cmocka_unit_test(what_was_so_when_watching_began_may_be_older),
        cmocka_unit_test(details_tell_everything),
    };
    return cmocka_run_group_tests(tests, make, drop);
}
