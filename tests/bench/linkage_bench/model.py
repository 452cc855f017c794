"""What the bench reads of a model file, and a copy of it with other numbers."""

import re
import shutil
from pathlib import Path

CLASS_ROW = re.compile(r'^\s*\("([A-J]\d\d)",\s*"\w+",\s*"\w+",\s*"(\w+)",\s*(\d+),\s*\d+,\s*\d+,\s*\d+,\s*\d+,\s*(\d),', re.M)
WEIGHT_MAX = 60_000


class Model:
    """deploy/model, or a folder like it."""

    def __init__(self, path):
        self.path = Path(path)
        self.text = self.path.read_text(encoding="utf-8")
        rows = CLASS_ROW.findall(self.text)
        if not rows:
            raise SystemExit(f"{path}: found no row of a class")
        self.radius_of = {code: int(radius) for code, _, radius, _ in rows}
        self.scope_of = {code: scope for code, scope, _, _ in rows}
        self.colour_of = {code: int(colour) for code, _, _, colour in rows}

    def number(self, group, key):
        start, end = self._group(group)
        found = re.search(rf"\b{key}\s*=\s*(-?\d+)", self.text[start:end])
        if not found:
            raise SystemExit(f"{self.path}: no number {key} in {group}")
        return int(found[1])

    def set_number(self, group, key, value):
        start, end = self._group(group)
        changed, count = re.subn(rf"(\b{key}\s*=\s*)-?\d+", rf"\g<1>{clipped(value)}", self.text[start:end], count=1)
        if count != 1:
            raise SystemExit(f"{self.path}: no number {key} in {group}")
        self.text = self.text[:start] + changed + self.text[end:]

    def set_step(self, group, level, value):
        """A row (bound, weight, "level") of a table of steps."""
        start, end = self._group(group)
        changed, count = re.subn(rf'(\(\s*\d+,\s*)-?\d+(,\s*"{re.escape(level)}"\s*\))', rf"\g<1>{clipped(value)}\g<2>",
                                 self.text[start:end])
        if count != 1:
            raise SystemExit(f"{self.path}: no step {level} in {group}")
        self.text = self.text[:start] + changed + self.text[end:]

    def steps(self, group):
        """[[(level, weight)]] of each table of steps of a group."""
        start, end = self._group(group)
        tables = re.findall(r"=\s*\(((?:\s*\([^()]*\)\s*,?)+)\s*\)", self.text[start:end])
        return [[(level, int(weight)) for weight, level in re.findall(r'\(\s*\d+,\s*(-?\d+),\s*"([^"]+)"\s*\)', table)]
                for table in tables]

    def name_ledgers(self, snapshots):
        """{kind: snapshot}: a ledger is used when the model names it."""
        line = "ledger = { " + " ".join(f'{kind} = "{snapshot}";' for kind, snapshot in snapshots.items()) + " };\n"
        self.text = re.sub(r"^ledger\s*=\s*\{[^}]*\};?[^\n]*\n", "", self.text, flags=re.M) + line

    def write(self, folder):
        """A folder with all files of the model and this text; returns the file."""
        shutil.copytree(self.path.parent, folder)
        copy = Path(folder) / self.path.name
        copy.write_text(self.text, encoding="utf-8")
        return copy

    def _group(self, name):
        found = re.search(rf"^{name}\s*=\s*\{{", self.text, re.M)
        if not found:
            raise SystemExit(f"{self.path}: no group {name}")
        return found.end(), self.text.index("}", found.end())


def clipped(value):
    return max(-WEIGHT_MAX, min(WEIGHT_MAX, round(value)))
