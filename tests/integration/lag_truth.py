"""What is true of a consumer group, known by whoever made it so, and lagwatch beside it.

Truth is one partition's production times and what its reader has committed, both by this process's clock, which is that of the
broker and of lagwatch too: one machine. When a record came, or a commit, is known within what sending it took: both ends of that may be true.
A report is held against it at the report's own time, as far back as its look can have begun: a
machine that has much to do makes looks long, and then lagwatch is no liar.
"""

from __future__ import annotations

import bisect
import json
import threading
import time
from collections.abc import Callable
from datetime import datetime
from http.client import HTTPException
from pathlib import Path

from confluent_kafka import Consumer, Producer, TopicPartition
from harness import Service, Topics, wait_until
from harness_ports import free_port
from watching import SEVERITY, fetch

WITHIN_S = 1.0  # of the truth, or this part of it
WITHIN_PART = 0.1
SESSION_MS = 30_000  # of a reader: it always leaves by itself, and is never to be put out because the machine is busy


def now_ms() -> int:
    return int(time.time() * 1000)


def milliseconds(iso: str) -> int:
    return int(datetime.fromisoformat(iso.replace("Z", "+00:00")).timestamp() * 1000 + 0.5)


def worse(verdict: str, than: str) -> bool:
    return SEVERITY.index(verdict) > SEVERITY.index(than)


class Watch:
    """lagwatch as a process. `settings` are those of --set, "cycle_ms=500"."""

    def __init__(self, topics: Topics, environment: dict[str, str], folder: Path, *settings: str) -> None:
        self.port = free_port()
        own = [f"topic_prefix={topics.prefix}", f"http=127.0.0.1:{self.port}", f"state_file={folder}/lagwatch.json"]
        words = [word for setting in (*own, *settings) for word in ("--set", setting)]
        self.prefix = topics.prefix
        self.window_ms = next((int(value) for name, _, value in (s.partition("=") for s in settings) if name == "window_ms"), 120_000)
        self.look_ms = 0  # from the report before the last next_report() to that one: its look began in between
        self.pause_ms = 0  # the longest between two reports that were waited for one after the other
        self.seen: list[int] = []  # times of all reports that were seen
        self.service = Service("lagwatch", words, environment, folder / "lagwatch.log")
        self.service.start()

    def __enter__(self) -> Watch:
        return self

    def __exit__(self, kind: object, *_rest: object) -> None:
        if kind is not None and self.service.running:
            self.service.kill()
        self.service.finish()

    def report(self) -> dict:
        def answered() -> dict | None:
            assert self.service.running, f"lagwatch ended:\n{self.service.tail()}"
            try:
                status, _, body = fetch(self.port, "/v1/lag")
            except (OSError, HTTPException):
                return None
            return json.loads(body) if status == 200 else None
        found = wait_until(answered, 60, "lagwatch to have a report", every=0.05)
        if not self.seen or milliseconds(found["at"]) > self.seen[-1]:
            self.seen.append(milliseconds(found["at"]))
        return found

    def first_after(self, at_ms: int) -> int:
        """The time of the first report after this one that was seen, or will be."""
        wait_until(lambda: milliseconds(self.report()["at"]) > at_ms, 60, "a later report", every=0.05)
        return self.seen[bisect.bisect_right(self.seen, at_ms)]

    def next_report(self) -> dict:
        """A report of a look that began after this call: the second of those that come."""
        report = self.report()
        for _ in range(2):
            seen = report["at"]
            report = wait_until(lambda: (newer := self.report())["at"] > seen and newer, 60, "lagwatch's next report", every=0.05)
            self.look_ms = milliseconds(report["at"]) - milliseconds(seen)
            self.pause_ms = max(self.pause_ms, self.look_ms)
        return report

    def group(self, name: str, report: dict | None = None) -> dict:
        """By group or program."""
        found = [group for group in (report or self.report())["groups"] if name in (group["group"], group["program"])]
        assert len(found) == 1, f"one group {name} expected of {[group['group'] for group in (report or self.report())['groups']]}"
        return found[0]

    def partition(self, group: str, topic: str, number: int = 0, report: dict | None = None) -> dict:
        return next(row for row in self.group(group, report)["partitions"]
                    if row["topic"] in (self.prefix + topic, topic) and row["partition"] == number)

    def await_verdict(self, group: str, verdict: str, limit: float = 60) -> dict:
        """The group, once it is so; fails with all that was said of it meanwhile."""
        said: list[tuple[str, str]] = []
        last_ms = 0

        def is_so() -> dict | None:
            nonlocal last_ms
            report = self.report()
            at_ms = milliseconds(report["at"])
            self.pause_ms = max(self.pause_ms, at_ms - last_ms if last_ms else 0)
            last_ms = at_ms
            found = next((g for g in report["groups"] if group in (g["group"], g["program"])), None)
            if found is not None and (not said or said[-1] != (found["verdict"], found["evidence"])):
                said.append((found["verdict"], found["evidence"]))
            return found if found is not None and found["verdict"] == verdict else None
        try:
            return wait_until(is_so, limit, f"{group} to be {verdict}", every=0.05)
        except AssertionError as late:
            raise AssertionError(f"{late}; it was {said[-6:]}\n{self.service.tail(10)}") from None

    def restarts_unimpressed(self, group: str, followed: str = "", was_late: Callable[[int, int], bool] | None = None) -> None:
        """Killed in the middle of it and started again, its first report says the same, since the same time; or the verdict that may have
        followed meanwhile. Whether a backlog shrinks is forgotten over a pause that is longer than the window; and who was OK may have
        been late between these two times (was_late)."""
        report = self.report()
        before = self.group(group, report)
        self.service.kill()
        self.service.start()
        again = self.report()
        after = self.group(group, again)
        forgotten = milliseconds(again["at"]) - milliseconds(report["at"]) > self.window_ms and before["verdict"] == "SLOW"
        same = (after["verdict"], after["since"]) == (before["verdict"], before["since"])
        late = before["verdict"] == "OK" and not worse(after["verdict"], "SLOW") and was_late is not None \
            and was_late(milliseconds(report["at"]), milliseconds(again["at"]))
        assert same or late or after["verdict"] == followed or (forgotten and after["verdict"] == "CATCHING_UP"), (before, after)


