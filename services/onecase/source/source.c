/*
 * `onecase source`: joining departments, and seeing which are joined.
 */
#include "command.h"
#include "source_add.h"
#include "source_list.h"
#include "source_resume.h"

#include <stdio.h>
#include <string.h>

static void print_usage(FILE *stream)
{
    fputs("usage: onecase source add FILE [OPTIONS]    join a department by its mapping file\n"
          "       onecase source list [OPTIONS]        the feeds that are joined\n"
          "       onecase source resume TOPIC ...      go on where offsets are gone\n"
          "\n"
          "`onecase source add --help` and the like say more.\n",
          stream);
}

int command_source(int argc, char **argv)
{
    if (argc >= 2 && strcmp(argv[1], "add") == 0)
        return source_add(argc - 1, argv + 1);
    if (argc >= 2 && strcmp(argv[1], "list") == 0)
        return source_list(argc - 1, argv + 1);
    if (argc >= 2 && strcmp(argv[1], "resume") == 0)
        return source_resume(argc - 1, argv + 1);
    if (argc >= 2 && strcmp(argv[1], "--help") == 0) {
        print_usage(stdout);
        return EXIT_OK;
    }
    if (argc >= 2)
        return command_usage_error("source", "no subcommand", argv[1]);
    return command_usage_error("source", "a subcommand is missing: add, list or resume", NULL);
}
