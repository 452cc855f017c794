"""Persons planted into every value of every shipped feed, and looked for everywhere past intake.

Each feed of deploy/sources is taken by its mapping file: the records of its tests are sent again and again, each time
with one value changed. A value of a person (under `personal`) becomes another number or name; any other text gets a
sentence with numbers or a name behind it, as people write and dictate them. Nothing planted may stand in a table or view
of the database, in a topic of ours or in a log. The vault of dead letters alone keeps the bytes as they came.
"""

from __future__ import annotations

import copy
import itertools
import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from harness import PROJECT, LocalServers, wait_until
from harness_city import accounted
from harness_hub import Hub, open_hub

SOURCES = PROJECT / "deploy" / "sources"
VAULT = "onecase.deadletter"
EACH_FEED_LEAST = 60  # changed records
MARKS = ("〔号码〕", "〔证件号〕", "〔卡号〕", "〔姓名〕")

# Keys of the department's own system, kept as they are. What stands there is no free text.
IDENTITIES = {"record_no", "assignment_no", "origin_no", "part_no", "revision", "device_id"}


# ---- what is planted -----------------------------------------------------------------------------------------------

def id_number(serial: int) -> str:
    """Synthetic (area 9901xx), with the right check character: GB 11643."""
    body = f"{990101 + serial % 2}{1940 + serial % 60}{1 + serial % 12:02}{1 + serial % 28:02}{serial % 1000:03}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, weights)) % 11]


