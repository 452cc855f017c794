"""The lift story and the scenarios of the domain page (9.6), from the departments' records to what the hub says of them.

One hub for all: each scenario has places of its own, kilometres apart. What is asserted is what the page's table says.
"""

from __future__ import annotations

import json
import math
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from city_geo import distance_m, from_metres, to_gcj02
from city_ids import break_credit_code, credit_code, mask_phone, phone
from departments import (AREA, Device, Sent, case_of, chengguan, days_ago, departments_hub, events_of, fire, fire_status, grid,
                         grid_status, hotline, hotline_status, hotline_sub, hotline_urge, market, sources_of, tell)
from harness import PROJECT, LocalServers
from harness_hub import Hub
from told import Event, Outside

RED, ORANGE = 1, 2
# The lift rescue centre is no feed that comes with onecase: a mapping as a city would write it.
RESCUE = """
format = 1;  source = "LIFT96333";  topics = ["lift.call"];
time   : { zone = "+08:00"; formats = ["yyyy-MM-dd HH:mm:ss"]; };
region : { first = ["/areaCode"]; default = "9901"; };
kinds  = ( { kind = "report"; } );
fields : {
  record_no   = { first = ["/callNo"]; required = true; };
  reported_at = { first = ["/callTime"]; as = "time"; required = true; };
  body        = { first = ["/desc"]; };
  address     = { first = ["/address"]; };
  lift_plate  = { first = ["/plateNo"]; };
  category    = { first = ["/kind"]; codes = "kind"; };
  trapped     = { first = ["/trapped"]; as = "integer"; };
  reporter    = { first = ["/tel"]; as = "phone"; personal = "hash"; }; };
codes : { kind = { rows = ( ("困人", "A01"), ("故障", "A02") ); }; };
personal = ( ("/tel", "hash") );
"""


