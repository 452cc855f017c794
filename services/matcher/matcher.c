/*
 * Consume onecase.report, decide, write: how it opens, what a step is, how it ends. A batch is matcher_batch.c, whose the partitions
 * are matcher_claim.c.
 */
#include "matcher_parts.h"
#include "metrics.h"

#include "base/clock.h"

#include "adapters/kafka_admin.h"
#include "adapters/model_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    READ_WAIT_MS = 500,
    BATCH_BLOCK = 262144,
    ASK_MS = 10000,
    SURVEY_EVERY_US = 1000000,
    SURVEY_SHARE = 1000 /* of the time, at most one part is spent with surveys of memory */
};

static bool check_topic(Matcher *matcher, Error *error)
{
    KafkaClientSpec client = {.brokers = matcher->settings->brokers,
                              .client_id = "onecase-matcher"};
    KafkaTopic topic = {.name = matcher->topic};
    KafkaAdmin *admin = NULL;
    bool well = case_store_partition_count(matcher->store, &matcher->partition_count, error) &&
                kafka_admin_open(&client, ASK_MS, &admin, error) &&
                kafka_admin_topic(admin, &topic, error);
    kafka_admin_close(admin);
    if (!well)
        return false;
    if (topic.partitions == 0)
        return error_set(error, ERROR_RETRY,
                         "topic %s does not exist; `onecase topics --create` makes it",
                         matcher->topic);
    if (topic.partitions != matcher->partition_count)
        return error_set(
            error, ERROR_FATAL,
            "topic %s has %d partitions, the database was made for %d: its regions would lie in "
            "others; make the topic with that number, or take the database of this one",
            matcher->topic, topic.partitions, matcher->partition_count);
    return true;
}

static void make_names(Matcher *matcher)
{
    const MatcherSettings *settings = matcher->settings;
    snprintf(matcher->topic, sizeof(matcher->topic), "%sonecase.report", settings->topic_prefix);
    snprintf(matcher->vault_topic, sizeof(matcher->vault_topic), "%sonecase.deadletter",
             settings->topic_prefix);
    char host[128] = "localhost";
    gethostname(host, sizeof(host) - 1);
    if (settings->owner[0] != '\0')
        snprintf(matcher->owner, sizeof(matcher->owner), "%s", settings->owner);
    else
        snprintf(matcher->owner, sizeof(matcher->owner), "%s:%d", host, (int)getpid());
}

static bool open_consumer(Matcher *matcher, Error *error)
{
    const char *topics[] = {matcher->topic};
    KafkaConsumerSpec spec = {
        .client = {.brokers = matcher->settings->brokers, .client_id = "onecase-matcher"},
        .group = matcher->settings->group,
        .assignor = "range",
        .topics = topics,
        .topic_count = 1,
        .session_ms = (int32_t)matcher->settings->session_ms,
        .hooks = {.context = matcher, .assigned = matcher_assigned, .revoked = matcher_revoked},
    };
    return kafka_consumer_open(&spec, &matcher->consumer, error);
}

void matcher_close(void *state)
{
    Matcher *matcher = state;
    kafka_consumer_close(matcher->consumer); /* first: it calls the hooks */
    matcher_give_back_all(matcher);
    decide_close(matcher->decider);
    progress_free(matcher->progress);
    vault_free(matcher->vault);
    kafka_admin_close(matcher->admin);
    case_store_free(matcher->store);
    map_free(matcher->batch.identity_map);
    map_free(matcher->batch.report_map);
    map_free(matcher->batch.place_map);
    arena_free(matcher->batch.arena);
    for (int32_t i = 0; matcher->asides != NULL && i < matcher->partition_count; i++)
        matcher_aside_forget(matcher, i);
    free(matcher->asides);
    free(matcher->moves);
    free(matcher->epochs);
    free(matcher);
}

static bool open_parts(Matcher *matcher, Error *error)
{
    CaseStoreSpec store = {.conninfo = matcher->settings->conninfo,
                           .application = "onecase-matcher",
                           .owner = matcher->owner,
                           .topic = matcher->topic,
                           .statement_ms = (int)matcher->settings->statement_ms};
    matcher->store = case_store_new(&store);
    DeciderSpec decider = {.model = matcher->settings->model, .store = matcher->store};
    VaultSpec vault = {.brokers = matcher->settings->brokers, .topic = matcher->vault_topic};
    matcher->vault = vault_new(&vault);
    if (!decide_open(&decider, &matcher->decider, error) || !check_topic(matcher, error))
        return false;
    matcher->progress = progress_new(matcher->partition_count);
    matcher->moves = calloc((size_t)matcher->partition_count, sizeof(StoredMove));
    matcher->epochs = calloc((size_t)matcher->partition_count, sizeof(int64_t));
    matcher->asides = calloc((size_t)matcher->partition_count, sizeof(Aside));
    if (matcher->moves == NULL || matcher->epochs == NULL || matcher->asides == NULL)
        abort();
    matcher->batch = (Batch){
        .arena = arena_new(BATCH_BLOCK),
        .store = matcher->store,
        .progress = matcher->progress,
        .decider = matcher->decider,
        .partition_count = matcher->partition_count,
        .report_topic = matcher->topic,
        .identity_map = map_new(),
        .report_map = map_new(),
        .place_map = map_new(),
    };
    return open_consumer(matcher, error);
}

