"""History (T.backfill) is a guest: read with the live topic's mapping, only while nothing live waits and the matcher keeps up."""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from harness import LocalServers, Record, Service, Topics, wait_until
from harness_intake import REPORT, Feed, feed_record, ids, origins, wait_committed, wait_reports

LAG_MAX = 1000
IN_FLIGHT = 100


@pytest.fixture
def feed(topics: Topics, tmp_path: Path, key_file: Path, start_service: Callable[..., Service]) -> Feed:
    return Feed(topics, tmp_path, key_file, start_service)


def start(feed: Feed, *more: str) -> Service:
    return feed.start("--set", f"matcher_group={feed.topics.prefix}matcher", "--set", "topics_interval_ms=300",
                      "--set", f"in_flight_max={IN_FLIGHT}", *more)


class Matcher:
    """What intake sees of a matcher: the offsets that its group commits on onecase.report."""

    def __init__(self, topics: Topics) -> None:
        self.topics = topics
        self.consumer = Consumer({"bootstrap.servers": topics.servers.brokers, "group.id": f"{topics.prefix}matcher"})

    def catch_up(self) -> int:
        """How many records that makes."""
        ends = [TopicPartition(self.topics.name(REPORT), p, end) for p, end in self.topics.ends(REPORT).items()]
        self.consumer.commit(offsets=ends, asynchronous=False)
        return sum(place.offset for place in ends)

    @contextmanager
    def keeping_up(self) -> Iterator[None]:
        ended = threading.Event()

        def run() -> None:
            while not ended.wait(0.05):
                self.catch_up()

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()


@pytest.fixture
def matcher(topics: Topics) -> Iterator[Matcher]:
    made = Matcher(topics)
    yield made
    made.consumer.close()


def said(service: Service) -> list[str]:
    """waits, goes_on, done, in order."""
    return [line.split("event=backfill_")[1].split()[0] for line in service.lines("event=backfill_")]


def reported(topics: Topics) -> int:
    return sum(topics.ends(REPORT).values())


def is_history(record: Record) -> bool:
    return record.headers["oc-backfill"] == "true"


def test_history_is_read_with_the_mapping_of_its_topic(feed: Feed) -> None:
    topics = feed.topics
    feed.create(partitions=1)
    topics.create("feed.backfill", 1)
    live = topics.produce("feed", [("k", feed_record(1))])
    old = topics.produce("feed.backfill", [("k", feed_record(i, kind="drill" if i == 4 else "report")) for i in range(2, 8)])
    service = start(feed)
    records = wait_reports(topics, 7)
    wait_committed(service, topics, "feed.backfill")
    history = [record for record in records if is_history(record)]
    assert ids(history) == origins(topics, "feed.backfill", old), "in the order of the file"
    assert ids([r for r in records if not is_history(r)]) == origins(topics, "feed", live)
    assert {r.headers["oc-mapping"] for r in records} == {records[0].headers["oc-mapping"]}
    assert {r.headers["ce_source"] for r in records} == {"TEST"}
    assert [json.loads(r.value).get("record_no") for r in history if r.headers["ce_type"] == "onecase.report"] == \
        ["N000002", "N000003", "N000005", "N000006", "N000007"]
    service.wait_for_log("event=backfill_done")


def test_a_backfill_topic_that_appears_later_is_noticed(feed: Feed) -> None:
    topics = feed.topics
    feed.create(partitions=1)
    service = start(feed)
    service.wait_for_log("event=assigned partitions=1")
    assert service.lines("event=topic_missing") == [], "nobody has to have a history"
    topics.create("feed.backfill", 2)
    service.wait_for_log(r"event=topic_found topic=\S+feed\.backfill mapping=feed backfill=true")
    service.wait_for_log("event=assigned partitions=3")
    places = topics.produce("feed.backfill", [(str(i), feed_record(i)) for i in range(20)])
    records = wait_reports(topics, 20)
    assert set(ids(records)) == set(origins(topics, "feed.backfill", places))
    assert all(map(is_history, records))


