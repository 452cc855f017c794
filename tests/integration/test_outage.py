"""Servers that go away: the matcher waits, says so once, loses and doubles nothing, and goes on."""

from __future__ import annotations

import re
import signal
import time

import pytest

from brake import Brake
from harness import wait_until
from report_log import ReportLog, mixed_log, reconciled, wait_until_stored

STORED = "select coalesce(sum(next_offset), 0) from onecase.consumer_offsets where next_offset > 0"


@pytest.fixture
def log(topics) -> ReportLog:
    return ReportLog(topics).create()


def generations(servers, log: ReportLog) -> int:
    """Of the matcher's group, by the broker's own log: each rebalance makes one."""
    text = (servers.data / "log" / "kafka-1.log").read_text(errors="replace")
    return len(re.findall(rf"Stabilized group {re.escape(log.topics.prefix)}matcher ", text))


@pytest.mark.parametrize("immediate", [False, True], ids=["stopped", "crashed"])
def test_postgresql_away_for_20_s_in_mid_load(servers, log, database, start_service, immediate):
    log.use(database)
    mixed_log(log, seed=11, count=4000)
    log.send()
    brake = Brake(database)
    brake.slow(100, beyond=100)
    matcher = start_service("matcher", "--set", "batch_max=20")
    wait_until(lambda: database.value(STORED) >= 100, 60, "the load to begin", every=0.005)
    joined, said = generations(servers, log), len(matcher.lines(""))
    assert joined > 0, "the broker's log names no generation of the group"
    servers.stop_postgresql(immediate=immediate)
    try:
        matcher.wait_for_log("event=waiting")
        waited = len(matcher.lines("event=waiting"))
        time.sleep(20)
        assert matcher.running and len(matcher.lines("")) - said <= 2
    finally:
        servers.start_postgresql()
    stored_before = database.value(STORED)
    assert stored_before < log.sent, "the load was over before PostgreSQL went away"
    brake.release()
    wait_until(lambda: database.value(STORED) > stored_before, 60, "the matcher to go on")
    wait_until_stored(database, log, limit=120)
    assert generations(servers, log) == joined, "the group rebalanced"
    assert waited == 1 and len(matcher.lines("event=waiting")) == 1
    assert len(matcher.lines("event=resumed")) == 1
    assert reconciled(database) == log.expected_accounts()
    assert database.value("select count(*) from onecase.reports") == database.value(
        "select sum(reports) from onecase.accounts")
    assert database.value("select count(*) from onecase.dead_letters where stage = 'write'") == 0
    matcher.stop()


def test_the_connection_cut_again_and_again(log, new_database, start_service, onecase):
    mixed_log(log, seed=12, count=3000)
    log.send()
    calm = log.use(new_database())
    matcher = start_service("matcher", "--set", f"group={log.topics.prefix}calm", database=calm)
    wait_until_stored(calm, log)
    matcher.stop()
    database = log.use(new_database())
    cuts = 0
    brake = Brake(database)
    brake.stop(int(log.sent * 0.15))
    matcher = start_service("matcher", "--set", f"group={log.topics.prefix}cut", "--set", "batch_max=20", database=database)
    with database.connect() as connection:
        for part in (0.05, 0.2, 0.35, 0.5, 0.65, 0.8):
            brake.stop(int(log.sent * (part + 0.1)))
            wait_until(lambda: connection.execute(STORED).fetchone()[0] >= log.sent * part, 60, f"{part:.0%} of the load",
                       every=0.002)
            # None when so much was stored already that it is still connecting after the cut before.
            cuts += wait_until(lambda: connection.execute(
                "select count(pg_terminate_backend(pid)) from pg_stat_activity "
                "where application_name = 'onecase-matcher' and datname = current_database()").fetchone()[0], 60, "a session to be cut")
    brake.release()
    wait_until_stored(database, log, limit=120)
    assert cuts >= 6
    assert onecase("digest", database=database).stdout == onecase("digest", database=calm).stdout
    assert reconciled(database) == log.expected_accounts()
    matcher.stop()


