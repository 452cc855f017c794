#ifndef ONECASE_ADAPTERS_SETTINGS_H
#define ONECASE_ADAPTERS_SETTINGS_H

#include "base/error.h"
#include "base/text.h"

#include <stdio.h>

/*
 * Settings of a program: one table, one plain struct it fills. A value comes from, the later the
 * stronger: the table's default, its environment variable, the libconfig file, --set. Paths may be
 * nested ("kafka.group").
 *
 *   typedef struct { const char *brokers; int64_t batch_max; bool dry; const char *log_level; }
 * Settings; static const Setting SETTINGS[] = { SETTING_TEXT_ROW(Settings, brokers,
 * "localhost:9092", "ONECASE_BROKERS", "Kafka brokers, host:port,..."),
 *       SETTING_INTEGER_ROW(Settings, batch_max, "500", 1, 5000, "records in one transaction"),
 *       SETTING_FLAG_ROW(Settings, dry, "false", "decide, write nothing"),
 *       SETTING_CHOICE_ROW(Settings, log_level, "info", "debug info warn error", "least level
 * written"),
 *   };
 */
typedef enum SettingType {
    SETTING_TEXT,    /* destination: const char *, NUL-terminated, never NULL */
    SETTING_INTEGER, /* int64_t */
    SETTING_FLAG,    /* bool */
    SETTING_CHOICE   /* const char *, one of `choices` */
} SettingType;

typedef struct Setting {
    const char *path;
    SettingType type;
    size_t offset;             /* of the destination in the program's struct */
    const char *default_value; /* as text; NULL: the setting has to be given */
    int64_t min; /* integers, both inclusive; texts: bytes (0, 0: up to SETTING_TEXT_MAX) */
    int64_t max;
    const char *choices; /* words with one blank between them */
    const char
        *environment; /* variable that replaces the default when it is set and not empty, or NULL */
    const char *help; /* one line, unit included */
} Setting;

enum { SETTING_TEXT_MAX = 4096 };

#define SETTING_TEXT_ROW(struct_, member_, default_, environment_, help_)                          \
    {                                                                                              \
        .path = #member_, .type = SETTING_TEXT, .offset = offsetof(struct_, member_),              \
        .default_value = (default_), .environment = (environment_), .help = (help_)                \
    }
#define SETTING_INTEGER_ROW(struct_, member_, default_, min_, max_, help_)                         \
    {                                                                                              \
        .path = #member_, .type = SETTING_INTEGER, .offset = offsetof(struct_, member_),           \
        .default_value = (default_), .min = (min_), .max = (max_), .help = (help_)                 \
    }
#define SETTING_FLAG_ROW(struct_, member_, default_, help_)                                        \
    {                                                                                              \
        .path = #member_, .type = SETTING_FLAG, .offset = offsetof(struct_, member_),              \
        .default_value = (default_), .help = (help_)                                               \
    }
#define SETTING_CHOICE_ROW(struct_, member_, default_, choices_, help_)                            \
    {                                                                                              \
        .path = #member_, .type = SETTING_CHOICE, .offset = offsetof(struct_, member_),            \
        .default_value = (default_), .choices = (choices_), .help = (help_)                        \
    }

typedef struct SettingsTable {
    const Setting *rows;
    size_t count;
} SettingsTable;

/* What the command line said. */
typedef struct SettingsInput {
    const char *file;   /* of --config, or NULL */
    TextList overrides; /* of --set: "path=value" */
} SettingsInput;

/*
 * Fills `destination` (texts live on the arena). All faults of one run come together, one line
 * each: deploy/intake.cfg:7: in_flight_max = 0 is outside 1..100000
 *   --set: no setting "in_flght_max"; did you mean "in_flight_max"?
 * False when there is one; *faults lives on the arena. Does not log.
 */
MUST_CHECK bool settings_load(const SettingsTable *table,
                              const SettingsInput *input,
                              Arena *arena,
                              void *destination,
                              TextList *faults);

/* The row with this path, or NULL. */
const Setting *settings_find(const SettingsTable *table, Text path);

/* The table for people: path, default, range, environment, help. */
void settings_print(const SettingsTable *table, FILE *stream);

#endif