class Lane:
    """One partition: when each record was produced, and from when on which offset was committed."""

    def __init__(self) -> None:
        self.meant: list[int] = []  # ms, by offset: the stamp it was to have
        self.stamps: list[int] = []  # the one it has
        self.begun: list[int] = []  # when it was not there yet, by our clock
        self.sent: list[int] = []  # when it was
        self.asked: list[tuple[int, int]] = []  # (ms, next offset): not committed yet
        self.commits: list[tuple[int, int]] = []  # committed
        self.low = 0

    def committed(self, at_ms: int, early: bool = False) -> int:
        known = [offset for ms, offset in (self.asked if early else self.commits) if ms <= at_ms]
        return known[-1] if known else 0

    def rates(self, at_ms: int, window_ms: int, slack_ms: int, pause_ms: int) -> list[tuple[float, float]]:
        """Least and most records a second that came, and that were read, in that time: it may end slack_ms earlier and begin as much
        earlier or pause_ms later, where the first look of the window was."""
        ends = range(at_ms - slack_ms, at_ms + 1, 50)
        begins = range(at_ms - window_ms - slack_ms, at_ms - window_ms + min(pause_ms, window_ms // 2) + 1, 50)
        found = []
        for count in (lambda ms: bisect.bisect_right(self.sent, ms), self.committed):
            last = [count(ms) for ms in ends]
            rates = [(till - count(ms)) * 1000 / (at_ms - ms) for ms in begins for till in (min(last), max(last))]
            found.append((min(rates), max(rates)))
        return found

    def waited_ms(self, at_ms: int) -> int:
        """How long the next record may have been there, whatever its stamp says."""
        reads = max(self.committed(at_ms), self.low)
        return at_ms - self.begun[reads] if reads < bisect.bisect_right(self.begun, at_ms) else 0

    def was_late(self, late_ms: int, from_ms: int, to_ms: int) -> bool:
        return any(self.waited_ms(ms) > late_ms for ms in range(from_ms, to_ms + 1, 50))

    def truth(self, at_ms: int, early_sent: bool = False, early_read: bool = False) -> tuple[int, float]:
        """Messages and seconds behind, at that time; early: what was under way has come, or was read."""
        there = bisect.bisect_right(self.begun if early_sent else self.sent, at_ms)
        reads = max(self.committed(at_ms, early_read), self.low)
        stamp = (self.stamps[reads] if reads < len(self.stamps) else self.meant[reads]) if reads < there else at_ms
        return max(0, there - reads), max(0, at_ms - stamp) / 1000


class Traffic:
    """A topic of the test's own, whose every record is known."""

    def __init__(self, topics: Topics, topic: str, partitions: int = 1, **config: str) -> None:
        topics.create(topic, partitions, **config)
        self.topic = topic
        self.name = topics.name(topic)
        self.lanes = [Lane() for _ in range(partitions)]
        self.producer = Producer({"bootstrap.servers": topics.servers.brokers, "linger.ms": 0, "enable.idempotence": True})

    def send(self, partition: int = 0, age_ms: int = 0) -> None:
        """One record; what it is stamped with is what the broker says."""
        lane = self.lanes[partition]
        told: list = []
        stamp = now_ms() - age_ms
        lane.meant.append(stamp)
        lane.begun.append(now_ms())
        self.producer.produce(self.name, b"{}", partition=partition, timestamp=stamp,
                              on_delivery=lambda error, message: told.append((error, message)))
        assert self.producer.flush(30) == 0
        error, message = told[0]
        assert error is None and message.offset() == len(lane.stamps), (error, len(lane.stamps))
        lane.stamps.append(message.timestamp()[1])
        lane.sent.append(now_ms())


class Reader:
    """A member of a group that has all partitions of the topic, and commits what it is told to, when it is told to."""

    def __init__(self, topics: Topics, group: str, traffic: Traffic) -> None:
        self.traffic = traffic
        self.consumer = Consumer({
            "bootstrap.servers": topics.servers.brokers, "group.id": group, "enable.auto.commit": False,
            "auto.offset.reset": "earliest", "session.timeout.ms": SESSION_MS, "heartbeat.interval.ms": 500})
        self.consumer.subscribe([traffic.name])
        self.turn = threading.Lock()
        self.leaving = threading.Event()
        self.polling = threading.Thread(target=self._poll)
        self.polling.start()
        wait_until(lambda: len(self.consumer.assignment()) == len(traffic.lanes), 60, "the reader to have its partitions")

    def _poll(self) -> None:
        while not self.leaving.is_set():
            self.consumer.poll(0.05)

    def commit(self, offset: int, partition: int = 0) -> None:
        with self.turn:
            self.traffic.lanes[partition].asked.append((now_ms(), offset))
            self.consumer.commit(offsets=[TopicPartition(self.traffic.name, partition, offset)], asynchronous=False)
            self.traffic.lanes[partition].commits.append((now_ms(), offset))

    def commit_all(self) -> None:
        for number, lane in enumerate(self.traffic.lanes):
            self.commit(len(lane.stamps), number)

    def leave(self) -> None:
        if not self.leaving.is_set():
            self.leaving.set()
            self.polling.join(30)
            self.consumer.close()


class Pace:
    """Something done so many times a second, beside the test. with Pace(20, traffic.send): ..."""

    def __init__(self, per_s: float, act) -> None:
        self.period_s = 1 / per_s
        self.act = act
        self.over = threading.Event()
        self.fault: BaseException | None = None
        self.thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        due = time.monotonic()
        try:
            while not self.over.is_set():
                self.act()
                due += self.period_s
                self.over.wait(max(0.0, due - time.monotonic()))
        except BaseException as fault:  # shown where the test ends
            self.fault = fault

    def __enter__(self) -> Pace:
        self.thread.start()
        return self

    def __exit__(self, kind: object, *_rest: object) -> None:
        self.over.set()
        self.thread.join(60)
        assert kind is not None or self.fault is None, self.fault


def hold_against(lane: Lane, row: dict, at_ms: int, slack_ms: int) -> tuple[float, float]:
    """Told and true seconds. What is told must be within a second (or a tenth) of the truth as it was at some moment of the look, which
    takes up to slack_ms before `at`: commits are asked for before ends."""
    told = row["seconds"]
    assert told is not None, row
    truths = [lane.truth(at_ms - back, sent, read)[1] for back in range(0, slack_ms + 1, 50)
              for sent in (False, True) for read in (False, True)]
    near = min(truths, key=lambda true: abs(true - told))
    assert abs(told - near) <= max(WITHIN_S, WITHIN_PART * near), f"{told} s told, true were {min(truths)} to {max(truths)} s: {row}"
    return told, near
