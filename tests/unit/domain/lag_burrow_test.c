/* Burrow's pages out of a report: members, types and what is said of what is not there, as Burrow's own source has them. */
#include "lag_report_fixture.h"

#include "base/json.h"

#include "domain/lag_burrow.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static Arena *arena;
static JsDocument *document;

static LagBurrowPage ask(const char *path)
{
    const LagReport report = fixture_report(arena);
    const LagBurrow burrow = {&report, "watch-1", "kafka1:9092, kafka2:9092", 5000};
    return lag_burrow_page(&burrow, text_from(path), arena);
}

/* The page's object, until the next one is read. */
static const JsValue *read_page(const char *path, int status)
{
    Error error = {0};
    LagBurrowPage page = ask(path);
    assert_int_equal(page.status, status);
    assert_string_equal(page.content_type, "application/json");
    js_close(document);
    document = NULL;
    assert_true(js_parse(page.body, &document, &error));
    const JsValue *root = js_root(document);
    assert_true(text_is(js_text(js_pointer(root, TEXT("/request/url"))), path));
    assert_true(text_is(js_text(js_pointer(root, TEXT("/request/host"))), "watch-1"));
    assert_int_equal(js_type(js_member(root, TEXT("error"))),
                     status == 200 || js_member(root, TEXT("status")) != NULL ? JS_FALSE : JS_TRUE);
    return root;
}

static void expect(const JsValue *root, const char *pointer, const char *json)
{
    const JsValue *value = js_pointer(root, text_from(pointer));
    if (value == NULL)
        fail_msg("%s is not there", pointer);
    Text found = js_dump(value, arena);
    if (!text_is(found, json))
        fail_msg("%s is %.*s, expected %s", pointer, TEXT_ARGS(found), json);
}

static void expect_message(const JsValue *root, const char *message)
{
    assert_true(text_is(js_text(js_member(root, TEXT("message"))), message));
}

static void test_lists_clusters_and_says_what_ours_is(void **state)
{
    (void)state;
    const JsValue *root = read_page("/v3/kafka", 200);
    expect_message(root, "cluster list returned");
    expect(root, "/clusters", "[\"local\"]");
    root = read_page("/v3/kafka/local", 200);
    expect_message(root, "cluster module detail returned");
    expect(root, "/module/class-name", "\"kafka\"");
    expect(root, "/module/servers", "[\"kafka1:9092\",\"kafka2:9092\"]");
    expect(root, "/module/topic-refresh", "5");
    expect(root, "/module/offset-refresh", "5");
    expect(root, "/module/client-profile/tls", "null");
    expect(root, "/module/up", "true");
    assert_int_equal(ask("/v3/kafka/").status, 200);
    expect_message(read_page("/v3/kafka/other", 404), "cluster module not found");
}

static void test_lists_consumers(void **state)
{
    (void)state;
    const JsValue *root = read_page("/v3/kafka/local/consumer", 200);
    expect_message(root, "consumer list returned");
    expect(root, "/consumers", "[\"onecase-intake\",\"onecase-matcher\",\"some/body\"]");
    expect_message(read_page("/v3/kafka/other/consumer", 404), "cluster not found");
}

static void test_tells_a_group_s_offsets_by_topic_and_number(void **state)
{
    (void)state;
    const JsValue *root = read_page("/v3/kafka/local/consumer/onecase-matcher", 200);
    expect_message(root, "consumer detail returned");
    expect(root, "/topics/onecase.report/2/offsets/0",
           "{\"offset\":40,\"timestamp\":1699999999500,\"observedAt\":1700000005250,\"lag\":50}");
    expect(root, "/topics/onecase.report/2/current-lag", "50");
    expect(root, "/topics/onecase.report/0/current-lag", "10");
    expect(root, "/topics/onecase.report/1/offsets", "[]");
    root = read_page("/v3/kafka/local/consumer/onecase-intake", 200);
    expect(root, "/topics/grid.event/0", "null"); /* a number that it does not have */
    expect(root, "/topics/grid.event/1/owner", "\"10.0.0.7\"");
    expect(root, "/topics/grid.event/1/client_id", "\"onecase@home\"");
    root = read_page("/v3/kafka/local/consumer/some/body", 200);
    expect(root, "/topics/grid.event/0/current-lag", "0");
    expect_message(read_page("/v3/kafka/local/consumer/nobody", 404),
                   "cluster or consumer not found");
}

