"""Each way in which PostgreSQL refuses (docs/errors.md), raised by a real PostgreSQL against a running matcher.

Every test says what becomes of it: dead letter, tried again, waited for, set aside or stopped; that good neighbours are stored, that nothing
is doubled (counted from raw rows against the sender's own list) and how much is logged. Every record carries a marker, which PostgreSQL
prints in its DETAIL: it must be found in no log and in no row about a failure.
"""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
from collections.abc import Iterator

import psycopg
import pytest

from harness import Database, Service, wait_until
from report_log import ReportLog, reconciled, wait_until_stored

MARKER = "MARKER7316"


class Sender(ReportLog):
    """Keeps a list of its own of what has to be a report."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)
        self.wanted: list[tuple[str, str]] = []

    def good(self, count: int = 1, source: str = "GRID", **more: object) -> None:
        for _ in range(count):
            number = f"N{len(self.wanted):05d}"
            self.wanted.append((source, number))
            self.report(number, source=source, **({"title": f"synthetic {MARKER} {number}"} | more))


@pytest.fixture
def log(topics) -> Sender:
    return Sender(topics).create()


def stored(database: Database) -> list[tuple[str, str]]:
    return sorted(database.rows("select source, record_no from onecase.reports"))


def dead(database: Database) -> list[tuple]:
    return database.rows("select kafka_offset, stage, rule from onecase.dead_letters order by report_partition, report_offset")


def assert_whole(database: Database, log: Sender, *services: Service) -> None:
    """Each good record is one report with its decision and its number known once, and nothing else is; no value is in a message."""
    assert stored(database) == sorted(log.wanted)
    assert sorted(database.rows("select source, record_no from onecase.record_index")) == sorted(log.wanted)
    assert database.value("select count(*) from onecase.reports r where not exists (select from onecase.decisions d"
                          " where d.region = r.region and d.report_id = r.report_id)") == 0
    assert reconciled(database) == log.expected_accounts()
    messages = database.rows("select message from onecase.dead_letters union all select state_reason from onecase.consumer_offsets")
    assert [row for row in messages if MARKER in (row[0] or "")] == []
    for service in services:
        assert MARKER not in service.text()


def lines(service: Service) -> dict[str, int]:
    """How often it said what this page is about."""
    events = ("waiting", "resumed", "rejected", "set_aside", "running", "fatal")
    return {event: count for event in events if (count := len(service.lines(rf"event={event}\b")))}


def assert_lines(service: Service, **wanted: int) -> None:
    """It said so, and no more; what it says at last it writes behind the commit by which a test knows that all is stored."""
    def told() -> bool:
        found = lines(service)
        return all(found.get(event, 0) >= count for event, count in wanted.items())

    wait_until(told, 60, f"{wanted} to be logged")
    assert lines(service) == wanted


@contextlib.contextmanager
def trigger(database: Database, body: str, when: str = "true", table: str = "reports", event: str = "before insert") -> Iterator[None]:
    """Something that happens within the matcher's transaction."""
    database.execute(
        f"create function onecase.planted() returns trigger language plpgsql as $$ begin {body} return new; end $$;"
        f"create trigger planted {event} on onecase.{table} for each row when ({when}) execute function onecase.planted()")
    yield
    database.execute("drop function onecase.planted() cascade")


# ---- a record's fault: its dead letter -----------------------------------------------------------------------------

# What a migration may say -> a record that breaks it, the SQLSTATE.
FAULTS = {
    "check": ("alter table onecase.reports add constraint planted check (title not like 'bad%')", {"title": f"bad {MARKER}"}, "23514"),
    "not null": ("alter table onecase.reports alter column title set not null", {"title": None, "body": MARKER}, "23502"),
    "unique": ("create unique index planted on onecase.record_index (left(record_no, 1)) where record_no like 'T%'", None, "23505"),
    "too long": ("alter table onecase.reports add column planted varchar(40) generated always as (body) stored",
                 {"body": MARKER * 9}, "22001"),
    "out of range": ("alter table onecase.reports add column planted smallint generated always as (length(body) * 100) stored",
                     {"body": MARKER * 90}, "22003"),
    "index row too large": ("create index planted on onecase.reports (body)", {"body": "".join(f"{n:07d}" for n in range(4000))}, "54000"),
    "no number": ("alter table onecase.reports add column planted integer generated always as (body::integer) stored",
                  {"body": f"x{MARKER}"}, "22P02"),
    "NUL": ("select 1", {"title": f"{MARKER}\u0000"}, "22021"),
}


