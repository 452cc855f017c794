"""Programs and the schema fit, or it is said what to do: at the start, and again on each new connection."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from harness import PROJECT, Database, Service, Topics, wait_until
from report_log import ReportLog, wait_until_stored

TOO_OLD = r"the database has version 3 of the schema, this program needs \d+: run `sqitch deploy` in migrations/"
TOO_NEW = r"the database has version 999 of the schema and serves programs from 998 on, this one knows \d+: upgrade the program"
NONE = r"the database has no schema of onecase, or one before versions were counted; .* needs version \d+: run `sqitch deploy`"


@pytest.fixture
def log(topics: Topics, database: Database) -> ReportLog:
    made = ReportLog(topics).create()
    made.use(database)
    topics.create("onecase.case", 1, message_timestamp_type="LogAppendTime")
    return made


def pretend(database: Database, version: int, serves_from: int) -> None:
    database.execute(f"create or replace view onecase.schema_version as select {version} as version, {serves_from} as serves_from")


def test_a_version_is_the_number_of_changes_of_the_plan(database: Database) -> None:
    plan = (PROJECT / "migrations" / "sqitch.plan").read_text(encoding="utf-8").splitlines()
    changes = [line for line in plan if re.match(r"[a-z]", line)]
    assert database.rows("select * from onecase.schema_version") == [(len(changes), 1)]
    for role in ("onecase_writer", "onecase_operator", "onecase_custodian"):
        with database.connect() as connection:
            connection.execute(f"set role {role}")
            assert connection.execute("select version from onecase.schema_version").fetchone() == (len(changes),)


@pytest.mark.parametrize(("version", "serves_from", "words"), [(3, 1, TOO_OLD), (999, 998, TOO_NEW)])
def test_who_does_not_fit_says_so_and_ends(log: ReportLog, database: Database, start_service: Callable[..., Service],
                                           onecase: Callable[..., object], version: int, serves_from: int, words: str) -> None:
    pretend(database, version, serves_from)
    for name in ("matcher", "relay"):
        service = start_service(name)
        service.wait_for_log("event=fatal .*" + words)
        service.expect_exit(1)
    for command in (("case", "list"), ("lag", "--prefix", log.topics.prefix), ("ledger", "list"), ("audit",), ("digest",), ("dlq", "list"),
                    ("resume", "0", "--bury", "1")):
        done = onecase(*command, status=70, database=database)
        assert re.search(words, done.stderr), done.stderr


def test_without_a_schema(empty_database: Database, onecase: Callable[..., object]) -> None:
    for command in (("case", "list"), ("audit",), ("digest",), ("dlq", "list")):
        assert re.search(NONE, onecase(*command, status=70, database=empty_database).stderr)


def test_a_schema_that_is_ahead_and_serves_is_fine(log: ReportLog, database: Database, onecase: Callable[..., object],
                                                   start_service: Callable[..., Service]) -> None:
    pretend(database, 999, 1)
    log.report("A1")
    log.send()
    start_service("matcher")
    wait_until_stored(database, log)
    onecase("case", "list", database=database)


def test_each_new_connection_looks_again(log: ReportLog, database: Database, start_service: Callable[..., Service]) -> None:
    """A migration under way: whoever is connected goes on; who connects anew is told."""
    log.report("A1")
    log.send()
    matcher = start_service("matcher")
    wait_until_stored(database, log)
    pretend(database, 999, 998)
    log.report("A2")
    log.send()
    wait_until_stored(database, log)
    ended = "select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name = 'onecase-matcher'" \
            " and datname = current_database()"
    wait_until(lambda: database.value(ended) > 0, 60, "the matcher's connection to be cut")
    log.report("A3")
    log.send()
    matcher.wait_for_log("event=fatal .*" + TOO_NEW)
    matcher.expect_exit(1)
