"""The peer: Splink 4 on DuckDB, over the same canonical fields, as its best user would set it up.

A batch that sees the whole city at once. Features are those of splink_features; comparisons are custom levels in SQL; u comes
from random pairs, m by EM over several blocks. A comparison whose columns stand in the blocking rule is not trained there,
so each is trained in a block that leaves it free, and the levels that storms mislead EM about (another building of the same
estate, another asset) keep an m that is set by hand. Two ways of clustering:

  components   connected components above a threshold
  greedy       best pair first; two clusters join when no veto stands between them and the average weight of all their pairs,
               those never compared counted as UNSEEN, is high enough

Thresholds are those of tuned.json, found on development seeds (`tests/bench/linkage --tune-baselines --splink`).
"""

import logging
import re
from collections import defaultdict

from linkage_bench.baselines import Components
from linkage_bench.metrics import pair_scores
from linkage_bench.splink_features import features

NAMES = ["splink_components", "splink_greedy"]
COMPONENT_BITS = [round(-2 + 1.0 * i, 1) for i in range(15)]
GREEDY_BITS = [round(-2 + 1.0 * i, 1) for i in range(9)]
AVERAGES = [-4.0, -2.0, 0.0, 2.0]
WORTH_BITS = -6.0
UNSEEN = -4.0
RANDOM_PAIRS = 2_000_000
# Of columns that may be empty in a whole city.
COLUMN_TYPES = {name: "varchar" for name in (
    "estate", "road", "no", "first_building", "unit", "room", "asset", "usc", "party", "reporter", "tile_a", "tile_b")}
COLUMN_TYPES |= {"buildings": "varchar[]", "lon": "double", "lat": "double"}
TRAINING_LEAST = 200  # pairs in a block, for EM to be of use
SEED = 20261126

def sql(text):
    """l.x and r.x of the page in Splink's columns x_l and x_r."""
    return re.sub(r"\b([lr])\.(\w+)", r'"\2_\1"', text)


DISTANCE = sql("(6371008.8 * sqrt(pow(radians(l.lat - r.lat), 2) + pow(radians(l.lon - r.lon) * cos(radians((l.lat + r.lat) / 2)), 2)))")
REACH = sql("(greatest(l.radius, r.radius) + sqrt(l.error * l.error + r.error * r.error))")
POINTS = sql("(l.lon is not null and r.lon is not null and greatest(l.error, r.error) <= 100)")
SAME_ESTATE = sql("(l.estate = r.estate)")
SAME_DOOR = sql("(l.road = r.road and l.no = r.no)")
SAME_HOUSE = sql("(list_has_any(l.buildings, r.buildings))")
SAME_SITE = f"({SAME_ESTATE} or {SAME_DOOR})"
BOTH_HOUSES = sql("(l.buildings is not null and r.buildings is not null)")
AREA = sql("(l.area and r.area)")
APART = sql("abs(l.event_s - r.event_s)")
VOLATILE = sql("(l.volatile and r.volatile and l.family = r.family)")
NEAR_SITE = f"({SAME_ESTATE} or {sql('l.road = r.road')} or ({POINTS} and {DISTANCE} <= 400))"
COSINE = sql("array_cosine_similarity(l.words, r.words)")


def level(condition, label, m, fixed=False, u=None):
    """m and u are where training starts, and what stays where there is nothing to train on."""
    found = {"sql_condition": condition, "label_for_charts": label, "m_probability": m, "fix_m_probability": fixed}
    return found if u is None else found | {"u_probability": u}


def missing(condition, label="nothing to compare"):
    return {"sql_condition": condition, "label_for_charts": label, "is_null_level": True}


def comparison(name, *levels):
    """The levels and one for all the rest, which has what probability they leave."""
    named = [one for one in levels if not one.get("is_null_level")]
    rest = level("ELSE", "all other", max(0.001, 1 - sum(one["m_probability"] for one in named)))
    if all("u_probability" in one for one in named):
        rest["u_probability"] = 1 - sum(one["u_probability"] for one in named)
    return {"output_column_name": name, "comparison_levels": [*levels, rest]}


