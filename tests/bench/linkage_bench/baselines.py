"""Simple ways to find repeats, on the canonical fields and nothing else: what onecase must beat by far.

  exact      same region, normalised address and class
  distance   same region and class, points no farther apart than the radius of the class, within a time
  jaccard    same region and class, Jaccard of character bigrams of title and text at least t, within a time
  tfidf      the same with the cosine of TF-IDF over character 1- and 2-grams

Each gives pairs, and connected components give hazards. Thresholds and times are chosen on development seeds for the best
pair F0.5 (tuned.json, written by `tests/bench/linkage --tune-baselines`), never on the seed that is judged.
"""

import json
import re
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path

from linkage_bench.metrics import pair_scores

TUNED = Path(__file__).with_name("tuned.json")
NAMES = ["exact", "distance", "jaccard", "tfidf"]
THRESHOLDS = [round(0.05 * i, 2) for i in range(19)]  # 0 (class and time alone) to .90
DAYS = [1 / 24, 2 / 24, 0.25, 0.5, 1, 2, 7, 30, 90]
# (threshold, days): little likeness may be enough for what is near in time; for what is far it would be nearly every pair.
REACH = [(0.0, 1), (0.1, 7), (0.3, 90)]
EARTH_M = 6_371_008.8
DAY_S = 86_400
ROWS_AT_ONCE = 512


class Components:
    """Union-find over 0..n-1; the least member names a component."""

    def __init__(self, count):
        self.parent = list(range(count))

    def of(self, i):
        while self.parent[i] != i:
            self.parent[i] = self.parent[self.parent[i]]
            i = self.parent[i]
        return i

    def join(self, i, j):
        a, b = self.of(i), self.of(j)
        if a != b:
            self.parent[max(a, b)] = min(a, b)

    def labels(self):
        return [self.of(i) for i in range(len(self.parent))]


def normalised(text):
    folded = unicodedata.normalize("NFKC", text or "").lower()
    return re.sub(r"[\W_]+", "", folded)


def blocks(reports):
    """Indices of the reports by region and class, in order."""
    found = defaultdict(list)
    for i, report in enumerate(reports):
        if report["category_code"]:
            found[report["region"], report["category_code"]].append(i)
    return [members for _, members in sorted(found.items())]


def event_s(report):
    return report["event_at"].timestamp()


def exact(reports):
    first, components = {}, Components(len(reports))
    for i, report in enumerate(reports):
        address = normalised(report["address_text"])
        if address and report["category_code"]:
            components.join(i, first.setdefault((report["region"], report["category_code"], address), i))
    return components.labels()


def distance_pairs(reports, radius_of):
    """(0, seconds apart, i, j) of pairs within the radius of their class."""
    import numpy
    pairs = []
    for members in blocks(reports):
        members = [i for i in members if reports[i]["lon"] is not None]
        radius = radius_of.get(reports[members[0]]["category_code"], 0) if members else 0
        if not radius:
            continue
        lon = numpy.radians([reports[i]["lon"] for i in members])
        lat = numpy.radians([reports[i]["lat"] for i in members])
        at = [event_s(reports[i]) for i in members]
        for i in range(1, len(members)):
            x = (lon[:i] - lon[i]) * numpy.cos(lat[i])
            near = numpy.flatnonzero(numpy.hypot(x, lat[:i] - lat[i]) * EARTH_M <= radius)
            pairs += [(0.0, abs(at[i] - at[j]), members[i], members[j]) for j in near.tolist()]
    return pairs


def grams(text, sizes):
    text = normalised(text)
    return Counter(text[i:i + n] for n in sizes for i in range(len(text) - n + 1))


def words_of(report):
    return f"{report['title'] or ''} {report['body'] or ''}"


def matrix(documents, weight):
    """Rows of documents over the grams that two of them share; weight(gram, times in the document)."""
    import numpy
    frequency = Counter(gram for document in documents for gram in document)
    columns = {gram: k for k, gram in enumerate(sorted(gram for gram, n in frequency.items() if n > 1))}
    filled = numpy.zeros((len(documents), len(columns)), dtype=numpy.float32)
    for row, document in enumerate(documents):
        for gram, times in document.items():
            if gram in columns:
                filled[row, columns[gram]] = weight(gram, times)
    return filled


