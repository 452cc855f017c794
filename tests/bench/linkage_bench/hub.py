"""A city through the real hub: department topics, intake, onecase.report, matcher, PostgreSQL.

Between intake and matcher the records are put in the order in which the departments sent them. All are there before
intake starts, and it reads some twenty partitions at once: they would reach the matcher in an order that no live feed has
and no two runs share. What is moved are the bytes intake wrote (key, value, headers, partition), from one onecase.report
to another; the order within a partition of a department stays. So one seed gives one result, and another model can be
asked about the very same stream.

Other orders of the same day are asked about with shuffled(): all records of onecase.report, updates as well, by the day on which
the department sent them, each day's in random order, on an onecase.report of their own. An update may come before its report
(it waits), a revision before what it revises. A partition of a department is never read backwards, and the matcher takes
what comes back for a repeat: the records of one get its origins anew, ascending in the new order.

Stream time is the broker's clock, that of the run: all of the city arrives "now", and its events lie before.
"""

import base64
import json
import os
import random
from collections import defaultdict

from bench_servers import ASK_EVERY_S, BIN, PARTITIONS, PROJECT, Query, Stage, fail, run, say, watch
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

READ_S = 10.0
QUIET = {"log_level": 3}  # librdkafka tells of each retry of a broker that has just started
DEPARTMENT_PARTITIONS = 3
OF_ORIGIN = ("ce_id", "oc-items", "oc-skipped")  # headers that say where a record came from
DAY_MS, CHINA_MS = 86_400_000, 8 * 3_600_000  # days are those of UTC+8


def read_city(directory):
    """[(timestamp_ms, topic, key, value)] in the order of sending: of equal instants the topic's name decides."""
    records = []
    for name in sorted(os.listdir(directory)):
        if not name.endswith(".jsonl") or name == "truth.jsonl":
            continue
        topic = name.removesuffix(".jsonl")
        with open(os.path.join(directory, name), encoding="utf-8") as lines:
            for line in lines:
                record = json.loads(line)
                records.append((record["timestamp_ms"], topic, (record["key"] or "").encode(),
                                base64.b64decode(record["value_base64"])))
    if not records:
        fail(f"{directory} holds no *.jsonl of a city")
    records.sort(key=lambda record: record[:2])  # stable: the order within a topic stays
    return records


