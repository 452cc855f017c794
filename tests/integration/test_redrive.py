"""Dead letters that were released: from the vault over onecase.redrive, once more through intake and matcher.

First intake alone, judged by what stands on onecase.report and in the vault; then the whole hub, judged by rows.
"""

from __future__ import annotations

import hashlib
import json
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from harness import Record, Service, Topics, wait_until
from harness_intake import (FEED, REPORT, VAULT, Feed, feed_record, ids, kind, origins, set_config, wait_committed, wait_reports)
from keeper import Keeper
from redriving import REDRIVE, create_redrive, kept, redrive, released
from test_quarantine import CRASHES

MENDED = FEED.replace('["report"]', '["report", "new"]')
MANY = FEED.replace('fields :', 'each = "/items";  fields :').replace('"/no"', '"/items/*/no"').replace('"/kind"', '"/items/*/kind"')
MANY_MENDED = MANY.replace('["report"]', '["report", "new"]')


@pytest.fixture
def feed(topics: Topics, tmp_path: Path, key_file: Path, start_service: Callable[..., Service]) -> Feed:
    made = Feed(topics, tmp_path, key_file, start_service)
    made.create(partitions=1)
    create_redrive(topics)
    return made


def mend(feed: Feed, service: Service, text: str, count: int = 1) -> None:
    feed.write("feed.cfg", text % "feed")
    service.wait_for_log("event=started")  # it hears no signal before
    service.signal(signal.SIGHUP)
    service.wait_for_log("event=reloaded", count=count)


def newest(topics: Topics, count: int) -> list[Record]:
    """Of onecase.report, all after the first `count`; at least one."""
    return sorted(wait_reports(topics, count + 1), key=lambda r: r.timestamp_ms)[count:]


def dead(topics: Topics, count: int) -> dict[str, dict]:
    """Notes of dead records by origin, once so many records stand on onecase.report; the last of each origin."""
    records = sorted(wait_reports(topics, count), key=lambda r: r.timestamp_ms)
    return {r.headers["ce_id"]: json.loads(r.value) | {"attempt": int(r.headers["oc-attempt"])} for r in records if kind(r) == "dead"}


# ---- by the mapping that reads its topic now ---------------------------------------------------------------------


def test_a_mended_mapping_takes_it_under_its_own_origin(feed: Feed) -> None:
    topics = feed.topics
    places = topics.produce("feed", [("k", feed_record(1)), ("k", feed_record(2, kind="new"), [("trace", b"abc")]), ("k", feed_record(3))])
    service = feed.start()
    assert set(dead(topics, 3)) == {origins(topics, "feed", places)[1]}
    mend(feed, service, MENDED)
    redrive(topics, origins(topics, "feed", places)[1])
    [again] = newest(topics, 3)
    assert (kind(again), json.loads(again.value)["record_no"]) == ("report", "N000002")
    first = wait_reports(topics, 4)[0]
    assert again.key == first.key
    assert again.headers == first.headers | {
        "ce_id": origins(topics, "feed", places)[1], "oc-attempt": "2", "oc-mapping": again.headers["oc-mapping"]}
    wait_committed(service, topics, REDRIVE)


def test_what_fails_again_is_kept_again_as_the_department_sent_it(feed: Feed) -> None:
    """Attempt 2 in the vault has bytes, key, headers and time of attempt 1, whatever was said of it in between."""
    topics = feed.topics
    value = feed_record(1, kind="new")
    [place] = topics.produce("feed", [("k1", value, [("trace", b"a"), ("trace", b"b"), ("oc-origin", b"forged")])])
    service = feed.start()
    [origin] = origins(topics, "feed", [place])
    assert dead(topics, 1)[origin]["attempt"] == 1
    first = kept(topics)[origin]
    assert first.headers["oc-attempt"] == "1" and first.headers["oc-items"] == "1"
    mend(feed, service, FEED.replace('first = ["/no"]', 'first = ["/number"]').replace('["report"]', '["report", "new"]'))
    redrive(topics, origin)
    assert (dead(topics, 2)[origin]["rule"], dead(topics, 2)[origin]["attempt"]) == ("required", 2)
    second = kept(topics)[origin]
    assert second.value == first.value == value and second.key == first.key
    told = {"oc-attempt": "2", "oc-rule": "required", "oc-pointer": "/number", "oc-mapping": second.headers["oc-mapping"]}
    assert second.headers == first.headers | told
    mend(feed, service, MENDED, 2)
    redrive(topics, origin)
    [third] = newest(topics, 2)
    assert (kind(third), third.headers["ce_id"], third.headers["oc-attempt"]) == ("report", origin, "3")


