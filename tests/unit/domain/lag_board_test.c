/*
 * Looks at a hub: what is remembered between them, how groups and processes are told, and the way of a report and of a memory through
 * JSON.
 */
#include "domain/lag_board.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define BEGIN_MS INT64_C(1795651200000)

enum { PARTITIONS = 3 };

typedef struct Fixture {
    Arena *arena;
    LagBoard *board;
    LagObservation observations[PARTITIONS + 2];
    LagProcessSeen processes[2];
    LagLook look;
    LagReport report;
} Fixture;

static LagObservation
seen(const char *program, const char *topic, int32_t partition, int64_t committed, int64_t end)
{
    bool needs = strcmp(program, "matcher") == 0 || strcmp(program, "relay") == 0;
    return (LagObservation){
        .group = text_from(strcmp(program, "") == 0 ? "others" : program),
        .program = text_from(program),
        .topic = text_from(topic),
        .partition = partition,
        .sample = {.committed = committed,
                   .end = end,
                   .head_ms = LAG_UNKNOWN,
                   .progress_ms = LAG_UNKNOWN},
        .circumstances = {.ownership = LAG_OWNED,
                          .state_since_ms = LAG_UNKNOWN,
                          .needs_database = needs,
                          .database_down_since_ms = LAG_UNKNOWN,
                          .retention_ms = LAG_UNKNOWN},
        .clock = TEXT("LogAppendTime"),
        .source_of_offset = needs ? TEXT("postgresql") : TEXT("kafka"),
        .owner = TEXT("host-1"),
    };
}

static LagBoard *new_board(void)
{
    const LagBoardSpec spec = {"local", "lagwatch", "127.0.0.1:9092", lag_rules_default()};
    return lag_board_new(&spec);
}

static int make(void **state)
{
    static Fixture fixture;
    fixture = (Fixture){.arena = arena_new(4096), .board = new_board()};
    for (int i = 0; i < PARTITIONS; i++)
        fixture.observations[i] = seen("matcher", "onecase.report", i, 10, 10);
    fixture.observations[PARTITIONS] = seen("intake", "grid.event", 0, 5, 5);
    fixture.observations[PARTITIONS + 1] = seen("", "onecase.case", 0, 7, 7);
    fixture.processes[0] =
        (LagProcessSeen){TEXT("intake"), TEXT("127.0.0.1:9101"), LAG_PROCESS_WELL, TEXT("")};
    fixture.processes[1] =
        (LagProcessSeen){TEXT("matcher"), TEXT("127.0.0.1:9102"), LAG_PROCESS_WELL, TEXT("")};
    fixture.look = (LagLook){.kafka_up = true,
                             .database_up = true,
                             .kafka_fault = TEXT(""),
                             .database_fault = TEXT(""),
                             .observations = fixture.observations,
                             .observation_count = PARTITIONS + 2,
                             .processes = fixture.processes,
                             .process_count = 2};
    *state = &fixture;
    return 0;
}

static int drop(void **state)
{
    Fixture *fixture = *state;
    lag_board_free(fixture->board);
    arena_free(fixture->arena);
    return 0;
}

static void look_at(Fixture *fixture, int seconds)
{
    fixture->look.at_ms = BEGIN_MS + seconds * INT64_C(1000);
    for (size_t i = 0; i < fixture->look.observation_count; i++)
        fixture->observations[i].sample.at_ms = fixture->look.at_ms;
    lag_board_take(fixture->board, &fixture->look, fixture->arena, &fixture->report);
}

static const LagGroup *group_of(const Fixture *fixture, const char *name)
{
    for (size_t i = 0; i < fixture->report.group_count; i++)
        if (text_is(fixture->report.groups[i].group, name))
            return &fixture->report.groups[i];
    fail_msg("no group %s", name);
    return NULL;
}

static void assert_text(Text text, const char *expected)
{
    if (!text_is(text, expected))
        fail_msg("\"%.*s\", expected \"%s\"", TEXT_ARGS(text), expected);
}

static void a_calm_hub_is_ok_in_the_order_of_its_flow(void **state)
{
    Fixture *fixture = *state;
    look_at(fixture, 0);
    assert_int_equal(fixture->report.verdict, LAG_OK);
    assert_int_equal(fixture->report.group_count, 3);
    assert_text(fixture->report.groups[0].group, "intake");
    assert_text(fixture->report.groups[1].group, "matcher");
    assert_text(fixture->report.groups[2].group, "others");
    assert_int_equal(fixture->report.groups[1].partition_count, PARTITIONS);
    assert_text(fixture->report.groups[1].evidence, "nothing waits");
    assert_text(fixture->report.groups[1].step, "");
}