class Hub:
    """The hub on one city. After feed() the matcher can be run any number of times, each into a database of its own."""

    def __init__(self, name, environment, folder):
        self.name, self.environment, self.folder = name, environment, folder
        self.brokers = environment["ONECASE_BROKERS"]
        self.reported = []  # (partition, key, value, headers) of onecase.report, in the order of sending
        self.arrived_ms = []  # when the department sent what each came from
        self.sent = 0

    def feed(self, city):
        """Sends a city and lets intake read it."""
        stage = Stage(f"{self.name}_intake", self.environment, self.folder)
        records = read_city(city)
        self.sent = len(records)
        self._make_topics({stage.prefix + topic for _, topic, _, _ in records})
        say(f"{self.name}: sending {len(records)} records of departments")
        places = self._send(stage.prefix, records)
        say(f"{self.name}: intake")
        with stage.program("intake") as intake:
            read = self._read_reports(stage, places, intake)
        read.sort(key=lambda one: one[0])
        ordered = Stage(f"{self.name}_ordered", self.environment, self.folder)
        self.prefix = ordered.prefix
        self.reported = [one[1:] for one in read]
        self.arrived_ms = [records[position][0] for (position, _), *_ in read]
        self._publish(ordered.prefix + "onecase.report")

    def shuffled(self, seed):
        """The same records in another order within each day; decide() as on this one."""
        name = f"{self.name}_order{seed}"
        other = Hub(name, self.environment, self.folder)
        other.prefix = Stage(name, self.environment, self.folder).prefix
        order = shuffled_days(self.arrived_ms, seed)
        other.reported = renumbered([self.reported[at] for at in order])
        other.arrived_ms = [self.arrived_ms[at] for at in order]
        other._publish(other.prefix + "onecase.report")
        return other

    def decide(self, database, model, ledgers=()):
        """Runs the matcher over what intake made, with the ledgers that the model names loaded; returns the environment of its
        database."""
        say(f"{self.name}: matcher into {database}")
        stage = Stage(f"{self.name}_{database}", self.environment, self.folder, prefix=self.prefix)
        if ledgers:
            load_ledgers(ledgers, model, stage.environment)
        query = Query(stage.environment)
        with stage.program("matcher", f"model={model}") as matcher:
            watch(query.stored, len(self.reported), (matcher,), "the matcher to decide on all reports")
        query.close()
        return stage.environment

    def _make_topics(self, names):
        admin = AdminClient(QUIET | {"bootstrap.servers": self.brokers})
        there = set(admin.list_topics(timeout=READ_S).topics)
        missing = [NewTopic(name, DEPARTMENT_PARTITIONS, 1) for name in sorted(names - there)]
        for future in (admin.create_topics(missing) if missing else {}).values():
            future.result()

    def _send(self, prefix, records):
        """{(topic, partition, offset): position in the order of sending}."""
        places, failed = {}, []
        producer = Producer(QUIET | {"bootstrap.servers": self.brokers, "partitioner": "murmur2_random", "enable.idempotence": True,
                             "queue.buffering.max.messages": 1_000_000, "linger.ms": 20})
        for position, (at, topic, key, value) in enumerate(records):
            def delivered(error, message, position=position):
                if error:
                    failed.append(str(error))
                places[message.topic(), message.partition(), message.offset()] = position
            producer.produce(prefix + topic, value, key, timestamp=at, on_delivery=delivered)
            producer.poll(0)
        if producer.flush(90) or failed:
            fail(f"Kafka did not take all records: {failed[:1]}")
        return places

    def _read_reports(self, stage, places, intake):
        """[((position, item), partition, key, value, headers)] of onecase.report, until each record of a department gave all
        of its items."""
        consumer = Consumer(QUIET | {"bootstrap.servers": self.brokers, "group.id": f"{stage.prefix}bench", "enable.auto.commit": False,
                             "auto.offset.reset": "earliest"})
        consumer.assign([TopicPartition(f"{stage.prefix}onecase.report", p, 0) for p in range(PARTITIONS)])
        read, items, quiet = [], defaultdict(set), 0.0
        while len(items) < len(places) or any(len(seen) < wanted for (_, wanted), seen in items.items()):
            messages = consumer.consume(10_000, ASK_EVERY_S)
            quiet = 0.0 if messages else quiet + ASK_EVERY_S
            if quiet > 60:
                fail(f"intake gave records for {len(items)} of {len(places)}, and then nothing for a minute")
            intake.check()
            for message in messages:
                if message.error():
                    fail(f"cannot read onecase.report: {message.error()}")
                headers = dict(message.headers())
                place, item = origin(headers)
                position = places[place]
                items[position, int(headers.get("oc-items", b"1"))].add(item)
                read.append(((position, item), message.partition(), message.key(), message.value(), message.headers()))
        consumer.close()
        return read

    def _publish(self, topic):
        producer = Producer(QUIET | {"bootstrap.servers": self.brokers, "enable.idempotence": True, "linger.ms": 20,
                             "queue.buffering.max.messages": 1_000_000})
        for partition, key, value, headers in self.reported:
            producer.produce(topic, value, key, partition=partition, headers=headers)
            producer.poll(0)
        if producer.flush(90):
            fail("Kafka did not take all records of onecase.report")


def shuffled_days(arrived_ms, seed):
    """Positions in another order: those of a day change places, days do not. One seed, one order."""
    days = defaultdict(list)
    for position, at in enumerate(arrived_ms):
        days[(at + CHINA_MS) // DAY_MS].append(position)
    rng, order = random.Random(seed), []
    for _, positions in sorted(days.items()):
        rng.shuffle(positions)
        order += positions
    return order


def renumbered(reported):
    """Records of onecase.report with the origins of each partition of a department given out anew, in the order of the records."""
    origins = defaultdict(list)
    for _, _, _, headers in reported:
        place, item = origin(dict(headers))
        origins[place[:2]].append((place[2], item, {name: value for name, value in headers if name in OF_ORIGIN}))
    given = {source: iter(sorted(those, key=lambda one: one[:2])) for source, those in origins.items()}
    changed = []
    for partition, key, value, headers in reported:
        _, _, new = next(given[origin(dict(headers))[0][:2]])
        rest = [(name, content) for name, content in headers if name not in OF_ORIGIN]
        changed.append((partition, key, value, [*new.items(), *rest]))
    return changed


def load_ledgers(files, model, environment):
    """Loads ledgers; returns {kind: snapshot}, what a model file must say to have them used."""
    loaded = json.loads(run(BIN / "onecase", "ledger", "load", *files, "--model", model, "--json", env=environment, cwd=PROJECT))
    return {kind: found["snapshot"] for kind, found in loaded.items()}


def origin(headers):
    """((topic, partition, offset), item) out of ce_id "topic/partition/offset#item"."""
    place, _, item = headers["ce_id"].decode().rpartition("#")
    topic, partition, offset = place.rsplit("/", 2)
    return (topic, int(partition), int(offset)), int(item)