def break_one(log: Sender, fields: dict | None) -> None:
    """None: it would be taken, were it not for the one before it."""
    if fields is None:
        log.wanted.append(("GRID", "T1"))
        log.report("T1", source="GRID", title=MARKER)
    log.report("T2", source="GRID", count="dead", **({"title": MARKER} | (fields or {})))


@pytest.mark.parametrize("fault", FAULTS)
def test_a_records_fault_is_its_dead_letter(log, database, start_service, fault):
    log.use(database)
    planted, fields, state = FAULTS[fault]
    database.execute(planted)
    log.good(250)
    break_one(log, fields)
    guilty = log.next_offset[(log.topics.name("grid.event"), 0)] - 1
    log.good(250)
    log.send()
    matcher = start_service("matcher")
    wait_until_stored(database, log)
    assert dead(database) == [(guilty, "write", state)]
    assert_whole(database, log, matcher)
    assert_lines(matcher, rejected=1)
    vault = log.topics.read("onecase.deadletter")
    assert {(record.headers["oc-stage"], record.headers["oc-rule"]) for record in vault} == {("write", state)}


@pytest.mark.parametrize("places", [(250,), (0, 499), (100, 101, 102, 400)], ids=lambda places: "-".join(map(str, places)))
def test_few_rounds_find_the_guilty_among_500_and_the_order_stays(log, database, start_service, places):
    log.use(database)
    database.execute("alter table onecase.reports add constraint planted check (title not like 'bad%')")
    log.good()
    log.send()
    matcher = start_service("matcher", "--set", "linger_ms=500")
    wait_until_stored(database, log)
    database.execute("create sequence onecase.rounds")
    with trigger(database, "perform nextval('onecase.rounds');", table="consumer_offsets", event="before update"):
        for number in range(500):
            if number in places:
                log.report(f"bad{number}", source="GRID", title="bad", count="dead")
            else:
                log.good()
        log.send()
        wait_until_stored(database, log)
        rounds = database.value("select last_value from onecase.rounds")
    assert len(dead(database)) == len(places)
    assert_whole(database, log, matcher)
    # The order of the log is the order of the reports, whatever was decided again.
    assert [row[0] for row in database.rows("select record_no from onecase.reports order by report_id")] == [number for _, number in log.wanted]
    # For each guilty one: the way down in halves (9 levels, two batches each), once more alone, and its dead letter.
    assert rounds <= len(places) * (2 * 9 + 2) + 4, rounds


# ---- races: tried again --------------------------------------------------------------------------------------------


@contextlib.contextmanager
def second_session(database: Database) -> Iterator[psycopg.Connection]:
    with database.connect() as connection:
        connection.execute("set deadlock_timeout = '10min'")
        yield connection


def matcher_waits(database: Database, event: str) -> bool:
    return database.value("select count(*) from pg_stat_activity where application_name = 'onecase-matcher'"
                          " and datname = current_database() and %s in (wait_event, wait_event_type)", (event,)) > 0


# The matcher, which has locked its offsets by then, asks for the counters once the second session waits for those offsets. PostgreSQL looks
# for a deadlock only once, a second after a session began to wait: the circle has to be closed by then.
LETS_THE_OTHER_WAIT_FIRST = """
create function onecase.planted() returns trigger language plpgsql as $$ begin
    while current_setting('application_name') = 'onecase-matcher'
        and exists (select from pg_locks where pid = {other} and granted and relation = 'onecase.region_counters'::regclass)
        and not exists (select from pg_locks where pid = {other} and not granted)
    loop perform pg_sleep(0.01); end loop;
    return null;
end $$;
create trigger planted before insert on onecase.region_counters for each statement execute function onecase.planted();
"""


