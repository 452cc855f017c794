"""The four departments' own forms: a report (or its course) becomes the bytes its department sends."""

import json

from city_classes import CLASSES
from city_geo import to_bd09, to_gcj02
from city_ids import mask_phone

TOPICS = {"H12345": "hotline.workorder", "FIRE119": "fire.incident", "MKT12315": "market.complaint", "GRID": "grid.event"}
ENCODINGS = {"H12345": "utf-8", "FIRE119": "gb18030", "MKT12315": "utf-8", "GRID": "utf-8"}
HOTLINE_STATUS = {10: "01", 20: "02", 30: "03", 40: "05", 50: "07", 60: "09"}
GRID_STATUS = {10: "1", 20: "2", 30: "3", 40: "4", 50: "5", 60: "6"}
MARKET_STATUS = {10: "待分派", 20: "受理", 30: "分派下级", 40: "处理反馈", 50: "送领导审核", 60: "结束"}
FIRE_STATUS = {10: "01", 20: "02", 30: "04", 40: "05", 50: "08", 60: "10"}
DEPARTMENTS = {"A": "市场监管局", "B": "燃气办", "C": "消防救援大队", "D": "供电公司", "E": "城市管理局", "F": "住建局",
               "G": "园林水务局", "H": "市场监管局", "I": "生态环境局", "J": "街道办事处"}


def encode(source, record):
    return json.dumps(record, ensure_ascii=False).encode(ENCODINGS[source])


def unpadded(at, separator="-"):
    return f"{at.year}{separator}{at.month}{separator}{at.day} {at.hour}:{at.minute}:{at.second}"


def epoch_ms(at):
    return int(at.timestamp()) * 1000


def lonlat(report, convert=None):
    if report.point_form == "zero":
        return 0.0, 0.0
    if not report.point:
        return None
    lon, lat = convert(report.point) if convert else report.point
    return (lat, lon) if report.point_form == "swapped" else (lon, lat)


def hotline(report, seq=1, sent=None):
    klass = CLASSES[report.klass]
    code = klass.hotline
    point = lonlat(report, to_gcj02)
    shown = (mask_phone(report.reporter) if report.masked else report.reporter) if report.reporter else ""
    body = {
        "gdbh": report.record_no,
        "rqstType": report.appeal,
        "title": report.title,
        "content": report.body,
        "category": [{"code": code[:2], "name": "一级"}, {"code": code[:4], "name": klass.name}, {"code": code, "name": klass.name}],
        "zone": report.district.area,
        "streetCode": report.district.area + report.street[0] if report.street else "",
        "communityCode": report.district.area + report.street[0] + "001" if report.street else "",
        "streetName": report.street[1] if report.street and len(report.record_no) and int(report.record_no[-1]) % 3 == 0
        and report.address and not report.address.startswith(report.district.name) else "",
        "detail": report.address,
        "placeName": report.party,
        "cusAddress": "",
        "lonlat": f"{point[0]:.6f},{point[1]:.6f}" if point else "",
        "callerName": "匿名" if not report.reporter else f"来电人{report.reporter[-4:]}",
        "gender": "不详",
        "age": "",
        "tel": shown,
        "contactTel": shown if report.reporter and int(report.reporter[-1]) % 2 else "",
        "channel": "1",
        "acceptTime": unpadded(report.reported_at),
        "occurTime": unpadded(report.event_at, "/"),
        "jjcd": "紧急" if klass.code[0] in "BC" else "一般",
        "gdzt": "01",
        "plateNo": report.plate,
        "unitName": report.party,
        "unitCode": report.usc,
        "trappedNum": report.trapped or "",
        "injuredNum": report.injured or "",
        "repeatOf": "",
    }
    return {"head": {"msgType": "NEW", "seq": seq, "sendTime": unpadded(sent or report.reported_at)}, "body": body}


def hotline_status(report, seq, status, at):
    body = {"gdbh": report.record_no, "zone": report.district.area, "gdzt": HOTLINE_STATUS[status],
            "handleDept": DEPARTMENTS[report.klass[0]]}
    if status == 60:
        body["replyContent"] = "已到现场处理并回复。"
    return {"head": {"msgType": "STATUS", "seq": seq, "sendTime": unpadded(at)}, "body": body}


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
    record = {"recId": report.record_no, "areaCode": report.district.area, "operateSeq": seq, "state": GRID_STATUS[status],
              "operateTime": f"{at:%Y-%m-%dT%H:%M:%S}", "disposeUnit": DEPARTMENTS[report.klass[0]]}
    if status == 60:
        record["archiveType"] = "1"
    return record


def market(report, seq=1, sent=None):
    klass = CLASSES[report.klass]
    point = lonlat(report, to_bd09)
    return {
        "caseid": report.record_no,
        "order_no": report.origin_no,
        "flowno": seq,
        "formtype": "03" if report.appeal == "4" else "01",
        "receivemode": "上级交办" if report.origin_no else "电话",
        "recorddate": f"{report.reported_at:%Y-%m-%d %H:%M:%S}",
        "controversytime": f"{report.event_at:%Y-%m-%d %H:%M:%S}",
        "jyareacode": report.district.area,
        "subjectname": report.party,
        "cksubjectname": "",
        "socialcode": report.usc,
        "addr": report.address,
        "accsce": report.address,
        "position": f"{point[1]:.6f},{point[0]:.6f}" if point else "",
        "problem_type": klass.market,
        "problem_name": report.title,
        "objname": klass.name,
        "equipno": report.plate,
        "appealcontent": report.body,
        "personalinjury": str(report.injured),
        "providername": f"来电人{report.reporter[-4:]}" if report.reporter else "",
        "providertel": report.reporter,
        "node": "待分派",
    }


def market_status(report, seq, status, at):
    record = {"caseid": report.record_no, "flowno": seq, "jyareacode": report.district.area, "node": MARKET_STATUS[status],
              "modifytime": f"{at:%Y-%m-%d %H:%M:%S}", "handledept": DEPARTMENTS[report.klass[0]]}
    if status == 60:
        record["isverified"] = "1"
    return record


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
            "GXSJ": epoch_ms(at), "ZGDW": "消防救援大队"}


FORM = {"H12345": hotline, "GRID": grid, "MKT12315": market, "FIRE119": fire}
STATUS_FORM = {"H12345": hotline_status, "GRID": grid_status, "MKT12315": market_status, "FIRE119": fire_status}
