"""Reports and hazards as the generator means them, and the bench on which a report is worded.

A hazard is only accepted when the linkage model decides each pair clearly (city_margins): inside it every pair links
with a margin, so that any of its reports may be the first to arrive; towards every other hazard of the region each
pair stays apart, by score or by a veto.
"""

import math
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from city_classes import CLASSES, MARKET_OBJECTS
from city_geo import from_metres
from city_margins import LINK, Margins, idf_of
from city_words import ENDINGS, FACETS, OPENINGS, templates
from city_world import District, World, grid_code, make_world, workers_of

ZONE = timezone(timedelta(hours=8))
WITHIN_MIN = LINK + 0.8   # bits: every pair of one hazard
ACROSS_MAX = -1.5          # bits: every pair of two hazards, unless a veto stands; a few of these compete with 0.4 bits each
CHINESE = "零一二三四五六七八九"


@dataclass
class Report:
    source: str
    record_no: str
    hazard: str
    klass: str
    district: District
    event_at: datetime          # what the feed gives as the time it happened or was found
    reported_at: datetime
    title: str = ""
    body: str = ""
    core: str = ""              # the body without opening and ending
    estate: str = ""
    building: int = 0
    unit: int = 0
    road: str = ""
    number: int = 0
    address: str = ""           # as written
    street: tuple = ()
    grid: str = ""
    point: tuple | None = None  # WGS-84; None when the feed sends none that can be used
    point_form: str = "plain"   # plain | zero | swapped | none
    reporter: str = ""          # phone or number of the grid worker
    masked: bool = False
    worker: object = None
    plate: str = ""
    part: str = ""
    party: str = ""
    usc: str = ""
    origin_no: str = ""
    quoted: list = field(default_factory=list)
    trapped: int = 0
    injured: int = 0
    appeal: str = "5"
    inspection: str = ""        # result code of a spot check of market regulation

    @property
    def staff(self):
        return self.source == "GRID"

    @property
    def texts(self):
        """What a matcher may compare: the text alone, with its title, without set phrases."""
        if self.source != "MKT12315":
            return self.body, f"{self.title}，{self.body}", f"{self.title}，{self.core or self.body}"
        about = f"{self.title}，{MARKET_OBJECTS.get(self.klass, '')}，"  # its mapping makes one text of the three
        return about + self.body, about + self.body, about + (self.core or self.body)

    @property
    def key(self):
        return f"{self.source}/{self.record_no}"


@dataclass
class Hazard:
    name: str
    klass: str
    district: District
    reports: list = field(default_factory=list)
    level: int | None = None


@dataclass
class Spot:
    """Where a hazard is, in the city's own terms."""
    district: District
    x: float
    y: float
    estate: object = None
    building: int = 0
    unit: int = 0
    road: object = None
    number: int = 0
    shop: object = None


class Unclear(Exception):
    """A hazard that the model would not decide clearly: draw again."""


class Numbers:
    """Record numbers of the four departments."""

    def __init__(self):
        self.serial = {}

    def next(self, source, area, at):
        day = (source, at.date())
        n = self.serial[day] = self.serial.get(day, 0) + 1
        if source == "H12345":
            return f"FS{at:%Y%m%d}{n:03d}"
        if source == "GRID":
            return f"{area}{at:%y%m%d}{n:07d}"
        if source == "MKT12315":
            return f"SC{area}{at:%Y%m%d}{n:05d}"
        return f"{area}119{at:%Y%m%d%H%M%S}{n:017d}"


