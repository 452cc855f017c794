"""What departments say of a case: whom it was given to and who gave it back, urges, replies, rechecks; in order and out of it.

Scenarios 9 and 12 of the domain page (9.6), and what stands beside them there. One hub for all; at the end its log is decided
again, in other batches and with a matcher that is killed, to the same rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from city_ids import phone
from departments import (Sent, case_of, chengguan, days_ago, departments_hub, events_of, grid, grid_status, hotline, hotline_reply,
                         hotline_status, hotline_sub, hotline_urge, market_visit, tell)
from harness import LocalServers, wait_until
from harness_hub import Hub, open_hub

LIFT = "0101"
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def hub(servers: LocalServers, template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    with departments_hub(servers, template_database, tmp_path_factory.mktemp("departments") / "hub") as opened:
        yield opened


def assignments_of(hub: Hub, told: Sent) -> list[dict]:
    """In the order of their numbers."""
    with hub.database.connect() as connection:
        cursor = connection.execute("select * from onecase.assignments where source = %s and record_no = %s order by assignment_no, n",
                                    (told.source, told.number))
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row)) for row in cursor]


def report_of(hub: Hub, told: Sent) -> dict:
    [row] = hub.placed([told.name])
    return row


def said_events(hub: Hub, case: dict) -> list[tuple]:
    """Kind, reason, code after and actor of what departments said, in order."""
    return hub.database.rows(
        "select kind, reason_code, after_value, actor from onecase.case_events where region = %s and case_id = %s"
        "   and kind in ('assigned', 'returned', 'urged', 'rechecked', 'changed') order by seq", (case["region"], case["case_id"]))


# ---- 9 -------------------------------------------------------------------------------------------------------------

def test_scenario_09_wrong_dispatch_returned_twice_then_accepted(hub: Hub) -> None:
    """Two departments say that it is not theirs; the third one signs. One report, three dispatches, two returns with their reason."""
    at = days_ago(12)
    told = hotline(at, LIFT, "电梯经常异响停运，老人出不了门", "听雨新村51幢1单元", tel=phone(901))
    course = [hotline_sub(told, 2, at + HOUR, 1), hotline_sub(told, 3, at + 2 * HOUR, 1, 90, thyy="不属本职", handleList=[]),
              hotline_sub(told, 4, at + 3 * HOUR, 2), hotline_sub(told, 5, at + 4 * HOUR, 2, 90, thyy="不属本职", handleList=[]),
              hotline_sub(told, 6, at + 5 * HOUR, 3), hotline_sub(told, 7, at + 6 * HOUR, 3, 20)]
    tell(hub, [told, *course])
    case = case_of(hub, [told])
    assert (case["report_count"], case["dispatch_count"], case["return_count"]) == (1, 3, 2)
    assert (case["lead_org"], case["lead_org_by"], case["status"], case["closed_at"]) == ("部门3", "H12345", 30, None)
    assert case["dispatched_at"] == at + HOUR
    given = assignments_of(hub, told)
    assert [(row["assignment_no"][-2:], row["org_code"], row["role"], row["status"], row["return_reason"]) for row in given] == [
        ("01", "部门1", "lead", 90, "not_ours"), ("02", "部门2", "lead", 90, "not_ours"), ("03", "部门3", "lead", 20, None)]
    assert [row["assigned_at"] for row in given] == [at + HOUR, at + 3 * HOUR, at + 5 * HOUR]
    assert [row["returned_at"] for row in given] == [at + 2 * HOUR, at + 4 * HOUR, None]
    assert given[2]["accepted_at"] == at + 6 * HOUR and {row["case_id"] for row in given} == {case["case_id"]}
    assert [event for event in said_events(hub, case) if event[0] != "changed"] == [
        ("assigned", None, "1", "H12345"), ("returned", "not_ours", None, "H12345"), ("assigned", None, "2", "H12345"),
        ("returned", "not_ours", None, "H12345"), ("assigned", None, "3", "H12345")]
    assert hub.database.value("select count(*) from onecase.reports where record_no like %s", (told.number + "%",)) == 1
    assert report_of(hub, told)["dispatch_count"] == 3


# ---- 12 ------------------------------------------------------------------------------------------------------------

def test_scenario_12_a_message_told_three_times_and_an_update_before_its_report(hub: Hub) -> None:
    """Whatever comes twice or late, the last revision stands; nothing is counted twice."""
    at = days_ago(11)
    told = hotline(at, LIFT, "电梯门夹人，按钮失灵", "听雨新村52幢1单元", tel=phone(902))
    assigned, accepted = hotline_sub(told, 2, at + HOUR, 1), hotline_sub(told, 3, at + 2 * HOUR, 1, 20)
    urge, reply = hotline_urge(told, 5, at + 4 * HOUR), hotline_reply(told, 6, at + 5 * HOUR, "已更换门机")
    in_hand = hotline_status(told, 4, at + 3 * HOUR, 40)
    tell(hub, [accepted, in_hand])
    waiting = "select count(*) from onecase.pending_updates where record_no = %s"
    assert hub.database.value(waiting, (told.number,)) == 2
    tell(hub, [told, told, urge, told, assigned, urge, reply, in_hand, urge, assigned])
    case = case_of(hub, [told])
    assert hub.database.value(waiting, (told.number,)) == 0
    assert (case["report_count"], case["status"], case["closed_at"]) == (1, 60, at + 5 * HOUR)
    assert (case["urge_count"], case["dispatch_count"], case["return_count"]) == (1, 1, 0)
    assert (case["accepted_at"], case["responded_at"], case["rectified_at"]) == (at + 2 * HOUR, at + 3 * HOUR, at + 5 * HOUR)
    assert report_of(hub, told)["reply"] == "已更换门机"
    [given] = assignments_of(hub, told)
    assert (given["org_code"], given["status"], given["assigned_at"], given["accepted_at"]) == ("部门1", 20, at + HOUR, at + 2 * HOUR)
    kinds = [event[0] for event in said_events(hub, case)]
    assert kinds.count("assigned") == 1 and kinds.count("urged") == 1
    applied = hub.database.rows("select kind, revision, bool_or(applied) from onecase.report_revisions where record_no = %s"
                                " group by 1, 2 order by 2, 1", (told.number,))
    assert ("update", 4, True) in applied and ("assignment", 2, False) in applied and ("report", 1, False) in applied


# ---- urges ---------------------------------------------------------------------------------------------------------

def test_ten_urges_are_counted_and_are_no_witnesses(hub: Hub) -> None:
    at = days_ago(10)
    told = hotline(at, "0502", "路灯不亮，整条路黑", "听雨路53号", tel=phone(903))
    tell(hub, [told])
    before = case_of(hub, [told])
    tell(hub, [hotline_urge(told, 2 + i, at + (1 + i) * HOUR) for i in range(10)])
    after = case_of(hub, [told])
    assert after["urge_count"] == 10
    for column in ("level", "level_reason", "report_count", "independent_count", "reporter_count", "status"):
        assert after[column] == before[column], column
    assert said_events(hub, after) == [("urged", None, str(n), "H12345") for n in range(1, 11)]


def test_a_department_that_counts_its_urges_itself_is_believed(hub: Hub) -> None:
    at = days_ago(10, hour=9)
    told = chengguan(at, "20502", "机动车乱停堵住消防通道", "听雨路54号", hasten_num=1)
    tell(hub, [told, chengguan_course(told, 2, at + HOUR, "3", hasten_num=4)])
    case = case_of(hub, [told])
    assert case["urge_count"] == 4


def chengguan_course(of: Sent, seq: int, at: datetime, state: str, **more: object) -> Sent:
    record = {"task_num": of.number, "act_seq": seq, "rec_type": "2", "main_type": "05", "sub_type": "02", "district_id": "990101",
              "rec_state": state, "rework_num": 0, "dispatch_time": f"{at:%Y-%m-%d %H:%M:%S}"}
    return Sent("CITYMGT", of.number, json.dumps([record | more], ensure_ascii=False).encode())


# ---- rechecks ------------------------------------------------------------------------------------------------------

def test_a_failed_recheck_of_a_closed_case_opens_it_and_is_called_sham(hub: Hub) -> None:
    at = days_ago(20)
    told = grid(at, "901503", "电梯困人后仍未修好，轿厢晃动", "听雨新村55幢1单元", worker=55)
    tell(hub, [told, grid_status(told, 2, at + HOUR, 30, disposeUnit="住建局"),
               grid_status(told, 3, at + 24 * HOUR, 50, disposeResult="已更换导靴", trackPost="社区网格长"),
               grid_status(told, 4, at + 30 * HOUR, 60)])
    closed = case_of(hub, [told])
    assert (closed["status"], closed["closed_at"], closed["rectified_at"]) == (60, at + 30 * HOUR, at + 24 * HOUR)
    assert (closed["measures"], closed["tracker_post"], closed["lead_org"], closed["sham"]) == ("已更换导靴", "社区网格长", "住建局", None)
    tell(hub, [grid_status(told, 5, at + 72 * HOUR, 30, reworkNum="1")])
    opened = case_of(hub, [told])
    assert (opened["status"], opened["closed_at"], opened["rectified_at"]) == (65, None, at + 24 * HOUR)
    assert (opened["recheck_result"], opened["recheck_by"], opened["rechecked_at"]) == ("fail", "GRID", at + 72 * HOUR)
    assert (opened["sham"], opened["sham_by"]) == (True, "GRID")
    assert ("rechecked", "sham", "fail", "GRID") in said_events(hub, opened)
    found = hub.database.rows("select kind, closed_at, repeated_at, days::float8, repeated_source, claimed_measures, orgs, sham_suspect"
                              "  from analysis.recurrence where case_id = %s and region = %s", (opened["case_id"], opened["region"]))
    assert found == [("recheck_failed", at + 30 * HOUR, at + 72 * HOUR, pytest.approx(1.8, abs=0.1), "GRID", "已更换导靴", ["住建局"], True)]
    tell(hub, [grid_status(told, 6, at + 90 * HOUR, 60, checkResult="1")])
    again = case_of(hub, [told])
    assert (again["status"], again["recheck_result"], again["sham"]) == (60, "pass", True)


def test_a_failed_recheck_without_a_status_takes_the_claim_back(hub: Hub) -> None:
    at = days_ago(19)
    told = grid(at, "901503", "电梯平层不准，出门绊倒人", "听雨新村56幢1单元", worker=56)
    tell(hub, [told, grid_status(told, 2, at + HOUR, 60), without_state(grid_status(told, 3, at + 2 * HOUR, 60, checkResult="2"))])
    assert (report_of(hub, told)["status"], case_of(hub, [told])["closed_at"]) == (65, None)


def without_state(told: Sent) -> Sent:
    record = json.loads(told.value) | {"state": "?"}  # a state that nobody knows
    return Sent(told.source, told.number, json.dumps(record, ensure_ascii=False).encode())


def test_an_inspection_opens_a_hazard_by_what_it_finds_and_rechecks_it_by_coming_again(hub: Hub) -> None:
    at = days_ago(18)
    nothing = market_visit(at, "1", address="听雨新村57幢1单元")
    found = market_visit(at + HOUR, "4", address="听雨新村58幢1单元")
    tell(hub, [nothing, found, found])
    assert report_of(hub, nothing)["case_id"] is None
    first = case_of(hub, [found])
    assert (first["report_count"], first["rechecked_at"]) == (1, None)  # the same told twice is no visit
    tell(hub, [market_visit(at + 24 * HOUR, "4", found.number, address="听雨新村58幢1单元")])
    failed = case_of(hub, [found])
    assert (failed["report_count"], failed["recheck_result"], failed["rechecked_at"]) == (1, "fail", at + 24 * HOUR)
    assert failed["sham"] is False  # nobody had said that it was done
    tell(hub, [market_visit(at + 48 * HOUR, "1", found.number, address="听雨新村58幢1单元")])
    passed = case_of(hub, [found])
    assert (passed["recheck_result"], passed["rechecked_at"]) == ("pass", at + 48 * HOUR)
    assert [event for event in said_events(hub, passed) if event[0] == "rechecked"] == [
        ("rechecked", None, "fail", "MKT12315"), ("rechecked", None, "pass", "MKT12315")]


# ---- what waits, lists ---------------------------------------------------------------------------------------------

def test_updates_that_wait_are_listed_after_a_day_of_stream_time(hub: Hub) -> None:
    told = hotline(days_ago(3), LIFT, "不发送", "听雨新村59幢1单元", tel=phone(905))
    tell(hub, [hotline_status(told, 2, days_ago(2), 30)])
    listed = "select source, kind, hours::float8 from analysis.waiting_updates where record_no = %s"
    assert hub.database.rows(listed, (told.number,)) == []
    with hub.database.connect() as connection, connection.transaction(force_rollback=True):
        connection.execute("update onecase.consumer_offsets set stream_time = stream_time + interval '25 hours'")
        assert connection.execute(listed, (told.number,)).fetchall() == [("H12345", "update", pytest.approx(25, abs=0.2))]


def test_the_lists_of_who_must_act_and_what_was_done(hub: Hub) -> None:
    at = days_ago(9)
    told = hotline(at, LIFT, "电梯底坑积水，运行打滑", "听雨新村60幢1单元", tel=phone(906))
    tell(hub, [told, hotline_sub(told, 2, at + HOUR, 1, expiredate=f"{at + 24 * HOUR:%Y-%m-%d %H:%M:%S}",
                                 handleList=[{"dept": "甲局", "isMain": 1}, {"dept": "乙街道", "isMain": 0}]),
               hotline_sub(told, 3, at + 2 * HOUR, 1, 90, thyy="地址不详", handleList=[{"dept": "甲局", "isMain": 1}]),
               hotline_status(told, 4, at + 3 * HOUR, 60, myd="不满意")])
    case = case_of(hub, [told])
    who = hub.database.rows("select org, role, role_zh, assigned_at, due_at, returned_at, return_reason, return_reason_zh, status"
                            " from analysis.responsibility_list where region = %s and case_id = %s order by role desc",
                            (case["region"], case["case_id"]))
    due = (at + 24 * HOUR).replace(microsecond=0)
    assert who == [("甲局", "lead", "主办", at + HOUR, due, at + 2 * HOUR, "address_unclear", "地址不详", 90),
                   ("乙街道", "assist", "协办", at + HOUR, due, None, None, None, 30)]
    done = hub.database.rows("select case_no, rectified_at, satisfaction, status from analysis.rectification_list"
                             " where region = %s and case_id = %s", (case["region"], case["case_id"]))
    assert done == [(case["case_no"], at + 3 * HOUR, 2, 60)]


def test_case_show_tells_what_departments_said(hub: Hub) -> None:
    at = days_ago(8)
    told = hotline(at, LIFT, "电梯控制柜冒烟味", "听雨新村61幢1单元", tel=phone(907))
    tell(hub, [told, hotline_sub(told, 2, at + HOUR, 1), hotline_sub(told, 3, at + 2 * HOUR, 1, 90, thyy="不属本职", handleList=[]),
               hotline_urge(told, 4, at + 3 * HOUR), hotline_reply(told, 5, at + 4 * HOUR, "已停梯检修")])
    case = case_of(hub, [told])
    text = hub.onecase("case", "show", case["case_no"]).stdout
    for words in ("部门1", "主办", "不属本职", "催办 1 次", "派遣 1 次", "退回 1 次", "已停梯检修"):
        assert words in text, words
    [shown] = hub.json("case", "show", case["case_no"])
    assert (shown["urges"], shown["dispatches"], shown["returns"]) == (1, 1, 1)
    [given] = shown["assignments"]
    assert (given["org"], given["role"], given["return_reason"], given["status"]) == ("部门1", "lead", "not_ours", 90)
    assert [said["reply"] for said in shown["replies"]] == ["已停梯检修"]


# ---- the whole -----------------------------------------------------------------------------------------------------

def test_columns_of_cases_follow_from_their_reports_whenever_they_are_derived(hub: Hub) -> None:
    assert hub.derived_anew() == []


@pytest.mark.parametrize("batch_max", ["1", "7", "500"])
def test_the_same_log_gives_the_same_rows(hub: Hub, servers: LocalServers, template_database: str, tmp_path: Path, batch_max: str) -> None:
    with open_hub(servers, template_database, tmp_path / "again", hub.topics) as again:
        again.start("matcher", f"batch_max={batch_max}")
        if batch_max == "7":
            wait_until(lambda: again.consumed() >= hub.consumed() // 2, 60, "the matcher to be on its way", every=0.02)
            again.services[-1].kill()
            again.start("matcher", f"batch_max={batch_max}")
        again.await_consumed(hub.consumed())
        assert again.digest()["tables"] == hub.digest()["tables"]