def test_a_deadlock_is_tried_again(log, database, start_service):
    log.use(database)
    log.good()
    log.send()
    matcher = start_service("matcher")
    wait_until_stored(database, log)
    with second_session(database) as other:
        database.execute(LETS_THE_OTHER_WAIT_FIRST.format(other=other.info.backend_pid))
        other.execute("begin")
        other.execute("update onecase.region_counters set region = region")
        log.good()
        log.send()
        wait_until(lambda: matcher_waits(database, "PgSleep"), 60, "the matcher to have locked its offsets", every=0.02)
        other.execute("update onecase.consumer_offsets set written_at = written_at")
        other.execute("commit")
    wait_until_stored(database, log)
    assert "[40P01]" in matcher.lines("event=waiting")[0]
    assert_lines(matcher, waiting=1, resumed=1)
    assert_whole(database, log, matcher)
    assert dead(database) == []


def test_a_serialization_failure_is_tried_again(log, database, start_service):
    log.use(database)
    database.execute(f"alter database \"{database.name}\" set default_transaction_isolation = 'repeatable read'")
    log.good()
    log.send()
    matcher = start_service("matcher")
    wait_until_stored(database, log)
    with second_session(database) as other:
        other.execute("begin isolation level read committed")
        other.execute("update onecase.region_counters set region = region")
        log.good()
        log.send()
        wait_until(lambda: matcher_waits(database, "Lock"), 60, "the matcher to wait for the second session", every=0.02)
        other.execute("commit")
    wait_until_stored(database, log)
    assert "[40001]" in matcher.lines("event=waiting")[0]
    assert_lines(matcher, waiting=1, resumed=1)
    assert_whole(database, log, matcher)
    assert dead(database) == []


def test_a_lock_that_is_held_is_waited_for(log, database, start_service):
    log.use(database)
    log.good()
    log.send()
    matcher = start_service("matcher")
    wait_until_stored(database, log)
    with second_session(database) as other:
        other.execute("begin")
        other.execute("update onecase.region_counters set region = region")
        log.good(3)
        log.send()
        matcher.wait_for_log("event=waiting", limit=60)
        other.execute("commit")
    wait_until_stored(database, log)
    assert "[55P03]" in matcher.lines("event=waiting")[0]
    assert_lines(matcher, waiting=1, resumed=1)
    assert_whole(database, log, matcher)
    assert dead(database) == []


# ---- one record never gets done: its partition is set aside ------------------------------------------------------------


STATEMENT_MS = 5000  # what is well is done in that time also where all stands still for some seconds; a trial is followed by a pause of
                     # twenty times that


def state_of(database: Database, log: Sender, partition: int) -> tuple:
    rows = database.rows("select state, state_reason from onecase.consumer_offsets where topic = %s and partition = %s",
                         (log.topics.name("onecase.report"), partition))
    return rows[0] if rows else (None, None)


def send_slow(log: Sender, database: Database, more: dict) -> tuple[int, int]:
    """20 good ones, one that does not get done, 20 more; 40 in another partition between them. Answers the partitions."""
    for number in range(40):
        log.good()
        log.good(region="9902")
        if number == 20:
            log.good(**({"title": "slow"} | more))
    places = log.send()
    return places[0][0], places[1][0]


def test_a_record_that_always_times_out_stops_its_partition_alone_and_says_so(log, database, start_service, onecase):
    log.use(database)
    with trigger(database, "perform pg_sleep(60);", "new.title = 'slow'"):
        home, other = send_slow(log, database, {})
        matcher = start_service("matcher", "--set", f"statement_ms={STATEMENT_MS}")
        wait_until(lambda: state_of(database, log, home)[0] == "WAITING", 180, "the partition to be set aside")
        wait_until(lambda: len(stored(database)) == 21 + 40, 180, "all others to be stored")
        reason = state_of(database, log, home)[1]
        assert reason == "the record at offset 21 never gets done: canceling statement due to statement timeout [57014]"
        assert state_of(database, log, other)[0] == "RUNNING"
        log.good(region="9902")
        log.send()
        wait_until(lambda: len(stored(database)) == 21 + 41, 60, "a later record of the other partition")
    wait_until_stored(database, log, limit=180)
    wait_until(lambda: state_of(database, log, home) == ("RUNNING", None), 60, "the partition to run again")
    assert_lines(matcher, set_aside=1, running=1)
    assert_whole(database, log, matcher)
    assert dead(database) == []


