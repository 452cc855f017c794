"""The relay as an outside consumer sees it: every event once and in order, repeats only after a crash, nothing skipped."""

from __future__ import annotations

import json
import random
import signal
import string
import subprocess
import time
from datetime import timedelta

import pytest

from brake import Brake
from harness import PROJECT, program, wait_until
from harness_intake import set_config
from outbox import BEGIN, CASE, HOMES, REPORT, REPORT_PARTITIONS, Outbox, Row
from test_chaos import WITH_LOCK, whose_session

QUIET = ("--set", "tick_s=0", "--set", "poll_ms=20")


END_SESSIONS = ("select count(pg_terminate_backend(pid)) from pg_stat_activity "
                "where application_name = 'onecase-relay' and datname = current_database()")


@pytest.fixture
def outbox(database, topics) -> Outbox:
    return Outbox(database, topics).create()


@pytest.fixture
def start_relay(start_service):
    def start(*more: str, **how: object):
        return start_service("relay", *QUIET, *more, **how)
    return start


def test_every_row_is_an_event_once_in_order_with_these_headers(outbox, start_relay):
    outbox.write(outbox.events(700))
    relay = start_relay("--set", "batch_max=100")
    outbox.wait_published(relay)
    for _ in range(20):
        outbox.write(outbox.events(40))
    outbox.wait_published(relay)
    relay.stop()
    outbox.check()
    for partition in set(HOMES.values()):
        last = [row for row in outbox.rows if row.partition == partition][-1]
        assert outbox.position(partition) == (last.offset, last.n)
    assert outbox.position(2) == (-1, -1)
    assert not relay.lines("level=(warn|error) (?!service=relay event=(still_)?waiting )")  # a slow Kafka is waited for


def test_what_is_not_known_of_an_event_has_no_header(outbox, start_relay):
    outbox.write([Row(0, 3, 0, "review.requested", "9901", "{}", BEGIN)])
    outbox.wait_published(start_relay())
    (record,) = outbox.read()
    assert record.headers == {
        "ce_specversion": "1.0", "ce_type": "review.requested", "ce_source": "/onecase/9901", "ce_id": "0/3/0",
        "ce_dataschema": "urn:onecase:event:review.requested:1", "content-type": "application/json"}


def test_stopped_and_started_it_goes_on_where_it_stood(outbox, start_relay):
    relay = start_relay("--set", "batch_max=10")
    for _ in range(8):
        outbox.write(outbox.events(300))
        wait_until(lambda: outbox.waiting() < 250, 60, "some of it to be published", every=0.005)
        relay.stop()
        relay.start()
    outbox.write(outbox.events(10))
    outbox.wait_published(relay)
    relay.stop()
    outbox.check(repeats=bool(relay.lines("event=unacknowledged")))  # a Kafka that does not answer is not waited for at the end


def test_killed_again_and_again_it_repeats_some_and_loses_none(outbox, start_relay):
    rng = random.Random(3)
    relay = start_relay("--set", "batch_max=50")
    for _ in range(20):
        outbox.write(outbox.events(150))
        left = rng.randrange(10, 140)
        wait_until(lambda: outbox.waiting() <= left, 60, "some of it to be published", every=0.002)
        relay.kill()
        relay.start()
    outbox.write(outbox.events(10))
    outbox.wait_published(relay)
    relay.stop()
    outbox.check(repeats=True)


def test_killed_before_the_position_moved_it_sends_the_same_again(outbox, start_relay, database):
    """The position's row is held by another transaction while the events are out already, and the session is ended: left to
    itself the server would still move the position for the dead."""
    outbox.write(outbox.events(40))
    relay = start_relay()
    outbox.wait_published(relay)
    with database.connect() as holder, holder.transaction():
        holder.execute("select 1 from onecase.relay_positions for update")
        outbox.write(outbox.events(80))
        wait_until(lambda: sum(outbox.topics.ends(CASE).values()) > 40, 60, "events to be out")
        relay.kill()
        holder.execute(END_SESSIONS)
    relay.start()
    outbox.write(outbox.events(10))
    outbox.wait_published(relay)
    relay.stop()
    assert outbox.check(repeats=True) > 0


