"""The poison mix: good records with one in a hundred broken, in seven ways, and what has to become of each."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from harness import Database, Topics
from hostile_feeds import Feed, Form, by_topic, ordinary

MARK = "@@HERE@@"  # in ASCII, to find the place again in the bytes
REFUSED = "拒收"
LONG = 300_000  # bytes of a text
ARRANGEMENTS = ("scattered", "first", "last", "adjacent", "one partition")


@dataclass
class Poison(Form):
    """A broken record. `outcome`: dead (with stage, rule, pointer), flagged (a report with flags) or again (a known number)."""

    way: str = ""
    outcome: str = ""
    dead: tuple[str, str, str] | None = None
    flags: set[str] = field(default_factory=set)
    original: Form | None = None
    newer: bool = True  # than what it repeats


def poisoned(form: Form, way: str, outcome: str) -> Poison:
    made = form.copy()
    return Poison(made.feed, made.form, made.wanted, way=way, outcome=outcome)


def not_json(form: Form, rng: random.Random) -> Poison:
    bad = poisoned(form, "not JSON", "dead")
    whole = form.value()
    bad.raw = rng.choice((whole[:len(whole) // 2], b"<record>" + whole[:40].replace(b"{", b"") + b"</record>", b"a,b,c\n1,2,3",
                          whole + whole))
    bad.dead = ("decode", "syntax", "")
    return bad


def wrong_type(form: Form, rng: random.Random) -> Poison:
    bad = poisoned(form, "wrong type", "flagged")
    number = rng.choice(form.feed.numbers)
    bad.set(number.path, number.wrong)
    bad.flags = {number.flag}
    bad.wanted |= dict.fromkeys(number.columns)
    return bad


def with_text(form: Form, way: str, flag: str, text: str) -> Poison:
    bad = poisoned(form, way, "flagged")
    bad.flags = {flag}
    bad.set(form.feed.text, text)
    return bad


def nul(form: Form, rng: random.Random) -> Poison:
    text = form.get(form.feed.text)
    at = rng.randrange(len(text))
    return with_text(form, "U+0000", "nul_removed", text[:at] + "\x00" + text[at:])


def no_number(form: Form, rng: random.Random) -> Poison:
    bad = poisoned(form, "no record number", "dead")
    bad.dead = form.feed.without_number
    how = rng.choice(("absent", "", "  ", None))
    bad.drop(form.feed.number) if how == "absent" else bad.set(form.feed.number, how)
    return bad


def long_text(form: Form, rng: random.Random) -> Poison:
    text = form.get(form.feed.text)
    bad = with_text(form, "300 kB", "text_cut", text + "长" * LONG)
    bad.wanted["body"] = (form.wanted["body"] + "长" * LONG)[:form.feed.body_max]
    return bad


def broken_bytes(form: Form, rng: random.Random) -> Poison:
    """The text is whole but for U+FFFD where the bytes stood."""
    text = form.get(form.feed.text)
    at = rng.randrange(1, len(text))
    bad = with_text(form, "broken bytes", "encoding_repaired", text[:at] + MARK + text[at:])
    bad.raw = bad.value().replace(MARK.encode(), rng.choice((b"\xff", b"\xff\xff", b"\xff\xff\xff")))
    return bad


def again(form: Form, rng: random.Random) -> Poison:
    """A number that was sent before, with another content: newer by its place in the topic alone, or older by its revision."""
    bad = poisoned(form, "the same number", "again")
    bad.original = form
    text = form.get(form.feed.text)
    bad.set(form.feed.text, f"{text}。第二次另有内容{rng.randrange(10_000)}号")
    bad.wanted["body"] = form.wanted["body"].replace(text, bad.get(form.feed.text))
    if form.feed.revision is not None and rng.random() < 0.5:
        bad.newer = False
        bad.set(form.feed.revision, form.get(form.feed.revision) - 1)
    return bad


def refused(form: Form, rng: random.Random) -> Poison:
    """A good record to intake, which PostgreSQL does not take once refuse() has made it so."""
    bad = poisoned(form, "refused by PostgreSQL", "dead")
    bad.set(form.feed.text, f"{form.get(form.feed.text)}，{REFUSED}")
    bad.dead = ("write", "23514", "")
    return bad


def refuse(database: Database) -> None:
    """Reports whose text holds REFUSED violate a constraint."""
    database.execute(f"alter table onecase.reports add constraint refuses check (body not like '%{REFUSED}%')")


WAYS = (not_json, wrong_type, nul, no_number, long_text, broken_bytes, again)


@dataclass
class Mix:
    """Records in the order of sending."""

    records: list[Form]

    @property
    def good(self) -> list[Form]:
        return [form for form in self.records if not isinstance(form, Poison)]

    @property
    def bad(self) -> list[Poison]:
        return [form for form in self.records if isinstance(form, Poison)]

    def send(self, topics: Topics, partition: int | None = None) -> None:
        for topic, forms in by_topic(self.records).items():
            places = topics.produce(topic, [(form.key, form.value()) for form in forms], partition)
            for form, place in zip(forms, places):
                form.place = place

    def origin(self, topics: Topics, form: Form) -> tuple[str, int, int]:
        return (topics.name(form.feed.topic), *form.place)


Way = Callable[[Form, random.Random], Poison]


def mix(rng: random.Random, feeds: Sequence[Feed], arrangement: str, ways: Sequence[Way] = WAYS, total: int = 2000,
        bad: int = 20) -> Mix:
    """`bad` of `total` are broken, in each of the ways in turn."""
    good = [ordinary(rng.choice(feeds), number, rng) for number in range(total - bad)]
    spoilt = [way(form, rng) for way, form in victims(rng, feeds, good, [ways[i % len(ways)] for i in range(bad)])]
    rng.shuffle(spoilt)
    if arrangement == "scattered":
        records = list(good)
        for one in spoilt:
            records.insert(rng.randrange(len(records) + 1), one)
    else:
        at = {"first": 0, "last": len(good)}.get(arrangement, rng.randrange(len(good)))
        records = good[:at] + spoilt + good[at:]
    return Mix(originals_first(records))


def victims(rng: random.Random, feeds: Sequence[Feed], good: list[Form], ways: list[Way]) -> list[tuple[Way, Form]]:
    """What is broken in each way: records of their own, but for those that repeat the number of a good one."""
    repeated = rng.sample(good, len(ways))
    return [(way, repeated[i] if way is again else ordinary(rng.choice(feeds), len(good) + i, rng)) for i, way in enumerate(ways)]


def originals_first(records: list[Form]) -> list[Form]:
    """A repeat stands behind what it repeats: right behind it where the arrangement would have it before."""
    for one in [one for one in records if isinstance(one, Poison) and one.original is not None]:
        at, first = (next(i for i, other in enumerate(records) if other is wanted) for wanted in (one, one.original))
        if first > at:
            records.insert(at, records.pop(first))
    return records
