"""lagwatch tells the truth of a group whose every record and commit the test has made itself.

Settings are compressed, time is real: a cycle of half a second, and patience to match. What is told in seconds must be within one second
of the truth at the report's own time (a tenth when it is more than ten), messages exact when nothing moves, and the verdict the
one that the rules name. In each situation lagwatch is killed once and must go on where it was. Sender and reader are threads of this
process: what they really did is the truth, not what they were to do, which a busy machine may not let them.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from confluent_kafka import ConsumerGroupTopicPartitions, TopicPartition
from harness import Database, Topics, wait_until
from lag_truth import Pace, Reader, Traffic, Watch, hold_against, milliseconds, now_ms

CYCLE_MS = 500
LATE_MS, STALLED_MS, STOPPED_MS, WINDOW_MS, REWOUND_MS = 2000, 4000, 2000, 6000, 3000
RULES = (f"cycle_ms={CYCLE_MS}", f"late_ms={LATE_MS}", f"stalled_ms={STALLED_MS}", f"stopped_ms={STOPPED_MS}",
         f"window_ms={WINDOW_MS}", f"rewound_ms={REWOUND_MS}", "freshness_ms=1000")
LOOK_MS = 700  # a look on a busy machine, from its first question to its last


@pytest.fixture
def group(topics: Topics) -> str:
    return f"{topics.prefix}desk"


def settings_of(group: str) -> tuple[str, ...]:
    return (*RULES, f"groups={group}", f"intake_group={group}.intake", f"matcher_group={group}.matcher", "services=")


@pytest.fixture
def watch(project_topics: Topics, database: Database, group: str, tmp_path: Path) -> Iterator[Watch]:
    with Watch(project_topics, database.environment(), tmp_path, *settings_of(group)) as watching:
        yield watching


@pytest.fixture
def readers() -> Iterator[list[Reader]]:
    made: list[Reader] = []
    yield made
    for reader in made:
        reader.leave()


class Desk:
    """One topic, its reader, and what lagwatch says of it."""

    def __init__(self, topics: Topics, watch: Watch, group: str, readers: list[Reader], partitions: int = 1, **config: str) -> None:
        self.topics, self.watch, self.group, self.readers = topics, watch, group, readers
        self.traffic = Traffic(topics, "desk", partitions, **config)
        self.reader = self.read()
        self.reader.commit_all()

    def read(self) -> Reader:
        self.reader = Reader(self.topics, self.group, self.traffic)
        self.readers.append(self.reader)
        return self.reader

    @property
    def lane(self):
        return self.traffic.lanes[0]

    def set_offset(self, offset: int) -> None:
        """As an operator does it, by Kafka's own means, once nobody is in the group."""
        admin = self.topics.admin
        wait_until(lambda: not admin.describe_consumer_groups([self.group])[self.group].result(30).members, 60, "the group to be empty")
        wanted = ConsumerGroupTopicPartitions(self.group, [TopicPartition(self.traffic.name, 0, offset)])
        self.lane.asked.append((now_ms(), offset))
        admin.alter_consumer_group_offsets([wanted])[self.group].result(30)
        self.lane.commits.append((now_ms(), offset))

    def send(self, number: int = 0, **how: int) -> tuple[int, int]:
        """One record; when that began and when it was done, as `since` of await_ takes it."""
        began = now_ms()
        self.traffic.send(number, **how)
        return began, now_ms()

    def row(self, number: int = 0, report: dict | None = None) -> dict:
        return self.watch.partition(self.group, "desk", number, report)

    def check(self, number: int = 0) -> dict:
        """The next report's row, held against the truth."""
        report = self.watch.next_report()
        row = self.row(number, report)
        at_ms, slack_ms, lane = milliseconds(report["at"]), max(LOOK_MS, self.watch.look_ms), self.traffic.lanes[number]
        hold_against(lane, row, at_ms, slack_ms)
        waited_ms = max(lane.waited_ms(at_ms - back) for back in range(0, slack_ms + 1, 50))
        return row | {"at_ms": at_ms, "slack_ms": slack_ms, "waited_ms": waited_ms}

    def check_for(self, seconds: float, verdict: str, number: int = 0, least_s: float = 0) -> list[dict]:
        """Every report of that time has the verdict, and one of them tells of at least so many seconds. Where a reader that is to keep up
        was late indeed, that may be told; but not for long."""
        rows, until = [], time.monotonic() + seconds
        while (time.monotonic() < until or sum(row["verdict"] == verdict for row in rows) < 3
               or max(row["seconds"] for row in rows) < least_s):
            assert time.monotonic() < until + 60, rows
            rows.append(self.check(number))
            late = rows[-1]["verdict"] in ("CATCHING_UP", "SLOW") and rows[-1]["waited_ms"] > LATE_MS - 100
            assert rows[-1]["verdict"] == verdict or (late and verdict == "OK"), rows[-1]
        return rows

    def check_rates(self, row: dict) -> None:
        true = self.lane.rates(row["at_ms"], WINDOW_MS, row["slack_ms"], max(CYCLE_MS, self.watch.pause_ms))
        for told, (least, most) in zip((row["in_per_s"], row["out_per_s"]), true):
            assert 0.7 * least <= told <= 1.3 * most, (row, true)

    def check_quiet(self, number: int = 0) -> dict:
        """Nothing moves: messages are exact."""
        row = self.check(number)
        assert row["messages"] == self.traffic.lanes[number].truth(now_ms())[0], row
        return row

    def await_(self, verdict: str, since: tuple[int, int] | None = None) -> dict:
        """The group has the verdict, since a look at or after what happened between these two moments, also once lagwatch was killed."""
        found = self.watch.await_verdict(self.group, verdict)
        if since is not None:
            pause_ms = max(CYCLE_MS, self.watch.pause_ms, self.watch.first_after(since[1]) - since[1])
            told, slack = milliseconds(found["since"]), 1000 + pause_ms
            assert since[0] - 1000 <= told <= since[1] + slack, (found, told - since[0], told - since[1], slack)
        self.watch.restarts_unimpressed(self.group, was_late=lambda from_ms, to_ms: any(
            lane.was_late(LATE_MS - 100, from_ms, to_ms) for lane in self.traffic.lanes))
        return found


