/*
 * What a report's words say of its class (linkage.md 2: the desk's code is evidence, not truth), of what is wrong within the
 * leaf, and of record numbers that are another matter.
 */
#include "evidence_fixture.h"

static Evidence *
told(const Fixture *fixture, const char *title, const char *body, const char *number)
{
    Report report;
    Text numbers[] = {number != NULL ? text_from(number) : TEXT_ABSENT};
    report_init(&report);
    report.category = TEXT("J03");
    report.title = title != NULL ? text_from(title) : TEXT_ABSENT;
    report.body = text_from(body);
    if (number != NULL)
        report.quoted_nos = (TextList){numbers, 1};
    EvidenceOrigin origin = {TEXT("H12345"), TEXT("9901"), 5, INT64_C(1790000000000000)};
    return evidence_new(&report, &origin, fixture->model, fixture->scratch);
}

/* Filed under "other": two callers of each leaf, at least. */
static const struct {
    const char *want, *body;
} SENTENCES[] = {
    {"A01", "我和孩子被关在电梯里面已经二十分钟了，按警铃没人应"},
    {"A01", "接报一男子困在货梯内，消防到场后救出"},
    {"A02", "十八楼的电梯一到晚上就咯吱响，还往下掉一截"},
    {"A02", "升降梯按了楼层没反应，门也关不严，天天爬楼"},
    {"A03", "商场二楼的扶梯突然倒着走，老人摔了"},
    {"A03", "地铁口手扶电梯停运半个月，一直围着"},
    {"A04", "洗浴中心的锅炉压力表坏了还在烧，没有年检"},
    {"A04", "蒸汽管道老化，储气罐超期没检"},
    {"A05", "公园里的海盗船安全杆锁不住还在卖票"},
    {"A05", "物流园叉车没有牌照，工人无证驾驶"},
    {"B01", "一进楼道就闻到很重的煤气，不知道哪家漏的"},
    {"B01", "施工队把天然气管道挖破了，嗤嗤往外冒"},
    {"B02", "路边小店私自倒气，门口摆了几十个液化气钢瓶"},
    {"B02", "三轮车拉着煤气罐上门送，瓶子都生锈过期了"},
    {"B03", "火锅店后厨的燃气软管老化开裂，也没有装报警器"},
    {"B03", "餐馆灶具没有熄火保护，厨房里还放着两个煤气罐同时用天然气"},
    {"B04", "居民楼底下的仓库里存放了大量汽油和稀料，属于危险化学品"},
    {"B04", "停车场里有人用面包车改装的流动加油车卖柴油"},
    {"B05", "冷库的氨气泄漏了，眼睛都睁不开"},
    {"B05", "槽罐车侧翻，盐酸流了一地，冒白烟，味道刺鼻"},
    {"B06", "临街门面偷偷卖烟花爆竹，没有许可证"},
    {"B06", "半夜总有人放鞭炮，火星落到车上"},
    {"C01", "对面楼六楼阳台着火了，火苗都窜出来了"},
    {"C01", "报警人称一辆面包车自燃，浓烟很大"},
    {"C02", "机房烟感报警，控制器显示火警，值班员去现场核实"},
    {"C02", "独立式烟雾报警器响了一上午"},
    {"C03", "三单元楼梯间堆满旧家具和纸箱，人都过不去"},
    {"C03", "商场后面的安全出口用铁链锁着，消防检查才打开"},
    {"C04", "小区进门的消防车通道天天停满私家车"},
    {"C04", "消防登高场地被人画成了停车位"},
    {"C05", "楼里的灭火器都过期了，消火栓箱里没有水带"},
    {"C05", "防火门关不上，应急照明灯也不亮"},
    {"C06", "路边的消防栓被车撞歪，一直喷水"},
    {"C06", "室外消火栓被绿化带的土埋了半截"},
    {"C07", "一套房子隔成七八间出租，住了二十多人"},
    {"C07", "沿街铺子楼下做生意楼上住人，属于三合一"},
    {"D01", "邻居每天把电动车推上楼在家门口充电"},
    {"D01", "门厅里停了十几辆电瓶车，还有人从家里提电池充"},
    {"D02", "三楼从窗户甩下来一根插线板给车充电"},
    {"D02", "楼下全是私拉的电线，飞线充电很普遍"},
    {"D03", "路边高压线断了一根垂到地上，有小孩在旁边玩"},
    {"D03", "变压器一直漏油，配电箱的门也敞开着"},
    {"D04", "通讯光缆掉下来横在路中间，骑车差点勒到脖子"},
    {"D04", "墙上的网线像蜘蛛网，弱电箱也没盖"},
    {"D05", "刚买的电动车电池鼓包，店家还给别人解除限速"},
    {"D05", "维修铺用翻新电池组装，充电的时候冒烟发烫"},
    {"D06", "从昨晚八点停电到现在还没来电"},
    {"D06", "整个小区又断电了，电话打不通"},
    {"E01", "人行道上的井盖不见了，黑咕隆咚一个洞"},
    {"E01", "车一压过去窨井盖就哐当响，盖子松了"},
    {"E02", "马路中间突然塌了一个大坑，车陷进去了"},
    {"E02", "路面下面被水掏空了，地面下陷很明显"},
    {"E03", "这段水泥路坑坑洼洼，骑电动车摔了好几个"},
    {"E03", "人行道的地砖翘起来了，一踩就溅水"},
    {"E04", "河边的护栏断了一截，用绳子绑着"},
    {"E04", "人行天桥的台阶钢板锈穿了，桥面还有洞"},
    {"E05", "整条路的路灯都不亮，晚上走路摸黑"},
    {"E05", "路口红绿灯坏了，四面都是红灯"},
    {"E06", "自来水管爆了，水柱有两层楼高"},
    {"E06", "路面往外冒清水，供水管道肯定破了"},
    {"E07", "化粪池满了，粪水流得满院子都是"},
    {"E07", "一楼厕所反水，下水道堵了半个月"},
    {"E08", "暖气管道爆了，热水把楼下淹了"},
    {"E08", "热力井一直冒热气，供热管网漏了"},
    {"F01", "外墙的瓷砖一块一块往下掉，砸到了楼下的车"},
    {"F01", "有人从高楼往下扔酒瓶子"},
    {"F02", "老房子的墙裂了好几条大口子，房屋倾斜"},
    {"F02", "围墙歪了，随时可能倒塌"},
    {"F03", "店门口的广告牌被风吹得摇摇晃晃，快掉下来了"},
    {"F03", "招牌的铁架子松动，悬在半空"},
    {"F04", "顶楼的住户在楼顶搭建阳光房"},
    {"F04", "一楼把公共绿地圈起来私自盖房子"},
    {"F05", "楼上装修把承重墙砸了"},
    {"F05", "隔壁装修公司拆墙，把剪力墙开了个大洞"},
    {"F06", "工地的塔吊吊着钢筋从马路上空过"},
    {"F06", "基坑旁边没有围挡，脚手架也没挂安全网"},
    {"G01", "昨晚大风把行道树刮倒了，压住两辆车"},
    {"G01", "枯树枝悬在半空，随时掉下来"},
    {"G02", "一下雨涵洞里的积水就没过车轮"},
    {"G02", "地下车库进水了，已经淹到膝盖"},
    {"G03", "桥上结冰了，一早上摔了好几个人"},
    {"G03", "人行道的积雪没人扫，都冻成冰了"},
    {"G04", "后山的边坡垮了，石头滚到院子里"},
    {"G04", "暴雨后山体滑坡，挡土墙也裂开了"},
    {"H01", "买的面包还没过保质期就发霉了"},
    {"H01", "在这家店吃面吃出一只蟑螂"},
    {"H02", "十几个学生吃完午饭上吐下泻"},
    {"H02", "一家人聚餐之后集体腹泻，怀疑食物中毒"},
    {"H03", "药店卖过期的药，还没有处方就卖处方药"},
    {"H03", "在美容院打了玻尿酸，脸肿了"},
    {"H04", "买的热水器漏电，厂家说不是产品质量问题"},
    {"H04", "充电宝用了两次就自燃，是三无产品"},
    {"I01", "厂子半夜往河里偷排废水，水都是黑的"},
    {"I01", "这条河发黑发臭，河面漂着油污"},
    {"I02", "空地上有人焚烧垃圾，烟熏得睁不开眼"},
    {"I02", "收完麦子地里到处烧秸秆"},
    {"I03", "自来水放出来是黄的，还有铁锈味"},
    {"I03", "家里水龙头的水浑浊有异味，二次供水的水箱没清洗"},
    {"I04", "路边草丛里扔了一袋针头和输液管"},
    {"I04", "诊所的医疗垃圾和生活垃圾混在一起"},
    {"J01", "小区健身器材的扭腰器断了，露出螺丝"},
    {"J01", "儿童滑梯裂开了，划伤孩子的腿"},
    {"J02", "放学时校门口拥堵，校园周边全是摊贩"},
    {"J02", "晚会现场人员密集，没有疏导，差点发生踩踏"},
};