def test_it_waits_for_a_matcher_that_is_behind(feed: Feed, matcher: Matcher) -> None:
    topics = feed.topics
    feed.create(partitions=1)
    topics.create("feed.backfill", 1)
    live = LAG_MAX + 200
    topics.produce("feed", [("k", feed_record(i)) for i in range(live)])
    service = start(feed)
    wait_reports(topics, live)
    topics.produce("feed.backfill", [("k", feed_record(i)) for i in range(5000, 5300)], 0, together=True)
    line = service.wait_for_log("event=backfill_waits")
    # What is said is what the look found behind which it has waited for 2 s: one that Kafka did not answer in time knows less.
    assert f"pending=300 reason=\"the matcher is {live} records behind, {LAG_MAX} are too many\"" in line or \
        "reason=\"Kafka does not say how far the matcher is\"" in line
    time.sleep(3)
    assert not any(map(is_history, topics.read(REPORT)))
    assert all(one != other for one, other in itertools.pairwise(said(service))), "said once"
    topics.produce("feed", [("k", feed_record(i)) for i in range(live, live + 50)])
    wait_reports(topics, live + 50)
    assert not any(map(is_history, topics.read(REPORT))), "live records go on meanwhile"
    matcher.catch_up()
    service.wait_for_log("event=backfill_goes_on pending=300")
    records = wait_reports(topics, live + 350)
    assert sum(map(is_history, records)) == 300
    service.wait_for_log("event=backfill_done")
    wait_committed(service, topics, "feed.backfill")


def test_it_never_runs_far_ahead_of_the_matcher(feed: Feed, matcher: Matcher) -> None:
    """The room of a look is what the matcher may be behind, so a live report never queues behind more than that."""
    topics = feed.topics
    feed.create(partitions=1)
    topics.create("feed.backfill", 1)
    total = 6000
    topics.produce("feed.backfill", [("k", feed_record(i)) for i in range(total)])
    service = start(feed)
    done = 0
    for round_number in (1, 2):
        # Of a broker that does not answer for a while, too, it says that it waits: the records tell what for.
        wait_until(lambda since=done: reported(topics) - since >= LAG_MAX, 60, f"the room to be used up {round_number} times")
        wait_until(lambda: said(service)[-1:] == ["waits"], 60, "it to wait")
        assert LAG_MAX <= reported(topics) - done <= LAG_MAX + 2 * IN_FLIGHT
        done = matcher.catch_up()
        service.wait_for_log("event=backfill_goes_on", count=round_number + 1)
    with matcher.keeping_up():
        records = wait_reports(topics, total)
    assert Counter(ids(records)) == Counter(f"{topics.name('feed.backfill')}/0/{i}#0" for i in range(total))


def test_live_records_come_first(feed: Feed, matcher: Matcher) -> None:
    topics = feed.topics
    feed.create(partitions=2)
    topics.create("feed.backfill", 2)
    topics.produce("feed.backfill", [(str(i), feed_record(i)) for i in range(400)])
    live = 6000
    topics.produce("feed", [(str(i), feed_record(i)) for i in range(1000, 1000 + live)])
    with matcher.keeping_up():
        # Slowly, so that the matcher is never behind, and little read ahead, so that history could come in between.
        start(feed, "--set", "in_flight_max=10", "--set", "queue_kbytes=64")
        records = wait_reports(topics, live + 400)
    assert sum(map(is_history, records)) == 400
    last_live = max(r.timestamp_ms for r in records if not is_history(r))
    first_old = min(r.timestamp_ms for r in records if is_history(r))
    assert last_live <= first_old


def test_a_trickle_of_live_records_does_not_starve_it(feed: Feed, matcher: Matcher) -> None:
    """Live records that are read as they come leave no lag."""
    topics = feed.topics
    feed.create(partitions=1)
    topics.create("feed.backfill", 1)
    topics.produce("feed.backfill", [("k", feed_record(i)) for i in range(2000)])
    ended = threading.Event()
    sent: list[tuple[int, int]] = []

    def trickle() -> None:
        while not ended.wait(0.02):
            sent.extend(topics.produce("feed", [("k", feed_record(9000))]))

    sender = threading.Thread(target=trickle)
    sender.start()
    try:
        with matcher.keeping_up():
            service = start(feed)
            service.wait_for_log("event=backfill_done", limit=180)
    finally:
        ended.set()
        sender.join()
    wait_committed(service, topics, "feed.backfill")
    wait_committed(service, topics, "feed")
    counts = Counter(is_history(record) for record in topics.read(REPORT))
    assert counts == {True: 2000, False: len(sent)}


