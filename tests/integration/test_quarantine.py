"""A record that kills the process ends as one dead letter of stage "crash"; its neighbours come through, and nobody else is buried.

The programs are built with ONECASE_TEST_HOOKS (common/base/test_hook.h): they abort when they take a record that holds POISON. They are
started again as systemd would do it (keeper.py).
"""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from brake import Brake
from confluent_kafka import Consumer, TopicPartition
from harness import Database, Service, Topics, wait_until
from harness_intake import REPORT, VAULT, Feed, feed_record, ids, kind, origins, wait_committed
from keeper import Keeper
from redriving import redrive
from report_log import ReportLog, reconciled, wait_until_stored

POISON = "kills-whoever-reads-it"
SESSION_MS = int(os.environ.get("ONECASE_QUARANTINE_SESSION_MS", 3000))  # a crashed member holds its partitions as long
SESSION = f"session_ms={SESSION_MS}"
LONG_SESSION = "session_ms=30000"  # where nobody crashes: a member that was kept from its work for a second is not one that left
TRIES = 3  # of a record alone
CRASHES = 2 + TRIES  # until a record is buried: the first two with its batch

DEAD = ("select topic || '/' || partition || '/' || kafka_offset || '#' || item, stage, rule, state"
        " from onecase.dead_letters order by 1")
STANDS = "select partition, trying_offset from onecase.consumer_offsets where trying_offset is not null"


@pytest.fixture
def log(topics) -> ReportLog:
    return ReportLog(topics).create()


@pytest.fixture
def matcher(start_service: Callable[..., Service], log: ReportLog, database: Database) -> Callable[..., Service]:
    """A matcher that aborts at POISON; not started."""
    log.use(database)

    def make(*settings: str, session: str = SESSION) -> Service:
        words = [word for setting in (session, *settings) for word in ("--set", setting)]
        service = start_service("matcher", *words, start=False)
        service.environment["ONECASE_TEST_CRASH"] = f"matcher:{POISON}"
        return service

    return make


def fill(log: ReportLog, count: int, poisons: Iterable[int] = (), region: str = "9901") -> list[str]:
    """`count` reports, those at these places poisoned; origins of the poisoned."""
    places = set(poisons)
    poisoned = []
    for number in range(count):
        bad = number in places
        origin = log.report(f"{region}N{number:05d}", region=region, body=POISON if bad else "synthetic", count="dead" if bad else "")
        poisoned += [origin] * bad
    return poisoned


def check(database: Database, log: ReportLog, poisoned: list[str]) -> None:
    assert database.rows(DEAD) == sorted((origin, "crash", "crash", "open") for origin in poisoned)
    assert reconciled(database) == log.expected_accounts()
    assert database.value("select count(*) from (select source, record_no from onecase.reports group by 1, 2 having count(*) > 1) as t") == 0
    assert database.rows(STANDS) == []


@pytest.mark.parametrize(("count", "poisons", "most"), [
    (1000, [700], CRASHES),
    (1000, [0], CRASHES),
    (300, [299], CRASHES),
    (1000, [100, 101], CRASHES + TRIES),  # while it is careful, the second costs only its own three crashes
], ids=["in_the_middle", "first_of_all", "last", "two_in_one_batch"])
def test_a_record_that_kills_the_matcher_is_buried_alone(log, database, matcher, count, poisons, most) -> None:
    poisoned = fill(log, count, poisons)
    log.send()
    with Keeper(matcher(), most=most) as keeper:
        wait_until_stored(database, log, limit=120)
        tell("matcher", keeper)
    assert keeper.restarts == most
    assert {status for _, status in keeper.ends} == {-signal.SIGABRT}
    check(database, log, poisoned)


def test_poison_in_two_partitions_at_once(log, database, matcher) -> None:
    """Each partition of the process counts the crashes of the other; each is careful until it has passed its own."""
    poisoned = fill(log, 300, [150]) + fill(log, 300, [150], region="9902")
    log.send()
    with Keeper(matcher(), most=CRASHES + TRIES) as keeper:
        wait_until_stored(database, log, limit=120)
    check(database, log, poisoned)
    assert keeper.restarts == CRASHES + TRIES


def test_a_dead_letter_of_a_crash_says_what_happened_and_keeps_its_bytes(log, database, matcher) -> None:
    [poisoned] = fill(log, 10, [4])
    log.send()
    with Keeper(matcher(), most=CRASHES):
        wait_until_stored(database, log, limit=120)
    assert database.rows("select region, source, message, attempt, mapping_digest from onecase.dead_letters") == [
        ("9901", "H12345", "the process ended 3 times while it had this record alone in hand", 1, "h12345@0123456789ab")]
    [kept] = log.topics.read(VAULT)
    [sent] = [record for record in log.topics.read(REPORT) if record.headers["ce_id"] == poisoned]
    assert kept.value == sent.value and kept.key.decode() == kept.headers["oc-origin"] == poisoned
    assert sent.headers.items() <= kept.headers.items()
    assert (kept.headers["oc-stage"], kept.headers["oc-rule"]) == ("crash", "crash")


