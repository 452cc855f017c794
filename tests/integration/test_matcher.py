"""matcher against real servers: everything is accounted for, exactly once, whatever happens on the way."""

from __future__ import annotations

import json
import signal

import psycopg
import pytest

from brake import STORED, Brake
from report_log import ReportLog, mixed_log, reconciled, wait_until_stored


@pytest.fixture
def log(topics) -> ReportLog:
    return ReportLog(topics).create()


def digest(onecase, database) -> dict:
    return json.loads(onecase("digest", "--json", database=database).stdout)


def test_accounts_for_every_offset_of_four_feeds(log, database, start_service):
    log.use(database)
    mixed_log(log, seed=1, count=1500)
    log.send()
    matcher = start_service("matcher")
    wait_until_stored(database, log)
    assert reconciled(database) == log.expected_accounts()
    matcher.stop()


def test_stores_a_report_column_by_column(log, database, start_service):
    log.use(database)
    log.report("S1", category_source="9014", category_system="12345", category_confidence=80, body="synthetic body",
               address="a road 1", area_code="990101", trapped=2, verified=True, level=1, status=20,
               flags=["enc_repaired", "time_12h", "time_mismatch", "time_suspect", "time_unreadable", "timely"],
               reporter_before="7:" + "0123456789abcdef" * 2, noise=["set phrase", "a \"second\" one"], part_no=3,
               occurred_at="2026-02-01T00:10:00.500Z", quoted_nos=["A\"1", "B\\2"], usc_code="91990101MA0000000X")
    places = log.send()
    start_service("matcher")
    wait_until_stored(database, log)
    row = database.rows(
        "select region, report_id, source, record_no, kind, occurred_at at time zone 'UTC', event_at = occurred_at, "
        "source_category, category_system, category_code, category_confidence, title, body, address_text, area_code, lon, lat, "
        "coordinate_system, precision_class, trapped, injured, verified, level, status, urged, repeats, flags, quoted_nos, "
        "usc_code, encode(reporter_hash, 'hex'), reporter_key, reporter_kind, encode(reporter_before_hash, 'hex'), "
        "reporter_before_key, noise, part_no, time_flags, topic, partition, kafka_offset, "
        "report_partition, report_offset, mapping_digest, payload from onecase.reports")
    assert len(row) == 1
    values = list(row[0])
    occurred = values.pop(5)
    assert occurred.isoformat() == "2026-02-01T00:10:00.500000"
    assert values == [
        "9901", 1, "H12345", "S1", "report", True, "9014", "12345", "A02", 80, "synthetic S1", "synthetic body", "a road 1",
        "990101", 120.5, 30.25, "GCJ-02", "B", 2, None, True, 1, 20, 0, 0,
        ["enc_repaired", "time_12h", "time_mismatch", "time_suspect", "time_unreadable", "timely"], ["A\"1", "B\\2"],
        "91990101MA0000000X", "53310000000000000000000000000000", 1, "citizen",
        "0123456789abcdef0123456789abcdef", 7, ["set phrase", "a \"second\" one"], 3,
        ["time_12h", "time_mismatch", "time_suspect", "time_unreadable"], log.topics.name("hotline.workorder"), 0, 0,
        places[0][0], places[0][1], "h12345@0123456789ab", None]
    stamp = {(r.partition, r.offset): r.timestamp_ms for r in log.topics.read("onecase.report")}[places[0]]
    assert database.value("select (extract(epoch from received_at) * 1000)::bigint from onecase.reports") == stamp


def test_ids_are_counted_for_each_region(log, database, start_service):
    log.use(database)
    for number in range(6):
        log.report(f"A{number}", region="9901" if number % 2 == 0 else "9902", source="GRID")
    log.send()
    start_service("matcher")
    wait_until_stored(database, log)
    assert database.rows("select region, report_id, record_no from onecase.reports order by 1, 2") == [
        ("9901", 1, "A0"), ("9901", 2, "A2"), ("9901", 3, "A4"), ("9902", 1, "A1"), ("9902", 2, "A3"), ("9902", 3, "A5")]
    assert database.rows("select region, next_report from onecase.region_counters order by 1") == [("9901", 4), ("9902", 4)]


