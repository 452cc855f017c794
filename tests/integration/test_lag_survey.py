"""The survey of lag on real Kafka and PostgreSQL: what it must say where production times, commits and members are known."""

from __future__ import annotations

import os
import secrets
import signal
import time

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import NewTopic
from harness import Database, LocalServers, Topics, deploy_schema, wait_until
from lag_probing import LOST, NOT_OWNED, OWNED, OWNER_UNKNOWN, REFUSING, RUNNING, UNKNOWN, Probe, waiting
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
    # A broker that has just begun does not know its groups yet, and so nobody knows who has what.
    look = wait_until(lambda: (found := probe.look()) and all(row["ownership"] != OWNER_UNKNOWN for row in found["rows"]) and found,
                      60, "the coordinator to answer")
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
    wait_until(lambda: topics.committed(commit_seen, "onecase.report")[partition] == 1, 60, "the copy in Kafka")
    look = wait_until(lambda: (found := probe.look()).row("matcher", "onecase.report", partition)["ownership"] == OWNED and found,
                      60, "the matcher's membership")
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


# What a reader gets to

def transaction(topics: Topics, topic: str, count: int, end: str | None, partition: int = 0) -> Producer:
    """`count` records in a transaction that is committed, aborted or (None) left open."""
    producer = Producer({"bootstrap.servers": topics.servers.brokers, "transactional.id": secrets.token_hex(8), "linger.ms": 0,
                         "transaction.timeout.ms": 600_000})
    producer.init_transactions(30)
    producer.begin_transaction()
    for _ in range(count):
        producer.produce(topics.name(topic), value=b"{}", key=b"k", partition=partition)
    assert producer.flush(30) == 0
    if end == "commit":
        producer.commit_transaction(30)
    elif end == "abort":
        producer.abort_transaction(30)
    if end is not None:
        topics.await_markers(topic, partition)
    return producer


def test_markers_of_transactions_at_the_end_are_no_lag(topics, log, probe):
    topics.create(FEED, 4)
    transaction(topics, FEED, 2, "commit", partition=0)  # offsets 0, 1, marker 2
    transaction(topics, FEED, 2, "abort", partition=1)   # nothing that anybody reads
    produced(topics, FEED, [1_700_000_000_000], partition=2)
    opened = transaction(topics, FEED, 2, None, partition=2)  # not to be read yet
    transaction(topics, FEED, 2, "abort", partition=3)
    produced(topics, FEED, [1_700_000_001_000], partition=3)
    look = probe.look()
    assert waiting(look.row("intake", FEED, 0)) == 3  # until its records are read, the marker counts
    assert (look.row("intake", FEED, 1)["end"], look.row("intake", FEED, 1)["head_ms"]) == (0, UNKNOWN)
    held_up = look.row("intake", FEED, 2)
    assert (held_up["end"], held_up["head_ms"]) == (1, 1_700_000_000_000)
    behind_aborted = look.row("intake", FEED, 3)
    assert (behind_aborted["end"], behind_aborted["head_ms"]) == (4, 1_700_000_001_000)
    commit(topics, "intake", FEED, 2, partition=0)
    commit(topics, "intake", FEED, 1, partition=2)
    for _ in range(2):  # the second is by what the first has found
        look = probe.look()
        for partition in (0, 1, 2):
            row = look.row("intake", FEED, partition)
            assert (waiting(row), row["head_ms"]) == (0, UNKNOWN), row
    # What comes behind the marker waits.
    produced(topics, FEED, [1_700_000_002_000], partition=0)
    row = probe.look().row("intake", FEED, 0)
    assert (row["committed"], row["end"], row["head_ms"]) == (2, 4, 1_700_000_002_000)
    opened.abort_transaction(30)
    assert waiting(wait_until(lambda: (row := probe.look().row("intake", FEED, 2))["end"] == 1 and row, 60, "the abort")) == 0


