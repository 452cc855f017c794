"""Where a record says it is: a point drawn at who or what sends it - a caller's telephone, a worker, a device, an address
finder, a surveyed component - with that one's error, never round the hazard for its own sake.
"""

import math

from plane import blurred, distance

AT_A_DOOR = ("road", "manhole", "lamp", "tree", "pole", "hydrant", "low", "shop", "sign")


def locate(rng, told, made, view):
    """The sheet's point, what it is of, and now and then the form of a broken one."""
    made.point, made.point_of = POINT[told.source](rng, told, made, view)
    if made.point and told.source in ("H12345", "CITYMGT"):
        made.point_form = rng.choices(("plain", "zero", "swapped"), (97, 2, 1))[0]


def caller_point(rng, told):
    """A telephone: of residents mostly at home, of passers-by some way off the hazard."""
    person, spot = told.teller, told.own_place or told.hazard.spot
    at_home = getattr(person, "estate", None) is not None and person.estate is spot.estate or told.own_place is not None
    if at_home and person is not None and rng.random() < 0.75:
        return blurred(rng, person.point, 18.0), "home"
    away = rng.uniform(8, 90)
    turn = rng.uniform(0, 6.283)
    return blurred(rng, (spot.x + away * math.cos(turn), spot.y + away * math.sin(turn)), 15.0), "caller"


def geocoded(rng, made, view):
    """What an address finder makes of the address field."""
    spot = view.spot
    if made.vague == "no_place":
        return None, ""
    if made.vague == "estate_only":
        return blurred(rng, (spot.estate.x, spot.estate.y), 35.0), "geocode"
    if made.vague == "road_only":
        return blurred(rng, spot.road.at(spot.road.length_m / 2), 20.0), "geocode"
    if spot.estate and view.building:
        there = next((b for b in spot.estate.buildings if b.no == view.building), None)
        base = (there.x, there.y) if there and rng.random() < 0.8 else (spot.estate.x, spot.estate.y)
        return blurred(rng, base, 28.0), "geocode"
    if spot.kind in AT_A_DOOR and view.number:
        return blurred(rng, spot.road.door(view.number), 28.0), "geocode"
    return blurred(rng, spot.point, 32.0), "geocode"


def point_H12345(rng, told, made, view):
    turn = rng.random()
    if made.counter == "app":
        return caller_point(rng, told)
    if made.vague == "no_place":
        return caller_point(rng, told) if turn < 0.2 else (None, "")
    return geocoded(rng, made, view) if turn < 0.55 else caller_point(rng, told) if turn < 0.65 else (None, "")


def point_GRID(rng, told, made, view):
    spot, turn = told.own_place or told.hazard.spot, rng.random()
    if turn < 0.07:
        return blurred(rng, told.teller.point, 25.0), "office"
    return (blurred(rng, spot.point, 14.0), "worker") if turn < 0.97 else (None, "")


def point_CITYMGT(rng, told, made, view):
    spot = told.own_place or told.hazard.spot
    if made.component:
        return blurred(rng, spot.point, 1.5), "component"
    if hasattr(told.teller, "staff_no"):
        return blurred(rng, spot.point, 12.0), "worker"
    return caller_point(rng, told)


def point_FIRE119(rng, told, made, view):
    turn = rng.random()
    point, of = caller_point(rng, told)
    if turn < 0.12:
        return blurred(rng, point, 350.0), "base_station"
    return (point, of) if turn < 0.92 else (None, "")


def point_MKT12315(rng, told, made, view):
    shop, turn = view.spot.shop, rng.random()
    if shop and shop.registered_at and turn < 0.4:
        return blurred(rng, shop.registered_at, 25.0), "head_office"
    return geocoded(rng, made, view) if turn < 0.6 else (None, "")


def point_FIREIOT(rng, told, made, view):
    """As registered when the device was built in: always the same, and somewhat off."""
    spot = told.hazard.spot
    mark = sum(ord(c) * (i + 3) for i, c in enumerate(made.device))
    if mark % 7 == 0:
        return None, ""
    return (spot.x + mark % 53 - 26.0, spot.y + mark % 47 - 23.0), "device"


def error_m(made):
    """From the sent point to the hazard, on the plane; None without a usable point."""
    if made.point is None or made.point_form == "zero":
        return None
    return distance(made.point, made.told.hazard.spot.point)


POINT = {"H12345": point_H12345, "GRID": point_GRID, "CITYMGT": point_CITYMGT, "FIRE119": point_FIRE119, "MKT12315": point_MKT12315,
         "FIREIOT": point_FIREIOT}
