/*
 * The datums of Chinese maps. The forward offsets are the formulas in general use (domain.md 6.1);
 * an inverse is found by pushing the guess by what the forward direction still misses, which
 * converges by a factor of about 1,000 a step.
 */
#include "domain/geo.h"

#include <math.h>

enum { INVERSE_STEPS = 6 };

#define PI 3.14159265358979323846
#define EARTH_RADIUS_M 6371008.8
#define KRASOVSKY_A_M 6378245.0
#define KRASOVSKY_EE 0.00669342162296594323
#define BAIDU_ANGLE (PI * 3000.0 / 180.0)

static const char *const DATUM_NAMES[GEO_DATUMS] = {[GEO_WGS84] = "WGS-84",
                                                    [GEO_GCJ02] = "GCJ-02",
                                                    [GEO_BD09] = "BD-09",
                                                    [GEO_CGCS2000] = "CGCS2000"};

const char *geo_datum_name(GeoDatum datum)
{
    return DATUM_NAMES[datum];
}

bool geo_datum_from(Text name, GeoDatum *datum)
{
    for (int i = 0; i < GEO_DATUMS; i++) {
        if (text_is(name, DATUM_NAMES[i])) {
            *datum = (GeoDatum)i;
            return true;
        }
    }
    return false;
}

static double radians(double degrees)
{
    return degrees * PI / 180.0;
}

/* Where the offsets are defined at all. */
static bool has_offset(double lon, double lat)
{
    return lon >= 72.004 && lon <= 137.8347 && lat >= 0.8293 && lat <= 55.8271;
}

/* The two sine series; x and y are degrees east of 105 and north of 35, the results metres. */
static double series_east_m(double x, double y)
{
    double sum = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(fabs(x));
    sum += (20.0 * sin(6.0 * x * PI) + 20.0 * sin(2.0 * x * PI)) * 2.0 / 3.0;
    sum += (20.0 * sin(x * PI) + 40.0 * sin(x / 3.0 * PI)) * 2.0 / 3.0;
    sum += (150.0 * sin(x / 12.0 * PI) + 300.0 * sin(x / 30.0 * PI)) * 2.0 / 3.0;
    return sum;
}

static double series_north_m(double x, double y)
{
    double sum = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(fabs(x));
    sum += (20.0 * sin(6.0 * x * PI) + 20.0 * sin(2.0 * x * PI)) * 2.0 / 3.0;
    sum += (20.0 * sin(y * PI) + 40.0 * sin(y / 3.0 * PI)) * 2.0 / 3.0;
    sum += (160.0 * sin(y / 12.0 * PI) + 320.0 * sin(y * PI / 30.0)) * 2.0 / 3.0;
    return sum;
}

static GeoPoint gcj02_from_wgs84(GeoPoint point)
{
    GeoPoint moved = {.lon = point.lon, .lat = point.lat, .datum = GEO_GCJ02};
    if (has_offset(point.lon, point.lat)) {
        double east_m = series_east_m(point.lon - 105.0, point.lat - 35.0);
        double north_m = series_north_m(point.lon - 105.0, point.lat - 35.0);
        double sine = sin(radians(point.lat));
        double magic = 1.0 - KRASOVSKY_EE * sine * sine;
        double meridian_m = KRASOVSKY_A_M * (1.0 - KRASOVSKY_EE) / (magic * sqrt(magic));
        double parallel_m = KRASOVSKY_A_M / sqrt(magic) * cos(radians(point.lat));
        moved.lon += east_m / radians(parallel_m);
        moved.lat += north_m / radians(meridian_m);
    }
    return moved;
}

static GeoPoint bd09_from_gcj02(GeoPoint point)
{
    GeoPoint moved = {.lon = point.lon, .lat = point.lat, .datum = GEO_BD09};
    if (has_offset(point.lon, point.lat)) {
        double radius = sqrt(point.lon * point.lon + point.lat * point.lat) +
                        0.00002 * sin(point.lat * BAIDU_ANGLE);
        double angle = atan2(point.lat, point.lon) + 0.000003 * cos(point.lon * BAIDU_ANGLE);
        moved.lon = radius * cos(angle) + 0.0065;
        moved.lat = radius * sin(angle) + 0.006;
    }
    return moved;
}

/* The point that `forward` carries to `point`. */
static GeoPoint inverse(GeoPoint point, GeoPoint (*forward)(GeoPoint), GeoDatum datum)
{
    GeoPoint guess = {.lon = point.lon, .lat = point.lat, .datum = datum};
    for (int step = 0; step < INVERSE_STEPS; step++) {
        GeoPoint reached = forward(guess);
        guess.lon += point.lon - reached.lon;
        guess.lat += point.lat - reached.lat;
    }
    return guess;
}

GeoPoint geo_to_wgs84(GeoPoint point)
{
    switch (point.datum) {
    case GEO_BD09:
        return inverse(inverse(point, bd09_from_gcj02, GEO_GCJ02), gcj02_from_wgs84, GEO_WGS84);
    case GEO_GCJ02:
        return inverse(point, gcj02_from_wgs84, GEO_WGS84);
    case GEO_WGS84:
    case GEO_CGCS2000:
    case GEO_DATUMS:
        break;
    }
    return (GeoPoint){.lon = point.lon, .lat = point.lat, .datum = GEO_WGS84};
}

GeoPoint geo_from_wgs84(GeoPoint wgs84, GeoDatum datum)
{
    switch (datum) {
    case GEO_BD09:
        return bd09_from_gcj02(gcj02_from_wgs84(wgs84));
    case GEO_GCJ02:
        return gcj02_from_wgs84(wgs84);
    case GEO_WGS84:
    case GEO_CGCS2000:
    case GEO_DATUMS:
        break;
    }
    return (GeoPoint){.lon = wgs84.lon, .lat = wgs84.lat, .datum = datum};
}

double geo_distance_m(GeoPoint a, GeoPoint b)
{
    double half_north = sin(radians(b.lat - a.lat) / 2.0);
    double half_east = sin(radians(b.lon - a.lon) / 2.0);
    double chord =
        half_north * half_north + cos(radians(a.lat)) * cos(radians(b.lat)) * half_east * half_east;
    return 2.0 * EARTH_RADIUS_M * asin(sqrt(fmin(chord, 1.0)));
}

static bool in_box(GeoPoint point, const GeoBox *box)
{
    return point.lon >= box->west && point.lon <= box->east && point.lat >= box->south &&
           point.lat <= box->north;
}

bool geo_plausible(GeoPoint point, const GeoBox *box)
{
    static const GeoBox COUNTRY = {.west = 73.0, .south = 3.0, .east = 136.0, .north = 54.0};
    bool boxed = box != NULL &&
                 (box->west != 0.0 || box->south != 0.0 || box->east != 0.0 || box->north != 0.0);
    return in_box(point, &COUNTRY) && (!boxed || in_box(point, box));
}
