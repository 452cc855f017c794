/*
 * Statements with one list of columns: by primary key for origins, by filter otherwise.
 */
#include "dlq_letters.h"

#include "json_out.h"

#include <stdio.h>

enum {
    TOPIC,
    PARTITION,
    OFFSET,
    ITEM,
    REGION,
    SOURCE,
    STAGE,
    RULE,
    POINTER,
    MESSAGE,
    MAPPING,
    SHA256,
    ATTEMPT,
    RECEIVED,
    REPORT_PARTITION,
    STATE,
    GROUP,
    TOTAL
};

#define LETTERS                                                                                    \
    "select topic, partition, kafka_offset, item, region, source, stage, rule, pointer, message,"  \
    " mapping_digest, encode(sha256, 'hex'), attempt, received_at, report_partition, "             \
    "state, " DLQ_GROUP_OF

#define TOTAL_OF ", count(*) over ()"
#define PLACE "topic, partition, kafka_offset, item"
#define BACKWARDS "received_at desc, topic desc, partition desc, kafka_offset desc, item desc"

static const PostgresStatement BY_ORIGIN = {
    "dlq_by_origin", LETTERS TOTAL_OF
    " from unnest(string_to_array($1, ','), string_to_array($2, ',')::integer[],"
    "             string_to_array($3, ',')::bigint[], string_to_array($4, ',')::integer[])"
    "      as asked (" PLACE ") join onecase.dead_letters using (" PLACE ")"
    " order by received_at, " PLACE};

static const PostgresStatement OLDEST = {
    "dlq_oldest", LETTERS TOTAL_OF
    " from onecase.dead_letters"
    " where" DLQ_FILTER " and" DLQ_IN_GROUPS(DLQ_GROUP_OF) " order by received_at, " PLACE
                                                           " limit $8"};

static const PostgresStatement NEWEST = {
    "dlq_newest", LETTERS TOTAL_OF
    " from onecase.dead_letters"
    " where" DLQ_FILTER " and" DLQ_IN_GROUPS(DLQ_GROUP_OF) " order by " BACKWARDS " limit $8"};

static Text joined(Arena *arena, TextList list)
{
    TextBuilder out = builder_new(arena);
    for (size_t i = 0; i < list.count; i++) {
        builder_string(&out, i > 0 ? "," : "");
        builder_text(&out, list.items[i]);
    }
    return text_is_absent(builder_view(&out)) ? TEXT("") : builder_view(&out);
}

static PostgresParam time_or_null(Arena *arena, int64_t us)
{
    return us == 0 ? (PostgresParam){.type = POSTGRES_TIMESTAMPTZ} : postgres_param_time(arena, us);
}

void dlq_letters_filters(const Dlq *dlq, const char *states, PostgresParam params[DLQ_FILTERS])
{
    const DlqOptions *options = dlq->options;
    params[0] = postgres_param_text(text_from(options->source));
    params[1] = postgres_param_text(text_from(options->stage));
    params[2] = postgres_param_text(text_from(options->rule));
    params[3] = time_or_null(dlq->arena, options->since_us);
    params[4] = time_or_null(dlq->arena, options->until_us);
    params[5] = postgres_param_text(text_from(states));
    params[6] = postgres_param_text(joined(dlq->arena, options->groups));
}

static bool ask_origins(const Dlq *dlq, PostgresResult **rows, Error *error)
{
    TextBuilder columns[4];
    PostgresParam params[4];
    for (size_t k = 0; k < 4; k++)
        columns[k] = builder_new(dlq->arena);
    for (size_t i = 0; i < dlq->options->origins.count; i++) {
        Origin origin;
        if (!record_origin_parse(dlq->options->origins.items[i], &origin))
            continue; /* dlq_options let none pass */
        for (size_t k = 0; i > 0 && k < 4; k++)
            builder_char(&columns[k], ',');
        builder_text(&columns[0], origin.topic);
        builder_int(&columns[1], origin.partition);
        builder_int(&columns[2], origin.offset);
        builder_int(&columns[3], origin.item);
    }
    for (size_t k = 0; k < 4; k++)
        params[k] = postgres_param_text(builder_view(&columns[k]));
    return postgres_call(dlq->pg, &BY_ORIGIN, params, 4, rows, error);
}

static bool ask_filters(const Dlq *dlq,
                        const PostgresStatement *statement,
                        const char *states,
                        int64_t most,
                        PostgresResult **rows,
                        Error *error)
{
    PostgresParam params[DLQ_FILTERS + 1];
    dlq_letters_filters(dlq, states, params);
    params[DLQ_FILTERS] = postgres_param_int8(dlq->arena, most);
    return postgres_call(dlq->pg, statement, params, DLQ_FILTERS + 1, rows, error);
}

