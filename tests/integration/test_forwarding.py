"""A record whose report lives in another region: it goes there through the outbox and is counted once."""

from __future__ import annotations

import json
import random
from collections import Counter

import pytest

from harness import Database, Record, Service, wait_until
from report_log import ReportLog, reconciled, wait_until_stored
from told import WAITING

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
    log.report("X1", "update", region=AWAY, offset=1, attempt=2, status=20)
    log.send()
    wait_until_stored(database, log)
    assert flow(database) == [(1, 0, 1, 0, 0)]
    relay = Relay(database, log)
    settle(database, log, relay)
    relay.repeat()
    wait_until_stored(database, log)
    next(iter(log.sources.values())).counts["redelivered"] += 1
    assert reconciled(database) == log.expected_accounts()
    assert flow(database) == [(1, 1, 0, 0, 0)]
    assert database.rows("select status from onecase.reports") == [(20,)]
    assert database.rows("select state from onecase.dead_letters") == [("resolved",)]


@pytest.mark.parametrize("home_first", [False, True])
def test_a_letter_dead_at_home_and_released_to_another_region_counts_alike_in_any_order(log, database, start_service, home_first):
    """A mapping that was mended gives the record another area; a rebuild may read the home's partition first."""
    log.use(database)
    log.report("X1", region=HOME, status=10)
    log.dead(region=HOME)
    log.send()
    start_service("matcher")
    wait_until_stored(database, log)
    log.report("X1", "update", region=AWAY, offset=1, attempt=2, status=20)
    (_, body, headers), = log.pending
    orders = [log.send, lambda: log.topics.produce("onecase.report", [(HOME, body, [*headers, ("oc-forwarded", AWAY.encode())])])]
    for send in reversed(orders) if home_first else orders:
        send()
        wait_until_stored(database, log)
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
    # Released, it comes as it lies in the vault under the key of its home, and from intake.
    vault = log.topics.read("onecase.deadletter")[0]
    headers = [(name, value.encode()) for name, value in (vault.headers | {"oc-attempt": "2"}).items() if name != "oc-forwarded"]
    for _ in range(2):
        log.topics.produce("onecase.report", [(HOME, json.dumps({"record_no": "X1", "level": 2}), headers)])
        wait_until_stored(database, log)
    next(iter(log.sources.values())).counts.update({"released": 1, "updates": 1, "redelivered": 1})
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


# Whoever writes accounts stays there, without a lock that times out.
HOLDS = """
create table onecase.held ();
create function onecase.planted() returns trigger language plpgsql as $$ begin
    while exists (select from onecase.held) loop perform pg_sleep(0.01); end loop;
    return null;
end $$;
create trigger planted before insert on onecase.accounts for each statement execute function onecase.planted();
grant select on onecase.held to public;
insert into onecase.held default values"""


def waiting(database: Database, event: str) -> int:
    """Matchers that sleep there, or wait for a lock."""
    return int(database.value("select count(*) from pg_stat_activity where datname = current_database()"
                              " and application_name = 'onecase-matcher' and %s in (wait_event, wait_event_type)", (event,)))


def test_two_regions_that_create_one_identity_at_once_agree_on_its_home(log, database, start_service):
    log.use(database)
    start_two(start_service, database)
    database.execute(HOLDS)  # accounts are written after the identities
    log.report("X1", region=HOME, status=10)
    log.report("X2", region=HOME, status=10)
    home = log.send()[0][0]
    wait_until(lambda: waiting(database, "PgSleep") == 1, 60, "the home's matcher to be held between its rows", every=0.01)
    log.report("Y1", region=AWAY)
    log.report("X1", region=AWAY, status=30, count="updates")
    log.report("Y2", region=AWAY)
    away = log.send()[0][0]
    wait_until(lambda: waiting(database, "Lock") == 1, 60, "the other matcher to wait for the identity", every=0.01)
    database.execute("delete from onecase.held")
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


@pytest.mark.parametrize("batch_max", [1, 500])
def test_a_rebuild_counts_what_intake_repeated_as_it_was_counted(log, database, start_service, batch_max):
    """Its report is not there yet, and what came before it was sent home all the same: the second is no other one."""
    log.use(database)
    database.execute("insert into onecase.homes_ahead values ('H12345', 'X1', %s)", [HOME])
    log.report("X1", "update", region=AWAY, status=20)
    log.pending += log.pending
    next(iter(log.sources.values())).counts["redelivered"] += 1
    log.send()
    start_service("matcher", "--set", f"batch_max={batch_max}")
    wait_until_stored(database, log)
    assert len(forwards(database)) == 1
    assert flow(database) == [(1, 0, 1, 0, 0)]
    assert database.value("select redelivered from onecase.accounts") == 1


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