def test_a_reader_that_does_not_wait_for_transactions_is_not_beyond_the_end(servers, topics, log, database):
    topics.create("other", 1)
    opened = transaction(topics, "other", 3, None)
    group = f"{topics.prefix}careless"
    commit(topics, "careless", "other", 3)
    with Probe(servers, topics.prefix, group, database=database.name) as probe:
        row = probe.look().row(group, "other")
        assert (row["committed"], row["end"], row["program"]) == (3, 3, "")
        commit(topics, "careless", "other", 4)  # there is no such offset
        row = probe.look().row(group, "other")
        assert (row["committed"], row["end"]) == (4, 3)
    opened.abort_transaction(30)


def test_retention_that_passed_and_a_topic_made_anew_show_in_the_offsets(topics, log, probe):
    topics.create(FEED, 1)
    stamps = [now_ms() - age for age in (9000, 8000, 7000, 6000)]
    produced(topics, FEED, stamps)
    commit(topics, "intake", FEED, 1)
    assert probe.look().row("intake", FEED)["head_ms"] == stamps[1]
    for future in topics.admin.delete_records([TopicPartition(topics.name(FEED), 0, 3)]).values():
        future.result(30)
    row = probe.look().row("intake", FEED)
    assert (row["committed"], row["low"], row["end"], row["head_ms"]) == (1, 3, 4, stamps[3])
    topics.forget_clients()  # as Topics.make_anew does it, but that the probe sees it gone
    topics.delete(FEED)
    wait_until(lambda: (FEED, 0) not in probe.look().rows("intake"), 60, "the topic to be gone")
    topics.forget_clients()
    topics.create(FEED, 1)
    stamp = now_ms() - 5000
    produced(topics, FEED, [stamp])
    commit(topics, "intake", FEED, 7)  # as it stood in the old one
    row = wait_until(lambda: (row := probe.look().rows("intake").get((FEED, 0))) and row["end"] == 1 and row, 60, "the new topic")
    assert (row["committed"], row["head_ms"]) == (7, UNKNOWN)
    commit(topics, "intake", FEED, 0)
    assert probe.look().row("intake", FEED)["head_ms"] == stamp


def test_a_topic_made_anew_between_two_looks_is_not_taken_for_the_old_one(topics, log, probe):
    topics.create(FEED, 1)
    produced(topics, FEED, [1_700_000_000_000 + number for number in range(4)])
    commit(topics, "intake", FEED, 1)
    assert probe.look().row("intake", FEED)["head_ms"] == 1_700_000_000_001
    topics.make_anew(FEED)
    produced(topics, FEED, [1_710_000_000_000, 1_710_000_000_001])
    commit(topics, "intake", FEED, 1)
    row = wait_until(lambda: (row := probe.look().rows("intake").get((FEED, 0))) and row["end"] == 2 and row, 60, "the new topic")
    assert (row["committed"], row["head_ms"]) == (1, 1_710_000_000_001)


def test_a_compacted_head_is_the_next_record_that_is_there(topics, log, probe):
    topics.create(FEED, 1, cleanup_policy="compact", segment_ms="100", min_cleanable_dirty_ratio="0.01", min_compaction_lag_ms="0",
                  delete_retention_ms="100")
    stamps = [now_ms() - age for age in (90_000, 80_000, 70_000)]
    produced(topics, FEED, stamps)

    def first_offset() -> int:
        return topics.read(FEED)[0].offset

    def compacted() -> bool:
        produced(topics, FEED, [now_ms()])  # rolls the segment
        return first_offset() > 2

    wait_until(compacted, 240, "the cleaner", every=1)
    first = topics.read(FEED)[0]
    row = probe.look().row("intake", FEED)
    assert row["low"] == 0 and stamps[0] < row["head_ms"] and row["head_ms"] >= first.timestamp_ms
    assert row["retention_ms"] == UNKNOWN


# Members, states, settings