static void the_worst_comes_first_and_names_where_and_how_many(void **state)
{
    Fixture *fixture = *state;
    look_at(fixture, 0);
    fixture->observations[2].circumstances.state = LAG_STATE_REFUSING;
    fixture->observations[2].circumstances.state_reason = TEXT("constraint x");
    fixture->observations[2].sample.end = 300;
    look_at(fixture, 5);
    const LagGroup *worst = &fixture->report.groups[0];
    assert_text(worst->group, "matcher");
    assert_int_equal(worst->verdict, LAG_REFUSING);
    assert_int_equal(fixture->report.verdict, LAG_REFUSING);
    assert_int_equal(worst->partitions[0].partition, 2);
    assert_int_equal(worst->messages, 290);
    assert_text(worst->evidence, "1 of 3 partitions; onecase.report 2: constraint x");
    assert_text(worst->step, "onecase dlq list; onecase resume 2 --bury N");
    assert_int_equal(worst->since_ms, BEGIN_MS + 5000);
}

static void of_several_as_bad_the_one_where_most_waits_speaks(void **state)
{
    Fixture *fixture = *state;
    for (int i = 0; i < PARTITIONS; i++) {
        fixture->observations[i].circumstances.state = LAG_STATE_REFUSING;
        fixture->observations[i].circumstances.state_reason = TEXT("constraint x");
        fixture->observations[i].sample.end = i == 1 ? 40 : 11;
    }
    look_at(fixture, 0);
    assert_text(group_of(fixture, "matcher")->evidence,
                "3 of 3 partitions; onecase.report 1: constraint x");
    assert_text(group_of(fixture, "matcher")->step, "onecase dlq list; onecase resume 1 --bury N");
}

static void a_process_counts_once_it_has_answered(void **state)
{
    Fixture *fixture = *state;
    fixture->processes[0].process = LAG_PROCESS_GONE;
    fixture->processes[0].fault = TEXT("connection refused");
    look_at(fixture, 0);
    assert_int_equal(fixture->report.verdict, LAG_OK);
    assert_false(fixture->report.instances[0].known);
    fixture->processes[0].process = LAG_PROCESS_WELL;
    look_at(fixture, 5);
    assert_true(fixture->report.instances[0].known);
    fixture->processes[0].process = LAG_PROCESS_GONE;
    look_at(fixture, 10);
    assert_int_equal(fixture->report.instances[0].verdict, LAG_STOPPED);
    assert_int_equal(fixture->report.instances[0].since_ms, BEGIN_MS + 10000);
    assert_int_equal(fixture->report.verdict, LAG_STOPPED);
    assert_text(fixture->report.instances[0].step, "systemctl start onecase-intake");
    assert_int_equal(group_of(fixture, "intake")->verdict, LAG_OK); /* the group has not noticed */
    fixture->observations[PARTITIONS].circumstances.ownership = LAG_NOT_OWNED;
    look_at(fixture, 15);
    assert_int_equal(group_of(fixture, "intake")->verdict, LAG_STOPPED);
    assert_text(group_of(fixture, "intake")->step, "systemctl start onecase-intake");
    assert_int_equal(group_of(fixture, "matcher")->verdict, LAG_OK);
}

static void hanging_is_believed_at_the_second_look(void **state)
{
    Fixture *fixture = *state;
    look_at(fixture, 0);
    fixture->processes[1].process = LAG_PROCESS_HANGS;
    look_at(fixture, 5);
    assert_int_equal(fixture->report.verdict, LAG_OK);
    look_at(fixture, 10);
    assert_int_equal(fixture->report.instances[1].verdict, LAG_STALLED);
    assert_int_equal(group_of(fixture, "matcher")->verdict, LAG_STALLED);
    assert_text(group_of(fixture, "matcher")->step, "systemctl restart onecase-matcher");
    fixture->processes[1].process = LAG_PROCESS_WELL;
    look_at(fixture, 15);
    assert_int_equal(fixture->report.verdict, LAG_OK);
    fixture->processes[1].process = LAG_PROCESS_HANGS;
    look_at(fixture, 20);
    assert_int_equal(fixture->report.verdict, LAG_OK);
}

