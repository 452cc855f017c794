/*
 * onecase dlq list: groups by cause, or single letters. Two lines for each, none wider than a terminal of 80 columns when one
 * is looking:
 *
 *   GROUP      COUNT  LAST              SOURCE    STAGE   RULE        POINTER
 *   3f9a2c1e      40  2026-11-26 03:12  GRID      map     required    /eventNo
 *                     since 2026-11-25 22:10; grid@0123456789ab; 38 open, 2 released; bytes go in 29 days
 */
#include "dlq_letters.h"
#include "dlq_print.h"
#include "json_out.h"
#include "print.h"

#include "base/clock.h"

#include "domain/datetime.h"

#include <stdio.h>

enum {
    G_ID,
    G_SOURCE,
    G_STAGE,
    G_RULE,
    G_POINTER,
    G_MAPPING,
    G_FIRST,
    G_LAST,
    G_COUNT,
    G_OPEN,
    G_RELEASED,
    G_PARKED,
    G_RESOLVED,
    G_ATTEMPT,
    G_OLDEST
};

/* Rows of one cause are added up before the hash of the cause is made: it costs more than all the rest. */
static const PostgresStatement GROUPS = {
    "dlq_groups",
    "with causes as materialized ("
    " select source, stage, rule, pointer, mapping_digest, min(received_at) as first,"
    "        max(received_at) as last, count(*) as letters,"
    "        count(*) filter (where state = 'open') as open,"
    "        count(*) filter (where state = 'released') as released,"
    "        count(*) filter (where state = 'parked') as parked,"
    "        count(*) filter (where state = 'resolved') as resolved, max(attempt) as attempt,"
    "        min(received_at) filter (where state <> 'resolved') as oldest"
    "   from onecase.dead_letters"
    "  where" DLQ_FILTER "  group by source, stage, rule, pointer, mapping_digest),"
    " named as (select *, " DLQ_GROUP_OF " as id,"
    "   regexp_replace(pointer, '/[0-9]+(?=/|$)', '/*', 'g') as place from causes)"
    " select id, source, stage, rule, place, mapping_digest, min(first), max(last),"
    "        sum(letters)::bigint, sum(open)::bigint, sum(released)::bigint, sum(parked)::bigint,"
    "        sum(resolved)::bigint, max(attempt), min(oldest)"
    "   from named where" DLQ_IN_GROUPS(
        "id") "  group by id, source, stage, rule, place, mapping_digest"
              "  order by max(last) desc, id limit $8"};

static const char WAITING[] = "open,released"; /* what needs somebody, or is on its way */

static const char *states_of(const DlqOptions *options)
{
    if (options->state == NULL)
        return options->groups.count > 0 ? "" : WAITING;
    return text_is(text_from(options->state), "all") ? "" : options->state;
}

/* ---- groups ---- */

static void write_groups(const Dlq *dlq, const PostgresResult *rows)
{
    static const OutColumn COLUMNS[] = {{"group", G_ID, OUT_TEXT},
                                        {"source", G_SOURCE, OUT_TEXT},
                                        {"stage", G_STAGE, OUT_TEXT},
                                        {"rule", G_RULE, OUT_TEXT},
                                        {"pointer", G_POINTER, OUT_TEXT},
                                        {"mapping", G_MAPPING, OUT_TEXT},
                                        {"first", G_FIRST, OUT_TIME},
                                        {"last", G_LAST, OUT_TIME},
                                        {"count", G_COUNT, OUT_INT},
                                        {"open", G_OPEN, OUT_INT},
                                        {"released", G_RELEASED, OUT_INT},
                                        {"parked", G_PARKED, OUT_INT},
                                        {"resolved", G_RESOLVED, OUT_INT},
                                        {"attempt", G_ATTEMPT, OUT_INT},
                                        {"waiting_since", G_OLDEST, OUT_TIME}};
    TextBuilder out = builder_new(dlq->arena);
    builder_char(&out, '{');
    out_rows(&out, "groups", rows, COLUMNS, sizeof(COLUMNS) / sizeof(COLUMNS[0]), dlq->arena);
    printf("%.*s}\n", TEXT_ARGS(builder_view(&out)));
}

static void add_part(TextBuilder *out, int64_t count, const char *state)
{
    if (count <= 0)
        return;
    builder_string(out, out->size > 0 ? ", " : "");
    builder_format(out, "%lld %s", (long long)count, state);
}

static Text states_in_words(const PostgresResult *rows, int row, Arena *arena)
{
    TextBuilder out = builder_new(arena);
    add_part(&out, postgres_int(rows, row, G_OPEN), "open");
    add_part(&out, postgres_int(rows, row, G_RELEASED), "on the way");
    add_part(&out, postgres_int(rows, row, G_PARKED), "parked");
    add_part(&out, postgres_int(rows, row, G_RESOLVED), "resolved");
    return builder_view(&out);
}

