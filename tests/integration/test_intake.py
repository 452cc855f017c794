"""`intake` on real Kafka: one record out for each record in, whatever comes and whatever breaks."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from confluent_kafka import Producer
from harness import LocalServers, Service, Topics, wait_until
from harness_city import SOURCE_TOPICS, City
from harness_intake import (FEED, REPORT, VAULT, Feed, feed_record, ids, kind, origins, run_intake, set_config,
                            wait_committed, wait_reports)

# As in the account. The city counts what comes of a record: a spot check that found something is a report to it.
ACCOUNT = {"assignment": "update", "inspection": "report"}
SOURCES = {"hotline.workorder": "H12345", "fire.incident": "FIRE119", "market.complaint": "MKT12315", "grid.event": "GRID"}


def murmur2(key: bytes) -> int:
    """Kafka's murmur2, written from its definition (seed 0x9747b28c), as an unsigned number."""
    m, mask = 0x5BD1E995, 0xFFFFFFFF
    h = (0x9747B28C ^ len(key)) & mask
    for i in range(0, len(key) - len(key) % 4, 4):
        k = int.from_bytes(key[i:i + 4], "little") * m & mask
        h = (h * m & mask) ^ ((k ^ k >> 24) * m & mask)
    rest = key[len(key) - len(key) % 4:]
    if rest:
        h = (h ^ int.from_bytes(rest, "little")) * m & mask
    h = (h ^ h >> 13) * m & mask
    return h ^ h >> 15


def java_partition(key: bytes, partitions: int) -> int:
    return (murmur2(key) & 0x7FFFFFFF) % partitions


@pytest.fixture
def feed(topics: Topics, tmp_path: Path, key_file: Path, start_service: Callable[..., Service]) -> Feed:
    return Feed(topics, tmp_path, key_file, start_service)


# ---- the way of a record -------------------------------------------------------------------------------------------


def test_each_record_of_four_departments_becomes_exactly_one(project_topics: Topics, tmp_path: Path, key_file: Path,
                                                             start_service: Callable[..., Service]) -> None:
    topics = project_topics
    city = City.make(1, tmp_path / "city")
    sent: dict[str, bytes] = {}
    for topic in SOURCE_TOPICS:
        lines = [json.loads(line) for line in (city.directory / f"{topic}.jsonl").read_text(encoding="utf-8").splitlines()]
        values = [None if line["value_base64"] is None else base64.b64decode(line["value_base64"]) for line in lines]
        places = topics.produce(topic, [(line["key"], value) for line, value in zip(lines, values, strict=True)])
        sent |= dict(zip(origins(topics, topic, places), values, strict=True))
    service = start_service("intake", "--set", f"key_file={key_file}")
    records = wait_reports(topics, len(sent))
    service.stop()
    records = topics.read(REPORT)
    assert Counter(ids(records)) == Counter(list(sent)), "each origin exactly once"
    for record in records:
        topic = record.headers["ce_id"].split("/")[0].removeprefix(topics.prefix)
        assert record.headers["ce_specversion"] == "1.0"
        assert record.headers["ce_source"] == SOURCES[topic]
        assert record.headers["content-type"] == "application/json"
        assert record.headers["oc-items"] == "1"
        assert record.headers["oc-skipped"] == "0"
        assert record.headers["oc-attempt"] == "1"
        assert record.headers["oc-backfill"] == "false"
        assert re.fullmatch(rf"{topic.split('.')[0]}@[0-9a-f]{{12}}", record.headers["oc-mapping"])
        assert record.partition == java_partition(record.key, 24)
        assert isinstance(json.loads(record.value), dict)
    assert {record.key for record in records} <= {b"9901", b"9902"}
    for topic in SOURCE_TOPICS:
        ours = Counter(ACCOUNT.get(kind(r), kind(r)) for r in records if r.headers["ce_id"].startswith(topics.name(topic) + "/"))
        wanted: Counter = Counter()
        for name, count in city.expected["counts"][topic].items():
            if name != "records" and count > 0:
                wanted[ACCOUNT.get(name, name)] += count
        assert ours == wanted, topic
        assert {p: o for p, o in topics.committed(f"{topics.prefix}intake", topic).items() if o >= 0} == \
            {p: end for p, end in topics.ends(topic).items()}


