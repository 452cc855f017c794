#ifndef ONECASE_ADAPTERS_HTTP_ENDPOINT_H
#define ONECASE_ADAPTERS_HTTP_ENDPOINT_H

#include "base/error.h"
#include "base/text.h"

/*
 * A small HTTP server inside a program (libmicrohttpd, a thread of its own): metrics, health, JSON. GET and HEAD alone; anything else
 * is 405, a path that no route takes 404. No TLS and no names: it listens on loopback unless told otherwise, and says nothing that is
 * personal. At most HTTP_CONNECTIONS_MAX connections, each with a time-out, so that nobody can hold it up.
 */
typedef struct HttpEndpoint HttpEndpoint;

enum { HTTP_CONNECTIONS_MAX = 64 };

typedef struct HttpRequest {
    Text path;    /* decoded, begins with '/' */
    Text host;    /* of the Host header; "" when there was none */
    Arena *arena; /* for the answer; lives until it is sent */
} HttpRequest;

typedef struct HttpAnswer {
    int status;               /* 200 unless set */
    const char *content_type; /* "text/plain; charset=utf-8" unless set */
    Text body;                /* on the arena of the request */
} HttpAnswer;

/* Paths that begin with `prefix` (the longest that fits is asked). Runs in the endpoint's thread: whatever it reads needs a lock. */
typedef struct HttpRoute {
    const char *prefix;
    bool exact; /* the whole path is meant */
    void (*answer)(void *context, const HttpRequest *request, HttpAnswer *answer);
    void *context;
} HttpRoute;

typedef struct HttpEndpointSpec {
    const char
        *listen; /* "127.0.0.1:9101", "[::1]:9101", ":9101" (all addresses); port 0: any free one */
    const HttpRoute *routes; /* outlive the endpoint */
    size_t route_count;
} HttpEndpointSpec;

/* Whether `listen` has one of these forms; *error says what was expected. REJECT. */
MUST_CHECK bool http_listen_check(const char *listen, Error *error);

/* RETRY when the address is taken or not ours. */
MUST_CHECK bool
http_endpoint_open(const HttpEndpointSpec *spec, HttpEndpoint **endpoint, Error *error);
void http_endpoint_close(HttpEndpoint *endpoint); /* NULL is fine; waits for answers under way */

/* The port it listens on. */
int http_endpoint_port(const HttpEndpoint *endpoint);

#endif
