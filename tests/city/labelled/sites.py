"""Where a hazard sits: one function for each kind of site, which draws a spot of the world by weight.

A spot's key is the identity of the thing at the hazard's scope: the same key again is the same thing again.
"""

from chance import Wheel
from world import HYDRANT_M, LAMP_M
from world_things import Spot

TREES_M = 8.0
COMPONENTS = {"manhole": ("0101", "0102", "0103", "0103", "0105", "0107", "0111"), "lamp": ("0118",), "hydrant": ("0112",)}


def component_code(district, kind, serial, choice=0):
    """16 digits: area, class, kind, six digits; which manhole is water, sewer or telephone follows from its number."""
    kinds = COMPONENTS[kind]
    return f"{district.area}{kinds[choice % len(kinds)]}{serial % 1_000_000:06d}"


class Sites:
    def __init__(self, world, rng):
        self.world, self.rng = world, rng
        self.building_wheels = {}

    def draw(self, kind):
        return getattr(self, "at_" + kind)()

    # ---- in estates

    def building_of(self, estate):
        wheel = self.building_wheels.get(estate.no)
        if wheel is None:
            wheel = self.building_wheels[estate.no] = Wheel(estate.buildings, [b.weight for b in estate.buildings])
        return wheel.draw(self.rng)

    def in_building(self, estate, building, kind="building", unit=0, floor=0, room="", key=""):
        return Spot(kind, building.x, building.y, estate.district, key or estate.building_id(building), road=estate.road,
                    number=estate.number, along=estate.along, estate=estate, building=building, unit=unit, floor=floor, room=room)

    def at_building(self):
        estate = self.world.estate_wheel.draw(self.rng)
        building = self.building_of(estate)
        spot = self.in_building(estate, building, floor=self.rng.randint(1, building.floors))
        spot.unit = self.rng.randint(1, building.units)      # people may say it; the hazard's scope is the building
        return spot

    def at_unit(self):
        spot = self.at_building()
        floor = spot.floor
        spot.kind, spot.room = "unit", f"{floor}{self.rng.randint(1, 4):02d}"
        spot.key = f"unit:E{spot.estate.no}/{spot.building.no}/{spot.unit}/{spot.room}"
        return spot

    at_roof = at_building

    def lift(self, estate, building, unit, number):
        plate = building.lifts[unit - 1][number]
        spot = self.in_building(estate, building, "lift", unit, key=f"asset:plate/{plate}")
        spot.plate = plate
        return spot

    def at_lift(self):
        while True:
            estate = self.world.lift_wheel.draw(self.rng)
            building = self.building_of(estate)
            units = [u for u, plates in enumerate(building.lifts, 1) if plates]
            if units:
                unit = self.rng.choice(units)
                return self.lift(estate, building, unit, self.rng.randrange(len(building.lifts[unit - 1])))

    def at_in_estate(self):
        """Between buildings, at a playground, on an estate's road: people name the building beside it."""
        estate = self.world.estate_wheel.draw(self.rng)
        building = self.building_of(estate)
        x, y = building.x + self.rng.uniform(-22, 22), building.y + self.rng.uniform(12, 24) * self.rng.choice((-1, 1))
        key = f"spot:E{estate.no}/{int(x // 12)}/{int(y // 12)}"
        return Spot("in_estate", x, y, estate.district, key, road=estate.road, number=estate.number, along=estate.along,
                    estate=estate, building=building)

    def at_gate(self):
        estate = self.world.estate_wheel.draw(self.rng)
        gate, x, y = self.rng.choice(estate.gates)
        return Spot("gate", x, y, estate.district, f"gate:E{estate.no}/{gate}", road=estate.road, number=estate.number,
                    along=estate.along, estate=estate, gate=gate)

    # ---- along roads

    def along_road(self, kind, road, along, off, key):
        x, y = road.side(along, off)
        spot = Spot(kind, x, y, road.district, key, road=road, along=along, number=road.door_near(along, off > 0))
        crossing = min(((abs(at - along), other.no, other) for at, other in road.crossings), default=None)
        if crossing and crossing[0] <= 45.0:
            spot.crossing = crossing[2]
        spot.poi = self.world.poi_close_to((x, y))
        return spot

    def _road(self):
        return self.world.road_wheel.draw(self.rng)

    def at_road(self):
        road = self._road()
        along, off = self.rng.uniform(5, road.length_m - 5), self.rng.uniform(-8, 8)
        return self.along_road("road", road, along, off, f"spot:R{road.no}/{int(along // 12)}")

    def at_low(self):
        """Where water stands: a fixed place every 600 m of a road, again after each rain."""
        road = self._road()
        place = self.rng.randrange(max(1, int(road.length_m // 600)))
        along = min(road.length_m - 5, 130.0 + 600.0 * place)
        return self.along_road("road", road, along, 0.0, f"low:R{road.no}/{place}")

    def at_junction(self):
        while True:
            road = self._road()
            if road.crossings:
                at, other = self.rng.choice(road.crossings)
                pair = "-".join(f"R{n}" for n in sorted((road.no, other.no)))
                spot = self.along_road("junction", road, at, 6.0, f"junction:{pair}")
                spot.crossing = other
                return spot

    def manhole(self, road, number):
        spot = self.along_road("manhole", road, road.manholes[number], -4.0 if number % 3 else 5.0, "")
        spot.component = component_code(road.district, "manhole", road.manhole_base + number, road.manhole_base + number)
        spot.key = "asset:component/" + spot.component
        return spot

    def at_manhole(self):
        road = self._road()
        return self.manhole(road, self.rng.randrange(len(road.manholes)))

    def lamp(self, road, number):
        spot = self.along_road("lamp", road, number * LAMP_M + 4.0, 7.0 if number % 2 else -7.0, "")
        spot.component = component_code(road.district, "lamp", road.lamp_base + number)
        spot.key = "asset:component/" + spot.component
        return spot

    def at_lamp(self):
        road = self._road()
        return self.lamp(road, self.rng.randrange(int(road.length_m / LAMP_M)))

    def at_hydrant(self):
        road = self._road()
        number = self.rng.randrange(max(1, int(road.length_m / HYDRANT_M)))
        spot = self.along_road("hydrant", road, number * HYDRANT_M + 11.0, 8.0, "")
        spot.component = component_code(road.district, "hydrant", road.hydrant_base + number)
        spot.key = "asset:component/" + spot.component
        return spot

    def at_tree(self):
        road = self._road()
        number = self.rng.randrange(int(road.length_m / TREES_M))
        return self.along_road("tree", road, number * TREES_M + 2.0, 9.0 if number % 2 else -9.0, f"tree:R{road.no}/{number}")

    def at_pole(self):
        road = self._road()
        number = self.rng.randrange(max(1, int(road.length_m / 45.0)))
        return self.along_road("pole", road, number * 45.0 + 20.0, 10.0, f"pole:R{road.no}/{number}")

    # ---- shops, villages and other places

    def in_shop(self, shop, kind="shop"):
        spot = Spot(kind, shop.x, shop.y, shop.district, shop.id, road=shop.road, number=shop.number, shop=shop,
                    along=(shop.number + 1) // 2 * shop.road.step_m)
        spot.poi = self.world.poi_close_to(spot.point, 40.0)
        return spot

    def at_food(self):
        return self.in_shop(self.world.shop_wheels["food"].draw(self.rng))

    def at_shop(self):
        return self.in_shop(self.world.shop_wheels["shop"].draw(self.rng))

    def at_pharmacy(self):
        return self.in_shop(self.world.shop_wheels["pharmacy"].draw(self.rng))

    def at_sign(self):
        kind = self.rng.choice(("food", "food", "shop"))
        spot = self.in_shop(self.world.shop_wheels[kind].draw(self.rng), "sign")
        spot.key = "sign:" + spot.key
        return spot

    def at_village(self):
        village = self.world.village_wheel.draw(self.rng)
        n = self.rng.randrange(len(village.groups))
        x, y = village.x + 110.0 * (n % 3 - 1) + self.rng.uniform(-40, 40), village.y + 110.0 * (n // 3 - 0.5) + self.rng.uniform(-40, 40)
        key = f"spot:V{village.no}/{int(x // 40)}/{int(y // 40)}"
        return Spot("village", x, y, village.district, key, road=village.road, village=village, group=village.groups[n],
                    number=self.rng.randint(1, 90))

    def _poi(self, kind):
        poi = self.world.poi_wheels[kind].draw(self.rng)
        road = poi.road
        part = self.rng.choice(poi.parts) if poi.parts else ""
        key = poi.id + (f"/{part}" if part and kind == "metro" else "")
        return Spot(kind, poi.x, poi.y, poi.district, key, road=road, along=poi.along, poi=poi, part=part,
                    number=road.door_near(poi.along, True))

    def at_escalator(self):
        spot = self._poi(self.rng.choice(("mall", "metro")))
        spot.kind, spot.plate = "escalator", self.rng.choice(spot.poi.plates)
        spot.key = "asset:plate/" + spot.plate
        return spot

    def at_school(self):
        return self._poi("school")

    def at_hospital(self):
        return self._poi("hospital")

    def at_park(self):
        return self._poi("park")

    def at_market(self):
        return self._poi("market")

    def at_mall(self):
        return self._poi("mall")

    def at_plant(self):
        return self._poi("plant")

    def at_site(self):
        return self._poi("site")

    def at_bridge(self):
        return self._poi(self.rng.choice(("bridge", "bridge", "ramp")))

    def at_river(self):
        return self._poi("river")

    def at_poi(self):
        return self._poi("poi")

    # ---- devices of the fire IoT

    def at_device(self):
        """A detector: in a building of an estate, in a shop or a mall; its key is the device with its part's address."""
        if self.rng.random() < 0.6:
            spot = self.at_building()
            host, part = f"UT{spot.estate.no:05d}", f"{spot.building.no}-{spot.unit}-{spot.floor}"
        else:
            spot = self.at_food() if self.rng.random() < 0.6 else self.at_mall()
            host = f"UT9{spot.shop.no:05d}" if spot.shop else f"UT8{spot.poi.no:05d}"
            part = f"1-{self.rng.randint(1, 4)}-{self.rng.randint(1, 30)}"
            spot.floor = int(part[2])
        spot.device = f"{host}-{part}"
        spot.kind, spot.key = "device", "asset:device/" + spot.device
        return spot
