/*
 * What the scrubber knows of names, as tables in the order of their code points: single characters as one string,
 * pairs as a string of two characters a word. Surnames by their frequency today; what is no name was gathered from the
 * wording of hotline sheets. A word that is missing lets a name stand or hides a word; nothing else depends on it.
 */
#include "domain/scrub_parts.h"

static const char16_t COMMON_SURNAMES[] =
    u"丁乔何余侯傅冯刘卢叶吕吴周唐夏姚姜孔孙孟宋尹崔康廖张彭徐戴曹朱李杜杨林梁毛江汤汪"
    u"沈潘熊王田石秦罗肖胡苏范萧董蒋蔡薛袁许谢谭贺贾赖赵邓邱邵邹郑郝郭金钱闫阎陆陈雷韩"
    u"顾马高魏黄黎龙龚";

static const char16_t RARE_SURNAMES[] =
    u"万丘丛严乐习井仇仉付代仲任伍伏伦佟俞候倪僧党兰关冀冉冷冼凌凤刁包匡华卓卜卞占卫厍"
    u"原古史司吉咸商喻奚姬娄季宁宇安宗官宫尚尤屈屠岑岳嵇左巩巫帅席幸庄庞廉惠戚扬揭敖敬"
    u"文於施易晋晏景曲木束柏查柯柳柴栗栾桂桑梅植楚樊欧武段殷毕池沙洪涂温游湛滕濮焦燕牛"
    u"牟牧璩甄甘申畅白皮盖盛瞿祁祝程稽穆窦章童竺符简管米粟糜纪练缪羊翁翟耿聂胥臧舒艾芦"
    u"苑苗苟茅荀荆荣莫葛蒙蓝蔺薄虞衣裴褚覃詹谌谷费路辛辜迟逄逯邝邢邬邰邸郁郎郗郜鄢钟银"
    u"闵闻阚阮阳陶隆隋雍霍靳鞠韦项颜饶骆鲁鲍麦麴麻齐";

static const char16_t FUNCTION_SURNAMES[] = u"全单成房解谈车";

static const char16_t BOTH_SURNAMES[] = u"于常方曾";

static const char16_t TITLED_SURNAMES[] = u"位储利区卿向和哈宣封应强支时明来楼水海花计边连都";

static const char16_t COMPOUND_SURNAMES[] =
    u"万俟上官东方东郭令狐仲孙公冶公孙公羊单于南宫南门司寇司徒司空司马呼延夏侯太史宇文"
    u"完颜宗政尉迟左丘微生慕容拓跋梁丘欧阳欧陽段干淳于澹台濮阳独孤申屠百里皇甫端木第五"
    u"纳兰羊舌西门诸葛谷梁赫连轩辕钟离长孙闻人闾丘鲜于";

