#include "lag/lag_feed.h"

#include "lag/lag_direct.h"

#include "base/clock.h"

#include "adapters/http_client.h"

#include <stdlib.h>
#include <time.h>

enum { LAGWATCH_LIMIT_MS = 3000, LOOK_EVERY_MS = 5000, HTTP_OK = 200 };

struct LagFeed {
    const LagOptions *options;
    LagDirect *direct; /* NULL: not needed yet */
};

LagFeed *lag_feed_new(const LagOptions *options)
{
    LagFeed *feed = calloc(1, sizeof(*feed));
    if (feed == NULL)
        abort(); /* out of memory */
    feed->options = options;
    return feed;
}

void lag_feed_free(LagFeed *feed)
{
    if (feed == NULL)
        return;
    lag_direct_close(feed->direct);
    free(feed);
}

/* The next of "a,b,..." without blanks; absent at the end. */
static Text next_broker(Text *list)
{
    if (text_is_absent(*list))
        return *list;
    size_t comma = text_find(*list, TEXT(","), 0);
    Text broker = text_trim(text_slice(*list, 0, comma));
    *list = comma == SIZE_MAX ? TEXT_ABSENT : text_slice(*list, comma + 1, SIZE_MAX);
    return broker;
}

/* One name and a port for each: Kafka's own port where none is said. */
static Text broker_address(Text broker, Arena *arena)
{
    const Text local = TEXT("localhost");
    if (!text_contains(broker, TEXT(":")))
        broker = text_format(arena, "%.*s:9092", TEXT_ARGS(broker));
    if (!text_starts(broker, local))
        return broker;
    Text port = text_slice(broker, local.size, SIZE_MAX);
    return text_format(arena, "127.0.0.1%.*s", TEXT_ARGS(port));
}

static bool have_one_in_common(Text brokers, Text others, Arena *arena)
{
    for (Text one; !text_is_absent(one = next_broker(&brokers));) {
        Text rest = others;
        for (Text other; !text_is_absent(other = next_broker(&rest));)
            if (text_equal(broker_address(one, arena), broker_address(other, arena)))
                return true;
    }
    return false;
}

static bool watches_others(const LagOptions *options, const LagReport *report, Arena *arena)
{
    return options->same_brokers && !text_is_empty(report->brokers) &&
           !have_one_in_common(report->brokers, text_from(options->brokers), arena);
}

/* False with the reason in *why when lagwatch gives no report. */
static bool ask_lagwatch(const LagFeed *feed, Arena *arena, LagReport *report, Text *why)
{
    const Text address = text_from(feed->options->lagwatch);
    const Text base = {address.data,
                       address.size - (text_ends(address, TEXT("/")) ? sizeof("/") - 1 : 0)};
    const char *url = text_format(arena, "%.*s/v1/lag", TEXT_ARGS(base)).data;
    HttpReply reply;
    Error error = {0};
    http_get_all(&url, 1, LAGWATCH_LIMIT_MS, arena, &reply);
    if (reply.reached != HTTP_ANSWERED)
        *why = text_format(arena, "no lagwatch answers at %.*s (%.*s)", TEXT_ARGS(base),
                           TEXT_ARGS(reply.fault));
    else if (reply.status != HTTP_OK)
        *why = text_format(arena, "%s answered with status %d", url, reply.status);
    else if (!lag_report_read(reply.body, arena, report, &error))
        *why = text_format(arena, "%s gave no report of lag (%s)", url, error.text);
    else if (watches_others(feed->options, report, arena))
        *why = text_format(arena,
                           "lagwatch at %.*s watches the brokers %.*s, not %s of ONECASE_BROKERS",
                           TEXT_ARGS(base), TEXT_ARGS(report->brokers), feed->options->brokers);
    else
        return true;
    return false;
}

static void pause_ms(int64_t ms)
{
    const struct timespec length = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&length, NULL);
}

static bool look(LagFeed *feed, Arena *arena, LagAnswer *answer, Error *error)
{
    return lag_direct_look(feed->direct, arena, &answer->look, &answer->report, error);
}

/* The first time in as many looks as fill the wait; a watch goes on looking anyway. */
static bool measure(LagFeed *feed, Arena *arena, LagAnswer *answer, Error *error)
{
    bool first = feed->direct == NULL;
    if (first && !lag_direct_open(feed->options, &feed->direct, error))
        return false;
    if (!look(feed, arena, answer, error))
        return false;
    int64_t left_ms = first && !feed->options->watch ? feed->options->wait_ms : 0;
    const int64_t end_ms = clock_monotonic_ms() + left_ms;
    for (; left_ms > 0; left_ms = end_ms - clock_monotonic_ms()) {
        pause_ms(left_ms < LOOK_EVERY_MS ? left_ms : LOOK_EVERY_MS);
        if (!look(feed, arena, answer, error))
            return false;
    }
    return true;
}

bool lag_feed_ask(LagFeed *feed, Arena *arena, LagAnswer *answer, Error *error)
{
    *answer = (LagAnswer){.notice = TEXT("")};
    if (feed->options->direct)
        return measure(feed, arena, answer, error);
    Text why = TEXT("");
    if (ask_lagwatch(feed, arena, &answer->report, &why))
        return true;
    answer->notice = text_format(arena, "%.*s: measured from here", TEXT_ARGS(why));
    if (measure(feed, arena, answer, error))
        return true;
    error_prefix(error, "%.*s; and from here", TEXT_ARGS(why));
    if (error->verdict == ERROR_REJECT)
        error->verdict = ERROR_RETRY; /* nobody named these mapping files */
    return false;
}
