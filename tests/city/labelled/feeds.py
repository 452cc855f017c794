"""The six departments' own forms: a sheet, or a step of its course, becomes the bytes its feed carries.

Encodings, datums and time forms are those of the mappings, but for one: the public counter of city management (网络,
热线举报) takes its points from map programs of telephones and sends GCJ-02, while its mapping says CGCS2000.
"""

import datetime
import json

from plane import in_datum

TOPICS = {"H12345": "hotline.workorder", "FIRE119": "fire.incident", "MKT12315": "market.complaint", "GRID": "grid.event",
          "CITYMGT": "chengguan.event", "FIREIOT": "fireiot.alarm"}
DATUM = {"H12345": "GCJ-02", "FIRE119": "WGS-84", "MKT12315": "BD-09", "GRID": "CGCS2000", "CITYMGT": "CGCS2000", "FIREIOT": "GCJ-02"}
SILENTLY_GCJ02 = {"网络", "热线举报"}      # counters of CITYMGT
DEPARTMENTS = {"A": "市场监管局", "B": "燃气办", "C": "消防救援大队", "D": "供电公司", "E": "城市管理局", "F": "住建局",
               "G": "园林水务局", "H": "市场监管局", "I": "生态环境局", "J": "街道办事处"}
HOTLINE_STATE = {30: "03", 40: "05", 60: "09"}
GRID_STATE = {30: "3", 40: "4", 60: "6"}
CITYMGT_STATE = {30: "3", 40: "4", 60: "6"}
MARKET_STATE = {30: "立案", 40: "处理反馈", 60: "结束"}
FIRE_STATE = {30: "04", 40: "05", 60: "10"}
ZONE = datetime.timezone(datetime.timedelta(hours=8))


def encode(source, record, old_node=False):
    """The bytes a department sends; the hotline packs its body as JSON text once more, old nodes of city management write GB18030."""
    if source == "H12345":
        record = record | {"body": json.dumps(record["body"], ensure_ascii=False)}
    encoding = "gb18030" if source in ("H12345", "FIRE119", "FIREIOT") or old_node else "utf-8"
    return json.dumps(record, ensure_ascii=False).encode(encoding)


def decode(source, value):
    """The record out of those bytes, unpacked."""
    if source in ("H12345", "FIRE119", "FIREIOT"):
        record = json.loads(value.decode("gb18030"))
    else:
        try:
            record = json.loads(value.decode("utf-8"))
        except UnicodeDecodeError:
            record = json.loads(value.decode("gb18030"))
    if source == "H12345" and isinstance(record, dict):
        record["body"] = json.loads(record["body"])
    return record


class Numbers:
    """Record numbers, by day; each department's own form."""

    def __init__(self):
        self.serial = {}

    def next(self, source, area, at):
        day = (source, at.date(), area if source in ("CITYMGT", "GRID") else "")
        n = self.serial[day] = self.serial.get(day, 0) + 1
        if source == "H12345":
            return f"FS{at:%Y%m%d}{n:04d}"
        if source == "GRID":
            return f"{area}{at:%y%m%d}{n:07d}"
        if source == "CITYMGT":
            return f"CG{area}{at:%Y%m%d}{n:04d}"
        if source == "MKT12315":
            return f"SC{area}{at:%Y%m%d}{n:05d}"
        if source == "FIREIOT":
            return f"A{at:%Y%m%d}{n:05d}"
        return f"{area}119{at:%Y%m%d%H%M%S}{n:017d}"


def unpadded(at, separator="-"):
    return f"{at.year}{separator}{at.month}{separator}{at.day} {at.hour}:{at.minute}:{at.second}"


def padded(at):
    return f"{at:%Y-%m-%d %H:%M:%S}"


def epoch_ms(at):
    return int(at.timestamp()) * 1000


def twelve_hours(at):
    """13:00:40 as 01:00:40, without a word about it."""
    return at if at.hour < 13 else at - datetime.timedelta(hours=12)


