"""What the peer knows of each report: read out of the canonical fields by means of its own, and of the whole city at once.

The peer is a batch: names of estates and roads are learnt from the address fields of all reports, the class from the
words of all texts (naive Bayes over the departments' codes as noisy labels), IDF from the city itself. None of onecase's own
parsers, word lists or models is used, but for the radius and the scope of a class.
"""

import re
import unicodedata
from collections import Counter

import numpy

VECTOR = 768
FAMILY = {"A02": "A01", "B03": "B01", "C02": "C01", "G02": "E02", "E06": "E02", "F03": "F01"}
VOLATILE = {"B01", "B05", "C01", "C02", "D06", "E02", "E06", "E08", "G02", "I02"}
OTHER = "J03"
DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
NUMERAL = re.compile(r"[零〇一二两三四五六七八九十百]+(?=号|弄|幢|栋|座|单元|楼|层|室|#|期|区|组)")
BUILDING = re.compile(r"(\d{1,3}|[A-Z])(?:号楼|幢|栋|座|#楼?|#)")
BUILDING_LIST = re.compile(r"(\d{1,3})[、和,与](?=\d{1,3}(?:号楼|幢|栋|座|#))")
SHORT_HOUSE = re.compile(r"(?<!\d)(\d{1,3})-(\d{1,2})-(\d{3,4})(?!\d)")
UNIT = re.compile(r"(\d{1,2})单元")
ROOM = re.compile(r"(?<!\d)(\d{3,4})(?:室|房)")
ESTATE_END = "小区|花园|家园|新村|公寓|家属院|宿舍|大厦|广场|名邸|雅居|庄园|雅苑|嘉苑|苑|城|府|里|坊|园|村|居|庭|湾|郡"
ESTATE = re.compile(rf"([一-龥]{{2,7}}?(?:{ESTATE_END}))(?=[^一-龥]|\d|$|[A-Z])")
BEFORE_HOUSE = re.compile(r"([一-龥]{2,8})(?=\d{1,3}(?:号楼|幢|栋|座|#|-\d)|[A-Z]座)")
ROAD = re.compile(r"([一-龥]{1,5}(?:大道|大街|胡同|路|街|巷|道))")
ROAD_NO = re.compile(r"([一-龥]{1,5}(?:大道|大街|胡同|路|街|巷|道))(\d{1,4})(号|弄)(?!楼|线|口|门)")
ADMIN = re.compile(r"^.*?(?:省|市|区|县|街道|镇|乡|社区|居委会)(?=[一-龥]{2})")
PLATE_WORDS = re.compile(r"(?:梯|识别码|救援码|设备号|编号)[^\d]{0,6}(\d{5,6})(?!\d)")


def folded(text):
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text or "")).replace("號", "号").replace("樓", "楼")


def number_of(word):
    if "百" in word:
        hundred, rest = word.split("百", 1)
        return DIGITS.get(hundred, 1) * 100 + (number_of(rest.lstrip("零")) if rest.lstrip("零") else 0)
    if "十" in word:
        ten, one = word.split("十", 1)
        return DIGITS.get(ten, 1) * 10 + DIGITS.get(one, 0)
    return int("".join(str(DIGITS[c]) for c in word))


def with_digits(text):
    return NUMERAL.sub(lambda match: str(number_of(match[0])), text)


def without_admin(name):
    while (match := ADMIN.match(name)) is not None:
        name = name[match.end():]
    return name


class Names:
    """Names that address fields and texts of the city hold again and again."""

    def __init__(self, addresses):
        estates, roads = Counter(), Counter()
        for address in addresses:
            rest = without_admin(address)
            for pattern in (ESTATE, BEFORE_HOUSE):
                for match in pattern.finditer(rest):
                    name = ROAD.sub("", match[1]) if pattern is BEFORE_HOUSE else match[1]
                    name = without_admin(name)
                    if 2 <= len(name) <= 8:
                        estates[name] += 1
            for match in ROAD.finditer(rest):
                roads[without_admin(match[1])] += 1
        self.estates = self._frequent(estates)
        self.roads = self._frequent(roads)

    @staticmethod
    def _frequent(names):
        """Names said twice or more; one that nearly always follows the same other word is the shorter of the two."""
        return {name for name, times in names.items() if times >= 2 and len(name) >= 2}

    def longest(self, text, names):
        found, at = [], 0
        while at < len(text):
            for size in range(8, 1, -1):
                if text[at:at + size] in names:
                    found.append((at, text[at:at + size]))
                    at += size - 1
                    break
            at += 1
        return found


