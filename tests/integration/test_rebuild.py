"""Memory rebuilt equals memory grown, and where a batch ends never shows.

One crafted log has every turn a report can take: revisions that change what was compared, closings and reopenings, late
reports, more members than are kept for comparison, twins, updates before and beside their reports, copies, inspections,
texts and numbers at the edge of what can be stored. It is decided by a matcher that is killed between every two records,
by batches of several sizes, over connections that are cut at the commit, and each time the database is the same.
"""

from __future__ import annotations

import json
import select
import socket
import socketserver
import threading
import time
from collections.abc import Callable

import pytest
from brake import STORED, Brake
from harness import Database, wait_until
from report_log import ReportLog, mixed_log, reconciled, wait_until_stored

NASTY = 'say "no" \\ \\n, {a,b} \n\t\r 😀 𠮷𡈽 NULL \'$1\' 100% é'
LIST = [NASTY, "", "NULL", '"', "\\", ",", "{}", "𠮷", "😀", " "]
LIFT = {"category": "A02", "point": None, "point_system": None, "point_precision": None}
CALLER = "1:" + "ab" * 16
TABLES = {"reports": "region report_id", "report_revisions": "report_partition report_offset",
          "assignments": "region report_id assignment_no n",
          "pending_updates": "report_partition report_offset", "hazards": "region hazard_id",
          "hazard_relations": "region hazard_a hazard_b kind", "cases": "region case_id",
          "decisions": "region decision_id", "case_events": "region seq"}


def at(day: int, hour: int = 8) -> str:
    return f"2026-{1 + (day - 1) // 28:02d}-{1 + (day - 1) % 28:02d}T{hour:02d}:00:00.000Z"


def lift(log: ReportLog, record_no: str, building: str, day: int, **more: object) -> None:
    """A call about a lift; the estate is made up."""
    fields = LIFT | {"address": f"听雨新村{building}", "title": "电梯经常异响停运", "body": "上下都要等很久，老人出不了门",
                     "occurred_at": at(day), "reported_at": at(day, 9), "status": 10, "revision": 1}
    log.report(record_no, **(fields | more))


def revised_place(log: ReportLog) -> None:
    """What was compared changes before the next report alike: decisions look at what the first ones saw, which are several."""
    lift(log, "P0", "3幢2单元", 1)
    lift(log, "P1", "3幢2单元", 1, reporter=CALLER)
    log.report("P1", "update", revision=2, status=20, title=NASTY, body=NASTY, address="荷风苑9幢1单元", place_name=NASTY,
               category="C03", point=[120.123456789012345, 30.987654321], point_system="GCJ-02", point_precision="A",
               flags=LIST, quoted_nos=LIST, assist_orgs=LIST, party_name=NASTY, measures=NASTY, occurred_at=at(9),
               extra={"/a": NASTY, "/b": [1e300, None]})
    lift(log, "P2", "3幢2单元", 2)
    lift(log, "P3", "3幢2单元", 3, address="荷风苑9幢1单元")
    for number, changes in enumerate([{"finder_kind": "grid"}, {"origin_no": "GRID-77", "origin_source": "GRID"},
                                      {"reporter": "2:" + "cd" * 16}, {"reporter_kind": "staff"}, {"lift_plate": "54321"},
                                      {"device_id": "D-2"}, {"place_name": "荷风苑"}, {"found_at": at(9)}]):
        lift(log, f"P4{number}", f"{number + 101}幢1单元", 4, reporter=CALLER, occurred_at=None)
        log.report(f"P4{number}", "update", revision=2, **changes)
        lift(log, f"P5{number}", f"{number + 101}幢1单元", 5, reporter=CALLER, quoted_nos=["GRID-77"], lift_plate="12345",
             device_id="D-1")


