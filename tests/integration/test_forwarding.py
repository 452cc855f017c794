"""A record whose report lives in another region: it goes there through the outbox and is counted once."""

from __future__ import annotations

import json

import pytest

from harness import Database, Record, Service, wait_until
from report_log import ReportLog, reconciled, wait_until_stored

HOME, AWAY = "9901", "9902"


@pytest.fixture
def log(topics) -> ReportLog:
    return ReportLog(topics).create()


class Relay:
    """Forward rows of the outbox onto onecase.report, as the relay sends them."""

    def __init__(self, database: Database, log: ReportLog) -> None:
        self.database = database
        self.log = log
        self.sent: list[tuple[str, bytes, list[tuple[str, bytes]]]] = []
        self.places: set[tuple] = set()

    def run(self) -> int:
        """Sends what is new, in order; how many."""
        rows = [row for row in self.database.rows(
            "select report_partition, report_offset, n, region, headers, payload from onecase.outbox where kind = 'forward'"
            " order by 1, 2, 3") if row[:3] not in self.places]
        self.places |= {row[:3] for row in rows}
        records = [(region, payload.encode(), [(name, value.encode()) for name, value in json.loads(headers).items()])
                   for *_, region, headers, payload in rows]
        self.log.topics.produce("onecase.report", records)
        self.sent += records
        return len(records)

    def repeat(self) -> None:
        """All of it once more, as after a crash before the position was written."""
        self.log.topics.produce("onecase.report", self.sent)


def flow(database: Database) -> list[tuple]:
    """Of each source partition: sent on, arrived, in flight, missing, doubled."""
    return database.rows("select forwarded, arrived, in_flight, missing, doubled from analysis.reconciliation order by"
                         " source_topic, source_partition")


def forwards(database: Database) -> list[tuple]:
    return database.rows("select report_partition, report_offset, n, region, case_id, seq, subject, event_at, level, headers, payload,"
                         " stream_time from onecase.outbox where kind = 'forward' order by 1, 2, 3")


def settle(database: Database, log: ReportLog, relay: Relay) -> None:
    """Everything is decided, and what was to be sent on has arrived."""
    wait_until_stored(database, log)
    while relay.run() > 0:
        wait_until_stored(database, log)


def in_log(log: ReportLog, place: tuple[int, int]) -> Record:
    return next(r for r in log.topics.read("onecase.report") if (r.partition, r.offset) == place)


# ---- one record ---------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("kind", ["update", "assignment", "report", "inspection"])
@pytest.mark.parametrize("backfill", ["false", "true"])
def test_it_goes_home_with_all_its_headers_and_is_a_revision_there(log, database, start_service, kind, backfill):
    log.use(database)
    log.report("X1", region=HOME, status=10)
    log.send()
    start_service("matcher")
    wait_until_stored(database, log)
    log.report("X1", kind, region=AWAY, status=30, count="updates",
               headers={"oc-backfill": backfill, "traceparent": "00-\"a\\b\"-01"})
    place = log.send()[0]
    wait_until_stored(database, log)
    record = in_log(log, place)

    rows = forwards(database)
    assert [row[:9] for row in rows] == [(*place, 0, HOME, None, None, None, None, None)]
    assert json.loads(rows[0][9]) == record.headers | {"oc-forwarded": AWAY}
    assert rows[0][10].encode() == record.value
    assert int(rows[0][11].timestamp() * 1000) == record.timestamp_ms
    assert database.rows("select region, status from onecase.reports") == [(HOME, 10)]
    assert database.rows("select * from onecase.pending_updates") == []
    assert flow(database) == [(1, 0, 1, 0, 0)]
    assert database.rows("select report_partition, report_offset, region, origin from onecase.forwards_in_flight") == [
        (*place, HOME, record.headers["ce_id"])]

    relay = Relay(database, log)
    settle(database, log, relay)
    assert len(relay.sent) == 1
    assert database.rows("select region, status, record_no from onecase.reports") == [(HOME, 30, "X1")]
    assert database.rows("select region, kind, applied, status_before, status_after, kafka_offset from onecase.report_revisions") == [
        (HOME, kind, True, 10, 30, 1)]
    assert database.rows("select partition, kafka_offset, item, region, came_to from onecase.forwarded_records") == [(0, 1, 0, HOME, AWAY)]
    assert flow(database) == [(1, 1, 0, 0, 0)]
    assert reconciled(database) == log.expected_accounts()
    assert database.rows("select * from onecase.forwards_in_flight") == []
    assert len(forwards(database)) == 1, "what has come home goes nowhere else"