def card_number(serial: int) -> str:
    """Sixteen digits that pass Luhn."""
    body = f"6299{serial:011}"
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(body))
    return body + str(-sum(value // 10 + value % 10 for value in doubled) % 10)


def wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧曹袁邓许傅沈曾彭吕"
GIVEN = ["".join(pair) for pair in itertools.product("试样模假虚仿", "验例拟设构真")]


@dataclass
class Planted:
    """Numbers as digits and letters only, in narrow form; names as they are."""

    numbers: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    serial: int = 0

    def next(self) -> None:
        self.serial += 1

    def _number(self, digits: str) -> str:
        self.numbers.add(digits)
        return digits

    def mobile(self) -> str:
        return self._number(f"1990{self.serial:07}")

    def landline(self) -> str:
        return self._number(f"0757{88000000 + self.serial}")

    def identity(self) -> str:
        return self._number(id_number(self.serial))

    def card(self) -> str:
        return self._number(card_number(self.serial))

    def account(self) -> str:
        return self._number(f"{990000000 + self.serial}")

    def passport(self) -> str:
        return self._number(f"E99{self.serial:06}")

    def name(self) -> str:
        made = SURNAMES[self.serial % len(SURNAMES)] + GIVEN[self.serial // len(SURNAMES) % len(GIVEN)]
        self.names.add(made)
        return made


def grouped(digits: str, gap: str, *sizes: int) -> str:
    parts = iter(digits)
    return gap.join("".join(itertools.islice(parts, size)) for size in sizes)


def sentences() -> list:
    """What people write: each takes Planted and gives the words put behind a value."""
    return [
        lambda p: f"，请回电{p.mobile()}。",
        lambda p: f"，联系电话：{grouped(p.mobile(), '-', 3, 4, 4)}，白天在家",
        lambda p: f"，手机{wide(p.mobile())}",
        lambda p: f"，+86 {grouped(p.mobile(), ' ', 3, 4, 4)}。",
        lambda p: f"（座机{grouped(p.landline(), '-', 4, 8)}转801）",
        lambda p: f"，电话（{p.landline()[:4]}）{p.landline()[4:]}",
        lambda p: f"，身份证{p.identity()}，",
        lambda p: f"，证件号码：{wide(p.identity())}",
        lambda p: f"，本人{p.name()}，身份证号：{p.identity()}",
        lambda p: f"，退到银行卡{p.card()}",
        lambda p: f"，账号{grouped(p.card(), ' ', 4, 4, 4, 4)}。",
        lambda p: f"，我叫{p.name()}，住楼上。",
        lambda p: f"，联系人：{p.name()}，{p.mobile()}",
        lambda p: f"，{p.name()}先生来电反映过",
        lambda p: f"，姓名：{p.name()} QQ：{p.account()}",
        lambda p: f"，业主{p.name()}反映多次",
        lambda p: f"，据{p.name()}女士称被困",
        lambda p: f"，护照{p.passport()}",
        lambda p: f"，{p.name()}{p.mobile()}",
        lambda p: f"，网格员{p.name()}到场（{grouped(p.mobile(), ' ', 3, 4, 4)}）",
        lambda p: f"，来电号码：{p.mobile()[:3]}.{p.mobile()[3:7]}.{p.mobile()[7:]}",
    ]


def personal_values() -> list:
    """What stands in a field for a person: text, and a number where the feed sends numbers."""
    return [
        lambda p: p.mobile(), lambda p: p.name(), lambda p: wide(p.mobile()), lambda p: f"+86-{p.mobile()}", lambda p: p.landline(),
        lambda p: p.identity(), lambda p: f"{p.name()}（{p.mobile()}）", lambda p: grouped(p.mobile(), "-", 3, 4, 4),
    ]


# ---- feeds by their files ------------------------------------------------------------------------------------------

@dataclass
class Feed:
    name: str
    topic: str
    encoding: str
    unwrap: list[str]
    identities: set[str]  # pointers, '*' for a place in an array
    personal: set[str]
    records: list[dict | list]


def texts_in(source: str) -> list[str]:
    return re.findall(r'"([^"]*)"', source)


def read_feed(path: Path) -> Feed:
    source = re.sub(r'("[^"]*")|#.*', lambda match: match[1] or "", path.read_text(encoding="utf-8"))

    def setting(name: str, default: str) -> str:
        found = re.search(rf'(?:^|[;\s]){name}\s*=\s*(\[[^\]]*\]|"[^"]*")', source)
        return found[1] if found else default

    identities: set[str] = set()
    for target, body in re.findall(r"(\w+)\s*=\s*\{(.*?)\}\s*;", source, re.DOTALL):
        selected = re.search(r"\b(?:first|all|concat)\s*=\s*\[([^\]]*)\]", body)
        if target in IDENTITIES and selected:
            identities.update(texts_in(selected[1]))
    personal = re.search(r"(?:^|[;\s])personal\s*=\s*(\((?:[^()]|\([^()]*\))*\))", source)
    encoding = texts_in(setting("encoding", '"utf-8"'))[0]
    feed = Feed(name=path.stem, topic=texts_in(setting("topics", ""))[0], encoding=encoding,
                unwrap=texts_in(setting("unwrap", "")), identities=identities,
                personal=set(texts_in(personal[1])[0::2]) if personal else set(), records=[])
    for file in sorted((path.parent / texts_in(setting("tests", ""))[0]).glob("*.in")):
        feed.records.extend(read_records(file.read_bytes(), feed))
    return feed


def read_records(raw: bytes, feed: Feed) -> Iterator[dict | list]:
    """Those of a test input that are whole JSON; what is broken on purpose is the business of other tests."""
    whole = read_json(raw, feed.encoding)
    pieces = [whole] if whole is not None else [read_json(piece, feed.encoding) for piece in raw.split(b"\n")]
    for record in pieces:
        inner = [at(record, place) for place in feed.unwrap]
        unwrapped = [read_json(text.encode(), "utf-8") if isinstance(text, str) else None for text in inner]
        if isinstance(record, (dict, list)) and None not in unwrapped:
            for place, value in zip(feed.unwrap, unwrapped):
                put(record, place, value)
            yield record


def read_json(raw: bytes, encoding: str) -> object:
    """None when it is no JSON."""
    for name in ("utf-8", "gb18030") if encoding == "auto" else (encoding,):
        try:
            return json.loads(raw.decode(name))
        except (UnicodeDecodeError, json.JSONDecodeError):
            pass
    return None


def at(record: object, pointer: str) -> object:
    """The value there; None when there is none."""
    for token in pointer.split("/")[1:]:
        if isinstance(record, list):
            record = record[int(token)] if token.isdigit() and int(token) < len(record) else None
        else:
            record = record.get(token) if isinstance(record, dict) else None
    return record


def put(record: object, pointer: str, value: object) -> None:
    *way, last = pointer.split("/")[1:]
    for token in way:
        record = record[int(token) if isinstance(record, list) else token]
    record[int(last) if isinstance(record, list) else last] = value


def leaves(value: object, pointer: str = "") -> Iterator[tuple[str, object]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if pairs is None:
        yield pointer, value
        return
    for key, member in pairs:
        yield from leaves(member, f"{pointer}/{key}")


def matches(pointer: str, patterns: set[str]) -> bool:
    tokens = pointer.split("/")
    return any(len(tokens) == len(wanted) and all(w in ("*", t) or w.startswith("[") for w, t in zip(wanted, tokens))
               for wanted in (pattern.split("/") for pattern in patterns))


def written(feed: Feed, record: object) -> bytes:
    whole = copy.deepcopy(record)
    for place in reversed(feed.unwrap):
        put(whole, place, json.dumps(at(whole, place), ensure_ascii=False))
    return json.dumps(whole, ensure_ascii=False).encode("utf-8" if feed.encoding == "auto" else feed.encoding)


def renumbered(feed: Feed, record: dict | list, serial: int) -> dict | list:
    """A copy with record numbers of its own: the last six characters of each become the serial."""
    copied = copy.deepcopy(record)
    for pointer, value in list(leaves(copied)):
        if isinstance(value, str) and len(value) >= 6 and matches(pointer, feed.identities):
            put(copied, pointer, f"{value[:-6]}{serial:06}")
    return copied


def changed_records(feed: Feed, planted: Planted) -> list[bytes]:
    """One record for each value of each record of the feed's tests."""
    words, values = itertools.cycle(sentences()), itertools.cycle(personal_values())
    made = []
    for record in feed.records:
        for pointer, value in leaves(record):
            personal = matches(pointer, feed.personal)
            if matches(pointer, feed.identities) or not (isinstance(value, str) or personal):
                continue
            planted.next()
            copied = renumbered(feed, record, planted.serial)
            if personal:
                number = isinstance(value, int) and not isinstance(value, bool)
                put(copied, pointer, int(planted.mobile()) if number else next(values)(planted))
            else:
                put(copied, pointer, value + next(words)(planted))
            made.append(written(feed, copied))
    return made


# ---- where it is looked for ----------------------------------------------------------------------------------------

@dataclass
class Sought:
    """All planted values by length, so that one walk over a text finds any of them."""

    numbers: dict[int, set[str]]
    names: dict[int, set[str]]

    @staticmethod
    def of(planted: Planted) -> Sought:
        def by_length(values: set[str]) -> dict[int, set[str]]:
            return {size: {value for value in values if len(value) == size} for size in {len(value) for value in values}}
        return Sought(by_length(planted.numbers), by_length(planted.names))

    def found_in(self, text: str) -> set[str]:
        narrow = unicodedata.normalize("NFKC", text)
        runs = re.findall(r"[0-9A-Z]{5,}", narrow)
        runs += [re.sub(r"[-. ()]", "", run) for run in re.findall(r"[0-9][-0-9. ()]{5,}[0-9X]", narrow)]
        found = {run[i:i + size] for run in runs for size in self.numbers for i in range(len(run) - size + 1)} \
            & set().union(*self.numbers.values())
        for run in re.findall(r"[\u4e00-\u9fff]{2,}", narrow):
            for size, names in self.names.items():
                found |= {run[i:i + size] for i in range(len(run) - size + 1)} & names
        return found


def cell_text(value: object) -> str:
    if isinstance(value, (bytes, memoryview)):
        raw = bytes(value)
        return raw.decode("utf-8", errors="replace") + "\n" + raw.decode("gb18030", errors="replace")
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def relations(connection: psycopg.Connection) -> list[str]:
    """Every table, materialized view and view that is not PostgreSQL's own."""
    rows = connection.execute(
        "select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where c.relkind in ('r', 'm', 'v') and n.nspname <> 'information_schema' and n.nspname !~ '^pg_' order by 1")
    return [name for (name,) in rows]


def stored(hub: Hub) -> Iterator[tuple[str, str]]:
    with hub.database.connect() as connection:
        for name in relations(connection):
            for row in connection.execute(f"select * from {name}"):
                yield name, "\n".join(cell_text(value) for value in row if value is not None)


def in_topics(hub: Hub, topics: list[str]) -> Iterator[tuple[str, str]]:
    for topic in topics:
        for record in hub.topics.read(topic):
            yield topic, "\n".join([cell_text(record.key), cell_text(record.value or b""), str(record.headers)])


# ---- the test ------------------------------------------------------------------------------------------------------

def send_all(hub: Hub, feeds: list[Feed], planted: Planted) -> int:
    there = hub.topics.existing()
    total = 0
    for feed in feeds:
        if feed.topic not in there:
            hub.topics.create(feed.topic)
        made = changed_records(feed, planted)
        assert len(made) >= EACH_FEED_LEAST, f"{feed.name}: {len(made)} records say little"
        hub.topics.produce(feed.topic, [(f"{feed.name}-{number}", value) for number, value in enumerate(made)])
        total += len(made)
    return total


def await_all(hub: Hub, feeds: list[Feed]) -> None:
    ends = {(feed.topic, p): end for feed in feeds for p, end in hub.topics.ends(feed.topic).items() if end > 0}

    def done() -> bool:
        hub.check_running()
        have = accounted(hub.database, hub.topics)
        return all(have.get(place, 0) >= end for place, end in ends.items())

    wait_until(done, 180, "the database to account for all records with something planted")


def test_nothing_planted_is_found_past_intake(servers: LocalServers, template_database: str, tmp_path: Path) -> None:
    feeds = [read_feed(path) for path in sorted(SOURCES.glob("*.cfg"))]
    planted = Planted()
    server_logs = {path: path.stat().st_size for path in (servers.data / "log").glob("*.log")}
    with open_hub(servers, template_database, tmp_path / "hub") as hub:
        sent = send_all(hub, feeds, planted)
        logs = [hub.start(name, "log_level=debug").log for name in ("intake", "matcher")]
        await_all(hub, feeds)
        assert sum(number.startswith("1990") for number in planted.numbers) >= 200 and len(planted.names) >= 150
        ours = [topic for topic in hub.topics.existing() if topic != VAULT and topic not in {feed.topic for feed in feeds}]
        assert "onecase.report" in ours
        places = [*stored(hub), *in_topics(hub, ours)]
        places += [(path.name, path.read_text(encoding="utf-8", errors="replace")) for path in logs]
        places += [(path.name, path.read_bytes()[size:].decode(errors="replace")) for path, size in server_logs.items()]
        sought = Sought.of(planted)
        leaks = sorted({(place, value) for place, text in places for value in sought.found_in(text)})
        assert leaks == [], f"{len(leaks)} values planted in {sent} records came through: {leaks[:40]}"

        # What was looked for was there to be found, and was hidden rather than lost with its record.
        reports = "\n".join(text for place, text in places if place.startswith("onecase.reports"))
        assert all(reports.count(mark) >= 5 for mark in MARKS), {mark: reports.count(mark) for mark in MARKS}
        vault = [value for _, text in in_topics(hub, [VAULT]) for value in sought.found_in(text)]
        assert len(vault) >= 5, "dead letters were planted too, and the vault keeps their bytes"
