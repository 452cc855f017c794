/*
 * A thread of libmicrohttpd serves all connections by turns (epoll): whoever connects and says nothing holds up nobody, and is gone
 * after CONNECTION_LIMIT_S. Only an answer that takes long would, so answers are made of what is at hand.
 *
 * The socket is made here and not by the library, which would not say why it could not be had.
 */
#include "adapters/http_endpoint.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    CONNECTION_LIMIT_S = 10,
    CONNECTION_BYTES = 16384, /* of a request's head */
    ARENA_BYTES = 4096,
    PORT_MAX = 65535
};

struct HttpEndpoint {
    const HttpRoute *routes; /* the caller's */
    size_t route_count;
    struct MHD_Daemon *daemon;
    int port;
};

/* Where to listen. */
typedef struct Address {
    struct sockaddr_storage place;
    socklen_t size;
    bool all; /* no host was named */
} Address;

static Address all_addresses(uint16_t port)
{
    Address address = {.size = sizeof(struct sockaddr_in6), .all = true};
    struct sockaddr_in6 place = {
        .sin6_family = AF_INET6, .sin6_addr = in6addr_any, .sin6_port = htons(port)};
    memcpy(&address.place, &place, sizeof place);
    return address;
}

static Address all_addresses_ipv4(const Address *address)
{
    Address ipv4 = {.size = sizeof(struct sockaddr_in), .all = true};
    struct sockaddr_in6 before;
    memcpy(&before, &address->place, sizeof before);
    struct sockaddr_in place = {.sin_family = AF_INET, .sin_port = before.sin6_port};
    memcpy(&ipv4.place, &place, sizeof place);
    return ipv4;
}

static bool read_host(Arena *arena, Text host, uint16_t port, Address *address)
{
    if (host.size == 0) {
        *address = all_addresses(port);
        return true;
    }
    if (host.size > 2 && host.data[0] == '[' && host.data[host.size - 1] == ']') {
        struct sockaddr_in6 place = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
        *address = (Address){.size = sizeof place};
        if (inet_pton(AF_INET6, text_string(arena, text_slice(host, 1, host.size - 2)),
                      &place.sin6_addr) != 1)
            return false;
        memcpy(&address->place, &place, sizeof place);
        return true;
    }
    struct sockaddr_in place = {.sin_family = AF_INET, .sin_port = htons(port)};
    *address = (Address){.size = sizeof place};
    if (inet_pton(AF_INET, text_string(arena, host), &place.sin_addr) != 1)
        return false;
    memcpy(&address->place, &place, sizeof place);
    return true;
}

static bool read_listen(const char *listen, Address *address)
{
    Text text = text_from(listen);
    size_t colon = text.size;
    int64_t port = -1;
    while (colon > 0 && text.data[colon - 1] != ':')
        colon--;
    Text digits = text_slice(text, colon, text.size);
    if (colon == 0 || !text_is_digits(digits) || !text_to_int64(digits, &port) || port > PORT_MAX)
        return false;
    Arena *arena = arena_new(ARENA_BYTES);
    bool good = read_host(arena, text_slice(text, 0, colon - 1), (uint16_t)port, address);
    arena_free(arena);
    return good;
}

bool http_listen_check(const char *listen, Error *error)
{
    Address address;
    if (read_listen(listen, &address))
        return true;
    return error_set(error, ERROR_REJECT,
                     "\"%s\" is no address to listen on: expected 127.0.0.1:9101, [::1]:9101 or "
                     ":9101 (all addresses)",
                     listen);
}

/* A listening socket, or -1 with errno. */
static int listen_on(const Address *address)
{
    int yes = 1;
    int no = 0;
    int descriptor =
        socket(address->place.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        return -1;
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (address->all && address->place.ss_family == AF_INET6)
        setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no);
    /* A program that hangs accepts nobody: room for many who ask, so that they go on to see that it hangs. */
    if (bind(descriptor, (const struct sockaddr *)&address->place, address->size) == 0 &&
        listen(descriptor, SOMAXCONN) == 0)
        return descriptor;
    int reason = errno;
    close(descriptor);
    errno = reason;
    return -1;
}

static int port_of(int descriptor)
{
    struct sockaddr_storage place = {0};
    socklen_t size = sizeof place;
    struct sockaddr_in ipv4;
    struct sockaddr_in6 ipv6;
    if (getsockname(descriptor, (struct sockaddr *)&place, &size) != 0)
        return 0;
    memcpy(&ipv4, &place, sizeof ipv4);
    memcpy(&ipv6, &place, sizeof ipv6);
    return ntohs(place.ss_family == AF_INET6 ? ipv6.sin6_port : ipv4.sin_port);
}

