/*
 * Rights in Kafka. What each program does with a topic or group is data (doctor_rights.c). A program
 * that is a super user needs no entry, so what is missing is told only of principals that are named by --principals.
 */
#include "doctor/doctor_checks.h"
#include "doctor/doctor_rights.h"

#include <stdio.h>
#include <string.h>

typedef struct Rights {
    Doctor *doctor;
    const KafkaAcl *acls;
    size_t count;
} Rights;

/* "intake=User:intake matcher=..." -> the principal; absent: not named. */
static Text principal_of(const char *list, const char *program)
{
    Text rest = text_trim(text_from(list));
    while (rest.size > 0) {
        size_t end = text_find(rest, TEXT(" "), 0);
        Text entry = text_slice(rest, 0, end);
        size_t equals = text_find(entry, TEXT("="), 0);
        if (equals != SIZE_MAX && text_is(text_slice(entry, 0, equals), program))
            return text_slice(entry, equals + 1, entry.size);
        rest = end == SIZE_MAX ? TEXT("") : text_trim(text_slice(rest, end, rest.size));
    }
    return TEXT_ABSENT;
}

static bool names(const KafkaAcl *acl, KafkaResource resource, const char *name)
{
    return acl->resource == resource &&
           (strcmp(acl->name, name) == 0 || (!acl->prefixed && strcmp(acl->name, "*") == 0) ||
            (acl->prefixed && strncmp(name, acl->name, strlen(acl->name)) == 0));
}

/* What is allowed for more is allowed for less. */
static bool covers(const KafkaAcl *acl, const char *operation)
{
    static const struct {
        const char *more;
        const char *less;
    } IMPLIED[] = {{"Read", "Describe"},
                   {"Write", "Describe"},
                   {"Alter", "Describe"},
                   {"Delete", "Describe"},
                   {"AlterConfigs", "DescribeConfigs"}};
    if (strcmp(acl->operation, operation) == 0 || strcmp(acl->operation, "All") == 0)
        return true;
    for (size_t i = 0; acl->allow && i < sizeof(IMPLIED) / sizeof(IMPLIED[0]); i++)
        if (strcmp(acl->operation, IMPLIED[i].more) == 0 && strcmp(operation, IMPLIED[i].less) == 0)
            return true;
    return false;
}

static bool may(const Rights *rights,
                Text principal,
                KafkaResource resource,
                const char *name,
                const char *operation)
{
    bool allowed = false;
    for (size_t i = 0; i < rights->count; i++) {
        const KafkaAcl *acl = &rights->acls[i];
        bool of_it = text_is(principal, acl->principal) || strcmp(acl->principal, "User:*") == 0;
        if (!of_it || !names(acl, resource, name) || !covers(acl, operation))
            continue;
        if (!acl->allow)
            return false;
        allowed = true;
    }
    return allowed;
}

static void want(const Rights *rights,
                 Text principal,
                 const DoctorNeed *need,
                 KafkaResource resource,
                 const char *name)
{
    Doctor *doctor = rights->doctor;
    const char *kind = resource == KAFKA_TOPIC ? "topic" : "group";
    if (may(rights, principal, resource, name, need->operation))
        return;
    doctor_find(
        doctor,
        &(DoctorFinding){
            DOCTOR_FAULT,
            text_format(doctor->arena, "%s, which is %.*s", need->program, TEXT_ARGS(principal)),
            text_format(doctor->arena, "%s on %s %s", need->operation, kind, name),
            TEXT("no entry that allows it"),
            text_format(doctor->arena,
                        "kafka-acls.sh --bootstrap-server %s --add --allow-principal %.*s "
                        "--operation %s --%s %s",
                        doctor->options->naming.brokers, TEXT_ARGS(principal), need->operation,
                        kind, name)});
}

static void want_departments(const Rights *rights, Text principal, const DoctorNeed *need)
{
    const KafkaCluster *cluster = &rights->doctor->cluster;
    for (size_t i = 0; i < cluster->partition_count; i++)
        if (cluster->partitions[i].partition == 0 &&
            doctor_mapping_of(rights->doctor, text_from(cluster->partitions[i].topic)) != NULL)
            want(rights, principal, need, KAFKA_TOPIC, cluster->partitions[i].topic);
}

static void check_need(const Rights *rights, Text principal, const DoctorNeed *need)
{
    static const char *const TOPICS[] = {[DOCTOR_ON_REPORT] = "onecase.report",
                                         [DOCTOR_ON_LETTERS] = "onecase.deadletter",
                                         [DOCTOR_ON_REDRIVE] = "onecase.redrive",
                                         [DOCTOR_ON_CASES] = "onecase.case"};
    const DoctorOptions *options = rights->doctor->options;
    switch (need->subject) {
    case DOCTOR_ON_REPORT:
    case DOCTOR_ON_LETTERS:
    case DOCTOR_ON_REDRIVE:
    case DOCTOR_ON_CASES:
        want(rights, principal, need, KAFKA_TOPIC,
             doctor_topic(rights->doctor, TOPICS[need->subject]));
        break;
    case DOCTOR_ON_DEPARTMENTS:
        want_departments(rights, principal, need);
        break;
    case DOCTOR_ON_INTAKES:
        want(rights, principal, need, KAFKA_GROUP, options->naming.group);
        break;
    case DOCTOR_ON_ANSWERS:
        want(rights, principal, need, KAFKA_GROUP,
             text_format(rights->doctor->arena, "%s.resume", options->naming.group).data);
        break;
    case DOCTOR_ON_MATCHERS:
        want(rights, principal, need, KAFKA_GROUP, options->matcher_group);
        break;
    }
}