def test_of_several_items_only_the_one_that_was_released_goes_out(feed: Feed) -> None:
    topics = feed.topics
    feed.write("feed.cfg", MANY % "feed")
    items = [{"no": f"M{n}", "kind": "new" if n in (1, 3, 4) else "report"} for n in range(6)]
    [(partition, offset)] = topics.produce("feed", [("key", json.dumps({"items": items}).encode())])
    place = f"{topics.name('feed')}/{partition}/{offset}#"
    service = feed.start()
    assert set(dead(topics, 6)) == {place + "1", place + "3", place + "4"}
    assert kept(topics)[place + "3"].headers["oc-bytes-at"] == place + "1"
    redrive(topics, place + "3")  # nothing is mended: with bytes of its own from now on
    assert dead(topics, 7)[place + "3"]["attempt"] == 2
    again = kept(topics)[place + "3"]
    assert again.value == kept(topics)[place + "1"].value and again.headers["oc-key"] == "key" and "oc-bytes-at" not in again.headers
    mend(feed, service, MANY_MENDED)
    for count, (item, attempt) in enumerate([(3, 3), (1, 2), (4, 2)], start=7):
        redrive(topics, f"{place}{item}")
        [record] = newest(topics, count)
        assert (ids([record]), json.loads(record.value)["record_no"]) == ([f"{place}{item}"], f"M{item}")
        assert (record.headers["oc-attempt"], record.headers["oc-items"]) == (str(attempt), "6")


def test_a_record_that_was_dead_as_a_whole_comes_back_with_all_its_items(feed: Feed) -> None:
    topics = feed.topics
    value = json.dumps({"items": [{"no": f"M{n}", "kind": "report" if n else "unheard"} for n in range(4)]}).encode()
    [(partition, offset)] = topics.produce("feed", [("key", value)])
    place = f"{topics.name('feed')}/{partition}/{offset}#"
    service = feed.start()
    assert dead(topics, 1)[place + "0"]["rule"] == "kind"
    mend(feed, service, MANY)
    redrive(topics, place + "0")
    records = {r.headers["ce_id"]: r for r in wait_reports(topics, 5) if r.headers["oc-attempt"] == "2"}
    assert {origin: kind(record) for origin, record in records.items()} == {
        place + "0": "dead", place + "1": "report", place + "2": "report", place + "3": "report"}
    assert {r.headers["oc-items"] for r in records.values()} == {"4"}
    assert kept(topics)[place + "0"].headers["oc-items"] == "4", "from now on it is one item of several"


def test_history_comes_back_as_history(feed: Feed) -> None:
    topics = feed.topics
    topics.create("feed.backfill", 1)
    places = topics.produce("feed.backfill", [("k", feed_record(1, kind="new"))])
    service = feed.start()
    [origin] = origins(topics, "feed.backfill", places)
    assert set(dead(topics, 1)) == {origin}
    mend(feed, service, MENDED)
    redrive(topics, origin)
    [record] = newest(topics, 1)
    assert (kind(record), record.headers["oc-backfill"], record.headers["ce_id"]) == ("report", "true", origin)


def test_a_tombstone_comes_back_as_one(feed: Feed) -> None:
    topics = feed.topics
    places = topics.produce("feed", [("k", None)])
    service = feed.start()
    [origin] = origins(topics, "feed", places)
    assert dead(topics, 1)[origin]["rule"] == "empty"
    mend(feed, service, FEED.replace("format = 1;", 'format = 1; tombstones = "ignore";'))
    redrive(topics, origin)
    [record] = newest(topics, 1)
    assert (kind(record), json.loads(record.value)["reason"]) == ("ignored", "tombstone")


# ---- dead again, and why -----------------------------------------------------------------------------------------


