"""The schema: deploy and revert, comments, the fence, the append-only chained events, partitions, rights, accounts."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

import psycopg
import pytest

from harness import PROJECT, Database, LocalServers, sqitch, wait_until

UTC = timezone.utc
NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
ROLES = ["onecase_analyst", "onecase_custodian", "onecase_operator", "onecase_views", "onecase_writer"]
PARTITIONED = ["case_events", "decisions", "report_revisions", "reports"]
# What tells of persons, or is free text that may: no view may read it.
PERSONAL = ["reporter_hash", "reporter_key", "reporter_before_hash", "reporter_before_key", "title", "body", "address_text",
            "place_name", "payload", "party_name", "values_report", "values_hazard", "sentence", "changes", "message"]


def changes_of_plan() -> list[str]:
    lines = (PROJECT / "migrations" / "sqitch.plan").read_text().splitlines()
    return [line.split()[0] for line in lines if line and not line.startswith(("%", "#"))]


def catalogue(database: Database) -> list[tuple]:
    """Everything of the two schemas that must be the same after a second deploy."""
    return database.rows("""
        select 'column', n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull::text,
               c.relkind::text, pg_get_userbyid(c.relowner), c.relacl::text, a.attacl::text, c.reloptions::text,
               col_description(c.oid, a.attnum)
          from pg_class c join pg_namespace n on n.oid = c.relnamespace
          join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
         where n.nspname in ('onecase', 'analysis')
        union all
        select 'function', n.nspname, p.oid::regprocedure::text, p.prosrc, p.prosecdef::text, p.proconfig::text,
               null, null, p.proacl::text, null, null, obj_description(p.oid)
          from pg_proc p join pg_namespace n on n.oid = p.pronamespace
         where n.nspname in ('onecase', 'analysis')
         order by 1, 2, 3, 4""")


def sqlstate(connection: psycopg.Connection, statement: str, parameters: object = None) -> str:
    """The SQLSTATE with which the statement is refused."""
    with pytest.raises(psycopg.Error) as refused:
        connection.execute(statement, parameters)
    return refused.value.sqlstate


# Deploy, verify, revert

def test_every_change_has_its_three_scripts() -> None:
    for folder in ("deploy", "revert", "verify"):
        found = sorted(path.stem for path in (PROJECT / "migrations" / folder).iterdir())
        assert found == sorted(changes_of_plan()), folder


def test_deploys_verifies_reverts_and_deploys_again(servers: LocalServers, empty_database: Database) -> None:
    name = empty_database.name
    sqitch(servers, name, "deploy", "--verify")
    sqitch(servers, name, "verify")
    first = catalogue(empty_database)
    assert {row[1] for row in first} == {"onecase", "analysis"}

    # Rows and partitions must not stand in the way of a revert.
    empty_database.execute("select onecase.make_partitions(%s)", [NOON])
    insert_chain(empty_database, [event(seq=1)])
    sqitch(servers, name, "revert", "-y")
    assert empty_database.value("select count(*) from pg_namespace where nspname in ('onecase', 'analysis')") == 0
    assert [row[0] for row in empty_database.rows(
        "select rolname from pg_roles where rolname like 'onecase\\_%%' order by 1")] == ROLES

    sqitch(servers, name, "deploy", "--verify")
    assert catalogue(empty_database) == first


def test_a_database_with_rows_and_partitions_takes_the_later_changes(servers: LocalServers, empty_database: Database) -> None:
    """Deployed up to the first release, used, then brought up to date and back: rows stay, new columns are commented."""
    name = empty_database.name
    sqitch(servers, name, "deploy", "--verify", "--to", "issue_list")
    empty_database.execute("select onecase.make_partitions(%s)", [NOON])
    empty_database.execute("""insert into onecase.reports (region, report_id, source, record_no, kind, received_at, topic, partition,
        kafka_offset, report_partition, report_offset) values ('9901', 1, 'GRID', 'G-1', 'report', %s, 'grid.event', 0, 0, 5, 0)""",
                           [NOON])
    empty_database.execute("""insert into onecase.pending_updates (report_partition, report_offset, region, source, record_no, kind,
        topic, partition, kafka_offset, received_at, payload) values (5, 1, '9901', 'GRID', 'G-2', 'update', 'grid.event', 0, 1, %s,
        '{}')""", [NOON])
    before = catalogue(empty_database)
    sqitch(servers, name, "deploy", "--verify")
    assert empty_database.rows("select record_no, noise, reporter_before_hash, reporter_before_key from onecase.reports") == [
        ("G-1", None, None, None)]
    assert empty_database.rows("select record_no, backfill from onecase.pending_updates") == [("G-2", False)]
    added = {tuple(row[:4]): row[-1] for row in set(catalogue(empty_database)) - set(before) if row[6] not in ("i", "I", "S")}
    assert ("column", "onecase", "reports_y2026m11", "noise") in added
    assert [key for key, comment in added.items() if not in_both_languages(comment)] == []
    sqitch(servers, name, "revert", "-y", "--to", "issue_list")
    names = [row[:5] for row in before if not row[3].startswith("........pg.dropped")]
    assert [row[:5] for row in catalogue(empty_database) if not row[3].startswith("........pg.dropped")] == names
    assert empty_database.rows("select record_no from onecase.reports") == [("G-1",)]


@pytest.fixture
def plain_deployer(servers: LocalServers, empty_database: Database) -> Iterator[str]:
    """A role that may make roles but is no superuser; all sessions of the empty database run as it."""
    role = f"deployer_{secrets.token_hex(4)}"
    with servers.connect() as connection:
        connection.execute(f"create role {role} createrole")
        connection.execute(f"alter database {empty_database.name} owner to {role}")
        connection.execute(f"alter database {empty_database.name} set role = '{role}'")
    yield role
    with servers.connect() as connection:
        connection.execute(f"drop database {empty_database.name} with (force)")
        connection.execute(f"drop role {role}")


def test_deploys_without_a_superuser(servers: LocalServers, empty_database: Database, plain_deployer: str) -> None:
    sqitch(servers, empty_database.name, "deploy", "--verify")
    owners = dict(empty_database.rows(
        "select schemaname, string_agg(distinct viewowner, ',') from pg_views where schemaname = 'analysis' group by 1"))
    assert owners == {"analysis": "onecase_views"}
    assert empty_database.rows("select distinct tableowner from pg_tables where schemaname = 'onecase'") == [(plain_deployer,)]
    with empty_database.connect() as writer:
        writer.execute("set role onecase_writer")
        writer.execute("select onecase.make_partitions(%s)", [NOON])
        assert writer.execute("select count(*) from onecase.reports").fetchone() == (0,)
    with empty_database.connect() as analyst:
        analyst.execute("set role onecase_analyst")
        assert analyst.execute("select count(*) from analysis.issue_list").fetchone() == (0,)
    sqitch(servers, empty_database.name, "revert", "-y")


# Comments

def test_every_table_view_and_column_has_a_comment_in_both_languages(database: Database) -> None:
    database.execute("select onecase.make_partitions(%s)", [NOON])
    comments = database.rows("""
        select c.oid::regclass::text, obj_description(c.oid, 'pg_class')
          from pg_class c where c.relnamespace in ('onecase'::regnamespace, 'analysis'::regnamespace)
           and c.relkind in ('r', 'p', 'v', 'm')
        union all
        select c.oid::regclass || '.' || a.attname, col_description(c.oid, a.attnum)
          from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
         where c.relnamespace in ('onecase'::regnamespace, 'analysis'::regnamespace) and c.relkind in ('r', 'p', 'v', 'm')
        union all
        select p.oid::regprocedure::text, obj_description(p.oid, 'pg_proc')
          from pg_proc p where p.pronamespace = 'onecase'::regnamespace
        union all
        select n.nspname, obj_description(n.oid, 'pg_namespace') from pg_namespace n where nspname in ('onecase', 'analysis')
        """)
    assert len(comments) > 300
    lacking = [(name, comment) for name, comment in comments if not in_both_languages(comment)]
    assert lacking == []


def in_both_languages(comment: str | None) -> bool:
    chinese, slash, english = (comment or "").partition(" / ")
    return (slash != "" and any("\u4e00" <= letter <= "\u9fff" for letter in chinese)
            and any(letter.isascii() and letter.isalpha() for letter in english)
            and not any("\u4e00" <= letter <= "\u9fff" for letter in english))


def test_the_hazard_tree_is_the_one_of_the_domain_page(database: Database) -> None:
    counts = dict(database.rows("select group_code, count(*) from onecase.categories group by 1"))
    # 52 leaves of the tree and the power cut, D06
    assert counts == {"A": 5, "B": 6, "C": 7, "D": 6, "E": 8, "F": 6, "G": 4, "H": 4, "I": 4, "J": 3}
    rows = {row[0]: row[1:] for row in database.rows(
        "select code, name_zh, radius_m, recurrence_days, colour, scope from onecase.categories")}
    assert rows["A02"] == ("电梯故障/异响/停运", 60, 90, 2, "asset")
    assert rows["E01"] == ("井盖缺失破损", 25, 30, 2, "point")
    assert rows["B01"] == ("燃气泄漏/异味", 200, 7, 1, "area")
    assert rows["F05"] == ("承重墙拆改", 40, 180, 1, "unit")
    assert rows["C02"] == ("火灾自动报警(物联网)", 80, 0, 2, "asset")
    assert rows["J03"] == ("其他安全隐患(待分类)", None, None, 4, "point")
    assert rows["D06"][0] == "停电" and rows["D06"][4] == "area"


# The fence protocol

CLAIM = "select partition, next_offset, epoch, stream_time, crashes from onecase.claim(%s, %s, %s)"
FENCE = "select onecase.fence(%s, %s::integer[], %s::bigint[], %s::bigint[], %s::bigint[], %s::timestamptz[])"
TOPIC = "onecase.report"


def test_a_claim_starts_new_partitions_and_raises_the_epoch_of_old_ones(database: Database) -> None:
    with database.connect() as connection:
        pid = connection.execute("select pg_backend_pid()").fetchone()[0]
        assert connection.execute(CLAIM, [TOPIC, [7, 2, 2], "a"]).fetchall() == [
            (2, -1, 1, None, 0), (7, -1, 1, None, 0)]
        assert connection.execute(CLAIM, [TOPIC, [2], "a"]).fetchall() == [(2, -1, 2, None, 1)]
        assert connection.execute(CLAIM, [TOPIC, [7, 2], "b"]).fetchall() == [
            (2, -1, 3, None, 2), (7, -1, 2, None, 1)]
        assert connection.execute("select distinct topic, owner, backend_pid from onecase.consumer_offsets").fetchall() == [
            (TOPIC, "b", pid)]


def test_the_fence_moves_offset_and_stream_time_and_forgets_crashes(database: Database) -> None:
    with database.connect() as connection:
        connection.execute(CLAIM, [TOPIC, [0, 1], "a"])
        connection.execute(FENCE, [TOPIC, [1, 0], [-1, -1], [10, 20], [1, 1], [NOON, NOON]])
        earlier = NOON - timedelta(hours=1)
        connection.execute(FENCE, [TOPIC, [0], [20], [25], [1], [earlier]])
        assert connection.execute(CLAIM, [TOPIC, [0, 1], "a"]).fetchall() == [
            (0, 25, 2, NOON, 1), (1, 10, 2, NOON, 1)]


@pytest.mark.parametrize(("offset", "epoch", "partition", "says"), [
    (10, 1, 1, "expected offset 10 epoch 1, found offset 10 epoch 2"),  # a zombie of before the claim
    (10, 3, 1, "expected offset 10 epoch 3, found offset 10 epoch 2"),
    (9, 2, 1, "expected offset 9 epoch 2, found offset 10 epoch 2"),  # delivered twice
    (11, 2, 1, "expected offset 11 epoch 2, found offset 10 epoch 2"),  # a gap
    (10, 2, 4, "never claimed"),
], ids=["old_epoch", "future_epoch", "old_offset", "gap", "never_claimed"])
def test_the_fence_refuses_whoever_is_not_the_owner(database: Database, offset: int, epoch: int, partition: int,
                                                    says: str) -> None:
    with database.connect() as connection:
        connection.execute(CLAIM, [TOPIC, [0, 1], "a"])
        connection.execute(FENCE, [TOPIC, [0, 1], [-1, -1], [10, 10], [1, 1], [NOON, NOON]])
        connection.execute(CLAIM, [TOPIC, [0, 1], "b"])
        before = connection.execute("select * from onecase.consumer_offsets order by partition").fetchall()
        with pytest.raises(psycopg.Error) as refused:
            connection.execute(FENCE, [TOPIC, [0, partition], [10, offset], [12, 13], [2, epoch], [NOON, NOON]])
        assert refused.value.sqlstate == "OC001"
        assert f"partition {partition} " in refused.value.diag.message_primary
        assert says in refused.value.diag.message_primary
        # Partition 0 was all right, but nothing of the batch stands.
        assert connection.execute("select * from onecase.consumer_offsets order by partition").fetchall() == before
        connection.execute(FENCE, [TOPIC, [0, 1], [10, 10], [12, 13], [2, 2], [NOON, NOON]])


def test_the_fence_refuses_a_step_back_and_uneven_arrays_as_a_bug(database: Database) -> None:
    with database.connect() as connection:
        connection.execute(CLAIM, [TOPIC, [0], "a"])
        connection.execute(FENCE, [TOPIC, [0], [-1], [10], [1], [NOON]])
        assert sqlstate(connection, FENCE, [TOPIC, [0], [10], [9], [1], [NOON]]) == "XX000"
        assert sqlstate(connection, FENCE, [TOPIC, [0], [10], [11], [1, 1], [NOON]]) == "XX000"
        assert sqlstate(connection, FENCE, [TOPIC, [], [], [], [], []]) == "XX000"


def test_a_claim_waits_for_the_open_batch_of_the_old_owner(database: Database) -> None:
    with database.connect() as old, database.connect() as new:
        old.execute(CLAIM, [TOPIC, [0], "old"])
        new.execute("set lock_timeout = '300ms'")
        with old.transaction():
            old.execute(FENCE, [TOPIC, [0], [-1], [5], [1], [NOON]])
            assert sqlstate(new, CLAIM, [TOPIC, [0], "new"]) == "55P03"
        assert new.execute(CLAIM, [TOPIC, [0], "new"]).fetchall() == [(0, 5, 2, NOON, 1)]
        assert sqlstate(old, FENCE, [TOPIC, [0], [5], [6], [1], [NOON]]) == "OC001"


def test_a_batch_that_waited_for_a_claim_is_refused(database: Database) -> None:
    """The zombie's fence is under way while the new owner's claim commits: it must see the new epoch."""
    with database.connect() as old, database.connect() as new:
        old.execute(CLAIM, [TOPIC, [0], "old"])
        pid = old.execute("select pg_backend_pid()").fetchone()[0]
        refused: list[str] = []

        def write() -> None:
            try:
                old.execute(FENCE, [TOPIC, [0], [-1], [5], [1], [NOON]])
            except psycopg.Error as failure:
                refused.append(failure.sqlstate)

        zombie = threading.Thread(target=write)
        with new.transaction():
            new.execute(CLAIM, [TOPIC, [0], "new"])
            zombie.start()
            wait_until(lambda: database.value("select wait_event_type from pg_stat_activity where pid = %s", [pid]) == "Lock",
                       60, "the old owner's fence to wait for the claim")
        zombie.join(60)
        assert refused == ["OC001"]
        assert new.execute("select next_offset, epoch from onecase.consumer_offsets").fetchall() == [(-1, 2)]


STANDS = ("select crashes, trying_offset, last_origin, state, state_reason, state_since is null from onecase.consumer_offsets"
          " order by partition")


def test_the_fence_keeps_the_last_origin_and_forgets_what_was_tried(database: Database) -> None:
    fence = FENCE.replace("timestamptz[])", "timestamptz[], %s::text[])")
    with database.connect() as connection:
        connection.execute("set role onecase_writer")
        connection.execute(CLAIM, [TOPIC, [0, 1], "a"])
        connection.execute("select onecase.try_offset(%s, 0, 1, 10)", [TOPIC])
        assert connection.execute(STANDS).fetchall() == [(0, 10, None, "RUNNING", None, True), (0, None, None, "RUNNING", None, True)]
        connection.execute(fence, [TOPIC, [0], [-1], [11], [1], [NOON], ["t/0/10#0"]])
        assert connection.execute(STANDS).fetchone() == (0, None, "t/0/10#0", "RUNNING", None, True)
        connection.execute(fence, [TOPIC, [0], [11], [12], [1], [NOON], [None]])
        assert connection.execute(STANDS).fetchone() == (0, None, "t/0/10#0", "RUNNING", None, True)


def test_an_orderly_end_is_no_crash_and_touches_nothing_of_others(database: Database) -> None:
    with database.connect() as connection:
        connection.execute("set role onecase_writer")
        connection.execute(CLAIM, [TOPIC, [0, 1], "a"])
        connection.execute(CLAIM, [TOPIC, [0, 1], "b"])
        connection.execute("select onecase.release(%s, %s, %s::bigint[])", [TOPIC, [0, 1], [2, 1]])
        assert [row[0] for row in connection.execute(STANDS).fetchall()] == [0, 1]
        assert [row[4] for row in connection.execute(CLAIM, [TOPIC, [0, 1], "c"]).fetchall()] == [0, 2]


def test_crashes_are_forgotten_only_beyond_what_the_batch_of_the_crash_could_hold(database: Database) -> None:
    with database.connect() as connection:
        connection.execute("set role onecase_writer")
        connection.execute(CLAIM, [TOPIC, [0], "a"])
        connection.execute(FENCE, [TOPIC, [0], [-1], [100], [1], [NOON]])
        assert connection.execute(CLAIM, [TOPIC, [0], "b"]).fetchone() == (0, 100, 2, NOON, 1)
        connection.execute(FENCE, [TOPIC, [0], [100], [599], [2], [NOON]])
        assert connection.execute(STANDS).fetchone()[0] == 1
        connection.execute(FENCE, [TOPIC, [0], [599], [600], [2], [NOON]])
        assert connection.execute(STANDS).fetchone()[0] == 0


def test_it_is_counted_how_often_one_record_was_tried_alone(database: Database) -> None:
    tries = "select trying_offset, tries from onecase.consumer_offsets"
    with database.connect() as connection:
        connection.execute("set role onecase_writer")
        for epoch, offset, expected in ((1, 10, 1), (2, 10, 2), (3, 11, 1)):
            connection.execute(CLAIM, [TOPIC, [0], "a"])
            connection.execute("select onecase.try_offset(%s, 0, %s, %s)", [TOPIC, epoch, offset])
            assert connection.execute(tries).fetchone() == (offset, expected)
        connection.execute("select onecase.release(%s, %s, %s::bigint[])", [TOPIC, [0], [3]])
        assert connection.execute(tries).fetchone()[0] is None
        connection.execute(CLAIM, [TOPIC, [0], "a"])
        connection.execute("select onecase.try_offset(%s, 0, 4, 11)", [TOPIC])
        assert connection.execute(tries).fetchone() == (11, 1)


def test_only_the_owner_sets_the_state_of_a_partition(database: Database) -> None:
    with database.connect() as connection:
        connection.execute("set role onecase_writer")
        connection.execute(CLAIM, [TOPIC, [0], "a"])
        connection.execute("select onecase.set_state(%s, 0, 1, 'REFUSING', 'why')", [TOPIC])
        assert connection.execute(STANDS).fetchone() == (0, None, None, "REFUSING", "why", False)
        assert sqlstate(connection, "select onecase.set_state(%s, 0, 2, 'RUNNING', null)", [TOPIC]) == "OC001"
        assert sqlstate(connection, "select onecase.try_offset(%s, 0, 2, 5)", [TOPIC]) == "OC001"
        assert sqlstate(connection, "select onecase.set_state(%s, 0, 1, 'ASLEEP', null)", [TOPIC]) == "23514"


def test_the_partition_count_is_written_once(database: Database) -> None:
    with database.connect() as connection:
        connection.execute("set role onecase_writer")
        connection.execute("select onecase.set_report_topic(%s, 24)", [TOPIC])
        connection.execute("select onecase.set_report_topic(%s, 24)", [TOPIC])
        assert sqlstate(connection, "select onecase.set_report_topic(%s, 32)", [TOPIC]) == "55000"
        assert sqlstate(connection, "select onecase.set_report_topic('other', 24)") == "55000"
        assert sqlstate(connection, "update onecase.report_topic set partition_count = 32") == "42501"
        assert connection.execute("select topic, partition_count from onecase.report_topic").fetchall() == [(TOPIC, 24)]


# Case events: append-only, chained

EVENT_COLUMNS = ["region", "seq", "case_id", "hazard_id", "report_id", "kind", "event_at", "known_at", "actor",
                 "before_value", "after_value", "reason_code"]


def event(seq: int, **values: object) -> dict[str, object]:
    row: dict[str, object] = {
        "region": "9901", "seq": seq, "case_id": 7, "hazard_id": 3, "report_id": 40 + seq, "kind": "report_linked",
        "event_at": NOON - timedelta(days=2, microseconds=1), "known_at": NOON + timedelta(minutes=seq), "actor": "auto",
        "before_value": None, "after_value": "40", "reason_code": None,
    }
    return row | values


def microseconds(when: datetime | None) -> object:
    return None if when is None else (when - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def chained(events: list[dict[str, object]]) -> list[dict[str, object]]:
    """Adds prev_hash and hash, by the formula of the design and not by the database's function."""
    previous = bytes(32)
    rows = []
    for values in events:
        fields = [microseconds(values[name]) if name.endswith("_at") else values[name] for name in EVENT_COLUMNS]
        text = "|".join("" if field is None else str(field) for field in fields)
        digest = hashlib.sha256(previous + text.encode()).digest()
        rows.append(values | {"prev_hash": previous, "hash": digest})
        previous = digest
    return rows