def closings(log: ReportLog) -> None:
    lift(log, "C1", "11幢1单元", 1)
    lift(log, "C2", "11幢1单元", 3, title="电梯停运", body="")
    log.report("C1", "update", revision=2, status=60, changed_at=at(5))
    log.report("C2", "update", revision=2, status=60, changed_at=at(6))
    log.report("C2", "update", revision=3, status=60, changed_at=at(30), satisfaction=2)  # it was closed on the sixth
    lift(log, "C3", "11幢1单元", 4)  # late: it changes nothing
    lift(log, "C4", "11幢1单元", 10)  # the repair did not hold
    for record_no in ("C3", "C4"):
        log.report(record_no, "update", revision=2, status=60, changed_at=at(12))
    lift(log, "C5", "11幢1单元", 11, status=60, changed_at=at(12))
    lift(log, "C6", "11幢1单元", 150)
    log.report("C6", "update", revision=2, status=60, changed_at=at(152))
    log.report("C6", "update", revision=3, status=30, changed_at=at(153), trapped=1, level=1)
    lift(log, "C0", "11幢1单元", 0 + 1, occurred_at="2025-12-20T00:00:00.000Z")  # before every case


def crowds(log: ReportLog) -> None:
    """Twelve members, one a serial caller; then calls that name the estate alone, in an estate of one lift twins."""
    for number in range(12):
        lift(log, f"M{number}", "7幢2单元", 20 + number // 4, title="电梯停运" if number % 3 else "电梯经常异响停运，要等很久",
             reporter=CALLER if number % 2 else f"1:{number:032x}", source="GRID" if number == 7 else "H12345")
    lift(log, "V1", "", 21)
    lift(log, "V2", "", 22, title="小区电梯又坏了没人修")
    lift(log, "V3", "7幢", 22)
    for record_no, building, day in (("T1", "1幢1单元", 30), ("T2", "", 45), ("T3", "", 46), ("T4", "1幢1单元", 47)):
        lift(log, record_no, building, day, address=f"望山小区{building}")
    log.report("N1", **LIFT, title="不知道在哪里", occurred_at=at(22))
    log.report("N2", **LIFT, title="不知道在哪里，电梯又停了", occurred_at=at(22))


def updates(log: ReportLog) -> None:
    log.report("U1", "update", revision=3, status=30, address="荷风苑2幢1单元")
    log.report("U1", "assignment", revision=2, status=20, lead_org=NASTY)
    lift(log, "U1", "15幢1单元", 30)
    lift(log, "U2", "16幢1单元", 30)
    log.report("U2", "update", revision=2, status=20)  # a status first, then what was compared
    log.report("U2", "update", revision=3, address="荷风苑3幢1单元")
    log.report("U2", "update", revision=4, status=30)
    lift(log, "U3", "17幢1单元", 30)
    log.report("U3", "update", revision=2, address="荷风苑4幢1单元")  # there and back again
    log.report("U3", "update", revision=3, address="听雨新村17幢1单元")
    lift(log, "U4", "18幢1单元", 30)
    log.report("U4", "update", revision=2, address="听雨新村18幢1单元", title="电梯经常异响停运")  # the same again
    lift(log, "U5", "16幢1单元", 31)
    lift(log, "U6", "17幢1单元", 31)


def others(log: ReportLog) -> None:
    lift(log, "R1", "3幢2单元", 40, region="9902", source="GRID")  # another region, the same partition
    lift(log, "R2", "3幢2单元", 41, region="9902")
    lift(log, "I1", "20幢1单元", 42, kind="inspection", result="problem", finder_kind="inspector")
    lift(log, "I2", "20幢1单元", 43, kind="inspection", result="no_problem")
    log.report("I2", "update", revision=2, status=60)
    lift(log, "K2", "", 44, source="GRID", origin_no="K1", origin_source="H12345")  # a copy before its original
    lift(log, "K1", "21幢1单元", 44)
    lift(log, "K3", "22幢1单元", 45, quoted_nos=[f"QUOTED{number}" for number in range(200)], flags=LIST)
    lift(log, "K4", "22幢1单元", 46, quoted_nos=["K3"], flags=[f"flag_{number}" for number in range(200)])


