/*
 * A path is walked from the left, one name after the other; each branch ends in one page. A group's or a topic's name may hold a slash
 * (Kafka forbids it in topics alone), so what follows "consumer/" is the group with an ending taken off, not one part of the path.
 */
#include "domain/lag_burrow_parts.h"

#include <stddef.h>

static const char CONTENT_JSON[] = "application/json";
static const char CONTENT_TEXT[] = "text/plain; charset=utf-8";

const char *lag_burrow_status(LagVerdict verdict)
{
    static const char *const WORDS[LAG_VERDICT_COUNT] = {
        [LAG_OK] = "OK",        [LAG_CATCHING_UP] = "OK",
        [LAG_SLOW] = "WARN",    [LAG_STALLED] = "STALL",
        [LAG_STOPPED] = "STOP", [LAG_REWOUND] = "REWIND",
        [LAG_AT_RISK] = "WARN", [LAG_REFUSING] = "ERR",
        [LAG_LOST] = "ERR",     [LAG_DATABASE_DOWN] = "ERR",
    };
    return WORDS[verdict];
}

/* ---- pages ---- */

static TextBuilder begin(Arena *arena, bool error, const char *message)
{
    TextBuilder out = builder_new(arena);
    builder_format(&out, "{\"error\":%s,\"message\":\"%s\"", error ? "true" : "false", message);
    return out;
}

static LagBurrowPage finish(const LagBurrowAsked *asked, TextBuilder *out, int status)
{
    js_write_key(out, TEXT("request"));
    builder_char(out, '{');
    burrow_text(out, "url", asked->path);
    burrow_text(out, "host", text_from(asked->burrow->host));
    builder_string(out, "}}");
    return (LagBurrowPage){status, CONTENT_JSON, builder_view(out)};
}

static LagBurrowPage not_found(const LagBurrowAsked *asked, const char *message)
{
    TextBuilder out = begin(asked->arena, true, message);
    return finish(asked, &out, 404);
}

static LagBurrowPage no_such_page(void)
{
    return (LagBurrowPage){
        404, CONTENT_TEXT,
        TEXT("{\"error\":true,\"message\":\"invalid request type\",\"result\":{}}\n")};
}

static LagBurrowPage clusters(const LagBurrowAsked *asked)
{
    TextBuilder out = begin(asked->arena, false, "cluster list returned");
    js_write_key(&out, TEXT("clusters"));
    builder_char(&out, '[');
    js_write_text(&out, asked->burrow->report->cluster);
    builder_char(&out, ']');
    return finish(asked, &out, 200);
}

static void write_servers(TextBuilder *out, Text brokers)
{
    js_write_key(out, TEXT("servers"));
    builder_char(out, '[');
    for (size_t from = 0; from <= brokers.size;) {
        size_t comma = text_find(brokers, TEXT(","), from);
        size_t to = comma == SIZE_MAX ? brokers.size : comma;
        if (from > 0)
            builder_char(out, ',');
        js_write_text(out, text_trim(text_slice(brokers, from, to - from)));
        from = to + 1;
    }
    builder_char(out, ']');
}

static LagBurrowPage cluster(const LagBurrowAsked *asked)
{
    int64_t refresh_s = asked->burrow->cycle_ms < 1000 ? 1 : asked->burrow->cycle_ms / 1000;
    TextBuilder out = begin(asked->arena, false, "cluster module detail returned");
    js_write_key(&out, TEXT("module"));
    builder_char(&out, '{');
    burrow_text(&out, "class-name", TEXT("kafka"));
    write_servers(&out, text_from(asked->burrow->brokers));
    burrow_int(&out, "topic-refresh", refresh_s);
    burrow_int(&out, "offset-refresh", refresh_s);
    js_write_key(&out, TEXT("client-profile"));
    builder_string(&out, "{\"name\":\"\",\"client-id\":\"\",\"kafka-version\":\"\",\"tls\":null,"
                         "\"sasl\":null}");
    burrow_flag(&out, "up", asked->burrow->report->kafka_up);
    burrow_time(&out, "since", asked->burrow->report->kafka_since_ms);
    burrow_text(&out, "fault", asked->burrow->report->kafka_fault);
    builder_char(&out, '}');
    return finish(asked, &out, 200);
}

/* Names in the order of the report, the worst group first. */
static LagBurrowPage consumers(const LagBurrowAsked *asked)
{
    const LagReport *report = asked->burrow->report;
    TextBuilder out = begin(asked->arena, false, "consumer list returned");
    js_write_key(&out, TEXT("consumers"));
    builder_char(&out, '[');
    for (size_t i = 0; i < report->group_count; i++) {
        if (i > 0)
            builder_char(&out, ',');
        js_write_text(&out, report->groups[i].group);
    }
    builder_char(&out, ']');
    return finish(asked, &out, 200);
}