static void test_status_tells_what_is_not_well_alone(void **state)
{
    (void)state;
    const JsValue *root = read_page("/v3/kafka/local/consumer/onecase-matcher/status", 200);
    expect_message(root, "consumer status returned");
    expect(root, "/status/cluster", "\"local\"");
    expect(root, "/status/group", "\"onecase-matcher\"");
    expect(root, "/status/status", "\"WARN\"");
    expect(root, "/status/complete", "1");
    expect(root, "/status/partition_count", "3");
    expect(root, "/status/totallag", "60");
    assert_int_equal(js_count(js_pointer(root, TEXT("/status/partitions"))), 1);
    expect(root, "/status/partitions/0/topic", "\"onecase.report\"");
    expect(root, "/status/partitions/0/partition", "2");
    expect(root, "/status/partitions/0/status", "\"WARN\"");
    expect(root, "/status/partitions/0/current_lag", "50");
    expect(root, "/status/partitions/0/end/offset", "40");
    expect(root, "/status/partitions/0/start",
           "{\"offset\":30,\"timestamp\":1699999885250,\"observedAt\":1699999885250,\"lag\":7}");
    expect(root, "/status/partitions/0/verdict", "\"SLOW\"");
    expect(root, "/status/partitions/0/since", "\"2023-11-14T22:13:20.000Z\"");
    expect(root, "/status/partitions/0/lag_seconds", "61.5");
    expect(root, "/status/partitions/0/catch_up_s", "null");
    expect(root, "/status/partitions/0/step", "\"systemctl status onecase-matcher\"");
    expect(root, "/status/maxlag/partition", "2");
    root = read_page("/v3/kafka/local/consumer/onecase-intake/status", 200);
    expect(root, "/status/status", "\"ERR\"");
    expect(root, "/status/partitions/0/status", "\"STOP\"");
    expect(root, "/status/partitions/0/owner", "\"\"");
    expect(root, "/status/partitions/0/client_id", "\"\"");
    root = read_page("/v3/kafka/local/consumer/some/body/status", 200);
    expect(root, "/status/status", "\"OK\"");
    expect(root, "/status/partitions", "[]");
}

static void test_lag_tells_all_partitions(void **state)
{
    (void)state;
    const JsValue *root = read_page("/v3/kafka/local/consumer/onecase-matcher/lag", 200);
    assert_int_equal(js_count(js_pointer(root, TEXT("/status/partitions"))), 3);
    expect(root, "/status/partitions/1/status", "\"OK\"");
    expect(root, "/status/partitions/1/verdict", "\"CATCHING_UP\"");
    expect(root, "/status/partitions/2/start", "null"); /* nothing read yet */
    expect(root, "/status/partitions/2/end", "null");
}

static void test_a_group_that_is_not_there_is_not_found(void **state)
{
    (void)state;
    static const char *const PATHS[] = {"/v3/kafka/local/consumer/nobody/lag",
                                        "/v3/kafka/local/consumer/nobody/status"};
    for (size_t i = 0; i < 2; i++) {
        const JsValue *root = read_page(PATHS[i], 404);
        expect(root, "/status",
               "{\"cluster\":\"local\",\"group\":\"nobody\",\"status\":\"NOTFOUND\",\"complete\":1,"
               "\"partitions\":[],\"partition_count\":0,\"maxlag\":null,\"totallag\":0}");
    }
    const JsValue *root = read_page("/v3/kafka/other/consumer/onecase-matcher/lag", 404);
    expect(root, "/status/cluster", "\"other\"");
    expect(root, "/status/group", "\"onecase-matcher\"");
    expect(root, "/status/status", "\"NOTFOUND\"");
}