static void print_group(const PostgresResult *rows, int row, int64_t now_us, Arena *arena)
{
    Text heads = dlq_print_columns(
        arena, &(const DlqColumns){.id = postgres_text(rows, row, G_ID),
                                   .count = postgres_int(rows, row, G_COUNT),
                                   .time_us = postgres_time(rows, row, G_LAST),
                                   .source = postgres_text(rows, row, G_SOURCE),
                                   .stage = postgres_text(rows, row, G_STAGE),
                                   .rule = postgres_text(rows, row, G_RULE),
                                   .pointer = postgres_text(rows, row, G_POINTER)});
    TextBuilder below = builder_new(arena);
    builder_string(&below, "          ");
    builder_text(&below, states_in_words(rows, row, arena));
    if (postgres_int(rows, row, G_ATTEMPT) > 1)
        builder_format(&below, ", attempt %lld", (long long)postgres_int(rows, row, G_ATTEMPT));
    builder_format(&below, "; since %.*s; ",
                   TEXT_ARGS(print_time(arena, postgres_time(rows, row, G_FIRST))));
    builder_text(&below, dlq_print_mapping(arena, postgres_text(rows, row, G_MAPPING)));
    Text left = dlq_print_days_left(arena, postgres_time(rows, row, G_OLDEST), now_us);
    if (!text_is_empty(left))
        builder_format(&below, "; %.*s", TEXT_ARGS(left));
    dlq_print_line(arena, heads);
    dlq_print_line(arena, builder_view(&below));
}

/* To whoever misspelt a source it must not sound as if nothing were wrong. */
static void say_none(const DlqOptions *options)
{
    if (options->state != NULL)
        puts("no such dead letter");
    else
        puts(dlq_options_narrow(options) ? "no such dead letter is open"
                                         : "no dead letter is open");
}

static void print_groups(const Dlq *dlq, const PostgresResult *rows)
{
    int count = postgres_rows(rows);
    if (count == 0) {
        say_none(dlq->options);
        return;
    }
    dlq_print_line(dlq->arena, TEXT("GROUP      COUNT  LAST              SOURCE    STAGE   RULE"
                                    "        POINTER"));
    for (int row = 0; row < count; row++)
        print_group(rows, row, clock_wall_us(), dlq->arena);
    if (count == dlq->options->limit)
        printf("... the newest %d groups; --limit N shows more\n", count);
}

static int list_groups(const Dlq *dlq)
{
    POSTGRES_RESULT_AUTO *rows = NULL;
    Error error = {0};
    PostgresParam params[DLQ_FILTERS + 1];
    dlq_letters_filters(dlq, states_of(dlq->options), params);
    params[DLQ_FILTERS] = postgres_param_int8(dlq->arena, dlq->options->limit);
    if (!postgres_call(dlq->pg, &GROUPS, params, DLQ_FILTERS + 1, &rows, &error))
        return dlq_failed(dlq, &error);
    if (dlq->options->json)
        write_groups(dlq, rows);
    else
        print_groups(dlq, rows);
    return EXIT_OK;
}

/* ---- single letters, newest first ---- */

static void print_letter(const Dlq *dlq, const DlqLetter *letter)
{
    Arena *arena = dlq->arena;
    dlq_print_line(arena, text_format(arena, "%.*s  %.*s",
                                      TEXT_ARGS(print_time(arena, letter->received_us)),
                                      TEXT_ARGS(letter->origin)));
    TextBuilder below = builder_new(arena);
    builder_format(&below, "                  %.*s", TEXT_ARGS(letter->state));
    if (letter->attempt > 1)
        builder_format(&below, ", attempt %d", letter->attempt);
    builder_format(&below, "; %.*s, %.*s at \"%.*s\": %.*s", TEXT_ARGS(letter->stage),
                   TEXT_ARGS(letter->rule), TEXT_ARGS(letter->pointer), TEXT_ARGS(letter->message));
    dlq_print_line(arena, builder_view(&below));
}

static void print_each(const Dlq *dlq, const DlqLetters *letters)
{
    for (size_t i = 0; i < letters->count; i++)
        print_letter(dlq, &letters->items[i]);
    if (letters->count == 0)
        say_none(dlq->options);
    else if (letters->total > letters->count)
        printf("... %zu more; --limit N shows more\n", letters->total - letters->count);
}

static void write_each(const Dlq *dlq, const DlqLetters *letters)
{
    fputs("{\"letters\":[", stdout);
    for (size_t i = 0; i < letters->count; i++) {
        TextBuilder out = builder_new(dlq->arena);
        builder_char(&out, '{');
        dlq_letters_write(&letters->items[i], &out);
        printf("%s%.*s}", i > 0 ? "," : "", TEXT_ARGS(builder_view(&out)));
    }
    puts("]}");
}

static int list_each(const Dlq *dlq)
{
    DlqLetters letters;
    Error error = {0};
    if (!dlq_letters_read_newest(dlq, states_of(dlq->options), dlq->options->limit, &letters,
                                 &error))
        return dlq_failed(dlq, &error);
    if (dlq->options->json)
        write_each(dlq, &letters);
    else
        print_each(dlq, &letters);
    dlq_letters_free(&letters);
    return EXIT_OK;
}

int dlq_list(const Dlq *dlq)
{
    return dlq->options->each ? list_each(dlq) : list_groups(dlq);
}
