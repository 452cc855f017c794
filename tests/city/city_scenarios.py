"""Hazards planted by name: scenarios 1, 3, 4, 5, 6, 8 and 13 of the domain page, and a few hard ones beside them."""

from city_ids import break_credit_code, credit_code
from city_reports import Hazard, Spot, Unclear
from city_words import SUGGESTIONS
from city_world import DISTRICTS, Estate, Road, Shop

EAST, WEST = DISTRICTS[0], DISTRICTS[1]
# Places of their own, off the grid of the random city.
OLD_ESTATE = Estate("听雨新村", EAST, 2300.0, 8700.0, 12, 3)
TWIN_ESTATE = Estate("桂月苑", WEST, 11000.0, 8700.0, 10, 2)
RARE_ESTATE = Estate("㙍堃花园", EAST, 5200.0, 8900.0, 6, 2)
NULL_ESTATE = Estate("零点小区", WEST, 13600.0, 8800.0, 8, 2)
FAR_ESTATE = Estate("极光公寓", WEST, 16000.0, 8600.0, 8, 2)
VAGUE_ESTATES = (Estate("雾里花园", EAST, 7600.0, 8800.0, 8, 2), Estate("烟波小区", WEST, 17500.0, 7000.0, 8, 2))
COVER_ROAD = Road("环星大道", EAST, 300.0, 8200.0, True)
TWIN_ROAD = Road("双子路", WEST, 9200.0, 8200.0, True)
SHOP_ROAD = Road("集市街", EAST, 300.0, 7800.0, True)
INSPECTED_ROAD = Road("小满街", WEST, 9200.0, 7700.0, True)


def make_scenarios(bench):
    for plant in (lift, one_cover, two_covers, two_lifts, rare_characters, broken_places, broken_credit_code, branches,
                  inspected, neighbours, vague, no_place, suggestions, asked_by_the_way):
        for _ in range(50):
            state = bench.state()
            try:
                plant(bench)
                break
            except Unclear as unclear:
                why = unclear
                bench.restore(state)
        else:
            raise why


def estate_spot(estate, building, unit=0):
    return Spot(estate.district, *estate.door(building), estate=estate, building=building, unit=unit)


def road_spot(road, number):
    return Spot(road.district, *road.door(number), road=road, number=number)


def report(bench, hazard, source, at, spot, facet=0, **more):
    """One planted report; `more` overrides fields before it is worded, `extra` is added to the text, `alike` is bits."""
    extra, alike = more.pop("extra", ""), more.pop("alike", -9.0)
    place = {k: more.pop(k) for k in ("with_point", "unit", "scatter_m") if k in more}
    style, admin = more.pop("style", None), more.pop("admin", None)
    made = bench.new_report(source, hazard, at, more.pop("lag_minutes", None))
    bench.place(made, spot, **place)
    for name, value in more.items():
        setattr(made, name, value)
    bench.address_of(made, style, admin)
    if not bench.word(made, facet, hazard.reports, extra, alike):
        raise Unclear(f"{hazard.name}: no wording is clear for {source} at {at}")
    hazard.reports.append(made)
    return made


def lift(bench):
    """1: eight reports of one lift in three months from two callers and three grid workers, then people in it."""
    hazard = Hazard("scenario-1-lift", "A02", EAST, level=1)
    spot = estate_spot(OLD_ESTATE, 3, 2)
    plate = bench.world.new_plate()
    first, second = bench.world.new_citizen(), bench.world.new_citizen()
    workers = [w for w in bench.world.workers if w.number.startswith("WG990101")][:3]
    for days, source, who, plated in (
        (88, "H12345", first, True), (85, "GRID", workers[0], True), (82, "H12345", second, True),
        (79, "H12345", first, True), (51, "GRID", workers[1], True), (24, "H12345", first, False),
        (17, "GRID", workers[2], True), (11, "H12345", second, False),
    ):
        more = {"alike": 3.9, "plate": plate if plated else "", "reporter": who if source == "H12345" else who.number}
        if source == "GRID":
            more["worker"] = who
        report(bench, hazard, source, bench.before(days, 9.5 - days % 5), spot, **more)
    call = bench.new_report("FIRE119", hazard, bench.before(2, 3.6))
    call.klass = "A01"
    bench.place(call, spot, scatter_m=6.0)
    call.plate, call.trapped = plate, 3
    call.body = "电梯经常异响停运，这次轿厢内被困3人"
    hazard.reports.append(call)
    bench.add(hazard)


