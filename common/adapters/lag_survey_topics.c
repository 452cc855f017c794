/*
 * Topics of the cluster, remembered from look to look: which group reads them by which name, how long they keep records,
 * and what was found at the offsets that groups read next.
 */
#include "base/clock.h"

#include "adapters/lag_survey_parts.h"
#include "adapters/source_route.h"

#include <stdlib.h>
#include <string.h>

enum { CONFIGS_AGAIN_MS = 300000, CONFIGS_FAILED_MS = 30000, CONFIGS_A_LOOK = 16 };

static void *no_null(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

SurveyTopic *survey_topic(const LagSurvey *survey, Text name)
{
    return map_pointer(survey->by_name, text_hash(name));
}

static void forget_heads(const LagSurvey *survey, SurveyTopic *topic)
{
    for (size_t i = 0; i < survey->group_count; i++) {
        free(topic->heads[i]);
        topic->heads[i] = NULL;
    }
}

static void free_topic(const LagSurvey *survey, SurveyTopic *topic)
{
    forget_heads(survey, topic);
    free(topic->heads);
    free(topic->name);
    free(topic);
}

void survey_topics_free(LagSurvey *survey)
{
    for (size_t i = 0; i < survey->topic_count; i++)
        free_topic(survey, survey->topics[i]);
    free(survey->topics);
}

static SurveyTopic *add_topic(LagSurvey *survey, const char *name)
{
    if (survey->topic_count == survey->topic_capacity) {
        survey->topic_capacity = survey->topic_capacity == 0 ? 64 : survey->topic_capacity * 2;
        survey->topics = no_null(
            realloc((void *)survey->topics, survey->topic_capacity * sizeof(SurveyTopic *)));
    }
    SurveyTopic *topic = no_null(calloc(1, sizeof(*topic)));
    survey->topics[survey->topic_count++] = topic;
    topic->name = no_null(strdup(name));
    topic->heads = no_null(calloc(survey->group_count, sizeof(SurveyHead *)));
    topic->retention_ms = LAG_UNKNOWN;
    topic->ours = strncmp(name, "__", 2) != 0;
    topic->mapping = source_route_find(survey->spec.mappings, survey->spec.mapping_count,
                                       text_from(survey->spec.topic_prefix), text_from(name));
    topic->of_intake = topic->mapping != NULL || strcmp(name, survey->redrive_topic) == 0;
    map_put_pointer(survey->by_name, text_hash(text_from(name)), topic);
    return topic;
}

static void drop_the_missing(LagSurvey *survey)
{
    size_t kept = 0;
    for (size_t i = 0; i < survey->topic_count; i++) {
        SurveyTopic *topic = survey->topics[i];
        if (topic->there) {
            survey->topics[kept++] = topic;
            continue;
        }
        map_remove(survey->by_name, text_hash(text_from(topic->name)));
        free_topic(survey, topic);
    }
    survey->topic_count = kept;
}

bool survey_topics_learn(SurveyLook *look, Error *error)
{
    LagSurvey *survey = look->survey;
    KafkaLayout *layout;
    size_t count;
    if (!kafka_admin_layout(survey->admin, look->arena, &layout, &count, error))
        return false;
    for (size_t i = 0; i < survey->topic_count; i++)
        survey->topics[i]->there = false;
    for (size_t i = 0; i < count; i++) {
        SurveyTopic *topic = survey_topic(survey, text_from(layout[i].name));
        if (topic == NULL)
            topic = add_topic(survey, layout[i].name);
        if (topic->partitions != layout[i].partitions)
            forget_heads(survey, topic);
        topic->partitions = layout[i].partitions;
        topic->leaders = layout[i].leaders;
        topic->there = true;
        topic->watched = false;
        topic->low = NULL;
        topic->end = NULL;
        topic->owners = NULL;
    }
    drop_the_missing(survey);
    return true;
}

/* ---- settings ---- */

static void read_configs(SurveyTopic *topic, const KafkaConfig *configs, size_t count)
{
    bool deletes = true;
    topic->compacted = false;
    topic->retention_ms = LAG_UNKNOWN;
    for (size_t i = 0; i < count; i++) {
        Text value = text_from(configs[i].value);
        if (strcmp(configs[i].name, "retention.ms") == 0 &&
            !text_to_int64(value, &topic->retention_ms))
            topic->retention_ms = LAG_UNKNOWN;
        if (strcmp(configs[i].name, "cleanup.policy") != 0)
            continue;
        topic->compacted = text_contains(value, TEXT("compact"));
        deletes = text_contains(value, TEXT("delete"));
    }
    if (!deletes || topic->retention_ms < 0)
        topic->retention_ms = LAG_UNKNOWN;
}

void survey_topics_configs(SurveyLook *look)
{
    LagSurvey *survey = look->survey;
    int asked = 0;
    for (size_t i = 0; i < survey->topic_count && asked < CONFIGS_A_LOOK; i++) {
        SurveyTopic *topic = survey->topics[i];
        int64_t now_ms = clock_monotonic_ms();
        if (!topic->watched || now_ms < topic->configs_due_ms || !survey_time_left(look))
            continue;
        KafkaConfig *configs;
        size_t count;
        Error ignored = {0}; /* kept as it was known, and asked again */
        bool good = kafka_admin_configs(survey->admin, topic->name, look->arena, &configs, &count,
                                        &ignored);
        if (good)
            read_configs(topic, configs, count);
        topic->configs_due_ms = now_ms + (good ? CONFIGS_AGAIN_MS : CONFIGS_FAILED_MS);
        asked++;
    }
}
