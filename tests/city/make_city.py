#!/usr/bin/env python3
"""Makes the sample city: what four departments of an invented city send in a hundred days, and what it should become.

Writes, into DIR: <topic>.jsonl for each of the four topics, one line a record in the order of sending
({"key", "value_base64", "timestamp_ms"}), sent.json (counts), expected.json (hazards, ignored, dead).
The same seed and date give the same bytes.
"""

import argparse
import base64
import datetime
import json
import os
import sys
from collections import Counter

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from city_feeds import TOPICS  # noqa: E402
from city_filler import make_filler  # noqa: E402
from city_reports import Bench  # noqa: E402
from city_scenarios import make_scenarios  # noqa: E402
from city_traffic import OUTCOMES, Traffic  # noqa: E402

REPORTS = 200


def make(seed, until):
    """(bench, messages in the order of sending) for a seed and the day the sample ends before (local midnight)."""
    bench = Bench(seed, until)
    make_scenarios(bench)
    make_filler(bench, REPORTS)
    traffic = Traffic(bench)
    messages = traffic.make()
    bench.milestones = traffic.milestones
    return bench, messages


def expected(bench, messages):
    by_topic = {topic: [m for m in messages if m.topic == topic] for topic in TOPICS.values()}
    counts = {}
    for topic, sent in by_topic.items():
        kinds = Counter(m.outcome for m in sent)
        counts[topic] = {"records": len(sent), **{k: kinds[k] for k in OUTCOMES}}
    hazards = []
    for hazard in bench.hazards:
        one = {"name": hazard.name, "class": hazard.klass, "region": hazard.district.region, "cases": 1,
               "records": sorted(r.key for r in hazard.reports)}
        if hazard.level:
            one["level"] = hazard.level
        hazards.append(one)
    return {
        "hazards": hazards,
        "reports": sum(len(h.reports) for h in bench.hazards),
        "inspections": sorted(f"MKT12315/{m.key}" for m in messages if m.outcome == "inspection"),
        "ignored": dict(sorted(Counter(m.detail for m in messages if m.outcome == "ignored").items())),
        "dead": [
            {"topic": topic, "index": i, "key": m.key, "stage": m.detail[0], "rule": m.detail[1], "why": m.note}
            for topic, sent in sorted(by_topic.items()) for i, m in enumerate(sent) if m.outcome == "dead"
        ],
        "repeated": [{"topic": m.topic, "key": m.key, "how": m.note} for m in messages if m.note in ("re-sent", "updated")],
        "personal": sorted({r.reporter for h in bench.hazards for r in h.reports if r.reporter}),
        "milestones": {name: int(at.timestamp() * 1000) for name, at in bench.milestones.items()},
        "counts": counts,
    }


def write(directory, bench, messages):
    os.makedirs(directory, exist_ok=True)
    for topic in TOPICS.values():
        with open(os.path.join(directory, topic + ".jsonl"), "w", encoding="utf-8") as out:
            for m in messages:
                if m.topic == topic:
                    line = {"key": m.key, "value_base64": base64.b64encode(m.value).decode(),
                            "timestamp_ms": int(m.at.timestamp() * 1000)}
                    out.write(json.dumps(line) + "\n")
    truth = expected(bench, messages)
    for name, content in (("expected.json", truth), ("sent.json", truth["counts"])):
        with open(os.path.join(directory, name), "w", encoding="utf-8") as out:
            json.dump(content, out, ensure_ascii=False, indent=1)
            out.write("\n")
    return truth


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1, help="another seed, another city (default 1)")
    parser.add_argument("--until", type=datetime.date.fromisoformat, metavar="DATE",
                        default=datetime.datetime.now(datetime.timezone.utc).date(),
                        help="all events lie before this day begins (default today)")
    parser.add_argument("--out", required=True, metavar="DIR", help="folder to write into, made when missing")
    options = parser.parse_args()
    truth = write(options.out, *make(options.seed, options.until))
    records = sum(c["records"] for c in truth["counts"].values())
    print(f"{records} records of {len(truth['counts'])} departments: {truth['reports']} reports of "
          f"{len(truth['hazards'])} hazards, {sum(truth['ignored'].values())} ignored, {len(truth['dead'])} broken, in {options.out}")


if __name__ == "__main__":
    main()
