"""Lines of truth.jsonl and truth.json from the made city."""

from collections import Counter

import points
import truth
from feeds import TOPICS
from leaves import FAMILIES, LEAVES


def key_of(made):
    return f"{made.source}/{made.record_no}"


def reporter_of(made):
    """An id of the person, 0 for a device; staff are persons of their own."""
    teller = made.told.teller
    if teller is None:
        return 0
    if hasattr(teller, "staff_no"):
        return (2_000_000 if made.source == "GRID" else 3_000_000) + int(teller.staff_no[5:8]) * 10_000 + teller.no
    return 1_000_000 + teller.no


def quotes_of(made, told):
    """The key of a telling's record when its number stands in the text."""
    return [key_of(told.sheet)] if told and told.sheet and told.sheet.record_no in made.quoted else []


def truth_line(city, made):
    told, hazard = made.told, made.told.hazard
    error = points.error_m(made)
    of = key_of(told.of.sheet) if told.of and told.of.sheet else None
    first = not any(t.sheet and reporter_of(t.sheet) == reporter_of(made) and t.reported < told.reported
                    for t in hazard.tellings if t is not told)
    return {
        "source": made.source, "record_no": made.record_no, "hazard": hazard.no, "episode": told.episode, "real": hazard.real,
        "class": hazard.leaf.code if hazard.real else "none", "told_as": told.leaf.code if hazard.real else "none",
        "subkind": city.words.sub_name(told.leaf.code, told.sub) if hazard.real else told.kind, "scope": hazard.scope,
        "radius_m": hazard.leaf.sure_m,
        "storm": hazard.storm.no if hazard.storm else None, "scene": hazard.scene or None, "names": made.names,
        "said_wrong": made.wrong or None, "by_alias": made.alias, "vague": made.vague,
        "point_error_m": None if error is None else round(error, 1), "point_of": made.point_of or None, "filed": made.filed,
        "filed_how": made.filed_how, "reporter": reporter_of(made), "role": told.role,
        "copy_of": of if told.role == "copy" else None, "urge_of": of if told.role == "urge" else None,
        "again_of": of if told.role == "again" else None, "quotes": quotes_of(made, told.quote),
        "quotes_other": quotes_of(made, told.other),
        "asked": made.consultation or told.kind in ("litter", "dispute"),
        "independent": told.role in ("own", "device") and first,
        "event_at": city.tellers.clock(told.at).isoformat(), "reported_at": city.tellers.clock(made.reported_at).isoformat()}


def truth_json(city):
    reports = [made for made in city.reports() if made.told.hazard.real]
    of_storm = Counter(made.told.hazard.storm.no for made in reports if made.told.hazard.storm)
    silent = Counter(made.told.hazard.storm.no for made in reports if made.told.hazard.storm and made.vague == "no_place")
    clock = city.tellers.clock
    return {
        "parameters": city.parameters,
        "counts": {
            "reports": len(reports), "hazards": len({made.told.hazard.no for made in reports}), "records": len(city.messages),
            "by_topic": {topic: dict(sorted(Counter(m.outcome for m in city.messages if m.source == source).items()))
                         for source, topic in TOPICS.items()}},
        "storms": [{"id": storm.no, "hazard": storm.hazard.no, "class": storm.hazard.leaf.code, "start": clock(storm.start).isoformat(),
                    "reports": of_storm[storm.no], "placeless": silent[storm.no], "reach_m": round(storm.reach_m)}
                   for storm in city.storms.storms],
        "hard_negatives": hard_negatives(city),
        "aliases": aliases_of(city),
        "classes": {code: {"scope": leaf.scope, "radius_m": leaf.radius_m, "sure_m": leaf.sure_m} for code, leaf in LEAVES.items()},
        "families": [sorted(family) for family in FAMILIES], "feed_down": city.flow.down}


def hard_negatives(city):
    """Pairs of hazards that must stay two; tellable when each two of their reports say so."""
    pairs = []
    for a, b, kind in city.scenes.pairs:
        lines = [[truth_line(city, told.sheet) for told in hazard.tellings if told.sheet] for hazard in (a, b)]
        if all(lines):
            tellable = all(truth.distinct(one, other) for one in lines[0] for other in lines[1])
            pairs.append({"hazards": [a.no, b.no], "kind": kind, "tellable": tellable})
    return pairs


def aliases_of(city):
    """The road form of an estate's name -> the estate, as they stand in identifiers."""
    return {f"R{e.road.no}-{e.number}" + ("弄" if e.alias == "lane" else "号"): f"E{e.no}" for e in city.world.estates if e.alias}
