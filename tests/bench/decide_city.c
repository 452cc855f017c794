/*
 * A hazard is a number out of which place, class and way of telling follow; a report tells one of the last hazards anew
 * or a new one. Only the hazards that may be told again are kept.
 */
#include "decide_city.h"

#include <math.h>
#include <stdlib.h>

enum {
    ESTATES = 2500,
    ROADS = 700,
    SHOPS = 20000,
    PEOPLE = 150000,
    STAFF = 300,
    RECENT = 4096,
    STORM_EVERY = 1000
};

static const double CITY_DEGREES = 0.25; /* about 20 by 27 km */
static const int64_t FIRST_DAY_US = INT64_C(1790000000000000);
static const int64_t SPAN_US = INT64_C(120) * 86400 * 1000000;

typedef enum Where { AT_BUILDING, AT_ROAD, AT_SHOP, AT_ESTATE } Where;

typedef struct Kind {
    const char *code;
    int weight;
    Where where;
    bool storm;
    const char *thing[4]; /* what is wrong, as people say it */
} Kind;

static const Kind KINDS[] = {
    {"A02",
     12,
     AT_BUILDING,
     false,
     {"电梯运行时有异响经常停运", "电梯门关不上反复开合", "电梯按键失灵停在半层不动",
      "电梯抖得厉害老人不敢坐"}},
    {"A01",
     3,
     AT_BUILDING,
     false,
     {"有人被困在电梯里出不来", "电梯停在两层之间里面有人", "电梯困人已报物业",
      "电梯突然停了里面关着孩子"}},
    {"C03",
     12,
     AT_BUILDING,
     false,
     {"楼道里堆满纸箱和旧家具", "安全出口被杂物堵住打不开", "消防通道被三轮车占着",
      "防火门用铁丝捆住常年敞开"}},
    {"D01",
     9,
     AT_BUILDING,
     false,
     {"电动车推上楼在走廊里充电", "从窗户拉线下来给电瓶车充电", "电动车停在门厅挡住出路",
      "住户把电瓶拿回家充冒过烟"}},
    {"F01",
     6,
     AT_BUILDING,
     false,
     {"外墙瓷砖掉下来差点砸到人", "墙皮大块脱落露出钢筋", "阳台外沿开裂往下掉水泥块",
      "保温层被风掀开一角悬着"}},
    {"E01",
     11,
     AT_ROAD,
     false,
     {"井盖破裂翘起一角", "雨水井盖不见了只剩一个洞", "井盖松动车轧过哐当响", "污水井盖下沉成坑"}},
    {"E05",
     12,
     AT_ROAD,
     false,
     {"路灯不亮一片漆黑", "灯杆歪斜快要倒了", "路灯一闪一闪晃眼睛", "灯杆下面的电线露在外面"}},
    {"E03",
     7,
     AT_ROAD,
     false,
     {"路面坑洼不平雨天全是水", "沥青破损露出石子", "人行道砖松动踩了溅水", "路面下沉一大块"}},
    {"G01",
     5,
     AT_ROAD,
     false,
     {"行道树枯死要倒", "树枝断了挂在半空", "大树歪向车道", "树根把路面顶起来了"}},
    {"F03",
     4,
     AT_ROAD,
     false,
     {"广告牌螺丝松了晃荡", "店招被风吹得半边脱落", "大牌子锈烂悬在人行道上", "灯箱外壳掉下来"}},
    {"J01",
     4,
     AT_ROAD,
     false,
     {"护栏被撞变形伸到路中间", "栏杆缺了一截", "护栏倒在地上没人管", "隔离栏松动一推就倒"}},
    {"H01",
     8,
     AT_SHOP,
     false,
     {"吃了凉菜以后上吐下泻", "后厨脏乱没有健康证", "卖过期面包改了日期", "菜里吃出虫子不认账"}},
    {"H03",
     4,
     AT_SHOP,
     false,
     {"卖的充电器一用就烫手", "插座没有合格证冒火花", "玩具掉漆有刺鼻味道",
      "灭火器是假的没有压力"}},
    {"E06",
     1,
     AT_ESTATE,
     true,
     {"自来水管爆了水漫到路上", "水管破裂喷水几米高", "停水了说是爆管", "地下冒水淹了车库"}},
    {"D06",
     1,
     AT_ESTATE,
     true,
     {"突然停电整片都黑了", "又停电了冰箱里东西要坏", "停电几个小时没人说原因",
      "变压器响了一声就没电了"}},
    {"B01",
     1,
     AT_ESTATE,
     true,
     {"闻到很浓的煤气味", "燃气泄漏味道很大", "楼下一股臭鸡蛋味怀疑漏气",
      "煤气味从昨晚到现在没散"}},
};
enum { KIND_COUNT = sizeof KINDS / sizeof KINDS[0] };

typedef struct Told {
    uint64_t number; /* everything about the hazard follows from it */
    int kind;
    int left; /* reports still to come of a storm */
} Told;

