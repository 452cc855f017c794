#include "domain/geo.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* domain.md 6.1: eight cities in three systems, distances in metres between the systems. */
static const struct {
    const char *city;
    double wgs84[2], gcj02[2], bd09[2];
    double w_to_g_m, g_to_b_m, w_to_b_m;
} CITIES[] = {
    {"北京",
     {116.397500, 39.908700},
     {116.403744, 39.910103},
     {116.410117, 39.916443},
     555,
     890,
     1378},
    {"上海",
     {121.473700, 31.230400},
     {121.478223, 31.228458},
     {121.484781, 31.234311},
     481,
     901,
     1140},
    {"广州",
     {113.264400, 23.129100},
     {113.269730, 23.126423},
     {113.276151, 23.132711},
     621,
     959,
     1267},
    {"杭州",
     {120.155100, 30.274100},
     {120.159794, 30.271771},
     {120.166358, 30.277599},
     520,
     904,
     1149},
    {"成都",
     {104.066500, 30.572300},
     {104.069005, 30.569846},
     {104.075481, 30.575856},
     363,
     912,
     946},
    {"哈尔滨",
     {126.535000, 45.803800},
     {126.541040, 45.805782},
     {126.547659, 45.811396},
     517,
     808,
     1295},
    {"乌鲁木齐",
     {87.616800, 43.825600},
     {87.619650, 43.826805},
     {87.626100, 43.832950},
     265,
     857,
     1107},
    {"昆明",
     {102.832200, 24.880100},
     {102.833617, 24.877032},
     {102.840065, 24.883328},
     370,
     956,
     871},
};

enum { CITY_COUNT = sizeof CITIES / sizeof CITIES[0] };

static GeoPoint point_of(const double pair[2], GeoDatum datum)
{
    return (GeoPoint){.lon = pair[0], .lat = pair[1], .datum = datum};
}

/* The table prints six decimals, so half of the last one is its own error. */
static void assert_near(GeoPoint got, const double want[2])
{
    if (fabs(got.lon - want[0]) > 1e-6 || fabs(got.lat - want[1]) > 1e-6) {
        fail_msg("got %.9f,%.9f, want %.6f,%.6f", got.lon, got.lat, want[0], want[1]);
    }
}

static void converts_the_cities_forward(void **state)
{
    (void)state;
    for (size_t i = 0; i < CITY_COUNT; i++) {
        GeoPoint wgs84 = point_of(CITIES[i].wgs84, GEO_WGS84);
        GeoPoint gcj02 = geo_from_wgs84(wgs84, GEO_GCJ02);
        GeoPoint bd09 = geo_from_wgs84(wgs84, GEO_BD09);
        assert_int_equal(gcj02.datum, GEO_GCJ02);
        assert_int_equal(bd09.datum, GEO_BD09);
        assert_near(gcj02, CITIES[i].gcj02);
        assert_near(bd09, CITIES[i].bd09);
    }
}

static void converts_the_cities_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < CITY_COUNT; i++) {
        GeoPoint from_gcj02 = geo_to_wgs84(point_of(CITIES[i].gcj02, GEO_GCJ02));
        GeoPoint from_bd09 = geo_to_wgs84(point_of(CITIES[i].bd09, GEO_BD09));
        assert_int_equal(from_gcj02.datum, GEO_WGS84);
        assert_int_equal(from_bd09.datum, GEO_WGS84);
        assert_near(from_gcj02, CITIES[i].wgs84);
        assert_near(from_bd09, CITIES[i].wgs84);
    }
}

/* Distances of points that are printed with six decimals: within a metre. */
static void measures_the_offsets_of_the_systems(void **state)
{
    (void)state;
    for (size_t i = 0; i < CITY_COUNT; i++) {
        GeoPoint w = point_of(CITIES[i].wgs84, GEO_WGS84);
        GeoPoint g = point_of(CITIES[i].gcj02, GEO_WGS84);
        GeoPoint b = point_of(CITIES[i].bd09, GEO_WGS84);
        assert_true(fabs(geo_distance_m(w, g) - CITIES[i].w_to_g_m) < 1.0);
        assert_true(fabs(geo_distance_m(g, b) - CITIES[i].g_to_b_m) < 1.0);
        assert_true(fabs(geo_distance_m(w, b) - CITIES[i].w_to_b_m) < 1.0);
    }
}

/* A grid over the country, less a margin at whose edge the offset begins. */
static void returns_from_every_system_within_a_centimetre(void **state)
{
    (void)state;
    static const GeoDatum DATUMS[] = {GEO_WGS84, GEO_GCJ02, GEO_BD09, GEO_CGCS2000};
    for (int column = 0; column < 84; column++) {
        for (int row = 0; row < 75; row++) {
            GeoPoint start = {
                .lon = 73.137 + 0.731 * column, .lat = 3.211 + 0.673 * row, .datum = GEO_WGS84};
            for (size_t i = 0; i < 4; i++) {
                GeoPoint back = geo_to_wgs84(geo_from_wgs84(start, DATUMS[i]));
                assert_int_equal(back.datum, GEO_WGS84);
                assert_true(geo_distance_m(start, back) < 0.01);
            }
        }
    }
}

