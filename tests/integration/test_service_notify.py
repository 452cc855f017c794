"""What systemd is told: when a program is ready, what it waits for, that it gets on, that it ends; and what becomes of one that hangs."""

from __future__ import annotations

import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from harness import PROJECT, Database, Service, Topics, program, wait_until
from harness_intake import Feed, feed_record, kind, origins, wait_committed
from keeper import Keeper
from report_log import ReportLog, reconciled, wait_until_stored
from supervisor import Supervisor

POISON = "hangs-whoever-reads-it"
CRASHES = 5  # docs/crashes.md: until a record is buried
SILENCE_S = 8.0  # a program says each quarter of it that it gets on; one that a busy machine holds up for some seconds does not hang
UNITS = ["intake", "matcher", "relay", "lagwatch"]
SYSTEMD = PROJECT / "deploy" / "systemd"


@contextmanager
def supervised(service: Service, watchdog_s: float = 0) -> Iterator[Supervisor]:
    """Started under our own systemd; the service is ended by the test or by its fixture, who hear nothing of it any more."""
    with Supervisor(service, watchdog_s) as supervisor:
        service.start()
        yield supervisor


@pytest.fixture
def feed(topics: Topics, tmp_path: Path, key_file: Path, start_service: Callable[..., Service]) -> Feed:
    made = Feed(topics, tmp_path, key_file, start_service)
    made.create(partitions=1)
    return made


def test_it_is_ready_when_it_is_open_and_says_when_it_ends(project_topics, start_service) -> None:
    relay = start_service("relay", start=False)
    with supervised(relay) as supervisor:
        ready = supervisor.wait_for("READY=1")
        assert "STATUS=running" in ready.lines
        relay.wait_for_log("event=started")
        assert supervisor.said("WATCHDOG=1") == [], "nobody asked for it"
        relay.stop()
        stopping = supervisor.wait_for("STOPPING=1")
        assert stopping.lines[1].startswith("STATUS=ending")
        assert [message for message in supervisor.messages() if message.at > stopping.at and "READY=1" in message.lines] == []


def test_one_that_waits_for_a_server_is_up_and_says_for_what(project_topics, start_service) -> None:
    """And goes on being fed: waiting is no hanging."""
    matcher = start_service("matcher", "--set", "brokers=127.0.0.1:1", start=False)
    with supervised(matcher, watchdog_s=2) as supervisor:
        ready = supervisor.wait_for("READY=1")
        assert re.match(r"STATUS=waiting: .*(broker|Kafka|timed out)", ready.lines[1]), ready
        assert len(ready.lines) == 2
        supervisor.wait_for("WATCHDOG=1", count=2)
        assert supervisor.status().startswith("waiting: ")
        matcher.kill()


def test_an_outage_is_told_when_it_begins_and_when_it_ends(servers, project_topics, start_service) -> None:
    relay = start_service("relay", start=False)
    with supervised(relay) as supervisor:
        wait_until(lambda: supervisor.status() == "running", 60, "the relay to run")
        servers.stop_postgresql(immediate=True)
        try:
            wait_until(lambda: supervisor.status().startswith("waiting: "), 60, "the relay to wait")
        finally:
            servers.start_postgresql()
        wait_until(lambda: supervisor.status() == "running", 60, "the relay to run again")
        relay.stop()