def comparisons():
    return [
        comparison(
            "place",
            missing(sql("(l.estate is null or r.estate is null) and (l.road is null or r.road is null) and not ") + POINTS),
            level(f"{SAME_SITE} and {SAME_HOUSE} and {sql('l.unit = r.unit')}", "same unit", 0.10),
            level(f"{SAME_SITE} and {SAME_HOUSE} and not coalesce({sql('l.unit <> r.unit')}, false)", "same building", 0.22),
            level(f"{SAME_SITE} and {SAME_HOUSE}", "other unit", 0.01, True),
            level(f"{SAME_ESTATE} and {BOTH_HOUSES} and {AREA}", "other building, area", 0.06),
            level(f"{SAME_ESTATE} and {BOTH_HOUSES}", "other building", 0.004, True),
            level(f"{POINTS} and {DISTANCE} <= 20", "20 m", 0.08),
            level(f"{SAME_DOOR} and not {BOTH_HOUSES}", "same door", 0.10),
            level(f"{POINTS} and {DISTANCE} <= {REACH} / 2", "half the reach", 0.10),
            level(f"{POINTS} and {DISTANCE} <= {REACH}", "the reach", 0.08),
            level(SAME_ESTATE, "same estate", 0.20),
            level(sql("l.road = r.road and (l.no is null or r.no is null)"), "same road", 0.08),
            level(f"{POINTS} and {DISTANCE} <= 2 * {REACH}", "twice the reach", 0.03)),
        comparison(
            "asset",
            missing(sql("l.asset is null or r.asset is null or split_part(l.asset, ':', 1) <> split_part(r.asset, ':', 1)")),
            level(sql("l.asset = r.asset"), "same", 0.93, u=1e-5),
            level(sql("levenshtein(l.asset, r.asset) = 1"), "one digit off", 0.02, u=2e-4),
        ),
        comparison(
            "class",
            level(sql("l.leaf = r.leaf and l.code = r.code"), "words and code", 0.55),
            level(sql("l.leaf = r.leaf"), "words", 0.30),
            level(sql("l.family = r.family or l.code = r.leaf or l.leaf = r.code"), "family", 0.10),
            level(sql("l.leaf[1] = r.leaf[1]"), "group", 0.02)),
        comparison(
            "text",
            missing(sql("l.length < 14 or r.length < 14")),
            *(level(f"{COSINE} >= {least}", f"{least} alike", m) for least, m in
              ((0.6, 0.1), (0.45, 0.15), (0.33, 0.2), (0.24, 0.2), (0.16, 0.15), (0.08, 0.1)))),
        comparison(
            "time",
            level(f"{VOLATILE} and {APART} <= 1800", "storm, half an hour", 0.1),
            level(f"{VOLATILE} and {APART} <= 14400", "storm, four hours", 0.15),
            level(f"{VOLATILE} and {APART} <= 86400", "storm, a day", 0.05),
            level(VOLATILE, "storm, later", 0.02),
            level(f"{APART} <= 86400", "a day", 0.2),
            level(f"{APART} <= 604800", "a week", 0.2),
            level(f"{APART} <= 2592000", "a month", 0.15),
            level(f"{APART} <= 7776000", "three months", 0.1)),
        comparison(
            "storm",
            level(f"{VOLATILE} and {APART} <= 14400 and {NEAR_SITE}", "together", 0.25)),
        comparison(
            "reporter",
            missing(sql("l.reporter is null or r.reporter is null")),
            level(sql("l.reporter = r.reporter"), "same", 0.2)),
        comparison(
            "party",
            missing(sql("(l.usc is null or r.usc is null) and (l.party is null or r.party is null)")),
            level(sql("l.usc = r.usc and coalesce(l.party = r.party, true)"), "same branch", 0.6, u=2e-5),
            level(sql("l.party = r.party"), "same name", 0.2, u=2e-5),
            level(sql("l.usc = r.usc"), "same code", 0.05, u=2e-4)),
        comparison(
            "quoted",
            level(sql("list_has_any(l.numbers, r.numbers)"), "one names the other", 0.06, True, u=2e-7)),
    ]


