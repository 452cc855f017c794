"""What became of hazards after they were opened: merges and buckets, against the truth.

The owner of a hazard at a time is the true hazard that most of its reports are of, of equals the one that was there first. A
merge is right when both sides have one owner; a report that leaves a bucket went right when it is of the owner of where it
went.
"""

from collections import Counter, defaultdict

from linkage_bench.history import MERGED

BANDS = [-100, 4, 5, 6, 7, 8, 10, 12, 15, 100]  # bits
NAMED = 5


def owner(reports, true):
    """None: of no reports."""
    return Counter(true[i] for i in reports).most_common(1)[0][0] if reports else None


def merges(history, true):
    """Merges of hazards that claim an identity, by score."""
    told = [change for change in history.changes if change.kind == MERGED and not among_buckets(change, history)]
    rows = [(change, owner(change.part, true) == owner(change.body, true)) for change in told]
    bands = []
    for low, high in zip(BANDS, BANDS[1:]):
        within = [right for change, right in rows if change.score_mb is not None and low <= change.score_mb / 1000 < high]
        if within:
            bands.append({"from": low, "to": high, "merges": len(within), "right": sum(within)})
    wrong = [{"part": change.source, "body": change.target, "reports": [len(change.part), len(change.body)],
              "true": [owner(change.part, true), owner(change.body, true)]} for change, right in rows if not right]
    return {"merges": len(rows), "right": sum(right for _, right in rows), "reports": sum(len(change.part) for change in told),
            "bands": bands, "wrong": sorted(wrong, key=lambda row: -row["reports"][0] * row["reports"][1])[:NAMED], "untold": history.untold}


def worst(history, true, count):
    """[(report, member, false pairs)] of merges and moves by a report and one of another true hazard; one a pair of hazards."""
    rows, seen, found = [], set(), []
    for change in history.changes:
        if change.member is None or true[change.report] == true[change.member]:
            continue
        part, body = Counter(true[i] for i in change.part), Counter(true[i] for i in change.body)
        pairs = len(change.part) * len(change.body) - sum(count * body[hazard] for hazard, count in part.items())
        rows.append((-pairs, change.report, change.member))
    for pairs, report, member in sorted(rows):
        name = frozenset((true[report], true[member]))
        if name not in seen and len(found) < count:
            seen.add(name)
            found.append((report, member, -pairs))
    return found


def among_buckets(change, history):
    return change.source in history.buckets or change.target in history.buckets


def buckets(city, history):
    """Buckets, the reports that ever lay in them, and those that left for a hazard with an identity."""
    left, claimed = departures(city, history)
    ever, now = defaultdict(set), defaultdict(set)
    for at, (_, i, hazard) in enumerate(history.steps):
        if hazard in history.buckets and at < claimed.get(hazard, len(history.steps)):
            ever[hazard].add(i)
    for i, hazard in enumerate(city.found_with_buckets):
        if city.hazards.bucket(hazard):
            now[hazard].add(i)
    several = [reports for reports in ever.values() if len(reports) > 1]
    return {"buckets": len(ever), "reports_ever": sum(map(len, ever.values())), "reports_now": sum(map(len, now.values())),
            "several": len(several), "of_one": sum(len({city.true[i] for i in reports}) == 1 for reports in several),
            "emptied": sum(not now[hazard] for hazard in ever), "left": len(left),
            "left_rightly": sum(city.true[i] == went_to for i, went_to in left)}


def departures(city, history):
    """([(report, owner of where it went)], {bucket: step at which a hazard claimed it}): a bucket whose reports one hazard claims
    keeps its id, and the hazard comes to it."""
    left, claimed = [], {}

    def vague(hazard):
        return hazard in history.buckets and hazard not in claimed

    for change in history.changes:
        if vague(change.target) and not vague(change.source) and not city.hazards.bucket(change.survivor):
            claimed[change.target] = change.at
            left += [(i, owner(change.part, city.true)) for i in change.body]
        elif vague(change.source) and not vague(change.target):
            if change.survivor == change.source:
                claimed[change.source] = change.at
            left += [(i, owner(change.body, city.true)) for i in change.part]
    return left, claimed