def test_a_dead_letter_has_its_bytes_in_the_vault_alone(feed: Feed) -> None:
    topics = feed.topics
    feed.create(partitions=1)
    bad = [b'{"no": "N1", "kind": ', b"\xff\xfe\x00", b"[]", feed_record(4, kind="unheard"), feed_record(5) [:-1] + b',"no":""}']
    original = [("trace", b"abc"), ("trace", b"def"), ("oc-origin", b"forged")]
    places = topics.produce("feed", [("k1", value, original) for value in bad])
    feed.start()
    records = wait_reports(topics, len(bad))
    vault = {record.headers["oc-origin"]: record for record in topics.read(VAULT)}
    for value, origin in zip(bad, origins(topics, "feed", places), strict=True):
        record = next(r for r in records if r.headers["ce_id"] == origin)
        note = json.loads(record.value)
        kept = vault[origin]
        assert kind(record) == "dead"
        assert set(note) == {"stage", "pointer", "rule", "message", "sha256"}
        assert kept.value == value
        assert kept.key == origin.encode()
        assert kept.headers["trace"] == "def"
        assert kept.headers["oc-key"] == "k1"
        assert note["sha256"] == kept.headers["oc-sha256"] == hashlib.sha256(value).hexdigest()
        assert (note["stage"], note["rule"], note["pointer"]) == \
            (kept.headers["oc-stage"], kept.headers["oc-rule"], kept.headers["oc-pointer"])
    rules = [(json.loads(r.value)["stage"], json.loads(r.value)["rule"]) for r in records]
    assert rules == [("decode", "syntax"), ("decode", "syntax"), ("decode", "syntax"), ("map", "kind"), ("map", "required")]


def test_the_vault_has_it_before_the_report_says_so(feed: Feed) -> None:
    """Stamps are the broker's: every dead record is younger than its bytes."""
    topics = feed.topics
    feed.create()
    topics.produce("feed", [(str(i), b"broken" if i % 3 == 0 else feed_record(i)) for i in range(600)])
    feed.start()
    reports = wait_reports(topics, 600)
    vault = {record.headers["oc-origin"]: record.timestamp_ms for record in topics.read(VAULT)}
    dead = [record for record in reports if kind(record) == "dead"]
    assert len(dead) == 200 == len(vault)
    for record in dead:
        assert vault[record.headers["ce_id"]] <= record.timestamp_ms


def test_order_of_a_partition_is_kept(feed: Feed) -> None:
    """Good and bad, reports and ignored of one region come out as they went in."""
    topics = feed.topics
    feed.create(partitions=1)
    kinds = ["report", "update", "drill", "unheard"]
    topics.produce("feed", [(None, feed_record(i, kind=kinds[i % 4], area="990101")) for i in range(400)])
    feed.start()
    records = wait_reports(topics, 400)
    offsets = [int(record.headers["ce_id"].split("/")[2].split("#")[0]) for record in records]
    assert offsets == list(range(400))
    assert [kind(record) for record in records] == ["report", "update", "ignored", "dead"] * 100


def test_nothing_a_record_holds_stops_its_neighbours(feed: Feed) -> None:
    topics = feed.topics
    feed.create(partitions=1)
    odd: list[tuple] = [
        ("k", None),                                            # a tombstone
        (None, feed_record(1)),                                 # no key
        (b"\xff\xfe\x00", feed_record(2)),
        ("k", b""),
        ("k", b"null"),
        ("k", b'"text"'),
        ("k", b"[" * 100_000),
        ("k", b'{"a":' * 100_000),
        ("k", feed_record(3, text="字" * 300_000)),              # 900 kB
        ("k", b"\x00" * 900_000),
        ("k", feed_record(4), [(f"h{i}", b"x" * 100) for i in range(500)]),
        ("k", feed_record(5), [("", b""), ("h", None)]),
        ("k", b"{" + b",".join(b'"k%d":%d' % (i, i) for i in range(50_000)) + b"}"),
        ("k", feed_record(6, no={"deep": [1, 2]})),
        ("k", feed_record(7, area="\u0000990101\u0000")),
    ]
    places = []
    for i, record in enumerate(odd):
        places += topics.produce("feed", [record])
        places += topics.produce("feed", [("k", feed_record(1000 + i))])
    service = feed.start()
    records = wait_reports(topics, len(places))
    wait_committed(service, topics, "feed")
    assert Counter(ids(topics.read(REPORT))) == Counter(origins(topics, "feed", places))
    good = [r for r in records if kind(r) == "report" and json.loads(r.value)["record_no"] >= "N001000"]
    assert len(good) == len(odd)
    tombstone = next(r for r in records if r.headers["ce_id"] == origins(topics, "feed", places)[0])
    assert json.loads(tombstone.value)["rule"] == "empty"


