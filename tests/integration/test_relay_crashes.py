"""kill -9 of matcher and relay at random, fifty times under load, and what an outside consumer has got at the end.

What should have come is known from a hub with the same records whose programs were left alone.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from harness import Database, Record, Service, Topics, wait_until
from report_log import ReportLog, mixed_log, wait_until_stored

CASE = "onecase.case"
KILLS = 50
SLICE = 60  # records sent between two kills
NO_TICKS = ("--set", "tick_s=0")  # each takes a place in the log, and places are the ids of events


class Load:
    """The same records for any hub, in slices; each hub's topics have a prefix of their own."""

    def __init__(self, database: Database, topics: Topics) -> None:
        self.database = database
        self.topics = topics
        self.log = ReportLog(topics).create()
        self.log.use(database)
        topics.create(CASE, 3, message_timestamp_type="LogAppendTime")
        mixed_log(self.log, seed=77, count=SLICE * (KILLS + 1))
        self.records = self.log.pending
        self.sent = 0

    def send(self, count: int) -> None:
        """In order, the partitions of onecase.report included: ids of events are places in it."""
        self.topics.produce("onecase.report", self.records[self.sent:self.sent + count])
        self.sent += count

    def stored(self) -> int:
        return self.database.value("select coalesce(sum(greatest(next_offset, 0)), 0) from onecase.consumer_offsets")

    def published(self) -> int:
        return sum(self.topics.ends(CASE).values())

    def await_all(self, *services: Service) -> None:
        wait_until_stored(self.database, self.log, limit=120)

        def done() -> bool:
            for service in services:
                assert service.running, service.tail()
            return self.database.value(
                "select count(*) from onecase.outbox o left join onecase.relay_positions p on p.partition = o.report_partition"
                " where (o.report_offset, o.n) > (coalesce(p.report_offset, -1), coalesce(p.n, -1))") == 0
        wait_until(done, 120, "every event to be published")


def facts(record: Record) -> tuple:
    """What is the same in both hubs. Times are not: what a department says without a time happened when it came."""
    return tuple(record.headers[name] for name in ("ce_id", "ce_type", "ce_sequence", "ce_level", "ce_source"))


def by_region(records: list[Record]) -> dict[bytes, list[tuple]]:
    """Facts of each region in the order of the topic, repeats dropped as a consumer drops them."""
    seen: dict[str, tuple] = {}
    regions: dict[bytes, list[tuple]] = {}
    for record in records:
        whole = (record.headers, record.key, record.value)
        first = seen.setdefault(record.headers["ce_id"], whole)
        if first is whole:
            regions.setdefault(record.key, []).append(facts(record))
        assert first == whole, "a repeat differs from the first"
    return regions


@pytest.mark.timeout(900)
def test_no_event_is_lost_whoever_is_killed(new_database: Callable[[], Database], new_topics: Callable[[], Topics],
                                            start_service: Callable[..., Service]) -> None:
    calm = Load(new_database(), new_topics())
    services = [start_service("matcher", database=calm.database, topics=calm.topics),
                start_service("relay", *NO_TICKS, database=calm.database, topics=calm.topics)]
    calm.send(len(calm.records))
    calm.await_all(*services)
    for service in services:
        service.stop()
    expected = by_region(calm.topics.read(CASE))
    assert len(expected) == 2 and sum(map(len, expected.values())) > 1000
    for events in expected.values():
        sequence = [int(event[2]) for event in events]
        assert sequence == sorted(set(sequence))

    hit = Load(new_database(), new_topics())
    small = ("--set", "batch_max=15")
    matcher = start_service("matcher", *small, database=hit.database, topics=hit.topics)
    relay = start_service("relay", *small, *NO_TICKS, "--set", "poll_ms=10", database=hit.database, topics=hit.topics)
    rng = random.Random(5)
    for turn in range(KILLS):
        victim, progress, most = rng.choice([(matcher, hit.stored, SLICE), (relay, hit.published, SLICE // 4)])
        # Never so much that the rest of the slice could not bring it.
        goal = progress() + rng.randrange(1, most)
        hit.send(SLICE)
        wait_until(lambda: progress() >= goal, 60, f"kill {turn}: {victim.name} to come to {goal}", every=0.002)
        victim.kill()
        if victim is matcher:  # the broker would hold the partitions of a killed member for ten seconds
            place = next(i for i, word in enumerate(matcher.arguments) if word.startswith("group="))
            matcher.arguments[place] = f"group={hit.topics.prefix}matcher-{turn}"
        victim.start()
    hit.send(len(hit.records) - hit.sent)
    hit.await_all(matcher, relay)
    found = by_region(hit.topics.read(CASE))
    for region, events in expected.items():
        assert found[region] == events
    assert set(found) == set(expected)