static const HttpRoute *route_of(const HttpEndpoint *endpoint, Text path)
{
    const HttpRoute *best = NULL;
    size_t best_size = 0;
    for (size_t i = 0; i < endpoint->route_count; i++) {
        const HttpRoute *route = &endpoint->routes[i];
        Text prefix = text_from(route->prefix);
        bool fits = route->exact ? text_equal(path, prefix) : text_starts(path, prefix);
        /* of two that are as long the exact one */
        if (fits && (best == NULL || prefix.size > best_size ||
                     (prefix.size == best_size && route->exact))) {
            best = route;
            best_size = prefix.size;
        }
    }
    return best;
}

static void free_arena(void *arena)
{
    arena_free(arena);
}

static enum MHD_Result
send_answer(struct MHD_Connection *connection, Arena *arena, const HttpAnswer *answer)
{
    static char nothing[1];
    char *bytes = nothing;
    if (answer->body.size > 0)
        memcpy(&bytes, &answer->body.data, sizeof bytes); /* the library asks for no const */
    struct MHD_Response *response = MHD_create_response_from_buffer_with_free_callback_cls(
        answer->body.size, bytes, free_arena, arena);
    if (response == NULL) {
        arena_free(arena);
        return MHD_NO;
    }
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer->content_type);
    MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    if (answer->status == MHD_HTTP_METHOD_NOT_ALLOWED)
        MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
    enum MHD_Result sent = MHD_queue_response(connection, (unsigned)answer->status, response);
    MHD_destroy_response(response); /* the connection has its own hold on it */
    return sent;
}

/* The parameters are the library's. NOLINTNEXTLINE(readability-function-size) */
static enum MHD_Result on_request(void *context,
                                  struct MHD_Connection *connection,
                                  const char *path,
                                  const char *method,
                                  const char *version,
                                  const char *upload,
                                  size_t *upload_size,
                                  void **request_state)
{
    (void)version;
    (void)upload;
    (void)upload_size;
    (void)request_state;
    const HttpEndpoint *endpoint = context;
    Arena *arena = arena_new(ARENA_BYTES);
    const char *host = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Host");
    HttpRequest request = {
        .path = text_from(path), .host = text_from(host == NULL ? "" : host), .arena = arena};
    HttpAnswer answer = {.status = MHD_HTTP_OK, .content_type = "text/plain; charset=utf-8"};
    const HttpRoute *route = route_of(endpoint, request.path);
    if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0) {
        answer.status = MHD_HTTP_METHOD_NOT_ALLOWED;
        answer.body = TEXT("only GET and HEAD\n");
    } else if (route == NULL) {
        answer.status = MHD_HTTP_NOT_FOUND;
        answer.body = TEXT("no such page\n");
    } else {
        route->answer(route->context, &request, &answer);
    }
    return send_answer(connection, arena, &answer);
}

/* The thread takes no signals: those of the program are for the loop that waits for them. */
static struct MHD_Daemon *start(HttpEndpoint *endpoint, int descriptor)
{
    sigset_t every;
    sigset_t before;
    sigfillset(&every);
    pthread_sigmask(SIG_SETMASK, &every, &before);
    struct MHD_Daemon *daemon = MHD_start_daemon(
        MHD_USE_AUTO | MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL, NULL, on_request, endpoint,
        MHD_OPTION_LISTEN_SOCKET, descriptor, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)HTTP_CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)CONNECTION_LIMIT_S,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES, MHD_OPTION_END);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return daemon;
}

bool http_endpoint_open(const HttpEndpointSpec *spec, HttpEndpoint **endpoint, Error *error)
{
    Address address;
    if (!read_listen(spec->listen, &address))
        return http_listen_check(spec->listen, error);
    int descriptor = listen_on(&address);
    if (descriptor < 0 && errno == EAFNOSUPPORT && address.all) {
        Address ipv4 = all_addresses_ipv4(&address);
        descriptor = listen_on(&ipv4);
    }
    if (descriptor < 0)
        return error_set(error, ERROR_RETRY, "could not listen on %s: %s", spec->listen,
                         strerror(errno));
    HttpEndpoint *made = calloc(1, sizeof *made);
    if (made == NULL)
        abort(); /* out of memory */
    made->routes = spec->routes;
    made->route_count = spec->route_count;
    made->port = port_of(descriptor);
    made->daemon = start(made, descriptor);
    if (made->daemon == NULL) {
        close(descriptor);
        free(made);
        return error_set(error, ERROR_RETRY, "could not start the pages on %s", spec->listen);
    }
    *endpoint = made;
    return true;
}

void http_endpoint_close(HttpEndpoint *endpoint)
{
    if (endpoint == NULL)
        return;
    MHD_stop_daemon(endpoint->daemon); /* closes the socket too */
    free(endpoint);
}

int http_endpoint_port(const HttpEndpoint *endpoint)
{
    return endpoint->port;
}