static void one_process_that_is_well_is_enough_for_its_partitions(void **state)
{
    Fixture *fixture = *state;
    fixture->processes[0].service = TEXT("matcher");
    look_at(fixture, 0);
    fixture->processes[0].process = LAG_PROCESS_HANGS;
    look_at(fixture, 5);
    look_at(fixture, 10);
    assert_int_equal(group_of(fixture, "matcher")->verdict, LAG_OK);
    assert_int_equal(fixture->report.verdict, LAG_STALLED); /* the process itself */
}

static void postgresql_away_is_told_of_those_who_need_it_since_it_went(void **state)
{
    Fixture *fixture = *state;
    look_at(fixture, 0);
    fixture->look.database_up = false;
    fixture->look.database_fault = TEXT("connection refused");
    look_at(fixture, 5);
    look_at(fixture, 10);
    assert_int_equal(fixture->report.verdict, LAG_DATABASE_DOWN);
    assert_int_equal(group_of(fixture, "matcher")->verdict, LAG_DATABASE_DOWN);
    assert_int_equal(group_of(fixture, "matcher")->since_ms, BEGIN_MS + 5000);
    assert_int_equal(group_of(fixture, "intake")->verdict, LAG_OK);
    assert_int_equal(fixture->report.database_since_ms, BEGIN_MS + 5000);
}

static void kafka_away_leaves_what_was_known_and_is_a_stall_when_it_lasts(void **state)
{
    Fixture *fixture = *state;
    look_at(fixture, 0);
    fixture->look.kafka_up = false;
    fixture->look.kafka_fault = TEXT("all brokers are down");
    fixture->look.observation_count = 0;
    look_at(fixture, 5);
    assert_int_equal(fixture->report.verdict, LAG_OK);
    assert_int_equal(group_of(fixture, "matcher")->partition_count, PARTITIONS);
    assert_int_equal(group_of(fixture, "matcher")->partitions[0].judgement.late_ms, LAG_UNKNOWN);
    look_at(fixture, 25);
    assert_int_equal(fixture->report.verdict, LAG_STALLED);
    assert_int_equal(group_of(fixture, "intake")->since_ms, BEGIN_MS + 5000);
    fixture->look.kafka_up = true;
    fixture->look.observation_count = PARTITIONS + 2;
    look_at(fixture, 30);
    assert_int_equal(fixture->report.verdict, LAG_OK);
}

static void a_topic_that_is_gone_is_told_no_more(void **state)
{
    Fixture *fixture = *state;
    look_at(fixture, 0);
    fixture->look.observation_count = PARTITIONS + 1;
    look_at(fixture, 5);
    assert_int_equal(fixture->report.group_count, 2);
    look_at(fixture, 4000); /* forgotten too */
    fixture->look.observation_count = PARTITIONS + 2;
    fixture->observations[PARTITIONS + 1].sample.committed = 3; /* would be a rewind */
    look_at(fixture, 4005);
    assert_int_equal(group_of(fixture, "others")->verdict, LAG_OK);
}

static void the_age_of_a_source_is_that_of_what_waits_and_names_the_hop(void **state)
{
    Fixture *fixture = *state;
    const Text topics[] = {TEXT("grid.event")};
    const Text names[] = {TEXT("GRID")};
    LagSource sources[] = {{.source = TEXT("GRID"), .count = 10, .sent_p50_s = 2},
                           {.source = TEXT("HOTLINE"),
                            .count = 10,
                            .sent_p50_s = 3600,
                            .newest_s = 3600,
                            .newest_ms = BEGIN_MS}};
    fixture->look.sources = sources;
    fixture->look.source_count = 2;
    fixture->look.topics = topics;
    fixture->look.topic_sources = names;
    fixture->look.topic_count = 1;
    look_at(fixture, 0);
    assert_int_equal(fixture->report.sources[0].age_ms, 0);
    assert_text(fixture->report.sources[0].hop, "");
    assert_text(fixture->report.sources[1].hop, "department");
    fixture->observations[PARTITIONS].sample.end = 6;
    fixture->observations[PARTITIONS].sample.head_ms = BEGIN_MS - 55000;
    look_at(fixture, 5);
    assert_int_equal(fixture->report.sources[0].age_ms, 60000);
    assert_text(fixture->report.sources[0].hop, "intake");
    assert_int_equal(fixture->report.sources[1].age_ms, 0); /* not its topic */
    fixture->observations[1].sample.end = 12;
    fixture->observations[1].sample.head_ms = BEGIN_MS - 115000;
    look_at(fixture, 6);
    assert_int_equal(fixture->report.sources[0].age_ms, 121000);
    assert_text(fixture->report.sources[0].hop, "matcher");
    assert_int_equal(fixture->report.sources[1].age_ms, 121000);
}

