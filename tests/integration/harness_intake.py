"""intake for tests that need a department of their own: topic "feed", its mapping file, and what is asked again and again."""

from __future__ import annotations

import itertools
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

from confluent_kafka.admin import AlterConfigOpType, ConfigEntry, ConfigResource
from harness import PROJECT, Record, Service, Topics, program, wait_until, wait_until_reached

REPORT = "onecase.report"
VAULT = "onecase.deadletter"

FEED = """
format = 1;  source = "TEST";  topics = ["%s"];
region : { first = ["/area"]; default = "9901"; };
kinds  = (
  { kind = "ignore"; reason = "drill"; when = ( ("/kind", "in", ["drill"]) ); },
  { kind = "update"; when = ( ("/kind", "in", ["update"]) ); },
  { kind = "report"; when = ( ("/kind", "in", ["report"]) ); } );
fields : {
  record_no = { first = ["/no"]; required = true; };
  title     = { first = ["/title"]; };
  body      = { first = ["/text"]; max = 100000; };
};
"""


def feed_record(number: int, kind: str = "report", **more: object) -> bytes:
    return json.dumps({"no": f"N{number:06}", "kind": kind, "area": "990201", "title": "合成"} | more, ensure_ascii=False).encode()


_changes = itertools.count(60_001)


def set_config(topics: Topics, topic: str, name: str, value: str) -> None:
    """Ends when the setting holds. A broker answers before; it takes up one change after the other, and shows each a moment before
    it goes by it: a second one that shows (of no consequence here) tells that the first is through."""
    _set_and_see(topics, topic, name, value)
    _set_and_see(topics, topic, "file.delete.delay.ms", str(next(_changes)))


def _set_and_see(topics: Topics, topic: str, name: str, value: str) -> None:
    entry = ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ConfigResource.Type.TOPIC, topics.name(topic), incremental_configs=[entry])
    topics.admin.incremental_alter_configs([resource])[resource].result(60)
    asked = ConfigResource(ConfigResource.Type.TOPIC, topics.name(topic))
    wait_until(lambda: topics.admin.describe_configs([asked])[asked].result(60)[name].value == value, 60,
               f"{name}={value} of {topics.name(topic)}", every=0.01)


def origins(topics: Topics, topic: str, places: list[tuple[int, int]]) -> list[str]:
    return [f"{topics.name(topic)}/{partition}/{offset}#0" for partition, offset in places]


def ids(records: list[Record]) -> list[str]:
    return [record.headers["ce_id"] for record in records]


def kind(record: Record) -> str:
    return record.headers["ce_type"].removeprefix("onecase.")


def wait_reports(topics: Topics, count: int, limit: float = 60) -> list[Record]:
    """Waits until onecase.report holds at least count records, then reads all; limit: how long nothing may come."""
    wait_until_reached(lambda: sum(topics.ends(REPORT).values()), count, limit, f"{count} records on {REPORT}", every=0.3)
    return topics.read(REPORT, limit=180)


def wait_committed(service: Service, topics: Topics, topic: str, limit: float = 60) -> None:
    """Waits until the group's offsets stand at the ends; limit: how long they may stand still."""
    group = f"{topics.prefix}intake"
    ends = {p: end for p, end in topics.ends(topic).items() if end > 0}
    wait_until_reached(lambda: sum(max(o, 0) for p, o in topics.committed(group, topic).items() if p in ends), sum(ends.values()),
                       limit, f"{service.name} to commit the ends {ends}")


class Feed:
    """A department of the test's own: topic "feed", its mapping file, and a way to start intake on it."""

    def __init__(self, topics: Topics, folder: Path, key_file: Path, start_service: Callable[..., Service]) -> None:
        self.topics = topics
        self.sources = folder / "sources"
        self.sources.mkdir()
        self.write("feed.cfg", FEED % "feed")
        self.key_file = key_file
        self.start_service = start_service

    def write(self, name: str, text: str) -> None:
        (self.sources / name).write_text(text, encoding="utf-8")

    def create(self, partitions: int = 3, **config: str) -> None:
        self.topics.create("feed", partitions)
        self.topics.create(REPORT, 24, message_timestamp_type="LogAppendTime", **config)
        self.topics.create(VAULT, 3, message_timestamp_type="LogAppendTime")

    def arguments(self) -> list[str]:
        return ["--set", f"sources={self.sources}", "--set", f"key_file={self.key_file}",
                "--set", f"words={PROJECT}/deploy/model/words", "--set", f"regions={PROJECT}/deploy/regions.cfg"]

    def start(self, *more: str) -> Service:
        return self.start_service("intake", *self.arguments(), *more)


def run_intake(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(program("intake")), *arguments], cwd=PROJECT, stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=60, check=False)