static const char16_t NO_NAMES[] =
    u"一向一张一项丁字丁点万一万不万元万分万能万达上周上方上游下周下方下游不管不顾业余"
    u"业方东方两张严加严厉严查严格严禁严重中华中文丰盛临时为何主任主席主张主管乐于乐器"
    u"乐园乐意乐队乔迁乙方也许习惯书包买方事项二胡于上于下于今于凌于小于当于早于昨于是"
    u"于晚于本于此于现于该于近于附五金井下井口井水井盖井里交易交管交车交钱人马付款付清"
    u"付费付钱代为代付代办代替代理代表代驾仲裁价钱任何任凭任务任意任教任期任由任职任选"
    u"伍佰位于低于住房体温何人何以何况何处何必何方何时何种余下余款余额作文佩戴供商供应"
    u"依赖侯车侵占便于保单保卫保安保管信任修车停车健全健康儿童允许免费党员党委党支党组"
    u"党群入伍全体全天全家全新全是全楼全程全责全身全部全都全面全额公司公安公文公积公章"
    u"公路关于关停关好关心关注关系关门关闭兴许兵马其余农林农田冬季冷冻冷库冷暖冷水冷漠"
    u"准时准许凌乱凌晨几何几张出席分钟前任前方剩余加强动车包厢包含包工包庇包括包罗包装"
    u"包裹包间化石北方千万千金升高半路华为单价单位单元单据单方单次单独单薄单身单车卖方"
    u"南方占位占地占据占用占道卡车卫健卫士卫星卫浴卫生卫视卫计印章危房即时历史历程厘米"
    u"原件原先原则原因原地原有原本原来原路厨房叉车及时双方反应古城古树古稀古董史上叶片"
    u"司机司法各项合金吉利吊车同时名单后方向上向公向居向政向有向本向物向相向社向街吕梁"
    u"吴江周三周二周五周六周四周围周日周期周末周转周边和其和孩和家和物和睦和老和解和谐"
    u"响应唐突商业商品商场商城商家商店商户商讨商议商贩商量商铺喻为嚣张四方园丁园林国王"
    u"图章在于地方地段地雷垃车城管基金增高处于复习复查夏夜夏季外孙多余多方多项大于大梁"
    u"大王大石大米大衣大陆天井太阳太高夸张奖金如何姜汁娱乐子孙子宫孔洞孙女孟婆季度季节"
    u"学习宁可宁愿安保安全安徽安抚安排安检安置安装安静宋体完全完毕宗地官方官网定时定金"
    u"宝石实施客房客车宫颈容易宿管富余对于对应对方小于小康小时尤为尤其尽管屈服届时属于"
    u"山庄山谷岩石巡查工单工方工程左侧左右左手左脚左腿左转左边师傅师范帝王席子常人常住"
    u"常客常常常年常态常见常规常识平房平时平米年代庄园庄稼库房应为应予应付应对应尽应当"
    u"应急应是应有应该店方康养康复延迟建方开关开车张开张望张贴弯曲强制强势强占强拆强烈"
    u"强行强调强迫当时很高徐徐快乐快车恒温感谢成为成了成功成员成品成堆成天成套成年成本"
    u"成片成立我方或许戴上戴口戴着房东房主房产房价房内房型房子房屋房本房梁房源房租房管"
    u"房里房门房间房顶手段打包扭曲承包护车押金抽查担任担心拖车按时排查接管推迟措施提高"
    u"支付收费效应救车教程文件文化文字文章斑马方便方向方式方才方案方法方面施压施工施救"
    u"旅游无赖日程时不时候时刻时常时有时段时而时间旺盛明白易于易倒易发易受易坠易堵易导"
    u"易引易损易摔易滑易燃易爆易着易碎易积易聚易被易起易造景区景观智商曲线曾向曾在曾多"
    u"曾经替代最高有关有时朝向朝阳木制木头木板木门木马本周朱红机关机房村庄杜绝杨树林下"
    u"林地林带林木林荫查处查实查封查明查看查询查验柳树柴堆柴油柴火树叶树木树林校方校车"
    u"核查桂花桃李桑拿桥梁梁柱梅雨检查森林楼房楼管模范横梁欺凌此时武术武装武警段时每周"
    u"比喻毕业毕竟毛刺毛发毛坯毛巾毛毯毛病毛线毫米气管水井水池水管水费水路水银江中江岸"
    u"江景江水江湖江苏江西江边江面池塘池子汤圆汤锅汪汪汽车沈阳河水油田油管治安沿江法官"
    u"洗衣洗车流向流畅流程海关消费温度温泉温馨游乐游商游客游戏游泳游玩滨江火车点钟照顾"
    u"熊猫片段牛奶牛肉物方狗熊玉米王牌环卫现代现任现金珠江甘愿用于田园田地田间由于甲方"
    u"申报申明申诉申请申述申通申领电池电费电路电车畅通疫苗病房白墙白天白白白线白色白酒"
    u"监管盖上盖子盖板盖章盛怒相关看管瞳孔石块石墩石头石材石板石棉石油石灰砂石碎石示范"
    u"祝愿祝福祝贺禾苗租房租车租金秦岭程序程度稻田稻谷空白穿戴章程童年童装童车符合等于"
    u"简单简历简易简直简陋管井管委管家管护管控管理管线管网管辖管道米线米面精华紧张纸张"
    u"线路练习终于经查缴费缺席罗列罗盘罗马罚金羊毛美金耍赖背景胡乱胡同胡说胡闹胡须膝盖"
    u"至于艾滋花钱苏打苏醒苗头苗木英文范例范围茶叶荆棘草原药房莫名莫非菜单萧条落叶董事"
    u"蓝牌蓝色薄弱薪金虾米行李衣服衣柜衣物补丁西方覆盖规范警官警方警车订单训练许久许多"
    u"设施语文课程调查谢绝谢谢谭木谷底谷物豪华责任账单货车贸易费力费劲费心费用贺卡贾人"
    u"资方资金赖着赖账走路路上路井路人路口路政路段路灯路程路线路边路过路途路障路面跳高"
    u"车主车位车内车头车子车库车棚车牌车祸车辆车道车门转向轮车软管轻易轿车过于过江过程"
    u"过高还原进程违章连同连声连夜连带连廊连接连日连累连续连连连锁迟到迟迟退伍通畅道路"
    u"邻路郑州郑重重申金属金店金桥金融金钱金额鉴于钟头钟点钢管钱包钱款钱物钱袋钱财钻孔"
    u"钻石铁路银色银行长江门丁门卫门房闹钟队伍防范防车防雷阳光阳台阶段陆续陆陆陈列陈年"
    u"陈旧陈述院方随时雨季雷声雷电雷雨霸占霸王面包面孔音乐项目顾及顾客顾虑顾问风景饭庄"
    u"饱和马上马戏马拉马桶马虎马路马达驾车骑马高中高于高价高低高兴高出高压高声高处高大"
    u"高层高度高挂高新高杆高架高楼高温高烧高空高考高血高跟高达高速高铁高额高高高龄魏都"
    u"鲁莽鸡汤黄土黄昏黄沙黄河黄泥黄牛黄线黄色黄金黑熊齐全齐声龙头龙虾";

