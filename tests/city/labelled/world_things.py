"""What stands in the labelled city. Identifiers are strings such as "building:E12/3": they are how truth.jsonl says
what a record names, whatever words it uses for it."""

from dataclasses import dataclass, field


@dataclass(frozen=True, repr=False)
class District:
    area: str           # "990101"
    name: str
    streets: tuple      # names of its streets and towns, by code - 1
    west: float
    south: float
    side_m: float

    @property
    def region(self):
        return self.area[:4]


@dataclass(repr=False)
class Road:
    no: int
    name: str
    district: District
    line: list          # corner points
    length_m: float
    lamp_base: int = 0      # serial of its first lamp, manhole and hydrant in the district
    manholes: list = field(default_factory=list)   # metres along
    manhole_base: int = 0
    hydrant_base: int = 0
    crossings: list = field(default_factory=list)  # (metres along, other road)
    step_m: float = 14.0    # between two numbers of one side

    @property
    def id(self):
        return f"road:R{self.no}"

    def at(self, along):
        """The point so many metres along."""
        left = max(0.0, min(along, self.length_m))
        for (ax, ay), (bx, by) in zip(self.line, self.line[1:]):
            part = ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5
            if left <= part or (bx, by) == self.line[-1]:
                share = min(1.0, left / part)
                return ax + (bx - ax) * share, ay + (by - ay) * share
            left -= part
        return self.line[-1]

    def side(self, along, metres):
        """A point beside the road: metres > 0 to the left."""
        x, y = self.at(along)
        fx, fy = self.at(min(along + 1.0, self.length_m))
        bx, by = self.at(max(along - 1.0, 0.0))
        run = ((fx - bx) ** 2 + (fy - by) ** 2) ** 0.5 or 1.0
        return x - (fy - by) / run * metres, y + (fx - bx) / run * metres

    def door(self, number):
        """Odd numbers stand on the left side, even ones on the right."""
        return self.side((number + 1) // 2 * self.step_m, 14.0 if number % 2 else -14.0)

    def door_near(self, along, left):
        """The number that stands there, on that side."""
        pair = max(1, min(round(along / self.step_m), self.doors // 2))
        return pair * 2 - 1 if left else pair * 2

    @property
    def doors(self):
        return max(2, int(self.length_m / self.step_m) * 2)


@dataclass(repr=False)
class Building:
    no: int
    x: float
    y: float
    floors: int
    units: int
    lifts: list          # for each unit its plates
    weight: float = 1.0


@dataclass(repr=False)
class Estate:
    no: int
    name: str
    district: District
    road: Road
    number: int          # its gate's number on the road
    along: float
    alias: str           # "" | "door" (甲路396号) | "lane" (甲路396弄, building = 号)
    letters: bool        # A座 B座 instead of 1 2
    buildings: list
    gates: list          # (name, x, y)
    company: str
    x: float = 0.0
    y: float = 0.0
    spelling: str = ""   # how some write its name instead
    weight: float = 1.0
    persons: list = field(default_factory=list)

    @property
    def id(self):
        return f"estate:E{self.no}"

    def building_id(self, building):
        return f"building:E{self.no}/{building.no}"


@dataclass(repr=False)
class Village:
    no: int
    name: str
    district: District
    groups: list
    x: float
    y: float
    road: Road
    persons: list = field(default_factory=list)

    @property
    def id(self):
        return f"village:V{self.no}"


@dataclass(repr=False)
class Poi:
    no: int
    kind: str            # school hospital park market mall plant site bridge ramp metro river poi
    name: str
    district: District
    x: float
    y: float
    road: Road
    along: float
    parts: list = field(default_factory=list)   # exits of a station, stalls of a market
    plates: list = field(default_factory=list)  # of its escalators

    @property
    def id(self):
        return f"poi:{self.no}"


@dataclass(repr=False)
class Shop:
    no: int
    name: str            # as registered
    spoken: str          # as people say it
    brand: str           # "" for a shop of its own
    kind: str            # food pharmacy shop
    usc: str             # of the branch, or of its head office
    own_usc: bool
    district: District
    x: float
    y: float
    road: Road
    number: int
    estate: Estate = None
    registered_at: tuple = None    # point of the head office, where the registered address is elsewhere

    @property
    def id(self):
        return f"shop:{self.no}"


@dataclass(repr=False)
class Spot:
    """Where a hazard is, in every way it could be named; what does not fit is None or ""."""
    kind: str
    x: float
    y: float
    district: District
    key: str                      # identity of the thing at the hazard's own scope
    road: Road = None
    number: int = 0
    along: float = 0.0
    estate: Estate = None
    building: Building = None
    unit: int = 0
    floor: int = 0
    room: str = ""
    crossing: Road = None         # the other road of a junction close by
    poi: Poi = None
    part: str = ""                # exit of a station, stall of a market
    village: Village = None
    group: str = ""
    shop: Shop = None
    gate: str = ""
    plate: str = ""
    component: str = ""
    device: str = ""

    @property
    def point(self):
        return self.x, self.y
