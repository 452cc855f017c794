"""Records that are no hazards: questions, quarrels, noise, praise and suggestions on the hotline, litter in city
management, drills and tests. The hub ignores some by their form; the others are reports, each a matter of its own.
"""

from chance import Wheel
from leaves import LEAVES
from plan import HOUR, Episode, Hazard
from say import slots_of

SHARE = 0.11          # of the reports
KINDS = {"consultation": 44, "noise": 12, "quarrel": 20, "praise": 5, "suggestion": 9, "litter": 6, "drill": 4, "dispute": 8}
DRILL_FEEDS = ("H12345", "FIRE119", "FIREIOT")


class Noise:
    def __init__(self, planner, rng):
        self.planner, self.rng = planner, rng
        self.kinds = Wheel(KINDS.keys(), KINDS.values())
        self.forms = planner.words.other["non_hazard"]
        quarrels = [form for form in self.forms["quarrel"] if "village" not in slots_of(form["body"])]
        self.litter = [form for form in quarrels if "垃圾" in form["body"]]
        self.disputes = [form for form in quarrels if "退" in form["body"] or "储值卡" in form["body"]]

    def make(self, reports):
        for _ in range(round(reports * SHARE)):
            kind = self.kinds.draw(self.rng)
            getattr(self, "_" + kind, self._sheet)(kind)

    def _one(self, source, teller, spot, form, kind):
        planner = self.planner
        at = planner.daytime(self.rng.random() * planner.end * 0.995)
        made = Hazard(len(planner.hazards), LEAVES["J03"], 0, spot, episodes=[Episode(at, at + 60 * HOUR)], real=False)
        planner.hazards.append(made)
        told = planner.tell(made, 0, at, source, teller, role="own", form=form, kind=kind)
        planner.reports -= 1       # they come on top
        return told

    def _sheet(self, kind):
        spot = self.planner.sites.draw(self.rng.choice(("in_estate", "in_estate", "road")))
        missing = {"village"} if spot.estate else {"village", "estate"}
        fitting = [form for form in self.forms[kind] if not missing & slots_of(form["title"] + form["body"])]
        person = self.planner.people.citizen_for(spot)
        self._one("H12345", person, spot, self.rng.choice(fitting), "question" if kind == "consultation" else "complaint")

    def _litter(self, kind):
        spot = self.planner.sites.at_in_estate()
        collector = self.planner.people.worker_at("collector", spot.district, spot.point)
        self._one("CITYMGT", collector, spot, self.rng.choice(self.litter), kind)

    def _dispute(self, kind):
        """Over money with a shop, on the form for such."""
        spot = self.planner.sites.at_shop()
        self._one("MKT12315", self.planner.people.citizen_for(spot), spot, self.rng.choice(self.disputes), kind)

    def _drill(self, kind):
        source = self.rng.choice(DRILL_FEEDS)
        spot = self.planner.sites.at_device() if source == "FIREIOT" else self.planner.sites.at_building()
        body = self.rng.choice(self.planner.words.other["drills"])
        teller = None if source == "FIREIOT" else self.planner.people.citizen_for(spot)
        told = self._one(source, teller, spot, {"title": "消防演练", "body": body}, kind)
        told.leaf = LEAVES["C02" if source == "FIREIOT" else "C01"]
