"""Scenarios of the domain page (9.6) in which time decides: clocks, alarm storms, late arrivals, what comes back after a closing.

One hub for all; at the end its log is decided again, in other batches and with a matcher that is killed, to the same cases.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from city_geo import from_metres
from city_ids import phone
from departments import (AREA, CHINA, TOPICS, Device, Sent, case_of, cases_of, days_ago, departments_hub, epoch_ms, events_of, fire, grid,
                         grid_status, hotline, hotline_status, tell)
from harness import PROJECT, LocalServers, wait_until
from harness_hub import Hub, open_hub
from told import Outside

ORANGE = 2
# 110 接处警 gives times of twelve hours; the number of a call holds the time too.
POLICE = """
format = 1;  source = "POLICE110";  topics = ["police.call"];
time   : { zone = "+08:00"; formats = ["yyyy-MM-dd HH:mm:ss"]; check = { digits_of = "/jjdbh"; at = [6, 14]; format = "yyyyMMddHHmmss"; }; };
region : { first = ["/xzqh"]; default = "9901"; };
kinds  = ( { kind = "report"; } );
fields : {
  record_no   = { first = ["/jjdbh"]; required = true; };
  reported_at = { first = ["/bjsj"]; required = true; };
  body        = { first = ["/bjnr"]; };
  address     = { first = ["/sfdz"]; };
  category    = { first = ["/lb"]; codes = "lb"; }; };