static void knows_each_leaf_by_everyday_words(void **state)
{
    for (size_t i = 0; i < sizeof SENTENCES / sizeof SENTENCES[0]; i++) {
        Evidence *evidence = told(*state, NULL, SENTENCES[i].body, NULL);
        if (!text_is(evidence->category->code, SENTENCES[i].want) ||
            evidence->category_confidence < 60)
            fail_msg("%s: want %s, got %.*s %d", SENTENCES[i].body, SENTENCES[i].want,
                     TEXT_ARGS(evidence->category->code), (int)evidence->category_confidence);
        evidence_free(evidence);
    }
}

/* Words that speak of two things decide for neither, unless the title does. */
static void is_unsure_where_two_things_are_named(void **state)
{
    Evidence *evidence = told(*state, NULL, "路灯不亮，井盖没了", NULL); /* 96 against 96 */
    assert_true(evidence->category_confidence < 60);
    evidence_free(evidence);
    evidence = told(*state, "井盖没了", "路灯不亮，井盖没了",
                    NULL); /* 98 against 96: .98 * .04 : .96 * .02 */
    assert_true(text_is(evidence->category->code, "E01"));
    assert_int_equal(evidence->category_confidence, 67);
    evidence_free(evidence);
}

static void thinks_little_of_places_named_after_things(void **state)
{
    static const char *const BODIES[] = {"在路灯下等人", "电梯口见面", "红绿灯路口右拐",
                                         "井盖旁边"};
    for (size_t i = 0; i < sizeof BODIES / sizeof BODIES[0]; i++) {
        Evidence *evidence = told(*state, NULL, BODIES[i], NULL);
        assert_true(evidence->category_confidence < 60);
        evidence_free(evidence);
    }
}