# ---- sizes ---------------------------------------------------------------------------------------------------------


def test_bytes_too_large_for_the_vault_leave_their_digest(feed: Feed) -> None:
    topics = feed.topics
    feed.create(partitions=1)
    set_config(topics, VAULT, "max.message.bytes", "20000")
    small, large = b"x" * 1000, b"y" * 50_000
    places = topics.produce("feed", [("k", small), ("k", large, [("trace", b"z" * 30_000)]), ("k", feed_record(1))])
    feed.start()
    records = wait_reports(topics, 3)
    assert sorted(kind(record) for record in records) == ["dead", "dead", "report"]
    vault = {record.headers["oc-origin"]: record for record in topics.read(VAULT)}
    first, second, _ = origins(topics, "feed", places)
    assert vault[first].value == small and "oc-truncated" not in vault[first].headers
    assert vault[second].value is None
    assert vault[second].headers["oc-truncated"] == "true"
    assert vault[second].headers["oc-sha256"] == hashlib.sha256(large).hexdigest()


def test_a_record_too_large_for_the_report_topic_is_dead_alone(feed: Feed) -> None:
    topics = feed.topics
    feed.create(partitions=1, max_message_bytes="10000")
    values = [feed_record(i, text="字" * 30_000) if i == 5 else feed_record(i) for i in range(10)]
    topics.produce("feed", [("k", value) for value in values])
    service = feed.start()
    records = wait_reports(topics, 10)
    assert [kind(record) for record in sorted(records, key=lambda r: int(r.headers["ce_id"].split("/")[2].split("#")[0]))] == \
        ["report"] * 5 + ["dead"] + ["report"] * 4
    note = json.loads(next(r for r in records if kind(r) == "dead").value)
    assert (note["stage"], note["rule"]) == ("send", "too_large")
    assert note["sha256"] == hashlib.sha256(values[5]).hexdigest()
    assert [record.value for record in topics.read(VAULT)] == [values[5]]
    wait_committed(service, topics, "feed")


def test_what_fits_has_room_for_the_header_of_a_record_sent_home(feed: Feed) -> None:
    """A record whose report lives in another region goes on with one header more; it must not be too large only then."""
    topics = feed.topics
    feed.create(partitions=1, max_message_bytes="10000")
    values = [feed_record(i, text="x" * (8000 + 20 * i)) for i in range(100)]
    topics.produce("feed", [("k", value) for value in values])
    feed.start()
    records = wait_reports(topics, 100)
    fitting = [record for record in records if kind(record) == "report"]
    assert 30 < len(fitting) < 100
    largest = max(fitting, key=lambda record: len(record.value))
    assert len(largest.value) > 9000
    headers = [(name, value.encode()) for name, value in largest.headers.items()]
    topics.produce(REPORT, [(largest.key, largest.value, [*headers, ("oc-forwarded", b"990101")])])
    wait_reports(topics, 101)


def test_a_limit_lowered_under_way_costs_only_the_large_record(feed: Feed) -> None:
    """The broker refuses the whole batch then; each record is tried alone and only the guilty one dies."""
    topics = feed.topics
    feed.create(partitions=1)
    service = feed.start()
    service.wait_for_log("event=assigned")
    topics.produce("feed", [("k", feed_record(0))])
    wait_reports(topics, 1)
    set_config(topics, REPORT, "max.message.bytes", "5000")
    # Text that does not compress, so that the batch is over the broker's limit whatever the codec does.
    noise = base64.b64encode(hashlib.shake_256(b"seed").digest(15_000)).decode()
    values = [feed_record(i, text=noise) if i == 20 else feed_record(i) for i in range(1, 41)]
    places = topics.produce("feed", [("k", value) for value in values])
    records = wait_reports(topics, 41)
    wait_committed(service, topics, "feed")
    dead = [record for record in topics.read(REPORT) if kind(record) == "dead"]
    assert [record.headers["ce_id"] for record in dead] == [origins(topics, "feed", places)[19]]
    assert json.loads(dead[0].value)["stage"] == "send"
    assert {kind(r) for r in records if r.headers["ce_id"] != dead[0].headers["ce_id"]} == {"report"}
    assert [record.value for record in topics.read(VAULT)] == [values[19]]


