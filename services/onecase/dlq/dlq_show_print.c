/*
 * A dead letter on a page: what, why, what was done, the masked bytes, and the next step. The next step follows from state
 * and stage alone.
 */
#include "dlq_show_print.h"

#include "dlq_print.h"
#include "json_out.h"
#include "map/map_table.h"
#include "print.h"

#include "base/clock.h"

#include "domain/datetime.h"
#include "domain/report.h"

#include <stdio.h>

enum { LABEL = 10 };

/* ---- the next step ---- */

static Text mapping_name_of(Text mapping)
{
    size_t at = text_find(mapping, TEXT("@"), 0);
    return at == SIZE_MAX ? mapping : text_slice(mapping, 0, at);
}

static Text advise_mapping(const Dlq *dlq, const DlqLetter *letter)
{
    Text name = mapping_name_of(letter->mapping);
    return text_format(
        dlq->arena,
        "If the mapping is wrong: edit %s/%.*s.cfg, `onecase check`, tell intake (SIGHUP), then "
        "`onecase dlq redrive %.*s`, which tries it first. If the record is wrong: tell the "
        "department, and `onecase dlq park %.*s --reason ...`.",
        dlq->options->sources, TEXT_ARGS(name), TEXT_ARGS(letter->group), TEXT_ARGS(letter->group));
}

static Text advise_stage(const Dlq *dlq, const DlqLetter *letter)
{
    static const struct {
        const char *stage;
        const char *advice;
    } ADVICE[] = {
        {"send", "Kafka refused what came of it. If it was too large: let the mapping take less of "
                 "it (`max`, `extra`), then `onecase dlq redrive %.*s`; else park it."},
        {"write", "PostgreSQL refused the row. When what it names is mended, `onecase dlq redrive "
                  "%.*s` tries the record as it is; nothing is mapped again."},
        {"crash", "It ended the process that took it. Do not release it before a version that "
                  "mends this; give the developers the digest below. Then `onecase dlq redrive "
                  "%.*s`."},
        {"misrouted", "It came to another partition than its key's: somebody but intake and relay "
                      "writes onecase.report. `onecase dlq redrive %.*s` sends it by its key."},
    };
    for (size_t i = 0; i < sizeof(ADVICE) / sizeof(ADVICE[0]); i++)
        if (text_is(letter->stage, ADVICE[i].stage)) {
            TextBuilder out = builder_new(dlq->arena);
            Text advice = text_from(ADVICE[i].advice);
            size_t at = text_find(advice, TEXT("%.*s"), 0);
            builder_text(&out, text_slice(advice, 0, at));
            builder_text(&out, letter->group);
            builder_text(&out, text_slice(advice, at + sizeof("%.*s") - 1, SIZE_MAX));
            return builder_view(&out);
        }
    return advise_mapping(dlq, letter);
}

static Text advise(const Dlq *dlq, const DlqShown *shown)
{
    const DlqLetter *letter = shown->letter;
    if (text_is(letter->state, "resolved"))
        return TEXT("It came back and was taken: nothing is left to do.");
    if (text_is(letter->state, "released"))
        return text_format(dlq->arena,
                           "It is on its way through onecase.redrive. If it does not come back "
                           "though intake runs: `onecase dlq redrive %.*s --again --yes`.",
                           TEXT_ARGS(letter->origin));
    if (text_is(letter->state, "parked"))
        return text_format(dlq->arena, "`onecase dlq unpark %.*s --reason ...` takes it up again.",
                           TEXT_ARGS(letter->origin));
    if (text_is_absent(shown->no_vault) && shown->state != VAULT_THERE)
        return text_format(dlq->arena,
                           "It cannot be released. Let the department send the record again, and "
                           "`onecase dlq park %.*s --reason ...`.",
                           TEXT_ARGS(letter->origin));
    return advise_stage(dlq, letter);
}

/* ---- for people ---- */

static void print_labelled(const Dlq *dlq, const char *label, Text text)
{
    TextList lines = map_table_lines(dlq->arena, text, DLQ_WIDTH - LABEL);
    for (size_t i = 0; i < lines.count; i++)
        printf("%-*s%.*s\n", LABEL, i == 0 ? label : "", TEXT_ARGS(text_trim(lines.items[i])));
}

static Text bytes_in_words(const Dlq *dlq, const DlqShown *shown)
{
    Arena *arena = dlq->arena;
    if (!text_is_absent(shown->no_vault))
        return text_format(arena, "unknown: %.*s", TEXT_ARGS(shown->no_vault));
    if (shown->state == VAULT_LOST)
        return text_format(arena, "gone: onecase.deadletter keeps bytes %d days", DLQ_KEEP_DAYS);
    if (shown->state == VAULT_TRUNCATED)
        return TEXT("never kept: the record is larger than onecase.deadletter takes");
    int64_t left_us = shown->kept_us + DLQ_KEEP_DAYS * DATETIME_DAY_US - clock_wall_us();
    int64_t left_days = left_us > 0 ? (left_us + DATETIME_DAY_US - 1) / DATETIME_DAY_US : 0;
    return text_format(arena, "%lld, kept for %lld days more%s%s; sha256 %.*s",
                       (long long)shown->size, (long long)left_days,
                       shown->canonical ? "; the canonical record, as intake made it" : "",
                       shown->altered ? "; NOT the bytes that failed, their digest differs" : "",
                       TEXT_ARGS(shown->letter->sha256));
}