@pytest.fixture
def desk(project_topics: Topics, watch: Watch, group: str, readers: list[Reader]) -> Desk:
    return Desk(project_topics, watch, group, readers)


def test_idle_is_ok_however_long_ago_the_last_record_was(desk: Desk) -> None:
    desk.traffic.send(age_ms=3_600_000)
    desk.reader.commit_all()
    desk.await_("OK")
    for _ in range(12):
        row = desk.check_quiet()
        assert (row["verdict"], row["messages"], row["seconds"]) == ("OK", 0, 0), row


def test_an_empty_topic_is_ok(desk: Desk) -> None:
    desk.await_("OK")
    for _ in range(8):
        row = desk.check_quiet()
        assert (row["verdict"], row["messages"], row["seconds"], row["end"]) == ("OK", 0, 0, 0), row


def test_busy_and_close_behind_is_ok(desk: Desk) -> None:
    def follow() -> None:
        done = sum(stamp <= now_ms() - 600 for stamp in desk.lane.stamps)
        desk.reader.commit(max(done, desk.lane.committed(now_ms())))
    with Pace(20, desk.traffic.send), Pace(10, follow):
        desk.await_("OK")
        rows = desk.check_for(8, "OK", least_s=0.3)
    desk.check_rates(rows[-1])


@pytest.mark.parametrize("per_s", [20, 0.7], ids=["busy", "quiet"])
def test_old_stamps_that_are_read_at_once_are_no_alarm(project_topics, database, group, readers, tmp_path, per_s: float) -> None:
    """A department that stamps records with the time of what happened: told as old as they say they are, and nobody is accused."""
    with Watch(project_topics, database.environment(), tmp_path, *settings_of(group), "late_ms=10000") as watch:
        desk = Desk(project_topics, watch, group, readers)

        def follow() -> None:
            there = sum(sent <= now_ms() - 300 for sent in desk.lane.sent)
            desk.reader.commit(max(there, desk.lane.committed(now_ms())))
        with Pace(per_s, lambda: desk.traffic.send(age_ms=3_600_000)), Pace(10, follow):
            time.sleep(2)
            desk.check_for(14, "OK", least_s=3590)


