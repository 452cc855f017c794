"""All figures of one city (linkage.md 5), as one object that can be printed or written as JSON."""

from collections import Counter

from bench_servers import BIN, PROJECT, run
from linkage_bench import clusters, losses, metrics, red, storms
from linkage_bench.dataset import ASSETS
from linkage_bench.history import replay

SEED_OF_DRAWS = 5
CONFIDENT, OTHER = 60, "J03"  # class.confidence_min of the model; the leaf of what is not classified
SUBSETS = ["all", "resolvable", "outside storms", "across sources", "different reporters"]


def subsets(city):
    """{name: (keeps true pair, keeps false pair)}. Whether a true pair is resolvable is the generator's word; every false
    pair counts against the resolvable ones, for nothing excuses it."""
    person = [report["truth"]["reporter"] for report in city.reports]
    source = [report["source"] for report in city.reports]
    storm = [report["truth"]["storm"] for report in city.reports]

    def across(i, j):
        return source[i] != source[j]

    def others(i, j):
        return person[i] is None or person[i] != person[j]

    def calm(i, j):
        return storm[i] is None or storm[i] != storm[j]

    return {"all": (None, None), "resolvable": (city.resolvable, lambda i, j: True), "outside storms": (calm, calm),
            "across sources": (across, across), "different reporters": (others, others)}


def pair_figures(found, true, kept, weights=None):
    """{subset: {"p": (value, low, high), ...}}; without weights only the values."""
    figures = {}
    for name, (keep, keep_false) in kept.items():
        pairs = metrics.count_pairs(found, true, keep, keep_false)
        scores = metrics.with_intervals(pairs.scores, weights) if weights else [(value,) for value in pairs.scores()]
        figures[name] = {**dict(zip("prf", scores)), "true": pairs.true.total(), "found": pairs.hit.total() + pairs.false.total(),
                         "false": pairs.false.total()}
    return figures


def paired(found, other, true, figure):
    """figure((precision, recall, F0.5) of found, the same of the other) with its interval: both of the same drawn hazards."""
    one, two = metrics.count_pairs(found, true), metrics.count_pairs(other, true)
    return metrics.with_intervals(lambda weight: (figure(one.scores(weight), two.scores(weight)),),
                                  metrics.draws(true, SEED_OF_DRAWS))[0]


def gain(own, other):
    """In F0.5."""
    return own[2] - other[2]


def recall_share(own, other):
    return own[1] / other[1] if other[1] else 1.0


def b_cubed_figures(found, true, weights):
    sums = metrics.b_cubed_sums(metrics.b_cubed(found, true), true)
    return dict(zip("prf", metrics.with_intervals(lambda weight: metrics.b_cubed_scores(sums, weight), weights)))


def decisions_of(city):
    """Outcomes; and of those with a best candidate: (final score in bits, was the compared member of the same true hazard)."""
    outcomes, scored, reviews = Counter(), [], Counter()
    for i, report in enumerate(city.reports):
        decision = report["decision"]
        if decision is None:
            outcomes["none"] += 1
            continue
        outcomes[decision["outcome"]] += 1
        if decision["score_mb"] is None or report["member"] is None or decision.get("refusal"):
            continue
        right = city.true[report["member"]] == city.true[i]
        scored.append((decision["score_mb"] / 1000, right))
        if decision["outcome"] == "review":
            reviews[right] += 1
    return outcomes, scored, reviews


def classes_of(city, probe):
    """Share of the real hazards' reports whose class is as told: by the department's code alone, by code and words; and of those
    whose class is sure enough to be compared, how many are right."""
    told = [(report["truth"]["told_as"], report["category_code"], *described[1:3])
            for report, described in zip(city.reports, probe.describe()) if report["truth"]["real"]]
    sure = [(right, leaf) for right, _, leaf, confidence in told if int(confidence) >= CONFIDENT and leaf != OTHER]
    count = max(len(told), 1)
    return {"by_code": sum(right == code for right, code, *_ in told) / count,
            "by_code_and_words": sum(right == leaf for right, _, leaf, _ in told) / count,
            "compared": len(sure) / count, "compared_right": sum(right == leaf for right, leaf in sure) / max(len(sure), 1)}


