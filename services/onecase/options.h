#ifndef ONECASE_SERVICES_ONECASE_OPTIONS_H
#define ONECASE_SERVICES_ONECASE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Long options as a table: a row for each, which says what becomes of it. Exactly one of `flag`, `text` and `read` is set. --help is
 * understood without a row.
 */
typedef struct Option {
    const char *name;                              /* dry-run */
    bool *flag;                                    /* becomes true; the option takes no value */
    const char **text;                             /* becomes the value, a view of argv */
    bool (*read)(const char *value, void *target); /* false: it has said what is wrong */
    void *target;
} Option;

enum { OPTIONS_MAX = 24 };

typedef struct OptionTable {
    const char *command; /* for messages: "source add" */
    const char *usage;   /* printed by --help */
    const Option *rows;
    size_t count; /* at most OPTIONS_MAX */
} OptionTable;

/*
 * Reads argv; the words that are no options begin at argv[*words]. False with the exit code in *status (EXIT_OK otherwise) when there is
 * nothing to do: wrong words, said on stderr, or --help.
 */
bool options_read(const OptionTable *table, int argc, char **argv, int *words, int *status);

/* The same for a command that takes no other words. */
bool options_read_alone(const OptionTable *table, int argc, char **argv, int *status);

/* Where Kafka is sought without --brokers: $ONECASE_BROKERS, else localhost:9092. */
const char *options_brokers(void);

#endif