def houses(text):
    buildings = set(BUILDING_LIST.findall(text)) | {match[1].lstrip("0") or "0" for match in BUILDING.finditer(text)}
    short = SHORT_HOUSE.search(text)
    unit, room = UNIT.search(text), ROOM.search(text)
    if short and not buildings:
        buildings = {short[1]}
    return (sorted(buildings), unit[1] if unit else short[2] if short else None,
            room[1] if room else short[3] if short else None)


def place_of(report, names):
    """Estate, buildings, unit, room, road and number; the address field first, then the text."""
    place = {"estate": None, "buildings": [], "unit": None, "room": None, "road": None, "no": None}
    address = with_digits(folded(report["address_text"])) + with_digits(folded(report["place_name"]))
    text = with_digits(folded(report["title"]) + "。" + folded(report["body"]))
    for part in (address, text):
        estates = names.longest(part, names.estates)
        roads = names.longest(part, names.roads)
        if place["estate"] is None and estates:
            place["estate"] = estates[-1][1] if part is address else estates[0][1]
        numbered = ROAD_NO.search(without_admin(part) if part is address else part)
        if place["no"] is None and numbered:
            known = [name for _, name in roads if numbered[1].endswith(name)]
            place["road"], place["no"] = (known[0] if known else numbered[1]), numbered[2] + numbered[3]
        if place["road"] is None and roads:
            place["road"] = roads[0][1]
        buildings, unit, room = houses(part)
        if not place["buildings"] and len(buildings) <= 4:
            place["buildings"], place["unit"], place["room"] = buildings, unit, room
        elif place["unit"] is None and buildings == place["buildings"]:
            place["unit"], place["room"] = unit, room
    return place


def grams_of(text):
    text = re.sub(r"[^一-龥a-zA-Z]+", " ", text)
    return [text[i:i + n] for n in (1, 2) for i in range(len(text) - n + 1) if " " not in text[i:i + n]]


class Classes:
    """Naive Bayes over grams; the label of a report is its department's code, right in most of them."""

    SMOOTHING = 0.3

    def __init__(self, documents, labels):
        self.columns = {g: k for k, g in enumerate(sorted({g for d in documents for g in d}))}
        self.labels = sorted({label for label in labels if label not in (None, OTHER)})
        row_of = {label: row for row, label in enumerate(self.labels)}
        counts = numpy.full((len(self.labels), len(self.columns)), self.SMOOTHING, dtype=numpy.float64)
        prior = numpy.ones(len(self.labels))
        for document, label in zip(documents, labels):
            if label in row_of:
                prior[row_of[label]] += 1
                for gram in set(document):
                    counts[row_of[label], self.columns[gram]] += 1
        self.log = numpy.log(counts / counts.sum(axis=1, keepdims=True))
        self.prior = numpy.log(prior / prior.sum())

    def best(self, document, label):
        """(leaf, share of the probability); the code itself counts like two words."""
        known = sorted({self.columns[g] for g in document})
        if not known or not self.labels:
            return label, 0.0
        score = self.prior + self.log[:, known].sum(axis=1) * min(1.0, 30 / len(known))
        if label in self.labels:
            score[self.labels.index(label)] += 2.0
        score -= score.max()
        share = numpy.exp(score)
        best = int(share.argmax())
        return self.labels[best], float(share[best] / share.sum())


def vectors(documents):
    """TF-IDF rows in VECTOR hashed dimensions, signs by hash, unit length: cosines stay nearly what they were."""
    frequency = Counter(gram for document in documents for gram in set(document))
    total = len(documents)
    rows = numpy.zeros((total, VECTOR), dtype=numpy.float32)
    slots = {}
    for gram, times in frequency.items():
        code = stable_hash(gram)
        slots[gram] = (code % VECTOR, (1.0 if code >> 40 & 1 else -1.0) * float(numpy.log(total / times)))
    for row, document in zip(rows, documents):
        for gram, times in Counter(document).items():
            slot, weight = slots[gram]
            row[slot] += weight * (1 + float(numpy.log(times)))
        length = float(numpy.linalg.norm(row))
        if length:
            row /= length
    return rows


