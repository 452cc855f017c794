"""How a place is said: a view of the spot (right or wrong, exact or vague) in the words of wording/places.json.

Beside the words stands what they name, as the world knows it: the identifiers follow from the slots that a template
used, never from reading the text back. A building counts as named only where the record says its estate, lane or door.
"""

import functools
import re
from dataclasses import dataclass, field, replace

from names import Namer, load

SLOT = re.compile(r"\{(\w+)\}")
FULLWIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
ROAD_KINDS = (("door", 45), ("relation", 27), ("poi", 14), ("junction", 60))
KINDS = {
    "lift": (("lift", 80), ("unit", 12), ("building", 8)),
    "building": (("building", 64), ("unit", 36)),
    "unit": (("room", 58), ("unit", 20), ("building", 22)),
    "device": (("building", 60), ("unit", 20), ("poi", 80), ("door", 80)),
    "in_estate": (("building", 36), ("relation", 34), ("two_buildings", 20), ("gate", 10)),
    "gate": (("gate", 82), ("relation", 18)),
    "junction": (("junction", 88), ("door", 12)),
    "shop": (("door", 72), ("poi", 12), ("relation", 16)),
    "village": (("village_group", 1),),
    "bridge": (("ramp", 1),), "ramp": (("ramp", 1),), "metro": (("metro_exit", 1),), "market": (("market_stall", 1),),
    "poi": (("poi", 64), ("door", 18), ("relation", 18)),
}


def slots_of(template):
    return frozenset(SLOT.findall(template))


@functools.cache
def templates(kind, mouth):
    """[(template, its slots)] of a kind of place in a mouth, along the fallback of the wording."""
    places = load("places.json")
    by_mouth, seen = places["kinds"][kind], set()
    while mouth not in by_mouth:
        if mouth in seen:
            mouth = next(iter(by_mouth))
            break
        seen.add(mouth)
        mouth = places["mouth_fallback"].get(mouth, "spoken")
    return tuple((template, slots_of(template)) for template in by_mouth[mouth])


class Slots(dict):
    """Values for a template, made when asked for; remembers which were used."""

    def __init__(self, maker, **values):
        super().__init__(values)
        self.maker, self.used = maker, set()

    def __getitem__(self, name):
        self.used.add(name)
        return super().__getitem__(name)

    def __missing__(self, name):
        value = self[name] = getattr(self.maker, "slot_" + name)()
        return value

    def has(self, names):
        return all(name in self or self.maker.has_slot(name) for name in names)


def plainly(form, said, number):
    """A form with a number in it; with # or a hyphen always in plain digits."""
    return form.format(n=str(number) if any(sign in form for sign in "#＃-") else said)


def filled(template, slots):
    return template.format_map(slots)


@dataclass(repr=False)
class View:
    """What a teller believes of the place; numbers may be wrong, the rest is the spot's."""
    spot: object
    building: int = 0
    unit: int = 0
    floor: int = 0
    room: str = ""
    number: int = 0
    wrong: str = ""
    spelling: int = 0        # 1: the estate's other spelling

    @classmethod
    def of(cls, spot):
        return cls(spot, spot.building.no if spot.building else 0, spot.unit, spot.floor, spot.room, spot.number)

    def mistaken(self, rng):
        """The same place with one number wrong; which one is told. A place without numbers stays right."""
        spot = self.spot
        if spot.building and spot.kind not in ("in_estate", "gate"):
            if self.unit and spot.building.units > 1 and rng.random() < 0.3:
                other = rng.choice([u for u in range(1, spot.building.units + 1) if u != self.unit])
                return replace(self, unit=other, room="", wrong="unit")
            count = len(spot.estate.buildings)
            other = rng.choice([n for n in (self.building - 1, self.building + 1, self.building + 10, self.building - 10,
                                            rng.randint(1, count)) if n > 0 and n != self.building] or [count + 1])
            return replace(self, building=other, wrong="building")
        if spot.road and self.number and spot.kind not in ("in_estate", "gate", "village"):
            step = rng.choice((-20, -10, -2, -1, 1, 2, 10, 20, 100))
            return replace(self, number=max(1, self.number + step), wrong="door")
        return self


