/*
 * getopt_long over a table of rows: the value it gives for an option is the row's number.
 */
#include "options.h"

#include "command.h"

#include <assert.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

enum { HELP = OPTIONS_MAX };

static bool take(const Option *row)
{
    if (row->flag != NULL)
        *row->flag = true;
    else if (row->text != NULL)
        *row->text = optarg;
    else
        return row->read(optarg, row->target);
    return true;
}

bool options_read(const OptionTable *table, int argc, char **argv, int *words, int *status)
{
    struct option known[OPTIONS_MAX + 2] = {0};
    assert(table->count <= OPTIONS_MAX);
    for (size_t i = 0; i < table->count; i++)
        known[i] = (struct option){table->rows[i].name,
                                   table->rows[i].flag != NULL ? no_argument : required_argument,
                                   NULL, (int)i};
    known[table->count] = (struct option){"help", no_argument, NULL, HELP};
    *status = EXIT_USAGE;
    optind = 1;
    for (int option; (option = getopt_long(argc, argv, ":", known, NULL)) != -1;) {
        if (option == HELP) {
            fputs(table->usage, stdout);
            *status = EXIT_OK;
            return false;
        }
        if (option == ':' || option == '?') {
            command_option_error(table->command, option, argv);
            return false;
        }
        if (!take(&table->rows[option]))
            return false;
    }
    *words = optind;
    *status = EXIT_OK;
    return true;
}

bool options_read_alone(const OptionTable *table, int argc, char **argv, int *status)
{
    int words;
    if (!options_read(table, argc, argv, &words, status))
        return false;
    if (words == argc)
        return true;
    *status = command_usage_error(table->command, "no words are taken, not", argv[words]);
    return false;
}

const char *options_brokers(void)
{
    const char *brokers = getenv("ONECASE_BROKERS");
    return brokers != NULL && brokers[0] != '\0' ? brokers : "localhost:9092";
}
