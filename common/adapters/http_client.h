#ifndef ONECASE_ADAPTERS_HTTP_CLIENT_H
#define ONECASE_ADAPTERS_HTTP_CLIENT_H

#include "base/error.h"
#include "base/text.h"

/* One GET over plain HTTP (libcurl): no proxy, no redirects, no more than HTTP_BODY_MAX bytes. */
enum { HTTP_BODY_MAX = 16777216 };

typedef enum HttpReached {
    HTTP_ANSWERED, /* with a status */
    HTTP_REFUSED, /* nobody listens there: the connection was refused, or the host says it has no such port */
    HTTP_SILENT, /* connected, and no whole answer within the limit: whoever listens there hangs; on this very host (loopback) also when
                    no connection came within the limit: more wait there than the kernel lets wait */
    HTTP_UNREACHED /* no route, no such name, no connection within the limit, no HTTP, cut off in the answer, or an answer too long */
} HttpReached;

typedef struct HttpReply {
    HttpReached reached;
    int status; /* of HTTP_ANSWERED */
    Text body;  /* on the arena */
    Text fault; /* what went wrong, unless it answered; on the arena */
} HttpReply;

/* `url` is "http://host:port/path". Asks several at once, each for at most `limit_ms`; replies[i] answers urls[i]. */
void http_get_all(
    const char *const *urls, size_t count, int limit_ms, Arena *arena, HttpReply *replies);

#endif