static void a_department_is_not_blamed_for_what_intake_held_up(void **state)
{
    Fixture *fixture = *state;
    const Text topics[] = {TEXT("grid.event")};
    const Text names[] = {TEXT("GRID")};
    LagSource source = {
        .source = TEXT("GRID"), .count = 10, .sent_p50_s = 2, .newest_s = 2, .newest_ms = BEGIN_MS};
    fixture->look.sources = &source;
    fixture->look.source_count = 1;
    fixture->look.topics = topics;
    fixture->look.topic_sources = names;
    fixture->look.topic_count = 1;
    fixture->observations[PARTITIONS].sample.end = 6;
    fixture->observations[PARTITIONS].sample.head_ms = BEGIN_MS - 600000;
    look_at(fixture, 0);
    assert_text(fixture->report.sources[0].hop, "intake");
    fixture->observations[PARTITIONS].sample.committed = 6;
    source.sent_p50_s = source.newest_s = 605; /* what had waited has arrived */
    source.newest_ms = BEGIN_MS + 5000;
    look_at(fixture, 10);
    assert_text(fixture->report.sources[0].hop, "");
    source.newest_s = 2; /* the median still tells of the outage */
    source.newest_ms = BEGIN_MS + 1000000;
    look_at(fixture, 1000);
    assert_text(fixture->report.sources[0].hop, "");
    source.newest_s = 40; /* sent after it, and late all the same */
    look_at(fixture, 1001);
    assert_text(fixture->report.sources[0].hop, "department");
}

static void a_memory_written_and_read_goes_on_where_it_was(void **state)
{
    Fixture *fixture = *state;
    look_at(fixture, 0);
    fixture->observations[0].sample.end = 20;
    fixture->observations[0].sample.head_ms = BEGIN_MS;
    fixture->processes[0].process = LAG_PROCESS_GONE;
    look_at(fixture, 10);
    look_at(fixture, 30);
    assert_int_equal(group_of(fixture, "matcher")->verdict, LAG_STALLED);
    int64_t since_ms = group_of(fixture, "matcher")->since_ms;
    Text memory = lag_board_write(fixture->board, fixture->arena);

    lag_board_free(fixture->board);
    fixture->board = new_board();
    Error error = {0};
    assert_true(lag_board_read(fixture->board, memory, BEGIN_MS + 60000, 3600000, &error));
    look_at(fixture, 60);
    assert_int_equal(group_of(fixture, "matcher")->verdict, LAG_STALLED);
    assert_int_equal(group_of(fixture, "matcher")->since_ms, since_ms);
    assert_int_equal(fixture->report.watching_since_ms, BEGIN_MS);
    assert_true(fixture->report.instances[0].known);
    assert_int_equal(fixture->report.instances[0].verdict, LAG_STOPPED);
    assert_int_equal(fixture->report.instances[0].since_ms, BEGIN_MS + 10000);
    /* A rewind while nobody watched. */
    fixture->observations[PARTITIONS + 1].sample.committed = 2;
    look_at(fixture, 65);
    assert_int_equal(group_of(fixture, "others")->verdict, LAG_REWOUND);
}

static void what_is_too_old_is_left_out_of_a_memory(void **state)
{
    Fixture *fixture = *state;
    look_at(fixture, 0);
    Text memory = lag_board_write(fixture->board, fixture->arena);
    lag_board_free(fixture->board);
    fixture->board = new_board();
    Error error = {0};
    assert_true(lag_board_read(fixture->board, memory, BEGIN_MS + 7200000, 3600000, &error));
    fixture->observations[0].sample.committed =
        4; /* lower, and nothing is known that it was higher */
    fixture->observations[0].sample.end = 4;
    look_at(fixture, 7200);
    assert_int_equal(fixture->report.verdict, LAG_OK);
}

