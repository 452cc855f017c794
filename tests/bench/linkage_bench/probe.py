"""linkage_probe on the reports of a city: what blocking reaches, and the levels of pairs. See tests/bench/linkage_probe.c."""

from collections import Counter

from bench_servers import BIN, PROJECT, run
from linkage_bench.dataset import write_probe_file


class Probe:
    def __init__(self, city, folder, model, environment):
        """environment: of the database, for the ledgers that the model names."""
        self.city, self.folder, self.model, self.environment = city, folder, model, environment
        self.reports = folder / "probe-reports.tsv"
        write_probe_file(city, self.reports)

    def ask(self, command, *arguments, model=None):
        return [line.split("\t") for line in
                run(BIN / "linkage_probe", command, model or self.model, self.reports, *arguments, cwd=PROJECT, env=self.environment)
                .splitlines()]

    def blocking(self):
        """Earlier reports of the same true hazard: how many pairs, how many of them were reached, how many share a key."""
        pairs = reached = sharing = 0
        candidates, generic, kinds, lost = [], 0, {}, []
        for row in self.ask("blocking"):
            if row[0] == "kind":
                kinds[row[1]] = {"shared": int(row[2]), "alone": int(row[3])}
                continue
            index, found, general, partners, near, alike = (int(cell) for cell in row)
            pairs, reached, sharing = pairs + partners, reached + near, sharing + alike
            candidates.append(found)
            generic += general > 0
            if partners and not near:
                lost.append(index)
        candidates.sort()
        count = max(len(candidates), 1)
        return {"pairs": pairs, "reached": reached / pairs if pairs else 1.0, "sharing": sharing / pairs if pairs else 1.0,
                "repeats_lost": len(lost), "candidates_mean": sum(candidates) / count,
                "candidates_p99": candidates[int(0.99 * (count - 1))] if candidates else 0,
                "at_most": sum(c >= 200 for c in candidates), "with_generic_key": generic, "kinds": kinds}

    def decide(self, model):
        """The found hazard of each report by another model; a report in a bucket is one by itself, as in City.found."""
        found = []
        for row in self.ask("decide", model=model):
            if row[0] == "moved":
                continue
            index, hazard, bucket = int(row[0]), row[1], int(row[5])
            label = (self.city.reports[index]["region"], int(hazard))
            found.append((*label, index) if bucket else label)
        return found

    def describe(self):
        """[(index, class, its confidence, the place named)] of each report."""
        return self.ask("describe")

    def pairs(self, pairs):
        """[(later, earlier, total_mb, {comparison: level}, vetoes)] of pairs of indices. Of a comparison with several items the
        first counts: place, before crowding and what the coarser side adds."""
        path = self.folder / "probe-pairs.tsv"
        path.write_text("".join(f"{later} {earlier}\n" for later, earlier in pairs), encoding="utf-8")
        answers = []
        for later, earlier, total, items, vetoes in self.ask("pairs", path):
            levels = {}
            for item in items.split(","):
                comparison, level, _ = item.split(":")
                levels.setdefault(comparison, level)
            answers.append((int(later), int(earlier), int(total), levels, [v for v in vetoes.split(",") if v]))
        return answers

    def random(self, count, seed):
        """(pairs drawn, Counter of (comparison, level)) of random pairs of two true hazards of one region."""
        drawn, levels = 0, Counter()
        for comparison, level, times in self.ask("random", str(count), str(seed)):
            if comparison == "pairs":
                drawn = int(times)
            else:
                levels[comparison, level] = int(times)
        return drawn, levels
