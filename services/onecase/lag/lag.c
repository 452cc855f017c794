/*
 * `onecase lag`: a report (lag_feed.h) as a table (lag_view.h), as JSON, as one line with an exit code (lag_say.h), or on a screen that
 * is drawn anew (lag_watch.h).
 */
#include "command.h"
#include "lag/lag_feed.h"
#include "lag/lag_json.h"
#include "lag/lag_say.h"
#include "lag/lag_terminal.h"
#include "lag/lag_view.h"
#include "lag/lag_watch.h"

#include "base/clock.h"

#include <inttypes.h>
#include <stdio.h>

enum { ARENA_BLOCK = 65536, US_PER_MS = 1000 };

static int print_verdict(const LagOptions *options, const LagReport *report, Arena *arena)
{
    const LagSaid said = lag_say(report, options->verdict_of, clock_wall_us() / US_PER_MS, arena);
    if (text_is_absent(said.line)) {
        const Text names = lag_say_names(report, arena);
        fprintf(stderr, "onecase lag: no group or program \"%s\" is watched; there are: %.*s\n",
                options->verdict_of, TEXT_ARGS(names));
        return said.exit_code;
    }
    printf("%.*s\n", TEXT_ARGS(said.line));
    return said.exit_code;
}

static void print_table_of(const LagOptions *options, const LagReport *report, Arena *arena)
{
    const LagViewOptions wanted = {.width = lag_terminal_columns(),
                                   .now_ms = clock_wall_us() / US_PER_MS,
                                   .all = options->all,
                                   .waiting = options->exact,
                                   .filter = TEXT("")};
    const bool colour = lag_terminal_colour();
    LagView view;
    lag_view(report, &wanted, arena, &view);
    lag_page_print(&view.head, colour);
    lag_page_print(&view.body, colour);
}

static int print_answer(const LagOptions *options, const LagAnswer *answer, Arena *arena)
{
    if (!text_is_empty(answer->notice))
        fprintf(stderr, "onecase lag: %.*s\n", TEXT_ARGS(answer->notice));
    if (options->verdict)
        return print_verdict(options, &answer->report, arena);
    if (options->json) {
        const Text json = lag_json(answer, arena);
        printf("%.*s\n", TEXT_ARGS(json));
    } else {
        print_table_of(options, &answer->report, arena);
    }
    if (lag_view_total(&answer->report, NULL).messages > options->max)
        return EXIT_FOUND;
    bool measured = answer->look.at_ms != 0;
    return measured && !answer->look.database_up ? EXIT_UNAVAILABLE : EXIT_OK;
}

static int failed(const Error *error)
{
    return error->verdict == ERROR_REJECT ? command_usage_error("lag", error->text, NULL)
                                          : command_failed("lag", error);
}

/* What is to be exact must not leave out what nobody could count. */
static bool check_exact(const LagOptions *options, const LagReport *report, Error *error)
{
    const LagPartition *unknown = lag_view_total(report, NULL).unknown;
    if (!options->exact || unknown == NULL)
        return true;
    return error_set(error, ERROR_RETRY,
                     "how many messages wait in partition %" PRId32
                     " of %.*s could not be asked: has it a leader?",
                     unknown->partition, TEXT_ARGS(unknown->topic));
}

int command_lag(int argc, char **argv)
{
    LagOptions options;
    int status = EXIT_OK;
    Error error = {0};
    if (!lag_options_read(argc, argv, &options, &status))
        return status;
    if (options.watch)
        return lag_watch(&options, &status, &error) ? status : failed(&error);
    Arena *arena = arena_new(ARENA_BLOCK);
    LagFeed *feed = lag_feed_new(&options);
    LagAnswer answer;
    if (lag_feed_ask(feed, arena, &answer, &error) && check_exact(&options, &answer.report, &error))
        status = print_answer(&options, &answer, arena);
    else
        status = failed(&error);
    lag_feed_free(feed);
    arena_free(arena);
    return status;
}