def test_a_newer_revision_replaces_and_an_older_one_is_kept(log, database, start_service):
    log.use(database)
    log.report("R1", revision=1, status=10, title="first")
    log.report("R1", "update", revision=3, status=60)
    log.report("R1", "update", revision=2, status=30, title="late")
    log.report("R1", "assignment", revision=4, lead_org="org-1")
    log.send()
    start_service("matcher")
    wait_until_stored(database, log)
    assert database.rows("select title, status, revision, lead_org from onecase.reports") == [("first", 60, 4, "org-1")]
    assert database.rows(
        "select kind, revision, applied, status_before, status_after, changes::json->>'title' "
        "from onecase.report_revisions order by report_offset") == [
        ("update", 3, True, 10, 60, None), ("update", 2, False, 60, 60, "late"), ("assignment", 4, True, 60, 60, None)]
    assert database.rows("select last_offset, revision from onecase.record_index") == [(3, 4)]


@pytest.mark.parametrize("batch_max", [1, 500])
def test_what_belongs_to_a_field_goes_with_it(log, database, start_service, batch_max):
    """Noise is that of the texts, the hash under the key before is the reporter's, flags of time are those of the flags."""
    log.use(database)
    old, new, both = "1:" + "ab" * 16, "2:" + "cd" * 16, {"noise": ["set phrase"], "flags": ["narrowed", "time_12h"]}
    changes = {"R1": {"status": 20}, "R2": {"title": "another"}, "R3": {"body": "another", "noise": ["other phrase"]},
               "R4": {"reporter": new}, "R5": {"reporter": new, "reporter_before": old[:-1] + "0"},
               "R6": {"flags": ["text_cut"]}, "R7": {"flags": ["time_mismatch"]}}
    for record_no, change in changes.items():
        log.report(record_no, revision=1, body="synthetic body", reporter=new, reporter_before=old, **both)
        log.report(record_no, "update", revision=2, **change)
        log.report(record_no, "update", revision=3, status=30)
    log.send()
    start_service("matcher", "--set", f"batch_max={batch_max}")
    wait_until_stored(database, log)
    assert database.rows("select record_no, noise, reporter_before_key || ':' || encode(reporter_before_hash, 'hex'), flags,"
                         " time_flags from onecase.reports order by 1") == [
        ("R1", ["set phrase"], old, ["narrowed", "time_12h"], ["time_12h"]),
        ("R2", None, old, ["narrowed", "time_12h"], ["time_12h"]),
        ("R3", ["other phrase"], old, ["narrowed", "time_12h"], ["time_12h"]),
        ("R4", ["set phrase"], None, ["narrowed", "time_12h"], ["time_12h"]),
        ("R5", ["set phrase"], old[:-1] + "0", ["narrowed", "time_12h"], ["time_12h"]),
        ("R6", ["set phrase"], old, ["text_cut"], None),
        ("R7", ["set phrase"], old, ["time_mismatch"], ["time_mismatch"])]


@pytest.mark.parametrize("batch_max", [1, 500])
def test_without_a_revision_the_time_of_change_decides_and_then_the_origin(log, database, start_service, batch_max):
    log.use(database)
    log.report("C1", changed_at="2026-02-01T01:00:00.000Z", title="first")
    log.report("C1", "update", changed_at="2026-02-01T03:00:00.000Z", title="third")
    log.report("C1", "update", changed_at="2026-02-01T02:00:00.000Z", title="second")
    log.report("C2", title="first", source="GRID", offset=5)
    log.report("C2", "update", title="second", source="GRID", offset=6)
    log.report("C2", "update", title="from before", source="GRID", offset=2, attempt=2)
    log.send()
    start_service("matcher", "--set", f"batch_max={batch_max}")
    wait_until_stored(database, log)
    assert database.rows("select record_no, title from onecase.reports order by 1") == [("C1", "third"), ("C2", "second")]
    assert database.rows("select record_no, applied from onecase.report_revisions order by report_partition, report_offset") == [
        ("C1", True), ("C1", False), ("C2", True), ("C2", False)]


@pytest.mark.parametrize("batch_max", [1, 500])
def test_an_update_waits_for_its_report(log, database, start_service, batch_max):
    log.use(database)
    log.report("P1", "update", revision=2, status=50)
    log.report("P2", "assignment", lead_org="org-2")
    log.report("P1", revision=1, status=10)
    log.send()
    start_service("matcher", "--set", f"batch_max={batch_max}")
    wait_until_stored(database, log)
    assert database.rows("select record_no, status, revision from onecase.reports") == [("P1", 50, 2)]
    assert database.rows("select record_no, report_id, applied, status_before, status_after from onecase.report_revisions") == [
        ("P1", 1, True, 10, 50)]
    assert database.rows("select record_no, kind from onecase.pending_updates") == [("P2", "assignment")]
    assert reconciled(database) == log.expected_accounts()


