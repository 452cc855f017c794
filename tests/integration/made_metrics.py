"""Pages of metrics as the programs write them, made for a test: a hub in which everything goes wrong that can go wrong at one time."""

from __future__ import annotations

import time

VERDICTS = ["OK", "CATCHING_UP", "SLOW", "STALLED", "STOPPED", "REWOUND", "AT_RISK", "REFUSING", "LOST", "DATABASE_DOWN"]
BOUNDS = ("0.1", "1", "+Inf")


class MadeHub:
    """What the pages say; a test sets `kafka`, `database`, and whether verdicts are bad. Counters grow with each look."""

    def __init__(self) -> None:
        self.kafka = self.database = 1
        self.looks = 0

    def page(self, program: str) -> str:
        self.looks += 1
        return "\n".join(["# HELP onecase_build_info Made for a test.", "# TYPE onecase_build_info gauge",
                          *self.common(program), *getattr(self, program)()]) + "\n"

    def common(self, program: str) -> list[str]:
        n = self.looks
        return [f'onecase_build_info{{service="{program}",version="1"}} 1',
                f"process_resident_memory_bytes {9e9:.0f}", f"process_cpu_seconds_total {n}", f"process_start_time_seconds {n}",
                "process_open_fds 20", f'onecase_log_lines_total{{level="error"}} {n}', f'onecase_log_lines_total{{level="warn"}} {n}',
                f"onecase_log_suppressed_total {n}", "onecase_service_ready 0", "onecase_service_progress_age_seconds 0.2",
                f"onecase_service_outages_total {n}", f"onecase_service_waiting_seconds_total {n}"]

    def histogram(self, name: str, labels: str = "") -> list[str]:
        comma = "," if labels else ""
        whole = f"{{{labels}}}" if labels else ""
        return [*(f'{name}_bucket{{{labels}{comma}le="{bound}"}} {self.looks * (i + 1)}' for i, bound in enumerate(BOUNDS)),
                f"{name}_sum{whole} {self.looks}", f"{name}_count{whole} {self.looks * len(BOUNDS)}"]

    def intake(self) -> list[str]:
        n = 10 * self.looks
        return [*(f'onecase_intake_records_total{{source="GRID",outcome="{outcome}"}} {n}' for outcome in ("report", "dead", "ignored")),
                f'onecase_intake_dead_letters_total{{source="GRID",rule="kind"}} {n}',
                "onecase_intake_partitions 4", "onecase_intake_held_partitions 1",
                *self.histogram("onecase_intake_batch_records"), *self.histogram("onecase_intake_batch_seconds"),
                *self.histogram("onecase_intake_send_seconds"), *self.histogram("onecase_intake_record_age_seconds", 'source="GRID"')]

    def matcher(self) -> list[str]:
        n = 10 * self.looks
        return [f'onecase_matcher_records_total{{source="GRID",outcome="report"}} {n}', f'onecase_matcher_decisions_total{{kind="link"}} {n}',
                f'onecase_matcher_dead_letters_total{{stage="write"}} {n}', f'onecase_matcher_commands_total{{kind="dlq.park",result="done"}} {n}',
                "onecase_matcher_partitions 24", 'onecase_matcher_partitions_aside{state="WAITING"} 1', "onecase_matcher_hazards 100",
                "onecase_matcher_generic_keys 3", f'onecase_matcher_rollbacks_total{{verdict="retry"}} {n}', "onecase_matcher_reviews 5", "onecase_matcher_review_oldest_seconds 1000000",
                *self.histogram("onecase_matcher_batch_records"), *self.histogram("onecase_matcher_batch_seconds"),
                *self.histogram("onecase_matcher_commit_seconds"), *self.histogram("onecase_matcher_record_age_seconds")]

    def relay(self) -> list[str]:
        n = 10 * self.looks
        return [f'onecase_relay_rows_total{{kind="event"}} {n}', f"onecase_relay_commands_total {n}", f"onecase_relay_ticks_total {n}",
                "onecase_relay_working 0", *self.histogram("onecase_relay_batch_rows"), *self.histogram("onecase_relay_send_seconds")]

    def lagwatch(self) -> list[str]:
        now = time.time()
        lines = [f"onecase_kafka_up {self.kafka}", f"onecase_database_up {self.database}", "onecase_lagwatch_cycle_seconds 12",
                 f"onecase_lagwatch_last_cycle_timestamp_seconds {now - 100}", "onecase_lagwatch_partitions 10"]
        for group, topic, verdicts in (("onecase-intake", "grid.event", (8, 5, 3)), ("onecase-matcher", "onecase.report", (7, 6, 4)),
                                       ("onecase-relay", "onecase.outbox", (2, 1, 0))):
            lines += [f'onecase_group_severity{{group="{group}"}} {max(verdicts)}', f'onecase_group_lag_messages{{group="{group}"}} 90',
                      f'onecase_group_lag_seconds{{group="{group}"}} 2000']
            lines += [f'onecase_group_verdict{{group="{group}",verdict="{name}"}} {int(i == max(verdicts))}' for i, name in enumerate(VERDICTS)]
            for partition, severity in enumerate(verdicts):
                labels = f'{{group="{group}",topic="{topic}",partition="{partition}"}}'
                lines += [f"onecase_lag_{name}{labels} {value}" for name, value in (
                    ("severity", severity), ("messages", 30), ("seconds", 2000), ("verdict_since_timestamp_seconds", now - 500),
                    ("records_in_per_second", 3), ("records_out_per_second", 1), ("catch_up_seconds", 60),
                    ("retention_left_seconds", 7200), ("last_progress_timestamp_seconds", now - 500))]
        lines += ['onecase_instance_severity{service="matcher",instance="127.0.0.1:9102"} 3', 'onecase_instance_up{service="matcher",instance="127.0.0.1:9102"} 0',
                  'onecase_source_freshness_seconds{source="GRID",quantile="0.5"} 5', 'onecase_source_freshness_seconds{source="GRID",quantile="0.99"} 5000',
                  f'onecase_source_newest_timestamp_seconds{{source="GRID"}} {now - 90000}', 'onecase_source_age_seconds{source="GRID"} 0',
                  'onecase_source_held_up{source="GRID",hop="matcher"} 1']
        return lines
