"""Which topics intake reads: patterns, names that are stronger, what no pattern may take, and what two mappings claim."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from harness import Service, Topics, wait_until
from harness_intake import FEED, REPORT, VAULT, Feed, feed_record, ids, origins, run_intake, wait_committed, wait_reports

QUICK = ("--set", "topics_interval_ms=300")


@pytest.fixture
def feed(topics: Topics, tmp_path: Path, key_file: Path, start_service: Callable[..., Service]) -> Feed:
    made = Feed(topics, tmp_path, key_file, start_service)
    (made.sources / "feed.cfg").unlink()
    return made


def pattern_feed(source: str, pattern: str) -> str:
    """pattern as it stands in the file: a backslash is written twice."""
    return FEED.replace('topics = ["%s"]', f'topic_pattern = "{pattern}"').replace('"TEST"', f'"{source}"')


def named_feed(source: str, topic: str) -> str:
    return FEED.replace('"TEST"', f'"{source}"') % topic


def sources_by_topic(topics: Topics, count: int) -> dict[str, str]:
    records = wait_reports(topics, count)
    return {r.headers["ce_id"].split("/")[0].removeprefix(topics.prefix): r.headers["ce_source"] for r in records}


def test_a_pattern_reads_what_is_there_and_what_appears(feed: Feed) -> None:
    topics = feed.topics
    feed.create()
    feed.write("grid.cfg", pattern_feed("GRID", r"grid\\.event\\.[0-9]{6}"))
    for name in ("grid.event.990101", "grid.event.9901011", "xgrid.event.990101", "gridxevent.990101", "grid.event.99010"):
        topics.create(name, 1)
        topics.produce(name, [("k", feed_record(1))])
    service = feed.start(*QUICK)
    service.wait_for_log(r"event=topic_found topic=\S+grid\.event\.990101 mapping=grid backfill=false")
    assert sources_by_topic(topics, 1) == {"grid.event.990101": "GRID"}
    topics.create("grid.event.990203", 2)
    places = topics.produce("grid.event.990203", [(str(i), feed_record(i)) for i in range(50)])
    service.wait_for_log("event=assigned partitions=3")
    records = wait_reports(topics, 51)
    assert set(origins(topics, "grid.event.990203", places)) < set(ids(records))
    wait_committed(service, topics, "grid.event.990203")
    service.stop()
    assert len(topics.read(REPORT)) == 51, "whole names alone fit"


def test_records_in_flight_survive_a_topic_that_appears(feed: Feed) -> None:
    """The group is divided anew in mid load: nothing is lost, and a clean hand-over repeats nothing."""
    topics = feed.topics
    feed.create()
    feed.write("grid.cfg", pattern_feed("GRID", "grid\\\\..*"))
    topics.create("grid.a", 3)
    places = origins(topics, "grid.a", topics.produce("grid.a", [(str(i), feed_record(i)) for i in range(6000)]))
    service = feed.start(*QUICK, "--set", "in_flight_max=50")
    for number, name in enumerate(("grid.b", "grid.c"), start=1):
        wait_until(lambda at=number * 1000: sum(topics.ends(REPORT).values()) >= at, 60, "some records", every=0.02)
        topics.create(name, 2)
        places += origins(topics, name, topics.produce(name, [(str(i), feed_record(i)) for i in range(500)]))
    records = wait_reports(topics, len(places))
    for name in ("grid.a", "grid.b", "grid.c"):
        wait_committed(service, topics, name)
    records = topics.read(REPORT)
    assert sorted(ids(records)) == sorted(places)


def test_no_pattern_takes_our_own_topics_or_history_as_live(feed: Feed) -> None:
    topics = feed.topics
    feed.create()
    feed.write("all.cfg", pattern_feed("ALL", "(onecase\\\\.own|other|orphan)(\\\\.backfill)?"))
    for number, name in enumerate(("onecase.own", "other", "other.backfill", "orphan.backfill"), start=1):
        topics.create(name, 1)
        topics.produce(name, [("k", feed_record(number))])
    service = feed.start(*QUICK)
    # other, other.backfill and orphan.backfill: the topic of an orphan does not exist, but its name would fit.
    service.wait_for_log("event=assigned partitions=3")
    wait_reports(topics, 3)
    time.sleep(2)
    records = topics.read(REPORT)
    assert {(json.loads(r.value)["record_no"], r.headers["oc-backfill"]) for r in records} == \
        {("N000002", "false"), ("N000003", "true"), ("N000004", "true")}
    assert not any("onecase" in line for line in service.lines("event=topic_found"))


def test_what_can_be_known_beforehand_is_refused_at_once(feed: Feed) -> None:
    """Two names, a name and a pattern, or our own topics: no need to wait for a topic to appear."""
    feed.write("all.cfg", pattern_feed("ALL", "grid\\\\..*"))
    feed.write("one.cfg", named_feed("ONE", "grid.one"))
    feed.write("own.cfg", pattern_feed("OWN", ".*\\\\.report"))
    done = run_intake("--check", *feed.arguments())
    assert done.returncode == 2
    assert "one.cfg:2: topic \"grid.one\" is also matched by the topic_pattern of " in done.stderr
    assert "own.cfg:2: \"topic_pattern\" also matches \"onecase.report\", a topic of onecase itself" in done.stderr


def test_a_topic_that_two_mappings_claim_waits(feed: Feed) -> None:
    """It is refused, once and clearly, instead of guessed; when one of them gives way it is read from its beginning."""
    topics = feed.topics
    feed.create()
    feed.write("a.cfg", pattern_feed("A", "grid\\\\..*"))
    feed.write("b.cfg", pattern_feed("B", ".*\\\\.event"))
    for name in ("grid.event", "grid.note", "road.event", "grid.event.backfill"):
        topics.create(name, 1)
        topics.produce(name, [("k", feed_record(1)), ("k", feed_record(2))])
    service = feed.start(*QUICK)
    line = service.wait_for_log(r"event=topic_refused topic=\S+grid\.event ")
    assert "mapping=a other_mapping=b" in line
    assert sources_by_topic(topics, 4) == {"grid.note": "A", "road.event": "B"}
    time.sleep(2)
    assert len(service.lines(r"event=topic_refused topic=\S+grid\.event ")) == 1
    assert set(topics.committed(f"{topics.prefix}intake", "grid.event").values()) == {-1001}
    assert len(topics.read(REPORT)) == 4
    feed.write("b.cfg", pattern_feed("B", "road\\\\.event"))
    service.signal(signal.SIGHUP)
    assert sources_by_topic(topics, 8) == {"grid.note": "A", "road.event": "B", "grid.event": "A", "grid.event.backfill": "A"}


def test_a_claim_that_arises_by_a_reload_stops_the_topic(feed: Feed) -> None:
    topics = feed.topics
    feed.create()
    feed.write("a.cfg", pattern_feed("A", "grid\\\\..*"))
    topics.create("grid.event", 1)
    topics.create("grid.note", 1)
    topics.produce("grid.event", [("k", feed_record(1))])
    service = feed.start(*QUICK)
    wait_reports(topics, 1)
    feed.write("b.cfg", pattern_feed("B", ".*\\\\.event"))
    service.signal(signal.SIGHUP)
    service.wait_for_log(r"event=topic_refused topic=\S+grid\.event ")
    topics.produce("grid.event", [("k", feed_record(2))])
    topics.produce("grid.note", [("k", feed_record(3))])
    wait_reports(topics, 2)
    time.sleep(1)
    assert [json.loads(r.value)["record_no"] for r in topics.read(REPORT)] == ["N000001", "N000003"]
    (feed.sources / "b.cfg").unlink()
    service.signal(signal.SIGHUP)
    records = wait_reports(topics, 3)
    assert [json.loads(r.value)["record_no"] for r in records] == ["N000001", "N000003", "N000002"]


def test_nothing_to_read_yet(feed: Feed) -> None:
    """A pattern that no topic fits is no fault: intake waits."""
    topics = feed.topics
    topics.create(REPORT, 24)
    topics.create(VAULT, 1)
    feed.write("grid.cfg", pattern_feed("GRID", "grid\\\\..*"))
    service = feed.start(*QUICK)
    service.wait_for_log("event=started")
    time.sleep(1)
    assert service.running
    topics.create("grid.late", 1)
    topics.produce("grid.late", [("k", feed_record(1))])
    assert sources_by_topic(topics, 1) == {"grid.late": "GRID"}


def test_a_topic_that_is_deleted_is_missed(feed: Feed) -> None:
    topics = feed.topics
    feed.create()
    feed.write("grid.cfg", named_feed("GRID", "grid.gone"))
    topics.create("grid.gone", 1)
    service = feed.start(*QUICK)
    service.wait_for_log("event=assigned partitions=1")
    assert service.lines("event=topic_missing") == []
    topics.forget_clients()
    topics.delete("grid.gone")
    service.wait_for_log(rf"event=topic_missing topic={topics.name('grid.gone')}")
    topics.forget_clients()  # librdkafka 2.6 of the test client may fall over a topic that it has known before
    topics.create("grid.gone", 1)
    service.wait_for_log("event=topics_present")
    topics.produce("grid.gone", [("k", feed_record(1))])
    assert sources_by_topic(topics, 1) == {"grid.gone": "GRID"}


def test_names_that_no_feed_may_have_are_faults(feed: Feed) -> None:
    feed.write("a.cfg", named_feed("A", "onecase.case"))
    feed.write("b.cfg", named_feed("B", "grid.backfill"))
    feed.write("c.cfg", pattern_feed("C", "grid\\\\.(event"))
    done = run_intake("--check", *feed.arguments())
    assert done.returncode == 2
    assert "onecase.case" in done.stderr
    assert "grid.backfill" in done.stderr
    assert "topic_pattern" in done.stderr
