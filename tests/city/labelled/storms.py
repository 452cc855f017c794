"""Storms: one event that dozens of people call about within hours, each from his own building.

Callers give their own address, not the event's; one in seven names no place at all. A few pass by, some describe what
they see rather than what it is (water in the street for a burst main), and fires wake detectors as well.
"""

from chance import wheel_of
from leaves import LEAVES
from plan import HOUR, Episode, Storm
from plane import distance

KINDS = {"B01": 26, "C01": 19, "G02": 20, "E06": 18, "D06": 17}
REACH_M = {"B01": (150, 300), "C01": (180, 420), "G02": (120, 260), "E06": (220, 420), "D06": (250, 600)}
SITE = {"B01": "building", "C01": "building", "G02": "low", "E06": "road", "D06": "building"}
ALSO = {"B01": ("B05", 0.06), "C01": ("I02", 0.03), "G02": ("E07", 0.1), "E06": ("G02", 0.22), "D06": ("D03", 0.05)}
FEEDS = {"B01": "H:66 F:26 G:5 C:3", "C01": "F:76 H:16 G:5 C:3", "G02": "H:72 F:8 G:8 C:12", "E06": "H:84 G:6 C:8 F:2", "D06": "H:94 G:6"}
PLACELESS = 0.15


class Storms:
    def __init__(self, planner, rng):
        self.planner, self.rng = planner, rng
        self.storms = []
        self.kinds = wheel_of(KINDS)
        self.last = None

    def storm(self, leaf_code=None):
        """One storm; a flood may come twice on one day, in two places, with the same rain."""
        rng, planner = self.rng, self.planner
        code = leaf_code or self.kinds.draw(rng)
        leaf = LEAVES[code]
        same_rain = code == "G02" and self.last is not None and rng.random() < 0.5
        for _ in range(500):
            start = self.last.start + rng.uniform(0, HOUR) if same_rain else planner.daytime(rng.random() * (planner.end - 12 * HOUR))
            spot = planner.sites.draw(SITE[code])
            reach = rng.uniform(*REACH_M[code])
            homes = planner.world.buildings_within(spot.point, reach)
            if len(homes) >= 5 and len({e.no for e, _ in homes}) >= 2 and planner.free(leaf, spot, start):
                break
        else:
            raise ValueError("no place for a storm")
        hazard = planner.hazard(leaf, spot, start)
        hazard.storm = made = Storm(len(self.storms), hazard, start, reach)
        self.storms.append(made)
        self.last = made if code == "G02" else self.last
        hazard.episodes.append(Episode(start, start + max(6.0, leaf.fix_hours * rng.uniform(1, 2)) * HOUR))
        for at in self.times(start, rng.randint(20, 60)):
            self.call(hazard, at, homes)
        return made

    def times(self, start, count):
        """Most within the first hour; the last ones hours later."""
        delays = sorted(min(8 * HOUR, self.rng.expovariate(1 / (35 * 60 if self.rng.random() < 0.8 else 150 * 60))) for _ in range(count))
        return [start + 60 + delay for delay in delays]

    def call(self, hazard, at, homes):
        rng, planner, code = self.rng, self.planner, hazard.leaf.code
        source = planner.source_of(FEEDS[code], rng)
        if code == "C01" and rng.random() < 0.05:
            return self.detector(hazard, at)
        if source == "GRID" or source == "CITYMGT" and rng.random() < 0.6:
            kind = "grid" if source == "GRID" else "collector"
            return planner.tell(hazard, 0, at + 1800, source, planner.people.worker_at(kind, hazard.spot.district, hazard.spot.point))
        estate, building = self.home(hazard.spot.point, homes)
        person = planner.people.resident_of(estate, building)
        told = planner.tell(hazard, 0, at, source, person, silent=rng.random() < PLACELESS)
        told.own_place = planner.sites.in_building(estate, building, unit=person.unit or 1, room=person.room)
        if code in ("G02", "E06") and rng.random() < 0.3:      # seen in the street, not from home
            road = hazard.spot.road
            along = min(road.length_m - 5, max(5.0, hazard.spot.along + rng.gauss(0, 90)))
            told.own_place = planner.sites.along_road("road", road, along, rng.uniform(-8, 8), "")
        also, share = ALSO[code]
        if rng.random() < share:
            planner.as_leaf(told, also)
        return told

    def home(self, point, homes):
        """Nearer homes call more."""
        weights = [1.0 / (60.0 + distance((b.x, b.y), point)) for _, b in homes]
        return self.rng.choices(homes, weights)[0]

    def detector(self, hazard, at):
        """A smoke detector in the burning building."""
        told = self.planner.tell(hazard, 0, max(0.0, at - 300), "FIREIOT", None, role="device")
        return self.planner.as_leaf(told, "C02")