/* Nobody but intake and relay writes the log that the database is made of. */
static void check_writers(const Rights *rights, const char *principals)
{
    Doctor *doctor = rights->doctor;
    const char *report = doctor_topic(doctor, "onecase.report");
    for (size_t i = 0; i < rights->count; i++) {
        const KafkaAcl *acl = &rights->acls[i];
        Text who = text_from(acl->principal);
        if (!acl->allow || !names(acl, KAFKA_TOPIC, report) || !covers(acl, "Write") ||
            text_equal(who, principal_of(principals, "intake")) ||
            text_equal(who, principal_of(principals, "relay")))
            continue;
        doctor_find(
            doctor,
            &(DoctorFinding){
                DOCTOR_WARNING, text_format(doctor->arena, "who may write %s", report),
                TEXT("intake and relay alone"), text_from(acl->principal),
                text_format(doctor->arena,
                            "kafka-acls.sh --bootstrap-server %s --remove "
                            "--allow-principal %s --operation %s --topic %s%s",
                            doctor->options->naming.brokers, acl->principal, acl->operation,
                            acl->name, acl->prefixed ? " --resource-pattern-type prefixed" : "")});
    }
}

static bool has_authorizer(Doctor *doctor, bool *has, Error *error)
{
    KafkaConfig *configs = NULL;
    size_t count = 0;
    *has = false;
    if (doctor->cluster.broker_count > 0 &&
        !kafka_admin_broker_configs(doctor->admin, doctor->cluster.brokers[0].id, doctor->arena,
                                    &configs, &count, error))
        return false;
    for (size_t i = 0; i < count; i++)
        if (strcmp(configs[i].name, "authorizer.class.name") == 0)
            *has = configs[i].value[0] != '\0';
    return true;
}

static bool needs_rights(Text program)
{
    for (size_t i = 0; i < DOCTOR_NEED_COUNT; i++)
        if (text_is(program, DOCTOR_NEEDS[i].program))
            return true;
    return false;
}

/* A name that is misspelt would have its rights compared by nobody. */
static void check_list(Doctor *doctor, const char *principals)
{
    Text rest = text_trim(text_from(principals));
    while (!text_is_empty(rest)) {
        size_t end = text_find(rest, TEXT(" "), 0);
        Text entry = text_slice(rest, 0, end);
        size_t equals = text_find(entry, TEXT("="), 0);
        rest = end == SIZE_MAX ? TEXT("") : text_trim(text_slice(rest, end, rest.size));
        if (equals == SIZE_MAX || equals + 1 == entry.size ||
            !needs_rights(text_slice(entry, 0, equals)))
            doctor_find(doctor,
                        &(DoctorFinding){DOCTOR_FAULT, TEXT("--principals"),
                                         TEXT("PROGRAM=PRINCIPAL with blanks between, of intake, "
                                              "matcher, relay and lagwatch"),
                                         text_format(doctor->arena, "\"%.*s\"", TEXT_ARGS(entry)),
                                         TEXT("onecase doctor --principals 'intake=User:intake "
                                              "matcher=User:matcher relay=User:relay "
                                              "lagwatch=User:lagwatch'")});
    }
}

bool doctor_check_acls(Doctor *doctor, Error *error)
{
    const char *principals = doctor->options->principals;
    KafkaAcl *acls = NULL;
    Rights rights = {.doctor = doctor};
    bool authorizer;
    if (principals != NULL)
        check_list(doctor, principals);
    if (!has_authorizer(doctor, &authorizer, error))
        return false;
    if (!authorizer) {
        doctor_saw(doctor, "the brokers have no authorizer: everybody may do everything");
        return true;
    }
    if (!kafka_admin_acls(doctor->admin, doctor->arena, &acls, &rights.count, error))
        return false;
    rights.acls = acls;
    doctor_saw(doctor, "%zu entries", rights.count);
    if (principals == NULL) {
        doctor_saw_more(doctor, "--principals says whose rights are to be compared");
        return true;
    }
    for (size_t i = 0; i < DOCTOR_NEED_COUNT; i++) {
        Text principal = principal_of(principals, DOCTOR_NEEDS[i].program);
        if (!text_is_absent(principal))
            check_need(&rights, principal, &DOCTOR_NEEDS[i]);
    }
    check_writers(&rights, principals);
    return true;
}
