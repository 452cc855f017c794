"""The worst that a department can send. Each ends as a report, a flagged report or a dead letter with a precise reason,
and its neighbours do not notice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from confluent_kafka import Producer
from harness import Record, Service, Topics, wait_until
from harness_intake import FEED, REPORT, VAULT, Feed, feed_record, ids, kind, origins, set_config, wait_committed, wait_reports

MIB = 1024 * 1024
ITEMS_MAX = 5000

ITEMS = """
format = 1;  source = "MANY";  topics = ["many"];  each = "/items";
region : { first = ["/area"]; default = "9901"; };
kinds  = ( { kind = "report"; when = ( ("/items/*/bad", "absent") ); } );
fields : {
  record_no = { first = ["/items/*/no"]; required = true; };
  title     = { first = ["/items/*/title"]; max = 100000; };
  body      = { first = ["/text"]; max = 100000; };
};
"""


@pytest.fixture
def feed(topics: Topics, tmp_path: Path, key_file: Path, start_service: Callable[..., Service]) -> Feed:
    made = Feed(topics, tmp_path, key_file, start_service)
    made.write("many.cfg", ITEMS)
    made.create(partitions=1)
    topics.create("many", 1)
    for topic, limit in (("feed", 8 * MIB), ("many", 8 * MIB), (VAULT, 2 * MIB)):
        set_config(topics, topic, "max.message.bytes", str(limit))
    return made


def send_large(topics: Topics, topic: str, key: bytes, value: bytes, headers: list[tuple[str, bytes]] | None = None) -> None:
    producer = Producer({"bootstrap.servers": topics.servers.brokers, "message.max.bytes": 8 * MIB,
                         "partitioner": "murmur2_random"})
    faults = []
    producer.produce(topics.name(topic), value, key, headers=headers,
                     on_delivery=lambda error, _: faults.append(error) if error else None)
    assert producer.flush(60) == 0 and not faults, faults


def only(records: list[Record], topic: str, offset: int) -> list[Record]:
    """The records that one message gave, in the order of their items."""
    ours = [r for r in records if f"{topic}/0/{offset}#" in r.headers["ce_id"]]
    return sorted(ours, key=lambda r: int(r.headers["ce_id"].split("#")[1]))


def note_of(record: Record) -> tuple[str, str, str]:
    note = json.loads(record.value)
    assert kind(record) == "dead", note
    return note["stage"], note["rule"], note["pointer"]


PLAIN = feed_record(7)

# name, value, what becomes of it: flags of a report, or (stage, rule, pointer, part of the message).
CASES = [
    ("depth", b"[" * 10_000 + b"]" * 10_000, ("decode", "syntax", "", "nested deeper than 64 levels")),
    ("depth of objects", b'{"a":' * 10_000 + b"1" + b"}" * 10_000, ("decode", "syntax", "", "nested deeper than 64 levels")),
    ("depth below a good record", PLAIN[:-1] + b',"x":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
     ("decode", "syntax", "", "nested deeper than 64 levels")),
    ("a long number that nobody reads", PLAIN[:-1] + b',"x":' + b"9" * 2000 + b"}", set()),
    ("a long number as text", b'{"no":"N1","kind":"report","area":"990201","title":' + b"9" * 2000 + b"}", {"text_cut"}),
    ("a long number as record number", b'{"no":' + b"9" * 2000 + b',"kind":"report","area":"990201"}',
     ("map", "type", "/no", "")),
    ("duplicate keys", PLAIN[:-1] + '},"title":"后来"}'.encode()[1:], {"key_repeated"}),
    ("lone surrogates", PLAIN[:-1] + rb',"text":"\ud800x\udc00"}', {"encoding_repaired"}),
    ("invalid UTF-8", PLAIN[:-1] + b',"text":"\xff\xfe\xc0\x80"}', {"encoding_repaired"}),
    ("an escaped NUL", PLAIN[:-1] + rb',"text":"a\u0000b"}', {"nul_removed"}),
    ("raw NULs", PLAIN[:-1] + b',"text":"a\x00\x00b"}' + b"\x00" * 100, {"nul_removed"}),
    ("a NUL in a name", PLAIN[:-1] + rb',"a\u0000b":1}', ("decode", "syntax", "", "a member name holds U+0000")),
    ("an empty value", b"", ("decode", "empty", "", "the value is empty")),
    ("a tombstone", None, ("decode", "empty", "", "the record has no value")),
    ("white space", b" \t\r\n", ("decode", "empty", "", "the value is empty")),
    ("values without end", b"[" + b"0," * 600_000 + b"0]", ("decode", "syntax", "", "more than 500000 values")),
]


def test_each_ends_with_a_precise_reason_and_its_neighbours_are_well(feed: Feed) -> None:
    topics = feed.topics
    for number, (_, value, _) in enumerate(CASES):
        send_large(topics, "feed", b"k", value) if value is not None else topics.produce("feed", [("k", None)])
        topics.produce("feed", [("k", feed_record(1000 + number))])
    service = feed.start()
    records = wait_reports(topics, 2 * len(CASES))
    wait_committed(service, topics, "feed")
    records = topics.read(REPORT)
    assert len(records) == 2 * len(CASES)
    vault = {record.headers["oc-origin"]: record for record in topics.read(VAULT)}
    for number, (name, value, wanted) in enumerate(CASES):
        [record] = only(records, "feed", 2 * number)
        body = json.loads(record.value)
        if isinstance(wanted, set):
            assert kind(record) == "report", (name, body)
            assert set(body.get("flags", [])) == wanted, name
            continue
        assert kind(record) == "dead", name
        assert note_of(record) == wanted[:3], (name, body)
        assert wanted[3] in body["message"], name
        assert body["sha256"] == hashlib.sha256(value or b"").hexdigest()
        kept = vault[record.headers["ce_id"]]
        assert kept.value == value, f"{name}: the vault has the very bytes"
    neighbours = [json.loads(only(records, "feed", 2 * n + 1)[0].value) for n in range(len(CASES))]
    assert [body["record_no"] for body in neighbours] == [f"N{1000 + n:06}" for n in range(len(CASES))]
    for number, text in (("lone surrogates", "\ufffdx\ufffd"), ("an escaped NUL", "ab"), ("raw NULs", "ab")):
        index = next(i for i, case in enumerate(CASES) if case[0] == number)
        assert json.loads(only(records, "feed", 2 * index)[0].value)["body"] == text
    index = next(i for i, case in enumerate(CASES) if case[0] == "duplicate keys")
    assert json.loads(only(records, "feed", 2 * index)[0].value)["title"] == "后来"


def test_records_of_five_megabytes(feed: Feed) -> None:
    """What is not read costs nothing, what is read is cut and flagged; bytes that the vault cannot take leave a digest."""
    topics = feed.topics
    values = [
        feed_record(1, photo="A" * (5 * MIB)),
        feed_record(2, text="字" * (5 * MIB // 3)),
        b'{"no":"N3","text":"' + b"x" * (5 * MIB),
        b"\xff" * (5 * MIB),
        feed_record(5),
    ]
    for value in values:
        send_large(topics, "feed", b"k", value)
    service = feed.start()
    records = wait_reports(topics, len(values))
    wait_committed(service, topics, "feed")
    photo, text, broken, noise, last = (only(records, "feed", i)[0] for i in range(len(values)))
    assert kind(photo) == "report" and json.loads(photo.value).get("flags", []) == []
    assert kind(text) == "report" and json.loads(text.value)["flags"] == ["text_cut"]
    assert len(json.loads(text.value)["body"]) == 100_000
    assert note_of(broken) == ("decode", "syntax", "")
    assert note_of(noise)[:2] == ("decode", "syntax")
    assert kind(last) == "report"
    vault = {record.headers["oc-origin"]: record for record in topics.read(VAULT)}
    for record, value in ((broken, values[2]), (noise, values[3])):
        kept = vault[record.headers["ce_id"]]
        assert kept.value is None
        assert kept.headers["oc-truncated"] == "true"
        assert kept.headers["oc-sha256"] == hashlib.sha256(value).hexdigest()


def test_a_vault_that_takes_more_than_the_queue_of_a_producer(feed: Feed) -> None:
    topics = feed.topics
    set_config(topics, VAULT, "max.message.bytes", str(8 * MIB))
    value = b'{"no":"N3","text":"' + b"x" * (6 * MIB)
    send_large(topics, "feed", b"k", value)
    topics.produce("feed", [("k", feed_record(1))])
    service = feed.start()
    records = wait_reports(topics, 2)
    wait_committed(service, topics, "feed")
    assert sorted(map(kind, records)) == ["dead", "report"]
    [kept] = topics.read(VAULT)
    assert kept.value == value


def test_many_items_and_one_too_many(feed: Feed) -> None:
    topics = feed.topics

    def message(count: int) -> bytes:
        return json.dumps({"area": "990101", "text": "共用", "items": [{"no": f"M{count}-{i}"} for i in range(count)]}).encode()

    topics.produce("many", [("k", message(ITEMS_MAX)), ("k", message(ITEMS_MAX + 1)), ("k", message(0)), ("k", message(1))])
    service = feed.start()
    records = wait_reports(topics, ITEMS_MAX + 3)
    wait_committed(service, topics, "many")
    records = topics.read(REPORT)
    assert len(records) == ITEMS_MAX + 3
    items = only(records, "many", 0)
    assert [json.loads(r.value)["record_no"] for r in items] == [f"M{ITEMS_MAX}-{i}" for i in range(ITEMS_MAX)]
    assert {r.headers["oc-items"] for r in items} == {str(ITEMS_MAX)}
    [too_many] = only(records, "many", 1)
    assert note_of(too_many)[1] == "each"
    [nothing] = only(records, "many", 2)
    assert kind(nothing) == "ignored" and json.loads(nothing.value)["reason"] == "no items"
    assert kind(only(records, "many", 3)[0]) == "report"
    assert sum(int(r.headers["oc-skipped"]) for r in records) == 0


HANGS = "whoever reads this stays there"


def shared_text(count: int, **more: str) -> bytes:
    """Items that all take the same text of 300 kB from the message."""
    items = [{"no": f"L{i}"} for i in range(count)]
    return json.dumps({"area": "990101", "text": "字" * 100_000, "items": items} | more, ensure_ascii=False).encode()


def test_items_of_one_message_go_out_in_rounds(feed: Feed) -> None:
    """0.3 MB come in, 24 MB go out: in order, no offset moves before the last item, and a kill in the middle repeats the
    same records."""
    topics = feed.topics
    count, messages = 80, 6
    topics.produce("many", [("k", shared_text(count))] * 3 + [("k", shared_text(count, note=HANGS))] * (messages - 3))
    places = topics.produce("feed", [("k", feed_record(1))])
    service = feed.start_service("intake", *feed.arguments(), "--set", "commit_interval_ms=10", start=False)
    service.environment["ONECASE_TEST_HANG"] = f"intake:{HANGS}"  # however late the kill comes, it comes before the last ones
    service.start()
    wait_until(lambda: sum(topics.ends(REPORT).values()) >= 5, 60, "the first items", every=0.01)
    service.kill()
    out = sum(topics.ends(REPORT).values())
    assert out < count * messages, "the kill came too late to prove anything"
    assert topics.committed(f"{topics.prefix}intake", "many")[0] * count <= out
    del service.environment["ONECASE_TEST_HANG"]
    service.start()
    wait_committed(service, topics, "many", limit=300)
    wait_committed(service, topics, "feed")
    records = topics.read(REPORT)
    assert set(origins(topics, "feed", places)) < set(ids(records))
    for message in range(messages):
        by_id: dict[str, set[bytes]] = {}
        for record in only(records, "many", message):
            by_id.setdefault(record.headers["ce_id"], set()).add(record.value)
        assert len(by_id) == count and all(len(same) == 1 for same in by_id.values())
    last = [r for r in records if f"many/0/{messages - 1}#" in r.headers["ce_id"]][-count:]
    assert [int(r.headers["ce_id"].split("#")[1]) for r in last] == list(range(count))
    assert all(len(json.loads(r.value)["body"]) == 100_000 for r in last)


def test_a_message_that_asks_for_a_gigabyte(feed: Feed) -> None:
    """Each of its 3000 items has a record: a report, or from some item on a dead letter that says what is too large."""
    topics = feed.topics
    count = 3000
    topics.produce("many", [("k", shared_text(count))])
    places = topics.produce("feed", [("k", feed_record(1))])
    service = feed.start()
    wait_reports(topics, count + 1, limit=180)
    wait_committed(service, topics, "many", limit=180)
    records = topics.read(REPORT, limit=180)
    assert set(origins(topics, "feed", places)) < set(ids(records))
    items = only(records, "many", 0)
    kinds = [kind(r) for r in items]
    assert len(items) == count
    first_dead = kinds.index("dead")
    assert kinds == ["report"] * first_dead + ["dead"] * (count - first_dead) and first_dead > 0
    assert {note_of(r)[:2] for r in items[first_dead:]} == {("map", "too_large")}


def test_dead_items_keep_the_bytes_once(feed: Feed) -> None:
    """Key and headers too: a thousand dead items of one message with a large key would fill the vault."""
    topics = feed.topics
    items = [{"no": f"D{i}"} if i % 2 else {"no": f"D{i}", "bad": 1} for i in range(2000)]
    value = json.dumps({"items": items}).encode()
    send_large(topics, "many", b"K" * MIB, value, [("trace", b"t")] * 300)
    service = feed.start()
    wait_reports(topics, 2000)
    wait_committed(service, topics, "many")
    records = only(topics.read(REPORT), "many", 0)
    dead = [r for r in records if kind(r) == "dead"]
    assert len(records) == 2000 and len(dead) == 1000
    assert {note_of(r)[1] for r in dead} == {"kind"}
    vault = {r.headers["oc-origin"]: r for r in topics.read(VAULT)}
    assert set(vault) == {r.headers["ce_id"] for r in dead}
    first = vault[dead[0].headers["ce_id"]]
    assert first.value == value and len(first.headers["oc-key"]) == MIB and first.headers["trace"] == "t"
    for record in dead[1:]:
        other = vault[record.headers["ce_id"]]
        assert other.value is None
        assert other.headers["oc-bytes-at"] == dead[0].headers["ce_id"]
        assert "oc-key" not in other.headers and "trace" not in other.headers


def test_headers_and_keys_of_any_size(feed: Feed) -> None:
    topics = feed.topics
    headers = [(f"h{i}", b"v" * 100) for i in range(300)]
    topics.produce("feed", [("k", feed_record(1), headers), ("k", b"broken", headers)])
    send_large(topics, "feed", b"K" * MIB, feed_record(2))
    send_large(topics, "feed", b"K" * MIB, b"broken")
    send_large(topics, "feed", b"K" * (3 * MIB), b"broken")
    service = feed.start()
    records = wait_reports(topics, 5)
    wait_committed(service, topics, "feed")
    assert [kind(only(records, "feed", i)[0]) for i in range(5)] == ["report", "dead", "report", "dead", "dead"]
    vault = {r.headers["oc-origin"].split("/")[2].split("#")[0]: r for r in topics.read(VAULT)}
    assert [vault["1"].headers[f"h{i}"] for i in range(300)] == ["v" * 100] * 300
    assert vault["3"].value == b"broken" and len(vault["3"].headers["oc-key"]) == MIB
    assert vault["4"].headers["oc-truncated"] == "true" and "oc-key" not in vault["4"].headers
    assert vault["4"].headers["oc-sha256"] == hashlib.sha256(b"broken").hexdigest()
