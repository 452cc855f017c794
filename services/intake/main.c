/*
 * intake: departmental record -> exactly one record on onecase.report (per item); never drops.
 */
#include "intake.h"
#include "metrics.h"
#include "settings.h"

#include "adapters/service.h"

static const Setting SETTINGS[] = {
    SERVICE_BROKERS_ROW(IntakeSettings),
    SETTING_TEXT_ROW(IntakeSettings, group, "onecase-intake", NULL, "consumer group"),
    SETTING_TEXT_ROW(IntakeSettings,
                     matcher_group,
                     "onecase-matcher",
                     NULL,
                     "consumer group of the matcher, which history waits for"),
    SERVICE_TOPIC_PREFIX_ROW(IntakeSettings),
    SETTING_TEXT_ROW(
        IntakeSettings, sources, "deploy/sources", NULL, "folder of mapping files, *.cfg"),
    SETTING_TEXT_ROW(IntakeSettings, words, "deploy/model/words", NULL, "folder of word lists"),
    SETTING_TEXT_ROW(IntakeSettings, regions, "deploy/regions.cfg", NULL, "area codes to regions"),
    SETTING_TEXT_ROW(IntakeSettings,
                     key_file,
                     NULL,
                     NULL,
                     "file with the secret key for hashes of reporters: 64 or more hex digits"),
    SETTING_INTEGER_ROW(IntakeSettings, key_no, "1", 1, 9999, "number of that key"),
    SETTING_TEXT_ROW(IntakeSettings,
                     before_key_file,
                     "",
                     NULL,
                     "during a rotation: file with the key before; empty: none"),
    SETTING_INTEGER_ROW(
        IntakeSettings, before_key_no, "0", 0, 9999, "number of the key before; 0: none"),
    SETTING_INTEGER_ROW(IntakeSettings,
                        in_flight_max,
                        "500",
                        1,
                        100000,
                        "records read and not yet acknowledged, at most"),
    SETTING_INTEGER_ROW(IntakeSettings,
                        commit_interval_ms,
                        "200",
                        10,
                        60000,
                        "milliseconds between commits of offsets"),
    SETTING_INTEGER_ROW(IntakeSettings,
                        topics_interval_ms,
                        "5000",
                        100,
                        600000,
                        "milliseconds between looks for topics that have appeared"),
    SETTING_INTEGER_ROW(
        IntakeSettings, queue_kbytes, "1024", 64, 1048576, "kilobytes read ahead, about"),
    SETTING_INTEGER_ROW(IntakeSettings,
                        session_ms,
                        "10000",
                        1000,
                        300000,
                        "after how long without a sign of life others take its partitions, "
                        "milliseconds; the broker's group.min.session.timeout.ms holds too"),
    SERVICE_HTTP_ROW(IntakeSettings, "9101"),
    SERVICE_LOG_LEVEL_ROW(IntakeSettings),
};

int main(int argc, char **argv)
{
    static const ServiceSpec SPEC = {
        .name = "intake",
        .summary = "departmental records in, canonical records on onecase.report out",
        .settings = {SETTINGS, sizeof(SETTINGS) / sizeof(SETTINGS[0])},
        .settings_size = sizeof(IntakeSettings),
        .check = intake_check,
        .open = intake_open,
        .step = intake_step,
        .idle = intake_idle,
        .reload = intake_reload,
        .drain = intake_drain,
        .close = intake_close,
        .metrics = {INTAKE_METRICS, INTAKE_METRICS_COUNT},
    };
    return service_run(&SPEC, argc, argv);
}
