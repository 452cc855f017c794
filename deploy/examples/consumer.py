#!/usr/bin/env python3
"""A department's consumer of onecase.case: keeps a table of cases in SQLite and says aloud what is red.

    python3 -m venv venv && venv/bin/pip install confluent-kafka jsonschema
    venv/bin/python consumer.py --brokers kafka:9092 --group water-bureau --database cases.sqlite

jsonschema is not needed: without it events are taken unchecked. Python 3.11 or newer. To be copied and changed; what it
shows is how not to lose an event and not to count one twice:

- An event may come again. Its ce_id is then the same, and it is dropped: the ids of the last events are kept in the
  database (--remember).
- The case, the id and the offset are written in one transaction, and only then is the offset committed to Kafka. Started
  anew it goes on from the database: with an empty one from the earliest event, whatever the group had read before.
- Events of a region come in the order of ce_sequence. Each carries the case as it stood then, so the row of a case is
  replaced, never added up, and an older event never replaces a newer one.
- An event that does not fit its schema is kept in the table "refused" and named on stderr; the ones behind it go on.

One line on stdout for each event of a red case that a person should hear of, also for a repeat. It is written before the
transaction commits: after a crash a line may come twice, none is lost. Each database has one
process and a group of its own.
"""

from __future__ import annotations

import argparse
import json
import signal
import sqlite3
import sys
import time
from dataclasses import dataclass
from pathlib import Path

try:
    from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, Message, TopicPartition
except ImportError:
    Consumer = None
try:
    from jsonschema import Draft202012Validator
except ImportError:
    Draft202012Validator = None

BATCH = 500
POLL_SECONDS = 1.0
RED = 1
ALOUD = ("case.opened", "case.report_linked", "case.escalated", "case.reopened")
VOID = 95  # the status of a case that was merged into another one

TABLES = """
create table if not exists cases (
    case_no text primary key, region text not null, hazard_no text not null, category text not null, level integer,
    status integer not null, reports integer not null, independent integer not null, reporters integer not null,
    sources integer not null, opened_at text not null, closed_at text, merged_into text, address text, lon real, lat real,
    sequence integer not null);
create table if not exists seen (number integer primary key autoincrement, ce_id text not null unique);
create table if not exists positions (topic text, partition integer, next_offset integer not null, primary key (topic, partition));
create table if not exists refused (ce_id text primary key, place text not null, why text not null, data blob);
"""

# A row of a merged case stays, with what it said last.
UPSERT = """
insert into cases values (:case_no, :region, :hazard_no, :category, :level, :status, :reports, :independent, :reporters,
    :sources, :opened_at, :closed_at, :merged_into, :address, :lon, :lat, :sequence)
on conflict (case_no) do update set hazard_no = excluded.hazard_no, category = excluded.category,
    level = coalesce(excluded.level, level), status = excluded.status, reports = excluded.reports,
    independent = excluded.independent, reporters = excluded.reporters, sources = excluded.sources,
    opened_at = excluded.opened_at, closed_at = excluded.closed_at, merged_into = excluded.merged_into,
    address = excluded.address, lon = excluded.lon, lat = excluded.lat, sequence = excluded.sequence
where excluded.sequence > sequence
"""

MERGED = """
update cases set status = :void, merged_into = :into, reports = 0, independent = 0, reporters = 0, sources = 0,
    sequence = :sequence where case_no = :gone and sequence < :sequence
"""


class Refused(Exception):
    """Why an event cannot be used."""


@dataclass(frozen=True)
class Event:
    id: str
    type: str
    sequence: int
    schema: str
    data: dict


# ---- reading -------------------------------------------------------------------------------------------------------

def headers_of(message: Message) -> dict[str, str]:
    return {name: (value or b"").decode("utf-8", "replace") for name, value in message.headers() or []}


def read_event(message: Message) -> Event:
    headers = headers_of(message)
    for name in ("ce_id", "ce_type", "ce_sequence", "ce_dataschema"):
        if not headers.get(name):
            raise Refused(f"expected header {name}, found none")
    if not headers["ce_sequence"].isdigit():
        raise Refused(f"header ce_sequence: expected a number, found \"{headers['ce_sequence']}\"")
    try:
        data = json.loads(message.value() or b"")
    except ValueError as fault:
        raise Refused(f"the data is no JSON: {fault}") from None
    if not isinstance(data, dict):
        raise Refused("the data is no JSON object")
    return Event(headers["ce_id"], headers["ce_type"], int(headers["ce_sequence"]), headers["ce_dataschema"], data)


