/*
 * onecase dlq redrive: first the trial, which changes nothing; with --yes the release:
 *
 *   find in the vault ─► try with today's mappings ─► dlq.redrive commands, applied ─► bytes to onecase.redrive ─► wait
 *
 * A kill between the commands and the bytes leaves letters released that are nowhere on their way; --again writes the
 * bytes of such once more.
 */
#include "dlq_commands.h"
#include "dlq_print.h"
#include "dlq_release.h"
#include "dlq_trial.h"
#include "json_out.h"

#include "base/map.h"

#include <inttypes.h>
#include <stdio.h>

typedef struct Redrive {
    const Dlq *dlq;
    DlqLetters letters;
    VaultSpec vault;
    VaultWanted *wanted;
    DlqTrial trial;
    bool *chosen;
    Text *commands;
    DlqOutcome outcome;
    size_t repeated; /* released before */
    size_t written;
    DlqReturned returned;
} Redrive;

static bool is_plural(size_t count)
{
    return count != 1;
}

/* ---- the trial, for people ---- */

static void print_causes(const Redrive *redrive)
{
    const DlqTrial *trial = &redrive->trial;
    for (size_t i = 0; i < trial->cause_count; i++) {
        const DlqCause *cause = &trial->causes[i];
        Text line = text_format(redrive->dlq->arena, "  %zu: rule %.*s at \"%.*s\": %.*s",
                                cause->count, TEXT_ARGS(cause->rule), TEXT_ARGS(cause->pointer),
                                TEXT_ARGS(cause->message));
        dlq_print_line(redrive->dlq->arena, line);
    }
    if (trial->others > 0)
        printf("  %zu for other causes\n", trial->others);
}

static void print_kinds(const DlqTrial *trial)
{
    const char *comma = " (";
    for (int kind = 0; kind < RECORD_KINDS; kind++) {
        if (trial->kinds[kind] == 0)
            continue;
        printf("%s%zu %s", comma, trial->kinds[kind], record_kind_name((RecordKind)kind));
        comma = ", ";
    }
    puts(comma[0] == ',' ? ")" : "");
}

static void print_trial(const Redrive *redrive)
{
    const DlqTrial *trial = &redrive->trial;
    const size_t *counts = trial->counts;
    size_t tried = counts[DLQ_PASSES] + counts[DLQ_FAILS];
    if (tried > 0) {
        printf("%zu of %zu would pass", counts[DLQ_PASSES], tried);
        print_kinds(trial);
    }
    if (counts[DLQ_FAILS] > 0) {
        printf("%zu would fail again:\n", counts[DLQ_FAILS]);
        print_causes(redrive);
    }
    if (counts[DLQ_AS_IT_IS] > 0)
        printf("%zu of the matcher %s mapped already: tried as %s, PostgreSQL will tell\n",
               counts[DLQ_AS_IT_IS], is_plural(counts[DLQ_AS_IT_IS]) ? "are" : "is",
               is_plural(counts[DLQ_AS_IT_IS]) ? "they are" : "it is");
    if (counts[DLQ_LOST] > 0)
        printf("%zu cannot be released: the vault keeps bytes %d days and does not hold %s any "
               "more;\n  the department has to send the record again\n",
               counts[DLQ_LOST], DLQ_KEEP_DAYS, is_plural(counts[DLQ_LOST]) ? "them" : "it");
    if (counts[DLQ_TRUNCATED] > 0)
        printf("%zu cannot be released: too large for the vault, so the bytes were never kept;\n"
               "  the department has to send the record again, smaller\n",
               counts[DLQ_TRUNCATED]);
    if (redrive->letters.total > DLQ_LETTERS_MAX)
        printf("there are more than %d; the oldest of them were tried\n", DLQ_LETTERS_MAX);
}

/* ---- choosing ---- */

static bool is_eligible(const Redrive *redrive, size_t index)
{
    DlqVerdict verdict = (DlqVerdict)redrive->trial.verdicts[index];
    return verdict == DLQ_PASSES || verdict == DLQ_AS_IT_IS ||
           (verdict == DLQ_FAILS && redrive->dlq->options->all);
}

/* Letters named by origin come in any state: of those only what may be released stays. */
static bool keep_redrivable(const Dlq *dlq, DlqLetters *letters)
{
    bool all = true;
    size_t kept = 0;
    for (size_t i = 0; i < letters->count; i++) {
        const DlqLetter *letter = &letters->items[i];
        bool released = text_is(letter->state, "released");
        if (text_is(letter->state, "open") || (released && dlq->options->again)) {
            letters->items[kept++] = *letter;
            continue;
        }
        all = false;
        fprintf(stderr, "onecase dlq: %.*s is %.*s%s\n", TEXT_ARGS(letter->origin),
                TEXT_ARGS(letter->state),
                released                           ? "; --again writes its bytes once more"
                : text_is(letter->state, "parked") ? "; `onecase dlq unpark` comes first"
                                                   : ", so there is nothing to do");
    }
    letters->count = kept;
    return all;
}

