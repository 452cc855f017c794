"""Hostile records on onecase.redrive, as if another than `onecase dlq redrive` had written there.

Each becomes a record of onecase.report with its attempt, no program ends, and what stood in the database before stands there as
it was: the forged ones name origins of good reports, of dead letters and of nothing at all.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from random import Random

import pytest
from harness import LocalServers
from harness_hub import Hub, open_hub
from hostile import headers as odd_headers
from hostile_feeds import GRID, Form, ordinary
from hostile_judge import assert_stored, await_settled, odd_lines, stored
from hostile_values import encodings
from redriving import REDRIVE, kept, released

Redrive = tuple[bytes | str | None, bytes | None, list[tuple[str, bytes | None]]]
BROKEN = b'{"eventId": "HR-dead"'
WRONG = {
    "oc-origin": (b"", b"a", b"a/0/0", b"/0/0#0", b"a/-1/0#0", b"a/0/9223372036854775807#0", b"a\xff/0/0#0", b"a\x00/0/0#0",
                  b"t" * 5000 + b"/0/0#0"),
    "oc-attempt": (b"", b"0", b"1", b"-2", b"2147483648", b"x", b"\xff"), "oc-items": (b"-1", b"x", b"2147483648"),
    "oc-timestamp": (b"-1", b"x", b"9223372036854775807", b"9223372036854775"), "oc-sha256": (b"", b"00" * 32, b"x" * 100_000,
        b"\xff"),
    "oc-truncated": (b"maybe", b""), "oc-canonical": (b"maybe", b"TRUE"), "oc-source": (b"\xff", b"a\x00b", b"s" * 5000, b"a b"),
    "oc-region": (b"\xff", b"a\x00", b"r" * 5000), "oc-stage": (b"\xff", b"s" * 5000), "oc-mapping": (b"\xff", b"m" * 5000),
    "oc-bytes-at": (b"\xff", b"b" * 5000)}


def changed(record: Redrive, **told: bytes | None) -> Redrive:
    """With these headers (with _ for -) instead of its own; None leaves one out."""
    mine = {name.replace("_", "-"): value for name, value in told.items()}
    key, value, heads = record
    return key, value, [(n, v) for n, v in heads if n not in mine] + [(n, v) for n, v in mine.items() if v is not None]


def of_origin(record: Redrive, origin: str, value: bytes | None) -> Redrive:
    forged = changed(record, oc_origin=origin.encode(), oc_sha256=hashlib.sha256(value or b"").hexdigest().encode())
    return origin, value, forged[2]


def hostile(record: Redrive, good: list[tuple[str, bytes]]) -> dict[str, Redrive]:
    key, value, heads = record
    made: dict[str, Redrive] = {"no headers": (key, value, []), "nothing at all": (None, None, []),
                                "no value": (key, None, heads),
                                "other bytes": (key, value + b" ", heads), "all headers twice": (key, value, heads + heads)}
    for name, values in WRONG.items():
        made[f"{name} is missing"] = changed(record, **{name: None})
        made |= {f"{name} is {wrong[:24]!r}": changed(record, **{name: wrong}) for wrong in values}
    for name, more in odd_headers().items():
        made[f"headers: {name}"] = (key, value, heads + [h for h in more if not h[0].startswith("oc-")])
    for name, body in encodings().items():
        made[f"bytes: {name}"] = of_origin(record, f"forged.bytes/0/{len(made)}#0", body)
    for name, origin in (("a topic that nobody has", "no.such.topic/0/0#0"), ("the vault", "onecase.deadletter/0/0#0"),
                         ("this topic", "onecase.redrive/0/0#0"),
                         ("onecase.report", "onecase.report/0/0#0"),
                         ("the last item there can be", f"{good[0][0][:-1]}2147483646")):
        made[f"the origin: {name}"] = of_origin(record, origin, value)
    for name, more in (("nothing more", {}), ("a head that is none", {"ce_type": b"x", "ce_id": b"y", "ce_source": b"z"}),
                       ("no region", {"oc-region": b""}),
                       ("another's region", {"oc-region": b"9902"}),
                       ("the head of a tick", {"ce_type": b"onecase.tick", "ce_id": key.encode(), "ce_source": b"a"}),
                       ("the head of a dead one", {"ce_type": b"onecase.dead", "ce_id": key.encode(), "ce_source": b"a"}),
                       ("the head of another", {"ce_type": b"onecase.report", "ce_id": b"a/0/0#0", "ce_source": b"a"})):
        made[f"canonical with {name}"] = changed(record, oc_canonical=b"true", **more)
    return made


def rows_of(hub: Hub, forms: list[Form]) -> list[tuple]:
    return hub.database.rows("select r::text from onecase.reports r where source = 'GRID' and record_no = any(%s) order by 1",
                             ([form.key for form in forms],))


@pytest.fixture
def hub(servers: LocalServers, template_database: str, tmp_path: Path):
    with open_hub(servers, template_database, tmp_path / "hub") as made:
        for name in ("intake", "matcher"):
            made.start(name)
        yield made


def test_nothing_that_stood_there_is_harmed(hub: Hub) -> None:
    topics, rng = hub.topics, Random(1)
    forms = [ordinary(GRID, number, rng) for number in range(100)]
    places = topics.produce("grid.event", [(form.key, form.value()) for form in forms])
    [(partition, offset)] = topics.produce("grid.event", [("dead", BROKEN)])
    await_settled(hub, ("grid.event",), relay=False)
    before = rows_of(hub, forms)
    assert len(before) == len(forms)
    dead = f"{topics.name('grid.event')}/{partition}/{offset}#0"
    good = [(f"{topics.name('grid.event')}/{p}/{o}#0", form.value()) for (p, o), form in zip(places, forms)]
    reported = hub.reported()

    forged = hostile(released(kept(topics), dead), good)
    topics.produce(REDRIVE, forged.values())
    await_settled(hub, ("grid.event", REDRIVE), relay=False)
    assert hub.reported() >= reported + len(forged), "some record of onecase.redrive became none of onecase.report"
    assert rows_of(hub, forms) == before
    rows = stored(hub)
    for form, place in zip(forms, places):
        assert_stored(hub, form, rows[topics.name("grid.event"), *place])

    more = [ordinary(GRID, 1000 + number, rng) for number in range(50)]
    topics.produce("grid.event", [(form.key, form.value()) for form in more])
    await_settled(hub, ("grid.event", REDRIVE), relay=False)
    assert len(rows_of(hub, more)) == len(more)
    assert hub.database.rows("select source_topic, source_partition, missing, doubled from analysis.reconciliation"
                             " where source_topic = %s and (missing <> 0 or doubled <> 0)", (topics.name("grid.event"),)) == []
    for service in hub.services:
        assert len(service.lines(r"event=started\b")) == 1
        assert odd_lines(service.text(), ("合成", "HR-dead", "forged\"")) == []


def test_the_bytes_of_a_good_report_released_again_change_nothing_of_it(hub: Hub) -> None:
    """No command released them, and no dead letter has this origin."""
    topics, rng = hub.topics, Random(2)
    forms = [ordinary(GRID, number, rng) for number in range(20)]
    places = topics.produce("grid.event", [(form.key, form.value()) for form in forms])
    topics.produce("grid.event", [("dead", BROKEN)])
    await_settled(hub, ("grid.event",), relay=False)
    template = released(kept(topics), next(iter(kept(topics))))
    again = [of_origin(template, f"{topics.name('grid.event')}/{p}/{o}#0", form.value()) for (p, o), form in zip(places, forms)]
    topics.produce(REDRIVE, again + again)
    await_settled(hub, ("grid.event", REDRIVE), relay=False)
    rows = stored(hub)
    for form, place in zip(forms, places):
        assert_stored(hub, form, rows[topics.name("grid.event"), *place])
    assert sum(map(len, rows.values())) == len(forms)