static const char16_t NO_GIVEN_NAMES[] =
    u"一并一致一起丈夫三天上午下午业委两天中午中心人员保密儿子公司共同凌晨几天医院匿名"
    u"单位同上同事后来员工商场地下地面大厦大街大道大量天天女儿妻子学校孩子家园家属小区"
    u"小孩居委屋顶工人工地市场广场当日待查待核拒留拒绝政府新村早上明天明日明显明知明确"
    u"晚上暂缺有关朋友本单本栋本楼村口村委桥头楼上楼下楼道母亲父亲现场目前相关社区空缺"
    u"窗户经理老人老公老婆老板花园街道路口路面近日部门门前门口门外门店附近隐名";

static const char16_t NEVER_GIVEN[] =
    u"不与且个么也了些什今他们会但住你再区却去县又及只叫号向吗吧呢因在多她它室对就已幢"
    u"并店往很怎想我或找把昨是曾未某栋楼次此每没物电的称等给而能街被要让话该说请这那都"
    u"问";

static const char16_t VERBS[] =
    u"一同一家一直上报上楼上门下楼不满两人举报今天今日住址住院停放催办先后先行再次出行"
    u"出门到场前来占用去世反应反映反馈发现受伤号码同意名下听到告知咨询回电回访因为在场"
    u"在家地址均在均称堆放处理处置多次夫妇夫妻家中家人家住家里将电巡查已经希望年龄座机"
    u"建议微信怀疑性别户口手机打来打电投诉护照报修报告报案报称报警担心拒绝拨打提供摔倒"
    u"擅自无证昨天曾经未持未接本人来信来电来访死亡烧伤现在由于申请电话看到看见短信确认私自"
    u"等人签字系本系该联系脱困自称自行自述致电获救表示表述被困被撞要求觉得认为证件诉求"
    u"说明请求路过身份违规送医遇到邮箱长期闻到陪同骨折";

static const char16_t PARTICLES[] = u"为于仍从则到和女家将打报拨持来男系自至";

static const char16_t BEFORE_NAMES[] =
    u"与东为主于亲人伤位即及友叫同名向员和因在夫女妻子客家对将居户找把据是有板查民生由"
    u"电的称系经给者被让该说请跟邻长问";

