/*
 * The closed lists of the language: words a key may hold, values a target may hold, rules of dead letters.
 */
#include "base/encoding.h"

#include "domain/geo.h"
#include "domain/mapping_language_parts.h"
#include "domain/mapping_spec.h"

#include <string.h>

static const LanguageWord ENCODING_WORDS[] = {
    {"utf-8", ENCODING_UTF8, "UTF-8, with or without byte order mark", "UTF-8，有无 BOM 均可"},
    {"gb18030", ENCODING_GB18030, "GB18030, and with it GBK and GB2312",
     "GB18030，含 GBK 和 GB2312"},
    {"auto", ENCODING_AUTO, "UTF-8 when the message is well-formed UTF-8, else GB18030",
     "报文是合法 UTF-8 即按 UTF-8，否则按 GB18030"}};

static const LanguageWord TOMBSTONE_WORDS[] = {
    {"dead", 0, "a dead letter, rule `empty`", "死信，规则 `empty`"},
    {"ignore", 1, "one ignored record, reason `tombstone`", "一条被忽略的记录，原因 `tombstone`"}};

static const LanguageWord SYSTEM_WORDS[] = {
    {"WGS-84", GEO_WGS84, "GPS", "GPS"},
    {"GCJ-02", GEO_GCJ02, "Amap, Tencent, mobile telephones, WeCom", "高德、腾讯、手机、企业微信"},
    {"BD-09", GEO_BD09, "Baidu", "百度"},
    {"CGCS2000", GEO_CGCS2000, "surveyed components, Tianditu; taken as WGS-84",
     "测绘部件、天地图；按 WGS-84 对待"}};

static const LanguageWord ORDER_WORDS[] = {
    {"lon,lat", 0, "longitude first", "经度在前"},
    {"lat,lon", 1, "latitude first", "纬度在前"},
    {"x,y", 0, "x is the longitude, y the latitude", "x 为经度，y 为纬度"}};

static const LanguageWord KIND_WORDS[] = {
    {"report", RECORD_REPORT, "somebody reports a hazard", "有人上报隐患"},
    {"update", RECORD_UPDATE,
     "news of a record that was reported: state, reply, urging. It has the same `record_no`; only "
     "the fields it fills change",
     "已上报记录的新情况：状态、答复、催办。`record_no` 相同，只更改它所填的字段"},
    {"assignment", RECORD_ASSIGNMENT,
     "a sub-order to an organisation: `record_no` is that of the report, `assignment_no` its own",
     "派给某单位的子单：`record_no` 为报告的编号，`assignment_no` 为子单自己的编号"},
    {"inspection", RECORD_INSPECTION, "a visit, also one that found nothing",
     "检查，包括未发现问题的检查"},
    {"ignore", RECORD_IGNORED, "no matter of hazards; counted under its `reason`",
     "与隐患无关；按 `reason` 计数"}};

static const LanguageWord TEST_WORDS[] = {
    {"in", TEST_IN, "some value at the pointer is one of the texts", "指针处有值等于所列文本之一"},
    {"not_in", TEST_NOT_IN, "no value there is one of them; holds when nothing is there",
     "没有值等于其中之一；没有值时也成立"},
    {"contains", TEST_CONTAINS, "one of the texts stands in some value",
     "某个值中出现所列文本之一"},
    {"starts", TEST_STARTS, "some value begins with one of the texts", "某个值以所列文本之一开头"},
    {"present", TEST_PRESENT,
     "some value means something: not null, not `empty`, no empty list; takes no texts",
     "有表示内容的值：不是 null、不属 `empty`、不是空数组；不带文本"},
    {"absent", TEST_ABSENT, "no value means something; takes no texts",
     "没有表示内容的值；不带文本"}};

static const LanguageWord PICK_WORDS[] = {
    {"last", PICK_LAST, "the last value", "最后一个值"},
    {"list", PICK_LIST, "all of them; for targets of type list", "全部；用于列表型目标字段"},
    {"join", PICK_JOIN, "all of them, joined with `join`", "全部，用 `join` 连接"}};

