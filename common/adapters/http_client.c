/*
 * All transfers run side by side in one multi handle, each with its own limit. What an answer's absence means is read from how far
 * the connection came: refused, connected and silent, or never there. A program that is stopped or hangs is still connected to by the
 * kernel, until as many wait as the kernel lets wait; from then on, on a host that is surely there (this one), not connecting
 * means the same as silence.
 */
#include "adapters/http_client.h"

#include "base/text_builder.h"

#include <curl/curl.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { WAIT_MS = 100 };

typedef struct Transfer {
    CURL *handle;
    TextBuilder body;
    bool too_large;
    char reason[CURL_ERROR_SIZE];
} Transfer;

static pthread_once_t started = PTHREAD_ONCE_INIT;

static void start_library(void)
{
    if (curl_global_init(CURL_GLOBAL_NOTHING) != CURLE_OK)
        abort(); /* out of memory */
}

static size_t take(char *bytes, size_t size, size_t count, void *context)
{
    Transfer *transfer = context;
    size_t got = size * count;
    transfer->too_large = transfer->body.size + got > HTTP_BODY_MAX;
    if (transfer->too_large)
        return 0; /* ends the transfer */
    builder_text(&transfer->body, (Text){bytes, got});
    return got;
}

static void begin(CURLM *all, Transfer *transfer, const char *url, long limit_ms, Arena *arena)
{
    transfer->body = builder_new(arena);
    transfer->handle = curl_easy_init();
    if (transfer->handle == NULL)
        abort(); /* out of memory */
    CURL *handle = transfer->handle;
    curl_easy_setopt(handle, CURLOPT_URL, url);
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http");
    curl_easy_setopt(handle, CURLOPT_PROXY, "");
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, limit_ms);
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, limit_ms);
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, transfer->reason);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(handle, CURLOPT_PRIVATE, transfer);
    curl_multi_add_handle(all, handle);
}

/* Whether the URL means this very host. */
static bool is_loopback(const char *url)
{
    CURLU *parts = curl_url();
    char *host = NULL;
    bool loopback = false;
    if (parts != NULL && curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
        curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK)
        loopback = strncmp(host, "127.", 4) == 0 || strcmp(host, "[::1]") == 0 ||
                   strcmp(host, "localhost") == 0;
    curl_free(host);
    curl_url_cleanup(parts);
    return loopback;
}

static HttpReached reached_by(const Transfer *transfer, CURLcode code, const char *url)
{
    long reason = 0;
    curl_off_t connected_us = 0;
    curl_easy_getinfo(transfer->handle, CURLINFO_OS_ERRNO, &reason);
    curl_easy_getinfo(transfer->handle, CURLINFO_CONNECT_TIME_T, &connected_us);
    if (code == CURLE_OK)
        return HTTP_ANSWERED;
    if (code == CURLE_COULDNT_CONNECT && reason == ECONNREFUSED)
        return HTTP_REFUSED;
    if (code == CURLE_OPERATION_TIMEDOUT && (connected_us > 0 || is_loopback(url)))
        return HTTP_SILENT;
    return HTTP_UNREACHED;
}

static Text fault_of(const Transfer *transfer, CURLcode code)
{
    Arena *arena = transfer->body.arena;
    if (transfer->too_large)
        return text_format(arena, "its answer is longer than %d bytes", HTTP_BODY_MAX);
    const char *reason = transfer->reason[0] != '\0' ? transfer->reason : curl_easy_strerror(code);
    return text_copy(arena, text_from(reason));
}

static void end(const Transfer *transfer, CURLcode code, const char *url, HttpReply *reply)
{
    long status = 0;
    *reply = (HttpReply){.reached = reached_by(transfer, code, url)};
    switch (reply->reached) {
    case HTTP_ANSWERED:
        curl_easy_getinfo(transfer->handle, CURLINFO_RESPONSE_CODE, &status);
        reply->status = (int)status;
        reply->body = builder_view(&transfer->body);
        break;
    case HTTP_REFUSED:
        reply->fault = TEXT("connection refused");
        break;
    case HTTP_SILENT:
    case HTTP_UNREACHED:
        reply->fault = fault_of(transfer, code);
        break;
    }
}

static void run(CURLM *all)
{
    int running = 0;
    do {
        if (curl_multi_perform(all, &running) != CURLM_OK)
            return;
        if (running > 0)
            curl_multi_poll(all, NULL, 0, WAIT_MS, NULL);
    } while (running > 0);
}

void http_get_all(
    const char *const *urls, size_t count, int limit_ms, Arena *arena, HttpReply *replies)
{
    pthread_once(&started, start_library);
    CURLM *all = curl_multi_init();
    if (all == NULL)
        abort(); /* out of memory */
    Transfer *transfers = ARENA_ARRAY(arena, Transfer, count);
    for (size_t i = 0; i < count; i++) {
        begin(all, &transfers[i], urls[i], limit_ms, arena);
        replies[i] =
            (HttpReply){.reached = HTTP_UNREACHED, .fault = TEXT("the transfer did not run")};
    }
    run(all);
    int left = 0;
    for (CURLMsg *message; (message = curl_multi_info_read(all, &left)) != NULL;) {
        Transfer *transfer = NULL;
        if (message->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
        end(transfer, message->data.result, urls[transfer - transfers],
            &replies[transfer - transfers]);
    }
    for (size_t i = 0; i < count; i++) {
        curl_multi_remove_handle(all, transfers[i].handle);
        curl_easy_cleanup(transfers[i].handle);
    }
    curl_multi_cleanup(all);
}
