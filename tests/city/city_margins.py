"""How clearly the pages decide a pair of reports, in bits: the check that the planted world is not ambiguous.

It follows the tables of the linkage model on the *truth* (what the generator wrote into an address, not what a
parser reads out of it) and always takes the pessimistic side: `lower` leaves out what might help a link and counts
what might hurt it, `upper` the other way round. Reports of one hazard must be clear by `lower` in every pair, so
that whichever arrives first may be the anchor; reports of two hazards must stay apart by `upper` or a veto.
"""

import math
import re
from collections import Counter

from city_classes import CLASSES, PRECISION_M, class_relation
from city_geo import distance_m

PRIOR = -19.0
LINK = 4.5
PLACE = {"P1": 20.9, "P2": 19.9, "P3": 17.5, "P4": 15.5, "P5": 14.0, "P6": 19.0, "P7": 17.5, "P8": 8.5,
         "P8A": 14.0, "X1": 12.5, "X2": -6.5, "P0": 0.0}
CLASS_BITS = {"same": 3.1, "group": 2.2, "confusable": 0.8, "unknown": 0.0, "unrelated": -3.9}
TEXT_LEVELS = ((0.50, 4.5), (0.30, 3.9), (0.17, 1.3), (0.08, -0.5), (0.0, -1.8))
SLACK = 1.2  # how far a cosine may move with other idf values before it changes level


def grams(text):
    text = re.sub(r"[0-9A-Za-z\W_]+", " ", text)
    counts = Counter(c for c in text if c != " ")
    for word in text.split():
        counts.update(word[i:i + 2] for i in range(len(word) - 1))
    return counts


def cosine(a, b, idf):
    dot = sum(n * b[g] * idf(g) ** 2 for g, n in a.items() if g in b)
    if not dot:
        return 0.0
    norm_a = math.sqrt(sum((n * idf(g)) ** 2 for g, n in a.items()))
    norm_b = math.sqrt(sum((n * idf(g)) ** 2 for g, n in b.items()))
    return dot / (norm_a * norm_b)


def idf_of(texts):
    """idf from a small body of texts: the other end of the range of models a matcher may use."""
    seen = Counter()
    for text in texts:
        seen.update(set(grams(text)))
    total = len(texts)
    return lambda gram: math.log((total + 1) / (seen.get(gram, 0) + 1)) + 0.2


class Margins:
    def __init__(self, idf):
        self.idfs = (lambda gram: 1.0, idf)
        self.cache = {}

    def _grams(self, report):
        key = id(report)
        if key not in self.cache:
            self.cache[key] = (report, *map(grams, report.texts))
        return self.cache[key][1:]

    def forget(self, report):
        self.cache.pop(id(report), None)

    def cosines(self, a, b):
        return [cosine(x, y, idf) for x, y in zip(self._grams(a), self._grams(b)) for idf in self.idfs]

    def text_bits(self, a, b):
        """(lowest, highest) weight of the text comparison over the variants a matcher may compute."""
        values = self.cosines(a, b)
        low, high = min(values) / SLACK, max(values) * SLACK
        bits_low = next(bits for at, bits in TEXT_LEVELS if low >= at)
        bits_high = next(bits for at, bits in TEXT_LEVELS if high >= at)
        if min(sum(n for g, n in x.items() if len(g) == 1) for one in (a, b) for x in self._grams(one)) < 14:
            bits_low, bits_high = min(bits_low, 0.0), max(bits_high, 0.0)
        return bits_low, bits_high

    def pair(self, a, b):
        """(lower, upper, veto) of two reports of one region, in bits."""
        place, agree, veto = place_level(a, b)
        low = high = PLACE[place]
        if agree is True:
            high += 1.0
        elif agree is False:
            low, high = low - 4.0, high - 0.0
        if a.plate and b.plate or a.part and b.part:
            same = (a.plate and a.plate == b.plate) or (a.part and a.part == b.part)
            if not same:
                return PRIOR, PRIOR, "asset"
            low, high, veto = 22.0 + min(max(low, 0.0), 2.0), 22.0 + 2.0, None
        low, high = party_bits(a, b, low, high)
        relation = class_relation(a.klass, b.klass)
        low, high = low + CLASS_BITS[relation], high + CLASS_BITS[relation]
        text_low, text_high = self.text_bits(a, b)
        low, high = low + text_low, high + text_high
        gap = gap_bits(a, b)
        low, high = low + gap, high + gap
        if a.reporter and a.reporter == b.reporter and not a.staff:
            high += 9.0 if place == "P0" else 2.3 if place not in ("X1", "X2") else 0.0
        if b.record_no in a.quoted or a.record_no in b.quoted:
            high += 30.0
        return PRIOR + low, PRIOR + high, veto


def gap_bits(a, b):
    hours = abs((a.event_at - b.event_at).total_seconds()) / 3600
    if CLASSES[a.klass].burst or CLASSES[b.klass].burst:
        for limit, bits in ((0.5, 6.5), (2, 5.5), (6, 4.0), (24, 1.5), (72, -1.0)):
            if hours <= limit:
                return bits
        return -4.8
    return 2.0 if hours <= 24 else 1.3 if hours <= 168 else 0.0 if hours <= 720 else -2.0


def party_bits(a, b, low, high):
    if not (a.party and b.party):
        return low, high
    if a.klass[0] == "H" and b.klass[0] == "H" or a.klass == b.klass == "B03":
        same = a.party == b.party or (a.usc and a.usc == b.usc)
        if same and low > 0:
            return low, max(high, 15.0) + 1.0
        if same:
            return low, high + 2.0
    return low, high


def address_level(a, b):
    """The level two addresses give, or None when they cannot be compared."""
    if a.estate and b.estate:
        if a.estate != b.estate:
            return "X2"
        if not (a.building and b.building):
            return "P4"
        if a.building != b.building:
            return "X1"
        if a.unit and b.unit:
            return "P1" if a.unit == b.unit else "X1"
        return "P2"
    if a.road and b.road:
        if a.road != b.road:
            return "X2"
        if not (a.number and b.number):
            return "P5"
        return "P2" if a.number == b.number else "X1"
    return None


def point_level(a, b):
    if not (a.point and b.point):
        return None
    wide = max((CLASSES[a.klass], CLASSES[b.klass]), key=lambda c: c.radius_m)
    radius = min(wide.radius_m, wide.spacing_m / 2) if wide.spacing_m else wide.radius_m
    e = math.hypot(PRECISION_M[a.source], PRECISION_M[b.source])
    d = distance_m(a.point, b.point)
    levels = ["P6", "P7", "P8", "X2"]
    index = 0 if d <= max(15.0, radius / 3) else 1 if d <= radius + e else 2 if d <= 2 * (radius + e) else 3
    if e > radius and not wide.area and index < 2:
        index += 1
    return levels[index]


def place_level(a, b):
    """(level, whether the coarser side agrees: True, False or None, veto)."""
    address, point = address_level(a, b), point_level(a, b)
    area = CLASSES[a.klass].area or CLASSES[b.klass].area
    if address is None and point is None:
        return "P0", None, None
    if address is None:
        return ("P8A" if point == "P8" and area else point), None, None
    if area and point:
        return ("P8A" if point == "P8" else point), address != "X2", None
    veto = "building" if address == "X1" and not area else None
    if point is None:
        return address, None, veto
    if address in ("P4", "P5"):
        return point, point != "X2", None
    if address == "X1":
        return address, None, veto
    if address == "X2":
        return address, None, None
    return address, point in ("P6", "P7", "P8"), None
