"""When a hazard turns red: by the true members, and by those the hub found.

The rule is the model's (linkage.md 2, Escalation): within 90 days, witnesses only, one person once; three reporters, or
two sources with two reporters: one step up from the colour; five reporters: red; somebody trapped, injured or dead: red.
*Red since* is the event time of the first report at which the members, in the order of events, say so. By truth a witness
is who the city calls independent, a reporter a person of the city, the colour that of the true leaf; hazards red by their
colour alone do not escalate and are left out.
"""

from collections import Counter, defaultdict

WINDOW_S = 90 * 86_400
RED, BLUE = 1, 4
STEP_REPORTERS, STEP_SOURCES, STEP_SOURCE_REPORTERS, RED_REPORTERS = 3, 2, 2, 5


def red_since(members, colour):
    """Event time at which the members [(event_s, source, reporter, witness, hurt)] are red by rule; None never."""
    window = []
    for event_s, source, reporter, witness, hurt in sorted(members, key=lambda one: one[0]):
        if witness:
            window.append((event_s, source, reporter))
        window = [one for one in window if one[0] >= event_s - WINDOW_S]
        reporters = len({one[2] for one in window})
        sources = len({one[1] for one in window})
        step = reporters >= STEP_REPORTERS or (sources >= STEP_SOURCES and reporters >= STEP_SOURCE_REPORTERS)
        if hurt or reporters >= RED_REPORTERS or (step and colour - 1 <= RED):
            return event_s
    return None


def member(report, index):
    """By truth; who is not known is somebody else each time."""
    truth = report["truth"]
    person = truth["reporter"]
    hurt = any((report[name] or 0) > 0 for name in ("trapped", "injured", "dead"))
    return (report["event_at"].timestamp(), report["source"], ("nobody", index) if person is None else person,
            truth["independent"], hurt)


def member_as_filed(report, index):
    """By what the records say: every sheet that is no copy and no urge is a witness, and callers are told apart by their hash."""
    truth = report["truth"]
    at, source, _, _, hurt = member(report, index)
    return at, source, report["reporter_hash"] or ("nobody", index), truth["copy_of"] is None and truth["urge_of"] is None, hurt


def found_reds(cases):
    """{found hazard: (red since, rule)} out of cases and their last escalation."""
    reds = {}
    for case in cases:
        if case["level"] != RED:
            continue
        since, rule = case["first_at"], "colour"
        if case["escalated"]:
            at, level, reason = case["escalated"].strip("()").split(",")
            if level == str(RED):
                since, rule = float(at), reason
        hazard = (case["region"], case["hazard_id"])
        if hazard not in reds or since < reds[hazard][0]:
            reds[hazard] = (since, rule)
    return reds


def worst_colours(city, colour_of):
    """{found hazard: the reddest of the leaves of its cases and of the departments' own levels}."""
    worst = {}
    for case in city.cases:
        hazard = (case["region"], case["hazard_id"])
        worst[hazard] = min(worst.get(hazard, BLUE), colour_of.get(case["category_code"], BLUE))
    for report in city.reports:
        worst[report["found"]] = min(worst.get(report["found"], BLUE), report["level"] or BLUE)
    return worst


def measure(city, colour_of):
    """Minutes from when it should have been red to when it was, and hazards that are red for no true reason."""
    true_members, found_members = defaultdict(list), defaultdict(list)
    for i, report in enumerate(city.reports):
        true_members[report["true"]].append(i)
        found_members[report["found"]].append(i)
    reds = found_reds(city.cases)

    filed = worst_colours(city, colour_of)

    def true_colour(hazard):
        return colour_of.get(city.reports[true_members[hazard][0]]["truth"]["class"], BLUE)

    def since(members, colour, told=member):
        return red_since([told(city.reports[i], i) for i in members], colour)

    late, never, escalated = [], 0, 0
    for hazard, members in true_members.items():
        should = since(members, true_colour(hazard)) if true_colour(hazard) > RED else None
        if should is None:
            continue
        escalated += 1
        home = Counter(city.reports[i]["found"] for i in members).most_common(1)[0][0]
        if home in reds:
            late.append((reds[home][0] - should) / 60)
        else:
            never += 1
    false = Counter()
    for hazard, (_, rule) in reds.items():
        if rule not in ("red_reports", "reports", "sources"):
            continue
        owners = Counter(city.true[i] for i in found_members.get(hazard, []))
        owner = owners.most_common(1)[0][0] if owners else None
        if owner is None:
            continue
        # A desk that files a hazard under a redder leaf is not what is asked here: the redder of leaf and code counts.
        colour = min(true_colour(owner), filed.get(hazard, BLUE))
        own = [i for i in found_members[hazard] if city.true[i] == owner]
        if since(own, colour) is not None:
            continue
        if since(own, colour, member_as_filed) is not None:
            false["by callers"] += 1  # the same person without a number, or with two
        else:
            false["by copies" if len(owners) == 1 else "by strangers"] += 1
            false["buckets"] += len(owners) > 1 and city.hazards.bucket(hazard)
    late.sort()
    return {"escalated": escalated, "never": never, "false_by_copies": false["by copies"], "false_by_strangers": false["by strangers"],
            "false_buckets": false["buckets"], "false_by_callers": false["by callers"],
            "late_median": late[len(late) // 2] if late else None, "late_p90": late[int(0.9 * (len(late) - 1))] if late else None,
            "early": sum(minutes < 0 for minutes in late)}
