/*
 * relay: rows of the outbox -> events on onecase.case and records to their home region; a tick a minute.
 */
#include "metrics.h"
#include "relay.h"
#include "settings.h"

#include "adapters/service.h"

static const Setting SETTINGS[] = {
    SERVICE_BROKERS_ROW(RelaySettings),
    SETTING_TEXT_ROW(RelaySettings,
                     conninfo,
                     "",
                     NULL,
                     "PostgreSQL connection string, added to PG* of the environment"),
    SERVICE_TOPIC_PREFIX_ROW(RelaySettings),
    SETTING_INTEGER_ROW(RelaySettings,
                        batch_max,
                        "500",
                        1,
                        5000,
                        "rows of a partition sent and not yet acknowledged, at most"),
    SETTING_INTEGER_ROW(RelaySettings,
                        poll_ms,
                        "200",
                        10,
                        1000,
                        "how long to wait, with nothing to do, before looking again, milliseconds"),
    SETTING_INTEGER_ROW(RelaySettings,
                        tick_s,
                        "60",
                        0,
                        3600,
                        "seconds between ticks; 0: none, for a second hub on the same topics"),
    SETTING_INTEGER_ROW(RelaySettings,
                        keep_days,
                        "7",
                        0,
                        3650,
                        "days of stream time that published rows stay in the outbox"),
    SETTING_INTEGER_ROW(
        RelaySettings,
        takeover_ms,
        "30000",
        1000,
        600000,
        "after how long without a sign of life another relay takes over, milliseconds"),
    SERVICE_HTTP_ROW(RelaySettings, "9103"),
    SERVICE_LOG_LEVEL_ROW(RelaySettings),
};

static const ServiceFlag FLAGS[] = {
    {"from-end", offsetof(RelaySettings, from_end),
     "publish nothing that is in the outbox now: after a rebuild"},
};

int main(int argc, char **argv)
{
    static const ServiceSpec SPEC = {
        .name = "relay",
        .summary = "publishes events of cases, forwards records to their home region, sends ticks",
        .settings = {SETTINGS, sizeof(SETTINGS) / sizeof(SETTINGS[0])},
        .settings_size = sizeof(RelaySettings),
        .flags = FLAGS,
        .flag_count = sizeof(FLAGS) / sizeof(FLAGS[0]),
        .open = relay_open,
        .step = relay_step,
        .idle = relay_idle,
        .drain = relay_drain,
        .close = relay_close,
        .metrics = {RELAY_METRICS, RELAY_METRICS_COUNT},
    };
    return service_run(&SPEC, argc, argv);
}
