"""As many reports as wanted: sample cities of a few seeds, stamped out over and over as towns of one large city.

Each town has names, numbers, plates, parts, credit codes and a place of its own, and its people end their sentences
otherwise, so that no two records are alike and each town's hazards stay its own. All are reports: no updates, nothing
that is ignored. Nothing is said of the hazards to expect.
"""

import datetime
import os
import random
import sys
from dataclasses import replace

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "city"))

import make_city  # noqa: E402
from city_feeds import FORM, TOPICS, encode  # noqa: E402
from city_ids import break_credit_code, credit_code, credit_code_valid, phone  # noqa: E402
from city_reports import Numbers  # noqa: E402

TEMPLATES = 8
NAME_CHARACTERS = "松竹兰荷桂枫柳杏桃梨棠榆槐柏杉椿芷蕙芸薇莲菊茶榕樟霁岚霖澄沅汐湄"
TAILS = ("邻居也看到了", "已经好几天", "请尽快来看", "早上更明显", "路过的人都在说", "拍了照片", "之前没有过", "晚上也一样",
         "物业还没来", "孩子常从这里走", "雨后更厉害", "楼上楼下都知道")
# Towns side by side within the box of the mappings, in degrees; further ones lie over the first again under other names.
COLUMNS, ROWS, STEP_LON, STEP_LAT, WEST, SOUTH = 3, 9, 0.17, 0.09, -0.3, -0.4


class Town:
    """One stamping of a template: what stood in it once stands in it under a new name, the same at every mention."""

    def __init__(self, index, numbers, rng):
        self.index, self.numbers, self.rng = index, numbers, rng
        first, second = divmod(index, len(NAME_CHARACTERS))
        self.prefix = NAME_CHARACTERS[first % len(NAME_CHARACTERS)] + NAME_CHARACTERS[second]
        column, row = index % COLUMNS, index // COLUMNS % ROWS
        self.move = (WEST + column * STEP_LON, SOUTH + row * STEP_LAT)
        self.earlier = datetime.timedelta(seconds=rng.randrange(3 * 86400))
        self.known = {}

    def once(self, kind, old, make):
        if old and (kind, old) not in self.known:
            self.known[kind, old] = make()
        return self.known[kind, old] if old else old

    def serial(self, kind):
        key = ("serial", kind)
        self.known[key] = self.known.get(key, 0) + 1
        return self.index * 60 + self.known[key]

    def code(self, old):
        made = credit_code(old[2:8], self.serial("usc") % 100_000, old[:2])
        return made if credit_code_valid(old) else break_credit_code(made)

    def stamp(self, old):
        """The report as this town has it."""
        named = [name for name in (old.estate, old.road) if name]

        def told(text):
            for name in named:
                text = text.replace(name, self.prefix + name)
            return text

        at = old.reported_at - self.earlier
        number = self.once("number", old.record_no, lambda: self.numbers.next(old.source, old.district.area, at))
        body = told(old.body)
        for quoted in old.quoted:
            body = body.replace(quoted, self.known["number", quoted])
        point = old.point and (old.point[0] + self.move[0], old.point[1] + self.move[1])
        return replace(
            old, record_no=number, event_at=old.event_at - self.earlier, reported_at=at, title=told(old.title),
            body=body.rstrip("。") + "，" + self.rng.choice(TAILS) + "。", estate=told(old.estate), road=told(old.road),
            address=told(old.address), party=told(old.party), point=point,
            plate=self.once("plate", old.plate, lambda: f"9{(self.serial('plate') * 7919 + 12345) % 100_000:05d}"),
            part=self.once("part", old.part, lambda: f"{old.part[:10]}{self.serial('part'):06d}"),
            usc=self.once("usc", old.usc, lambda: self.code(old.usc)),
            reporter=old.reporter if old.staff else
            self.once("phone", old.reporter, lambda: phone(self.rng.randrange(10_000))),
            origin_no=self.known.get(("number", old.origin_no), ""),
            quoted=[self.known["number", quoted] for quoted in old.quoted])


def templates(until):
    """Lists of reports, one for each seed, in the order of reporting: a quoted record comes before who quotes it."""
    made = []
    for seed in range(1, TEMPLATES + 1):
        bench, _ = make_city.make(seed, until)
        made.append(sorted((r for hazard in bench.hazards for r in hazard.reports), key=lambda r: r.reported_at))
    return made


def make(count, until, seed=1):
    """{topic: [(timestamp_ms, key, value), ...]} of so many reports, each topic in the order of reporting."""
    rng, numbers, drawn = random.Random(f"onecase big city {seed}"), Numbers(), templates(until)
    reports = []
    for index in range(count):
        if len(reports) >= count:
            break
        town = Town(index, numbers, rng)
        reports += [town.stamp(report) for report in drawn[index % TEMPLATES]]
    reports = sorted(reports[:count], key=lambda report: report.reported_at)
    topics = {topic: [] for topic in TOPICS.values()}
    for report in reports:
        value = encode(report.source, FORM[report.source](report))
        topics[TOPICS[report.source]].append((int(report.reported_at.timestamp() * 1000), report.record_no.encode(), value))
    return topics
