"""The truth of a labelled city: written by the generator, read by the bench.

truth.jsonl has one line for each record that gives a report, truth.json the rest. load() reads both back.

resolvable() says whether two reports of one hazard can be told to be one by what they hold: never by a parser, only by
what the generator wrote into them. The rule:

  two reports of one hazard are resolvable when
  1. both name a common thing at the hazard's own scope or finer:
       asset     an asset, or the unit, room or building that holds it, or the gate, exit, stall or junction it is at
       unit      a room, or the unit or building of it
       building  the building, or a unit or room of it
       point     a door, building, unit, room, junction, place of interest, gate, stall, exit, village group, asset or shop;
                 also as a landmark ("opposite building 3": near:building:...)
       party     the shop by its branch's name, its own credit code, or its door
       area      any of these, and also estate, road, village
  2. or both sent points lie within radius_m of the hazard's true place: the class radius, at most half the spacing of
     such things (lamps 15 m, manholes 10 m), of a fire 100 m,
  3. or one quotes the other's number, or is the copy handed on of the other (or both are copies of, or quote, one third).

An estate or road alone never resolves a hazard smaller than an area. Names that two forms give one thing (estate and
lane: aliases) count as different, unless aliases is given: without a ledger nobody can know that they are one.
"""

import json
import os

PLACES = ("asset", "room", "unit", "building", "door", "junction", "poi", "gate", "shop", "party")
FINE = {"asset": ("asset", "room", "unit", "building", "junction", "poi", "gate", "door"),
        "unit": ("room", "unit", "building"), "building": ("room", "unit", "building", "shop"),
        "point": PLACES + ("group",), "party": ("shop", "party", "door", "building"),
        "area": PLACES + ("group", "estate", "road", "village", "lane")}


def kind_of(name):
    """The kind of an identifier: building of "near:building:E12/3"; a village with its group is a group."""
    kind = name.removeprefix("near:").split(":", 1)[0]
    return "group" if kind == "village" and "/" in name else kind


def common_things(a, b, scope, aliases=None):
    """The identifiers of things at the scope or finer that both name."""
    usable = FINE[scope]

    def things(report):
        names = widened(report["names"], aliases)
        return {n.removeprefix("near:") if scope in ("point", "area") else n for n in names if kind_of(n) in usable}

    return sorted(things(a) & things(b))


def widened(names, aliases):
    """With aliases, "building:R5-396弄/3" also stands for the estate's building."""
    if not aliases:
        return names
    more = []
    for name in names:
        kind, _, rest = name.partition(":")
        front, slash, inside = rest.partition("/")
        more.append(f"{kind}:{aliases[front]}{slash}{inside}" if front in aliases else name)
    return more


def numbers_of(report):
    return {f"{report['source']}/{report['record_no']}", *report["quotes"], *([report["copy_of"]] if report["copy_of"] else [])}


def resolvable(a, b, aliases=None):
    """Whether two reports of one hazard hold enough to be told to be one; the rule is in this module's head."""
    if common_things(a, b, a["scope"], aliases):
        return True
    if all(r["point_error_m"] is not None and r["point_error_m"] <= a["radius_m"] for r in (a, b)):
        return True
    return bool(numbers_of(a) & numbers_of(b))


def load(directory):
    """([reports in the order of sending], truth.json)."""
    with open(os.path.join(directory, "truth.jsonl"), encoding="utf-8") as lines:
        reports = [json.loads(line) for line in lines]
    with open(os.path.join(directory, "truth.json"), encoding="utf-8") as file:
        return reports, json.load(file)
