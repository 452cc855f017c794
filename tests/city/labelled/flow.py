"""From tellings to messages: copies and urges, times of writing and sending, numbers, the course of each record.

Messages go out in the order of their sending; some late, some out of order, one feed of one day all at once.
"""

from collections import Counter
from dataclasses import dataclass

from feeds import TOPICS, Forms, Numbers, encode
from plan import DAY, HOUR

# From noticing to the department's own record, and from there to the topic (usual seconds).
WRITTEN = {"H12345": 700, "GRID": 500, "CITYMGT": 1500, "FIRE119": 60, "MKT12315": 6 * HOUR, "FIREIOT": 20}
SENT = {"H12345": 300, "GRID": 240, "CITYMGT": 600, "FIRE119": 50, "MKT12315": 1800, "FIREIOT": 15}
LATE = {"H12345": (0.05, 14 * HOUR), "GRID": (0.07, 20 * HOUR), "CITYMGT": (0.06, 16 * HOUR), "FIRE119": (0.01, HOUR),
        "MKT12315": (0.08, 30 * HOUR), "FIREIOT": (0.02, 2 * HOUR)}
MARKET_LEAVES = {"A01", "A02", "A03", "B03", "D05", "H01", "H02", "H03", "H04"}
OUTCOMES = {"drill": "ignored", "litter": "asked", "question": "asked", "dispute": "asked"}    # of what is no hazard


@dataclass(repr=False)
class Message:
    at: float            # of sending
    source: str
    key: str
    value: bytes
    outcome: str         # report | update | ignored | dead | asked (a consultation: ignored unless its words alarm)
    detail: str = ""

    @property
    def topic(self):
        return TOPICS[self.source]


