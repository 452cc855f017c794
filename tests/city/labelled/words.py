"""The wording of hazards (wording/hazards/LEAF.json): sub-kinds and their phrases by mouth. Nothing here reads them."""

import functools
import json
import os

from chance import Wheel
from leaves import LEAVES
from names import WORDING, load

INSTEAD = {"what": ("what",), "note": ("note", "what"), "fire": ("fire", "note", "what"), "market": ("market", "what"),
           "device": ("device", "note", "what")}


class Words:
    def __init__(self):
        self.leaves = {}
        for code in LEAVES:
            path = os.path.join(WORDING, "hazards", code + ".json")
            with open(path, encoding="utf-8") as file:
                self.leaves[code] = json.load(file)
        self.other = load("other.json")
        self.wheels = {code: Wheel(range(len(w["subkinds"])), [s["weight"] for s in w["subkinds"]]) for code, w in self.leaves.items()}

    def sub(self, code, rng):
        """A sub-kind by its weight."""
        return self.wheels[code].draw(rng)

    def sub_name(self, code, sub):
        return self.leaves[code]["subkinds"][sub]["name"]

    @functools.cache
    def phrases(self, code, sub, mouth):
        """The phrases of a sub-kind in a mouth; what the sub-kind lacks there another one of the leaf says."""
        kind = self.leaves[code]["subkinds"][sub]
        return kind.get(mouth) or self.spoken_by(code, mouth) or next(kind[name] for name in INSTEAD[mouth] if kind.get(name))

    @functools.cache
    def spoken_by(self, code, mouth):
        """All that a mouth says of a leaf; empty when that mouth never reports it."""
        return [phrase for kind in self.leaves[code]["subkinds"] for phrase in kind.get(mouth, ())]

    def list_of(self, code, name):
        return self.leaves[code][name]
