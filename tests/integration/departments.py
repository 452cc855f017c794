"""Records as six departments send them, one function a form: for tests that tell a story and look at what became of it.

Every function gives a Sent: topic, key, bytes, and the name SOURCE/RECORD_NO by which the hub knows the record. Points are
given in WGS-84 and leave in the datum of the feed. Made-up data: phones 1990000xxxx, area 990101, places of no real city.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

from city_geo import to_bd09, to_gcj02
from harness import LocalServers, wait_until
from harness_city import accounted
from harness_hub import Hub, open_hub

CHINA = timezone(timedelta(hours=8))
TODAY = datetime.now(CHINA)  # feeds flag what is older than 400 days
AREA = "990101"
TOPICS = {"H12345": "hotline.workorder", "GRID": "grid.event", "FIRE119": "fire.incident", "MKT12315": "market.complaint",
          "FIREIOT": "fireiot.alarm", "CITYMGT": "chengguan.event", "POLICE110": "police.call",
          "LIFT96333": "lift.call"}
ENCODINGS = {"H12345": "gb18030", "FIRE119": "gb18030", "FIREIOT": "gb18030"}
GRID_STATES = {10: "1", 30: "3", 40: "4", 50: "5", 60: "6", 95: "7"}
HOTLINE_STATES = {10: "01", 20: "02", 30: "03", 40: "05", 45: "06", 60: "09", 90: "07", 95: "99"}
FIRE_STATES = {20: "02", 30: "04", 40: "05", 60: "10", 90: "12"}
MARKET_NODES = {10: "待分派", 20: "受理", 60: "结束", 90: "不受理"}

Point = tuple[float, float]
_serial = itertools.count(1)


@dataclass(frozen=True)
class Sent:
    source: str
    number: str  # record number
    value: bytes

    @property
    def name(self) -> str:
        return f"{self.source}/{self.number}"


def days_ago(days: int, hour: int = 8, minute: int = 0) -> datetime:
    """A time of day in the past, city time."""
    return TODAY.replace(hour=hour, minute=minute, second=5, microsecond=0) - timedelta(days=days)


def sent(source: str, number: str, record: object) -> Sent:
    return Sent(source, number, json.dumps(record, ensure_ascii=False).encode(ENCODINGS.get(source, "utf-8")))


def epoch_ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def unpadded(at: datetime, separator: str = "-") -> str:
    return f"{at.year}{separator}{at.month}{separator}{at.day} {at.hour}:{at.minute}:{at.second}"


# ---- hotline: GB18030, the body packed as text, GCJ-02 -------------------------------------------------------------

def _hotline(number: str, form: str, seq: int, at: datetime, body: dict) -> Sent:
    head = {"msgType": form, "seq": seq, "sendTime": unpadded(at)}
    return sent("H12345", number, {"head": head, "body": json.dumps({"gdbh": number, "zone": AREA} | body, ensure_ascii=False)})


def hotline(at: datetime, code: str, text: str, address: str = "", point: Point | None = None, tel: str = "", **more: object) -> Sent:
    number = f"FS{at:%Y%m%d}{next(_serial) % 1000:03}"
    lonlat = "{:.6f},{:.6f}".format(*to_gcj02(point)) if point else ""
    body = {"parentNo": "", "rqstType": "5", "title": "", "content": text, "category": [{"code": code}], "streetName": "",
            "detail": address, "cusAddress": "", "lonlat": lonlat, "callerName": "", "tel": tel, "contactTel": "",
            "acceptTime": unpadded(at), "occurTime": "", "jjcd": "一般", "gdzt": "01", "plateNo": "", "repeatOf": ""}
    return _hotline(number, "NEW", 1, at, body | more)


def hotline_status(of: Sent, seq: int, at: datetime, status: int, **more: object) -> Sent:
    return _hotline(of.number, "STATUS", seq, at, {"gdzt": HOTLINE_STATES[status]} | more)


def hotline_sub(of: Sent, seq: int, at: datetime, part: int, status: int = 30, **more: object) -> Sent:
    """A sub-order: the sheet's work given to one department, under a number of its own."""
    body = {"gdbh": f"{of.number}-{part:02}", "parentNo": of.number, "gdzt": HOTLINE_STATES[status],
            "handleList": [{"dept": f"部门{part}", "isMain": 1}]}
    return _hotline(of.number, "SUB", seq, at, body | more)


def hotline_reply(of: Sent, seq: int, at: datetime, reply: str, status: int = 60) -> Sent:
    return _hotline(of.number, "REPLY", seq, at, {"gdzt": HOTLINE_STATES[status], "replyContent": reply})


def hotline_urge(of: Sent, seq: int, at: datetime) -> Sent:
    return _hotline(of.number, "URGE", seq, at, {})


# ---- grid: UTF-8, CGCS2000 as two strings --------------------------------------------------------------------------

