"""The figures for people: tables, the worst mistakes with their explanations. Storms, merges and buckets: report_clusters."""

from datetime import timedelta, timezone

from linkage_bench import clusters
from linkage_bench.history import replay
from linkage_bench.losses import FATES
from linkage_bench.measure import SUBSETS, explain, worst_links, worst_splits
from linkage_bench.report_clusters import show_clusters, show_mean_clusters
from linkage_bench.words import percent, short, signed, three

TOLD = ["storm", "vague", "said_wrong", "by_alias", "copy_of", "urge_of", "again_of", "quotes", "quotes_other"]  # of the truth
CHINA = timezone(timedelta(hours=8))
BAR_PRECISION, BAR_GAIN = 0.97, 0.15
BAR_ORACLE = 0.95
REASONS = 12


def show(seed, figures):
    print(f"\n== City of seed {seed}: {figures['reports']:,} reports of {figures['true_hazards']:,} true hazards, in "
          f"{figures['found_hazards']:,} found ones")
    if figures["missing"]:
        print(f"   {figures['missing']} reports of the truth are none in the database (ignored as questions, dead letters, or alarms that "
              f"repeat one of\n   minutes before), {figures['missing_real']} of them of real hazards: they are in no figure below")
    if figures["unlisted"]:
        print(f"   {figures['unlisted']} reports in the database are not in the truth, and in no figure below")
    print(f"   {figures['sums']['checked']:,} decisions with a score, {figures['sums']['wrong']} that do not add up")
    show_pairs(figures)
    show_peers(figures)
    show_hazards(figures)
    show_blocking(figures["blocking"])
    show_repeats(figures["repeats"], figures["classes"])
    show_calibration(figures)
    show_clusters(figures)


def show_repeats(repeats, classes):
    print(f"\nclass as told: {percent(classes['by_code'])} by the department's code, {percent(classes['by_code_and_words'])} by code and "
          f"words; sure enough to be compared {percent(classes['compared'])}, {percent(classes['compared_right'])} of these right")
    print(f"\n{'repeats':<32}{'all':>7}" + "".join(f"{fate:>11}" for fate in FATES))
    for name, row in repeats["fates"].items():
        print(f"  {name:<30}{sum(row.values()):>7}" + "".join(f"{row.get(fate, 0):>11}" for fate in FATES))
    print("  what stood between resolvable ones and an earlier report of their hazard (best pair)")
    for reason, count in repeats["reasons"][:REASONS]:
        print(f"  {count:>7}  {reason}")


def show_pairs(figures):
    print(f"\n{'pairs of reports':<24}{'precision':>24}{'recall':>24}{'F0.5':>24}{'true':>9}{'found':>9}{'false':>7}")
    for name in SUBSETS:
        row = figures["pairs"][name]
        print(f"{name:<24}" + "".join(f"{three(row[key]):>24}" for key in "prf") + f"{row['true']:>9,}{row['found']:>9,}{row['false']:>7,}")
    print(f"{'B-cubed':<24}" + "".join(f"{three(figures['b_cubed'][key]):>24}" for key in "prf"))


def show_peers(figures):
    print(f"\n{'against':<24}{'precision':>10}{'recall':>10}{'F0.5':>10}{'resolvable R':>14}")

    def row(name, pairs):
        print(f"{name:<24}" + "".join(f"{short(pairs['all'][key][0]):>10}" for key in "prf") + f"{short(pairs['resolvable']['r'][0]):>14}")

    row("onecase", figures["pairs"])
    if "oracle" in figures:
        row("oracle weights", figures["oracle"]["pairs"])
    for name, pairs in figures.get("baselines", {}).items():
        row(f"baseline {name}", pairs)
    for name, pairs in figures.get("peers", {}).items():
        row(name, pairs)
    if figures.get("baselines"):
        name, gain = best_baseline(figures)
        print(f"F0.5 over the best simple baseline ({name}): {gain:+.3f} (bar {BAR_GAIN}); pair precision "
              f"{short(figures['pairs']['all']['p'][0])} (bar {BAR_PRECISION})")
    if figures.get("peers"):
        gains = figures["gains"]
        print("F0.5 over the peer: " + ", ".join(f"{name} {signed(gains[name])}" for name in figures["peers"])
              + f"; over the better of both {signed(min(gains[name] for name in figures['peers']))} (bar +0)")
    if "oracle" in figures:
        show_ceiling(figures["pairs"]["all"], figures["oracle"])


def show_ceiling(own, oracle):
    best = oracle["pairs"]["all"]
    print(f"recall is {three(oracle['recall_share'])} of that with oracle weights (bar {BAR_ORACLE}), at precision {short(own['p'][0])} "
          f"against {short(best['p'][0])}")
    told = oracle["thresholds"]
    share = ("they are nowhere so precise" if told["share"] is None else
             f"recall is {short(told['share'])} of theirs ({short(told['recall_at_precision'])})")
    print(f"   at the same precision {share}; decided in memory, {told['as_the_hub']:,} of {told['reports']:,} reports lie as the hub put them")
    for name, title in (("own", "own weights"), ("oracle", "oracle weights")):
        if name in told:
            print(f"   {title:<16}" + "  ".join(f"link {row['link_mb'] / 1000:g}: P {short(row['p'])} R {short(row['r'])} F0.5 {short(row['f'])}"
                                               for row in told[name]))


def best_baseline(figures):
    """(name, onecase's F0.5 less its)."""
    name, pairs = max(figures["baselines"].items(), key=lambda item: item[1]["all"]["f"][0])
    return name, figures["pairs"]["all"]["f"][0] - pairs["all"]["f"][0]


