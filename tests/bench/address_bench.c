/*
 * What parsing an address costs a code point, for texts of 100 and of 100,000 code points: the same, or it is not linear.
 * One thread, CPU time, best of several runs. "hard" is the costliest text the unit test knows.
 */
#include "base/text_builder.h"

#include "domain/address_scan.h"

#include <stdio.h>
#include <time.h>

enum { RUNS = 7, CODEPOINTS_A_RUN = 1000000 };

static double now_s(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static Folded repeat(const char *piece, size_t codepoints, Arena *arena)
{
    TextBuilder text = builder_new(arena);
    while (text.size < codepoints * 3)
        builder_string(&text, piece);
    Folded folded = address_fold(builder_view(&text), arena);
    if (folded.count > codepoints)
        folded.count = codepoints;
    return folded;
}

/* Nanoseconds a code point. */
static double measure(Folded text, Arena *arena)
{
    double best = 1e9;
    size_t rounds = CODEPOINTS_A_RUN / text.count;
    for (int run = 0; run < RUNS; run++) {
        double start = now_s();
        for (size_t round = 0; round < rounds; round++) {
            ArenaMark mark = arena_mark(arena);
            AddressScan scan;
            Address address;
            address_scan(&scan, text, true, NULL, arena);
            address_of_scan(&scan, &address);
            arena_rewind(arena, mark);
        }
        double nanoseconds = (now_s() - start) * 1e9 / (double)(rounds * text.count);
        best = nanoseconds < best ? nanoseconds : best;
    }
    return best;
}

int main(void)
{
    static const struct {
        const char *name;
        const char *piece;
    } TEXTS[] = {{"everyday",
                  "市民来电反映锦绣花园12号楼2单元的电梯运行时有异响，经常停运，老人上下楼很不"
                  "方便，路过建设路128号门前发现井盖破裂，已经反映过多次，请尽快处理。"},
                 {"places", "云湖市东湖区建设路128号锦绣花园二期3、5号楼2单元701室对面50米，"},
                 {"hard", "1、"}};
    Arena *arena = arena_new(1 << 20);
    printf("ns a code point    100 code points   100,000 code points\n");
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++)
        printf("%-18s %15.1f %21.1f\n", TEXTS[i].name,
               measure(repeat(TEXTS[i].piece, 100, arena), arena),
               measure(repeat(TEXTS[i].piece, 100000, arena), arena));
    arena_free(arena);
    return 0;
}
