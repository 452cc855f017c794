"""What a record is besides a plain report: a repeat that says so, an urge, a question, one of many calls in a storm, a
copy handed on. The manner is chosen first, for it decides whether a place is named at all; then it words the body.
"""

from say import Slots, Speaker, View

LAST_TIME = ("same_as_last", "urge", "urge_without_number")


def choose(rng, told):
    """The manner of a telling; plain is "". """
    hazard = told.hazard
    if hazard.storm and told.source in ("H12345", "FIRE119") and told.leaf is hazard.leaf and rng.random() < 0.72:
        return "storm"
    if told.source != "H12345":
        return ""
    if told.role == "urge":
        return "urge" if told.quote else "urge_without_number"
    if told.other:
        return "quotes_other"
    if told.role == "again":
        if told.quote:
            return "quotes_same"
        turn = rng.random()
        sham = told.episode > 0 and hazard.episodes[told.episode - 1].sham
        if told.clear:
            return ""
        return "sham_repeat" if sham and turn < 0.5 else "same_as_last" if turn < 0.4 else ""
    turn = rng.random()
    return "consultation" if turn < 0.022 else "two_places" if turn > 0.985 and not told.clear else ""


def names_no_place(rng, manner):
    """A caller who says "the same as last time" mostly says no place."""
    return manner in LAST_TIME and rng.random() < 0.65


def word(tellers, told, made, text, manner):
    """The body of a record that is not plain. Slots are those of whole sheets, with the number quoted."""
    rng, other = tellers.rng, tellers.words.other
    values = {}
    if told.quote:
        values["quoted_no"] = told.quote.sheet.record_no
    if told.other:
        values["quoted_no"] = told.other.sheet.record_no
        values["other_title"] = rng.choice(tellers.words.list_of(told.other.leaf.code, "titles"))
    forms = {"urge": "urges", "urge_without_number": "urges_without_number", "same_as_last": "same_as_last", "quotes_same": "quotes_same",
             "quotes_other": "quotes_other", "sham_repeat": "sham_repeat", "consultation": "as_consultation",
             "two_places": "two_places"}
    if manner == "two_places":
        beside = other_place(tellers, made, text)
        if not beside:
            return
        values["place2"], named = beside
    if manner == "storm":
        silent = made.vague == "no_place"
        said = rng.choice(other["storms"][told.leaf.code]["placeless" if silent else "with_place"])
        body = tellers.fill(text, said, Slots(text))
        if made.source == "FIRE119":
            made.body = "报警人称" + body
        else:
            made.body = f"{text.slot_opening()}，{body}。" if rng.random() < 0.7 else body
        return
    slots = Slots(text, **tellers.slots_given, **values)
    fitting = tellers.fitting(text, other[forms[manner]], slots)
    if manner in LAST_TIME and made.vague == "no_place":
        fitting = [form for form in fitting if "{place}" not in form] or fitting
    made.body = tellers.fill(text, rng.choice(fitting), slots)
    if manner == "two_places":
        tellers.name(made, ["beside:" + name for name in named])
    if "quoted_no" in slots.used:
        made.quoted.append(values["quoted_no"])
    if rng.random() < 0.3:
        made.body += text.slot_closing() + "。"
    made.consultation = manner == "consultation"


def other_place(tellers, made, text):
    """A place beside the hazard's, which is not the hazard's; None where the record names none at all."""
    view = View.of(text.view.spot).mistaken(tellers.rng)
    if made.vague != "none" or not view.wrong:
        return None
    speaker = Speaker(tellers.world, view, text.habit, tellers.rng)
    said = speaker.place("hotline_text", "building" if view.building and view.spot.estate else "door")
    return said.text, [name for name in speaker.named(said.used, said.kind) if name.startswith(("building", "unit", "door"))]


def correct(tellers, told, made, text):
    """Some callers notice that they said a wrong number, and say the right one after it."""
    if made.wrong not in ("building", "unit", "door") or tellers.rng.random() > 0.25:
        return
    right = Speaker(tellers.world, View.of(text.view.spot), text.habit, tellers.rng)
    said = right.place("hotline_text", right.kind_for("none"))
    made.body += "。" + tellers.rng.choice(tellers.words.other["place_corrections"]).format(place=said.text)
    tellers.name(made, right.named(said.used, said.kind))


def hand_on(tellers, told, made):
    """A copy in another department's form: the original's words in boilerplate, under a number of its own."""
    rng, first = tellers.rng, told.of.sheet
    form = rng.choice(tellers.words.other["handed_on"])
    spot = told.hazard.spot
    made.body = form.format(quoted_no=first.record_no, body=first.body, district=spot.district.name,
                            street=tellers.world.street_name(spot.district, spot.x, spot.y),
                            department=rng.choice(tellers.words.other["departments"]))
    made.title, made.place = first.title, first.place
    made.vague, made.wrong, made.alias = first.vague, first.wrong, first.alias
    made.plate, made.component = (number if number in first.body else "" for number in (first.plate, first.component))
    made.party, made.usc = first.party, first.usc
    lost = {f"asset:plate/{first.plate}"} if first.plate and not made.plate else set()
    made.names = [name for name in first.names if name not in lost]
    made.counter = "热线举报" if told.source == "CITYMGT" else "转办"
    made.point, made.point_of = (first.point, first.point_of) if rng.random() < 0.7 else (None, "")
    if "{quoted_no}" in form:
        made.quoted.append(first.record_no)


def no_hazard(tellers, told, made, text):
    """A question, a quarrel, a praise, a drill."""
    slots = Slots(text, **tellers.slots_given)
    made.title, made.body = (tellers.fill(text, told.form[part], slots) for part in ("title", "body"))
    made.counter = "采集员" if told.source == "CITYMGT" else made.operator.desk_name
    made.consultation = told.kind == "question"