def test_one_of_two_works_and_the_other_takes_over(outbox, start_relay):
    """At once: the end of a session frees the lock, whatever time-out there is."""
    relays = [start_relay("--set", "takeover_ms=600000") for _ in range(2)]
    wait_until(lambda: sum(len(relay.lines("event=working")) for relay in relays) == 1, 60, "one of them to work")
    first = relays[0] if relays[0].lines("event=working") else relays[1]
    second = relays[1] if first is relays[0] else relays[0]
    second.wait_for_log("event=standing_by")
    outbox.write(outbox.events(100))
    outbox.wait_published(*relays)
    first.kill()
    outbox.write(outbox.events(100))
    second.wait_for_log("event=working")
    outbox.wait_published(second)
    first.start()
    first.wait_for_log("event=standing_by")
    second.stop()
    first.wait_for_log("event=working", count=2)
    outbox.write(outbox.events(100))
    outbox.wait_published(first)
    first.stop()
    assert len(second.lines("event=standing_by")) == 1
    outbox.check(repeats=True)


def freeze_whoever_works(database, relays):
    """The one that has the lock. On a busy machine it may have lost it by itself, just before it was frozen."""
    while True:
        relay, _ = wait_until(lambda: whose_session(database, WITH_LOCK, relays), 60, "one of them to have the lock")
        relay.signal(signal.SIGSTOP)
        if whose_session(database, WITH_LOCK, [relay]):
            return relay
        relay.signal(signal.SIGCONT)


def test_frozen_and_thawed_it_repeats_at_most_a_batch_and_stands_by(outbox, start_relay, database):
    """Frozen in the middle of its work again and again; the other takes over from a session that has gone quiet."""
    rng = random.Random(9)
    relays = [start_relay("--set", "takeover_ms=5000", "--set", "batch_max=100") for _ in range(2)]
    for _ in range(4):
        outbox.write(outbox.events(600))
        left = rng.randrange(50, 500)
        wait_until(lambda: outbox.waiting() <= left, 60, "some of it to be published", every=0.001)
        frozen = freeze_whoever_works(database, relays)
        try:
            said = len(frozen.lines("event=(working|standing_by)"))
            outbox.write(outbox.events(100))
            outbox.wait_published()
        finally:
            frozen.signal(signal.SIGCONT)
        assert "standing_by" in frozen.wait_for_log("event=(working|standing_by)", count=said + 1)
    for relay in relays:
        relay.stop()
    takeovers = sum(len(relay.lines("event=working")) for relay in relays) - 1
    assert takeovers >= 4 and outbox.check(repeats=True) <= takeovers * 100


def test_a_position_moved_by_another_is_not_moved_again(outbox, start_relay, database):
    """Whatever has become of the lock: a position goes on only from where this relay knows it."""
    relay = start_relay()
    relay.wait_for_log("event=working")
    with database.connect() as other, other.transaction():
        other.execute("select 1 from onecase.relay_positions for update")
        rows = [row for row in outbox.events(60) if row.region == "9901"]
        outbox.rows = rows
        outbox.write(rows)
        wait_until(lambda: sum(outbox.topics.ends(CASE).values()) == len(rows), 60, "the events to be out")
        other.execute("update onecase.relay_positions set report_offset = %s, n = %s where partition = 0",
                      (rows[2].offset, rows[2].n))
    relay.wait_for_log("event=waiting .*another relay is at work")
    relay.wait_for_log("event=resumed")
    outbox.wait_published(relay)
    relay.stop()
    assert outbox.check(repeats=True) == len(rows) - 3


