/*
 * What groups have committed, who has their partitions, and where the partitions begin and end. Commits are asked
 * through a consumer of the group's name that never joins it; members of all groups come in one answer.
 */
#include "base/clock.h"

#include "domain/place_note.h"

#include "adapters/lag_survey_parts.h"

#include <string.h>

/* ---- members ---- */

/* Who has which partition, for the rows of this group. */
static void note_owners(SurveyLook *look, const KafkaGroup *group)
{
    LagSurvey *survey = look->survey;
    for (size_t i = 0; i < survey->topic_count; i++)
        survey->topics[i]->owners = NULL;
    for (size_t i = 0; i < group->count; i++) {
        const KafkaMember *member = &group->members[i];
        Text owner = text_format(look->arena, "%s@%s", member->client_id, member->host);
        for (size_t k = 0; k < member->count; k++) {
            SurveyTopic *topic = survey_topic(survey, text_from(member->partitions[k].topic));
            int32_t partition = member->partitions[k].partition;
            if (topic == NULL || partition < 0 || partition >= topic->partitions)
                continue;
            if (topic->owners == NULL)
                topic->owners = ARENA_ARRAY(look->arena, Text, topic->partitions);
            topic->owners[partition] = owner;
        }
    }
}

static void
set_owner(const KafkaGroup *group, const SurveyTopic *topic, int32_t partition, LagObservation *row)
{
    if (topic->owners != NULL && !text_is_absent(topic->owners[partition])) {
        row->owner = topic->owners[partition];
        row->circumstances.ownership = LAG_OWNED;
    } else {
        row->circumstances.ownership =
            group->answered && group->settled ? LAG_NOT_OWNED : LAG_OWNER_UNKNOWN;
    }
}

static KafkaGroup *ask_members(SurveyLook *look)
{
    const LagSurvey *survey = look->survey;
    KafkaGroup *groups = ARENA_ARRAY(look->arena, KafkaGroup, survey->group_count);
    for (size_t i = 0; i < survey->group_count; i++)
        groups[i].name = survey->groups[i].name;
    Error error = {0}; /* whoever has what is not known then, and the rest is told */
    if (!survey_time_left(look) ||
        !kafka_admin_groups(survey->admin, look->arena, groups, survey->group_count, &error))
        for (size_t i = 0; i < survey->group_count; i++)
            groups[i] = (KafkaGroup){.name = survey->groups[i].name};
    return groups;
}

/* ---- commits ---- */

static bool is_read_by(const LagSurvey *survey, size_t group, const SurveyTopic *topic)
{
    if (group == SURVEY_INTAKE)
        return topic->of_intake;
    if (group == SURVEY_MATCHER)
        return strcmp(topic->name, survey->report_topic) == 0;
    return topic->ours;
}

static bool open_asker(const LagSurvey *survey, SurveyGroup *group, Error *error)
{
    const KafkaConsumerSpec spec = {
        .client = {.brokers = survey->spec.brokers, .client_id = survey->spec.client_id},
        .group = group->name,
        .assignor = "range",
        .ask_limit_ms = survey->spec.limit_ms,
    };
    return group->asker != NULL || kafka_consumer_open(&spec, &group->asker, error);
}

/* All partitions that this group may read, in the order of topics; commits are asked for unless PostgreSQL knows better. */
static bool
ask_commits(SurveyLook *look, size_t number, KafkaCommit **commits, size_t *count, Error *error)
{
    LagSurvey *survey = look->survey;
    SurveyGroup *group = &survey->groups[number];
    size_t total = 0;
    for (size_t i = 0; i < survey->topic_count; i++)
        if (is_read_by(survey, number, survey->topics[i]))
            total += (size_t)survey->topics[i]->partitions;
    *commits = ARENA_ARRAY(look->arena, KafkaCommit, total);
    *count = 0;
    for (size_t i = 0; i < survey->topic_count; i++)
        for (int32_t k = 0;
             is_read_by(survey, number, survey->topics[i]) && k < survey->topics[i]->partitions;
             k++)
            (*commits)[(*count)++] = (KafkaCommit){
                .topic = survey->topics[i]->name, .partition = k, .offset = KAFKA_OFFSET_NONE};
    if (number == SURVEY_MATCHER && look->database.up)
        return true;
    if (!survey_time_left(look))
        return error_set(error, ERROR_RETRY, "no time was left to ask for what %s has committed",
                         group->name);
    return open_asker(survey, group, error) &&
           kafka_consumer_commits(group->asker, *commits, *count, look->arena, error);
}

