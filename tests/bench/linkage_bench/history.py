"""Where each report lay when: first decisions in the order of the stream, and the merges and moves between them.

A report is placed when it arrives, and its first decision says where. A decision `merged` later says that the hazard it lay
in went into another, with all its reports; `moved` that this report alone went elsewhere, as out of a bucket. A region's
decisions are numbered in the order they were made, so that this order is the order of what is replayed here; a merge
happens when the last report before it arrived.
"""

from collections import defaultdict
from dataclasses import dataclass, field

MERGED, MOVED, BUCKET = "merged", "moved", "bucket"


@dataclass
class Change:
    """Reports that went from one hazard to another, and those that lay there before them."""
    kind: str
    source: tuple
    target: tuple
    score_mb: int
    part: list
    body: list
    at: int  # steps before it


@dataclass
class History:
    start: list                                  # hazard of each report when it arrived
    steps: list = field(default_factory=list)    # (arrived_ms, report, hazard), in the order of each region
    changes: list = field(default_factory=list)
    buckets: set = field(default_factory=set)    # hazards that are or were one
    untold: int = 0                              # hazards that were merged though no decision says so


def replay(city):
    history = History([start_of(report) for report in city.reports])
    history.buckets = {hazard for hazard, report in zip(history.start, city.reports)
                       if report["decision"] and report["decision"]["outcome"] == BUCKET}
    history.buckets |= {hazard for hazard in city.hazards.rows if city.hazards.bucket(hazard)}
    rows = defaultdict(list)
    for i, report in enumerate(city.reports):
        decided = report["decision"]["decision_id"] if report["decision"] else report["position"]
        rows[report["region"]].append((decided, i, None))
    for later in city.later:
        i = city.index.get((later["region"], later["report_id"]))
        if i is not None:
            rows[later["region"]].append((later["decision_id"], i, later))
    for region in sorted(rows):
        replay_region(city, history, sorted(rows[region], key=lambda row: row[:2]))
    history.untold = len({hazard for hazard in history.start if city.hazards.merged(hazard)}
                         - {change.source for change in history.changes})
    return history


def start_of(report):
    decision = report["decision"]
    return report["region"], decision["hazard_id"] if decision and decision["hazard_id"] else report["hazard_id"]


def replay_region(city, history, rows):
    held, lies_in, now_ms = defaultdict(list), {}, 0
    for _, i, later in rows:
        if later is None:
            now_ms = max(now_ms, city.arrived_ms[i])
            place(history, held, lies_in, now_ms, [i], history.start[i])
            continue
        source, target = lies_in[i], (later["region"], later["hazard_id"])
        if source == target:
            continue  # its whole hazard went there with a decision before
        whole = later["outcome"] == MERGED and city.hazards.merged(source)
        part = list(held[source]) if whole else [i]
        note(history, later, source, target, part, held[target])
        for one in part:
            held[source].remove(one)
        place(history, held, lies_in, now_ms, part, target)


def place(history, held, lies_in, now_ms, reports, hazard):
    for i in reports:
        lies_in[i] = hazard
        held[hazard].append(i)
        history.steps.append((now_ms, i, hazard))


def note(history, later, source, target, part, body):
    """A change of its own, or more of the last one."""
    last = history.changes[-1] if history.changes else None
    if last and later["outcome"] == MERGED == last.kind and (last.source, last.target) == (source, target):
        last.part += part
        return
    history.changes.append(Change(later["outcome"], source, target, later["score_mb"], list(part), list(body),
                                  len(history.steps)))
