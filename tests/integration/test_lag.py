"""onecase lag: messages and seconds, from PostgreSQL's offsets and intake's commits against the broker's ends."""

from __future__ import annotations

import json
import shutil
import time

import pytest
from confluent_kafka import Consumer, TopicPartition

from harness import PROJECT
from report_log import ReportLog, wait_until_stored

FEEDS = ["fire.incident", "grid.event", "hotline.workorder", "market.complaint"]


@pytest.fixture
def log(topics) -> ReportLog:
    for feed in FEEDS:
        topics.create(feed, 2)
    return ReportLog(topics).create()


@pytest.fixture
def lag(topics, onecase):
    def read(*arguments: str, status: int = 0) -> dict:
        return json.loads(onecase("lag", "--json", "--prefix", topics.prefix, "--group", f"{topics.prefix}intake", *arguments,
                                  status=status).stdout)
    return read


def partitions(found: dict, program: str) -> dict[tuple[str, int], dict]:
    return {(row["topic"], row["partition"]): row for row in found["partitions"] if row["program"] == program}


def test_is_zero_when_nothing_was_sent(log, database, lag):
    log.use(database)
    found = lag("--max", "0")
    assert (found["messages"], found["seconds"]) == (0, 0)
    assert len(partitions(found, "matcher")) == log.partitions
    assert len(partitions(found, "intake")) == 2 * len(FEEDS)


def test_counts_what_the_matcher_has_not_stored_and_says_how_old_it_is(log, database, lag, start_service):
    log.use(database)
    log.report("A1")
    log.report("A2")
    log.report("A3", region="9902")
    began = time.monotonic()
    places = log.send()
    time.sleep(2.1)
    found = lag("--max", "3")
    assert found["messages"] == found["matcher"]["messages"] == 3 and found["intake"]["messages"] == 0
    assert 2 <= found["seconds"] <= time.monotonic() - began + 1
    rows = partitions(found, "matcher")
    topic = log.topics.name("onecase.report")
    assert rows[(topic, places[0][0])]["messages"] == 2 and rows[(topic, places[2][0])]["messages"] == 1
    assert lag("--max", "2", status=1)["messages"] == 3
    matcher = start_service("matcher")
    wait_until_stored(database, log)
    found = lag("--max", "0")
    assert (found["messages"], found["seconds"]) == (0, 0)
    assert partitions(found, "matcher")[(topic, places[0][0])]["next"] == 2
    matcher.stop()
    # The age is that of the next record, not of the last one stored.
    time.sleep(2.1)
    log.report("A4")
    began = time.monotonic()
    log.send()
    found = lag()
    assert found["messages"] == 1 and found["seconds"] <= time.monotonic() - began + 1


def test_counts_what_intake_has_not_committed(log, topics, database, servers, lag):
    log.use(database)
    topics.produce("grid.event", [("k", b"{}")] * 5, partition=1)
    topics.produce("fire.incident", [("k", b"{}")] * 3, partition=0)
    found = lag()
    assert found["intake"]["messages"] == 8 and found["matcher"]["messages"] == 0
    assert partitions(found, "intake")[(topics.name("grid.event"), 1)]["messages"] == 5
    consumer = Consumer({"bootstrap.servers": servers.brokers, "group.id": f"{topics.prefix}intake"})
    try:
        consumer.commit(offsets=[TopicPartition(topics.name("grid.event"), 1, 4)], asynchronous=False)
    finally:
        consumer.close()
    found = lag()
    assert found["intake"]["messages"] == 4
    assert partitions(found, "intake")[(topics.name("grid.event"), 1)]["next"] == 4


def test_counts_history_and_topics_of_a_pattern(log, topics, database, lag, tmp_path):
    """What intake reads without its name standing in a mapping waits like the rest."""
    log.use(database)
    topics.create("grid.event.backfill", 1)
    topics.produce("grid.event.backfill", [("k", b"{}")] * 2, partition=0)
    mapping = """format = 1;  source = "ALARM";  topic_pattern = "alarm\\\\.[a-z]+";
region : { default = "9901"; };  kinds = ( { kind = "report"; } );
fields : { record_no = { first = ["/no"]; required = true; }; };
"""
    for name in ("alarm.east", "alarm.west.backfill", "alarm.east.more"):
        topics.create(name, 1)
        topics.produce(name, [("k", b"{}")], partition=0)
    for name in ("sources", "model"):
        shutil.copytree(PROJECT / "deploy" / name, tmp_path / name)
    sources = tmp_path / "sources"
    (sources / "alarm.cfg").write_text(mapping, encoding="utf-8")
    found = lag("--sources", str(sources), "--max", "4")
    waiting = {row["topic"]: row["messages"] for row in found["partitions"] if row["messages"] > 0}
    assert waiting == {topics.name("grid.event.backfill"): 2, topics.name("alarm.east"): 1, topics.name("alarm.west.backfill"): 1}


def test_prints_a_table_for_people(log, database, topics, onecase):
    log.use(database)
    log.report("T1")
    log.send()
    text = onecase("lag", "--prefix", topics.prefix, "--group", f"{topics.prefix}intake").stdout
    assert text.splitlines()[-1].startswith("1 messages behind, the oldest ")
    assert f"{topics.prefix}onecase.report" in text


def test_ends_with_a_code_that_says_what_was_wrong(log, database, topics, onecase, servers):
    log.use(database)
    assert "usage: onecase lag" in onecase("lag", "--help").stdout
    onecase("lag", "--max", "many", status=64)
    onecase("lag", "surplus", status=64)
    onecase("lag", "--brokers", "localhost:1", status=69)
    servers.stop_postgresql()
    try:
        onecase("lag", "--prefix", topics.prefix, status=69)
    finally:
        servers.start_postgresql()