def one_cover(bench):
    """3: one manhole seen in CGCS2000, GCJ-02 and BD-09; the address names the road alone, so the points decide."""
    hazard = Hazard("scenario-3-one-cover", "E01", EAST)
    spot = road_spot(COVER_ROAD, 150)
    part = bench.world.new_part(EAST.area)
    for days, source, more in (
        (40, "GRID", {"part": part}), (39, "H12345", {}), (38, "MKT12315", {}), (37, "H12345", {}),
    ):
        report(bench, hazard, source, bench.before(days, 5), spot, number=0, scatter_m=2.0, **more)
    bench.add(hazard)


def two_covers(bench):
    """4: two manholes 40 m apart on one road, in the same words within days."""
    for name, number in (("scenario-4-cover-a", 60), ("scenario-4-cover-b", 68)):
        hazard = Hazard(name, "E01", WEST)
        spot = road_spot(TWIN_ROAD, number)
        part = bench.world.new_part(WEST.area)
        report(bench, hazard, "GRID", bench.before(30, number / 10), spot, facet=1, part=part, scatter_m=2.0)
        report(bench, hazard, "H12345", bench.before(29, number / 10), spot, facet=1, scatter_m=2.0)
        report(bench, hazard, "GRID", bench.before(27, number / 10), spot, facet=1, part=part, scatter_m=2.0)
        bench.add(hazard)


def two_lifts(bench):
    """5: two lifts in one building at one address; the plates differ."""
    for name, hours in (("scenario-5-lift-a", 0), ("scenario-5-lift-b", 5)):
        hazard = Hazard(name, "A02", WEST)
        spot = estate_spot(TWIN_ESTATE, 8)
        plate = bench.world.new_plate()
        for days, source in ((33, "H12345"), (31, "GRID"), (29, "H12345"), (28, "GRID")):
            report(bench, hazard, source, bench.before(days, 2 + hours), spot, facet=1, plate=plate)
        bench.add(hazard)


def rare_characters(bench):
    """6: 堃 and 㙍 in GB18030 bytes, full-width digits, 栋 against 幢 and 号楼: one standard address."""
    hazard = Hazard("scenario-6-rare-characters", "F02", EAST)
    spot = estate_spot(RARE_ESTATE, 1)
    for days, source, style, admin in (
        (20, "FIRE119", "wide", False), (19, "H12345", "幢", True), (18, "GRID", "chinese", False), (17, "FIRE119", "栋", True),
        (16, "H12345", "wide", False),
    ):
        report(bench, hazard, source, bench.before(days, 7), spot, style=style, admin=admin, with_point=False)
    bench.add(hazard)


def broken_places(bench):
    """8: points of 0,0, swapped ones, none; a masked phone and an anonymous caller. The address decides."""
    hazard = Hazard("scenario-8-broken-places", "C03", WEST)
    spot = estate_spot(NULL_ESTATE, 6)
    for days, source, more in (
        (26, "H12345", {"point_form": "zero", "masked": True}), (25, "H12345", {"point_form": "swapped"}),
        (24, "GRID", {"point_form": "zero"}), (23, "H12345", {"with_point": False, "reporter": ""}),
    ):
        made = report(bench, hazard, source, bench.before(days, 6), spot, facet=1, **more)
        if made.point_form == "zero":
            made.point = None
    bench.add(hazard)
    other = Hazard("scenario-8-zero-elsewhere", "C03", WEST)
    spot = estate_spot(FAR_ESTATE, 2)
    for days, source in ((25, "H12345"), (24, "GRID")):
        made = report(bench, other, source, bench.before(days, 4), spot, facet=1, point_form="zero")
        made.point = None
    bench.add(other)


def broken_credit_code(bench):
    """13: a complaint about a shop whose credit code fails its check: kept, flagged, matched by name and address."""
    hazard = Hazard("scenario-13-credit-code", "H01", EAST)
    shop = Shop("星夜小馆（集市街店）", "food", "", SHOP_ROAD, 36)
    code = bench.world.shops[0].code
    spot = Spot(EAST, *SHOP_ROAD.door(36), road=SHOP_ROAD, number=36, shop=shop)
    for days, source, usc in ((15, "MKT12315", break_credit_code(code)), (14, "H12345", ""), (12, "MKT12315", break_credit_code(code))):
        report(bench, hazard, source, bench.before(days, 8), spot, usc=usc)
    bench.add(hazard)


