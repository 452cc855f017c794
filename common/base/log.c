/* One event, one line, one write(2): lines of several processes on one terminal never mix. */
#include "base/log.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/text_builder.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { LINE_BYTES = 1024 };

static const char *const LEVEL_NAMES[] = {
    [LOG_DEBUG] = "debug", [LOG_INFO] = "info", [LOG_WARN] = "warn", [LOG_ERROR] = "error"};

/* Set once at start, read from then on. */
static const char *log_service;
static LogLevel log_level = LOG_INFO;

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

void log_fields(LogLevel level, const char *event, const LogField *fields, size_t count)
{
    if (level < log_level) {
        return;
    }
    Arena *arena = arena_new(LINE_BYTES);
    TextBuilder line = builder_new(arena);
    write_time(&line);
    builder_format(&line, " level=%s", LEVEL_NAMES[level]);
    if (log_service != NULL) {
        builder_format(&line, " service=%s", log_service);
    }
    builder_string(&line, " event=");
    write_value(&line, text_from(event));
    for (size_t i = 0; i < count; i++) {
        builder_format(&line, " %s=", fields[i].name);
        switch (fields[i].kind) {
        case LOG_FIELD_TEXT:
            write_value(&line, fields[i].text);
            break;
        case LOG_FIELD_INT:
            builder_int(&line, fields[i].integer);
            break;
        case LOG_FIELD_DOUBLE:
            builder_format(&line, "%.6g", fields[i].real);
            break;
        }
    }
    builder_char(&line, '\n');
    Text text = builder_view(&line);
    ssize_t written = write(STDERR_FILENO, text.data, text.size);
    (void)written; /* nowhere left to complain */
    arena_free(arena);
}
