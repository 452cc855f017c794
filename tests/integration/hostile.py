"""The hostile corpus: what departments, their gateways and whoever else may write to a topic should never send.

corpus() gives some 1,000 messages, each with a name that says what it is: whole messages that are none, values that do not belong
where they stand (in two feeds, one of UTF-8 and one of GB18030), lists of items, and forged, odd or huge keys and headers, each with a good
value and with a broken one. What becomes of them is the mapping's business; that each becomes something is the test's.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

import hostile_values as values
from hostile_feeds import CITY_MANAGEMENT, FEEDS, FIRE, FIRE_ALARM, GRID, HOTLINE, MARKET, SAMPLE_FEEDS, Feed, Form, Path, ordinary

MARK = "@@HERE@@"
Header = tuple[str, bytes | None]


@dataclass
class Message:
    """One message as it is sent; place: partition and offset, once it is."""

    name: str
    topic: str
    value: bytes | None
    key: bytes | None = b"hostile"
    headers: list[Header] = field(default_factory=list)
    timestamp_ms: int | None = None
    items: int = 1  # records of onecase.report that it becomes
    form: Form | None = None  # of an ordinary one
    place: tuple[int, int] | None = None


@dataclass(frozen=True)
class Places:
    """Where a feed writes what; a point in one text is (text,)."""

    time: Path
    area: Path
    code: Path
    number: Path
    point: tuple[Path, ...]


PLACES = {
    HOTLINE.source: Places(("body", "acceptTime"), ("body", "zone"), ("body", "category", 2, "code"), ("head", "seq"),
                           (("body", "lonlat"),)),
    FIRE.source: Places(("BJSJ",), ("XZQHDM",), ("JQFLYDMZX",), ("BKRS",), (("DQJD",), ("DQWD",))),
    MARKET.source: Places(("recorddate",), ("jyareacode",), ("problem_type",), ("personalinjury",), (("position",),)),
    GRID.source: Places(("createTime",), ("areaCode",), ("mainType",), ("operateSeq",), (("eventLong",), ("eventLat",))),
    CITY_MANAGEMENT.source: Places((0, "create_time"), (0, "district_id"), (0, "main_type"), (0, "act_seq"),
                                   ((0, "coordinate_x"), (0, "coordinate_y"))),
    FIRE_ALARM.source: Places(("pushDateTime",), ("areaCode",), ("deviceType",), ("items", 0, "alarmLevel"),
                              (("lon",), ("lat",))),
}
UTF8 = (GRID, MARKET, CITY_MANAGEMENT)
GB18030 = (HOTLINE, FIRE, FIRE_ALARM)


class Maker:
    """Makes records of their own to be broken; their numbers begin behind `first`."""

    def __init__(self, rng: random.Random, first: int) -> None:
        self.rng, self.next = rng, first

    def form(self, feed: Feed) -> Form:
        self.next += 1
        return ordinary(feed, self.next, self.rng)

    def with_tokens(self, feed: Feed, tokens: list[tuple[Path, str]]) -> bytes:
        """An ordinary record with JSON tokens at these paths, as they are."""
        form = self.form(feed)
        for number, (path, _) in enumerate(tokens):
            form.set(path, f"{MARK}{number}{MARK}")
        body = form.form.get("body") if feed is HOTLINE else None
        if isinstance(body, dict):
            form.form["body"] = fill(json.dumps(body, ensure_ascii=False), tokens)
        return fill(json.dumps(form.form, ensure_ascii=False), tokens).encode(feed.encoding, "surrogatepass")


def fill(text: str, tokens: list[tuple[Path, str]]) -> str:
    for number, (_, token) in enumerate(tokens):
        text = text.replace(f'"{MARK}{number}{MARK}"', token)
    return text


# ---- values --------------------------------------------------------------------------------------------------------


def two_of(number: int) -> tuple[Feed, Feed]:
    return UTF8[number % len(UTF8)], GB18030[number % len(GB18030)]


def whole_messages() -> Iterator[Message]:
    """In every feed: what is an array is a list of items to some and no object to others."""
    for name, value in values.bodies().items():
        for feed in FEEDS:
            yield Message(f"{name} ({feed.source})", feed.topic, value, items=items_of(feed, value))


def items_of(feed: Feed, value: bytes | None) -> int:
    """A message of city management is its items; any other of these is one dead letter."""
    if feed is not CITY_MANAGEMENT or value is None:
        return 1
    try:
        found = json.loads(value.decode())
    except (ValueError, RecursionError):
        return 1
    return len(found) if isinstance(found, list) and 1 < len(found) <= 5000 else 1


def misplaced_values(maker: Maker) -> Iterator[Message]:
    """Everything at every place where something else is meant."""
    tables = (("time", values.times()), ("area", values.areas()), ("code", values.codes()), ("number", values.tokens()))
    for place, table in tables:
        for number, (name, token) in enumerate(table.items()):
            for feed in two_of(number):
                path = getattr(PLACES[feed.source], place)
                yield Message(f"{place}: {name} ({feed.source})", feed.topic, maker.with_tokens(feed, [(path, token)]))
    for number, (name, token) in enumerate((values.record_numbers() | values.tokens()).items()):
        for feed in two_of(number):
            yield Message(f"record number: {name} ({feed.source})", feed.topic, maker.with_tokens(feed, [(feed.number, token)]))


def points(maker: Maker) -> Iterator[Message]:
    for number, (name, (lon, lat)) in enumerate(values.coordinates().items()):
        for feed in two_of(number):
            paths = PLACES[feed.source].point
            pair = [lon, lat] if len(paths) == 2 else [json.dumps(f"{lon},{lat}".replace('"', ""), ensure_ascii=False)]
            yield Message(f"point: {name} ({feed.source})", feed.topic, maker.with_tokens(feed, list(zip(paths, pair))))


def written_texts(maker: Maker) -> Iterator[Message]:
    for number, (name, text) in enumerate(values.texts().items()):
        for feed in two_of(number):
            form = maker.form(feed)
            form.set(feed.text, text)
            yield Message(f"text: {name} ({feed.source})", feed.topic, encode(feed, form))


def encode(feed: Feed, form: Form) -> bytes:
    """GB18030 has no place for some of Unicode's: these are escaped."""
    try:
        return feed.encode(form.form)
    except UnicodeEncodeError:
        return json.dumps(form.form).encode() if feed is not HOTLINE else \
            json.dumps(form.form | {"body": json.dumps(form.form["body"])}).encode()


