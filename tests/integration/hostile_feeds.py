"""Ordinary records of six feeds, each with what has to stand in onecase.reports for it, by the sender's own reckoning.

A Form is a record as its department writes it and remembers where its record number, its text and its numbers stand, so that
others can break it there. Plainly synthetic: areas 9901xx, telephones 1990000xxxx, serial numbers in every text.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from city_geo import to_bd09, to_gcj02

BEIJING = timezone(timedelta(hours=8))
PHRASES = ("楼道灯不亮", "电梯有异响", "雨水井盖缺失", "外墙瓷砖松动", "路面有坑", "下水道冒水", "电线垂得很低", "树枝压断",
           "消防通道停满车", "广告牌歪了")
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Number:
    """A place where a number belongs: a text there leaves these columns null, with this flag."""

    path: Path
    columns: tuple[str, ...]
    flag: str
    wrong: str = "三人"


@dataclass(frozen=True)
class Feed:
    source: str
    topic: str
    encoding: str
    number: Path  # the record number
    text: Path  # the free text
    without_number: tuple[str, str, str]  # stage, rule and pointer of the dead letter
    numbers: tuple[Number, ...]
    body_max: int  # characters of the column body
    revision: Path | None  # an integer, larger is newer
    make: Callable[[int, random.Random, datetime], tuple[object, dict[str, object]]]

    def encode(self, form: object) -> bytes:
        if self.source == "H12345" and isinstance(form.get("body"), dict):
            form = form | {"body": json.dumps(form["body"], ensure_ascii=False)}
        return json.dumps(form, ensure_ascii=False).encode(self.encoding)


@dataclass
class Form:
    """What a department sends, and the columns that have to stand for it (lon, lat: WGS-84, within a metre)."""

    feed: Feed
    form: object
    wanted: dict[str, object]
    raw: bytes | None = None  # these very bytes instead
    place: tuple[int, int] | None = field(default=None)  # partition and offset, once it is sent

    @property
    def key(self) -> str:
        return str(self.wanted["record_no"])

    def value(self) -> bytes:
        return self.raw if self.raw is not None else self.feed.encode(self.form)

    def copy(self) -> Form:
        return copy.deepcopy(self)

    def __deepcopy__(self, memo: dict) -> Form:
        return type(self)(self.feed, copy.deepcopy(self.form), copy.deepcopy(self.wanted), self.raw)

    def set(self, path: Path, value: object) -> None:
        at = self.form
        for step in path[:-1]:
            at = at[step]
        at[path[-1]] = value

    def get(self, path: Path) -> object:
        at = self.form
        for step in path:
            at = at[step]
        return at

    def drop(self, path: Path) -> None:
        at = self.form
        for step in path[:-1]:
            at = at[step]
        del at[path[-1]]


def text_of(number: int, rng: random.Random) -> str:
    return f"{rng.choice(PHRASES)}，合成记录甲{number}乙，{rng.choice(PHRASES)}"


def point_of(rng: random.Random) -> tuple[float, float]:
    return round(rng.uniform(112.6, 113.2), 6), round(rng.uniform(23.0, 23.4), 6)


def area_of(rng: random.Random) -> tuple[str, str]:
    area = rng.choice(("990101", "990102", "990201"))
    return area, area[:4]


def phone_of(number: int) -> str:
    return f"1990000{number % 10_000:04d}"


def place_of(number: int) -> str:
    return f"样例{'东西南北'[number % 4]}路{number // 4 % 900 + 1}号"


def pinned(area: str, region: str, at: datetime, record_no: str, point: tuple[float, float]) -> dict[str, object]:
    return {"record_no": record_no, "region": region, "area_code": area, "reported_at": at, "lon": point[0], "lat": point[1],
            "kind": "report", "flags": None}


def hotline(number: int, rng: random.Random, at: datetime) -> tuple[object, dict[str, object]]:
    area, region = area_of(rng)
    record_no, point = f"FS{at:%Y%m%d}{number % 10_000:04d}", point_of(rng)
    there = to_gcj02(point)
    title, text, seq = f"合成工单{number}", text_of(number, rng), rng.randrange(1, 9)
    form = {"head": {"msgType": "NEW", "seq": seq, "sendTime": f"{at:%Y-%m-%d %H:%M:%S}"}, "body": {
        "gdbh": record_no, "parentNo": "", "rqstType": "5", "title": title, "content": text,
        "category": [{"code": "05"}, {"code": "0501"}, {"code": "050103"}], "zone": area, "streetName": "",
        "detail": place_of(number), "cusAddress": "", "lonlat": f"{there[0]:.7f},{there[1]:.7f}", "tel": phone_of(number),
        "contactTel": "", "acceptTime": f"{at:%Y-%m-%d %H:%M:%S}", "jjcd": "特急", "gdzt": "01"}}
    return form, pinned(area, region, at, record_no, point) | {
        "title": title, "body": text, "address_text": place_of(number), "category_code": "E01", "source_category": "050103",
        "urgency": 1, "status": 10, "revision": seq, "phone": phone_of(number)}


def fire(number: int, rng: random.Random, at: datetime) -> tuple[object, dict[str, object]]:
    area, region = area_of(rng)
    record_no, point, text = f"{area}119{at:%Y%m%d%H%M%S}{number:017d}", point_of(rng), text_of(number, rng)
    ms, trapped, hurt = int(at.timestamp()) * 1000, rng.randrange(5), rng.randrange(3)
    form = {"XXLX": "XZ", "JQ_TYWYSBM": record_no, "BJSJ": ms, "LASJ": ms, "GXSJ": ms, "XZQHDM": area, "DDMC": place_of(number),
            "DQJD": point[0], "DQWD": point[1], "JQFLYDM": "20000", "JQFLYDMZX": "20100", "JQDJDM": "30000", "JQZT": "02",
            "SFCSJ": "0", "JQ_JYQK": text, "BKRS": trapped, "SSRS": hurt, "SWRS": 0, "BJDH": phone_of(number)}
    return form, pinned(area, region, at, record_no, point) | {
        "body": text, "address_text": place_of(number), "category_code": "A01", "source_category": "20100", "trapped": trapped,
        "injured": hurt, "dead": 0, "level": 2, "status": 20, "revision": ms, "phone": phone_of(number)}


def market(number: int, rng: random.Random, at: datetime) -> tuple[object, dict[str, object]]:
    area, region = area_of(rng)
    record_no, point, text, hurt = f"SC{area}{at:%Y%m%d}{number:05d}", point_of(rng), text_of(number, rng), rng.randrange(1, 4)
    there = to_bd09(point)
    form = {"caseid": record_no, "formtype": "01", "recorddate": f"{at:%Y-%m-%d %H:%M:%S}",
            "controversytime": f"{at:%Y-%m-%d %H:%M:%S}", "jyareacode": area, "subjectname": f"样例{number}号店",
            "addr": place_of(number), "position": f"{there[1]:.7f},{there[0]:.7f}", "problem_type": "0601",
            "problem_name": "食品安全", "objname": "餐饮服务", "appealcontent": text, "personalinjury": str(hurt),
            "providertel": phone_of(number), "node": "待分派"}
    return form, pinned(area, region, at, record_no, point) | {
        "body": f"食品安全，餐饮服务，{text}", "address_text": place_of(number), "category_code": "H01", "source_category": "0601",
        "party_name": f"样例{number}号店", "injured": hurt, "status": 10, "phone": phone_of(number)}


def grid(number: int, rng: random.Random, at: datetime) -> tuple[object, dict[str, object]]:
    area, region = area_of(rng)
    record_no, point, text = f"{area}{at:%y%m%d}{number:07d}", point_of(rng), text_of(number, rng)
    seq, grid_code = rng.randrange(1, 50), f"{area}{number % 1000:03d}001002"[:15]
    form = {"eventId": record_no, "operateSeq": seq, "mainType": "1001", "subType": "03", "eventName": f"合成事件{number}",
            "eventDesc": text, "eventSource": "采集员", "eventPlace": place_of(number), "eventLong": f"{point[0]:.6f}",
            "eventLat": f"{point[1]:.6f}", "happenTime": f"{at:%Y-%m-%dT%H:%M:%S}", "createTime": f"{at:%Y-%m-%dT%H:%M:%S}",
            "areaCode": area, "gridCode": grid_code, "urgencyDegree": "02", "eventLevel": "2", "state": "1",
            "patrolId": f"WG{area}001"}
    return form, pinned(area, region, at, record_no, point) | {
        "title": f"合成事件{number}", "body": text, "address_text": place_of(number), "category_code": "E01",
        "source_category": "100103", "grid_code": grid_code, "level": 2, "urgency": 2, "status": 10, "revision": seq}


def city_management(number: int, rng: random.Random, at: datetime) -> tuple[object, dict[str, object]]:
    """One message is an array of records; here of one."""
    area, region = area_of(rng)
    record_no, point, text = f"CG{area}{at:%Y%m%d}{number:04d}", point_of(rng), text_of(number, rng)
    form = [{"task_num": record_no, "act_seq": 1, "event_src": "采集员", "district_id": area, "rec_type": "1", "main_type": "01",
             "sub_type": "18", "event_name": f"合成案卷{number}", "event_desc": text, "address": place_of(number),
             "coordinate_x": f"{point[0]:.6f}", "coordinate_y": f"{point[1]:.6f}", "create_time": f"{at:%Y-%m-%d %H:%M:%S}",
             "operate_time": f"{at:%Y-%m-%d %H:%M:%S}", "rec_state": "1", "rework_num": "0", "event_level": "1",
             "patrol_id": f"CJ{number % 100:04d}"}]
    return form, pinned(area, region, at, record_no, point) | {
        "title": f"合成案卷{number}", "body": text, "address_text": place_of(number), "level": 3, "status": 10, "revision": 1}


def fire_alarm(number: int, rng: random.Random, at: datetime) -> tuple[object, dict[str, object]]:
    """One message of a device is a list of alarms; here of one."""
    area, region = area_of(rng)
    record_no, point, text = f"A{at:%Y%m%d}{number:06d}", point_of(rng), text_of(number, rng)
    there, ms = to_gcj02(point), int(at.timestamp()) * 1000
    form = {"deviceId": f"UT{number:08d}", "deviceType": "100", "pushDateTime": ms, "areaCode": area, "unitName": f"样例{number}号楼",
            "unitAddress": place_of(number), "lon": f"{there[0]:.7f}", "lat": f"{there[1]:.7f}", "items": [
                {"alarmId": record_no, "alarmCategory": 1, "alarmName": f"合成报警{number}", "alarmLevel": 1, "partType": "40",
                 "partAddr": "1-1-1", "alarmDesc": text, "alarmDateTime": ms, "alarmState": "on", "fireFlag": ""}]}
    return form, pinned(area, region, at, record_no, point) | {
        "title": f"合成报警{number}", "body": text.replace("，", ","), "address_text": place_of(number), "level": 1, "status": 10,
        "revision": ms}


HOTLINE = Feed("H12345", "hotline.workorder", "gb18030", ("body", "gdbh"), ("body", "content"),
               ("map", "required", "/body/parentNo"),
               (Number(("head", "seq"), ("revision",), "number_unreadable", "第一次"),
                Number(("body", "lonlat"), ("lon", "lat"), "geo_unreadable", "东经北纬")), 500, ("head", "seq"), hotline)
FIRE = Feed("FIRE119", "fire.incident", "gb18030", ("JQ_TYWYSBM",), ("JQ_JYQK",), ("map", "required", "/JQ_TYWYSBM"),
            (Number(("BKRS",), ("trapped",), "number_unreadable"), Number(("SSRS",), ("injured",), "number_unreadable"),
             Number(("DQJD",), ("lon", "lat"), "geo_unreadable", "东经")), 2000, ("GXSJ",), fire)
MARKET = Feed("MKT12315", "market.complaint", "utf-8", ("caseid",), ("appealcontent",), ("map", "required", "/caseid"),
              (Number(("personalinjury",), ("injured",), "number_unreadable", "两人"),
               Number(("position",), ("lon", "lat"), "geo_unreadable", "店门口")), 500, None, market)
GRID = Feed("GRID", "grid.event", "utf-8", ("eventId",), ("eventDesc",), ("map", "kind", ""),
            (Number(("operateSeq",), ("revision",), "number_unreadable", "第一次"),
             Number(("eventLat",), ("lon", "lat"), "geo_unreadable", "北纬")), 2000, ("operateSeq",), grid)
CITY_MANAGEMENT = Feed("CITYMGT", "chengguan.event", "utf-8", (0, "task_num"), (0, "event_desc"),
                       ("map", "required", "/0/task_num"), (), 2000, (0, "act_seq"), city_management)
FIRE_ALARM = Feed("FIREIOT", "fireiot.alarm", "gb18030", ("items", 0, "alarmId"), ("items", 0, "alarmDesc"),
                  ("map", "required", "/items/0/alarmId"), (), 500, ("pushDateTime",), fire_alarm)
SAMPLE_FEEDS = (HOTLINE, FIRE, MARKET, GRID)  # those of deploy/topics.cfg
FEEDS = (*SAMPLE_FEEDS, CITY_MANAGEMENT, FIRE_ALARM)


def ordinary(feed: Feed, number: int, rng: random.Random) -> Form:
    """Of the day before, to the second: the forms write no smaller unit."""
    at = datetime.now(BEIJING).replace(microsecond=0) - timedelta(hours=30) + timedelta(seconds=rng.randrange(3600))
    form, wanted = feed.make(number, rng, at)
    return Form(feed, form, wanted)


def by_topic(forms: Iterable[Form]) -> dict[str, list[Form]]:
    topics: dict[str, list[Form]] = {}
    for form in forms:
        topics.setdefault(form.feed.topic, []).append(form)
    return topics
