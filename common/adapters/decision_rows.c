/*
 * The explanation of a decision, item by item, as arrays of one row; events chained by hash.
 */
#include "adapters/decision_rows.h"

#include "base/digest.h"
#include "base/text_builder.h"

#include "domain/linkage_sentence.h"
#include "domain/report.h"
#include "domain/veto.h"

#include "adapters/postgres_tables.h"

#include <stdlib.h>
#include <string.h>

typedef struct RelationRow {
    Text region;
    int64_t hazard_a;
    int64_t hazard_b;
    Text kind;
    int64_t score_mb;
    Text made_by;
} RelationRow;

#define RELATION(member_, type_) ROWS_COLUMN(RelationRow, member_, #member_, type_)
static const PostgresColumn RELATION_COLUMNS[] = {
    RELATION(region, ROWS_TEXT), RELATION(hazard_a, ROWS_INT8), RELATION(hazard_b, ROWS_INT8),
    RELATION(kind, ROWS_TEXT),   RELATION(score_mb, ROWS_INT4), RELATION(made_by, ROWS_TEXT),
};

typedef struct DecisionRow {
    Text region;
    int64_t decision_id;
    int64_t report_id;
    int64_t hazard_id;
    int64_t case_id;
    Text outcome;
    int64_t score_mb;
    int64_t prior_mb;
    int64_t competition_mb;
    TextList comparisons;
    TextList levels;
    PostgresIntegers weights_mb;
    TextList values_report;
    TextList values_hazard;
    TextList vetoes;
    TextList keys;
    int64_t member_report_id;
    int64_t runner_up_id;
    int64_t runner_up_mb;
    PostgresIntegers rejected_ids;
    PostgresIntegers rejected_mb;
    TextList rejected_reasons;
    Text model_version;
    Text actor;
    Text sentence;
    int64_t stream_time;
    int64_t compared_id;
    Text refusal;
    int64_t agreeing;
    int64_t contradicting;
    TextList vetoes_tested;
    TextList flags;
    PostgresIntegers rival_ids;
    PostgresIntegers rival_mb;
    int64_t rivals;
    int64_t candidates;
    int64_t generic_keys;
    int64_t link_mb;
    int64_t review_mb;
    int64_t from_hazard_id;
} DecisionRow;

#define DECISION(member_, type_) ROWS_COLUMN(DecisionRow, member_, #member_, type_)
static const PostgresColumn DECISION_COLUMNS[] = {
    DECISION(region, ROWS_TEXT),           DECISION(decision_id, ROWS_INT8),
    DECISION(report_id, ROWS_INT8),        DECISION(hazard_id, ROWS_INT8),
    DECISION(case_id, ROWS_INT8),          DECISION(outcome, ROWS_TEXT),
    DECISION(score_mb, ROWS_INT4),         DECISION(prior_mb, ROWS_INT4),
    DECISION(competition_mb, ROWS_INT4),   DECISION(comparisons, ROWS_TEXTS),
    DECISION(levels, ROWS_TEXTS),          DECISION(weights_mb, ROWS_INT4S),
    DECISION(values_report, ROWS_TEXTS),   DECISION(values_hazard, ROWS_TEXTS),
    DECISION(vetoes, ROWS_TEXTS),          DECISION(keys, ROWS_TEXTS),
    DECISION(member_report_id, ROWS_INT8), DECISION(runner_up_id, ROWS_INT8),
    DECISION(runner_up_mb, ROWS_INT4),     DECISION(rejected_ids, ROWS_INT8S),
    DECISION(rejected_mb, ROWS_INT4S),     DECISION(rejected_reasons, ROWS_TEXTS),
    DECISION(model_version, ROWS_TEXT),    DECISION(actor, ROWS_TEXT),
    DECISION(sentence, ROWS_TEXT),         DECISION(stream_time, ROWS_TIME),
    DECISION(compared_id, ROWS_INT8),      DECISION(refusal, ROWS_TEXT),
    DECISION(agreeing, ROWS_INT2),         DECISION(contradicting, ROWS_INT2),
    DECISION(vetoes_tested, ROWS_TEXTS),   DECISION(flags, ROWS_TEXTS),
    DECISION(rival_ids, ROWS_INT8S),       DECISION(rival_mb, ROWS_INT4S),
    DECISION(rivals, ROWS_INT4),           DECISION(candidates, ROWS_INT4),
    DECISION(generic_keys, ROWS_INT4),     DECISION(link_mb, ROWS_INT4),
    DECISION(review_mb, ROWS_INT4),        DECISION(from_hazard_id, ROWS_INT8),
};

