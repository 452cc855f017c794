/* onecase dlq park and unpark: out of sight, and back. */
#include "dlq_commands.h"

#include <stdio.h>
#include <string.h>

typedef struct Turn {
    const char *kind;
    const char *from; /* the state a letter must have */
    const char *done; /* in words */
} Turn;

static const Turn PARK = {"dlq.park", "open", "parked"};
static const Turn UNPARK = {"dlq.unpark", "parked", "open again"};

/* Letters named by origin may be in another state. */
static size_t choose(const DlqLetters *letters, const Turn *turn, bool *chosen)
{
    size_t count = 0;
    for (size_t i = 0; i < letters->count; i++) {
        chosen[i] = text_is(letters->items[i].state, turn->from);
        count += chosen[i];
        if (!chosen[i])
            fprintf(stderr, "onecase dlq: %.*s is %.*s, not %s\n",
                    TEXT_ARGS(letters->items[i].origin), TEXT_ARGS(letters->items[i].state),
                    turn->from);
    }
    return count;
}

static int run(const Dlq *dlq, const Turn *turn, const DlqLetters *letters)
{
    Error error = {0};
    DlqOutcome outcome;
    bool *chosen = ARENA_ARRAY(dlq->arena, bool, letters->count);
    bool all = dlq_letters_all_there(dlq, letters);
    if (choose(letters, turn, chosen) == 0) {
        fprintf(stderr, "onecase dlq: no such dead letter is %s\n", turn->from);
        return EXIT_NOT_FOUND;
    }
    const DlqOrder order = {turn->kind, letters, chosen, NULL};
    if (!dlq_commands_submit(dlq, &order, &outcome, &error))
        return dlq_failed(dlq, &error);
    printf("%zu %s\n", outcome.done, turn->done);
    if (outcome.left > 0)
        printf("%zu were not %s any more\n", outcome.left, turn->from);
    if (letters->total > letters->count)
        printf("there are more than %d: run it again\n", DLQ_LETTERS_MAX);
    return outcome.status != EXIT_OK ? outcome.status : all ? EXIT_OK : EXIT_NOT_FOUND;
}

int dlq_park(const Dlq *dlq)
{
    const Turn *turn = strcmp(dlq->options->subcommand, "unpark") == 0 ? &UNPARK : &PARK;
    DlqLetters letters;
    Error error = {0};
    if (!dlq_letters_read(dlq, turn->from, &letters, &error))
        return dlq_failed(dlq, &error);
    int status = run(dlq, turn, &letters);
    dlq_letters_free(&letters);
    return status;
}
