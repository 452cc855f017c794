/*
 * What all commands say alike: wrong words, and failures with the next step.
 */
#include "command.h"

#include <getopt.h>
#include <stdio.h>

int command_usage_error(const char *command, const char *message, const char *word)
{
    fprintf(stderr, "onecase %s: %s%s%s%s; `onecase %s --help` says more\n", command, message,
            word != NULL ? " \"" : "", word != NULL ? word : "", word != NULL ? "\"" : "", command);
    return EXIT_USAGE;
}

int command_option_error(const char *command, int option, char **argv)
{
    return command_usage_error(command, option == ':' ? "a value is missing after" : "no option",
                               argv[optind - 1]);
}

int command_failed(const char *command, const Error *error)
{
    bool away = error->verdict == ERROR_RETRY;
    fprintf(stderr, "onecase %s: %s%s\n", command, error->text,
            away ? " (sought at ONECASE_BROKERS and PG*; on one machine `deploy/local/up` starts "
                   "Kafka and PostgreSQL, and `eval \"$(deploy/local/env)\"` sets these)"
                 : "");
    return away ? EXIT_UNAVAILABLE : EXIT_SOFTWARE;
}
