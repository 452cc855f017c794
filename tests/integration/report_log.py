"""onecase.report written as intake would write it, with an account of its own of what has to come of it.

ReportLog makes the records (canonical JSON, CloudEvents headers, region as key) and counts by itself; the tests compare
that count with what the matcher stored. Plainly synthetic: regions 9901 and 9902, record numbers of one letter and digits.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import dataclass, field

from harness import Database, Topics, wait_until_reached

SOURCES = {
    "H12345": "hotline.workorder",
    "FIRE119": "fire.incident",
    "MKT12315": "market.complaint",
    "GRID": "grid.event",
}
PARTITIONS = 5  # so that the two regions lie in two of them
BY_KIND = {"report": "reports", "inspection": "inspections", "update": "updates", "assignment": "assignments", "ignored": "ignored",
           "dead": "dead"}
BESIDE = {("assignment", "updates"): "assignments", ("inspection", "reports"): "inspections"}
COUNTED = ["extra_items", "reports", "inspections", "updates", "assignments", "ignored", "dead", "skipped", "released", "redelivered"]
STARTED = "2026-02-01T00:30:00.000Z"


@dataclass
class SourceCount:
    """What one source partition sent, counted by the sender: each offset once."""

    first: int | None = None
    last: int = -1
    counts: Counter = field(default_factory=Counter)


class ReportLog:
    """Gathers records; send() writes them in order and returns their places."""

    def __init__(self, topics: Topics, partitions: int = PARTITIONS) -> None:
        self.topics = topics
        self.partitions = partitions
        self.pending: list[tuple] = []
        self.sources: dict[tuple[str, int], SourceCount] = {}
        self.next_offset: Counter = Counter()
        self.sent = 0

    def create(self) -> ReportLog:
        self.topics.create("onecase.report", self.partitions, message_timestamp_type="LogAppendTime")
        self.topics.create("onecase.deadletter", 1, message_timestamp_type="LogAppendTime")
        return self

    def use(self, database: Database) -> Database:
        """Writes the partition count into the database, as `onecase topics --create` does."""
        database.execute("select onecase.set_report_topic(%s, %s)", (self.topics.name("onecase.report"), self.partitions))
        return database

    def add(self, kind: str, value: object, *, source: str = "H12345", region: str | None = "9901", partition: int = 0,
            offset: int | None = None, item: int = 0, items: int = 1, skipped: int = 0, attempt: int = 1,
            count: str | None = "", headers: dict[str, str | bytes | None] | None = None) -> str:
        """One record; answers its origin. count: which account it belongs to ("": by kind; None: none, it is a repeat)."""
        topic = self.topics.name(SOURCES[source])
        key = (topic, partition)
        if offset is None:
            offset = self.next_offset[key] + skipped
        self.next_offset[key] = max(self.next_offset[key], offset + 1)
        origin = f"{topic}/{partition}/{offset}#{item}"
        fields = {
            "ce_specversion": "1.0", "ce_id": origin, "ce_type": f"onecase.{kind}", "ce_source": source,
            "content-type": "application/json", "oc-items": str(items), "oc-skipped": str(skipped),
            "oc-mapping": f"{source.lower()}@0123456789ab", "oc-attempt": str(attempt), "oc-backfill": "false",
        } | (headers or {})
        body = value if isinstance(value, (bytes, type(None))) else json.dumps(value, ensure_ascii=False).encode()
        self.pending.append((region, body, [(k, v.encode() if isinstance(v, str) else v)
                                            for k, v in fields.items() if v is not None]))
        self._count(key, kind, offset, item, skipped, attempt, count)
        return origin

    def _count(self, key: tuple[str, int], kind: str, offset: int, item: int, skipped: int, attempt: int,
               count: str | None) -> None:
        account = self.sources.setdefault(key, SourceCount())
        if count is None:
            account.counts["redelivered"] += 1
            return
        account.counts[BESIDE.get((kind, count), count or BY_KIND[kind])] += 1
        if attempt > 1:  # its offset was counted when it died
            account.counts["released"] += 1
            return
        account.first = offset - skipped if account.first is None else min(account.first, offset - skipped)
        account.last = max(account.last, offset)
        account.counts["skipped"] += skipped if item == 0 else 0
        account.counts["extra_items"] += 1 if item > 0 else 0

    def report(self, record_no: str, kind: str = "report", **more: object) -> str:
        """A record that carries a report; arguments of add are taken out of `more`, the rest are fields."""
        names = ("source", "region", "partition", "offset", "item", "items", "skipped", "attempt", "count", "headers")
        how = {name: more.pop(name) for name in names if name in more}
        fields = {"record_no": record_no}
        if kind in ("report", "inspection"):
            fields |= {"reported_at": STARTED, "title": f"synthetic {record_no}", "category": "A02",
                       "point": [120.5, 30.25], "point_system": "GCJ-02", "point_precision": "B",
                       "reporter": "1:" + f"{abs(hash_of(record_no)):032x}"[:32], "reporter_kind": "citizen"}
        return self.add(kind, fields | more, **how)

    def ignored(self, record_no: str, **how: object) -> str:
        return self.add("ignored", {"reason": "consultation", "record_no": record_no}, **how)

    def dead(self, **how: object) -> str:
        return self.add("dead", {"stage": "map", "pointer": "/id", "rule": "required", "message": "record number is missing",
                                 "sha256": "ab" * 32}, **how)

    def tick(self, partition: int) -> None:
        self.send()
        self.topics.produce("onecase.report", [(None, b"{}", [
            ("ce_id", f"onecase.tick/{partition}/0#0".encode()), ("ce_type", b"onecase.tick"), ("ce_source", b"relay")])],
            partition=partition)
        self.sent += 1

    def send(self, partition: int | None = None) -> list[tuple[int, int]]:
        places = self.topics.produce("onecase.report", self.pending, partition=partition)
        self.sent += len(self.pending)
        self.pending = []
        return places

    def expected_accounts(self) -> set[tuple]:
        """Rows as reconciled() gives them."""
        rows = set()
        for (topic, partition), account in self.sources.items():
            counts = account.counts
            rows.add((topic, partition, account.first, account.last, *(counts[name] for name in COUNTED), 0, 0))
        return rows


def hash_of(text: str) -> int:
    return int.from_bytes(text.encode().ljust(16, b"\0")[:16], "big")


def reconciled(database: Database) -> set[tuple]:
    return set(database.rows(
        f"select source_topic, source_partition, first_offset, last_offset, {', '.join(COUNTED)}, missing, doubled"
        " from analysis.reconciliation"))


def wait_until_stored(database: Database, log: ReportLog, limit: float = 120) -> None:
    """Until the offsets in PostgreSQL are at the ends of onecase.report; limit: how long they may stand still."""
    wait_until_read(database, log.topics, limit)


def wait_until_read(database: Database, topics: Topics, limit: float = 120) -> None:
    """The same of a topic that others write: until the matcher has read what is there now."""
    topic = topics.name("onecase.report")
    ends = {p: end for p, end in topics.ends("onecase.report").items() if end > 0}

    def stored() -> int:
        found = dict(database.rows("select partition, next_offset from onecase.consumer_offsets where topic = %s", (topic,)))
        return sum(min(max(found.get(p, 0), 0), end) for p, end in ends.items())

    wait_until_reached(stored, sum(ends.values()), limit, f"the matcher to reach {ends}")


def mixed_log(log: ReportLog, seed: int, count: int) -> None:
    """`count` records of four feeds, two regions and two partitions each: every kind, repeats, skips, items, pendings."""
    rng = random.Random(seed)
    known: dict[tuple[str, str], list[tuple[str, int]]] = {}
    delivered: list[dict] = []
    serial = 0
    for number in range(count):
        source = rng.choice(list(SOURCES))
        region = rng.choice(["9901", "9902"])
        partition = rng.randrange(2)
        how = {"source": source, "region": region, "partition": partition}
        mine = known.setdefault((source, region), [])
        dice = rng.random()
        if dice < 0.05:
            how["skipped"] = rng.randrange(1, 4)
        if dice < 0.55 or not mine:
            serial += 1
            record_no = f"{source[0]}{region}{serial:06d}"
            kind = "inspection" if dice < 0.05 else "report"
            log.report(record_no, kind, revision=1, status=10, **how)
            mine.append((record_no, 1))
        elif dice < 0.75:
            place = rng.randrange(len(mine))
            record_no, revision = mine[place]
            revision += rng.choice([-1, 1, 1, 2])
            mine[place] = (record_no, max(revision, mine[place][1]))
            log.report(record_no, rng.choice(["update", "assignment", "report"]), revision=revision,
                       status=rng.choice([20, 30, 50, 60]), count="updates", **how)
        elif dice < 0.80:
            serial += 1
            record_no = f"{source[0]}{region}{serial:06d}"
            log.report(record_no, "update", revision=2, status=30, **how)
            if rng.random() < 0.5:
                log.report(record_no, revision=1, status=10, **how)
                mine.append((record_no, 2))
        elif dice < 0.90:
            log.ignored(f"I{number:06d}", **how)
        elif dice < 0.95:
            log.dead(**how)
        else:
            items = rng.randrange(2, 4)
            offset = None
            for item in range(items):
                serial += 1
                record_no = f"{source[0]}{region}{serial:06d}"
                origin = log.report(record_no, item=item, items=items, offset=offset, **how)
                offset = int(origin.rsplit("/", 1)[1].split("#")[0])
                mine.append((record_no, -1))
        delivered.append({"source": source, "partition": partition, "pending": len(log.pending)})
        if rng.random() < 0.02:
            repeat_tail(log, rng)


def repeat_tail(log: ReportLog, rng: random.Random) -> None:
    """As intake after a crash: the last records once more, in order, byte for byte."""
    tail = log.pending[-rng.randrange(1, 12):]
    for region, body, headers in tail:
        log.pending.append((region, body, headers))
        topic, partition, _ = dict(headers)["ce_id"].decode().rsplit("/", 2)
        log.sources[(topic, int(partition))].counts["redelivered"] += 1
