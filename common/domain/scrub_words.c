/*
 * The words the scrubber looks for, one a row in the order of their first code points, those with the same beginning
 * longest first: what kind of number follows, whose name stands there, forms of address.
 */
#include "domain/scrub_parts.h"

static const ScrubWord WORDS[] = {
    {u"QQ号码", SCRUB_WORD_QQ},
    {u"QQ号", SCRUB_WORD_QQ},
    {u"QQ群", SCRUB_WORD_PUBLIC},
    {u"QQ", SCRUB_WORD_QQ},
    {u"TEL", SCRUB_WORD_PHONE},
    {u"Tel", SCRUB_WORD_PHONE},
    {u"VX", SCRUB_WORD_WECHAT},
    {u"V信", SCRUB_WORD_WECHAT},
    {u"WeChat", SCRUB_WORD_WECHAT},
    {u"Wechat", SCRUB_WORD_WECHAT},
    {u"qq号码", SCRUB_WORD_QQ},
    {u"qq号", SCRUB_WORD_QQ},
    {u"qq群", SCRUB_WORD_PUBLIC},
    {u"qq", SCRUB_WORD_QQ},
    {u"tel", SCRUB_WORD_PHONE},
    {u"vx", SCRUB_WORD_WECHAT},
    {u"v信", SCRUB_WORD_WECHAT},
    {u"wechat", SCRUB_WORD_WECHAT},
    {u"丈夫", SCRUB_WORD_PERSON},
    {u"上报人", SCRUB_WORD_FIELD},
    {u"上报者", SCRUB_WORD_FIELD},
    {u"业主", SCRUB_WORD_PERSON},
    {u"举报人", SCRUB_WORD_FIELD},
    {u"举报者", SCRUB_WORD_FIELD},
    {u"产权人", SCRUB_WORD_FIELD},
    {u"人叫", SCRUB_WORD_PERSON},
    {u"他叫", SCRUB_WORD_PERSON},
    {u"代码", SCRUB_WORD_RECORD},
    {u"伤员", SCRUB_WORD_PERSON},
    {u"伤者", SCRUB_WORD_PERSON},
    {u"伯伯", SCRUB_WORD_TITLE},
    {u"住户", SCRUB_WORD_PERSON},
    {u"保安员", SCRUB_WORD_PERSON},
    {u"保洁员", SCRUB_WORD_PERSON},
    {u"信用卡", SCRUB_WORD_CARD},
    {u"信访人", SCRUB_WORD_FIELD},
    {u"借记卡", SCRUB_WORD_CARD},
    {u"值班员", SCRUB_WORD_PERSON},
    {u"储蓄卡", SCRUB_WORD_CARD},
    {u"儿媳", SCRUB_WORD_PERSON},
    {u"儿子", SCRUB_WORD_PERSON},
    {u"先生", SCRUB_WORD_TITLE},
    {u"公民身份号码", SCRUB_WORD_IDENTITY},
    {u"公民身份", SCRUB_WORD_IDENTITY},
    {u"公众号", SCRUB_WORD_PUBLIC},
    {u"军官证", SCRUB_WORD_PASSPORT},
    {u"医生", SCRUB_WORD_TITLE},
    {u"单号", SCRUB_WORD_RECORD},
    {u"卡号", SCRUB_WORD_ACCOUNT},
    {u"反映人", SCRUB_WORD_FIELD},
    {u"叔叔", SCRUB_WORD_TITLE},
    {u"受害人", SCRUB_WORD_PERSON},
    {u"受害者", SCRUB_WORD_PERSON},
    {u"受理人", SCRUB_WORD_FIELD},
    {u"受理号", SCRUB_WORD_RECORD},
    {u"台胞证", SCRUB_WORD_PASSPORT},
    {u"号码", SCRUB_WORD_PHONE},
    {u"司机", SCRUB_WORD_PERSON},
    {u"同事", SCRUB_WORD_PERSON},
    {u"同志", SCRUB_WORD_TITLE},
    {u"名字叫", SCRUB_WORD_CALLED},
    {u"名字是", SCRUB_WORD_CALLED},
    {u"名叫", SCRUB_WORD_PERSON},
    {u"员工", SCRUB_WORD_PERSON},
    {u"唯一码", SCRUB_WORD_RECORD},
    {u"商户", SCRUB_WORD_PERSON},
    {u"回乡证", SCRUB_WORD_PASSPORT},
    {u"回电", SCRUB_WORD_PHONE},
    {u"型号", SCRUB_WORD_RECORD},
    {u"士兵证", SCRUB_WORD_PASSPORT},
    {u"处理人", SCRUB_WORD_FIELD},
    {u"外孙", SCRUB_WORD_PERSON},
    {u"大伯", SCRUB_WORD_TITLE},
    {u"大叔", SCRUB_WORD_TITLE},
    {u"大哥", SCRUB_WORD_TITLE},
    {u"大妈", SCRUB_WORD_TITLE},
    {u"大姐", SCRUB_WORD_TITLE},
    {u"大娘", SCRUB_WORD_TITLE},
    {u"大嫂", SCRUB_WORD_TITLE},
    {u"大爷", SCRUB_WORD_TITLE},
    {u"太太", SCRUB_WORD_TITLE},
    {u"女儿", SCRUB_WORD_PERSON},
    {u"女士", SCRUB_WORD_TITLE},
    {u"女婿", SCRUB_WORD_PERSON},
    {u"奶奶", SCRUB_WORD_TITLE},
    {u"她叫", SCRUB_WORD_PERSON},
    {u"妻子", SCRUB_WORD_PERSON},
    {u"姓名", SCRUB_WORD_FIELD},
    {u"姓", SCRUB_WORD_SURNAMED},
    {u"婆婆", SCRUB_WORD_TITLE},
    {u"嫌疑人", SCRUB_WORD_PERSON},
    {u"孙女", SCRUB_WORD_PERSON},
    {u"孙子", SCRUB_WORD_PERSON},
    {u"孩子", SCRUB_WORD_PERSON},
    {u"安全员", SCRUB_WORD_PERSON},
    {u"家属", SCRUB_WORD_PERSON},
    {u"小姐", SCRUB_WORD_TITLE},
    {u"居留证", SCRUB_WORD_PASSPORT},
    {u"居民", SCRUB_WORD_PERSON},
    {u"巡查员", SCRUB_WORD_PERSON},
    {u"工资卡", SCRUB_WORD_CARD},
    {u"工人", SCRUB_WORD_PERSON},
    {u"工单", SCRUB_WORD_RECORD},
    {u"工号", SCRUB_WORD_RECORD},
    {u"市民", SCRUB_WORD_PERSON},
    {u"师傅", SCRUB_WORD_TITLE},
    {u"帐号", SCRUB_WORD_ACCOUNT},
    {u"帐户", SCRUB_WORD_ACCOUNT},
    {u"店主", SCRUB_WORD_PERSON},
    {u"店家", SCRUB_WORD_PERSON},
    {u"座机", SCRUB_WORD_PHONE},
    {u"当事人", SCRUB_WORD_FIELD},
    {u"微信小程序", SCRUB_WORD_PUBLIC},
    {u"微信公众", SCRUB_WORD_PUBLIC},
    {u"微信号码", SCRUB_WORD_WECHAT},
    {u"微信支付", SCRUB_WORD_PUBLIC},
    {u"微信账号", SCRUB_WORD_WECHAT},
    {u"微信号", SCRUB_WORD_WECHAT},
    {u"微信群", SCRUB_WORD_PUBLIC},
    {u"微信", SCRUB_WORD_WECHAT},
    {u"患者", SCRUB_WORD_PERSON},
    {u"我的名字", SCRUB_WORD_CALLED},
    {u"我名叫", SCRUB_WORD_CALLED},
    {u"我叫", SCRUB_WORD_CALLED},
    {u"我是", SCRUB_WORD_I_AM},
    {u"我系", SCRUB_WORD_I_AM},
    {u"户主", SCRUB_WORD_FIELD},
    {u"户号", SCRUB_WORD_RECORD},
    {u"户名", SCRUB_WORD_FIELD},
    {u"房东", SCRUB_WORD_PERSON},
    {u"房主", SCRUB_WORD_PERSON},
    {u"房号", SCRUB_WORD_RECORD},
    {u"手机", SCRUB_WORD_PHONE},
    {u"打款", SCRUB_WORD_ACCOUNT},
    {u"扣扣", SCRUB_WORD_QQ},
    {u"批号", SCRUB_WORD_RECORD},
    {u"承租人", SCRUB_WORD_FIELD},
    {u"投诉人", SCRUB_WORD_FIELD},
    {u"投诉者", SCRUB_WORD_FIELD},
    {u"护照", SCRUB_WORD_PASSPORT},
    {u"报修人", SCRUB_WORD_FIELD},
    {u"报告人", SCRUB_WORD_FIELD},
    {u"报案人", SCRUB_WORD_FIELD},
    {u"报警人", SCRUB_WORD_FIELD},
    {u"摊主", SCRUB_WORD_PERSON},
    {u"操作人", SCRUB_WORD_FIELD},
    {u"收款人", SCRUB_WORD_FIELD},
    {u"收款", SCRUB_WORD_ACCOUNT},
    {u"救援人员", SCRUB_WORD_PERSON},
    {u"施救人员", SCRUB_WORD_PERSON},
    {u"朋友", SCRUB_WORD_PERSON},
    {u"本人叫", SCRUB_WORD_CALLED},
    {u"本人", SCRUB_WORD_MYSELF},
    {u"村民", SCRUB_WORD_PERSON},
    {u"来电人", SCRUB_WORD_FIELD},
    {u"来访人", SCRUB_WORD_FIELD},
    {u"来电", SCRUB_WORD_PHONE},
    {u"标识码", SCRUB_WORD_RECORD},
    {u"案件", SCRUB_WORD_RECORD},
    {u"案号", SCRUB_WORD_RECORD},
    {u"检查员", SCRUB_WORD_PERSON},
    {u"楼长", SCRUB_WORD_PERSON},
    {u"死者", SCRUB_WORD_PERSON},
    {u"母亲", SCRUB_WORD_PERSON},
    {u"民警", SCRUB_WORD_PERSON},
    {u"永居证", SCRUB_WORD_PASSPORT},
    {u"汇款", SCRUB_WORD_ACCOUNT},
    {u"法定代表人", SCRUB_WORD_FIELD},
    {u"法人代表", SCRUB_WORD_FIELD},
    {u"法人", SCRUB_WORD_FIELD},
    {u"流水号", SCRUB_WORD_RECORD},
    {u"热线", SCRUB_WORD_PHONE},
    {u"父亲", SCRUB_WORD_PERSON},
    {u"爷爷", SCRUB_WORD_TITLE},
    {u"物业经理", SCRUB_WORD_PERSON},
    {u"申请人", SCRUB_WORD_FIELD},
    {u"电话", SCRUB_WORD_PHONE},
    {u"监护人", SCRUB_WORD_FIELD},
    {u"监督员", SCRUB_WORD_PERSON},
    {u"短信", SCRUB_WORD_PHONE},
    {u"租客", SCRUB_WORD_PERSON},
    {u"租户", SCRUB_WORD_PERSON},
    {u"经办人", SCRUB_WORD_FIELD},
    {u"维修人员", SCRUB_WORD_PERSON},
    {u"维修工程", SCRUB_WORD_BUSINESS},
    {u"维修工", SCRUB_WORD_PERSON},
    {u"编号", SCRUB_WORD_RECORD},
    {u"编码", SCRUB_WORD_RECORD},
    {u"网格员", SCRUB_WORD_PERSON},
    {u"网格长", SCRUB_WORD_PERSON},
    {u"网友", SCRUB_WORD_PERSON},
    {u"网格", SCRUB_WORD_RECORD},
    {u"网民", SCRUB_WORD_PERSON},
    {u"群众", SCRUB_WORD_PERSON},
    {u"老板叫", SCRUB_WORD_PERSON},
    {u"老人", SCRUB_WORD_PERSON},
    {u"老伯", SCRUB_WORD_TITLE},
    {u"老伴", SCRUB_WORD_PERSON},
    {u"老师", SCRUB_WORD_TITLE},
    {u"老板", SCRUB_WORD_PERSON},
    {u"联系方式", SCRUB_WORD_PHONE},
    {u"联系人", SCRUB_WORD_FIELD},
    {u"肇事者", SCRUB_WORD_PERSON},
    {u"致电", SCRUB_WORD_PHONE},
    {u"表号", SCRUB_WORD_RECORD},
    {u"表底", SCRUB_WORD_RECORD},
    {u"被困人员", SCRUB_WORD_PERSON},
    {u"被困者", SCRUB_WORD_PERSON},
    {u"警官", SCRUB_WORD_TITLE},
    {u"警情", SCRUB_WORD_RECORD},
    {u"订单", SCRUB_WORD_RECORD},
    {u"设备号", SCRUB_WORD_RECORD},
    {u"证件号码", SCRUB_WORD_IDENTITY},
    {u"证件编号", SCRUB_WORD_IDENTITY},
    {u"证件号", SCRUB_WORD_IDENTITY},
    {u"证件", SCRUB_WORD_IDENTITY},
    {u"识别码", SCRUB_WORD_RECORD},
    {u"诉求人", SCRUB_WORD_FIELD},
    {u"读数", SCRUB_WORD_RECORD},
    {u"负责人", SCRUB_WORD_FIELD},
    {u"账号", SCRUB_WORD_ACCOUNT},
    {u"账户", SCRUB_WORD_ACCOUNT},
    {u"身份证号码", SCRUB_WORD_IDENTITY},
    {u"身份证编号", SCRUB_WORD_IDENTITY},
    {u"身份号码", SCRUB_WORD_IDENTITY},
    {u"身份证号", SCRUB_WORD_IDENTITY},
    {u"身份证", SCRUB_WORD_IDENTITY},
    {u"车主", SCRUB_WORD_PERSON},
    {u"转账", SCRUB_WORD_ACCOUNT},
    {u"退款", SCRUB_WORD_ACCOUNT},
    {u"通行证", SCRUB_WORD_PASSPORT},
    {u"邻居", SCRUB_WORD_PERSON},
    {u"部件", SCRUB_WORD_RECORD},
    {u"采集员", SCRUB_WORD_PERSON},
    {u"银行卡号", SCRUB_WORD_CARD},
    {u"银行卡", SCRUB_WORD_CARD},
    {u"银行", SCRUB_WORD_ACCOUNT},
    {u"门牌", SCRUB_WORD_RECORD},
    {u"阿姨", SCRUB_WORD_TITLE},
    {u"驾驶员", SCRUB_WORD_PERSON},
};