def insert_chain(database: Database, events: list[dict[str, object]]) -> bytes:
    """Writes the events as the writer does, and returns the last hash."""
    rows = chained(events)
    columns = [*EVENT_COLUMNS, "prev_hash", "hash"]
    with database.connect() as writer:
        writer.execute("set role onecase_writer")
        for row in rows:
            writer.execute(f"insert into onecase.case_events ({', '.join(columns)}) "
                           f"values ({', '.join(['%s'] * len(columns))})", [row[name] for name in columns])
    return rows[-1]["hash"]


FIVE_EVENTS = [
    event(1, kind="opened", report_id=None, reason_code="new", after_value="10"),
    event(2, case_id=None, hazard_id=None, report_id=None, event_at=None, actor=None, after_value=None),
    event(3, kind="escalated", before_value="2", after_value="1", reason_code="reports_90d"),
    event(4, kind="status_changed", actor="H12345", before_value="10", after_value="20", event_at=None),
    event(5, kind="closed", known_at=NOON + timedelta(days=40)),  # another month, another partition
]


@pytest.fixture
def events(database: Database) -> Database:
    database.execute("select onecase.make_partitions(%s)", [NOON])
    insert_chain(database, FIVE_EVENTS)
    return database


def test_a_whole_chain_verifies(events: Database) -> None:
    assert events.value("select onecase.verify_chain('9901')") is None
    assert events.value("select onecase.verify_chain('9902')") is None