def measure(city, probe, model):
    found, true = city.found, city.true
    weights = metrics.draws(true, SEED_OF_DRAWS)
    outcomes, scored, reviews = decisions_of(city)
    history = replay(city)
    clashing, mixing = metrics.conflicts(found, true, {name: [r[name] for r in city.reports] for name in ASSETS})
    count = max(len(city.reports), 1)
    return {
        "reports": len(city.reports), "missing": len(city.missing), "missing_real": sum(fact["real"] for fact in city.missing),
        "unlisted": city.unlisted, "true_hazards": len(set(true)),
        "found_hazards": len(set(found)), "sums": {"checked": city.sums[0], "wrong": city.sums[1]},
        "pairs": pair_figures(found, true, subsets(city), weights),
        "b_cubed": b_cubed_figures(found, true, weights),
        "with_buckets": with_buckets(city) if found != city.found_with_buckets else None,
        "storms": storms.measure(city, history),
        "merges": clusters.merges(history, true),
        "buckets": clusters.buckets(city, history),
        "conflicts": {"hazards": len(clashing), "mixing": len(mixing)},
        "hard_negatives": {kind: {"pairs": n, "merged": merged, "untold": untold}
                           for kind, (n, merged, untold) in metrics.merged_negatives(found, true, city.hard_negatives()).items()},
        "blocking": probe.blocking(),
        "repeats": losses.repeats_of(city, probe, model.number("thresholds", "link")),
        "classes": classes_of(city, probe),
        "calibration": metrics.calibration(scored),
        "outcomes": dict(outcomes),
        "review": {"share": outcomes["review"] / count, "yield": reviews[True] / max(reviews.total(), 1)},
        "red": red.measure(city, model.colour_of),
    }


def with_buckets(city):
    """The main figures with each bucket counted as one hazard."""
    sums = metrics.b_cubed_sums(metrics.b_cubed(city.found_with_buckets, city.true), city.true)
    return {"pairs": pair_figures(city.found_with_buckets, city.true, {"all": (None, None)})["all"],
            "b_cubed": dict(zip("prf", metrics.b_cubed_scores(sums))), "found_hazards": len(set(city.found_with_buckets))}


def explain(key, environment):
    done = run(BIN / "onecase", "case", "explain", key, cwd=PROJECT, env=environment)
    return done.rstrip()


def worst_links(city, count):
    """[(report, member, false pairs)]: links to another true hazard, by the false pairs they made, then by score; one a pair
    of hazards."""
    sizes = Counter(zip(city.found, city.true))
    rows, seen = [], set()
    for i, report in enumerate(city.reports):
        j, decision = report["member"], report["decision"]
        if decision is None or decision["outcome"] != "link" or j is None or city.true[i] == city.true[j]:
            continue
        pairs = sizes[city.found[i], city.true[i]] * sizes[city.found[i], city.true[j]]
        rows.append((-pairs, -decision["score_mb"], i, j))
    worst = []
    for pairs, _, i, j in sorted(rows):
        name = frozenset((city.true[i], city.true[j]))
        if name not in seen and len(worst) < count:
            seen.add(name)
            worst.append((i, j, -pairs))
    return worst


def worst_splits(city, count):
    """[(report, earlier partner, true pairs lost)]: reports put elsewhere than an earlier one of their true hazard, the resolvable
    first, then by the pairs lost; one a true hazard. The partner is the nearest in time, a resolvable one before others."""
    members = metrics.groups_of(city.true)
    rows = []
    for i, report in enumerate(city.reports):
        decision = report["decision"]
        if decision is None or decision["outcome"] == "link":
            continue
        lost = [j for j in members[city.true[i]] if j < i and city.found[j] != city.found[i]]
        if lost:
            clear = [j for j in lost if city.resolvable(i, j)]
            at = report["event_at"]
            partner = min(clear or lost, key=lambda j: (abs(at - city.reports[j]["event_at"]), j))
            rows.append((not clear, -len(lost), i, partner))
    worst, seen = [], set()
    for _, lost, i, partner in sorted(rows):
        if city.true[i] not in seen and len(worst) < count:
            seen.add(city.true[i])
            worst.append((i, partner, -lost))
    return worst