def test_says_who_has_a_partition(servers, topics, log, database):
    topics.create("other", 3)
    produced(topics, "other", [now_ms()] * 3, partition=2)
    group = f"{topics.prefix}club"
    commit(topics, "club", "other", 1, partition=2)
    settings = {"bootstrap.servers": servers.brokers, "group.id": group, "enable.auto.commit": False,
                "partition.assignment.strategy": "range"}
    members = [Consumer(settings | {"client.id": f"member-{number}"}) for number in range(2)]
    with Probe(servers, topics.prefix, group, database=database.name) as probe:
        row = probe.look().row(group, "other", 2)
        assert (row["ownership"], row["owner"]) == (NOT_OWNED, "")
        assert set(probe.look().rows(group)) == {("other", 2)}, "of another's group only what it has committed"
        for member in members:
            member.subscribe([topics.name("other")])

        def owned() -> dict | None:
            for member in members:
                member.poll(0.1)
            row = probe.look().row(group, "other", 2)
            return row if row["ownership"] == OWNED and all(member.assignment() for member in members) else None

        row = wait_until(owned, 60, "both to have partitions")
        assert row["owner"] in ("member-0@127.0.0.1", "member-1@127.0.0.1")
        for member in members:
            member.close()
        wait_until(lambda: probe.look().row(group, "other", 2)["ownership"] == NOT_OWNED, 60, "nobody to have it")


def test_what_intake_holds_is_lost_and_what_the_matcher_refuses_says_why(topics, log, database, probe):
    topics.create(FEED, 1)
    produced(topics, FEED, [now_ms()] * 40)
    commit(topics, "intake", FEED, 10, note="key=1:abcdef0123456789;by=0123456789abcdef;lost=10-29;")
    database.execute("""insert into onecase.consumer_offsets (topic, partition, next_offset, epoch, owner, state, state_since, state_reason)
        values (%s, 2, 5, 1, 'somebody', 'REFUSING', now() - interval '1 hour', '100 records in a row: check failed')""",
                     [topics.name("onecase.report")])
    look = probe.look()
    row = look.row("intake", FEED)
    assert (row["state"], row["reason"]) == (LOST, "20 offsets, 10 to 29, are gone (retention)")
    assert (row["committed"], row["state_since_ms"], row["needs_database"]) == (10, UNKNOWN, 0)
    row = look.row("matcher", "onecase.report", 2)
    assert (row["state"], row["reason"]) == (REFUSING, "100 records in a row: check failed")
    assert abs(now_ms() - 3_600_000 - row["state_since_ms"]) < 60_000
    assert look.row("matcher", "onecase.report", 1)["state"] == RUNNING


def test_retention_is_of_the_topic_as_it_is_set(topics, log, probe):
    topics.create(FEED, 1, retention_ms="86400000")
    topics.create("fire.incident", 1, retention_ms="-1")
    probe.look()  # settings are asked last
    look = probe.look()
    assert look.row("intake", FEED)["retention_ms"] == 86_400_000
    assert look.row("intake", "fire.incident")["retention_ms"] == UNKNOWN


def test_history_and_released_letters_are_intakes_and_a_topic_of_nobody_is_not(topics, log, probe):
    for name in (FEED, f"{FEED}.backfill", "onecase.redrive", "of.nobody"):
        topics.create(name, 1)
    look = probe.look()
    assert set(look.rows("intake")) == {(FEED, 0), (f"{FEED}.backfill", 0), ("onecase.redrive", 0)}
    assert look["topics"] == {topics.name(FEED): "GRID"}, "history that waits makes no source old"


def test_history_gives_way_while_something_live_waits_or_the_matcher_has_much_to_do(topics, log, probe):
    for name in (FEED, f"{FEED}.backfill", "onecase.redrive"):
        topics.create(name, 1)
        produced(topics, name, [now_ms()] * 2)

    def guests() -> list[int]:
        look = probe.look()
        assert look.row("intake", FEED)["gives_way"] == 0
        return [look.row("intake", name)["gives_way"] for name in (f"{FEED}.backfill", "onecase.redrive")]

    assert guests() == [1, 1]
    commit(topics, "intake", FEED, 2)
    assert guests() == [0, 0]
    commit(topics, "intake", FEED, 1, note="lost=1-1;")  # held: it is waited for by nobody
    assert guests() == [0, 0]
    for number in range(999):
        log.report(f"B{number}")
    log.send()
    assert guests() == [0, 0]
    log.report("B999")
    log.send()
    assert guests() == [1, 1]


