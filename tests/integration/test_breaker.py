"""The breaker: a database that refuses record after record pauses the partition and fills no dead letters.

What PostgreSQL refuses is made with a CHECK that is added while all runs, as a migration gone wrong would; what was refused and what
stands is compared with the sender's own lists.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import psycopg
import pytest

from harness import Database, Service, wait_until
from report_log import ReportLog, reconciled, wait_until_stored

LIMIT = 100
TRIED_S = 300  # a trial that took long is followed by a pause of twenty times that
CHECK = "alter table onecase.reports add constraint no_bad_titles check (title not like 'bad%')"
UNCHECK = "alter table onecase.reports drop constraint no_bad_titles"


@pytest.fixture
def log(topics) -> ReportLog:
    return ReportLog(topics).create()


def place(database: Database, log: ReportLog, partition: int) -> tuple:
    rows = database.rows("select state, state_reason, state_since is not null, bury_left, next_offset from onecase.consumer_offsets"
                         " where topic = %s and partition = %s", (log.topics.name("onecase.report"), partition))
    return rows[0] if rows else (None,) * 5


def await_state(database: Database, log: ReportLog, partition: int, state: str, limit: float = 180) -> tuple:
    wait_until(lambda: place(database, log, partition)[0] == state, limit, f"partition {partition} to be {state}")
    return place(database, log, partition)


def stored(database: Database) -> list[str]:
    return [row[0] for row in database.rows("select record_no from onecase.reports order by report_id")]


def dead(database: Database) -> list[int]:
    """Source offsets of the dead letters, in the order of the log."""
    return [row[0] for row in database.rows("select kafka_offset from onecase.dead_letters where stage = 'write' order by report_offset")]


def bad(log: ReportLog, count: int, first: int = 0, **how: object) -> list[str]:
    numbers = [f"B{number:04d}" for number in range(first, first + count)]
    for record_no in numbers:
        log.report(record_no, title=f"bad {record_no}", **how)
    return numbers


def lag_of(onecase: Callable, log: ReportLog, partition: int) -> dict:
    found = json.loads(onecase("lag", "--json", "--prefix", log.topics.prefix).stdout)
    return next(row for row in found["partitions"] if row["program"] == "matcher" and row["partition"] == partition)


@pytest.fixture
def feeds(topics) -> None:
    """The departments' topics, for `onecase lag`."""
    for feed in ("hotline.workorder", "fire.incident", "market.complaint", "grid.event"):
        topics.create(feed)


def rejections_told(matcher: Service) -> int:
    left_out = [re.search(r" count=(\d+)", line)[1] for line in matcher.lines("event=suppressed of=rejected ")]
    return len(matcher.lines("event=rejected ")) + sum(map(int, left_out))


