#!/usr/bin/env python3
"""Compares what the hub made of a sample city with what the city expects: which records are together, never ids.

Reads expected.json and a database (psql with the usual PG* environment). Prints hazards that were split, merged, or
lack records, wrong numbers of cases and wrong levels; ends with 1 when anything differs.
"""

import argparse
import json
import os
import subprocess
import sys
from collections import Counter, defaultdict

REPORTS_SQL = """
SELECT r.source || '/' || r.record_no, r.region || '/' || coalesce(h.merged_into, r.hazard_id), r.category_code,
       coalesce(r.address_text, ''), coalesce(r.body, '')
  FROM onecase.reports r LEFT JOIN onecase.hazards h ON h.region = r.region AND h.hazard_id = r.hazard_id
"""
CASES_SQL = """
SELECT region || '/' || hazard_id, count(*), min(level) FROM onecase.cases WHERE merged_into IS NULL GROUP BY 1
"""


class Found:
    """What the database says: hazard of each record, its words, and the cases of each hazard."""

    def __init__(self, reports, cases):
        self.hazard_of = {row[0]: row[1] for row in reports if row[1]}
        self.words = {row[0]: " ".join(str(part) for part in row[2:]) for row in reports}
        self.cases = {row[0]: int(row[1]) for row in cases}
        self.levels = {row[0]: int(row[2]) for row in cases if row[2] not in (None, "")}

    def show(self, record):
        return f"{record}  {self.words.get(record, 'not in the database')}"


def differences(expected, found):
    """Readable lines, one group for each hazard that came out otherwise; empty when all is as expected."""
    lines = []
    name_of = {record: h["name"] for h in expected["hazards"] for record in h["records"]}
    records_in = defaultdict(list)
    for record, hazard in sorted(found.hazard_of.items()):
        records_in[hazard].append(record)
    for hazard in expected["hazards"]:
        parts = defaultdict(list)
        for record in hazard["records"]:
            parts[found.hazard_of.get(record)].append(record)
        missing = parts.pop(None, [])
        for record in missing:
            lines.append(f"MISSING {hazard['name']}: {found.show(record)} is in no hazard")
        if len(parts) > 1:
            lines.append(f"SPLIT {hazard['name']} ({hazard['class']}) into {len(parts)}:")
            for one, records in sorted(parts.items()):
                lines.extend([f"  {one}", *(f"    {found.show(record)}" for record in records)])
        elif len(parts) == 1 and not missing:
            lines.extend(wrong_facts(hazard, next(iter(parts)), found))
    for hazard, records in sorted(records_in.items()):
        names = Counter(name_of.get(record, "no hazard of the city") for record in records)
        if len(names) > 1:
            lines.append(f"MERGED {hazard}: {', '.join(sorted(names))}")
            lines.extend(f"    {name_of.get(record, '?')}: {found.show(record)}" for record in records)
    strangers = sorted(record for record in found.hazard_of if record not in name_of)
    lines.extend(f"UNEXPECTED {found.show(record)}" for record in strangers)
    return lines


def wrong_facts(hazard, found_as, found):
    cases = found.cases.get(found_as, 0)
    if cases != hazard["cases"]:
        yield f"CASES {hazard['name']}: {cases} instead of {hazard['cases']} ({found_as})"
    if "level" in hazard and found.levels.get(found_as) != hazard["level"]:
        yield f"LEVEL {hazard['name']}: {found.levels.get(found_as)} instead of {hazard['level']} ({found_as})"


def query(sql):
    done = subprocess.run(["psql", "-XAt", "-v", "ON_ERROR_STOP=1", "-R", "\x1e", "-F", "\x1f", "-c", sql],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"compare: {done.stderr.strip()}")
    return [row.split("\x1f") for row in done.stdout.rstrip("\n").split("\x1e") if row]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("expected", metavar="EXPECTED", help="expected.json, or the folder it lies in")
    options = parser.parse_args()
    path = os.path.join(options.expected, "expected.json") if os.path.isdir(options.expected) else options.expected
    with open(path, encoding="utf-8") as file:
        expected = json.load(file)
    lines = differences(expected, Found(query(REPORTS_SQL), query(CASES_SQL)))
    for line in lines:
        print(line)
    wrong = sum(1 for line in lines if not line.startswith(" "))
    print(f"{len(expected['hazards'])} hazards of {expected['reports']} reports expected, {wrong} differences")
    sys.exit(1 if lines else 0)


if __name__ == "__main__":
    main()
