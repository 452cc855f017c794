/*
 * matcher: canonical records -> reports, hazards and cases in PostgreSQL, in one transaction with their offsets.
 */
#include "matcher.h"
#include "metrics.h"

#include "adapters/service.h"

static const Setting SETTINGS[] = {
    SERVICE_BROKERS_ROW(MatcherSettings),
    SETTING_TEXT_ROW(MatcherSettings,
                     conninfo,
                     "",
                     NULL,
                     "PostgreSQL connection string, added to PG* of the environment"),
    SETTING_TEXT_ROW(MatcherSettings, group, "onecase-matcher", NULL, "Kafka consumer group"),
    SETTING_TEXT_ROW(MatcherSettings,
                     owner,
                     "",
                     NULL,
                     "name under which partitions are claimed; empty: host:pid"),
    SERVICE_TOPIC_PREFIX_ROW(MatcherSettings),
    SETTING_TEXT_ROW(MatcherSettings, model, "deploy/model/onecase.cfg", NULL, "matching model"),
    SETTING_INTEGER_ROW(MatcherSettings, batch_max, "500", 1, 5000, "records in one transaction"),
    SETTING_INTEGER_ROW(MatcherSettings,
                        linger_ms,
                        "10",
                        0,
                        1000,
                        "how long a batch waits for more records, milliseconds"),
    SETTING_INTEGER_ROW(MatcherSettings,
                        session_ms,
                        "10000",
                        1000,
                        300000,
                        "after how long without a sign of life others take its partitions, "
                        "milliseconds; the broker's group.min.session.timeout.ms holds too"),
    SETTING_INTEGER_ROW(MatcherSettings,
                        statement_ms,
                        "30000",
                        100,
                        240000,
                        "how long PostgreSQL may take for one statement, milliseconds; what always "
                        "takes longer is set aside"),
    SETTING_FLAG_ROW(
        MatcherSettings,
        silent,
        "false",
        "write nothing to Kafka, neither bytes of dead letters nor offsets; for a rebuild"),
    SERVICE_HTTP_ROW(MatcherSettings, "9102"),
    SERVICE_LOG_LEVEL_ROW(MatcherSettings),
};

int main(int argc, char **argv)
{
    static const ServiceSpec SPEC = {
        .name = "matcher",
        .summary = "stores reports and matches them to hazards and cases",
        .settings = {SETTINGS, sizeof(SETTINGS) / sizeof(SETTINGS[0])},
        .settings_size = sizeof(MatcherSettings),
        .check = matcher_check,
        .open = matcher_open,
        .step = matcher_step,
        .idle = matcher_idle,
        .close = matcher_close,
        .metrics = {MATCHER_METRICS, MATCHER_METRICS_COUNT},
    };
    return service_run(&SPEC, argc, argv);
}
