"""Who reports: citizens with homes, telephones and habits of speech; grid workers, collectors and operators.

A person says buildings, units and numbers in his own way, always; an operator has one desk's boilerplate; a grid worker
writes every day in one form. A few citizens call often, as everywhere.
"""

from dataclasses import dataclass

from chance import Wheel, zipf_weights
from names import load, weighted
from world import PERSONS_MOST


@dataclass(repr=False)
class Habit:
    """How somebody writes: one form of each kind, kept."""
    building: str
    unit: str
    room: str
    floor: str
    number: str      # style of numerals
    door: str
    inside: dict     # building_unit, building_room, building_unit_room
    long: float      # 0 terse .. 1 tells everything


@dataclass(repr=False)
class Person:
    no: int
    phone: str          # "" calls anonymously
    name: str
    habit: Habit
    estate: object = None
    building: object = None
    unit: int = 0
    room: str = ""
    village: object = None
    group: str = ""

    @property
    def point(self):
        if self.building:
            return self.building.x, self.building.y
        return self.village.x, self.village.y


@dataclass(repr=False)
class Worker:
    """A grid worker (WG...), a collector of city management (CJ...), with a beat and one form of writing."""
    no: int
    staff_no: str
    name: str
    post: str
    style: str          # grid: a habit of mouths.json
    template: int       # which of its sentences he always takes
    habit: Habit
    point: tuple


class Operator:
    """Of the hotline: a desk, its boilerplate, and the operator's own way to write places."""

    def __init__(self, rng, no, desk, habit):
        self.no, self.desk_name, self.habit = no, desk, habit
        self.favourite = rng.random()       # which body of the desk he prefers


class Habits:
    def __init__(self):
        places = load("places.json")
        self.wheels = {key: weighted(places[key + "_forms"]) for key in ("building", "unit", "room", "floor", "number", "door")}
        self.inside = {key: weighted(rows) for key, rows in places["inside_forms"].items()}

    def draw(self, rng):
        forms = {key: wheel.draw(rng) for key, wheel in self.wheels.items()}
        return Habit(**forms, inside={key: wheel.draw(rng) for key, wheel in self.inside.items()}, long=rng.random())


class People:
    def __init__(self, world, rng, reports):
        self.world, self.rng = world, rng
        self.lists = load("names.json")
        self.habits = Habits()
        count = min(PERSONS_MOST, max(1_500, int(reports * 0.9)))
        self.persons = [self._person(n) for n in range(count)]
        self.activity = Wheel(self.persons, zipf_weights(rng, count, 0.55))
        self.by_building = {}
        for person in self.persons:
            if person.estate:
                person.estate.persons.append(person)
                self.by_building.setdefault((person.estate.no, person.building.no), []).append(person)
            else:
                person.village.persons.append(person)
        self.extra = PERSONS_MOST
        self.patrols = {}
        self._workers()
        desks = load("mouths.json")["hotline"]["desks"]
        desk_wheel = Wheel(desks.keys(), [desk["weight"] for desk in desks.values()])
        self.operators = [Operator(rng, n, desk_wheel.draw(rng), self.habits.draw(rng)) for n in range(max(8, reports // 400))]

    def name(self):
        return self.rng.choice(self.lists["surnames"]) + self.rng.choice(self.lists["given"])

    def _person(self, n):
        rng = self.rng
        person = Person(n, f"1990000{n:04d}", self.name(), self.habits.draw(rng))
        if rng.random() < 0.06:
            person.village = self.world.village_wheel.draw(rng)
            person.group = rng.choice(person.village.groups)
            return person
        person.estate = self.world.estate_wheel.draw(rng)
        person.building = rng.choice(person.estate.buildings)
        person.unit = rng.randint(1, person.building.units)
        person.room = f"{rng.randint(1, person.building.floors)}{rng.randint(1, 4):02d}"
        return person

    def _workers(self):
        """One grid worker for each square of 900 m, one collector for each of 1800 m."""
        self.beats = {}
        for kind, prefix, side in (("grid", "WG", 900.0), ("collector", "CJ", 1800.0)):
            serial = 0
            for district, _ in self.world.districts:
                steps = int(district.side_m // side) + 1
                for i in range(steps):
                    for j in range(steps):
                        serial += 1
                        at = district.west + (i + 0.5) * side, district.south + (j + 0.5) * side
                        staff_no = f"{prefix}{district.area}{serial:04d}"
                        self.beats[kind, district.area, i, j] = Worker(
                            serial, staff_no, self.name(), f"{district.name}第{serial}网格",
                            self.rng.choice(sorted(load("mouths.json")["grid"]["habits"])), self.rng.randrange(1000),
                            self.habits.draw(self.rng), at)

    def worker_at(self, kind, district, point):
        side = 900.0 if kind == "grid" else 1800.0
        steps = int(district.side_m // side)
        i = max(0, min(steps, int((point[0] - district.west) // side)))
        j = max(0, min(steps, int((point[1] - district.south) // side)))
        return self.beats[kind, district.area, i, j]

    # ---- who notices a hazard

    def anonymous(self, near=None):
        """Somebody without a number: a person of the record, not of the city."""
        self.extra += 1
        person = Person(self.extra, "", "", self.habits.draw(self.rng))
        if near is not None and near[1] is not None:
            person.estate, person.building = near
            person.unit = self.rng.randint(1, person.building.units)
            person.room = f"{self.rng.randint(1, person.building.floors)}{self.rng.randint(1, 4):02d}"
        else:
            like = self.rng.choice(self.persons)
            person.estate, person.building, person.unit, person.room = like.estate, like.building, like.unit, like.room
            person.village, person.group = like.village, like.group
        return person

    def resident_of(self, estate, building):
        """Of that very building where one is known to the city, else somebody who gives no number."""
        known = self.by_building.get((estate.no, building.no))
        if known and self.rng.random() < 0.85:
            return self.rng.choice(known)
        return self.anonymous((estate, building))

    def citizen_for(self, spot):
        """Residents tell of their own building and estate, passers-by of roads; some call about everything."""
        rng, turn = self.rng, self.rng.random()
        if turn < 0.12:
            return self.anonymous((spot.estate, spot.building) if spot.estate else None)
        if spot.estate and turn < 0.82:
            if spot.building and rng.random() < 0.6:
                return self.resident_of(spot.estate, spot.building)
            if spot.estate.persons:
                return rng.choice(spot.estate.persons)
        if spot.village and turn < 0.85 and spot.village.persons:
            return rng.choice(spot.village.persons)
        return self.activity.draw(rng)