static size_t choose(Redrive *redrive)
{
    size_t count = 0;
    redrive->chosen = ARENA_ARRAY(redrive->dlq->arena, bool, redrive->letters.count);
    for (size_t i = 0; i < redrive->letters.count; i++) {
        redrive->chosen[i] = is_eligible(redrive, i);
        count += redrive->chosen[i];
    }
    return count;
}

/* ---- the release ---- */

/* Of letters released before: the command that did it. */
static const PostgresStatement RELEASED_BY = {
    "dlq_released_by",
    "select distinct on (origin) origin, id"
    "  from onecase.commands, jsonb_array_elements_text(args -> 'origins') as origin"
    " where kind = 'dlq.redrive' and origin = any(string_to_array($1, E'\\n'))"
    " order by origin, seq desc"};

static bool ask_released_by(Redrive *redrive, Error *error)
{
    POSTGRES_RESULT_AUTO *rows = NULL;
    TextBuilder origins = builder_new(redrive->dlq->arena);
    for (size_t i = 0; i < redrive->letters.count; i++) {
        const DlqLetter *letter = &redrive->letters.items[i];
        if (!redrive->chosen[i] || !text_is(letter->state, "released"))
            continue;
        builder_text(&origins, letter->origin);
        builder_char(&origins, '\n');
        redrive->repeated++;
    }
    if (redrive->repeated == 0)
        return true;
    const PostgresParam param = postgres_param_text(builder_view(&origins));
    if (!postgres_call(redrive->dlq->pg, &RELEASED_BY, &param, 1, &rows, error))
        return false;
    Map *found = map_new();
    for (int row = 0; row < postgres_rows(rows); row++)
        map_put(found, text_hash(postgres_text(rows, row, 0)), (uint64_t)row);
    for (size_t i = 0; i < redrive->letters.count; i++) {
        uint64_t row;
        if (map_get(found, text_hash(redrive->letters.items[i].origin), &row))
            redrive->commands[i] = text_copy(redrive->dlq->arena, postgres_text(rows, (int)row, 1));
    }
    map_free(found);
    return true;
}

/* Commands for the open ones; what is to be written afterwards is not skipped. */
static bool submit(Redrive *redrive, Error *error)
{
    const DlqLetters *letters = &redrive->letters;
    Arena *arena = redrive->dlq->arena;
    bool *open = ARENA_ARRAY(arena, bool, letters->count);
    redrive->commands = ARENA_ARRAY(arena, Text, letters->count);
    for (size_t i = 0; i < letters->count; i++)
        open[i] = redrive->chosen[i] && text_is(letters->items[i].state, "open");
    const DlqOrder order = {"dlq.redrive", letters, open, redrive->commands};
    if (!ask_released_by(redrive, error) ||
        !dlq_commands_submit(redrive->dlq, &order, &redrive->outcome, error))
        return false;
    for (size_t i = 0; i < letters->count; i++) {
        bool again = redrive->chosen[i] && text_is(letters->items[i].state, "released");
        redrive->wanted[i].skip = !open[i] && !again;
    }
    return true;
}

static void print_returned(const Redrive *redrive)
{
    const DlqReturned *returned = &redrive->returned;
    printf("%zu released: %" PRId64 " taken", redrive->written, returned->taken);
    if (returned->failed > 0)
        printf(", %" PRId64 " failed again", returned->failed);
    if (returned->under_way > 0)
        printf(", %" PRId64 " still on the way", returned->under_way);
    puts("");
    for (size_t i = 0; i < returned->cause_count; i++) {
        const DlqFailed *cause = &returned->causes[i];
        Text line = text_format(
            redrive->dlq->arena, "  %" PRId64 ": %.*s: rule %.*s at \"%.*s\": %.*s (group %.*s)",
            cause->count, TEXT_ARGS(cause->stage), TEXT_ARGS(cause->rule),
            TEXT_ARGS(cause->pointer), TEXT_ARGS(cause->message), TEXT_ARGS(cause->group));
        dlq_print_line(redrive->dlq->arena, line);
    }
    if (redrive->outcome.left > 0)
        printf("%zu were not open any more when the command came\n", redrive->outcome.left);
    if (redrive->outcome.undone > 0)
        printf(
            "%zu wait for their command; when it is done, `onecase dlq redrive ... --again --yes` "
            "writes their bytes\n",
            redrive->outcome.undone);
    if (returned->under_way > 0)
        puts("intake takes them when nothing live waits; `onecase dlq list` shows when they are "
             "back");
}

/* What would fail, or has no bytes any more, and is not released therefore. */
static size_t left_behind(const Redrive *redrive)
{
    const size_t *counts = redrive->trial.counts;
    const DlqOptions *options = redrive->dlq->options;
    bool with_fails = options->yes && options->all;
    return counts[DLQ_LOST] + counts[DLQ_TRUNCATED] + (with_fails ? 0 : counts[DLQ_FAILS]);
}