# ---- offsets -------------------------------------------------------------------------------------------------------


def test_offsets_are_committed_only_after_delivery(feed: Feed) -> None:
    """onecase.report refuses everything, even dead records: intake gives up, and has committed nothing."""
    topics = feed.topics
    feed.create()
    service = feed.start("--set", "commit_interval_ms=10")
    service.wait_for_log("event=assigned")
    set_config(topics, REPORT, "max.message.bytes", "50")
    places = topics.produce("feed", [(str(i), feed_record(i)) for i in range(300)])
    service.expect_exit(1)
    assert len(service.lines("event=fatal .*refuses even a dead record")) == 1
    # 0: where it began, with the note of its key beside it.
    assert set(topics.committed(f"{topics.prefix}intake", "feed").values()) == {0}
    assert topics.read(REPORT) == []
    set_config(topics, REPORT, "max.message.bytes", "1048576")
    service.start()
    wait_committed(service, topics, "feed")
    records = topics.read(REPORT)
    assert Counter(ids(records)) == Counter(origins(topics, "feed", places))
    assert {kind(record) for record in records} == {"report"}


def test_kill_9_in_mid_load_repeats_but_loses_nothing(feed: Feed) -> None:
    topics = feed.topics
    feed.create()
    places: list[tuple[int, int]] = []
    go_on = threading.Event()
    go_on.set()

    def load() -> None:
        number = 0
        while go_on.is_set():
            places.extend(topics.produce("feed", [(str(i), feed_record(i) if i % 50 else b"broken")
                                                  for i in range(number, number + 100)]))
            number += 100

    sender = threading.Thread(target=load)
    # Its first life commits nothing, so that the kill has something to repeat.
    service = feed.start("--set", "in_flight_max=50", "--set", "commit_interval_ms=60000")
    sender.start()
    try:
        for kill_number in (1, 2):
            service.wait_for_log("event=assigned", count=kill_number)
            before = sum(topics.ends(REPORT).values())
            wait_until(lambda at=before + 500: sum(topics.ends(REPORT).values()) >= at, 60, "500 more records")
            service.kill()
            service.arguments = [word.replace("=60000", "=5000") for word in service.arguments]
            service.start()
    finally:
        go_on.clear()
        sender.join()
    service.wait_for_log("event=assigned", count=3)
    wait_committed(service, topics, "feed")
    service.stop()
    records = topics.read(REPORT)
    found = Counter(ids(records))
    assert set(found) == set(origins(topics, "feed", places))
    assert sum(found.values()) > len(found), "the kills came too late to prove anything"
    by_id: dict[str, set[tuple]] = {}
    for record in records:
        by_id.setdefault(record.headers["ce_id"], set()).add((record.key, record.value, record.headers["oc-skipped"]))
    assert all(len(same) == 1 for same in by_id.values()), "a repeated record is the same record"
    vault = {record.headers["oc-origin"] for record in topics.read(VAULT)}
    assert vault == {record.headers["ce_id"] for record in records if kind(record) == "dead"}


def test_a_clean_end_commits_and_the_next_start_repeats_nothing(feed: Feed) -> None:
    topics = feed.topics
    feed.create()
    first = topics.produce("feed", [(str(i), feed_record(i)) for i in range(200)])
    service = feed.start("--set", "commit_interval_ms=60000")
    wait_reports(topics, 200)
    service.stop()
    second = topics.produce("feed", [(str(i), feed_record(i)) for i in range(200, 300)])
    service.start()
    wait_reports(topics, 300)
    service.stop()
    assert Counter(ids(topics.read(REPORT))) == Counter(origins(topics, "feed", first + second))