def test_replay_takes_the_first_home_that_the_log_tells_of(log, new_database, start_service, onecase):
    """An earlier rebuild took another region for the home, and sent the home's own record there."""
    log.report("X1", region=HOME, revision=1, status=10)
    log.report("X1", region=AWAY, revision=2, status=20, count="updates")
    (home, body, at_home), (away, changed, elsewhere) = log.pending
    log.send()
    log.topics.produce("onecase.report", [(home, changed, [*elsewhere, ("oc-forwarded", away.encode())])])
    log.topics.produce("onecase.report", [(away, body, [*at_home, ("oc-forwarded", home.encode())])])
    next(iter(log.sources.values())).counts["redelivered"] += 1
    rebuilt = new_database()
    told = json.loads(onecase("replay", "--into", rebuilt.name, "--prefix", log.topics.prefix, "--json").stdout)
    assert told["replayed"] == 4
    assert rebuilt.rows("select region, status from onecase.reports") == [(HOME, 20)]
    assert flow(rebuilt) == [(1, 1, 0, 0, 0)]
    assert reconciled(rebuilt) == log.expected_accounts()
    assert rebuilt.rows("select * from onecase.homes_ahead") == []


def test_after_a_replay_the_relay_sends_what_was_on_its_way(log, new_database, start_service, onecase):
    """Events behind the forward had gone out, as they do when the live hub forwarded it later than the rebuild does."""
    log.topics.create("onecase.case", 1)
    log.report("X1", region=HOME, status=10)
    home = log.send()[0][0]
    log.report("X1", "update", region=AWAY, status=20)
    log.report("Y1", region=AWAY)
    away = log.send()[0][0]
    log.topics.produce("onecase.case", [(HOME, b"{}", [("ce_id", f"{home}/0/0".encode())]),
                                        (AWAY, b"{}", [("ce_id", f"{away}/1/0".encode())])])
    log.tick(away)
    rebuilt = new_database()
    rebuilt.execute("insert into onecase.homes_ahead values ('H12345', 'X1', %s)", [HOME])
    replay = ("replay", "--into", rebuilt.name, "--prefix", log.topics.prefix, "--json")
    onecase(*replay)
    assert flow(rebuilt) == [(1, 0, 1, 0, 0)]
    assert rebuilt.rows("select partition, report_offset, n from onecase.relay_positions where report_offset >= 0 order by 1") == sorted(
        [(home, 0, 0), (away, 0, -1)])
    start_service("relay", "--set", "tick_s=0", database=rebuilt)
    start_service("matcher", database=rebuilt)
    wait_until(lambda: flow(rebuilt) == [(1, 1, 0, 0, 0)], 60, "it to come home")
    wait_until(lambda: rebuilt.value(WAITING) == 0, 60, "the relay to be through: it sends an event beside the record, not before it")
    told = [record.headers["ce_id"] for record in log.topics.read("onecase.case")][2:]
    assert told.count(f"{away}/1/0") == 1 and f"{home}/0/0" not in told


# ---- a lot of it --------------------------------------------------------------------------------------------------------

def wandering_log(log: ReportLog, seed: int, numbers: int) -> dict[str, int]:
    """Records of `numbers` numbers that come to either region in any order; the status that each ends with.

    Which of two regions gets a number first is for the matchers to say; how many reports and updates there are is not.
    """
    rng = random.Random(seed)
    records: list[tuple[float, str, str, int]] = []
    for number in range(numbers):
        first = rng.random() * numbers
        for revision in range(1, rng.choice([2, 3, 4, 6])):
            kind = "report" if revision == 1 else rng.choice(["update", "update", "report"])
            at = first + rng.choice([-0.5, 0.0, 0.5, 3, 40]) * rng.random() if revision > 1 else first
            records.append((at, f"W{number:05d}", kind, revision))
    last: Counter = Counter()
    opened: set[str] = set()
    for _, record_no, kind, revision in sorted(records):
        opens = kind == "report" and record_no not in opened
        opened |= {record_no} if opens else set()
        last[record_no] = max(last[record_no], revision)
        log.report(record_no, kind, region=rng.choice([HOME, AWAY]), revision=revision, status=10 + revision,
                   source="GRID" if record_no[-1] in "02468" else "H12345", count="reports" if opens else "updates",
                   skipped=rng.choice([0, 0, 0, 2]))
    return {record_no: 10 + revision for record_no, revision in last.items()}


