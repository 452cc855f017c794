"""How well onecase finds repeated reports of one hazard.

Makes labelled cities (tests/city/labelled), starts a Kafka and a PostgreSQL of its own, runs the real hub on each city
(topics, intake with deploy/sources, matcher with deploy/model), reads what it decided, and ends the servers, after Ctrl-C
too. Everything is measured against the truth the generator wrote (linkage.md 5), with cluster-bootstrap intervals.

  against       the same matcher with oracle weights (linkage_bench/oracle.py says what that is), and simple baselines on the
                very fields that intake produced; with --splink a peer, with --shuffle the matcher itself on other orders
  development   seeds weights and thresholds may be chosen on; judging seeds never: their oracle weights are not told, their
                worst mistakes only when --worst asks for it

Same seed, day and model: same figures.
"""

import argparse
import datetime
import json
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench_servers import PROJECT, Stage, build, end_on_sigterm, run, say, servers
from linkage_bench import baselines, ceiling, oracle, shuffle, splink_peer
from linkage_bench.dataset import LABELLED, City, write_csv
from linkage_bench.hub import Hub, load_ledgers
from linkage_bench.measure import gain, measure, pair_figures, paired, recall_share, subsets
from linkage_bench.model import Model
from linkage_bench.probe import Probe
from linkage_bench.report import show, show_mean, show_oracle, show_worst

WORST = 10
LEDGERS = ["assets.csv", "places.csv"]


def main():
    options = arguments()
    end_on_sigterm()
    seeds = json.loads((LABELLED / "seeds.json").read_text(encoding="utf-8"))
    chosen = ["_city"] if options.city else choose(options.seeds, seeds)
    build("intake", "matcher", "onecase", "linkage_probe")
    results, started = {}, time.monotonic()
    with tempfile.TemporaryDirectory(prefix="onecase-bench-") as folder, servers() as environment:
        bench = Bench(options, environment, Path(folder))
        if options.tune_baselines:
            bench.tune([seed for seed in chosen if seed not in seeds["judging"]])
            return
        for seed in chosen:
            results[seed] = bench.run(seed, judging=seed in seeds["judging"])
    if len(results) > 1 and not options.json:
        show_mean(results)
    if options.json:
        print(json.dumps({str(seed): figures for seed, figures in results.items()}, ensure_ascii=False, default=str))
    say(f"took {time.monotonic() - started:.0f} s")


