"""Two clusterings of one city, decided in two orders of the same days: how far they agree, and where they do not.

Neither is the truth: precision is the mean share of a report's hazard in the second that is with it in the first too, recall
the other way round, and F1 treats both alike. Reports of which only one run knows are left out, and counted. Two that lie in
buckets agree by that alone; with each bucket as one hazard the agreement is told too.
"""

from collections import Counter, defaultdict

from linkage_bench import metrics

NAMED = 10
PARTS = 6


def compare(one, other):
    """Figures of two Cities: one decided in the order of sending, the other in another."""
    place = {report["key"]: at for at, report in enumerate(other.reports)}
    known = [i for i, report in enumerate(one.reports) if report["key"] in place]
    there = [place[one.reports[i]["key"]] for i in known]
    first, second = [one.found[i] for i in known], [other.found[at] for at in there]
    counted = agreement([one.found_with_buckets[i] for i in known], [other.found_with_buckets[at] for at in there])
    missing = len(one.reports) + len(other.reports) - 2 * len(known)
    return agreement(first, second) | {"with_buckets": counted["b_cubed"]["f1"], "missing": missing, "truth": dict(zip("prf", metrics.pair_scores(other.found, other.true))),
                                       "differences": differences(first, second, [one.reports[i] for i in known])}


def agreement(first, second):
    """B-cubed and pair agreement of the second clustering with the first."""
    items = metrics.b_cubed(second, first)
    precision, recall, _ = metrics.b_cubed_scores(metrics.b_cubed_sums(items, first))
    pair_precision, pair_recall, _ = metrics.pair_scores(second, first)
    return {"reports": len(first), "apart": sum(p < 1 or r < 1 for p, r in items),
            "b_cubed": {"p": precision, "r": recall, "f1": metrics.f_score(precision, recall, 1)},
            "pairs": {"p": pair_precision, "r": pair_recall, "f1": metrics.f_score(pair_precision, pair_recall, 1)}}


def differences(first, second, reports):
    """What both clusterings cut up together, where they disagree: the largest losses, and the loss in and outside storms."""
    items, groups = metrics.b_cubed(second, first), tangles(first, second)
    rows = []
    for members in groups:
        lost = sum(2 - sum(items[i]) for i in members)
        true = Counter((reports[i]["true"], reports[i]["truth"]["class"]) for i in members)
        rows.append({"reports": len(members), "lost": lost, "storm": any(reports[i]["truth"]["storm"] is not None for i in members),
                     "true": [(hazard, leaf, count) for (hazard, leaf), count in true.most_common(3)], "true_hazards": len(true),
                     "first": sizes(first[i] for i in members), "second": sizes(second[i] for i in members)})
    total = sum(row["lost"] for row in rows) or 1.0
    rows.sort(key=lambda row: -row["lost"])
    return {"tangles": len(rows), "storm_share": sum(row["lost"] for row in rows if row["storm"]) / total,
            "largest": [row | {"share": row["lost"] / total} for row in rows[:NAMED]]}


def tangles(first, second):
    """Lists of reports whose hazards in the one clustering and in the other hang together and are not the same; by size."""
    beside, seen, found = defaultdict(set), set(), []
    for a, b in zip(first, second):
        beside["first", a].add(("second", b))
        beside["second", b].add(("first", a))
    members = metrics.groups_of(first)
    for start in beside:
        if start in seen or start[0] == "second":
            continue
        hazards, waiting = set(), [start]
        while waiting:
            hazard = waiting.pop()
            if hazard not in hazards:
                hazards.add(hazard)
                waiting += beside[hazard]
        seen |= hazards
        if len(hazards) > 2:
            found.append(sorted(i for side, hazard in hazards if side == "first" for i in members[hazard]))
    return sorted(found, key=lambda reports: (-len(reports), reports))


def sizes(labels):
    return sorted(Counter(labels).values(), reverse=True)[:PARTS]
