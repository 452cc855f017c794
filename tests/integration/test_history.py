"""History fed in an hour gives the cases it would have given live (design.md 7).

A record with oc-backfill is judged by its own times however old they are; live, a time of more than 400 days ago is a
wrong clock. From the future nothing comes in either case.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from harness import Database
from report_log import ReportLog, wait_until_stored

HISTORY = {"oc-backfill": "true"}
LIFT = {"category": "A02", "category_confidence": 90, "address": "听雨新村3幢2单元", "title": "电梯经常异响停运",
        "body": "上下都要等很久，老人出不了门", "point": None, "point_system": None, "point_precision": None, "status": 10}


@pytest.fixture
def log(topics) -> ReportLog:
    return ReportLog(topics).create()


def decide(log: ReportLog, database: Database, start_service, *settings: str) -> None:
    log.use(database)
    log.send()
    own = [word for setting in (f"group={database.name}", *settings) for word in ("--set", setting)]
    matcher = start_service("matcher", *own, database=database, topics=log.topics)
    wait_until_stored(database, log)
    matcher.stop()


def two_years_of_a_lift(log: ReportLog, started: datetime, headers: dict[str, str] | None) -> None:
    """Three calls, closed, a repeat in the window, closed, one half a year later; a late note of before the second closing."""
    def day(number: int) -> str:
        return (started + timedelta(days=number)).strftime("%Y-%m-%dT%H:%M:%S.000Z")

    def call(record_no: str, number: int, **more: object) -> None:
        log.report(record_no, headers=headers, **(LIFT | {"occurred_at": day(number), "reported_at": day(number),
                                         "changed_at": day(number)} | more))

    def close(record_no: str, number: int) -> None:
        log.report(record_no, "update", headers=headers, status=60, changed_at=day(number))

    for number in range(3):
        call(f"A{number}", number * 3)
    for number in range(3):
        close(f"A{number}", 10 + number)
    call("B1", 40, reporter="1:" + "ab" * 16)
    close("C0", 52)  # before its report
    call("C0", 41, source="H12345")
    close("B1", 50)
    call("B2", 45, reporter="1:" + "cd" * 16, status=60, changed_at=day(51))
    call("D1", 300)


def cases(database: Database, started: datetime) -> list[tuple]:
    """What is decided, in days since the start, but for what carries the date of arrival."""
    return database.rows(
        "select case_id, hazard_id, recurrence_no, reopened_count, level, status, report_count, reporter_count,"
        "  opened_at - %(start)s, closed_at - %(start)s from onecase.cases order by case_id", {"start": started})


def events(database: Database, started: datetime) -> list[tuple]:
    return database.rows(
        "select seq, kind, case_id, report_id, event_at - %(start)s, reason_code, before_value,"
        "  case when kind <> 'opened' then after_value end from onecase.case_events order by seq", {"start": started})


def test_history_gives_the_cases_it_would_have_given_live(new_topics, new_database, start_service):
    found = []
    for started, headers, batch_max in ((datetime.now(timezone.utc).replace(microsecond=0) - timedelta(days=390), None, 500),
                                        (datetime(2014, 3, 1, tzinfo=timezone.utc), HISTORY, 500),
                                        (datetime(2014, 3, 1, tzinfo=timezone.utc), HISTORY, 1)):
        log = ReportLog(new_topics()).create()
        two_years_of_a_lift(log, started, headers)
        database = new_database()
        decide(log, database, start_service, f"batch_max={batch_max}")
        assert database.rows("select record_no from onecase.reports where time_flags is not null") == []
        assert database.rows("select event_at - occurred_at from onecase.reports group by 1") == [(timedelta(0),)]
        found.append((cases(database, started), events(database, started)))
    assert found[0] == found[1] == found[2]
    live = found[0][0]
    assert [row[2:4] for row in live] == [(1, 1), (2, 0)]  # it came back once, then there was another
    assert live[0][9] == timedelta(days=52) and live[1][8] == timedelta(days=300)


def test_old_times_are_suspicious_live_and_none_of_history(log, database, start_service):
    old = {"occurred_at": "2014-03-01T00:00:00.000Z", "reported_at": "2014-03-01T01:00:00.000Z"}
    log.report("A1", **old)
    log.report("A2", headers=HISTORY, **old)
    log.report("A3", headers=HISTORY, occurred_at="2099-01-01T00:00:00.000Z", reported_at="2014-03-01T01:00:00.000Z")
    log.report("A4", headers=HISTORY, occurred_at="2099-01-01T00:00:00.000Z", reported_at=None)
    decide(log, database, start_service)
    assert database.rows(
        "select record_no, event_at = received_at, event_at = occurred_at, event_at = reported_at, time_flags, flags"
        " from onecase.reports order by record_no") == [
            ("A1", True, False, False, ["time_suspect"], ["time_suspect"]),
            ("A2", False, True, False, None, None),
            ("A3", False, False, True, ["time_suspect"], ["time_suspect"]),
            ("A4", True, False, None, ["time_suspect"], ["time_suspect"])]


@pytest.mark.parametrize("batch_max", [1, 500])
def test_the_last_of_old_changes_stands(log, database, start_service, batch_max):
    """Without revisions the time of change decides, of history too; a change from the future decides nothing."""
    log.report("A1", headers=HISTORY, status=10, reported_at="2014-03-01T00:00:00.000Z")
    log.report("A1", "update", headers=HISTORY, status=60, changed_at="2014-03-09T00:00:00.000Z")
    log.report("A1", "update", headers=HISTORY, status=30, changed_at="2014-03-05T00:00:00.000Z")
    log.report("A2", "update", headers=HISTORY, status=60, changed_at="2014-03-07T00:00:00.000Z")  # waits for its report
    log.report("A2", headers=HISTORY, status=10, changed_at="2014-03-02T00:00:00.000Z", title="another", address="荷风苑1幢")
    log.report("A3", headers=HISTORY, status=10, reported_at="2014-03-02T00:00:00.000Z", title="third", address="望山小区9幢")
    log.report("A3", "update", headers=HISTORY, status=60, changed_at="2099-01-01T00:00:00.000Z")
    decide(log, database, start_service, f"batch_max={batch_max}")
    assert database.rows("select record_no, status, (status_at at time zone 'UTC')::date::text from onecase.reports"
                         " where record_no <> 'A3' order by record_no") == [("A1", 60, "2014-03-09"), ("A2", 60, "2014-03-07")]
    assert database.rows("select status, status_at = (select received_at from onecase.report_revisions where record_no = 'A3')"
                         " from onecase.reports where record_no = 'A3'") == [(60, True)]


def test_waiting_history_is_history_after_a_restart(log, database, start_service):
    log.report("A1", "update", headers=HISTORY, status=60, changed_at="2014-03-07T00:00:00.000Z")
    log.report("A2", "update", status=60, changed_at="2014-03-07T00:00:00.000Z")
    decide(log, database, start_service)
    assert database.rows("select record_no, backfill from onecase.pending_updates order by 1") == [("A1", True), ("A2", False)]
    for record_no in ("A1", "A2"):
        log.report(record_no, headers=HISTORY, status=10, changed_at="2014-03-02T00:00:00.000Z", address=f"荷风苑{record_no}幢")
    decide(log, database, start_service)
    assert database.rows("select record_no, status, (status_at at time zone 'UTC')::date::text from onecase.reports"
                         " order by record_no") == [("A1", 60, "2014-03-07"), ("A2", 10, "2014-03-02")]
