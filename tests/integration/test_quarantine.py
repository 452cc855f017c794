"""A record that kills the process ends as one dead letter of stage "crash"; its neighbours come through, and nobody else is buried.

The programs are built with ONECASE_TEST_HOOKS (common/base/test_hook.h): they abort when they take a record that holds POISON. They are
started again as systemd would do it (keeper.py).
"""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from harness import Database, Service, Topics, wait_until
from harness_intake import REPORT, VAULT, Feed, feed_record, ids, kind, origins, wait_committed
from keeper import Keeper
from report_log import ReportLog, reconciled, wait_until_stored

POISON = "kills-whoever-reads-it"
SESSION = "session_ms=1500"  # a crashed member holds its partitions as long
CRASHES = 4  # until a record is buried: two with its batch, two with it alone

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

    def make(*settings: str) -> Service:
        words = [word for setting in (SESSION, *settings) for word in ("--set", setting)]
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
    (1000, [500], CRASHES),
    (1000, [0], CRASHES),
    (300, [299], CRASHES),
    (1000, [100, 101], CRASHES + 2),  # while it is careful, the second costs only its own two crashes
], ids=["in_the_middle", "first_of_all", "last", "two_in_one_batch"])
def test_a_record_that_kills_the_matcher_is_buried_alone(log, database, matcher, count, poisons, most) -> None:
    poisoned = fill(log, count, poisons)
    log.send()
    with Keeper(matcher(), most=most) as keeper:
        wait_until_stored(database, log, limit=120)
    assert keeper.restarts == most
    assert {status for _, status in keeper.ends} == {-signal.SIGABRT}
    check(database, log, poisoned)


# ---- intake ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def feed(topics: Topics, tmp_path: Path, key_file: Path, start_service: Callable[..., Service]) -> Feed:
    return Feed(topics, tmp_path, key_file, start_service)


def intake(feed: Feed, *settings: str) -> Service:
    """Aborts at POISON; not started."""
    words = [word for setting in (SESSION, *settings) for word in ("--set", setting)]
    service = feed.start_service("intake", *feed.arguments(), *words, start=False)
    service.environment["ONECASE_TEST_CRASH"] = f"intake:{POISON}"
    return service


@pytest.mark.parametrize(("count", "poisons", "restarts"), [
    (1000, [500], CRASHES),
    (1000, [0], CRASHES),
    (300, [299], CRASHES),
    (1000, [100, 101], CRASHES + 2),
], ids=["in_the_middle", "first_of_all", "last", "two_in_one_batch"])
def test_a_record_that_kills_intake_is_buried_alone(feed: Feed, count: int, poisons: list[int], restarts: int) -> None:
    feed.create(partitions=1)
    values = [feed_record(number, text=POISON if number in poisons else "synthetic") for number in range(count)]
    sent = origins(feed.topics, "feed", feed.topics.produce("feed", [(b"k", value) for value in values]))
    with Keeper(intake(feed), most=restarts) as keeper:
        wait_committed(keeper.service, feed.topics, "feed", limit=120)
    assert keeper.restarts == restarts
    assert {status for _, status in keeper.ends} == {-signal.SIGABRT}
    check_intake(feed, sent, dict(zip((sent[number] for number in poisons), (values[number] for number in poisons), strict=True)))


def check_intake(feed: Feed, sent: list[str], poisoned: dict[str, bytes]) -> None:
    """Every origin is there, the poisoned ones as dead letters with their bytes in the vault, and none of the others is."""
    records = feed.topics.read(REPORT)
    assert set(ids(records)) == set(sent)
    assert {record.headers["ce_id"] for record in records if kind(record) == "dead"} == set(poisoned)
    assert Counter(ids(records)).keys() >= poisoned.keys()
    kept = feed.topics.read(VAULT)
    assert {record.headers["oc-origin"]: record.value for record in kept} == poisoned
    assert {(record.headers["oc-stage"], record.headers["oc-rule"]) for record in kept} == {("crash", "crash")}