class Bench:
    def __init__(self, seed, until):
        self.rng = random.Random(f"onecase city {seed}")
        self.until = datetime(until.year, until.month, until.day, tzinfo=ZONE)
        self.world: World = make_world(self.rng)
        self.margins = Margins(idf_of(templates()))
        self.numbers = Numbers()
        self.hazards: list[Hazard] = []
        self.taken = {}  # region -> reports of accepted hazards
        self.milestones = {}

    def state(self):
        return len(self.hazards), {k: len(v) for k, v in self.taken.items()}, dict(self.numbers.serial), self.world.citizens

    def restore(self, state):
        """Back to where state() was taken; only the random numbers have moved on."""
        hazards, taken, serial, citizens = state
        del self.hazards[hazards:]
        for region, reports in self.taken.items():
            del reports[taken.get(region, 0):]
        self.numbers.serial, self.world.citizens = serial, citizens

    def before(self, days, hours=0.0):
        """An instant so long before the end of the sample, to the second."""
        return (self.until - timedelta(days=days, hours=hours)).replace(microsecond=0)

    def fits(self, hazard):
        """Whether the hazard is clear inside and apart from all accepted so far."""
        reports = hazard.reports
        for i, b in enumerate(reports):
            if any(self.margins.pair(a, b)[0] < WITHIN_MIN for a in reports[:i]):
                return False
        return self.apart(hazard)

    def apart(self, hazard):
        for b in hazard.reports:
            for a in self.taken.get(hazard.district.region, ()):
                _, upper, veto = self.margins.pair(a, b)
                if upper > ACROSS_MAX and not veto:
                    return False
        return True

    def accept(self, hazard):
        self.hazards.append(hazard)
        self.taken.setdefault(hazard.district.region, []).extend(hazard.reports)

    def add(self, hazard):
        """Accepts a planted hazard, or raises Unclear."""
        worst = self.explain(hazard)
        if worst:
            raise Unclear(f"hazard {hazard.name} is not clear: {worst}")
        self.accept(hazard)
        return hazard

    def explain(self, hazard):
        for i, b in enumerate(hazard.reports):
            for a in hazard.reports[:i]:
                lower = self.margins.pair(a, b)[0]
                if lower < WITHIN_MIN:
                    return f"{a.key} {b.key} {lower:+.1f} inside: {a.body} | {b.body}"
        for b in hazard.reports:
            for a in self.taken.get(hazard.district.region, ()):
                _, upper, veto = self.margins.pair(a, b)
                if upper > ACROSS_MAX and not veto:
                    return f"{a.key} of {a.hazard} {upper:+.1f} against {b.key}"
        return ""

    # Wording ------------------------------------------------------------------------------------------------

    def word(self, report, facet, earlier, extra="", alike=-9.0):
        """Words the report by its hazard's facet, in varied ways, as long as it stays clear against the earlier ones.

        `alike` asks for at least so many bits of text in every pair, where later pairs will need them.
        """
        paraphrases = FACETS[report.klass][facet]
        for attempt in range(80):
            opening = self.rng.choice(OPENINGS[report.source])
            ending = self.rng.choice(ENDINGS[report.source])
            core = self.rng.choice(paraphrases)
            if alike > 0 and opening and ending:
                opening, ending = self.rng.choice(((opening, ""), ("", ending)))
            if attempt >= 60:
                opening, ending, core = "", "", paraphrases[attempt % len(paraphrases)]
            report.body, report.core = opening + core + (ending or "。") + extra, core
            self.margins.forget(report)
            if all(self.margins.pair(a, report)[0] >= WITHIN_MIN and self.margins.text_bits(a, report)[0] >= alike
                   for a in earlier):
                return True
        return False

    # Places -------------------------------------------------------------------------------------------------

    def building_words(self, building, unit, style):
        unit_words = f"{unit}单元" if unit else ""
        if style == "号楼":
            return f"{building}号楼{unit_words}"
        if style == "栋":
            return f"{building}栋{unit_words}"
        if style == "wide":
            return f"{wide(building)}栋" + (f"{wide(unit)}单元" if unit else "")
        if style == "chinese" and building < 10:
            return f"{CHINESE[building]}号楼" + (f"{CHINESE[unit]}单元" if unit else "")
        return f"{building}幢{unit_words}"

    def address_of(self, report, style=None, admin=None):
        """Writes the address in one of the ways people do; sets street and grid too."""
        rng = self.rng
        style = style or rng.choice(("幢", "幢", "栋", "号楼", "号楼", "wide", "chinese"))
        admin = rng.random() < 0.2 if admin is None else admin
        text = report.district.name if admin else ""
        if report.estate:
            text += report.estate
            text += self.building_words(report.building, report.unit, style) if report.building else ""
        elif report.road:
            number = wide(report.number) if style == "wide" else str(report.number)
            text += report.road + (f"{number}号" if report.number else "")
        report.address = text
        return text

    def place(self, report, spot, scatter_m=12.0, with_point=True, unit=True):
        """Fills in the place a report names; the point lies round the spot."""
        report.district = spot.district
        report.street, report.grid = grid_code(spot.district, spot.x)
        if spot.shop and report.source == "MKT12315":  # the other forms have no field for it
            report.party = spot.shop.name
        if spot.estate:
            report.estate, report.building = spot.estate.name, spot.building
            report.unit = spot.unit if unit else 0
        else:
            report.road, report.number = spot.road.name, spot.number
        self.address_of(report)
        if with_point:
            angle, away = self.rng.uniform(0, 6.283), self.rng.uniform(0, scatter_m)
            report.point = from_metres(spot.x + away * math.cos(angle), spot.y + away * math.sin(angle))
        else:
            report.point, report.point_form = None, "none"

    def new_report(self, source, hazard, at, lag_minutes=None):
        """A report with its number, times and reporter; the time it happened lies a little before the call."""
        lag = timedelta(minutes=self.rng.randint(3, 40) if lag_minutes is None else lag_minutes)
        at = at.replace(microsecond=0)
        event_at = at - lag if source in ("H12345", "GRID", "MKT12315") else at
        report = Report(source, self.numbers.next(source, hazard.district.area, at), hazard.name, hazard.klass,
                        hazard.district, event_at, at)
        report.title = CLASSES[hazard.klass].name if source != "FIRE119" else ""
        if source == "GRID":
            report.worker = self.rng.choice(workers_of(self.world, hazard.district))
            report.reporter = report.worker.number
        else:
            report.reporter = self.world.new_citizen()
        report.appeal = self.rng.choice(("1", "5", "5", "5", "4"))
        return report


def wide(number):
    return "".join(chr(0xFF10 + int(c)) for c in str(number))
