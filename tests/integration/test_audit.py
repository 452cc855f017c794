"""onecase audit: clean where everything is accounted for, and every planted fault is named by its exact offsets."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import pytest
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from harness import Database, LocalServers, Topics, wait_until
from report_log import PARTITIONS, ReportLog, mixed_log, reconciled, wait_until_stored
from test_forwarding import AWAY, HOME, Relay, settle
from test_items import MAPPING, item, items_of

TABLES = ["accounts", "reports", "report_revisions", "pending_updates", "ignored_records", "dead_letters", "forwarded_records",
          "released_records", "skipped_offsets", "case_events"]
FOUND = 1


@pytest.fixture
def log(topics) -> ReportLog:
    return ReportLog(topics).create()


def audit(onecase, *arguments: str, status: int | None = 0) -> dict:
    return json.loads(onecase("audit", "--json", *arguments, status=status).stdout)


def found(told: dict) -> set[tuple[str, str]]:
    return {(finding["kind"], finding["where"]) for finding in told["findings"]}


def make_city(log: ReportLog, database: Database, start_service) -> None:
    """Items, skips, repeats, updates that wait, records home in another region, and dead letters that came back in every way."""
    mixed_log(log, seed=31, count=300)
    again = log.pending[40:90]
    log.pending += again
    log.report("Z1", region=HOME, status=10)
    log.send()
    matcher = start_service("matcher")
    wait_until_stored(database, log)  # so that Z1 has its home
    log.report("Z1", "update", region=AWAY, status=20)
    log.report("Z2", "assignment", region=AWAY, lead_org="org-1")  # waits
    dead = {name: log.dead(region=HOME) for name in ("back", "elsewhere", "again", "open", "home")}
    log.dead(region=HOME, item=0, items=2)
    log.report("Z3", region=HOME, item=1, items=2, offset=offset_of(dead["home"]) + 1)
    log.send()
    relay = Relay(database, log)
    settle(database, log, relay)
    relay.repeat()
    log.report("Z4", region=HOME, offset=offset_of(dead["back"]), attempt=2)
    log.report("Z5", region=AWAY, offset=offset_of(dead["elsewhere"]), attempt=2)
    log.dead(region=AWAY, offset=offset_of(dead["again"]), attempt=2)
    log.report("Z1", "update", region=AWAY, status=30, offset=offset_of(dead["home"]), attempt=2)  # by another region
    log.report("Z6", region=HOME, item=1, offset=offset_of(dead["back"]), items=2, attempt=2)  # born by the release
    log.pending += log.pending[-5:]  # redrive may repeat
    log.send()
    settle(database, log, relay)
    log.ignored("Z7", region=HOME, offset=offset_of(dead["again"]), attempt=3)
    log.report("Z1", "update", region=AWAY, status=40)  # stays on its way
    log.send()
    wait_until_stored(database, log)
    matcher.stop()


def offset_of(origin: str) -> int:
    return int(origin.rsplit("/", 1)[1].split("#")[0])


def test_a_city_with_everything_in_it_is_clean(log, database, start_service, onecase):
    log.use(database)
    make_city(log, database, start_service)
    assert database.rows("select source_topic, source_partition from analysis.reconciliation where missing <> 0 or doubled <> 0") == []
    assert database.rows("select sum(released) > 3, sum(forwarded) = 3, sum(arrived) = 2, sum(skipped) > 5 from onecase.accounts") == [
        (True, True, True, True)]
    assert database.value("select count(*) from onecase.dead_letters where state = 'resolved'") == 4
    told = audit(onecase)
    assert told["findings"] == [] and told["accounted"] is True
    assert told["log_records"] == sum(log.topics.ends("onecase.report").values()) and told["log_waiting"] == 0
    assert (told["on_their_way"], told["regions"], told["gaps"]) == (1, 2, 0)
    assert told["dead_open"] == database.value("select count(*) from onecase.dead_letters where state = 'open'")
    assert "Every record is accounted for.\n" in onecase("audit").stdout
    # The rights of an operator suffice.
    database.execute(f"alter database \"{database.name}\" set role onecase_operator")
    assert audit(onecase)["findings"] == []


@dataclass(frozen=True)
class Fault:
    name: str
    where: str  # SQL: the place that is to be named, under which the fault is made
    sql: str  # %(where)s is that place
    kinds: dict[str, str]  # kind -> where, as SQL of %(where)s, or "=" for the place itself


def place(table: str, condition: str = "true") -> str:
    """An origin of that table, alone at its offset, as topic/partition/offset."""
    return (f"select r.topic || '/' || r.partition || '/' || r.kafka_offset from onecase.{table} r where r.item = 0 and {condition}"
            " and not exists (select from onecase.reports x where x.topic = r.topic and x.partition = r.partition"
            "  and x.kafka_offset = r.kafka_offset and x.item > 0)"
            " and not exists (select from onecase.ignored_records x where x.topic = r.topic and x.partition = r.partition"
            "  and x.kafka_offset = r.kafka_offset and x.item > 0) and r.kafka_offset > 3 order by 1 limit 1")


AT = "(topic || '/' || partition || '/' || kafka_offset) = %(where)s"
FIRST_TIME = "not exists (select from onecase.released_records x where x.topic = r.topic and x.partition = r.partition" \
             " and x.kafka_offset = r.kafka_offset)"
HOME_AT_ONCE = "not exists (select from onecase.forwarded_records x where x.topic = r.topic and x.partition = r.partition" \
               " and x.kafka_offset = r.kafka_offset)"
PLAIN = f"{FIRST_TIME} and {HOME_AT_ONCE}"
SOURCE = "regexp_replace(%(where)s, '/[^/]*$', '')"
ITEM = "%(where)s || '#0'"

FAULTS = [
    Fault("a report deleted", place("reports", f"kind = 'report' and {PLAIN}"), f"delete from onecase.reports where {AT}",
          {"missing": "=", "counter": SOURCE}),
    Fault("a dead letter deleted", place("dead_letters", f"state = 'open' and {PLAIN}"), f"delete from onecase.dead_letters where {AT}",
          {"missing": "=", "counter": SOURCE}),
    Fault("an ignored record deleted", place("ignored_records", PLAIN), f"delete from onecase.ignored_records where {AT}",
          {"missing": "=", "counter": SOURCE}),
    Fault("a revision deleted", place("report_revisions", PLAIN), f"delete from onecase.report_revisions where {AT}",
          {"missing": "=", "counter": SOURCE}),
    Fault("an update that waits deleted", place("pending_updates", PLAIN), f"delete from onecase.pending_updates where {AT}",
          {"missing": "=", "counter": SOURCE}),
    Fault("a second report of one record", place("reports", f"kind = 'report' and {PLAIN}"),
          "insert into onecase.reports (region, report_id, source, record_no, kind, received_at, topic, partition, kafka_offset,"
          " report_partition, report_offset) select region, report_id + 100000, source, record_no, kind, received_at, topic, partition,"
          f" kafka_offset, report_partition, report_offset from onecase.reports where {AT}", {"doubled": ITEM, "counter": SOURCE}),
    Fault("an ignored record beside a report", place("reports", f"kind = 'report' and {PLAIN}"),
          "insert into onecase.ignored_records (topic, partition, kafka_offset, received_at)"
          f" select topic, partition, kafka_offset, received_at from onecase.reports where {AT}", {"doubled": ITEM, "counter": SOURCE}),
    Fault("a dead letter beside a report", place("reports", f"kind = 'report' and {PLAIN}"),
          "insert into onecase.dead_letters (topic, partition, kafka_offset, stage, received_at, report_partition, report_offset)"
          f" select topic, partition, kafka_offset, 'map', received_at, 0, 0 from onecase.reports where {AT}",
          {"doubled": ITEM, "counter": SOURCE}),
    Fault("a row of an offset that never was", "select source_topic || '/' || source_partition || '/' || last_offset + 7 from"
          " (select source_topic, source_partition, max(last_offset) as last_offset from onecase.accounts group by 1, 2) a order by 1 limit 1",
          "insert into onecase.ignored_records (topic, partition, kafka_offset, received_at) select m[1], m[2]::int, m[3]::bigint, now()"
          " from regexp_match(%(where)s, '^(.*)/(.*)/(.*)$') m", {"extra": "=", "counter": SOURCE}),
    Fault("a row of a source that never was", "select 'nobody.event/0'",
          "insert into onecase.ignored_records (topic, partition, kafka_offset, received_at)"
          " select regexp_replace(%(where)s, '/.*', ''), 0, 5, now()", {"extra": "="}),
    Fault("a run of skipped offsets deleted", "select topic || '/' || partition || '/' || first_offset || case when last_offset >"
          " first_offset then '..' || last_offset else '' end from onecase.skipped_offsets order by 1 limit 1",
          "delete from onecase.skipped_offsets where topic || '/' || partition || '/' || first_offset ="
          " regexp_replace(%(where)s, '[.][.].*', '')", {"missing": "=", "counter": SOURCE}),
    Fault("the end of a dead letter that came back deleted", place("reports", "record_no = 'Z5'"),
          f"delete from onecase.reports where {AT}", {"missing": ITEM, "counter": SOURCE}),
    Fault("a dead letter that came back deleted", place("dead_letters", "state = 'resolved' and attempt = 1"),
          f"delete from onecase.dead_letters where {AT}", {"missing": ITEM, "counter": SOURCE}),
    Fault("what came back is forgotten", place("released_records", "attempt = 2"),
          f"delete from onecase.released_records where {AT} and attempt = 2", {"passed over": ITEM, "counter": SOURCE}),
    Fault("what arrived is forgotten", place("forwarded_records", "attempt = 1"),
          f"delete from onecase.forwarded_records where {AT}", {"passed over": ITEM, "doubled": ITEM, "counter": SOURCE}),
    *(Fault(f"{counter} of an account", "select source_topic || '/' || source_partition from onecase.accounts order by 1 limit 1",
            f"update onecase.accounts set {counter} = {counter} + 1 where source_topic || '/' || source_partition = %(where)s"
            " and report_partition = (select min(report_partition) from onecase.accounts where source_topic || '/' || source_partition ="
            " %(where)s)", {"counter": "="})
      for counter in ("reports", "inspections", "updates", "assignments", "ignored", "dead", "skipped", "extra_items", "released",
                      "forwarded", "arrived")),
    Fault("an event altered", "select region || '/' || seq from onecase.case_events where seq = 7 and region = '9901'",
          "update onecase.case_events set event_at = event_at + interval '1 second' where region || '/' || seq = %(where)s",
          {"chain": "'region 9901, event 7'"}),
    Fault("an event deleted", "select '9902/5'", "delete from onecase.case_events where region || '/' || seq = %(where)s",
          {"chain": "'region 9902, event 5'"}),
    Fault("the tail of the events cut", "select region || '/' || max(seq) from onecase.case_events where region = '9902' group by region",
          "delete from onecase.case_events where region || '/' || seq = %(where)s",
          {"chain": "'region 9902, event ' || regexp_replace(%(where)s, '.*/', '')"}),
]
SHOWN_BY_THE_VIEW = {"reports", "updates", "ignored", "dead", "skipped", "extra_items", "released", "forwarded", "arrived"}


def keep(database: Database) -> Callable[[], None]:
    """Keeps the rows; what it answers puts them back."""
    database.execute("alter table onecase.case_events disable trigger user")
    database.execute("create schema kept")
    for table in TABLES:
        database.execute(f"create table kept.{table} as table onecase.{table}")

    def restore() -> None:
        for table in TABLES:
            database.execute(f"delete from onecase.{table}")
            database.execute(f"insert into onecase.{table} select * from kept.{table}")
    return restore


def test_each_planted_fault_is_named_exactly(log, database, start_service, onecase):
    log.use(database)
    make_city(log, database, start_service)
    restore = keep(database)
    for fault in FAULTS:
        where = database.value(fault.where)
        assert where is not None, f"{fault.name}: nothing to do it to"
        with database.connect() as connection:
            assert connection.execute(fault.sql, {"where": where}).rowcount > 0, fault.name
        wanted = {(kind, where if at == "=" else database.value(f"select {at}", {"where": where})) for kind, at in fault.kinds.items()}
        told = audit(onecase, status=None)
        assert found(told) == wanted, fault.name
        counter = fault.name.removesuffix(" of an account")
        if counter in SHOWN_BY_THE_VIEW:
            assert database.value("select sum(missing + doubled) from analysis.reconciliation") == 1, fault.name
        restore()
        assert audit(onecase)["findings"] == [], fault.name


def test_what_the_matcher_passed_over_is_named(log, database, start_service, onecase):
    """Its offset was pushed forward: within the run of a source, at its end, and behind the first item of a message. Whoever did it
    knew how to have the matcher start all the same (docs/guards.md)."""
    log.use(database)
    topic = log.topics.name("hotline.workorder")
    for number in range(10):
        log.report(f"P{number}")
    [(partition, _), *_] = log.send()
    matcher = start_service("matcher")
    wait_until_stored(database, log)
    matcher.stop()

    def push(count: int) -> None:
        database.execute("update onecase.consumer_offsets set next_offset = next_offset + %s, last_origin = null where partition = %s",
                         (count, partition))

    for number in range(10, 16):
        log.report(f"P{number}")
    log.send()
    assert audit(onecase)["log_waiting"] == 6
    push(3)
    told = audit(onecase, status=FOUND)
    assert found(told) == {("missing", f"{topic}/0/10..12")} and told["log_waiting"] == 3
    assert "passed over at" in told["findings"][0]["what"] and told["findings"][0]["what"].endswith("/10")
    assert database.rows("select missing from analysis.reconciliation") == [(0,)]  # its account does not reach so far
    matcher = start_service("matcher", "--set", "owner=second")
    wait_until_stored(database, log)
    matcher.stop()
    told = audit(onecase, status=FOUND)
    assert found(told) == {("missing", f"{topic}/0/10..12")} and "lies on the report topic" in told["findings"][0]["what"]
    assert database.rows("select missing, doubled from analysis.reconciliation") == [(3, 0)]
    log.report("M0", item=0, items=3)
    log.report("M1", item=1, items=3, offset=16)
    log.send()
    matcher = start_service("matcher", "--set", "owner=third")
    wait_until_stored(database, log)
    matcher.stop()
    log.report("M2", item=2, items=3, offset=16)
    log.send()
    push(1)
    assert found(audit(onecase, status=FOUND)) == {("missing", f"{topic}/0/10..12"), ("missing", f"{topic}/0/16#2")}
    assert found(audit(onecase, "--topic", topic, "--since", "12", status=FOUND)) == {
        ("missing", f"{topic}/0/12"), ("missing", f"{topic}/0/16#2")}
    strange = onecase("audit", "--topic", log.topics.name("fire.incident"), status=3)
    assert strange.stdout == "" and "no record of topic" in strange.stderr
    assert found(audit(onecase, "--no-log", status=FOUND)) == {("missing", f"{topic}/0/10..12")}
    table = onecase("audit", status=FOUND).stdout
    assert f"{topic}/0/10..12" in table and "onecase replay" in table and max(map(len, table.splitlines())) <= 120


def test_what_waits_is_not_missing(log, database, start_service, onecase):
    """One of two matchers stands still, so a source's offsets are worked off with holes between them."""
    log.use(database)
    matchers = [start_service("matcher", "--set", f"owner=m{n}", "--set", "session_ms=300000") for n in range(2)]
    topic = log.topics.name("onecase.report")
    wait_until(lambda: database.value("select count(distinct owner) from onecase.consumer_offsets where topic = %s", (topic,)) == 2
               and database.value("select count(*) from onecase.consumer_offsets where topic = %s", (topic,)) == PARTITIONS,
               60, "both to have partitions")
    regions = [HOME, AWAY]
    log.report("W0", region=HOME)
    log.report("W1", region=AWAY)
    (home, _), (away, _) = log.send()
    owners = dict(database.rows("select partition, owner from onecase.consumer_offsets"))
    if owners[home] == owners[away]:
        pytest.fail("the two regions lie in partitions of one matcher")
    wait_until_stored(database, log)
    still = matchers[int(owners[away][-1])]
    still.signal(signal.SIGSTOP)
    try:
        for number in range(2, 40):
            log.report(f"W{number}", region=regions[number % 2])
        log.send()
        wait_until(lambda: database.value("select reports from onecase.accounts where report_partition = %s", (home,)) == 20, 60,
                   "the other one to be done")
        told = audit(onecase)
        assert told["findings"] == [] and told["log_waiting"] == 19
        assert database.rows("select missing from analysis.reconciliation") == [(18,)]
    finally:
        still.signal(signal.SIGCONT)
    wait_until_stored(database, log)
    assert reconciled(database) == log.expected_accounts()
    assert audit(onecase)["findings"] == []


