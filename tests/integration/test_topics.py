"""`onecase topics`: makes what deploy/topics.cfg says, names every difference, writes the partition count once."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from confluent_kafka.admin import ConfigResource
from harness import PROJECT, Database, LocalServers, Topics
from harness_intake import set_config

OWN = ["onecase.case", "onecase.deadletter", "onecase.redrive", "onecase.report"]
DEPARTMENTS = ["fire.incident", "grid.event", "hotline.workorder", "market.complaint"]
DAYS_30_MS = str(30 * 24 * 3600 * 1000)


def settings(topics: Topics, topic: str) -> dict[str, str]:
    resource = ConfigResource(ConfigResource.Type.TOPIC, topics.name(topic))
    found = topics.admin.describe_configs([resource])[resource].result(30)
    return {name: entry.value for name, entry in found.items()}


def change(topics: Topics, topic: str, **config: str) -> None:
    for name, value in config.items():
        set_config(topics, topic, name.replace("_", "."), value)


def partitions(topics: Topics, topic: str) -> int:
    return len(topics.admin.list_topics(topics.name(topic), timeout=30).topics[topics.name(topic)].partitions)


def test_makes_topics_as_the_design_wants_them(topics: Topics, onecase: Callable, database: Database) -> None:
    onecase("topics", "--create", "--prefix", topics.prefix)
    assert topics.existing() == sorted(OWN + DEPARTMENTS)
    assert partitions(topics, "onecase.report") == 24
    assert {partitions(topics, topic) for topic in DEPARTMENTS} == {3}
    report = settings(topics, "onecase.report")
    assert report["retention.ms"] == "-1"
    for topic in OWN:
        found = settings(topics, topic)
        assert found["message.timestamp.type"] == "LogAppendTime"
        assert found["unclean.leader.election.enable"] == "false"
        assert found["min.insync.replicas"] == "1", "one broker has one copy"
        assert found["cleanup.policy"] == "delete"
    for topic in ("onecase.deadletter", "onecase.redrive", "onecase.case"):
        assert settings(topics, topic)["retention.ms"] == DAYS_30_MS
    assert int(settings(topics, "onecase.deadletter")["max.message.bytes"]) > int(report["max.message.bytes"])
    assert database.rows("SELECT topic, partition_count FROM onecase.report_topic") == [(topics.name("onecase.report"), 24)]
    onecase("topics", "--check", "--prefix", topics.prefix)


def test_a_second_create_changes_nothing(topics: Topics, onecase: Callable) -> None:
    onecase("topics", "--create", "--prefix", topics.prefix)
    change(topics, "onecase.case", retention_ms="1000")
    again = onecase("topics", "--create", "--prefix", topics.prefix, "--json")
    assert json.loads(again.stdout)["created"] == []
    assert settings(topics, "onecase.case")["retention.ms"] == "1000"


def test_check_names_every_difference(topics: Topics, onecase: Callable) -> None:
    onecase("topics", "--create", "--prefix", topics.prefix)
    change(topics, "onecase.report", message_timestamp_type="CreateTime", cleanup_policy="compact")
    topics.delete("onecase.redrive", "grid.event")
    done = onecase("topics", "--check", "--prefix", topics.prefix, "--json", status=1)
    differences = {(d["topic"].removeprefix(topics.prefix), d["setting"], d["expected"], d["found"])
                   for d in json.loads(done.stdout)["differences"]}
    assert differences == {
        ("onecase.report", "message.timestamp.type", "LogAppendTime", "CreateTime"),
        ("onecase.report", "cleanup.policy", "delete", "compact"),
        ("onecase.redrive", "topic", "present", "missing"),
        ("grid.event", "topic", "present", "missing"),
    }
    text = onecase("topics", "--check", "--prefix", topics.prefix, status=1).stdout
    assert f"{topics.name('onecase.report')}: message.timestamp.type: expected LogAppendTime, found CreateTime\n" in text
    assert len(text.splitlines()) == 4


def test_check_finds_another_partition_count_and_a_department_is_free(topics: Topics, onecase: Callable) -> None:
    topics.create("onecase.report", partitions=6)
    topics.create("hotline.workorder", partitions=7)
    onecase("topics", "--create", "--prefix", topics.prefix)
    done = onecase("topics", "--check", "--prefix", topics.prefix, "--json", status=1)
    found = {(d["topic"].removeprefix(topics.prefix), d["setting"]): d["found"] for d in json.loads(done.stdout)["differences"]}
    assert found[("onecase.report", "partitions")] == "6"
    assert not any(topic == "hotline.workorder" for topic, _ in found), "its settings are the department's business"


def test_the_partition_count_is_written_once(topics: Topics, onecase: Callable, database: Database) -> None:
    onecase("topics", "--create", "--prefix", topics.prefix, "--no-database")
    assert database.rows("SELECT * FROM onecase.report_topic") == []
    done = onecase("topics", "--check", "--prefix", topics.prefix, status=1)
    assert "partition count in the database: expected 24, found missing" in done.stdout
    onecase("topics", "--create", "--prefix", topics.prefix)
    other = Topics(topics.servers)
    try:
        other.create("onecase.report", partitions=5)
        done = onecase("topics", "--create", "--prefix", other.prefix, status=70)
        assert "growing means a new topic" in done.stderr
    finally:
        other.delete(*other.existing())
    assert database.value("SELECT partition_count FROM onecase.report_topic") == 24


def test_leaves_the_sample_out(topics: Topics, onecase: Callable) -> None:
    onecase("topics", "--create", "--no-sample", "--prefix", topics.prefix)
    assert topics.existing() == OWN
    onecase("topics", "--check", "--no-sample", "--prefix", topics.prefix)


@pytest.mark.parametrize(("change_from", "change_to", "fault"), [
    ("partitions = 24;", "partitions = 0;", ":22: partitions = 0 is outside 1..10000"),
    ('keep = "ever";', 'keep = "long";', ':22: keep = "long" is neither "ever" nor days like "30d"'),
    ('"onecase.redrive"', '"onecase.deadletter"', ":25: topic onecase.deadletter stands here twice"),
    ("min_insync  = 2", "min_insinc = 2", ':15: no setting "min_insinc"'),
    ('report_topic = "onecase.report"', 'report_topic = "nowhere"', "report_topic is none of the topics"),
])
def test_a_mistake_in_the_file_is_named_with_its_line(tmp_path: Path, onecase: Callable, change_from: str, change_to: str,
                                                      fault: str) -> None:
    text = (PROJECT / "deploy" / "topics.cfg").read_text(encoding="utf-8")
    assert change_from in text
    file = tmp_path / "topics.cfg"
    file.write_text(text.replace(change_from, change_to, 1), encoding="utf-8")
    done = onecase("topics", "--check", "--file", str(file), status=64)
    assert fault in done.stderr


def test_says_when_kafka_does_not_answer(onecase: Callable, servers: LocalServers) -> None:
    done = onecase("topics", "--check", "--brokers", "127.0.0.1:1", status=69)
    assert "could not ask Kafka at 127.0.0.1:1: " in done.stderr and "deploy/local/up" in done.stderr
    assert done.stdout == ""


def test_wants_one_action(onecase: Callable) -> None:
    assert "usage:" in onecase("topics", status=64).stderr
    onecase("topics", "--create", "--check", status=64)
    assert "--no-database" in onecase("topics", "--help").stdout
