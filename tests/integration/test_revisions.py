"""A revision or a department's reply names the place: what was decided automatically is asked anew (linkage.md 2, V7).

Whatever batches and kills there are, the same is stored: a report that was decided anew is read again as it stands, any other
as it was decided.
"""

from __future__ import annotations

import random

import pytest
from harness import Database, wait_until
from report_log import ReportLog
from test_rebuild import LIFT, assert_same, assert_sound, at, decide

SAID = {"title": "电梯故障停运", "body": "上下都要等很久，老人出不了门，物业一直没有派人来修"}
ESTATES = ("听雨新村", "荷风苑")


def tell(log: ReportLog, record_no: str, address: str, day: int, **more: object) -> None:
    log.report(record_no, **(LIFT | SAID | {"address": address, "occurred_at": at(day), "reported_at": at(day, 9), "status": 10,
                                            "revision": 1} | more))


def revise(log: ReportLog, record_no: str, revision: int = 2, **changes: object) -> None:
    log.report(record_no, "update", revision=revision, **changes)


@pytest.fixture
def log(topics) -> ReportLog:
    return ReportLog(topics, partitions=1).create()


def placed(database: Database) -> dict[str, int]:
    return dict(database.rows("select record_no, hazard_id from onecase.reports where region = '9901'"))


def decisions(database: Database, record_no: str) -> list[tuple]:
    return database.rows("""select d.outcome, d.hazard_id, d.from_hazard_id, d.sentence from onecase.decisions d
        join onecase.reports r on r.region = d.region and r.report_id = d.report_id
        where r.record_no = %s order by d.decision_id""", (record_no,))


def revised_decisions(database: Database) -> int:
    return database.value("select count(*) from onecase.decisions where sentence like '报告修订后%'")


def kept(database: Database) -> set[str]:
    """Reports whose row was kept as it was decided."""
    return {record_no for (record_no,) in database.rows("select record_no from onecase.reports where as_decided is not null")}


def leaving(log: ReportLog) -> None:
    tell(log, "A1", "听雨新村3幢2单元", 1)
    tell(log, "A2", "听雨新村9幢1单元", 1)
    tell(log, "B1", "听雨新村", 2)  # of two lifts nobody knows which
    tell(log, "B2", "听雨新村", 2)
    revise(log, "B1", address="听雨新村3幢2单元", status=20)


def calling(log: ReportLog) -> None:
    for number in range(3):
        tell(log, f"C{number}", "荷风苑", 1, reporter=f"1:{number:032x}")
    revise(log, "C1", body=SAID["body"] + "，在荷风苑5幢1单元")


def staying(log: ReportLog) -> None:
    tell(log, "D1", "望山小区", 1)
    tell(log, "D2", "望山小区", 1)
    revise(log, "D1", address="望山小区2期")


def standing_alone(log: ReportLog) -> None:
    tell(log, "E1", "云栖花园3幢2单元", 1)
    tell(log, "E2", "云栖花园13幢2单元", 2)
    tell(log, "E3", "云栖花园14幢2单元", 2)
    revise(log, "E2", address="云栖花园3幢2单元")
    revise(log, "E3", address="云栖花园15幢2单元")
    tell(log, "E4", "云栖花园15幢2单元", 3)
    tell(log, "E5", "云栖花园14幢2单元", 3)


def one_of_several(log: ReportLog) -> None:
    tell(log, "F1", "碧波花园3幢2单元", 1)
    tell(log, "F2", "碧波花园3幢2单元", 2)
    tell(log, "F3", "碧波花园8幢1单元", 2)
    revise(log, "F2", address="碧波花园8幢1单元")
    revise(log, "F2", 3, status=30)