def edges(log: ReportLog) -> None:
    lift(log, "E1", "30幢1单元", 50, title=NASTY, body=NASTY * 20, party_name=NASTY, lift_plate=NASTY, community_code=NASTY,
         quoted_nos=LIST, flags=LIST, assist_orgs=LIST, reporter_kind=NASTY, result=NASTY, extra={NASTY: NASTY})
    lift(log, "E2", "30幢1单元", 50, trapped=2147483647, injured=2147483647, part_no=32767, category_confidence=32767,
         urged=2147483647, revision=9223372036854775806, level=32767)
    lift(log, "E3", "31幢1单元", 50, point=[180, -90], point_system="WGS-84", point_precision="A", category="E01")
    lift(log, "E4", "31幢1单元", 50, point=[5e-324, 0.1], point_system="WGS-84", point_precision="E", category="E01")
    lift(log, "E5", "32幢1单元", 50, occurred_at="0001-01-01T00:00:00.000Z", reported_at="9999-12-31T23:59:59.999Z")
    log.report("E5", "update", revision=2, title="停运", point=[1e-7, 1.0000000000000002], point_system="WGS-84",
               point_precision="C")
    lift(log, "E6", "32幢1单元", 51)
    lift(log, "E7", "33幢1单元", 51, status=60, level=2, trapped=3, injured=1, dead=1)
    log.report("E7", "update", revision=2, status=0, level=0, trapped=-1, injured=-2147483648, dead=-7)
    lift(log, "E8", "33幢1单元", 52)
    log.report("E7", "update", revision=3, status=-5, trapped=0)
    lift(log, "E9", "33幢1单元", 53)


def rotation(log: ReportLog) -> None:
    """The key of reporters changes: under the old one, both, the new one; revisions that take the old one back."""
    old, new, other = "1:" + "a1" * 16, "2:" + "b2" * 16, "2:" + "c3" * 16
    lift(log, "Q1", "41幢1单元", 60, reporter=old)
    lift(log, "Q2", "41幢1单元", 61, reporter=new, reporter_before=old)
    lift(log, "Q3", "41幢1单元", 62, reporter=new)
    log.report("N3", **LIFT, title="不知道在哪里，电梯又停了", occurred_at=at(63), reporter=other, reporter_before=old)
    for number, changes in enumerate([[{"reporter": new}], [{"reporter": other}], [{"reporter_before": "1:" + "d4" * 16}],
                                      [{"reporter": new}, {"reporter": new, "reporter_before": old}],
                                      [{"reporter": new, "reporter_before": old}], [{"title": "停运", "status": 20}]]):
        lift(log, f"Q4{number}", f"{number + 201}幢1单元", 64, reporter=new, reporter_before=old)
        for revision, change in enumerate(changes):
            log.report(f"Q4{number}", "update", revision=revision + 2, **change)
        lift(log, f"Q5{number}", f"{number + 201}幢1单元", 65, reporter=old)


def letterheads(log: ReportLog) -> None:
    """What the feed writes into every text; revisions with and without it."""
    head = "【惠民服务热线青松家园12幢坐席】如遇电梯困人请报电梯编号54321"
    said = {"body": head + "上下都要等很久，老人出不了门", "title": head}
    noise = {"noise": [head, "没有出现过的套话"]}
    lift(log, "S1", "51幢1单元", 70, **said, **noise)
    lift(log, "S2", "51幢1单元", 71, **said, **noise)
    lift(log, "S3", "51幢1单元", 72, **said)
    for number, changes in enumerate([[{"title": "停运"}], [{"body": head + "停运"} | noise], [{"noise": [NASTY]}],
                                      [said, said | noise], [said], [{"status": 20}, {"status": 30}]]):
        lift(log, f"S4{number}", f"{number + 301}幢1单元", 73, **said, **noise)
        for revision, change in enumerate(changes):
            log.report(f"S4{number}", "update", revision=revision + 2, **change)
        lift(log, f"S5{number}", f"{number + 301}幢1单元", 74, **said, **noise)


def history(log: ReportLog) -> None:
    """Fed late, and between the living: what is old, what came before its report, what is from the future."""
    fed = {"headers": {"oc-backfill": "true"}}
    log.report("H1", "update", status=60, changed_at="2014-03-09T00:00:00.000Z", **fed)
    for record_no, time in (("H1", "2014-03-01T00:00:00.000Z"), ("H2", "2014-03-02T00:00:00.000Z"),
                            ("H3", "2099-01-01T00:00:00.000Z"), ("H4", "2015-01-01T00:00:00.000Z")):
        lift(log, record_no, "61幢1单元", 1, occurred_at=time, reported_at=time, changed_at=time, revision=None, **fed)
    log.report("H2", "update", status=60, changed_at="2014-03-10T00:00:00.000Z", **fed)
    log.report("H2", "update", occurred_at="2013-01-01T00:00:00.000Z", changed_at="2014-03-11T00:00:00.000Z", **fed)
    lift(log, "H5", "61幢1单元", 75)
    lift(log, "H6", "61幢1单元", 1, occurred_at="2014-03-05T00:00:00.000Z")  # live: that clock is wrong