static const char16_t PLACE_ENDS[] =
    u"乡区厂厦县园圩场坊坡城墟山岗岭巷庄店弄村校桥楼沟河洲港湖湾站苑街路道里镇院馆";

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Of a table of `width` characters a word; the literal's NUL does not count. */
static bool among(const char16_t *table, size_t count, size_t width, const uint32_t *word)
{
    size_t low = 0;
    size_t high = count / width;
    while (low < high) {
        size_t middle = (low + high) / 2;
        const char16_t *entry = table + middle * width;
        uint32_t have = width == 1 ? entry[0] : (uint32_t)entry[0] << 16 | entry[1];
        uint32_t want = width == 1 ? word[0] : word[0] << 16 | word[1];
        if (have == want)
            return true;
        if (have < want)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

static bool has_one(const char16_t *table, size_t count, uint32_t c)
{
    return c <= 0xFFFF && among(table, count, 1, &c);
}

static bool has_pair(const char16_t *table, size_t count, uint32_t a, uint32_t b)
{
    return a <= 0xFFFF && b <= 0xFFFF && among(table, count, 2, (const uint32_t[]){a, b});
}

#define HAS_ONE(table, c) has_one((table), COUNT(table) - 1, (c))
#define HAS_PAIR(table, a, b) has_pair((table), COUNT(table) - 1, (a), (b))

ScrubSurname scrub_surname_kind(uint32_t c)
{
    if (HAS_ONE(COMMON_SURNAMES, c))
        return SCRUB_SURNAME_COMMON;
    if (HAS_ONE(RARE_SURNAMES, c))
        return SCRUB_SURNAME_RARE;
    if (HAS_ONE(BOTH_SURNAMES, c))
        return SCRUB_SURNAME_BOTH;
    if (HAS_ONE(FUNCTION_SURNAMES, c))
        return SCRUB_SURNAME_FUNCTION;
    return HAS_ONE(TITLED_SURNAMES, c) ? SCRUB_SURNAME_TITLED : SCRUB_SURNAME_NONE;
}

bool scrub_surname_compound(uint32_t a, uint32_t b)
{
    return HAS_PAIR(COMPOUND_SURNAMES, a, b);
}

bool scrub_surname_no_name(uint32_t a, uint32_t b)
{
    return HAS_PAIR(NO_NAMES, a, b);
}

bool scrub_surname_no_given(uint32_t a, uint32_t b)
{
    return HAS_PAIR(NO_GIVEN_NAMES, a, b);
}

bool scrub_surname_never_given(uint32_t c)
{
    return HAS_ONE(NEVER_GIVEN, c);
}

bool scrub_surname_verb(uint32_t a, uint32_t b)
{
    return HAS_PAIR(VERBS, a, b);
}

bool scrub_surname_particle(uint32_t c)
{
    return HAS_ONE(PARTICLES, c);
}

bool scrub_surname_before(uint32_t c)
{
    return HAS_ONE(BEFORE_NAMES, c);
}

bool scrub_surname_place(uint32_t c)
{
    return HAS_ONE(PLACE_ENDS, c);
}

static bool ordered(const char16_t *table, size_t count, size_t width)
{
    for (size_t i = width; i + width <= count; i += width) {
        const char16_t *before = table + i - width;
        if (before[0] > table[i] ||
            (before[0] == table[i] && (width == 1 || before[1] >= table[i + 1])))
            return false;
    }
    return count % width == 0;
}

#define ORDERED(table, width) ordered((table), COUNT(table) - 1, (width))

bool scrub_surname_in_order(void)
{
    return ORDERED(COMMON_SURNAMES, 1) && ORDERED(RARE_SURNAMES, 1) &&
           ORDERED(FUNCTION_SURNAMES, 1) && ORDERED(BOTH_SURNAMES, 1) &&
           ORDERED(TITLED_SURNAMES, 1) && ORDERED(COMPOUND_SURNAMES, 2) && ORDERED(NO_NAMES, 2) &&
           ORDERED(NO_GIVEN_NAMES, 2) && ORDERED(NEVER_GIVEN, 1) && ORDERED(VERBS, 2) &&
           ORDERED(PARTICLES, 1) && ORDERED(BEFORE_NAMES, 1) && ORDERED(PLACE_ENDS, 1);
}