class Schemas:
    """Schemas by ce_dataschema, out of a folder; without jsonschema every event passes."""

    def __init__(self, folder: Path) -> None:
        self.validators: dict[str, object] = {}
        self.unknown: set[str] = set()
        if Draft202012Validator is None:
            print("consumer.py: jsonschema is not installed, so events are not checked", file=sys.stderr)
            return
        for path in sorted(folder.glob("*.schema.json")):
            schema = json.loads(path.read_text(encoding="utf-8"))
            self.validators[schema["$id"]] = Draft202012Validator(schema)
        if not self.validators:
            raise SystemExit(f"consumer.py: expected *.schema.json in {folder}, found none (option --schemas)")

    def check(self, event: Event) -> None:
        validator = self.validators.get(event.schema)
        if validator is None:
            if self.validators and event.schema not in self.unknown:
                self.unknown.add(event.schema)
                print(f"consumer.py: no schema {event.schema} here, so its events are not checked", file=sys.stderr)
            return
        fault = next(iter(sorted(validator.iter_errors(event.data), key=lambda error: error.json_path)), None)
        if fault is not None:
            raise Refused(f"{fault.json_path}: {fault.message}")


# ---- keeping -------------------------------------------------------------------------------------------------------

class Store:
    """The table of cases, and which events were seen. One transaction a batch."""

    def __init__(self, path: Path, remember: int) -> None:
        self.remember = remember
        try:
            self.database = sqlite3.connect(path, isolation_level=None)
            self.database.executescript(TABLES)
        except sqlite3.Error as fault:
            raise SystemExit(f"consumer.py: cannot use {path} as a database: {fault}") from None

    def begin(self) -> None:
        self.database.execute("begin immediate")

    def commit(self) -> None:
        self.database.execute("delete from seen where number <= (select max(number) from seen) - ?", (self.remember,))
        self.database.execute("commit")

    def next_offset(self, topic: str, partition: int) -> int | None:
        row = self.database.execute("select next_offset from positions where topic = ? and partition = ?",
                                    (topic, partition)).fetchone()
        return row[0] if row else None

    def move_on(self, message: Message) -> None:
        self.database.execute("insert into positions values (?, ?, ?) on conflict do update set next_offset = excluded.next_offset",
                              (message.topic(), message.partition(), message.offset() + 1))

    def is_new(self, event_id: str) -> bool:
        """Notes the id; False: it was here before."""
        return self.database.execute("insert into seen (ce_id) values (?) on conflict do nothing", (event_id,)).rowcount == 1

    def keep(self, event: Event) -> None:
        data = event.data
        place = data["place"]
        row = {name: data.get(name) for name in ("case_no", "region", "hazard_no", "category", "level", "status", "opened_at",
                                                 "closed_at", "merged_into")}
        row |= {name: data["counts"][name] for name in ("reports", "independent", "reporters", "sources")}
        row |= {name: place.get(name) for name in ("address", "lon", "lat")} | {"sequence": event.sequence}
        self.database.execute(UPSERT, row)
        if event.type == "case.merged" and data["before"].startswith("AJ"):
            self.database.execute(MERGED, {"gone": data["before"], "into": data["after"], "void": VOID,
                                           "sequence": event.sequence})

    def refuse(self, message: Message, why: str) -> None:
        place = f"{message.topic()}/{message.partition()}/{message.offset()}"
        self.database.execute("insert into refused values (?, ?, ?, ?) on conflict do nothing",
                              (headers_of(message).get("ce_id", place), place, why, message.value()))
        print(f"consumer.py: refused {place}: {why}", file=sys.stderr)


def say_red(event: Event) -> None:
    data = event.data
    if data.get("level") != RED or event.type not in ALOUD:
        return
    hurt = " ".join(f"{name} {data[name]}" for name in ("trapped", "injured", "dead") if name in data)
    print(f"RED {data['event_at']} {data['case_no']} {event.type} {data['category']} {data['place'].get('address', 'no place')}"
          f" reports {data['counts']['reports']} {hurt}".rstrip(), flush=True)


# ---- the loop ------------------------------------------------------------------------------------------------------

class Stop:
    """Set by SIGINT and SIGTERM: the batch in hand is finished first."""

    def __init__(self) -> None:
        self.wanted = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._set)

    def _set(self, *_: object) -> None:
        self.wanted = True


class Idle:
    """Whether nothing has come for long enough, counted from when there are partitions to read."""

    def __init__(self, seconds: float | None) -> None:
        self.seconds = seconds
        self.since: float | None = None

    def begin(self) -> None:
        self.since = time.monotonic()

    def over(self) -> bool:
        return self.seconds is not None and self.since is not None and time.monotonic() - self.since >= self.seconds


def take(message: Message, store: Store, schemas: Schemas) -> None:
    try:
        event = read_event(message)
        if not store.is_new(event.id):
            return
        schemas.check(event)
        store.keep(event)
        say_red(event)
    except Refused as why:
        store.refuse(message, str(why))
    except (KeyError, TypeError, AttributeError) as fault:  # unchecked, and not of the form that it should have
        store.refuse(message, f"the data lacks what every event has: {fault!r}")