def test_a_database_outage_in_the_middle_of_it_buries_nobody_else(servers, log, database, matcher) -> None:
    poisoned = fill(log, 1000, [700])
    log.send()
    with Keeper(matcher(), most=2 * CRASHES, rest_after=CRASHES - 1) as keeper:
        wait_until(lambda: keeper.restarts == CRASHES - 1, 180, "the second try of the record")
        assert keeper.service.lines("event=careful .*tries=1") and not keeper.service.lines("event=careful .*tries=2")
        servers.stop_postgresql(immediate=True)
        try:
            keeper.let_go()
            wait_until(lambda: keeper.service.lines("event=waiting"), 60, "the next life to wait for PostgreSQL")
        finally:
            servers.start_postgresql()
        wait_until_stored(database, log, limit=120)
    check(database, log, poisoned)


# ---- whoever is killed is not guilty ---------------------------------------------------------------------------------


def test_four_kills_bury_nobody(log, database, matcher) -> None:
    """Not one of the five lives commits anything until the last: somebody holds the number of the first record, and each is
    killed with its batch, or that record alone, under way."""
    fill(log, 300)
    log.send()
    service = matcher()
    with database.connect() as connection, connection.transaction(force_rollback=True):
        connection.execute("insert into onecase.record_index (source, record_no, region, report_id, received_at, first_topic,"
                           " first_partition, first_offset, last_topic, last_partition, last_offset)"
                           " values ('H12345', '9901N00000', '9901', 1, now(), 't', 0, 0, 't', 0, 0)")
        for kill in range(4):
            service.start()
            wait_until(lambda: waits_for_the_lock(database), 60, "a batch to be under way")
            assert database.value("select count(trying_offset) from onecase.consumer_offsets") == (kill >= 2)
            service.kill()
            end_sessions(database)
    service.start()
    wait_until_stored(database, log, limit=120)
    service.wait_for_log("event=careful .*tries=2")
    check(database, log, [])
    service.stop()


def end_sessions(database: Database) -> None:
    """Of a killed matcher: PostgreSQL finds out when it has the lock."""
    session = "from pg_stat_activity where datname = current_database() and application_name = 'onecase-matcher'"
    database.rows(f"select pg_terminate_backend(pid) {session}")
    wait_until(lambda: database.value(f"select count(*) {session}") == 0, 60, "the old session to end")


def waits_for_the_lock(database: Database) -> bool:
    return database.value("select exists (select from pg_stat_activity where datname = current_database()"
                          " and application_name = 'onecase-matcher' and wait_event_type = 'Lock' and wait_event = 'transactionid')")


@pytest.mark.parametrize(("tries", "buried"), [(2, None), (3, "its origin"), (4, "its own place")],
                         ids=["tried_twice", "tried_thrice", "its_head_kills_too"])
def test_the_matcher_buries_what_was_tried_thrice(log, database, matcher, tries: int, buried: str | None) -> None:
    """As it stands after crashes with the third record alone in hand; at the fourth even its burial crashed."""
    origin = [log.report(f"9901N{number:05d}") for number in range(5)][2]
    partition = log.send()[2][0]
    topic = log.topics.name(REPORT)
    database.execute("insert into onecase.consumer_offsets (topic, partition, next_offset, epoch, owner, backend_pid, crashes,"
                     " trying_offset, tries) values (%s, %s, 2, 1, 'gone', 1, 2, 2, %s)", (topic, partition, tries))
    service = matcher(session=LONG_SESSION).start()
    wait_until_stored(database, log)
    places = {None: [], "its origin": [(origin, "crash", "crash", "open")],
              "its own place": [(f"{topic}/{partition}/2#0", "crash", "crash", "open")]}
    assert database.rows(DEAD) == places[buried]
    assert database.value("select count(*) from onecase.reports") == (2 if buried else 3)
    assert len(service.lines("event=careful")) == 1
    service.stop()


def test_kills_under_load_bury_nobody(log, database, matcher) -> None:
    fill(log, 3000)
    log.send()
    service = matcher("batch_max=20")
    brake = Brake(database)
    total = "select coalesce(sum(greatest(next_offset, 0)), 0) from onecase.consumer_offsets"
    for part in (0.1, 0.3, 0.5, 0.7):
        brake.stop(int(log.sent * (part + 0.1)))
        service.start()
        wait_until(lambda: database.value(total) >= log.sent * part, 60, f"{part:.0%} of the load to be stored", every=0.005)
        service.kill()
        assert database.value(total) < log.sent, "the load was over before it could be killed"
        brake.release()
    service.start()
    wait_until_stored(database, log, limit=120)
    check(database, log, [])
    service.stop()


