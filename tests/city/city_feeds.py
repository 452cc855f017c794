"""The four departments' own forms: a report (or its course) becomes the bytes its department sends."""

import json
from datetime import timedelta

from city_classes import CLASSES, MARKET_OBJECTS
from city_geo import to_bd09, to_gcj02
from city_ids import mask_phone

TOPICS = {"H12345": "hotline.workorder", "FIRE119": "fire.incident", "MKT12315": "market.complaint", "GRID": "grid.event"}
ENCODINGS = {"H12345": "gb18030", "FIRE119": "gb18030", "MKT12315": "utf-8", "GRID": "utf-8"}
HOTLINE_STATUS = {10: "01", 30: "03", 40: "05", 60: "09"}
GRID_STATUS = {10: "1", 20: "2", 30: "3", 40: "4", 50: "5", 60: "6"}
MARKET_STATUS = {10: "待分派", 20: "受理", 30: "立案", 40: "处理反馈", 60: "结束"}
FIRE_STATUS = {10: "01", 20: "02", 30: "04", 40: "05", 50: "08", 60: "10"}
DEPARTMENTS = {"A": "市场监管局", "B": "燃气办", "C": "消防救援大队", "D": "供电公司", "E": "城市管理局", "F": "住建局",
               "G": "园林水务局", "H": "市场监管局", "I": "生态环境局", "J": "街道办事处"}
OPINION = "已到现场处理，并电话回复诉求人。"


def encode(source, record):
    """The bytes a department sends; the hotline packs its body as JSON text once more."""
    if source == "H12345" and isinstance(record, dict):
        record = record | {"body": json.dumps(record["body"], ensure_ascii=False)}
    return json.dumps(record, ensure_ascii=False).encode(ENCODINGS[source])


def decode(source, value):
    """The record out of those bytes, unpacked."""
    record = json.loads(value.decode(ENCODINGS[source]))
    if source == "H12345" and isinstance(record, dict):
        record["body"] = json.loads(record["body"])
    return record


def unpadded(at, separator="-"):
    return f"{at.year}{separator}{at.month}{separator}{at.day} {at.hour}:{at.minute}:{at.second}"


def epoch_ms(at):
    return int(at.timestamp()) * 1000


def accepted(report):
    """The hotline's counters write times in three ways; the app's counter gives seconds since 1970."""
    desk = report.record_no[-1]
    return epoch_ms(report.reported_at) // 1000 if desk == "7" else unpadded(report.reported_at, "/" if desk == "8" else "-")


def lonlat(report, convert=None):
    if report.point_form == "zero":
        return 0.0, 0.0
    if not report.point:
        return None
    lon, lat = convert(report.point) if convert else report.point
    return (lat, lon) if report.point_form == "swapped" else (lon, lat)


def hotline_place(report):
    """Street, place and the caller's own words of it: whole in one field, in two parts, or twice; by the desk that wrote it."""
    desk, street, address = int(report.record_no[-1]), "", report.address
    if desk % 3 == 0 and report.street and address and not address.startswith(report.district.name):
        street = report.street[1]
    if desk % 5 == 1 and report.estate and report.building:
        end = address.index(report.estate) + len(report.estate)
        return street, address[:end], address[end:]
    return street, address, address if desk % 5 == 3 else ""


def hotline_category(report):
    code = CLASSES[report.klass].hotline
    return [{"code": code[:2]}, {"code": code[:4]}, {"code": code}]


def hotline(report, seq=1, sent=None):
    klass = CLASSES[report.klass]
    point = lonlat(report, to_gcj02)
    street, detail, own_words = hotline_place(report)
    shown = (mask_phone(report.reporter) if report.masked else report.reporter) if report.reporter else ""
    body = {
        "gdbh": report.record_no,
        "parentNo": "",
        "rqstType": report.appeal,
        "title": report.title,
        "content": f"【诉求】{report.body}" if report.record_no[-1] in "25" else report.body,
        "category": hotline_category(report),
        "zone": report.district.area,
        "streetName": street,
        "detail": detail,
        "cusAddress": own_words,
        "lonlat": f"{point[0]:.6f},{point[1]:.6f}" if point else "",
        "callerName": "匿名" if not report.reporter else f"来电人{report.reporter[-4:]}",
        "age": "",
        "tel": shown,
        "contactTel": shown if report.reporter and int(report.reporter[-1]) % 2 else "",
        "acceptTime": accepted(report),
        "occurTime": unpadded(report.event_at, "/"),
        "jjcd": "紧急" if klass.code[0] in "BC" else "一般",
        "gdzt": "01",
        "plateNo": report.plate,
        "repeatOf": "",
    }
    return {"head": {"msgType": "NEW", "seq": seq, "sendTime": unpadded(sent or report.reported_at)}, "body": body}


def hotline_course(report, seq, at, form, body):
    """A later message about a sheet; it repeats what it does not change."""
    whole = {"gdbh": report.record_no, "zone": report.district.area,
             "jjcd": "紧急" if report.klass[0] in "BC" else "一般"} | body
    return {"head": {"msgType": form, "seq": seq, "sendTime": unpadded(at)}, "body": whole}


def hotline_status(report, seq, status, at):
    lead = [{"dept": DEPARTMENTS[report.klass[0]], "isMain": 1}, {"dept": report.street[1] if report.street else "街道办事处", "isMain": 0}]
    if status == 60:  # the reply carries the appeal and the opinion on it in one text
        content = f"【诉求】{report.body}【办理意见】{OPINION}"
        body = {"gdzt": HOTLINE_STATUS[status], "content": content, "category": hotline_category(report), "handleList": lead[:1]}
        return hotline_course(report, seq, at, "REPLY", body)
    return hotline_course(report, seq, at, "STATUS", {"gdzt": HOTLINE_STATUS[status], "handleList": lead})


