"""Words one record: what its department's form holds, said by its teller in its mouth.

A Sheet is the record before it takes the form of its feed (feeds.py), together with what it names, gets wrong and
leaves out: the truth about it is written here, beside the words, not read back out of them.
"""

import datetime
import random
from dataclasses import dataclass, field

import filing
import manners
import points
from names import load
from plan import DAY, HOUR
from say import Slots, Speaker, View, filled, slots_of

# How often a mouth names no more than the estate or road, and no place at all.
VAGUE = {"H12345": (0.30, 0.095), "CITYMGT": (0.17, 0.03), "GRID": (0.14, 0.03), "FIRE119": (0.17, 0.07), "MKT12315": (0.22, 0.06)}
WRONG = 0.034
SLIPS = 0.05         # texts in which a word may be mistyped
FIELD_MOUTH = {"H12345": "hotline_field", "GRID": "grid_field", "CITYMGT": "chengguan_field", "FIRE119": "fire_field",
               "MKT12315": "market_field", "FIREIOT": "device_field"}
TEXT_MOUTH = {"H12345": "hotline_text", "GRID": "grid_text", "CITYMGT": "grid_text", "FIRE119": "hotline_text",
              "MKT12315": "hotline_text", "FIREIOT": "grid_text"}
PLATE_SHARE = {"H12345": 0.2, "GRID": 0.3, "CITYMGT": 0.15, "FIRE119": 0.5, "MKT12315": 0.45}
PART_SHARE = {"H12345": 0.06, "GRID": 0.42, "CITYMGT": 0.6}


PLACE_SLOTS = {"estate", "road", "road2", "no", "lane", "building", "b", "unit", "u", "room", "r", "poi", "village", "group", "gate"}
# What a form may not say beside {place} when the teller says no more than that.
NOT_SAID = {"none": set(), "estate_only": PLACE_SLOTS - {"estate", "road"}, "road_only": PLACE_SLOTS - {"road"}, "no_place": PLACE_SLOTS}


@dataclass(repr=False)
class Sheet:
    told: object
    source: str
    operator: object = None
    title: str = ""
    body: str = ""
    place: str = ""           # the address field
    street: str = ""
    names: list = field(default_factory=list)
    vague: str = "none"
    wrong: str = ""
    alias: bool = False
    point: tuple = None       # on the plane, as measured; None when the record has none
    point_form: str = "plain"
    point_of: str = ""        # caller home worker device geocode component head_office
    filed: str = ""
    filed_how: str = "right"
    plate: str = ""           # in its own field
    component: str = ""
    device: str = ""
    party: str = ""
    usc: str = ""
    trapped: int = 0
    injured: int = 0
    counter: str = ""         # desk or counter of the feed
    record_no: str = ""
    reported_at: float = 0.0
    sent_at: float = 0.0
    quoted: list = field(default_factory=list)     # record numbers in the text
    consultation: bool = False
    said: list = field(default_factory=list)       # words in the text that name something