RULES = [
    "l.asset = r.asset", "l.estate = r.estate and l.family = r.family", "l.estate = r.estate and l.first_building = r.first_building",
    "l.road = r.road and l.no = r.no", "l.road = r.road and l.family = r.family", "l.tile_a = r.tile_a and l.family = r.family",
    "l.tile_b = r.tile_b and l.family = r.family", "l.usc = r.usc", "l.party = r.party", "l.reporter = r.reporter and l.family = r.family",
    "l.hours = r.hours and l.family = r.family and l.volatile and r.volatile",
    "l.hours_b = r.hours_b and l.family = r.family and l.volatile and r.volatile"]
# Each leaves free what the ones before could not train.
TRAINED_IN = ["l.estate = r.estate and l.first_building = r.first_building and l.family = r.family", "l.asset = r.asset",
              "l.reporter = r.reporter and l.leaf = r.leaf", "l.tile_a = r.tile_a and l.leaf = r.leaf"]


class Peer:
    """All that is known of one city; cluster() at will."""

    def __init__(self, reports, radius_of, scope_of):
        self.rows, words = features(reports, radius_of, scope_of)
        self.pairs = sorted(self._pairs(words), reverse=True)

    def _pairs(self, words):
        import duckdb
        import pandas
        from splink import DuckDBAPI, Linker
        from splink.blocking_rule_library import CustomRule, block_on
        logging.getLogger("splink").setLevel(logging.CRITICAL)  # it speaks of every round of EM; importing it sets a level
        table = pandas.DataFrame(self.rows)
        table["words"] = list(words)
        connection = duckdb.connect()
        connection.register("given", table)
        types = {"words": f"float[{words.shape[1]}]", **COLUMN_TYPES}
        casts = ", ".join(f'"{name}"::{kind} as "{name}"' for name, kind in types.items())
        connection.execute(f"create table reports as select * replace ({casts}) from given")
        rules = [CustomRule(f"l.region = r.region and {rule}") for rule in RULES]
        rules.append(block_on("numbers", arrays_to_explode=["numbers"]))
        settings = {"link_type": "dedupe_only", "comparisons": comparisons(), "blocking_rules_to_generate_predictions": rules,
                    "probability_two_random_records_match": self._prior(), "em_convergence": 0.001, "max_iterations": 25,
                    "retain_intermediate_calculation_columns": False, "retain_matching_columns": False}
        linker = Linker("reports", settings, DuckDBAPI(connection))
        linker.training.estimate_u_using_random_sampling(max_pairs=RANDOM_PAIRS, seed=SEED)
        for rule in TRAINED_IN:
            if self._pairs_in(connection, rule) < TRAINING_LEAST:
                continue
            linker.training.estimate_parameters_using_expectation_maximisation(
                CustomRule(f"l.region = r.region and {rule}"), fix_u_probabilities=True)
        found = linker.inference.predict(threshold_match_weight=WORTH_BITS)
        return [(weight, i, j) for weight, i, j in connection.execute(
            f"select match_weight, least(unique_id_l, unique_id_r), greatest(unique_id_l, unique_id_r) from {found.physical_name}"
        ).fetchall()]

    @staticmethod
    def _pairs_in(connection, rule):
        return connection.execute(
            f"select count(*) from reports l join reports r on l.region = r.region and {rule} and l.unique_id < r.unique_id").fetchone()[0]

    def _prior(self):
        """A quarter of the reports repeat another: about so many true pairs of all."""
        count = len(self.rows)
        return min(0.01, 1.5 / max(count, 2))

    def components(self, bits):
        joined = Components(len(self.rows))
        for weight, i, j in self.pairs:
            if weight < bits:
                break
            joined.join(i, j)
        return joined.labels()

    def greedy(self, bits, average):
        return Greedy(self.rows, self.pairs).run(bits, average)


