"""A ledger of the city's assets and places as its offices have it: partial and dirty.

Seven lifts in ten are in it, some of them gone since, some at the wrong building, some with a mistyped plate; half of the
aliases, a third of the doors. Columns are those that `onecase ledger check` reads.
"""

import csv
import os

from plane import blurred, lonlat
from sites import Sites
from world import LAMP_M

ASSETS = ("region", "kind", "id", "category", "use_unit", "place", "lon", "lat", "precision", "valid_from", "valid_to", "source")
PLACES = ("region", "kind", "name", "canonical", "parent", "lon", "lat", "precision", "sites", "valid_from", "valid_to", "source")
LIFTS_KNOWN, COMPONENTS_KNOWN, ESTATES_KNOWN, DOORS_KNOWN, ALIASES_KNOWN, POIS_KNOWN = 0.7, 0.6, 0.8, 0.35, 0.5, 0.7
ERROR_M = {"A": 2.0, "B": 15.0, "C": 35.0, "D": 150.0}


class Ledger:
    def __init__(self, world, rng, until):
        self.world, self.rng, self.until = world, rng, until
        self.assets, self.places, self.seen = [], [], set()
        for estate in world.estates:
            self._lifts(estate)
        for road in world.roads:
            self._components(road)
        self._estates()
        self._roads()
        self._pois()

    # ---- assets

    def _asset(self, region, kind, number, category, place, point, precision, use_unit="", valid_from="", valid_to=""):
        if ("asset", region, kind, number) in self.seen:
            return
        self.seen.add(("asset", region, kind, number))
        lon, lat = lonlat(*blurred(self.rng, point, ERROR_M[precision]))
        source = "市特种设备所" if kind == "plate" else "部件普查"
        self.assets.append((region, kind, number, category, use_unit, place, f"{lon:.6f}", f"{lat:.6f}", precision,
                            valid_from, valid_to, source))

    def _lifts(self, estate):
        rng = self.rng
        for building in estate.buildings:
            for unit, plates in enumerate(building.lifts, 1):
                for plate in plates:
                    if rng.random() > LIFTS_KNOWN:
                        continue
                    at, turn, valid_to = building, rng.random(), ""
                    if turn < 0.02:                      # entered at a neighbour
                        at = rng.choice(estate.buildings)
                    elif turn < 0.04:                    # mistyped
                        plate = self._mistyped(plate)
                    elif turn < 0.08:                    # said to be gone, yet it runs
                        valid_to = f"{self.until.year - 1}-{rng.randint(1, 12):02d}-01"
                    unit_said = min(unit, at.units)
                    self._asset(estate.district.region, "plate", plate, "A02", f"{estate.name}{at.no}幢{unit_said}单元", (at.x, at.y), "B",
                                estate.company, f"{rng.randint(2008, 2024)}-{rng.randint(1, 12):02d}-15", valid_to)

    def _mistyped(self, plate):
        at = self.rng.randrange(len(plate) - 1)
        other = plate[:at] + plate[at + 1] + plate[at] + plate[at + 2:]
        return plate if other in self.world.plates or other[0] == "0" else other

    def _components(self, road):
        """Those of every third road a surveyor has not reached yet are missing whole."""
        if road.no % 3 == 1:
            return
        sites = Sites(self.world, self.rng)
        spots = [("E01", sites.manhole(road, n)) for n in range(len(road.manholes))]
        spots += [("E05", sites.lamp(road, n)) for n in range(int(road.length_m / LAMP_M))]
        for category, spot in spots:
            if self.rng.random() < COMPONENTS_KNOWN:
                self._asset(road.district.region, "component", spot.component, category, f"{road.name}{spot.number}号", spot.point, "A")

    # ---- places

    def _place(self, region, kind, name, point, precision, canonical="", parent="", sites=""):
        if ("place", region, kind, name, parent) in self.seen:
            return
        self.seen.add(("place", region, kind, name, parent))
        lon, lat = ("", "") if point is None else (f"{v:.6f}" for v in lonlat(*blurred(self.rng, point, ERROR_M[precision])))
        self.places.append((region, kind, name, canonical, parent, lon, lat, precision if point else "", sites, "", "", "地名办"))

    def _estates(self):
        rng = self.rng
        for estate in self.world.estates:
            if rng.random() > ESTATES_KNOWN:
                continue
            region = estate.district.region
            lifts = sum(len(plates) for b in estate.buildings for plates in b.lifts)
            self._place(region, "estate", estate.name, (estate.x, estate.y), "D", sites=lifts or "")
            for building in estate.buildings:
                if rng.random() < DOORS_KNOWN:
                    at = building if rng.random() > 0.02 else rng.choice(estate.buildings)
                    self._place(region, "door", f"{building.no}幢", (at.x, at.y), "A", parent=estate.name)
            if estate.alias and rng.random() < ALIASES_KNOWN:
                number = f"{estate.number}弄" if estate.alias == "lane" else f"{estate.number}号"
                self._place(region, "alias", estate.road.name + number, None, "", estate.name)

    def _roads(self):
        for road in self.world.roads:
            region = road.district.region
            self._place(region, "road", road.name, road.at(road.length_m / 2), "D")
        for shop in self.world.shops:
            if self.rng.random() < DOORS_KNOWN:
                self._place(shop.district.region, "door", f"{shop.number}号", (shop.x, shop.y), "A", parent=shop.road.name)

    def _pois(self):
        for poi in self.world.pois:
            if poi.kind != "site" and self.rng.random() < POIS_KNOWN:
                self._place(poi.district.region, "poi", poi.name, (poi.x, poi.y), "C")

    def write(self, directory):
        for name, header, rows in (("assets.csv", ASSETS, self.assets), ("places.csv", PLACES, self.places)):
            with open(os.path.join(directory, name), "w", encoding="utf-8", newline="") as out:
                csv.writer(out, lineterminator="\n").writerows([header, *rows])