def test_too_slow_then_quick_enough_then_done(desk: Desk) -> None:
    def advance(records: int):
        return lambda: desk.reader.commit(min(desk.lane.committed(now_ms()) + records, len(desk.lane.stamps)))
    with Pace(20, desk.traffic.send):
        with Pace(2, advance(3)):
            desk.await_("SLOW")
            desk.watch.await_verdict(desk.group, "SLOW")
            rows = desk.check_for(4, "SLOW")
            desk.check_rates(rows[-1])
            assert rows[-1]["catch_up_s"] is None
        with Pace(5, advance(6)):
            found = desk.watch.await_verdict(desk.group, "CATCHING_UP")
            assert "done in about" in found["evidence"], found
            # At first it is a matter of single records whether there are less.
            wait_until(lambda: 0 < (desk.row()["catch_up_s"] or 0) < 15, 60, "the window to be full of it")
            desk.watch.restarts_unimpressed(desk.group, followed="OK")
            desk.check()
            desk.await_("OK")
            desk.check_for(3, "OK")
    desk.reader.commit_all()
    desk.check_quiet()


def test_whoever_has_it_and_does_nothing_is_stalled(desk: Desk) -> None:
    desk.traffic.send()
    desk.reader.commit_all()
    desk.await_("OK")
    began = desk.send()
    while (row := desk.check())["at_ms"] < began[0] + STALLED_MS:
        assert row["verdict"] in ("OK", "CATCHING_UP", "SLOW"), row
    desk.await_("STALLED", since=began)
    assert desk.check_quiet()["messages"] == 1
    desk.reader.commit_all()
    desk.await_("OK")
    assert desk.check_quiet()["messages"] == 0


@pytest.mark.parametrize("waiting", [0, 5])
def test_whoever_leaves_is_stopped_and_back_it_is_ok(desk: Desk, waiting: int) -> None:
    for _ in range(7):
        desk.traffic.send(age_ms=40_000)
    desk.reader.commit_all()
    desk.await_("OK")
    for _ in range(waiting):
        desk.traffic.send(age_ms=20_000)
    left = now_ms()
    desk.reader.leave()
    desk.await_("STOPPED", since=(left, now_ms()))
    assert desk.check_quiet()["messages"] == waiting
    back = now_ms()
    desk.read().commit_all()
    desk.await_("OK", since=(back, now_ms()))


def test_offsets_that_were_set_back_are_rewound_until_they_are_read_again(desk: Desk) -> None:
    for _ in range(50):
        desk.traffic.send(age_ms=15_000)
    desk.reader.commit_all()
    desk.await_("OK")
    desk.reader.leave()
    back = now_ms()
    desk.set_offset(10)
    found = desk.await_("REWOUND", since=(back, now_ms()))
    assert "offset 50" in found["evidence"] and "is at 10" in found["evidence"], found
    assert desk.check_quiet()["messages"] == 40
    assert "STOPPED" in desk.row()["also"] or desk.watch.await_verdict(desk.group, "REWOUND")
    desk.read().commit(30)
    assert desk.check_quiet()["verdict"] == "REWOUND"
    desk.reader.commit(50)
    desk.await_("OK")


