/*
 * The leaves in the order of domain.md 7.1, which is the order of their codes: found by binary search.
 */
#include "domain/category.h"

static const Category CATEGORIES[] = {
    {"A01", "电梯困人", "People trapped in lift"},
    {"A02", "电梯故障/异响/停运", "Lift fault"},
    {"A03", "自动扶梯故障", "Escalator fault"},
    {"A04", "锅炉压力容器隐患", "Boiler / pressure vessel"},
    {"A05", "游乐设施/场内车辆隐患", "Rides, site vehicles"},
    {"B01", "燃气泄漏/异味", "Gas leak or smell"},
    {"B02", "液化气瓶违规", "Illegal LPG cylinders"},
    {"B03", "餐饮燃气隐患", "Gas hazard in restaurant"},
    {"B04", "危险化学品违规储存", "Unlawful chemical storage"},
    {"B05", "化学品泄漏/异味", "Chemical release"},
    {"B06", "烟花爆竹非法存储燃放", "Fireworks"},
    {"C01", "火灾/冒烟", "Fire or smoke"},
    {"C02", "火灾自动报警(物联网)", "Fire IoT alarm"},
    {"C03", "占用堵塞疏散通道安全出口", "Blocked exit"},
    {"C04", "占用消防车通道", "Blocked fire lane"},
    {"C05", "消防设施损坏停用", "Fire equipment out of use"},
    {"C06", "消火栓损坏埋压无水", "Hydrant fault"},
    {"C07", "三合一/群租/九小场所隐患", "Mixed-use, small premises"},
    {"D01", "电动自行车楼内停放充电", "E-bike indoors"},
    {"D02", "飞线充电私拉电线", "Stray charging cables"},
    {"D03", "电力设施隐患/线缆坠落", "Power line hazard"},
    {"D04", "通信线缆坠落/杂乱", "Low telecom cables"},
    {"D05", "电动车电池产品质量", "Unsafe e-bike battery"},
    {"D06", "停电", "Power cut"},
    {"E01", "井盖缺失破损", "Missing / broken manhole cover"},
    {"E02", "路面塌陷空洞", "Road collapse"},
    {"E03", "路面破损坑槽", "Pothole"},
    {"E04", "桥梁护栏天桥隐患", "Bridge / railing"},
    {"E05", "信号灯路灯故障", "Signal / street light"},
    {"E06", "供水管爆裂", "Water main burst"},
    {"E07", "污水冒溢/下水堵塞", "Sewer overflow"},
    {"E08", "供热管道破裂", "Heating pipe burst"},
    {"F01", "外墙脱落高空坠物", "Falling facade"},
    {"F02", "危房裂缝倾斜", "Dangerous building"},
    {"F03", "广告牌匾松动", "Loose sign board"},
    {"F04", "违法建设", "Illegal construction"},
    {"F05", "承重墙拆改", "Load-bearing wall removed"},
    {"F06", "施工工地隐患(基坑塔吊围挡)", "Construction site"},
    {"G01", "树木倒伏断枝", "Fallen tree"},
    {"G02", "道路积水内涝", "Flooded road"},
    {"G03", "积雪结冰", "Ice and snow"},
    {"G04", "山体滑坡边坡隐患", "Landslide / slope"},
    {"H01", "食品安全/变质/无证", "Food safety"},
    {"H02", "疑似食物中毒", "Suspected food poisoning"},
    {"H03", "药品医疗器械化妆品", "Drugs, devices"},
    {"H04", "缺陷产品质量", "Unsafe product"},
    {"I01", "异常排污/黑臭水体", "Illegal discharge"},
    {"I02", "露天焚烧/浓烟", "Open burning"},
    {"I03", "自来水水质异常", "Tap water quality"},
    {"I04", "医疗废物流失", "Medical waste"},
    {"J01", "健身游乐设施损坏", "Broken fitness equipment"},
    {"J02", "校园周边与人员密集场所隐患", "Crowded places"},
    {"J03", "其他安全隐患(待分类)", "Other, to be classified"},
};
enum { CATEGORY_COUNT = sizeof(CATEGORIES) / sizeof(CATEGORIES[0]) };

const Category *category_find(Text code)
{
    size_t low = 0;
    size_t high = CATEGORY_COUNT;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = text_compare(text_from(CATEGORIES[middle].code), code);
        if (order == 0)
            return &CATEGORIES[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

const Category *category_all(size_t *count)
{
    *count = CATEGORY_COUNT;
    return CATEGORIES;
}