def grid(at: datetime, code: str, text: str, address: str = "", point: Point | None = None, worker: int = 1, **more: object) -> Sent:
    number = f"{AREA}{at:%y%m%d}{next(_serial):07}"
    record = {"eventId": number, "operateSeq": 1, "recType": "2", "mainType": code[:4], "subType": code[4:], "eventName": "",
              "eventDesc": text, "eventSource": "采集员", "eventPlace": address,
              "eventLong": f"{point[0]:.6f}" if point else "", "eventLat": f"{point[1]:.6f}" if point else "",
              "happenTime": f"{at:%Y-%m-%dT%H:%M:%S}", "createTime": f"{at:%Y-%m-%dT%H:%M:%S}", "areaCode": AREA,
              "streetCode": "", "communityCode": "", "gridCode": "", "partCode": "", "liftNo": "", "urgencyDegree": "01",
              "eventLevel": "1", "state": "1", "patrolId": f"WG{AREA}{worker:03}", "patrolName": "", "post": ""}
    return sent("GRID", number, record | more)


def grid_status(of: Sent, seq: int, at: datetime, status: int, **more: object) -> Sent:
    return sent("GRID", of.number, {"recId": of.number, "areaCode": AREA, "operateSeq": seq, "state": GRID_STATES[status],
                                    "operateTime": f"{at:%Y-%m-%dT%H:%M:%S}"} | more)


# ---- fire service: GB18030, epoch milliseconds, WGS-84 -------------------------------------------------------------

def fire(at: datetime, code: str, text: str, address: str = "", point: Point | None = None, tel: str = "", **more: object) -> Sent:
    number = f"{AREA}119{at:%Y%m%d%H%M%S}{next(_serial):017}"
    record = {"XXLX": "XZ", "JQ_TYWYSBM": number, "BJSJ": epoch_ms(at), "LASJ": epoch_ms(at) + 45_000, "GXSJ": epoch_ms(at),
              "XZQHDM": AREA, "DDMC": address, "JQFLYDM": code[0] + "0000", "JQFLYDMZX": code, "JQDJDM": "1", "JQZT": "02",
              "SFCSJ": "0", "JQ_JYQK": text, "BKRS": 0, "SSRS": 0, "SWRS": 0, "DTSBM": "", "BJDH": tel, "BJRXM": ""}
    if point:
        record |= {"DQJD": round(point[0], 6), "DQWD": round(point[1], 6)}
    return sent("FIRE119", number, record | more)


def fire_status(of: Sent, at: datetime, status: int) -> Sent:
    return sent("FIRE119", of.number, {"XXLX": "ZTBG", "JQ_TYWYSBM": of.number, "XZQHDM": AREA, "JQZT": FIRE_STATES[status],
                                       "GXSJ": epoch_ms(at)})


# ---- market regulation: UTF-8, BD-09 as "lat,lon" ------------------------------------------------------------------

def market(at: datetime, code: str, text: str, address: str = "", point: Point | None = None, tel: str = "", **more: object) -> Sent:
    number = f"SC{AREA}{at:%Y%m%d}{next(_serial):05}"
    position = "{1:.6f},{0:.6f}".format(*to_bd09(point)) if point else ""
    record = {"caseid": number, "order_no": "", "formtype": "01", "recorddate": f"{at:%Y-%m-%d %H:%M:%S}",
              "controversytime": f"{at:%Y-%m-%d %H:%M:%S}", "jyareacode": AREA, "subjectname": "", "cksubjectname": "",
              "socialcode": "", "addr": address, "accsce": address, "position": position, "problem_type": code,
              "problem_name": "", "objname": "", "appealcontent": text, "personalinjury": "0", "providertel": tel, "node": "待分派"}
    return sent("MKT12315", number, record | more)


def market_visit(at: datetime, found: str, number: str = "", code: str = "0701", address: str = "", **more: object) -> Sent:
    """A visit of market regulation (双随机); with a number it comes again. found: 1 nothing, 4 ordered to put right."""
    again = {"recheckdate": f"{at:%Y-%m-%d %H:%M:%S}"} if number else {}
    visit = market(at, code, "曳引机漏油，责令整改", address, form="SSJ", result_code=found, node="", **again)
    if not number:
        return visit
    record = json.loads(visit.value) | {"caseid": number} | more
    return sent("MKT12315", number, record)


# ---- fire alarms of devices: GB18030, one message with many items, GCJ-02 ------------------------------------------

