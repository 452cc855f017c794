"""The ordinary life of the city: hazards drawn at random, most reported once, a few by many."""

from dataclasses import replace
from datetime import timedelta

from city_classes import CLASSES, FILLER_WEIGHTS
from city_reports import Hazard, Spot
from city_words import FACETS

COUNTS = (1, 2, 3, 4, 5, 6, 8)
COUNT_WEIGHTS = (38, 26, 15, 9, 6, 4, 2)


def make_filler(bench, target_reports):
    """Adds hazards until there are so many reports; a draw that is not clear is thrown away."""
    rng = bench.rng
    index = 0
    while sum(len(h.reports) for h in bench.hazards) < target_reports:
        index += 1
        if index > 20 * target_reports:
            raise AssertionError("the city is too crowded for so many hazards")
        klass = rng.choices(list(FILLER_WEIGHTS), list(FILLER_WEIGHTS.values()))[0]
        count = rng.choices(COUNTS, COUNT_WEIGHTS)[0]
        hazard = draw_hazard(bench, f"hazard-{index:03d}", CLASSES[klass], count)
        if hazard and bench.fits(hazard):
            bench.accept(hazard)


def draw_spot(bench, klass):
    rng, world = bench.rng, bench.world
    where = klass.place if klass.place != "area" else "building" if klass.code in ("B01", "C01") else "road"
    if where in ("building", "lift"):
        estate = rng.choice(world.estates)
        building, unit = rng.randint(1, estate.buildings), rng.randint(1, estate.units)
        return Spot(estate.district, *estate.door(building), estate=estate, building=building, unit=unit)
    if where == "shop":
        shop = rng.choice([s for s in world.shops if s.kind == klass.shop_kind])
        return Spot(shop.road.district, *shop.road.door(shop.number), road=shop.road, number=shop.number, shop=shop)
    road = rng.choice(world.roads)
    number = rng.randint(20, road.numbers - 20)
    return Spot(road.district, *road.door(number), road=road, number=number)


def draw_sources(rng, klass, count):
    weights = {"H12345": 6, "GRID": 4 if klass.grid else 0, "FIRE119": 4 if klass.fire else 0,
               "MKT12315": 5 if klass.market and klass.place in ("shop", "lift") else 0}
    return rng.choices(list(weights), list(weights.values()), k=count)


def draw_times(bench, klass, count):
    """Times of reporting: minutes apart for what bursts, days apart for what lasts; all within 28 days."""
    rng = bench.rng
    span = timedelta(days=28)
    start = bench.until - timedelta(days=96) + timedelta(minutes=rng.randint(0, 66 * 24 * 60))
    times = [start]
    for _ in range(count - 1):
        if klass.burst:
            gap = timedelta(minutes=rng.randint(1, 12), seconds=rng.randint(0, 59))
        else:
            gap = timedelta(hours=rng.choice((1, 3, 9, 20, 28, 50, 80, 120, 160)), minutes=rng.randint(0, 59))
        times.append(times[-1] + gap)
    if times[-1] - start > span:
        return []
    return times


def draw_hazard(bench, name, klass, count):
    rng = bench.rng
    spot = draw_spot(bench, klass)
    hazard = Hazard(name, klass.code, spot.district)
    facet = rng.randrange(len(FACETS[klass.code]))
    plate = bench.world.new_plate() if klass.place == "lift" and rng.random() < 0.5 else ""
    part = bench.world.new_part(spot.district.area) if klass.code == "E01" and rng.random() < 0.6 else ""
    times = draw_times(bench, klass, count)
    sources = draw_sources(rng, klass, len(times))
    for source, at in zip(sources, times):
        report = bench.new_report(source, hazard, at, lag_minutes=rng.randint(0, 4) if klass.burst else None)
        place_report(bench, report, klass, spot)
        report.plate = plate if source != "MKT12315" else ""  # its form has no field for it
        if source == "GRID":
            report.part = part
        if report.party:
            report.usc = spot.shop.code
        if not bench.word(report, facet, hazard.reports, telephone(rng, report)):
            return None
        hazard.reports.append(report)
    if hazard.reports and klass.market and rng.random() < 0.25:
        hand_on(bench, hazard, spot)
    return hazard if hazard.reports else None


def hand_on(bench, hazard, spot):
    """The hotline hands a sheet on to market regulation: a copy with a number of its own, no second witness."""
    origin = next((r for r in hazard.reports if r.source == "H12345"), None)
    if not origin:
        return
    at = origin.reported_at + timedelta(hours=bench.rng.randint(2, 30))
    copy = replace(origin, source="MKT12315", reported_at=at, origin_no=origin.record_no, quoted=[], point=None,
                   point_form="none", title=CLASSES[hazard.klass].name, plate="", party=spot.shop.name if spot.shop else "",
                   record_no=bench.numbers.next("MKT12315", hazard.district.area, at))
    hazard.reports.append(copy)


def place_report(bench, report, klass, spot):
    rng = bench.rng
    if klass.area:
        near = neighbour(rng, spot, 60 if klass.code == "C01" else 90)
        bench.place(report, near, scatter_m=10.0, unit=False)
        return
    with_point = report.source in ("GRID", "FIRE119") or rng.random() < (0.8 if report.source == "H12345" else 0.4)
    bench.place(report, spot, scatter_m=18.0 if report.source in ("H12345", "MKT12315") else 8.0,
                with_point=with_point, unit=klass.place == "lift" or rng.random() < 0.4)


def neighbour(rng, spot, within_m):
    """Callers of gas, water and fire give their own place: another door near by."""
    if spot.estate:
        doors = [(b, spot.estate.door(b)) for b in range(1, spot.estate.buildings + 1)]
        near = [(b, d) for b, d in doors if abs(d[0] - spot.x) + abs(d[1] - spot.y) <= within_m]
        building, (x, y) = rng.choice(near)
        return Spot(spot.district, x, y, estate=spot.estate, building=building)
    number = spot.number + rng.randint(-int(within_m / 5 / 2), int(within_m / 5 / 2))
    return Spot(spot.district, *spot.road.door(number), road=spot.road, number=number)


def telephone(rng, report):
    """A few callers leave their number in the text, where it has to be scrubbed."""
    if report.source == "H12345" and rng.random() < 0.05:
        return f"联系电话{report.reporter}"
    return ""