# The relay

def outbox_row(database: Database, offset: int, n: int = 0, partition: int = 1, age_s: int = 0) -> None:
    database.execute("""insert into onecase.outbox (report_partition, report_offset, n, kind, region, payload, stream_time, written_at)
        values (%s, %s, %s, 'case.opened', '9901', '{}', now() - interval '3 hours', now() - make_interval(secs => %s))""",
                     [partition, offset, n, age_s])


def test_the_relay_is_behind_by_rows_and_commands_since_they_were_written(topics, log, database, probe):
    for offset, n, age in ((5, 0, 50), (5, 1, 40), (9, 0, 30)):
        outbox_row(database, offset, n, age_s=age)
    row = probe.look().row("relay", "onecase.outbox", 1)
    assert (row["committed"], row["low"], waiting(row), row["ownership"]) == (0, 0, 3, NOT_OWNED)
    assert abs(row["at_ms"] - 50_000 - row["head_ms"]) < 20_000, "not by the log's time: the matcher may have been away for hours"
    database.execute("insert into onecase.relay_positions (partition, report_offset, n) values (1, 5, 0)")
    database.execute("""insert into onecase.commands (id, seq, report_partition, kind, args, actor, submitted_at)
        values ('c1', 1, 1, 'dlq.park', '{}', 'nobody', now() - interval '100 seconds')""")
    row = probe.look().row("relay", "onecase.outbox", 1)
    assert (row["committed"], waiting(row)) == (6, 3)
    assert abs(row["at_ms"] - 100_000 - row["head_ms"]) < 20_000
    assert abs(row["progress_ms"] - row["at_ms"]) < 60_000
    # The lock, as relay_store.c takes it.
    with database.connect(application_name="onecase-relay") as relay:
        relay.execute("select pg_advisory_lock(hashtextextended('onecase.relay ' || %s, 0))", [topics.name("onecase.case")])
        row = probe.look().row("relay", "onecase.outbox", 1)
        assert row["ownership"] == OWNED and row["owner"].startswith("onecase-relay, backend ")


# Freshness

def stored(database: Database, number: int, *, source: str = "GRID", recorded_s: float | None = 10, received_s: float = 4,
           written_s: float = 1, flags: list[str] | None = None, backfill: bool = False, reported_s: float | None = None) -> None:
    """A report whose times lie so many seconds in the past."""
    database.execute("""insert into onecase.reports (region, report_id, source, record_no, kind, recorded_at, reported_at, received_at,
            written_at, time_flags, backfill, topic, partition, kafka_offset, report_partition, report_offset)
        values ('9901', %s, %s, %s, 'report', now() - make_interval(secs => %s), now() - make_interval(secs => %s),
            now() - make_interval(secs => %s), now() - make_interval(secs => %s), %s, %s, 'grid.event', 0, %s, 1, %s)""",
                     [number, source, f"{source}-{number}", recorded_s, reported_s, received_s, written_s, flags, backfill, number, number])


