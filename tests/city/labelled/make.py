#!/usr/bin/env python3
"""Makes a labelled city: what six departments of an invented city send, and the truth about every report.

Writes into DIR: <topic>.jsonl for each topic, one line a record in the order of sending ({"key", "value_base64",
"timestamp_ms"}; tests/city/send.py sends them), truth.jsonl (one line a report), truth.json (storms, hard negatives, aliases,
counts, parameters), and with --ledger assets.csv and places.csv. The same arguments give the same bytes.
"""

import argparse
import base64
import datetime
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from chance import stream  # noqa: E402
from feeds import TOPICS, ZONE  # noqa: E402
from flow import Flow  # noqa: E402
from ledger import Ledger  # noqa: E402
from noise import Noise  # noqa: E402
from people import People  # noqa: E402
from plan import Planner  # noqa: E402
from record import truth_json, truth_line  # noqa: E402
from scenes import RATES, Scenes  # noqa: E402
from sites import Sites  # noqa: E402
from storms import Storms  # noqa: E402
from tell import Tellers  # noqa: E402
from words import Words  # noqa: E402
from world import World  # noqa: E402

UNTIL = datetime.date(2026, 11, 20)
REPORTS_PER_STORM = 800
LEAST_REPORTS = 200


class City:
    """All of a made city; messages are in the order of sending."""

    def __init__(self, reports, seed, until=UNTIL, days=180):
        self.parameters = {"reports": reports, "seed": seed, "until": until.isoformat(), "start_days": days}
        start = datetime.datetime.combine(until, datetime.time(), ZONE) - datetime.timedelta(days=days)
        self.world = World(stream(seed, "world"), reports)
        self.people = People(self.world, stream(seed, "people"), reports)
        self.words = Words()
        self.planner = Planner(self.world, Sites(self.world, stream(seed, "sites")), self.people, self.words,
                               stream(seed, "hazards"), days)
        self.storms = Storms(self.planner, stream(seed, "storms"))
        self.scenes = Scenes(self.planner, stream(seed, "scenes"))
        self.tellers = Tellers(self.world, self.people, self.words, stream(seed, "reports"), start)
        self.flow = Flow(self.planner, self.tellers, stream(seed, "flow"))
        self._plan(reports)
        self.flow.word()
        self.flow.send()
        self.flow.break_down(days)
        self.messages = self.flow.in_order()

    def _plan(self, reports):
        """Storms and scenes first, ordinary hazards until the reports are enough."""
        for _ in range(max(1, round(reports / REPORTS_PER_STORM))):
            self.storms.storm()
        for kind, rate in RATES.items():
            for _ in range(max(1, round(reports * rate / 1000))):
                self.scenes.scene(kind)
        while self.planner.reports < reports * 0.935:
            self.planner.ordinary(10_000)
        self.flow.write_times()
        self.flow.extend()
        while self.planner.reports < reports:
            self.planner.ordinary(reports - self.planner.reports)
        Noise(self.planner, stream(self.parameters["seed"], "noise")).make(reports)
        self.flow.write_times()
        self.flow.quote_others()


    def reports(self):
        """Sheets that give a report, or may (questions, litter, disputes: when their words alarm), in the order of sending."""
        return sorted((made for made in self.flow.sheets if made.told.kind != "drill"), key=lambda made: made.sent_at)


def write_lines(path, rows):
    with open(path, "w", encoding="utf-8") as out:
        for row in rows:
            out.write(json.dumps(row, ensure_ascii=False) + "\n")


def write(directory, city, ledger=False):
    os.makedirs(directory, exist_ok=True)
    start_ms = int(city.tellers.start.timestamp() * 1000)
    for source, topic in TOPICS.items():
        write_lines(os.path.join(directory, topic + ".jsonl"),
                    ({"key": m.key, "value_base64": base64.b64encode(m.value).decode(), "timestamp_ms": start_ms + int(m.at * 1000)}
                     for m in city.messages if m.source == source))
    write_lines(os.path.join(directory, "truth.jsonl"), (truth_line(city, made) for made in city.reports()))
    with open(os.path.join(directory, "truth.json"), "w", encoding="utf-8") as out:
        json.dump(truth_json(city), out, ensure_ascii=False, indent=1)
        out.write("\n")
    if ledger:
        until = datetime.date.fromisoformat(city.parameters["until"])
        Ledger(city.world, stream(city.parameters["seed"], "ledger"), until).write(directory)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reports", type=int, default=2000, metavar="N",
                        help="records that report a hazard, copies included (default 2000)")
    parser.add_argument("--seed", type=int, default=11, metavar="S", help="another seed, another city; see seeds.json (default 11)")
    parser.add_argument("--until", type=datetime.date.fromisoformat, default=UNTIL, metavar="DATE",
                        help=f"all events lie before this day begins (default {UNTIL})")
    parser.add_argument("--start-days", type=int, default=180, metavar="D",
                        help="hazards begin within so many days before it (default 180)")
    parser.add_argument("--ledger", action="store_true", help="also write a partial, dirty ledger of assets and places")
    parser.add_argument("directory", metavar="DIR", help="folder to write into, made when missing")
    options = parser.parse_args()
    if options.reports < LEAST_REPORTS:
        parser.error(f"--reports {options.reports} is less than {LEAST_REPORTS}: a storm alone has dozens")
    try:
        os.makedirs(options.directory, exist_ok=True)  # before a long making ends in vain
    except OSError as error:
        parser.error(f"cannot make the folder {options.directory}: {error.strerror}")
    city = City(options.reports, options.seed, options.until, options.start_days)
    write(options.directory, city, options.ledger)
    print(f"{len(city.messages)} records of {len(TOPICS)} departments: {city.planner.reports} reports of "
          f"{sum(hazard.real for hazard in city.planner.hazards)} hazards, "
          f"{len(city.storms.storms)} storms, in {options.directory}")


if __name__ == "__main__":
    main()
