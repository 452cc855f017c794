"""What goes over the wire: reports, their course, sheets that are no hazards, a re-sent record, an updated one, broken ones.

A message is (time of sending, topic, key, bytes, what is expected of it).
"""

from dataclasses import dataclass, replace
from datetime import timedelta

from city_feeds import FORM, STATUS_FORM, TOPICS, encode, fire, grid, hotline, hotline_sub, hotline_urge, market
from city_reports import Report
from city_words import (CONSULTATIONS, FIRE_DRILLS, FIRE_DUTIES, GRID_DRILLS, HOTLINE_DRILLS, INSPECTIONS,
                        TRADE_DISPUTES)
from city_world import DISTRICTS


OUTCOMES = ("report", "update", "inspection", "ignored", "dead")


@dataclass
class Message:
    at: object
    topic: str
    key: str
    value: bytes
    outcome: str          # one of OUTCOMES
    detail: object = ""   # ignored: reason; dead: (stage, rule)
    note: str = ""


class Traffic:
    def __init__(self, bench):
        self.bench = bench
        self.messages: list[Message] = []
        self.milestones = {}  # name -> instant
        self.seq = {}  # report -> number of its last message

    def put(self, at, source, key, value, outcome, detail="", note=""):
        self.messages.append(Message(at, TOPICS[source], key, value, outcome, detail, note))

    def ignored(self, sheet, record, reason):
        self.put(sheet.reported_at, sheet.source, sheet.record_no, encode(sheet.source, record), "ignored", reason)

    def dead(self, sheet, value, stage, rule, note):
        self.put(sheet.reported_at, sheet.source, sheet.record_no, value, "dead", (stage, rule), note)

    def make(self):
        for hazard in self.bench.hazards:
            for report in hazard.reports:
                value = encode(report.source, FORM[report.source](report))
                self.put(report.reported_at, report.source, report.record_no, value, "report")
            self.course(hazard)
        self.consultations()
        self.trade_disputes()
        self.inspections()
        self.drills()
        self.repeated()
        self.broken()
        self.messages.sort(key=lambda m: m.at)  # stable: equal times keep the order of making
        return self.messages

    def update(self, report, at, form, *more):
        """One message of a report's course, by the function that writes it; its seq is the next of the report."""
        at = at.replace(microsecond=0)
        if at < self.bench.until:
            seq = self.seq[report.key] = self.seq.get(report.key, 1) + 1
            value = encode(report.source, form(report, seq, *more, at))
            self.put(at, report.source, report.record_no, value, "update")

    def status(self, report, status, at):
        self.update(report, at, STATUS_FORM[report.source], status)

    def course(self, hazard):
        """Some hazards are closed after their last report, some are under way, scenario 1 is closed on paper in between."""
        rng = self.bench.rng
        last = max(r.reported_at for r in hazard.reports)
        if hazard.name == "scenario-1-lift":
            self.paper_closing(hazard)
            return
        fate = rng.choices(("closed", "under way", "untouched"), (25, 25, 50))[0]
        if fate == "untouched" or hazard.name == "scenario-8-broken-places":  # one of its sheets is sent again, changed
            return
        for report in hazard.reports:
            self.dispatch(report)
            if fate == "closed":
                self.status(report, 60, last + timedelta(hours=rng.randint(7, 90)))

    def dispatch(self, report):
        """Under way; the hotline may split a sheet into sub-orders, and its caller may urge."""
        rng = self.bench.rng
        at = report.reported_at + timedelta(minutes=rng.randint(20, 300))
        if report.source != "H12345" or rng.random() < 0.7:
            self.status(report, 30, at)
            return
        for part in range(1, rng.randint(2, 3)):
            self.update(report, at + timedelta(minutes=part), hotline_sub, part)
        if rng.random() < 0.5:
            self.update(report, at + timedelta(hours=1), hotline_urge)

    def paper_closing(self, hazard):
        """The first four reports are closed four weeks before the fifth comes: a repair on paper. The later ones stay open.

        Whether the hub sees the case closed in between depends on the order of arrival: whoever wants to see it
        reopened sends what lies before the milestone, waits until it is in the database, and then sends the rest.
        """
        early = sorted(hazard.reports, key=lambda r: r.reported_at)[:4]
        for i, report in enumerate(early):
            self.status(report, 30, report.reported_at + timedelta(hours=5))
            self.status(report, 60, early[-1].reported_at + timedelta(hours=20 + 2 * i))
        self.milestones["scenario-1-closed-on-paper"] = early[-1].reported_at + timedelta(days=2)

    def sheet(self, source, title, body, days, klass="J03", **more):
        """A sheet that is no hazard of the sample."""
        bench = self.bench
        district = more.pop("district", DISTRICTS[bench.rng.randrange(3)])
        at = bench.before(days, bench.rng.uniform(0, 23))
        number = bench.numbers.next(source, district.area, at)
        return Report(source, number, "", klass, district, at - timedelta(minutes=10), at, title=title, body=body,
                      reporter=bench.world.new_citizen(), street=district.streets[0], grid=district.area + "001001",
                      point_form="none", **more)

    def consultations(self):
        rng = self.bench.rng
        for i in range(26):
            title, body = CONSULTATIONS[i % len(CONSULTATIONS)]
            made = self.sheet("H12345", title, body, rng.uniform(1, 95), appeal="3")
            self.ignored(made, hotline(made), "consultation")

    def trade_disputes(self):
        for i in range(14):
            title, body = TRADE_DISPUTES[i % len(TRADE_DISPUTES)]
            made = self.sheet("MKT12315", title, body, self.bench.rng.uniform(1, 95), klass="H01")
            record = market(made)
            record["formtype"], record["problem_type"], record["problem_name"] = "02", "9901", title
            self.ignored(made, record, "trade dispute")

    def inspections(self):
        """Spot checks that found nothing: kept as evidence, no hazard."""
        shops = self.bench.rng.sample(self.bench.world.shops, len(INSPECTIONS))
        for (title, body), shop in zip(INSPECTIONS, shops):
            made = self.sheet("MKT12315", title, body, self.bench.rng.uniform(1, 95), klass="H01", inspection="1",
                              district=shop.road.district, party=shop.name, usc=shop.code,
                              address=f"{shop.road.name}{shop.number}号")
            made.reporter = ""
            self.put(made.reported_at, "MKT12315", made.record_no, encode("MKT12315", market(made)), "inspection")

    def drills(self):
        rng = self.bench.rng
        for title, body in HOTLINE_DRILLS:
            made = self.sheet("H12345", title, body, rng.uniform(1, 95), appeal="5")
            self.ignored(made, hotline(made), "drill")
        for i, body in enumerate(FIRE_DRILLS + FIRE_DUTIES):
            made = self.sheet("FIRE119", "", body, rng.uniform(1, 95), klass="C01")
            record = fire(made)
            record["JQFLYDMZX"] = ""
            record["JQFLYDM"] = "40000" if body in FIRE_DUTIES else "70000" if i else "10000"
            record["SFCSJ"] = "1" if i == 0 else "0"
            self.ignored(made, record, "duty" if body in FIRE_DUTIES else "drill")
        for body in GRID_DRILLS:
            made = self.sheet("GRID", "防汛演练" if "防汛" in body else "社区演练", body, rng.uniform(1, 95), klass="G02",
                              worker=self.bench.world.workers[0])
            self.ignored(made, grid(made), "drill")

    def repeated(self):
        """One record sent again byte for byte, and one sheet sent again with a higher seq and more text."""
        first = next(h for h in self.bench.hazards if h.name == "scenario-3-one-cover").reports[1]
        same = next(m for m in self.messages if m.key == first.record_no)
        self.messages.append(replace(same, at=same.at + timedelta(hours=2), note="re-sent"))
        sheet = next(h for h in self.bench.hazards if h.name == "scenario-8-broken-places").reports[1]
        newer = replace(sheet, body=sheet.body + "补充：昨晚仍未解决。")
        at = sheet.reported_at + timedelta(hours=9)
        self.put(at, "H12345", sheet.record_no, encode("H12345", hotline(newer, seq=2, sent=at)), "report", note="updated")

    def broken(self):
        """Five records nobody can map, each in a way of its own; between them the four feeds go on."""
        rng = self.bench.rng
        sheet = self.sheet("H12345", "乱码工单", "内容不可读", rng.uniform(5, 90))
        self.dead(sheet, "<工单><编号>001</编号></工单>".encode(), "decode", "syntax", "not JSON")
        sheet = self.sheet("GRID", "数组", "一次两件", rng.uniform(5, 90), klass="E03", worker=self.bench.world.workers[1])
        self.dead(sheet, encode("GRID", [grid(sheet), grid(sheet)]), "decode", "syntax", "JSON array")
        sheet = self.sheet("MKT12315", "截断", "传输中断的登记单", rng.uniform(5, 90), klass="H01")
        self.dead(sheet, encode("MKT12315", market(sheet))[:-40], "decode", "syntax", "truncated")
        sheet = self.sheet("FIRE119", "", "没有识别码的警情", rng.uniform(5, 90), klass="C01")
        record = fire(sheet)
        del record["JQ_TYWYSBM"]
        self.dead(sheet, encode("FIRE119", record), "map", "required", "no record number")
        sheet = self.sheet("H12345", "会签单", "内部流转单据", rng.uniform(5, 90))
        record = hotline(sheet)
        record["head"]["msgType"] = "AUDIT"
        self.dead(sheet, encode("H12345", record), "map", "kind", "unmapped form")