def test_case_events_cannot_be_changed_even_by_a_superuser(events: Database) -> None:
    before = events.rows("select * from onecase.case_events order by seq")
    tables = ["onecase.case_events", "onecase.case_events_y2026m11"]
    with events.connect() as owner:
        for setting in ("origin", "replica"):
            owner.execute(f"set session_replication_role = {setting}")
            for table in tables:
                assert sqlstate(owner, f"update {table} set after_value = '60' where seq = 2") == "42501"
                assert sqlstate(owner, f"delete from {table} where seq = 2") == "42501"
                assert sqlstate(owner, f"truncate {table}") == "42501"
    with events.connect() as writer:
        writer.execute("set role onecase_writer")
        assert sqlstate(writer, "update onecase.case_events set after_value = '60'") == "42501"
        assert sqlstate(writer, "delete from onecase.case_events") == "42501"
        assert sqlstate(writer, "truncate onecase.case_events") == "42501"
    assert events.rows("select * from onecase.case_events order by seq") == before


@pytest.mark.parametrize(("tampering", "broken"), [
    ("update onecase.case_events set after_value = '2' where seq = 3", 3),
    ("update onecase.case_events set event_at = event_at + interval '1 microsecond' where seq = 3", 3),
    ("update onecase.case_events set actor = '', before_value = 'auto' where seq = 5", 5),
    ("update onecase.case_events set hash = sha256('') where seq = 1", 1),
    ("delete from onecase.case_events where seq = 1", 1),
    ("delete from onecase.case_events where seq = 4", 4),
    # altered and hashed anew, but the next event still holds the old hash
    ("""with altered as (select seq, known_at, onecase.event_hash(prev_hash, (region, seq, 99, hazard_id, report_id, kind,
                event_at, known_at, actor, before_value, after_value, reason_code, prev_hash, hash)::onecase.case_events) as hash
          from onecase.case_events where seq = 2)
        update onecase.case_events e set case_id = 99, hash = altered.hash from altered where e.seq = altered.seq""", 3),
], ids=["value", "time", "field_moved", "hash", "first_deleted", "one_deleted", "hashed_anew"])
def test_the_chain_finds_what_was_altered(events: Database, tampering: str, broken: int) -> None:
    with events.connect() as superuser:
        superuser.execute("alter table onecase.case_events disable trigger case_events_append_only")
        superuser.execute(tampering)
    assert events.value("select onecase.verify_chain('9901')") == broken


