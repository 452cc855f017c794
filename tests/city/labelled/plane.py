"""The labelled city's own plane in metres, and the datums its feeds send points in.

Streets, blocks and callers live on the plane, east and north of the city's middle at 113.0 E, 23.0 N; the plan is made
up and lies over no real one. The formulas of GCJ-02 and BD-09 are those of the sample city (city_geo).
"""

import math
import os
import sys

sys.path.insert(1, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from city_geo import METRES_PER_DEGREE, to_bd09, to_gcj02  # noqa: E402

MIDDLE_LON = 113.0
MIDDLE_LAT = 23.0
METRES_PER_DEGREE_EAST = METRES_PER_DEGREE * math.cos(math.radians(MIDDLE_LAT))
DATUMS = {"WGS-84": lambda point: point, "CGCS2000": lambda point: point, "GCJ-02": to_gcj02, "BD-09": to_bd09}


def lonlat(x, y):
    """Metres of the plane -> (lon, lat) in WGS-84."""
    return MIDDLE_LON + x / METRES_PER_DEGREE_EAST, MIDDLE_LAT + y / METRES_PER_DEGREE


def in_datum(point, datum):
    """(x, y) of the plane -> (lon, lat) in that datum."""
    return DATUMS[datum](lonlat(*point))


def metres(lon, lat):
    """(lon, lat) in WGS-84 -> metres of the plane."""
    return (lon - MIDDLE_LON) * METRES_PER_DEGREE_EAST, (lat - MIDDLE_LAT) * METRES_PER_DEGREE


def blurred(rng, point, error_m):
    """The point as measured with that error (root mean square in each direction)."""
    return point[0] + rng.gauss(0, error_m), point[1] + rng.gauss(0, error_m)


def distance(a, b):
    return math.hypot(a[0] - b[0], a[1] - b[1])
