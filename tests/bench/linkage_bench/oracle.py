"""The oracle ceiling: the same matcher with weights out of the truth of the very city it is judged on.

m of a level: its share of true pairs, each repeat counting once however many partners it has (up to eight of them, and
always the nearest in time, are compared): a decision is about one report. u: its share of random pairs of two true hazards
of one region, at most 90 days apart. Both of the comparison where it was made at all; half a pair is added to each level, and a
level seen fewer than twenty times keeps its weight.
Weights are log2(m / u) of place, class, text and gap; the prior is the log2 of the odds that a report is of one certain
hazard against being of none, out of the true share of repeats and the mean number of hazards known before it. Asset, number
quoted, party, reporter, tempo, crowding, vetoes, pairs of classes and thresholds stay as the model has them: these are
rules or too rare.

What it is: how far weights alone could carry this decision procedure on this city. What it is not: a bound. Comparisons
depend on each other, so weights learnt one by one are not the best together, and better comparisons, levels or clusters
would go beyond it.
"""

import math
import random
from collections import Counter, defaultdict

from linkage_bench.model import Model

PARTNERS = 8
RANDOM_PAIRS = 5_000_000
WINDOW_DAYS = 90
DAY_S = 86_400
SEEN_MIN = 20
PLACE = ["P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P8_area", "P9", "X1", "X2"]
CLASS = ["same_leaf", "same_group", "same_letter", "unrelated"]
HALF = 0.5


def repeats(city, seed=1):
    """[(report, [earlier partners, the nearest in time first])] of the reports of which an earlier one is of the same hazard."""
    rng, earlier, found = random.Random(seed), defaultdict(list), []
    for i, report in enumerate(city.reports):
        partners = earlier[report["true"]]
        if partners:
            nearest = min(partners, key=lambda j: (abs(report["event_at"] - city.reports[j]["event_at"]), j))
            others = [j for j in partners if j != nearest]
            found.append((i, [nearest, *rng.sample(others, min(PARTNERS - 1, len(others)))]))
        partners.append(i)
    return found


def prior_mb(city):
    """log2(r / (1 - r) / H): r share of repeats, H mean number of true hazards of the region told of in 90 days before."""
    last, repeated, known = defaultdict(dict), 0, 0
    for report in city.reports:
        hazards, at = last[report["region"]], report["event_at"].timestamp()
        repeated += report["true"] in hazards
        known += sum(abs(at - told) <= WINDOW_DAYS * DAY_S for told in hazards.values())
        hazards[report["true"]] = at
    count = len(city.reports)
    if not 0 < repeated < count or not known:
        return None
    return 1000 * math.log2(repeated / (count - repeated) / (known / count))


def weights(counts_true, counts_random, levels):
    """{level: millibits} of the levels of one comparison."""
    true = sum(counts_true[level] + HALF for level in levels)
    chance = sum(counts_random[level] + HALF for level in levels)
    return {level: 1000 * math.log2((counts_true[level] + HALF) / true / ((counts_random[level] + HALF) / chance))
            for level in levels}


def count_levels(city, probe):
    """Counters of (comparison, level): of true pairs (weighted) and of random ones."""
    true = Counter()
    chosen = repeats(city)
    answers = iter(probe.pairs([(i, j) for i, partners in chosen for j in partners]))
    for _, partners in chosen:
        for rank in range(len(partners)):
            _, _, _, levels, _ = next(answers)
            for comparison, level in levels.items():
                if comparison == "gap":
                    true[comparison, level] += rank == 0
                else:
                    true[comparison, level] += 1 / len(partners)
    _, chance = probe.random(RANDOM_PAIRS, 1)
    return true, chance


def of_comparison(counts, comparison):
    return Counter({level: n for (name, level), n in counts.items() if name == comparison})


def make(city, probe, model_path, folder):
    """Writes the oracle's model into a new folder; returns (its file, [(comparison, level, m, u, before, now)])."""
    model = Model(model_path)
    true, chance = count_levels(city, probe)
    table = []

    def settle(comparison, levels, before, write):
        m, u = of_comparison(true, comparison), of_comparison(chance, comparison)
        total_m, total_u = sum(m[level] for level in levels), sum(u[level] for level in levels)
        if not total_m or not total_u:
            return
        for level, weight in weights(m, u, levels).items():
            if m[level] + u[level] < SEEN_MIN:
                continue
            table.append((comparison, level, m[level] / total_m, u[level] / total_u, before(level), round(weight)))
            write(level, weight)

    settle("place", PLACE, lambda level: model.number("place", level), lambda level, w: model.set_number("place", level, w))
    settle("class", CLASS, lambda level: model.number("class", level), lambda level, w: model.set_number("class", level, w))
    for comparison in ("text", "gap"):
        for rows in model.steps(comparison):  # gap has two tables, slow and burst, and each is a comparison of its own
            before = dict(rows)
            settle(comparison, list(before), before.get,
                   lambda level, w, comparison=comparison: model.set_step(comparison, level, w))
    prior = prior_mb(city)
    if prior is not None:
        table.append(("prior", "", 0.0, 0.0, model.number("thresholds", "prior"), round(prior)))
        model.set_number("thresholds", "prior", prior)
    return model.write(folder), table