def test_a_process_that_is_stopped_feeds_no_watchdog(project_topics, start_service) -> None:
    relay = start_service("relay", start=False)
    with supervised(relay, watchdog_s=1) as supervisor:
        supervisor.wait_for("WATCHDOG=1", count=3)
        relay.signal(signal.SIGSTOP)
        wait_until(lambda: Path(f"/proc/{relay.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T", 60, "it to stop")
        supervisor.catch_up()
        before = len(supervisor.said("WATCHDOG=1"))
        quiet = start_service("relay", start=False)
        with supervised(quiet, watchdog_s=1) as other:
            other.wait_for("WATCHDOG=1", count=12)  # another one is fed a dozen times meanwhile
            quiet.stop()
        supervisor.catch_up()
        assert len(supervisor.said("WATCHDOG=1")) <= before + 1, "at most what was on its way"
        relay.signal(signal.SIGCONT)
        supervisor.wait_for("WATCHDOG=1", count=before + 3)
        relay.stop()


def test_a_reload_is_told(feed: Feed) -> None:
    intake = feed.start_service("intake", *feed.arguments(), start=False)
    with supervised(intake) as supervisor:
        intake.wait_for_log("event=assigned")
        intake.signal(signal.SIGHUP)
        reloading = supervisor.wait_for("RELOADING=1")
        assert re.fullmatch(r"MONOTONIC_USEC=\d+", reloading.lines[1])
        intake.wait_for_log("event=reloaded")
        wait_until(lambda: [message for message in supervisor.said("READY=1") if message.at > reloading.at], 60, "it to be ready again")
        intake.stop()


@contextmanager
def kept_and_watched(service: Service) -> Iterator[tuple[Keeper, Supervisor]]:
    """Started again whenever it ends, and ended when it falls silent: as by Restart=always and WatchdogSec."""
    with Supervisor(service, SILENCE_S, ends=True) as supervisor, Keeper(service, most=CRASHES) as keeper:
        yield keeper, supervisor


def test_a_record_that_hangs_the_matcher_is_buried_like_one_that_kills_it(topics, database: Database, start_service) -> None:
    log = ReportLog(topics).create()
    log.use(database)
    poisoned = [log.report(f"N{number:05d}", body=POISON if number == 40 else "synthetic", count="dead" if number == 40 else "")
                for number in range(100)][40]
    log.send()
    matcher = start_service("matcher", "--set", "session_ms=3000", start=False)
    matcher.environment["ONECASE_TEST_HANG"] = f"matcher:{POISON}"
    with kept_and_watched(matcher) as (keeper, supervisor):
        wait_until_stored(database, log, limit=180)
        assert {status for _, status in keeper.ends} == {-signal.SIGABRT}
        assert len(supervisor.ended) == keeper.restarts == CRASHES
    assert database.rows("select topic || '/' || partition || '/' || kafka_offset || '#' || item, stage from onecase.dead_letters") \
        == [(poisoned, "crash")]
    assert reconciled(database) == log.expected_accounts()


def test_a_record_that_hangs_intake_is_buried_like_one_that_kills_it(feed: Feed) -> None:
    values = [feed_record(number, text=POISON if number == 40 else "synthetic") for number in range(100)]
    sent = origins(feed.topics, "feed", feed.topics.produce("feed", [(b"k", value) for value in values]))
    intake = feed.start_service("intake", *feed.arguments(), "--set", "session_ms=3000", start=False)
    intake.environment["ONECASE_TEST_HANG"] = f"intake:{POISON}"
    with kept_and_watched(intake) as (keeper, supervisor):
        wait_committed(intake, feed.topics, "feed", limit=180)
        assert len(supervisor.ended) == keeper.restarts == CRASHES
    records = feed.topics.read("onecase.report")
    assert {record.headers["ce_id"] for record in records} == set(sent)
    assert {record.headers["ce_id"] for record in records if kind(record) == "dead"} == {sent[40]}


def test_a_database_that_runs_into_time_outs_makes_no_crash(topics, database: Database, start_service) -> None:
    """Each statement ends by its own limit, which is an answer: the watchdog is fed, and nobody is accused."""
    log = ReportLog(topics).create()
    log.use(database)
    for number in range(20):
        log.report(f"N{number:05d}")
    log.send()
    matcher = start_service("matcher", "--set", "statement_ms=1500", start=False)
    with database.connect() as other, Supervisor(matcher, SILENCE_S, ends=True) as supervisor:
        with other.transaction():
            other.execute("lock table onecase.reports in access exclusive mode")
            matcher.start()
            matcher.wait_for_log("57014", limit=60)
            supervisor.wait_for("WATCHDOG=1", limit=120, count=len(supervisor.said("WATCHDOG=1")) + 12)
        wait_until_stored(database, log, limit=120)
        assert supervisor.ended == [] and matcher.running
        assert database.value("select max(crashes) from onecase.consumer_offsets") == 0
        matcher.stop()


@pytest.mark.parametrize("name", UNITS)
def test_systemd_finds_no_fault_with_the_unit(tmp_path: Path, name: str) -> None:
    """Also none that it would pass over; and what a process could do to the machine is little."""
    text = (SYSTEMD / f"onecase-{name}.service").read_text()
    unit = tmp_path / f"onecase-{name}.service"
    unit.write_text(text.replace(f"/usr/local/bin/{name}", str(program(name))))
    for words in (["verify", "--man=no", str(unit)], ["security", "--offline=true", "--threshold=20", str(unit)]):
        done = subprocess.run(["systemd-analyze", *words], capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0 and "ignoring" not in done.stderr, done.stdout + done.stderr
    for line in ("Type=notify", "NotifyAccess=main", "Restart=always", "WatchdogSec=60s", "LimitCORE=0"):
        assert f"\n{line}\n" in text, line
