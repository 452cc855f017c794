/*
 * The command line of a program: the options that all have, its own flags, and --help made of its settings.
 */
#include "adapters/service_internal.h"

#include <assert.h>
#include <getopt.h>
#include <stdio.h>

enum {
    OVERRIDES_MAX = 256,
    COMMON_OPTIONS = 6,
    FIRST_FLAG = 256 /* beyond every character that names an option */
};

static void print_help(const ServiceSpec *spec, FILE *stream)
{
    fprintf(stream,
            "%s: %s\n\n"
            "usage: %s [--config FILE] [--set PATH=VALUE]... [--check]",
            spec->name, spec->summary, spec->name);
    for (size_t i = 0; i < spec->flag_count; i++)
        fprintf(stream, " [--%s]", spec->flags[i].name);
    fprintf(stream, "\n\n"
                    "  --config FILE      settings in libconfig form, one PATH = VALUE; a line\n"
                    "  --set PATH=VALUE   one setting, stronger than the file\n"
                    "  --check            check settings and the files they name, then stop\n"
                    "  --metrics          print what it counts, then stop\n");
    for (size_t i = 0; i < spec->flag_count; i++)
        fprintf(stream, "  --%-16s %s\n", spec->flags[i].name, spec->flags[i].help);
    fprintf(
        stream,
        "  --version          print the version\n"
        "  --help             print this\n\n"
        "Signals: SIGTERM and SIGINT finish what is in hand, commit and end%s.\n"
        "Ends with 0 when told to, 1 when it cannot go on, 2 for wrong arguments or settings.\n\n"
        "Settings:\n",
        spec->reload != NULL ? "; SIGHUP reloads" : "");
    settings_print(&spec->settings, stream);
}

/* The program's own, then those that every program has. */
static void print_metrics(const ServiceSpec *spec, Arena *arena)
{
    MetricList common = service_pages_metrics();
    MetricList all = {NULL, spec->metrics.count + common.count};
    Metric **items = ARENA_ARRAY(arena, Metric *, all.count);
    for (size_t i = 0; i < all.count; i++)
        items[i] = i < spec->metrics.count ? spec->metrics.items[i]
                                           : common.items[i - spec->metrics.count];
    all.items = items;
    TextBuilder out = builder_new(arena);
    metrics_describe(all, &out);
    printf("%.*s", TEXT_ARGS(builder_view(&out)));
}

bool service_arguments_read(
    const ServiceSpec *spec, int argc, char **argv, Arena *arena, ServiceArguments *arguments)
{
    struct option options[COMMON_OPTIONS + SERVICE_FLAGS_MAX + 1] = {
        {"config", required_argument, NULL, 'c'}, {"set", required_argument, NULL, 's'},
        {"check", no_argument, NULL, 'k'},        {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'v'},      {"metrics", no_argument, NULL, 'm'},
    };
    assert(spec->flag_count <= SERVICE_FLAGS_MAX);
    for (size_t i = 0; i < spec->flag_count; i++)
        options[COMMON_OPTIONS + i] =
            (struct option){spec->flags[i].name, no_argument, NULL, FIRST_FLAG + (int)i};
    arguments->input.overrides.items = ARENA_ARRAY(arena, Text, OVERRIDES_MAX);
    optind = 1;
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (option) {
        case 'c':
            arguments->input.file = optarg;
            break;
        case 's':
            if (arguments->input.overrides.count == OVERRIDES_MAX) {
                fprintf(stderr, "%s: more than %d times --set\n", spec->name, OVERRIDES_MAX);
                return false;
            }
            arguments->input.overrides.items[arguments->input.overrides.count++] =
                text_from(optarg);
            break;
        case 'k':
            arguments->check_only = true;
            break;
        case 'h':
            print_help(spec, stdout);
            arguments->done = true;
            return true;
        case 'm':
            print_metrics(spec, arena);
            arguments->done = true;
            return true;
        case 'v':
            printf("%s (onecase) %s\n", spec->name, ONECASE_VERSION);
            arguments->done = true;
            return true;
        default:
            if (option >= FIRST_FLAG) {
                arguments->flags[option - FIRST_FLAG] = true;
                break;
            }
            /* getopt has said what is wrong */
            fprintf(stderr, "`%s --help` says more\n", spec->name);
            return false;
        }
    }
    if (optind < argc) {
        fprintf(stderr, "%s: \"%s\" is no option; `%s --help` says more\n", spec->name,
                argv[optind], spec->name);
        return false;
    }
    return true;
}
