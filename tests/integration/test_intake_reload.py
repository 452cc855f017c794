"""SIGHUP: a full check, then flush, commit, swap. A bad file changes nothing and says why; nothing is lost on the way."""

from __future__ import annotations

import json
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from harness import LocalServers, Record, Service, Topics, wait_until
from harness_intake import (FEED, REPORT, VAULT, Feed, feed_record, ids, kind, origins, wait_committed, wait_reports)

# A code table in a file, a word list, and the rest of FEED.
TABLES = """
format = 1;  source = "TEST";  topics = ["feed"];
region : { first = ["/area"]; default = "9901"; };
kinds  = (
  { kind = "ignore"; reason = "talk"; when = ( ("/kind", "in", ["talk"]) ); unless = "stop_words"; },
  { kind = "report"; when = ( ("/kind", "in", ["talk", "report"]) ); } );
fields : {
  record_no = { first = ["/no"]; required = true; };
  title     = { first = ["/title"]; };
  status    = { first = ["/status"]; codes = "status"; };
};
codes : { status = { system = "test.status"; file = "status.csv"; unknown = "keep"; }; };
"""


@pytest.fixture
def feed(topics: Topics, tmp_path: Path, key_file: Path, start_service: Callable[..., Service]) -> Feed:
    return Feed(topics, tmp_path, key_file, start_service)


def reload(service: Service, count: int) -> None:
    service.signal(signal.SIGHUP)
    service.wait_for_log("event=reloaded", count=count)


def by_number(records: list[Record]) -> dict[str, Record]:
    return {json.loads(record.value)["record_no"]: record for record in records}


def test_code_tables_and_word_lists_are_read_again(feed: Feed, tmp_path: Path) -> None:
    topics = feed.topics
    feed.create(partitions=1)
    words = tmp_path / "words"
    words.mkdir()
    (words / "stop_words.txt").write_text("燃气\n", encoding="utf-8")
    (feed.sources / "status.csv").write_text("from,to,confidence,name\na,10,90,open\n", encoding="utf-8")
    feed.write("feed.cfg", TABLES)
    service = feed.start("--set", f"words={words}")

    def send(first: int) -> list[Record]:
        """One report with status a, one talk about gas and one about water."""
        before = sum(topics.ends(REPORT).values())
        topics.produce("feed", [
            ("k", feed_record(first, status="a")),
            ("k", feed_record(first + 1, kind="talk", title="燃气咨询")),
            ("k", feed_record(first + 2, kind="talk", title="用水咨询"))])
        return wait_reports(topics, before + 3)[-3:]

    def digests(records: list[Record]) -> set[str]:
        return {record.headers["oc-mapping"] for record in records}

    first = send(1)
    assert [kind(r) for r in first] == ["report", "report", "ignored"]
    assert json.loads(first[0].value)["status"] == 10
    (feed.sources / "status.csv").write_text("from,to,confidence,name\na,30,90,open\n", encoding="utf-8")
    reload(service, 1)
    second = send(11)
    assert json.loads(second[0].value)["status"] == 30
    assert [kind(r) for r in second] == ["report", "report", "ignored"]
    (words / "stop_words.txt").write_text("用水\n", encoding="utf-8")
    reload(service, 2)
    third = send(21)
    assert [kind(r) for r in third] == ["report", "ignored", "report"]
    versions = [digests(records) for records in (first, second, third)]
    assert all(len(version) == 1 for version in versions)
    assert len(versions[0] | versions[1] | versions[2]) == 3, "each change has a digest of its own"
    reload(service, 3)
    assert digests(send(31)) == versions[2], "the same files, the same digest"


@pytest.mark.parametrize(("name", "text", "reason"), [
    ("feed.cfg", TABLES.replace("stop_words", "no_such_words"), "no_such_words"),
    ("status.csv", "from,to,confidence,name\na,banana,90,open\n", "banana"),
    ("status.csv", "no table\n", "status.csv"),
    ("feed.cfg", "format = 1; source = ", "feed.cfg"),
    ("feed.cfg", '@include "."\n' + TABLES, "it is no file"),
])
def test_a_bad_file_of_any_kind_keeps_the_old_one(feed: Feed, tmp_path: Path, name: str, text: str, reason: str) -> None:
    topics = feed.topics
    feed.create(partitions=1)
    words = tmp_path / "words"
    words.mkdir()
    (words / "stop_words.txt").write_text("燃气\n", encoding="utf-8")
    (feed.sources / "status.csv").write_text("from,to,confidence,name\na,10,90,open\n", encoding="utf-8")
    feed.write("feed.cfg", TABLES)
    service = feed.start("--set", f"words={words}")
    topics.produce("feed", [("k", feed_record(1, status="a"))])
    before = wait_reports(topics, 1)[0]
    feed.write(name, text)
    service.signal(signal.SIGHUP)
    service.wait_for_log("event=reload_failed")
    assert any(reason in line for line in service.lines("event=mistake"))
    topics.produce("feed", [("k", feed_record(2, status="a"))])
    after = wait_reports(topics, 2)[1]
    assert after.headers["oc-mapping"] == before.headers["oc-mapping"]
    assert json.loads(after.value)["status"] == 10