def test_a_record_that_lives_in_another_region_changes_nothing_here(log, database, start_service):
    log.use(database)
    log.report("X1", region="9901", status=10)
    log.send()
    matcher = start_service("matcher")
    wait_until_stored(database, log)
    log.report("X1", region="9902", status=60, count="updates")
    log.send()
    wait_until_stored(database, log)
    assert database.rows("select region, status from onecase.reports") == [("9901", 10)]
    assert database.rows("select kind, region from onecase.outbox where kind = 'forward'") == [("forward", "9901")]
    assert database.rows("select forwarded, in_flight, missing, doubled from analysis.reconciliation") == [(1, 1, 0, 0)]
    matcher.stop()


@pytest.mark.parametrize("batch_max", [1, 500])
def test_a_repeated_delivery_only_counts_as_redelivered(log, database, start_service, onecase, batch_max):
    log.use(database)
    log.report("D1", status=10)
    log.ignored("D2")
    log.dead()
    log.report("D1", "update", status=20)
    log.report("D9", "update", status=20)
    log.report("D3", item=0, items=2, offset=5)
    log.report("D4", item=1, items=2, offset=5)
    again = list(log.pending)
    log.send()
    start_service("matcher", "--set", f"batch_max={batch_max}")
    wait_until_stored(database, log)
    before = digest(onecase, database)["tables"]
    log.pending = again
    next(iter(log.sources.values())).counts["redelivered"] += len(again)
    log.send()
    wait_until_stored(database, log)
    after = digest(onecase, database)["tables"]
    assert {name for name in after if after[name] != before[name]} == {"accounts"}
    assert reconciled(database) == log.expected_accounts()


def test_a_repeat_inside_one_batch_is_seen_too(log, database, start_service):
    log.use(database)
    for kind in ("report", "ignored", "dead", "update", "report"):
        {"report": lambda: log.report(f"B{len(log.pending)}"), "ignored": lambda: log.ignored("B-i"), "dead": log.dead,
         "update": lambda: log.report("B-pending", "update")}[kind]()
    log.pending += list(log.pending)
    next(iter(log.sources.values())).counts["redelivered"] += 5
    log.send()
    start_service("matcher")
    wait_until_stored(database, log)
    assert reconciled(database) == log.expected_accounts()
    assert database.value("select count(*) from onecase.reports") == 2


def test_a_released_dead_letter_counts_where_it_went(log, database, start_service):
    log.use(database)
    log.report("L1")
    origin = log.dead()
    log.report("L3")
    log.send()
    start_service("matcher")
    wait_until_stored(database, log)
    assert reconciled(database) == log.expected_accounts()
    log.report("L2", offset=1, attempt=2)
    log.send()
    wait_until_stored(database, log)
    assert reconciled(database) == log.expected_accounts()
    assert database.rows("select kafka_offset, state from onecase.dead_letters") == [(1, "resolved")]
    assert database.value("select count(*) from onecase.reports") == 3
    log.report("L2", offset=1, attempt=2, count=None)
    log.send()
    wait_until_stored(database, log)
    assert reconciled(database) == log.expected_accounts()
    assert origin.endswith("/0/1#0")


def test_a_misrouted_record_becomes_a_dead_letter_and_a_tick_does_not(log, database, start_service):
    log.use(database)
    log.report("M1")
    home = log.send()[0][0]
    other = (home + 1) % log.partitions
    log.report("M2", count="dead")
    log.send(partition=other)
    log.tick(other)
    log.report("M3")
    log.send()
    start_service("matcher")
    wait_until_stored(database, log)
    assert database.rows("select record_no from onecase.reports order by 1") == [("M1",), ("M3",)]
    assert database.rows("select kafka_offset, stage, rule, source, report_partition from onecase.dead_letters") == [
        (1, "misrouted", "partition", "H12345", other)]
    assert reconciled(database) == log.expected_accounts()
    vault = log.topics.read("onecase.deadletter")
    assert [(json.loads(record.value)["record_no"], record.headers["oc-stage"]) for record in vault] == [("M2", "misrouted")]
    assert vault[0].key.decode().endswith("/0/1#0")