def repeated_by_the_relay(log: ReportLog) -> Counter:
    """How often forwarded records of each source topic came once more, read from the log itself."""
    seen: set[tuple[str, bytes]] = set()
    repeats: Counter = Counter()
    for record in log.topics.read("onecase.report"):
        if "oc-forwarded" not in record.headers:
            continue
        key = (record.headers["ce_id"], record.key)
        repeats[key[0].rsplit("/", 2)[0]] += key in seen
        seen.add(key)
    return repeats


def know_homes_ahead(database: Database, log: ReportLog) -> None:
    """As `onecase replay` does before it lets the matcher read."""
    for record in log.topics.read("onecase.report"):
        if "oc-forwarded" in record.headers:
            database.execute("insert into onecase.homes_ahead values (%s, %s, %s) on conflict do nothing",
                             (record.headers["ce_source"], json.loads(record.value)["record_no"], record.key.decode()))


def test_two_matchers_and_the_relay_killed_lose_nothing_and_a_replay_gives_the_same(log, new_database, start_service, onecase):
    log.topics.create("onecase.case", 1)
    status = wandering_log(log, seed=6, numbers=160)
    live = log.use(new_database())
    services = [start_service("matcher", "--set", "batch_max=7", "--set", "group=" + log.topics.prefix, database=live),
                start_service("matcher", "--set", "batch_max=30", "--set", "group=" + log.topics.prefix, database=live),
                start_service("relay", "--set", "tick_s=1", "--set", "poll_ms=20", database=live)]
    rng = random.Random(7)
    records, log.pending = log.pending, []
    consumed = "select coalesce(sum(next_offset), 0) from onecase.consumer_offsets where next_offset > 0"
    for start in range(0, len(records), 100):
        log.pending = records[start:start + 100]
        done = live.value(consumed)
        log.send()
        wait_until(lambda: live.value(consumed) > done + 30, 60, "some of it to be decided", every=0.01)
        victim = rng.choice(services)
        victim.kill()
        victim.start()

    def settled() -> bool:
        return live.value("select not exists (select from analysis.reconciliation where in_flight <> 0 or missing <> 0 or doubled <> 0)"
                          "  and not exists (select from onecase.pending_updates)"
                          "  and (select coalesce(sum(updates + reports), 0) from onecase.accounts) = %s", (len(records),))

    wait_until(settled, 240, "everything to be at home")
    services[2].stop()
    wait_until_stored(live, log)  # what the relay repeated last, too
    for service in services[:2]:
        service.stop()
    assert dict(live.rows("select record_no, status from onecase.reports")) == status
    assert live.value("select count(*) from onecase.reports") == len(status)
    assert live.value("select sum(forwarded) from onecase.accounts") > 50
    repeats = repeated_by_the_relay(log)
    for (topic, _), account in log.sources.items():
        account.counts["redelivered"] = repeats[topic]
    assert reconciled(live) == log.expected_accounts()
    for partition in range(log.partitions):  # the last word, also for those who read the partitions in another order
        log.tick(partition)
    digests = [settled_digest(onecase, live, log, start_service, 500)]
    for batch_max in (1, 7, 500):
        database = log.use(new_database())
        know_homes_ahead(database, log)
        digests.append(settled_digest(onecase, database, log, start_service, batch_max))
    assert digests[1:] == digests[:1] * 3
    rebuilt = new_database()
    told = json.loads(onecase("replay", "--into", rebuilt.name, "--prefix", log.topics.prefix, "--compare", "--json", database=live,
                              limit=180).stdout)
    assert told["differences"] == [] and told["digest"] == digests[0]
    assert rebuilt.rows("select * from onecase.homes_ahead") == []


def settled_digest(onecase, database: Database, log: ReportLog, start_service, batch_max: int) -> dict:
    """When one matcher has read the log to its end."""
    matcher = start_service("matcher", "--set", f"batch_max={batch_max}", "--set", f"group={database.name}", database=database)
    wait_until_stored(database, log, limit=180)
    matcher.stop()
    return json.loads(onecase("digest", "--json", database=database).stdout)