def test_from_the_end_nothing_old_is_published(outbox, start_relay, database):
    outbox.write(outbox.events(500))
    relay = start_relay("--from-end", "--set", "tick_s=0")
    assert "rows_passed_over=500" in relay.wait_for_log("event=from_end")
    relay.wait_for_log("event=working")
    outbox.rows.clear()
    outbox.write(outbox.events(100))
    outbox.wait_published(relay)
    # A lost connection does not bring it to the end again.
    database.execute(END_SESSIONS)
    outbox.write(outbox.events(100))
    outbox.wait_published(relay)
    relay.stop()
    outbox.check()
    assert len(relay.lines("event=from_end")) == 1


def test_from_the_end_a_record_on_its_way_home_is_not_passed_over(outbox, start_relay, database):
    """Events that were told are; so is a forward that has arrived. One that has not is the first to go out."""
    old = outbox.events(200)
    headers = {"ce_id": "grid.event/0/7#0", "ce_type": "onecase.update", "ce_source": "GRID", "oc-forwarded": "9901"}
    arrived = outbox.forward("9901", "9904", "{}", headers | {"ce_id": "grid.event/0/6#0"})
    database.execute("insert into onecase.forwarded_records values ('grid.event', 0, 6, 0, '9904', '9901', 0, 0, now())")
    away = outbox.forward("9901", "9904", '{"record_no":"G1"}', headers)
    partition = away.partition
    behind = outbox.events(100)
    outbox.write([*old, arrived, away, *behind])
    outbox.rows = [row for row in behind if row.partition == partition]
    relay = start_relay("--from-end", "--set", "tick_s=0")
    said = relay.wait_for_log("event=from_end")
    passed = len(old) + 1 + len(behind) - len(outbox.rows)
    assert f"rows_passed_over={passed} " in said and "held_partitions=1" in said
    outbox.wait_published(relay)
    relay.stop()
    outbox.check()
    assert [record.value for record in outbox.topics.read(REPORT)] == [b'{"record_no":"G1"}']


def test_from_the_end_wants_to_be_the_only_one(outbox, start_relay):
    start_relay().wait_for_log("event=working")
    second = start_relay("--from-end")
    second.expect_exit(1)
    assert second.lines("event=fatal .*--from-end wants it ended first")


def test_a_broker_that_goes_away_is_waited_for(servers, outbox, start_relay):
    relay = start_relay()
    outbox.write(outbox.events(50))
    outbox.wait_published(relay)
    before = len(relay.lines("event=waiting"))
    servers.stop_kafka()
    try:
        outbox.write(outbox.events(200))
        relay.wait_for_log("event=waiting", count=before + 1)
        relay_session = session(outbox.database)
        time.sleep(3)
        assert session(outbox.database) == relay_session, "the lock was lost meanwhile"
        assert relay.running and len(relay.lines("event=waiting")) == before + 1, "it says so once"
    finally:
        servers.start_kafka()
    outbox.wait_published(relay, limit=120)
    relay.stop()
    outbox.check(repeats=True)
    assert len(relay.lines("event=resumed")) == len(relay.lines("event=waiting"))


def test_what_it_waits_for_next_is_said_within_the_same_outage(servers, outbox, start_relay):
    """A second server goes while the first one is away: nobody is sent to the first one alone."""
    relay = start_relay()
    relay.wait_for_log("event=working")
    before = len(relay.lines("event=waiting reason=.*Kafka"))
    servers.stop_kafka()
    outbox.write(outbox.events(50))
    try:
        relay.wait_for_log("event=waiting reason=.*Kafka", count=before + 1)
        servers.stop_postgresql(immediate=True)
        try:
            relay.wait_for_log("event=still_waiting reason=.*PostgreSQL")
        finally:
            servers.start_postgresql()
    finally:
        servers.start_kafka()
    outbox.wait_published(relay, limit=120)
    relay.stop()
    outbox.check(repeats=True)
    assert len(relay.lines("event=resumed")) == len(relay.lines("event=waiting")), relay.text()


def session(database) -> int:
    return database.value("select pid from pg_stat_activity where application_name = 'onecase-relay' "
                          "and datname = current_database()")