static void print_history(const Dlq *dlq, const PostgresResult *rows)
{
    Arena *arena = dlq->arena;
    for (int row = 0; row < postgres_rows(rows); row++) {
        TextBuilder line = builder_new(arena);
        builder_format(&line, "%.*s %.*s by %.*s, %.*s",
                       TEXT_ARGS(print_time(arena, postgres_time(rows, row, DLQ_HISTORY_AT))),
                       TEXT_ARGS(postgres_text(rows, row, DLQ_HISTORY_KIND)),
                       TEXT_ARGS(postgres_text(rows, row, DLQ_HISTORY_ACTOR)),
                       TEXT_ARGS(postgres_text(rows, row, DLQ_HISTORY_STATE)));
        Text reason = postgres_text(rows, row, DLQ_HISTORY_REASON);
        if (!text_is_empty(reason))
            builder_format(&line, ": %.*s", TEXT_ARGS(reason));
        print_labelled(dlq, row == 0 ? "history" : "", builder_view(&line));
    }
}

static void print_masked(Text masked)
{
    const char *label = "record";
    for (Text rest = masked; rest.size > 0;) {
        size_t end = text_find(rest, TEXT("\n"), 0);
        printf("%-*s%.*s\n", LABEL, label, TEXT_ARGS(text_slice(rest, 0, end)));
        rest = text_slice(rest, end + 1, SIZE_MAX);
        label = "";
    }
}

void dlq_show_print(const Dlq *dlq, const DlqShown *shown)
{
    const DlqLetter *letter = shown->letter;
    Arena *arena = dlq->arena;
    print_labelled(dlq, "letter", letter->origin);
    print_labelled(
        dlq, "state",
        text_format(arena, "%.*s, attempt %d", TEXT_ARGS(letter->state), letter->attempt));
    if (shown->in_group > 0)
        print_labelled(dlq, "group",
                       text_format(arena, "%.*s, of which this is the newest of %zu",
                                   TEXT_ARGS(letter->group), shown->in_group));
    else
        print_labelled(dlq, "group", letter->group);
    print_labelled(dlq, "why",
                   text_format(arena, "stage %.*s, rule %.*s at \"%.*s\"", TEXT_ARGS(letter->stage),
                               TEXT_ARGS(letter->rule), TEXT_ARGS(letter->pointer)));
    print_labelled(dlq, "", letter->message);
    print_labelled(dlq, "mapping", dlq_print_mapping(arena, letter->mapping));
    print_labelled(dlq, "source",
                   text_format(arena, "%.*s, region %.*s", TEXT_ARGS(letter->source),
                               TEXT_ARGS(letter->region)));
    print_labelled(dlq, "received", print_time(arena, letter->received_us));
    print_labelled(dlq, "bytes", bytes_in_words(dlq, shown));
    print_history(dlq, shown->history);
    print_masked(shown->masked);
    print_labelled(dlq, "next", advise(dlq, shown));
}

/* ---- for machines ---- */

static const char *state_name(const DlqShown *shown)
{
    static const char *const NAMES[] = {"lost", "truncated", "kept"};
    return text_is_absent(shown->no_vault) ? NAMES[shown->state] : "unknown";
}

void dlq_show_write(const Dlq *dlq, const DlqShown *shown)
{
    static const OutColumn HISTORY[] = {
        {"id", DLQ_HISTORY_ID, OUT_TEXT},         {"kind", DLQ_HISTORY_KIND, OUT_TEXT},
        {"actor", DLQ_HISTORY_ACTOR, OUT_TEXT},   {"submitted_at", DLQ_HISTORY_AT, OUT_TIME},
        {"state", DLQ_HISTORY_STATE, OUT_TEXT},   {"result", DLQ_HISTORY_RESULT, OUT_TEXT},
        {"reason", DLQ_HISTORY_REASON, OUT_TEXT},
    };
    const DlqLetter *letter = shown->letter;
    TextBuilder out = builder_new(dlq->arena);
    builder_char(&out, '{');
    dlq_letters_write(letter, &out);
    out_text(&out, "sha256", letter->sha256);
    out_text(&out, "bytes", text_from(state_name(shown)));
    out_int(&out, "size", shown->state == VAULT_THERE ? shown->size : INTEGER_ABSENT);
    out_flag(&out, "canonical", shown->canonical);
    out_flag(&out, "altered", shown->altered);
    out_text(&out, "masked", shown->masked);
    out_rows(&out, "history", shown->history, HISTORY, sizeof(HISTORY) / sizeof(HISTORY[0]),
             dlq->arena);
    out_text(&out, "next", advise(dlq, shown));
    printf("%.*s}\n", TEXT_ARGS(builder_view(&out)));
}