static void finds_what_is_wrong_within_the_leaf(void **state)
{
    static const struct {
        const char *body, *want;
    } CASES[] = {
        {"人行道的井盖没了", "缺失"},
        {"井盖松动，车一过就响", "松响"},
        {"井盖下沉了一截", "沉降"},
        {"井盖破损", ""},
        {"电梯门关不上", "门"},
        {"电梯突然下坠", "运行"},
        {"电梯停运", ""},
        {"路灯不亮", "路灯"},
        {"红绿灯不亮", "信号灯"},
        {"井盖没了，以前是井盖松动", "缺失、松响"},
        {"没有缺失，只是井盖松动", "松响"},
    };
    const Fixture *fixture = *state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        Evidence *evidence = told(fixture, NULL, CASES[i].body, NULL);
        uint32_t want = 0;
        for (size_t j = 0; j < fixture->model->aspect_count; j++)
            if (text_contains(text_from(CASES[i].want), fixture->model->aspects[j]))
                want |= UINT32_C(1) << j;
        if (evidence->aspects != want)
            fail_msg("%s: got %.*s", CASES[i].body,
                     TEXT_ARGS(model_aspects(fixture->model, evidence->aspects, fixture->scratch)));
        evidence_free(evidence);
    }
}

/* "A quoted record number that speaks of another matter must not link." */
static void drops_numbers_said_to_be_another_matter(void **state)
{
    static const struct {
        const char *body;
        bool kept;
    } CASES[] = {
        {"之前工单FS20260926008反映过，现在还是这样", true},
        {"催办FS20260926008", true},
        {"本次反映的问题与工单FS20260926008无关", false},
        {"这次不是之前FS20260926008说的那件事，是另外一部电梯", false},
        {"工单FS20260926008是另一回事，这次说的是路灯", false},
        {"和FS20260926008没有关系", false},
        {"并非工单fs20260926008所反映的井盖", false}, /* written small */
        /* a question and a whether are no denial */
        {"问一下是不是工单FS20260926008还没有处理", true},
        {"你们这不是FS20260926008已经办结了吗", true},
        /* nor is what stands in another sentence, or further off */
        {"不是我一个人这样说。工单FS20260926008没有处理", true},
        {"不是第一次了，物业也来看过好几回，都说要修，工单FS20260926008到今天没有动静", true},
        {"工单FS20260926008拖到现在。说这和他们无关", true},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        Evidence *evidence = told(*state, NULL, CASES[i].body, "FS20260926008");
        if ((evidence->quoted_nos.count == 1) != CASES[i].kept)
            fail_msg("%s: %s", CASES[i].body, CASES[i].kept ? "dropped" : "kept");
        evidence_free(evidence);
    }
}

/* A number that stands in a field alone is nowhere denied. */
static void keeps_numbers_that_the_text_does_not_hold(void **state)
{
    Evidence *evidence = told(*state, NULL, "这次不是上次说的那件事", "FS20260926008");
    assert_int_equal(evidence->quoted_nos.count, 1);
    evidence_free(evidence);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_each_leaf_by_everyday_words),
        cmocka_unit_test(is_unsure_where_two_things_are_named),
        cmocka_unit_test(thinks_little_of_places_named_after_things),
        cmocka_unit_test(finds_what_is_wrong_within_the_leaf),
        cmocka_unit_test(drops_numbers_said_to_be_another_matter),
        cmocka_unit_test(keeps_numbers_that_the_text_does_not_hold),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