def spreading(log: ReportLog) -> None:
    """A smell of gas from ever further away: the area grows with its members, some of whom say no sure place."""
    for number in range(14):
        north = 30.25 + number * 0.0004  # some 44 m each
        log.report(f"G{number}", category="B01", title="闻到很浓的煤气味", body="楼道里煤气味很重，大家都不敢开灯",
                   point=None if number == 4 else [120.5, north], point_system="WGS-84",
                   point_precision="D" if number in (0, 7) else "B", reporter=CALLER if number in (2, 3) else f"1:{number:032x}",
                   occurred_at=f"{at(80)[:14]}{number * 3:02d}:00.000Z")


def buckets(log: ReportLog) -> None:
    """Calls that name their estate alone, where two lifts are out: they wait. Callers ring again, quote their number and name the lift:
    one call moves, the other stays; then a bucket of one estate is claimed as a whole."""
    def vague(record_no: str, day: int, estate: str, **more: object) -> None:
        lift(log, record_no, "", day, address=estate, title="小区电梯坏了", body="", **more)

    for number in (1, 2):
        lift(log, f"B{number}", f"{number + 4}幢1单元", 80, address=f"拾光小区{number + 4}幢1单元")
    for number in (3, 4, 5):
        vague(f"B{number}", 81, "拾光小区")
    lift(log, "B6", "5幢1单元", 82, address="拾光小区5幢1单元", quoted_nos=["B3"])
    log.report("B4", "update", revision=2, status=30)
    vague("B7", 83, "拾光小区")
    for number in (1, 2):
        vague(f"B8{number}", 84, "晚晴小区")
    lift(log, "B83", "2幢1单元", 85, address="晚晴小区2幢1单元", quoted_nos=["B81", "B82"])
    lift(log, "B84", "2幢1单元", 86, address="晚晴小区2幢1单元")


@pytest.fixture
def log(topics) -> ReportLog:
    """One partition, so that both regions lie in it."""
    return ReportLog(topics, partitions=1).create()


def departments(log: ReportLog) -> None:
    """What departments say of a report, in order and out of it; urges, rechecks, work given back; and a merge of two that say it."""
    lift(log, "D1", "41幢1单元", 60, urge=True)
    log.report("D1", "assignment", revision=2, assignment_no="D1-1", status=30, lead_org="甲局", assist_orgs=["丁街道"], changed_at=at(61))
    log.report("D1", "assignment", revision=4, assignment_no="D1-2", status=30, lead_org="乙局", changed_at=at(63))
    log.report("D1", "assignment", revision=3, assignment_no="D1-1", status=90, return_reason="not_ours", changed_at=at(62))
    log.report("D1", "assignment", revision=5, assignment_no="D1-2", return_reason="no such reason", changed_at=at(64))
    for _ in range(2):  # told twice
        log.report("D1", "update", revision=6, urge=True, changed_at=at(65))
    log.report("D1", "assignment", revision=7, assignment_no="D1-3", status=20, changed_at=at(66))  # whose it is comes later
    log.report("D1", "assignment", revision=8, assignment_no="D1-3", status=40, lead_org="丙局", tracker_post="网格长", changed_at=at(67))
    log.report("D1", "update", revision=9, urged=7, reply=NASTY, measures=NASTY, satisfaction=1, changed_at=at(68))
    log.report("D1", "update", revision=10, urge=True, reply=NASTY, measures="换了", satisfaction=1, changed_at=at(69))
    log.report("D1", "assignment", revision=11, assignment_no="D1-3", status=60, changed_at=at(70))
    log.report("D1", "update", revision=12, status=60, changed_at=at(71))
    log.report("D1", "update", revision=13, recheck_result="fail", changed_at=at(72))  # of itself it says no status
    log.report("D1", "update", revision=14, status=60, changed_at=at(73))
    log.report("D1", "update", revision=15, recheck_result="fail", status=65, changed_at=at(74))
    log.report("D1", "update", revision=16, recheck_result="a|b", changed_at=at(75))
    log.report("D2", "assignment", revision=3, status=30, lead_org="甲局", changed_at=at(62))  # before its report, and the later first
    log.report("D2", "assignment", revision=2, status=10, lead_org="甲局", changed_at=at(61))
    lift(log, "D2", "42幢1单元", 60)
    lift(log, "D3", "43幢1单元", 60, kind="inspection", result="ordered", finder_kind="inspector", status=60)
    for day, result in ((60, "ordered"), (62, "ordered"), (62, "ordered"), (63, "no_problem")):  # the same again is no visit
        lift(log, "D3", "43幢1单元", 60, kind="inspection", result=result, recorded_at=at(day), count="updates")
    lift(log, "D4", "44幢1单元", 60, status=40, lead_org="戊局", measures="围挡", urged=2)
    lift(log, "D4B", "44幢1单元", 61, status=10, reporter="1:" + "44" * 16)
    log.report("D4B", "assignment", revision=2, assignment_no="D4B-1", status=30, lead_org="己局", changed_at=at(62))
    log.report("D4", "update", revision=2, address="听雨新村45幢1单元", changed_at=at(63))
    log.report("D4B", "assignment", revision=3, assignment_no="D4B-1", status=90, changed_at=at(64))
    log.report("D4", "update", revision=3, status=90, return_reason="duplicate", changed_at=at(65))
    log.report("D4", "update", revision=4, status=30, lead_org="庚局", changed_at=at(66))


