"""The labelled city before anything happens in it.

Four districts, each a square of blocks between polyline roads; every road line is cut into several named roads with
house numbers, odd left and even right. In the blocks stand estates (their buildings on a turned grid, units, lifts
with plates), villages, parks, plants and schools; along the roads lamps every 30 m, manholes every 20-40 m, hydrants
every 120 m, trees, shops with credit codes, bridges, metro exits. What draws people draws them as Zipf says.
"""

import math

from chance import Wheel, lognormal, zipf_weights
from city_ids import credit_code
from names import Namer
from plane import distance
from world_things import Building, District, Estate, Poi, Road, Shop, Village

AREAS = (("990101", 0.34), ("990102", 0.28), ("990201", 0.22), ("990202", 0.16))
BLOCK_M = 430.0
LAMP_M = 30.0
HYDRANT_M = 120.0
ESTATES_PER_REPORT = 0.03
PERSONS_MOST = 9_600          # phones are 1990000xxxx: there are no more
POI_KINDS = (("school", "schools", 30), ("hospital", "hospitals", 60), ("park", "parks", 40), ("market", "markets", 35),
             ("mall", "pois", 45), ("poi", "pois", 14), ("plant", "companies", 45), ("site", "companies", 30),
             ("bridge", "bridges_ramps", 30), ("ramp", "ramps", 60), ("metro", "metro_stations", 50), ("river", "rivers", 45))


