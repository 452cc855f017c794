/*
 * One look: PostgreSQL first, then what groups have committed, then where topics end. In this order nothing that moves
 * meanwhile seems to be read beyond its end; what it adds to the lag is what came within the milliseconds between.
 *
 *   database  offsets, states, outbox          lag_survey_database.c
 *   topics    layout, retention                lag_survey_topics.c
 *   groups    commits, members, begins, ends   lag_survey_kafka.c
 *   heads     the record that is read next     lag_survey_heads.c
 */
#include "adapters/lag_survey.h"

#include "base/clock.h"

#include "adapters/lag_survey_parts.h"

#include <stdlib.h>

enum { ARENA_BLOCK = 4096, LOOK_PARTS = 3, ROWS_FIRST = 256, GUESTS_ROOM = 1000 };

static SurveyGroup *name_groups(const LagSurveySpec *spec, Arena *arena, size_t *count)
{
    SurveyGroup *groups = ARENA_ARRAY(arena, SurveyGroup, SURVEY_OTHERS + spec->group_count);
    groups[SURVEY_INTAKE] = (SurveyGroup){.name = spec->intake_group, .program = "intake"};
    groups[SURVEY_MATCHER] = (SurveyGroup){.name = spec->matcher_group, .program = "matcher"};
    *count = SURVEY_OTHERS;
    for (size_t i = 0; i < spec->group_count; i++) {
        bool known = text_is(text_from(spec->groups[i]), spec->relay_name);
        for (size_t k = 0; k < *count; k++)
            known = known || text_is(text_from(spec->groups[i]), groups[k].name);
        if (!known)
            groups[(*count)++] = (SurveyGroup){.name = spec->groups[i], .program = ""};
    }
    return groups;
}

/*
 * read_committed: the end is the last stable offset, which no reader of ours gets beyond. A stamp needs one record, so
 * little is fetched: what lies behind it in the answer stays in memory, for each of them.
 */
static bool open_admin(LagSurvey *survey, Error *error)
{
    static const KafkaProperty PROPERTIES[] = {
        {"isolation.level", "read_committed"}, {"enable.partition.eof", "true"},
        {"queued.max.messages.kbytes", "1"},   {"fetch.max.bytes", "1048576"},
        {"fetch.message.max.bytes", "4096"},   {"fetch.error.backoff.ms", "100"},
    };
    const KafkaClientSpec client = {.brokers = survey->spec.brokers,
                                    .client_id = survey->spec.client_id,
                                    .properties = PROPERTIES,
                                    .property_count = sizeof(PROPERTIES) / sizeof(PROPERTIES[0])};
    return kafka_admin_open(&client, survey->spec.limit_ms, &survey->admin, error);
}

bool lag_survey_open(const LagSurveySpec *spec, LagSurvey **survey, Error *error)
{
    LagSurvey *made = calloc(1, sizeof(*made));
    if (made == NULL)
        abort();
    made->spec = *spec;
    made->arena = arena_new(ARENA_BLOCK);
    made->fresh = arena_new(ARENA_BLOCK);
    made->by_name = map_new();
    made->groups = name_groups(spec, made->arena, &made->group_count);
    made->report_topic = text_format(made->arena, "%sonecase.report", spec->topic_prefix).data;
    made->case_topic = text_format(made->arena, "%sonecase.case", spec->topic_prefix).data;
    made->redrive_topic = text_format(made->arena, "%sonecase.redrive", spec->topic_prefix).data;
    survey_database_open(made);
    if (!open_admin(made, error)) {
        lag_survey_close(made);
        return false;
    }
    *survey = made;
    return true;
}

void lag_survey_close(LagSurvey *survey)
{
    if (survey == NULL)
        return;
    for (size_t i = 0; i < survey->group_count; i++)
        kafka_consumer_close(survey->groups[i].asker);
    kafka_admin_close(survey->plain);
    kafka_admin_close(survey->admin);
    postgres_free(survey->pg);
    survey_topics_free(survey);
    free(survey->matcher_seen);
    map_free(survey->by_name);
    arena_free(survey->fresh);
    arena_free(survey->arena);
    free(survey);
}

LagObservation *survey_add(SurveyLook *look, SurveyRow row)
{
    if (look->count == look->capacity) {
        size_t old = look->capacity;
        look->capacity = old == 0 ? ROWS_FIRST : old * 2;
        look->observations =
            arena_grow(look->arena, look->observations, old * sizeof(LagObservation),
                       look->capacity * sizeof(LagObservation));
        look->rows = arena_grow(look->arena, look->rows, old * sizeof(SurveyRow),
                                look->capacity * sizeof(SurveyRow));
    }
    look->rows[look->count] = row;
    LagObservation *made = &look->observations[look->count++];
    *made = (LagObservation){
        .sample = {.committed = LAG_UNKNOWN,
                   .low = LAG_UNKNOWN,
                   .end = LAG_UNKNOWN,
                   .head_ms = LAG_UNKNOWN,
                   .progress_ms = LAG_UNKNOWN},
        .circumstances = {.state_since_ms = LAG_UNKNOWN,
                          .database_down_since_ms = LAG_UNKNOWN,
                          .retention_ms = LAG_UNKNOWN},
        .clock = TEXT(""),
        .source_of_offset = TEXT(""),
        .owner = TEXT(""),
    };
    return made;
}