typedef struct EventRow {
    Text region;
    int64_t seq;
    int64_t case_id;
    int64_t hazard_id;
    int64_t report_id;
    Text kind;
    int64_t event_at;
    int64_t known_at;
    Text actor;
    Text before_value;
    Text after_value;
    Text reason_code;
    Text prev_hash;
    Text hash;
} EventRow;

#define EVENT(member_, type_) ROWS_COLUMN(EventRow, member_, #member_, type_)
static const PostgresColumn EVENT_COLUMNS[] = {
    EVENT(region, ROWS_TEXT),       EVENT(seq, ROWS_INT8),         EVENT(case_id, ROWS_INT8),
    EVENT(hazard_id, ROWS_INT8),    EVENT(report_id, ROWS_INT8),   EVENT(kind, ROWS_TEXT),
    EVENT(event_at, ROWS_TIME),     EVENT(known_at, ROWS_TIME),    EVENT(actor, ROWS_TEXT),
    EVENT(before_value, ROWS_TEXT), EVENT(after_value, ROWS_TEXT), EVENT(reason_code, ROWS_TEXT),
    EVENT(prev_hash, ROWS_BYTES),   EVENT(hash, ROWS_BYTES),
};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* In the order they are sent. */
enum { DECISIONS, RELATIONS, EVENTS, SETS };
static const PostgresTable TABLES[SETS] = {
    [DECISIONS] = {"decision_new", "onecase.decisions", ROWS_INSERT, DECISION_COLUMNS,
                   COUNT_OF(DECISION_COLUMNS), NULL},
    [RELATIONS] = {"relation_new", "onecase.hazard_relations", ROWS_NOTE, RELATION_COLUMNS,
                   COUNT_OF(RELATION_COLUMNS), NULL},
    [EVENTS] = {"event_new", "onecase.case_events", ROWS_INSERT, EVENT_COLUMNS,
                COUNT_OF(EVENT_COLUMNS), NULL},
};

static const Text MACHINE = {"auto", 4};

struct DecisionRows {
    PostgresTables *tables;
    Arena *arena;
};

DecisionRows *decision_rows_new(void)
{
    DecisionRows *rows = calloc(1, sizeof *rows);
    if (rows == NULL)
        abort();
    rows->tables = postgres_tables_new(TABLES, SETS);
    rows->arena = arena_new(4096);
    return rows;
}

void decision_rows_free(DecisionRows *rows)
{
    if (rows == NULL)
        return;
    postgres_tables_free(rows->tables);
    arena_free(rows->arena);
    free(rows);
}

void decision_rows_clear(DecisionRows *rows)
{
    postgres_tables_clear(rows->tables);
    arena_reset(rows->arena);
}

bool decision_rows_prepare(DecisionRows *rows, Postgres *pg, Error *error)
{
    return postgres_tables_prepare(rows->tables, pg, error);
}

bool decision_rows_send(DecisionRows *rows, Postgres *pg, Error *error)
{
    return postgres_tables_send(rows->tables, pg, error);
}

static int64_t id_or_null(int64_t id)
{
    return id != 0 ? id : INTEGER_ABSENT;
}

static TextList strings(Arena *arena, const char *const *items, size_t count)
{
    TextList list = {ARENA_ARRAY(arena, Text, count), count};
    for (size_t i = 0; i < count; i++)
        list.items[i] = text_from(items[i]);
    return list;
}

static TextList key_names(Arena *arena, uint32_t proposed_by)
{
    TextList list = {ARENA_ARRAY(arena, Text, BLOCK_KINDS), 0};
    for (int kind = 0; kind < BLOCK_KINDS; kind++)
        if ((proposed_by & (1u << kind)) != 0)
            list.items[list.count++] = text_from(blocking_kind_name((BlockingKind)kind));
    return list;
}

static TextList veto_names(Arena *arena, uint32_t tested)
{
    TextList list = {ARENA_ARRAY(arena, Text, VETO_KINDS), 0};
    for (int kind = 0; kind < VETO_KINDS; kind++)
        if ((tested & (1u << kind)) != 0)
            list.items[list.count++] = text_from(veto_name((VetoKind)kind));
    return list;
}