codes : { lb = { rows = ( ("09", "G01") ); }; };
"""


@pytest.fixture(scope="module")
def hub(servers: LocalServers, template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    folder = tmp_path_factory.mktemp("scenarios_time")
    sources = folder / "sources"
    shutil.copytree(PROJECT / "deploy" / "sources", sources, ignore=shutil.ignore_patterns("tests"))
    (sources / "police.cfg").write_text(POLICE, encoding="utf-8")
    with departments_hub(servers, template_database, folder / "hub", f"sources={sources}") as opened:
        opened.start("relay", "tick_s=0", "poll_ms=20")
        yield opened


@pytest.fixture(scope="module")
def outside(hub: Hub) -> Iterator[Outside]:
    consumer = Outside(hub.topics)
    yield consumer
    consumer.close()


def police(at: datetime, text: str, address: str) -> Sent:
    number = f"JJ{AREA[:4]}{at:%Y%m%d%H%M%S}"
    record = {"jjdbh": number, "xzqh": AREA, "bjsj": f"{at:%Y-%m-%d %I:%M:%S}", "bjnr": text, "sfdz": address, "lb": "09"}
    return Sent("POLICE110", number, json.dumps(record, ensure_ascii=False).encode())


# ---- 7 -------------------------------------------------------------------------------------------------------------

def test_scenario_07_four_ways_to_write_a_time_are_one_instant(hub: Hub) -> None:
    """Twelve hours without am or pm, seconds and milliseconds since 1970, ISO without a zone."""
    at, words, place = days_ago(16, hour=14, minute=30), "行道树倒伏，断枝压在路上", "落枫路66号"
    told = [
        police(at, words, place),
        hotline(at, "0701", words, place, tel=phone(701), acceptTime=int(at.timestamp())),
        fire(at, "50200", words, place, tel=phone(702)),
        grid(at, "100402", words, place, worker=71),
    ]
    assert at.strftime("%I:%M").encode() in told[0].value and str(epoch_ms(at)).encode() in told[2].value
    tell(hub, told)
    rows = hub.placed(record.name for record in told)
    assert [row["event_at"] for row in rows] == [at.astimezone(timezone.utc)] * 4
    assert [row["reported_at"] for row in rows] == [at] * 4
    assert [row["time_flags"] for row in rows] == [["time_12h"], None, None, None]
    assert case_of(hub, told)["report_count"] == 4


# ---- 11 ------------------------------------------------------------------------------------------------------------

def detector(part: str, unit: str = "UT00991101") -> Device:
    return Device(unit, part, "云帆商城", "云帆路18号", f"A区1层{part}号位", from_metres(24000, 5000))


def accounted_for(hub: Hub, topic: str) -> tuple[int, int]:
    """Reports and updates of a source topic."""
    return hub.database.rows("select sum(reports)::int, sum(updates)::int from analysis.reconciliation where source_topic = %s",
                             (hub.topics.name(topic),))[0]


def test_scenario_11_an_alarm_storm_of_one_detector_is_one_case_and_delays_no_other(hub: Hub, outside: Outside) -> None:
    """Five hundred alarms and restores in five minutes are one report; another detector rings behind them."""
    start, bad, other = days_ago(7, hour=3), detector("1-1-1"), detector("1-1-2")
    reports, updates = accounted_for(hub, "fireiot.alarm") if hub.database.value(
        "select exists (select from analysis.reconciliation where source_topic = %s)", (hub.topics.name("fireiot.alarm"),)) else (0, 0)
    storm: list[Sent] = []
    for i in range(500):
        at = start + timedelta(seconds=0.6 * i)
        item = bad.on(at)
        storm += [bad.message(at, item), bad.message(at, bad.off(item["alarmId"], at + timedelta(seconds=0.3)))]
    beside_at = start + timedelta(minutes=3)
    beside = other.message(beside_at, other.on(beside_at))
    hub.topics.produce(TOPICS["FIREIOT"], [(AREA, record.value) for record in [*storm, beside]])
    # The other detector rang behind the storm, and still is told of soon.
    rung = outside.wait_for(lambda event: event.report == beside.name, 60, "the other detector")
    assert (rung.kind, rung.level, rung.at) == ("opened", ORANGE, beside_at)
    wait_until(lambda: accounted_for(hub, "fireiot.alarm") == (reports + 2, updates + 999), 60, "the storm to be accounted for")

    case = case_of(hub, [storm[0]])
    assert (case["report_count"], case["level"], case["opened_at"]) == (1, ORANGE, start)
    assert [event[0] for event in events_of(hub, case, "opened", "report_linked", "escalated", "reopened")] == ["opened"]
    # A thousand records, and departments are told twice: that it rings, and that it rings no more.
    assert [(event.kind, event.data["status"]) for event in outside.of_case(hub.database, case["case_no"])] == [
        ("opened", 10), ("status_changed", 50)]
    first = hub.placed([storm[0].name])[0]
    assert (first["repeats"], first["status"], first["title"]) == (499, 50, "感烟探测器火警")
    assert hub.database.value("select count(*) from onecase.decisions where region = %s and report_id = %s",
                              (first["region"], first["report_id"])) == 1
    # Every alarm is an update that can be found: by its number, and with what it said.
    kept = hub.database.rows("select kind, applied, count(distinct record_no) from onecase.report_revisions"
                             " where region = %s and report_id = %s group by 1, 2 order by 1", (first["region"], first["report_id"]))
    assert kept == [("report", True, 499), ("update", True, 500)]
    assert hub.database.value("select count(*) from onecase.record_index where report_id = %s and region = %s",
                              (first["report_id"], first["region"])) == 500
    aside = hub.placed([beside.name])[0]
    assert aside["case_id"] != first["case_id"] and aside["event_at"] == beside_at
    assert "感烟探测器火警（重复告警499次）" in hub.onecase("case", "show", case["case_no"]).stdout
    assert [member["repeats"] for member in hub.json("case", "show", case["case_no"])[0]["members"]] == [499]


def test_scenario_11_the_next_alarm_is_the_next_case_of_the_same_hazard(hub: Hub) -> None:
    """A person finds the alarm false; the next one, after the window or before its end, is not a repeat of what was settled."""
    start, device = days_ago(6, hour=4), detector("7-1-1", "UT00991107")
    times = [start + timedelta(minutes=minutes) for minutes in (0, 2, 5, 40)]
    items = [device.on(at) for at in times]
    alarms = [device.message(at, item) for at, item in zip(times, items)]
    settled = device.message(times[1], device.found(items[1]["alarmId"], start + timedelta(minutes=4), real=False))
    again = device.message(times[2], device.found(items[2]["alarmId"], start + timedelta(minutes=8), real=False))
    tell(hub, [alarms[0], alarms[1], settled, alarms[2], again, alarms[3]])
    rows = {row["record_no"]: row for row in hub.placed(alarm.name for alarm in (alarms[0], alarms[2], alarms[3]))}
    first, second, third = (rows[alarms[i].number] for i in (0, 2, 3))
    assert [row["repeats"] for row in (first, second, third)] == [1, 0, 0]
    assert len({row["hazard_id"] for row in (first, second, third)}) == 1
    cases = cases_of(hub, [alarms[0], alarms[2], alarms[3]])
    assert [(case["recurrence_no"], case["report_count"], case["reopened_count"]) for case in cases] == [(1, 1, 0), (2, 1, 0), (3, 1, 0)]
    assert [case["closed_at"] for case in cases] == [start + timedelta(minutes=4), start + timedelta(minutes=8), None]


def test_scenario_11_an_alarm_of_another_height_is_news(hub: Hub) -> None:
    start, device = days_ago(5, hour=4), detector("8-1-1", "UT00991108")
    early = device.message(start, device.on(start, alarmLevel=3))
    worse_at = start + timedelta(minutes=3)
    worse = device.message(worse_at, device.on(worse_at, alarmLevel=1))
    tell(hub, [early, worse])
    case = case_of(hub, [early, worse])
    assert (case["report_count"], case["level"]) == (2, 1)
    assert events_of(hub, case, "escalated") == [("escalated", "department", worse.name, worse_at)]


def test_a_restore_told_late_does_not_open_what_was_settled(hub: Hub) -> None:
    start, device = days_ago(4, hour=4), detector("9-1-1", "UT00991109")
    items = [device.on(start + timedelta(minutes=minute)) for minute in (0, 1)]
    minutes = [start + timedelta(minutes=minute) for minute in range(8)]
    tell(hub, [device.message(minutes[0], items[0]), device.message(minutes[1], items[1]),
               device.message(minutes[5], device.found(items[0]["alarmId"], minutes[5], real=False)),
               device.message(minutes[3], device.off(items[1]["alarmId"], minutes[3]))])
    case = cases_of(hub, [Sent("FIREIOT", items[0]["alarmId"], b"")])[0]
    assert (case["status"], case["closed_at"]) == (60, minutes[5])


# ---- late arrivals, windows of recurrence, closings on paper -------------------------------------------------------

def test_scenario_15_forty_days_after_its_closing_a_lift_is_reopened_and_a_manhole_is_new(hub: Hub, outside: Outside) -> None:
    lift = [hotline(days_ago(60), "0101", "电梯异响，经常停运", "春和苑6幢1单元", tel=phone(1501), plateNo="956781"),
            grid(days_ago(10), "901503", "电梯异响，经常停运", "春和苑6幢1单元", worker=151, liftNo="956781")]
    cover = [grid(days_ago(60), "100103", "雨水井盖缺失，井口敞着", "秋水路18号", worker=152, partCode="9901010103001518", recType="1"),
             grid(days_ago(10), "100103", "雨水井盖缺失，井口敞着", "秋水路18号", worker=153, partCode="9901010103001518", recType="1")]
    tell(hub, [lift[0], hotline_status(lift[0], 2, days_ago(50), 60), lift[1]])
    tell(hub, [cover[0], grid_status(cover[0], 2, days_ago(50), 60), cover[1]])
    one = case_of(hub, lift)
    assert (one["reopened_count"], one["status"], one["closed_at"]) == (1, 65, None)
    assert events_of(hub, one, "reopened") == [("reopened", "repeat_in_window", lift[1].name, days_ago(10))]
    two = cases_of(hub, cover)
    assert [(case["recurrence_no"], case["status"], case["reopened_count"]) for case in two] == [(1, 60, 0), (2, 10, 0)]
    assert two[0]["hazard_id"] == two[1]["hazard_id"]
    assert events_of(hub, two[1], "opened") == [("opened", "recurrence", cover[1].name, days_ago(10))]

    def told(case: dict) -> list[tuple]:
        return [(event.kind, event.report, event.data.get("reason"), event.data["recurrence_no"], event.data["status"])
                for event in outside.of_case(hub.database, case["case_no"])
                if event.kind in ("opened", "closed", "reopened", "report_linked")]

    assert told(one) == [("opened", lift[0].name, None, 1, 10), ("closed", lift[0].name, None, 1, 60),
                         ("reopened", lift[1].name, "repeat_in_window", 1, 65), ("report_linked", lift[1].name, None, 1, 65)]
    assert told(two[0]) == [("opened", cover[0].name, None, 1, 10), ("closed", cover[0].name, None, 1, 60)]
    assert told(two[1]) == [("opened", cover[1].name, "recurrence", 2, 10), ("report_linked", cover[1].name, None, 2, 10)]


def test_a_report_that_arrives_late_extends_its_case_backwards_and_reopens_nothing(hub: Hub) -> None:
    place, part = {"address": "秋水路88号"}, {"partCode": "9901010103001588", "recType": "1"}

    def seen(days: int, worker: int) -> Sent:
        return grid(days_ago(days), "100103", "雨水井盖缺失，井口敞着", worker=worker, **place, **part)

    early, late = seen(90, 161), seen(20, 162)
    tell(hub, [early, grid_status(early, 2, days_ago(85), 60), late, grid_status(late, 2, days_ago(15), 60)])
    inside, between, before = seen(87, 163), seen(22, 164), seen(95, 165)
    tell(hub, [inside, between, before])
    first, second = cases_of(hub, [early, late])
    assert (first["opened_at"], first["closed_at"], first["report_count"]) == (days_ago(95), days_ago(85), 3)
    assert (second["opened_at"], second["closed_at"], second["report_count"]) == (days_ago(22), days_ago(15), 2)
    assert (first["reopened_count"], second["reopened_count"]) == (0, 0)
    assert case_of(hub, [early, inside, before])["case_id"] == first["case_id"]
    assert case_of(hub, [late, between])["case_id"] == second["case_id"]


def recurrences(hub: Hub, records: list[Sent]) -> list[tuple]:
    """Analyst's rows of the hazard: closed, repeated, days, how, found out by, orgs, closed on paper."""
    hazards = [row["hazard_id"] for row in hub.placed(record.name for record in records)]
    with hub.database.connect() as analyst:
        analyst.execute("set role onecase_analyst")
        return analyst.execute("select closed_at, repeated_at, days::float, kind, repeated_source, orgs, sham_suspect"
                               "  from analysis.recurrence where hazard_id = any(%s) order by repeated_at", (hazards,)).fetchall()