REFUSED = [
    ({"title": "a\u0000b"}, "22021"),
    ({"record_no": "".join(f"{n:07d}" for n in range(4000))}, "54000"),  # too long for the index
    ({"level": 70000}, "22003"),
    ({"quoted_nos": ["ok", "a\u0000b"]}, "22021"),
]


@pytest.mark.parametrize("batch_max", [1, 7, 500])
def test_what_postgresql_refuses_becomes_a_dead_letter_and_its_neighbours_are_stored(log, database, start_service, batch_max):
    log.use(database)
    neighbours, bodies, states = [], [], {}
    for fields, state in REFUSED:
        for _ in range(12):
            neighbours.append(f"N{len(neighbours):02d}")
            log.report(neighbours[-1], source="GRID")
        bodies.append({"record_no": "guilty", "title": "guilty"} | fields)
        origin = log.add("report", bodies[-1], source="GRID", count="dead")
        states[int(origin.rsplit("/", 1)[1].split("#")[0])] = state
    log.report("N-last", source="GRID")
    log.send()
    matcher = start_service("matcher", "--set", f"batch_max={batch_max}")
    wait_until_stored(database, log)
    assert database.rows("select record_no from onecase.reports order by report_id") == [(n,) for n in [*neighbours, "N-last"]]
    rows = database.rows("select kafka_offset, stage, rule, message, encode(sha256, 'hex') from onecase.dead_letters order by 1")
    assert {row[0]: row[2] for row in rows} == states
    for row in rows:
        assert row[1] == "write" and "guilty" not in row[3] and "\u0000" not in row[3]
    # The bytes were in the vault before the row was written (at least once, as a batch may be tried again).
    vault = {record.headers["oc-sha256"]: record for record in log.topics.read("onecase.deadletter")}
    assert [json.loads(vault[row[4]].value) for row in rows] == bodies
    assert {record.headers["oc-stage"] for record in vault.values()} == {"write"}
    assert reconciled(database) == log.expected_accounts()
    assert len(matcher.lines("event=rejected")) == len(REFUSED)
    assert "guilty" not in matcher.text()


def test_an_unreadable_record_becomes_a_dead_letter(log, database, start_service):
    log.use(database)
    log.report("U1")
    log.add("report", b"{broken", count="dead")
    log.add("report", None, count="dead")
    log.add("report", {"title": "no number"}, count="dead")
    log.add("report", {"record_no": "U2", "status": "thirty"}, count="dead")
    log.report("U3")
    log.send()
    start_service("matcher")
    wait_until_stored(database, log)
    assert database.rows("select kafka_offset, stage, rule, pointer from onecase.dead_letters order by 1") == [
        (1, "decode", "syntax", ""), (2, "decode", "empty", ""), (3, "decode", "required", "/record_no"),
        (4, "decode", "type", "/status")]
    assert reconciled(database) == log.expected_accounts()
    assert database.value("select count(*) from onecase.reports") == 2


def test_a_record_without_a_head_is_kept_by_its_own_place(log, database, start_service):
    log.use(database)
    place = log.topics.produce("onecase.report", [("9901", b"{}", [("ce_type", b"onecase.report")])])[0]
    log.report("V1")
    log.send()
    start_service("matcher")
    wait_until_stored(database, log)
    assert database.rows("select topic, partition, kafka_offset, stage, rule from onecase.dead_letters") == [
        (log.topics.name("onecase.report"), *place, "decode", "header")]
    assert reconciled(database) == log.expected_accounts()


def test_batch_sizes_give_equal_digests(log, new_database, start_service, onecase):
    mixed_log(log, seed=2, count=700)
    log.send()
    digests = []
    for batch_max in (1, 7, 500):
        database = log.use(new_database())
        matcher = start_service("matcher", "--set", f"batch_max={batch_max}", "--set", f"group=batch-{batch_max}",
                                database=database)
        wait_until_stored(database, log, limit=180)
        matcher.stop()
        digests.append(digest(onecase, database))
        assert reconciled(database) == log.expected_accounts()
    assert digests[0]["tables"]["reports"]["rows"] > 300
    assert digests[0] == digests[1] == digests[2]


