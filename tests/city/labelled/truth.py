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
       area      any of these, and also the estate, lane or village
  2. or both sent points lie within radius_m of the hazard's true place (the class radius, at most half the spacing of
     such things: lamps 15 m, manholes 10 m; of a fire 100 m), and both feeds say of their points that they are at least so
     exact: a point known to 80 m tells nobody which of two potholes it is,
  3. or one quotes the other's number, or is the copy handed on of the other (or both are copies of, or quote, one third).

A road alone never resolves anything, an estate never a hazard smaller than an area. Two names of one thing (estate and
lane: aliases) count as different, unless aliases is given: without a ledger nobody can know that they are one.
"""

import json
import os

from leaves import CONFUSED, FAMILIES

PLACES = ("asset", "room", "unit", "building", "door", "junction", "poi", "gate", "shop", "party")
FINE = {"asset": ("asset", "room", "unit", "building", "junction", "poi", "gate", "door"),
        "unit": ("room", "unit", "building"), "building": ("room", "unit", "building", "shop"),
        "point": PLACES + ("group",), "party": ("shop", "party", "door", "building"),
        "area": PLACES + ("group", "estate", "village", "lane")}
PRECISION_M = {"H12345": 80, "MKT12315": 80, "FIREIOT": 80, "GRID": 30, "CITYMGT": 30, "FIRE119": 30}    # as the mappings state it


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
    if all(sure_point(report) for report in (a, b)):
        return True
    return bool(numbers_of(a) & numbers_of(b))


def sure_point(report):
    error, radius_m = report["point_error_m"], report["radius_m"]
    return error is not None and error <= radius_m and PRECISION_M[report["source"]] <= radius_m


def distinct(a, b):
    """Whether two reports of two hazards say that they are two: different assets of a kind, buildings, units, shops or doors, or
    troubles that nobody takes for one another. Of a hard negative whose reports all do, no honest reader makes one."""
    if not confusable(a["told_as"], b["told_as"]):
        return True
    for kind in ("asset:plate", "asset:component", "asset:device", "building", "unit", "room", "shop", "door"):
        one, other = ({n for n in report["names"] if n.startswith(kind + (":" if ":" not in kind else "/"))} for report in (a, b))
        if one and other and one.isdisjoint(other) and (kind not in ("building", "unit", "room") or same_form(one, other)):
            return True
    return False


def same_form(one, other):
    """Buildings and what is in them, told by the estate's name or by its road's number: two forms cannot be compared."""
    return len({name.split(":")[1].split("/")[0] for name in one | other}) == 1


def confusable(a, b):
    return a == b or any({a, b} <= family for family in FAMILIES) or b in CONFUSED[a].split() or a in CONFUSED[b].split()


def load(directory):
    """([reports in the order of sending], truth.json)."""
    with open(os.path.join(directory, "truth.jsonl"), encoding="utf-8") as lines:
        reports = [json.loads(line) for line in lines]
    with open(os.path.join(directory, "truth.json"), encoding="utf-8") as file:
        return reports, json.load(file)