class Text(Speaker):
    """Slots of whole sheets, beside those of places."""

    def __init__(self, tellers, view, habit, made, place):
        super().__init__(tellers.world, view, habit, tellers.rng)
        self.tellers, self.told, self.made, self.said_place = tellers, made.told, made, place
        told = made.told
        self.pieces = load("mouths.json")["pieces"]
        self.code, self.sub = told.leaf.code, told.sub

    def has_slot(self, name):
        if name in ("phone", "name"):
            return bool(getattr(self.told.teller, "phone", ""))
        if name == "home":
            return getattr(self.told.teller, "estate", None) is not None or getattr(self.told.teller, "village", None) is not None
        if name == "asset":
            return False
        if name in ("party", "property"):
            return name in self.tellers.slots_given
        return super().has_slot(name)

    def piece(self, name):
        return self.rng.choice(self.pieces[name])

    def phrase(self, mouth):
        if self.told.phrase:
            return self.told.phrase
        return self.rng.choice(self.tellers.words.phrases(self.code, self.sub, mouth))

    def of_leaf(self, name):
        return self.rng.choice(self.tellers.words.list_of(self.code, name))

    slot_place = lambda self: self.said_place
    slot_what = lambda self: self.phrase("what")
    slot_note = lambda self: self.phrase("note")
    slot_fire = lambda self: self.phrase("fire")
    slot_device_text = lambda self: self.phrase("device")
    slot_consequence = lambda self: self.of_leaf("consequences")
    slot_wish = lambda self: self.of_leaf("wishes")
    slot_opening = lambda self: self.piece("opening")
    slot_closing = lambda self: self.piece("closing")
    slot_spoken_opening = lambda self: self.piece("spoken_opening")
    slot_spoken_closing = lambda self: self.piece("spoken_closing")
    slot_feeling = lambda self: self.piece("feeling")
    slot_filler = lambda self: self.piece("filler")
    slot_polite = lambda self: self.piece("polite")

    def slot_title(self):
        """Of the sub-kind, or one that fits the whole leaf."""
        kinds = self.tellers.words.leaves[self.code]["subkinds"]
        own = kinds[self.sub].get("titles")
        return self.rng.choice(own) if own and not self.told.phrase and self.rng.random() < 0.55 else self.of_leaf("titles")

    def slot_fear(self):
        return self.piece("fear_wrap").format(consequence=self.of_leaf("consequences"))

    def slot_wish_said(self):
        return self.piece("wish_wrap").format(wish=self.of_leaf("wishes"))

    def slot_count(self):
        return self.piece("count").format(n=self.numeral(self.rng.randint(2, 6)))

    def slot_since(self):
        lasted = self.told.at - self.told.hazard.episodes[self.told.episode].start
        for name, most in (("minutes", 2 * HOUR), ("hours", DAY), ("days", 7 * DAY), ("weeks", 30 * DAY)):
            if lasted < most:
                break
        else:
            name = "months"
        share = {"minutes": 600, "hours": HOUR, "days": DAY, "weeks": 7 * DAY, "months": 30 * DAY}[name]
        return self.rng.choice(self.pieces["since"][name]).format(n=self.numeral(max(2, int(lasted / share))))

    def slot_when(self):
        at = self.tellers.clock(self.told.at)
        form = self.rng.choice(self.pieces["when"]["exact" if self.rng.random() < 0.5 else "vague"])
        return form.format(month=at.month, day=at.day, h=at.hour, m=at.minute, mm=f"{at.minute:02d}")

    slot_month = lambda self: self.tellers.clock(self.told.at).month
    slot_day = lambda self: self.tellers.clock(self.told.at).day
    slot_h = lambda self: self.tellers.clock(self.told.at).hour
    slot_mm = lambda self: f"{self.tellers.clock(self.told.at).minute:02d}"
    slot_n = lambda self: self.rng.randint(2, 6)
    slot_m = lambda self: self.rng.randint(1, 30)

    def slot_name(self):
        return self.rng.choice(self.lists["caller_titles"]).format(surname=self.told.teller.name[0])

    def slot_phone(self):
        return self.told.teller.phone

    def slot_home(self):
        return self.home(self.told.teller)

    def slot_trapped(self):
        return "有" if self.code == "A01" else "无"


def joined(text):
    """The word at the end of a place is not said again: 电梯 + 电梯坏了."""
    for word in ("电梯", "楼道", "门口", "路口"):
        text = text.replace(word + word, word)
    return text