def branches(bench):
    """Two branches of one chain under one credit code, dirty in the same words in the same week: two hazards."""
    by_code = {}
    for shop in bench.world.shops:
        by_code.setdefault((shop.code, shop.road.district.region), []).append(shop)
    pair = next(shops for shops in by_code.values() if len(shops) > 1 and shops[0].kind == "food")[:2]
    for i, shop in enumerate(pair):
        hazard = Hazard(f"same-chain-{'ab'[i]}", "H01", shop.road.district)
        spot = Spot(shop.road.district, *shop.road.door(shop.number), road=shop.road, number=shop.number, shop=shop)
        for days, source in ((10, "MKT12315"), (9, "H12345"), (8, "MKT12315")):
            report(bench, hazard, source, bench.before(days, 3 + 2 * i), spot, facet=1, usc=shop.code)
        bench.add(hazard)


def inspected(bench):
    """A shop complained about, found dirty by a spot check and complained about again: one hazard, the check a report of it."""
    hazard = Hazard("inspection-finds-it", "H01", WEST)
    shop = Shop("望舒饺子馆", "food", credit_code(WEST.area, 4444), INSPECTED_ROAD, 90)
    spot = Spot(WEST, *INSPECTED_ROAD.door(90), road=INSPECTED_ROAD, number=90, shop=shop)
    for days, source, more in (
        (36, "H12345", {}), (35, "MKT12315", {"inspection": "4", "reporter": ""}), (33, "MKT12315", {}),
    ):
        report(bench, hazard, source, bench.before(days, 6), spot, usc=shop.code if source == "MKT12315" else "", **more)
    bench.add(hazard)


def neighbours(bench):
    """3号楼 and 13号楼 in the same words on the same day: two hazards. The first is copied by another department."""
    for name, building in (("same-words-3", 3), ("same-words-13", 13)):
        hazard = Hazard(name, "D01", WEST)
        estate = Estate("镜湖小区", WEST, 12500.0, 7300.0, 15, 2)
        spot = estate_spot(estate, building)
        first = report(bench, hazard, "H12345", bench.before(6, building / 5), spot, style="号楼", with_point=False)
        report(bench, hazard, "GRID", bench.before(5, building / 5), spot, style="幢")
        report(bench, hazard, "H12345", bench.before(4, building / 5), spot, style="号楼",
               quoted=[first.record_no], reporter=first.reporter, extra=f"此前工单号{first.record_no}。")
        bench.add(hazard)


def vague(bench):
    """An estate and no building, of a kind that exists nowhere else in that estate: hazards of their own."""
    for i, (estate, klass) in enumerate(zip(VAGUE_ESTATES, ("D02", "C05"))):
        hazard = Hazard(f"vague-estate-{i + 1}", klass, estate.district)
        spot = Spot(estate.district, estate.x, estate.y, estate=estate)
        report(bench, hazard, "H12345", bench.before(13 + 5 * i), spot, with_point=False)
        bench.add(hazard)


def no_place(bench):
    hazard = Hazard("no-place", "J03", EAST)
    made = bench.new_report("H12345", hazard, bench.before(21))
    made.title, made.body, made.point_form = "其他隐患", "听说有人半夜放孔明灯，具体在哪里说不清楚。", "none"
    made.street, made.grid = EAST.streets[0], ""
    hazard.reports.append(made)
    bench.add(hazard)


def suggestions(bench):
    """Sheets that ask for something: the mapping takes them for reports, and each stands by itself."""
    for i, (title, body) in enumerate(SUGGESTIONS):
        district = DISTRICTS[i % len(DISTRICTS)]
        hazard = Hazard(f"suggestion-{i + 1}", "J03", district)
        made = bench.new_report("H12345", hazard, bench.before(12 + 19 * i, 5))
        made.title, made.body, made.point_form, made.appeal = title, body, "none", "2"
        hazard.reports.append(made)
        bench.add(hazard)


def asked_by_the_way(bench):
    """A hazard filed as a consultation: the danger words tell it from the others."""
    hazard = Hazard("danger-in-a-consultation", "B01", WEST)
    spot = estate_spot(NULL_ESTATE, 2)
    report(bench, hazard, "H12345", bench.before(44, 9), spot, appeal="3", title="咨询燃气公司电话", unit=False)
    report(bench, hazard, "H12345", bench.before(44, 8.8), spot, unit=False)
    bench.add(hazard)
