"""PostgreSQL that is there and cannot write: a standby, a full disk, a full pg_wal, no connection left; and one that ends in every way.

Waited for: said once, nothing lost, nothing doubled, no dead letter, and going on by itself. Matcher and relay run side by side. What came
out is counted from raw rows and from the events an outside consumer reads, against the sender's own list.
"""

from __future__ import annotations

import contextlib
import secrets
import time
from collections import Counter
from collections.abc import Callable

import psycopg
import pytest

from brake import Brake
from harness import Database, Service, wait_until, wait_until_reached
from harness_postgresql import CannotMount, CopiedServers, copied_servers
from report_log import ReportLog, reconciled, wait_until_stored

MARKER = "MARKER7316"


class Load:
    """A log, the database that is to hold it, and the two programs between."""

    def __init__(self, topics, start_service: Callable[..., Service]) -> None:
        self.log = ReportLog(topics).create()
        topics.create("onecase.case", 2, message_timestamp_type="LogAppendTime")
        self.start_service = start_service
        self.wanted: list[str] = []

    def start(self, database: Database, conninfo: str = "", batch_max: int = 500) -> None:
        self.database = self.log.use(database)
        where = ("--set", f"conninfo={conninfo}")
        self.matcher = self.start_service("matcher", *where, "--set", f"batch_max={batch_max}", database=database)
        self.relay = self.start_service("relay", *where, database=database)

    def send(self, count: int, **more: object) -> None:
        for _ in range(count):
            number = f"N{len(self.wanted):05d}"
            self.wanted.append(number)
            self.log.report(number, source="GRID", region="9901" if len(self.wanted) % 2 else "9902",
                            **({"title": f"synthetic {MARKER} {number}"} | more))
        self.log.send()

    def await_stored(self, limit: float = 60) -> None:
        wait_until_stored(self.database, self.log, limit)

    def assert_whole(self) -> None:
        database = self.database
        assert sorted(database.rows("select record_no from onecase.reports")) == [(number,) for number in sorted(self.wanted)]
        assert reconciled(database) == self.log.expected_accounts()
        assert database.value("select count(*) from onecase.dead_letters") == 0
        rows = set(database.rows("select report_partition || '/' || report_offset || '/' || n from onecase.outbox"))
        wait_until(lambda: len(self.events()) >= len(rows), 60, "the relay to send every row of the outbox")
        assert {(id,) for id in self.events()} == rows
        for service in (self.matcher, self.relay):
            assert MARKER not in service.text()

    def events(self) -> Counter:
        return Counter(record.headers["ce_id"] for record in self.log.topics.read("onecase.case"))

    def assert_waited(self, outages: int = 1) -> None:
        """Each said it once an outage, and once that it is over."""
        for service in (self.matcher, self.relay):
            service.wait_for_log("event=resumed", 60, outages)  # behind the commit and behind the events
            assert len(service.lines("event=waiting")) == len(service.lines("event=resumed")) == outages, service.tail()
            assert service.lines("event=(fatal|set_aside|rejected)") == []


@pytest.fixture
def load(topics, start_service) -> Load:
    return Load(topics, start_service)


def copy_of(database: Database, servers: CopiedServers) -> Database:
    return Database(servers, database.name)


def test_a_standby_is_waited_for_until_it_is_promoted(servers, database, load):
    """The primary goes away and the programs, which know both, come to the standby: it only reads. Promoted, it is the primary."""
    load.log.use(database)
    with copied_servers(servers, standby=True) as standby:
        here, there = database.environment(), standby.environment()
        both = f"host={here['PGHOST']},{there['PGHOST']} port={here['PGPORT']},{there['PGPORT']}"
        load.start(database, both)
        load.send(20)
        load.await_stored()
        copied = copy_of(database, standby)
        wait_until(lambda: copied.value("select count(*) from onecase.reports") == 20, 60, "the standby to have it all")
        wait_until(lambda: load.matcher.lines("event=started") and load.relay.lines("event=started"), 60, "both to run")
        servers.stop_postgresql()
        try:
            load.send(20)
            for service in (load.matcher, load.relay):
                service.wait_for_log("event=waiting")
            time.sleep(5)  # on the standby, which answers
            assert copied.value("select pg_is_in_recovery()") and load.matcher.running and load.relay.running
            sessions = "select count(*) from pg_stat_activity where application_name = 'onecase-matcher'"
            wait_until(lambda: copied.value(sessions) <= 1, 60, "the sessions of earlier tries to be gone")
            standby.promote()
            load.database = copied
            load.await_stored()
            load.assert_whole()
            load.assert_waited()
            load.matcher.stop()
            load.relay.stop()
        finally:
            servers.start_postgresql()


DISK_FULL = """
create function onecase.disk_full() returns trigger language plpgsql as
    $$ begin raise exception 'could not extend file: No space left on device' using errcode = 'disk_full'; end $$;
create trigger disk_full before insert on onecase.reports execute function onecase.disk_full();
"""


@contextlib.contextmanager
def crowded(servers, database):
    """A database on a small disk; how to fill the disk, and how to make room. Where nobody may mount one, PostgreSQL is told to say the same."""
    with contextlib.ExitStack() as stack:
        try:
            copied = stack.enter_context(copied_servers(servers, small={"space": 100}))
        except CannotMount:
            yield database, lambda: database.execute(DISK_FULL), lambda: database.execute("drop function onecase.disk_full() cascade")
            return
        with copied.connect() as connection:
            connection.execute(f"create tablespace small location '{copied.data}/space'")
            connection.execute(f'create database crowded template "{database.name}" tablespace small')
        yield Database(copied, "crowded"), lambda: copied.fill("space"), lambda: copied.make_room("space")