static const ScrubWord BUSINESS[] = {
    {u"专用", SCRUB_WORD_BUSINESS},   {u"便利", SCRUB_WORD_BUSINESS},
    {u"修理", SCRUB_WORD_BUSINESS},   {u"修车", SCRUB_WORD_BUSINESS},
    {u"养生", SCRUB_WORD_BUSINESS},   {u"农庄", SCRUB_WORD_BUSINESS},
    {u"制衣", SCRUB_WORD_BUSINESS},   {u"加州", SCRUB_WORD_BUSINESS},
    {u"包子", SCRUB_WORD_BUSINESS},   {u"卤味", SCRUB_WORD_BUSINESS},
    {u"卫生间", SCRUB_WORD_BUSINESS}, {u"厕所", SCRUB_WORD_BUSINESS},
    {u"坊", SCRUB_WORD_BUSINESS},     {u"培训", SCRUB_WORD_BUSINESS},
    {u"大排档", SCRUB_WORD_BUSINESS}, {u"大王", SCRUB_WORD_BUSINESS},
    {u"奶茶", SCRUB_WORD_BUSINESS},   {u"家政", SCRUB_WORD_BUSINESS},
    {u"家电", SCRUB_WORD_BUSINESS},   {u"小吃", SCRUB_WORD_BUSINESS},
    {u"小店", SCRUB_WORD_BUSINESS},   {u"小馆", SCRUB_WORD_BUSINESS},
    {u"工作室", SCRUB_WORD_BUSINESS}, {u"巷", SCRUB_WORD_BUSINESS},
    {u"干洗", SCRUB_WORD_BUSINESS},   {u"开锁", SCRUB_WORD_BUSINESS},
    {u"快餐", SCRUB_WORD_BUSINESS},   {u"按摩", SCRUB_WORD_BUSINESS},
    {u"推拿", SCRUB_WORD_BUSINESS},   {u"方便面", SCRUB_WORD_BUSINESS},
    {u"旅馆", SCRUB_WORD_BUSINESS},   {u"早餐", SCRUB_WORD_BUSINESS},
    {u"更衣", SCRUB_WORD_BUSINESS},   {u"服装", SCRUB_WORD_BUSINESS},
    {u"村", SCRUB_WORD_BUSINESS},     {u"桥", SCRUB_WORD_BUSINESS},
    {u"民宿", SCRUB_WORD_BUSINESS},   {u"水果", SCRUB_WORD_BUSINESS},
    {u"水饺", SCRUB_WORD_BUSINESS},   {u"汽车美容", SCRUB_WORD_BUSINESS},
    {u"汽修", SCRUB_WORD_BUSINESS},   {u"洗手间", SCRUB_WORD_BUSINESS},
    {u"洗衣", SCRUB_WORD_BUSINESS},   {u"火锅", SCRUB_WORD_BUSINESS},
    {u"炸鸡", SCRUB_WORD_BUSINESS},   {u"烟酒", SCRUB_WORD_BUSINESS},
    {u"烤鱼", SCRUB_WORD_BUSINESS},   {u"烤鸭", SCRUB_WORD_BUSINESS},
    {u"烧烤", SCRUB_WORD_BUSINESS},   {u"烧饼", SCRUB_WORD_BUSINESS},
    {u"煎饼", SCRUB_WORD_BUSINESS},   {u"煲仔", SCRUB_WORD_BUSINESS},
    {u"牙科", SCRUB_WORD_BUSINESS},   {u"牛肉", SCRUB_WORD_BUSINESS},
    {u"理发", SCRUB_WORD_BUSINESS},   {u"用品", SCRUB_WORD_BUSINESS},
    {u"私房", SCRUB_WORD_BUSINESS},   {u"米粉", SCRUB_WORD_BUSINESS},
    {u"米线", SCRUB_WORD_BUSINESS},   {u"粉店", SCRUB_WORD_BUSINESS},
    {u"粥店", SCRUB_WORD_BUSINESS},   {u"粥铺", SCRUB_WORD_BUSINESS},
    {u"维修店", SCRUB_WORD_BUSINESS}, {u"羊肉", SCRUB_WORD_BUSINESS},
    {u"美发", SCRUB_WORD_BUSINESS},   {u"美容", SCRUB_WORD_BUSINESS},
    {u"茶庄", SCRUB_WORD_BUSINESS},   {u"茶楼", SCRUB_WORD_BUSINESS},
    {u"茶馆", SCRUB_WORD_BUSINESS},   {u"蔬菜", SCRUB_WORD_BUSINESS},
    {u"街", SCRUB_WORD_BUSINESS},     {u"裁缝", SCRUB_WORD_BUSINESS},
    {u"诊所", SCRUB_WORD_BUSINESS},   {u"豆腐", SCRUB_WORD_BUSINESS},
    {u"豆花", SCRUB_WORD_BUSINESS},   {u"超市", SCRUB_WORD_BUSINESS},
    {u"路", SCRUB_WORD_BUSINESS},     {u"通道", SCRUB_WORD_BUSINESS},
    {u"酒家", SCRUB_WORD_BUSINESS},   {u"酒店", SCRUB_WORD_BUSINESS},
    {u"酒楼", SCRUB_WORD_BUSINESS},   {u"酸辣粉", SCRUB_WORD_BUSINESS},
    {u"铺", SCRUB_WORD_BUSINESS},     {u"面庄", SCRUB_WORD_BUSINESS},
    {u"面店", SCRUB_WORD_BUSINESS},   {u"面食", SCRUB_WORD_BUSINESS},
    {u"面馆", SCRUB_WORD_BUSINESS},   {u"餐厅", SCRUB_WORD_BUSINESS},
    {u"餐吧", SCRUB_WORD_BUSINESS},   {u"餐馆", SCRUB_WORD_BUSINESS},
    {u"饭店", SCRUB_WORD_BUSINESS},   {u"饭馆", SCRUB_WORD_BUSINESS},
    {u"饺子", SCRUB_WORD_BUSINESS},   {u"饼店", SCRUB_WORD_BUSINESS},
    {u"馆", SCRUB_WORD_BUSINESS},     {u"馒头", SCRUB_WORD_BUSINESS},
    {u"鱼庄", SCRUB_WORD_BUSINESS},   {u"鸡煲", SCRUB_WORD_BUSINESS},
};

