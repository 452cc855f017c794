#ifndef ONECASE_ADAPTERS_LAG_SURVEY_PARTS_H
#define ONECASE_ADAPTERS_LAG_SURVEY_PARTS_H

#include "base/map.h"

#include "adapters/kafka_admin.h"
#include "adapters/kafka_consumer.h"
#include "adapters/lag_survey.h"
#include "adapters/postgres.h"

/* The inside of a survey, shared by the files lag_survey*.c; nobody else. */

/* Groups of Kafka in the order in which they are asked; those of the settings come behind. */
enum { SURVEY_INTAKE, SURVEY_MATCHER, SURVEY_OTHERS };

/* The record that a group reads next in a partition, as it was asked for last. */
typedef struct SurveyHead {
    int64_t offset;   /* asked for; LAG_UNKNOWN: never, or without an answer */
    int64_t end;      /* of the partition then */
    int64_t stamp_ms; /* LAG_UNKNOWN: no record follows up to the end, or it has none */
    int64_t asked_ms; /* monotonic */
    bool found;
    bool broker_clock;
} SurveyHead;

/* A topic of the cluster. What lives for a look alone stands on its arena. */
typedef struct SurveyTopic {
    char *name;
    int32_t partitions;
    const Mapping
        *mapping; /* by which intake reads it; NULL: it does not, or it is onecase.redrive */
    bool of_intake;
    bool ours; /* not Kafka's own */
    bool compacted;
    int64_t retention_ms;   /* LAG_UNKNOWN: for ever, or not known */
    int64_t configs_due_ms; /* monotonic: when they are to be asked for */
    SurveyHead **heads;     /* by group, then partition; NULL: not needed yet */
    /* of the look */
    bool there;
    const int32_t *leaders;
    bool watched; /* somebody's row is of it */
    int64_t *low; /* LAG_UNKNOWN where no answer came */
    int64_t *end;
    Text *owners; /* of the group in hand; absent: nobody */
} SurveyTopic;

typedef struct SurveyGroup {
    const char *name;
    const char *program;
    KafkaConsumer *asker; /* never joins; NULL: not made yet */
} SurveyGroup;

struct LagSurvey {
    LagSurveySpec spec;
    Arena *arena;      /* as long as the survey */
    KafkaAdmin *admin; /* sees what committed transactions left, as all our readers do */
    KafkaAdmin *plain; /* sees the high watermark; NULL: not needed yet */
    SurveyGroup *groups;
    size_t group_count;
    SurveyTopic **topics;
    size_t topic_count;
    size_t topic_capacity;
    Map *by_name;
    const char *report_topic;
    const char *case_topic;
    const char *redrive_topic;
    Postgres *pg;
    int64_t *matcher_seen; /* by partition: next offset that PostgreSQL told last; LAG_UNKNOWN */
    size_t matcher_seen_count;
    Arena *fresh; /* of the sources */
    LagSource *sources;
    size_t source_count;
    int64_t fresh_due_ms; /* monotonic */
};

/* What PostgreSQL says of a partition of onecase.report. */
typedef struct SurveyMatcherRow {
    bool there;
    int64_t next; /* LAG_UNKNOWN: nothing read yet */
    LagState state;
    int64_t since_ms;
    Text reason;
    int64_t written_ms;
} SurveyMatcherRow;

typedef struct SurveyRelayRow {
    int64_t
        position; /* offset on onecase.report behind which nothing is published yet; 0: nothing is */
    int64_t written_ms; /* LAG_UNKNOWN */
    int64_t waiting;    /* rows and commands */
    int64_t oldest_ms;  /* LAG_UNKNOWN: none waits */
} SurveyRelayRow;

/* Times are by the clock of this machine: what the database says, moved by the difference of the clocks. */
typedef struct SurveyDatabase {
    bool up;
    int64_t at_ms;
    SurveyMatcherRow *matcher; /* by partition */
    size_t matcher_count;
    SurveyRelayRow *relay; /* by partition */
    size_t relay_count;    /* 0: not known */
    Text relay_owner;      /* absent: nobody has the lock */
} SurveyDatabase;

/* A row of the look beside its observation. */
typedef struct SurveyRow {
    SurveyTopic *topic; /* NULL: of relay */
    size_t group;
} SurveyRow;

typedef struct SurveyLook {
    LagSurvey *survey;
    Arena *arena;
    LagLook *look;
    int64_t until_ms; /* monotonic: no question begins later */
    SurveyDatabase database;
    LagObservation *observations;
    SurveyRow *rows;
    size_t count;
    size_t capacity;
} SurveyLook;

/* A new row and its observation, all numbers unknown. */
LagObservation *survey_add(SurveyLook *look, SurveyRow row);
bool survey_time_left(const SurveyLook *look);

/* ---- lag_survey_topics.c ---- */

/* Learns which topics there are, with how many partitions and which of them have a leader. */
MUST_CHECK bool survey_topics_learn(SurveyLook *look, Error *error);
SurveyTopic *survey_topic(const LagSurvey *survey, Text name); /* NULL: not there */
/* Asks for settings that are old or were never asked for, a few topics at a time, of those that are watched. */
void survey_topics_configs(SurveyLook *look);
void survey_topics_free(LagSurvey *survey);

/* ---- lag_survey_kafka.c ---- */

/* Rows of all groups with what they have committed and who has their partitions, then where the partitions begin and end. */
MUST_CHECK bool survey_groups_look(SurveyLook *look, Error *error);

/* ---- lag_survey_heads.c ---- */

/* Time stamps of the records that are read next. */
void survey_heads_look(SurveyLook *look);

/* ---- lag_survey_database.c ---- */

void survey_database_open(LagSurvey *survey);
void survey_database_look(SurveyLook *look);
/* Rows of the relay. */
void survey_relay_look(SurveyLook *look);

#endif
