/*
 * The run: loads what lies in files, walks the table, prints.
 *
 *   settings ─► brokers ─► topics ─► ...        what a check needs (DoctorAbility) was given by one before it, or it is
 *                                               not made and names the one that failed
 */
#include "doctor/doctor.h"

#include "command.h"
#include "doctor/doctor_print.h"
#include "doctor/doctor_rights.h"
#include "source/source_topics.h"

#include "adapters/mapping_file.h"
#include "adapters/region_file.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_BLOCK = 262144, TEXT_MAX = 2048, STATEMENT_MS = 15000, LOCK_MS = 2000 };
enum { EXIT_WARNINGS = 2 };

/* Whoever asks may not write by mistake either. */
#define READ_ONLY "options='-c default_transaction_read_only=on'"

/* ---- for checks ---- */

static Text format_text(Arena *arena, const char *format, va_list arguments)
{
    char text[TEXT_MAX];
    (void)vsnprintf(text, sizeof(text), format, arguments); /* what is longer is cut */
    return text_copy(arena, text_from(text));
}

void doctor_saw(Doctor *doctor, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    doctor->now->saw = format_text(doctor->arena, format, arguments);
    va_end(arguments);
}

void doctor_saw_more(Doctor *doctor, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    Text more = format_text(doctor->arena, format, arguments);
    va_end(arguments);
    Text *saw = &doctor->now->saw;
    *saw = text_is_empty(*saw)
               ? more
               : text_format(doctor->arena, "%.*s; %.*s", TEXT_ARGS(*saw), TEXT_ARGS(more));
}

void doctor_skip(Doctor *doctor, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    doctor->now->skipped = format_text(doctor->arena, format, arguments);
    va_end(arguments);
}

void doctor_find(Doctor *doctor, const DoctorFinding *finding)
{
    DoctorResult *now = doctor->now;
    if (now->count == DOCTOR_FINDINGS_MAX) {
        now->left_out++;
        return;
    }
    if (now->findings == NULL)
        now->findings = ARENA_ARRAY(doctor->arena, DoctorFinding, DOCTOR_FINDINGS_MAX);
    now->findings[now->count++] = *finding;
}

DoctorGrade doctor_grade(const DoctorResult *result)
{
    DoctorGrade worst = DOCTOR_OK;
    for (size_t i = 0; i < result->count; i++)
        if (result->findings[i].grade > worst)
            worst = result->findings[i].grade;
    return worst;
}

const char *doctor_topic(const Doctor *doctor, const char *name)
{
    return text_format(doctor->arena, "%s%s", doctor->options->naming.prefix, name).data;
}

const Mapping *doctor_mapping_of(const Doctor *doctor, Text topic)
{
    for (size_t i = 0; i < doctor->paths.count; i++)
        if (doctor->mappings[i] != NULL &&
            source_topic_belongs(&doctor->options->naming, doctor->mappings[i], topic))
            return doctor->mappings[i];
    return NULL;
}

bool doctor_owns_topic(const Doctor *doctor, const char *topic)
{
    Text own = text_from(doctor_topic(doctor, "onecase."));
    return text_starts(text_from(topic), own) ||
           doctor_mapping_of(doctor, text_from(topic)) != NULL;
}

bool doctor_intake_commits(Doctor *doctor, KafkaCommit **commits, size_t *count, Error *error)
{
    const KafkaCluster *cluster = &doctor->cluster;
    *commits = ARENA_ARRAY(doctor->arena, KafkaCommit, cluster->partition_count);
    *count = 0;
    for (size_t i = 0; i < cluster->partition_count; i++) {
        const KafkaCopies *partition = &cluster->partitions[i];
        if (doctor_mapping_of(doctor, text_from(partition->topic)) != NULL)
            (*commits)[(*count)++] =
                (KafkaCommit){.topic = partition->topic, .partition = partition->partition};
    }
    return kafka_admin_group_commits(doctor->admin, doctor->options->naming.group, *commits, *count,
                                     doctor->arena, error);
}

bool doctor_ask(Doctor *doctor,
                const PostgresStatement *statement,
                PostgresResult **rows,
                Error *error)
{
    return postgres_call(doctor->pg, statement, NULL, 0, rows, error);
}

/* ---- files ---- */

static void load_mappings(Doctor *doctor)
{
    const SourceOptions *naming = &doctor->options->naming;
    Error error = {0};
    const RegionTable *regions = NULL;
    doctor->mapping_findings = (MappingFindings){.arena = doctor->arena};
    if (!mapping_file_list(naming->sources, doctor->arena, &doctor->paths, &error) ||
        !region_file_load(naming->regions, doctor->arena, &regions, &error)) {
        doctor->mapping_fault = text_copy(doctor->arena, text_from(error.text));
        doctor->paths.count = 0;
        return;
    }
    const MappingFileOptions load = {.words_folder = naming->words, .regions = regions};
    doctor->mappings = ARENA_ARRAY(doctor->arena, const Mapping *, doctor->paths.count);
    if (!mapping_file_load_all(doctor->paths, &load, doctor->arena, doctor->mappings,
                               &doctor->mapping_findings))
        mapping_finding_sort(&doctor->mapping_findings);
}

static void load_topics(Doctor *doctor)
{
    const SourceOptions *naming = &doctor->options->naming;
    if (!topics_file_load(naming->topics, naming->prefix, doctor->arena, &doctor->topics,
                          &doctor->topic_faults))
        doctor->topics.count = 0;
}

/* ---- the run ---- */