def test_the_chain_finds_a_number_left_out_though_the_hashes_join(database: Database) -> None:
    database.execute("select onecase.make_partitions(%s)", [NOON])
    insert_chain(database, [event(1), event(2), event(4)])
    assert database.value("select onecase.verify_chain('9901')") == 3


def test_the_chain_finds_a_tail_cut_off(events: Database) -> None:
    counters = "insert into onecase.region_counters (region, report_partition, chain_hash) values ('9901', 5, %s)"
    events.execute(counters, [chained(FIVE_EVENTS)[-1]["hash"]])
    assert events.value("select onecase.verify_chain('9901')") is None
    with events.connect() as superuser:
        superuser.execute("alter table onecase.case_events disable trigger case_events_append_only")
        superuser.execute("delete from onecase.case_events where seq = 5")
        assert superuser.execute("select onecase.verify_chain('9901')").fetchone() == (5,)
        superuser.execute("delete from onecase.case_events")
        assert superuser.execute("select onecase.verify_chain('9901')").fetchone() == (1,)


def test_a_new_region_has_a_whole_empty_chain(database: Database) -> None:
    database.execute("insert into onecase.region_counters (region, report_partition) values ('9901', 5)")
    assert database.value("select chain_hash from onecase.region_counters") == bytes(32)
    assert database.value("select onecase.verify_chain('9901')") is None