def test_a_full_disk_is_waited_for(servers, database, load):
    with crowded(servers, database) as (small, fill, make_room):
        load.start(small, batch_max=50)
        load.send(100)
        load.await_stored()
        fill()
        load.send(1500, body="x" * 3000)
        load.matcher.wait_for_log("event=waiting")
        assert "[53100]" in load.matcher.lines("event=waiting")[0] and "No space left on device" in load.matcher.text()
        time.sleep(5)
        assert load.matcher.running and load.relay.running
        held = load.database.value("select count(*) from onecase.reports")
        make_room()
        wait_until(lambda: load.database.value("select count(*) from onecase.reports") > held, 60, "the matcher to go on")
        load.await_stored()
        load.assert_whole()
        load.matcher.wait_for_log("event=resumed", 60)  # behind the commit
        assert len(load.matcher.lines("event=waiting")) == len(load.matcher.lines("event=resumed")) == 1
        load.matcher.stop()
        load.relay.stop()


def use_up_wal(servers: CopiedServers) -> None:
    """Writes to the log until the server ends."""
    with contextlib.suppress(psycopg.Error):
        while True:
            with servers.connect() as connection:
                connection.execute("select pg_logical_emit_message(false, 'filler', %s)", (secrets.token_hex(1 << 20),))


@contextlib.contextmanager
def wal_on_a_small_disk(servers):
    """Where nobody may mount one, an ordinary server (`small` is empty): all that is left is that it ends without a word."""
    settings = {"wal_recycle": "off", "min_wal_size": "32MB", "max_wal_size": "48MB"}
    with contextlib.ExitStack() as stack:
        try:
            copied = stack.enter_context(copied_servers(servers, small={"wal": 256}, wal="wal", settings=settings))
        except CannotMount:
            copied = stack.enter_context(copied_servers(servers))
        yield copied


def test_a_full_pg_wal_ends_the_server_and_is_waited_for(servers, database, load):
    """Not 53100 but PANIC: the server ends itself, and recovery comes first when there is room."""
    with wal_on_a_small_disk(servers) as copied:
        load.start(copy_of(database, copied), batch_max=50)
        load.send(100)
        load.await_stored()
        if copied.small:
            copied.fill("wal")
        load.send(1000)
        if copied.small:
            use_up_wal(copied)
            wait_until(lambda: "PANIC" in copied.said(), 60, "the server to find no room for its log")
            assert "No space left on device" in copied.said()
        else:
            copied.stop_postgresql(immediate=True)  # what a PANIC looks like to others
        load.send(20)  # a matcher that had done all it had notices nothing
        load.matcher.wait_for_log("event=waiting")
        time.sleep(3)
        assert load.matcher.running and load.relay.running
        copied.stop_postgresql(immediate=True)
        if copied.small:
            copied.make_room("wal")
        copied.start_postgresql()
        load.await_stored(120)  # the 20 at least
        load.assert_whole()
        for service in (load.matcher, load.relay):
            assert service.lines("event=(fatal|set_aside|rejected)") == []
            assert 1 <= len(service.lines("event=waiting")) <= 5, service.tail()
        load.matcher.stop()
        load.relay.stop()


def test_no_connection_left_is_waited_for(servers, database, load):
    with copied_servers(servers, settings={"max_connections": "20", "superuser_reserved_connections": "0", "max_wal_senders": "0"}) as copied:
        load.start(copy_of(database, copied))
        load.send(20)
        load.await_stored()
        taken: list[psycopg.Connection] = [copied.connect()]
        taken[0].execute("select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'onecase-%'")
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                taken.append(copied.connect())
            except psycopg.OperationalError as refused:
                assert "too many clients" in str(refused)
                break
        load.send(20)  # a matcher with nothing to do notices nothing
        load.matcher.wait_for_log("event=waiting")
        time.sleep(3)
        assert load.matcher.running and load.relay.running
        for connection in taken:
            connection.close()
        load.await_stored()
        load.assert_whole()
        assert len(load.matcher.lines("event=waiting")) == 1
        load.matcher.stop()
        load.relay.stop()


@pytest.mark.parametrize("immediate", [False, True], ids=["fast", "crashed"])
def test_postgresql_ended_five_times_and_the_matcher_too(servers, database, load, immediate):
    """In quick succession, under load: what was committed and not answered must not be written once more. The load is never over: some
    400 records behind those that are waited for, the matcher stands still in a transaction, until its server has ended."""
    with copied_servers(servers) as copied:
        load.start(copy_of(database, copied), batch_max=7)
        brake = Brake(load.database)
        brake.stop(500)
        load.send(4000)
        for round in range(5):
            wait_until_reached(lambda: load.database.value("select count(*) from onecase.reports"), 100 + 500 * round, 60,
                               "the load to go on", every=0.01)
            copied.stop_postgresql(immediate=immediate)
            if round % 2 == 1:
                load.matcher.kill()
            copied.start_postgresql()
            assert load.database.value("select count(*) from onecase.reports") < 4000, "the load was over before the last end"
            brake.stop(1000 + 500 * round)
            if round % 2 == 1:
                load.matcher.start()
        brake.release()
        load.await_stored(180)
        load.assert_whole()
        for service in (load.matcher, load.relay):
            assert service.lines("event=(fatal|set_aside|rejected)") == []
        load.matcher.stop()
        load.relay.stop()
