#ifndef ONECASE_BASE_ERROR_H
#define ONECASE_BASE_ERROR_H

#include <stdarg.h>
#include <stdbool.h>

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(string, first) __attribute__((format(printf, string, first)))

/* What is to be done about a failure; only adapters/service.c and a program's main path act on it. */
typedef enum ErrorVerdict {
    ERROR_NONE,
    ERROR_REJECT, /* this record is at fault: dead letter, then go on */
    ERROR_RETRY,  /* the world is at fault: back off, then take the same input again */
    ERROR_FATAL   /* we are at fault, or nothing can be done here: say why and stop */
} ErrorVerdict;

/*
 * A failure, owned by the caller, {0} to start with. The first failure set stays.
 * `rule` and `pointer` are empty unless the failure came from error_set_at: `rule` is a short stable word
 * ("syntax", "required", "kind"), `pointer` the RFC 6901 JSON Pointer of the guilty value, `state` the
 * SQLSTATE when PostgreSQL reported it, `constraint` the name of the constraint that it named, cut to fit. No member ever
 * holds a value of a record.
 */
typedef struct Error {
    ErrorVerdict verdict;
    char text[240];
    char rule[24];
    char pointer[120];
    char state[6];
    char constraint[64];
} Error;

/* Sets verdict and text unless an error stands there already. Always returns false. */
bool error_set(Error *error, ErrorVerdict verdict, const char *format, ...) PRINTF_LIKE(3, 4);

/* The same with rule and pointer (either may be NULL); for rejected records. Always returns false. */
bool error_set_at(Error *error,
                  ErrorVerdict verdict,
                  const char *rule,
                  const char *pointer,
                  const char *format,
                  ...) PRINTF_LIKE(5, 6);

/* Puts "prefix: " before the text of an error that is set. Always returns false. */
bool error_prefix(Error *error, const char *format, ...) PRINTF_LIKE(2, 3);

/* Forgets the failure. */
void error_clear(Error *error);

#endif