class World:
    def __init__(self, rng, reports):
        self.rng = rng
        self.namer = Namer(rng)
        self.lists = self.namer.lists
        self.estate_count = max(48, round(reports * ESTATES_PER_REPORT))
        self.roads, self.estates, self.villages, self.pois, self.shops = [], [], [], [], []
        self.city = self.lists["city"]
        self.plates = set()
        self._districts()
        for district, share in self.districts:
            self._district(district, max(10, round(self.estate_count * share)))
        self._crossings()
        self._shops(self.estate_count * 3)
        self._weigh()

    # ---- ground plan

    def _districts(self):
        """Two by two, the middle of the city between them; neighbours are a kilometre apart."""
        self.districts, names = [], self.rng.sample(self.lists["districts"], len(AREAS))
        for i, ((area, share), name) in enumerate(zip(AREAS, names)):
            blocks = math.ceil(math.sqrt(max(10, self.estate_count * share) / 0.55))
            side = blocks * BLOCK_M
            west = 500.0 if i % 2 else -500.0 - side
            south = 500.0 if i < 2 else -500.0 - side
            streets = tuple(self.namer.deal("streets_admin") for _ in range(max(2, min(9, blocks // 2))))
            self.districts.append((District(area, name, streets, west, south, side), share))

    def _district(self, district, estates):
        lines = self._road_lines(district)
        cells = [(i, j) for i in range(len(lines[0]) - 1) for j in range(len(lines[1]) - 1)]
        self.rng.shuffle(cells)
        villages = max(2, estates // 14)
        for n, (i, j) in enumerate(cells):
            if n < estates:
                self._estate(district, i, j, lines)
            elif n < estates + villages:
                self._village(district, i, j)
        self._pois(district, estates)

    def _road_lines(self, district):
        """North-south lines, east-west lines; each is a list of x (y) at which it runs, bent a little by its roads."""
        count = round(district.side_m / BLOCK_M) + 1
        places = [[(district.west if turn == 0 else district.south) + BLOCK_M * i + self.rng.uniform(-50, 50)
                   for i in range(count)] for turn in (0, 1)]
        self.cells = {}
        for turn in (0, 1):
            for i, place in enumerate(places[turn]):
                self._line(district, turn, i, place, count - 1)
        return places

    def _line(self, district, turn, index, place, blocks):
        """One line of the plan, cut into named roads of 3 to 9 blocks, each with bends of its own."""
        start = district.south if turn == 0 else district.west
        block = 0
        while block < blocks:
            run = min(blocks - block, self.rng.randint(3, 9))
            if blocks - block - run < 3:
                run = blocks - block
            corners = []
            for k in range(run + 1):
                bend = self.rng.uniform(-14, 14) if 0 < k < run else 0.0
                along = start + (block + k) * BLOCK_M
                corners.append((place + bend, along) if turn == 0 else (along, place + bend))
            road = self._road(district, corners)
            for k in range(block, block + run):
                self.cells[turn, index, k] = road
            block += run

    def _road(self, district, corners):
        length = sum(distance(a, b) for a, b in zip(corners, corners[1:]))
        road = Road(len(self.roads), self.namer.road(district.name), district, corners, length,
                    step_m=self.rng.uniform(9.0, 18.0))
        along = 5.0
        while along < length:
            road.manholes.append(along)
            along += self.rng.uniform(20.0, 40.0)
        last = next((r for r in reversed(self.roads) if r.district is district), None)
        if last:
            road.lamp_base = last.lamp_base + int(last.length_m / LAMP_M) + 1
            road.manhole_base = last.manhole_base + len(last.manholes)
            road.hydrant_base = last.hydrant_base + int(last.length_m / HYDRANT_M) + 1
        self.roads.append(road)
        return road

    def _crossings(self):
        """A road's crossings, found by cells of a coarse net over its corner points."""
        net = {}
        for road in self.roads:
            for along in range(0, int(road.length_m) + 1, 20):
                x, y = road.at(along)
                net.setdefault((int(x // 40), int(y // 40)), []).append((road, along))
        for road in self.roads:
            seen = {road.no}
            for along in range(0, int(road.length_m) + 1, 20):
                x, y = road.at(along)
                for other, _ in net.get((int(x // 40), int(y // 40)), ()):
                    if other.no not in seen:
                        seen.add(other.no)
                        road.crossings.append((float(along), other))

    # ---- estates

    def _frontage(self, district, i, j):
        """A road along the block's edge, and the metres along it where the block's middle lies."""
        turn, index, k = self.rng.choice(((0, i, j), (0, i + 1, j), (1, j, i), (1, j + 1, i)))
        road = self.cells[turn, index, k]
        x = district.west + (i + 0.5) * BLOCK_M
        y = district.south + (j + 0.5) * BLOCK_M
        first = road.line[0]
        along = (y - first[1]) if turn == 0 else (x - first[0])
        return road, max(20.0, min(along, road.length_m - 20.0)), x, y

    def _plate(self):
        """A lift's plate: five or six digits, the first never 1 (no telephone number begins so)."""
        while True:
            plate = str(self.rng.randrange(20_000, 99_999) if self.rng.random() < 0.4 else self.rng.randrange(200_000, 999_999))
            if plate not in self.plates:
                self.plates.add(plate)
                return plate

    def _building(self, number, x, y, floors, units, tall):
        lifts = []
        for _ in range(units):
            count = 0 if floors < 7 else 1 if not tall else self.rng.choice((1, 2, 2, 3, 4)) if units == 1 else self.rng.choice((1, 1, 2))
            lifts.append([self._plate() for _ in range(count)])
        return Building(number, x, y, floors, units, lifts, lognormal(self.rng, 1.0, 0.6))

    def _estate(self, district, i, j, _lines):
        rng = self.rng
        road, along, x, y = self._frontage(district, i, j)
        x, y = x + rng.uniform(-40, 40), y + rng.uniform(-40, 40)
        count = min(40, max(3, int(lognormal(rng, 9, 0.65))))
        age = rng.random()                       # old: low, many units; new: tall
        floors, units = (6, (2, 3, 4, 5)) if age < 0.35 else (11, (2, 2, 3)) if age < 0.6 else (rng.choice((17, 18, 26, 33)), (1, 1, 2))
        letters = age > 0.6 and count <= 8 and rng.random() < 0.35
        wide = math.ceil(math.sqrt(count))
        turn = math.radians(rng.uniform(-15, 15))
        buildings = []
        for n in range(count):
            row, column = divmod(n, wide)
            column = wide - 1 - column if row % 2 else column
            dx, dy = (column - (wide - 1) / 2) * rng.uniform(46, 54), (row - (wide - 1) / 2) * rng.uniform(40, 48)
            bx, by = x + dx * math.cos(turn) - dy * math.sin(turn), y + dx * math.sin(turn) + dy * math.cos(turn)
            buildings.append(self._building(n + 1, bx, by, floors, rng.choice(units), age >= 0.6))
        alias = rng.choices(("", "door", "lane"), (45, 33, 22))[0]
        left = rng.random() < 0.5
        gates = []
        for name in rng.sample(self.lists["gates"], rng.randint(1, 3)):
            gx, gy = road.side(along + rng.uniform(-60, 60), 18.0 if left else -18.0)
            gates.append((name, gx, gy))
        company = rng.choice(self.lists["property_companies"])
        if len(company) <= 6 and company.endswith("物业"):
            company += rng.choice(self.lists["property_company_tails"])
        name = self.namer.estate()
        self.estates.append(Estate(len(self.estates), name, district, road, road.door_near(along, left), along, alias, letters,
                                   buildings, gates, company, x, y, self.namer.spelled_otherwise(name)))

    def _village(self, district, i, j):
        road, _, x, y = self._frontage(district, i, j)
        groups = self.rng.sample(self.lists["village_groups"], self.rng.randint(3, 6))
        self.villages.append(Village(len(self.villages), self.namer.deal("villages"), district, groups, x, y, road))

    # ---- along the roads

    def _pois(self, district, estates):
        roads = [r for r in self.roads if r.district is district]
        for kind, names, every in POI_KINDS:
            for _ in range(max(1, round(estates / every) + (estates % every > self.rng.randrange(every)))):
                road = self.rng.choice(roads)
                along = self.rng.uniform(30, road.length_m - 30)
                off = 0.0 if kind in ("bridge", "ramp") else self.rng.choice((-1, 1)) * self.rng.uniform(20, 70)
                x, y = road.side(along, off)
                poi = Poi(len(self.pois), kind, self.namer.deal(names), district, x, y, road, along)
                if kind == "site":
                    poi.name += "项目" if self.rng.random() < 0.5 else "工地"
                if kind == "metro":
                    poi.parts = sorted(self.rng.sample(self.lists["metro_exits"], self.rng.randint(2, 4)))
                if kind in ("mall", "metro"):
                    poi.plates = [self._plate() for _ in range(self.rng.randint(2, 8))]
                if kind == "market":
                    poi.parts = [str(n) for n in self.rng.sample(range(1, 180), 12)]
                self.pois.append(poi)

    def _shops(self, count):
        rng, lists = self.rng, self.lists
        brands = rng.sample(lists["chain_brands"], len(lists["chain_brands"]))
        heads = {brand: credit_code("990101", 30_000 + n, "91") for n, brand in enumerate(brands)}
        head_at = {brand: rng.choice(self.roads) for brand in brands}
        own = {brand: rng.random() < 0.45 for brand in brands}      # each branch registered for itself
        popularity = Wheel(brands, zipf_weights(rng, len(brands), 0.9))
        medicine = [brand for brand in brands if self._shop_kind(brand) == "pharmacy"]
        for n in range(count):
            road = rng.choice(self.roads)
            number = rng.randint(1, road.doors)
            x, y = road.door(number)
            estate = min((e for e in self.estates if e.road is road), key=lambda e: distance((e.x, e.y), (x, y)), default=None)
            brand = rng.choice(medicine) if n % 25 == 0 else popularity.draw(rng) if rng.random() < 0.45 else ""
            usc, own_usc = credit_code(road.district.area, n % 30_000), True
            registered = None
            if brand:
                form = rng.choice([f for f in lists["branch_forms"] if not ("{estate}" in f and estate is None) and "{poi}" not in f])
                name = form.format(brand=brand, road=road.name, no=number, n=n % 9 + 1, district=road.district.name,
                                   estate=estate.name if estate else "", street=road.district.streets[0], poi="")
                spoken, kind = name if rng.random() < 0.6 else brand, self._shop_kind(brand)
                if not own[brand]:
                    usc, own_usc = heads[brand], False
                    registered = head_at[brand].door(8)
            else:
                name = spoken = self.namer.deal("restaurants" if rng.random() < 0.6 else "shops")
                kind = "food" if name in lists["restaurants"] else self._shop_kind(name)
            self.shops.append(Shop(n, name, spoken, brand, kind, usc, own_usc, road.district, x, y, road, number,
                                   estate, registered))

    @staticmethod
    def _shop_kind(name):
        if any(part in name for part in ("药房", "药店", "大药")):
            return "pharmacy"
        if any(part in name for part in ("电动", "修车", "轮胎", "五金", "百货", "便利", "超市", "理发", "服饰", "洗车")):
            return "shop"
        return "food"

    # ---- who draws attention

    def _weigh(self):
        rng = self.rng
        for estate, weight in zip(self.estates, zipf_weights(rng, len(self.estates), 0.85)):
            estate.weight = weight * math.sqrt(len(estate.buildings))
        self.estate_wheel = Wheel(self.estates, [e.weight for e in self.estates])
        tall = [e for e in self.estates if any(any(b.lifts) for b in e.buildings)]
        self.lift_wheel = Wheel(tall, [e.weight for e in tall])
        self.road_wheel = Wheel(self.roads, [w * math.sqrt(r.length_m) for w, r in
                                             zip(zipf_weights(rng, len(self.roads), 0.75), self.roads)])
        self.shop_wheels = {kind: self._wheel([s for s in self.shops if s.kind == kind], 0.8)
                            for kind in ("food", "pharmacy", "shop")}
        self.poi_wheels = {kind: self._wheel([p for p in self.pois if p.kind == kind], 0.7) for kind, _, _ in POI_KINDS}
        self.village_wheel = self._wheel(self.villages, 0.7)
        self.buildings_near = {}
        for estate in self.estates:
            for building in estate.buildings:
                self.buildings_near.setdefault((int(building.x // 200), int(building.y // 200)), []).append((estate, building))
        self.pois_near = {}
        for poi in self.pois:
            self.pois_near.setdefault((int(poi.x // 100), int(poi.y // 100)), []).append(poi)

    def _wheel(self, items, exponent):
        return Wheel(items, zipf_weights(self.rng, len(items), exponent))

    def buildings_within(self, point, radius_m):
        """[(estate, building)] in that radius, in a fixed order."""
        cells = range(int((point[0] - radius_m) // 200), int((point[0] + radius_m) // 200) + 1)
        rows = range(int((point[1] - radius_m) // 200), int((point[1] + radius_m) // 200) + 1)
        return [(e, b) for i in cells for j in rows for e, b in self.buildings_near.get((i, j), ())
                if distance((b.x, b.y), point) <= radius_m]

    def poi_close_to(self, point, radius_m=80.0):
        cell = int(point[0] // 100), int(point[1] // 100)
        near = [p for i in (-1, 0, 1) for j in (-1, 0, 1) for p in self.pois_near.get((cell[0] + i, cell[1] + j), ())
                if p.kind not in ("river", "site") and distance((p.x, p.y), point) <= radius_m]
        return min(near, key=lambda p: (distance((p.x, p.y), point), p.no), default=None)

    # ---- codes of places

    @staticmethod
    def grid_code(district, x, y):
        """15 digits: area, street, community, grid; streets are bands from west to east."""
        share = min(0.999, max(0.0, (x - district.west) / district.side_m))
        street = int(share * len(district.streets)) + 1
        community = int(max(0.0, y - district.south) // 900) + 1
        grid = int(max(0.0, x - district.west) // 450) % 90 + 1
        return f"{district.area}{street:03d}{community:03d}{grid:03d}"

    def street_name(self, district, x, y):
        return district.streets[int(self.grid_code(district, x, y)[6:9]) - 1]