@pytest.mark.parametrize("immediate", [False, True], ids=["stopped", "crashed"])
def test_postgresql_away_in_mid_load_is_waited_for(servers, outbox, start_relay, immediate):
    """In the middle of a batch: its events are out, and its position cannot be moved."""
    outbox.write(outbox.events(1000))
    brake = Brake.of_relay(outbox.database)
    brake.stop(100)
    relay = start_relay("--set", "batch_max=20")
    brake.wait_for(100)
    wait_until(lambda: sum(outbox.topics.ends(CASE).values()) > 1000 - outbox.waiting(), 60, "the next batch to be out")
    before = len(relay.lines("event=waiting"))
    servers.stop_postgresql(immediate=immediate)
    try:
        relay.wait_for_log("event=waiting", count=before + 1)
        time.sleep(3)
        assert relay.running and len(relay.lines("event=waiting")) == before + 1
    finally:
        servers.start_postgresql()
    assert outbox.waiting() > 800
    brake.release()
    outbox.wait_published(relay, limit=120)
    relay.stop()
    assert 0 < outbox.check(repeats=True) <= 20
    assert len(relay.lines("event=resumed")) == len(relay.lines("event=waiting"))


def test_the_connection_cut_again_and_again(outbox, start_relay, database):
    outbox.write(outbox.events(2000))
    relay = start_relay("--set", "batch_max=10")
    cuts = 0
    with database.connect() as connection:
        for left in (1800, 1500, 1200, 900, 600, 300):
            wait_until(lambda: outbox.waiting() <= left, 60, f"{left} rows to be left", every=0.002)
            # None when this one was not seen for so long that the next are due already, and it is just connecting.
            cuts += wait_until(lambda: connection.execute(END_SESSIONS).fetchone()[0], 60, "a session to be cut", every=0.002)
    outbox.wait_published(relay)
    relay.stop()
    assert outbox.check(repeats=True) <= 10 * cuts


def test_a_row_too_large_for_its_topic_holds_up_its_own_partition_alone(outbox, start_relay):
    set_config(outbox.topics, CASE, "max.message.bytes", "3000")
    rows = outbox.events(100)
    guilty = next(row for row in rows[20:] if row.region == "9901")
    guilty.payload = '"' + "x" * 4000 + '"'
    outbox.write(rows)
    relay = start_relay()
    told = relay.wait_for_log(f"event=(still_)?waiting .*outbox row {guilty.id}: the record takes")
    assert "at most 3000" in told
    elsewhere = [row for row in rows if row.partition != guilty.partition]
    before = [row for row in rows[:rows.index(guilty)] if row.partition == guilty.partition]
    wait_until(lambda: sum(outbox.topics.ends(CASE).values()) == len(elsewhere) + len(before), 60, "all others to be out")
    later = [row for row in outbox.events(50) if row.partition != guilty.partition]
    outbox.rows = rows + later
    outbox.write(later)
    wait_until(lambda: outbox.waiting() == 100 - len(elsewhere) - len(before), 60, "later ones to be out")
    set_config(outbox.topics, CASE, "max.message.bytes", "10000")
    outbox.wait_published(relay)
    relay.stop()
    outbox.check()


def test_behind_a_record_that_the_broker_refuses_nothing_goes_out(outbox, start_relay):
    """The topic's limit was lowered while the relay ran, so that it learns of it from the refusal; what follows in the batch
    travels in requests of its own (a quarter megabyte each)."""
    relay = start_relay()
    outbox.write(outbox.events(50))
    outbox.wait_published(relay)
    set_config(outbox.topics, CASE, "max.message.bytes", "300000")
    rows = outbox.events(300, size=20000)
    guilty = next(row for row in rows[60:] if row.region == "9902")
    guilty.payload = json.dumps("".join(random.Random(1).choices(string.ascii_letters + string.digits, k=450000)))
    outbox.write(rows)
    relay.wait_for_log("event=waiting")
    wait_until(lambda: relay.lines("refused a record|the record takes"), 60, "the reason to be logged")
    published = outbox.read()
    assert guilty.id not in {record.headers["ce_id"] for record in published}
    behind = {row.id for row in rows[rows.index(guilty):] if row.region == "9902"}
    assert not behind & {record.headers["ce_id"] for record in published}
    set_config(outbox.topics, CASE, "max.message.bytes", "1000000")
    outbox.wait_published(relay)
    relay.stop()
    outbox.check(repeats=True)

