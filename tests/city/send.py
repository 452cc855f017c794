#!/usr/bin/env python3
"""Sends a sample city to Kafka, each record with its key and its bytes exactly, and waits until every one is acknowledged.

Uses kcat when it is there, else the Python package confluent_kafka. Topics must exist. Ends with 1 when a record was
not acknowledged.
"""

import argparse
import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

KEY_END, RECORD_END = b"\x1f", b"\n"
SETTINGS = {"acks": "all", "enable.idempotence": "true", "linger.ms": "5", "message.timeout.ms": "60000"}
PARTITIONER = "murmur2_random"


def read_city(directory, from_ms=0, before_ms=None):
    """{topic: [(timestamp_ms, key, value), ...]} in the order of sending, of the records sent in that time."""
    topics = {}
    for name in sorted(os.listdir(directory)):
        if not name.endswith(".jsonl"):
            continue
        with open(os.path.join(directory, name), encoding="utf-8") as lines:
            records = [json.loads(line) for line in lines]
        topics[name.removesuffix(".jsonl")] = [
            (r["timestamp_ms"], r["key"].encode(), base64.b64decode(r["value_base64"])) for r in records
            if r["timestamp_ms"] >= from_ms and (before_ms is None or r["timestamp_ms"] < before_ms)
        ]
    if not topics:
        sys.exit(f"send: {directory} holds no *.jsonl; make it with make_city.py")
    return topics


class Kcat:
    """One kcat for each topic; a record that holds a separator goes alone, as a file."""

    def __init__(self, program, brokers):
        self.base = [program, "-b", brokers, "-P", "-X", f"topic.partitioner={PARTITIONER}"]
        for name, value in SETTINGS.items():
            self.base += ["-X", f"{name}={value}"]
        self.running, self.said = {}, {}

    def send(self, topic, key, value):
        if not value or any(mark in key + value for mark in (KEY_END, RECORD_END)):
            self._finish(topic)
            self._send_alone(topic, key, value)
            return
        process = self.running.get(topic)
        if process is None:
            said = self.said[topic] = tempfile.TemporaryFile()  # a pipe might fill and stop kcat
            process = self.running[topic] = subprocess.Popen(
                [*self.base, "-t", topic, "-K", KEY_END.decode(), "-D", RECORD_END.decode()],
                stdin=subprocess.PIPE, stderr=said)
        try:
            process.stdin.write(key + KEY_END + value + RECORD_END)
            process.stdin.flush()
        except BrokenPipeError:
            self._finish(topic)  # says why kcat went away
            raise

    def _send_alone(self, topic, key, value):
        with tempfile.NamedTemporaryFile() as file:
            file.write(value)
            file.flush()
            done = subprocess.run([*self.base, "-t", topic, "-k", os.fsdecode(key), file.name],
                                  stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
        self._judge(topic, done.returncode, done.stderr)

    def _finish(self, topic):
        process = self.running.pop(topic, None)
        if process:
            try:
                process.stdin.close()
            except BrokenPipeError:
                pass  # its status says it
            status = process.wait()
            with self.said.pop(topic) as said:
                said.seek(0)
                self._judge(topic, status, said.read())

    @staticmethod
    def _judge(topic, status, errors):
        if status != 0 or b"Delivery failed" in errors:
            said = errors.decode(errors="replace").strip().splitlines()
            sys.exit(f"send: kcat ended with {status} on topic {topic}: {' / '.join(dict.fromkeys(said[-3:]))}")

    def close(self):
        for topic in list(self.running):
            self._finish(topic)


class Confluent:
    def __init__(self, brokers):
        from confluent_kafka import Producer
        self.producer = Producer({"bootstrap.servers": brokers, "partitioner": PARTITIONER, **SETTINGS})
        self.failed = []

    def send(self, topic, key, value):
        def delivered(error, _message):
            if error:
                self.failed.append(f"{topic}: {error}")
        self.producer.produce(topic, value, key, on_delivery=delivered)
        self.producer.poll(0)

    def close(self):
        left = self.producer.flush(90)
        if left or self.failed:
            sys.exit(f"send: {left + len(self.failed)} records were not acknowledged; first: {self.failed[:1]}")


def open_sender(brokers):
    program = shutil.which("kcat") or shutil.which("kafkacat")
    if program:
        return Kcat(program, brokers)
    try:
        return Confluent(brokers)
    except ImportError:
        sys.exit("send: neither kcat nor the Python package confluent_kafka is installed")


def send(topics, brokers, prefix="", rate=0.0):
    """Sends topic after topic, or with a rate all topics in the order of time. Returns counts by topic."""
    sender = open_sender(brokers)
    records = [(at, topic, key, value) for topic, sent in topics.items() for at, key, value in sent]
    if rate:
        records.sort(key=lambda record: record[0])  # stable: the order within a topic stays
    start = time.monotonic()
    for i, (_, topic, key, value) in enumerate(records):
        if rate:
            time.sleep(max(0.0, start + i / rate - time.monotonic()))
        sender.send(prefix + topic, key, value)
    sender.close()
    return {prefix + topic: len(sent) for topic, sent in topics.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", metavar="DIR", help="what make_city.py wrote")
    parser.add_argument("--brokers", default=os.environ.get("ONECASE_BROKERS"), help="default $ONECASE_BROKERS")
    parser.add_argument("--prefix", default="", help="before every topic name")
    parser.add_argument("--rate", type=float, default=0.0, metavar="N", help="records a second, all topics together (default: as fast as it goes)")
    parser.add_argument("--from-ms", type=int, default=0, metavar="MS", help="only records sent from this instant on (epoch)")
    parser.add_argument("--before-ms", type=int, metavar="MS", help="only records sent before it; see milestones in expected.json")
    options = parser.parse_args()
    if not options.brokers:
        parser.error("--brokers is missing and ONECASE_BROKERS is not set")
    counts = send(read_city(options.directory, options.from_ms, options.before_ms), options.brokers, options.prefix, options.rate)
    for topic, count in counts.items():
        print(f"{topic}: {count}")


if __name__ == "__main__":
    main()