static const LanguageWord CLEAN_WORDS[] = {
    {"trim", CLEAN_TRIM, "no white space at the ends", "去掉首尾空白"},
    {"narrow", CLEAN_NARROW,
     "full-width letters, digits and signs become narrow; flag `narrowed` when a letter or digit "
     "did",
     "全角字母、数字、符号转半角；有字母或数字转换时标记 `narrowed`"},
    {"html", CLEAN_HTML,
     "tags go (br, p, div, li and tr end a line), with style and script what stands in them; "
     "entities such as `&lt;` and `&#22909;` are "
     "decoded",
     "去掉标签（br、p、div、li、tr 换行），style 和 script 连同其中的内容；解码 `&lt;`、`&#22909;` "
     "之类的实体"},
    {"upper", CLEAN_UPPER, "a-z become A-Z", "a-z 转为 A-Z"},
    {"nul", CLEAN_NUL,
     "for texts of fixed width: what stands behind the first NUL (`\\u0000`) is cut off, before "
     "all "
     "other steps. Without it NULs go and the text around them is kept. Flag `nul_removed` either "
     "way. NUL bytes that stand unescaped in the message are gone before",
     "用于定宽文本：先于其他各步，截去第一个 NUL（`\\u0000`）及其后的内容。不写时只去掉 NUL，"
     "保留前后的文本。两种情况都留标记 `nul_removed`。报文中未转义的 NUL 字节在此之前已去掉"}};

static const LanguageWord AS_WORDS[] = {
    {"text", AS_TEXT, "as it is", "原样"},
    {"integer", AS_INTEGER, "a whole number; otherwise flag `number_unreadable`",
     "整数；否则标记 `number_unreadable`"},
    {"decimal", AS_DECIMAL, "a number with a fraction, rounded", "带小数的数，四舍五入"},
    {"time", AS_TIME, "a time in one of `time.formats`; otherwise flag `time_unreadable`",
     "符合 `time.formats` 之一的时间；否则标记 `time_unreadable`"},
    {"point", AS_POINT,
     "two numbers: `[lon, lat]`, `\"lon,lat\"`, `\"lon lat\"`, `\"POINT (lon lat)\"`, "
     "`\"SRID=4490;POINT Z (lon lat height)\"` (number and height count for nothing); or `concat` "
     "of "
     "two pointers with join = \",\"",
     "两个数：`[lon, lat]`、`\"lon,lat\"`、`\"lon lat\"`、`\"POINT (lon "
     "lat)\"`、`\"SRID=4490;POINT Z (lon lat 高程)\"`（SRID 和高程不计）；或用 `concat` "
     "把两个指针以 join = "
     "\",\" 相连"},
    {"phone", AS_PHONE, "a telephone number; for `reporter` only", "电话号码；仅用于 `reporter`"},
    {"usc", AS_USC,
     "a unified social credit code: narrow, upper case, checked; a bad one is kept, flag `usc_bad`",
     "统一社会信用代码：转半角、大写并校验；不符的保留并留标记 `usc_bad`"},
    {"flag", AS_FLAG,
     "true: 1 true yes Y y 是; false: 0 false no N n 否; otherwise flag `flag_unreadable`",
     "真：1 true yes Y y 是；假：0 false no N n 否；其他留标记 `flag_unreadable`"}};

static const LanguageWord PRECISION_WORDS[] = {
    {"A", 'A', "measured, within 5 m: a ledger of components or equipment",
     "实测，5 米以内：部件或设备台账"},
    {"B", 'B', "GPS of a telephone, within 30 m", "手机 GPS，30 米以内"},
    {"C", 'C', "geocoded to the door, within 80 m", "解析到门牌，80 米以内"},
    {"D", 'D', "geocoded to street or community, within 500 m", "解析到街道或社区，500 米以内"},
    {"E", 'E', "a base station, within 1500 m", "基站，1500 米以内"}};

static const LanguageWord PERSONAL_WORDS[] = {
    {"hash", PERSONAL_HASH,
     "a keyed hash, by which the same person is recognised and nothing else; where a field or "
     "`extra` keeps it, otherwise write `drop`",
     "带密钥的散列，只能认出是同一人；有字段或 `extra` 保留时才用，否则写 `drop`"},
    {"mask", PERSONAL_MASK, "hidden but for a part: 张** or 199****0001",
     "只露一部分：张** 或 199****0001"},
    {"drop", PERSONAL_DROP, "never read, never kept", "不读取，不保留"},
    {"none", PERSONAL_NO_PERSON,
     "no person, whatever the pointer is called: the name of a company; kept and scrubbed like any "
     "text",
     "与个人无关，尽管名称相像，如单位名称：照常保留，与其他文本一样遮蔽"}};