def test_a_read_only_database_is_waited_for(log, database, start_service):
    log.use(database)
    log.report("A1")
    log.send()
    matcher = start_service("matcher")
    wait_until_stored(database, log)
    with database.servers.connect() as connection:
        connection.execute(f'alter database "{database.name}" set default_transaction_read_only = on')
    try:
        database.execute("select pg_terminate_backend(pid) from pg_stat_activity "
                         "where application_name = 'onecase-matcher' and datname = current_database()")
        log.report("A2")
        log.send()
        matcher.wait_for_log("event=waiting")
        time.sleep(3)
        assert matcher.running and database.value("select count(*) from onecase.reports") == 1
    finally:
        with database.servers.connect() as connection:
            connection.execute(f'alter database "{database.name}" reset default_transaction_read_only')
    wait_until_stored(database, log)
    assert database.value("select count(*) from onecase.reports") == 2
    assert database.value("select count(*) from onecase.dead_letters") == 0
    assert len(matcher.lines("event=waiting")) == 1
    matcher.stop()


def test_kafka_away_is_waited_for(servers, log, database, start_service):
    log.use(database)
    log.report("B1")
    log.send()
    matcher = start_service("matcher")
    wait_until_stored(database, log)
    servers.stop_kafka()
    try:
        matcher.wait_for_log("event=waiting")
        time.sleep(3)
        assert matcher.running and len(matcher.lines("event=waiting")) == 1
    finally:
        servers.start_kafka()
    log.report("B2")
    log.send()
    wait_until_stored(database, log, limit=120)
    assert database.value("select count(*) from onecase.reports") == 2
    matcher.stop()
    # A Kafka that answers again may not yet answer for the group or its offsets, which is an outage of its own.
    assert len(matcher.lines("event=resumed")) == len(matcher.lines("event=waiting"))


def test_a_matcher_that_takes_long_over_what_it_loads_keeps_its_connection(log, database, start_service):
    """Frozen between two pages of its memory for longer than another transaction might be idle. It is held at its claim first: what it
    asks before that is of no transaction."""
    log.use(database)
    log.report("D1")
    log.send()
    first = start_service("matcher")
    wait_until_stored(database, log)
    first.stop()
    session = ("select case when state = 'idle in transaction' then extract(epoch from now() - state_change) else 0 end, wait_event"
               " from pg_stat_activity where application_name = 'onecase-matcher' and datname = current_database()")
    with database.connect() as cases, cases.transaction():
        with database.connect() as offsets, offsets.transaction():
            offsets.execute("select from onecase.consumer_offsets for update")
            matcher = start_service("matcher", "--set", "session_ms=60000")
            wait_until(lambda: [row[1] for row in database.rows(session)] == ["transactionid"], 60, "the matcher to claim")
            cases.execute("lock table onecase.cases in access exclusive mode")
        wait_until(lambda: [row[1] for row in database.rows(session)] == ["relation"], 60, "the matcher to load its cases")
        matcher.signal(signal.SIGSTOP)
    try:
        wait_until(lambda: all(row[0] > 7 for row in database.rows(session)), 60, "seven idle seconds, or the end of the session")
        assert len(database.rows(session)) == 1
    finally:
        matcher.signal(signal.SIGCONT)
    matcher.wait_for_log("event=claimed")
    assert not matcher.lines("event=waiting")


def test_starts_before_its_servers(servers, log, database, start_service):
    log.use(database)
    log.report("C1")
    log.send()
    servers.stop_postgresql()
    try:
        matcher = start_service("matcher")
        matcher.wait_for_log("event=waiting")
    finally:
        servers.start_postgresql()
    wait_until_stored(database, log)
    assert database.value("select count(*) from onecase.reports") == 1
    matcher.stop()