def test_what_retention_took_unread_is_lost(desk: Desk) -> None:
    for age_s in range(60, 0, -1):
        desk.traffic.send(age_ms=age_s * 1000)
    desk.reader.commit(20)
    desk.watch.next_report()
    gone = now_ms()
    place = TopicPartition(desk.traffic.name, 0, 35)
    desk.topics.admin.delete_records([place])[place].result(30)
    desk.lane.low = 35
    found = desk.await_("LOST", since=(gone, now_ms()))
    assert "15 offsets, 20 to 34" in found["evidence"], found
    assert desk.check_quiet()["messages"] == 25
    desk.reader.commit(60)
    desk.await_("OK")
    assert desk.check_quiet()["messages"] == 0


def test_a_topic_that_was_made_anew_is_lost(desk: Desk) -> None:
    for _ in range(9):
        desk.traffic.send()
    desk.reader.commit_all()
    desk.await_("OK")
    desk.reader.leave()
    desk.set_offset(12)  # as if three more had been there, and were cut off
    found = desk.await_("LOST")
    assert "offset 12" in found["evidence"] and "ends at 9" in found["evidence"], found


def test_retention_that_draws_near_is_a_risk(project_topics, watch, group, readers) -> None:
    """Two minutes of retention: half of it is left when the record is one minute old."""
    desk = Desk(project_topics, watch, group, readers, retention_ms="120000")
    desk.traffic.send(age_ms=52_000)
    desk.reader.commit(0)
    due = desk.lane.stamps[0] + 60_000
    while now_ms() < due + 1000:
        report = desk.watch.next_report()
        verdict = desk.row(0, report)["verdict"]
        assert (verdict == "AT_RISK") == (milliseconds(report["at"]) > due) and verdict != "STOPPED", report
    found = desk.await_("AT_RISK", since=(due, due))
    assert "retention takes the next record in" in found["evidence"]
    row = desk.check_quiet()
    assert row["retention_left_s"] == pytest.approx(120 - row["seconds"], abs=0.01)
    desk.reader.commit_all()
    desk.await_("OK")


def test_one_partition_that_is_stuck_is_stalled_alone(project_topics, watch, group, readers) -> None:
    desk = Desk(project_topics, watch, group, readers, partitions=3)
    for number in range(3):
        desk.traffic.send(number)
    desk.reader.commit_all()
    desk.await_("OK")
    def go_on() -> None:
        for number in range(3):
            desk.traffic.send(number)
        for number in (0, 2):
            desk.reader.commit(len(desk.traffic.lanes[number].stamps), number)
    with Pace(5, go_on):
        wait_until(lambda: len(desk.traffic.lanes[1].stamps) > 1, 60, "the first record that is not read")
        found = desk.await_("STALLED", since=(desk.traffic.lanes[1].stamps[1],) * 2)
        assert "1 of 3 partitions" in found["evidence"] and " 1: " in found["evidence"], found
        for number in (0, 1, 2, 1):
            desk.check_for(1, "STALLED" if number == 1 else "OK", number)
    desk.reader.commit_all()
    desk.await_("OK")


def test_an_hour_behind_is_an_hour_within_a_tenth(desk: Desk) -> None:
    desk.traffic.send(age_ms=3_600_000)
    desk.traffic.send()
    row = desk.check_quiet()
    old_s = (row["at_ms"] - desk.lane.stamps[0]) / 1000
    assert row["messages"] == 2 and row["seconds"] == pytest.approx(old_s, abs=5) and row["clock"] == "CreateTime" and old_s >= 3600


def test_the_brokers_clock_is_named_and_right(project_topics, watch, group, readers) -> None:
    desk = Desk(project_topics, watch, group, readers, message_timestamp_type="LogAppendTime")
    desk.traffic.send(age_ms=3_600_000)
    row = desk.check_quiet()
    old_s = (row["at_ms"] - desk.lane.stamps[0]) / 1000
    assert row["clock"] == "LogAppendTime" and row["seconds"] == pytest.approx(old_s, abs=5) and old_s < 600