def test_what_cannot_go_out_is_dead_again_and_says_why(feed: Feed) -> None:
    topics = feed.topics
    other = FEED.replace('"TEST"', '"OTHER"')
    feed.write("other.cfg", other % "other")
    topics.create("other", 1)
    set_config(topics, VAULT, "max.message.bytes", "20000")
    gone = origins(topics, "other", topics.produce("other", [("k", feed_record(1, kind="new"))]))[0]
    large, plain, wrong = origins(topics, "feed", topics.produce("feed", [
        ("k", feed_record(2, kind="new", text="x" * 20000)), ("k", feed_record(3, kind="new")), ("k", feed_record(4, kind="new"))]))
    service = feed.start()
    assert set(dead(topics, 4)) == {gone, large, plain, wrong}
    vault = kept(topics)
    assert vault[large].headers["oc-truncated"] == "true" and vault[large].value is None
    (feed.sources / "other.cfg").unlink()
    mend(feed, service, MENDED)
    wait_until(lambda: service.lines("event=assigned")[1:], 60, "a new assignment, without the other topic")
    changed = released(vault, wrong)
    topics.produce(REDRIVE, [released(vault, gone), released(vault, large), released(vault, plain), (changed[0], b"{}", changed[2])])
    notes = dead(topics, 8)
    assert {origin: (notes[origin]["stage"], notes[origin]["rule"], notes[origin]["attempt"]) for origin in (gone, large, wrong)} == {
        gone: ("map", "no_source", 2), large: ("map", "truncated", 2), wrong: ("map", "digest", 2)}
    assert notes[large]["sha256"] == vault[large].headers["oc-sha256"]
    again = kept(topics)
    assert again[gone].value == vault[gone].value and again[gone].headers["oc-source"] == "OTHER"
    assert again[large].headers["oc-truncated"] == "true" and again[large].value is None
    assert kind([r for r in wait_reports(topics, 8) if r.headers["ce_id"] == plain][-1]) == "report"


def test_an_item_that_is_no_more_is_dead_again(feed: Feed) -> None:
    topics = feed.topics
    feed.write("feed.cfg", MANY % "feed")
    value = json.dumps({"items": [{"no": "M0", "kind": "report"}, {"no": "M1", "kind": "new"}], "no": "W", "kind": "report"}).encode()
    [(partition, offset)] = topics.produce("feed", [("key", value)])
    origin = f"{topics.name('feed')}/{partition}/{offset}#1"
    service = feed.start()
    assert set(dead(topics, 2)) == {origin}
    mend(feed, service, FEED)
    redrive(topics, origin)
    note = dead(topics, 3)[origin]
    assert (note["stage"], note["rule"], note["attempt"]) == ("map", "item", 2)
    assert kept(topics)[origin].value == value


FORGED = {
    "no origin": {"oc_origin": None},
    "a broken origin": {"oc_origin": "feed/0/x#0"},
    "an origin of a megabyte": {"oc_origin": "t" * 900_000 + "/0/1#0"},
    "no attempt": {"oc_attempt": None},
    "attempt 1": {"oc_attempt": "1"},
    "attempt -3": {"oc_attempt": "-3"},
    "an attempt beyond all numbers": {"oc_attempt": "99999999999999999999"},
    "time that is none": {"oc_timestamp": "yesterday"},
    "items that are none": {"oc_items": "many"},
    "a region of a megabyte": {"oc_region": "r" * 900_000},
    "a mapping of a megabyte": {"oc_mapping": "m" * 900_000},
    "neither true nor false": {"oc_truncated": "perhaps"},
}


def test_records_that_nobody_wrote_properly_are_dead_letters_of_their_own(feed: Feed) -> None:
    """And never an end of intake, a hole in an account, or a delay of their neighbours."""
    topics = feed.topics
    [good] = origins(topics, "feed", topics.produce("feed", [("k", feed_record(1, kind="new"))]))
    service = feed.start()
    dead(topics, 1)
    vault = kept(topics)
    mend(feed, service, MENDED)
    bare = [("k", b"bytes", []), (None, None, []), ("k", b"", [("oc-origin", None)])]
    forged = [released(vault, good, **headers) for headers in FORGED.values()]
    places = topics.produce(REDRIVE, [*forged, *bare, released(vault, good)])
    notes = dead(topics, 2 + len(forged) + len(bare))
    assert notes.keys() - {good} == set(origins(topics, REDRIVE, places[:-1]))
    for origin in notes.keys() - {good}:
        assert (notes[origin]["stage"], notes[origin]["rule"], notes[origin]["attempt"]) == ("decode", "header", 2)
    again = [r for r in wait_reports(topics, 1) if r.headers["ce_id"] == good]
    assert sorted(kind(r) for r in again) == ["dead", "report"]
    assert {r.headers["oc-skipped"] for r in wait_reports(topics, 1) if r.headers["oc-attempt"] == "2"} == {"0"}
    wait_committed(service, topics, REDRIVE)
    redrive(topics, origins(topics, REDRIVE, places)[0])  # they may be released like others, and come back
    wait_until(lambda: dead(topics, 1)[origins(topics, REDRIVE, places)[0]]["rule"] == "no_source", 60, "it to come back")


