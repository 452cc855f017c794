#ifndef ONECASE_SERVICES_ONECASE_DOCTOR_H
#define ONECASE_SERVICES_ONECASE_DOCTOR_H

#include "doctor/doctor_options.h"

#include "base/error.h"

#include "domain/mapping.h"
#include "domain/mapping_finding.h"

#include "adapters/kafka_admin_cluster.h"
#include "adapters/postgres.h"
#include "adapters/topics_file.h"

/*
 * `onecase doctor`: a table of checks (doctor_checks.c), run in order. A check looks at one thing, says in a line what it saw and
 * gives findings, each with what was expected, what was found, and a command. Nothing is written anywhere: PostgreSQL is asked in
 * read-only transactions, Kafka by a client without a group.
 */
typedef enum DoctorGrade { DOCTOR_OK, DOCTOR_WARNING, DOCTOR_FAULT } DoctorGrade;

/* All texts on the doctor's arena, or literals. */
typedef struct DoctorFinding {
    DoctorGrade grade; /* not DOCTOR_OK */
    Text what; /* the thing, and which side of it: "onecase.report: message.timestamp.type" */
    Text expected;
    Text found;
    Text step; /* the command to run next */
} DoctorFinding;

/* What those behind a check can rely on once it has seen that it is so. */
typedef enum DoctorAbility {
    DOCTOR_KAFKA = 1,    /* brokers answer */
    DOCTOR_REPORT = 2,   /* the report topic is there */
    DOCTOR_DATABASE = 4, /* PostgreSQL answers */
    DOCTOR_SCHEMA = 8    /* its tables are those of this program */
} DoctorAbility;

typedef struct Doctor Doctor;

typedef struct DoctorCheck {
    const char *name;
    const char *looks_at;                      /* one line for --list and the docs */
    unsigned needs;                            /* DoctorAbility: without them it is not made */
    unsigned uses;                             /* with them it sees more */
    unsigned gives;                            /* may give */
    bool (*run)(Doctor *doctor, Error *error); /* false: something could not be asked */
} DoctorCheck;

enum { DOCTOR_CHECKS_MAX = 24, DOCTOR_FINDINGS_MAX = 200 };

/* What came of a check. */
typedef struct DoctorResult {
    const DoctorCheck *check;
    bool done;    /* false: it was not asked for */
    Text skipped; /* why it was not made; absent: it was */
    Text saw;     /* the line; absent: nothing to say */
    DoctorFinding *findings;
    size_t count;
    size_t left_out; /* beyond DOCTOR_FINDINGS_MAX */
} DoctorResult;

struct Doctor {
    const DoctorOptions *options;
    Arena *arena;
    unsigned abilities;
    DoctorResult results[DOCTOR_CHECKS_MAX];
    size_t count;
    DoctorResult *now; /* of the check that runs */

    KafkaAdmin *admin; /* of DOCTOR_KAFKA */
    KafkaCluster cluster;
    TopicsFile topics; /* count 0: it could not be read */
    TextList topic_faults;

    Postgres *pg;
    bool role_is_super; /* of DOCTOR_DATABASE: we may see everything */

    TextList paths;           /* of mapping files */
    const Mapping **mappings; /* one for each, NULL where it has mistakes */
    MappingFindings mapping_findings;
    Text mapping_fault; /* absent: the folder could be read */
};

/* The table. */
extern const DoctorCheck DOCTOR_CHECKS[];
extern const size_t DOCTOR_CHECK_COUNT;

/* Says what the running check saw; called again, it replaces what was said. */
void doctor_saw(Doctor *doctor, const char *format, ...) PRINTF_LIKE(2, 3);
/* Adds to what it saw, behind "; ". */
void doctor_saw_more(Doctor *doctor, const char *format, ...) PRINTF_LIKE(2, 3);
/* The check is not made, and why. */
void doctor_skip(Doctor *doctor, const char *format, ...) PRINTF_LIKE(2, 3);
void doctor_find(Doctor *doctor, const DoctorFinding *finding);

/* The worst among its findings. */
DoctorGrade doctor_grade(const DoctorResult *result);

/* "onecase.report" with the prefix of the options. */
const char *doctor_topic(const Doctor *doctor, const char *name);

/* Whether the topic is one of the hub's own or a mapping's. */
bool doctor_owns_topic(const Doctor *doctor, const char *topic);

/* The mapping whose topic it is, history too; NULL: none. */
const Mapping *doctor_mapping_of(const Doctor *doctor, Text topic);

/*
 * All partitions of the departments' topics that are there, with what intake's group has committed. On the arena.
 */
MUST_CHECK bool
doctor_intake_commits(Doctor *doctor, KafkaCommit **commits, size_t *count, Error *error);

/* One row for each statement; as postgres_call. */
MUST_CHECK bool
doctor_ask(Doctor *doctor, const PostgresStatement *statement, PostgresResult **rows, Error *error);

/* 1 word, 2 words */
#define DOCTOR_PLURAL(count_) ((count_) == 1 ? "" : "s")

#endif