class Greedy:
    """Agglomerative: links between clusters are kept as sums, so that an average is one division."""

    def __init__(self, rows, pairs):
        self.rows, self.pairs = rows, pairs
        self.joined = Components(len(rows))
        self.size = [1] * len(rows)
        self.members = {i: [i] for i in range(len(rows))}
        self.links = defaultdict(dict)
        for weight, i, j in pairs:
            self.links[i][j] = self.links[j][i] = (weight, 1)

    def run(self, bits, average):
        for weight, i, j in self.pairs:
            if weight < bits:
                break
            a, b = self.joined.of(i), self.joined.of(j)
            if a != b and self._average(a, b) >= average and not self._vetoed(a, b):
                self._join(min(a, b), max(a, b))
        return self.joined.labels()

    def _average(self, a, b):
        total, seen = self.links[a].get(b, (0.0, 0))
        pairs = self.size[a] * self.size[b]
        return (total + UNSEEN * (pairs - seen)) / pairs

    def _vetoed(self, a, b):
        return any(vetoed(self.rows[i], self.rows[j]) for i in self.members[a] for j in self.members[b])

    def _join(self, a, b):
        self.joined.join(a, b)
        self.size[a] += self.size[b]
        self.members[a] += self.members.pop(b)
        for other, (total, seen) in self.links.pop(b).items():
            self.links[other].pop(b, None)
            if other == a:
                continue
            before = self.links[a].get(other, (0.0, 0))
            self.links[a][other] = self.links[other][a] = (before[0] + total, before[1] + seen)
        self.links[a].pop(b, None)


def vetoed(a, b):
    """Two that are never one, whatever else they share."""
    if a["asset"] and b["asset"] and a["structured"] and b["structured"] and not (a["area"] and b["area"]):
        if a["asset"].split(":")[0] == b["asset"].split(":")[0] and a["asset"] != b["asset"]:
            return True
        if a["asset"] == b["asset"]:
            return False
    if a["area"] and b["area"]:
        return False
    if a["estate"] and a["estate"] == b["estate"] and a["buildings"] and b["buildings"]:
        if not set(a["buildings"]) & set(b["buildings"]):
            return True
        return bool(a["unit"] and b["unit"] and a["unit"] != b["unit"])
    return bool(a["road"] and a["road"] == b["road"] and a["no"] and b["no"] and a["no"] != b["no"])


def f_score(found, true):
    return pair_scores(found, true)[2]


def run(reports, radius_of, scope_of, tuned):
    """{name: found hazards} with the thresholds of tuned.json."""
    peer = Peer(reports, radius_of, scope_of)
    greedy = tuned["splink_greedy"]
    return {"splink_components": peer.components(tuned["splink_components"]["bits"]),
            "splink_greedy": peer.greedy(greedy["bits"], greedy["average"])}


def tune(cities, radius_of, scope_of):
    """What tuned.json holds: the thresholds with the best mean pair F0.5 over cities [(reports, true)]."""
    scores = {name: defaultdict(list) for name in NAMES}
    for reports, true in cities:
        peer = Peer(reports, radius_of, scope_of)
        for bits in COMPONENT_BITS:
            scores["splink_components"][bits, 0.0].append(f_score(peer.components(bits), true))
        for bits in GREEDY_BITS:
            for average in AVERAGES:
                scores["splink_greedy"][bits, average].append(f_score(peer.greedy(bits, average), true))
    chosen = {}
    for name, found in scores.items():
        (bits, average), values = max(found.items(), key=lambda item: (sum(item[1]), item[0]))
        chosen[name] = {"bits": bits, "average": average, "f05": [round(value, 4) for value in values]}
    return chosen
