"""What becomes of repeats: of each report whose true hazard has an earlier report, where it went and what stood in the way.

  linked     joined, when it arrived, a hazard that holds an earlier report of its own
  later      opened one of its own or went to a bucket, and lies with an earlier report of its own since a merge or move
  elsewhere  joined another hazard
  bucket     lies in a bucket of vague reports
  review     opened a hazard of its own, with a twin that is the right one
  lost       opened one, and nobody is asked

Of those not with one, the best of its earlier reports (by the score of the pair, at most NEAREST of them, the latest) tells why: a
veto, the levels of place and class, or that the pair would have sufficed alone (then crowding, competition, another member or
blocking stood in the way).
"""

from collections import Counter, defaultdict

FATES = ["linked", "later", "elsewhere", "bucket", "review", "lost"]
TOGETHER = ("linked", "later")
OPENING = ("new", "review", "bucket")  # outcomes that joined nothing
NEAREST = 8


def earlier_reports(true):
    """{report: earlier reports of its true hazard, the latest first}."""
    seen, found = defaultdict(list), {}
    for i, hazard in enumerate(true):
        if seen[hazard]:
            found[i] = seen[hazard][::-1]
        seen[hazard].append(i)
    return found


def fates(found, twin_of, opened, vague, earlier):
    """{report: fate}; twin_of[i]: the found hazard that report i's own is provisional of; opened[i]: it joined nothing when it
    arrived; vague[i]: it lies in a bucket."""
    first = {}
    for i, hazard in enumerate(found):
        first.setdefault(hazard, i)
    fate = {}
    for i, before in earlier.items():
        own = {found[j] for j in before}
        if found[i] in own:
            fate[i] = "later" if opened[i] else "linked"
        elif vague[i]:
            fate[i] = "bucket"
        elif first[found[i]] < i:
            fate[i] = "elsewhere"
        else:
            fate[i] = "review" if twin_of[i] in own else "lost"
    return fate


def reason_of(link_mb, total_mb, levels, vetoes):
    if vetoes:
        return f"veto {vetoes[0]}"
    if total_mb >= link_mb:
        return f"the pair suffices (place {levels['place']})"
    return f"place {levels['place']}, class {levels.get('class')}"


def repeats_of(city, probe, link_mb):
    """{"fates": {subset: {fate: reports}}, "reasons": [(reason, reports)]}; link_mb: the model's threshold."""
    earlier = earlier_reports(city.true)
    fate = fates(city.found, [(r["region"], r["provisional_of"]) for r in city.reports],
                 [bool(r["decision"]) and r["decision"]["outcome"] in OPENING for r in city.reports],
                 [city.hazards.bucket(r["found"]) for r in city.reports], earlier)
    best = {}
    asked = [(i, j) for i, before in earlier.items() if fate[i] not in TOGETHER for j in before[:NEAREST]]
    for i, _, total, levels, vetoes in probe.pairs(asked):
        if i not in best or (not vetoes, total) > (not best[i][2], best[i][0]):
            best[i] = (total, levels, vetoes)
    subsets, reasons = defaultdict(Counter), Counter()
    for i, before in earlier.items():
        resolvable = any(city.resolvable(i, j) for j in before[:NEAREST])
        where = "in storms" if city.reports[i]["truth"]["storm"] is not None else "outside storms"
        subsets[f"{where}, {'resolvable' if resolvable else 'not resolvable'}"][fate[i]] += 1
        if resolvable and fate[i] not in TOGETHER:
            reasons[f"{reason_of(link_mb, *best[i])}; {fate[i]}"] += 1
    return {"fates": {name: dict(row) for name, row in sorted(subsets.items(), reverse=True)}, "reasons": reasons.most_common()}
