"""lagwatch and what befalls the hub itself: a breaker, lost offsets, a database that goes away, and a quiet hour in which nothing does.

Patience is compressed by ten, in the quiet hour by two; time is real.
"""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path

import pytest
from confluent_kafka import TopicPartition
from harness import Database, LocalServers, Topics, wait_until
from harness_hub import Hub, open_hub
from harness_intake import Feed, feed_record, wait_committed, wait_reports
from lag_truth import Pace, Watch, milliseconds, now_ms, worse
from report_log import ReportLog, wait_until_stored
from test_breaker import CHECK, TRIED_S, UNCHECK, await_state, bad
from test_lag_programs import Town
from watching import fetch

QUICK = ("cycle_ms=500", "late_ms=3000", "stalled_ms=2000", "stopped_ms=800", "window_ms=12000", "rewound_ms=5000", "freshness_ms=1000",
         "services=")
# Half of the shipped patience: a member that a busy machine lets wait for a second or two is not to be put out of its group.
CALM = ("cycle_ms=500", "late_ms=15000", "stalled_ms=10000", "stopped_ms=4000", "window_ms=60000", "freshness_ms=1000")
CALM_PROGRAMS = {"intake": ("session_ms=5000",), "matcher": ("session_ms=5000",), "relay": ("tick_s=30", "takeover_ms=7500")}
QUIET_S = float(os.environ.get("ONECASE_QUIET_S", "60"))  # 1800: an hour of the shipped settings


@pytest.fixture
def log(topics: Topics, database: Database) -> ReportLog:
    made = ReportLog(topics).create()
    made.use(database)
    for topic in ("hotline.workorder", "fire.incident", "market.complaint", "grid.event"):
        topics.create(topic)
    return made


def watching(topics: Topics, database: Database, folder: Path, *more: str) -> Watch:
    """Of programs that start_service started."""
    groups = [f"{name}_group={topics.prefix}{name}" for name in ("intake", "matcher")]
    return Watch(topics, database.environment(), folder, *QUICK, *groups, *more)


def truth_of(database: Database, topics: Topics, topic: str = "onecase.report") -> dict[int, int]:
    """Messages that wait for the matcher, by partition: what Kafka's ends and PostgreSQL's offsets say."""
    next_offsets = dict(database.rows("select partition, greatest(next_offset, 0) from onecase.consumer_offsets where topic = %s",
                                      (topics.name(topic),)))
    return {partition: end - next_offsets.get(partition, 0) for partition, end in topics.ends(topic).items()}


def test_a_breaker_is_refusing_with_its_reason_and_over_it_is_ok(log, database, topics, start_service, tmp_path) -> None:
    database.execute(CHECK)
    bad(log, 130)
    home = log.send()[0][0]
    start_service("matcher")
    with watching(topics, database, tmp_path) as watch:
        refused = await_state(database, log, home, "REFUSING")[1]
        since = database.value("select state_since from onecase.consumer_offsets where partition = %s", (home,))
        group = watch.await_verdict("matcher", "REFUSING")
        row = watch.partition("matcher", "onecase.report", home)
        assert row["evidence"] == refused and row["step"] == f"onecase dlq list; onecase resume {home} --bury N"
        assert abs(milliseconds(row["since"]) - since.timestamp() * 1000) < 1000
        assert row["messages"] == truth_of(database, topics)[home] == 31
        assert {p["verdict"] for p in group["partitions"] if p["partition"] != home} == {"OK"}
        watch.restarts_unimpressed("matcher")
        database.execute(UNCHECK)
        wait_until_stored(database, log, limit=TRIED_S)
        watch.await_verdict("matcher", "OK")


def test_offsets_that_intake_has_lost_are_lost_until_they_are_given_up(topics, database, tmp_path, key_file, start_service, onecase) -> None:
    feed = Feed(topics, tmp_path, key_file, start_service)
    feed.create(partitions=1)
    ReportLog(topics, 24).use(database)
    topics.produce("feed", [(None, feed_record(number)) for number in range(10)], 0)
    intake = feed.start("--set", "topics_interval_ms=200", "--set", "commit_interval_ms=20")
    wait_reports(topics, 10)
    wait_committed(intake, topics, "feed")
    settings = [f"sources={feed.sources}"]
    with watching(topics, database, tmp_path, *settings) as watch:
        watch.await_verdict("intake", "OK")
        intake.stop()
        topics.produce("feed", [(None, feed_record(number)) for number in range(10, 50)], 0)
        place = TopicPartition(topics.name("feed"), 0, 30)
        gone = now_ms()
        topics.admin.delete_records([place])[place].result(30)
        group = watch.await_verdict("intake", "LOST")
        assert milliseconds(group["since"]) >= gone - 500
        intake.start()
        intake.wait_for_log("event=held ")
        held = wait_until(lambda: (row := watch.partition("intake", "feed"))["verdict"] == "LOST" and "held" not in row["evidence"] and row,
                          60, "the held partition to be told")
        assert "10 to 29" in held["evidence"] and held["step"] == f"onecase source resume {topics.name('feed')}", held
        assert held["messages"] == 20
        watch.restarts_unimpressed("intake")
        onecase("source", "resume", "feed", "--yes", "--reason", "a test", "--prefix", topics.prefix, "--group", f"{topics.prefix}intake")
        watch.await_verdict("intake", "OK")