def test_what_was_decided_is_asked_anew(log, database, start_service):
    for story in (leaving, calling, staying, standing_alone, one_of_several):
        story(log)
    log.send()
    decide(log, database, start_service)
    assert_sound(database)
    assert kept(database) == {"D1", "F2"}
    where = placed(database)

    assert where["B1"] == where["A1"] and where["B2"] not in (where["A1"], where["A2"])
    first, moved = decisions(database, "B1")
    assert first[0] in ("review", "bucket") and moved[:3] == ("moved", where["A1"], where["B2"])
    assert moved[3].startswith("报告修订后")
    assert database.rows("select estate, buildings, unit from onecase.reports where record_no = 'B1'") == [("听雨新村", ["3"], "2")]

    assert where["C0"] == where["C1"] == where["C2"]  # it opened a hazard and called the others
    first, own = decisions(database, "C1")[:2]
    assert first[0] == "bucket" and own[0] in ("new", "review") and own[2] == first[1]
    assert not database.value("select bucket from onecase.hazards where hazard_id = %s", (where["C1"],))

    assert where["D1"] == where["D2"] and len(decisions(database, "D1")) == 1  # still vague

    assert where["E2"] == where["E1"] and where["E4"] == where["E3"] != where["E5"]
    merged = decisions(database, "E2")[-1]
    assert merged[0] == "merged" and merged[3].startswith("报告修订后")
    assert database.value("select address from onecase.hazards where hazard_id = %s", (where["E3"],)) == "云栖花园15幢2单元"

    assert where["F2"] == where["F1"] != where["F3"]
    assert database.rows("select hazard_id, after_value from onecase.case_events where kind = 'review_requested'"
                         " and reason_code = 'revised'") == [(where["F1"], str(where["F3"]))]


def crafted(log: ReportLog, seed: int, count: int) -> None:
    """Vague reports, such that name a lift, revisions of either, in places where they meet."""
    dice = random.Random(seed)
    revisions: dict[str, int] = {}
    for number in range(count):
        estate = dice.choice(ESTATES)
        named = f"{estate}{dice.randrange(1, 4)}幢{dice.randrange(1, 3)}单元"
        if number < 6 or dice.random() < 0.5:
            record_no = f"R{number}"
            revisions[record_no] = 1
            tell(log, record_no, estate if dice.random() < 0.6 else named, 1 + number // 12, reporter=f"1:{dice.randrange(12):032x}",
                 category=dice.choice(("A02", "A02", "A01")))
            continue
        record_no = dice.choice(list(revisions))
        revisions[record_no] += 1
        changes = dice.choice(({"address": named}, {"address": named}, {"address": estate}, {"body": SAID["body"] + "，在" + named},
                               {"title": "电梯坏了"}, {"category": "A01", "address": named}, {"status": 60}, {"status": 30},
                               {"place_name": named, "status": 20}, {"reporter": f"1:{dice.randrange(12):032x}"},
                               {"lift_plate": f"{90000 + dice.randrange(4)}"}))
        revise(log, record_no, revisions[record_no], **changes)
    tell(log, "K1", "桂月苑", 9)
    revise(log, "K1", title="电梯又停了")  # its row is kept as it was, until it leaves the bucket
    revise(log, "K1", 3, address="桂月苑4幢1单元")
    tell(log, "K2", "桂月苑4幢1单元", 9)
    tell(log, "Z1", "", 9)
    revise(log, "W1", address="荷风苑2幢1单元")  # before its report
    tell(log, "W1", "荷风苑", 9)


def test_batches_of_any_size_decide_alike(log, new_database, start_service, onecase):
    crafted(log, 1, 240)
    log.send()
    first = new_database()
    decide(log, first, start_service, "batch_max=500")
    assert revised_decisions(first) > 10
    for batch_max in (1, 7):
        other = new_database()
        decide(log, other, start_service, f"batch_max={batch_max}")
        assert_same(onecase, other, first)
    assert_sound(first)


def test_killed_between_every_two_records(log, new_database, start_service, onecase):
    crafted(log, 3, 20)
    records, log.pending = log.pending, []
    killed = log.use(new_database())
    for record in records:
        log.pending = [record]
        log.send()
        matcher = start_service("matcher", "--set", f"group={killed.name}-{log.sent}", database=killed)
        wait_until(lambda: killed.value("select coalesce(max(next_offset), 0) from onecase.consumer_offsets") == log.sent,
                   60, f"record {log.sent} to be stored", every=0.02)
        matcher.kill()
    calm = new_database()
    decide(log, calm, start_service)
    assert revised_decisions(calm) > 1
    assert_same(onecase, killed, calm)
    assert_sound(killed)