static void test_tells_topics(void **state)
{
    (void)state;
    const JsValue *root = read_page("/v3/kafka/local/topic", 200);
    expect_message(root, "topic list returned");
    expect(root, "/topics", "[\"grid.event\",\"hotline.workorder\",\"onecase.report\"]");
    root = read_page("/v3/kafka/local/topic/onecase.report", 200);
    expect_message(root, "topic offsets returned");
    expect(root, "/offsets", "[50,0,90]");
    expect(read_page("/v3/kafka/local/topic/grid.event", 200), "/offsets", "[40,40]");
    root = read_page("/v3/kafka/local/topic/grid.event/consumers", 200);
    expect(root, "/consumers", "[\"onecase-intake\",\"some/body\"]");
    expect_message(read_page("/v3/kafka/other/topic/grid.event", 404),
                   "cluster or topic not found");
    expect_message(read_page("/v3/kafka/other/topic", 404), "cluster not found");
    expect_message(read_page("/v3/kafka/local/topic/none", 404), "cluster or topic not found");
    expect_message(read_page("/v3/kafka/local/topic/none/consumers", 404),
                   "cluster or topic not found");
}

static void test_other_pages(void **state)
{
    (void)state;
    LagBurrowPage page = ask("/burrow/admin");
    assert_int_equal(page.status, 200);
    assert_true(text_is(page.body, "GOOD"));
    assert_true(text_is(ask("/burrow/admin/ready").body, "READY"));
    static const char *const STRANGE[] = {
        "/v3",        "/v3/kafkaesque", "/v3/kafka/local/groups",
        "/v3/config", "/burrow",        "/v3/kafka/local/consumers"};
    for (size_t i = 0; i < sizeof(STRANGE) / sizeof(STRANGE[0]); i++) {
        page = ask(STRANGE[i]);
        assert_int_equal(page.status, 404);
        assert_true(text_contains(page.body, TEXT("invalid request type")));
    }
}

static void test_every_verdict_has_a_word(void **state)
{
    (void)state;
    static const struct {
        LagVerdict verdict;
        const char *word;
    } ROWS[] = {
        {LAG_OK, "OK"},        {LAG_CATCHING_UP, "OK"},
        {LAG_SLOW, "WARN"},    {LAG_STALLED, "STALL"},
        {LAG_STOPPED, "STOP"}, {LAG_REWOUND, "REWIND"},
        {LAG_AT_RISK, "WARN"}, {LAG_REFUSING, "ERR"},
        {LAG_LOST, "ERR"},     {LAG_DATABASE_DOWN, "ERR"},
    };
    assert_int_equal(sizeof(ROWS) / sizeof(ROWS[0]), LAG_VERDICT_COUNT);
    for (size_t i = 0; i < LAG_VERDICT_COUNT; i++)
        assert_string_equal(lag_burrow_status(ROWS[i].verdict), ROWS[i].word);
}

static int open_arena(void **state)
{
    (void)state;
    arena = arena_new(65536);
    return 0;
}

static int close_arena(void **state)
{
    (void)state;
    js_close(document);
    arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lists_clusters_and_says_what_ours_is),
        cmocka_unit_test(test_lists_consumers),
        cmocka_unit_test(test_tells_a_group_s_offsets_by_topic_and_number),
        cmocka_unit_test(test_status_tells_what_is_not_well_alone),
        cmocka_unit_test(test_lag_tells_all_partitions),
        cmocka_unit_test(test_a_group_that_is_not_there_is_not_found),
        cmocka_unit_test(test_tells_topics),
        cmocka_unit_test(test_other_pages),
        cmocka_unit_test(test_every_verdict_has_a_word),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