def stable_hash(text):
    import hashlib
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def asset_of(report, text):
    for column in ("lift_plate", "equipment_code", "component_code", "device_id"):
        if report[column]:
            return f"{column}:{folded(report[column])}", True
    plate = PLATE_WORDS.search(text)
    return (f"lift_plate:{plate[1]}", False) if plate else (None, False)


def usual_boilerplate(texts):
    """Clauses that many texts share are the desk's, not the caller's."""
    clauses = Counter(clause for text in texts for clause in set(re.split(r"[,。;:!?、【】()\n]", text)) if len(clause) >= 4)
    many = max(20, len(texts) // 200)
    return {clause for clause, times in clauses.items() if times >= many}


def without(text, clauses):
    return "。".join(part for part in re.split(r"[,。;:!?、【】()\n]", text) if part not in clauses)


def features(reports, radius_of, scope_of):
    """One dict of plain values a report, and the matrix of text vectors; in the order of `reports`."""
    names = Names([with_digits(folded(r["address_text"])) for r in reports])
    texts = [folded(r["title"]) + "。" + folded(r["body"]) for r in reports]
    boilerplate = usual_boilerplate(texts)
    places = [place_of(report, names) for report in reports]
    documents = []
    for report, text, place in zip(reports, texts, places):
        text = without(text, boilerplate)
        for name in filter(None, (place["estate"], place["road"])):
            text = text.replace(name, " ")
        documents.append(grams_of(text))
    labels = [r["category_code"] if (r["category_confidence"] or 0) >= 50 else None for r in reports]
    classes = Classes(documents, labels)
    rows = []
    for i, (report, place) in enumerate(zip(reports, places)):
        leaf, sure = classes.best(documents[i], labels[i])
        leaf = leaf or OTHER
        asset, structured = asset_of(report, texts[i])
        rows.append({
            "unique_id": i, "region": report["region"], "event_s": report["event_at"].timestamp(), "leaf": leaf, "sure": sure,
            "code": report["category_code"] or OTHER, "family": FAMILY.get(leaf, leaf), "volatile": leaf in VOLATILE,
            "area": scope_of.get(leaf) == "area", "radius": float(radius_of.get(leaf, 50) or 50),
            "estate": place["estate"], "road": place["road"], "no": place["no"], "buildings": place["buildings"] or None,
            "first_building": place["buildings"][0] if place["buildings"] else None, "unit": place["unit"], "room": place["room"],
            "lon": report["lon"], "lat": report["lat"], "error": error_of(report), "asset": asset, "structured": structured,
            "usc": report["usc_code"], "party": folded(report["party_name"]) or None, "reporter": reporter_of(report),
            "record_no": report["record_no"], "numbers": numbers_of(report), "length": len(documents[i]),
            "tile_a": tile(report, 0.0), "tile_b": tile(report, 0.5),
            "hours": int(report["event_at"].timestamp() // 14400), "hours_b": int((report["event_at"].timestamp() + 7200) // 14400)})
    return rows, vectors(documents)


def error_of(report):
    return {"A": 5.0, "B": 30.0, "C": 80.0, "D": 500.0, "E": 1500.0}.get(report["precision_class"], 80.0)


def reporter_of(report):
    staff = report["reporter_kind"] == "staff" or report["finder_kind"] in ("grid", "inspector")
    return None if staff else report["reporter_hash"]


def numbers_of(report):
    numbers = {report["record_no"], *(report["quoted_nos"] or [])}
    if report["origin_record_no"]:
        numbers.add(report["origin_record_no"])
    return sorted(numbers)


def tile(report, shift, size=0.0035):
    if report["lon"] is None or (report["precision_class"] or "C") in "DE":
        return None
    return f"{int(report['lon'] / size + shift)}/{int(report['lat'] / size + shift)}"