@pytest.mark.parametrize("batch_max", [1, 7, 500])
def test_a_hundred_refusals_in_a_row_pause_the_partition(log, database, start_service, onecase, feeds, batch_max):
    """Between good records of another source. The other partition goes on; mended, everything is stored, by itself."""
    log.use(database)
    database.execute(CHECK)
    wanted, refused, elsewhere = [], [], []
    for number in range(150):
        refused += bad(log, 1, number)
        wanted += [f"G{number:04d}"]
        log.report(wanted[-1], source="GRID")
        elsewhere += [f"E{number:04d}"]
        log.report(elsewhere[-1], source="FIRE119", region="9902")
    places = log.send()
    home, other = places[0][0], places[2][0]
    assert home != other
    matcher = start_service("matcher", "--set", f"batch_max={batch_max}")
    _, reason, since, bury_left, next_offset = await_state(database, log, home, "REFUSING")
    assert reason.startswith("100 refusals in a row by 23514 constraint no_bad_titles: ") and since and bury_left is None, reason
    assert "bad B" not in reason
    assert next_offset == 2 * (LIMIT - 1)
    wait_until(lambda: place(database, log, other)[4] == 150, 60, "the other partition to go on")
    assert dead(database) == list(range(LIMIT - 1))
    assert sorted(stored(database)) == sorted(wanted[:LIMIT - 1] + elsewhere)
    matcher.wait_for_log("event=set_aside")
    assert len(matcher.lines("event=set_aside")) == 1
    # Twenty lines of a flood are written, and how many more there were.
    wait_until(lambda: rejections_told(matcher) == LIMIT - 1, 60, "the log to tell of all dead letters")
    shown = lag_of(onecase, log, home)
    assert (shown["state"], shown["reason"], shown["messages"]) == ("REFUSING", reason, 300 - next_offset)
    text = onecase("lag", "--prefix", log.topics.prefix).stdout
    assert "is REFUSING since" in text and f"onecase resume {home} --bury N`" in text
    assert max(len(line) for line in text.splitlines()) <= 80
    # What comes meanwhile in the other partition is stored, and nothing of this one becomes a dead letter.
    elsewhere += ["E-late"]
    log.report("E-late", source="FIRE119", region="9902")
    log.send()
    wait_until(lambda: "E-late" in stored(database), 60, "a late record of the other partition")
    assert len(dead(database)) == LIMIT - 1
    database.execute(UNCHECK)
    wait_until_stored(database, log, limit=TRIED_S)
    await_state(database, log, home, "RUNNING")
    assert sorted(stored(database)) == sorted(wanted + elsewhere + refused[LIMIT - 1:])
    assert dead(database) == list(range(LIMIT - 1))
    assert {row[-2:] for row in reconciled(database)} == {(0, 0)}
    matcher.wait_for_log("event=running")  # written behind the commit
    assert (len(matcher.lines("event=set_aside")), len(matcher.lines("event=running"))) == (1, 1)
    assert len(matcher.lines("event=waiting")) == 0
    assert lag_of(onecase, log, home).get("reason") is None


def test_whoever_takes_the_partition_goes_on_refusing_and_an_operator_lets_them_go(log, database, start_service, onecase):
    log.use(database)
    database.execute(CHECK)
    refused = bad(log, 250)
    log.report("GOOD")
    home = log.send()[0][0]
    matcher = start_service("matcher")
    await_state(database, log, home, "REFUSING")
    matcher.stop()
    matcher = start_service("matcher")
    matcher.wait_for_log("event=set_aside")
    assert dead(database) == list(range(LIMIT - 1))
    onecase("resume", str(home), "--bury", "30", "--prefix", log.topics.prefix)
    wait_until(lambda: len(dead(database)) == LIMIT - 1 + 30, 60, "30 more dead letters")
    wait_until(lambda: place(database, log, home)[3] is None, 60, "the grant to be used up")
    matcher.kill()
    matcher.start()
    wait_until(lambda: len(matcher.lines("event=set_aside")) == 2, 60, "the killed matcher to come back")
    assert dead(database) == list(range(LIMIT - 1 + 30))
    assert place(database, log, home)[0] == "REFUSING"
    onecase("resume", str(home), "--bury", "1000", "--prefix", log.topics.prefix)
    wait_until_stored(database, log)
    assert await_state(database, log, home, "RUNNING")[3] is None, "what was allowed ends with the first that is taken"
    assert stored(database) == ["GOOD"] and dead(database) == list(range(len(refused)))
    assert database.value("select bury_by from onecase.consumer_offsets where bury_at is not null") == database.value("select session_user")
    vault = {record.headers["oc-origin"] for record in log.topics.read("onecase.deadletter")}
    assert len(vault) == len(refused)


def test_what_goes_through_excuses_only_its_own_source_and_kind(log, database, start_service):
    """Updates and ignored records of the same source, and all of another, go through between the reports that do not."""
    log.use(database)
    log.report("FIRST")
    log.send()
    start_service("matcher")
    wait_until_stored(database, log)
    database.execute(CHECK)
    for number in range(LIMIT + 20):
        bad(log, 1, number)
        log.report("FIRST", "update", status=30, revision=number + 1)
        log.ignored(f"I{number}")
        log.report(f"G{number}", source="GRID")
    home = log.send()[0][0]
    await_state(database, log, home, "REFUSING")
    assert len(dead(database)) == LIMIT - 1