static const LagGroup *find_group(const LagBurrowAsked *asked, Text name)
{
    const LagReport *report = asked->burrow->report;
    for (size_t i = 0; asked->ours && i < report->group_count; i++)
        if (text_equal(report->groups[i].group, name))
            return &report->groups[i];
    return NULL;
}

static LagBurrowPage status(const LagBurrowAsked *asked, Text name, bool all)
{
    const LagGroup *group = find_group(asked, name);
    TextBuilder out = begin(asked->arena, false, "consumer status returned");
    js_write_key(&out, TEXT("status"));
    if (group != NULL)
        burrow_status(&out, asked->burrow->report, group, all);
    else
        burrow_status_not_found(&out, asked->cluster, name);
    return finish(asked, &out, group != NULL ? 200 : 404);
}

static LagBurrowPage consumer(const LagBurrowAsked *asked, Text name)
{
    static const Text STATUS = {"/status", 7};
    static const Text LAG = {"/lag", 4};
    if (text_ends(name, STATUS))
        return status(asked, text_slice(name, 0, name.size - STATUS.size), false);
    if (text_ends(name, LAG))
        return status(asked, text_slice(name, 0, name.size - LAG.size), true);
    const LagGroup *group = find_group(asked, name);
    if (group == NULL)
        return not_found(asked, "cluster or consumer not found");
    TextBuilder out = begin(asked->arena, false, "consumer detail returned");
    js_write_key(&out, TEXT("topics"));
    burrow_topics_of_group(&out, asked->burrow->report, group);
    return finish(asked, &out, 200);
}

static LagBurrowPage topics(const LagBurrowAsked *asked)
{
    TextBuilder out = begin(asked->arena, false, "topic list returned");
    js_write_key(&out, TEXT("topics"));
    burrow_topics(&out, asked->burrow->report);
    return finish(asked, &out, 200);
}

static LagBurrowPage topic(const LagBurrowAsked *asked, Text name)
{
    static const Text CONSUMERS = {"/consumers", 10};
    bool of_consumers = text_ends(name, CONSUMERS);
    if (of_consumers)
        name = text_slice(name, 0, name.size - CONSUMERS.size);
    TextBuilder out =
        begin(asked->arena, false,
              of_consumers ? "consumers of topic returned" : "topic offsets returned");
    js_write_key(&out, of_consumers ? TEXT("consumers") : TEXT("offsets"));
    bool found = of_consumers ? burrow_consumers_of_topic(&out, asked->burrow->report, name)
                              : burrow_offsets_of_topic(&out, asked->burrow->report, name);
    if (!found || !asked->ours)
        return not_found(asked, "cluster or topic not found");
    return finish(asked, &out, 200);
}

/* ---- paths ---- */

/* Takes `part` and a slash, or all of the rest when it is just that, off the path. */
static bool take(Text *path, Text part)
{
    if (!text_starts(*path, part) || (path->size > part.size && path->data[part.size] != '/'))
        return false;
    size_t used = path->size > part.size ? part.size + 1 : part.size;
    *path = text_slice(*path, used, path->size);
    return true;
}

/* Takes the first name off the path. */
static Text take_name(Text *path)
{
    size_t slash = text_find(*path, TEXT("/"), 0);
    Text name = text_slice(*path, 0, slash);
    *path = slash == SIZE_MAX ? TEXT("") : text_slice(*path, slash + 1, path->size);
    return name;
}

static LagBurrowPage below_cluster(LagBurrowAsked *asked, Text rest)
{
    asked->ours = take(&rest, asked->burrow->report->cluster);
    asked->cluster = asked->ours ? asked->burrow->report->cluster : take_name(&rest);
    if (rest.size == 0)
        return asked->ours ? cluster(asked) : not_found(asked, "cluster module not found");
    bool of_consumers = take(&rest, TEXT("consumer"));
    if (!of_consumers && !take(&rest, TEXT("topic")))
        return no_such_page();
    if (rest.size > 0)
        return of_consumers ? consumer(asked, rest) : topic(asked, rest);
    if (!asked->ours)
        return not_found(asked, "cluster not found");
    return of_consumers ? consumers(asked) : topics(asked);
}

LagBurrowPage lag_burrow_page(const LagBurrow *burrow, Text path, Arena *arena)
{
    LagBurrowAsked asked = {.burrow = burrow, .path = path, .arena = arena};
    Text rest = path;
    if (rest.size > 1 && text_ends(rest, TEXT("/")))
        rest.size--;
    if (text_is(rest, "/burrow/admin"))
        return (LagBurrowPage){200, CONTENT_TEXT, TEXT("GOOD")};
    if (text_is(rest, "/burrow/admin/ready"))
        return (LagBurrowPage){200, CONTENT_TEXT, TEXT("READY")};
    if (!take(&rest, TEXT("/v3/kafka")))
        return no_such_page();
    return rest.size == 0 ? clusters(&asked) : below_cluster(&asked, rest);
}