def test_headers_of_a_forward_that_cannot_be_read_hold_up_their_partition(outbox, start_relay, database):
    row = outbox.forward("9901", "9904", "{}", {})
    outbox.write([row])
    database.execute("update onecase.outbox set headers = '[1]'")
    relay = start_relay()
    relay.wait_for_log(f"event=(still_)?waiting .*outbox row {row.id}: column headers is not a JSON object of texts")
    database.execute("""update onecase.outbox set headers = '{"oc-forwarded": "9901"}'""")
    outbox.wait_published(relay)
    (record,) = outbox.topics.read(REPORT)
    assert record.headers == {"oc-forwarded": "9901"}


def test_a_forward_goes_to_its_home_with_the_headers_it_came_with(outbox, start_relay):
    headers = {"ce_specversion": "1.0", "ce_id": "grid.event/0/7#0", "ce_type": "onecase.update", "ce_source": "GRID",
               "content-type": "application/json", "oc-items": "1", "oc-mapping": "网格@0123456789ab", "oc-forwarded": "9901"}
    value = '{"record_no":"G1","title":"合成"}'
    homes = [region for region in HOMES if region != "9901"]
    for home in homes:
        outbox.write([outbox.forward("9901", home, value, headers), *outbox.events(5)])
    relay = start_relay()
    outbox.wait_published(relay)
    relay.stop()
    outbox.check()
    records = outbox.topics.read(REPORT)
    assert sorted(record.key.decode() for record in records) == sorted(homes)
    for record in records:
        assert (record.headers, record.value.decode()) == (headers, value)
    places = {record.key.decode(): record.partition for record in records}
    expected = outbox.topics.produce(REPORT, [(home, b"{}") for home in homes])
    assert [places[home] for home in homes] == [partition for partition, _ in expected]


def test_published_rows_go_after_seven_days_of_their_partitions_time(outbox, start_relay, database):
    old, young = timedelta(days=8), timedelta(days=6)
    for partition, age in ((0, old), (1, young)):
        database.execute(
            "insert into onecase.outbox (report_partition, report_offset, n, kind, region, payload, stream_time)"
            " select %s, o, 0, 'case.opened', '9901', '{}', %s from generate_series(0, 1699) o", (partition, BEGIN))
        database.execute(
            "insert into onecase.consumer_offsets (topic, partition, next_offset, epoch, owner, stream_time)"
            " values (%s, %s, 1700, 1, 'test', %s)", (outbox.topics.name(REPORT), partition, BEGIN + age))
    database.execute(
        "insert into onecase.outbox (report_partition, report_offset, n, kind, region, payload, stream_time)"
        " values (0, 1700, 0, 'case.opened', '9901', '{}', %s), (0, 1701, 0, 'case.opened', '9901', '{}', %s)",
        (BEGIN + old - timedelta(days=7), BEGIN + old))
    relay = start_relay()
    outbox.wait_published(relay)

    def left() -> dict[int, int]:
        return dict(database.rows("select report_partition, count(*) from onecase.outbox group by 1"))

    relay.stop()
    relay.start()
    wait_until(lambda: left() == {0: 2, 1: 1700}, 60, "the old ones to be gone and no other")
    relay.stop()
    assert sum(outbox.topics.ends(CASE).values()) == 3402