def test_a_closing_on_paper_is_found_out_by_the_next_report(hub: Hub) -> None:
    """Closed as done and back within the window; closed as void and back; done and back long after."""
    place, plate = "春和苑9幢1单元", {"plateNo": "956798"}
    office = {"handleList": [{"dept": "市场监管局", "isMain": 1}]}
    told = [hotline(days_ago(days), "0101", "电梯异响，经常停运", place, tel=phone(1600 + days), **plate) for days in (250, 230, 210, 60)]
    tell(hub, [told[0], hotline_status(told[0], 2, days_ago(245), 60, **office), told[1], hotline_status(told[1], 2, days_ago(228), 95),
               told[2], hotline_status(told[2], 2, days_ago(200), 60, **office), told[3]])
    assert recurrences(hub, told) == [
        (days_ago(245), days_ago(230), 15.0, "reopened", "H12345", ["市场监管局"], True),
        (days_ago(228), days_ago(210), 18.0, "reopened", "H12345", None, False),
        (days_ago(200), days_ago(60), 140.0, "next_case", "H12345", ["市场监管局"], False)]


# ---- the log once more ---------------------------------------------------------------------------------------------

def test_the_same_log_gives_the_same_cases_in_other_batches_and_after_kills(
        hub: Hub, servers: LocalServers, template_database: str, tmp_path: Path) -> None:
    total = hub.reported()
    assert hub.consumed() == total
    with open_hub(servers, template_database, tmp_path / "again", hub.topics) as again:
        matcher = again.start("matcher", "batch_max=7")
        for share in (0.2, 0.6):
            wait_until(lambda share=share: again.consumed() >= total * share, 60, "part of the log", every=0.01)
            matcher.kill()
            matcher = again.start("matcher", "batch_max=7", group=f"{again.database.name}.{share}")
        again.await_consumed(total)
        assert again.digest() == hub.digest()
