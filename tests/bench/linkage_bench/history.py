"""Where each report lay when: first decisions in the order of the stream, and the merges and moves between them.

A report is placed when it arrives, and its first decision says where. Decisions `merged` later, one for each report of a part, say
that the hazard they lie in and that of the reports they were compared with, the body, are one: all of both lie in the
smaller number from then on. `moved` says that this report alone went elsewhere, as out of a bucket; where it names the bucket
itself, all of its reports were claimed and the bucket's number survived. A region's decisions are numbered in the order they
were made, so that this is the order of what is replayed here; a merge happens when the last report before it arrived.
"""

from collections import defaultdict
from dataclasses import dataclass, field

MERGED, MOVED, BUCKET = "merged", "moved", "bucket"


@dataclass
class Change:
    """Reports that went from one hazard to another, and those that lay there before them."""
    kind: str
    source: tuple     # hazard of the part
    target: tuple     # hazard of the body
    survivor: tuple   # hazard of both from then on
    score_mb: int     # of the most certain report of the part; None: untold
    report: int       # that report
    member: int       # and the one it was compared with; None: untold
    part: list
    body: list
    at: int           # steps before it


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
    gone = {hazard for change in history.changes for hazard in (change.source, change.target) if hazard != change.survivor}
    history.untold = len({hazard for hazard in history.start if city.hazards.merged(hazard)} - gone)
    return history


def start_of(report):
    decision = report["decision"]
    return report["region"], decision["hazard_id"] if decision and decision["hazard_id"] else report["hazard_id"]


def replay_region(city, history, rows):
    held, lies_in, now_ms = defaultdict(list), {}, 0

    def place(reports, hazard):
        for i in list(reports):
            if lies_in.get(i) == hazard:
                continue
            if i in lies_in:
                held[lies_in[i]].remove(i)
            lies_in[i] = hazard
            held[hazard].append(i)
            history.steps.append((now_ms, i, hazard))

    at = 0
    while at < len(rows):
        _, i, later = rows[at]
        run = [row for _, _, row in rows[at:run_end(rows, at, lies_in)]]
        at += len(run)
        if later is None:
            now_ms = max(now_ms, city.arrived_ms[i])
            place([i], history.start[i])
            continue
        source, survivor = lies_in[i], (later["region"], later["hazard_id"])
        whole = later["outcome"] == MERGED or survivor == source
        target = body_of(run, city, lies_in) if survivor == source else survivor
        if source == target:
            continue  # nothing tells what came to it
        part = list(held[source]) if whole else [i]
        history.changes.append(Change(later["outcome"], source, target, survivor, *surest(run, city), part, list(held[target]),
                                      len(history.steps)))
        place(held[target], survivor)
        place(part, survivor)


def run_end(rows, at, lies_in):
    """Behind the last decision of the same merge; one decision otherwise."""
    def told(row):
        _, i, later = row
        return later and (later["outcome"], later["hazard_id"], lies_in.get(i))

    end, (_, i, later) = at + 1, rows[at]
    if later and (later["outcome"] == MERGED or (later["region"], later["hazard_id"]) == lies_in[i]):
        while end < len(rows) and told(rows[end]) == told(rows[at]):
            end += 1
    return end


def surest(run, city):
    """(score, report, the one it was compared with) of the decision with the highest score."""
    row = max(run, key=lambda row: -1_000_000 if row["score_mb"] is None else row["score_mb"])
    return row["score_mb"], city.index[row["region"], row["report_id"]], city.index.get((row["region"], row["member_report_id"]))


def body_of(run, city, lies_in):
    """The hazard of the reports with which those of the part were compared; their own when none is told."""
    part = lies_in[city.index[run[0]["region"], run[0]["report_id"]]]
    compared = [lies_in.get(city.index.get((row["region"], row["member_report_id"]))) for row in run]
    return next((hazard for hazard in compared if hazard not in (None, part)), part)