def crafted(log: ReportLog) -> None:
    for part in (revised_place, closings, crowds, updates, others, edges, rotation, letterheads, buckets, history, spreading, departments):
        part(log)


def digest(onecase: Callable, database: Database) -> dict:
    return json.loads(onecase("digest", "--json", database=database).stdout)["tables"]


def differences(found: Database, expected: Database) -> list[tuple]:
    """(table, row, column, found, expected) wherever the two differ; not in when a row was written, the one column of a clock."""
    different = []
    for table, key in TABLES.items():
        ours, theirs = ({tuple(row[name] for name in key.split()): row for (row,) in
                         database.rows(f"select to_jsonb(t) from onecase.{table} t")} for database in (found, expected))
        for place in sorted(set(ours) | set(theirs)):
            one, other = ours.get(place, {}), theirs.get(place, {})
            different += [(table, place, column, one.get(column), other.get(column))
                          for column in one | other if column != "written_at" and one.get(column) != other.get(column)]
    return different


def assert_same(onecase: Callable, found: Database, expected: Database) -> None:
    different = differences(found, expected)
    assert not different, "\n".join(str(one)[:500] for one in different)
    assert digest(onecase, found) == digest(onecase, expected)


def assert_sound(database: Database) -> None:
    """Chains are whole, decisions add up, nothing is missing or doubled or refused."""
    for (region,) in database.rows("select region from onecase.region_counters"):
        assert database.value("select onecase.verify_chain(%s)", (region,)) is None
    assert database.rows(
        "select region, decision_id from onecase.decisions where score_mb is not null and score_mb <> "
        "prior_mb - competition_mb + (select coalesce(sum(weight), 0) from unnest(weights_mb) as weight)") == []
    assert database.rows("select rule, message from onecase.dead_letters") == []
    assert {row[-2:] for row in reconciled(database)} == {(0, 0)}


def decide(log: ReportLog, database: Database, start_service: Callable, *settings: str) -> None:
    log.use(database)
    own = [word for setting in (f"group={database.name}", *settings) for word in ("--set", setting)]
    matcher = start_service("matcher", *own, database=database)
    wait_until_stored(database, log, limit=120)
    matcher.stop()