/* An absent value stands as an empty text, so that the columns match item by item. */
static Text value_text(Text value)
{
    return text_is_absent(value) ? TEXT("") : value;
}

static void fill_comparisons(DecisionRow *row, const Score *score, Arena *arena)
{
    int64_t *weights = ARENA_ARRAY(arena, int64_t, score->count);
    TextList *lists[] = {&row->comparisons, &row->levels, &row->values_report, &row->values_hazard};
    for (size_t i = 0; i < COUNT_OF(lists); i++)
        *lists[i] = (TextList){ARENA_ARRAY(arena, Text, score->count), 0};
    size_t count = 0;
    for (size_t i = 0; i < score->count; i++) {
        const ScoreItem *item = &score->items[i];
        if (strcmp(item->comparison, "prior") == 0) {
            row->prior_mb = item->weight_mb;
            continue;
        }
        row->comparisons.items[count] = text_from(item->comparison);
        row->levels.items[count] = text_from(item->level);
        row->values_report.items[count] = value_text(item->report_value);
        row->values_hazard.items[count] = value_text(item->hazard_value);
        weights[count++] = item->weight_mb;
    }
    for (size_t i = 0; i < COUNT_OF(lists); i++)
        lists[i]->count = count;
    row->weights_mb = (PostgresIntegers){weights, count};
}

static void fill_rejected(DecisionRow *row, const Decision *decision, Arena *arena)
{
    size_t count = decision->rejected_count;
    int64_t *ids = ARENA_ARRAY(arena, int64_t, count);
    int64_t *totals = ARENA_ARRAY(arena, int64_t, count);
    row->rejected_reasons = (TextList){ARENA_ARRAY(arena, Text, count), count};
    for (size_t i = 0; i < count; i++) {
        ids[i] = decision->rejected[i].hazard_id;
        totals[i] = decision->rejected[i].total_mb;
        row->rejected_reasons.items[i] = text_from(decision->rejected[i].reason);
    }
    row->rejected_ids = (PostgresIntegers){ids, count};
    row->rejected_mb = (PostgresIntegers){totals, count};
}

static void fill_rivals(DecisionRow *row, const Decision *decision, Arena *arena)
{
    size_t count = decision->rival_count;
    int64_t *ids = ARENA_ARRAY(arena, int64_t, count);
    int64_t *totals = ARENA_ARRAY(arena, int64_t, count);
    for (size_t i = 0; i < count; i++) {
        ids[i] = decision->rivals[i].hazard_id;
        totals[i] = decision->rivals[i].total_mb;
    }
    row->rival_ids = (PostgresIntegers){ids, count};
    row->rival_mb = (PostgresIntegers){totals, count};
    row->rivals = decision->rivals_in_all;
}

/* What the decision says of the hazard it explains. */
static void fill_compared(DecisionRow *row, const Decision *decision, Arena *arena)
{
    const Score *best = &decision->best;
    row->score_mb = decision->final_mb;
    row->competition_mb = decision->competition_mb;
    row->member_report_id = best->member_id;
    row->compared_id = best->hazard_id;
    row->refusal = decision->refusal != NULL ? text_from(decision->refusal) : TEXT_ABSENT;
    row->agreeing = decision->agreeing;
    row->contradicting = decision->contradicting;
    row->vetoes = strings(arena, best->vetoes, best->veto_count);
    row->vetoes_tested = veto_names(arena, decision->vetoes_tested);
    row->flags = strings(arena, best->flags, best->flag_count);
    fill_comparisons(row, best, arena);
}

/* hazard_a is the older one; of a precursor it is the cause. */
static bool add_relations(DecisionRows *rows,
                          const DecisionPlace *place,
                          const Decision *decision,
                          Error *error)
{
    for (size_t i = 0; i < decision->relation_count; i++) {
        const Relation *relation = &decision->relations[i];
        bool first = relation->report_comes_first;
        RelationRow row = {.region = place->region,
                           .hazard_a = first ? place->hazard_id : relation->hazard_id,
                           .hazard_b = first ? relation->hazard_id : place->hazard_id,
                           .kind = text_from(relation->kind),
                           .score_mb = relation->score_mb,
                           .made_by = MACHINE};
        if (!postgres_tables_add(rows->tables, RELATIONS, &row, error))
            return false;
    }
    return true;
}