def test_a_record_that_is_taken_forgives_its_source(log, database, start_service):
    log.use(database)
    database.execute(CHECK)
    for part in range(4):
        bad(log, LIMIT - 2, part * LIMIT)
        log.report(f"OK{part}")
    home = log.send()[0][0]
    start_service("matcher")
    wait_until_stored(database, log)
    assert place(database, log, home)[0] == "RUNNING"
    assert stored(database) == [f"OK{part}" for part in range(4)] and len(dead(database)) == 4 * (LIMIT - 2)


def test_one_source_that_is_refused_for_many_reasons_is_paused_too(log, database, start_service):
    log.use(database)
    wrong = [{"level": 70000}, {"title": "a\u0000b"}, {"title": "bad"}]
    database.execute(CHECK)
    for number in range(LIMIT + 5):
        log.report(f"W{number}", **wrong[number % 3])
    home = log.send()[0][0]
    start_service("matcher")
    reason = await_state(database, log, home, "REFUSING")[1]
    assert reason.startswith('100 refusals in a row of records "H12345 report", the last: '), reason
    assert len(dead(database)) == LIMIT - 1


def test_when_not_even_a_dead_letter_can_be_stored_nobody_is_guilty(log, database, start_service):
    """What is refused is written with every batch of the partition, so the first record is set aside, and no other is accused."""
    log.use(database)
    wanted = []
    for number in range(20):
        wanted += [f"G{number}", f"E{number}"]
        log.report(f"G{number}")
        log.report(f"E{number}", region="9902")
    places = log.send()
    home = places[0][0]
    database.execute(f"alter table onecase.accounts add constraint planted check (report_partition <> {home}) not valid")
    matcher = start_service("matcher")
    reason = await_state(database, log, home, "REFUSING")[1]
    assert reason.startswith("not even a dead letter can be stored for the record at offset 0: "), reason
    wait_until(lambda: len(stored(database)) == 20, 60, "the other partition to go on")
    assert database.value("select count(*) from onecase.dead_letters") == 0
    database.execute("alter table onecase.accounts drop constraint planted")
    wait_until_stored(database, log, limit=TRIED_S)
    await_state(database, log, home, "RUNNING")
    assert sorted(stored(database)) == sorted(wanted)
    assert database.value("select count(*) from onecase.dead_letters") == 0
    assert {row[-2:] for row in reconciled(database)} == {(0, 0)}
    matcher.wait_for_log("event=running")  # written behind the commit
    assert (len(matcher.lines("event=set_aside")), len(matcher.lines("event=running"))) == (1, 1)


def test_resume_says_what_is_wrong(log, database, onecase):
    log.use(database)
    usage = [(["resume"], "needs one partition"), (["resume", "x", "--bury", "1"], "a partition is a number, not"),
             (["resume", "1"], "needs --bury N"), (["resume", "1", "--bury", "0"], "--bury is a number of records, at least 1, not")]
    for words, message in usage:
        assert message in onecase(*words, status=64).stderr
    assert "neither REFUSING nor WAITING" in onecase("resume", "1", "--bury", "1", status=3).stderr
    assert "onecase_operator" in onecase("resume", "--help").stdout
    with database.connect() as connection:
        connection.execute("set role onecase_writer")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("select onecase.resume_refusing('t', 1, 1)")
        connection.execute("set role onecase_operator")
        assert connection.execute("select onecase.resume_refusing('t', 1, 1)").fetchone() == (None,)
        with pytest.raises(psycopg.errors.InvalidParameterValue):
            connection.execute("select onecase.resume_refusing('t', 1, 0)")
