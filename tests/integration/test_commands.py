"""What people want done: submitted into PostgreSQL, sent by the relay, applied once and in the order of the log."""

from __future__ import annotations

import json
import re
import secrets
import subprocess
from collections.abc import Iterator

import psycopg
import pytest

from harness import Database, program, wait_until
from keeper import Keeper
from report_log import ReportLog, wait_until_stored
from test_replay import Replay

PARTITIONS = 5
FAST = ("--set", "tick_s=0", "--set", "poll_ms=20")
END_RELAYS = ("select count(pg_terminate_backend(pid, 60000)) from pg_stat_activity "
              "where application_name = 'onecase-relay' and datname = current_database()")
OTHERS = "select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"


@pytest.fixture
def log(topics, database) -> ReportLog:
    made = ReportLog(topics).create()
    topics.create("onecase.case", 1, message_timestamp_type="LogAppendTime")
    made.use(database)
    return made


@pytest.fixture
def operator(servers) -> Iterator[str]:
    """A login who is a member of onecase_operator."""
    yield from login(servers, "onecase_operator")


@pytest.fixture
def analyst(servers) -> Iterator[str]:
    yield from login(servers, "onecase_analyst")


def login(servers, role: str) -> Iterator[str]:
    name = f"person_{secrets.token_hex(4)}"
    with servers.connect() as connection:
        connection.execute(f"create role {name} login")
        connection.execute(f"grant {role} to {name}")
    yield name
    with servers.connect() as connection:
        connection.execute(f"drop role {name}")


SUBMIT = "select onecase.submit(%s, %s, %s, %s::jsonb, %s, %s)"


def submit(database: Database, actor: str, kind: str, args: object, *, partition: int | None = 0, id: str | None = None,
           region: str | None = None, version: int | None = None) -> str:
    """Answers the command's id."""
    id = id or secrets.token_hex(8)
    with database.connect() as connection:
        connection.execute(f"set session authorization {actor}")
        assert connection.execute(SUBMIT, (id, region, kind, json.dumps(args), version, partition)).fetchone() == ("queued",)
    return id


def refusal(database: Database, actor: str, *arguments: object) -> tuple[str, str]:
    """SQLSTATE and message of what onecase.submit refuses."""
    with database.connect() as connection:
        connection.execute(f"set session authorization {actor}")
        with pytest.raises(psycopg.Error) as refused:
            connection.execute(SUBMIT, arguments)
        return refused.value.sqlstate, refused.value.diag.message_primary


def applied(database: Database, id: str, limit: float = 60) -> tuple[str, object]:
    """State and result, when it has one."""
    found = wait_until(lambda: database.rows("select state, result from onecase.commands where id = %s and report_offset is not null",
                                             (id,)), limit, f"command {id} to be applied")
    state, result = found[0]
    return state, json.loads(result) if state == "done" else result


def dead_states(database: Database) -> dict[str, str]:
    return dict(database.rows("select topic || '/' || partition || '/' || kafka_offset || '#' || item, state from onecase.dead_letters"))


def home(database: Database) -> int:
    """The partition in which all of the test's dead letters are."""
    return int(database.value("select distinct report_partition from onecase.dead_letters"))


def sent(log: ReportLog) -> list[str]:
    """Ids of the commands on onecase.report, as often as they are there."""
    return [record.headers["oc-command"] for record in log.topics.read("onecase.report")
            if record.headers["ce_type"] == "onecase.command"]


def buried(log: ReportLog, database: Database, count: int) -> list[str]:
    """Origins of so many dead letters that the matcher has taken."""
    origins = [log.dead() for _ in range(count)]
    log.send()
    wait_until_stored(database, log)
    return origins


