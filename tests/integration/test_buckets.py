"""Vague reports through the real matcher: twenty calls about "the lift of our estate" are one bucket with one case, and
find their lift when someone names it; with batches of any size and with kills in between the database is the same.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from harness import Database, wait_until
from report_log import ReportLog
from test_rebuild import LIFT, assert_same, assert_sound, at, decide

CALLS = 20
SAID = {"title": "小区电梯坏了", "body": "小区电梯又坏了，上下楼都要等很久，老人出不了门", "status": 10, "revision": 1}

DARK = {"title": "轿厢灯不亮", "body": "轿厢里的灯一闪一闪，这几天晚上完全不亮"}


def call(log: ReportLog, record_no: str, address: str | None, day: int, hour: int = 8, **more: object) -> None:
    log.report(record_no, **(LIFT | SAID | {"address": address, "occurred_at": at(day, hour), "reported_at": at(day, hour)} | more))


def smell(log: ReportLog, record_no: str, address: str | None, minute: int) -> None:
    time = f"{at(20)[:14]}{minute:02d}:00.000Z"
    log.report(record_no, category="B01", title="煤气味", body="闻到很浓的煤气味，不敢开灯", address=address, point=None,
               point_system=None, point_precision=None, occurred_at=time, reported_at=time)


def twenty_calls(log: ReportLog) -> None:
    for number in range(CALLS):
        call(log, f"B{number:02d}", "听雨新村", 1, number, source="GRID" if number == 7 else "H12345")


def story(log: ReportLog) -> None:
    """Every turn a bucket can take."""
    twenty_calls(log)
    call(log, "NAMED", "听雨新村3幢2单元", 2)  # claims all
    call(log, "NEXT", "听雨新村3幢2单元", 3)
    call(log, "D1", "荷风苑", 4)  # a bucket that some leave, and some do not
    call(log, "D2", "荷风苑", 4, 20, **DARK)
    call(log, "D3", "荷风苑7幢1单元", 62, quoted_nos=["D1"])
    call(log, "D4", "荷风苑9幢1单元", 63)
    call(log, "D5", "荷风苑", 4, 22, **DARK)  # late
    call(log, "C1", "望山小区", 5, status=60, changed_at=at(6))  # closed: the next one opens another
    call(log, "C2", "望山小区", 5, 10)
    log.report("C2", "update", revision=2, status=60, changed_at=at(8))
    call(log, "C3", "望山小区", 5, 12)
    call(log, "C5", "望山小区", 7)  # days later: another matter
    call(log, "C4", None, 9, source="GRID", origin_no="C3", origin_source="H12345")
    for number in range(40):  # a full one is followed by another
        call(log, f"F{number:02d}", "青松家园", 10, number % 24)
    for minute, address in enumerate([None, "湖畔花园3幢", "湖畔花园5幢", "湖畔花园3幢", "湖畔花园6幢", None, None]):
        smell(log, f"G{minute}", address, minute * 3)


@pytest.fixture
def log(topics) -> ReportLog:
    return ReportLog(topics, partitions=1).create()


def placed(database: Database) -> dict[str, int]:
    return dict(database.rows("select record_no, hazard_id from onecase.reports"))


def outcomes(database: Database, record_no: str) -> list[str]:
    return [outcome for (outcome,) in database.rows(
        "select d.outcome from onecase.decisions d join onecase.reports r using (region, report_id)"
        " where r.record_no = %s order by d.decision_id", (record_no,))]


def test_twenty_calls_are_one_case_and_find_their_lift(log, database, start_service):
    twenty_calls(log)
    log.send()
    decide(log, database, start_service)
    assert database.rows("select bucket, estate, buildings, report_count, case_count from onecase.hazards") == [
        (True, "听雨新村", [], CALLS, 1)]
    assert database.rows("select report_count, closed_at, level from onecase.cases") == [(CALLS, None, 1)]
    assert database.rows("select reason_code from onecase.case_events where kind = 'opened'") == [("bucket",)]
    assert dict(database.rows("select outcome, count(*) from onecase.decisions group by 1")) == {"bucket": CALLS}
    [(case_no,)] = database.rows("select case_no from onecase.cases")
    call(log, "NAMED", "听雨新村3幢2单元", 2)
    log.send()
    decide(log, database, start_service)
    assert database.rows("select bucket, buildings, unit, report_count from onecase.hazards where merged_into is null") == [
        (False, ["3"], "2", CALLS + 1)]
    assert database.rows("select case_no, report_count from onecase.cases where merged_into is null") == [(case_no, CALLS + 1)]
    assert outcomes(database, "B07") == ["bucket", "moved"] and outcomes(database, "NAMED") == ["new"]
    assert len(set(placed(database).values())) == 1
    assert_sound(database)


def test_every_turn_of_a_bucket(log, database, start_service):
    story(log)
    log.send()
    decide(log, database, start_service)
    where = placed(database)
    assert where["NEXT"] == where["NAMED"] == where["B00"]
    assert where["D1"] == where["D3"] and where["D2"] == where["D5"] != where["D1"]
    assert len({where[f"C{number}"] for number in (1, 2, 3, 5)}) == 4 and where["C4"] == where["C3"]
    assert len({where[f"F{number:02d}"] for number in range(40)}) == 2
    buckets = {hazard for (hazard,) in database.rows("select hazard_id from onecase.hazards where bucket")}
    assert buckets == {where[name] for name in ("D2", "C1", "C2", "C3", "C5", "F00", "F39", "G0")}
    assert (where["G0"], where["G1"]) in database.rows(
        "select hazard_a, hazard_b from onecase.hazard_relations where kind = 'contains'")
    assert where["G0"] == where["G5"] == where["G6"] and where["G1"] == where["G2"] == where["G3"] == where["G4"]
    assert_sound(database)


def test_batches_of_any_size_and_kills_in_between(log, new_database, start_service, onecase: Callable):
    story(log)
    records, log.pending = log.pending, []
    killed = log.use(new_database())
    for first in range(0, len(records), 9):
        log.pending = records[first:first + 9]
        log.send()
        matcher = start_service("matcher", "--set", f"group={killed.name}-{log.sent}", database=killed)
        wait_until(lambda: killed.value("select coalesce(max(next_offset), 0) from onecase.consumer_offsets") == log.sent,
                   60, f"record {log.sent} to be stored", every=0.02)
        matcher.kill()
    for batch_max in (1, 7, 500):
        other = new_database()
        decide(log, other, start_service, f"batch_max={batch_max}")
        assert_same(onecase, other, killed)