class Tellers:
    def __init__(self, world, people, words, rng, start):
        self.world, self.people, self.words, self.rng, self.start = world, people, words, rng, start
        self.mouths, self.places = load("mouths.json"), load("places.json")
        self.slots_given = {}

    def clock(self, at):
        return self.start + datetime.timedelta(seconds=int(at))

    def sheet(self, told):
        """The record of a telling. What it goes back to must have its number already."""
        made = Sheet(told, told.source)
        own = self.rng
        if told.echo:                     # worded like its twin: the same operator, the same draws
            self.rng = random.Random(told.echo)
        made.operator = self.rng.choice(self.people.operators)
        if told.role == "copy":
            manners.hand_on(self, told, made)
        else:
            self._word(told, made)
        self.rng = own
        if told.form and told.kind != "drill":
            made.filed, made.filed_how = filing.no_hazard(self.rng, told.source, told.kind), "other"
            return made
        made.filed, made.filed_how = filing.filed(self.rng, told.source, told.leaf.code, self.device_code(told))
        if told.leaf.code == "A01" and told.source == "FIRE119":
            made.trapped = self.rng.choices((0, 1, 2, 3, 5), (3, 45, 30, 15, 7))[0]
        made.title, made.body = joined(made.title), joined(made.body)
        if told.source in ("H12345", "GRID", "CITYMGT") and self.rng.random() < SLIPS:
            self.slip(made)
        return made

    def slip(self, made):
        """One word of the body mistyped; what is said of the place stays as it was said."""
        slips = self.mouths["slips"]
        for word in self.rng.sample(sorted(slips), 12):
            if word in made.body and word not in made.place and not any(word in name for name in made.said):
                made.body = made.body.replace(word, self.rng.choice(slips[word]), 1)
                return

    def _word(self, told, made):
        habit, spot = self.habit(told, made), told.own_place or told.hazard.spot
        manner = "" if told.form else manners.choose(self.rng, told)
        if manners.names_no_place(self.rng, manner):
            told.silent = True
        view = self.view(told, made, spot)
        self.assets(told, made, spot)
        self.party(told, made, spot)
        place, said = self.say_places(told, made, view, habit)
        text = Text(self, view, habit, made, place)
        if told.form:
            manners.no_hazard(self, told, made, text)
        else:
            getattr(self, "word_" + told.source)(told, made, text)
        if manner:
            manners.word(self, told, made, text, manner)
        elif made.vague in ("estate_only", "road_only") and told.source == "H12345" and not told.form and self.rng.random() < 0.25:
            made.body += self.rng.choice(self.words.other["unknown_detail"]) + "。"
        if told.leaf.code[0] in "EFGA" and told.source == "H12345" and self.rng.random() < 0.012:
            made.body += self.rng.choice(self.words.other["injury_suffix"])
        self.note(made, text, *said)
        self.note_numbers(made, text)
        if told.source == "H12345" and not told.form:
            manners.correct(self, told, made, text)
        points.locate(self.rng, told, made, view)

    # ---- who writes, and how exactly

    def habit(self, told, made):
        """Operators write the place down in their own way; citizens' own words keep the caller's."""
        if told.source in ("H12345", "FIRE119", "MKT12315") and self.rng.random() < 0.7:
            return made.operator.habit
        return told.teller.habit if told.teller else made.operator.habit

    def view(self, told, made, spot):
        rng, view = self.rng, View.of(spot)
        if told.source == "FIREIOT":
            return view
        estate_only, no_place = VAGUE[told.source]
        if told.clear:
            return view
        turn = rng.random()
        if told.own_place:
            no_place = 0.0                     # of storms the planner says who is silent
        if told.silent or turn < no_place:
            made.vague = "no_place"
        elif turn < no_place + estate_only * (0.5 if told.own_place else 1.0):
            if spot.estate:
                made.vague = "estate_only"
            elif spot.road and not spot.village and spot.kind not in ("bridge",):
                made.vague = "road_only"
        elif rng.random() < WRONG:
            view = view.mistaken(rng)
        if spot.estate and spot.estate.spelling != spot.estate.name and getattr(told.teller, "no", 0) % 9 == 0:
            view.spelling = 1
        return view

    def say_places(self, told, made, view, habit):
        """The address field into the sheet; the words for the text are returned, and what was said in both. One may be vaguer."""
        rng, speaker = self.rng, Speaker(self.world, view, habit, self.rng)
        exact = speaker.kind_for(made.vague)
        by_alias = bool(view.spot.estate and view.spot.estate.alias) and made.vague != "no_place" and rng.random() < 0.24 and not told.clear
        field_kind = text_kind = exact
        turn = rng.random()
        if made.vague == "none" and told.source != "FIREIOT" and not told.clear:
            if turn < 0.22:
                text_kind = rng.choice(("none", "estate_only" if view.spot.estate else "road_only" if view.spot.road else "none"))
            elif turn < 0.34:
                field_kind = "estate_only" if view.spot.estate else "road_only" if view.spot.road and not view.spot.village else exact
        place_field = speaker.place(FIELD_MOUTH[told.source], field_kind, by_alias)
        if made.vague == "no_place" and rng.random() < 0.45:
            place_field.text = ""
        place_text = speaker.place(TEXT_MOUTH[told.source] if rng.random() < 0.7 else "spoken", text_kind, by_alias)
        made.place = place_field.text
        made.wrong = view.wrong
        made.alias = by_alias
        text = place_text.text
        if view.spot.shop and made.vague != "no_place" and rng.random() < 0.8 and told.source in ("H12345", "GRID", "CITYMGT"):
            form = rng.choice(self.places["party_said"])
            text = (form if "{place}" in form else "{place}" + form).format(party=made.party, place=text)
            if rng.random() < 0.4:
                made.place += made.party
        calls = told.source in ("H12345", "FIRE119") and text_kind != "none"
        if calls and self.lives_elsewhere(told, view) and rng.random() < 0.12:
            forms = self.places["kinds"]["reporter_home"]["hotline_text"]
            text = rng.choice(forms).format(home=speaker.home(told.teller), place=text)
        return text, (place_field, place_text)

    def note(self, made, text, field, said):
        """What the address field and the words name together: "building 3" there, the estate here. Not every form of words
        has the place in it."""
        sayings = [field] + [said] * bool(said.text and said.text in made.title + made.body)
        estate = any("estate" in one.used for one in sayings) or made.source == "FIREIOT" and text.view.spot.estate
        made.said = [one.text for one in sayings] + [made.party] * bool(made.party)
        for one in sayings:
            self.name(made, text.named(one.used | ({"estate"} if estate else set()), one.kind))

    def note_numbers(self, made, text):
        """Numbers and parties that the record holds; one that has no field of its own is said in words."""
        spot, words = text.view.spot, made.title + made.body + made.place
        numbers = ((made.plate, "plate", ("GRID", "FIRE119", "H12345")), (made.component, "component", ("GRID", "CITYMGT")))
        for number, kind, fields in numbers:
            if number and number not in words and made.source not in fields:
                made.body += "，" + self.asset_said(made, spot)
            if number:
                self.name(made, [f"asset:{kind}/{number}"])
        if made.device:
            self.name(made, ["asset:device/" + made.device])
        if made.usc:
            self.name(made, [("party:" if spot.shop.own_usc else "head:") + made.usc])
        if spot.shop and (made.party in words or made.source in ("MKT12315", "FIREIOT", "FIRE119")):
            self.name(made, [spot.shop.id if made.party == spot.shop.name else "brand:" + made.party])

    @staticmethod
    def name(made, names):
        made.names = list(dict.fromkeys(made.names + list(names)))

    def lives_elsewhere(self, told, view):
        person = told.teller
        return getattr(person, "building", None) is not None and person.building is not view.spot.building

    # ---- assets and parties

    def assets(self, told, made, spot):
        rng, share = self.rng, 0.0 if told.clear else self.rng.random()
        if spot.plate and share < PLATE_SHARE.get(told.source, 0.0):
            made.plate = spot.plate
            if rng.random() < 0.02 and not told.clear:
                at = rng.randrange(len(spot.plate))
                made.plate = spot.plate[:at] + str((int(spot.plate[at]) + rng.randint(1, 9)) % 10) + spot.plate[at + 1:]
                made.wrong = "plate"
        elif spot.component and share < PART_SHARE.get(told.source, 0.0):
            made.component = spot.component
        if told.source == "FIREIOT":
            made.device = spot.device or self.device_at(spot)

    def party(self, told, made, spot):
        """The shop by its registered or spoken name and its code; of lifts and estates the company in charge."""
        rng, self.slots_given = self.rng, {}
        if spot.shop:
            shop = spot.shop
            registered = told.source == "MKT12315" or rng.random() < 0.4
            made.party = shop.name if registered else shop.spoken
            self.slots_given["party"] = made.party
            if told.source == "MKT12315" and rng.random() < 0.72 or told.source == "FIREIOT":
                made.usc = shop.usc
        elif spot.estate:
            self.slots_given["property"] = spot.estate.company
            if told.source == "MKT12315":
                made.party = spot.estate.company
        elif spot.poi and told.source in ("MKT12315", "FIREIOT"):
            made.party = self.slots_given["party"] = spot.poi.name

    @staticmethod
    def device_at(spot):
        """The detector that watches a spot whose hazard is not the detector's own."""
        if spot.estate:
            return f"UT{spot.estate.no:05d}-{spot.building.no}-{spot.unit or 1}-{spot.floor or 1}"
        return f"UT9{spot.shop.no:05d}-1-1-1" if spot.shop else f"UT7{spot.road.no:05d}-{int(spot.along)}-1-1"

    def asset_said(self, made, spot):
        said = self.places["asset_said"]
        if made.plate:
            return self.rng.choice(said["plate"]).format(plate=made.plate)
        if made.component and spot.kind in ("manhole", "lamp", "hydrant"):
            return self.rng.choice(said["component"]).format(code=made.component)
        if spot.plate or spot.component:
            return self.rng.choice(self.places["asset_unknown"])
        return ""

    # ---- one way of wording for each feed

    def fitting(self, text, forms, slots):
        """The forms whose slots can be filled, and name no more of the place than the teller does."""
        kept = NOT_SAID[text.made.vague]
        return [form for form in forms if slots.has(slots_of(form)) and not kept & slots_of(form)]

    def fill(self, text, form, slots):
        """The form filled; what it names beside the place said is noted."""
        words = filled(form, slots)
        self.name(text.made, text.named(slots.used & PLACE_SLOTS - set(text.tellers.slots_given), ""))
        return words

    def write(self, text, forms, favourite=None, also=(), **values):
        """One of the forms that fit; of the others when none does."""
        slots = Slots(text, **self.slots_given, **values)
        fitting = self.fitting(text, forms, slots) or self.fitting(text, also, slots)
        if favourite is not None and self.rng.random() < 0.5:
            form = fitting[int(favourite * len(fitting)) % len(fitting)]
        else:
            form = self.rng.choice(fitting)
        return self.fill(text, form, slots), slots.used

    def word_H12345(self, told, made, text):
        hotline, rng = self.mouths["hotline"], self.rng
        app = rng.random() < 0.13
        forms = hotline["app_body"] if app else hotline["desks"][made.operator.desk_name]["body"]
        made.counter = "app" if app else made.operator.desk_name
        asset = self.asset_said(made, text.view.spot)
        values = {"asset": asset} if asset else {}
        made.body, used = self.write(text, forms, None if app else made.operator.favourite, hotline["desks"]["six"]["body"], **values)
        if made.plate and "asset" not in used and rng.random() < 0.5:
            made.body += asset + "。"
        title, _ = self.write(text, hotline["title"] if rng.random() < 0.6 else ["{title}"], also=["{title}"])
        made.title = title
        if rng.random() < 0.4:
            made.street = text.slot_street()

    def word_GRID(self, told, made, text):
        grid, worker = self.mouths["grid"], told.teller
        forms = grid["habits"][worker.style]
        made.body, _ = self.write(text, [forms[worker.template % len(forms)]] if self.rng.random() < 0.75 else forms,
                                  also=grid["habits"]["standard"])
        made.title, _ = self.write(text, grid["event_name"], also=["{title}"])
        made.counter = "采集员"

    def word_CITYMGT(self, told, made, text):
        styles = self.mouths["chengguan"]["styles"]
        if hasattr(told.teller, "staff_no"):
            made.counter = "采集员" if self.rng.random() < 0.9 else "视频"
            forms = styles["video" if made.counter == "视频" else "collector"]
        else:
            made.counter = self.rng.choice(("热线举报", "网络", "网络", "网络"))
            forms = styles["hotline_sent"]
        made.body, _ = self.write(text, forms)
        made.title = text.slot_title()

    def word_FIRE119(self, told, made, text):
        styles = self.mouths["fire"]["styles"]
        direct = told.leaf.code not in self.mouths["fire"]["complaint_leaves"] and self.words.spoken_by(told.leaf.code, "fire")
        before = [t for t in told.hazard.tellings if t.source == "FIRE119" and t.at < told.at]
        turn = self.rng.random()
        name = "complaint" if not direct else "second" if before and turn < 0.4 else "long" if turn > 0.85 else "call"
        made.body, _ = self.write(text, styles[name], also=styles["call"])
        if made.plate and self.rng.random() < 0.5:
            made.body += "，" + self.rng.choice(self.places["asset_said"]["plate"]).format(plate=made.plate)

    def word_MKT12315(self, told, made, text):
        styles = self.mouths["market"]["styles"]
        text_market = self.rng.choice(self.words.phrases(told.leaf.code, told.sub, "market"))
        if told.leaf.code in self.mouths["market"]["equipment_leaves"]:
            forms = styles["equipment"]
        elif told.leaf.code in self.mouths["market"]["professional_leaves"] and self.rng.random() < 0.06:
            forms = self.mouths["market"]["professional"]
        else:
            forms = styles["complaint" if self.rng.random() < 0.6 else "report"]
        asset = self.asset_said(made, text.view.spot)
        made.body, _ = self.write(text, forms, market=text_market, **({"asset": asset} if asset else {}))
        made.title = text.slot_title()

    def word_FIREIOT(self, told, made, text):
        made.body, _ = self.write(text, self.mouths["device"]["templates"])
        made.title = self.rng.choice(self.words.phrases(told.leaf.code, told.sub, "device"))

    @staticmethod
    def device_code(told):
        """Alarm category, device type and part type, joined; a device keeps its own."""
        codes = {"C02": ("1-100-40", "1-7", "1-100-41", "1-100-25", "1-6"), "C05": ("0-100-40", "0-9", "0-12", "1-11", "0-100-91"),
                 "C06": ("1-10", "0-10"), "B01": ("1-8", "1-100-11")}.get(told.leaf.code, ("1-7",))
        return codes[told.hazard.no % len(codes)]
