"""An outside consumer of onecase.case: what a department is told, and nothing that only the hub's own tables know."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition
from harness import Database, Record, Topics, wait_until

CASE = "onecase.case"

WAITING = ("select count(*) from onecase.outbox o left join onecase.relay_positions p on p.partition = o.report_partition"
           " where (o.report_offset, o.n) > (coalesce(p.report_offset, -1), coalesce(p.n, -1))")


@dataclass(frozen=True)
class Event:
    id: str
    kind: str  # without case.
    region: str
    case_no: str | None
    level: int | None
    sequence: int
    at: datetime  # when it happened
    data: dict

    @staticmethod
    def of(record: Record) -> Event:
        headers = record.headers
        level = headers.get("ce_level")
        return Event(headers["ce_id"], headers["ce_type"].removeprefix("case."), record.key.decode(), headers.get("ce_subject"),
                     int(level) if level else None, int(headers["ce_sequence"]), datetime.fromisoformat(headers["ce_time"]),
                     json.loads(record.value))

    @property
    def report(self) -> str | None:
        """SOURCE/RECORD_NO of the report that caused it."""
        told = self.data.get("report")
        return f"{told['source']}/{told.get('record_no')}" if told else None

    @property
    def count(self) -> int:
        """Reports of the case, once the record that caused the event was decided."""
        return self.data["counts"]["reports"]


class Outside:
    """Reads from the beginning, each partition in order, and keeps what it was told; repeats are counted and dropped."""

    def __init__(self, topics: Topics) -> None:
        self.topics = topics
        self.events: list[Event] = []
        self.repeats = 0
        self._ids: set[str] = set()
        self._next: dict[int, int] = {}
        self._consumer = Consumer({
            "bootstrap.servers": topics.servers.brokers, "group.id": "outside", "enable.auto.commit": False,
            "auto.offset.reset": "earliest", "fetch.wait.max.ms": 50})
        there = topics.admin.list_topics(topics.name(CASE), timeout=30).topics[topics.name(CASE)]
        self._consumer.assign([TopicPartition(topics.name(CASE), partition, 0) for partition in there.partitions])

    def close(self) -> None:
        self._consumer.close()

    def listen(self, seconds: float) -> None:
        """Takes one event, when one comes within that time."""
        message = self._consumer.poll(seconds)
        if message is None:
            return
        if message.error():
            if message.error().code() == KafkaError._PARTITION_EOF:
                return
            raise KafkaException(message.error())
        self._next[message.partition()] = message.offset() + 1
        event = Event.of(Record.of(message))
        if event.id in self._ids:
            self.repeats += 1
            return
        self._ids.add(event.id)
        self.events.append(event)

    def wait_for(self, wanted: Callable[[Event], bool], limit: float, what: str) -> Event:
        """The first event that is wanted, of those that were told and of those that come within the limit."""
        deadline, looked = time.monotonic() + limit, 0
        while True:
            for event in self.events[looked:]:
                if wanted(event):
                    return event
            looked = len(self.events)
            assert time.monotonic() < deadline, f"waited {limit:g} s to be told of {what}; told {looked} events"
            self.listen(0.1)

    def all(self, database: Database, limit: float = 60) -> list[Event]:
        """Everything that the matcher has announced so far has gone out, and is told here."""
        wait_until(lambda: database.value(WAITING) == 0, limit, "the relay to send what waits")
        ends = {partition: end for partition, end in self.topics.ends(CASE).items() if end > 0}
        deadline = time.monotonic() + limit
        while any(self._next.get(partition, 0) < end for partition, end in ends.items()):
            assert time.monotonic() < deadline, f"waited {limit:g} s to read {CASE} up to {ends}, at {self._next}"
            self.listen(0.2)
        return self.events

    def of_case(self, database: Database, case_no: str) -> list[Event]:
        """Of one case, in the order of ce_sequence, which is that of coming."""
        events = [event for event in self.all(database) if event.case_no == case_no]
        assert [event.sequence for event in events] == sorted(event.sequence for event in events)
        return events
