/* The pages of a program asked by the client, and what the client makes of whoever does not answer. */
#include "base/clock.h"
#include "base/text_builder.h"

#include "adapters/http_client.h"
#include "adapters/http_endpoint.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum { LIMIT_MS = 20000, SHORT_MS = 300, URL_BYTES = 100 };

static void answer_name(void *context, const HttpRequest *request, HttpAnswer *answer)
{
    answer->body = text_format(request->arena, "%s for %.*s at %.*s", (const char *)context,
                               TEXT_ARGS(request->path), TEXT_ARGS(request->host));
}

static void answer_unwell(void *context, const HttpRequest *request, HttpAnswer *answer)
{
    (void)context;
    (void)request;
    answer->status = 503;
    answer->content_type = "application/json";
    answer->body = TEXT("{}");
}

/* One byte more than the client takes, or exactly as many. */
static void answer_much(void *context, const HttpRequest *request, HttpAnswer *answer)
{
    size_t size = HTTP_BODY_MAX + (size_t)(context != NULL);
    char *bytes = arena_alloc(request->arena, size);
    memset(bytes, 'x', size);
    answer->body = (Text){bytes, size};
}

static const HttpRoute ROUTES[] = {
    {.prefix = "/", .answer = answer_name, .context = "root", .exact = true},
    {.prefix = "/v3/", .answer = answer_name, .context = "short"},
    {.prefix = "/v3/kafka/", .answer = answer_name, .context = "long"},
    {.prefix = "/v3/kafka/exact", .answer = answer_name, .context = "exact", .exact = true},
    {.prefix = "/unwell", .answer = answer_unwell, .exact = true},
    {.prefix = "/most", .answer = answer_much, .exact = true},
    {.prefix = "/more", .answer = answer_much, .context = "more", .exact = true},
};

typedef struct Fixture {
    HttpEndpoint *endpoint;
    Arena *arena;
} Fixture;

static int open_endpoint(void **state)
{
    static Fixture fixture;
    Error error = {0};
    fixture.arena = arena_new(4096);
    HttpEndpointSpec spec = {"127.0.0.1:0", ROUTES, sizeof ROUTES / sizeof ROUTES[0]};
    *state = &fixture;
    if (!http_endpoint_open(&spec, &fixture.endpoint, &error))
        fprintf(stderr, "%s\n", error.text);
    return error.verdict == ERROR_NONE ? 0 : -1;
}

static int close_endpoint(void **state)
{
    Fixture *fixture = *state;
    http_endpoint_close(fixture->endpoint);
    arena_free(fixture->arena);
    return 0;
}

static HttpReply get_from(Arena *arena, int port, const char *path, int limit_ms)
{
    HttpReply reply;
    const char *url = text_format(arena, "http://127.0.0.1:%d%s", port, path).data;
    http_get_all(&url, 1, limit_ms, arena, &reply);
    return reply;
}

static HttpReply get(const Fixture *fixture, const char *path)
{
    return get_from(fixture->arena, http_endpoint_port(fixture->endpoint), path, LIMIT_MS);
}

static void the_longest_prefix_that_fits_answers(void **state)
{
    static const char *const CASES[][2] = {
        {"/", "root for /"},
        {"/v3/other", "short for /v3/other"},
        {"/v3/kafka/local", "long for /v3/kafka/local"},
        {"/v3/kafka/exact", "exact for /v3/kafka/exact"},
        {"/v3/kafka/exactly?x=1", "long for /v3/kafka/exactly"},
        {"/v3/a%20b%E7%94%B5", "short for /v3/a b电"},
    };
    Fixture *fixture = *state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        HttpReply reply = get(fixture, CASES[i][0]);
        assert_int_equal(reply.reached, HTTP_ANSWERED);
        assert_int_equal(reply.status, 200);
        assert_string_equal(text_string(fixture->arena, reply.body),
                            text_format(fixture->arena, "%s at 127.0.0.1:%d", CASES[i][1],
                                        http_endpoint_port(fixture->endpoint))
                                .data);
    }
}

static void other_paths_are_not_found_and_status_is_kept(void **state)
{
    Fixture *fixture = *state;
    assert_int_equal(get(fixture, "/v2").status, 404);
    assert_int_equal(get(fixture, "/unwell/more").status, 404);
    HttpReply reply = get(fixture, "/unwell");
    assert_int_equal(reply.reached, HTTP_ANSWERED);
    assert_int_equal(reply.status, 503);
    assert_true(text_is(reply.body, "{}"));
}

