"""Reports as the hub stored them, beside what the city's truth says of them.

A report is a dict: "key" (SOURCE/RECORD_NO), the CANONICAL columns, what the matcher did ("found": the hazard that holds it
now, "decision": the first one about it), and the truth ("true", "truth": the line of truth.jsonl). Only reports the truth
lists are kept; one that is no hazard in truth is a hazard of its own.

A bucket of vague reports is a hazard that claims no identity: in City.found each of its reports is one by itself, in
City.found_with_buckets they are together.

CANONICAL are the columns of onecase.reports that intake filled: the matcher's own (road, road_no, estate, buildings, unit,
floor, poi, relation, place_role, grams, hazard, case) are not among them, so that a baseline or a peer starts where
onecase starts. A report that was revised since is taken as it was when onecase decided on it (as_decided).
"""

import csv
import json
import sys
from pathlib import Path

import psycopg
from psycopg.rows import dict_row

LABELLED = Path(__file__).resolve().parents[2] / "city" / "labelled"

TIMES = ["found_at", "occurred_at", "reported_at", "recorded_at", "event_at"]
LISTS = ["time_flags", "quoted_nos", "flags"]
CANONICAL = [
    "region", "source", "record_no", "part_no", "kind", "origin_source", "origin_record_no", *TIMES, *LISTS, "channel",
    "finder_kind", "finder_post", "source_category", "category_system", "category_code", "category_confidence", "title",
    "body", "address_text", "place_name", "area_code", "street_code", "community_code", "grid_code", "lon", "lat",
    "coordinate_system", "precision_class", "lift_plate", "equipment_code", "component_code", "device_id", "usc_code",
    "party_name", "reporter_hash", "reporter_kind", "status", "verified", "level", "urgency", "trapped", "injured", "dead",
    "uniform_address_id"]
ASSETS = ["lift_plate", "equipment_code", "component_code", "device_id"]

REPORTS = f"""
select r.report_id, r.hazard_id, r.case_id, r.report_partition, r.report_offset, r.as_decided,
       {", ".join("encode(r.reporter_hash, 'hex') as reporter_hash" if c == "reporter_hash" else f"r.{c}" for c in CANONICAL)}
  from onecase.reports r
"""
# A schema without buckets has none.
HAZARDS = """
select region, hazard_id, merged_into, coalesce(provisional_of, 0) as provisional_of,
       coalesce((to_jsonb(h)->>'bucket')::boolean, false) as bucket
  from onecase.hazards h
"""
# The first decision about a report: what was decided when it arrived.
DECISIONS = """
select distinct on (region, report_id) region, report_id, decision_id, hazard_id, outcome, score_mb, prior_mb, competition_mb, comparisons, levels,
       weights_mb, member_report_id, runner_up_mb, vetoes, keys, sentence, rejected_ids, rejected_mb, rejected_reasons
  from onecase.decisions where actor = 'auto' and outcome <> 'update' order by region, report_id, decision_id
"""
# What became of them later.
LATER = """
select region, decision_id, report_id, hazard_id, outcome, score_mb, member_report_id from onecase.decisions
 where outcome in ('merged', 'moved') and hazard_id is not null order by region, decision_id
"""
CASES = """
select c.region, c.hazard_id, c.case_id, c.level, c.category_code,
       extract(epoch from c.first_occurred_at)::float8 as first_at,
       (select row(extract(epoch from e.event_at)::float8, e.after_value, e.reason_code)::text from onecase.case_events e
         where e.region = c.region and e.case_id = c.case_id and e.kind = 'escalated' order by e.seq desc limit 1) as escalated
  from onecase.cases c
"""
SUMS = """
select count(*) filter (where score_mb is not null),
       count(*) filter (where score_mb is distinct from prior_mb + (select coalesce(sum(w), 0) from unnest(weights_mb) w)
                                                        - competition_mb and score_mb is not null)
  from onecase.decisions where actor = 'auto'
"""


def load_truth_module():
    """tests/city/labelled/truth.py: `resolvable` is the generator's word, never the bench's."""
    sys.path.insert(0, str(LABELLED))
    try:
        import truth
    finally:
        sys.path.remove(str(LABELLED))
    return truth


class City:
    """reports in the order of sending, and what stands beside them."""

    def __init__(self, folder, hub, environment, with_aliases=False):
        """with_aliases: a ledger told the hub which two names are one place, so that pairs it resolves count too."""
        self.folder = Path(folder)
        self.truth_module = load_truth_module()
        self.with_aliases = with_aliases
        self.facts = json.loads((self.folder / "truth.json").read_text(encoding="utf-8"))
        truth = read_truth(self.folder)
        places = stream_places(hub)
        with psycopg.connect("", **connection(environment)) as database:
            rows = fetch(database, REPORTS)
            self.hazards = Hazards(fetch(database, HAZARDS))
            self.later = fetch(database, LATER)
            decisions = {(d["region"], d["report_id"]): d for d in fetch(database, DECISIONS)}
            self.cases = fetch(database, CASES)
            self.sums = database.execute(SUMS).fetchone()
        self.unlisted = sum(f"{row['source']}/{row['record_no']}" not in truth for row in rows)
        for case in self.cases:
            case["hazard_id"] = self.hazards.holder(case["region"], case["hazard_id"])[1]
        self.reports = [whole(row, self.hazards, decisions, truth, places) for row in rows
                        if f"{row['source']}/{row['record_no']}" in truth and row["hazard_id"] is not None]
        self.reports.sort(key=lambda report: report["position"])
        stored = {report["key"] for report in self.reports}
        self.missing = [fact for key, fact in truth.items() if key not in stored]
        index = self.index = {(r["region"], r["report_id"]): i for i, r in enumerate(self.reports)}
        for report in self.reports:
            decision = report["decision"]
            member = decision and decision["member_report_id"]
            report["member"] = index.get((report["region"], member)) if member else None
        self.arrived_ms = [hub.arrived_ms[report["position"]] for report in self.reports]
        self.found_with_buckets = [r["found"] for r in self.reports]
        self.found = [self.hazards.alone(found, i) for i, found in enumerate(self.found_with_buckets)]
        self.true = [r["true"] for r in self.reports]

    def resolvable(self, i, j):
        """Whether two reports of one true hazard hold enough to be told to be one (tests/city/labelled/truth.py)."""
        a, b = self.reports[i]["truth"], self.reports[j]["truth"]
        return self.truth_module.resolvable(a, b, self.facts["aliases"] if self.with_aliases else None)

    def hard_negatives(self):
        """[(kind, hazard, hazard, whether each two of their reports say that they are two)]"""
        return [(pair["kind"], *pair["hazards"], pair["tellable"]) for pair in self.facts["hard_negatives"]]


