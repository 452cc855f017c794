"""Names of the labelled city's places, drawn from wording/names.json; which names exist is the wording's business."""

import functools
import json
import os

from chance import Wheel

WORDING = os.path.join(os.path.dirname(os.path.abspath(__file__)), "wording")


@functools.cache
def load(name):
    """One file of the wording, as it stands."""
    with open(os.path.join(WORDING, name), encoding="utf-8") as file:
        return json.load(file)


def weighted(rows):
    return Wheel([row["text"] for row in rows], [row["weight"] for row in rows])


class Namer:
    """Hands out names; the same name twice only where real cities do it too (a road in two districts)."""

    def __init__(self, rng):
        self.rng = rng
        self.lists = load("names.json")
        self.road_suffix = weighted(self.lists["road_suffixes"])
        self.estate_suffix = weighted(self.lists["estate_suffixes"])
        self.used = set()
        self.dealt = {}

    def deal(self, kind):
        """The next name of a list, in an order of chance; after the last one with a number behind it."""
        deck, n = self.dealt.get(kind) or (self.rng.sample(self.lists[kind], len(self.lists[kind])), 0)
        self.dealt[kind] = (deck, n + 1)
        name, again = deck[n % len(deck)], n // len(deck)
        return name if not again else self._again(name, again)

    def _again(self, name, again):
        """"三桥", dealt a second time, becomes "东三桥": lists are shorter than large cities."""
        directions = self.lists["directions"]
        front = directions[(again - 1) % len(directions)] + ("" if again <= len(directions) else directions[again % len(directions)])
        return front + name

    def _first_free(self, make, scope):
        for _ in range(60):
            name = make()
            if (scope, name) not in self.used:
                break
        else:
            name = self._numbered(name, scope)
        self.used.add((scope, name))
        return name

    def _numbered(self, name, scope):
        """三元里大道 -> 三元里二横大道: a name that is taken stands once more with a number in it."""
        for again in range(2, 10_000):
            other = f"{name[:-1]}{self.chinese(again)}{name[-1]}"
            if (scope, other) not in self.used:
                return other
        raise ValueError(f"no free name like {name}")

    def road(self, district):
        """Unique in its district; one in forty names stands in two districts."""
        def make():
            if self.rng.random() < 0.08:
                return self.rng.choice(self.lists["road_full"])
            stem = self.rng.choice(self.lists["road_stems"])
            turn = self.rng.random()
            if turn < 0.07 and stem[-1] not in self.lists["directions"]:
                stem += self.rng.choice(self.lists["directions"][:5])
            suffix = self.road_suffix.draw(self.rng)
            if turn > 0.93:
                suffix += self.rng.choice(self.lists["numbered_lanes"])
            return stem + suffix
        return self._first_free(make, district if self.rng.random() < 0.05 else "")

    def estate(self):
        def make():
            if self.rng.random() < 0.12:
                return self.rng.choice(self.lists["estate_full"])
            name = self.rng.choice(self.lists["estate_stems"]) + self.estate_suffix.draw(self.rng)
            return name + (self.rng.choice(self.lists["estate_phases"]) if self.rng.random() < 0.1 else "")
        return self._first_free(make, "")

    def spelled_otherwise(self, name):
        """The second spelling of an estate that some people use: misheard, without its ending or its phase, or with 小区."""
        parts = [part for part in self.lists["other_spellings"] if part in name]
        if parts and self.rng.random() < 0.6:
            part = self.rng.choice(parts)
            return name.replace(part, self.rng.choice(self.lists["other_spellings"][part]), 1)
        endings = [row["text"] for row in self.lists["estate_suffixes"]] + self.lists["estate_phases"]
        for end in sorted(endings, key=len, reverse=True):
            if name.endswith(end) and len(name) - len(end) >= 2:
                return name[: len(name) - len(end)]
        return name if name.endswith("小区") else name + "小区"

    @staticmethod
    def chinese(number):
        """1..9999 in Chinese numerals as they are spoken."""
        digits, units = "零一二三四五六七八九", ("", "十", "百", "千")
        said, text = "", str(number)
        for place, digit in zip(range(len(text) - 1, -1, -1), text):
            if digit != "0":
                said += digits[int(digit)] + units[place]
            elif not said.endswith("零"):
                said += "零"
        said = said.rstrip("零")
        return said[1:] if said.startswith("一十") else said