def test_orderly_ends_and_rebalances_are_no_crashes(log, database, matcher) -> None:
    fill(log, 300)
    fill(log, 300, region="9902")
    log.send()
    steady, guest = matcher(session=LONG_SESSION), matcher(session=LONG_SESSION)
    steady.start()
    for _ in range(4):
        guest.start()
        guest.wait_for_log(rf"event=started .*\bpid={guest.pid}\b")
        wait_until(lambda: database.value("select count(distinct owner) from onecase.consumer_offsets where backend_pid is not null") == 2,
                   60, "both to have partitions")
        guest.stop()
        steady.stop()
        steady.start()
        wait_until(lambda: database.value("select count(distinct owner) from onecase.consumer_offsets where backend_pid is not null") == 1
                   and database.value("select count(*) from onecase.consumer_offsets where backend_pid is null") == 0,
                   60, "one to have them all")
        assert database.value("select sum(crashes) from onecase.consumer_offsets") == 0
    wait_until_stored(database, log, limit=120)
    assert not steady.lines("event=careful") and not guest.lines("event=careful")
    check(database, log, [])


# ---- intake ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def feed(topics: Topics, tmp_path: Path, key_file: Path, start_service: Callable[..., Service]) -> Feed:
    return Feed(topics, tmp_path, key_file, start_service)


def intake(feed: Feed, session: str = SESSION) -> Service:
    """Aborts at POISON; not started."""
    words = ["--set", session]
    service = feed.start_service("intake", *feed.arguments(), *words, start=False)
    service.environment["ONECASE_TEST_CRASH"] = f"intake:{POISON}"
    return service


@pytest.mark.parametrize(("count", "poisons", "restarts"), [
    (1000, [700], CRASHES),
    (1000, [0], CRASHES),
    (300, [299], CRASHES),
    (1000, [100, 101], CRASHES + TRIES),
], ids=["in_the_middle", "first_of_all", "last", "two_in_one_batch"])
def test_a_record_that_kills_intake_is_buried_alone(feed: Feed, count: int, poisons: list[int], restarts: int) -> None:
    feed.create(partitions=1)
    values = [feed_record(number, text=POISON if number in poisons else "synthetic") for number in range(count)]
    sent = origins(feed.topics, "feed", feed.topics.produce("feed", [(b"k", value) for value in values]))
    with Keeper(intake(feed), most=restarts) as keeper:
        wait_committed(keeper.service, feed.topics, "feed", limit=120)
        tell("intake", keeper)
    assert keeper.restarts == restarts
    assert {status for _, status in keeper.ends} == {-signal.SIGABRT}
    check_intake(feed, sent, dict(zip((sent[number] for number in poisons), (values[number] for number in poisons), strict=True)))


def test_poison_in_two_partitions_of_intake_at_once(feed: Feed) -> None:
    """What is tried in one partition is not accused of the crash of the other."""
    feed.create(partitions=2)
    values = [feed_record(number, text=POISON if number == 150 else "synthetic") for number in range(300)]
    sent = [origin for partition in range(2) for origin in
            origins(feed.topics, "feed", feed.topics.produce("feed", [("k", value) for value in values], partition=partition))]
    with Keeper(intake(feed), most=CRASHES + TRIES) as keeper:
        wait_committed(keeper.service, feed.topics, "feed", limit=120)
    check_intake(feed, sent, {sent[150]: values[150], sent[450]: values[150]})
    assert keeper.restarts == CRASHES + TRIES


def check_intake(feed: Feed, sent: list[str], poisoned: dict[str, bytes]) -> None:
    """Every origin is there, the poisoned ones as dead letters with their bytes in the vault, and none of the others is."""
    records = feed.topics.read(REPORT)
    assert set(ids(records)) == set(sent)
    assert {record.headers["ce_id"] for record in records if kind(record) == "dead"} == set(poisoned)
    assert Counter(ids(records)).keys() >= poisoned.keys()
    kept = feed.topics.read(VAULT)
    assert {record.headers["oc-origin"]: record.value for record in kept} == poisoned
    assert {(record.headers["oc-stage"], record.headers["oc-rule"]) for record in kept} == {("crash", "crash")}