@dataclass(repr=False)
class Said:
    """Words for a place, and which slots they used: what they name is Speaker.named(used, kind)."""
    text: str
    kind: str
    used: set = field(default_factory=set)


class Speaker:
    """One teller's way with one view of a place."""

    def __init__(self, world, view, habit, rng):
        self.world, self.view, self.habit, self.rng = world, view, habit, rng
        self.lists, self.places = load("names.json"), load("places.json")

    # ---- numbers in the teller's style

    def numeral(self, number, most_chinese=20):
        style, text = self.habit.number, str(number)
        if style == "chinese" and number <= most_chinese:
            return Namer.chinese(number)
        if style == "fullwidth":
            return text.translate(FULLWIDTH)
        if style == "padded" and number < 10:
            return "0" + text
        if style == "arabic_spaced":
            return text + " "
        if style == "liang_for_two" and number <= most_chinese:
            return "两" if number == 2 else Namer.chinese(number)
        return text

    def letter(self, number):
        estate = self.view.spot.estate
        return chr(ord("A") + number - 1) if estate and estate.letters and number <= 26 else ""

    def building_said(self, number):
        letter = self.letter(number)
        if letter:
            form = self.habit.building if self.habit.building in ("{n}栋", "{n}幢", "{n}座") else "{n}座"
            return form.format(n=letter)
        return plainly(self.habit.building, self.numeral(number), number)

    # ---- slots: has_slot says which fit this place, slot_NAME says them

    def has_slot(self, name):
        spot, view = self.view.spot, self.view
        if name in ("estate",):
            return spot.estate is not None
        if name in ("building", "b"):
            return view.building > 0
        if name in ("building2", "b2"):
            return view.building > 0 and len(spot.estate.buildings) > 1
        if name in ("unit", "u"):
            return view.unit > 0
        if name in ("floor", "f"):
            return view.floor > 0
        if name in ("room", "r"):
            return bool(view.room)
        if name == "road":
            return spot.road is not None
        if name == "no":
            return view.number > 0
        if name == "lane":
            return spot.estate is not None and spot.estate.alias == "lane"
        if name == "road2":
            return spot.crossing is not None
        if name == "poi":
            return spot.poi is not None
        if name == "gate":
            return bool(spot.gate)
        if name in ("village", "group"):
            return spot.village is not None
        if name in ("station", "exit", "line"):
            return spot.poi is not None and spot.poi.kind == "metro"
        if name in ("market", "stall"):
            return spot.poi is not None and spot.poi.kind == "market"
        if name in ("bridge", "ramp"):
            return spot.poi is not None and spot.poi.kind in ("bridge", "ramp")
        if name == "lift":
            return bool(spot.plate)
        if name == "plate":
            return False            # plates are said by their own sentence
        if name == "bus_stop":
            return False
        return hasattr(self, "slot_" + name)

    def slot_district(self):
        return self.view.spot.district.name

    def slot_city(self):
        return self.world.city

    def slot_street(self):
        spot = self.view.spot
        return self.world.street_name(spot.district, spot.x, spot.y)

    def slot_community(self):
        spot = self.view.spot
        code = self.world.grid_code(spot.district, spot.x, spot.y)
        return self.lists["communities"][int(code[4:12]) % len(self.lists["communities"])]

    def slot_grid_name(self):
        return f"第{int(self.world.grid_code(self.view.spot.district, self.view.spot.x, self.view.spot.y)[12:])}网格"

    def slot_estate(self):
        estate = self.view.spot.estate
        return estate.spelling if self.view.spelling else estate.name

    def slot_building(self):
        return self.building_said(self.view.building)

    def slot_b(self):
        return self.letter(self.view.building) or str(self.view.building)

    def second_building(self):
        """The nearest other building of the estate; for what lies between two."""
        spot = self.view.spot
        others = [b for b in spot.estate.buildings if b is not spot.building]
        return min(others, key=lambda b: ((b.x - spot.x) ** 2 + (b.y - spot.y) ** 2, b.no)).no

    def slot_building2(self):
        return self.building_said(self.second_building())

    def slot_b2(self):
        second = self.second_building()
        return self.letter(second) or str(second)

    def slot_unit(self):
        return plainly(self.habit.unit, self.numeral(self.view.unit), self.view.unit)

    def slot_u(self):
        return str(self.view.unit)

    def slot_floor(self):
        return self.habit.floor.format(n=self.numeral(self.view.floor))

    def slot_f(self):
        return str(self.view.floor)

    def slot_room(self):
        return self.habit.room.format(n=self.view.room)

    def slot_r(self):
        return self.view.room

    def slot_road(self):
        return self.view.spot.road.name

    def slot_no(self):
        """A few doors have a number behind the number; which ones is the road's affair, not the teller's."""
        spot, number = self.view.spot, self.view.number
        if spot.village:
            return f"{number}号"
        said = self.numeral(number, 10)
        mark = (number * 31 + spot.road.no * 7) % 60
        if mark < 3 and not spot.estate:
            form = ("{n}-{m}号", "{n}号附{m}号", "甲{n}号")[mark]
            return form.format(n=said, m=number % 4 + 1)
        form = self.habit.door if "{m}" not in self.habit.door and "甲" not in self.habit.door else "{n}号"
        return form.format(n=said)

    def slot_lane(self):
        return f"{self.view.spot.estate.number}弄"

    def slot_road2(self):
        return self.view.spot.crossing.name

    def slot_poi(self):
        return self.view.spot.poi.name

    def slot_gate(self):
        return self.view.spot.gate

    def slot_village(self):
        return self.view.spot.village.name

    def slot_group(self):
        return self.view.spot.group

    def slot_line(self):
        lines = self.lists["metro_lines"]
        return lines[self.view.spot.poi.no % len(lines)]

    slot_station = slot_market = slot_bridge = slot_ramp = slot_poi

    def slot_exit(self):
        return self.view.spot.part

    def slot_stall(self):
        number = int(self.view.spot.part)
        forms = self.places["stall_forms"]
        return forms[number % len(forms)].format(n=number)      # each stall has one name

    def slot_direction(self):
        return self.rng.choice(("东", "西", "南", "北"))

    def slot_metres(self):
        return self.rng.choice(self.places["metres"])

    def slot_relation(self):
        said = self.rng.choice(self.places["relation"])
        return said + (self.slot_metres() if self.rng.random() < 0.25 else "")

    def slot_lift(self):
        spot = self.view.spot
        lifts = spot.building.lifts[spot.unit - 1] if spot.building else [spot.plate]
        return self.rng.choice(self.places["lift_which"]["pair" if len(lifts) > 1 else "single"])

    def slot_detail(self):
        return self.rng.choice(self.places["details"])

    # ---- whole places

    def kind_for(self, vague):
        """How exactly, and by which of its names, this place is said."""
        spot, rng = self.view.spot, self.rng
        if vague == "no_place":
            return "none"
        if vague in ("estate_only", "road_only"):
            return vague
        kind = spot.poi.kind if spot.poi and spot.kind not in KINDS and spot.kind in ("poi", "escalator") else spot.kind
        choices = KINDS.get(kind) or (KINDS.get(spot.poi.kind, KINDS["poi"]) if kind == "poi" or self._is_poi(spot) else ROAD_KINDS)
        fitting = [(name, weight) for name, weight in choices if self._fits(name)] or [("door", 1)]
        return rng.choices([n for n, _ in fitting], [w for _, w in fitting])[0]

    @staticmethod
    def _is_poi(spot):
        return spot.poi is not None and (spot.poi.x, spot.poi.y) == (spot.x, spot.y)

    def _fits(self, kind):
        spot = self.view.spot
        needed = {"poi": spot.poi, "junction": spot.crossing, "two_buildings": spot.estate and len(spot.estate.buildings) > 1,
                  "gate": spot.gate, "building": self.view.building, "unit": self.view.unit, "room": self.view.room,
                  "lift": spot.plate, "door": self.view.number and (not spot.estate or spot.kind != "device"),
                  "village_group": spot.village, "metro_exit": spot.part, "market_stall": spot.part}
        return bool(needed.get(kind, True))

    def place(self, mouth, kind, by_alias=False):
        """The place in the words of a mouth; by_alias says the estate by its road's number or lane."""
        if by_alias and kind in ("lift", "unit", "building", "room", "estate_only"):
            return self._by_alias(mouth, kind)
        slots = Slots(self)
        fitting = [t for t, needs in templates(kind, mouth) if slots.has(needs)]
        if not fitting:
            fitting = [t for t, needs in templates(kind, "spoken") + templates(kind, "hotline_text") if slots.has(needs)]
        text = filled(self.rng.choice(fitting), slots).replace("小区小区", "小区") if fitting else ""
        return Said(text, kind, slots.used if fitting else set())

    def _by_alias(self, mouth, kind):
        """甲路396弄5号 or 甲路128号5号楼: the estate's name is not said."""
        estate, slots = self.view.spot.estate, Slots(self)
        front = self.slot_district() if "field" in mouth and self.rng.random() < 0.4 else ""
        slots.used |= {"road", "lane" if estate.alias == "lane" else "no"}
        text = front + estate.road.name + (f"{estate.number}弄" if estate.alias == "lane" else f"{self.numeral(estate.number, 0)}号")
        if kind != "estate_only" and self.view.building:
            slots.used.add("building")
            text += f"{self.numeral(self.view.building)}号" if estate.alias == "lane" else self.building_said(self.view.building)
            if kind in ("lift", "unit") and self.view.unit:
                text += slots["unit"]
            elif kind == "room" and self.view.room:
                text += slots["room"]
        return Said(text, kind, slots.used | {"alias"})

    def home(self, person):
        """A caller's own home, as he says it."""
        if person.village:
            return person.village.name + person.group
        view = View(replace_spot(person), person.building.no, person.unit, 0, person.room)
        speaker = Speaker(self.world, view, self.habit, self.rng)
        kind = self.rng.choices(("building_unit", "building_room", "building_unit_room"), (5, 3, 2))[0]
        return speaker.slot_estate() + filled(self.habit.inside[kind], Slots(speaker))

    def named(self, used, kind):
        """Identifiers of what was said."""
        spot, view, names = self.view.spot, self.view, []
        near = "near:" if kind in ("relation", "two_buildings") else ""
        if used & {"estate"}:
            names.append(spot.estate.id)
        if "road" in used and spot.road:
            names.append(spot.road.id)
            if "road2" in used:
                pair = "-".join(f"R{n}" for n in sorted((spot.road.no, spot.crossing.no)))
                names.append(f"{near}junction:{pair}")
        if "village" in used:
            names.append(spot.village.id + (f"/{spot.group}" if "group" in used else ""))
        if used & {"poi", "station", "market", "bridge", "ramp"} and spot.poi:
            names.append(near + spot.poi.id + (f"/{spot.part}" if used & {"exit", "stall"} else ""))
        if "gate" in used and "estate" in used:
            names.append(f"{near}gate:E{spot.estate.no}/{spot.gate}")
        return names + self._named_inside(used, near)

    def _named_inside(self, used, near):
        """Doors, buildings, units and rooms: what they are said to belong to decides which identifier they get."""
        spot, view, names = self.view.spot, self.view, []
        door = "road" in used and "no" in used and not spot.village
        if door:
            names.append(f"{near}door:R{spot.road.no}/{view.number}")
        front = ""
        if "estate" in used:
            front = f"E{spot.estate.no}"
        elif "alias" in used:
            front = f"R{spot.road.no}-{spot.estate.number}" + ("弄" if "lane" in used else "号")
        elif door and spot.estate:
            front = f"R{spot.road.no}-{spot.estate.number}号"
        if "lane" in used and spot.estate:
            names.append(f"lane:R{spot.road.no}/{spot.estate.number}")
        if not front or not view.building:
            return names
        buildings = [view.building] if used & {"building", "b"} else []
        if used & {"building2", "b2"}:
            buildings.append(self.second_building())
        names += [f"{near}building:{front}/{number}" for number in buildings]
        if buildings and used & {"unit", "u"}:
            names.append(f"{near}unit:{front}/{view.building}/{view.unit}")
        if buildings and used & {"room", "r"}:
            names.append(f"{near}room:{front}/{view.building}/{view.room}")
        return names


def replace_spot(person):
    """The spot of a person's home, for saying it."""
    from world_things import Spot
    return Spot("building", person.building.x, person.building.y, person.estate.district, "", road=person.estate.road,
                number=person.estate.number, estate=person.estate, building=person.building, unit=person.unit)