@dataclass(frozen=True)
class Device:
    """A smoke detector behind a transmission unit."""

    unit: str     # number of the transmission unit
    part: str     # address of the detector behind it
    premises: str
    address: str
    position: str
    point: Point

    def message(self, at: datetime, *items: dict) -> Sent:
        lon, lat = to_gcj02(self.point)
        record = {"deviceId": self.unit, "deviceType": "100", "pushDateTime": epoch_ms(at), "areaCode": AREA,
                  "unitName": self.premises, "unitAddress": self.address, "addressId": "",
                  "lon": f"{lon:.6f}", "lat": f"{lat:.6f}", "items": list(items)}
        return sent("FIREIOT", items[0]["alarmId"], record)

    def on(self, at: datetime, number: str | None = None, **more: object) -> dict:
        return {"alarmId": number or f"A{at:%Y%m%d}{next(_serial):05}", "alarmCategory": 1, "alarmName": "感烟探测器火警",
                "alarmLevel": 2, "partType": "40", "partAddr": self.part, "alarmDesc": "烟雾报警", "position": self.position,
                "alarmDateTime": epoch_ms(at), "alarmState": "on", "fireFlag": ""} | more

    def off(self, number: str, at: datetime) -> dict:
        return {"alarmId": number, "alarmState": "off", "recoverDateTime": epoch_ms(at)}

    def found(self, number: str, at: datetime, real: bool) -> dict:
        """A person has looked: the alarm was real, or not."""
        return {"alarmId": number, "alarmState": "off", "fireFlag": "1" if real else "0", "handleDateTime": epoch_ms(at)}


# ---- city management: one array a message, UTF-8, CGCS2000 ---------------------------------------------------------

def chengguan(at: datetime, code: str, text: str, address: str = "", point: Point | None = None, **more: object) -> Sent:
    number = f"CG{AREA}{at:%Y%m%d}{next(_serial):04}"
    record = {"rec_id": int(number[-9:]), "task_num": number, "act_seq": 1, "event_src": "采集员", "rec_type": code[0],
              "main_type": code[1:3], "sub_type": code[3:], "event_name": "", "event_desc": text, "part_code": "", "address": address,
              "district_id": AREA, "coordinate_x": f"{point[0]:.6f}" if point else "", "coordinate_y": f"{point[1]:.6f}" if point else "",
              "event_level": "1", "patrol_id": "CJ0107", "reporter_tel": "", "hotline_no": "", "dup_task_num": "",
              "create_time": f"{at:%Y-%m-%d %H:%M:%S}", "rec_state": "1", "rework_num": 0, "hang_num": 0, "hasten_num": 0}
    return sent("CITYMGT", number, [record | more])


# ---- telling -------------------------------------------------------------------------------------------------------

@contextmanager
def departments_hub(servers: LocalServers, template: str, folder: Path, *intake: str) -> Iterator[Hub]:
    """A hub with intake and matcher, and the topics of all six departments; `intake` are settings."""
    with open_hub(servers, template, folder) as hub:
        there = hub.topics.existing()
        for topic in TOPICS.values():
            if topic not in there:
                hub.topics.create(topic)
        hub.start("intake", *intake)
        hub.start("matcher")
        yield hub


def tell(hub: Hub, records: Iterable[Sent]) -> None:
    """Sends the records so that the hub learns of them in this order, and waits until all are accounted for."""
    for source, together in itertools.groupby(records, key=lambda record: record.source):
        topic = TOPICS[source]
        places = hub.topics.produce(topic, [(AREA, record.value) for record in together])
        ends = {(topic, partition): offset + 1 for partition, offset in places}

        def stored(ends: dict = ends) -> bool:
            hub.check_running()
            have = accounted(hub.database, hub.topics)
            return all(have.get(place, 0) >= end for place, end in ends.items())

        wait_until(stored, 120, f"the database to account for {ends}", every=0.05)


# ---- what became of it ---------------------------------------------------------------------------------------------

def cases_of(hub: Hub, records: list[Sent]) -> list[dict]:
    """The cases in which these records are, in the order of their ids."""
    ids = sorted({(row["region"], row["case_id"]) for row in hub.placed({record.name for record in records})})
    with hub.database.connect() as connection:
        cursor = connection.execute("select * from onecase.cases order by region, case_id")
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, row)) for row in cursor]
    return [row for row in rows if (row["region"], row["case_id"]) in ids]


def case_of(hub: Hub, records: list[Sent]) -> dict:
    cases = cases_of(hub, records)
    assert len(cases) == 1, f"one case expected of {len(records)} records, not {[(c['case_no'], c['report_count']) for c in cases]}"
    return cases[0]


def events_of(hub: Hub, case: dict, *kinds: str) -> list[tuple]:
    """Kind, reason, record and event time, in the order in which the hub learnt of them."""
    return hub.database.rows(
        "select e.kind, e.reason_code, r.source || '/' || r.record_no, e.event_at from onecase.case_events e"
        "  left join onecase.reports r on r.region = e.region and r.report_id = e.report_id"
        " where e.region = %s and e.case_id = %s and e.kind = any(%s) order by e.seq",
        (case["region"], case["case_id"], list(kinds)))


def sources_of(hub: Hub, case: dict) -> list[str]:
    return hub.database.value("select sources from analysis.issue_list where region = %s and case_id = %s",
                              (case["region"], case["case_id"]))
