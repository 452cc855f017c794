"""Scenes: hazards that look like one and are two, and hazards that follow from one another.

Each scene makes hazards of its own with one to three reports each, and says which pairs must never be one.
"""

from chance import Wheel
from leaves import LEAVES
from plan import DAY, HOUR
from plane import distance

# Scenes per thousand reports.
RATES = {"two_lifts": 3.0, "building_3_13": 2.5, "two_branches": 2.5, "neighbouring_manholes": 2.5, "neighbouring_lamps": 1.5,
         "neighbouring_building_same_day": 4.0, "other_cause_same_address": 4.0, "cause_incident": 3.0, "precursor": 2.5}
CLEAR = 0.75        # of the scenes: all their reports say exactly where
IN_BUILDING = ("A02", "C03", "C05", "D01", "D02", "F01", "F02", "C07")
UNRELATED = (("A02", "D01"), ("A02", "F01"), ("C03", "F01"), ("D01", "E07"), ("C05", "D02"),
             ("F02", "A02"), ("C03", "A02"), ("D02", "F04"))
CAUSES = (("C03", "C01"), ("D01", "C01"), ("A02", "A01"), ("D03", "G01"))
SIGNS = {"C01": "D02", "E02": "E03", "G02": "E07", "D06": "D03", "F01": "F02"}