struct DecideCity {
    uint64_t random;
    size_t reports;
    int64_t now;
    int64_t step;
    size_t hazards;
    Told recent[RECENT];
    Told storm;
};

static uint64_t mixed(uint64_t value)
{
    value += UINT64_C(0x9E3779B97F4A7C15);
    value = (value ^ (value >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94D049BB133111EB);
    return value ^ (value >> 31);
}

static uint64_t draw(uint64_t *random)
{
    *random += 1;
    return mixed(*random);
}

static size_t below(uint64_t *random, size_t bound)
{
    return (size_t)(draw(random) % bound);
}

static double share(uint64_t value)
{
    return (double)(mixed(value) >> 11) / 9007199254740992.0;
}

/* Rank 0 is the commonest: a Zipf law of exponent .7. The largest of 2,500 estates has 2.4 % of what happens in one. */
static size_t zipf(uint64_t *random, size_t count)
{
    static const double REST = 0.3; /* 1 less the exponent */
    double u = (double)(draw(random) >> 11) / 9007199254740992.0;
    double rank = pow(1.0 + u * (pow((double)count + 1.0, REST) - 1.0), 1.0 / REST) - 1.0;
    return (size_t)rank < count ? (size_t)rank : count - 1;
}

DecideCity *decide_city_new(size_t hazards, uint64_t seed)
{
    DecideCity *city = calloc(1, sizeof *city);
    if (city == NULL)
        abort();
    city->random = mixed(seed);
    city->now = FIRST_DAY_US;
    city->step = SPAN_US / (int64_t)(hazards + hazards * 3 / 10 + 1);
    return city;
}

void decide_city_free(DecideCity *city)
{
    free(city);
}

static int choose_kind(uint64_t *random, bool storm)
{
    int total = 0;
    for (int i = 0; i < KIND_COUNT; i++)
        total += KINDS[i].storm == storm ? KINDS[i].weight : 0;
    int at = (int)below(random, (size_t)total);
    for (int i = 0; i < KIND_COUNT; i++) {
        if (KINDS[i].storm != storm)
            continue;
        at -= KINDS[i].weight;
        if (at < 0)
            return i;
    }
    return 0;
}

/* A new hazard, one of the last ones again, or the storm that is on. */
static Told choose_hazard(DecideCity *city)
{
    uint64_t *random = &city->random;
    if (city->storm.left > 0 && below(random, 3) == 0) {
        city->storm.left--;
        return city->storm;
    }
    if (city->hazards > RECENT && below(random, 1000) < 320)
        return city->recent[zipf(random, RECENT)];
    city->hazards++;
    if (city->hazards % STORM_EVERY == 0) {
        city->storm = (Told){draw(random), choose_kind(random, true), 20 + (int)below(random, 40)};
        return city->storm;
    }
    bool storm_like = below(random, 60) == 0;
    Told told = {draw(random), choose_kind(random, storm_like), 0};
    /* Long-lived ones at the front are told most: low places change seldom. */
    size_t place = RECENT - 1 - zipf(random, RECENT);
    city->recent[place] = told;
    return told;
}

static const char *const NAMES[] = {"锦", "翠", "云", "和", "泰", "祥", "瑞", "兴", "明", "德",
                                    "安", "康", "华", "景", "福", "嘉", "文", "雅", "贤", "宁"};
static const char *const NAME_ENDS[] = {"湖", "城", "江", "岭", "山", "源", "溪", "园", "庭", "湾"};
static const char *const ESTATE_ENDS[] = {"花园", "小区", "家园", "新村", "公寓", "苑"};

static Text estate_name(size_t number, Arena *arena)
{
    return text_format(arena, "%s%s%s%s", NAMES[number % 20], NAMES[number / 20 % 19],
                       NAME_ENDS[number / 380 % 10], ESTATE_ENDS[number % 6]);
}

static Text road_name(size_t number, Arena *arena)
{
    static const char *const ROAD_ENDS[] = {"路", "街", "大道", "大街"};
    return text_format(arena, "%s%s%s", NAMES[number % 20], NAME_ENDS[number / 20 % 10],
                       ROAD_ENDS[number / 200 % 4]);
}

static void set_point(Report *report, double x, double y, double error, uint64_t noise, char class)
{
    double angle = 6.283185307 * share(noise);
    double far = error * share(noise + 1);
    report->point.wgs84 =
        (GeoPoint){110.0 + CITY_DEGREES * x + far * cos(angle) / 86000,
                   39.0 + CITY_DEGREES * y + far * sin(angle) / 111195, GEO_WGS84};
    report->point.given = GEO_WGS84;
    report->point.precision = class;
}

/* Where the hazard is, as this reporter says it. */
static void tell_place(Report *report, const Told *told, uint64_t *random, Arena *arena)
{
    const Kind *kind = &KINDS[told->kind];
    uint64_t number = told->number;
    uint64_t place = number;
    uint64_t noise = draw(random);
    bool vague = below(random, 5) == 0;
    size_t estate = zipf(&place, ESTATES);
    size_t road = zipf(&place, ROADS);
    int building = 1 + (int)below(&place, 40);
    int unit = 1 + (int)below(&place, 4);
    int door = 1 + (int)below(&place, 400);
    double x = share(estate * 2 + 1000000) + building % 7 * 0.0005;
    double y = share(estate * 2 + 1000001) + building / 7 * 0.0004;
    if (kind->where == AT_BUILDING || kind->where == AT_ESTATE) {
        report->community_code =
            text_format(arena, "990101%03d%03d", (int)(estate % 40), (int)(estate % 900));
        if (kind->where == AT_ESTATE)
            building = 1 + (int)below(random, 40); /* the caller's own */
        report->address =
            vague ? estate_name(estate, arena)
                  : text_format(arena, "%.*s%d%s%d单元", TEXT_ARGS(estate_name(estate, arena)),
                                building, below(random, 2) == 0 ? "幢" : "号楼", unit);
        if (below(random, 10) < 4)
            set_point(report, x, y, 60, noise, below(random, 2) == 0 ? 'B' : 'C');
        return;
    }
    if (kind->where == AT_SHOP) {
        size_t shop = zipf(&place, SHOPS);
        road = shop % ROADS;
        door = 1 + (int)(shop / ROADS % 400);
        report->party_name = text_format(arena, "%.*s第%d餐饮店", TEXT_ARGS(road_name(road, arena)),
                                         (int)(shop / ROADS));
        report->usc_code = text_format(arena, "91990101MA%07dX", (int)shop);
    }
    x = share(road * 2 + 2000000) * 0.6 + door * 0.001;
    y = share(road * 2 + 2000001);
    report->address = vague ? road_name(road, arena)
                            : text_format(arena, "%.*s%d号%s", TEXT_ARGS(road_name(road, arena)),
                                          door, below(random, 3) == 0 ? "门口" : "");
    if (below(random, 10) < 7)
        set_point(report, x, y, 25, noise, below(random, 3) == 0 ? 'C' : 'B');
}

static void tell(Report *report, const Told *told, uint64_t *random, Arena *arena)
{
    static const char *const OPENINGS[] = {"市民来电反映，", "网格员巡查发现", "群众反映：", "",
                                           "您好，我想反映一下，"};
    static const char *const WORRIES[] = {
        "晚上经过的人很容易出事", "家里有老人和小孩进出很不方便", "已经反映过好几次一直没有人来",
        "再不处理迟早要出大问题", "物业说不归他们管让找街道",     "下雨天更加危险",
        "附近是学校上下学人很多", "已拍照留存情况属实",           "上个月就有人因此受伤"};
    static const char *const WISHES[] = {"请尽快派人处理。", "希望有关部门核实。", "要求回复。",
                                         "请协调解决。", ""};
    const Kind *kind = &KINDS[told->kind];
    size_t worry = below(random, 9);
    report->title = text_format(arena, "关于%s的诉求", kind->thing[told->number % 4]);
    report->body = text_format(
        arena, "%s%.*s%s，%s，%s，%s", OPENINGS[below(random, 5)], TEXT_ARGS(report->address),
        kind->thing[below(random, 3) == 0 ? below(random, 4) : told->number % 4], WORRIES[worry],
        WORRIES[(worry + 1 + below(random, 8)) % 9], WISHES[below(random, 5)]);
}

Report decide_city_next(DecideCity *city, Arena *arena, Text *source)
{
    uint64_t *random = &city->random;
    Told told = choose_hazard(city);
    Report report;
    report_init(&report);
    city->reports++;
    city->now += city->step / 2 + (int64_t)below(random, (size_t)city->step + 1);
    report.record_no = text_format(arena, "YZ%012zu", city->reports);
    report.occurred_at = report.reported_at = city->now;
    report.category = text_from(KINDS[told.kind].code);
    report.category_confidence = 70 + (int64_t)below(random, 30);
    tell_place(&report, &told, random, arena);
    tell(&report, &told, random, arena);
    size_t desk = below(random, 20);
    bool grid = desk < 5;
    *source = grid ? TEXT("GRID") : desk < 8 ? TEXT("MKT12315") : TEXT("H12345");
    size_t person = grid ? below(random, STAFF) : STAFF + below(random, PEOPLE);
    report.reporter = text_format(arena, "1:%016llx%016llx", (unsigned long long)mixed(person),
                                  (unsigned long long)mixed(person + PEOPLE));
    report.reporter_kind = grid ? TEXT("staff") : TEXT("citizen");
    if (KINDS[told.kind].code[0] == 'A' && below(random, 5) == 0)
        report.lift_plate = text_format(arena, "%06d", (int)(told.number % 900000) + 100000);
    return report;
}