def test_commands_change_dead_letters_and_say_what_they_did(log, database, start_service, operator):
    start_service("matcher")
    start_service("relay", *FAST)
    a, b, c = sorted(buried(log, database, 3))
    at = home(database)
    other = (at + 1) % PARTITIONS
    nowhere = a.replace("/0/", "/7/", 1)

    park = submit(database, operator, "dlq.park", {"origins": [a, b, a], "reason": "under repair"}, partition=at)
    assert applied(database, park) == ("done", {"done": 2, "not_found": [], "not_open": []})
    assert dead_states(database) == {a: "parked", b: "parked", c: "open"}

    redrive = submit(database, operator, "dlq.redrive", {"origins": [nowhere, c, b]}, partition=at)
    assert applied(database, redrive) == ("done", {"done": 1, "not_found": [nowhere], "not_open": [b]})
    assert dead_states(database) == {a: "parked", b: "parked", c: "released"}

    unpark = submit(database, operator, "dlq.unpark", {"origins": [a, c]}, partition=at)
    assert applied(database, unpark) == ("done", {"done": 1, "not_found": [], "not_open": [c]})
    assert dead_states(database) == {a: "open", b: "parked", c: "released"}

    elsewhere = submit(database, operator, "dlq.redrive", {"origins": [a]}, partition=other)
    assert applied(database, elsewhere) == ("done", {"done": 0, "not_found": [a], "not_open": []})
    assert dead_states(database)[a] == "open"

    rows = database.rows("select id, seq, report_partition, kind, args, actor, state, region, expect_version from onecase.commands"
                         " order by seq")
    assert rows == [
        (park, 1, at, "dlq.park", {"origins": [a, b, a], "reason": "under repair"}, operator, "done", None, None),
        (redrive, 2, at, "dlq.redrive", {"origins": [nowhere, c, b]}, operator, "done", None, None),
        (unpark, 3, at, "dlq.unpark", {"origins": [a, c]}, operator, "done", None, None),
        (elsewhere, 4, other, "dlq.redrive", {"origins": [a]}, operator, "done", None, None)]
    assert database.value("select bool_and(applied_at is not null and submitted_at <= now()) from onecase.commands")
    assert sent(log).count(park) == 1


def test_whoever_waits_is_told(log, database, start_service, operator):
    start_service("matcher")
    start_service("relay", *FAST)
    with database.connect() as waiting:
        waiting.execute("listen onecase_command")
        (origin,) = buried(log, database, 1)
        id = submit(database, operator, "dlq.park", {"origins": [origin]}, partition=home(database))
        told = next(waiting.notifies(timeout=60))
        assert (told.channel, told.payload) == ("onecase_command", id)
        assert waiting.execute("select state from onecase.commands where id = %s", (id,)).fetchone() == ("done",)