static void moves_nothing_outside_the_area_of_the_offset(void **state)
{
    (void)state;
    static const double OUTSIDE[][2] = {{72.0, 30.0},  {137.9, 30.0},      {110.0, 0.8},
                                        {110.0, 55.9}, {-0.1276, 51.5072}, {0.0, 0.0}};
    for (size_t i = 0; i < sizeof OUTSIDE / sizeof OUTSIDE[0]; i++) {
        GeoPoint start = point_of(OUTSIDE[i], GEO_WGS84);
        GeoPoint moved = geo_from_wgs84(start, GEO_GCJ02);
        assert_true(moved.lon == start.lon && moved.lat == start.lat);
        GeoPoint back = geo_to_wgs84(point_of(OUTSIDE[i], GEO_BD09));
        assert_true(back.lon == start.lon && back.lat == start.lat);
    }
}

static void takes_cgcs2000_as_wgs84(void **state)
{
    (void)state;
    GeoPoint point = {.lon = 116.5, .lat = 39.5, .datum = GEO_CGCS2000};
    GeoPoint wgs84 = geo_to_wgs84(point);
    assert_true(wgs84.lon == point.lon && wgs84.lat == point.lat);
    assert_int_equal(wgs84.datum, GEO_WGS84);
}

/* One degree of a great circle is 2 pi R / 360 = 111,195.08 m with R = 6,371,008.8 m. */
static void measures_great_circles(void **state)
{
    (void)state;
    GeoPoint origin = {.lon = 0.0, .lat = 0.0, .datum = GEO_WGS84};
    GeoPoint east = {.lon = 1.0, .lat = 0.0, .datum = GEO_WGS84};
    GeoPoint north = {.lon = 0.0, .lat = 1.0, .datum = GEO_WGS84};
    GeoPoint opposite = {.lon = 180.0, .lat = 0.0, .datum = GEO_WGS84};
    assert_true(geo_distance_m(origin, origin) == 0.0);
    assert_true(fabs(geo_distance_m(origin, east) - 111195.08) < 0.01);
    assert_true(fabs(geo_distance_m(origin, north) - 111195.08) < 0.01);
    assert_true(fabs(geo_distance_m(origin, opposite) - 3.14159265358979 * 6371008.8) < 0.01);
    assert_true(geo_distance_m(east, north) == geo_distance_m(north, east));
}

static void judges_plausibility(void **state)
{
    (void)state;
    static const GeoBox BOX = {.west = 120.0, .south = 30.0, .east = 121.0, .north = 31.0};
    static const GeoBox NO_BOX = {0};
    static const struct {
        double lon, lat;
        bool in_country, in_box;
    } CASES[] = {
        {120.5, 30.5, true, true},   {73.0, 3.0, true, false},    {136.0, 54.0, true, false},
        {72.9, 30.0, false, false},  {136.1, 30.0, false, false}, {110.0, 2.9, false, false},
        {110.0, 54.1, false, false}, {0.0, 0.0, false, false},    {30.5, 120.5, false, false},
        {121.1, 30.5, true, false},  {120.0, 31.0, true, true},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        GeoPoint point = {.lon = CASES[i].lon, .lat = CASES[i].lat, .datum = GEO_WGS84};
        assert_int_equal(geo_plausible(point, NULL), CASES[i].in_country);
        assert_int_equal(geo_plausible(point, &NO_BOX), CASES[i].in_country);
        assert_int_equal(geo_plausible(point, &BOX), CASES[i].in_box);
    }
    assert_false(geo_plausible((GeoPoint){.lon = (double)NAN, .lat = 30.0}, NULL));
}

static void knows_the_names_of_the_systems(void **state)
{
    (void)state;
    static const char *const NAMES[] = {"WGS-84", "GCJ-02", "BD-09", "CGCS2000"};
    for (int i = 0; i < GEO_DATUMS; i++) {
        GeoDatum datum = GEO_DATUMS;
        assert_string_equal(geo_datum_name((GeoDatum)i), NAMES[i]);
        assert_true(geo_datum_from(text_from(NAMES[i]), &datum));
        assert_int_equal(datum, i);
    }
    GeoDatum datum;
    assert_false(geo_datum_from(TEXT("WGS84"), &datum));
    assert_false(geo_datum_from(TEXT_ABSENT, &datum));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(converts_the_cities_forward),
        cmocka_unit_test(converts_the_cities_back),
        cmocka_unit_test(measures_the_offsets_of_the_systems),
        cmocka_unit_test(returns_from_every_system_within_a_centimetre),
        cmocka_unit_test(moves_nothing_outside_the_area_of_the_offset),
        cmocka_unit_test(takes_cgcs2000_as_wgs84),
        cmocka_unit_test(measures_great_circles),
        cmocka_unit_test(judges_plausibility),
        cmocka_unit_test(knows_the_names_of_the_systems),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
