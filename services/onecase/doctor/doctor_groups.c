/*
 * The consumer groups of intake and matcher: every partition has a reader, and the readers are our programs.
 */
#include "doctor/doctor_checks.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

enum { GROUPS = 2, LOOKS = 6, LOOKS_EMPTY = 3, LOOK_AGAIN_S = 1 };

typedef struct Group {
    const char *program;
    bool report; /* reads the report topic; else the departments' */
    KafkaGroup of;
    size_t wanted; /* partitions that are to be read */
    size_t alone;  /* of these without a reader */
    const KafkaCopies *first_alone;
} Group;

/* What the group reads for certain: topics of history and of releases come and go. */
static bool reads(const Doctor *doctor, const Group *group, const char *topic)
{
    if (group->report)
        return strcmp(topic, doctor_topic(doctor, "onecase.report")) == 0;
    return !text_ends(text_from(topic), TEXT(".backfill")) &&
           doctor_mapping_of(doctor, text_from(topic)) != NULL;
}

static bool has_reader(const Group *group, const KafkaCopies *partition)
{
    for (size_t i = 0; i < group->of.count; i++)
        for (size_t k = 0; k < group->of.members[i].count; k++)
            if (group->of.members[i].partitions[k].partition == partition->partition &&
                strcmp(group->of.members[i].partitions[k].topic, partition->topic) == 0)
                return true;
    return false;
}

static void find_alone(const Doctor *doctor, Group *group)
{
    group->wanted = group->alone = 0;
    for (size_t i = 0; i < doctor->cluster.partition_count; i++) {
        const KafkaCopies *partition = &doctor->cluster.partitions[i];
        if (!reads(doctor, group, partition->topic))
            continue;
        group->wanted++;
        if (has_reader(group, partition))
            continue;
        if (group->alone++ == 0)
            group->first_alone = partition;
    }
}

/* Whether another look may show more: partitions are handed over in seconds, and who has just begun joins in one or two. */
static bool may_change(const Group *group, int looks)
{
    if (group->of.settled && group->alone == 0)
        return false;
    return looks < (group->of.count == 0 ? LOOKS_EMPTY : LOOKS);
}

static bool look(Doctor *doctor, Group groups[GROUPS], Error *error)
{
    bool again = true;
    for (int looks = 1; again; looks++) {
        KafkaGroup asked[GROUPS];
        if (looks > 1)
            (void)nanosleep(&(struct timespec){.tv_sec = LOOK_AGAIN_S}, NULL);
        for (size_t i = 0; i < GROUPS; i++)
            asked[i] = (KafkaGroup){.name = groups[i].of.name};
        if (!kafka_admin_groups(doctor->admin, doctor->arena, asked, GROUPS, error))
            return false;
        again = false;
        for (size_t i = 0; i < GROUPS; i++) {
            groups[i].of = asked[i];
            if (!asked[i].answered)
                return error_set(error, ERROR_RETRY, "group %s: %s", asked[i].name, asked[i].fault);
            find_alone(doctor, &groups[i]);
            again = again || may_change(&groups[i], looks);
        }
    }
    return true;
}

/* A program of ours calls itself intake, onecase-matcher, ... */
static void tell_strangers(Doctor *doctor, const Group *group)
{
    for (size_t i = 0; i < group->of.count; i++) {
        const KafkaMember *member = &group->of.members[i];
        if (strstr(member->client_id, group->program) != NULL)
            continue;
        doctor_find(doctor,
                    &(DoctorFinding){
                        DOCTOR_FAULT,
                        text_format(doctor->arena, "member of group %s at %s", group->of.name,
                                    member->host),
                        text_format(doctor->arena, "onecase-%s", group->program),
                        text_format(doctor->arena,
                                    "\"%s\" with %zu partitions, whose records it takes away",
                                    member->client_id, member->count),
                        text_format(doctor->arena,
                                    "kafka-consumer-groups.sh --bootstrap-server %s --describe "
                                    "--members --group %s",
                                    doctor->options->naming.brokers, group->of.name)});
    }
}

static void tell_alone(Doctor *doctor, const Group *group)
{
    Text what = text_format(doctor->arena, "group %s", group->of.name);
    Text expected = text_format(doctor->arena, "a reader of each of %zu partition%s", group->wanted,
                                DOCTOR_PLURAL(group->wanted));
    if (group->of.count == 0)
        doctor_find(doctor,
                    &(DoctorFinding){
                        DOCTOR_FAULT, what, expected, TEXT("no member: nobody reads"),
                        text_format(doctor->arena, "systemctl start onecase-%s", group->program)});
    else
        doctor_find(
            doctor,
            &(DoctorFinding){
                DOCTOR_FAULT, what, expected,
                text_format(doctor->arena, "%zu without, as %s/%" PRId32, group->alone,
                            group->first_alone->topic, group->first_alone->partition),
                text_format(doctor->arena, "systemctl restart onecase-%s", group->program)});
}

bool doctor_check_groups(Doctor *doctor, Error *error)
{
    Group groups[GROUPS] = {
        {.of.name = doctor->options->naming.group, .program = "intake"},
        {.of.name = doctor->options->matcher_group, .program = "matcher", .report = true},
    };
    if (!look(doctor, groups, error))
        return false;
    for (size_t i = 0; i < GROUPS; i++) {
        doctor_saw_more(doctor, "%s: %zu member%s, %zu partitions", groups[i].of.name,
                        groups[i].of.count, DOCTOR_PLURAL(groups[i].of.count), groups[i].wanted);
        tell_strangers(doctor, &groups[i]);
        if (groups[i].alone > 0)
            tell_alone(doctor, &groups[i]);
    }
    return true;
}