def show_hazards(figures):
    print("\nhard negatives                      pairs   merged   merged, nothing tells them apart")
    for kind, row in figures["hard_negatives"].items():
        named = "  " + ", ".join(f"{a} with {b}" for a, b in row["merged"][:5]) if row["merged"] else ""
        print(f"  {kind:<31}{row['pairs']:>8}{len(row['merged']):>9}{len(row['untold']):>9}{named}")
    conflicts = figures["conflicts"]
    print(f"found hazards with two numbers of one kind of asset: {conflicts['hazards']}, of which {conflicts['mixing']} mix true hazards")
    reds = figures["red"]
    if reds["escalated"]:
        late = "" if reds["late_median"] is None else (f"; minutes late: median {reds['late_median']:.0f}, 90 % within "
                                                       f"{reds['late_p90']:.0f}, {reds['early']} too early")
        print(f"hazards that escalate to red: {reds['escalated']}, of which {reds['never']} never did{late}")
    print(f"false red: {reds['false_by_copies']} through copies (bar 0), {reds['false_by_strangers']} through reports of other "
          f"hazards ({reds['false_buckets']} of these are buckets), {reds['false_by_callers']} through one caller who could not be known again")
    print(f"reviews: {percent(figures['review']['share'])} of the reports, of which {percent(figures['review']['yield'])} are repeats; "
          + ", ".join(f"{name} {count:,}" for name, count in sorted(figures["outcomes"].items())))


def show_blocking(blocking):
    print(f"\nblocking at 200: of {blocking['pairs']:,} true pairs {percent(blocking['reached'])} have the earlier report's hazard among the "
          f"candidates, {percent(blocking['sharing'])} share a key; {blocking['repeats_lost']} repeats reach no report of their hazard")
    print(f"   candidates: mean {blocking['candidates_mean']:.1f}, 99 % at most {blocking['candidates_p99']}, {blocking['at_most']} times 200; "
          f"{blocking['with_generic_key']} reports had a generic key")
    kinds = sorted(blocking["kinds"].items(), key=lambda item: -item[1]["shared"])
    print("   true pairs by kind of key (of which by no other): "
          + ", ".join(f"{name} {row['shared']:,} ({row['alone']:,})" for name, row in kinds if row["shared"]))


def show_calibration(figures):
    print("\nscore, bits      decisions  expected  observed  (the best candidate is of the same true hazard)")
    for low, high, count, expected, observed in figures["calibration"]:
        name = f"below {high:g}" if low == -100 else f"from {low:g}" if high == 100 else f"{low:g} to {high:g}"
        print(f"  {name:<14}{count:>10,}{short(expected):>10}{short(observed):>10}")


def show_worst(city, environment, count):
    for title, rows, what in (("false links", worst_links(city, count), "false pairs"),
                              ("false merges and moves", clusters.worst(replay(city), city.true, count), "false pairs"),
                              ("false splits", worst_splits(city, count), "true pairs lost")):
        print(f"\n-- the worst {len(rows)} {title}")
        for number, (i, j, pairs) in enumerate(rows, 1):
            report, other = city.reports[i], city.reports[j]
            print(f"\n{number}. {report['key']} and {other['key']}: {pairs} {what}")
            print(told("report", report))
            print(told("partner" if title == "false splits" else "member", other))
            print("   " + explain(report["key"], environment).replace("\n", "\n   "))


def told(who, report):
    truth = report["truth"]
    facts = [f"hazard {truth['hazard']}", truth["class"], truth["subkind"], " ".join(truth["names"])]
    facts += [f"{key} {truth[key]}" for key in TOLD if truth[key] not in (None, False, "none", [])]
    return (f"   {who:<8}{report['event_at'].astimezone(CHINA):%Y-%m-%d %H:%M} {report['category_code']} {report['title'] or ''} | {report['body'] or ''} | "
            f"{report['address_text'] or '-'}\n   {'truth':<8}{', '.join(facts)}")


def show_oracle(weights):
    print("\noracle weights         m           u    model   truth  (millibits; levels seen too rarely are left out)")
    for row in weights:
        print(f"  {row['comparison']:<7}{row['level']:<11}{row['m']:>7.4f}{row['u']:>12.7f}{row['before_mb']:>9}{row['now_mb']:>8}")


def show_mean(results):
    """Over seeds: the mean of the figures that have a bar."""
    def mean(value):
        return sum(value(figures) for figures in results.values()) / len(results)

    print(f"\n== Mean over seeds {', '.join(map(str, results))}")
    for name in SUBSETS:
        print(f"{name:<24}" + "  ".join(f"{title} {short(mean(lambda f, n=name, k=key: f['pairs'][n][k][0]))}"
                                        for key, title in zip("prf", ("P", "R", "F0.5"))))
    if all(figures.get("baselines") for figures in results.values()):
        print(f"F0.5 over the best simple baseline: {mean(lambda f: best_baseline(f)[1]):+.3f} (bar {BAR_GAIN})")
    if all("oracle" in figures for figures in results.values()):
        print(f"F0.5 with oracle weights: {short(mean(lambda f: f['oracle']['pairs']['all']['f'][0]))}")
        print(f"recall with these weights: {short(mean(lambda f: f['oracle']['pairs']['all']['r'][0]))}, of which onecase has "
              f"{short(mean(lambda f: f['oracle']['recall_share'][0]))} (bar {BAR_ORACLE})")
    for name in next(iter(results.values())).get("peers", {}):
        print(f"F0.5 with {name}: {short(mean(lambda f, n=name: f['peers'][n]['all']['f'][0]))}; onecase over it "
              f"{signed([mean(lambda f, n=name: f['gains'][n][0])])}")
    show_mean_clusters(list(results.values()))
    print(f"hard negatives merged: {sum(len(row['merged']) for f in results.values() for row in f['hard_negatives'].values())}")