class Scenes:
    def __init__(self, planner, rng):
        self.planner, self.rng, self.world = planner, rng, planner.world
        self.pairs = []      # (hazard, hazard, kind): never one
        self.kinds = Wheel(RATES.keys(), RATES.values())

    def scene(self, kind=None):
        kind = kind or self.kinds.draw(self.rng)
        made = getattr(self, kind)()
        clear = self.rng.random() < CLEAR
        for n, one in enumerate(made):
            one.scene = kind
            for told in one.tellings:
                told.clear = clear
            self.pairs += [(one, other, kind) for other in made[:n]]
        return made

    # ---- helps

    def start(self):
        return self.rng.uniform(2 * DAY, self.planner.end - 8 * DAY)

    def leaf(self, codes):
        return LEAVES[self.rng.choice(codes)]

    def begin(self, leaf, spot, start, count=None, sub=None, echo=""):
        """A hazard with a course of few reports."""
        hazard = self.planner.hazard(leaf, spot, start, sub)
        self.planner.course(hazard, start, count or self.rng.choice((1, 1, 1, 2, 2, 3)))
        for told in hazard.tellings:
            told.echo = echo
            if echo:
                told.leaf, told.sub = hazard.leaf, hazard.sub
        return hazard

    def draw(self, find, tries=400):
        """What find gives, drawn again until it is something."""
        for _ in range(tries):
            found = find()
            if found:
                return found
        raise ValueError(f"no place for a scene: {find.__name__}")

    def spot_for(self, leaf, estate, building):
        """A spot of a building for that leaf; None when the thing is taken or the leaf does not fit."""
        sites = self.planner.sites
        if leaf.scope == "asset":
            units = [u for u, plates in enumerate(building.lifts, 1) if plates]
            if not units:
                return None
            spot = sites.lift(estate, building, units[0], 0)
        else:
            spot = sites.in_building(estate, building, unit=self.rng.randint(1, building.units),
                                      floor=self.rng.randint(1, building.floors))
            if leaf.scope == "unit":
                spot.room, spot.kind = f"{spot.floor}01", "unit"
                spot.key = f"unit:E{estate.no}/{building.no}/{spot.unit}/{spot.room}"
        return spot

    def free(self, leaf, spot, start):
        return spot is not None and (leaf.family, spot.key) not in self.planner.taken

    # ---- two that look like one

    def two_lifts(self):
        """Both lifts of one unit out of order in one week."""
        leaf, start = LEAVES["A02"], self.start()

        def find():
            spot = self.planner.sites.at_lift()
            plates = spot.building.lifts[spot.unit - 1]
            if len(plates) < 2:
                return None
            two = [self.planner.sites.lift(spot.estate, spot.building, spot.unit, n) for n in (0, 1)]
            return two if all(self.free(leaf, s, start) for s in two) else None
        two = self.draw(find)
        return [self.begin(leaf, spot, start + n * self.rng.uniform(0, 5) * DAY) for n, spot in enumerate(two)]

    def building_3_13(self):
        """Building 3 and building 13, in the same words."""
        leaf, start = self.leaf(IN_BUILDING), self.start()

        def find():
            estate = self.world.estate_wheel.draw(self.rng)
            if len(estate.buildings) < 11:
                return None
            n = self.rng.randint(1, min(9, len(estate.buildings) - 10))
            two = [self.spot_for(leaf, estate, estate.buildings[i - 1]) for i in (n, n + 10)]
            return two if all(self.free(leaf, s, start) for s in two) else None
        two, echo, sub = self.draw(find), f"echo-{len(self.pairs)}", self.planner.words.sub(leaf.code, self.rng)
        return [self.begin(leaf, spot, start + n * self.rng.uniform(0, 3) * DAY, 1, sub, echo) for n, spot in enumerate(two)]

    def two_branches(self):
        """Two branches of one brand with the head office's code."""
        start, chains = self.start(), [s for s in self.world.shops if s.brand and not s.own_usc]

        def find():
            shop = self.rng.choice(chains)
            leaf = LEAVES[{"food": "H01", "pharmacy": "H03", "shop": "H04"}[shop.kind]]
            others = [s for s in self.world.shops if s.brand == shop.brand and s is not shop
                      and s.district.region == shop.district.region]
            if not others:
                return None
            two = [self.planner.sites.in_shop(s) for s in (shop, self.rng.choice(others))]
            return (leaf, two) if all(self.free(leaf, s, start) for s in two) else None
        leaf, two = self.draw(find)
        return [self.begin(leaf, spot, start + n * self.rng.uniform(0, 20) * DAY) for n, spot in enumerate(two)]

    def _neighbours(self, leaf, make):
        start = self.start()

        def find():
            road = self.world.road_wheel.draw(self.rng)
            two = make(road)
            return two if all(self.free(leaf, s, start) for s in two) else None
        return [self.begin(leaf, spot, start + n * self.rng.uniform(0, 6) * DAY) for n, spot in enumerate(self.draw(find))]

    def neighbouring_manholes(self):
        def make(road):
            n = self.rng.randrange(len(road.manholes) - 1)
            return [self.planner.sites.manhole(road, n), self.planner.sites.manhole(road, n + 1)]
        return self._neighbours(LEAVES["E01"], make)

    def neighbouring_lamps(self):
        def make(road):
            n = self.rng.randrange(int(road.length_m / 30.0) - 1)
            return [self.planner.sites.lamp(road, n), self.planner.sites.lamp(road, n + 1)]
        return self._neighbours(LEAVES["E05"], make)

    def neighbouring_building_same_day(self):
        """The same trouble next door on the same day."""
        leaf, start = self.leaf(IN_BUILDING), self.start()

        def find():
            estate = self.world.estate_wheel.draw(self.rng)
            building = self.rng.choice(estate.buildings)
            other = min((b for b in estate.buildings if b is not building), key=lambda b: distance((b.x, b.y), (building.x, building.y)))
            two = [self.spot_for(leaf, estate, b) for b in (building, other)]
            return two if all(self.free(leaf, s, start) for s in two) else None
        two, sub = self.draw(find), self.planner.words.sub(leaf.code, self.rng)
        return [self.begin(leaf, spot, start + n * self.rng.uniform(0, 8) * HOUR, sub=sub) for n, spot in enumerate(two)]

    def other_cause_same_address(self):
        """Two unrelated troubles at one address in one week."""
        codes = self.rng.choice(UNRELATED)
        leaves, start = [LEAVES[c] for c in codes], self.start()

        def find():
            estate = self.world.lift_wheel.draw(self.rng)
            building = self.rng.choice(estate.buildings)
            two = [self.spot_for(leaf, estate, building) for leaf in leaves]
            return two if all(self.free(leaf, s, start) for leaf, s in zip(leaves, two)) else None
        return [self.begin(leaf, spot, start + self.rng.uniform(0, 6) * DAY) for leaf, spot in zip(leaves, self.draw(find))]

    # ---- what follows from something

    def cause_incident(self):
        """A blocked exit, then a fire in the house; a faulty lift, then people trapped in the other one."""
        codes = self.rng.choice(CAUSES)
        leaves, start = [LEAVES[c] for c in codes], self.start()

        def find():
            if codes == ("D03", "G01"):
                spot = self.planner.sites.at_pole()
                tree = self.planner.sites.along_road("tree", spot.road, spot.along + 3.0, 9.0, f"tree:R{spot.road.no}/{int(spot.along)}")
                two = [spot, tree]
            else:
                estate = self.world.lift_wheel.draw(self.rng)
                building = self.rng.choice(estate.buildings)
                two = [self.spot_for(leaf, estate, building) for leaf in leaves]
                if codes == ("A02", "A01"):
                    lifts = [(u, n) for u, plates in enumerate(building.lifts, 1) for n in range(len(plates))]
                    if len(lifts) < 2:
                        return None
                    two = [self.planner.sites.lift(estate, building, *lift) for lift in lifts[:2]]
                elif codes[1] == "C01":
                    two[1].room, two[1].kind = f"{two[1].floor or 1}02", "unit"
                    two[1].key = f"unit:E{estate.no}/{building.no}/{two[1].unit}/{two[1].room}"
            return two if all(self.free(leaf, s, start) for leaf, s in zip(leaves, two)) else None
        first, second = self.draw(find)
        return [self.begin(leaves[0], first, start), self.begin(leaves[1], second, start + self.rng.uniform(0.2, 6) * DAY)]

    def precursor(self):
        """Signs of what comes: told of days before, as the lesser matter it seems; the two are related, not one."""
        code = self.rng.choice(list(SIGNS))
        leaf, sign, start = LEAVES[code], LEAVES[SIGNS[code]], self.start()

        def find():
            spot = self.planner.sites.draw({"E02": "road", "G02": "low"}.get(code, "building"))
            return spot if self.planner.free(leaf, spot, start) and self.planner.free(sign, spot, start) else None
        spot = self.draw(find)
        before = self.begin(sign, spot, start, self.rng.choice((1, 1, 2)))
        phrases = self.planner.words.other["precursors"][code]
        for told in before.tellings:
            told.phrase = self.rng.choice(phrases)
        return [before, self.begin(leaf, spot, start + self.rng.uniform(1, 7) * DAY)]
