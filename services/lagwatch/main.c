/*
 * lagwatch: how far behind everybody is, since when, why and what to do; as JSON, as Burrow's pages and as metrics.
 */
#include "lagwatch.h"
#include "pages.h"
#include "settings.h"

#include "domain/lag_metrics.h"

#include "adapters/service.h"

static const Setting SETTINGS[] = {
    SERVICE_BROKERS_ROW(LagwatchSettings),
    SETTING_TEXT_ROW(LagwatchSettings,
                     conninfo,
                     "",
                     NULL,
                     "PostgreSQL connection string, added to PG* of the environment"),
    SERVICE_TOPIC_PREFIX_ROW(LagwatchSettings),
    SETTING_TEXT_ROW(LagwatchSettings,
                     sources,
                     "deploy/sources",
                     NULL,
                     "folder of mapping files, *.cfg: they name the departments' topics"),
    SETTING_TEXT_ROW(
        LagwatchSettings, intake_group, "onecase-intake", NULL, "consumer group of intake"),
    SETTING_TEXT_ROW(
        LagwatchSettings, matcher_group, "onecase-matcher", NULL, "consumer group of the matcher"),
    SETTING_TEXT_ROW(LagwatchSettings,
                     groups,
                     "",
                     NULL,
                     "other consumer groups to watch, with blanks between them"),
    SETTING_TEXT_ROW(LagwatchSettings, cluster, "local", NULL, "name of the cluster in the pages"),
    SETTING_INTEGER_ROW(
        LagwatchSettings, cycle_ms, "5000", 100, 60000, "milliseconds from look to look"),
    SETTING_TEXT_ROW(LagwatchSettings,
                     services,
                     "intake=127.0.0.1:9101 matcher=127.0.0.1:9102 relay=127.0.0.1:9103",
                     NULL,
                     "processes whose /healthz is asked, SERVICE=HOST:PORT with blanks between "
                     "them; one that has never answered is not judged"),
    SETTING_TEXT_ROW(LagwatchSettings,
                     state_file,
                     "",
                     NULL,
                     "file that keeps what was seen over a restart; empty: none"),
    SETTING_INTEGER_ROW(LagwatchSettings,
                        late_ms,
                        "30000",
                        100,
                        86400000,
                        "age of the next record from which a partition is late, milliseconds"),
    SETTING_INTEGER_ROW(LagwatchSettings,
                        stalled_ms,
                        "20000",
                        100,
                        86400000,
                        "how long nothing moves, while records wait, until it is STALLED, "
                        "milliseconds"),
    SETTING_INTEGER_ROW(LagwatchSettings,
                        stopped_ms,
                        "8000",
                        0,
                        86400000,
                        "how long nobody has a partition until it is STOPPED, milliseconds; a "
                        "rebalance is shorter"),
    SETTING_INTEGER_ROW(LagwatchSettings,
                        at_risk_ms,
                        "86400000",
                        100,
                        2592000000,
                        "AT_RISK when retention takes the next record within this, at most half of "
                        "the topic's retention, milliseconds"),
    SETTING_INTEGER_ROW(LagwatchSettings,
                        window_ms,
                        "120000",
                        500,
                        3600000,
                        "how far back rates look, milliseconds"),
    SETTING_INTEGER_ROW(LagwatchSettings,
                        rewound_ms,
                        "600000",
                        100,
                        86400000,
                        "how long REWOUND is told, at most, after it was read again, milliseconds"),
    SETTING_INTEGER_ROW(LagwatchSettings,
                        freshness_ms,
                        "30000",
                        100,
                        3600000,
                        "how often PostgreSQL is asked for the freshness, milliseconds"),
    SETTING_INTEGER_ROW(LagwatchSettings,
                        limit_ms,
                        "3000",
                        50,
                        9000,
                        "how long to wait for an answer of Kafka, PostgreSQL or a process, "
                        "milliseconds; a look takes up to three times as long"),
    SERVICE_HTTP_ROW(LagwatchSettings, "9104"),
    SERVICE_LOG_LEVEL_ROW(LagwatchSettings),
};

int main(int argc, char **argv)
{
    const ServiceSpec spec = {
        .name = "lagwatch",
        .summary = "how far behind intake, matcher, relay and other groups are, and what to do",
        .settings = {SETTINGS, sizeof(SETTINGS) / sizeof(SETTINGS[0])},
        .settings_size = sizeof(LagwatchSettings),
        .check = lagwatch_check,
        .open = lagwatch_open,
        .step = lagwatch_step,
        .reload = lagwatch_reload,
        .close = lagwatch_close,
        .metrics = LAG_METRICS,
        .write_metrics = pages_write_metrics,
        .routes = PAGES,
        .route_count = PAGES_COUNT,
    };
    return service_run(&spec, argc, argv);
}