class Hazards:
    """Hazards by (region, hazard_id): which one holds the reports of another that was merged into it, and which are buckets."""

    def __init__(self, rows):
        self.rows = {(row["region"], row["hazard_id"]): row for row in rows}

    def holder(self, region, hazard_id):
        """The hazard at the end of a -> b -> c, itself when it was not merged."""
        passed = []
        while (row := self.rows.get((region, hazard_id))) and row["merged_into"]:
            passed.append(hazard_id)
            hazard_id = row["merged_into"]
            if hazard_id in passed:
                raise SystemExit(f"hazards of {region} are merged in a circle: {' -> '.join(map(str, [*passed, hazard_id]))}")
        return region, hazard_id

    def merged(self, hazard):
        """Whether this very hazard went into another."""
        return hazard in self.rows and self.rows[hazard]["merged_into"] is not None

    def bucket(self, hazard):
        return hazard in self.rows and self.rows[hazard]["bucket"]

    def twin_of(self, hazard):
        """hazard_id of the one that this is provisional of; 0 none."""
        twin = self.rows[hazard]["provisional_of"] if hazard in self.rows else 0
        return self.holder(hazard[0], twin)[1] if twin else 0

    def alone(self, hazard, report):
        """The hazard, or the report by itself when it is a bucket."""
        return (*hazard, report) if self.bucket(hazard) else hazard


def connection(environment):
    return {"host": environment["PGHOST"], "port": environment["PGPORT"], "dbname": environment["PGDATABASE"],
            "user": environment["PGUSER"], "passfile": environment["PGPASSFILE"]}


def fetch(database, sql):
    with database.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(sql).fetchall()


def read_truth(folder):
    with open(folder / "truth.jsonl", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return {f"{row['source']}/{row['record_no']}": row for row in rows}


def stream_places(hub):
    """{(partition, offset): (position, value)} of the records on the onecase.report the matcher read."""
    ends, places = {}, {}
    for position, (partition, _, value, _) in enumerate(hub.reported):
        offset = ends.get(partition, 0)
        places[partition, offset] = (position, value)
        ends[partition] = offset + 1
    return places


def whole(row, hazards, decisions, truth, places):
    key = f"{row['source']}/{row['record_no']}"
    if row["as_decided"]:
        row |= as_decided(json.loads(row["as_decided"]))
    position, value = places[row.pop("report_partition"), row.pop("report_offset")]
    fact, found = truth[key], hazards.holder(row["region"], row["hazard_id"])
    row |= {"key": key, "position": position, "value": value.decode(), "truth": fact, "found": found, "hazard_id": found[1],
            "provisional_of": hazards.twin_of(found),
            "true": fact["hazard"] if fact["hazard"] is not None else f"none {key}",
            "decision": decisions.get((row["region"], row["report_id"]))}
    return row


def as_decided(kept):
    """The columns of evidence of before the first revision, in the types of the row."""
    from datetime import datetime
    columns = {}
    for name, value in kept.items():
        if name not in CANONICAL:
            continue
        if name in TIMES and value is not None:
            value = datetime.fromisoformat(value)
        if name == "reporter_hash" and value is not None:
            value = value.removeprefix("\\x")
        columns[name] = value
    return columns


def canonical_rows(city):
    """[{column: value}] of CANONICAL and "key", in the order of sending: what a batch peer is given."""
    return [{"key": report["key"]} | {name: report[name] for name in CANONICAL} for report in city.reports]


def write_csv(city, path):
    """canonical_rows as CSV for DuckDB or pandas: lists joined by |, times ISO with zone, absent empty."""
    def text(value):
        if value is None:
            return ""
        if isinstance(value, list):
            return "|".join(value)
        return value.isoformat() if hasattr(value, "isoformat") else value

    with open(path, "w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["key", *CANONICAL])
        for row in canonical_rows(city):
            writer.writerow([text(value) for value in row.values()])


def write_probe_file(city, path):
    """The reports as linkage_probe wants them, with their JSON as intake wrote it. Returns the true hazards' numbers."""
    numbers = {}
    with open(path, "w", encoding="utf-8") as out:
        for report in city.reports:
            number = numbers.setdefault(report["true"], len(numbers) + 1)
            event_us = round(report["event_at"].timestamp() * 1_000_000)
            fields = (report["region"], report["report_id"], report["hazard_id"], report["provisional_of"], event_us, number,
                      report["source"], report["value"])
            out.write("\t".join(str(one) for one in fields) + "\n")
    return numbers