class Forms:
    """Forms of all feeds; clock turns the city's seconds into local time."""

    def __init__(self, world, clock):
        self.world, self.clock = world, clock

    def lonlat(self, made):
        if made.point is None:
            return None
        if made.point_form == "zero":
            return 0.0, 0.0
        datum = "GCJ-02" if made.source == "CITYMGT" and made.counter in SILENTLY_GCJ02 else DATUM[made.source]
        lon, lat = in_datum(made.point, datum)
        return (lat, lon) if made.point_form == "swapped" else (lon, lat)

    def area_of(self, made):
        return made.told.hazard.spot.district.area

    def grid_code(self, made):
        spot = made.told.own_place or made.told.hazard.spot
        return self.world.grid_code(spot.district, spot.x, spot.y)

    def report(self, made):
        """(record, whether an old node sent it)."""
        return getattr(self, "form_" + made.source)(made)

    def step(self, made, seq, status, at):
        """A step of a record's course: the department's status at that time."""
        return getattr(self, "step_" + made.source)(made, seq, status, self.clock(at))

    # ---- hotline

    def form_H12345(self, made):
        told = made.told
        reported, occurred = self.clock(made.reported_at), self.clock(told.at)
        if made.operator.no % 9 == 4:
            reported, occurred = twelve_hours(reported), twelve_hours(occurred)
        if made.operator.no % 2:
            occurred = occurred.replace(minute=occurred.minute // 10 * 10, second=0)
        point, phone = self.lonlat(made), getattr(told.teller, "phone", "")
        shown = phone[:3] + "****" + phone[7:] if phone and made.operator.no % 10 == 7 else phone
        accept = epoch_ms(reported) // 1000 if made.counter == "app" and made.operator.no % 9 != 4 else unpadded(
            reported, "/" if made.operator.no % 3 == 0 else "-")
        body = {
            "gdbh": made.record_no, "parentNo": "", "rqstType": "3" if made.consultation else "24"[made.operator.no % 2],
            "title": made.title, "content": made.body, "category": self.category(made.filed), "zone": self.area_of(made),
            "streetName": made.street, "detail": made.place, "cusAddress": "",
            "lonlat": f"{point[0]:.6f},{point[1]:.6f}" if point else "",
            "callerName": told.teller.name if phone else "匿名", "age": "", "tel": shown,
            "contactTel": shown if made.operator.no % 2 else "",
            "acceptTime": accept, "occurTime": unpadded(occurred, "/"),
            "jjcd": "紧急" if told.leaf.code[0] in "BC" or told.leaf.code == "A01" else "一般", "gdzt": "01",
            "plateNo": made.plate if made.operator.no % 4 == 1 or made.plate not in made.body else "", "repeatOf": ""}
        return {"head": {"msgType": "NEW", "seq": 1, "sendTime": unpadded(self.clock(made.sent_at))}, "body": body}, False

    @staticmethod
    def category(code):
        return [{"code": code[:n]} for n in (2, 4, 6) if len(code) >= n]

    def step_H12345(self, made, seq, status, at):
        lead = [{"dept": DEPARTMENTS[made.told.leaf.code[0]], "isMain": 1}]
        body = {"gdbh": made.record_no, "zone": self.area_of(made), "gdzt": HOTLINE_STATE[status], "handleList": lead}
        form = "STATUS"
        if status == 60:
            form, body["category"] = "REPLY", self.category(made.filed)
            body["content"] = f"【诉求】{made.body}【办理意见】{self.reply(made)}"
        return {"head": {"msgType": form, "seq": seq, "sendTime": unpadded(at)}, "body": body}

    def urge_H12345(self, made, seq, at):
        at = self.clock(at)
        return {"head": {"msgType": "URGE", "seq": seq, "sendTime": unpadded(at)},
                "body": {"gdbh": made.record_no, "zone": self.area_of(made)}}

    def sub_H12345(self, made, seq, part, at):
        """A sub-order: the sheet's work given to one more department, under a number of its own."""
        at = self.clock(at)
        body = {"gdbh": f"{made.record_no}-{part:02d}", "parentNo": made.record_no, "zone": self.area_of(made), "gdzt": "03",
                "handleList": [{"dept": DEPARTMENTS[made.told.leaf.code[0]] if part == 1 else "街道办事处", "isMain": int(part == 1)}],
                "expiredate": unpadded(at + datetime.timedelta(days=3))}
        return {"head": {"msgType": "SUB", "seq": seq, "sendTime": unpadded(at)}, "body": body}

    def reply(self, made):
        """What the department answers when it closes: chosen by the city, see flow.py."""
        return made.told.hazard.replies.get(made.told.episode, "已处理。")

    # ---- grid

    def form_GRID(self, made):
        told, point, grid = made.told, self.lonlat(made), self.grid_code(made)
        return {
            "eventId": made.record_no, "taskNo": "RW" + made.record_no[-13:], "operateSeq": 1, "recType": "1" if made.component else "2",
            "mainType": made.filed[:4], "subType": made.filed[4:], "eventName": made.title, "eventDesc": made.body, "eventSource": "采集员",
            "eventPlace": made.place, "eventLong": f"{point[0]:.6f}" if point else "", "eventLat": f"{point[1]:.6f}" if point else "",
            "happenTime": f"{self.clock(told.at):%Y-%m-%dT%H:%M:%S}", "createTime": f"{self.clock(made.reported_at):%Y-%m-%dT%H:%M:%S}",
            "areaCode": self.area_of(made), "streetCode": grid[:9], "communityCode": grid[:12], "gridCode": grid,
            "partCode": made.component, "liftNo": made.plate, "urgencyDegree": "02" if told.leaf.code[0] in "BC" else "01",
            "eventLevel": "1", "state": "1", "patrolId": told.teller.staff_no,
            "patrolName": told.teller.name, "post": told.teller.post}, False

    def step_GRID(self, made, seq, status, at):
        return {"recId": made.record_no, "areaCode": self.area_of(made), "operateSeq": seq, "state": GRID_STATE[status],
                "operateTime": f"{at:%Y-%m-%dT%H:%M:%S}", "disposeUnit": DEPARTMENTS[made.told.leaf.code[0]]}

    # ---- city management: arrays of one

    def form_CITYMGT(self, made):
        told, point, grid = made.told, self.lonlat(made), self.grid_code(made)
        staff = getattr(told.teller, "staff_no", "")
        reported = self.clock(made.reported_at)
        record = {
            "rec_id": int(made.record_no[2:8] + made.record_no[-9:]), "task_num": made.record_no, "act_seq": 1, "event_src": made.counter,
            "rec_type": made.filed[:1], "main_type": made.filed[1:3], "sub_type": made.filed[3:], "event_name": made.title,
            "event_desc": made.body, "part_code": made.component, "address": made.place, "district_id": self.area_of(made),
            "street_id": grid[:9], "community_id": grid[:12], "cell_id": grid,
            "coordinate_x": f"{point[0]:.6f}" if point else "", "coordinate_y": f"{point[1]:.6f}" if point else "", "event_level": "1",
            "patrol_id": staff, "patrol_name": told.teller.name if staff else "",
            "reporter_name": "" if staff else told.teller.name, "reporter_tel": "" if staff else told.teller.phone,
            "hotline_no": told.of.sheet.record_no if told.role == "copy" else "", "dup_task_num": "", "create_time": padded(reported),
            "operate_time": padded(reported + datetime.timedelta(minutes=4)), "rec_state": "1", "rework_num": 0, "hang_num": 0,
            "hasten_num": 0, "medias": []}
        return [record], made.record_no[-1] in "37"

    def step_CITYMGT(self, made, seq, status, at):
        step = {"task_num": made.record_no, "act_seq": seq, "district_id": self.area_of(made), "rec_type": made.filed[:1],
                "main_type": made.filed[1:3], "sub_type": made.filed[3:], "rec_state": CITYMGT_STATE[status], "rework_num": 0}
        step["archive_time" if status == 60 else "dispatch_time"] = padded(at)
        if status == 60:
            step["dispose_result"] = self.reply(made)
        return [step]

    # ---- fire service

    def form_FIRE119(self, made):
        told, point, at = made.told, self.lonlat(made), self.clock(made.reported_at)
        record = {
            "XXLX": "XZ", "JQ_TYWYSBM": made.record_no, "AJBH": f"{at:%Y%m%d%H%M}-01-{1000 + made.operator.no}", "BJSJ": epoch_ms(at),
            "LASJ": epoch_ms(at) + 45_000, "GXSJ": epoch_ms(self.clock(made.sent_at)), "XZQHDM": self.area_of(made), "DDMC": made.place,
            "JQFLYDM": made.filed[:1] + "0000", "JQFLYDMZX": made.filed, "JQDJDM": "2" if told.leaf.code == "C01" else "1", "JQZT": "02",
            "AJXZ": "1", "SFCSJ": "1" if told.kind == "drill" else "0", "JQ_JYQK": made.body,
            "BKRS": made.trapped, "SSRS": made.injured, "SWRS": 0, "DTSBM": made.plate, "DWMC": made.party,
            "TYSHXYDM": "", "BJDH": getattr(told.teller, "phone", ""), "BJRXM": getattr(told.teller, "name", "")}
        if point:
            record["DQJD"], record["DQWD"] = round(point[0], 6), round(point[1], 6)
        return record, False

    def step_FIRE119(self, made, seq, status, at):
        return {"XXLX": "ZTBG", "JQ_TYWYSBM": made.record_no, "XZQHDM": self.area_of(made), "JQZT": FIRE_STATE[status], "AJXZ": "1",
                "GXSJ": epoch_ms(at), "ZGDW": "消防救援大队"}

    # ---- market regulation

    def form_MKT12315(self, made):
        told, point = made.told, self.lonlat(made)
        person = told.teller
        return {
            "caseid": made.record_no, "order_no": told.of.sheet.record_no if told.role == "copy" else "",
            "formtype": "02" if told.kind == "dispute" else "01" if made.operator.no % 3 else "03",
            "recorddate": padded(self.clock(made.reported_at)),
            "controversytime": padded(self.clock(told.at)), "jyareacode": self.area_of(made), "subjectname": made.party,
            "cksubjectname": "", "socialcode": made.usc, "linkman": "",
            "addr": made.place, "accsce": made.place if made.operator.no % 2 else "",
            "position": f"{point[1]:.6f},{point[0]:.6f}" if point else "", "problem_type": made.filed, "problem_name": made.title,
            "objname": "", "appealcontent": made.body, "personalinjury": str(made.injured),
            "providername": person.name if person.phone else "",
            "providertel": person.phone, "node": "待分派"}, False

    def step_MKT12315(self, made, seq, status, at):
        return {"caseid": made.record_no, "recorddate": padded(self.clock(made.reported_at)), "jyareacode": self.area_of(made),
                "personalinjury": "0", "node": MARKET_STATE[status]} | ({"isverified": "1"} if status == 60 else {})

    # ---- fire IoT: one message of a device with one item

    def form_FIREIOT(self, made):
        told, spot, point = made.told, made.told.hazard.spot, self.lonlat(made)
        category, _, rest = made.filed.partition("-")
        device_type, _, part_type = rest.partition("-")
        host, part = made.device.split("-", 1)
        pushed = self.clock(made.reported_at)
        item = {"alarmId": made.record_no, "alarmCategory": int(category), "alarmName": made.title,
                "alarmLevel": 1 if category == "1" else 3,
                "partAddr": part, "alarmDesc": made.body, "position": made.place, "alarmDateTime": epoch_ms(self.clock(told.at)),
                "alarmState": "on", "fireFlag": "2" if told.kind == "drill" else ""}
        if part_type:
            item["partType"] = part_type
        record = {"deviceId": host, "deviceType": device_type, "pushDateTime": epoch_ms(pushed), "areaCode": self.area_of(made),
                  "unitId": "U" + host[2:], "unitName": made.party or (spot.estate.name if spot.estate else ""), "unitCode": made.usc,
                  "unitAddress": self.unit_address(spot), "addressId": "", "linkman": "", "linkTel": "", "items": [item]}
        if point:
            record["lon"], record["lat"] = f"{point[0]:.6f}", f"{point[1]:.6f}"
        return record, False

    @staticmethod
    def unit_address(spot):
        if spot.estate:
            return spot.estate.name
        return f"{spot.road.name}{spot.number}号" if spot.shop else spot.poi.name if spot.poi else spot.road.name

    def step_FIREIOT(self, made, seq, status, at):
        host = made.device.split("-", 1)[0]
        item = {"alarmId": made.record_no, "alarmState": "off", "recoverDateTime": epoch_ms(at)}
        if status == 60:
            item |= {"fireFlag": "0" if made.told.hazard.no % 3 else "1", "handleDateTime": epoch_ms(at), "handler": "", "handleDesc": ""}
        return {"deviceId": host, "deviceType": "100", "pushDateTime": epoch_ms(at), "areaCode": self.area_of(made), "items": [item]}