def test_offsets_that_never_come_are_counted(feed: Feed, servers: LocalServers) -> None:
    """Markers and aborted records of transactions take offsets: consumed = records + skipped."""
    topics = feed.topics
    feed.create(partitions=1)
    producer = Producer({"bootstrap.servers": servers.brokers, "transactional.id": topics.name("tx")})
    producer.init_transactions(60)
    committed = 0
    for round_number in range(6):
        producer.begin_transaction()
        for i in range(5):
            producer.produce(topics.name("feed"), feed_record(round_number * 10 + i), partition=0)
        if round_number % 3 == 1:
            producer.flush(60)
            producer.abort_transaction(60)
        else:
            producer.commit_transaction(60)
            committed += 5
    topics.await_markers("feed")
    last = topics.produce("feed", [("k", feed_record(99))])[0][1]
    service = feed.start("--set", "in_flight_max=7")
    records = wait_reports(topics, committed + 1)
    wait_committed(service, topics, "feed")
    assert len(records) == committed + 1
    assert sum(1 + int(record.headers["oc-skipped"]) for record in records) == last + 1


# ---- group ---------------------------------------------------------------------------------------------------------


def test_members_come_and_go_and_every_record_is_there(feed: Feed) -> None:
    topics = feed.topics
    feed.create(partitions=6)
    places = topics.produce("feed", [(str(i), feed_record(i)) for i in range(2000)])
    first = feed.start("--set", "in_flight_max=100")
    first.wait_for_log("event=assigned partitions=6")
    second = feed.start("--set", "in_flight_max=100")
    first.wait_for_log("event=assigned partitions=3", limit=60)
    second.wait_for_log("event=assigned partitions=3", limit=60)
    places += topics.produce("feed", [(str(i), feed_record(i)) for i in range(2000, 4000)])
    second.stop()
    first.wait_for_log("event=assigned partitions=6", limit=60, count=2)
    places += topics.produce("feed", [(str(i), feed_record(i)) for i in range(4000, 5000)])
    wanted = set(origins(topics, "feed", places))
    wait_until(lambda: set(ids(topics.read(REPORT))) == wanted, 60, "every record", every=1)
    assert len(topics.read(REPORT)) == len(wanted), "a clean hand-over repeats nothing"


def test_a_topic_that_does_not_exist_is_waited_for(feed: Feed) -> None:
    topics = feed.topics
    feed.write("later.cfg", FEED.replace('"TEST"', '"LATER"') % "later")
    feed.create()
    topics.produce("feed", [("k", feed_record(1))])
    service = feed.start()
    wait_reports(topics, 1)
    service.wait_for_log(rf"event=topic_missing topic={re.escape(topics.name('later'))}")
    time.sleep(6)
    assert len(service.lines("event=topic_missing")) == 1
    topics.create("later", 1)
    topics.produce("later", [("k", feed_record(2))])
    records = wait_reports(topics, 2)
    assert {record.headers["ce_source"] for record in records} == {"TEST", "LATER"}
    service.wait_for_log("event=topics_present")


# ---- settings and mapping files ------------------------------------------------------------------------------------


def test_a_bad_mapping_refuses_to_start_with_every_mistake(feed: Feed) -> None:
    feed.write("other.cfg", 'format = 1;\nsource = "OTHER";\ntopics = ["other"]\nregoin : { };\nkinds = ( );\n')
    feed.write("third.cfg", 'format = 1;\nsource = "TEST"\n;;\n')
    done = run_intake(*feed.arguments())
    assert done.returncode == 2
    assert re.search(r"other\.cfg:4: .*regoin.*region", done.stderr), done.stderr
    assert re.search(r"third\.cfg:3: syntax error", done.stderr), done.stderr
    assert run_intake("--check", *feed.arguments()).returncode == 2
    (feed.sources / "other.cfg").unlink()
    (feed.sources / "third.cfg").unlink()
    assert run_intake("--check", *feed.arguments()).returncode == 0


def test_a_key_file_open_to_others_is_refused(feed: Feed) -> None:
    feed.key_file.chmod(0o640)
    done = run_intake("--check", *feed.arguments())
    assert done.returncode == 2
    assert f"chmod 600 {feed.key_file}" in done.stderr
    feed.key_file.chmod(0o600)
    feed.key_file.write_text("00ff\n")
    assert "64 to 1024 hex digits are expected" in run_intake("--check", *feed.arguments()).stderr


def test_wrong_settings_come_all_at_once(feed: Feed, tmp_path: Path) -> None:
    file = tmp_path / "intake.cfg"
    file.write_text("in_flight_max = 0;\ncommit_intervall_ms = 200;\n")
    done = run_intake("--config", str(file), "--set", "log_level=loud", *feed.arguments())
    assert done.returncode == 2
    assert f"{file}:1: in_flight_max = 0 is outside 1..100000" in done.stderr
    assert f'{file}:2: no setting "commit_intervall_ms"; did you mean "commit_interval_ms"?' in done.stderr
    assert 'log_level = "loud" is none of' in done.stderr