def test_the_crafted_log_has_what_it_promises(log, database, start_service):
    crafted(log)
    log.send()
    decide(log, database, start_service)
    assert_sound(database)
    assert reconciled(database) == log.expected_accounts()
    counts = dict(database.rows("select outcome, count(*) from onecase.decisions group by 1"))
    assert counts["link"] > 20 and counts["new"] > 20 and counts["review"] > 0
    assert counts["bucket"] > 2 and counts["moved"] > 1
    assert database.value("select max(report_count) from onecase.hazards") > 8
    extents = database.rows("select scope, extent_m, report_count from onecase.hazards where extent_m is not null")
    assert extents and all(scope == "area" and 0 < extent <= 300 and count >= 3 for scope, extent, count in extents)
    kinds = {kind for (kind,) in database.rows("select distinct kind from onecase.case_events")}
    assert kinds >= {"opened", "closed", "reopened", "report_linked", "escalated", "status_changed", "review_requested"}
    placed = dict(database.rows("select record_no, hazard_id from onecase.reports where region = '9901'"))
    assert placed["P1"] == placed["P2"] != placed["P3"]
    assert placed["K1"] == placed["K2"]
    assert len({placed[f"C{number}"] for number in range(7)}) == 1
    assert placed["B3"] == placed["B1"] == placed["B6"] and placed["B4"] == placed["B5"] not in (placed["B1"], placed["B2"])
    assert placed["B81"] == placed["B82"] == placed["B83"] == placed["B84"]


def test_killed_between_every_two_records(log, new_database, start_service, onecase):
    crafted(log)
    records, log.pending = log.pending, []
    killed = log.use(new_database())
    matcher = None
    for record in records:
        log.pending = [record]
        log.send()
        # A group of its own each time: the broker would hold the partitions of a killed member for ten seconds.
        matcher = start_service("matcher", "--set", f"group={killed.name}-{log.sent}", database=killed)
        wait_until(lambda: killed.value("select coalesce(max(next_offset), 0) from onecase.consumer_offsets") == log.sent,
                   60, f"record {log.sent} to be stored", every=0.02)
        matcher.kill()
    calm = new_database()
    decide(log, calm, start_service)
    assert_same(onecase, killed, calm)
    assert_sound(killed)


def test_batches_of_any_size(log, new_database, start_service, onecase):
    crafted(log)
    log.send()
    first = new_database()
    decide(log, first, start_service, "batch_max=500")
    for batch_max in (1, 2, 7):
        other = new_database()
        decide(log, other, start_service, f"batch_max={batch_max}")
        assert_same(onecase, other, first)


@pytest.mark.parametrize("fields", [{"title": "guilty\0"}, {"trapped": 2**40}, {"flags": ["guilty\0"]}, {"level": 40000}],
                         ids=["nul", "count", "list", "level"])
@pytest.mark.parametrize("batch_max", [1, 500])
def test_an_update_that_cannot_be_stored_harms_no_report_it_waits_for(log, database, start_service, fields, batch_max):
    guilty = log.report("W1", "update", revision=2, count="dead", **fields)
    lift(log, "W1", "3幢2单元", 1)
    log.report("W1", "update", revision=3, status=20)
    log.send()
    decide(log, database, start_service, f"batch_max={batch_max}")
    assert database.rows("select record_no, status, title from onecase.reports") == [("W1", 20, "电梯经常异响停运")]
    [(topic, offset, stage)] = database.rows("select topic, kafka_offset, stage from onecase.dead_letters")
    assert guilty == f"{topic}/0/{offset}#0" and stage == "write"
    assert reconciled(database) == log.expected_accounts()


def test_a_closing_in_the_far_future_swallows_no_later_report(log, database, start_service):
    lift(log, "F1", "3幢2单元", 1)
    log.report("F1", "update", revision=2, status=60, changed_at="2099-01-01T00:00:00.000Z")
    log.send()
    time.sleep(0.05)
    lift(log, "F2", "3幢2单元", 2, occurred_at=None, reported_at=None)  # it happens when it comes, after the closing came
    log.send()
    decide(log, database, start_service)
    assert database.rows("select reopened_count, closed_at from onecase.cases") == [(1, None)]


