/*
 * The hub's own topics against topics.cfg, and the departments' topics against the mappings. A department's topic that is not there
 * and never was waits for its department and is no finding; one that intake has read from and that is gone is one.
 */
#include "doctor/doctor_checks.h"
#include "held.h"
#include "topics_check.h"

#include "domain/place_mark.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { BROKER_IDS_MAX = 1024, PARTITIONS_ASKED = 32 };

/* ---- the hub's own ---- */

/* Brokers of the cluster, dead ones too: those that are to have a copy of something. */
static int32_t brokers_in_all(const KafkaCluster *cluster)
{
    int32_t ids[BROKER_IDS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < cluster->broker_count && count < BROKER_IDS_MAX; i++)
        ids[count++] = cluster->brokers[i].id;
    for (size_t i = 0; i < cluster->partition_count; i++)
        for (int32_t k = 0; k < cluster->partitions[i].count; k++) {
            bool known = count == BROKER_IDS_MAX;
            for (size_t n = 0; n < count && !known; n++)
                known = ids[n] == cluster->partitions[i].brokers[k];
            if (!known)
                ids[count++] = cluster->partitions[i].brokers[k];
        }
    return (int32_t)count;
}

/* Whether nothing is lost by it: more room than was asked for, or fewer copies. */
static bool is_mild(const TopicDifference *difference)
{
    int64_t expected;
    int64_t found;
    bool numbers = text_to_int64(text_from(difference->expected), &expected) &&
                   text_to_int64(text_from(difference->found), &found);
    const char *setting = difference->setting;
    if (strcmp(setting, "replication") == 0 || strcmp(setting, "min.insync.replicas") == 0)
        return true;
    if (strcmp(setting, "retention.ms") == 0 && numbers)
        return found == -1 || (expected != -1 && found > expected);
    return strcmp(setting, "max.message.bytes") == 0 && numbers && found > expected;
}

static Text step_for(const Doctor *doctor, const TopicDifference *difference)
{
    const SourceOptions *naming = &doctor->options->naming;
    const char *setting = difference->setting;
    const char *prefixed = naming->prefix[0] != '\0' ? " --prefix " : "";
    int64_t expected;
    int64_t found;
    if (strcmp(setting, "topic") == 0)
        return text_format(doctor->arena, "onecase topics --create --file %s%s%s", naming->topics,
                           prefixed, naming->prefix);
    if (strcmp(setting, "replication") == 0)
        return text_format(doctor->arena,
                           "kafka-reassign-partitions.sh --bootstrap-server %s --generate "
                           "--topics-to-move-json-file topics.json --broker-list 1,2,3",
                           naming->brokers);
    if (strcmp(setting, "partitions") != 0)
        return text_format(doctor->arena,
                           "kafka-configs.sh --bootstrap-server %s --alter --entity-type topics "
                           "--entity-name %s --add-config %s=%s",
                           naming->brokers, difference->topic, setting, difference->expected);
    bool grows = text_to_int64(text_from(difference->expected), &expected) &&
                 text_to_int64(text_from(difference->found), &found) && found < expected;
    if (!grows || strcmp(difference->topic, doctor->topics.report_topic) == 0)
        return text_format(doctor->arena,
                           "edit %s    # or a new topic and `onecase replay`: partitions of a "
                           "topic that is in use are not changed",
                           naming->topics);
    return text_format(doctor->arena,
                       "kafka-topics.sh --bootstrap-server %s --alter --topic %s --partitions %s",
                       naming->brokers, difference->topic, difference->expected);
}

static bool is_there(const Doctor *doctor, const char *topic)
{
    for (size_t i = 0; i < doctor->cluster.partition_count; i++)
        if (strcmp(doctor->cluster.partitions[i].topic, topic) == 0)
            return true;
    return false;
}

bool doctor_check_topics(Doctor *doctor, Error *error)
{
    size_t own = 0;
    if (is_there(doctor, doctor_topic(doctor, "onecase.report")))
        doctor->abilities |= DOCTOR_REPORT;
    for (size_t i = 0; i < doctor->topic_faults.count; i++)
        doctor_find(doctor,
                    &(DoctorFinding){DOCTOR_FAULT, text_from(doctor->options->naming.topics),
                                     TEXT("a file of topics"), doctor->topic_faults.items[i],
                                     TEXT("onecase topics --check")});
    TopicsCheck check = topics_check(&doctor->topics, doctor->admin,
                                     brokers_in_all(&doctor->cluster), doctor->arena);
    for (size_t i = 0; i < doctor->topics.count; i++) {
        const TopicWanted *wanted = &doctor->topics.topics[i];
        if (wanted->sample)
            continue;
        own++;
        if (!topics_check_topic(&check, wanted, error))
            return false;
    }
    for (size_t i = 0; i < check.count; i++) {
        const TopicDifference *found = &check.items[i];
        doctor_find(
            doctor,
            &(DoctorFinding){
                is_mild(found) ? DOCTOR_WARNING : DOCTOR_FAULT,
                text_format(doctor->arena, "%s: %s", found->topic,
                            strcmp(found->setting, "topic") == 0 ? "the topic" : found->setting),
                text_from(found->expected), text_from(found->found), step_for(doctor, found)});
    }
    doctor_saw(doctor, "%zu of the hub, as %s wants them", own, doctor->options->naming.topics);
    return true;
}

