#ifndef ONECASE_DOMAIN_GEO_H
#define ONECASE_DOMAIN_GEO_H

#include "base/text.h"

#include <stdbool.h>

typedef enum GeoDatum { GEO_WGS84, GEO_GCJ02, GEO_BD09, GEO_CGCS2000, GEO_DATUMS } GeoDatum;

/* Degrees; the datum travels with the pair. */
typedef struct GeoPoint {
    double lon;
    double lat;
    GeoDatum datum;
} GeoPoint;

typedef struct GeoBox {
    double west, south, east, north; /* degrees; all zero: no box */
} GeoBox;

const char *geo_datum_name(GeoDatum datum);      /* "GCJ-02" */
bool geo_datum_from(Text name, GeoDatum *datum); /* WGS-84, GCJ-02, BD-09, CGCS2000 */

/*
 * To WGS-84. CGCS2000 is taken as equal (decimetres). GCJ-02 is inverted by six iterations (below
 * 0.1 mm), BD-09 by way of GCJ-02. Outside 72.004..137.8347 E, 0.8293..55.8271 N the offset is
 * zero.  Formulas: public convention, Krasovsky a = 6378245, ee = 0.00669342162296594323
 * (domain.md 6.1).
 */
GeoPoint geo_to_wgs84(GeoPoint point);
GeoPoint geo_from_wgs84(GeoPoint wgs84,
                        GeoDatum datum); /* the forward direction, for tests and views */

double geo_distance_m(GeoPoint a,
                      GeoPoint b); /* haversine, radius 6371008.8 m; both of one datum */

/* Whether lon is in 73..136 and lat in 3..54, and inside the box when there is one. */
bool geo_plausible(GeoPoint point, const GeoBox *box);

#endif