def test_freshness_is_from_the_departments_own_time_to_the_row(topics, log, database, probe):
    database.execute("select onecase.make_partitions(now() - interval '40 days')")
    database.execute("select onecase.make_partitions(now())")
    database.execute("insert into onecase.region_counters (region, report_partition) values ('9901', 1)")
    for number in range(1, 101):
        stored(database, number, recorded_s=10 + number, received_s=9, written_s=8)
    stored(database, 200, source="H12345", recorded_s=None, reported_s=300, received_s=100, written_s=99)
    stored(database, 201, source="H12345", recorded_s=500_000, received_s=3, written_s=2, flags=["time_suspect"])
    stored(database, 202, source="H12345", recorded_s=500_000, received_s=3, written_s=2, backfill=True)
    stored(database, 203, source="H12345", recorded_s=-600, received_s=3, written_s=2)  # told later, by a revision
    stored(database, 204, source="FIRE119", recorded_s=-5, received_s=3, written_s=2)   # a clock that is a little ahead
    stored(database, 205, source="MKT12315", recorded_s=None, received_s=3, written_s=2)
    look = probe.look()
    assert look["database_up"], look["database_fault"]
    found = {source.pop("source"): source for source in look["sources"]}
    assert set(found) == {"GRID", "H12345", "FIRE119"}
    grid = found["GRID"]
    assert grid["count"] == 100 and grid["p50_s"] == pytest.approx(52.5, abs=0.1) and grid["p99_s"] == pytest.approx(101, abs=0.2)
    assert (grid["sent_p50_s"], grid["stored_p50_s"]) == (pytest.approx(51.5, abs=0.1), pytest.approx(1, abs=0.1))
    assert (found["H12345"]["count"], found["H12345"]["p50_s"]) == (1, pytest.approx(201, abs=0.1))
    assert found["H12345"]["newest_s"] == pytest.approx(201, abs=0.1)
    assert abs(found["H12345"]["newest_ms"] - (look["at_ms"] - 99_000)) < 20_000
    assert found["FIRE119"]["p50_s"] == 0 or found["FIRE119"]["p50_s"] == pytest.approx(0, abs=0.1)


def test_the_newest_200_count_or_the_last_quarter_of_an_hour_when_they_are_more(topics, log, database, probe):
    database.execute("select onecase.make_partitions(now() - interval '40 days')")
    database.execute("insert into onecase.region_counters (region, report_partition) values ('9901', 1)")
    database.execute("""insert into onecase.consumer_offsets (topic, partition, next_offset, epoch, owner, stream_time)
        values (%s, 1, 5, 1, 'somebody', now())""", [topics.name("onecase.report")])
    database.execute("""insert into onecase.reports (region, report_id, source, record_no, kind, recorded_at, received_at, written_at,
            topic, partition, kafka_offset, report_partition, report_offset)
        select '9901', n, source, source || n, 'report', at - interval '7 seconds', at, at, 'grid.event', 0, n, 1, n
          from (select n, case when n % 2 = 0 then 'GRID' else 'FIRE119' end as source,
                       now() - case when n % 2 = 0 then interval '1 minute' else interval '20 days' end as at
                  from generate_series(1, 1000) as n) as made""")
    found = {source["source"]: source["count"] for source in probe.look()["sources"]}
    assert found == {"GRID": 500, "FIRE119": 200}


def test_a_report_that_the_matcher_stores_has_its_time(topics, log, database, start_service, probe):
    start_service("matcher").wait_for_log("event=claimed")
    log.report("A1", **{"recorded_at": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(time.time() - 30))})
    log.send()
    wait_until_stored(database, log)
    found = probe.look()["sources"]
    assert len(found) == 1 and 29 < found[0]["newest_s"] < 90 and found[0]["stored_p50_s"] < 30


# Trouble

def matcher_at(database: Database, topics: Topics, partition: int, offset: int) -> None:
    database.execute("""insert into onecase.consumer_offsets (topic, partition, next_offset, epoch, owner) values (%s, %s, %s, 1, 'somebody')
        on conflict (topic, partition) do update set next_offset = excluded.next_offset""",
                     [topics.name("onecase.report"), partition, offset])


def test_kafkas_copy_that_is_a_batch_behind_is_no_step_back(topics, log, database, servers, probe):
    for number in range(6):
        log.report(f"A{number}")
    partition = log.send()[0][0]
    matcher_at(database, topics, partition, 5)
    commit(topics, "matcher", "onecase.report", 3, partition=partition)
    assert probe.look().row("matcher", "onecase.report", partition)["committed"] == 5
    servers.stop_postgresql()
    try:
        row = probe.look().row("matcher", "onecase.report", partition)
        assert (row["committed"], row["source_of_offset"]) == (5, "kafka")
        commit(topics, "matcher", "onecase.report", 6, partition=partition)
        assert probe.look().row("matcher", "onecase.report", partition)["committed"] == 6
    finally:
        servers.start_postgresql()
    assert probe.look().row("matcher", "onecase.report", partition)["committed"] == 5


