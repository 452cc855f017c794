"""The leaves of the hazard tree as the labelled city meets them: how often, where, how long, who tells of them.

Scope, radius, recurrence and colour are those of the tree; the rest is the city's own. Sites say where a hazard of the
leaf can sit (sites.py), mouths which feeds hear of it (weights; they are normalised).
"""

from dataclasses import dataclass

BURST = {"B01", "B05", "C01", "C02", "D06", "E02", "E06", "E08", "G02", "I02"}
FAMILIES = ({"A01", "A02"}, {"B01", "B03"}, {"C01", "C02"}, {"E02", "E06", "G02"}, {"F01", "F03"})
SCOPES = {
    "area": "B01 B05 C01 D06 E06 E08 G02 G03 I01 I02 I03", "asset": "A01 A02 A03 A04 A05 C02 C06",
    "building": "C03 C05 C07 D01 D02 F01 F02", "unit": "F05", "party": "B03 D05 H01 H02 H03 H04",
}
SCOPE = {leaf: scope for scope, leaves in SCOPES.items() for leaf in leaves.split()}

# For leaves that people take for one another at first sight: what a desk may file, or a caller may call it.
CONFUSED = {
    "A01": "A02", "A02": "A01 A03", "A03": "A02", "A04": "B04", "A05": "J01 J02", "B01": "B05 B03 E07", "B02": "B03 B01",
    "B03": "B02 B01 H01", "B04": "B06 B05", "B05": "B01 I01", "B06": "B04", "C01": "I02 C02", "C02": "C05", "C03": "C04 C07 D01",
    "C04": "C03 E03", "C05": "C06 C03", "C06": "E06 C05", "C07": "C03 D01 F04", "D01": "D02 C03", "D02": "D01 D03", "D03": "D04 D06",
    "D04": "D03", "D05": "H04 D01", "D06": "D03 A02", "E01": "E03 E07", "E02": "E03 E06", "E03": "E02 E01", "E04": "E03 F06",
    "E05": "D03 D04",
    "E06": "E07 G02", "E07": "E06 G02 I01", "E08": "E06", "F01": "F02 F03", "F02": "F01 F05", "F03": "F01", "F04": "F05 F06",
    "F05": "F04 F02", "F06": "E03 F04", "G01": "D03", "G02": "E07 E06", "G03": "E03", "G04": "E02 F02", "H01": "H02 B03", "H02": "H01",
    "H03": "H04 H01", "H04": "H01 D05", "I01": "E07 I03", "I02": "C01", "I03": "E06 I01", "I04": "I01", "J01": "J02 A05",
    "J02": "C03 C04", "J03": "J02",
}


@dataclass(frozen=True)
class Leaf:
    code: str
    weight: float        # share of the hazards that begin, storms apart
    sites: str           # "kind:weight ..." or "kind"
    mouths: str          # "H:5 G:3 ..."; H hotline, G grid, C city management, F fire, M market, I fire IoT
    radius_m: int
    fix_hours: float     # usual time to a repair
    recurrence_d: int
    repeat: float = 1.0  # how much likelier than usual it is reported again
    sham: float = 0.3    # share of closings that are on paper only

    @property
    def scope(self):
        return SCOPE.get(self.code, "point")

    @property
    def sure_m(self):
        """Two points this close to a hazard are sure to mean it: the radius, but no more than half the spacing of such
        things; of a fire the radius that holds after its first two hours."""
        return {"E01": 10, "E05": 15, "C06": 30, "C01": 100}.get(self.code, self.radius_m)

    @property
    def burst(self):
        return self.code in BURST

    @property
    def family(self):
        return min(next((f for f in FAMILIES if self.code in f), {self.code}))

    @property
    def confused(self):
        return CONFUSED[self.code].split()


def shares(text):
    """"H:5 G:3" -> {"H": 5.0, "G": 3.0}; a word alone weighs 1."""
    pairs = (part.partition(":") for part in text.split())
    return {name: float(weight or 1) for name, _, weight in pairs}


