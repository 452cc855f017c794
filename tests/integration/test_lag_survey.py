"""The survey of lag on real Kafka and PostgreSQL: what it must say where production times, commits and members are known."""

from __future__ import annotations

import secrets
import time

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import ConfigResource
from harness import Database, LocalServers, Topics, wait_until
from lag_probing import LOST, NOT_OWNED, OWNED, REFUSING, RUNNING, UNKNOWN, Probe, waiting
from report_log import ReportLog, wait_until_stored

FEED = "grid.event"


def now_ms() -> int:
    return int(time.time() * 1000)


@pytest.fixture
def log(topics: Topics, database: Database) -> ReportLog:
    log = ReportLog(topics).create()
    log.use(database)
    return log


@pytest.fixture
def probe(servers: LocalServers, topics: Topics, database: Database):
    with Probe(servers, topics.prefix, database=database.name) as asked:
        yield asked


def produced(topics: Topics, topic: str, times_ms: list[int], partition: int = 0, **settings: str) -> None:
    """One record for each time stamp; each in a batch of its own."""
    producer = Producer({"bootstrap.servers": topics.servers.brokers, "linger.ms": 0, **settings})
    for stamp in times_ms:
        producer.produce(topics.name(topic), value=b"{}", key=b"k", partition=partition, timestamp=stamp)
        assert producer.flush(30) == 0


def commit(topics: Topics, group: str, topic: str, offset: int, partition: int = 0, note: str | None = None) -> None:
    consumer = Consumer({"bootstrap.servers": topics.servers.brokers, "group.id": topics.prefix + group})
    try:
        place = TopicPartition(topics.name(topic), partition, offset)
        if note is not None:
            place = TopicPartition(topics.name(topic), partition, offset, metadata=note)
        consumer.commit(offsets=[place], asynchronous=False)
    finally:
        consumer.close()


def test_an_empty_hub_has_nothing_that_waits(log, topics, probe):
    topics.create(FEED, 2)
    look = probe.look()
    assert look["kafka_up"] and look["database_up"], (look["kafka_fault"], look["database_fault"])
    assert set(look.rows("intake")) == {(FEED, 0), (FEED, 1)}
    assert len(look.rows("matcher")) == len(look.rows("relay")) == log.partitions
    for row in look["rows"]:
        assert (waiting(row), row["head_ms"], row["ownership"]) == (0, UNKNOWN, NOT_OWNED), row
    assert look["topics"] == {topics.name(FEED): "GRID"}
    assert look["sources"] == []


def test_the_head_is_the_record_that_is_read_next(topics, log, probe):
    topics.create(FEED, 2)
    stamps = [now_ms() - age for age in (90_000, 60_000, 30_000)]
    produced(topics, FEED, stamps, partition=1)
    row = probe.look().row("intake", FEED, 1)
    assert (row["committed"], row["low"], row["end"], row["head_ms"]) == (UNKNOWN, 0, 3, stamps[0])
    assert (row["clock"], row["source_of_offset"]) == ("CreateTime", "kafka")
    assert abs(row["at_ms"] - now_ms()) < 60_000
    for offset, stamp in ((1, stamps[1]), (2, stamps[2]), (3, UNKNOWN), (1, stamps[1])):
        commit(topics, "intake", FEED, offset, partition=1)
        look = probe.look()
        row = look.row("intake", FEED, 1)
        assert (row["committed"], row["head_ms"]) == (offset, stamp)
        assert look.row("intake", FEED, 0)["head_ms"] == UNKNOWN


def test_the_matcher_is_where_postgresql_says_and_while_it_is_away_where_kafka_says(
        topics, log, database, servers, probe, start_service):
    log.report("A1")
    places = log.send()
    partition = places[0][0]
    assert probe.look().row("matcher", "onecase.report", partition)["committed"] == UNKNOWN
    start_service("matcher")
    wait_until_stored(database, log)
    commit_seen = f"{topics.prefix}matcher"
    wait_until(lambda: topics.committed(commit_seen, "onecase.report")[partition] == 1, 30, "the copy in Kafka")
    look = wait_until(lambda: (found := probe.look()).row("matcher", "onecase.report", partition)["ownership"] == OWNED and found,
                      30, "the matcher's membership")
    row = look.row("matcher", "onecase.report", partition)
    assert (row["committed"], row["end"], row["source_of_offset"], row["state"]) == (1, 1, "postgresql", RUNNING)
    assert row["owner"] == "onecase-matcher@127.0.0.1" or row["owner"].endswith("@127.0.0.1"), row["owner"]
    assert abs(row["progress_ms"] - now_ms()) < 60_000 and row["needs_database"] == 1
    assert row["database_down_since_ms"] == UNKNOWN
    relay = look.row("relay", "onecase.outbox", partition)
    assert waiting(relay) == 1 and relay["ownership"] == NOT_OWNED and relay["clock"] == "database"
    assert abs(relay["head_ms"] - row["progress_ms"]) < 1000
    servers.stop_postgresql()
    try:
        look = probe.look()
        assert look["kafka_up"] and not look["database_up"] and "PostgreSQL" in look["database_fault"]
        row = look.row("matcher", "onecase.report", partition)
        assert (row["committed"], row["source_of_offset"], row["database_down_since_ms"]) == (1, "kafka", look["at_ms"])
        relay = look.row("relay", "onecase.outbox", partition)
        assert (relay["committed"], relay["end"], relay["database_down_since_ms"]) == (UNKNOWN, UNKNOWN, look["at_ms"])
    finally:
        servers.start_postgresql()
    assert probe.look()["database_up"]