class Flow:
    def __init__(self, planner, tellers, rng):
        self.planner, self.tellers, self.rng = planner, tellers, rng
        self.forms = Forms(tellers.world, tellers.clock)
        self.numbers, self.messages, self.sheets = Numbers(), [], []
        self.down = None

    # ---- repeats that are no witnesses

    def extend(self):
        """Copies handed on to other departments, urges under new numbers, quotes of other matters."""
        for hazard in list(self.planner.hazards):
            for told in list(hazard.tellings):
                if told.source == "H12345" and told.role in ("own", "again"):
                    self._hand_on(hazard, told)
                    self._urge(hazard, told)

    def _hand_on(self, hazard, told):
        rng = self.rng
        share = 0.13 if told.leaf.code in MARKET_LEAVES else 0.055
        if rng.random() < share * (0.4 if hazard.storm else 1.0):
            source = "MKT12315" if told.leaf.code in MARKET_LEAVES else "CITYMGT"
            at = told.at + rng.uniform(1, 40) * HOUR
            if at < self.planner.end:
                copy = self.planner.tell(hazard, told.episode, at, source, told.teller, role="copy", of=told)
                copy.leaf, copy.sub = told.leaf, told.sub

    def _urge(self, hazard, told):
        rng = self.rng
        if told.teller and told.teller.phone and rng.random() < (0.022 if not hazard.storm else 0.008):
            at = self.planner.daytime(told.at + rng.uniform(1, 6) * DAY)
            if told.at < at < self.planner.end:
                urge = self.planner.tell(hazard, told.episode, at, "H12345", told.teller, role="urge", of=told)
                urge.leaf, urge.sub = told.leaf, told.sub
                urge.quote = told if rng.random() < 0.6 else None

    def quote_others(self):
        """One caller in a hundred mentions another order of his, which is not about this."""
        by_person = {}
        for told in self.ordered():
            person = told.teller
            if told.source != "H12345" or not getattr(person, "phone", ""):
                continue
            before = by_person.setdefault(person.no, [])
            others = [t for t in before if t.hazard is not told.hazard and t.hazard.real]
            if others and told.role == "own" and told.hazard.real and not told.hazard.storm and self.rng.random() < 0.05:
                told.other = others[-1]
            before.append(told)

    # ---- wording in the order of writing

    def ordered(self):
        tellings = [told for hazard in self.planner.hazards for told in hazard.tellings]
        return sorted(tellings, key=lambda t: (t.reported, t.hazard.no, t.at))

    def write_times(self):
        """When the department writes it down; what goes back to another record is written after it."""
        rng = self.rng
        for hazard in self.planner.hazards:
            for told in sorted(hazard.tellings, key=lambda t: (t.at, t.role != "own")):
                usual = WRITTEN[told.source] * (0.4 if hazard.storm else 1.0)
                told.reported = told.at + 5 + rng.expovariate(1 / usual)
                before = [t.reported for t in (told.of, told.quote) if t]
                if before:
                    told.reported = max(told.reported, max(before) + 60)
                told.reported = min(told.reported, self.planner.end - 1)

    def word(self):
        for told in self.ordered():
            if told.reported >= self.planner.end:
                continue
            if any(t and t.sheet is None for t in (told.of if told.role in ("copy", "urge") else None, told.quote, told.other)):
                told.quote = told.other = None
                if told.role in ("copy", "urge"):
                    continue
            made = told.sheet = self.tellers.sheet(told)
            made.reported_at = told.reported
            made.record_no = self.numbers.next(told.source, told.hazard.spot.district.area, self.tellers.clock(told.reported))
            made.sent_at = told.reported + self.delay(told.source)
            self.sheets.append(made)

    def delay(self, source):
        share, late = LATE[source]
        if self.rng.random() < share:
            return self.rng.uniform(0.2, 1.0) * late
        return 2 + self.rng.expovariate(1 / SENT[source])

    # ---- what goes over the wire

    def put(self, at, source, key, record, outcome, detail="", old_node=False):
        if at < self.planner.end + 2 * DAY:
            self.messages.append(Message(at, source, key, encode(source, record, old_node), outcome, detail))

    def send(self):
        self.replies()
        for made in self.sheets:
            record, old_node = self.forms.report(made)
            outcome = OUTCOMES.get(made.told.kind) or ("asked" if made.consultation else "report")
            self.put(made.sent_at, made.source, made.record_no, record, outcome, old_node=old_node)
            if outcome != "ignored" and made.told.kind not in ("litter", "dispute"):
                self.course(made)
        self.sent_twice()
        self.broken()

    def replies(self):
        other = self.tellers.words.other["replies"]
        for hazard in self.planner.hazards:
            for n, episode in enumerate(hazard.episodes):
                own = self.tellers.words.list_of(hazard.leaf.code, "replies") if hazard.real and self.rng.random() < 0.6 else None
                hazard.replies[n] = self.rng.choice(other["on_paper"] if episode.sham else own or other["real"])

    def course(self, made):
        """Dispatched, sometimes urged or split, and closed with its episode; one in twelve is closed early."""
        rng, told, seq = self.rng, made.told, 1
        episode = told.hazard.episodes[told.episode]
        if made.source == "FIREIOT":
            self.put(made.sent_at + rng.uniform(60, 1800), made.source, made.record_no,
                     self.forms.step(made, 2, 60 if rng.random() < 0.7 else 40, made.sent_at + 60), "update")
            return
        at = made.sent_at + rng.uniform(0.3, 5) * HOUR * (0.1 if told.leaf.burst else 1.0)
        if rng.random() < 0.35:
            seq += 1
            if made.source == "H12345" and rng.random() < 0.3:
                for part in (1, 2)[: rng.choice((1, 2))]:
                    self.put(at, made.source, made.record_no, self.forms.sub_H12345(made, seq, part, at), "update")
                    seq += 1
            else:
                self.put(at, made.source, made.record_no, self.forms.step(made, seq, 30, at), "update")
        if made.source == "H12345" and rng.random() < 0.04:
            seq += 1
            self.put(at + 3 * HOUR, made.source, made.record_no, self.forms.urge_H12345(made, seq, at + 3 * HOUR), "update")
        early = rng.random() < 0.08
        closed = at + rng.uniform(2, 20) * HOUR if early else max(at + 600, episode.end + rng.uniform(0, 30) * HOUR)
        if rng.random() < 0.87 and closed < self.planner.end:
            self.put(closed, made.source, made.record_no, self.forms.step(made, seq + 1, 60, closed), "update")

    def sent_twice(self):
        """One message in two hundred arrives again, byte for byte."""
        for message in list(self.messages):
            if self.rng.random() < 0.005:
                self.messages.append(Message(message.at + self.rng.uniform(5, 3 * HOUR), message.source, message.key, message.value,
                                             "again", message.outcome))

    def broken(self):
        """A transmission cut off, repeated whole a second later: one in a thousand, at least one of each feed."""
        for source in TOPICS:
            whole = [m for m in self.messages if m.source == source and m.outcome == "report"]
            for message in self.rng.sample(whole, min(len(whole), max(1, len(whole) // 1000))):
                self.messages.append(Message(message.at - 1, source, message.key, message.value[: len(message.value) // 2], "dead"))

    def break_down(self, days):
        """One feed is silent for a day; the next morning all of it comes within minutes."""
        source = self.rng.choice(("H12345", "CITYMGT", "GRID"))
        on_day = Counter(int(m.at // DAY) for m in self.messages if m.source == source)
        middle = range(days // 4, max(days // 4 + 1, days * 3 // 4))
        day = max(self.rng.sample(middle, min(8, len(middle))), key=lambda d: (on_day[d], d))     # a busy one
        held = [m for m in self.messages if m.source == source and day * DAY <= m.at < (day + 1) * DAY]
        for n, message in enumerate(sorted(held, key=lambda m: m.at)):
            message.at = (day + 1) * DAY + 8 * HOUR + n * 0.5
        self.down = {"source": source, "day": day, "messages": len(held)}

    def in_order(self):
        """Sorted by sending; equal times keep the order of making."""
        self.messages.sort(key=lambda m: (m.at,))
        return self.messages


