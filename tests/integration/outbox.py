"""Rows of the outbox written as the matcher would write them, with an account of its own of what has to come out of the relay."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from harness import Database, Record, Service, Topics, wait_until

CASE = "onecase.case"
REPORT = "onecase.report"
REPORT_PARTITIONS = 5
CASE_PARTITIONS = 4
HOMES = {"9901": 0, "9902": 1, "9903": 1, "9904": 4}  # region -> partition of onecase.report; two share one
KINDS = ("case.opened", "case.report_linked", "case.escalated", "case.status_changed", "case.closed", "case.reopened",
         "case.merged", "case.overdue", "case.assigned", "case.changed", "review.requested")
BEGIN = datetime(2026, 2, 1, 8, 0, tzinfo=timezone.utc)

INSERT = """insert into onecase.outbox (report_partition, report_offset, n, kind, region, case_id, payload, stream_time, seq,
    subject, event_at, level, headers) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"""


@dataclass
class Row:
    partition: int
    offset: int
    n: int
    kind: str
    region: str
    payload: str
    stream_time: datetime
    seq: int | None = None
    subject: str | None = None
    event_at: datetime | None = None
    level: int | None = None
    headers: dict[str, str] | None = None

    @property
    def id(self) -> str:
        return f"{self.partition}/{self.offset}/{self.n}"

    def columns(self) -> tuple:
        headers = None if self.headers is None else json.dumps(self.headers, ensure_ascii=False)
        return (self.partition, self.offset, self.n, self.kind, self.region, 1 if self.subject else None, self.payload,
                self.stream_time, self.seq, self.subject, self.event_at, self.level, headers)

    def expected(self) -> tuple:
        """As `seen` gives an event."""
        at = self.event_at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{self.event_at.microsecond // 1000:03}Z"
        headers = {
            "ce_specversion": "1.0", "ce_type": self.kind, "ce_source": f"/onecase/{self.region}", "ce_id": self.id,
            "ce_time": at, "ce_subject": self.subject, "ce_dataschema": f"urn:onecase:event:{self.kind}:1",
            "ce_sequence": str(self.seq), "ce_level": str(self.level), "content-type": "application/json",
        }
        return (self.region.encode(), self.payload.encode(), headers)


def seen(record: Record) -> tuple:
    return (record.key, record.value, record.headers)


@dataclass
class Outbox:
    database: Database
    topics: Topics
    rows: list[Row] = field(default_factory=list)
    rng: random.Random = field(default_factory=lambda: random.Random(7))
    offsets: dict[int, int] = field(default_factory=dict)
    seqs: dict[str, int] = field(default_factory=dict)

    def create(self, **case_config: str) -> Outbox:
        self.topics.create(REPORT, REPORT_PARTITIONS, message_timestamp_type="LogAppendTime")
        self.topics.create("onecase.deadletter", 1, message_timestamp_type="LogAppendTime")
        self.topics.create(CASE, CASE_PARTITIONS, message_timestamp_type="LogAppendTime", **case_config)
        self.database.execute("select onecase.set_report_topic(%s, %s)", (self.topics.name(REPORT), REPORT_PARTITIONS))
        return self

    def place(self, region: str) -> tuple[int, int]:
        """The next record of the region's partition; offsets have gaps, as most records announce nothing."""
        partition = HOMES[region]
        self.offsets[partition] = self.offsets.get(partition, -1) + self.rng.randrange(1, 4)
        return partition, self.offsets[partition]

    def events(self, count: int, size: int = 60) -> list[Row]:
        """`count` events of all regions in the order in which they would be written; not yet in the table."""
        made: list[Row] = []
        while len(made) < count:
            region = self.rng.choice(list(HOMES))
            partition, offset = self.place(region)
            for n in range(min(self.rng.choice([1, 1, 1, 2, 3]), count - len(made))):
                self.seqs[region] = self.seqs.get(region, 0) + self.rng.randrange(1, 3)
                at = BEGIN + timedelta(seconds=offset, microseconds=self.rng.randrange(1000000))
                made.append(Row(
                    partition, offset, n, self.rng.choice(KINDS), region,
                    json.dumps({"case_no": f"AJ{region}", "zh": "电梯", "pad": "x" * self.rng.randrange(size)}, ensure_ascii=False),
                    BEGIN + timedelta(seconds=offset), self.seqs[region], f"AJ{region}-20260201-{self.rng.randrange(9999):04}",
                    at, self.rng.randrange(1, 5)))
        self.rows += made
        return made

    def forward(self, region: str, home: str, payload: str, headers: dict[str, str]) -> Row:
        """A record that came to `region` and lives in `home`."""
        partition, offset = self.place(region)
        row = Row(partition, offset, 0, "forward", home, payload, BEGIN + timedelta(seconds=offset), headers=headers)
        self.rows.append(row)
        return row

    def write(self, rows: Iterable[Row]) -> None:
        """In transactions of 200, as batches of the matcher: each record's rows in one of them."""
        with self.database.connect() as connection:
            pending: list[Row] = []
            for _, group in itertools.groupby(rows, key=lambda row: (row.partition, row.offset)):
                pending += group
                if len(pending) >= 200:
                    self._commit(connection, pending)
                    pending = []
            self._commit(connection, pending)

    @staticmethod
    def _commit(connection: object, rows: list[Row]) -> None:
        with connection.transaction(), connection.cursor() as cursor:
            cursor.executemany(INSERT, [row.columns() for row in rows])

    def position(self, partition: int) -> tuple[int, int]:
        return self.database.rows(
            "select report_offset, n from onecase.relay_positions where partition = %s", (partition,))[0]

    def waiting(self) -> int:
        return self.database.value(
            "select count(*) from onecase.outbox o left join onecase.relay_positions p on p.partition = o.report_partition"
            " where (o.report_offset, o.n) > (coalesce(p.report_offset, -1), coalesce(p.n, -1))")

    def wait_published(self, *relays: Service, limit: float = 60) -> None:
        """Until no row is behind its position."""
        def done() -> bool:
            for relay in relays:
                assert relay.running, relay.tail()
            return self.waiting() == 0
        wait_until(done, limit, "every row to be behind its position", every=0.05)

    def read(self) -> list[Record]:
        return self.topics.read(CASE)

    def check(self, repeats: bool = False) -> int:
        """Each event is there as it was written, each once or, with `repeats`, the same again; in order when repeats are
        dropped. Answers how many repeats there were."""
        wanted = {row.id: row.expected() for row in self.rows if row.kind != "forward"}
        records = self.read()
        for record in records:
            assert seen(record) == wanted.get(record.headers["ce_id"]), record
        for region in HOMES:
            ids = [record.headers["ce_id"] for record in records if record.key == region.encode()]
            assert list(dict.fromkeys(ids)) == [row.id for row in self.rows if row.region == region and row.kind != "forward"]
        again = len(records) - len(wanted)
        assert again == 0 or repeats, f"{again} repeats"
        return again
