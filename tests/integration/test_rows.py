"""NAME.row beside NAME.in: what stands in onecase.reports once the records went through the real intake and matcher.

NAME.row is a JSON object for the one record of NAME.in, or an array with one entry for each record that NAME.in becomes,
in order: an object, or null for a record that is no report of its own (an update, an ignored or a dead one). An object
names columns and what has to stand there at the end, after all of NAME.in. The records bear the time of NAME.at, when there
is one; the reporters' key is that of `onecase check`, so hashes are those of NAME.out.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path

import pytest
from confluent_kafka import Producer
from harness import PROJECT, Database, Topics
from harness_intake import wait_committed
from report_log import wait_until_read

SOURCES = PROJECT / "deploy" / "sources"
ROWS = sorted((SOURCES / "tests").glob("*/*.row"))
CHECK_KEY = b"onecase test key".ljust(32, b"\0")  # HMAC fills keys up with zeros anyway
NEAR = 1e-6  # degrees, a tenth of a metre


def feed_of(folder: Path) -> tuple[str, str]:
    """Topic and encoding of the mapping whose tests lie in this folder."""
    for path in SOURCES.glob("*.cfg"):
        text = re.sub(r"#.*", "", path.read_text())
        if re.search(rf'\btests\s*=\s*"tests/{folder.name}"', text):
            topic = re.search(r'\btopics\s*=\s*\[\s*"([^"]+)"', text)
            assert topic, f"{path.name} names no topic to send to"
            encoding = re.search(r'\bencoding\s*=\s*"([^"]+)"', text)
            return topic[1], encoding[1] if encoding else "utf-8"
    raise AssertionError(f"no mapping has tests/{folder.name}")


def messages_of(raw: bytes, encoding: str) -> list[bytes]:
    """The whole when it is one JSON value, otherwise one a line, as `onecase check` reads it."""
    try:
        json.loads(raw.decode("utf-8" if encoding == "auto" else encoding, errors="replace"))
        return [raw]
    except json.JSONDecodeError:
        return [line for line in raw.split(b"\n") if line.strip()]


def send(topics: Topics, topic: str, messages: list[bytes], at: Path) -> None:
    stamp = {}
    if at.exists():
        stamp = {"timestamp": int(datetime.fromisoformat(at.read_text().strip().replace("Z", "+00:00")).timestamp() * 1000)}
    if topic not in topics.existing():
        topics.create(topic)
    producer = Producer({"bootstrap.servers": topics.servers.brokers})
    for message in messages:
        producer.produce(topics.name(topic), value=message, partition=0, **stamp)
    assert producer.flush(60) == 0


def canonical(topics: Topics, topic: str) -> list[tuple[tuple[int, int], str, str | None]]:
    """(offset, item), source and record number (None: it carries no report) of what intake made of it, in order."""
    made = []
    for record in topics.read("onecase.report"):
        place, item = record.headers["ce_id"].rsplit("#", 1)
        name, _, offset = place.rsplit("/", 2)
        assert name == topics.name(topic)
        carries = record.headers["ce_type"].rsplit(".", 1)[1] in ("report", "update", "assignment", "inspection")
        made.append(((int(offset), int(item)), record.headers["ce_source"],
                     json.loads(record.value)["record_no"] if carries else None))
    return sorted(made)


def stored(database: Database, source: str, record_no: str) -> dict[str, object]:
    rows = database.rows("select to_jsonb(r) from onecase.reports r where source = %s and record_no = %s", (source, record_no))
    assert len(rows) == 1, f"{len(rows)} rows for {source}/{record_no}"
    return rows[0][0]


def same(wanted: object, found: object) -> bool:
    if isinstance(wanted, str) and isinstance(found, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT.*", wanted):
        return datetime.fromisoformat(wanted.replace("Z", "+00:00")) == datetime.fromisoformat(found)
    if isinstance(wanted, float) and isinstance(found, (int, float)):
        return abs(wanted - found) <= NEAR
    return wanted == found and isinstance(wanted, bool) == isinstance(found, bool)


def differences(wanted: dict[str, object], row: dict[str, object]) -> list[str]:
    unknown = sorted(set(wanted) - set(row))
    assert not unknown, f"onecase.reports has no column {', '.join(unknown)}"
    return [f"{column}: expected {value!r}, found {row[column]!r}" for column, value in wanted.items()
            if not same(value, row[column])]


def is_report_of_its_own(database: Database, topics: Topics, topic: str, place: tuple[int, int]) -> bool:
    return database.rows("select 1 from onecase.record_index where first_topic = %s and first_offset = %s and first_item = %s",
                         (topics.name(topic), *place)) != []


def test_each_feed_has_a_row() -> None:
    lacking = {path.name for path in (SOURCES / "tests").iterdir()} - {path.parent.name for path in ROWS}
    assert lacking == set(), "no NAME.row among the tests of these"


@pytest.mark.parametrize("path", ROWS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_the_row_is_what_the_test_says(path, project_topics, database, start_service, tmp_path):
    wanted = json.loads(path.read_text())
    topic, encoding = feed_of(path.parent)
    messages = messages_of(path.with_suffix(".in").read_bytes(), encoding)
    send(project_topics, topic, messages, path.with_suffix(".at"))
    key_file = tmp_path / "check.key"
    key_file.touch(mode=0o600)
    key_file.write_text(CHECK_KEY.hex())
    intake = start_service("intake", "--set", f"key_file={key_file}")
    start_service("matcher")
    wait_committed(intake, project_topics, topic)
    wait_until_read(database, project_topics)
    assert database.rows("select missing, doubled from analysis.reconciliation where missing <> 0 or doubled <> 0") == []
    records = canonical(project_topics, topic)
    entries = wanted if isinstance(wanted, list) else [wanted]
    assert len(entries) == len(records), f"{path.name} has {len(entries)} entries for {len(records)} records"
    for number, (entry, (place, source, record_no)) in enumerate(zip(entries, records)):
        if entry is None:
            assert not is_report_of_its_own(database, project_topics, topic, place), f"/{number} is a report of its own"
            continue
        assert record_no is not None, f"/{number} carries no report"
        wrong = differences(entry, stored(database, source, record_no))
        assert wrong == [], f"/{number}:\n" + "\n".join(wrong)