bool survey_time_left(const SurveyLook *look)
{
    return clock_monotonic_ms() < look->until_ms;
}

static bool is_history(const SurveyTopic *topic)
{
    return text_ends(text_from(topic->name), TEXT(".backfill"));
}

/* Which topics bring which source. History that waits makes nothing of a source old. */
static void name_sources(const LagSurvey *survey, Arena *arena, LagLook *look)
{
    Text *topics = ARENA_ARRAY(arena, Text, survey->topic_count);
    Text *sources = ARENA_ARRAY(arena, Text, survey->topic_count);
    look->topics = topics;
    look->topic_sources = sources;
    for (size_t i = 0; i < survey->topic_count; i++) {
        const SurveyTopic *topic = survey->topics[i];
        if (topic->mapping == NULL || is_history(topic))
            continue;
        topics[look->topic_count] = text_copy(arena, text_from(topic->name));
        sources[look->topic_count++] = mapping_source(topic->mapping);
    }
}

static void copy_sources(const LagSurvey *survey, Arena *arena, LagLook *look)
{
    LagSource *sources = ARENA_ARRAY(arena, LagSource, survey->source_count);
    for (size_t i = 0; i < survey->source_count; i++) {
        sources[i] = survey->sources[i];
        sources[i].source = text_copy(arena, survey->sources[i].source);
    }
    look->sources = sources;
    look->source_count = survey->source_count;
}

static int64_t waiting(const LagObservation *row)
{
    const LagSample *sample = &row->sample;
    int64_t from = sample->committed > sample->low ? sample->committed : sample->low;
    return sample->low >= 0 && sample->end > from ? sample->end - from : 0;
}

static bool is_guest(const SurveyLook *look, size_t row)
{
    const SurveyTopic *topic = look->rows[row].topic;
    return topic != NULL && look->rows[row].group == SURVEY_INTAKE &&
           (topic->mapping == NULL || is_history(topic));
}

/*
 * History and released dead letters are guests (services/intake/backfill.h): they are not read while something live waits, of
 * what is not held, nor while the matcher has much to do.
 */
static void let_guests_give_way(SurveyLook *look)
{
    int64_t live = 0;
    int64_t matchers = 0;
    for (size_t i = 0; i < look->count; i++) {
        const LagObservation *row = &look->observations[i];
        if (look->rows[i].topic == NULL || row->circumstances.state == LAG_STATE_LOST)
            continue;
        if (look->rows[i].group == SURVEY_INTAKE && !is_guest(look, i))
            live += waiting(row);
        else if (look->rows[i].group == SURVEY_MATCHER)
            matchers += waiting(row);
    }
    for (size_t i = 0; i < look->count; i++)
        if (is_guest(look, i))
            look->observations[i].circumstances.gives_way = live > 0 || matchers >= GUESTS_ROOM;
}

/* Where topics were deleted, or their leaders have changed, since they were learnt, there is a second try. */
static bool look_at_kafka(SurveyLook *look, Error *error)
{
    if (!survey_topics_learn(look, error))
        return false;
    if (!survey_groups_look(look, error)) {
        if (error->verdict != ERROR_RETRY || !survey_time_left(look))
            return false;
        *error = (Error){0};
        look->count = 0;
        if (!survey_topics_learn(look, error) || !survey_groups_look(look, error))
            return false;
    }
    survey_heads_look(look);
    let_guests_give_way(look);
    survey_topics_configs(look);
    return true;
}

/* What holds for all rows once everything is asked. */
static void complete(SurveyLook *look)
{
    const LagLook *out = look->look;
    for (size_t i = 0; i < look->count; i++) {
        LagObservation *row = &look->observations[i];
        const SurveyTopic *topic = look->rows[i].topic;
        row->sample.at_ms = topic == NULL && out->database_up ? look->database.at_ms : out->at_ms;
        if (topic != NULL)
            row->circumstances.retention_ms = topic->retention_ms;
        if (row->circumstances.needs_database && !out->database_up)
            row->circumstances.database_down_since_ms = out->at_ms;
    }
}

void lag_survey_look(LagSurvey *survey, Arena *arena, LagLook *look)
{
    *look = (LagLook){.kafka_fault = TEXT(""), .database_fault = TEXT("")};
    SurveyLook in_hand = {.survey = survey,
                          .arena = arena,
                          .look = look,
                          .until_ms =
                              clock_monotonic_ms() + (int64_t)survey->spec.limit_ms * LOOK_PARTS};
    Error error = {0};
    survey_database_look(&in_hand);
    look->kafka_up = look_at_kafka(&in_hand, &error);
    if (look->kafka_up)
        survey_relay_look(&in_hand);
    else
        look->kafka_fault = text_copy(arena, text_from(error.text));
    if (look->at_ms == 0)
        look->at_ms = clock_wall_us() / 1000;
    complete(&in_hand);
    look->observations = in_hand.observations;
    look->observation_count = look->kafka_up ? in_hand.count : 0;
    name_sources(survey, arena, look);
    copy_sources(survey, arena, look);
}