static const LanguageWord CHECK_WORDS[] = {
    {"usc", 1, "the check character of unified social credit codes", "统一社会信用代码的校验位"},
    {"none", 0, "none", "不核对"}};

static const LanguageWord MATCH_WORDS[] = {
    {"exact", 0, "the whole code", "整个代码"},
    {"prefix", 1, "the longest row that begins the code: 0402 finds 04 when there is no 0402",
     "与代码开头相符的最长一行：没有 0402 时，0402 查到 04"}};

static const LanguageWord UNKNOWN_WORDS[] = {
    {"keep", CODE_UNKNOWN_KEEP,
     "a text target takes the department's code; of `category` and `status` the code is kept "
     "beside "
     "them and the target stays absent. Any other text is what the target gets: \"J03\"",
     "文本型目标字段取部门原码；`category` 和 `status` "
     "的原码另存，目标字段为空。写其他文本，目标字段就得到该文本："
     "\"J03\""}};

static const LanguageWord KEYWORD_WORDS[] = {
    {"none", 0, "no words are looked at", "不看关键词"},
    {"shared", 1,
     "the list of the city, `deploy/model/words/keywords.csv`. Any other word NAME: "
     "`deploy/model/words/NAME.csv`",
     "全市共用的 `deploy/model/words/keywords.csv`。写其他名称 "
     "NAME：`deploy/model/words/NAME.csv`"}};

#define WORDS(table)                                                                               \
    {                                                                                              \
        (table), sizeof(table) / sizeof((table)[0])                                                \
    }

typedef struct WordTable {
    const LanguageWord *words;
    size_t count;
} WordTable;

const LanguageWord *language_words(LanguageWords words, size_t *count)
{
    static const WordTable TABLES[LANGUAGE_WORDS + 1] = {
        [WORDS_ENCODING] = WORDS(ENCODING_WORDS),   [WORDS_SYSTEM] = WORDS(SYSTEM_WORDS),
        [WORDS_ORDER] = WORDS(ORDER_WORDS),         [WORDS_KIND] = WORDS(KIND_WORDS),
        [WORDS_TEST] = WORDS(TEST_WORDS),           [WORDS_PICK] = WORDS(PICK_WORDS),
        [WORDS_CLEAN] = WORDS(CLEAN_WORDS),         [WORDS_AS] = WORDS(AS_WORDS),
        [WORDS_PRECISION] = WORDS(PRECISION_WORDS), [WORDS_PERSONAL] = WORDS(PERSONAL_WORDS),
        [WORDS_CHECK] = WORDS(CHECK_WORDS),         [WORDS_MATCH] = WORDS(MATCH_WORDS),
        [WORDS_UNKNOWN] = WORDS(UNKNOWN_WORDS),     [WORDS_TOMBSTONE] = WORDS(TOMBSTONE_WORDS),
        [WORDS_KEYWORDS] = WORDS(KEYWORD_WORDS)};
    *count = TABLES[words].count;
    return TABLES[words].words;
}

static const LanguageWord LEVELS[] = {{"1", 1, "red", "红"},
                                      {"2", 2, "orange", "橙"},
                                      {"3", 3, "yellow", "黄"},
                                      {"4", 4, "blue", "蓝"}};
static const LanguageWord URGENCIES[] = {
    {"1", 1, "most urgent", "特急"}, {"2", 2, "urgent", "紧急"}, {"3", 3, "ordinary", "一般"}};
static const LanguageWord STATES[] = {{"10", 10, "waiting to be accepted", "待受理"},
                                      {"20", 20, "accepted, filed", "已受理、立案"},
                                      {"30", 30, "dispatched", "已派遣"},
                                      {"40", 40, "being handled", "处置中"},
                                      {"45", 45, "on hold, extended", "挂起、延期"},
                                      {"50", 50, "waiting to be checked", "待核查"},
                                      {"60", 60, "closed", "已结案"},
                                      {"65", 65, "opened again", "复发重开"},
                                      {"90", 90, "returned, not accepted", "退回、不受理"},
                                      {"95", 95, "void", "作废"}};