def events_of(messages: list[Message]) -> list[Message]:
    """Those that are events; the others say what is wrong."""
    for message in messages:
        fault = message.error()
        if fault is not None and fault.code() in (KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError.TOPIC_AUTHORIZATION_FAILED):
            raise SystemExit(f"consumer.py: cannot read the topic: {fault.str()}")
        if fault is not None and fault.fatal():
            raise SystemExit(f"consumer.py: another process of the group has taken its place, or it cannot go on: {fault.str()}")
        if fault is not None:
            print(f"consumer.py: {fault.str()}", file=sys.stderr)
    return [message for message in messages if message.error() is None]


def commit(consumer: Consumer) -> None:
    try:
        consumer.commit(asynchronous=False)
    except KafkaException as fault:  # another member has the partition now, or the broker is away: the events come again
        print(f"consumer.py: offsets not committed: {fault.args[0].str()}", file=sys.stderr)


def run(consumer: Consumer, store: Store, schemas: Schemas, idle: Idle) -> None:
    stop = Stop()
    while not stop.wanted and not idle.over():
        messages = events_of(consumer.consume(BATCH, POLL_SECONDS))
        if messages:
            store.begin()
            for message in messages:
                take(message, store, schemas)
                store.move_on(message)
            store.commit()
            commit(consumer)
            idle.begin()


def read_settings(path: Path | None) -> dict[str, str]:
    """Lines name=value of librdkafka, as security.protocol=SSL; # begins a comment."""
    settings = {}
    for at, line in enumerate(path.read_text(encoding="utf-8").splitlines() if path else (), 1):
        name, equals, value = line.partition("=")
        if line.strip() and not line.lstrip().startswith("#"):
            if not equals:
                raise SystemExit(f"consumer.py: {path}:{at}: expected name=value, found \"{line.strip()}\"")
            settings[name.strip()] = value.strip()
    return settings


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--brokers", required=True, metavar="HOST:PORT,...", help="Kafka's brokers")
    parser.add_argument("--topic", default="onecase.case", help="default onecase.case")
    parser.add_argument("--group", required=True, help="consumer group of your own; it remembers where you are")
    parser.add_argument("--database", required=True, type=Path, metavar="FILE", help="SQLite file, made when it is not there")
    parser.add_argument("--schemas", type=Path, metavar="FOLDER", default=Path(__file__).resolve().parents[2] / "docs" / "events",
                        help="folder of the KIND.schema.json files (default: docs/events beside this program's project)")
    parser.add_argument("--remember", type=int, default=1_000_000, metavar="N",
                        help="how many ids are kept to know repeats by (default 1,000,000)")
    parser.add_argument("--config", type=Path, metavar="FILE", help="more settings of librdkafka, name=value a line (TLS, passwords)")
    parser.add_argument("--until-idle", type=float, metavar="SECONDS", help="end when nothing has come for so long")
    chosen = parser.parse_args()
    if chosen.remember < BATCH:
        parser.error(f"--remember: expected {BATCH} or more, found {chosen.remember}")
    if chosen.until_idle is not None and not chosen.until_idle > 0:
        parser.error(f"--until-idle: expected more than 0 seconds, found {chosen.until_idle:g}")
    return chosen


def subscribe(consumer: Consumer, topic: str, store: Store, idle: Idle) -> None:
    """Reads on from where the database says."""

    def assign(member: Consumer, partitions: list[TopicPartition]) -> None:
        for place in partitions:
            stored = store.next_offset(place.topic, place.partition)
            place.offset = OFFSET_BEGINNING if stored is None else stored
        member.assign(partitions)
        idle.begin()

    consumer.subscribe([topic], on_assign=assign)


def main() -> None:
    chosen = arguments()
    if Consumer is None:
        raise SystemExit("consumer.py: confluent-kafka is not installed: pip install confluent-kafka")
    sys.stdout.reconfigure(errors="backslashreplace")  # what a terminal of another encoding lacks stops no event
    store = Store(chosen.database, chosen.remember)
    schemas = Schemas(chosen.schemas)
    idle = Idle(chosen.until_idle)
    # The group has one member, known by name: started anew after a crash it goes on at once.
    settings = {"bootstrap.servers": chosen.brokers, "group.id": chosen.group, "group.instance.id": chosen.group,
                "auto.offset.reset": "earliest", "enable.auto.commit": False}
    try:
        consumer = Consumer(read_settings(chosen.config) | settings)
        subscribe(consumer, chosen.topic, store, idle)
        run(consumer, store, schemas, idle)
    except OSError as fault:
        raise SystemExit(f"consumer.py: {fault}") from None
    except sqlite3.Error as fault:  # the batch in hand is undone and comes again
        raise SystemExit(f"consumer.py: cannot write {chosen.database}: {fault}") from None
    except KafkaException as fault:
        raise SystemExit(f"consumer.py: {fault.args[0].str()}") from None
    consumer.close()


if __name__ == "__main__":
    main()