class CutAtCommit:
    """Between the matcher and PostgreSQL: of every few transactions one is cut off, before PostgreSQL sees its end or after
    it has committed but before the matcher hears of it."""

    SYNC = b"S\0\0\0\x04"

    def __init__(self, host: str, port: int) -> None:
        self.where = (host, port)
        self.cuts = {"before": 0, "after": 0}
        self.fences = 0
        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), self.handler(), bind_and_activate=True)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def handler(self) -> type:
        outer = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                outer.relay(self.request)

        return Handler

    def next_cut(self) -> str | None:
        self.fences += 1
        return {3: "before", 6: "after"}.get(self.fences % 7)

    def relay(self, client: socket.socket) -> None:
        with socket.create_connection(self.where) as server:
            cut = None
            buffer = b""  # of the transaction that the client is sending
            while True:
                for ready in select.select([client, server], [], [])[0]:
                    data = ready.recv(65536)
                    if not data:
                        return
                    if ready is server:
                        if cut == "after":
                            self.cuts["after"] += 1
                            time.sleep(0.05)  # PostgreSQL has answered, so it has committed
                            return
                        client.sendall(data)
                        continue
                    buffer += data
                    if not buffer.endswith(self.SYNC):
                        if b"\0fence\0" not in buffer:
                            server.sendall(buffer)
                            buffer = b""
                        continue
                    cut = self.next_cut() if b"\0fence\0" in buffer and b"select onecase.fence" not in buffer else None
                    if cut == "before":
                        self.cuts["before"] += 1
                        server.sendall(buffer[:-len(self.SYNC)])
                        return
                    server.sendall(buffer)
                    buffer = b""

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def test_connections_cut_at_the_commit(servers, log, new_database, start_service, onecase):
    crafted(log)
    mixed_log(log, seed=21, count=400)
    log.send()
    calm = new_database()
    decide(log, calm, start_service)
    database = new_database()
    where = database.environment()
    proxy = CutAtCommit(where["PGHOST"], int(where["PGPORT"]))
    try:
        decide(log, database, start_service, "batch_max=5", f"conninfo=host=127.0.0.1 port={proxy.port}")
    finally:
        proxy.close()
    assert proxy.cuts["before"] >= 5 and proxy.cuts["after"] >= 5
    assert_same(onecase, database, calm)
    assert {row[-2:] for row in reconciled(database)} == {(0, 0)}
    assert database.value("select count(*) from onecase.dead_letters where stage = 'write'") == 0


def test_races_are_tried_again(log, new_database, start_service, onecase):
    crafted(log)
    log.send()
    calm = new_database()
    decide(log, calm, start_service)
    database = new_database()
    database.execute(
        "create sequence onecase.turns; grant usage on onecase.turns to public; "
        "create function onecase.stumble() returns trigger language plpgsql as $$ begin "
        "case nextval('onecase.turns') % 6 when 1 then raise exception 'race' using errcode = '40001'; "
        "when 3 then raise exception 'deadlock' using errcode = '40P01'; "
        "when 4 then raise exception 'full' using errcode = '53200'; else return null; end case; end $$; "
        "create trigger stumble after update on onecase.region_counters for each row execute function onecase.stumble()")
    decide(log, database, start_service, "batch_max=7")
    assert database.value("select last_value from onecase.turns") > 20
    assert_same(onecase, database, calm)
    assert_sound(database)


def test_members_that_come_and_go_under_load(topics, new_database, start_service, onecase):
    log = ReportLog(topics).create()  # two partitions that have records
    mixed_log(log, seed=22, count=4000)
    crafted(log)
    log.send()
    calm = new_database()
    decide(log, calm, start_service)
    database = log.use(new_database())
    brake = Brake(database)
    brake.slow(200, beyond=int(log.sent * 0.05))
    settings = ["--set", f"group={database.name}", "--set", "batch_max=5"]
    first = start_service("matcher", *settings, database=database)
    moves = 0
    for part in (0.05, 0.15, 0.25, 0.35, 0.45):
        brake.slow(200, beyond=int(log.sent * part))
        brake.wait_for(int(log.sent * part))
        second = start_service("matcher", *settings, database=database)
        second.wait_for_log("event=claimed")
        moves += database.value(STORED) < log.sent
        second.stop()
    brake.release()
    wait_until_stored(database, log, limit=120)
    first.stop()
    assert moves >= 3, "the load was over before the partitions moved"
    assert_same(onecase, database, calm)
    assert {row[-2:] for row in reconciled(database)} == {(0, 0)}


def test_a_change_from_the_far_future_keeps_no_later_one_out(log, database, start_service):
    lift(log, "F1", "3幢2单元", 1, revision=None)
    log.report("F1", "update", status=20, changed_at="2099-01-01T00:00:00.000Z")
    log.report("F1", "update", status=30, changed_at=at(3), partition=1)
    log.send()
    decide(log, database, start_service)
    assert database.rows("select status from onecase.reports") == [(30,)]