def test_the_whole_way_accounts_for_a_record_that_killed_intake(feed: Feed, database: Database, project_topics: Topics,
                                                                start_service: Callable[..., Service]) -> None:
    feed.topics.create("feed", 2)
    values = [feed_record(number, text=POISON if number == 77 else "synthetic") for number in range(200)]
    sent = feed.topics.produce("feed", [(str(number), value) for number, value in enumerate(values)])
    [poisoned] = origins(feed.topics, "feed", [sent[77]])
    with Keeper(intake(feed), most=CRASHES) as keeper:
        wait_committed(keeper.service, feed.topics, "feed", limit=120)
    start_service("matcher")
    accounts = "select coalesce(sum(reports), 0), coalesce(sum(dead), 0), coalesce(sum(missing), 0), coalesce(sum(doubled), 0)" \
               " from analysis.reconciliation"
    wait_until(lambda: database.rows(accounts) == [(199, 1, 0, 0)], 60, "each record to be accounted for once")
    assert database.rows(DEAD) == [(poisoned, "crash", "crash", "open")]

    keeper.service.stop()  # the bug is mended
    del keeper.service.environment["ONECASE_TEST_CRASH"]
    keeper.service.start()
    redrive(feed.topics, poisoned)
    wait_until(lambda: database.rows(DEAD) == [(poisoned, "crash", "crash", "resolved")], 60, "the dead letter to be resolved")
    assert database.value("select count(*) from onecase.reports where record_no = 'N000077'") == 1
    assert database.rows("select sum(missing), sum(doubled) from analysis.reconciliation") == [(0, 0)]


def test_orderly_ends_and_rebalances_of_intake_are_no_crashes(feed: Feed) -> None:
    feed.create(partitions=4)
    sent = origins(feed.topics, "feed", feed.topics.produce("feed", [(str(number), feed_record(number)) for number in range(2000)]))
    steady, guest = intake(feed, LONG_SESSION), intake(feed, LONG_SESSION)
    steady.start().wait_for_log("event=assigned partitions=4")
    for turn in range(1, 4):
        before = len(steady.lines("event=assigned"))
        guest.start()
        guest.wait_for_log("event=assigned", count=turn)
        steady.wait_for_log("event=assigned", count=before + 1)
        guest.stop()
        steady.stop()  # before it may have been given them all once more
        whole = len(steady.lines("event=assigned partitions=4"))
        steady.start()
        steady.wait_for_log("event=assigned partitions=4", count=whole + 1)
    wait_committed(steady, feed.topics, "feed")
    assert not steady.lines("event=careful") and not guest.lines("event=careful")
    assert set(ids(feed.topics.read(REPORT))) == set(sent)
    assert feed.topics.read(VAULT) == []


@pytest.mark.parametrize(("note", "careful", "buried"), [
    ("by={other};crashes=1;", "crashes=2 offset=2 tries=0", False),
    ("by={other};crashes=2;trying=2;tries=2;", "crashes=2 offset=2 tries=2", False),
    ("by={other};crashes=2;trying=2;tries=3;", "crashes=2 offset=2 tries=3", True),
    ("by={other};crashes=2;trying=1;tries=3;", "crashes=3 offset=2 tries=0", False),  # it was done then
    ("crashes=2;trying=2;tries=3;", None, False),  # nobody has it: what was noted has ended well
    ("by={other};", None, False),
], ids=["careful", "tried_twice", "tried_thrice", "tried_and_done", "given_back", "first_crash"])
def test_intake_buries_what_was_tried_thrice_and_nothing_else(feed: Feed, note: str, careful: str | None, buried: bool) -> None:
    feed.create(partitions=1)
    sent = origins(feed.topics, "feed", feed.topics.produce("feed", [("k", feed_record(number)) for number in range(5)]))
    consumer = Consumer({"bootstrap.servers": feed.topics.servers.brokers, "group.id": f"{feed.topics.prefix}intake"})
    consumer.commit(offsets=[TopicPartition(feed.topics.name("feed"), 0, 2, metadata=note.format(other="00000000000000a5"))],
                    asynchronous=False)
    consumer.close()
    service = intake(feed, LONG_SESSION).start()
    wait_committed(service, feed.topics, "feed")
    service.stop()
    records = feed.topics.read(REPORT)
    assert ids(records) == sent[2:]
    assert [kind(record) for record in records] == ["dead" if buried else "report", "report", "report"]
    lines = service.lines("event=careful")
    assert len(lines) == (careful is not None) and all(str(careful) in line for line in lines)


def tell(name: str, keeper: Keeper) -> None:
    """Everything has come through now: how long that took, shown by pytest -rP and never judged here."""
    waited_s = time.monotonic() - keeper.ends[0][0]
    print(f"{name}: {keeper.restarts} restarts, session {SESSION_MS} ms: all neighbours through {waited_s:.1f} s after the first crash")
