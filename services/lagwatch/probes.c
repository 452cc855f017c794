/* What was met at each address, and what it was taken for before. */
#include "probes.h"

#include "watched.h"

#include "base/json.h"

#include "adapters/http_client.h"

enum { ARENA_BLOCK = 4096, PROBES_MAX = 200, MISSES_THAT_COUNT = 2, PORT_MAX = 65535 };

typedef struct Probe {
    Text service;
    Text address;
    const char *url;
    LagProcess process; /* as last told */
    int misses;         /* in a row */
} Probe;

struct Probes {
    Arena *arena;
    Probe *items;
    size_t count;
};

static bool is_service(Text name)
{
    return text_is(name, "intake") || text_is(name, "matcher") || text_is(name, "relay") ||
           text_is(name, "lagwatch");
}

/* HOST:PORT; an IPv6 address stands in brackets. */
static bool is_address(Text address)
{
    size_t colon = address.size;
    while (colon > 0 && address.data[colon - 1] != ':')
        colon--;
    int64_t port = 0;
    Text digits = text_slice(address, colon, address.size);
    if (colon < 2 || !text_is_digits(digits) || !text_to_int64(digits, &port))
        return false;
    Text host = text_slice(address, 0, colon - 1);
    bool bracketed = host.data[0] == '[' && host.data[host.size - 1] == ']';
    for (size_t i = 0; i < host.size; i++)
        if (host.data[i] == '/' || host.data[i] == '@' || (host.data[i] == ':' && !bracketed))
            return false;
    return port >= 1 && port <= PORT_MAX;
}

static bool add(Probes *probes, Text word, Arena *arena, TextList *faults)
{
    size_t equals = text_find(word, TEXT("="), 0);
    Text service = equals == SIZE_MAX ? TEXT("") : text_slice(word, 0, equals);
    Text address = equals == SIZE_MAX ? TEXT("") : text_slice(word, equals + 1, word.size);
    if (!is_service(service))
        return watched_fault(arena, faults,
                             "services: \"%.*s\" is no SERVICE=HOST:PORT with intake, matcher, "
                             "relay or lagwatch as SERVICE",
                             TEXT_ARGS(word));
    if (!is_address(address))
        return watched_fault(arena, faults,
                             "services: \"%.*s\" does not name HOST:PORT with a port of 1..%d",
                             TEXT_ARGS(word), PORT_MAX);
    for (size_t i = 0; i < probes->count; i++)
        if (text_equal(probes->items[i].address, address))
            return watched_fault(arena, faults, "services: %.*s stands there twice",
                                 TEXT_ARGS(address));
    if (probes->count == PROBES_MAX)
        return watched_fault(arena, faults, "services: more than %d processes", PROBES_MAX);
    probes->items[probes->count++] = (Probe){
        .service = text_copy(probes->arena, service),
        .address = text_copy(probes->arena, address),
        .url = text_format(probes->arena, "http://%.*s/healthz", TEXT_ARGS(address)).data,
        .process = LAG_PROCESS_UNKNOWN,
    };
    return true;
}

Probes *probes_new(const char *services, Arena *arena, TextList *faults)
{
    Arena *own = arena_new(ARENA_BLOCK);
    Probes *probes = ARENA_NEW(own, Probes);
    *probes = (Probes){.arena = own, .items = ARENA_ARRAY(own, Probe, PROBES_MAX)};
    Text word;
    bool good = true;
    for (size_t at = 0; watched_word(text_from(services), &at, &word);)
        good = add(probes, word, arena, faults) && good;
    if (good)
        return probes;
    probes_free(probes);
    return NULL;
}

void probes_free(Probes *probes)
{
    if (probes != NULL)
        arena_free(probes->arena);
}

/* One of ours says its name and how it is. */
static LagProcess read_answer(const Probe *probe, const HttpReply *reply, Arena *arena, Text *fault)
{
    JsDocument *document = NULL;
    Error error = {0};
    LagProcess process = LAG_PROCESS_UNKNOWN;
    bool parsed = js_parse(reply->body, &document, &error);
    const JsValue *root = parsed ? js_root(document) : NULL;
    Text name = js_text(js_member(root, TEXT("service")));
    Text status = js_text(js_member(root, TEXT("status")));
    *fault = TEXT("");
    if (text_is_empty(name))
        *fault = text_format(arena, "what answers there (status %d) is no program of ours",
                             reply->status);
    else if (!text_equal(name, probe->service))
        *fault = text_format(arena, "%.*s answers there", TEXT_ARGS(name));
    else if (reply->status == 200)
        process = LAG_PROCESS_WELL;
    else {
        *fault = text_format(arena, "it says itself that it is %.*s", TEXT_ARGS(status));
        process = LAG_PROCESS_HANGS;
    }
    js_close(document);
    return process;
}

static LagProcess judge(const Probe *probe, const HttpReply *reply, Arena *arena, Text *fault)
{
    *fault = text_is_absent(reply->fault) ? TEXT("") : reply->fault;
    switch (reply->reached) {
    case HTTP_ANSWERED:
        return read_answer(probe, reply, arena, fault);
    case HTTP_REFUSED:
        return LAG_PROCESS_GONE;
    case HTTP_SILENT:
        return LAG_PROCESS_HANGS;
    case HTTP_UNREACHED:
        return probe->misses < MISSES_THAT_COUNT ? probe->process : LAG_PROCESS_GONE;
    }
    return LAG_PROCESS_UNKNOWN;
}

LagProcessSeen *probes_ask(Probes *probes, int limit_ms, Arena *arena, size_t *count)
{
    const char **urls = ARENA_ARRAY(arena, const char *, probes->count);
    HttpReply *replies = ARENA_ARRAY(arena, HttpReply, probes->count);
    LagProcessSeen *seen = ARENA_ARRAY(arena, LagProcessSeen, probes->count);
    for (size_t i = 0; i < probes->count; i++)
        urls[i] = probes->items[i].url;
    http_get_all(urls, probes->count, limit_ms, arena, replies);
    for (size_t i = 0; i < probes->count; i++) {
        Probe *probe = &probes->items[i];
        probe->misses = replies[i].reached == HTTP_UNREACHED ? probe->misses + 1 : 0;
        seen[i] = (LagProcessSeen){.service = probe->service, .address = probe->address};
        seen[i].process = judge(probe, &replies[i], arena, &seen[i].fault);
        probe->process = seen[i].process;
    }
    *count = probes->count;
    return seen;
}