/* ---- rows ---- */

static void add_intake_state(const KafkaCommit *commit, Arena *arena, LagObservation *row)
{
    const PlaceNote note = place_note_read(commit->note);
    if (note.gap == PLACE_NO_GAP)
        return;
    row->circumstances.state = LAG_STATE_LOST;
    row->circumstances.state_reason = place_note_gap(&note, arena);
}

/* Kafka's copy may be a batch behind what PostgreSQL said before it went; that is no step back. */
static void add_matcher_state(const SurveyLook *look, LagObservation *row)
{
    const SurveyDatabase *database = &look->database;
    const LagSurvey *survey = look->survey;
    row->circumstances.needs_database = true;
    if (!database->up) {
        if ((size_t)row->partition < survey->matcher_seen_count &&
            survey->matcher_seen[row->partition] > row->sample.committed)
            row->sample.committed = survey->matcher_seen[row->partition];
        return;
    }
    row->source_of_offset = TEXT("postgresql");
    if ((size_t)row->partition >= database->matcher_count ||
        !database->matcher[row->partition].there)
        return;
    const SurveyMatcherRow *known = &database->matcher[row->partition];
    row->sample.committed = known->next;
    row->sample.progress_ms = known->written_ms;
    row->circumstances.state = known->state;
    row->circumstances.state_since_ms = known->since_ms;
    row->circumstances.state_reason = known->reason;
}

static void add_row(SurveyLook *look, size_t number, const KafkaGroup *members, KafkaCommit *commit)
{
    SurveyGroup *group = &look->survey->groups[number];
    SurveyTopic *topic = survey_topic(look->survey, text_from(commit->topic));
    topic->watched = true;
    LagObservation *row = survey_add(look, (SurveyRow){topic, number});
    row->group = text_from(group->name);
    row->program = text_from(group->program);
    row->topic = text_copy(look->arena, text_from(topic->name));
    row->partition = commit->partition;
    row->source_of_offset = TEXT("kafka");
    if (commit->offset >= 0)
        row->sample.committed = commit->offset;
    set_owner(members, topic, commit->partition, row);
    if (number == SURVEY_INTAKE)
        add_intake_state(commit, look->arena, row);
    if (number == SURVEY_MATCHER)
        add_matcher_state(look, row);
}

static bool look_at_group(SurveyLook *look, size_t number, const KafkaGroup *members, Error *error)
{
    KafkaCommit *commits;
    size_t count;
    if (!ask_commits(look, number, &commits, &count, error))
        return false;
    note_owners(look, members);
    for (size_t i = 0; i < count; i++)
        if (number < SURVEY_OTHERS || commits[i].offset >= 0)
            add_row(look, number, members, &commits[i]);
    return true;
}

/* ---- begins and ends ---- */

/* Partitions that one broker leads. */
static KafkaPosition *led_by(SurveyLook *look, int32_t leader, size_t *count)
{
    const LagSurvey *survey = look->survey;
    size_t total = 0;
    for (size_t i = 0; i < survey->topic_count; i++)
        total += survey->topics[i]->watched ? (size_t)survey->topics[i]->partitions : 0;
    KafkaPosition *positions = ARENA_ARRAY(look->arena, KafkaPosition, total);
    *count = 0;
    for (size_t i = 0; i < survey->topic_count; i++) {
        const SurveyTopic *topic = survey->topics[i];
        for (int32_t k = 0; topic->watched && k < topic->partitions; k++)
            if (topic->leaders[k] == leader)
                positions[(*count)++] = (KafkaPosition){topic->name, k, KAFKA_OFFSET_NONE};
    }
    return positions;
}

/* The smallest number of a leader above this one; -1: there is none. */
static int32_t next_leader(const LagSurvey *survey, int32_t after)
{
    int32_t next = -1;
    for (size_t i = 0; i < survey->topic_count; i++) {
        const SurveyTopic *topic = survey->topics[i];
        for (int32_t k = 0; topic->watched && k < topic->partitions; k++)
            if (topic->leaders[k] > after && (next < 0 || topic->leaders[k] < next))
                next = topic->leaders[k];
    }
    return next;
}

/* Answers into the topics. */
static void spread(const SurveyLook *look, const KafkaPosition *positions, size_t count, bool ends)
{
    const SurveyTopic *topic = NULL;
    for (size_t i = 0; i < count; i++) {
        if (topic == NULL || topic->name != positions[i].topic)
            topic = survey_topic(look->survey, text_from(positions[i].topic));
        int64_t *offsets = ends ? topic->end : topic->low;
        if (positions[i].offset >= 0)
            offsets[positions[i].partition] = positions[i].offset;
    }
}