def test_an_event_field_cannot_hold_the_separator_of_the_hash(events: Database) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        insert_chain(events, [event(6, actor="a|b")])


# Partitions

def partitions(database: Database) -> dict[str, list[str]]:
    """The bounds of the partitions of each table, in order."""
    found: dict[str, list[str]] = {}
    with database.connect(options="-c timezone=UTC") as connection:
        for parent, bounds in connection.execute("""
                select parent.relname, pg_get_expr(child.relpartbound, child.oid)
                  from pg_inherits join pg_class parent on parent.oid = inhparent join pg_class child on child.oid = inhrelid
                 where parent.relkind = 'p' and parent.relnamespace = 'onecase'::regnamespace order by child.relname"""):
            lower, upper = bounds.split("'")[1::2]
            found.setdefault(parent, []).append(f"{lower.removesuffix(' 00:00:00+00')}..{upper.removesuffix(' 00:00:00+00')}")
    return found


def test_partitions_cover_the_month_given_and_three_more(database: Database) -> None:
    with database.connect() as writer:
        writer.execute("set role onecase_writer")
        writer.execute("set timezone = 'Asia/Shanghai'")  # months are UTC months whatever the session says
        for _ in range(2):
            writer.execute("select onecase.make_partitions('2026-11-30 23:59:59.999999Z')")
    months = ["2026-11-01..2026-12-01", "2026-12-01..2027-01-01", "2027-01-01..2027-02-01", "2027-02-01..2027-03-01"]
    assert partitions(database) == dict.fromkeys(PARTITIONED, months)

    # Back in time and overlapping, as a backfill asks.
    database.execute("select onecase.make_partitions('2026-09-01 00:00:00Z')")
    months = ["2026-09-01..2026-10-01", "2026-10-01..2026-11-01", *months]
    assert partitions(database) == dict.fromkeys(PARTITIONED, months)


