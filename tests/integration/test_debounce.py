"""Alarms inside the debounce window, as the matcher meets them in onecase.report: repeated, late, sent anew, before their report.

What an alarm is (a report, or a repeat of one) must follow from the log alone: the same in batches of any size and
after a kill between any two records.
"""

from __future__ import annotations

import pytest
from harness import Database, wait_until
from report_log import ReportLog, reconciled, wait_until_stored

ALARM = {"source": "GRID", "category": "C02", "category_confidence": 95, "title": "感烟探测器火警", "body": None, "address": "云帆路18号",
         "point": None, "point_system": None, "point_precision": None, "reporter": None, "reporter_kind": None, "level": 2}


@pytest.fixture
def log(topics) -> ReportLog:
    return ReportLog(topics).create()


def clock(minute: float) -> str:
    return f"2026-06-01T01:{int(minute):02d}:{round(minute % 1 * 60):02d}.000Z"


def rings(log: ReportLog, number: str, minute: float, device: str = "UT1-1-1", **more: object) -> str:
    return log.report(number, **(ALARM | {"device_id": device, "status": 10, "reported_at": clock(minute), "occurred_at": clock(minute),
                                          "revision": int(minute * 60)} | more))


def course(log: ReportLog, number: str, minute: float, status: int, **more: object) -> str:
    return log.report(number, "update", source="GRID", status=status, changed_at=clock(minute), revision=int(minute * 60), **more)


def storm(log: ReportLog) -> None:
    """Two reports: A1 with four repeats, and B1 of another device."""
    rings(log, "A1", 0)
    course(log, "A1", 0.2, 50)
    course(log, "A2", 1.5, 50)                       # told before the alarm it is of
    rings(log, "A2", 1, count="updates")
    rings(log, "B1", 1.2, "UT1-1-2")
    offset = log.next_offset[(log.topics.name("grid.event"), 0)]
    rings(log, "A3", 2, count="updates")
    rings(log, "A3", 2, offset=offset, count=None)   # the same record once more
    rings(log, "A4", 9.9, count="updates")
    rings(log, "A4", 10, count="updates", title="再报", address="别处99号", level=3)  # sent anew: its words are kept beside the report
    rings(log, "A4", 11, count="updates", title="再报", address="别处99号", level=1)  # ... but for what is worse
    course(log, "A3", 12, 40)
    course(log, "A2", 11.5, 30)                      # older than what stands
    rings(log, "A5", 9, count="updates", level=3)


def decide(log: ReportLog, database: Database, start_service, *settings: str) -> None:
    log.use(database)
    log.send()
    own = [word for setting in (f"group={database.name}", *settings) for word in ("--set", setting)]
    matcher = start_service("matcher", *own, database=database)
    wait_until_stored(database, log)
    matcher.stop()


def test_repeats_are_counted_and_recognised(log, database, start_service):
    storm(log)
    decide(log, database, start_service)
    assert reconciled(database) == log.expected_accounts()
    assert database.rows("select record_no, repeats, status, title, address_text, level from onecase.reports order by report_id") == [
        ("A1", 4, 40, "感烟探测器火警", "云帆路18号", 1), ("B1", 0, 10, "感烟探测器火警", "云帆路18号", 2)]
    assert database.rows("select record_no, report_id from onecase.record_index order by 1") == [
        ("A1", 1), ("A2", 1), ("A3", 1), ("A4", 1), ("A5", 1), ("B1", 2)]
    assert database.value("select count(*) from onecase.pending_updates") == 0
    assert database.rows("select record_no, kind, applied, status_before, status_after from onecase.report_revisions"
                         " order by report_partition, report_offset") == [
        ("A1", "update", True, 10, 50), ("A2", "update", True, 50, 50), ("A2", "report", True, 50, 50), ("A3", "report", True, 50, 50),
        ("A4", "report", True, 50, 50), ("A4", "report", False, 50, 50), ("A4", "report", True, 50, 50), ("A3", "update", True, 50, 40), ("A2", "update", True, 40, 40),
        ("A5", "report", True, 40, 40)]
    assert database.rows("select report_count, level from onecase.cases order by case_id") == [(1, 1), (1, 2)]


def test_the_same_after_a_kill_between_any_two_records_and_in_other_batches(log, new_database, start_service, onecase):
    storm(log)
    records, log.pending = log.pending, []
    killed = log.use(new_database())
    for record in records:
        log.pending = [record]
        log.send()
        # A group of its own each time: the broker would hold the partitions of a killed member for ten seconds.
        matcher = start_service("matcher", "--set", f"group={killed.name}-{log.sent}", database=killed)
        wait_until(lambda: killed.value("select coalesce(sum(greatest(next_offset, 0)), 0) from onecase.consumer_offsets") == log.sent,
                   60, f"record {log.sent} to be stored", every=0.02)
        matcher.kill()
    expected = onecase("digest", database=killed).stdout
    for batch_max in (1, 7, 500):
        other = new_database()
        decide(log, other, start_service, f"batch_max={batch_max}")
        assert onecase("digest", database=other).stdout == expected, f"batches of {batch_max}"
