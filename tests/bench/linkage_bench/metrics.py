"""Figures of linkage.md 5, out of plain lists: no server, no file, no package.

Items are reports 0..n-1. `found[i]` is the hazard the hub put report i into, `true[i]` the hazard it truly is of; both
any hashable value, and only equality counts. A pair is two reports; it is true when both are of one true hazard, found
when both are in one found hazard.

Intervals are cluster bootstraps: true hazards are drawn with replacement, whole. A hazard drawn w times counts as w
hazards that look alike and are apart: the true pairs within it count w times (not w squared), a false pair between
hazards drawn w and v times counts w*v times, and its copies make no pairs with each other. Drawing pairs or reports
singly would take the 1,770 pairs of one storm for 1,770 independent facts. What the bootstrap cannot show: another
world, other words, another seed.
"""

import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import combinations

ROUNDS = 200
LOW, HIGH = 0.025, 0.975
F_BETA = 0.5


def f_score(precision, recall, beta=F_BETA):
    weighted = beta * beta * precision + recall
    return (1 + beta * beta) * precision * recall / weighted if weighted else 0.0


@dataclass
class Pairs:
    """True and found pairs by true hazard, false pairs by the two hazards they join."""
    true: Counter = field(default_factory=Counter)
    hit: Counter = field(default_factory=Counter)
    false: Counter = field(default_factory=Counter)

    def scores(self, weight=None):
        """(precision, recall, F0.5); weight: how often each true hazard was drawn."""
        if weight is None:
            hit, true, false = self.hit.total(), self.true.total(), self.false.total()
        else:
            hit = sum(n * weight.get(h, 0) for h, n in self.hit.items())
            true = sum(n * weight.get(h, 0) for h, n in self.true.items())
            false = sum(n * weight.get(a, 0) * weight.get(b, 0) for (a, b), n in self.false.items())
        precision = hit / (hit + false) if hit + false else 1.0
        recall = hit / true if true else 1.0
        return precision, recall, f_score(precision, recall)


def groups_of(labels):
    groups = defaultdict(list)
    for i, label in enumerate(labels):
        groups[label].append(i)
    return groups


def count_pairs(found, true, among=None, among_false=None):
    """Pairs, of those (i, j) that among(i, j) keeps; false pairs by among_false, or among when it is not given."""
    keep = among or (lambda i, j: True)
    keep_false = among_false or keep
    pairs = Pairs()
    for hazard, members in groups_of(true).items():
        for i, j in combinations(members, 2):
            if keep(i, j):
                pairs.true[hazard] += 1
                pairs.hit[hazard] += found[i] == found[j]
    for members in groups_of(found).values():
        if len({true[i] for i in members}) == 1:
            continue
        for i, j in combinations(members, 2):
            if true[i] != true[j] and keep_false(i, j):
                pairs.false[tuple(sorted((true[i], true[j]), key=repr))] += 1
    return pairs