bool matcher_check(const void *settings, Arena *arena, TextList *faults)
{
    MappingFindings findings = {.arena = arena};
    Model *model = model_file_read(((const MatcherSettings *)settings)->model, &findings);
    *faults = (TextList){ARENA_ARRAY(arena, Text, findings.count), 0};
    for (size_t i = 0; i < findings.count; i++)
        if (!findings.items[i].warning)
            faults->items[faults->count++] = mapping_finding_text(arena, &findings.items[i]);
    model_free(model);
    return model != NULL;
}

bool matcher_open(const void *settings, void **state, Error *error)
{
    Matcher *matcher = calloc(1, sizeof(*matcher));
    if (matcher == NULL)
        abort();
    matcher->settings = settings;
    metrics_begin();
    make_names(matcher);
    if (!open_parts(matcher, error)) {
        matcher_close(matcher);
        return false;
    }
    *state = matcher;
    return true;
}

static bool read_records(Matcher *matcher, Error *error)
{
    const MatcherSettings *settings = matcher->settings;
    const KafkaReading reading = {(size_t)settings->batch_max, READ_WAIT_MS,
                                  (int)settings->linger_ms};
    if (!kafka_consumer_read(matcher->consumer, reading, &matcher->records, &matcher->record_count,
                             error)) {
        matcher->record_count = 0;
        return false;
    }
    matcher->generation = kafka_consumer_generation(matcher->consumer);
    for (size_t i = 0; i < matcher->record_count; i++)
        if (!matcher->records[i].log_append_time)
            return error_set(error, ERROR_FATAL,
                             "topic %s stamps records by their sender; message.timestamp.type must "
                             "be LogAppendTime (`onecase topics --check` names what differs)",
                             matcher->topic);
    return true;
}

/* What was read, or as much of it as gets done at once. A batch that runs into a time-out is tried in smaller parts. */
static bool handle_some(Matcher *matcher, Error *error)
{
    enum { POLL_MS = 1 };
    size_t count = matcher->record_count;
    if (matcher->batch_limit > 0 && matcher->batch_limit < count)
        count = matcher->batch_limit;
    count = batch_alone(matcher->records, count);
    if (matcher_handle_records(matcher, matcher->records, count, error)) {
        matcher->records += count;
        matcher->record_count -= count;
        matcher->batch_limit = matcher->record_count == 0 ? 0 : matcher->batch_limit * 2;
        return true;
    }
    if (matcher_is_stuck(error) && count > 1) {
        error_clear(error);
        matcher->batch_limit = count / 2;
        kafka_consumer_idle(matcher->consumer, POLL_MS); /* each part may take as long again */
        return true;
    }
    matcher_note_failure(matcher, error);
    return false;
}

/* What stands now, for those who watch. */
static void show(Matcher *matcher)
{
    int64_t now_us = clock_monotonic_us();
    if (now_us >= matcher->survey_due_us) {
        decide_survey(matcher->decider, &matcher->survey);
        matcher->survey_us = clock_monotonic_us() - now_us;
        int64_t share_us = matcher->survey_us * SURVEY_SHARE;
        matcher->survey_due_us = now_us + (share_us > SURVEY_EVERY_US ? share_us : SURVEY_EVERY_US);
    }
    MatcherGauges gauges = {.memory = matcher->survey, .survey_us = matcher->survey_us};
    for (int32_t i = 0; i < matcher->partition_count; i++) {
        const PartitionProgress *partition = progress_partition(matcher->progress, i);
        AsideState state = matcher->asides[i].state;
        gauges.partitions += partition != NULL;
        gauges.lost += partition != NULL && partition->lost;
        gauges.refusing += state == ASIDE_REFUSING;
        gauges.waiting += state == ASIDE_WAITING;
    }
    metrics_gauges(&gauges);
}

bool matcher_step(void *state, Error *error)
{
    Matcher *matcher = state;
    show(matcher);
    if (matcher->reclaim)
        return matcher_claim_again(matcher, error);
    if (kafka_consumer_generation(matcher->consumer) != matcher->generation)
        matcher->record_count = 0; /* they come again from the offsets of the new claim */
    if (matcher->record_count > 0)
        return handle_some(matcher, error);
    matcher->batch_limit = 0;
    if (!matcher_aside_step(matcher, error) || !matcher_look_for_resumed(matcher, error)) {
        matcher_note_failure(matcher, error);
        return false;
    }
    if (!read_records(matcher, error))
        return false;
    if (matcher->record_count > 0)
        return handle_some(matcher, error);
    matcher_commit_once_more(matcher);
    return true;
}

void matcher_idle(void *state, int wait_ms)
{
    Matcher *matcher = state;
    kafka_consumer_idle(matcher->consumer, wait_ms);
}