def test_every_mistake_of_every_file_is_named(feed: Feed) -> None:
    topics = feed.topics
    feed.create(partitions=1)
    service = feed.start()
    service.wait_for_log("event=assigned")
    feed.write("feed.cfg", (FEED % "feed").replace("kinds  =", "kinsd  =").replace('"9901"; };', '"9901"; wrong = 1; };'))
    feed.write("other.cfg", (FEED % "feed").replace('"TEST"', '"OTHER"'))
    feed.write("third.cfg", (FEED % "third").replace("required = true", 'required = "yes"'))
    service.signal(signal.SIGHUP)
    service.wait_for_log("event=reload_failed")
    for wanted in (r"feed\.cfg:4: .*kinsd", r"feed\.cfg:3: .*wrong", r"third\.cfg:9: .*required"):
        service.wait_for_log(f"event=mistake .*{wanted}", limit=60)
    assert len(service.lines("event=reload_failed")) == 1
    topics.produce("feed", [("k", feed_record(1))])
    assert wait_reports(topics, 1)[0].headers["ce_source"] == "TEST"


def test_a_removed_mapping_is_not_read_and_comes_back_where_it_was(feed: Feed) -> None:
    topics = feed.topics
    feed.create(partitions=2)
    topics.create("gone", 2)
    feed.write("gone.cfg", (FEED % "gone").replace('"TEST"', '"GONE"'))
    first = origins(topics, "gone", topics.produce("gone", [(str(i), feed_record(i)) for i in range(100)]))
    service = feed.start()
    wait_reports(topics, 100)
    (feed.sources / "gone.cfg").rename(feed.sources / "gone.off")
    reload(service, 1)
    service.wait_for_log("event=assigned partitions=2")
    between = origins(topics, "gone", topics.produce("gone", [(str(i), feed_record(i)) for i in range(100, 200)]))
    live = origins(topics, "feed", topics.produce("feed", [(str(i), feed_record(i)) for i in range(50)]))
    records = wait_reports(topics, 150)
    time.sleep(1)
    assert sorted(ids(topics.read(REPORT))) == sorted(first + live), "nothing of the removed one"
    (feed.sources / "gone.off").rename(feed.sources / "gone.cfg")
    reload(service, 2)
    records = wait_reports(topics, 250)
    wait_committed(service, topics, "gone")
    records = topics.read(REPORT)
    assert sorted(ids(records)) == sorted(first + between + live), "each once"
    assert {r.headers["oc-skipped"] for r in records} == {"0"}


def test_a_topic_may_move_from_one_file_to_another(feed: Feed) -> None:
    topics = feed.topics
    feed.create(partitions=1)
    topics.create("second", 1)
    feed.write("second.cfg", (FEED % "second").replace('"TEST"', '"SECOND"'))
    service = feed.start()
    topics.produce("second", [("k", feed_record(1))])
    assert wait_reports(topics, 1)[0].headers["ce_source"] == "SECOND"
    feed.write("second.cfg", (FEED % "feed").replace('"TEST"', '"SECOND"'))
    feed.write("feed.cfg", FEED % "second")
    reload(service, 1)
    topics.produce("second", [("k", feed_record(2))])
    topics.produce("feed", [("k", feed_record(3))])
    found = by_number(wait_reports(topics, 3))
    assert (found["N000002"].headers["ce_source"], found["N000003"].headers["ce_source"]) == ("TEST", "SECOND")