/* ---- the departments' ---- */

/* What intake remembers of topics that are gone (domain/place_mark.h). */
static bool
read_marks(Doctor *doctor, const char *report, KafkaCommit **marks, size_t *count, Error *error)
{
    *marks = ARENA_ARRAY(doctor->arena, KafkaCommit, doctor->cluster.partition_count);
    *count = 0;
    for (size_t i = 0; i < doctor->cluster.partition_count; i++) {
        const KafkaCopies *partition = &doctor->cluster.partitions[i];
        if (strcmp(partition->topic, report) == 0)
            (*marks)[(*count)++] =
                (KafkaCommit){.topic = report, .partition = partition->partition};
    }
    const char *group = text_format(doctor->arena, "%s.resume", doctor->options->naming.group).data;
    return kafka_admin_group_commits(doctor->admin, group, *marks, *count, doctor->arena, error);
}

typedef struct Departments {
    const KafkaCommit *marks; /* one for each partition of the report topic */
    size_t mark_count;
    size_t mappings;
    size_t there;
    TextBuilder waiting; /* names of topics that never were */
    size_t waiting_count;
} Departments;

static void check_named(Doctor *doctor, Departments *all, Text named)
{
    const char *topic = doctor_topic(doctor, text_string(doctor->arena, named));
    PlaceNote note = place_note_none();
    if (is_there(doctor, topic)) {
        all->there++;
        return;
    }
    bool read = false;
    for (int32_t partition = 0; all->mark_count > 0 && partition < PARTITIONS_ASKED && !read;
         partition++)
        read = place_mark_find(
            all->marks[place_mark_slot(text_from(topic), (int32_t)all->mark_count)].note,
            text_from(topic), partition, &note);
    if (!read) {
        builder_string(&all->waiting, all->waiting_count++ > 0 ? ", " : "");
        builder_string(&all->waiting, topic);
        return;
    }
    doctor_find(
        doctor,
        &(DoctorFinding){DOCTOR_FAULT, text_format(doctor->arena, "%s: the topic", topic),
                         TEXT("present: intake has read from it"), TEXT("missing"),
                         text_format(doctor->arena, "onecase topics --create --file %s%s%s",
                                     doctor->options->naming.topics,
                                     doctor->options->naming.prefix[0] != '\0' ? " --prefix " : "",
                                     doctor->options->naming.prefix)});
}

/* Partitions of which intake waits for a word. */
static bool check_held(Doctor *doctor, Error *error)
{
    KafkaCommit *commits;
    size_t count;
    if (!doctor_intake_commits(doctor, &commits, &count, error))
        return false;
    for (size_t i = 0; i < count; i++) {
        const Held held = {commits[i].topic, commits[i].partition,
                           place_note_read(commits[i].note)};
        if (held.note.gap == PLACE_NO_GAP)
            continue;
        doctor_find(
            doctor,
            &(DoctorFinding){DOCTOR_FAULT,
                             text_format(doctor->arena, "%s/%" PRId32, held.topic, held.partition),
                             TEXT("to be read"),
                             text_format(doctor->arena, "held: %.*s",
                                         TEXT_ARGS(held_text(&held, doctor->arena))),
                             text_format(doctor->arena, "onecase source resume %s", held.topic)});
    }
    return true;
}

bool doctor_check_departments(Doctor *doctor, Error *error)
{
    Departments all = {.waiting = builder_new(doctor->arena)};
    KafkaCommit *marks = NULL;
    if ((doctor->abilities & DOCTOR_REPORT) != 0 &&
        !read_marks(doctor, doctor_topic(doctor, "onecase.report"), &marks, &all.mark_count, error))
        return false;
    all.marks = marks;
    for (size_t i = 0; i < doctor->paths.count; i++) {
        if (doctor->mappings[i] == NULL)
            continue;
        TextList named = mapping_topics(doctor->mappings[i]);
        all.mappings++;
        for (size_t k = 0; k < named.count; k++)
            check_named(doctor, &all, named.items[k]);
    }
    doctor_saw(doctor, "%zu topic%s of %zu mapping%s", all.there, DOCTOR_PLURAL(all.there),
               all.mappings, DOCTOR_PLURAL(all.mappings));
    if (all.waiting_count > 0)
        doctor_saw_more(doctor, "not there yet: %.*s", TEXT_ARGS(builder_view(&all.waiting)));
    return check_held(doctor, error);
}
