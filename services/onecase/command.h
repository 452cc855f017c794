#ifndef ONECASE_SERVICES_ONECASE_COMMAND_H
#define ONECASE_SERVICES_ONECASE_COMMAND_H

#include "base/error.h"

/*
 * `onecase` is a table of commands. A command gets its own argv (argv[0] is its name, e.g. "case") and answers with
 * an exit code. Every command understands --help; where it prints data also --json.
 */
enum {
    EXIT_OK = 0, /* done, all well */
    EXIT_FOUND =
        1, /* ran, and found what it looks for: mistakes, differences, lag over the limit */
    EXIT_NOT_FOUND = 3,    /* the thing asked for does not exist */
    EXIT_USAGE = 64,       /* wrong words on the command line */
    EXIT_UNAVAILABLE = 69, /* Kafka or PostgreSQL does not answer */
    EXIT_SOFTWARE = 70,    /* our bug or a wrong schema */
    EXIT_OUTPUT = 74,      /* what was printed could not be written; for every command, by main */
    EXIT_QUEUED = 75       /* submitted, and not done yet (submit.h) */
};

typedef struct Command {
    const char *name;
    const char *summary; /* one line for `onecase --help` */
    int (*run)(int argc, char **argv);
} Command;

/* One line on stderr about a wrong word (or NULL), with where to read more. EXIT_USAGE. */
int command_usage_error(const char *command, const char *message, const char *word);
/* The same for an answer ':' or '?' of getopt_long, which is silent when its option string is ":". */
int command_option_error(const char *command, int option, char **argv);
/* The failure on stderr, with what to do when a server does not answer, and the exit code that fits it. */
int command_failed(const char *command, const Error *error);

int command_topics(int argc, char **argv);
int command_audit(int argc, char **argv);
int command_check(int argc, char **argv);
int command_dlq(int argc, char **argv);
int command_doctor(int argc, char **argv);
int command_lag(int argc, char **argv);
int command_ledger(int argc, char **argv);
int command_map(int argc, char **argv);
int command_source(int argc, char **argv);
int command_send(int argc, char **argv);
int command_digest(int argc, char **argv);
int command_replay(int argc, char **argv);
int command_resume(int argc, char **argv);
int command_case(int argc, char **argv);
int command_command(int argc, char **argv);
int command_explain_pair(int argc, char **argv);

#endif