# ---- from the department's message, through intake

def in_transactions(servers: LocalServers, topics: Topics, values: list[bytes]) -> None:
    """Three a transaction, each third transaction aborted: markers and aborted records take offsets."""
    producer = Producer({"bootstrap.servers": servers.brokers, "transactional.id": topics.name("tx")})
    producer.init_transactions(30)
    for number in range(0, len(values), 3):
        producer.begin_transaction()
        for value in values[number:number + 3]:
            producer.produce(topics.name("demo.batch"), value, partition=0)
        producer.flush(30)
        if number % 9 == 3:
            producer.abort_transaction(30)
        else:
            producer.commit_transaction(30)
    topics.await_markers("demo.batch")  # none is behind what is sent next


def test_intake_killed_transactions_aborted_and_an_offset_pushed_forward(tmp_path, servers, project_topics, database, start_service,
                                                                         key_file, onecase):
    topics = project_topics
    topics.create("demo.batch")
    folder = tmp_path / "sources"
    folder.mkdir()
    (folder / "demo.cfg").write_text(MAPPING)
    group = f"{topics.prefix}intake"
    start_service("matcher")
    intake = start_service("intake", "--set", f"sources={folder}", "--set", f"key_file={key_file}")
    in_transactions(servers, topics, [items_of(item(n), item(n + 1), {"subject": "no number"}) for n in range(0, 120, 2)])
    topics.produce("demo.batch", [(None, items_of(item(1000 + n))) for n in range(20)])
    source = topics.name("demo.batch")

    def stored(offset: int) -> None:
        wait_until(lambda: database.value("select max(last_offset) from onecase.accounts where source_topic = %s", (source,)) == offset,
                   60, f"offset {offset} to be accounted for")

    def place_group(offset: int) -> None:
        """Answers when the killed member has left the group."""
        consumer = Consumer({"bootstrap.servers": servers.brokers, "group.id": group, "enable.auto.commit": False})

        def committed() -> bool:
            with suppress(KafkaException):
                consumer.commit(offsets=[TopicPartition(source, 0, offset)], asynchronous=False)
                return True
            return False

        wait_until(committed, 60, f"the group to stand at {offset}")
        consumer.close()

    end = topics.ends("demo.batch")[0]
    stored(end - 1)
    intake.kill()
    place_group(0)  # all of it comes again
    intake.start()
    wait_until(lambda: database.value("select sum(redelivered) from onecase.accounts") >= database.value(
        "select sum(reports + updates + dead) from onecase.accounts"), 60, "all of it to come again")
    intake.stop()
    [(skipped, extra, missing, doubled)] = database.rows(
        "select skipped, extra_items, missing, doubled from analysis.reconciliation where source_topic = %s", (source,))
    assert (missing, doubled) == (0, 0) and skipped >= 41 and extra == 2 * 39  # seven of twenty transactions were aborted
    clean = onecase("audit", "--group", group, "--json")
    told = json.loads(clean.stdout)
    assert told["findings"] == [] and told["dead_open"] == 39 and clean.stderr == ""
    assert "has read none of these topics" in onecase("audit", "--group", "misspelt").stderr

    # Somebody moves intake's group over seven records; and then records come behind them.
    topics.produce("demo.batch", [(None, items_of(item(2000 + n))) for n in range(10)])
    place_group(end + 7)
    told = audit(onecase, "--group", group, status=FOUND)
    assert found(told) == {("missing", f"{source}/0/{end}..{end + 6}")}
    assert "intake's group went by" in told["findings"][0]["what"]
    intake.start()
    stored(end + 9)
    intake.stop()
    assert database.value("select missing from analysis.reconciliation where source_topic = %s", (source,)) == 7
    told = audit(onecase, "--group", group, status=FOUND)
    assert found(told) == {("missing", f"{source}/0/{end}..{end + 6}")} and "never came" in told["findings"][0]["what"]


@pytest.mark.parametrize("wrong", [("--since", "3"), ("--since", "-1", "--topic", "t"), ("--what",), ("word",)])
def test_wrong_words_are_said(wrong, database, onecase):
    done = onecase("audit", *wrong, status=64)
    assert done.stderr.startswith("onecase audit: ") and "--help" in done.stderr


def test_an_auditor_without_servers_says_so(database, onecase):
    log = onecase("audit", "--brokers", "localhost:1", status=70)  # the database knows no report topic yet
    assert "onecase topics --create" in log.stderr