def arguments():
    parser = argparse.ArgumentParser(prog="tests/bench/linkage", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reports", type=int, default=20_000, metavar="N", help="of each city (default 20000)")
    parser.add_argument("--seeds", default="first", metavar="dev|judging|N,N",
                        help="cities to make (default: the first development seed)")
    parser.add_argument("--ledger", action="store_true", help="give the hub the city's partial, dirty ledgers of assets and places")
    parser.add_argument("--city", type=Path, metavar="DIR", help="a city that was made already, instead of seeds")
    parser.add_argument("--until", type=datetime.date.fromisoformat, metavar="DATE",
                        default=datetime.datetime.now(datetime.timezone.utc).date() - datetime.timedelta(days=2),
                        help="the day the cities end before (default the day before yesterday: Kafka takes no record from the "
                             "future, and what is older than 400 days the hub does not believe)")
    parser.add_argument("--model", type=Path, default=PROJECT / "deploy/model/onecase.cfg", metavar="FILE",
                        help="another model file, beside its words and idf")
    parser.add_argument("--no-oracle", action="store_true", help="leave out the oracle weights")
    parser.add_argument("--no-baselines", action="store_true", help="leave out the simple baselines")
    parser.add_argument("--shuffle", type=int, nargs="?", const=1, default=0, metavar="N",
                        help="also decide on the same records in N other orders (1), each day's shuffled, and compare")
    parser.add_argument("--splink", action="store_true", help="also the peer, Splink 4 (a minute or two more for each city)")
    parser.add_argument("--tune-baselines", action="store_true",
                        help="choose the baselines' thresholds on the seeds (never judging ones) and write tuned.json")
    parser.add_argument("--worst", type=int, metavar="N", help=f"worst mistakes to explain (default {WORST}; 0 on judging seeds)")
    parser.add_argument("--export", type=Path, metavar="DIR",
                        help="write the canonical fields there as SEED.csv, and each report's found and true hazard as SEED.truth.csv")
    parser.add_argument("--json", action="store_true", help="the figures as one JSON object")
    options = parser.parse_args()
    if options.reports < 100:
        parser.error("--reports is at least 100")
    if options.shuffle < 0:
        parser.error("--shuffle is at least 0")
    if not options.model.is_file():
        parser.error(f"--model: no file \"{options.model}\"")
    if options.city and not (options.city / "truth.json").is_file():
        parser.error(f"--city: \"{options.city}\" holds no truth.json; tests/city/labelled/make.py makes such a folder")
    options.model = options.model.resolve()
    return options


def choose(words, seeds):
    if words == "first":
        return seeds["development"][:1]
    if words in ("dev", "development"):
        return seeds["development"]
    if words == "judging":
        return seeds["judging"]
    try:
        return [int(word) for word in words.split(",")]
    except ValueError:
        sys.exit(f"linkage: --seeds: expected dev, judging or numbers, found \"{words}\"")


class Bench:
    def __init__(self, options, environment, folder):
        self.options, self.environment, self.folder = options, environment, folder
        self.model = Model(options.model)

    def make(self, seed):
        if self.options.city:
            return self.options.city
        folder = self.folder / f"city-{seed}"
        say(f"making a city of {self.options.reports} reports with seed {seed}")
        run(sys.executable, LABELLED / "make.py", "--reports", self.options.reports, "--seed", seed, "--until",
            self.options.until.isoformat(), *(["--ledger"] if self.options.ledger else []), folder)
        return folder

    def model_for(self, seed, ledgers):
        """The model; with ledgers a copy that names their snapshots, which are the same in every database."""
        if not ledgers:
            return self.options.model
        say(f"s{seed}: ledgers")
        stage = Stage(f"s{seed}_ledgers", self.environment, self.folder)
        model = Model(self.options.model)
        model.name_ledgers(load_ledgers(ledgers, self.options.model, stage.environment))
        return model.write(self.folder / f"model-{seed}")

    def decided(self, seed):
        """A Run, with its city decided on."""
        hub = Hub(f"s{seed}", self.environment, self.folder)
        folder = self.make(seed)
        ledgers = [folder / name for name in LEDGERS] if self.options.ledger else []
        model = self.model_for(seed, ledgers)
        hub.feed(folder)
        environment = hub.decide("main", model, ledgers)
        return Run(hub, environment, City(folder, hub, environment, bool(ledgers)), model, ledgers)

    def run(self, seed, judging):
        one, options = self.decided(seed), self.options
        city, kept = one.city, subsets(one.city)
        work = self.folder / f"work-{seed}"
        work.mkdir()
        probe = Probe(city, work, one.model, one.environment)
        say(f"s{seed}: measuring")
        figures = measure(city, probe, self.model)
        if not options.no_baselines:
            say(f"s{seed}: baselines")
            found = baselines.run_all(city.reports, self.model.radius_of)
            figures["baselines"] = {name: pair_figures(labels, city.true, kept) for name, labels in found.items()}
        if options.splink:
            say(f"s{seed}: Splink")
            tuned = json.loads(baselines.TUNED.read_text(encoding="utf-8"))
            found = splink_peer.run(city.reports, self.model.radius_of, self.model.scope_of, tuned)
            figures["peers"] = {name: pair_figures(labels, city.true, kept) for name, labels in found.items()}
            figures["gains"] = {name: paired(city.found, labels, city.true, gain) for name, labels in found.items()}
        if not options.no_oracle:
            figures["oracle"] = with_oracle(one, probe, work)
            if judging:
                for name in ("own", "oracle"):
                    del figures["oracle"]["thresholds"][name]  # nobody shall set a weight or a threshold by them
                del figures["oracle"]["weights"]
        figures["shuffles"] = [in_another_order(one, number) for number in range(1, options.shuffle + 1)]
        if options.export:
            export(city, options.export, seed)
        if not options.json:
            show(seed, figures)
            if figures.get("oracle", {}).get("weights"):
                show_oracle(figures["oracle"]["weights"])
            worst = options.worst if options.worst is not None else 0 if judging else WORST
            if worst:
                show_worst(city, one.environment, worst)
            sys.stdout.flush()
        return figures

    def tune(self, seeds):
        cities = []
        for seed in seeds:
            city = self.decided(seed).city
            cities.append((city.reports, city.true))
        say("choosing thresholds")
        before = json.loads(baselines.TUNED.read_text(encoding="utf-8")) if baselines.TUNED.exists() else {}
        chosen = before | baselines.tune(cities, self.model.radius_of)
        if self.options.splink:
            chosen |= splink_peer.tune(cities, self.model.radius_of, self.model.scope_of)
        chosen["seeds"], chosen["reports"] = seeds, self.options.reports
        baselines.TUNED.write_text(json.dumps(chosen, indent=1) + "\n", encoding="utf-8")
        print(baselines.TUNED.read_text(encoding="utf-8"), end="")


@dataclass
class Run:
    """A city that the hub has decided on."""
    hub: Hub
    environment: dict
    city: City
    model: Path
    ledgers: list


def with_oracle(one, probe, work):
    say(f"{one.hub.name}: oracle weights")
    model, table = oracle.make(one.city, probe, one.model, work / "oracle")
    say(f"{one.hub.name}: other thresholds")
    (work / "thresholds").mkdir()
    better = City(one.city.folder, one.hub, one.hub.decide("oracle", model, one.ledgers), bool(one.ledgers))
    return {"pairs": pair_figures(better.found, better.true, subsets(better)),
            "thresholds": ceiling.measure(one.city, probe, one.model, model, work / "thresholds"),
            "recall_share": paired(one.city.found, better.found, better.true, recall_share),
            "weights": [dict(zip(("comparison", "level", "m", "u", "before_mb", "now_mb"), row)) for row in table]}


def in_another_order(one, number):
    say(f"{one.hub.name}: order {number}")
    hub = one.hub.shuffled(number)
    other = City(one.city.folder, hub, hub.decide("main", one.model, one.ledgers), bool(one.ledgers))
    return shuffle.compare(one.city, other)


def export(city, folder, seed):
    os.makedirs(folder, exist_ok=True)
    write_csv(city, folder / f"{seed}.csv")
    with open(folder / f"{seed}.truth.csv", "w", encoding="utf-8") as out:
        out.write("key,found,true\n")
        for report in city.reports:
            out.write(f"{report['key']},{report['found'][0]}/{report['found'][1]},{report['true']}\n")


if __name__ == "__main__":
    sys.argv[0] = "linkage"
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