/* Whether a word of WORDS begins with a character: most begin none, and that is known by one look. */
enum { HAN_FIRST = 0x4E00, HAN_END = 0xA000, ASCII_END = 0x80 };
#define PLACE(c) ((c) < ASCII_END ? (c) : (c)-HAN_FIRST + ASCII_END)
#define BEGINS(c) [PLACE(c)] = true
static const bool BEGINNING[HAN_END - HAN_FIRST + ASCII_END] = {
    BEGINS(u'Q'),  BEGINS(u'T'),  BEGINS(u'V'),  BEGINS(u'W'),  BEGINS(u'q'),  BEGINS(u't'),
    BEGINS(u'v'),  BEGINS(u'w'),  BEGINS(u'丈'), BEGINS(u'上'), BEGINS(u'业'), BEGINS(u'举'),
    BEGINS(u'人'), BEGINS(u'他'), BEGINS(u'代'), BEGINS(u'伤'), BEGINS(u'伯'), BEGINS(u'住'),
    BEGINS(u'保'), BEGINS(u'信'), BEGINS(u'借'), BEGINS(u'值'), BEGINS(u'储'), BEGINS(u'儿'),
    BEGINS(u'先'), BEGINS(u'公'), BEGINS(u'军'), BEGINS(u'医'), BEGINS(u'单'), BEGINS(u'卡'),
    BEGINS(u'反'), BEGINS(u'叔'), BEGINS(u'受'), BEGINS(u'台'), BEGINS(u'号'), BEGINS(u'司'),
    BEGINS(u'同'), BEGINS(u'名'), BEGINS(u'员'), BEGINS(u'唯'), BEGINS(u'商'), BEGINS(u'回'),
    BEGINS(u'型'), BEGINS(u'士'), BEGINS(u'外'), BEGINS(u'大'), BEGINS(u'太'), BEGINS(u'女'),
    BEGINS(u'奶'), BEGINS(u'她'), BEGINS(u'妻'), BEGINS(u'姓'), BEGINS(u'婆'), BEGINS(u'嫌'),
    BEGINS(u'孙'), BEGINS(u'孩'), BEGINS(u'安'), BEGINS(u'家'), BEGINS(u'小'), BEGINS(u'居'),
    BEGINS(u'巡'), BEGINS(u'工'), BEGINS(u'市'), BEGINS(u'师'), BEGINS(u'帐'), BEGINS(u'店'),
    BEGINS(u'座'), BEGINS(u'当'), BEGINS(u'微'), BEGINS(u'患'), BEGINS(u'我'), BEGINS(u'户'),
    BEGINS(u'房'), BEGINS(u'手'), BEGINS(u'打'), BEGINS(u'扣'), BEGINS(u'批'), BEGINS(u'投'),
    BEGINS(u'护'), BEGINS(u'报'), BEGINS(u'摊'), BEGINS(u'收'), BEGINS(u'朋'), BEGINS(u'本'),
    BEGINS(u'村'), BEGINS(u'来'), BEGINS(u'标'), BEGINS(u'案'), BEGINS(u'检'), BEGINS(u'楼'),
    BEGINS(u'死'), BEGINS(u'母'), BEGINS(u'民'), BEGINS(u'永'), BEGINS(u'汇'), BEGINS(u'法'),
    BEGINS(u'流'), BEGINS(u'热'), BEGINS(u'父'), BEGINS(u'爷'), BEGINS(u'物'), BEGINS(u'申'),
    BEGINS(u'电'), BEGINS(u'监'), BEGINS(u'短'), BEGINS(u'租'), BEGINS(u'经'), BEGINS(u'编'),
    BEGINS(u'网'), BEGINS(u'群'), BEGINS(u'老'), BEGINS(u'联'), BEGINS(u'肇'), BEGINS(u'致'),
    BEGINS(u'表'), BEGINS(u'被'), BEGINS(u'警'), BEGINS(u'订'), BEGINS(u'设'), BEGINS(u'证'),
    BEGINS(u'识'), BEGINS(u'诉'), BEGINS(u'读'), BEGINS(u'负'), BEGINS(u'账'), BEGINS(u'身'),
    BEGINS(u'车'), BEGINS(u'转'), BEGINS(u'退'), BEGINS(u'通'), BEGINS(u'邻'), BEGINS(u'部'),
    BEGINS(u'产'), BEGINS(u'处'), BEGINS(u'承'), BEGINS(u'操'), BEGINS(u'救'), BEGINS(u'施'),
    BEGINS(u'维'), BEGINS(u'采'), BEGINS(u'银'), BEGINS(u'门'), BEGINS(u'阿'), BEGINS(u'驾'),
};
#undef BEGINS

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const ScrubWord *
longest(const ScrubWord *words, size_t count, const uint32_t *s, size_t *size)
{
    size_t low = 0;
    size_t high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (words[middle].text[0] < s[0])
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < count && words[low].text[0] == s[0]; low++) {
        const char16_t *text = words[low].text;
        size_t same = 1;
        while (text[same] != 0 && text[same] == s[same])
            same++;
        if (text[same] == 0) {
            *size = same;
            return &words[low];
        }
    }
    return NULL;
}

static bool begins(uint32_t c)
{
    return (c < ASCII_END || (c >= HAN_FIRST && c < HAN_END)) && BEGINNING[PLACE(c)];
}

const ScrubWord *scrub_words_at(const uint32_t *s, size_t *size)
{
    return begins(s[0]) ? longest(WORDS, COUNT(WORDS), s, size) : NULL;
}

bool scrub_words_business(const uint32_t *s)
{
    size_t unused;
    return longest(BUSINESS, COUNT(BUSINESS), s, &unused) != NULL;
}

static size_t length(const char16_t *text)
{
    size_t size = 0;
    while (text[size] != 0)
        size++;
    return size;
}

static bool words_ordered(const ScrubWord *words, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        const char16_t *before = words[i - 1].text;
        const char16_t *text = words[i].text;
        if (before[0] > text[0] || (before[0] == text[0] && length(before) < length(text)))
            return false;
    }
    return true;
}

bool scrub_words_in_order(void)
{
    for (size_t i = 0; i < COUNT(WORDS); i++)
        if (!begins(WORDS[i].text[0]))
            return false;
    return words_ordered(WORDS, COUNT(WORDS)) && words_ordered(BUSINESS, COUNT(BUSINESS));
}