# ---- as it is: what the matcher refused --------------------------------------------------------------------------


def canonical(topics: Topics, origin: str, value: bytes | None, **headers: str | None) -> tuple:
    """A record of onecase.report as the matcher's vault record would be released."""
    told = {
        "ce_specversion": "1.0", "ce_id": origin, "ce_type": "onecase.report", "ce_source": "TEST", "content-type": "application/json",
        "oc-items": "3", "oc-skipped": "4", "oc-backfill": "true", "oc-mapping": "feed@0123456789ab", "oc-forwarded": "9902",
        "oc-origin": origin, "oc-stage": "write", "oc-rule": "23514", "oc-pointer": "", "oc-source": "TEST", "oc-region": "9903",
        "oc-sha256": hashlib.sha256(value or b"").hexdigest(), "oc-timestamp": "0", "oc-attempt": "3", "oc-canonical": "true",
    } | {name.replace("oc_", "oc-"): text for name, text in headers.items()}
    return origin, value, [(name, text.encode()) for name, text in told.items() if text is not None]


def test_a_canonical_record_goes_out_as_it_is(feed: Feed) -> None:
    topics = feed.topics
    origin = f"{topics.name('feed')}/0/7#2"
    topics.produce(REDRIVE, [canonical(topics, origin, b'{"record_no": "C1", "kept": "as it is"}')])
    feed.start()
    [record] = wait_reports(topics, 1)
    assert record.value == b'{"record_no": "C1", "kept": "as it is"}' and record.key == b"9903"
    assert record.headers == {
        "ce_specversion": "1.0", "ce_id": origin, "ce_type": "onecase.report", "ce_source": "TEST", "content-type": "application/json",
        "oc-items": "3", "oc-skipped": "0", "oc-backfill": "true", "oc-mapping": "feed@0123456789ab",
        "oc-attempt": "3"}
    assert topics.read(VAULT) == []


CANONICAL = {
    "a command": ({"ce_type": "onecase.command"}, b"{}", "head"),
    "a tick": ({"ce_type": "onecase.tick"}, b"{}", "head"),
    "a dead one": ({"ce_type": "onecase.dead"}, b"{}", "head"),
    "no type": ({"ce_type": None}, b"{}", "head"),
    "another origin": ({"ce_id": "feed/0/1#0"}, b"{}", "head"),
    "a source of a megabyte": ({"ce_source": "s" * 900_000}, b"{}", "head"),
    "a region that is none": ({"oc_region": ""}, b"{}", "region"),
    "no region": ({"oc_region": None}, b"{}", "region"),
    "other bytes": ({"oc_sha256": "ab" * 32}, b"{}", "digest"),
    "no bytes": ({"oc_truncated": "true"}, None, "truncated"),
    "no value": ({}, None, "empty"),
}


def test_a_canonical_record_that_is_none_is_dead_again(feed: Feed) -> None:
    topics = feed.topics
    set_config(topics, REPORT, "max.message.bytes", "500000")
    wanted = {}
    for offset, (headers, value, rule) in enumerate(CANONICAL.values()):
        origin = f"{topics.name('feed')}/0/{offset}#0"
        wanted[origin] = ("map", rule, 3)
        topics.produce(REDRIVE, [canonical(topics, origin, value, **headers)])
    last = f"{topics.name('feed')}/0/99#0"
    topics.produce(REDRIVE, [canonical(topics, last, b'{"large": "%s"}' % (b"x" * 600_000))])
    wanted[last] = ("send", "too_large", 3)
    feed.start()
    notes = dead(topics, len(wanted))
    assert {origin: (note["stage"], note["rule"], note["attempt"]) for origin, note in notes.items()} == wanted
    again = kept(topics)
    assert {record.headers["oc-canonical"] for record in again.values()} == {"true"}
    assert again[last].headers["oc-region"] == "9903"
    assert len(again[last].value) > 600_000


