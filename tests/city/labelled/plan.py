"""Hazards and when they are told of, before anybody words anything.

A hazard is one thing gone wrong (leaf and key of its spot): it begins by chance, lives through episodes - repaired for
good, or on paper only and reported again - and is told of by people who notice it. Times are seconds from the city's
first midnight. Storms, scenes with hard negatives and ordinary hazards all come out as Hazard and Telling.
"""

from dataclasses import dataclass, field

from chance import Wheel, heavy_tail, lognormal, wheel_of
from leaves import LEAVES, SOURCES, shares

HOUR, DAY = 3600, 86_400
DAYTIME = Wheel(range(24), [1, 1, 1, 1, 1, 2, 4, 7, 10, 11, 10, 8, 6, 7, 8, 8, 8, 7, 7, 7, 6, 5, 3, 2])


@dataclass(repr=False)
class Episode:
    start: float
    end: float           # when the departments close it
    sham: bool = False   # on paper only


@dataclass(repr=False)
class Hazard:
    no: int
    leaf: object
    sub: int             # which sub-kind of the wording
    spot: object
    episodes: list = field(default_factory=list)
    tellings: list = field(default_factory=list)
    storm: object = None
    scene: str = ""
    real: bool = True    # False: no hazard at all (a question, a quarrel, a drill)
    replies: dict = field(default_factory=dict)    # episode -> what the department answered

    @property
    def scope(self):
        return self.leaf.scope


@dataclass(repr=False)
class Telling:
    """One record to be: who tells when of which hazard, through which feed."""
    hazard: Hazard
    episode: int
    at: float                 # when the teller noticed
    source: str               # "H12345" ...
    teller: object = None     # Person, Worker or None (device)
    role: str = "own"         # own | again (same caller) | copy | urge | device
    of: object = None         # the Telling that a copy or an urge goes back to
    leaf: object = None       # what the teller takes it for
    sub: int = 0
    own_place: object = None  # storms: the caller's own spot
    quote: object = None      # a Telling whose number he quotes
    other: object = None      # a Telling of another hazard whose number he quotes
    silent: bool = False      # names no place
    form: dict = None         # no hazard: the title and body of what it is
    kind: str = ""            # no hazard: question | complaint | drill | litter
    phrase: str = ""          # said instead of the sub-kind's phrases: the sign of what is to come
    clear: bool = False       # says exactly where, with the number of the thing
    echo: str = ""            # two tellings with one echo are worded alike
    reported: float = 0.0     # when the department wrote it down
    sheet: object = None      # filled when it is worded


@dataclass(repr=False)
class Storm:
    no: int
    hazard: Hazard
    start: float
    reach_m: float