/* The check that should have given what is missing; if it was not made either, the one behind that. */
static const DoctorCheck *culprit(const Doctor *doctor, unsigned missing)
{
    const DoctorCheck *giver = NULL;
    for (size_t i = 0; i < DOCTOR_CHECK_COUNT && giver == NULL; i++)
        if ((DOCTOR_CHECKS[i].gives & missing) != 0)
            giver = &DOCTOR_CHECKS[i];
    assert(giver != NULL);
    unsigned behind = giver->needs & ~doctor->abilities;
    return behind != 0 ? culprit(doctor, behind) : giver;
}

/* What cannot be asked is a fault of the thing asked, unless it is only not for us. */
static void take_failure(Doctor *doctor, const Error *error)
{
    if (strcmp(error->state, "42501") == 0 || strstr(error->text, "authorization failed") != NULL) {
        doctor_skip(doctor, "%s; ask as somebody who may see it", error->text);
        return;
    }
    doctor_find(doctor, &(DoctorFinding){
                            .grade = DOCTOR_FAULT,
                            .what = TEXT("question"),
                            .expected = TEXT("an answer"),
                            .found = text_copy(doctor->arena, text_from(error->text)),
                            .step = text_format(doctor->arena, "onecase doctor --only %s",
                                                doctor->now->check->name),
                        });
}

static void run_check(Doctor *doctor, const DoctorCheck *check)
{
    Error error = {0};
    doctor->now = &doctor->results[doctor->count++];
    *doctor->now = (DoctorResult){.check = check, .done = true};
    unsigned missing = check->needs & ~doctor->abilities;
    if (missing != 0) {
        doctor_skip(doctor, "because of \"%s\"", culprit(doctor, missing)->name);
        return;
    }
    if (!check->run(doctor, &error))
        take_failure(doctor, &error);
}

/* The check and all that gives what it asks for: what it needs, and of the one that was named also what it uses. */
static void want(const DoctorCheck *check, unsigned asks, bool *wanted)
{
    wanted[check - DOCTOR_CHECKS] = true;
    for (size_t i = 0; i < DOCTOR_CHECK_COUNT; i++)
        if ((DOCTOR_CHECKS[i].gives & asks) != 0 && !wanted[i])
            want(&DOCTOR_CHECKS[i], DOCTOR_CHECKS[i].needs, wanted);
}

static void run_checks(Doctor *doctor, const DoctorCheck *only)
{
    bool wanted[DOCTOR_CHECKS_MAX] = {0};
    for (size_t i = 0; i < DOCTOR_CHECK_COUNT; i++)
        if (only == NULL || only == &DOCTOR_CHECKS[i])
            want(&DOCTOR_CHECKS[i], DOCTOR_CHECKS[i].needs | DOCTOR_CHECKS[i].uses, wanted);
    for (size_t i = 0; i < DOCTOR_CHECK_COUNT; i++) {
        if (!wanted[i])
            continue;
        run_check(doctor, &DOCTOR_CHECKS[i]);
        if (only != NULL && doctor->now->check != only && doctor_grade(doctor->now) != DOCTOR_FAULT)
            doctor->now->done = false;
    }
}

static int exit_code(const Doctor *doctor)
{
    DoctorGrade worst = DOCTOR_OK;
    unsigned relied = 0;
    for (size_t i = 0; i < doctor->count; i++) {
        DoctorGrade grade = doctor_grade(&doctor->results[i]);
        worst = doctor->results[i].done && grade > worst ? grade : worst;
        relied |= doctor->results[i].check->gives;
    }
    unsigned servers = relied & (DOCTOR_KAFKA | DOCTOR_DATABASE);
    if (servers != 0 && (doctor->abilities & servers) == 0)
        return EXIT_UNAVAILABLE;
    if (worst == DOCTOR_FAULT)
        return EXIT_FOUND;
    return worst == DOCTOR_WARNING ? EXIT_WARNINGS : EXIT_OK;
}

static int examine(Doctor *doctor, const DoctorCheck *only)
{
    const PostgresSettings settings = {.conninfo = READ_ONLY,
                                       .application = "onecase-doctor",
                                       .statement_ms = STATEMENT_MS,
                                       .lock_ms = LOCK_MS};
    doctor->pg = postgres_new(&settings);
    load_mappings(doctor);
    load_topics(doctor);
    run_checks(doctor, only);
    if (doctor->options->json)
        doctor_print_json(doctor);
    else
        doctor_print(doctor);
    kafka_admin_close(doctor->admin);
    postgres_free(doctor->pg);
    return exit_code(doctor);
}

static const DoctorCheck *check_named(const char *name)
{
    for (size_t i = 0; i < DOCTOR_CHECK_COUNT; i++)
        if (strcmp(DOCTOR_CHECKS[i].name, name) == 0)
            return &DOCTOR_CHECKS[i];
    return NULL;
}

int command_doctor(int argc, char **argv)
{
    DoctorOptions options;
    int status = EXIT_OK;
    Arena *arena = arena_new(ARENA_BLOCK);
    Doctor doctor = {.options = &options, .arena = arena};
    assert(DOCTOR_CHECK_COUNT <= DOCTOR_CHECKS_MAX);
    if (doctor_options_read(argc, argv, arena, &options, &status)) {
        const DoctorCheck *only = options.only != NULL ? check_named(options.only) : NULL;
        if (options.only != NULL && only == NULL)
            status = command_usage_error(
                "doctor", "--only names a check of `onecase doctor --list`, not", options.only);
        else if (options.list)
            doctor_print_list();
        else if (options.rights)
            doctor_rights_print();
        else
            status = examine(&doctor, only);
    }
    arena_free(arena);
    return status;
}