def hotline_sub(report, seq, part, at):
    """A sub-order: the sheet's work given to one department, under a number of its own."""
    dept = DEPARTMENTS[report.klass[0]] if part == 1 else "街道办事处"
    body = {"gdbh": f"{report.record_no}-{part:02d}", "parentNo": report.record_no, "gdzt": HOTLINE_STATUS[30],
            "handleList": [{"dept": dept, "isMain": 1 if part == 1 else 0}], "expiredate": unpadded(at + timedelta(days=3))}
    return hotline_course(report, seq, at, "SUB", body)


def hotline_urge(report, seq, at):
    return hotline_course(report, seq, at, "URGE", {})


def grid(report, seq=1, sent=None):
    code = CLASSES[report.klass].grid
    point = lonlat(report)
    part = bool(report.part)
    return {
        "eventId": report.record_no,
        "taskNo": "RW" + report.record_no[-13:],
        "operateSeq": seq,
        "recType": "1" if part else "2",
        "mainType": code[:4],
        "subType": code[4:],
        "eventName": report.title,
        "eventDesc": report.body,
        "eventSource": "采集员",
        "eventPlace": report.address,
        "eventLong": f"{point[0]:.6f}" if point else "",
        "eventLat": f"{point[1]:.6f}" if point else "",
        "happenTime": f"{report.event_at:%Y-%m-%dT%H:%M:%S}",
        "createTime": f"{report.reported_at:%Y-%m-%dT%H:%M:%S}",
        "areaCode": report.district.area,
        "streetCode": report.grid[:9],
        "communityCode": report.grid[:12],
        "gridCode": report.grid + "003",
        "partCode": report.part,
        "liftNo": report.plate,
        "urgencyDegree": "01",
        "eventLevel": "1",
        "state": "1",
        "patrolId": report.worker.number,
        "patrolName": report.worker.name,
        "post": report.worker.post,
    }


def grid_status(report, seq, status, at):
    return {"recId": report.record_no, "areaCode": report.district.area, "operateSeq": seq, "state": GRID_STATUS[status],
            "operateTime": f"{at:%Y-%m-%dT%H:%M:%S}", "disposeUnit": DEPARTMENTS[report.klass[0]]}


def market(report, seq=1, sent=None):
    klass = CLASSES[report.klass]
    point = lonlat(report, to_bd09)
    record = {
        "caseid": report.record_no,
        "order_no": report.origin_no,
        "formtype": "03" if report.appeal == "4" else "01",
        "recorddate": f"{report.reported_at:%Y-%m-%d %H:%M:%S}",
        "controversytime": f"{report.event_at:%Y-%m-%d %H:%M:%S}",
        "jyareacode": report.district.area,
        "subjectname": report.party,
        "cksubjectname": "",
        "socialcode": report.usc,
        "linkman": "",
        "addr": report.address,
        "accsce": report.address,
        "position": f"{point[1]:.6f},{point[0]:.6f}" if point else "",
        "problem_type": klass.market,
        "problem_name": report.title,
        "objname": MARKET_OBJECTS.get(report.klass, ""),
        "appealcontent": report.body,
        "personalinjury": str(report.injured),
        "providername": f"来电人{report.reporter[-4:]}" if report.reporter else "",
        "providertel": report.reporter,
        "node": "待分派",
    }
    if report.inspection:
        record |= {"form": "SSJ", "result_code": report.inspection, "node": ""}
    return record


def market_status(report, seq, status, at):
    """The sheet's course: its head again and the node; the system sends neither a revision nor a time of change."""
    record = market(report)
    course = {name: record[name] for name in ("caseid", "recorddate", "controversytime", "jyareacode", "personalinjury")}
    course["node"] = MARKET_STATUS[status]
    if status == 60:
        course["isverified"] = "1"
    return course


def fire(report, seq=1, sent=None):
    point = lonlat(report)
    record = {
        "XXLX": "XZ",
        "JQ_TYWYSBM": report.record_no,
        "AJBH": f"{report.reported_at:%Y%m%d%H%M}-01-1001",
        "BJSJ": epoch_ms(report.reported_at),
        "LASJ": epoch_ms(report.reported_at) + 45_000,
        "GXSJ": epoch_ms(sent or report.reported_at),
        "XZQHDM": report.district.area,
        "DDMC": report.address,
        "JQFLYDM": CLASSES[report.klass].fire[0] + "0000",
        "JQFLYDMZX": CLASSES[report.klass].fire,
        "JQDJDM": "30000" if report.trapped > 2 else "2" if report.klass == "C01" else "1",
        "JQZT": "02",
        "AJXZ": "1",
        "SFCSJ": "0",
        "JQ_JYQK": report.body,
        "BKRS": report.trapped,
        "SSRS": report.injured,
        "SWRS": 0,
        "DTSBM": report.plate,
        "BJDH": report.reporter,
        "BJRXM": f"报警人{report.reporter[-4:]}",
    }
    if point:
        record["DQJD"], record["DQWD"] = round(point[0], 6), round(point[1], 6)
    return record


def fire_status(report, seq, status, at):
    return {"XXLX": "ZTBG", "JQ_TYWYSBM": report.record_no, "XZQHDM": report.district.area, "JQZT": FIRE_STATUS[status],
            "AJXZ": "1", "GXSJ": epoch_ms(at), "ZGDW": "消防救援大队"}


FORM = {"H12345": hotline, "GRID": grid, "MKT12315": market, "FIRE119": fire}
STATUS_FORM = {"H12345": hotline_status, "GRID": grid_status, "MKT12315": market_status, "FIRE119": fire_status}
