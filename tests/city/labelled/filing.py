"""Under which code each department files what it is told: its own table, with the confusions of its desks.

About three in four are right; the rest go to a neighbouring class or to "other". A department without a code for a leaf
files it under the nearest it has. Codes are those of the feeds' tables; a few in a thousand are of no table.
"""

from leaves import CONFUSED

HOTLINE = dict(pair.split(":") for pair in (
    "A01:010102 A02:010101 A03:010201 A04:010301 A05:010401 B01:020101 B02:020201 B03:020301 B04:020401 B05:020501 B06:020601 "
    "C01:030101 C02:030101 C03:030201 C04:030301 C05:030401 C06:030501 C07:030601 D01:040101 D02:040201 D03:040301 D04:040401 "
    "D06:040501 E01:050101 E02:050201 E03:050301 E04:050401 E05:050501 E06:050601 E07:050701 E08:050801 F01:060101 F02:060201 "
    "F03:060301 F04:060401 F05:060501 F06:060601 G01:070101 G02:070201 G03:070301 G04:070401 H01:080101 H02:080201 H03:080301 "
    "H04:080401 D05:080501 I01:090101 I02:090201 I03:090301 I04:090401 J01:100101 J02:100201 J03:990101").split())
GRID = dict(pair.split(":") for pair in (
    "A01:901504 A02:901503 B01:200403 B06:200714 C01:200411 C03:200735 C04:200796 C05:100113 C06:100112 C07:200795 D01:200798 "
    "D02:200797 D03:100116 D04:200406 D06:901703 E01:100103 E02:200401 E03:200306 E04:100211 E05:100118 E06:200402 E07:200404 "
    "E08:900401 F01:200794 F02:900402 F03:100307 F04:200101 F05:200709 F06:200307 G01:100402 G02:200111 G03:200112 G04:200130 "
    "H01:200501 I01:200115 I02:200127 I03:901301 I04:200116 J01:100126").split())
CITYMGT = dict(pair.split(":") for pair in (
    "A01:91504 A02:91503 B01:20403 C01:20411 C03:20735 C05:10113 C06:10112 D01:20506 D03:10116 D04:20406 E01:10103 E02:20401 "
    "E03:20306 E04:10211 E05:10118 E06:20402 E07:20192 F02:90402 F03:10307 F04:20101 F05:20709 F06:20307 G01:10402 G02:20111 "
    "G03:20112 I01:20115 I02:20127 I04:20116 J01:10126").split())
FIRE = dict(pair.split(":") for pair in (
    "A01:20100 A02:50100 B01:20200 B05:20300 B04:20300 C01:10100 C02:10100 D03:20400 E02:20500 F01:20600 G01:50200 G02:20700 G04:20800 "
    "F02:20900 I02:10900").split())
MARKET = {"H01": "0601", "A02": "0701", "A01": "0701", "D05": "0803", "A03": "0702", "A04": "0703", "A05": "0704", "H02": "0602",
          "H03": "0610", "H04": "0801", "B03": "0620"}
TABLES = {"H12345": HOTLINE, "GRID": GRID, "CITYMGT": CITYMGT, "FIRE119": FIRE, "MKT12315": MARKET}
OTHER = {"H12345": ("990101", "990201", "01"), "GRID": ("100199", "200999"), "CITYMGT": ("10199", "29999", "99999"),
         "FIRE119": ("60000", "50900"), "MKT12315": ("9901", "0999")}
MANHOLES = {"GRID": ("100101", "100102", "100103", "100105", "100107", "100111"),
            "CITYMGT": ("10101", "10102", "10103", "10105", "10107", "10111")}
RIGHT, NEIGHBOUR = 0.755, 0.15


def filed(rng, source, leaf, device_code=""):
    """(code, how): how is right, neighbour or other."""
    if source == "FIREIOT":
        return device_code, "right"
    table, turn = TABLES[source], rng.random()
    if turn < RIGHT + (0.08 if source == "FIRE119" else 0.0):
        code = table.get(leaf)
        if code is None:
            return rng.choice(OTHER[source]), "other"
        if leaf == "E01" and source in MANHOLES:
            code = rng.choice(MANHOLES[source])
        return code, "right"
    if turn < RIGHT + NEIGHBOUR:
        neighbours = [n for n in CONFUSED[leaf].split() if n in table and table[n] != table.get(leaf)]
        if neighbours:
            return table[rng.choice(neighbours)], "neighbour"
    return rng.choice(OTHER[source]), "other"


def no_hazard(rng, source, kind):
    """The code of what is no hazard; litter has one of its own."""
    return "20102" if kind == "litter" else rng.choice(OTHER[source])