def unwraps(maker: Maker) -> Iterator[Message]:
    """JSON inside a text, which the hotline's mapping opens."""
    bombs = {"no JSON": "no JSON", "nothing": "", "null": "null", "a text": '"a"', "a number": "1", "an array": "[1]",
             "cut": '{"gdbh":', "two": "{}{}",
             "10,000 deep": "[" * 10_000 + "]" * 10_000, "400,000 values": "[" + "0," * 400_000 + "0]",
             "itself again": json.dumps({"body": "{}"}),
             "ten times wrapped": wrapped(10), "a NUL": '{"gdbh":"\x00"}', "lone surrogates": r'{"gdbh":"\ud800"}',
             "duplicate names":
             '{"gdbh":"1","gdbh":"2"}'}
    for name, text in bombs.items():
        form = maker.form(HOTLINE).form | {"body": text}
        yield Message(f"unwrap: {name}", HOTLINE.topic, json.dumps(form, ensure_ascii=False).encode("gb18030"))
    for name, body in (("an object", {"gdbh": "hostile-object"}), ("an array", [1]), ("a number", 1), ("null", None),
                       ("true", True)):
        yield Message(f"unwrap: {name} instead of a text", HOTLINE.topic,
                      json.dumps(maker.form(HOTLINE).form | {"body": body}).encode())


def wrapped(depth: int) -> str:
    text = "{}"
    for _ in range(depth):
        text = json.dumps({"body": text})
    return text


def lists(maker: Maker) -> Iterator[Message]:
    def alarms(count: int, **more: object) -> bytes:
        form = maker.form(FIRE_ALARM).form
        one = form["items"][0]
        form["items"] = [one | {"alarmId": f"{one['alarmId']}-{i}"} | more for i in range(count)]
        return json.dumps(form, ensure_ascii=False).encode("gb18030")

    def device(items: object) -> bytes:
        return json.dumps(maker.form(FIRE_ALARM).form | {"items": items}).encode()

    topic = FIRE_ALARM.topic
    yield Message("items: 5,000", topic, alarms(5000), items=5000)
    yield Message("items: 5,001", topic, alarms(5001))
    yield Message("items: none", topic, alarms(0))
    yield Message("items: 300 without a number", topic, alarms(300, alarmId=None), items=300)
    yield Message("items: 300 of one number", topic, alarms(300, alarmId="hostile-one-number"), items=300)
    yield Message("items: nulls", topic, device([None] * 20), items=20)
    yield Message("items: of all types", topic, device([1, "a", None, True, [], {}, [[]], 1e300]), items=8)
    for name, items in (("a text", "a"), ("a number", 1), ("null", None), ("an object", {"0": {}}), ("true", True)):
        yield Message(f"items: {name} instead of a list", topic, device(items))
    good = maker.form(CITY_MANAGEMENT).form[0]
    mixed = [good, 1, good | {"task_num": ""}, None, good | {"task_num": "CG-hostile-1"}]
    yield Message("items: good and broken ones", CITY_MANAGEMENT.topic, json.dumps(mixed, ensure_ascii=False).encode(), items=5)


# ---- keys, headers, times of the record ----------------------------------------------------------------------------


def keys() -> dict[str, bytes | None]:
    return {"none": None, "empty": b"", "one NUL": b"\x00", "NULs": b"\x00" * 100, "no UTF-8": b"\xff\xfe\x80",
            "overlong": b"\xc0\xaf", "100 kB": b"K" * 100_000,
            "a region": b"9901", "a region that is none": b"9999", "an origin": b"onecase.report/0/0#0",
            "an origin of a topic": b"hotline.workorder/0/0#0",
            "an origin cut short": b"/0/#", "a minus": b"-1", "an SQL injection": b"'; drop table onecase.accounts; --",
            "a line end": b"a\nb", "JSON": b'{"a":1}',
            "a format string": b"%s%n", "terminal colours": b"\x1b[31m", "UTF-16": "键".encode("utf-16"), "spaces": b"   ",
            "a BOM": b"\xef\xbb\xbf9901",
            "bidi": "\u202e1099".encode()}


