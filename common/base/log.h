#ifndef ONECASE_BASE_LOG_H
#define ONECASE_BASE_LOG_H

#include "base/text.h"

/*
 * logfmt on stderr, one event a line:
 *   ts=2026-11-22T08:00:00.123Z level=warn service=intake event=rejected topic=hotline.workorder offset=1841 ...
 * Values are quoted when they need it. Never log a payload, a personal value or a password.
 *
 * Repeats are bounded: of one event at level info or warn LOG_REPEATS lines are written within LOG_WINDOW_MS. What comes beyond them is
 * counted, and once the window is over one line says how many there were:
 *   ts=... level=warn service=intake event=suppressed of=rejected count=480 within_s=10
 * Never suppressed are errors, what somebody asked for by level debug, and log_state: lines that say that something began or ended
 * and come once for each. Safe from any thread.
 */
typedef enum LogLevel { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR } LogLevel;

enum { LOG_REPEATS = 20, LOG_WINDOW_MS = 10000 };

typedef struct LogField {
    const char *name;
    enum { LOG_FIELD_TEXT, LOG_FIELD_INT, LOG_FIELD_DOUBLE } kind;
    Text text;
    int64_t integer;
    double real;
} LogField;

#define LOG_TEXT(name_, text_)                                                                     \
    ((LogField){.name = (name_), .kind = LOG_FIELD_TEXT, .text = (text_)})
#define LOG_STRING(name_, string_) LOG_TEXT(name_, text_from(string_))
#define LOG_INT(name_, value_)                                                                     \
    ((LogField){.name = (name_), .kind = LOG_FIELD_INT, .integer = (int64_t)(value_)})
#define LOG_REAL(name_, value_)                                                                    \
    ((LogField){.name = (name_), .kind = LOG_FIELD_DOUBLE, .real = (value_)})

/* Call once at start; `service` must outlive the program. Lines below `level` are not written. */
void log_open(const char *service, LogLevel level);
bool log_level_from(Text name, LogLevel *level); /* debug info warn error */

/* `event` is a literal. */
void log_fields(LogLevel level, const char *event, const LogField *fields, size_t count);
void log_fields_always(LogLevel level, const char *event, const LogField *fields, size_t count);

/* Says what was suppressed in windows that are over, or in all at the end of the program; for loops that log nothing for long. */
void log_settle(bool all);

/* For metrics, from any thread: lines of that level that were written since the start, and lines that were not (see above). */
uint64_t log_lines_written(LogLevel level);
uint64_t log_lines_suppressed(void);

/* log_event(LOG_WARN, "rejected", LOG_TEXT("topic", topic), LOG_INT("offset", offset)) */
#define log_event(level, event, ...)                                                               \
    log_fields((level), (event), (LogField[]){__VA_ARGS__},                                        \
               sizeof((LogField[]){__VA_ARGS__}) / sizeof(LogField))

/* The same for the beginning and the end of a state: a partition that stands still, a server that is away. */
#define log_state(level, event, ...)                                                               \
    log_fields_always((level), (event), (LogField[]){__VA_ARGS__},                                 \
                      sizeof((LogField[]){__VA_ARGS__}) / sizeof(LogField))

#endif
