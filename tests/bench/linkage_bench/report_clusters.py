"""For people: what hazards became of storms, merges, buckets and another order of the same days."""

from linkage_bench import storms as storm_figures
from linkage_bench.words import percent, short

BAR_STORM, BAR_AGREEMENT = 2, 0.99


def show_clusters(figures):
    show_storms(figures["storms"])
    show_merges(figures["merges"])
    show_buckets(figures["buckets"], figures["with_buckets"])
    for number, row in enumerate(figures.get("shuffles", []), 1):
        show_shuffle(number, row)
    if len(figures.get("shuffles", [])) > 1:
        agreements = [row["b_cubed"]["f1"] for row in figures["shuffles"]]
        print(f"B-cubed agreement over {len(agreements)} orders: mean {short(sum(agreements) / len(agreements))}, least {short(min(agreements))}")


def show_storms(storms):
    if not storms:
        return
    middle = storm_figures.summary(storms)
    print(f"\nstorms: {len(storms)}; found hazards a storm: median {middle['hazards']:g} ({middle['with_buckets']:g} with a bucket as one "
          f"hazard), floor (reports that name no place) {middle['floor']:g}: {middle['hazards'] / middle['floor']:.1f} times; median of "
          f"the ratios {middle['ratio']:.1f} (bar {BAR_STORM})")
    soon = "" if middle["body_min"] is None else f" after {middle['body_min']:.0f} min (median)"
    print(f"   a hazard of {storm_figures.BODY} of its reports{soon}; {middle['without_body']} storms never had one")
    print("  storm class  hazard    reports  no place  hazards  times floor  largest  strangers  of hazards  body, min")
    for row in storms:
        body = "never" if row["body_min"] is None else f"{row['body_min']:.0f}"
        print(f"  {row['storm']!s:<6}{row['class']:<7}{row['hazard']!s:<8}{row['reports']:>9}{row['placeless']:>10}{row['hazards']:>9}"
              f"{row['hazards'] / row['floor']:>13.1f}{row['largest']:>9}{row['strangers']:>11}{row['others']:>12}{body:>11}")


def show_merges(merges):
    if not merges["merges"] and not merges["untold"]:
        return
    print(f"\nmerges: {merges['merges']:,}, {merges['right']:,} of them right (both sides mostly of one true hazard); "
          f"{merges['reports']:,} reports changed their hazard"
          + (f"; {merges['untold']} more that no decision tells of" if merges["untold"] else ""))
    for row in merges["bands"]:
        low, high = row["from"], row["to"]
        name = f"below {high:g} bits" if low == -100 else f"from {low:g} bits" if high == 100 else f"{low:g} to {high:g} bits"
        print(f"  {name:<16}{row['merges']:>8,}{percent(row['right'] / row['merges']):>10} right")
    for row in merges["wrong"]:
        part, body = (f"{row[side][1]} ({row['reports'][at]} reports, most of true hazard {row['true'][at]})"
                      for at, side in enumerate(("part", "body")))
        print(f"  wrong: of {row['part'][0]} hazard {part} and {body}")


def show_buckets(buckets, counted):
    if not buckets["buckets"]:
        return
    print(f"\nbuckets: {buckets['buckets']:,}, {buckets['emptied']:,} of them empty by now; {buckets['reports_ever']:,} reports ever lay in one, "
          f"{buckets['reports_now']:,} still do")
    if buckets["several"]:
        print(f"   of {buckets['several']:,} with two or more reports {percent(buckets['of_one'] / buckets['several'])} held one true hazard alone")
    print(f"   {buckets['left']:,} reports left for a hazard with an identity"
          + (f", {percent(buckets['left_rightly'] / buckets['left'])} of them rightly" if buckets["left"] else ""))
    if counted:
        print("   figures above take each report in a bucket as a hazard of its own; with each bucket as one hazard: pairs "
              + "  ".join(f"{title} {short(counted['pairs'][key][0])}" for key, title in (("p", "P"), ("r", "R"), ("f", "F0.5")))
              + f", B-cubed F0.5 {short(counted['b_cubed']['f'])}, {counted['found_hazards']:,} hazards")


def show_shuffle(number, row):
    b_cubed, pairs, truth, apart = row["b_cubed"], row["pairs"], row["truth"], row["differences"]
    print(f"\norder {number} (each day's records in random order): B-cubed agreement {short(b_cubed['f1'])} (P {short(b_cubed['p'])}, R "
          f"{short(b_cubed['r'])}; bar {BAR_AGREEMENT}; {short(row['with_buckets'])} with a bucket as one hazard); pairs {short(pairs['f1'])} (P {short(pairs['p'])}, R {short(pairs['r'])})")
    print(f"   against the truth: P {short(truth['p'])}  R {short(truth['r'])}  F0.5 {short(truth['f'])}; {row['apart']:,} of {row['reports']:,} "
          f"reports with others than before, {row['missing']} known to one run only")
    print(f"   {apart['tangles']:,} tangles of hazards differ, {percent(apart['storm_share'])} of the loss in storms; the largest:")
    for tangle in apart["largest"]:
        true = ", ".join(f"{hazard} {leaf} ({count})" for hazard, leaf, count in tangle["true"])
        more = f" and {tangle['true_hazards'] - len(tangle['true'])} more" if tangle["true_hazards"] > len(tangle["true"]) else ""
        print(f"   {percent(tangle['share']):>7} of the loss{', storm' if tangle['storm'] else '':<7}{tangle['reports']:>5} reports: "
              f"{listed(tangle['first'])} -> {listed(tangle['second'])}; true {true}{more}")


def listed(sizes):
    return " ".join(map(str, sizes))


def show_mean_clusters(cities):
    rows = [row for figures in cities for row in figures["storms"]]
    if rows:
        middle = storm_figures.summary(rows)
        print(f"storms of all cities: {len(rows)}; found hazards a storm: median {middle['hazards']:g}, floor {middle['floor']:g}, median of the ratios "
              f"{middle['ratio']:.1f} (bar {BAR_STORM})")
    orders = [row["b_cubed"]["f1"] for figures in cities for row in figures.get("shuffles", [])]
    if orders:
        print(f"B-cubed agreement over {len(orders)} orders: mean {short(sum(orders) / len(orders))}, least {short(min(orders))} "
              f"(bar {BAR_AGREEMENT})")
