"""Storms one by one: in how many pieces their reports lie, and how soon there was a body to join.

The floor of a storm is the number of its reports that name no place, at least one: nobody can put these together. A body is
a found hazard with three reports of the storm, as the matcher had it at that time; minutes are counted from the storm's
second report on.
"""

from collections import Counter
from statistics import median

from linkage_bench import metrics

BODY = 3


def measure(city, history):
    together = metrics.groups_of(city.true)
    rows = metrics.storms(city.found, city.true, [r["truth"]["storm"] for r in city.reports],
                          [r["truth"]["vague"] == "no_place" for r in city.reports])
    for row in rows:
        members = together[row["hazard"]]
        row["class"] = city.reports[members[0]]["truth"]["class"]
        row["with_buckets"] = len({city.found_with_buckets[i] for i in members})
        row["body_min"] = minutes_to_body(members, city.arrived_ms, history)
    return rows


def minutes_to_body(members, arrived_ms, history):
    """None: there never was one."""
    own, lies_in, sizes = set(members), {}, Counter()
    second_ms = sorted(arrived_ms[i] for i in members)[min(1, len(members) - 1)]
    for at_ms, i, hazard in sorted((step for step in history.steps if step[1] in own), key=lambda step: step[0]):
        if i in lies_in:
            sizes[lies_in[i]] -= 1
        lies_in[i] = hazard
        sizes[hazard] += 1
        if sizes[hazard] >= BODY and hazard not in history.buckets:
            return (at_ms - second_ms) / 60_000
    return None


def summary(rows):
    """Medians over storms; None without any."""
    if not rows:
        return None
    bodies = [row["body_min"] for row in rows if row["body_min"] is not None]
    return {"hazards": median(row["hazards"] for row in rows), "floor": median(row["floor"] for row in rows),
            "ratio": median(row["hazards"] / row["floor"] for row in rows), "with_buckets": median(row["with_buckets"] for row in rows),
            "body_min": median(bodies) if bodies else None, "without_body": len(rows) - len(bodies)}