def test_rows_need_their_month(database: Database) -> None:
    statement = """insert into onecase.reports (region, report_id, source, record_no, kind, received_at, topic, partition,
        kafka_offset, report_partition, report_offset) values ('9901', 1, 'GRID', 'G-1', 'report', %s, 'grid.event', 0, 0, 5, 0)"""
    with database.connect() as writer:
        writer.execute("set role onecase_writer")
        assert sqlstate(writer, statement, [NOON]) == "23514"
        writer.execute("select onecase.make_partitions(%s)", [NOON])
        writer.execute(statement, [NOON])
        assert sqlstate(writer, "select onecase.make_partitions(null)") == "XX000"
        assert sqlstate(writer, "select onecase.make_partitions('infinity')") == "XX000"


def test_making_partitions_waits_for_no_writer_and_stands_competition(database: Database) -> None:
    database.execute("select onecase.make_partitions(%s)", [NOON])
    failures: list[Exception] = []

    def make() -> None:
        try:
            with database.connect() as connection:
                connection.execute("set lock_timeout = '60s'")
                connection.execute("select onecase.make_partitions('2030-05-05Z')")
        except psycopg.Error as failure:
            failures.append(failure)

    with database.connect() as writer, writer.transaction():
        insert = """insert into onecase.decisions (region, decision_id, report_id, outcome, actor, stream_time)
            values ('9901', %s, 1, 'new', 'auto', %s)"""
        writer.execute(insert, [1, NOON])
        threads = [threading.Thread(target=make) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(240)
        assert failures == []
        assert len(partitions(database)["decisions"]) == 8  # while the writer's transaction is still open
        writer.execute(insert, [2, NOON])
    assert database.value("select count(*) from onecase.decisions") == 2


# Rights

def privileges(database: Database, role: str) -> dict[str, str]:
    """Privileges of the role, direct or through PUBLIC, on the tables of onecase, as letters."""
    letters = {"SELECT": "r", "INSERT": "a", "UPDATE": "w", "DELETE": "d", "TRUNCATE": "D", "REFERENCES": "x", "TRIGGER": "t"}
    columns = ", ".join(f"has_table_privilege('{role}', oid, '{name}')" for name in letters)
    rows = database.rows(f"""select relname, {columns} from pg_class
        where relnamespace = 'onecase'::regnamespace and relkind in ('r', 'p') and not relispartition""")
    found = {row[0]: "".join(letter for letter, has in zip(letters.values(), row[1:]) if has) for row in rows}
    return {table: held for table, held in found.items() if held}


def test_the_matrix_of_rights(database: Database) -> None:
    assert privileges(database, "onecase_writer") == {
        "categories": "r", "category_groups": "r", "ledgers": "r", "assets": "r", "places": "r",
        "consumer_offsets": "raw", "gaps": "raw", "region_counters": "raw", "report_topic": "ra",
        "hazards": "raw", "cases": "raw", "assignments": "raw", "hazard_relations": "raw", "hazard_keys": "rawd",
        "reports": "raw", "report_revisions": "ra", "record_index": "raw", "pending_updates": "rad",
        "decisions": "ra", "case_events": "ra",
        "accounts": "raw", "dead_letters": "raw", "ignored_records": "ra", "outbox": "rad",
        "relay_positions": "raw", "commands": "ra", "command_kinds": "r",
        "forwarded_records": "ra", "released_records": "ra", "skipped_offsets": "ra", "homes_ahead": "rad",
        "working_days": "rad", "working_hours": "rad", "time_limits": "rad",
    }
    assert set(privileges(database, "onecase_operator").values()) == {"r"}
    assert "reports" not in privileges(database, "onecase_operator")  # only columns of it
    assert privileges(database, "onecase_custodian") == {"dead_letters": "r", "access_log": "r"}
    assert privileges(database, "onecase_analyst") == {}
    assert privileges(database, "onecase_views") == {
        "accounts": "r", "assignments": "r", "cases": "r", "categories": "r", "gaps": "r", "hazards": "r",
        "working_days": "r", "working_hours": "r", "time_limits": "r",
    }
    assert privileges(database, "public") == {}


def test_the_writer_cannot_create_tables(database: Database) -> None:
    with database.connect() as writer:
        writer.execute("set role onecase_writer")
        for schema in ("onecase", "analysis", "public"):
            assert sqlstate(writer, f"create table {schema}.mine (a integer)") == "42501"


def test_the_analyst_sees_views_only(database: Database) -> None:
    with database.connect() as analyst:
        analyst.execute("set role onecase_analyst")
        for table in ("reports", "hazards", "cases", "decisions", "accounts"):
            assert sqlstate(analyst, f"select * from onecase.{table}") == "42501"
        for function in ("claim('t', '{0}', 'me')", "make_partitions(now())", "verify_chain('9901')"):
            assert sqlstate(analyst, f"select onecase.{function}") == "42501"
        for (view,) in database.rows("select viewname from pg_views where schemaname = 'analysis'"):
            analyst.execute(f'select * from analysis."{view}"')


def test_the_operator_reads_reports_without_the_reporter(database: Database) -> None:
    with database.connect() as operator:
        operator.execute("set role onecase_operator")
        operator.execute("select region, report_id, record_no, title, body, hazard_id from onecase.reports")
        operator.execute("select noise, time_flags from onecase.reports")
        for column in ("reporter_hash", "reporter_key", "reporter_before_hash", "reporter_before_key", "payload"):
            assert sqlstate(operator, f"select {column} from onecase.reports") == "42501"


def test_views_are_not_the_table_owners_and_read_nothing_personal(database: Database) -> None:
    assert database.rows("select distinct viewowner from pg_views where schemaname = 'analysis'") == [("onecase_views",)]
    assert database.value("select count(*) from pg_tables where schemaname = 'onecase' and tableowner = 'onecase_views'") == 0
    used = database.rows("""select view_name, table_name, column_name from information_schema.view_column_usage
        where view_schema = 'analysis'""")
    assert ("issue_list", "cases", "case_no") in used  # the question is answered at all
    assert [row for row in used if row[2] in PERSONAL] == []


# Who saw the bytes of dead letters

def test_only_the_custodian_may_see_bytes_and_who_asked_is_logged_either_way(database: Database) -> None:
    ask = "select onecase.log_access('dlq.show', array['t/0/1#0'], 'complaint of the sender')"
    with database.connect() as person:
        person.execute("set role onecase_operator")
        assert person.execute(ask).fetchone() == (False,)
        assert sqlstate(person, "select * from onecase.access_log") == "42501"
        person.execute("set role onecase_custodian")
        assert person.execute(ask).fetchone() == (True,)
        assert sqlstate(person, "select onecase.log_access('dlq.show', array['t/0/1#0'], ' ')") == "23514"
        assert sqlstate(person, "insert into onecase.access_log (actor) values ('me')") == "42501"
        person.execute("set role onecase_analyst")
        assert sqlstate(person, ask) == "42501"
    assert database.rows("select acting_as, action, origins, reason, granted from onecase.access_log order by access_id") == [
        ("onecase_operator", "dlq.show", ["t/0/1#0"], "complaint of the sender", False),
        ("onecase_custodian", "dlq.show", ["t/0/1#0"], "complaint of the sender", True)]
    assert database.value("select count(*) from onecase.access_log where actor <> session_user") == 0


def test_the_group_of_a_dead_letter_is_its_cause(database: Database) -> None:
    group = "select onecase.dead_letter_group(%s, %s, %s, %s, %s)"
    third = database.value(group, ("S", "map", "required", "/items/3/no", "feed@0123456789ab"))
    assert len(third) == 8 and int(third, 16) >= 0
    assert database.value(group, ("S", "map", "required", "/items/40/no", "feed@0123456789ab")) == third
    others = [("T", "map", "required", "/items/3/no", "feed@0123456789ab"),
              ("S", "map", "type", "/items/3/no", "feed@0123456789ab"),
              ("S", "map", "required", "/items/3/at", "feed@0123456789ab"),
              ("S", "map", "required", "/items/3/no", "feed@ba9876543210"),
              ("S", "map", "required", None, "feed@0123456789ab"), (None, None, None, None, None)]
    assert len({third, *(database.value(group, other) for other in others)}) == len(others) + 1


# Hazards that became one

def test_relations_of_what_is_one_now_are_resolved_at_the_merge_that_made_it_so(database: Database) -> None:
    """3 and 4 went into 2 and 2 into 1, 5 into 1, 6 stands alone. What is called later, or twice, changes nothing."""
    merged = {1: None, 2: (1, "10:30"), 3: (2, "10:10"), 4: (2, "10:20"), 5: (1, "10:40"), 6: None}
    with database.connect() as writer:
        writer.execute("set role onecase_writer")
        for hazard_id, into in merged.items():
            writer.execute("""insert into onecase.hazards (region, hazard_id, hazard_no, family, category_code, scope, merged_into,
                merged_at) values ('9901', %s, %s, 'A02', 'A02', 'asset', %s, %s)""",
                           [hazard_id, f"HZ9901-{hazard_id:06d}", into and into[0], into and f"2026-11-22 {into[1]}:00+00"])
        for a, b in ((1, 2), (2, 3), (3, 4), (4, 5), (1, 6), (3, 6)):
            writer.execute("""insert into onecase.hazard_relations (region, hazard_a, hazard_b, kind, made_by)
                values ('9901', %s, %s, 'twin', 'auto')""", [a, b])
        found = []
        for ended in ([2], [2, 3, 4, 5], [6]):
            writer.execute("select onecase.resolve_relations(array_fill('9901'::text, array[%s]), %s)", [len(ended), ended])
            found.append(writer.execute("""select hazard_a, hazard_b, to_char(resolved_at at time zone 'UTC', 'HH24:MI'), resolution
                from onecase.hazard_relations order by 1, 2""").fetchall())
        survivors = writer.execute(
            "select hazard_id, onecase.hazard_survivor('9901', hazard_id) from onecase.hazards order by 1").fetchall()
    assert found[0] == [(1, 2, "10:30", "merged"), (1, 6, None, None), (2, 3, "10:10", "merged"), (3, 4, "10:20", "merged"),
                        (3, 6, None, None), (4, 5, "10:40", "merged")]
    assert found[1:] == found[:1] * 2
    assert survivors == [(1, 1), (2, 1), (3, 1), (4, 1), (5, 1), (6, 6)]
    assert database.value("select onecase.hazard_survivor('9901', 7)") is None


# Views

def test_reconciliation_adds_up_or_says_by_how_much(database: Database) -> None:
    columns = """source_topic, source_partition, report_partition, first_offset, last_offset, skipped, extra_items, reports,
        inspections, updates, assignments, ignored, dead, released, redelivered, forwarded, arrived, last_at"""
    for row in [
        # offsets 100..119 over two report partitions, one record of three items, one offset skipped, one sent again
        ("hotline.workorder", 0, 5, 100, 119, 1, 2, 10, 2, 3, 1, 4, 1, 0, 1, 0, 0, NOON),
        ("hotline.workorder", 0, 9, 104, 111, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, NOON + timedelta(hours=1)),
        ("fire.incident", 0, 5, 0, 9, 0, 3, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, NOON),  # one of 13 items is missing
        ("grid.event", 2, 5, 0, 9, 0, 0, 7, 0, 0, 0, 1, 0, 0, 0, 0, 0, NOON),  # two are missing
        ("grid.event", 3, 5, 0, 9, 0, 0, 11, 0, 0, 0, 0, 0, 0, 4, 0, 0, NOON),  # one is counted twice
        ("grid.event", 4, 5, 0, 9, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, NOON),  # 3..7 were gone before they were read
        # three of ten sent on to a region that had nothing of this source itself; two have arrived
        ("market.complaint", 0, 5, 5, 14, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 3, 0, NOON),
        ("market.complaint", 0, 9, -1, -1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1, 0, 2, NOON),
        # two of ten died; one came back in another partition as a report, one died there again, and came back once more
        ("market.complaint", 1, 5, 0, 9, 0, 0, 8, 0, 0, 0, 0, 2, 0, 0, 0, 0, NOON),
        ("market.complaint", 1, 9, -1, -1, 0, 0, 2, 0, 0, 0, 0, 1, 3, 0, 0, 0, NOON),
    ]:
        database.execute(f"insert into onecase.accounts ({columns}) values ({', '.join(['%s'] * 18)})", row)
    database.execute("insert into onecase.gaps (topic, partition, first_offset, last_offset, epoch, reason) values"
                     " ('grid.event', 4, 3, 7, 1, 'retention'), ('grid.event', 4, 50, 70, 1, 'retention')")
    with database.connect() as analyst:
        analyst.execute("set role onecase_analyst")
        cursor = analyst.execute("select * from analysis.reconciliation order by source_topic, source_partition")
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, row)) for row in cursor]
    assert names == ["source_topic", "source_partition", "first_offset", "last_offset", "consumed", "extra_items", "reports",
                     "inspections", "updates", "assignments", "ignored", "dead", "skipped", "lost", "released", "redelivered",
                     "forwarded", "arrived", "in_flight", "missing", "doubled", "since"]
    assert [(row["missing"], row["doubled"]) for row in rows] == [(1, 0), (2, 0), (0, 1), (0, 0), (0, 0), (0, 0), (0, 0)]
    assert [(row["first_offset"], row["last_offset"], row["in_flight"], row["lost"]) for row in rows] == [
        (0, 9, 0, 0), (0, 9, 0, 0), (0, 9, 0, 0), (0, 9, 0, 5), (100, 119, 0, 0), (5, 14, 1, 0), (0, 9, 0, 0)]
    assert rows[4] == {
        "source_topic": "hotline.workorder", "source_partition": 0, "first_offset": 100, "last_offset": 119, "consumed": 20,
        "extra_items": 2, "reports": 11, "inspections": 2, "updates": 2, "assignments": 1, "ignored": 4, "dead": 1, "skipped": 1,
        "lost": 0, "released": 0, "redelivered": 1, "forwarded": 0, "arrived": 0, "in_flight": 0, "missing": 0, "doubled": 0,
        "since": NOON + timedelta(hours=1),
    }
    assert (rows[6]["dead"], rows[6]["released"], rows[6]["reports"]) == (3, 3, 10)