static bool ask_leader(SurveyLook *look, int32_t leader, Error *error)
{
    size_t count;
    KafkaPosition *positions = led_by(look, leader, &count);
    for (int ends = 0; ends <= 1; ends++) {
        if (!survey_time_left(look))
            return error_set(error, ERROR_RETRY, "no time was left to ask broker %d", (int)leader);
        if (!kafka_admin_extremes(look->survey->admin, ends != 0, positions, count, error))
            return false;
        spread(look, positions, count, ends != 0);
    }
    return true;
}

/* A broker that does not answer leaves its partitions unknown; when none does, Kafka does not. */
static bool ask_extremes(SurveyLook *look, Error *error)
{
    LagSurvey *survey = look->survey;
    bool answered = false;
    for (size_t i = 0; i < survey->topic_count; i++) {
        SurveyTopic *topic = survey->topics[i];
        if (!topic->watched)
            continue;
        topic->low = ARENA_ARRAY(look->arena, int64_t, topic->partitions);
        topic->end = ARENA_ARRAY(look->arena, int64_t, topic->partitions);
        for (int32_t k = 0; k < topic->partitions; k++)
            topic->low[k] = topic->end[k] = LAG_UNKNOWN;
    }
    int32_t leader = next_leader(survey, -1);
    bool nobody = leader < 0;
    for (; leader >= 0; leader = next_leader(survey, leader)) {
        Error fault = {0};
        if (ask_leader(look, leader, &fault)) {
            answered = true;
            continue;
        }
        look->look->kafka_fault =
            text_format(look->arena, "broker %d: %s", (int)leader, fault.text);
        if (error->verdict == ERROR_NONE)
            error_set(error, fault.verdict, "%s", fault.text);
    }
    look->look->at_ms = clock_wall_us() / 1000;
    if (answered || nobody)
        *error = (Error){0};
    return answered || nobody;
}

static bool is_beyond(const LagObservation *row)
{
    return row->sample.end >= 0 && row->sample.committed > row->sample.end;
}

/*
 * A reader that does not wait for transactions may stand beyond the last stable offset: nothing that it may read waits
 * then. Beyond the high watermark nobody gets.
 */
static void look_beyond(SurveyLook *look)
{
    LagSurvey *survey = look->survey;
    KafkaPosition *positions = ARENA_ARRAY(look->arena, KafkaPosition, look->count);
    size_t count = 0;
    Error ignored = {0}; /* the end stays as it is known */
    for (size_t i = 0; i < look->count; i++)
        if (is_beyond(&look->observations[i]))
            positions[count++] =
                (KafkaPosition){look->rows[i].topic->name, look->observations[i].partition, 0};
    const KafkaClientSpec client = {.brokers = survey->spec.brokers,
                                    .client_id = survey->spec.client_id};
    if (count == 0 || !survey_time_left(look) ||
        (survey->plain == NULL &&
         !kafka_admin_open(&client, survey->spec.limit_ms, &survey->plain, &ignored)) ||
        !kafka_admin_extremes(survey->plain, true, positions, count, &ignored))
        return;
    for (size_t i = 0, k = 0; i < look->count; i++) {
        LagObservation *row = &look->observations[i];
        if (!is_beyond(row))
            continue;
        int64_t end = positions[k++].offset;
        if (end > row->sample.end)
            row->sample.end = end < row->sample.committed ? end : row->sample.committed;
    }
}

static void set_extremes(SurveyLook *look)
{
    for (size_t i = 0; i < look->count; i++) {
        LagObservation *row = &look->observations[i];
        const SurveyTopic *topic = look->rows[i].topic;
        row->sample.low = topic->low[row->partition];
        row->sample.end = topic->end[row->partition];
    }
    look_beyond(look);
}

bool survey_groups_look(SurveyLook *look, Error *error)
{
    LagSurvey *survey = look->survey;
    const KafkaGroup *members = ask_members(look);
    for (size_t i = 0; i < survey->group_count; i++) {
        Error fault = {0};
        if (look_at_group(look, i, &members[i], &fault))
            continue;
        if (i < SURVEY_OTHERS)
            return error_set(error, fault.verdict, "%s", fault.text);
        look->look->kafka_fault = text_copy(look->arena, text_from(fault.text));
    }
    if (!ask_extremes(look, error))
        return false;
    set_extremes(look);
    return true;
}
