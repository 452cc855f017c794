/*
 * One event, one line, one write(2): lines of several processes on one terminal never mix.
 *
 * Repeats are counted by event name in a small table. A window begins with the first line of an event; an entry whose window is over
 * is free for another name once what it suppressed has been told. Should more names than entries be at it at once, the
 * rest is written: a log that says too much is better than one that hides a rare event behind frequent ones.
 */
#include "base/log.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/text_builder.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LINE_BYTES = 1024, REPEATS_MAX = 32, LEVEL_COUNT = LOG_ERROR + 1 };

/* One event within its window. */
typedef struct Repeat {
    const char *event; /* NULL: free */
    LogLevel level;
    int64_t since_ms;
    uint64_t written;
    uint64_t suppressed;
} Repeat;

static const char *const LEVEL_NAMES[] = {
    [LOG_DEBUG] = "debug", [LOG_INFO] = "info", [LOG_WARN] = "warn", [LOG_ERROR] = "error"};

/* Set once at start, read from then on. */
static const char *log_service;
static LogLevel log_level = LOG_INFO;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static Repeat repeats[REPEATS_MAX];  /* behind the lock */
static atomic_size_t repeats_untold; /* entries that suppressed something */
static _Atomic uint64_t lines_written[LEVEL_COUNT];
static _Atomic uint64_t lines_suppressed;

void log_open(const char *service, LogLevel level)
{
    log_service = service;
    log_level = level;
}

bool log_level_from(Text name, LogLevel *level)
{
    for (size_t i = 0; i < sizeof LEVEL_NAMES / sizeof LEVEL_NAMES[0]; i++) {
        if (text_is(name, LEVEL_NAMES[i])) {
            *level = (LogLevel)i;
            return true;
        }
    }
    return false;
}

static bool needs_quotes(Text text)
{
    for (size_t i = 0; i < text.size; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        if (byte <= ' ' || byte >= 0x7F || byte == '"' || byte == '=' || byte == '\\') {
            return true;
        }
    }
    return text.size == 0;
}

static void write_value(TextBuilder *line, Text text)
{
    if (needs_quotes(text)) {
        js_write_text(line, text);
    } else {
        builder_text(line, text);
    }
}

static void write_time(TextBuilder *line)
{
    int64_t now_us = clock_wall_us();
    time_t seconds = (time_t)(now_us / 1000000);
    struct tm parts;
    char stamp[32];
    if (gmtime_r(&seconds, &parts) == NULL ||
        strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%S", &parts) == 0) {
        stamp[0] = '\0';
    }
    builder_format(line, "ts=%s.%03dZ", stamp, (int)(now_us / 1000 % 1000));
}

static void write_fields(TextBuilder *line, const LogField *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        builder_format(line, " %s=", fields[i].name);
        switch (fields[i].kind) {
        case LOG_FIELD_TEXT:
            write_value(line, fields[i].text);
            break;
        case LOG_FIELD_INT:
            builder_int(line, fields[i].integer);
            break;
        case LOG_FIELD_DOUBLE:
            builder_format(line, "%.6g", fields[i].real);
            break;
        }
    }
}

static void write_line(LogLevel level, const char *event, const LogField *fields, size_t count)
{
    Arena *arena = arena_new(LINE_BYTES);
    TextBuilder line = builder_new(arena);
    write_time(&line);
    builder_format(&line, " level=%s", LEVEL_NAMES[level]);
    if (log_service != NULL) {
        builder_format(&line, " service=%s", log_service);
    }
    builder_string(&line, " event=");
    write_value(&line, text_from(event));
    write_fields(&line, fields, count);
    builder_char(&line, '\n');
    Text text = builder_view(&line);
    ssize_t written = write(STDERR_FILENO, text.data, text.size);
    (void)written; /* nowhere left to complain */
    arena_free(arena);
    atomic_fetch_add(&lines_written[level], 1);
}

static bool is_over(const Repeat *repeat, int64_t now_ms)
{
    return now_ms - repeat->since_ms >= LOG_WINDOW_MS;
}

/* Says what an entry suppressed, and frees it. */
static void end_window(Repeat *repeat, int64_t now_ms)
{
    if (repeat->suppressed > 0) {
        const LogField fields[] = {LOG_STRING("of", repeat->event),
                                   LOG_INT("count", repeat->suppressed),
                                   LOG_INT("within_s", (now_ms - repeat->since_ms + 500) / 1000)};
        write_line(repeat->level, "suppressed", fields, sizeof fields / sizeof fields[0]);
        atomic_fetch_sub(&repeats_untold, 1);
    }
    repeat->event = NULL;
    repeat->suppressed = 0;
}

static void end_windows(int64_t now_ms, bool all)
{
    for (size_t i = 0; i < REPEATS_MAX; i++) {
        if (repeats[i].event != NULL && (all || is_over(&repeats[i], now_ms))) {
            end_window(&repeats[i], now_ms);
        }
    }
}

/* The entry of this event, a new one when it has none; NULL: no room. */
static Repeat *repeat_of(const char *event, LogLevel level, int64_t now_ms)
{
    Repeat *room = NULL;
    for (size_t i = 0; i < REPEATS_MAX; i++) {
        if (repeats[i].event == NULL) {
            room = room == NULL ? &repeats[i] : room;
        } else if (strcmp(repeats[i].event, event) == 0) {
            return &repeats[i];
        }
    }
    if (room != NULL) {
        *room = (Repeat){.event = event, .level = level, .since_ms = now_ms};
    }
    return room;
}

static bool is_one_too_many(LogLevel level, const char *event, int64_t now_ms)
{
    Repeat *repeat = repeat_of(event, level, now_ms);
    if (repeat == NULL || repeat->written < LOG_REPEATS) {
        if (repeat != NULL) {
            repeat->written++;
        }
        return false;
    }
    if (repeat->suppressed++ == 0) {
        atomic_fetch_add(&repeats_untold, 1);
    }
    atomic_fetch_add(&lines_suppressed, 1);
    return true;
}

void log_fields(LogLevel level, const char *event, const LogField *fields, size_t count)
{
    if (level < log_level) {
        return;
    }
    bool bounded = level == LOG_INFO || level == LOG_WARN;
    int64_t now_ms = clock_monotonic_ms();
    pthread_mutex_lock(&lock);
    end_windows(now_ms, false);
    if (!bounded || !is_one_too_many(level, event, now_ms)) {
        write_line(level, event, fields, count);
    }
    pthread_mutex_unlock(&lock);
}

void log_fields_always(LogLevel level, const char *event, const LogField *fields, size_t count)
{
    if (level >= log_level) {
        pthread_mutex_lock(&lock);
        write_line(level, event, fields, count);
        pthread_mutex_unlock(&lock);
    }
}

void log_settle(bool all)
{
    if (atomic_load(&repeats_untold) > 0) {
        pthread_mutex_lock(&lock);
        end_windows(clock_monotonic_ms(), all);
        pthread_mutex_unlock(&lock);
    }
}

uint64_t log_lines_written(LogLevel level)
{
    return atomic_load(&lines_written[level]);
}

uint64_t log_lines_suppressed(void)
{
    return atomic_load(&lines_suppressed);
}
