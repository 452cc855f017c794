"""Does intake keep its memory and its pace when one record in a hundred is hostile?

    eval "$(deploy/local/env)"; python3 tests/bench/intake_hell.py [--records 100000] [--bin build/release/bin]

Wants a running Kafka (ONECASE_BROKERS), the programs built, and the Python package confluent_kafka. Two passes over the
same ordinary records of the sample city's four departments, on topics of their own that are removed at the end: first
alone, then with 1 % hostile ones between them. Prints for each pass the ordinary records a second from the first record
on onecase.report to the last commit, CPU of intake for each ordinary record, and its largest resident memory (VmHWM).
One hostile record in 25 is large (5 MB, 500,000 values, a key of 1 MB, 5,000 and 5,001 items); what they add in bytes and
in records is printed too, as it has to be read and written like everything else.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, NewTopic
from intake_bench import PROJECT, TOPICS, city, cpu_seconds, ends, memory_kb

MIB = 1024 * 1024
MANY = "bench.many"
MANY_MAPPING = """
format = 1;  source = "MANY";  topics = ["bench.many"];  each = "/items";
region : { default = "9901"; };
kinds  = ( { kind = "report"; } );
fields : { record_no = { first = ["/items/*/no"]; required = true; };  body = { first = ["/text"]; }; };
"""

SMALL: list[tuple[str, bytes | None]] = [
    ("depth 10,000", b"[" * 10_000 + b"]" * 10_000),
    ("a number of 2,000 digits", b'{"id":' + b"9" * 2_000 + b"}"),
    ("duplicate keys", b"{" + b",".join([b'"id":1'] * 100) + b"}"),
    ("lone surrogates", rb'{"id":"\ud800","text":"' + rb"\udc00" * 1_000 + b'"}'),
    ("invalid UTF-8", b'{"id":"' + b"\xff\xfe" * 1_000 + b'"}'),
    ("escaped NUL", b'{"id":"' + rb"\u0000" * 1_000 + b'"}'),
    ("an empty value", b""),
    ("a tombstone", None),
]


def items(count: int) -> bytes:
    return json.dumps({"text": "x" * 400, "items": [{"no": f"M{i}"} for i in range(count)]}).encode()


LARGE: list[tuple[str, str, bytes, bytes]] = [
    ("5 MB of text", TOPICS[0], b"k", b'{"id":1,"photo":"' + b"A" * (5 * MIB) + b'"}'),
    ("5 MB, broken", TOPICS[1], b"k", b'{"id":1,"photo":"' + b"A" * (5 * MIB)),
    ("5 MB of numbers", TOPICS[2], b"k", b"[" + b"0," * (5 * MIB // 2) + b"0]"),
    ("499,000 values", TOPICS[3], b"k", b'{"id":[' + b"0," * 499_000 + b"0]}"),
    ("a key of 1 MB", TOPICS[0], b"K" * MIB, b"broken"),
    ("5,000 items", MANY, b"k", items(5_000)),
    ("5,001 items", MANY, b"k", items(5_001)),
]


def hostile() -> Iterator[tuple[str, bytes, bytes | None]]:
    """Without end; one in 25 is large."""
    number = 0
    while True:
        if number % 25 == 24:
            _, topic, key, value = LARGE[number // 25 % len(LARGE)]
            yield topic, key, value
        else:
            yield TOPICS[number % len(TOPICS)], b"k", SMALL[number % len(SMALL)][1]
        number += 1


class Pass:
    """One measurement on topics and a group of its own."""

    def __init__(self, brokers: str, binaries: Path, folder: Path, sources: Path, key: Path) -> None:
        self.brokers, self.binaries, self.folder, self.sources, self.key = brokers, binaries, folder, sources, key
        self.prefix = f"hell{secrets.token_hex(3)}."
        self.admin = AdminClient({"bootstrap.servers": brokers})
        subprocess.run([str(binaries / "onecase"), "topics", "--create", "--no-database", "--prefix", self.prefix], check=True,
                       cwd=PROJECT, stdout=subprocess.DEVNULL)
        for future in self.admin.create_topics([NewTopic(self.prefix + MANY, 3, -1)], operation_timeout=30).values():
            future.result(60)
        for topic in (*TOPICS, MANY):
            entry = ConfigEntry("max.message.bytes", str(8 * MIB), incremental_operation=AlterConfigOpType.SET)
            resource = ConfigResource(ConfigResource.Type.TOPIC, self.prefix + topic, incremental_configs=[entry])
            self.admin.incremental_alter_configs([resource])[resource].result(30)

    def remove(self) -> None:
        there = [t for t in self.admin.list_topics(timeout=30).topics if t.startswith(self.prefix)]
        for future in self.admin.delete_topics(there).values():
            future.result(60)

    def send(self, records: list, count: int, with_hostile: bool) -> tuple[int, int]:
        """Answers how many hostile ones, and their bytes."""
        producer = Producer({"bootstrap.servers": self.brokers, "linger.ms": 20, "compression.type": "lz4",
                             "partitioner": "murmur2_random", "queue.buffering.max.messages": 1_000_000,
                             "queue.buffering.max.kbytes": 256 * 1024, "message.max.bytes": 8 * MIB})
        foes = hostile()
        added = size = 0
        for i in range(count):
            topic, key, value = records[i % len(records)]
            put(producer, self.prefix + topic, key, value)
            if with_hostile and i % 100 == 99:
                topic, key, value = next(foes)
                put(producer, self.prefix + topic, key, value)
                added += 1
                size += len(value or b"") + len(key)
        if producer.flush(300):
            sys.exit("the broker did not take all records")
        return added, size

    def measure(self, name: str, count: int) -> None:
        group = self.prefix + "intake"
        reader = Consumer({"bootstrap.servers": self.brokers, "group.id": group})
        reports = [TopicPartition(self.prefix + "onecase.report", p) for p in range(24)]
        sources = [TopicPartition(self.prefix + topic, p) for topic in (*TOPICS, MANY) for p in range(3)]
        wanted = ends(reader, sources)
        log = self.folder / f"intake-{name}.log"
        with log.open("wb") as stream:
            process = subprocess.Popen(
                [str(self.binaries / "intake"), "--set", f"topic_prefix={self.prefix}", "--set", f"group={group}",
                 "--set", f"key_file={self.key}", "--set", f"sources={self.sources}"], cwd=PROJECT, stdout=stream, stderr=stream)
        try:
            while ends(reader, reports) == 0:
                if process.poll() is not None:
                    sys.exit(f"intake ended:\n{log.read_text()}")
                time.sleep(0.01)
            began, before = time.monotonic(), cpu_seconds(process.pid)
            while sum(max(place.offset, 0) for place in reader.committed(sources, timeout=30)) < wanted:
                if process.poll() is not None:
                    sys.exit(f"intake ended:\n{log.read_text()}")
                time.sleep(0.05)
            seconds, used = time.monotonic() - began, cpu_seconds(process.pid) - before
            print(f"{name:<14}{count / seconds:>11.0f} ordinary records/s {used / count * 1e6:>8.1f} us CPU each"
                  f" {memory_kb(process.pid, 'VmHWM') / 1024:>8.1f} MB at most"
                  f" {memory_kb(process.pid, 'VmRSS') / 1024:>8.1f} MB at the end"
                  f" {ends(reader, reports):>9} records out", flush=True)
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                process.wait(30)
            reader.close()


def put(producer: Producer, topic: str, key: bytes | str | None, value: bytes | None) -> None:
    while True:
        try:
            producer.produce(topic, value, key)
            producer.poll(0)
            return
        except BufferError:
            producer.poll(0.1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--bin", type=Path, default=PROJECT / "build/release/bin")
    options = parser.parse_args()
    brokers = os.environ["ONECASE_BROKERS"]
    folder = Path(tempfile.mkdtemp(prefix="onecase-bench."))
    key = folder / "key"
    key.touch(mode=0o600)
    key.write_text(secrets.token_hex(32))
    sources = folder / "sources"
    shutil.copytree(PROJECT / "deploy/sources", sources)
    (sources / "many.cfg").write_text(MANY_MAPPING)
    records = city(folder)
    for name, with_hostile in (("ordinary", False), ("1 % hostile", True)):
        one = Pass(brokers, options.bin, folder, sources, key)
        try:
            added, size = one.send(records, options.records, with_hostile)
            if added > 0:
                print(f"{added} hostile records of {size / MIB:.0f} MB between {options.records} ordinary ones")
            one.measure(name, options.records)
        finally:
            one.remove()


if __name__ == "__main__":
    main()