static DlqLetter read_letter(const PostgresResult *rows, int row, Arena *arena)
{
    DlqLetter letter = {
        .at = {.topic = postgres_text(rows, row, TOPIC),
               .partition = (int32_t)postgres_int(rows, row, PARTITION),
               .offset = postgres_int(rows, row, OFFSET),
               .item = (int32_t)postgres_int(rows, row, ITEM)},
        .region = postgres_text(rows, row, REGION),
        .source = postgres_text(rows, row, SOURCE),
        .stage = postgres_text(rows, row, STAGE),
        .rule = postgres_text(rows, row, RULE),
        .pointer = postgres_text(rows, row, POINTER),
        .message = postgres_text(rows, row, MESSAGE),
        .mapping = postgres_text(rows, row, MAPPING),
        .sha256 = postgres_text(rows, row, SHA256),
        .attempt = (int32_t)postgres_int(rows, row, ATTEMPT),
        .received_us = postgres_time(rows, row, RECEIVED),
        .report_partition = (int32_t)postgres_int(rows, row, REPORT_PARTITION),
        .state = postgres_text(rows, row, STATE),
        .group = postgres_text(rows, row, GROUP),
    };
    letter.origin = record_origin_text(arena, &letter.at);
    return letter;
}

static void take_rows(const Dlq *dlq, DlqLetters *letters)
{
    letters->count = (size_t)postgres_rows(letters->rows);
    letters->items = ARENA_ARRAY(dlq->arena, DlqLetter, letters->count);
    for (size_t i = 0; i < letters->count; i++)
        letters->items[i] = read_letter(letters->rows, (int)i, dlq->arena);
    if (letters->count > 0)
        letters->total = (size_t)postgres_int(letters->rows, 0, TOTAL);
}

bool dlq_letters_read(const Dlq *dlq, const char *states, DlqLetters *letters, Error *error)
{
    *letters = (DlqLetters){0};
    bool named = dlq->options->origins.count > 0;
    if (!(named ? ask_origins(dlq, &letters->rows, error)
                : ask_filters(dlq, &OLDEST, states, DLQ_LETTERS_MAX, &letters->rows, error)))
        return false;
    take_rows(dlq, letters);
    return true;
}

bool dlq_letters_read_newest(
    const Dlq *dlq, const char *states, int64_t most, DlqLetters *letters, Error *error)
{
    *letters = (DlqLetters){0};
    bool named = dlq->options->origins.count > 0;
    if (!(named ? ask_origins(dlq, &letters->rows, error)
                : ask_filters(dlq, &NEWEST, states, most, &letters->rows, error)))
        return false;
    take_rows(dlq, letters);
    return true;
}

void dlq_letters_free(DlqLetters *letters)
{
    postgres_result_free(letters->rows);
    *letters = (DlqLetters){0};
}

/* Of more letters than are read nobody knows. */
static bool has_group(const DlqLetters *letters, Text group)
{
    for (size_t i = 0; i < letters->count; i++)
        if (text_equal(letters->items[i].group, group))
            return true;
    return letters->count == 0 || letters->total > letters->count;
}

bool dlq_letters_all_there(const Dlq *dlq, const DlqLetters *letters)
{
    bool all = true;
    for (size_t i = 0; i < dlq->options->groups.count; i++) {
        Text group = dlq->options->groups.items[i];
        if (has_group(letters, group))
            continue;
        fprintf(stderr, "onecase dlq: no such dead letter in group %.*s\n", TEXT_ARGS(group));
        all = false;
    }
    for (size_t i = 0; i < dlq->options->origins.count; i++) {
        bool there = false;
        for (size_t k = 0; k < letters->count && !there; k++)
            there = text_equal(letters->items[k].origin, dlq->options->origins.items[i]);
        if (!there)
            fprintf(stderr, "onecase dlq: no dead letter %.*s\n",
                    TEXT_ARGS(dlq->options->origins.items[i]));
        all = all && there;
    }
    return all;
}

void dlq_letters_write(const DlqLetter *letter, TextBuilder *out)
{
    out_text(out, "origin", letter->origin);
    out_text(out, "group", letter->group);
    out_text(out, "state", letter->state);
    out_int(out, "attempt", letter->attempt);
    out_time(out, "received_at", letter->received_us);
    out_text(out, "source", letter->source);
    out_text(out, "region", letter->region);
    out_text(out, "stage", letter->stage);
    out_text(out, "rule", letter->rule);
    out_text(out, "pointer", letter->pointer);
    out_text(out, "message", letter->message);
    out_text(out, "mapping", letter->mapping);
}

VaultWanted *dlq_letters_wanted(const Dlq *dlq, const DlqLetters *letters)
{
    VaultWanted *wanted = ARENA_ARRAY(dlq->arena, VaultWanted, letters->count);
    for (size_t i = 0; i < letters->count; i++) {
        const DlqLetter *letter = &letters->items[i];
        wanted[i] = (VaultWanted){.origin = letter->origin,
                                  .stage = letter->stage,
                                  .attempt = letter->attempt,
                                  .received_us = letter->received_us};
    }
    return wanted;
}
