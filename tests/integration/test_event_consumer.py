"""deploy/examples/consumer.py behind the real relay: its table of cases equals onecase.cases, whatever repeats and kills there were."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import PROJECT, LocalServers, wait_until
from harness_hub import Hub
from test_events import ROWS, buckets, storms  # noqa: F401  (fixtures)

CONSUMER = PROJECT / "deploy" / "examples" / "consumer.py"
CASE = "onecase.case"
RED = 1
ALOUD = {"case.opened", "case.report_linked", "case.escalated", "case.reopened"}


class Consumer:
    """One department: its database, its group, what it said in all its runs."""

    def __init__(self, hub: Hub, folder: Path) -> None:
        self.hub = hub
        self.database = folder / "cases.sqlite"
        self.said = folder / "said"
        self.faults = folder / "faults"

    def start(self, *more: str, **environment: str) -> subprocess.Popen:
        command = [sys.executable, str(CONSUMER), "--brokers", self.hub.topics.servers.brokers, "--topic", self.hub.topics.name(CASE),
                   "--group", f"{self.hub.database.name}.{self.database.parent.name}", "--database", str(self.database), *more]
        with open(self.said, "ab") as said, open(self.faults, "ab") as faults:
            return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=faults, env=os.environ | environment)

    def end_when_idle(self) -> None:
        running = self.start("--until-idle", "3")
        assert running.wait(120) == 0, self.faults.read_text(encoding="utf-8")

    def finish(self, **environment: str) -> None:
        """There is something new: it reads to the end, and is told to end then."""
        ends = {partition: end for partition, end in self.hub.topics.ends(CASE).items() if end > 0}
        running = self.start(**environment)
        wait_until(lambda: running.poll() is not None or dict(self.rows("select partition, next_offset from positions")) == ends, 120,
                   f"it to read up to {ends}")
        running.send_signal(signal.SIGTERM)
        assert running.wait(60) == 0, self.faults.read_text(encoding="utf-8")

    def rows(self, query: str) -> list[tuple]:
        """Nothing while the consumer has not made its tables yet. Who only reads could not undo what one that was killed while it
        committed has left half written."""
        if not self.database.exists():
            return []
        with sqlite3.connect(f"file:{self.database}?mode=rw", uri=True, timeout=30) as connection:
            try:
                return connection.execute(query).fetchall()
            except sqlite3.OperationalError as fault:
                assert "no such table" in str(fault), fault
                return []

    def seen(self) -> int:
        return sum(count for (count,) in self.rows("select count(*) from seen"))

    def cases(self) -> list[tuple]:
        """A case that was merged has no level and no class of its own any more."""
        return self.rows("select case_no, status, case when merged_into is null then level end, reports, independent, reporters, sources, merged_into is not null,"
                         " case when merged_into is null then category end"
                         " from cases order by case_no")


def stored_cases(hub: Hub) -> list[tuple]:
    return hub.database.rows(
        "select case_no, status, case when merged_into is null then level end, report_count, independent_count, reporter_count, source_count,"
        " (merged_into is not null)::int, case when merged_into is null then category_code end from onecase.cases order by case_no")


def red_lines(hub: Hub) -> Counter:
    """Case and kind of every event of a red case that is to be said."""
    told = [json.loads(row[10]) for row in hub.database.rows(ROWS)]
    return Counter((data["case_no"], data["kind"]) for data in told if data.get("level") == RED and data["kind"] in ALOUD)


def said(consumer: Consumer) -> Counter:
    lines = [line.split() for line in consumer.said.read_text(encoding="utf-8").splitlines()]
    assert all(words[0] == "RED" for words in lines)
    return Counter((words[2], words[3]) for words in lines)


def publish(hub: Hub, *settings: str) -> None:
    """Everything in the outbox goes out."""
    relay = hub.start("relay", "tick_s=0", "poll_ms=20", *settings)
    relay.wait_for_log("event=working")
    behind = ("select count(*) from onecase.outbox o left join onecase.relay_positions p on p.partition = o.report_partition"
              " where (o.report_offset, o.n) > (coalesce(p.report_offset, -1), coalesce(p.n, -1))")
    wait_until(lambda: hub.database.value(behind) == 0, 60, "the relay to publish all", every=0.05)
    relay.stop()


def check_kept(consumer: Consumer, hub: Hub) -> None:
    assert consumer.rows("select * from refused") == []
    assert consumer.seen() == hub.database.value("select count(*) from onecase.outbox where kind <> 'forward'")
    assert consumer.cases() == stored_cases(hub)


@pytest.fixture
def department(tmp_path: Path) -> Iterator[type]:
    """department(hub) -> Consumer; what runs at the end of the test ends with it."""
    running: list[subprocess.Popen] = []

    class Tracked(Consumer):
        def __init__(self, hub: Hub) -> None:
            super().__init__(hub, tmp_path)

        def start(self, *more: str, **environment: str) -> subprocess.Popen:
            running.append(super().start(*more, **environment))
            return running[-1]

    yield Tracked
    for process in running:
        if process.poll() is None:
            process.kill()
            process.wait()


def test_its_table_is_that_of_the_cases_after_kills_and_repeats(storms: Hub, department: type) -> None:  # noqa: F811
    consumer = department(storms)
    total = storms.database.value("select count(*) from onecase.outbox")
    assert total > 1000
    for turn, part in enumerate((0.1, 0.2, 0.6)):
        process = consumer.start()
        if turn == 0:
            publish(storms, "batch_max=50")
        wait_until(lambda: consumer.seen() >= total * part or process.poll() is not None, 60, f"{part:.0%} of the events",
                   every=0.001)
        process.kill()
        process.wait()
        # A relay that lost its positions begins again: everything comes once more, with the same ids.
        storms.database.execute("delete from onecase.relay_positions")
        publish(storms)
    consumer.finish()
    check_kept(consumer, storms)
    expected, found = red_lines(storms), said(consumer)
    assert len(expected) > 20 and expected - found == Counter()  # none is lost; of a killed batch some come twice
    assert len(storms.topics.read(CASE)) > 3 * total


def test_cases_that_reports_leave_are_followed(buckets: Hub, department: type) -> None:  # noqa: F811
    consumer = department(buckets)
    publish(buckets)
    consumer.finish()
    check_kept(consumer, buckets)
    assert said(consumer) == red_lines(buckets)
    consumer.end_when_idle()  # nothing is new
    assert said(consumer) == red_lines(buckets)


def test_a_terminal_of_another_encoding_stops_no_event(buckets: Hub, department: type) -> None:  # noqa: F811
    publish(buckets)
    consumer = department(buckets)
    consumer.finish(PYTHONIOENCODING="ascii")
    check_kept(consumer, buckets)
    assert said(consumer) == red_lines(buckets)


def test_what_it_cannot_use_is_kept_aside_and_the_next_goes_on(buckets: Hub, department: type) -> None:  # noqa: F811
    publish(buckets)
    good = buckets.topics.read(CASE)[0]
    head = {name: value.encode() for name, value in good.headers.items()}
    data = json.loads(good.value)

    def changed(ce_id: str, value: bytes, **headers: bytes | None) -> tuple:
        merged = head | {"ce_id": ce_id.encode()} | headers
        return (good.key, value, [(name, what) for name, what in merged.items() if what is not None])

    buckets.topics.produce(CASE, [
        changed("bad/1", b"{"), changed("bad/2", json.dumps(data | {"phone": "19900001234"}).encode()),
        changed("bad/3", json.dumps(data | {"level": 7}).encode()), changed("bad/4", good.value, ce_sequence=None),
        changed("good/1", json.dumps(data | {"case_no": "AJ9901-20990101-0001"}).encode())])
    consumer = department(buckets)
    consumer.finish()
    refused = dict(consumer.rows("select ce_id, why from refused"))
    assert refused.keys() == {"bad/1", "bad/2", "bad/3", "bad/4"}
    assert "no JSON" in refused["bad/1"] and "phone" in refused["bad/2"] and refused["bad/3"].startswith("$.level: 7")
    assert refused["bad/4"] == "expected header ce_sequence, found none"
    assert [row[0] for row in consumer.cases() if row[0].endswith("20990101-0001")] == ["AJ9901-20990101-0001"]
    assert consumer.faults.read_text(encoding="utf-8").count("refused") == 4


def test_it_ends_when_told_and_says_what_is_wrong(servers: LocalServers, tmp_path: Path) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, str(CONSUMER), *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=60, check=False, env=os.environ | {"PYTHONUNBUFFERED": "1"})

    asked = run("--help")
    assert asked.returncode == 0 and all(word in asked.stdout for word in ("pip install", "ce_id", "--schemas", "--config"))
    where = ("--brokers", servers.brokers, "--group", "g", "--database", str(tmp_path / "x.sqlite"))
    assert "the following arguments are required" in run().stderr
    absent = run(*where, "--topic", "no.such.topic")
    assert absent.returncode == 1 and "cannot read the topic" in absent.stderr and "Traceback" not in absent.stderr
    empty = run(*where, "--schemas", str(tmp_path))
    assert empty.returncode == 1 and f"expected *.schema.json in {tmp_path}, found none" in empty.stderr
    (tmp_path / "config").write_text("# TLS\nsecurity.protocol\n", encoding="utf-8")
    broken = run(*where, "--config", str(tmp_path / "config"))
    assert broken.returncode == 1 and 'config:2: expected name=value, found "security.protocol"' in broken.stderr
    never = run(*where, "--until-idle", "-1")
    assert never.returncode == 2 and "--until-idle: expected more than 0 seconds, found -1" in never.stderr
    nowhere = run("--brokers", servers.brokers, "--group", "g", "--database", str(tmp_path / "no" / "x.sqlite"))
    assert nowhere.returncode == 1 and "cannot use" in nowhere.stderr


def test_an_empty_database_begins_anew(buckets: Hub, department: type) -> None:  # noqa: F811
    publish(buckets)
    consumer = department(buckets)
    consumer.finish()
    before = consumer.cases()
    consumer.database.unlink()
    consumer.finish()
    assert consumer.cases() == before != []


def test_a_signal_ends_it_well(buckets: Hub, department: type) -> None:  # noqa: F811
    publish(buckets)
    consumer = department(buckets)
    process = consumer.start()
    wait_until(lambda: consumer.seen() > 0, 60, "the first events to be kept", every=0.02)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0


def test_a_database_that_cannot_be_written_is_named_and_loses_nothing(buckets: Hub, department: type) -> None:  # noqa: F811
    publish(buckets)
    consumer = department(buckets)
    consumer.finish()
    before = consumer.cases()
    with sqlite3.connect(consumer.database) as database:
        database.executescript("delete from cases; delete from seen; delete from positions;"
                               " create trigger full before insert on cases begin select raise(abort, 'disk is full'); end")
    assert consumer.start().wait(120) == 1
    assert f"consumer.py: cannot write {consumer.database}: disk is full" in consumer.faults.read_text(encoding="utf-8")
    assert "Traceback" not in consumer.faults.read_text(encoding="utf-8")
    assert consumer.seen() == 0
    with sqlite3.connect(consumer.database) as database:
        database.execute("drop trigger full")
    consumer.finish()
    assert consumer.cases() == before != []