static int status_of(const Redrive *redrive)
{
    if (redrive->outcome.status != EXIT_OK)
        return redrive->outcome.status;
    if (redrive->returned.under_way > 0)
        return EXIT_QUEUED;
    return redrive->returned.failed > 0 || left_behind(redrive) > 0 ? EXIT_FOUND : EXIT_OK;
}

static void write_json(const Redrive *redrive)
{
    const size_t *counts = redrive->trial.counts;
    TextBuilder out = builder_new(redrive->dlq->arena);
    builder_char(&out, '{');
    out_int(&out, "letters", (int64_t)redrive->letters.count);
    out_int(&out, "would_pass", (int64_t)counts[DLQ_PASSES]);
    out_int(&out, "would_fail", (int64_t)counts[DLQ_FAILS]);
    out_int(&out, "as_they_are", (int64_t)counts[DLQ_AS_IT_IS]);
    out_int(&out, "lost", (int64_t)counts[DLQ_LOST]);
    out_int(&out, "truncated", (int64_t)counts[DLQ_TRUNCATED]);
    js_write_key(&out, TEXT("causes"));
    builder_char(&out, '[');
    for (size_t i = 0; i < redrive->trial.cause_count; i++) {
        const DlqCause *cause = &redrive->trial.causes[i];
        builder_string(&out, i > 0 ? ",{" : "{");
        out_text(&out, "rule", cause->rule);
        out_text(&out, "pointer", cause->pointer);
        out_text(&out, "message", cause->message);
        out_int(&out, "count", (int64_t)cause->count);
        builder_char(&out, '}');
    }
    builder_char(&out, ']');
    out_flag(&out, "done", redrive->dlq->options->yes);
    out_int(&out, "released", (int64_t)redrive->written);
    out_int(&out, "taken", redrive->returned.taken);
    out_int(&out, "failed_again", redrive->returned.failed);
    out_int(&out, "on_the_way", redrive->returned.under_way);
    builder_char(&out, '}');
    printf("%.*s\n", TEXT_ARGS(builder_view(&out)));
}

static int release(Redrive *redrive)
{
    Error error = {0};
    const DlqRelease spec = {redrive->dlq, &redrive->letters, redrive->wanted, NULL};
    DlqRelease work = spec;
    if (!submit(redrive, &error))
        return dlq_failed(redrive->dlq, &error);
    work.commands = redrive->commands;
    if (!dlq_release_write(&work, &redrive->vault, &redrive->written, &error)) {
        int status = dlq_failed(redrive->dlq, &error);
        fprintf(stderr,
                "onecase dlq: %zu of %zu released letters were written; `onecase dlq redrive "
                "--again` writes the rest\n",
                redrive->written, redrive->outcome.done + redrive->repeated);
        return status;
    }
    if (redrive->written > 0 && !dlq_release_await(&work, &redrive->returned, &error))
        return dlq_failed(redrive->dlq, &error);
    if (redrive->dlq->options->json)
        write_json(redrive);
    else
        print_returned(redrive);
    return status_of(redrive);
}

static int conclude(Redrive *redrive)
{
    const DlqOptions *options = redrive->dlq->options;
    size_t chosen = choose(redrive);
    if (!options->json)
        print_trial(redrive);
    if (options->yes && chosen > 0)
        return release(redrive);
    if (options->json)
        write_json(redrive);
    else if (chosen == 0)
        puts(options->yes ? "nothing was released" : "there is nothing to release");
    else
        printf("nothing was changed; the same words with --yes release %s %zu\n",
               is_plural(chosen) ? "these" : "this", chosen);
    return left_behind(redrive) > 0 ? EXIT_FOUND : EXIT_OK;
}

static int run(Redrive *redrive)
{
    const Dlq *dlq = redrive->dlq;
    Error error = {0};
    int status;
    if (!dlq_letters_all_there(dlq, &redrive->letters) ||
        !keep_redrivable(dlq, &redrive->letters) || redrive->letters.count == 0) {
        if (redrive->letters.count == 0)
            fputs("onecase dlq: no such dead letter is open\n", stderr);
        return EXIT_NOT_FOUND;
    }
    if (!dlq_trial_load(dlq, &redrive->trial, &status))
        return status;
    redrive->vault = (VaultSpec){dlq->options->brokers, dlq_topic(dlq, "onecase.deadletter")};
    redrive->wanted = dlq_letters_wanted(dlq, &redrive->letters);
    if (!vault_find(&redrive->vault, redrive->wanted, redrive->letters.count, dlq->arena, &error) ||
        !dlq_trial_run(&redrive->trial, &redrive->vault, &redrive->letters, redrive->wanted,
                       &error))
        return dlq_failed(dlq, &error);
    return conclude(redrive);
}

int dlq_redrive(const Dlq *dlq)
{
    Redrive redrive = {.dlq = dlq};
    Error error = {0};
    if (!dlq_letters_read(dlq, dlq->options->again ? "open,released" : "open", &redrive.letters,
                          &error))
        return dlq_failed(dlq, &error);
    int status = run(&redrive);
    dlq_letters_free(&redrive.letters);
    return status;
}