static const LanguageWord SATISFACTIONS[] = {{"1", 1, "least", "最不满意"},
                                             {"2", 2, "", ""},
                                             {"3", 3, "", ""},
                                             {"4", 4, "", ""},
                                             {"5", 5, "most", "最满意"}};
static const LanguageWord FINDERS[] = {{"citizen", 0, "a citizen", "市民"},
                                       {"grid", 0, "a grid worker", "网格员"},
                                       {"inspector", 0, "an inspector", "检查人员"},
                                       {"sensor", 0, "a sensor", "传感器"},
                                       {"unit", 0, "the unit itself", "单位自查"}};
static const LanguageWord REPORTERS[] = {
    {"citizen", 0, "a citizen", "市民"},
    {"staff", 0, "staff, by a number of their own", "工作人员"},
    {"anonymous", 0, "nobody who can be recognised", "匿名"},
    {"masked", 0, "a number that came masked", "号码来时已脱敏"}};
static const LanguageWord RETURNS[] = {
    {"missing_elements", 0, "an element is missing", "缺失要素"},
    {"unclear", 0, "not clear what is meant", "表述不清"},
    {"wrong_type", 0, "of another type", "类型有误"},
    {"address_unclear", 0, "not clear where", "地址不详"},
    {"known_answer", 0, "answered by what is published", "已有知识"},
    {"duplicate", 0, "told before", "重复受理"},
    {"withdrawn", 0, "withdrawn by the citizen", "市民撤诉"},
    {"not_ours", 0, "another organisation's duty", "不属本职"},
    {"other", 0, "another reason; also what is none of these", "其他原因"}};
static const LanguageWord RECHECKS[] = {{"pass", 0, "found to be done", "通过"},
                                        {"fail", 0, "found not to be done", "不通过"},
                                        {"not_checked", 0, "nobody could look", "未查"}};
static const LanguageWord SWITCHES[] = {{"on", 0, "alarm", "报警"}, {"off", 0, "recovery", "恢复"}};

const LanguageWord *language_values(const char *target, size_t *count)
{
    static const struct {
        const char *target;
        WordTable values;
    } LISTS[] = {{"level", WORDS(LEVELS)},           {"urgency", WORDS(URGENCIES)},
                 {"status", WORDS(STATES)},          {"satisfaction", WORDS(SATISFACTIONS)},
                 {"finder_kind", WORDS(FINDERS)},    {"reporter_kind", WORDS(REPORTERS)},
                 {"on_off", WORDS(SWITCHES)},        {"return_reason", WORDS(RETURNS)},
                 {"recheck_result", WORDS(RECHECKS)}};
    for (size_t i = 0; i < sizeof(LISTS) / sizeof(LISTS[0]); i++) {
        if (strcmp(LISTS[i].target, target) == 0) {
            *count = LISTS[i].values.count;
            return LISTS[i].values.words;
        }
    }
    *count = 0;
    return NULL;
}

const LanguageRule *language_rules(size_t *count)
{
    static const LanguageRule RULES[] = {
        {"decode", "empty",
         "the message has no value (and `tombstones` does not ignore it), or an empty one, or null",
         "报文没有值（`tombstones` 未写 ignore）、为空或为 null"},
        {"decode", "syntax",
         "the message is no JSON object (the message says line and column), or nested too deep",
         "报文不是 JSON 对象（说明行和列），或嵌套过深"},
        {"decode", "unwrap", "a text listed under `unwrap` holds no JSON",
         "`unwrap` 所列的文本不是 JSON"},
        {"decode", "each",
         "there is no array at the pointer of `each`, or more than 5000 items, or an item is no "
         "object",
         "`each` 的指针处没有数组，或条目超过 5000 个，或条目不是对象"},
        {"map", "kind", "no entry of `kinds` fits", "`kinds` 没有一条适用"},
        {"map", "region", "`region.required`, and no area code is known",
         "`region.required` 为真，而没有可识别的区划代码"},
        {"map", "required", "a required field found nothing", "必填字段没有找到值"},
        {"map", "type", "a required field could not be read, or a record number is too long",
         "必填字段的值无法读取，或记录号过长"},
        {"map", "too_large",
         "values outside the items of `each` are too large to be read for all of them",
         "`each` 条目之外的值过大，无法对所有条目读取"}};
    *count = sizeof(RULES) / sizeof(RULES[0]);
    return RULES;
}