def headers() -> dict[str, list[Header]]:
    forged = {f"forged {name}={value[:24].decode()}": [(name, value)] for name, value in (
        ("ce_id", b"hotline.workorder/0/0#0"), ("ce_id", b""), ("ce_type", b"onecase.tick"), ("ce_type", b"onecase.command"),
        ("ce_source", b"GRID"),
        ("ce_specversion", b"9.9"), ("oc-origin", b"hotline.workorder/0/0#0"), ("oc-stage", b"crash"), ("oc-rule", b"forged"),
        ("oc-pointer", b"/forged"),
        ("oc-sha256", b"00" * 32), ("oc-mapping", b"forged@0"), ("oc-timestamp", b"-1"), ("oc-key", b"forged"),
        ("oc-truncated", b"true"),
        ("oc-bytes-at", b"hotline.workorder/0/0#0"), ("oc-attempt", b"99"), ("oc-canonical", b"true"), ("oc-region", b"9902"),
        ("oc-items", b"0"),
        ("oc-skipped", b"9223372036854775807"), ("oc-forwarded", b"9902"), ("oc-backfill", b"true"), ("oc-command", b"forged"),
        ("OC-ORIGIN", b"forged"),
        ("oc-", b""), ("oc-no-such", b"forged"), ("ce_", b""))}
    everything = [header for one in forged.values() for header in one]
    return forged | {
        "all forged at once": everything, "each forged twice": everything * 2, "an empty name": [("", b"a")],
        "a name of 10 kB": [("n" * 10_000, b"a")],
        "a null": [("a", None)], "an empty value": [("a", b"")], "no UTF-8": [("a", b"\xff\xfe\x80")],
        "NULs": [("a", b"\x00" * 100)],
        "100 kB": [("a", b"v" * 100_000)], "1,000 of them": [(f"h{i}", b"v") for i in range(1000)],
        "one name 1,000 times": [("a", b"v")] * 1000,
        "1,000 nulls": [("a", None)] * 1000, "a name with a NUL": [("a\x00b", b"v")], "a name with a line end": [("a\nb", b"v")],
        "a name with a quote": [("a'b\"c", b"v")], "a Chinese name": [("键", "值".encode())], "a bidi name": [("\u202ea", b"v")],
        "spaces": [("   ", b"v")],
        "a format string": [("%s%n", b"%s%n")], "an SQL injection": [("'; drop", b"'; drop table onecase.accounts; --")],
        "terminal colours": [("\x1b[31m", b"\x1b[31m")], "a trace": [("traceparent", b"00-" + b"0" * 32)],
        "gzip said of what is not":
        [("content-encoding", b"gzip")], "another type": [("content-type", b"application/avro")],
        "an origin": [("a/0/0#0", b"a/0/0#0")]}


def dressed(maker: Maker) -> Iterator[Message]:
    """Each with a good value and with one that goes to the vault."""
    cases = [(f"key: {name}", {"key": key}) for name, key in keys().items()]
    cases += [(f"headers: {name}", {"headers": given}) for name, given in headers().items()]
    for number, (name, what) in enumerate(cases):
        feed = SAMPLE_FEEDS[number % len(SAMPLE_FEEDS)]
        yield Message(f"{name}, good value", feed.topic, maker.form(feed).value(), **what)
        yield Message(f"{name}, broken value", feed.topic, b'{"broken":', **what)


def stamped(maker: Maker) -> Iterator[Message]:
    """Times of the record itself, which a department's clock sets."""
    for name, at in (("1970", 0), ("1 ms", 1), ("2000", 946_684_800_000), ("1901", 1), ("2038", 2_147_483_648_000),
                     ("2106", 4_294_967_296_000),
                     ("3000", 32_503_680_000_000), ("9999", 253_402_300_799_999), ("10000", 253_402_300_800_000),
                     ("in microseconds", 1_767_225_600_000_000),
                     ("the largest", 2**63 - 1), ("the largest of JavaScript", 2**53)):
        for feed in SAMPLE_FEEDS:
            yield Message(f"time stamp: {name} ({feed.source})", feed.topic, maker.form(feed).value(), timestamp_ms=at)
            yield Message(f"time stamp: {name}, broken ({feed.source})", feed.topic, b"broken", timestamp_ms=at)


def corpus(rng: random.Random, first: int) -> list[Message]:
    """All of it in order; record numbers of records that are broken begin behind `first`."""
    maker = Maker(rng, first)
    return [*whole_messages(), *misplaced_values(maker), *points(maker), *written_texts(maker), *unwraps(maker), *lists(maker),
            *dressed(maker), *stamped(maker)]