@pytest.fixture(scope="module")
def hub(servers: LocalServers, template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    folder = tmp_path_factory.mktemp("scenarios")
    sources = folder / "sources"
    shutil.copytree(PROJECT / "deploy" / "sources", sources, ignore=shutil.ignore_patterns("tests"))
    (sources / "rescue.cfg").write_text(RESCUE, encoding="utf-8")
    with departments_hub(servers, template_database, folder / "hub", f"sources={sources}") as opened:
        opened.start("relay", "tick_s=0", "poll_ms=20")
        yield opened


@pytest.fixture(scope="module")
def outside(hub: Hub) -> Iterator[Outside]:
    consumer = Outside(hub.topics)
    yield consumer
    consumer.close()


def rescue(at: datetime, text: str, address: str, plate: str, trapped: int) -> Sent:
    """A call to 96333 from inside a lift."""
    number = f"JY{AREA}{at:%Y%m%d%H%M%S}"
    record = {"callNo": number, "areaCode": AREA, "callTime": f"{at:%Y-%m-%d %H:%M:%S}", "desc": text, "address": address,
              "plateNo": plate, "kind": "困人" if trapped else "故障", "trapped": trapped, "tel": phone(199)}
    return Sent("LIFT96333", number, json.dumps(record, ensure_ascii=False).encode())


# ---- 1 -------------------------------------------------------------------------------------------------------------

def test_scenario_01_a_lift_in_nine_reports_of_three_sources_is_one_case(hub: Hub, outside: Outside) -> None:
    """Two callers and three grid workers in three months; twice it is closed on paper; red before people are trapped."""
    place, plate = "听雨新村3幢2单元", "912345"
    first, second = phone(101), phone(102)
    faults = "电梯运行时异响，经常停运"
    told = [
        hotline(days_ago(88), "0101", faults, place, tel=first, plateNo=plate),
        grid(days_ago(85), "901503", "入户走访，电梯有异响，还经常停运", "听雨新村三号楼二单元", worker=11, liftNo=plate),
        hotline(days_ago(82), "0101", "电梯又停了，一直有异响", place, tel=second, plateNo=plate),
        hotline(days_ago(60), "0101", faults, "听雨新村3号楼2单元", tel=first, plateNo=plate),
        grid(days_ago(51), "901503", "电梯经常停运，运行中异响", place, worker=12, liftNo=plate),
        hotline(days_ago(30), "0101", "这部电梯异响，经常停运", place, tel=first),
        grid(days_ago(17), "901503", "巡查发现电梯异响停运", place, worker=13, liftNo=plate),
        hotline(days_ago(11), "0101", faults, place, tel=second),
    ]
    on_paper = [
        (3, [hotline_status(told[0], 2, days_ago(80), 60), grid_status(told[1], 2, days_ago(79), 60),
             hotline_status(told[2], 2, days_ago(78), 60)]),
        (5, [hotline_status(told[3], 2, days_ago(45), 60), grid_status(told[4], 2, days_ago(44), 60)]),
    ]
    trapped = rescue(days_ago(2), "电梯停在两层之间，轿厢里有人被困", "听雨新村3幢2单元", plate, 3)
    story: list[Sent] = [*told, trapped]
    for after, closings in reversed(on_paper):
        story[after:after] = closings
    tell(hub, story)

    case = case_of(hub, [*told, trapped])
    assert (case["report_count"], case["source_count"], case["level"], case["trapped"]) == (9, 3, RED, 3)
    assert sources_of(hub, case) == ["GRID", "H12345", "LIFT96333"]
    assert (case["recurrence_no"], case["category_code"], case["closed_at"]) == (1, "A01", None)
    assert (case["opened_at"], case["first_known_source"]) == (days_ago(88), "H12345")
    # Closed on paper, and found out by the next report within the 90 days of a lift.
    assert case["reopened_count"] == 2
    assert events_of(hub, case, "closed", "reopened") == [
        ("closed", None, told[2].name, days_ago(78)), ("reopened", "repeat_in_window", told[3].name, days_ago(60)),
        ("closed", None, told[4].name, days_ago(44)), ("reopened", "repeat_in_window", told[5].name, days_ago(30))]
    # Red since two departments told of it, three months before anyone was trapped.
    assert events_of(hub, case, "escalated") == [("escalated", "sources", told[1].name, days_ago(85))]
    # A repeat of one caller is no new witness.
    assert [row["independence"] for row in hub.placed(record.name for record in told)].count("independent") >= 5
    assert case["reporter_count"] == 6
    story_01_is_told(outside.of_case(hub.database, case["case_no"]), told, trapped, case)


def story_01_is_told(events: list[Event], told: list[Sent], trapped: Sent, case: dict) -> None:
    """What went out, in order: of each event the kind, its report, the level of the case and how many reports it has."""
    assert [(event.kind, event.report, event.level, event.count) for event in events] == [
        ("opened", told[0].name, ORANGE, 1),
        ("report_linked", told[1].name, RED, 2), ("escalated", told[1].name, RED, 2),
        ("report_linked", told[2].name, RED, 3), ("closed", told[2].name, RED, 3),
        ("reopened", told[3].name, RED, 4), ("report_linked", told[3].name, RED, 4),
        ("report_linked", told[4].name, RED, 5), ("closed", told[4].name, RED, 5),
        ("reopened", told[5].name, RED, 6), ("report_linked", told[5].name, RED, 6),
        ("report_linked", told[6].name, RED, 7), ("report_linked", told[7].name, RED, 8),
        ("report_linked", trapped.name, RED, 9)]
    red = next(event for event in events if event.kind == "escalated")
    assert (red.at, red.data["reason"], red.data["before"], red.data["after"]) == (days_ago(85), "sources", ORANGE, RED)
    assert [event.data.get("trapped") for event in events] == [None] * 13 + [3]
    assert {event.data["hazard_no"] for event in events} == {events[0].data["hazard_no"]}
    assert [event.data["status"] for event in events if event.kind in ("closed", "reopened")] == [60, 65, 60, 65]
    assert (events[-1].data["reopened_count"], events[-1].data["counts"]) == (
        2, {"reports": 9, "independent": case["independent_count"], "reporters": 6, "sources": 3})


# ---- 2 -------------------------------------------------------------------------------------------------------------

def ring(count: int, radius_m: float, x: float, y: float) -> list[tuple[float, float]]:
    return [from_metres(x + radius_m * math.cos(2 * math.pi * i / count), y + radius_m * math.sin(2 * math.pi * i / count))
            for i in range(count)]


def test_scenario_02_a_fire_of_forty_calls_an_alarm_and_a_photo_is_one_case(hub: Hub, outside: Outside) -> None:
    """Calls in ten minutes from a ring of 500 m; the next day another fire in the same unit is another case."""
    x, y = 20000.0, 3000.0
    start = days_ago(9, hour=14)
    words = ("房顶冒烟起火，火势在变大", "看到房顶冒烟，起火了", "着火了，浓烟很大", "楼上起火冒浓烟，火势变大")
    addresses = ("栖霞花园5幢", "栖霞花园5幢2单元", "栖霞花园", "")
    detector = Device("UT00990202", "1-1-1", "栖霞花园物业", "栖霞花园5幢2单元", "5幢2单元601", from_metres(x, y))
    calls = [fire(start + timedelta(seconds=15 * i), "10000", words[i % 4], addresses[i % 4], point, tel=phone(200 + i))
             for i, point in enumerate(ring(40, 480.0, x, y))]
    alarm_at = start - timedelta(seconds=40)
    item = detector.on(alarm_at)
    alarm = detector.message(alarm_at, item)
    photo = grid(start + timedelta(minutes=9), "200411", "网格员拍照上报：5幢房顶着火，浓烟很大", "栖霞花园5幢", from_metres(x + 30, y), worker=21)
    tell(hub, [alarm])
    first = outside.wait_for(lambda event: event.report == alarm.name, 60, "the fire")
    assert (first.kind, first.level, first.count, first.at) == ("opened", ORANGE, 1, alarm_at)
    tell(hub, [*calls, photo])

    fire_one = case_of(hub, [alarm, *calls, photo])
    assert (fire_one["report_count"], fire_one["level"], fire_one["category_code"]) == (42, RED, "C01")
    assert sources_of(hub, fire_one) == ["FIRE119", "FIREIOT", "GRID"]
    assert (fire_one["opened_at"], fire_one["first_known_source"]) == (alarm_at, "FIREIOT")
    assert events_of(hub, fire_one, "opened") == [("opened", None, alarm.name, alarm_at)]
    assert first.case_no == fire_one["case_no"]
    # Red with the first call, and every one after it is told, none of them as a case of its own.
    spread = outside.of_case(hub.database, first.case_no)
    assert Counter(event.kind for event in spread) == {"opened": 1, "report_linked": 41, "escalated": 1}
    assert {event.report for event in spread if event.kind == "report_linked"} == {record.name for record in [*calls, photo]}
    assert {event.level for event in spread[1:]} == {RED}

    out = start + timedelta(hours=2)
    ends = [*(fire_status(call, out, 60) for call in calls), grid_status(photo, 2, out, 60),
            detector.message(out, detector.found(item["alarmId"], out, real=True))]
    again = fire(out + timedelta(days=1, hours=1), "10000", words[0], "栖霞花园5幢2单元601", from_metres(x, y), tel=phone(250))
    tell(hub, [*ends, again])
    fire_two = case_of(hub, [again])
    assert fire_two["case_no"] != fire_one["case_no"] and fire_two["report_count"] == 1
    assert [(event.kind, event.report, event.level) for event in outside.of_case(hub.database, fire_two["case_no"])] == [
        ("opened", again.name, RED), ("report_linked", again.name, RED)]
    over = case_of(hub, [alarm, *calls, photo])
    assert (over["closed_at"], over["reopened_count"]) == (out, 0)


# ---- 3, 4, 5 -------------------------------------------------------------------------------------------------------

GUANGZHOU = (113.264400, 23.129100)  # the page's table 6.1


def test_scenario_03_one_manhole_in_three_datums_is_one_case(hub: Hub) -> None:
    told = [
        grid(days_ago(40), "100103", "巡查发现雨水井盖缺失，井口敞着", "环星大道", GUANGZHOU, worker=31),  # CGCS2000
        hotline(days_ago(39), "0501", "雨水井盖缺失，井口一直敞着", "环星大道", GUANGZHOU, tel=phone(301)),  # GCJ-02
        market(days_ago(38), "9999", "门口井盖缺失，雨水井口敞着", "环星大道", GUANGZHOU, tel=phone(302)),  # BD-09
    ]
    assert b"113.269730,23.126423" in told[1].value and b"23.132711,113.276151" in told[2].value
    tell(hub, told)
    rows = hub.placed(record.name for record in told)
    assert [row["coordinate_system"] for row in rows] == ["CGCS2000", "GCJ-02", "BD-09"]
    assert all(distance_m((row["lon"], row["lat"]), GUANGZHOU) < 0.5 for row in rows)
    assert case_of(hub, told)["report_count"] == 3


def test_scenario_04_two_manholes_forty_metres_apart_are_two_cases(hub: Hub) -> None:
    here, there = from_metres(9200, 8200), from_metres(9240, 8200)
    words = ("井盖破裂翘起，车轧过哐当响", "井盖破裂，翘起一角，车轧哐当响")
    told = [[grid(days_ago(30, hour), "100103", words[0], "双子路", point, worker=41),
             hotline(days_ago(29, hour), "0501", words[1], "双子路", point, tel=phone(401 + hour))]
            for hour, point in ((8, here), (9, there))]
    tell(hub, [told[0][0], told[1][0], told[0][1], told[1][1]])
    cases = [case_of(hub, pair) for pair in told]
    assert cases[0]["hazard_id"] != cases[1]["hazard_id"]
    assert [case["report_count"] for case in cases] == [2, 2]


def test_scenario_05_two_lifts_of_one_building_are_two_cases(hub: Hub) -> None:
    address, words = "桂月苑8幢1单元", "电梯门关不上，反复开合"
    told = {plate: [hotline(days_ago(33, hour), "0101", words, address, tel=phone(500 + hour), plateNo=plate),
                    grid(days_ago(31, hour), "901503", words, address, worker=50 + hour, liftNo=plate),
                    hotline(days_ago(29, hour), "0101", words, address, tel=phone(510 + hour), plateNo=plate)]
            for hour, plate in ((8, "934561"), (9, "934578"))}
    tell(hub, [record for pair in zip(*told.values()) for record in pair])
    cases = [case_of(hub, records) for records in told.values()]
    assert cases[0]["hazard_id"] != cases[1]["hazard_id"]
    assert [case["report_count"] for case in cases] == [3, 3]
    assert hub.database.rows("select asset_kind, asset_id from onecase.hazards where hazard_id = any(%s) order by 2",
                             ([case["hazard_id"] for case in cases],)) == [("lift", "934561"), ("lift", "934578")]


# ---- 6, 7 ----------------------------------------------------------------------------------------------------------

def test_scenario_06_rare_characters_wide_digits_and_words_for_a_building_are_one_address(hub: Hub) -> None:
    words = "墙体开裂，楼房明显倾斜"
    told = [
        fire(days_ago(20), "20900", words, "㙍堃花园１栋", tel=phone(601)),
        hotline(days_ago(19), "0602", words, "㙍堃花园1幢", tel=phone(602)),
        grid(days_ago(18), "900402", words, "㙍堃花园一号楼", worker=61),
    ]
    assert "㙍".encode("gb18030") in told[0].value and len("㙍".encode("gb18030")) == 4
    tell(hub, told)
    rows = hub.placed(record.name for record in told)
    assert [(row["estate"], row["buildings"]) for row in rows] == [("㙍堃花园", ["1"])] * 3
    assert ["narrowed" in (row["flags"] or []) for row in rows][0]
    case = case_of(hub, told)
    assert hub.database.value("select address from onecase.hazards where region = %s and hazard_id = %s",
                              (case["region"], case["hazard_id"])) == "㙍堃花园1幢"


def test_scenario_08_places_that_are_broken_are_matched_by_address_and_never_by_zero(hub: Hub) -> None:
    words = "疏散楼梯堆满杂物，安全出口走不通"
    here = from_metres(13600, 8800)
    swapped = "{1:.6f},{0:.6f}".format(*to_gcj02(here))
    told = [
        hotline(days_ago(26), "0302", words, "零点小区6幢", tel=mask_phone(phone(801)), lonlat="0.000000,0.000000"),
        hotline(days_ago(25), "0302", words, "零点小区6幢", tel=phone(802), lonlat=swapped),
        grid(days_ago(24), "200735", words, "零点小区6号楼", (0.0, 0.0), worker=81),
        hotline(days_ago(23), "0302", words, "零点小区6栋"),
    ]
    elsewhere = [hotline(days_ago(25, 9), "0302", words, "极光公寓2幢", tel=phone(803), lonlat="0.000000,0.000000"),
                 grid(days_ago(24, 9), "200735", words, "极光公寓2幢", (0.0, 0.0), worker=82)]
    tell(hub, [*told, *elsewhere])
    rows = {row["record_no"]: row for row in hub.placed(record.name for record in [*told, *elsewhere])}
    flags = [rows[record.number]["flags"] or [] for record in told]
    assert {"geo_zero", "masked_at_source"} <= set(flags[0]) and "geo_swapped" in flags[1] and "geo_zero" in flags[2]
    assert [rows[record.number]["lon"] is None for record in told] == [True, False, True, True]
    assert distance_m((rows[told[1].number]["lon"], rows[told[1].number]["lat"]), here) < 1
    assert [rows[record.number]["reporter_kind"] for record in told] == ["masked", "citizen", "staff", "anonymous"]
    assert (case_of(hub, told)["report_count"], case_of(hub, elsewhere)["report_count"]) == (4, 2)


# ---- 13 ------------------------------------------------------------------------------------------------------------

def test_scenario_13_a_shop_whose_credit_code_fails_its_check_is_matched_by_name_and_address(hub: Hub) -> None:
    code = break_credit_code(credit_code("990101", 1313))
    shop, address, words = "星夜小馆（集市街店）", "集市街36号", "饭菜里吃出虫子，后厨很脏"
    told = [
        market(days_ago(15), "0601", words, address, tel=phone(1301), subjectname=shop, socialcode=code),
        hotline(days_ago(14), "0801", f"{shop}{words}", address, tel=phone(1302)),
        market(days_ago(12), "0601", words, address, tel=phone(1303), subjectname=shop, socialcode=code),
    ]
    tell(hub, told)
    rows = hub.placed(record.name for record in told)
    assert [(row["usc_code"], "usc_bad" in (row["flags"] or [])) for row in rows] == [(code, True), (None, False), (code, True)]
    case = case_of(hub, told)
    assert (case["report_count"], case["category_code"]) == (3, "H01")


# ---- 14 ------------------------------------------------------------------------------------------------------------

def test_scenario_14_each_repeat_of_a_smell_of_gas_is_told(hub: Hub, outside: Outside) -> None:
    """Red is never silent: neither a second caller, nor the first one again, nor a copy by another desk, nor an urge. The last three
    are no witnesses."""
    start, place, words = days_ago(13, hour=19), "芳草苑4幢1单元", "楼道里燃气味很浓，不敢开灯"
    first = hotline(start, "0201", words, place, tel=phone(1411))
    other = fire(start + timedelta(minutes=10), "20200", words, place, tel=phone(1412))
    again = hotline(start + timedelta(minutes=30), "0201", words, place, tel=phone(1411))
    copy = chengguan(start + timedelta(minutes=40), "20403", words, place, event_src="热线举报", hotline_no=first.number, patrol_id="")
    urges = [hotline_urge(first, 2 + number, start + timedelta(hours=1 + number)) for number in range(2)]
    tell(hub, [first, other, again, copy, *urges])
    case = case_of(hub, [first, other, again, copy])
    assert [row["independence"] for row in hub.placed(record.name for record in (first, other, again, copy))] == [
        "independent", "independent", "same_reporter", "transferred"]
    assert (case["report_count"], case["independent_count"], case["reporter_count"], case["urge_count"]) == (4, 2, 2, 2)
    told = outside.of_case(hub.database, case["case_no"])
    assert [(event.kind, event.report) for event in told] == [
        ("opened", first.name), ("report_linked", other.name), ("report_linked", again.name), ("report_linked", copy.name),
        ("urged", first.name), ("urged", first.name)]
    assert {event.level for event in told} == {RED} == {event.data["level"] for event in told}
    assert [event.data["counts"]["independent"] for event in told] == [1, 2, 2, 2, 2, 2]
    assert [event.count for event in told] == [1, 2, 3, 4, 4, 4]


# ---- copies --------------------------------------------------------------------------------------------------------

def test_copies_of_one_sheet_make_nothing_red(hub: Hub) -> None:
    """One caller, who urges and calls again with the number of the sheet, handed on to two departments under numbers of their own,
    and two sub-orders: one witness of one source, however often it is told."""
    words, place = "电梯平层不准，开门高出地面一截", "望潮里2幢1单元"
    first = hotline(days_ago(21), "0101", words, place, tel=phone(1401), plateNo="945671")
    copies = [market(days_ago(20), "0701", words, place, order_no=first.number),
              chengguan(days_ago(20, 9), "91503", words, place, event_src="热线举报", hotline_no=first.number, patrol_id="")]
    again = [hotline(days_ago(days), "0101", f"此前工单号{first.number}，{words}", place, tel=phone(1401), plateNo="945671") for days in (18, 17, 16)]
    course = [hotline_sub(first, 2, days_ago(21, 10), 1), hotline_sub(first, 3, days_ago(21, 11), 2),
              *(hotline_urge(first, 4 + i, days_ago(20 - i)) for i in range(5))]
    tell(hub, [first, *course[:2], *copies, *course[2:], *again])
    told = [first, *copies, *again]
    case = case_of(hub, told)
    rows = hub.placed(record.name for record in told)
    assert [row["independence"] for row in rows[:3]] == ["independent", "transferred", "transferred"]
    assert all(row["independence"] in ("follow_up", "same_reporter") for row in rows[3:])
    assert rows[0]["urged"] >= 1 and len(rows) == 6
    assert (case["report_count"], case["independent_count"], case["reporter_count"], case["level"]) == (6, 1, 1, ORANGE)
    assert events_of(hub, case, "escalated") == []