def test_an_operator_lets_a_record_go_that_always_times_out(log, database, start_service, onecase):
    log.use(database)
    with trigger(database, "perform pg_sleep(60);", "new.title = 'slow'"):
        home, _ = send_slow(log, database, {})
        matcher = start_service("matcher", "--set", f"statement_ms={STATEMENT_MS}")
        wait_until(lambda: state_of(database, log, home)[0] == "WAITING", 180, "the partition to be set aside")
        onecase("resume", str(home), "--bury", "1", "--prefix", log.topics.prefix)
        wait_until_stored(database, log, limit=180)
        wait_until(lambda: state_of(database, log, home) == ("RUNNING", None), 60, "the partition to run again")
    assert [row[1:] for row in dead(database)] == [("write", "57014")]
    assert len(stored(database)) == 80
    assert_lines(matcher, set_aside=1, running=1, rejected=1)


def test_a_foreign_key_that_is_missing_is_no_records_fault(log, database, start_service):
    log.use(database)
    database.execute("create table onecase.planted (title text primary key); grant all on onecase.planted to public; "
                     "create function onecase.known() returns trigger language plpgsql as $$ begin insert into onecase.planted "
                     "values (new.title) on conflict do nothing; return new; end $$; "
                     "create trigger known before insert on onecase.reports for each row when (new.title <> 'slow') "
                     "execute function onecase.known(); "
                     "alter table onecase.reports add constraint of_planted foreign key (title) references onecase.planted")
    home, other = send_slow(log, database, {})
    matcher = start_service("matcher")
    wait_until(lambda: state_of(database, log, home)[0] == "WAITING", 60, "the partition to be set aside")
    wait_until(lambda: len(stored(database)) == 21 + 40, 60, "all others to be stored")
    assert "foreign key constraint" in state_of(database, log, home)[1] and "[23503]" in state_of(database, log, home)[1]
    assert state_of(database, log, other)[0] == "RUNNING"
    database.execute("insert into onecase.planted values ('slow')")
    wait_until_stored(database, log, limit=180)
    wait_until(lambda: state_of(database, log, home) == ("RUNNING", None), 60, "the partition to run again")
    assert_lines(matcher, set_aside=1, running=1)
    assert_whole(database, log, matcher)
    assert dead(database) == []


# ---- plans that changed: a new connection ----------------------------------------------------------------------------


def test_a_migration_while_it_runs_changes_its_plans(log, database, start_service):
    log.use(database)
    log.good(5)
    log.send()
    matcher = start_service("matcher")
    wait_until_stored(database, log)
    database.execute("alter table onecase.record_index alter column first_partition type bigint")
    log.good(5)
    log.send()
    wait_until_stored(database, log)
    assert [line for line in matcher.lines("event=waiting") if "[0A000]" not in line] == []
    assert_lines(matcher, waiting=1, resumed=1)
    assert_whole(database, log, matcher)
    assert dead(database) == []