static int connect_to(int port)
{
    int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in place = {.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    assert_true(descriptor >= 0);
    assert_int_equal(connect(descriptor, (struct sockaddr *)&place, sizeof place), 0);
    return descriptor;
}

/* What the server sends for `words` until it closes. */
static const char *say(const Fixture *fixture, const char *words)
{
    TextBuilder said = builder_new(fixture->arena);
    char bytes[512];
    int descriptor = connect_to(http_endpoint_port(fixture->endpoint));
    assert_int_equal(write(descriptor, words, strlen(words)), strlen(words));
    for (ssize_t got; (got = read(descriptor, bytes, sizeof bytes)) > 0;)
        builder_text(&said, (Text){bytes, (size_t)got});
    close(descriptor);
    return text_string(fixture->arena, builder_view(&said));
}

static void head_is_answered_without_a_body_and_nothing_else_is_allowed(void **state)
{
    Fixture *fixture = *state;
    const char *head =
        say(fixture, "HEAD /unwell HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert_memory_equal(head, "HTTP/1.1 503", 12);
    assert_non_null(strstr(head, "\r\nContent-Type: application/json\r\n"));
    assert_non_null(strstr(head, "\r\nContent-Length: 2\r\n"));
    assert_memory_equal(head + strlen(head) - 4, "\r\n\r\n", 4);
    const char *post = say(fixture, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n"
                                    "Connection: close\r\n\r\nabc");
    assert_memory_equal(post, "HTTP/1.1 405", 12);
    assert_non_null(strstr(post, "\r\nAllow: GET, HEAD\r\n"));
}

static void whoever_sends_nothing_holds_up_nobody(void **state)
{
    enum { SILENT = 20 };
    Fixture *fixture = *state;
    int silent[SILENT];
    for (int i = 0; i < SILENT; i++)
        silent[i] = connect_to(http_endpoint_port(fixture->endpoint));
    assert_int_equal(write(silent[0], "GET / HT", 8), 8);
    assert_int_equal(get(fixture, "/").status, 200);
    for (int i = 0; i < SILENT; i++)
        close(silent[i]);
}

static void a_taken_port_is_a_failure_that_may_pass(void **state)
{
    Fixture *fixture = *state;
    Error error = {0};
    HttpEndpoint *second = NULL;
    char listen_on[40];
    char want[120];
    snprintf(listen_on, sizeof listen_on, "127.0.0.1:%d", http_endpoint_port(fixture->endpoint));
    HttpEndpointSpec spec = {listen_on, ROUTES, 1};
    assert_false(http_endpoint_open(&spec, &second, &error));
    assert_int_equal(error.verdict, ERROR_RETRY);
    snprintf(want, sizeof want, "could not listen on %s: Address already in use", listen_on);
    assert_string_equal(error.text, want);
    /* once it is free it can be had */
    http_endpoint_close(fixture->endpoint);
    fixture->endpoint = NULL;
    error_clear(&error);
    assert_true(http_endpoint_open(&spec, &fixture->endpoint, &error));
    assert_int_equal(get(fixture, "/").status, 200);
}

static void addresses_are_numbers(void **state)
{
    static const char *const GOOD[] = {"127.0.0.1:9101", "0.0.0.0:0", "[::1]:9101", ":9101",
                                       "127.0.0.1:65535"};
    static const char *const BAD[] = {"",
                                      "9101",
                                      "127.0.0.1",
                                      "127.0.0.1:",
                                      "127.0.0.1:x",
                                      "127.0.0.1:65536",
                                      "::1:9101",
                                      "[::1:9101",
                                      "[]:9101",
                                      "localhost:9101",
                                      "127.0.0.1:99999999999999999999"};
    (void)state;
    for (size_t i = 0; i < sizeof GOOD / sizeof GOOD[0]; i++) {
        Error error = {0};
        assert_true(http_listen_check(GOOD[i], &error));
    }
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        Error error = {0};
        assert_false(http_listen_check(BAD[i], &error));
        assert_int_equal(error.verdict, ERROR_REJECT);
        assert_non_null(strstr(error.text, "expected 127.0.0.1:9101, [::1]:9101 or :9101"));
    }
}

static void all_addresses_answer_when_no_host_is_named(void **state)
{
    Arena *arena = arena_new(1024);
    Error error = {0};
    HttpEndpoint *endpoint = NULL;
    (void)state;
    HttpEndpointSpec spec = {":0", ROUTES, 1};
    assert_true(http_endpoint_open(&spec, &endpoint, &error));
    assert_int_equal(get_from(arena, http_endpoint_port(endpoint), "/", LIMIT_MS).status, 200);
    http_endpoint_close(endpoint);
    arena_free(arena);
}

/* A socket bound to a free port of loopback; backlog < 0: nobody listens. */
static int bind_free_port(int backlog, int *port)
{
    int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in place = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof place;
    assert_true(descriptor >= 0);
    assert_int_equal(bind(descriptor, (struct sockaddr *)&place, sizeof place), 0);
    if (backlog >= 0)
        assert_int_equal(listen(descriptor, backlog), 0);
    assert_int_equal(getsockname(descriptor, (struct sockaddr *)&place, &size), 0);
    *port = ntohs(place.sin_port);
    return descriptor;
}

static void nobody_there_is_refused(void **state)
{
    Arena *arena = arena_new(1024);
    int port;
    (void)state;
    int bound = bind_free_port(-1, &port);
    HttpReply reply = get_from(arena, port, "/", LIMIT_MS);
    assert_int_equal(reply.reached, HTTP_REFUSED);
    assert_true(text_contains(reply.fault, TEXT("refused")));
    close(bound);
    arena_free(arena);
}

static void a_listener_that_never_answers_is_silent(void **state)
{
    Arena *arena = arena_new(1024);
    int port;
    (void)state;
    int hung = bind_free_port(5, &port);
    assert_int_equal(get_from(arena, port, "/", SHORT_MS).reached, HTTP_SILENT);
    close(hung);
    arena_free(arena);
}

static void a_full_queue_on_this_host_is_silence_too(void **state)
{
    Arena *arena = arena_new(1024);
    int port;
    (void)state;
    int hung = bind_free_port(0, &port);
    int first = connect_to(port);
    for (int i = 0; i < 3; i++)
        assert_int_equal(get_from(arena, port, "/", SHORT_MS).reached, HTTP_SILENT);
    close(first);
    close(hung);
    arena_free(arena);
}

static void *accept_and_close(void *listener)
{
    int connection = accept(*(int *)listener, NULL, NULL);
    close(connection);
    return NULL;
}

static void one_that_hangs_up_is_not_taken_for_one_that_hangs(void **state)
{
    Arena *arena = arena_new(1024);
    pthread_t thread;
    int port;
    (void)state;
    int listener = bind_free_port(5, &port);
    assert_int_equal(pthread_create(&thread, NULL, accept_and_close, &listener), 0);
    assert_int_equal(get_from(arena, port, "/", LIMIT_MS).reached, HTTP_UNREACHED);
    pthread_join(thread, NULL);
    close(listener);
    arena_free(arena);
}

static void a_name_that_is_none_is_unreached(void **state)
{
    Arena *arena = arena_new(1024);
    HttpReply reply;
    (void)state;
    const char *url = "http://nowhere.invalid:9101/";
    http_get_all(&url, 1, SHORT_MS, arena, &reply);
    assert_int_equal(reply.reached, HTTP_UNREACHED);
    assert_false(text_is_empty(reply.fault));
    arena_free(arena);
}

static void other_schemes_are_not_asked(void **state)
{
    Arena *arena = arena_new(1024);
    HttpReply reply;
    (void)state;
    const char *url = "file:///etc/hostname";
    http_get_all(&url, 1, SHORT_MS, arena, &reply);
    assert_int_equal(reply.reached, HTTP_UNREACHED);
    arena_free(arena);
}

static void an_answer_that_is_too_long_is_none(void **state)
{
    Fixture *fixture = *state;
    HttpReply most = get(fixture, "/most");
    assert_int_equal(most.reached, HTTP_ANSWERED);
    assert_int_equal(most.body.size, HTTP_BODY_MAX);
    HttpReply more = get(fixture, "/more");
    assert_int_equal(more.reached, HTTP_UNREACHED);
    assert_true(text_is(more.fault, "its answer is longer than 16777216 bytes"));
}

/* One silent among many costs its limit once, and nobody else's answer. */
static void several_are_asked_at_once(void **state)
{
    enum { COUNT = 12 };
    Fixture *fixture = *state;
    HttpReply replies[COUNT];
    const char *urls[COUNT];
    int port;
    int hung = bind_free_port(COUNT, &port);
    for (int i = 0; i < COUNT; i++)
        urls[i] = text_format(fixture->arena, "http://127.0.0.1:%d/",
                              i % 2 == 0 ? port : http_endpoint_port(fixture->endpoint))
                      .data;
    int64_t start_ms = clock_monotonic_ms();
    http_get_all(urls, COUNT, 2000, fixture->arena, replies);
    assert_true(clock_monotonic_ms() - start_ms < 2000 * (COUNT / 2));
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(replies[i].reached, i % 2 == 0 ? HTTP_SILENT : HTTP_ANSWERED);
    close(hung);
}

#define WITH_ENDPOINT(test) cmocka_unit_test_setup_teardown(test, open_endpoint, close_endpoint)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_ENDPOINT(the_longest_prefix_that_fits_answers),
        WITH_ENDPOINT(other_paths_are_not_found_and_status_is_kept),
        WITH_ENDPOINT(head_is_answered_without_a_body_and_nothing_else_is_allowed),
        WITH_ENDPOINT(whoever_sends_nothing_holds_up_nobody),
        WITH_ENDPOINT(a_taken_port_is_a_failure_that_may_pass),
        cmocka_unit_test(addresses_are_numbers),
        cmocka_unit_test(all_addresses_answer_when_no_host_is_named),
        cmocka_unit_test(nobody_there_is_refused),
        cmocka_unit_test(a_listener_that_never_answers_is_silent),
        cmocka_unit_test(a_full_queue_on_this_host_is_silence_too),
        cmocka_unit_test(one_that_hangs_up_is_not_taken_for_one_that_hangs),
        cmocka_unit_test(a_name_that_is_none_is_unreached),
        cmocka_unit_test(other_schemes_are_not_asked),
        WITH_ENDPOINT(an_answer_that_is_too_long_is_none),
        WITH_ENDPOINT(several_are_asked_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
