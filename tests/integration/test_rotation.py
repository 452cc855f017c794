"""The key of reporters rotates: one caller stays one caller.

While keys rotate intake sends the hash under the new key and under the one before. Two reports are of one person when
they share a hash; otherwise the rotation would make every serial caller an independent witness, and lifts red.
"""

from __future__ import annotations

import hashlib
import hmac

import pytest
from harness import Database
from report_log import ReportLog, wait_until_stored

KEYS = {1: b"synthetic key one", 2: b"synthetic key two", 3: b"synthetic key three"}
NEIGHBOURS = ["19900001001", "19900001002", "19900001003"]  # made-up numbers
LIFT = {"category": "A02", "category_confidence": 90, "address": "听雨新村3幢2单元", "title": "电梯经常异响停运",
        "body": "上下都要等很久，老人出不了门", "point": None, "point_system": None, "point_precision": None}


def told_by(phone: str, key: int, before: int | None = None) -> dict[str, str]:
    """The reporter of a record as intake with these keys sends it."""
    def hashed(number: int) -> str:
        return f"{number}:{hmac.new(KEYS[number], phone.encode(), hashlib.sha256).hexdigest()[:32]}"

    return {"reporter": hashed(key)} | ({"reporter_before": hashed(before)} if before else {})


@pytest.fixture
def log(topics) -> ReportLog:
    return ReportLog(topics).create()


def call(log: ReportLog, record_no: str, day: int, **reporter: object) -> None:
    log.report(record_no, **(LIFT | {"reported_at": f"2026-06-{day:02d}T01:00:00.000Z"} | reporter))


def serial_caller(log: ReportLog) -> None:
    call(log, "A1", 1, **told_by(NEIGHBOURS[0], 1))
    call(log, "A2", 2, **told_by(NEIGHBOURS[0], 2, before=1))
    call(log, "A3", 3, **told_by(NEIGHBOURS[0], 2, before=1))
    call(log, "A4", 4, **told_by(NEIGHBOURS[0], 2))
    call(log, "A5", 5, **told_by(NEIGHBOURS[0], 3, before=2))
    call(log, "A6", 6, **told_by(NEIGHBOURS[0], 3))


def decide(log: ReportLog, database: Database, start_service, *settings: str) -> None:
    log.use(database)
    log.send()
    own = [word for setting in (f"group={database.name}", *settings) for word in ("--set", setting)]
    matcher = start_service("matcher", *own, database=database)
    wait_until_stored(database, log)
    matcher.stop()


@pytest.mark.parametrize("batch_max", [1, 500])
def test_one_caller_under_three_keys_is_one_reporter(log, database, start_service, batch_max):
    serial_caller(log)
    decide(log, database, start_service, f"batch_max={batch_max}")
    assert database.rows("select record_no, independence from onecase.reports order by report_id") == [
        ("A1", "independent"), *[(f"A{number}", "same_reporter") for number in range(2, 7)]]
    assert database.rows("select report_count, reporter_count, level from onecase.cases") == [(6, 1, 2)]
    assert database.rows("select report_count, reporter_count from onecase.hazards") == [(6, 1)]
    assert database.rows("select 1 from onecase.case_events where kind = 'escalated'") == []


def test_another_caller_counts_whatever_the_key(log, database, start_service):
    serial_caller(log)
    call(log, "B1", 7, **told_by(NEIGHBOURS[1], 3, before=2))
    call(log, "B2", 8, **told_by(NEIGHBOURS[1], 3))
    decide(log, database, start_service)
    assert database.rows("select report_count, reporter_count, level from onecase.cases") == [(8, 2, 2)]
    call(log, "C1", 9, **told_by(NEIGHBOURS[2], 1))  # a host that has the old key still
    decide(log, database, start_service)
    assert database.rows("select report_count, reporter_count, level from onecase.cases") == [(9, 3, 1)]
    assert database.rows("select reason_code, report_id from onecase.case_events where kind = 'escalated'") == [("reports", 9)]


def test_a_caller_who_names_no_place_is_found_under_the_key_before(log, database, start_service):
    """The home of the one who calls is where his last call was about."""
    call(log, "A1", 1, **told_by(NEIGHBOURS[0], 1))
    call(log, "A2", 2, address=None, **told_by(NEIGHBOURS[0], 2, before=1))
    call(log, "B2", 2, address=None, **told_by(NEIGHBOURS[1], 2, before=1))
    decide(log, database, start_service)
    found = {record_no: (keys, dict(zip(comparisons or [], levels or []))) for record_no, keys, comparisons, levels in database.rows(
        "select record_no, keys, comparisons, levels from onecase.decisions d join onecase.reports r using (region, decision_id)")}
    assert found["A2"][0] == ["reporter"]
    assert found["A2"][1]["reporter"] == "same_again"
    assert not found["B2"][0] and "reporter" not in found["B2"][1]


def test_both_hashes_are_stored_and_no_operator_sees_them(log, database, start_service):
    call(log, "A1", 1, **told_by(NEIGHBOURS[0], 2, before=1))
    call(log, "A2", 2, **told_by(NEIGHBOURS[1], 2, before=1))
    log.report("A2", "update", revision=2, reporter=told_by(NEIGHBOURS[2], 2)["reporter"])  # the desk had the wrong number
    decide(log, database, start_service)
    stored = database.rows("select reporter_key || ':' || encode(reporter_hash, 'hex'), reporter_before_key || ':' || "
                           "encode(reporter_before_hash, 'hex') from onecase.reports order by report_id")
    first = told_by(NEIGHBOURS[0], 2, before=1)
    assert stored == [(first["reporter"], first["reporter_before"]), (told_by(NEIGHBOURS[2], 2)["reporter"], None)]
    with database.connect() as operator:
        operator.execute("set role onecase_operator")
        for column in ("reporter_hash", "reporter_key", "reporter_before_hash", "reporter_before_key"):
            assert operator.execute("select has_column_privilege('onecase.reports', %s, 'select')", (column,)).fetchone() == (False,)


def test_what_is_no_hash_under_the_key_before_is_refused(log, database, start_service):
    log.report("A1", reporter_before=NEIGHBOURS[0], count="dead")
    decide(log, database, start_service)
    assert database.rows("select stage, rule, pointer, message from onecase.dead_letters") == [
        ("decode", "type", "/reporter_before", 'field "reporter_before": expected a key number and 32 hex digits')]
    assert database.value("select count(*) from onecase.reports") == 0