static void a_memory_of_another_shape_is_refused_with_the_place(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *pointer;
    } CASES[] = {
        {"[]", ""},
        {"{}", "/kafka"},
        {"{\"watching_since\":7,\"kafka\":{\"up\":true},\"database\":{\"up\":true},\"processes\":[]"
         ","
         "\"partitions\":[]}",
         "/watching_since"},
        {"{\"kafka\":{\"up\":true},\"database\":{\"up\":true},\"processes\":[],\"partitions\":[{"
         "\"group\":\"g\",\"topic\":\"t\",\"partition\":\"0\"}]}",
         "/partitions/0/partition"},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        LagBoard *board = new_board();
        Error error = {0};
        assert_false(lag_board_read(board, text_from(CASES[i].text), BEGIN_MS, 1000, &error));
        assert_int_equal(error.verdict, ERROR_REJECT);
        assert_string_equal(error.pointer, CASES[i].pointer);
        lag_board_free(board);
    }
}

static void a_report_written_and_read_is_the_same(void **state)
{
    Fixture *fixture = *state;
    LagSource source = {.source = TEXT("合成局"),
                        .count = 3,
                        .p50_s = 1.5,
                        .p99_s = 9.25,
                        .newest_s = LAG_UNKNOWN,
                        .sent_p50_s = 1,
                        .stored_p50_s = 0.5,
                        .newest_ms = BEGIN_MS};
    fixture->look.sources = &source;
    fixture->look.source_count = 1;
    look_at(fixture, 0);
    fixture->observations[1].sample.end = 12;
    fixture->observations[1].sample.head_ms = BEGIN_MS - 100000;
    fixture->processes[0].process = LAG_PROCESS_GONE;
    fixture->processes[0].fault = TEXT("connection \"refused\"");
    look_at(fixture, 35);
    Text written = lag_report_write(&fixture->report, fixture->arena);
    LagReport read;
    Error error = {0};
    if (!lag_report_read(written, fixture->arena, &read, &error))
        fail_msg("%s", error.text);
    Text again = lag_report_write(&read, fixture->arena);
    assert_text(again, text_string(fixture->arena, written));
    assert_int_equal(read.verdict, LAG_STOPPED);
    assert_int_equal(read.groups[0].partitions[0].judgement.late_ms, 135000);
    assert_text(read.sources[0].source, "合成局");
}

static void a_report_that_is_none_is_refused_with_the_place(void **state)
{
    Fixture *fixture = *state;
    look_at(fixture, 0);
    LagReport report;
    Text written = lag_report_write(&fixture->report, fixture->arena);
    Error error = {0};
    char *broken = text_string(fixture->arena, written);
    memcpy(broken + text_find(written, TEXT("\"messages\":0"), 0), "\"messages\":[", 12);
    assert_false(lag_report_read((Text){broken, written.size}, fixture->arena, &report, &error));
    assert_string_equal(error.rule, "syntax");
    error_clear(&error);
    broken = text_string(fixture->arena, written);
    memcpy(broken + text_find(written, TEXT("\"evidence\":\""), 0), "\"messages\":\"", 12);
    assert_false(lag_report_read((Text){broken, written.size}, fixture->arena, &report, &error));
    assert_string_equal(error.pointer, "/groups/0/messages");
    error_clear(&error);
    assert_false(lag_report_read(TEXT("{\"at\":null}"), fixture->arena, &report, &error));
    assert_string_equal(error.pointer, "/verdict");
    error_clear(&error);
    assert_false(lag_report_read(TEXT("not JSON"), fixture->arena, &report, &error));
    assert_string_equal(error.rule, "syntax");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_calm_hub_is_ok_in_the_order_of_its_flow),
        TEST(the_worst_comes_first_and_names_where_and_how_many),
        TEST(of_several_as_bad_the_one_where_most_waits_speaks),
        TEST(a_process_counts_once_it_has_answered),
        TEST(hanging_is_believed_at_the_second_look),
        TEST(one_process_that_is_well_is_enough_for_its_partitions),
        TEST(postgresql_away_is_told_of_those_who_need_it_since_it_went),
        TEST(kafka_away_leaves_what_was_known_and_is_a_stall_when_it_lasts),
        TEST(a_topic_that_is_gone_is_told_no_more),
        TEST(the_age_of_a_source_is_that_of_what_waits_and_names_the_hop),
        TEST(a_department_is_not_blamed_for_what_intake_held_up),
        TEST(a_memory_written_and_read_goes_on_where_it_was),
        TEST(what_is_too_old_is_left_out_of_a_memory),
        TEST(a_memory_of_another_shape_is_refused_with_the_place),
        TEST(a_report_written_and_read_is_the_same),
        TEST(a_report_that_is_none_is_refused_with_the_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
