"""What other thresholds would give, with the model's weights and with the oracle's.

Oracle weights are no better at the model's threshold when they are surer of themselves than the model is: recall is compared at
the same precision too, on the line between the two thresholds around it. Decisions are those of linkage_probe, in memory:
the matcher's own, but for what updates change. How many of them lie as the hub put them is told.
"""

from concurrent.futures import ThreadPoolExecutor

from linkage_bench import metrics
from linkage_bench.model import Model

STEPS_MB = [-2000, -1000, 0, 1000, 2000]
AT_ONCE = 2


def curve(probe, true, model_path, folder):
    """[{"link_mb", "p", "r", "f"}] by threshold, and the labels at the model's own; `folder` is new."""
    own_mb, models = Model(model_path).number("thresholds", "link"), []
    for step in STEPS_MB:
        model = Model(model_path)
        model.set_number("thresholds", "link", own_mb + step)
        model.set_number("thresholds", "review", min(model.number("thresholds", "review"), own_mb + step - 1))
        models.append(model.write(folder / str(own_mb + step)))
    with ThreadPoolExecutor(AT_ONCE) as at_once:
        labels = list(at_once.map(probe.decide, models))
    rows = [{"link_mb": own_mb + step} | dict(zip("prf", metrics.pair_scores(found, true))) for step, found in zip(STEPS_MB, labels)]
    return rows, labels[STEPS_MB.index(0)]


def recall_at(rows, precision):
    """On the line between two neighbouring thresholds; None when none is so precise."""
    ordered = sorted(rows, key=lambda row: (row["p"], -row["r"]))
    for low, high in zip(ordered, ordered[1:]):
        if low["p"] <= precision <= high["p"]:
            share = (precision - low["p"]) / (high["p"] - low["p"]) if high["p"] > low["p"] else 1.0
            return low["r"] + share * (high["r"] - low["r"])
    return ordered[0]["r"] if ordered and precision < ordered[0]["p"] else None


def measure(city, probe, own, oracle, folder):
    """own and oracle: models; folder: an existing one."""
    own_rows, labels = curve(probe, city.true, own, folder / "own")
    oracle_rows, _ = curve(probe, city.true, oracle, folder / "better")
    precision, recall, _ = metrics.pair_scores(city.found, city.true)
    best = recall_at(oracle_rows, precision)
    return {"own": own_rows, "oracle": oracle_rows, "recall_at_precision": best, "share": recall / best if best else None,
            "as_the_hub": sum(same(labels, city.found)), "reports": len(labels)}


def same(labels, found):
    """Of each report, whether it lies with the same others in both."""
    both = metrics.b_cubed(labels, found)
    return [p == r == 1 for p, r in both]