def test_the_detail_of_the_accounts_says_why(database: Database) -> None:
    database.execute("""insert into onecase.ignored_records (topic, partition, kafka_offset, reason, received_at) values
        ('grid.event', 0, 1, 'drill', %(noon)s), ('grid.event', 0, 7, 'drill', %(later)s), ('grid.event', 0, 2, 'consultation', %(noon)s)""",
                     {"noon": NOON, "later": NOON + timedelta(hours=1)})
    database.execute("""insert into onecase.dead_letters (topic, partition, kafka_offset, stage, rule, state, received_at,
        report_partition, report_offset) values ('grid.event', 0, 3, 'map', 'required', 'open', %s, 5, 0)""", [NOON])
    with database.connect() as analyst:
        analyst.execute("set role onecase_analyst")
        found = analyst.execute("select * from analysis.reconciliation_detail order by outcome, reason").fetchall()
    assert found == [
        ("grid.event", 0, "dead", None, "map", "required", "open", 1, 3, 3, NOON, NOON),
        ("grid.event", 0, "ignored", "consultation", None, None, None, 1, 2, 2, NOON, NOON),
        ("grid.event", 0, "ignored", "drill", None, None, None, 2, 1, 7, NOON, NOON + timedelta(hours=1))]


def test_the_issue_list_has_one_row_a_case_and_leaves_merged_ones_out(database: Database) -> None:
    with database.connect() as writer:
        writer.execute("set role onecase_writer")
        writer.execute("select onecase.make_partitions(%s)", [NOON])
        writer.execute("""insert into onecase.hazards (region, hazard_id, hazard_no, family, category_code, scope, address,
            grid_code, precision_class) values ('9901', 3, 'HZ9901-000003', 'A02', 'A02', 'asset', '示例路1号3幢2单元',
            '990101001001001', 'A')""")
        for case_id, merged_into in ((1, None), (2, 1)):
            writer.execute("""insert into onecase.cases (region, case_id, case_no, hazard_id, category_code, status, level,
                first_known_at, report_count, merged_into) values ('9901', %s, %s, 3, 'A02', 40, 1, %s, 3, %s)""",
                           [case_id, f"AJ9901-20261122-{case_id:04d}", NOON, merged_into])
        for report_id, source in enumerate(["H12345", "GRID", "H12345"]):
            writer.execute("""insert into onecase.reports (region, report_id, source, record_no, kind, received_at, topic,
                partition, kafka_offset, report_partition, report_offset, hazard_id, case_id)
                values ('9901', %s, %s, %s, 'report', %s, 't', 0, %s, 5, %s, 3, 1)""",
                           [report_id, source, f"N-{report_id}", NOON, report_id, report_id])
    with database.connect() as analyst:
        analyst.execute("set role onecase_analyst")
        rows = analyst.execute("""select case_no, hazard_no, category_zh, category_en, level, level_zh, status, status_zh,
            address, grid_code, precision_class, first_known_at, report_count, sources from analysis.issue_list""").fetchall()
    assert rows == [("AJ9901-20261122-0001", "HZ9901-000003", "电梯故障/异响/停运", "Lift fault", 1, "红", 40, "处置中",
                     "示例路1号3幢2单元", "990101001001001", "A", NOON, 3, ["GRID", "H12345"])]