class Pooler:
    """Stands between program and PostgreSQL and resets the session, as a pooler between two clients does."""

    SYNC = b"S\0\0\0\x04"
    RESET = b"Q\0\0\0\x13deallocate all\0"

    def __init__(self, host: str, port: int) -> None:
        self.where = (host, port)
        self.resets = 0
        self.wanted = threading.Event()
        outer = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                outer.serve(self.request)

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def serve(self, client: socket.socket) -> None:
        with socket.create_connection(self.where) as server:
            threading.Thread(target=self.pass_on, args=(server, client), daemon=True).start()
            self.quiet = threading.Event()
            while data := client.recv(65536):
                if self.wanted.is_set() and data[:1] in b"BP":  # between two transactions
                    self.wanted.clear()
                    self.hold = True
                    server.sendall(self.RESET)
                    self.resets += 1
                server.sendall(data)

    hold = False

    def pass_on(self, server: socket.socket, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := server.recv(65536):
                if self.hold:  # the answer to the reset: CommandComplete, ReadyForQuery
                    while b"Z\0\0\0\x05" not in data:
                        data += server.recv(65536)
                    end = data.index(b"Z\0\0\0\x05") + 6
                    data = data[end:]
                    self.hold = False
                client.sendall(data)
            client.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def test_prepared_statements_that_a_pooler_dropped_are_made_again(log, database, start_service):
    log.use(database)
    where = database.environment()
    pooler = Pooler(where["PGHOST"], int(where["PGPORT"]))
    try:
        log.good(5)
        log.send()
        matcher = start_service("matcher", "--set", f"conninfo=host=127.0.0.1 port={pooler.port}")
        wait_until_stored(database, log)
        pooler.wanted.set()
        log.good(5)
        log.send()
        wait_until_stored(database, log)
        assert pooler.resets == 1
        assert [line for line in matcher.lines("event=waiting") if "[26000]" not in line] == []
        assert_lines(matcher, waiting=1, resumed=1)
        assert_whole(database, log, matcher)
        assert dead(database) == []
        matcher.stop()
    finally:
        pooler.close()


# ---- our bug or a wrong schema: stop, with the reason ---------------------------------------------------------------------

WRONG = {
    "no column": ("alter table onecase.reports rename column title to heading", "42703"),
    "no table": ("alter table onecase.outbox rename to outgoing", "42P01"),
    "no schema": ("alter schema onecase rename to elsewhere", "3F000|42P01"),
}


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("running", [True, False], ids=["while it runs", "before it starts"])
def test_a_wrong_schema_stops_it_with_the_reason(log, database, start_service, wrong, running):
    log.use(database)
    planted, state = WRONG[wrong]
    log.good(5)
    log.send()
    matcher = start_service("matcher", start=running)
    if running:
        wait_until_stored(database, log)
    wanted = stored(database)
    database.execute(planted)
    log.good(5)
    log.send()
    if not running:
        matcher.start()
    matcher.expect_exit(1)
    said = matcher.lines("event=fatal")
    assert len(said) == 1 and any(f"state={code}" in said[0] for code in state.split("|")), said
    assert "does not exist" in said[0] or "the database has no schema of onecase" in said[0]
    if wrong != "no schema":
        assert stored(database) == wanted and dead(database) == []
    assert_lines(matcher, fatal=1)


def test_a_missing_right_stops_it_with_the_reason(log, database, start_service):
    log.use(database)
    with database.servers.connect() as connection:
        connection.execute("create role onecase_nobody")
        connection.execute(f'alter database "{database.name}" set role = onecase_nobody')
        try:
            matcher = start_service("matcher")
            matcher.expect_exit(1)
        finally:
            connection.execute(f'alter database "{database.name}" reset role')
            connection.execute("drop role onecase_nobody")
    assert "permission denied for schema onecase" in matcher.lines("event=fatal")[0]
    assert_lines(matcher, fatal=1)


def test_another_owner_ends_the_claim(log, database, start_service):
    """OC001: what stands was claimed by somebody else. The batch is dropped, memory loaded anew, and the claim made again."""
    log.use(database)
    log.good(5)
    home = log.send()[0][0]
    matcher = start_service("matcher")
    wait_until_stored(database, log)
    database.execute("select onecase.claim(%s, %s, 'somebody else')", (log.topics.name("onecase.report"), [home]))
    log.good(5)
    log.send()
    wait_until_stored(database, log)
    assert "[OC001]" in matcher.lines("event=waiting")[0]
    assert_lines(matcher, waiting=1, resumed=1)
    assert_whole(database, log, matcher)
    assert dead(database) == []
