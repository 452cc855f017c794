"""The city before anything happens in it: districts, roads with numbers, estates with buildings, units and lifts,
shops with credit codes, citizens and grid workers. Everything is named by lists that no gazetteer knows.
"""

from dataclasses import dataclass, field

from city_ids import credit_code, phone

ROADS = (
    "望星路 采薇路 听泉路 观澜路 踏雪路 松影路 荷风路 云栈路 拂晓路 晚晴路 芦汀路 半山路 渔歌路 沐雨路 寻梅路 揽月路 "
    "归雁路 流萤路 扶摇大道 长歌大道 白鹿街 石榴街 青瓦街 纸鸢街 丹枫路 锦鲤路 晨钟路 远帆路 杏雨路 墨竹路 鹤鸣路 麦香路"
).split()
ESTATES = (
    "云杉小区 桂语苑 和光公寓 沐阳花园 青柠小区 星帆苑 梧桐新村 竹隐花园 晨曦公寓 麦浪小区 溪语花园 雪松苑 棠梨小区 "
    "月牙花园 橙溪公寓 枫林新村 海棠苑 银杏花园 鹿角小区 南乔公寓 柳浪苑 松果小区 蓝田花园 雨荷新村 琥珀公寓 飞鸟小区 "
    "紫藤苑 风铃花园 稻香新村 听蝉公寓 蜜柚小区 白桦苑 珊瑚花园 鹭岛小区 青萝公寓 檀香苑"
).split()
FOOD_SHOPS = "拾光小馆 山野面馆 小满饺子馆 蓝鲸烘焙店 老槐树餐厅 麦穗早餐店 半亩田餐厅 灯笼火锅店 橘子奶茶店 竹筒米线店".split()
MALLS = "云雀商场 海螺购物中心 蜻蜓广场 木棉商厦".split()


@dataclass(frozen=True)
class District:
    area: str
    name: str
    region: str
    streets: tuple  # ((code of three digits, name), ...)
    west: float     # metres
    south: float


DISTRICTS = (
    District("990101", "青禾区", "9901", (("001", "长汀街道"), ("002", "秋水街道")), 0.0, 0.0),
    District("990102", "白鹭区", "9901", (("001", "南塘街道"), ("002", "鹿鸣街道")), 9000.0, 0.0),
    District("990201", "栖云区", "9902", (("001", "芳洲街道"),), 60000.0, 9000.0),
)
NUMBER_STEP_M = 5.0  # door numbers along a road


@dataclass(frozen=True)
class Road:
    name: str
    district: District
    x: float
    y: float
    eastward: bool
    numbers: int = 400

    def door(self, number):
        along = number * NUMBER_STEP_M
        return (self.x + along, self.y) if self.eastward else (self.x, self.y + along)


@dataclass(frozen=True)
class Estate:
    name: str
    district: District
    x: float
    y: float
    buildings: int
    units: int

    def door(self, building):
        return self.x + 70.0 * ((building - 1) % 5), self.y + 80.0 * ((building - 1) // 5)


@dataclass(frozen=True)
class Shop:
    name: str        # with the branch
    kind: str
    code: str
    road: Road
    number: int


@dataclass(frozen=True)
class Worker:
    number: str
    name: str
    post: str


@dataclass
class World:
    roads: list = field(default_factory=list)
    estates: list = field(default_factory=list)
    shops: list = field(default_factory=list)
    workers: list = field(default_factory=list)
    citizens: int = 0
    plates: list = field(default_factory=list)
    tried: int = 0
    parts: dict = field(default_factory=dict)

    def new_citizen(self):
        self.citizens += 1
        return phone(self.citizens)

    def new_plate(self):
        """A lift plate: six digits, city-wide; any two differ in at least three places (no slip turns one into another)."""
        while True:
            self.tried += 1
            plate = f"9{(self.tried * 7919 + 12345) % 100000:05d}"
            if all(sum(a != b for a, b in zip(plate, other)) >= 3 for other in self.plates):
                self.plates.append(plate)
                return plate

    def new_part(self, area, kind="0103"):
        """A part code of 16 digits: area, large class, small class, sequence."""
        serial = self.parts[area, kind] = self.parts.get((area, kind), 0) + 1
        return f"{area}{kind}{serial * 13:06d}"


def grid_code(district, x):
    street = district.streets[0 if x - district.west < 4000 or len(district.streets) == 1 else 1]
    return street, f"{district.area}{street[0]}{1 + int(max(x - district.west, 0) // 2000) % 3:03d}"


def make_world(rng):
    world = World()
    road_names, estate_names = list(ROADS), list(ESTATES)
    rng.shuffle(road_names)
    rng.shuffle(estate_names)
    for i, name in enumerate(road_names):
        district = DISTRICTS[0 if i < 14 else 1 if i < 27 else 2]
        n = i if i < 14 else i - 14 if i < 27 else i - 27
        eastward = n % 2 == 0
        offset = 300.0 + 1150.0 * (n // 2)
        x, y = (150.0, offset) if eastward else (offset, 150.0)
        world.roads.append(Road(name, district, district.west + x, district.south + y, eastward))
    for i, name in enumerate(estate_names):
        district = DISTRICTS[0 if i < 16 else 1 if i < 30 else 2]
        n = i if i < 16 else i - 16 if i < 30 else i - 30
        x = district.west + 700.0 + 1900.0 * (n % 4) + rng.uniform(-150, 150)
        y = district.south + 700.0 + 1900.0 * (n // 4) + rng.uniform(-150, 150)
        world.estates.append(Estate(name, district, x, y, rng.choice((8, 10, 12, 15)), rng.choice((2, 3, 4))))
    make_shops(rng, world)
    for i in range(14):
        district = DISTRICTS[0 if i < 6 else 1 if i < 11 else 2]
        world.workers.append(Worker(f"WG{district.area}{i + 1:03d}", f"格员{'甲乙丙丁戊己庚辛壬癸子丑寅卯'[i]}",
                                    f"{district.name}第{i + 1}网格"))
    return world


def make_shops(rng, world):
    for i, base in enumerate(FOOD_SHOPS + MALLS):
        kind = "food" if i < len(FOOD_SHOPS) else "mall"
        branches = 3 if i in (0, 3) else 2 if kind == "food" else 1
        code = credit_code("990101" if i % 2 else "990102", 1000 + 37 * i, "91" if branches > 2 else "92")
        for road in rng.sample(world.roads, branches):
            number = 2 * rng.randrange(20, road.numbers // 2 - 10)
            name = f"{base}（{road.name}店）" if branches > 1 else base
            world.shops.append(Shop(name, kind, code, road, number))


def workers_of(world, district):
    return [w for w in world.workers if w.number.startswith("WG" + district.area)]