def test_items_and_skipped_offsets_are_counted_where_they_came_in(log, database, start_service):
    log.use(database)
    log.report("X1", region=HOME)
    log.report("X2", region=HOME)
    log.send()
    start_service("matcher")
    wait_until_stored(database, log)
    log.report("X1", "update", region=AWAY, skipped=3, items=2, status=20)
    log.report("X2", "update", region=AWAY, offset=5, item=1, items=2, status=20)
    log.send()
    settle(database, log, Relay(database, log))
    assert flow(database) == [(2, 2, 0, 0, 0)]
    assert reconciled(database) == log.expected_accounts()
    assert database.rows("select record_no, status from onecase.reports order by 1") == [("X1", 20), ("X2", 20)]


def test_what_arrives_moves_no_mark(log, database, start_service):
    """Its origin is no sign that the home region has had those before it, nor that it was here itself when they are beyond."""
    log.use(database)
    log.report("X1", region=HOME, status=10)
    log.report("X2", region=HOME, status=10)
    log.send()
    start_service("matcher")
    wait_until_stored(database, log)
    log.report("X1", "update", region=AWAY, offset=9, status=30)
    log.send()
    relay = Relay(database, log)
    settle(database, log, relay)
    for offset in range(2, 9):  # before it at the source, and later on onecase.report
        log.report("X2", "update", region=HOME, offset=offset, status=20 + offset)
    log.report("X2", "update", region=HOME, offset=11, status=40)
    log.send()
    wait_until_stored(database, log)
    log.report("X1", "update", region=AWAY, offset=10, status=50)  # below the home's mark
    log.send()
    settle(database, log, relay)
    assert database.rows("select record_no, status from onecase.reports order by 1") == [("X1", 50), ("X2", 40)]
    assert flow(database) == [(2, 2, 0, 0, 0)]
    assert reconciled(database) == log.expected_accounts()


@pytest.mark.parametrize("batch_max", [1, 500])
def test_what_the_relay_repeats_is_known(log, database, start_service, onecase, batch_max):
    log.use(database)
    for number in range(4):
        log.report(f"X{number}", region=HOME, status=10)
    log.send()
    start_service("matcher", "--set", f"batch_max={batch_max}")
    wait_until_stored(database, log)
    for number in range(4):
        log.report(f"X{number}", "update", region=AWAY, status=20)
    log.send()
    wait_until_stored(database, log)
    relay = Relay(database, log)
    relay.run()
    relay.repeat()  # in one batch, or behind it
    wait_until_stored(database, log)
    before = json.loads(onecase("digest", "--json").stdout)["tables"]
    relay.repeat()
    wait_until_stored(database, log)
    after = json.loads(onecase("digest", "--json").stdout)["tables"]
    assert {name for name in after if after[name] != before[name]} == {"accounts"}
    next(iter(log.sources.values())).counts["redelivered"] += 8
    assert reconciled(database) == log.expected_accounts()
    assert flow(database) == [(4, 4, 0, 0, 0)]
    assert database.value("select count(*) from onecase.report_revisions") == 4


@pytest.mark.parametrize("batch_max", [1, 500])
def test_what_intake_repeats_is_not_sent_on_twice(log, database, start_service, batch_max):
    log.use(database)
    log.report("X1", region=HOME, status=10)
    log.send()
    start_service("matcher", "--set", f"batch_max={batch_max}")
    wait_until_stored(database, log)
    log.report("X1", "update", region=AWAY, status=20)
    log.pending += log.pending
    next(iter(log.sources.values())).counts["redelivered"] += 1
    again = log.pending[:1]
    log.send()
    relay = Relay(database, log)
    settle(database, log, relay)
    log.pending = again
    next(iter(log.sources.values())).counts["redelivered"] += 1
    log.send()
    settle(database, log, relay)
    assert len(relay.sent) == 1
    assert reconciled(database) == log.expected_accounts()
    assert flow(database) == [(1, 1, 0, 0, 0)]


