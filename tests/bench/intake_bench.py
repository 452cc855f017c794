"""How fast is intake? Sends N records of the sample city's four departments, then lets intake work off the backlog.

    eval "$(deploy/local/env)"; python3 tests/bench/intake_bench.py [--records 100000] [--bin build/release/bin]

Wants a running Kafka (ONECASE_BROKERS), the programs built, and the Python package confluent_kafka. Works on topics with
a prefix of its own and removes them at the end. Prints records a second from the first record on onecase.report to the
last commit, microseconds of CPU (user and system, all threads of intake) for each record, and intake's largest
resident memory (VmHWM). The broker shares the machine's cores, and its share is not counted.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

PROJECT = Path(__file__).resolve().parents[2]
TOPICS = ("hotline.workorder", "fire.incident", "market.complaint", "grid.event")
TICKS = os.sysconf("SC_CLK_TCK")


def city(folder: Path) -> list[tuple[str, str | None, bytes | None]]:
    subprocess.run([sys.executable, str(PROJECT / "tests/city/make_city.py"), "--out", str(folder)], check=True,
                   stdout=subprocess.DEVNULL)
    records = []
    for topic in TOPICS:
        for line in (folder / f"{topic}.jsonl").read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            value = record["value_base64"]
            records.append((topic, record["key"], None if value is None else base64.b64decode(value)))
    return records


def send(brokers: str, prefix: str, records: list, count: int) -> int:
    producer = Producer({"bootstrap.servers": brokers, "linger.ms": 20, "compression.type": "lz4",
                         "partitioner": "murmur2_random", "queue.buffering.max.messages": 1_000_000})
    size = 0
    for i in range(count):
        topic, key, value = records[i % len(records)]
        size += len(value or b"")
        producer.produce(prefix + topic, value, key)
        producer.poll(0)
    if producer.flush(120):
        sys.exit("the broker did not take all records")
    return size


def ends(consumer: Consumer, places: list[TopicPartition]) -> int:
    return sum(consumer.get_watermark_offsets(place, timeout=30)[1] for place in places)


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory_kb(pid: int, name: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1])
    return 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--bin", type=Path, default=PROJECT / "build/release/bin")
    parser.add_argument("--set", action="append", default=[], help="more settings for intake")
    options = parser.parse_args()
    brokers = os.environ["ONECASE_BROKERS"]
    prefix = f"bench{secrets.token_hex(3)}."
    folder = Path(tempfile.mkdtemp(prefix="onecase-bench."))
    key = folder / "key"
    key.touch(mode=0o600)
    key.write_text(secrets.token_hex(32))
    subprocess.run([str(options.bin / "onecase"), "topics", "--create", "--no-database", "--prefix", prefix], check=True,
                   cwd=PROJECT, stdout=subprocess.DEVNULL)
    group = prefix + "intake"
    reader = Consumer({"bootstrap.servers": brokers, "group.id": group})
    reports = [TopicPartition(prefix + "onecase.report", p) for p in range(24)]
    sources = [TopicPartition(prefix + topic, p) for topic in TOPICS for p in range(3)]
    admin = AdminClient({"bootstrap.servers": brokers})
    log = (folder / "intake.log").open("wb")
    process = None
    try:
        size = send(brokers, prefix, city(folder), options.records)
        more = [word for setting in options.set for word in ("--set", setting)]
        process = subprocess.Popen([str(options.bin / "intake"), "--set", f"topic_prefix={prefix}", "--set", f"group={group}",
                                    "--set", f"key_file={key}", *more], cwd=PROJECT, stdout=log, stderr=log)
        while ends(reader, reports) == 0:
            if process.poll() is not None:
                sys.exit(f"intake ended:\n{(folder / 'intake.log').read_text()}")
            time.sleep(0.01)
        began, before, at_begin = time.monotonic(), cpu_seconds(process.pid), ends(reader, reports)
        while ends(reader, reports) < options.records:
            time.sleep(0.05)
        while sum(max(place.offset, 0) for place in reader.committed(sources, timeout=30)) < options.records:
            time.sleep(0.02)
        seconds = time.monotonic() - began
        used = cpu_seconds(process.pid) - before
        done = options.records - at_begin
        print(f"records              {options.records} of {size / options.records:.0f} bytes on average")
        print(f"rate                 {done / seconds:.0f} records/s ({seconds:.1f} s)")
        print(f"cpu of intake        {used / max(done, 1) * 1e6:.1f} us/record")
        print(f"largest memory       {memory_kb(process.pid, 'VmHWM') / 1024:.1f} MB resident"
              f" (now {memory_kb(process.pid, 'VmRSS') / 1024:.1f} MB,"
              f" of it {memory_kb(process.pid, 'RssFile') / 1024:.1f} MB shared file pages)")
    finally:
        if process is not None and process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(30)
        reader.close()
        for future in admin.delete_topics([t for t in admin.list_topics(timeout=30).topics if t.startswith(prefix)]).values():
            future.result(60)


if __name__ == "__main__":
    main()