# ---- sizes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["value", "key", "header"])
def test_what_was_kept_once_can_be_kept_again(feed: Feed, where: str) -> None:
    """At the very limit of the vault, with longer words about it the second time."""
    topics = feed.topics
    limit = 60_000
    set_config(topics, VAULT, "max.message.bytes", str(limit))
    set_config(topics, REDRIVE, "max.message.bytes", str(limit))
    value = feed_record(1, kind="new")
    room = limit - 4096 - len(value) - 1  # the key
    sizes = range(room - 40, room + 40, 4)

    def sent(size: int) -> tuple:
        if where == "value":
            return "k", value[:-1] + b" " * size + b"}"
        return ("k" * size, value) if where == "key" else ("k", value, [("h", b"x" * size)])

    places = origins(topics, "feed", topics.produce("feed", [sent(size) for size in sizes], partition=0))
    service = feed.start()
    dead(topics, len(sizes))
    vault = kept(topics)
    whole = [origin for origin in places if "oc-truncated" not in vault[origin].headers]
    assert 0 < len(whole) < len(places), "the limit lies among them"
    mend(feed, service, FEED.replace("/kind", "/" + "a_much_longer_pointer" * 5))
    for origin in places:  # alone: the client's batches would be refused as a whole
        topics.produce(REDRIVE, [released(vault, origin)])
    assert {note["attempt"] for note in dead(topics, 2 * len(sizes)).values()} == {2}
    again = kept(topics)
    for origin in places:
        assert again[origin].value == vault[origin].value
        assert again[origin].headers.get("oc-key") == vault[origin].headers.get("oc-key")
        assert again[origin].headers.get("h") == vault[origin].headers.get("h")


# ---- guests ------------------------------------------------------------------------------------------------------


def test_kills_in_the_middle_lose_nothing_of_it(feed: Feed) -> None:
    topics = feed.topics  # no matcher runs: fewer than guests wait for
    places = origins(topics, "feed", topics.produce("feed", [(f"k{n}", feed_record(n, kind="new")) for n in range(400)]))
    service = feed.start("--set", "in_flight_max=10")
    dead(topics, 400)
    wait_committed(service, topics, "feed")
    mend(feed, service, MENDED)
    redrive(topics, *places)
    for seen in (450, 550, 700):
        wait_until(lambda: sum(topics.ends(REPORT).values()) >= seen, 60, f"{seen} records", every=0.02)
        service.kill()
        service.start()
    wait_committed(service, topics, REDRIVE)
    records = [r for r in topics.read(REPORT) if r.headers["oc-attempt"] == "2"]
    assert {kind(r) for r in records} == {"report"}
    assert set(ids(records)) == set(places)
    service.stop()


def test_one_that_kills_intake_is_dead_again_under_its_own_origin(feed: Feed) -> None:
    topics = feed.topics
    places = origins(topics, "feed", topics.produce("feed", [
        ("k", feed_record(n, kind="new", text="kills-whoever-reads-it" if n == 5 else "synthetic")) for n in range(10)]))
    service = feed.start("--set", "session_ms=3000")
    dead(topics, 10)
    wait_committed(service, topics, "feed")
    feed.write("feed.cfg", MENDED % "feed")
    service.stop()
    redrive(topics, *places)
    service.environment["ONECASE_TEST_CRASH"] = "intake:kills-whoever-reads-it"
    with Keeper(service, most=5):
        wait_committed(service, topics, REDRIVE, 120)
    records = [r for r in topics.read(REPORT) if r.headers["oc-attempt"] == "2"]
    assert {r.headers["ce_id"] for r in records if kind(r) == "report"} == set(places) - {places[5]}
    buried_all = [r for r in records if kind(r) == "dead"]
    # Whoever stood still for a session between the acknowledgement and the commit has to say it again.
    again = len(service.lines("event=revoked .*lost=1"))
    assert 1 <= len(buried_all) <= 1 + again, ([(r.headers["ce_id"], json.loads(r.value)) for r in buried_all], service.tail(60))
    assert {(r.headers["ce_id"], r.value) for r in buried_all} == {(places[5], buried_all[0].value)}
    buried = buried_all[0]
    assert buried.headers["ce_id"] == places[5] and json.loads(buried.value)["stage"] == "crash"
    last = kept(topics)[places[5]]
    assert (last.headers["oc-stage"], last.headers["oc-attempt"]) == ("crash", "2") and b"kills-whoever" in last.value