def test_a_question_that_takes_too_long_is_no_lost_database(servers, topics, log, database):
    matcher_at(database, topics, 1, 0)
    outbox_row(database, 5)
    with Probe(servers, topics.prefix, database=database.name, limit_ms=8000) as probe, database.connect() as rival:
        assert waiting(probe.look().row("relay", "onecase.outbox", 1)) == 1
        with rival.transaction():
            rival.execute("lock table onecase.outbox in access exclusive mode")
            look = probe.look()
        assert look["database_up"] and "timeout" in look["database_fault"], look["database_fault"]
        assert look.row("matcher", "onecase.report", 1)["committed"] == 0
        row = look.row("relay", "onecase.outbox", 1)
        assert (row["committed"], row["end"], row["ownership"], row["database_down_since_ms"]) == (UNKNOWN, UNKNOWN, NOT_OWNED, UNKNOWN)
        assert look["took_ms"] < 60_000
        assert waiting(probe.look().row("relay", "onecase.outbox", 1)) == 1


def test_says_that_kafka_does_not_answer_and_goes_on_when_it_does(servers, topics, log, database):
    topics.create(FEED, 1)
    produced(topics, FEED, [now_ms()])
    with Probe(servers, topics.prefix, database=database.name, limit_ms=8000) as probe:
        assert probe.look()["kafka_up"]
        servers.stop_kafka()
        try:
            look = probe.look()
            assert not look["kafka_up"] and servers.brokers in look["kafka_fault"] and look["rows"] == []
            assert look["database_up"] and look["took_ms"] < 60_000
        finally:
            servers.start_kafka()
        # It answers before each partition is led again.
        wait_until(lambda: (row := probe.look().rows("intake").get((FEED, 0))) and waiting(row) == 1, 60, "Kafka to answer again")


def test_a_broker_that_dies_takes_only_its_own_partitions_with_it() -> None:
    """One copy of each partition, on three brokers: what the dead one led is not known, the others are told."""
    three = LocalServers(brokers=3)
    try:
        three.start()
        deploy_schema(three, "onecase_three")
        space = Topics(three)
        space.admin.create_topics([NewTopic(space.name(FEED), 3, replica_assignment=[[1], [2], [3]])])[space.name(FEED)].result(60)
        stamp = now_ms()
        for partition in range(3):
            produced(space, FEED, [stamp], partition=partition)
        with Probe(three, space.prefix, database="onecase_three", limit_ms=10_000) as probe:
            wait_until(lambda: len([row for row in probe.look().rows("intake").values() if row["head_ms"] == stamp]) == 3, 60, "all three")
            os.kill(int((three.data / "run" / "kafka-2.pid").read_text().split()[0]), signal.SIGKILL)

            def others() -> bool:
                look = probe.look()
                rows = look.rows("intake")
                return look["kafka_up"] and all((row["head_ms"] == stamp) == (partition != 1)
                                                for (_, partition), row in rows.items()) and len(rows) == 3 and look

            wait_until(others, 120, "the others to be told")
            wait_until(lambda: space.admin.list_topics(timeout=30).topics[space.name(FEED)].partitions[1].leader == -1, 60, "nobody to lead")
            wait_until(others, 120, "what has moved to be asked elsewhere")
            look = wait_until(others, 60, "the others to be told once more")
            assert look["took_ms"] < 10_000, "nobody waits for a leader that is not there"
            row = look.row("intake", FEED, 1)
            assert (row["low"], row["end"], row["head_ms"]) == (UNKNOWN, UNKNOWN, UNKNOWN)
    finally:
        three.stop()