def similar_pairs(reports, similarity):
    """(similarity, seconds apart, i, j) of the pairs that a threshold and a time of the lists above can keep."""
    import numpy
    pairs = []
    for members in blocks(reports):
        if len(members) < 2:
            continue
        rows_alike = similarity(members)
        at = numpy.array([event_s(reports[i]) for i in members])
        order = numpy.arange(len(members))
        for start in range(0, len(members), ROWS_AT_ONCE):
            part = slice(start, start + ROWS_AT_ONCE)
            alike, apart = rows_alike(part), numpy.abs(at[part][:, None] - at[None, :])
            within = sum(((alike >= least) & (apart <= days * DAY_S)) for least, days in REACH) > 0
            for row, column in zip(*(found.tolist() for found in numpy.nonzero(within & (order[part][:, None] > order[None, :])))):
                pairs.append((float(alike[row, column]), float(apart[row, column]), members[row + start], members[column]))
    return pairs


def jaccard_pairs(reports):
    import numpy
    documents = [grams(words_of(report), (2,)) for report in reports]

    def similarity(members):
        filled = matrix([documents[i] for i in members], lambda _gram, _times: 1.0)
        sizes = numpy.array([len(documents[i]) for i in members], dtype=numpy.float32)

        def rows(part):
            both = filled[part] @ filled.T
            return both / numpy.maximum(sizes[part][:, None] + sizes[None, :] - both, 1)
        return rows
    return similar_pairs(reports, similarity)


def tfidf_pairs(reports):
    import numpy
    documents = [grams(words_of(report), (1, 2)) for report in reports]
    frequency = Counter(gram for document in documents for gram in document)
    idf = {gram: float(numpy.log(len(documents) / n)) for gram, n in frequency.items()}
    length = [max(sum((t * idf[g]) ** 2 for g, t in document.items()) ** 0.5, 1e-9) for document in documents]

    def similarity(members):
        filled = matrix([documents[i] for i in members], lambda gram, times: times * idf[gram])
        filled /= numpy.array([length[i] for i in members], dtype=numpy.float32)[:, None]
        return lambda part: filled[part] @ filled.T
    return similar_pairs(reports, similarity)


def pairs_of(name, reports, radius_of):
    return {"distance": lambda: distance_pairs(reports, radius_of), "jaccard": lambda: jaccard_pairs(reports),
            "tfidf": lambda: tfidf_pairs(reports)}[name]()


def components(count, pairs, threshold, days):
    joined = Components(count)
    for alike, apart_s, i, j in pairs:
        if alike >= threshold and apart_s <= days * DAY_S:
            joined.join(i, j)
    return joined.labels()


def run_all(reports, radius_of):
    """{name: found hazards} with the thresholds of tuned.json."""
    tuned = json.loads(TUNED.read_text(encoding="utf-8"))
    found = {"exact": exact(reports)}
    for name in NAMES[1:]:
        chosen = tuned[name]
        found[name] = components(len(reports), pairs_of(name, reports, radius_of), chosen["threshold"], chosen["days"])
    return found


def tune(cities, radius_of):
    """Best threshold and time over cities [(reports, true)] by the mean pair F0.5: what tuned.json holds."""
    chosen = {}
    for name in NAMES[1:]:
        scores = defaultdict(list)
        for reports, true in cities:
            pairs = sorted(pairs_of(name, reports, radius_of), reverse=True)
            for days in DAYS:
                for threshold, labels in falling(len(reports), pairs, days, thresholds_of(name, days)):
                    scores[threshold, days].append(pair_scores(labels, true)[2])
        (threshold, days), values = max(scores.items(), key=lambda item: (sum(item[1]), item[0]))
        chosen[name] = {"threshold": threshold, "days": days, "f05": [round(value, 4) for value in values]}
    return chosen


def thresholds_of(name, days):
    if name == "distance":
        return [0.0]
    return [threshold for threshold in THRESHOLDS if any(threshold >= least and days <= most for least, most in REACH)]


def falling(count, pairs, days, thresholds):
    """(threshold, hazards) from the highest threshold down; pairs are sorted, the most alike first."""
    joined, at = Components(count), 0
    for threshold in sorted(thresholds, reverse=True):
        while at < len(pairs) and pairs[at][0] >= threshold:
            if pairs[at][1] <= days * DAY_S:
                joined.join(pairs[at][2], pairs[at][3])
            at += 1
        yield threshold, joined.labels()