def test_reload_takes_a_good_mapping_and_keeps_the_old_one_from_a_bad(feed: Feed) -> None:
    topics = feed.topics
    feed.create(partitions=1)
    topics.create("new", 1)
    service = feed.start()
    topics.produce("feed", [("k", feed_record(1))])
    before = wait_reports(topics, 1)[-1].headers["oc-mapping"]
    feed.write("feed.cfg", (FEED % "feed").replace("kinds  =", "kinsd  ="))
    service.signal(signal.SIGHUP)
    service.wait_for_log(r"event=mistake .*feed\.cfg:4: .*kinsd.*kinds")
    service.wait_for_log("event=reload_failed")
    topics.produce("feed", [("k", feed_record(2))])
    assert {r.headers["oc-mapping"] for r in wait_reports(topics, 2)} == {before}
    feed.write("feed.cfg", (FEED % "feed").replace('first = ["/title"];', 'value = "fixed";'))
    feed.write("new.cfg", FEED.replace('"TEST"', '"NEW"') % "new")
    service.signal(signal.SIGHUP)
    service.wait_for_log("event=reloaded")
    topics.produce("feed", [("k", feed_record(3))])
    topics.produce("new", [("k", feed_record(4))])
    records = {json.loads(r.value)["record_no"]: r for r in wait_reports(topics, 4)}
    assert records["N000003"].headers["oc-mapping"] != before
    assert json.loads(records["N000003"].value)["title"] == "fixed"
    assert records["N000004"].headers["ce_source"] == "NEW"


# ---- outage --------------------------------------------------------------------------------------------------------


def outages(service: Service) -> str:
    """What it said of outages: w when one began, r when it was over. A broker that is slow for a second is one too; each is said once."""
    said = "".join(line.split(" event=")[1][0] for line in service.lines(r"event=(waiting|resumed)\b"))
    assert re.fullmatch("(wr)*w?", said), f"{said}:\n{service.tail()}"
    return said


def await_outage(service: Service) -> None:
    wait_until(lambda: outages(service).endswith("w"), 60, "intake to wait for Kafka")


def await_end_of_outage(service: Service) -> None:
    wait_until(lambda: outages(service).endswith("r"), 60, "intake to go on")


def test_a_broker_that_goes_away_is_waited_for(feed: Feed, servers: LocalServers) -> None:
    topics = feed.topics
    feed.create()
    places = topics.produce("feed", [(str(i), feed_record(i)) for i in range(3000)])
    service = feed.start("--set", "in_flight_max=20")
    wait_until(lambda: sum(topics.ends(REPORT).values()) >= 500, 60, "some records", every=0.02)
    servers.stop_kafka(immediate=True)
    try:
        await_outage(service)
        time.sleep(5)
        assert service.running and outages(service), "an outage is said once"
    finally:
        servers.start_kafka()
    await_end_of_outage(service)
    wanted = set(origins(topics, "feed", places))
    wait_until(lambda: set(ids(topics.read(REPORT))) == wanted, 180, "every record", every=1)
    wait_committed(service, topics, "feed", limit=60)


def test_ends_quickly_while_the_broker_is_away(feed: Feed, servers: LocalServers) -> None:
    topics = feed.topics
    feed.create()
    service = feed.start()
    service.wait_for_log("event=assigned")
    topics.produce("feed", [("k", feed_record(1))])
    wait_reports(topics, 1)
    wait_committed(service, topics, "feed")
    servers.stop_kafka(immediate=True)
    try:
        await_outage(service)
        service.stop(limit=60)
    finally:
        servers.start_kafka()


def test_waits_for_its_own_topics(feed: Feed) -> None:
    topics = feed.topics
    topics.create("feed", 1)
    service = feed.start()
    line = service.wait_for_log("event=waiting")
    assert "does not exist; `onecase topics --create` makes it" in line
    topics.create(REPORT, 24)
    topics.create(VAULT, 1)
    topics.produce("feed", [("k", feed_record(1))])
    wait_reports(topics, 1)
    await_end_of_outage(service)