def test_who_may_submit_what(log, database, operator, analyst):
    good = ("one", None, "dlq.park", '{"origins": []}', None, 0)
    assert refusal(database, analyst, *good)[0] == "42501"
    database.execute(f"grant execute on function onecase.submit to {analyst}")
    database.execute(f"grant usage on schema onecase to {analyst}")
    try:
        state, message = refusal(database, analyst, *good)
        assert state == "42501" and 'needs membership in role "onecase_operator"' in message and analyst in message
    finally:
        database.execute(f"revoke execute on function onecase.submit from {analyst}")
        database.execute(f"revoke usage on schema onecase from {analyst}")
    assert database.rows("select * from onecase.commands") == []

    submit(database, operator, "dlq.park", {"origins": []}, id="one")
    with database.connect() as connection:
        connection.execute(f"set session authorization {operator}")
        assert connection.execute("select actor, state from onecase.commands").fetchall() == [(operator, "queued")]
        for statement in ("update onecase.commands set actor = 'x'", "update onecase.commands set state = 'done'",
                          "delete from onecase.commands", "insert into onecase.commands (id, seq, report_partition) values ('a', 1, 0)",
                          "insert into onecase.command_kinds values ('x', 'onecase_operator')",
                          "update onecase.dead_letters set state = 'released'"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)
    with database.connect() as connection:
        connection.execute("set role onecase_writer")
        for statement in ("update onecase.commands set actor = 'x'", "update onecase.commands set args = '{}'",
                          "delete from onecase.commands"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


def test_what_cannot_be_a_command_is_refused_at_once(log, database, operator):
    def refused(kind="dlq.park", args="{}", id="one", region=None, partition=0):
        state, message = refusal(database, operator, id, region, kind, args, None, partition)
        assert state == "22023", (state, message)
        return message

    assert refused(kind="dlq.burn") == 'there is no command "dlq.burn"'
    assert refused(args="[1]") == "args of a command are a JSON object, not array"
    assert refused(args=json.dumps({"reason": "x" * 262144})).startswith("args of a command take 262144 bytes at most, not 262")
    for id in ("", "a b", "x" * 65, "ä"):
        assert refused(id=id).startswith("a command id is 1 to 64 letters")
    assert refused(partition=PARTITIONS) == "onecase.report has 5 partitions, partition 5 is none of them"
    assert refused(partition=-1) == "onecase.report has 5 partitions, partition -1 is none of them"
    assert refused(region="9977", partition=None) == 'no region "9977" is known, and no partition was given'
    assert refusal(database, operator, "one", None, "dlq.park", "{", None, 0)[0] == "22P02"
    assert database.rows("select * from onecase.commands") == []


def test_the_same_id_counts_once(log, database, start_service, operator, servers):
    args = {"origins": ["t/0/0#0"], "size": 1.50}
    id = submit(database, operator, "dlq.park", args)
    again = (id, None, "dlq.park", '{"size": 1.50, "origins": ["t/0/0#0"]}', None, 0)
    with database.connect() as connection:
        connection.execute(f"set session authorization {operator}")
        assert connection.execute(SUBMIT, again).fetchone() == ("queued",)
    start_service("matcher")
    start_service("relay", *FAST)
    assert applied(database, id)[0] == "done"
    with database.connect() as connection:
        connection.execute(f"set session authorization {operator}")
        assert connection.execute(SUBMIT, again).fetchone() == ("done",)
    for other in ((id, None, "dlq.unpark", again[3], None, 0), (id, None, "dlq.park", "{}", None, 0),
                  (id, None, "dlq.park", again[3], None, 1), (id, "9901", "dlq.park", again[3], None, 0)):
        state, message = refusal(database, operator, *other)
        assert state == "22023" and message == f'command "{id}" was submitted before with other contents, or by somebody else'
    for somebody in login(servers, "onecase_operator"):
        assert refusal(database, somebody, *again)[0] == "22023"
    assert sent(log) == [id]


def test_a_region_leads_to_its_partition(log, database, start_service, operator):
    log.report("R1", region="9902")
    where = log.send()[0][0]
    start_service("matcher")
    wait_until_stored(database, log)
    id = submit(database, operator, "dlq.park", {"origins": ["t/0/0#0"]}, region="9902", partition=None)
    start_service("relay", *FAST)
    assert applied(database, id)[0] == "done"
    assert database.rows("select region, report_partition from onecase.commands") == [("9902", where)]


def test_what_the_matcher_cannot_apply_is_refused_and_stops_nothing(log, database, new_database, start_service, operator):
    """Some come through onecase.submit, others as only a mistaken program would write them."""
    start_service("matcher")
    start_service("relay", *FAST)
    (origin,) = buried(log, database, 1)
    at = home(database)
    none = submit(database, operator, "dlq.park", {"origins": []}, partition=at)
    assert applied(database, none) == ("refused", "args.origins: expected a list of origins (topic/partition/offset#item)")
    bad = submit(database, operator, "dlq.park", {"origins": [origin, "t/0/01#0"]}, partition=at)
    assert applied(database, bad) == ("refused", "args.origins/1 is no origin (topic/partition/offset#item)")
    deep = submit(database, operator, "dlq.park", {"x": json.loads("[" * 70 + "]" * 70)}, partition=at)
    state, reason = applied(database, deep)
    assert state == "refused" and reason.startswith("args: ")

    def value(**more: object) -> bytes:
        return json.dumps({"id": "x", "kind": "dlq.park", "args": {"origins": [origin]}, "actor": "nobody",
                           "submitted_at": "2026-02-01T00:00:00.000001Z"} | more).encode()

    def headers(seq: int, id: str | None) -> list[tuple[str, bytes]]:
        fields = {"ce_id": f"onecase.command/{at}/{seq}#0", "ce_type": "onecase.command", "ce_source": "onecase", "oc-command": id}
        return [(name, text.encode()) for name, text in fields.items() if text is not None]

    strays = {
        "no-kind": (value(kind=None), "expected a JSON object with kind and args"),
        "no-object": (b"[1]", "expected a JSON object with kind and args"),
        "burn": (value(kind="dlq.burn"), "there is no command of that kind"),
        "args": (value(args=[]), "args: expected a JSON object"),
        "when": (value(submitted_at="yesterday", args={}), "args.origins: expected a list"),
        "time": (value(submitted_at="2026-02-30"), "PostgreSQL cannot take it: date/time field value out of range"),
        "nul": (value(args={"origins": [origin], "reason": "\0"}), "PostgreSQL cannot take it: unsupported Unicode escape"),
        "nul-kind": (value(kind="\0"), "PostgreSQL cannot take it: unsupported Unicode escape"),
        "number": (b'{"kind":"dlq.park","args":{"n":1e999999}}', "PostgreSQL cannot take it: value overflows numeric format"),
        "text": (b"\xff\xfe", "PostgreSQL cannot take it: invalid byte sequence"),
        "none": (None, "expected a JSON object with kind and args"),
        None: (value(), "done"),
        "a b": (b"{}", "expected a JSON object with kind and args"),
    }
    log.topics.produce("onecase.report", [(None, body, headers(100 + n, id)) for n, (id, (body, _)) in enumerate(strays.items())],
                       partition=at)
    log.report("after")
    log.send()
    wait_until_stored(database, log)
    for n, (id, (_, reason)) in enumerate(strays.items()):
        name = id if id is not None and " " not in id else f"onecase.command/{at}/{100 + n}#0"
        state, result = applied(database, name)
        assert (state == "done" if reason == "done" else state == "refused" and result.startswith(reason)), (id, state, result)
    assert dead_states(database) == {origin: "parked"}
    assert database.value("select count(*) from onecase.reports") == 1
    assert not log.topics.read("onecase.deadletter")
    assert_replay_is_equal(log, database, new_database())


def test_one_that_kills_the_matcher_is_refused(log, database, start_service, operator):
    """After the crashes of domain/quarantine.h; those before and behind it are done."""
    poison = "kills-whoever-reads-it"
    start_service("relay", *FAST)
    matcher = start_service("matcher", "--set", "session_ms=3000", start=False)
    matcher.environment["ONECASE_TEST_CRASH"] = f"matcher:{poison}"
    origin = log.dead()
    at = log.send()[0][0]
    before, guilty, behind = [submit(database, operator, kind, {"origins": [origin], "reason": reason}, partition=at)
                              for kind, reason in (("dlq.park", "one"), ("dlq.unpark", poison), ("dlq.park", "two"))]
    wait_until(lambda: len(sent(log)) == 3, 60, "all to be out")
    log.report("after")
    log.send()
    with Keeper(matcher, most=5):
        assert applied(database, before, 120)[1]["done"] == 1
        state, reason = applied(database, guilty, 120)
        assert state == "refused" and "process" in reason
        assert applied(database, behind)[1] == {"done": 0, "not_found": [], "not_open": [origin]}
        wait_until_stored(database, log)
    assert dead_states(database) == {origin: "parked"}
    assert database.rows("select record_no from onecase.reports") == [("after",)]


def assert_replay_is_equal(log: ReportLog, live: Database, into: Database) -> None:
    told = Replay(live, into.name, log.topics, "--compare", "--json").end().json()
    assert told["differences"] == [] and told["equal"] is True
    assert told["digest"]["tables"]["commands"]["rows"] == \
        live.value("select count(*) from onecase.commands where report_offset is not null") > 0
    applied_rows = "select * from onecase.commands where report_offset is not null order by id"
    assert into.rows(applied_rows) == live.rows(applied_rows)


def test_while_nobody_is_there_it_waits(log, database, start_service, operator):
    """First without a relay, then without a matcher."""
    matcher = start_service("matcher")
    (origin,) = buried(log, database, 1)
    matcher.stop()
    at = home(database)
    first = submit(database, operator, "dlq.park", {"origins": [origin]}, partition=at)
    relay = start_service("relay", *FAST)
    wait_until(lambda: database.rows("select id from onecase.commands where state = 'published'") == [(first,)], 60, "it to be sent")
    relay.stop()
    second = submit(database, operator, "dlq.unpark", {"origins": [origin]}, partition=at)
    matcher.start()
    assert applied(database, first) == ("done", {"done": 1, "not_found": [], "not_open": []})
    assert database.value("select state from onecase.commands where id = %s", (second,)) == "queued"
    relay.start()
    assert applied(database, second) == ("done", {"done": 1, "not_found": [], "not_open": []})


def test_sent_twice_it_is_applied_once(log, database, new_database, start_service, operator):
    """The relay is killed when the command is out and not yet noted as sent."""
    matcher = start_service("matcher")
    (origin,) = buried(log, database, 1)
    matcher.stop()
    at = home(database)
    submit(database, operator, "dlq.park", {"origins": [origin]}, partition=at, id="twice")
    with database.connect() as holder, holder.transaction():
        holder.execute("select from onecase.commands for update")
        relay = start_service("relay", *FAST)
        wait_until(lambda: sent(log) == ["twice"], 60, "the command to be out")
        relay.kill()
        database.execute(END_RELAYS)
    assert database.value("select state from onecase.commands") == "queued"
    relay.start()
    wait_until(lambda: database.value("select state from onecase.commands") == "published", 60, "it to be noted as sent")
    assert sent(log) == ["twice", "twice"]
    unpark = submit(database, operator, "dlq.unpark", {"origins": [origin]}, partition=at)
    matcher.start()
    assert applied(database, unpark)[0] == "done"
    assert applied(database, "twice") == ("done", {"done": 1, "not_found": [], "not_open": []})
    first = min(record.offset for record in log.topics.read("onecase.report") if record.headers.get("oc-command") == "twice")
    assert database.rows("select report_offset from onecase.commands where id = 'twice'") == [(first,)]
    assert dead_states(database) == {origin: "open"}
    matcher.stop()
    assert_replay_is_equal(log, database, new_database())


def test_commands_and_records_take_effect_in_the_order_of_the_log(log, database, new_database, start_service, operator, onecase):
    """A dead letter, its release and its return in one read; then a matcher that sees one record at a time decides alike."""
    relay = start_service("relay", *FAST)
    relay.wait_for_log("event=working")
    log.report("O1")
    first = log.dead()
    at = log.send()[0][0]

    def command(kind: str, origin: str) -> str:
        id = submit(database, operator, kind, {"origins": [origin]}, partition=at)
        wait_until(lambda: database.value("select state from onecase.commands where id = %s", (id,)) == "published", 60, "it to be sent")
        return id

    release = command("dlq.redrive", first)
    log.report("O2", offset=1, attempt=2, count=None)
    log.send()
    late = command("dlq.park", first)
    second = log.dead()
    log.send()
    ids = [command(kind, second) for kind in ("dlq.park", "dlq.redrive", "dlq.unpark", "dlq.redrive")]
    log.dead(offset=2, attempt=2, count=None)
    log.send()
    last = command("dlq.park", second)
    assert {state for (state,) in database.rows("select state from onecase.commands")} == {"published"}

    matcher = start_service("matcher", "--set", "batch_max=500")
    done = {"done": 1, "not_found": []}
    missed = {"done": 0, "not_found": []}
    assert applied(database, last) == ("done", done | {"not_open": []})
    assert applied(database, release) == ("done", done | {"not_open": []})
    assert applied(database, late) == ("done", missed | {"not_open": [first]})
    assert [applied(database, id)[1] for id in ids] == [
        done | {"not_open": []}, missed | {"not_open": [second]}, done | {"not_open": []}, done | {"not_open": []}]
    assert dead_states(database) == {first: "resolved", second: "parked"}
    assert database.rows("select record_no from onecase.reports order by 1") == [("O1",), ("O2",)]
    assert database.value("select attempt from onecase.dead_letters where kafka_offset = 2") == 2
    matcher.stop()

    wanted = onecase("digest").stdout
    for size in (1, 7):
        again = log.use(new_database())
        other = start_service("matcher", "--set", f"batch_max={size}", "--set", f"group={log.topics.prefix}{size}", database=again)
        wait_until_stored(again, log)
        other.stop()
        assert onecase("digest", database=again).stdout == wanted


def test_killed_again_and_again_each_is_applied_once(log, database, new_database, start_service, operator):
    """Relay and matcher are killed while commands and records come."""
    matcher = start_service("matcher")
    relay = start_service("relay", *FAST)
    origins: list[str] = []
    ids: list[str] = []
    for turn in range(12):
        for region in ("9901", "9902"):
            log.report(f"K{region}{turn:03}", region=region)
            origins.append(log.dead(region=region))
        log.send()
        for kind in ("dlq.park", "dlq.unpark", "dlq.park"):
            ids += [submit(database, operator, kind, {"origins": origins}, partition=at) for at in range(PARTITIONS)]
        victim = (matcher, relay)[turn % 2]
        wait_until(lambda: database.value("select count(*) from onecase.commands where report_offset is not null") >= 10 * turn, 60,
                   "some of it to be applied", every=0.01)
        victim.kill()
        database.execute(END_RELAYS)
        victim.start()
    for id in ids:
        assert applied(database, id, 60)[0] == "done"
    wait_until_stored(database, log)
    submit(database, operator, "dlq.park", {"origins": origins}, id="last", partition=0)
    assert applied(database, "last", 60)[0] == "done"
    assert len(set(sent(log))) == len(ids) + 1
    by_offset = database.rows("select report_partition, array_agg(seq order by report_offset) = array_agg(seq order by seq)"
                              " from onecase.commands group by 1")
    assert by_offset == [(at, True) for at in range(PARTITIONS)]
    matcher.stop()
    assert_replay_is_equal(log, database, new_database())


def test_the_command_line_says_what_became_of_it(log, database, start_service, operator, onecase):
    assert onecase("command", "nobody", status=3).stderr == 'onecase command: there is no command "nobody"\n'
    assert "expected one id" in onecase("command", status=64).stderr
    assert 'expected one id "two"' in onecase("command", "one", "two", status=64).stderr
    matcher = start_service("matcher")
    (origin,) = buried(log, database, 1)
    matcher.stop()
    at = home(database)
    done = submit(database, operator, "dlq.park", {"origins": [origin]}, partition=at)
    refused = submit(database, operator, "dlq.park", {}, partition=at)
    shown = onecase("command", done, status=75).stdout
    assert f"id             {done}\n" in shown and "state          queued\n" in shown and "result" not in shown
    start_service("relay", *FAST)
    for id in (done, refused):
        wait_until(lambda id=id: database.value("select state from onecase.commands where id = %s", (id,)) == "published", 60, "it to be sent")
    with database.connect() as holder, holder.transaction():  # it waits ten seconds, so the matcher is at the very door
        holder.execute("select from onecase.commands for update")
        matcher.start()
        wait_until(lambda: database.rows(f"{OTHERS} and wait_event_type = 'Lock'"), 60, "the matcher to stand before the command")
        waiting = subprocess.Popen([str(program("onecase")), "command", done, "--wait", "--json"], env=database.environment(),
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        wait_until(lambda: database.rows(f"{OTHERS} and query like 'select state, result from onecase.commands%'"), 60, "it to wait",
                   every=0.01)
    out, _ = waiting.communicate(timeout=60)
    assert waiting.returncode == 0
    told = json.loads(out)
    assert (told["state"], told["kind"], told["actor"], told["partition"]) == ("done", "dlq.park", operator, at)
    assert json.loads(told["result"])["done"] == 1 and json.loads(told["args"]) == {"origins": [origin]}
    assert applied(database, refused)[0] == "refused"
    assert "result         args.origins: expected a list" in onecase("command", refused, status=1).stdout


def test_whoever_submits_hears_that_nobody_is_there(log, database, start_service, onecase):
    """First no relay runs, then no matcher; what was submitted is done all the same."""
    matcher = start_service("matcher")
    (origin,) = buried(log, database, 1)
    matcher.stop()
    said = onecase("dlq", "park", origin, "--reason", "being mended", status=75).stderr
    first = re.search(r"queued, id ([0-9a-f]{32}): no relay has sent it yet", said)[1]
    relay = start_service("relay", *FAST)
    wait_until(lambda: database.value("select state from onecase.commands") == "published", 60, "it to be sent")
    said = onecase("dlq", "park", origin, "--reason", "being mended", status=75).stderr
    second = re.search(r"queued, id ([0-9a-f]{32}): relay has sent it, and no matcher has applied it yet", said)[1]
    matcher.start()
    assert applied(database, first)[1] == {"done": 1, "not_found": [], "not_open": []}
    assert applied(database, second)[1] == {"done": 0, "not_found": [], "not_open": [origin]}
    assert onecase("command", second).returncode == 0
    relay.stop()