def test_markers_at_the_end_of_a_live_topic_are_no_lag(feed: Feed, servers: LocalServers) -> None:
    """The marker of a transaction takes an offset that no record ever reaches."""
    topics = feed.topics
    feed.create(partitions=1)
    topics.create("feed.backfill", 1)
    producer = Producer({"bootstrap.servers": servers.brokers, "transactional.id": topics.name("tx")})
    producer.init_transactions(30)
    producer.begin_transaction()
    producer.produce(topics.name("feed"), feed_record(1), partition=0)
    producer.commit_transaction(30)
    topics.await_markers("feed")
    topics.produce("feed.backfill", [("k", feed_record(i)) for i in range(2, 12)])
    start(feed)
    records = wait_reports(topics, 11)
    assert sum(map(is_history, records)) == 10


def test_kill_9_loses_nothing_of_it(feed: Feed, matcher: Matcher) -> None:
    topics = feed.topics
    feed.create(partitions=2)
    topics.create("feed.backfill", 2)
    old = topics.produce("feed.backfill", [(str(i), feed_record(i) if i % 40 else b"broken") for i in range(6000)])
    live: list[tuple[int, int]] = []
    with matcher.keeping_up():
        service = start(feed, "--set", "commit_interval_ms=60000")  # its first life commits nothing: all of that comes again
        for number in (1, 2, 3):
            wait_until(lambda at=number * 1200: reported(topics) >= at, 60, "some more records", every=0.02)
            service.kill()
            service.arguments = [word.replace("=60000", "=3000") for word in service.arguments]
            live += topics.produce("feed", [(str(i), feed_record(i)) for i in range(number * 10000, number * 10000 + 50)])
            service.start()
        wait_committed(service, topics, "feed.backfill", limit=120)
        wait_committed(service, topics, "feed")
    service.stop()
    records = topics.read(REPORT)
    wanted = set(origins(topics, "feed.backfill", old)) | set(origins(topics, "feed", live))
    assert set(ids(records)) == wanted
    assert len(records) > len(wanted), "the kills came too late to prove anything"
    by_id: dict[str, set[tuple]] = {}
    for record in records:
        by_id.setdefault(record.headers["ce_id"], set()).add(
            (record.key, record.value, record.headers["oc-skipped"], record.headers["oc-backfill"]))
    assert all(len(same) == 1 for same in by_id.values()), "a repeated record is the same record"
    for partition in (0, 1):
        ours = {ce_id: same for ce_id, same in by_id.items() if f"feed.backfill/{partition}/" in ce_id}
        assert sum(1 + int(next(iter(same))[2]) for same in ours.values()) == topics.ends("feed.backfill")[partition]


def test_a_real_matcher_holds_it_back_and_lets_it_go(feed: Feed, project_topics: Topics,
                                                     start_service: Callable[..., Service]) -> None:
    """The matcher is not started: what it has not read counts, though its group never committed anything."""
    topics = project_topics
    topics.create("feed", 1)
    topics.create("feed.backfill", 1)
    live = LAG_MAX + 100
    topics.produce("feed", [("k", feed_record(i, title=f"合成 {i}")) for i in range(live)])
    topics.produce("feed.backfill", [("k", feed_record(i, title=f"合成 {i}")) for i in range(10000, 10100)])
    intake = start(feed)
    intake.wait_for_log("event=backfill_waits", limit=60)
    assert not any(map(is_history, topics.read(REPORT)))
    start_service("matcher")
    intake.wait_for_log("event=backfill_goes_on", limit=120)
    records = wait_reports(topics, live + 100, limit=120)
    assert sum(map(is_history, records)) == 100