def test_rows_not_yet_published_stay_however_old(outbox, start_relay, database):
    set_config(outbox.topics, CASE, "max.message.bytes", "1000")
    rows = [Row(0, n, 0, "case.opened", "9901", "{}" if n < 5 else '"' + "x" * 2000 + '"', BEGIN) for n in range(10)]
    outbox.write(rows)
    database.execute("insert into onecase.consumer_offsets (topic, partition, next_offset, epoch, owner, stream_time)"
                     " values (%s, 0, 10, 1, 'test', %s)", (outbox.topics.name(REPORT), BEGIN + timedelta(days=400)))
    relay = start_relay()
    relay.wait_for_log("event=(still_)?waiting .*0/5/0")
    wait_until(lambda: database.value("select count(*) from onecase.outbox") <= 5, 60, "published ones to be gone")
    assert database.rows("select report_offset from onecase.outbox order by 1") == [(n,) for n in range(5, 10)]


def test_ticks_come_to_every_partition_and_the_matcher_takes_them(outbox, start_service, database):
    before = int(time.time() // 60)
    relay = start_service("relay", "--set", "tick_s=1")
    wait_until(lambda: min(outbox.topics.ends(REPORT).values()) >= 3, 60, "three ticks in each partition")
    relay.stop()
    after = int(time.time() // 60)
    records = outbox.topics.read(REPORT)
    assert {record.partition for record in records} == set(range(REPORT_PARTITIONS))
    for record in records:
        assert (record.key, record.value) == (None, None)
        ids = {f"onecase.tick/{record.partition}/{minute}#0" for minute in range(before, after + 1)}
        assert record.headers.pop("ce_id") in ids
        assert record.headers == {"ce_specversion": "1.0", "ce_type": "onecase.tick", "ce_source": "onecase",
                                  "content-type": "application/json", "oc-items": "1", "oc-skipped": "0", "oc-attempt": "1",
                                  "oc-backfill": "false"}
    matcher = start_service("matcher")
    ends = outbox.topics.ends(REPORT)
    wait_until(lambda: dict(database.rows("select partition, next_offset from onecase.consumer_offsets")) == ends, 60,
               "the matcher to pass over all of them")
    matcher.stop()
    assert database.value("select count(*) from onecase.dead_letters") == 0


def test_without_the_lock_or_the_database_there_are_no_ticks(servers, outbox, start_service):
    relay = start_service("relay", "--set", "tick_s=1", "--set", "poll_ms=20")
    relay.wait_for_log("event=working")
    other = start_service("relay", "--set", "tick_s=1", "--set", "poll_ms=20")
    other.wait_for_log("event=standing_by")
    before = len(relay.lines("event=waiting"))
    servers.stop_postgresql()
    try:
        relay.wait_for_log("event=waiting", count=before + 1)
        ends = outbox.topics.ends(REPORT)
        time.sleep(3)
        assert outbox.topics.ends(REPORT) == ends
    finally:
        servers.start_postgresql()
    wait_until(lambda: all(now > then for now, then in zip(outbox.topics.ends(REPORT).values(), ends.values())), 60, "ticks again")


def test_the_topic_must_be_the_one_of_the_database(outbox, start_service, database, new_topics):
    stranger = new_topics()
    service = start_service("relay", topics=stranger)
    service.expect_exit(1)
    assert service.lines(f'event=fatal reason=".*belongs to report topic .*{outbox.topics.name(REPORT)}')


@pytest.mark.parametrize("name", ["matcher", "relay"])
def test_systemd_finds_no_fault_with_the_unit(tmp_path, name):
    text = (PROJECT / "deploy" / "systemd" / f"onecase-{name}.service").read_text()
    unit = tmp_path / f"onecase-{name}.service"
    unit.write_text(text.replace(f"/usr/local/bin/{name}", str(program(name))))
    for words in (["verify", "--man=no", str(unit)], ["security", "--offline=true", "--threshold=20", str(unit)]):
        done = subprocess.run(["systemd-analyze", *words], capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr


def test_settings_out_of_range_are_named_all_at_once():
    done = subprocess.run([str(program("relay")), "--check", "--set", "batch_max=0", "--set", "poll_ms=5000", "--set", "group=g"],
                          cwd=PROJECT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "batch_max = 0 is outside 1..5000" in done.stderr and "poll_ms = 5000 is outside 10..1000" in done.stderr
    assert 'no setting "group"' in done.stderr