def test_without_its_database_numbers_come_from_kafkas_copy(servers, log, database, topics, start_service, tmp_path) -> None:
    log.report("A1")
    home = log.send()[0][0]
    start_service("matcher")
    wait_until_stored(database, log)
    wait_until(lambda: topics.committed(f"{topics.prefix}matcher", "onecase.report")[home] == 1, 60, "Kafka's copy, which comes later")
    with watching(topics, database, tmp_path) as watch:
        watch.await_verdict("matcher", "OK")
        down = now_ms()
        servers.stop_postgresql()
        gone = now_ms()
        try:
            for number in range(7):
                log.report(f"B{number}")
            log.send()
            sent = {(r.partition, r.offset): r.timestamp_ms for r in topics.read("onecase.report")}[home, 1]
            group = watch.await_verdict("matcher", "DATABASE_DOWN")
            assert down <= milliseconds(group["since"]) < gone + 4000 + watch.pause_ms
            watch.restarts_unimpressed("matcher")
            time_out = time.monotonic() + 5
            while time.monotonic() < time_out:
                report = watch.next_report()
                row = watch.partition("matcher", "onecase.report", home, report)
                assert (row["verdict"], row["messages"], row["offset_from"]) == ("DATABASE_DOWN", 7, "kafka"), row
                assert abs(row["seconds"] - (milliseconds(report["at"]) - sent) / 1000) < 1, row
            assert report["verdict"] == "DATABASE_DOWN" and not report["database"]["up"] and report["kafka"]["up"]
        finally:
            up = now_ms()  # the server answers before whoever started it goes on
            servers.start_postgresql()
        back = watch.await_verdict("matcher", "OK", limit=60)
        assert milliseconds(back["since"]) >= up
        assert watch.partition("matcher", "onecase.report", home)["offset_from"] == "postgresql"


class Quiet:
    """Every report of a time in which nothing is wrong."""

    def __init__(self, watch: Watch) -> None:
        self.watch = watch
        self.seen: dict[str, dict] = {}

    def look(self) -> None:
        """Passed over while lagwatch is started again."""
        try:
            status, _, body = fetch(self.watch.port, "/v1/lag")
        except (OSError, HTTPException):
            return
        if status == 200:
            report = json.loads(body)
            self.seen[report["at"]] = report

    def verdicts(self) -> Counter:
        return Counter(row["verdict"] for report in self.seen.values() for group in report["groups"] for row in group["partitions"])

    def alarms(self) -> list[dict]:
        return [row | {"at": at, "program": group["program"]} for at, report in self.seen.items() for group in report["groups"]
                for row in group["partitions"] if worse(row["verdict"], "CATCHING_UP")] + [
                    report for report in self.seen.values() if worse(report["verdict"], "CATCHING_UP")]


def test_in_a_quiet_hour_there_is_no_alarm(servers: LocalServers, template_database: str, tmp_path: Path) -> None:
    """Light traffic with pauses, a second matcher and a second intake that come and go, a relay that hands over to another, a lagwatch
    that is started again."""
    with open_hub(servers, template_database, tmp_path / "hub") as hub:
        town = Town(hub, tmp_path, *CALM, programs=CALM_PROGRAMS)
        with town.watch as watch:
            town.await_well()
            quiet, until, turn = Quiet(watch), time.monotonic() + QUIET_S, 0
            with Pace(10, quiet.look):
                while time.monotonic() < until or len(quiet.seen) <= QUIET_S or turn <= 3:
                    with Pace(3, town.send):
                        name = ("matcher", "intake", "relay")[turn % 3]
                        second = hub.start(name, *CALM_PROGRAMS[name])
                        second.wait_for_log(r"event=(claimed|assigned|standing_by)")
                        time.sleep(2)
                        second.stop()
                        hub.services.remove(second)
                    time.sleep(1)
                    if turn % 4 == 3:
                        watch.service.stop()
                        watch.service.start()
                    turn += 1
        print(f"{len(quiet.seen)} reports in {QUIET_S:g} s, {turn} comings and goings: {dict(quiet.verdicts())}")
        assert quiet.alarms() == []