def pair_scores(found, true):
    """The (precision, recall, F0.5) of count_pairs over all pairs, without looking at each: for hazards of thousands."""
    def pairs(labels):
        return sum(n * (n - 1) // 2 for n in Counter(labels).values())

    hit, in_found, in_true = pairs(zip(found, true)), pairs(found), pairs(true)
    precision, recall = hit / in_found if in_found else 1.0, hit / in_true if in_true else 1.0
    return precision, recall, f_score(precision, recall)


def b_cubed(found, true):
    """{report: (precision, recall)}: of the reports found with it, how many belong; of those that belong, how many are."""
    both = Counter(zip(found, true))
    size_found, size_true = Counter(found), Counter(true)
    return [(both[f, t] / size_found[f], both[f, t] / size_true[t]) for f, t in zip(found, true)]


def b_cubed_sums(items, true):
    """{true hazard: (its reports, sum of their precisions, of their recalls)}."""
    sums = {}
    for (precision, recall), hazard in zip(items, true):
        count, p, r = sums.get(hazard, (0, 0.0, 0.0))
        sums[hazard] = (count + 1, p + precision, r + recall)
    return sums


def b_cubed_scores(sums, weight=None):
    total = precision = recall = 0.0
    for hazard, w in weight.items() if weight is not None else ((hazard, 1) for hazard in sums):
        count, p, r = sums[hazard]
        total, precision, recall = total + w * count, precision + w * p, recall + w * r
    if not total:
        return 1.0, 1.0, 1.0
    precision, recall = precision / total, recall / total
    return precision, recall, f_score(precision, recall)


def draws(true, seed, rounds=ROUNDS):
    """Weights of the true hazards, one Counter a round."""
    rng, hazards = random.Random(seed), sorted(set(true), key=repr)
    return [Counter(rng.choices(hazards, k=len(hazards))) for _ in range(rounds)]


def interval(values):
    ordered = sorted(values)
    return ordered[int(LOW * len(ordered))], ordered[min(int(HIGH * len(ordered)), len(ordered) - 1)]


def with_intervals(scores, weights):
    """[(value, low, high)] of a function that gives a tuple of figures for a weight (None: each once)."""
    drawn = list(zip(*(scores(weight) for weight in weights)))
    return [(value, *interval(values)) for value, values in zip(scores(None), drawn)]


def storms(found, true, storm, placeless):
    """Of each storm: how many found hazards its reports lie in, how many of them name no place, the largest part, reports of
    other hazards in these parts and of how many hazards.

    storm[i] is None outside; a storm may hold more than one true hazard, each is told by itself.
    """
    rows = []
    for (name, hazard), members in groups_of(zip(storm, true)).items():
        if name is None:
            continue
        parts = Counter(found[i] for i in members)
        without = sum(bool(placeless[i]) for i in members)
        strangers = [true[i] for i, f in enumerate(found) if f in parts and true[i] != hazard]
        rows.append({"storm": name, "hazard": hazard, "reports": len(members), "placeless": without, "floor": max(1, without),
                     "hazards": len(parts), "largest": max(parts.values()),
                     "strangers": len(strangers), "others": len(set(strangers))})
    return sorted(rows, key=lambda row: -row["hazards"])


def conflicts(found, true, numbers):
    """Found hazards in which two reports carry different numbers of one field: (all of them, those that mix true hazards).

    numbers: {field: [number or None of each report]}. A mistyped number is a conflict inside one true hazard.
    """
    clashing, mixing = set(), set()
    for values in numbers.values():
        for hazard, members in groups_of(found).items():
            said = defaultdict(set)
            for i in members:
                if values[i]:
                    said[values[i]].add(true[i])
            if len(said) > 1:
                clashing.add(hazard)
                if len(set().union(*said.values())) > 1:
                    mixing.add(hazard)
    return clashing, mixing


def merged_negatives(found, true, negatives):
    """Of the pairs of hazards that must stay apart [(kind, a, b, tellable)]: {kind: (how many, [(a, b)], [(a, b)])}, those found
    together, first of the tellable ones, then of those whose reports say nothing that tells them apart."""
    hazards_in = defaultdict(set)
    for f, t in zip(found, true):
        hazards_in[t].add(f)
    kinds = defaultdict(lambda: [0, [], []])
    for kind, a, b, tellable in negatives:
        if not hazards_in[a] or not hazards_in[b]:
            continue  # one of them has no report in the database
        kinds[kind][0] += 1
        if hazards_in[a] & hazards_in[b]:
            kinds[kind][1 if tellable else 2].append((a, b))
    return {kind: tuple(value) for kind, value in sorted(kinds.items())}


CALIBRATION_BANDS = [-100, -4, -2, 0, 1, 2, 3, 4, 4.5, 5, 6, 7, 8, 10, 12, 15, 100]


def calibration(scored):
    """[(from, to, decisions, expected precision, observed)] of [(score in bits, was the best candidate the right one)].

    Expected: the mean of 2^S / (1 + 2^S), for S is the log2 of the odds.
    """
    rows = []
    for low, high in zip(CALIBRATION_BANDS, CALIBRATION_BANDS[1:]):
        band = [(bits, right) for bits, right in scored if low <= bits < high]
        if band:
            rows.append((low, high, len(band), sum(1 / (1 + 2.0 ** -bits) for bits, _ in band) / len(band),
                         sum(right for _, right in band) / len(band)))
    return rows