def test_killed_in_mid_load_it_decides_as_if_it_never_was(log, new_database, start_service, onecase):
    mixed_log(log, seed=3, count=3000)
    log.send()
    calm = log.use(new_database())
    matcher = start_service("matcher", "--set", "group=calm", database=calm)
    wait_until_stored(calm, log)
    matcher.stop()

    killed = log.use(new_database())
    brake = Brake(killed)
    brake.stop(log.sent * 2 // 10)
    matcher = start_service("matcher", "--set", "group=killed", "--set", "batch_max=20", database=killed)
    for tenth in (1, 3, 5, 7):
        brake.stop(log.sent * (tenth + 1) // 10)
        brake.wait_for(log.sent * tenth // 10)
        matcher.kill()
        assert killed.value(STORED) < log.sent
        brake.release()
        matcher.start()
    wait_until_stored(killed, log)
    assert digest(onecase, killed) == digest(onecase, calm)
    assert reconciled(killed) == log.expected_accounts()


def test_two_matchers_share_the_partitions_and_lose_nothing(log, database, start_service):
    log.use(database)
    mixed_log(log, seed=4, count=600)
    first = start_service("matcher")
    log.send()
    first.wait_for_log("event=claimed")
    second = start_service("matcher", "--set", "batch_max=11")
    second.wait_for_log("event=claimed")
    mixed_log(log, seed=5, count=600)
    log.send()
    wait_until_stored(database, log)
    assert database.value("select count(distinct owner) from onecase.consumer_offsets") == 2
    first.kill()
    log.report("T1", region="9901")
    log.report("T2", region="9902")
    log.send()
    wait_until_stored(database, log, limit=90)
    assert database.value("select count(*) from onecase.reports where record_no in ('T1', 'T2')") == 2
    found = reconciled(database)
    assert {row[-2:] for row in found} == {(0, 0)}


def test_an_old_epoch_cannot_write(log, database, start_service, onecase):
    log.use(database)
    log.report("E1")
    log.send()
    matcher = start_service("matcher")
    wait_until_stored(database, log)
    before = digest(onecase, database)
    held = database.rows("select partition, next_offset, epoch from onecase.consumer_offsets where next_offset > 0")
    topic = log.topics.name("onecase.report")
    partition, offset, epoch = held[0]
    fence = "select onecase.fence(%s, %s::int[], %s::bigint[], %s::bigint[], %s::bigint[], %s::timestamptz[])"
    with database.connect() as connection, pytest.raises(psycopg.Error) as refused:
        connection.execute(fence, (topic, [partition], [offset], [offset + 1], [epoch - 1], ["2026-02-01T00:00:00Z"]))
    assert refused.value.sqlstate == "OC001"

    # Somebody else claims: the running matcher is the zombie now. It must not write, say so once, and claim again.
    database.execute("select onecase.claim(%s, %s::int[], 'somebody else')", (topic, [partition]))
    assert digest(onecase, database) == before
    log.report("E2")
    log.send()
    matcher.wait_for_log("OC001")
    wait_until_stored(database, log)
    assert database.rows("select record_no from onecase.reports order by report_id") == [("E1",), ("E2",)]
    assert database.value("select epoch from onecase.consumer_offsets where partition = %s", (partition,)) == epoch + 2
    assert len(matcher.lines("OC001")) == 1
    matcher.stop()


def test_commits_to_kafka_follow(log, topics, database, start_service):
    log.use(database)
    for number in range(30):
        log.report(f"K{number}", region="9901" if number % 2 else "9902")
    log.send()
    matcher = start_service("matcher")
    wait_until_stored(database, log)
    matcher.stop()
    ends = {p: end for p, end in topics.ends("onecase.report").items() if end > 0}
    committed = topics.committed(f"{topics.prefix}matcher", "onecase.report")
    assert {p: committed[p] for p in ends} == ends


def test_refuses_a_topic_that_is_not_the_databases(log, topics, database, start_service):
    matcher = start_service("matcher", start=False)
    matcher.start()
    matcher.expect_exit(1)
    assert "onecase topics --create" in matcher.text()
    database.execute("select onecase.set_report_topic(%s, %s)", (topics.name("onecase.report"), 24))
    matcher.start()
    matcher.expect_exit(1)
    assert "has 5 partitions, the database was made for 24: its regions would lie in others" in matcher.text()


def test_refuses_a_schema_that_is_not_there(log, empty_database, start_service):
    matcher = start_service("matcher", database=empty_database)
    matcher.expect_exit(1)
    assert "the database has no schema of onecase" in matcher.text() and "`sqitch deploy`" in matcher.text()


def test_refuses_times_stamped_by_the_sender(topics, database, start_service):
    log = ReportLog(topics)
    topics.create("onecase.report", 5)
    log.use(database)
    log.report("Q1")
    log.send()
    matcher = start_service("matcher")
    matcher.expect_exit(1)
    assert "must be LogAppendTime (`onecase topics --check` names what differs)" in matcher.text()
    assert database.value("select count(*) from onecase.reports") == 0


def test_a_frozen_matcher_that_thaws_writes_nothing(log, new_database, start_service, onecase):
    mixed_log(log, seed=6, count=2500)
    log.send()
    calm = log.use(new_database())
    matcher = start_service("matcher", "--set", f"group={log.topics.prefix}calm", database=calm)
    wait_until_stored(calm, log)
    matcher.stop()

    database = log.use(new_database())
    brake = Brake(database)
    brake.stop(log.sent // 2)
    frozen = start_service("matcher", "--set", "batch_max=10", "--set", "owner=frozen", database=database)
    brake.wait_for(log.sent // 5)
    frozen.signal(signal.SIGSTOP)
    assert database.value(STORED) < log.sent
    brake.release()
    other = start_service("matcher", "--set", "owner=other", database=database)
    wait_until_stored(database, log, limit=90)
    assert database.rows("select distinct owner from onecase.consumer_offsets where next_offset > 0") == [("other",)]
    frozen.signal(signal.SIGCONT)
    log.report("Z1", region="9901")
    log.report("Z2", region="9902")
    log.send()
    wait_until_stored(database, log)
    frozen.wait_for_log("event=claimed", limit=60, count=2)
    other.stop()
    frozen.stop()
    assert {row[-2:] for row in reconciled(database)} == {(0, 0)}
    matcher.start()
    wait_until_stored(calm, log)
    matcher.stop()
    assert digest(onecase, database) == digest(onecase, calm)


def test_a_claim_that_was_overtaken_while_memory_was_read_is_made_again(log, database, start_service):
    """What it read would be of two moments. The trigger claims for another one when the first claim commits, once."""
    log.use(database)
    log.report("T1")
    log.send()
    topic = log.topics.name("onecase.report")
    database.execute("select onecase.claim(%s, %s::int[], 'before')", (topic, list(range(log.partitions))))
    database.execute("create table onecase.overtaken (n integer)")
    database.execute("""
        create function onecase.overtake() returns trigger language plpgsql as $$
        begin
            if not exists (select from onecase.overtaken) then
                insert into onecase.overtaken values (1);
                update onecase.consumer_offsets set epoch = epoch + 1, owner = 'other'
                 where topic = new.topic and partition = new.partition;
            end if;
            return null;
        end $$""")
    database.execute("create constraint trigger overtake after update on onecase.consumer_offsets deferrable initially deferred"
                     " for each row when (new.epoch <> old.epoch) execute function onecase.overtake()")
    matcher = start_service("matcher")
    matcher.wait_for_log("event=waiting .*was claimed by another matcher while it was loaded")
    wait_until_stored(database, log)
    assert len(matcher.lines("event=claimed")) == 1 and "OC001" not in matcher.text()
    matcher.stop()


def test_an_owner_that_hangs_in_its_transaction_is_put_out(log, database, start_service):
    log.use(database)
    log.report("H1")
    log.send()
    topic = log.topics.name("onecase.report")
    with database.connect(application_name="onecase-matcher") as hung:
        hung.execute("begin")
        hung.execute("select onecase.claim(%s, %s::int[], 'frozen')", (topic, list(range(log.partitions))))
        hung.execute("commit")
        hung.execute("begin")
        hung.execute("select 1 from onecase.consumer_offsets for update")
        matcher = start_service("matcher")
        matcher.wait_for_log("55P03")
        wait_until_stored(database, log)
        with pytest.raises(psycopg.OperationalError):
            hung.execute("select 1")
    assert database.value("select count(*) from onecase.reports") == 1
    assert len(matcher.lines("event=waiting")) == 1