bool decision_rows_add(DecisionRows *rows,
                       const DecisionPlace *place,
                       const Decision *decision,
                       const Model *model,
                       Arena *arena,
                       Error *error)
{
    DecisionRow row = {
        .region = place->region,
        .decision_id = place->decision_id,
        .report_id = place->report_id,
        .hazard_id = place->hazard_id,
        .case_id = place->case_id,
        .outcome = text_from(linkage_outcome_name(decision->outcome)),
        .score_mb = INTEGER_ABSENT,
        .prior_mb = INTEGER_ABSENT,
        .competition_mb = INTEGER_ABSENT,
        .keys = key_names(arena, decision->proposed_by),
        .member_report_id = INTEGER_ABSENT,
        .runner_up_id = id_or_null(decision->runner_up_id),
        .runner_up_mb = decision->runner_up_id != 0 ? decision->runner_up_mb : INTEGER_ABSENT,
        .model_version = model_version(model),
        .actor = MACHINE,
        .sentence = linkage_sentence(decision, place->region, arena),
        .stream_time = place->stream_time,
        .compared_id = INTEGER_ABSENT,
        .agreeing = INTEGER_ABSENT,
        .contradicting = INTEGER_ABSENT,
        .candidates = decision->candidates,
        .generic_keys = decision->generic_keys,
        .link_mb = decision->threshold_mb != 0 ? decision->threshold_mb : model_link_mb(model),
        .review_mb = model_review_mb(model),
        .from_hazard_id = id_or_null(decision->from_id)};
    if (decision->best.count > 0)
        fill_compared(&row, decision, arena);
    fill_rivals(&row, decision, arena);
    fill_rejected(&row, decision, arena);
    if (!postgres_tables_add(rows->tables, DECISIONS, &row, error))
        return false;
    return add_relations(rows, place, decision, error);
}

static void hash_optional(TextBuilder *text, int64_t value, int64_t absent)
{
    builder_char(text, '|');
    if (value != absent)
        builder_int(text, value);
}

/* sha256(prev_hash || region|seq|case_id|...), the formula of onecase.event_hash. */
static void hash_event(const EventRow *row, Arena *arena, uint8_t out[SHA256_SIZE])
{
    TextBuilder text = builder_new(arena);
    builder_text(&text, row->prev_hash);
    builder_text(&text, row->region);
    hash_optional(&text, row->seq, INTEGER_ABSENT);
    hash_optional(&text, row->case_id, INTEGER_ABSENT);
    hash_optional(&text, row->hazard_id, INTEGER_ABSENT);
    hash_optional(&text, row->report_id, INTEGER_ABSENT);
    builder_char(&text, '|');
    builder_text(&text, row->kind);
    hash_optional(&text, row->event_at, TIME_ABSENT);
    hash_optional(&text, row->known_at, TIME_ABSENT);
    const Text rest[] = {row->actor, row->before_value, row->after_value, row->reason_code};
    for (size_t i = 0; i < COUNT_OF(rest); i++) {
        builder_char(&text, '|');
        builder_text(&text, rest[i]);
    }
    digest_sha256(builder_view(&text), out);
}

bool decision_rows_events(DecisionRows *rows,
                          Text region,
                          const CaseEvents *events,
                          int64_t known_at,
                          RegionCounters *counters,
                          Error *error)
{
    ArenaMark mark = arena_mark(rows->arena);
    for (size_t i = 0; i < events->count; i++) {
        const CaseEvent *event = &events->items[i];
        uint8_t hash[SHA256_SIZE];
        EventRow row = {.region = region,
                        .seq = counters->next_event++,
                        .case_id = id_or_null(event->case_id),
                        .hazard_id = id_or_null(event->hazard_id),
                        .report_id = id_or_null(event->report_id),
                        .kind = text_from(event->kind),
                        .event_at = event->event_at,
                        .known_at = known_at,
                        .actor = text_is_absent(event->actor) ? MACHINE : event->actor,
                        .before_value = event->before,
                        .after_value = event->after,
                        .reason_code = text_from(event->reason),
                        .prev_hash = {(const char *)counters->chain_hash, SHA256_SIZE}};
        hash_event(&row, rows->arena, hash);
        row.hash = (Text){(const char *)hash, SHA256_SIZE};
        if (!postgres_tables_add(rows->tables, EVENTS, &row, error))
            return false;
        memcpy(counters->chain_hash, hash, SHA256_SIZE);
    }
    arena_rewind(rows->arena, mark);
    return true;
}