def test_a_released_dead_letter_goes_home_too(log, database, start_service):
    log.use(database)
    log.report("X1", region=HOME, status=10)
    log.dead(region=AWAY)
    log.send()
    start_service("matcher")
    wait_until_stored(database, log)
    log.report("X1", "update", region=AWAY, offset=1, attempt=2, count=None, status=20)
    log.send()
    wait_until_stored(database, log)
    assert flow(database) == [(1, 0, 1, 0, 0)]
    relay = Relay(database, log)
    settle(database, log, relay)
    relay.repeat()
    wait_until_stored(database, log)
    next(iter(log.sources.values())).counts.update({"dead": -1, "updates": 1})  # and the repeat, counted when it was added
    assert reconciled(database) == log.expected_accounts()
    assert flow(database) == [(1, 1, 0, 0, 0)]
    assert database.rows("select status from onecase.reports") == [(20,)]
    assert database.rows("select state from onecase.dead_letters") == [("resolved",)]


def test_one_that_postgresql_refuses_at_home_is_a_dead_letter_there(log, database, start_service):
    log.use(database)
    log.report("X1", region=HOME, status=10)
    log.send()
    start_service("matcher")
    wait_until_stored(database, log)
    log.report("X1", "update", region=AWAY, level=70000, count="dead")
    log.send()
    relay = Relay(database, log)
    settle(database, log, relay)
    relay.repeat()
    wait_until_stored(database, log)
    next(iter(log.sources.values())).counts["redelivered"] += 1
    assert database.rows("select region, stage, rule, kafka_offset, state from onecase.dead_letters") == [(HOME, "write", "22003", 1, "open")]
    assert reconciled(database) == log.expected_accounts()
    assert flow(database) == [(1, 1, 0, 0, 0)]
    # Released, it comes as it lies in the vault: with all its headers, under the key of its home.
    vault = log.topics.read("onecase.deadletter")[0]
    headers = [(name, value.encode()) for name, value in (vault.headers | {"oc-attempt": "2"}).items()]
    for _ in range(2):
        log.topics.produce("onecase.report", [(HOME, json.dumps({"record_no": "X1", "level": 2}), headers)])
        wait_until_stored(database, log)
    next(iter(log.sources.values())).counts.update({"dead": -1, "updates": 1, "redelivered": 1})
    assert reconciled(database) == log.expected_accounts()
    assert flow(database) == [(1, 1, 0, 0, 0)]
    assert database.rows("select level from onecase.reports") == [(2,)]


# ---- updates before their report ----------------------------------------------------------------------------------------

@pytest.mark.parametrize("batch_max", [1, 500])
def test_what_waits_in_the_wrong_region_is_sent_on_by_a_tick(log, database, start_service, batch_max):
    log.use(database)
    log.report("P1", "update", region=AWAY, revision=2, status=30, headers={"oc-backfill": "true"})
    log.report("P2", "update", region=AWAY, status=30)
    log.report("P1", "assignment", region=AWAY, revision=3, lead_org="org-1")
    away = log.send()[0][0]
    start_service("matcher", "--set", f"batch_max={batch_max}")
    wait_until_stored(database, log)
    log.report("P1", region=HOME, revision=1, status=10)
    home = log.send()[0][0]
    wait_until_stored(database, log)
    log.tick(home)  # of another partition than the one in which they wait
    wait_until_stored(database, log)
    assert forwards(database) == [] and flow(database) == [(0, 0, 0, 0, 0)]
    log.tick(away)
    log.tick(away)
    wait_until_stored(database, log)
    rows = forwards(database)
    assert [(row[0], row[2], row[3]) for row in rows] == [(away, 0, HOME), (away, 1, HOME)]
    heads = [json.loads(row[9]) for row in rows]
    topic = log.topics.name("hotline.workorder")
    assert [(h["ce_id"], h["ce_type"], h["ce_source"], h["oc-backfill"], h["oc-mapping"], h["oc-forwarded"]) for h in heads] == [
        (f"{topic}/0/0#0", "onecase.update", "H12345", "true", "h12345@0123456789ab", AWAY),
        (f"{topic}/0/2#0", "onecase.assignment", "H12345", "false", "h12345@0123456789ab", AWAY)]
    assert flow(database) == [(2, 0, 2, 0, 0)]
    relay = Relay(database, log)
    settle(database, log, relay)
    relay.repeat()
    wait_until_stored(database, log)
    next(iter(log.sources.values())).counts["redelivered"] += 2
    assert database.rows("select record_no, status, lead_org, revision from onecase.reports") == [("P1", 30, "org-1", 3)]
    assert database.rows("select record_no from onecase.pending_updates") == [("P2",)]
    assert reconciled(database) == log.expected_accounts()
    assert flow(database) == [(2, 2, 0, 0, 0)]


