/*
 * 2^(i/1000) for i = 0..999 is the product of two short tables (steps of 32 and of 1), each with 31 binary places. A sum is
 * taken relative to its largest term with 40 binary places; what is smaller than that cannot move a millibit.
 */
#include "domain/scorer_bits.h"

enum { MB = 1000, STEP = 32, PLACES = 40 };

/* 2^(i/1000) * 2^31, rounded. */
static const uint32_t POWER_FINE[STEP] = {
    2147483648u, 2148972686u, 2150462757u, 2151953861u, 2153445999u, 2154939171u, 2156433379u,
    2157928623u, 2159424903u, 2160922222u, 2162420578u, 2163919973u, 2165420408u, 2166921884u,
    2168424400u, 2169927958u, 2171432559u, 2172938203u, 2174444891u, 2175952624u, 2177461403u,
    2178971227u, 2180482098u, 2181994017u, 2183506985u, 2185021001u, 2186536067u, 2188052184u,
    2189569352u, 2191087572u, 2192606844u, 2194127170u};
/* 2^(32 i/1000) * 2^31, rounded. */
static const uint32_t POWER_COARSE[STEP] = {
    2147483648u, 2195648551u, 2244893721u, 2295243389u, 2346722326u, 2399355859u, 2453169885u,
    2508190881u, 2564445917u, 2621962671u, 2680769441u, 2740895161u, 2802369412u, 2865222440u,
    2929485169u, 2995189217u, 3062366910u, 3131051300u, 3201276180u, 3273076100u, 3346486388u,
    3421543160u, 3498283346u, 3576744701u, 3656965829u, 3738986199u, 3822846165u, 3908586988u,
    3996250850u, 4085880885u, 4177521189u, 4271216851u};

/* 2^(fraction/1000) with 40 binary places; fraction 0..1000. */
static uint64_t power(int32_t fraction)
{
    uint64_t product = (uint64_t)POWER_COARSE[fraction / STEP] * POWER_FINE[fraction % STEP];
    return product >> (62 - PLACES);
}

/* `value` has 40 binary places and is at least 1. */
static int32_t log2_fixed(uint64_t value)
{
    int32_t whole = 0;
    while (value >> (whole + PLACES + 1) != 0)
        whole++;
    /* The largest fraction whose power is not above the mantissa, by halves. */
    int32_t low = 0;
    int32_t high = MB;
    uint64_t one = UINT64_C(1) << PLACES;
    uint64_t mantissa = value >> whole; /* in [1, 2) */
    if (mantissa < one)
        mantissa = one;
    while (low + 1 < high) {
        int32_t middle = (low + high) / 2;
        if (power(middle) <= mantissa)
            low = middle;
        else
            high = middle;
    }
    uint64_t below = power(low);
    uint64_t above = low + 1 == MB ? 2 * one : power(low + 1);
    /* Nearest: between neighbours the power is as good as straight. */
    return whole * MB + low + (mantissa - below > above - mantissa ? 1 : 0);
}

int32_t scorer_bits_log2(uint64_t value)
{
    int32_t shifted = 0;
    while (value >= (UINT64_C(1) << (63 - PLACES))) {
        value >>= 1;
        shifted++;
    }
    return shifted * MB + log2_fixed(value << PLACES);
}

int32_t scorer_bits_log2_sum(const int32_t *totals_mb, size_t count)
{
    int32_t largest = 0; /* of the 1 */
    for (size_t i = 0; i < count; i++)
        if (totals_mb[i] > largest)
            largest = totals_mb[i];
    uint64_t sum = 0;
    for (size_t i = 0; i <= count; i++) {
        int64_t below = (int64_t)largest - (i < count ? totals_mb[i] : 0);
        int64_t whole = (below + MB - 1) / MB;
        if (whole > PLACES)
            continue;
        sum += power((int32_t)(whole * MB - below)) >> whole;
    }
    return largest + log2_fixed(sum);
}
