"""Hostile records straight onto onecase.report, as if another than intake had written there: forged heads, values of wrong
types and sizes, keys that are no regions. Each case is a name, what is changed in an ordinary record, and what has to become of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

PARTITIONS = 24
ABSENT = "absent"  # a header that is left out
OWN = "own place"  # a dead letter known by its place on onecase.report, as the head says nothing
Wanted = str | tuple[str, ...] | None  # a table; ("dead", stage, rule); (OWN, stage, rule); None: nothing is stored


@dataclass
class Case:
    name: str
    wanted: Wanted
    kind: str = "report"
    origin: str = ""  # ce_id; "": forged.N/0/0#0, of a topic of its own
    headers: dict[str, bytes | str] = field(default_factory=dict)
    more_headers: list[tuple[str, bytes | None]] = field(default_factory=list)  # behind the others
    fields: dict[str, object] = field(default_factory=dict)
    value: bytes | None | str = ""  # "": the fields as JSON
    key: bytes | None = b"9901"
    astray: bool = False  # into a partition that is not the key's
    number: int = 0
    place: tuple[int, int] | None = None  # partition and offset on onecase.report

    def ce_id(self) -> str:
        return self.origin or f"forged.{self.number}/0/0#0"

    def record(self) -> tuple[bytes | None, bytes | None, list[tuple[str, bytes | None]]]:
        head: dict[str, bytes | str] = {
            "ce_specversion": "1.0", "ce_id": self.ce_id(), "ce_type": f"onecase.{self.kind}", "ce_source": "GRID",
            "content-type": "application/json", "oc-items": "1", "oc-skipped": "0", "oc-attempt": "1", "oc-backfill": "false",
            "oc-mapping": "grid@0123456789ab"} | self.headers
        pairs = [(name, value.encode() if isinstance(value, str) else value) for name, value in head.items() if value != ABSENT]
        return self.key, self.body(), pairs + self.more_headers

    def body(self) -> bytes | None:
        if self.value != "":
            return self.value
        fields = {"record_no": f"HR{self.number:06d}", "reported_at": "2026-11-01T00:30:00.000Z", "title": "合成记录",
                  "category": "E01"}
        return json.dumps({name: value for name, value in (fields | self.fields).items() if value != ABSENT},
                          ensure_ascii=False).encode()


HEAD = (OWN, "decode", "header")


def heads() -> Iterator[Case]:
    for name in ("ce_type", "ce_id", "ce_source"):
        yield Case(f"{name} is missing", HEAD, headers={name: ABSENT})
    for value in (b"", b"onecase.", b"onecase.nosuch", b"report", b"ONECASE.REPORT", b"onecase.report\x00", b"onecase.report ",
                  b"\xff\xfe", b"x" * 10_000):
        yield Case(f"ce_type is {value[:20]!r}", HEAD, headers={"ce_type": value})
    for value in ("", "a", "a/0/0", "a/0/0#", "a/-1/0#0", "a/0/-1#0", "a/0/0#-1", "a/01/0#0", "a/0/00#0", "a/0/0#00", "/0/0#0",
                  "a/b/0/0#0",
                  "a/2147483648/0#0", "a/0/9223372036854775808#0", "a/0/0#2147483647", "a/ 0/0#0", "a/０/0#0", "a/0/0#0 ",
                  "a/0/1e3#0", "#", "//#", "a/+0/0#0"):
        yield Case(f"ce_id is {value!r}", HEAD, headers={"ce_id": value})
    for name, topic in (("no UTF-8", b"a\xff"), ("NUL", b"a\x00b"), ("overlong", b"a\xc0\xaf"), ("250 characters", b"t" * 250),
                        ("300 kB", b"t" * 300_000),
                        ("4 kB that do not compress", "".join(f"{(i * 7919) % 10_007:05d}" for i in range(800)).encode()),
                        ("a space", b"a b"),
                        ("Chinese", "主题".encode()), ("a line end", b"a\nb"), ("a quote", b"a'b")):
        yield Case(f"the topic of ce_id: {name}", HEAD, headers={"ce_id": topic + b"/0/0#0"})
    for name, value in (("empty", b""), ("no UTF-8", b"\xff"), ("NUL", b"a\x00")):
        yield Case(f"ce_source: {name}", HEAD, headers={"ce_source": value})
    for name, value in (("10 kB", b"S" * 10_000), ("250 characters", b"S" * 250), ("a space", b"A B"), ("Chinese", "来源".encode()),
                        ("a line end", b"A\nB"), ("a slash", b"a/b")):
        yield Case(f"ce_source: {name}", HEAD, headers={"ce_source": value})
    for name, bad in (("oc-items", ("0", "-1", "a", "", "2147483648", "01", "1.0")),
                      ("oc-skipped", ("-1", "a", "", "9223372036854775808", "00")),
                      ("oc-attempt", ("0", "-1", "a", "", "2147483648")), ("oc-backfill", ("", "maybe", "TRUE", "1")),
                      ("oc-forwarded", ("",))):
        for value in bad:
            yield Case(f"{name} is {value!r}", HEAD, headers={name: value})
    for value in (b"\xff\xfe", b"a\x00b"):
        yield Case(f"oc-mapping is {value!r}", HEAD, headers={"oc-mapping": value})
        yield Case(f"oc-forwarded is {value!r}", HEAD, headers={"oc-forwarded": value})


def odd_heads() -> Iterator[Case]:
    """Odd, and nothing wrong with them."""
    yield Case("ce_type twice: the first counts", "report", more_headers=[("ce_type", b"onecase.tick")])
    yield Case("ce_id twice: the first counts", "report", more_headers=[("ce_id", b"other/0/0#0")])
    yield Case("1,000 more headers", "report", more_headers=[(f"h{i}", b"v") for i in range(1000)])
    yield Case("null headers", "report", more_headers=[("a", None), ("", b"")])
    yield Case("no oc- headers at all", "report",
               headers=dict.fromkeys(("oc-items", "oc-skipped", "oc-attempt", "oc-backfill", "oc-mapping"), ABSENT))
    yield Case("another specversion", "report", headers={"ce_specversion": "9.9"})
    yield Case("another content type", "report", headers={"content-type": "text/html"})
    yield Case("an attempt of which nothing is known", "report", headers={"oc-attempt": "2147483647"})
    yield Case("2,147,483,647 items", "report", headers={"oc-items": "2147483647"})
    yield Case("the last item there can be", "report", origin="forged.last/0/5#2147483646")
    yield Case("the last partition there can be", "report", origin="forged.partition/2147483647/0#0")
    yield Case("a mapping of 300 kB", "report", headers={"oc-mapping": b"m" * 300_000})
    yield Case("a topic of 249 characters", "report", origin="t" * 249 + "/0/0#0")
    yield Case("history", "report", headers={"oc-backfill": "true"})


def numbers_without_end() -> Iterator[Case]:
    """Heads whose numbers no topic has: nothing may run over, and no account of another may suffer."""
    for offset in (2**53, 2**62, 2**63 - 1):
        yield Case(f"the offset {offset}", HEAD, headers={"ce_id": f"forged.most/0/{offset}#0"})
        yield Case(f"skipped {offset}", HEAD, headers={"oc-skipped": str(offset)})
    yield Case("skipped more than there was", HEAD, headers={"ce_id": "forged.skip/0/5#0", "oc-skipped": "6"})
    yield Case("skipped all there was", "report", origin="forged.skip/1/5#0", headers={"oc-skipped": "5"})
    yield Case("the largest offset", "report", origin=f"forged.largest/0/{2**53 - 1}#0", headers={"oc-skipped": str(2**53 - 1)})


def keys() -> Iterator[Case]:
    for name, key in (("none", None), ("empty", b""), ("no UTF-8", b"\xff\xfe"), ("NUL", b"99\x0001"),
                      ("a surrogate", b"\xed\xa0\x80")):
        yield Case(f"key: {name}", ("dead", "misrouted", "key"), key=key)
    for name, key in (("a region that nobody has", b"9999"), ("Chinese", "区域".encode()), ("a line end", b"99\n01"),
                      ("an SQL injection", b"'; drop table onecase.cases; --")):
        yield Case(f"key: {name}", "report", key=key)
    yield Case("key: 10 kB", ("dead", "write", "54000"), key="".join(f"{(i * 7919) % 10_007:05d}" for i in range(2000)).encode())
    yield Case("another region's partition", ("dead", "misrouted", "partition"), astray=True)
    yield Case("an update in another region's partition", ("dead", "misrouted", "partition"), kind="update", astray=True)
    yield Case("a dead one in another region's partition", ("dead", "misrouted", "partition"), kind="dead", astray=True)


def values() -> Iterator[Case]:
    bodies = {"null": (None, "empty"), "empty": (b"", "syntax"), "no JSON": (b"{", "syntax"), "an array": (b"[]", "syntax"),
              "a text": (b'"a"', "syntax"), "a number": (b"1", "syntax"),
              "JSON null": (b"null", "syntax"), "10,000 deep": (b"[" * 10_000, "syntax"),
              "no UTF-8": (b'{"record_no":"\xff"}', "syntax"), "NULs": (b"\x00" * 100, "syntax"),
              "600,000 values": (b'{"record_no":"HRx","x":[' + b"0," * 600_000 + b"0]}", "syntax"),
              "an empty object": (b"{}", "required")}
    for kind in ("report", "update", "assignment", "inspection"):
        for name, (value, rule) in bodies.items():
            yield Case(f"{kind}: {name}", ("dead", "decode", rule), kind=kind, value=value)
    for kind in ("ignored", "dead"):
        for name, (value, rule) in bodies.items():
            if rule != "required" and "values" not in name:
                yield Case(f"{kind}: {name}", ("dead", "decode", rule), kind=kind, value=value)
    yield Case("1,000,000 characters", "report", fields={"body": "x" * 1_000_000})


WRONG = {"text": (1, 1.5, True, [], {}, ["a"]), "list": ("a", 1, {}, [1], [None], [["a"]]),
         "integer": ("1", 1.5, True, [], {}, 1e300),
         "time": ("", "now", 1, "2026-02-30T00:00:00Z", "2026-01-01T00:00:00", "2026-01-01T24:00:00Z", "10000-01-01T00:00:00Z",
                  "0000-01-01T00:00:00Z", [], True),
         "flag": (0, "true", [], {}), "point": ("1,2", [1], [1, 2, 3], ["1", "2"], [181, 0], [0, 91], [1e308, 0], {}, 1,
                                                [None, None])}
FIELDS = {"text": ("record_no", "title", "body", "address", "category", "channel", "lead_org", "device_id", "reply", "origin_no",
                   "on_off"),
          "list": ("quoted_nos", "assist_orgs", "noise", "flags"), "integer": ("revision", "level", "urgency", "status",
              "trapped", "part_no", "urged", "category_confidence"),
          "time": ("occurred_at", "reported_at", "changed_at", "due_at"), "flag": ("urge", "verified", "test_flag"),
          "point": ("point",)}


def wrong_types() -> Iterator[Case]:
    for kind, names in FIELDS.items():
        for name in names:
            for value in WRONG[kind]:
                yield Case(f"{name} is {json.dumps(value)}", ("dead", "decode", "type"), fields={name: value})
    for name, fields in (("no system", {}), ("a system nobody knows", {"point_system": "MARS"}),
                         ("no precision", {"point_system": "WGS-84"}),
                         ("precision Z", {"point_system": "WGS-84", "point_precision": "Z"}),
                         ("precision AB", {"point_system": "WGS-84", "point_precision": "AB"})):
        yield Case(f"a point with {name}", ("dead", "decode", "type"), fields={"point": [113.1, 23.1]} | fields)
    for value in ("", "1", "1:", ":" + "0" * 32, "1:" + "0" * 31, "1:" + "0" * 33, "01:" + "0" * 32, "1:" + "G" * 32,
                  "19900000001", "1:" + "A" * 32):
        yield Case(f"the reporter is {value!r}", ("dead", "decode", "type"), fields={"reporter": value})
    for value in ([], "a", 1):
        yield Case(f"extra is {value!r}", ("dead", "decode", "type"), fields={"extra": value})


def refused_values() -> Iterator[Case]:
    """Of the right type, and no column takes them."""
    for name in ("title", "body", "address", "lead_org", "category", "device_id"):
        yield Case(f"NUL in {name}", ("dead", "write", "22021"), fields={name: "a\x00b"})
    yield Case("NUL in a record number", ("dead", "write", "22021"), fields={"record_no": "a\x00b"})
    yield Case("NUL in a list", ("dead", "write", "22021"), fields={"quoted_nos": ["a", "a\x00b"]})
    yield Case("NUL in an update that waits", ("dead", "write", "22021"), kind="update", fields={"reply": "a\x00b"})
    yield Case("NUL in an ignored one's reason", ("dead", "write", "22021"), kind="ignored", value=b'{"reason":"a\\u0000b"}')
    long = "".join(f"{(i * 7919) % 10_007:05d}" for i in range(2000))
    yield Case("a record number too long for an index", ("dead", "write", "54000"), fields={"record_no": long})
    yield Case("the same of an update that waits", ("dead", "write", "54000"), kind="update", fields={"record_no": long + "1"})
    for name, value in (("level", 70_000), ("status", 40_000), ("urgency", -40_000), ("part_no", 32_768), ("trapped", 2**31),
                        ("injured", -2**31 - 1), ("urged", 2**31),
                        ("category_confidence", 40_000), ("satisfaction", 2**62)):
        yield Case(f"{name} is {value}", ("dead", "write", "22003"), fields={name: value})
    yield Case("a key number beyond its column", ("dead", "write", "22003"), fields={"reporter": "99999:" + "0" * 32})


def odd_values() -> Iterator[Case]:
    """Taken as they are: the matcher is no judge of what a department may say."""
    for name, fields in {
            "all there is no list of": {"category": "ZZ99", "channel": "drum", "finder_kind": "ghost", "reporter_kind": "ghost",
                                        "result": "?", "return_reason": "?", "on_off": "?"},
            "numbers outside their scales": {"level": 99, "urgency": 0, "status": 1, "satisfaction": -5, "trapped": 2**31 - 1,
                                             "category_confidence": 999},
            "a negative revision": {"revision": -(2**62)}, "the largest revision": {"revision": 2**63 - 1},
            "times of the year 1": {"reported_at": "0001-01-01T00:00:00Z"},
            "times of the year 9999": {"reported_at": "9999-12-31T23:59:59.999Z", "due_at": "9999-12-31T23:59:59Z"},
            "5,000 flags": {"flags": [f"f{i}" for i in range(5000)]},
            "5,000 quoted numbers": {"quoted_nos": [f"Q{i}" for i in range(5000)]}, "empty texts": {"title": "", "body": "",
                "address": "", "category": "", "device_id": ""},
            "empty lists": {"quoted_nos": [], "assist_orgs": [], "flags": []}, "unknown members": {"nosuch": {"a": [1]}, "": 1},
            "a pole": {
                "point": [0, 90], "point_system": "WGS-84", "point_precision": "A"},
                "0,0": {"point": [0, 0], "point_system": "BD-09", "point_precision": "E"},
            "-0": {"point": [-0.0, -0.0], "point_system": "GCJ-02", "point_precision": "C"},
            "extra of 200 kB": {"extra": {"/x": "x" * 200_000}},
            "a copy of itself": {"origin_no": "HR-self", "origin_source": "GRID", "record_no": "HR-self",
                                 "quoted_nos": ["HR-self"]}, "nothing but a number": {"title": ABSENT, "category": ABSENT,
                                     "reported_at": ABSENT},
            "an address of 100 kB": {"address": "样例路1号" * 15_000}, "a text of dates": {"body": "2026-01-01 " * 5000},
            "a device": {"device_id": "D" * 5000, "category": "C02"}}.items():
        yield Case(f"odd: {name}", "report", fields=fields)
    yield Case("an update of a report that never came", "pending", kind="update")
    yield Case("an assignment of a report that never came", "pending", kind="assignment",
               fields={"assignment_no": "A", "lead_org": "B"})
    yield Case("an inspection of what nobody knows", "report", kind="inspection", fields={"result": "ordered"})
    yield Case("ignored without a reason", "ignored", kind="ignored", value=b"{}")
    yield Case("ignored with a reason of 100 kB", "ignored", kind="ignored", value=json.dumps({"reason": "x" * 100_000}).encode())
    yield Case("ignored with another type", "ignored", kind="ignored", value=b'{"reason":{"a":1},"record_no":[1]}')
    yield Case("dead with a digest that is none", ("dead", "map", "forged"), kind="dead",
               value=b'{"stage":"map","rule":"forged","sha256":"xyz"}')
    yield Case("dead with texts of 100 kB", "dead", kind="dead",
               value=json.dumps(dict.fromkeys(("stage", "rule", "pointer", "message"), "x" * 100_000)).encode())
    yield Case("dead with NULs", "dead", kind="dead",
               value=b'{"stage":"m\\u0000ap","rule":"f\\u0000","pointer":"\\u0000","message":"\\u0000"}')
    yield Case("dead without a stage", "dead", kind="dead", value=b"{}")
    yield Case("a tick that says anything", None, kind="tick", value=b"\xff\xfe", headers={"ce_source": "forged"})
    yield Case("a tick with the key of a region", None, kind="tick", value=None)
    yield Case("a tick in a partition that is not its key's", None, kind="tick", astray=True)


def items() -> Iterator[Case]:
    """Out of order, more than were said, and twice."""
    for number in (3, 0, 2, 1):
        yield Case(f"item {number} of four, out of order", "report", origin=f"forged.items/0/0#{number}",
                   headers={"oc-items": "4"})
    yield Case("item 7 of two", "report", origin="forged.items/1/0#7", headers={"oc-items": "2"})
    yield Case("an origin", "report", origin="forged.twice/0/0#0", fields={"record_no": "HR-twice"})
    yield Case("the same origin with another number", "report", origin="forged.twice/0/0#0", fields={"record_no": "HR-other"})
    yield Case("the same origin as an ignored one", "ignored", origin="forged.twice/0/0#0", kind="ignored",
               value=b'{"reason":"forged"}')


def commands() -> Iterator[Case]:
    """Each ends as a row of onecase.commands, whatever it holds: done, which finds nothing to do, or refused."""
    def told(**more: object) -> bytes:
        return json.dumps({"id": "forged", "kind": "dlq.park", "actor": "forged", "submitted_at": "2026-11-01T00:30:00.000Z",
                           "args": {"origins": ["a/0/0#0"], "reason": "forged"}} | more).encode()

    def asking(**args: object) -> bytes:
        return told(args=args)

    values = {
        "null": None, "empty": b"", "no JSON": b"{", "an array": b"[]", "a text": b'"a"', "10,000 deep": b"[" * 10_000,
        "no UTF-8": b'{"kind":"\xff"}', "NULs": b"\x00" * 100, "an empty object": b"{}",
        "a kind that nobody knows": told(kind="drop.table"), "a kind that is no text": told(kind=1),
        "a NUL in the kind": told(kind="dlq.\x00park"), "a NUL in the actor": told(actor="a\x00b"),
        "a NUL in the reason": asking(origins=["a/0/0#0"], reason="\x00"), "no args": told(args=None),
        "args of a text": told(args="a"),
        "args of a list": told(args=[1]), "no origins": asking(), "origins of a text": asking(origins="a", reason="b"),
        "origins of numbers": asking(origins=[1, None, {}], reason="b"), "20,000 origins": asking(
            origins=[f"a/0/{n}#0" for n in range(20_000)], reason="b"), "a time that is none": told(submitted_at="yesterday"),
        "600,000 values": b'{"kind":"dlq.park","args":{"x":[' + b"0," * 600_000 + b"0]}}"}
    for name, value in values.items():
        well = name in ("20,000 origins", "a time that is none")
        yield Case(f"a command: {name}", "done" if well else "refused", kind="command", value=value)
    for name, known_as in (("empty", b""), ("no UTF-8", b"\xff"), ("NUL", b"a\x00b"), ("300 kB", b"i" * 300_000),
                           ("a line end", b"a\nb")):
        yield Case(f"a command whose id is {name}", "refused", kind="command", value=b"{}", headers={"oc-command": known_as})
    yield Case("a command of no region", "refused", kind="command", value=b"{}", key=None)


def cases() -> list[Case]:
    made = [*heads(), *odd_heads(), *numbers_without_end(), *keys(), *values(), *wrong_types(), *refused_values(), *odd_values(),
            *items(), *commands()]
    for number, case in enumerate(made):
        case.number = number
    return made