# ---- two matchers -------------------------------------------------------------------------------------------------------

def owners(database: Database) -> list[tuple]:
    return database.rows("select partition, owner from onecase.consumer_offsets order by 1")


def start_two(start_service, database: Database, *settings: str) -> list[Service]:
    """Two matchers that share the partitions, the two regions' among two of them."""
    arguments = [word for setting in settings for word in ("--set", setting)]
    matchers = [start_service("matcher", *arguments), start_service("matcher", *arguments)]
    wait_until(lambda: len({owner for _, owner in owners(database)}) == 2, 90, "two matchers to share the partitions")
    return matchers


def waiting(database: Database) -> int:
    """Matchers that wait for a lock."""
    return int(database.value("select count(*) from pg_stat_activity where datname = current_database()"
                              " and application_name = 'onecase-matcher' and wait_event_type = 'Lock'"))


def test_two_regions_that_create_one_identity_at_once_agree_on_its_home(log, database, start_service):
    log.use(database)
    start_two(start_service, database)
    with database.connect() as holder, holder.transaction():
        holder.execute("lock table onecase.accounts in exclusive mode")  # written after the identities
        log.report("X1", region=HOME, status=10)
        log.report("X2", region=HOME, status=10)
        home = log.send()[0][0]
        wait_until(lambda: waiting(database) == 1, 30, "the home's matcher to be held between its rows")
        log.report("Y1", region=AWAY)
        log.report("X1", region=AWAY, status=30, count="updates")
        log.report("Y2", region=AWAY)
        away = log.send()[0][0]
        wait_until(lambda: waiting(database) == 2, 30, "the other matcher to wait for the identity")
    assert dict(owners(database))[home] != dict(owners(database))[away]
    settle(database, log, Relay(database, log))
    assert database.rows("select region, record_no, status from onecase.reports order by 1, 2") == [
        (HOME, "X1", 30), (HOME, "X2", 10), (AWAY, "Y1", None), (AWAY, "Y2", None)]
    assert database.rows("select report_id from onecase.reports where region = %s order by 1", [AWAY]) == [(1,), (2,)]
    assert database.rows("select * from onecase.dead_letters") == []
    assert reconciled(database) == log.expected_accounts()
    assert flow(database) == [(1, 1, 0, 0, 0)]


# ---- rebuilding ---------------------------------------------------------------------------------------------------------

def test_a_rebuild_knows_homes_ahead_whatever_partition_is_read_first(log, database, start_service):
    """The other region's records come first, as they may when the partitions are read anew: they do not become its own."""
    log.use(database)
    database.execute("insert into onecase.homes_ahead values ('H12345', 'X1', %s), ('H12345', 'X2', %s)", [HOME, AWAY])
    log.report("X1", region=AWAY, revision=2, status=20, count="updates")
    log.report("X1", "update", region=AWAY, revision=3, status=30)
    log.report("X2", region=AWAY, status=10)
    log.send()
    start_service("matcher")
    wait_until_stored(database, log)
    assert database.rows("select region, record_no from onecase.reports") == [(AWAY, "X2")]
    assert flow(database) == [(2, 0, 2, 0, 0)]
    log.report("X1", region=HOME, revision=1, status=10)
    log.send()
    settle(database, log, Relay(database, log))
    assert database.rows("select region, record_no, status from onecase.reports order by 1") == [(HOME, "X1", 30), (AWAY, "X2", 10)]
    assert reconciled(database) == log.expected_accounts()
    assert flow(database) == [(2, 2, 0, 0, 0)]


def test_what_comes_from_its_very_home_is_taken_for_a_repeat(log, database, start_service):
    """Rebuilt without knowing ahead, a home may be another one than before: nothing goes to and fro, nothing is counted twice."""
    log.use(database)
    log.report("X1", region=AWAY, status=10)
    log.send()
    start_service("matcher")
    wait_until_stored(database, log)
    region, body, headers = AWAY, json.dumps({"record_no": "X1", "status": 60}), log.topics.read("onecase.report")[0].headers
    sent = [(HOME, body, [(name, value.encode()) for name, value in (headers | {"oc-forwarded": region}).items()])]
    for _ in range(2):
        log.topics.produce("onecase.report", sent)
        wait_until_stored(database, log)
    next(iter(log.sources.values())).counts["redelivered"] += 2
    assert forwards(database) == []
    assert database.rows("select region, status from onecase.reports") == [(AWAY, 10)]
    assert reconciled(database) == log.expected_accounts()