LEAVES = {leaf.code: leaf for leaf in (
    Leaf("A01", 1.3, "lift", "H:3 F:6 C:1 M:1", 60, 3, 90, 1.2),
    Leaf("A02", 8.0, "lift", "H:7 G:2 M:1.5 C:1", 60, 60, 90, 2.2),
    Leaf("A03", 0.5, "escalator", "H:3 M:2 G:1", 60, 60, 60),
    Leaf("A04", 0.15, "plant", "H:2 M:2", 100, 160, 90),
    Leaf("A05", 0.25, "park", "H:3 M:1 G:1", 100, 80, 60),
    Leaf("B01", 2.2, "building:6 road:2 food:1", "H:5 F:4 G:1 C:1 I:1", 200, 6, 7, 1.2),
    Leaf("B02", 0.6, "building:1 food:2 village:1", "H:3 G:2 F:1", 50, 80, 60),
    Leaf("B03", 0.9, "food", "H:3 G:2 M:2", 50, 150, 60),
    Leaf("B04", 0.25, "plant:2 building:1 village:1", "H:3 G:1 F:1", 200, 160, 90),
    Leaf("B05", 0.3, "plant:3 road:1", "H:4 F:2", 500, 7, 3),
    Leaf("B06", 0.5, "village:2 building:1 shop:1", "H:4 G:1 C:1", 100, 24, 30),
    Leaf("C01", 2.2, "unit:4 food:1 road:1 village:1 shop:1", "F:8 H:2 G:1", 500, 2, 1, 1.2, 0.0),
    Leaf("C02", 3.6, "device", "I:1", 80, 2, 0, 1.4, 0.0),
    Leaf("C03", 6.0, "building:9 shop:1", "H:6 G:3 F:1 C:1", 50, 70, 30, 1.5),
    Leaf("C04", 4.5, "gate:4 road:3 in_estate:4", "H:6 G:2 C:1 F:1", 80, 50, 30, 1.5),
    Leaf("C05", 3.4, "building", "H:4 G:3 I:2 F:1 C:1", 60, 90, 60),
    Leaf("C06", 1.2, "hydrant", "H:2 G:3 C:3 I:1", 30, 90, 60),
    Leaf("C07", 2.4, "building:4 shop:3 village:2", "H:4 G:4 F:1", 40, 240, 90),
    Leaf("D01", 6.2, "building", "H:7 G:3 C:1", 50, 60, 30, 1.6),
    Leaf("D02", 5.0, "building:8 village:1", "H:6 G:4", 50, 60, 30, 1.4),
    Leaf("D03", 1.8, "pole", "H:4 G:2 F:2 C:2", 60, 8, 30),
    Leaf("D04", 2.6, "pole:3 in_estate:1", "H:4 G:3 C:3", 50, 40, 30),
    Leaf("D05", 0.4, "shop", "H:2 M:3", 50, 350, 90),
    Leaf("D06", 0.5, "building:3 village:1", "H:1", 800, 5, 3, 1.5, 0.0),
    Leaf("E01", 6.5, "manhole", "H:5 G:4 C:5", 25, 24, 30, 1.3),
    Leaf("E02", 1.0, "road", "H:5 G:2 C:2 F:1", 80, 40, 60, 1.4),
    Leaf("E03", 6.0, "road:8 in_estate:1", "H:5 G:4 C:4", 30, 110, 60, 1.2),
    Leaf("E04", 1.3, "bridge:3 road:1", "H:3 G:2 C:3", 60, 100, 90),
    Leaf("E05", 6.0, "lamp:6 junction:2", "H:6 G:3 C:4", 40, 60, 30, 1.1),
    Leaf("E06", 1.6, "road:3 in_estate:2", "H:6 G:1 C:1", 200, 9, 7, 1.3, 0.1),
    Leaf("E07", 4.2, "road:3 in_estate:4 building:1", "H:7 G:2 C:2", 100, 40, 30, 1.5),
    Leaf("E08", 0.5, "in_estate:2 road:1", "H:1", 200, 14, 7, 1.2),
    Leaf("F01", 2.6, "building", "H:6 G:2 F:1", 50, 400, 90, 1.4),
    Leaf("F02", 1.1, "building:3 village:2", "H:5 G:3", 50, 500, 180, 1.2),
    Leaf("F03", 2.2, "sign", "H:3 G:3 C:4", 40, 40, 60),
    Leaf("F04", 3.2, "roof:5 village:2 road:1", "H:7 G:2 C:3", 40, 480, 180, 1.3),
    Leaf("F05", 1.0, "unit", "H:6 G:1", 40, 60, 180, 1.2),
    Leaf("F06", 2.6, "site:5 road:1", "H:6 G:2 C:2", 150, 80, 30, 1.3),
    Leaf("G01", 4.0, "tree:5 in_estate:4", "H:4 G:4 C:4 F:1", 50, 20, 7),
    Leaf("G02", 2.2, "low", "H:5 G:2 C:3 F:1", 200, 9, 30, 1.2),
    Leaf("G03", 0.3, "road:2 bridge:1", "H:2 G:1 C:2", 200, 26, 3),
    Leaf("G04", 0.5, "village:3 road:2", "H:3 G:3 F:1", 200, 120, 180),
    Leaf("H01", 7.0, "food", "H:5 M:7 G:1", 50, 240, 60, 1.2),
    Leaf("H02", 0.4, "food", "H:3 M:3 F:1", 100, 40, 7, 1.2),
    Leaf("H03", 0.7, "pharmacy", "H:3 M:5", 50, 240, 60),
    Leaf("H04", 0.9, "shop", "H:3 M:6", 50, 240, 90),
    Leaf("I01", 1.5, "river:3 road:2 plant:1", "H:6 G:3 C:1", 200, 90, 30, 1.2),
    Leaf("I02", 1.8, "village:4 road:2", "H:6 C:3 F:2 G:2", 300, 3, 3),
    Leaf("I03", 0.8, "building", "H:1", 300, 30, 14),
    Leaf("I04", 0.25, "hospital:3 road:1", "H:3 G:1 C:1", 60, 10, 30),
    Leaf("J01", 1.6, "in_estate:4 park:3", "H:5 G:3 C:2", 40, 120, 60),
    Leaf("J02", 1.2, "school:4 market:3 mall:1", "H:5 G:3", 100, 90, 60),
    Leaf("J03", 3.4, "in_estate:4 road:3 building:2 poi:1", "H:6 G:3 C:1", 40, 90, 30),
)}
SOURCES = {"H": "H12345", "G": "GRID", "C": "CITYMGT", "F": "FIRE119", "M": "MKT12315", "I": "FIREIOT"}