def test_reloads_in_mid_load_with_dead_letters_lose_nothing(feed: Feed) -> None:
    """Topics come and go too, two reloads follow each other at once, and one in three files is bad."""
    topics = feed.topics
    feed.create(partitions=3)
    topics.create("extra", 1)
    extra = (FEED % "extra").replace('"TEST"', '"EXTRA"')
    places: list[tuple[int, int]] = []
    extras: list[tuple[int, int]] = []
    go_on = threading.Event()
    go_on.set()

    def load() -> None:
        number = 0
        while go_on.is_set():
            places.extend(topics.produce("feed", [(str(i), feed_record(i) if i % 5 else b"broken")
                                                  for i in range(number, number + 100)]))
            extras.extend(topics.produce("extra", [("k", feed_record(number))]))
            number += 100

    service = feed.start("--set", "in_flight_max=40")
    service.wait_for_log("event=assigned")
    sender = threading.Thread(target=load)
    sender.start()
    good = FEED % "feed"
    try:
        for number in range(1, 13):
            before = sum(topics.ends(REPORT).values())
            wait_until(lambda at=before + 150: sum(topics.ends(REPORT).values()) >= at, 60, "more records", every=0.05)
            feed.write("feed.cfg", good + (f"# {number}\n" if number % 3 else "wrong = 1;\n"))
            if number % 4 == 1:
                feed.write("extra.cfg", extra)
            elif number % 4 == 3:
                (feed.sources / "extra.cfg").unlink()
            service.signal(signal.SIGHUP)
            if number % 2 == 0:
                time.sleep(0.05)
                service.signal(signal.SIGHUP)
        feed.write("feed.cfg", good + "# last\n")
        feed.write("extra.cfg", extra)
        seen = len(service.lines("event=reloaded"))
        service.signal(signal.SIGHUP)
        service.wait_for_log("event=reloaded", count=seen + 1)
    finally:
        go_on.clear()
        sender.join()
    wait_committed(service, topics, "feed", limit=60)
    wait_committed(service, topics, "extra", limit=60)
    service.stop()
    records = topics.read(REPORT)
    assert Counter(ids(records)) == Counter(origins(topics, "feed", places) + origins(topics, "extra", extras)), \
        "each record once: a reload flushes and commits"
    dead = {r.headers["ce_id"] for r in records if kind(r) == "dead"}
    assert len(dead) == sum(1 for i in range(len(places)) if i % 5 == 0)
    assert {r.headers["oc-origin"] for r in topics.read(VAULT)} == dead
    assert len({r.headers["oc-mapping"] for r in records if r.headers["ce_source"] == "TEST"}) >= 4
    assert len(service.lines("event=reload_failed")) >= 3


def test_a_reload_while_kafka_is_away_takes_effect_behind_the_batch_in_hand(feed: Feed, servers: LocalServers) -> None:
    """Two of them, the second replaces the first. What is in hand was read with the old mapping, and says so."""
    topics = feed.topics
    feed.create(partitions=1)
    old = FEED % "feed"
    topics.produce("feed", [("k", feed_record(i)) for i in range(4000)])
    service = feed.start("--set", "in_flight_max=20")
    wait_until(lambda: sum(topics.ends(REPORT).values()) >= 500, 60, "some records", every=0.01)
    servers.stop_kafka(immediate=True)
    try:
        service.wait_for_log("event=waiting", limit=60)
        for turn in range(1, 5):  # of its loop: what was read ahead is in hand by then, and stays there
            reload(service, turn)
        feed.write("feed.cfg", old.replace('first = ["/title"];', 'value = "first";'))
        reload(service, 5)
        feed.write("feed.cfg", old.replace('first = ["/title"];', 'value = "second";'))
        reload(service, 6)
    finally:
        servers.start_kafka()
    service.wait_for_log("event=resumed", limit=60)
    topics.produce("feed", [("k", feed_record(i)) for i in range(4000, 4050)])
    wait_committed(service, topics, "feed", limit=90)
    titles: dict[int, set[str]] = {}
    for record in topics.read(REPORT):
        offset = int(record.headers["ce_id"].split("/")[2].split("#")[0])
        titles.setdefault(offset, set()).add(json.loads(record.value)["title"])
    assert set(titles) == set(range(4050))
    assert titles[0] == {"合成"}
    assert set().union(*titles.values()) == {"合成", "second"}
    assert all(titles[offset] == {"second"} for offset in range(4000, 4050))
    versions = {r.headers["oc-mapping"]: json.loads(r.value)["title"] for r in topics.read(REPORT)}
    assert sorted(versions.values()) == ["second", "合成"], "the digest tells which was used"