class Planner:
    def __init__(self, world, sites, people, words, rng, days):
        self.world, self.sites, self.people, self.words, self.rng = world, sites, people, words, rng
        self.end = days * DAY
        self.hazards, self.taken, self.near = [], {}, {}
        self.leaf_wheel = Wheel(LEAVES.values(), [leaf.weight for leaf in LEAVES.values()])
        self.site_wheels = {code: wheel_of(shares(leaf.sites)) for code, leaf in LEAVES.items()}
        self.mouth_wheels = {leaf.code: wheel_of(self.mouths_of(leaf)) for leaf in LEAVES.values()}
        self.reports = 0

    def mouths_of(self, leaf):
        """The feeds that hear of a leaf: market sheets and detectors only where the wording has words for them."""
        needs = {"M": "market", "I": "device"}
        return {mouth: share for mouth, share in shares(leaf.mouths).items()
                if mouth not in needs or self.words.spoken_by(leaf.code, needs[mouth])}

    # ---- one hazard for each thing

    def free(self, leaf, spot, start):
        """Whether no hazard of the family has this thing, and none that nobody could tell from it lies close by."""
        if (leaf.family, spot.key) in self.taken:
            return False
        if leaf.scope in ("asset", "building", "unit", "party"):
            return True
        reach = max(leaf.radius_m, 60) * (2.2 if leaf.scope == "area" else 1.3)
        if spot.component:                       # components are told apart by their codes
            return True
        side = 300.0
        i, j = int(spot.x // side), int(spot.y // side)
        steps = int(reach // side) + 1
        window = (leaf.recurrence_d + 30) * DAY if leaf.scope == "point" else 12 * DAY
        for x, y, when in (item for a in range(i - steps, i + steps + 1) for b in range(j - steps, j + steps + 1)
                           for item in self.near.get((leaf.family, a, b), ())):
            if abs(when - start) < window and (x - spot.x) ** 2 + (y - spot.y) ** 2 < reach * reach:
                return False
        return True

    def take(self, hazard, start):
        leaf, spot = hazard.leaf, hazard.spot
        self.taken[leaf.family, spot.key] = hazard
        self.near.setdefault((leaf.family, int(spot.x // 300.0), int(spot.y // 300.0)), []).append((spot.x, spot.y, start))

    def hazard(self, leaf, spot, start, sub=None, storm=None, scene=""):
        sub = self.words.sub(leaf.code, self.rng) if sub is None else sub
        made = Hazard(len(self.hazards), leaf, sub, spot, storm=storm, scene=scene)
        self.take(made, start)
        self.hazards.append(made)
        return made

    def tell(self, hazard, episode, at, source, teller, **more):
        told = Telling(hazard, episode, at, source, teller, **more)
        if told.leaf is None:
            told.leaf, told.sub = hazard.leaf, hazard.sub
        hazard.tellings.append(told)
        self.reports += 1
        return told

    # ---- ordinary hazards

    def ordinary(self, most):
        """One hazard that begins somewhere, some time; at most so many reports."""
        rng = self.rng
        for _ in range(200):
            leaf = self.leaf_wheel.draw(rng)
            spot = self.sites.draw(self.site_wheels[leaf.code].draw(rng))
            start = rng.random() * self.end * 0.995
            if self.free(leaf, spot, start):
                break
        else:
            raise ValueError("the city is too small for so many hazards")
        made = self.hazard(leaf, spot, start)
        self.course(made, start, min(most, self.count(leaf)))
        return made

    def count(self, leaf):
        """How many reports a hazard draws: mostly one, a heavy tail of dozens."""
        rng = self.rng
        return 1 if rng.random() > 0.088 * leaf.repeat else heavy_tail(rng, 2.75, 60)

    def daytime(self, at):
        """Moves a time to an hour at which people report."""
        return (at // DAY) * DAY + DAYTIME.draw(self.rng) * HOUR + self.rng.random() * HOUR

    @staticmethod
    def source_of(feeds, rng):
        """A source by shares such as "H:3 F:1"."""
        pairs = shares(feeds)
        return SOURCES[rng.choices(list(pairs), list(pairs.values()))[0]]

    def source(self, leaf):
        return SOURCES[self.mouth_wheels[leaf.code].draw(self.rng)]

    def teller(self, hazard, source):
        spot = hazard.spot
        if source == "GRID":
            return self.people.worker_at("grid", spot.district, spot.point)
        if source == "CITYMGT" and self.rng.random() < 0.62:
            return self.people.worker_at("collector", spot.district, spot.point)
        return None if source == "FIREIOT" else self.people.citizen_for(spot)

    def course(self, hazard, start, count, same_source=None):
        """Episodes and tellings of a hazard that is told of so many times."""
        leaf, rng = hazard.leaf, self.rng
        at = start + (rng.expovariate(1 / 900.0) if leaf.burst else rng.expovariate(1 / (14 * HOUR)))
        at = at if leaf.burst or leaf.code in ("A01", "C02") else self.daytime(at)
        at, episode_start, told = max(0.0, at), start, []
        spread = leaf.fix_hours * HOUR * (0.9 if count < 6 else 1.8)
        for n in range(count):
            if at >= self.end:
                break
            told.append(self.telling(hazard, len(hazard.episodes), at, told, same_source))
            if n + 1 < count and self.again(leaf):
                closed = at + lognormal(rng, leaf.fix_hours, 0.5) * HOUR
                sham = rng.random() < 0.6
                hazard.episodes.append(Episode(episode_start, closed, sham))
                days = rng.uniform(0.5, 12) if sham else rng.uniform(0.3, 0.95) * max(2, leaf.recurrence_d)
                at = episode_start = closed + days * DAY
            elif leaf.burst:
                at += rng.expovariate(1 / (0.12 * spread))
            else:
                at = max(at + 600, self.daytime(at + rng.expovariate(1 / (0.45 * spread))))
        last = told[-1].at if told else start
        hazard.episodes.append(Episode(episode_start, last + lognormal(rng, leaf.fix_hours, 0.7) * HOUR))

    def again(self, leaf):
        """A closing between this report and the next: a third of them on paper."""
        return leaf.sham > 0 and leaf.recurrence_d >= 7 and self.rng.random() < leaf.sham * 0.6

    def telling(self, hazard, episode, at, told, same_source):
        """By a new teller, or one who has told before; a smoke detector tells again by itself."""
        rng, leaf = self.rng, hazard.leaf
        earlier = [t for t in told if t.role in ("own", "again") and t.source != "FIREIOT"]
        if earlier and rng.random() < 0.28:
            before = rng.choice(earlier)
            again = self.tell(hazard, episode, at, before.source, before.teller, role="again", of=before)
            again.quote = before if rng.random() < 0.3 and before.source in ("H12345", "CITYMGT") else None
            return self.taken_for(again)
        source = same_source or (told[0].source if told and rng.random() < 0.35 else self.source(leaf))
        if source == "FIREIOT" and told and not hazard.spot.device:
            source = "H12345"
        return self.taken_for(self.tell(hazard, episode, at, source, self.teller(hazard, source),
                                        role="device" if source == "FIREIOT" else "own"))

    def taken_for(self, told):
        """Some tellers take a hazard for another sub-kind, some for another leaf of the like kind; A01 happens to A02."""
        rng, leaf = self.rng, told.hazard.leaf
        if leaf.code == "A02" and rng.random() < 0.04 and told.source in ("H12345", "FIRE119"):
            return self.as_leaf(told, "A01")
        if leaf.code == "A01" and told.source in ("GRID", "CITYMGT", "MKT12315"):
            return self.as_leaf(told, "A02")
        if told.source == "FIREIOT":
            return told
        turn = rng.random()
        if turn < 0.05:
            return self.as_leaf(told, rng.choice(leaf.confused))
        if turn < 0.16:
            told.sub = self.words.sub(leaf.code, rng)
        return told

    def as_leaf(self, told, code):
        told.leaf, told.sub = LEAVES[code], self.words.sub(code, self.rng)
        return told
