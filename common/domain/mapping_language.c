/*
 * The keys of everything but fields, extract and codes (mapping_language_field.c). A row is what the reader knows of
 * a key and what the reference says of it.
 */
#include "domain/mapping_language.h"

#include "domain/mapping_language_parts.h"

#define KEYS(table)                                                                                \
    (LanguageKeys)                                                                                 \
    {                                                                                              \
        (table), sizeof(table) / sizeof((table)[0])                                                \
    }
#define NO_WORDS LANGUAGE_WORDS

static const LanguageKey TOP[] = {
    {"format", TYPE_INTEGER, NO_WORDS, true, NULL, "The version of this language, always 1.",
     "本语言的版本，恒为 1。", "format = 1;"},
    {"source", TYPE_TEXT, NO_WORDS, true, NULL,
     "The short name of the department's system: 1 to 32 letters, digits, `_`, `-`, `.`. With "
     "`record_no` it is the identity of a record: no other file may have it, and it never changes.",
     "部门系统的简称：1 至 32 个字母、数字、`_`、`-`、`.`。它与 `record_no` "
     "合为记录的身份：各文件不得重复，定下后不再更改。",
     "source = \"H12345\";"},
    {"topics", TYPE_TEXTS, NO_WORDS, false, NULL,
     "The Kafka topics of the feed. A file has either `topics` or `topic_pattern`.",
     "该数据源的 Kafka 主题。`topics` 与 `topic_pattern` 二者必有其一，且只能有一个。",
     "topics = [\"hotline.workorder\"];"},
    {"topic_pattern", TYPE_TEXT, NO_WORDS, false, NULL,
     "For feeds with one topic for each district: a POSIX extended regular expression for the "
     "whole name of a topic (no `^` and `$`; `\\` is written twice). It may not fit a topic of "
     "another file or one of onecase itself.",
     "用于每个区县一个主题的数据源：匹配主题全名的 POSIX 扩展正则表达式（不写 `^` 和 "
     "`$`；反斜杠要写两次）。不得匹配其他文件的主题或 onecase 自己的主题。",
     "topic_pattern = \"grid\\\\.event\\\\.[0-9]{6}\";"},
    {"encoding", TYPE_WORD, WORDS_ENCODING, false, "\"utf-8\"",
     "The encoding of the messages. Bytes that do not belong to it become U+FFFD, flag "
     "`encoding_repaired`; nothing is lost.",
     "报文的编码。不合编码的字节变为 U+FFFD，并留标记 `encoding_repaired`，不会丢失记录。",
     "encoding = \"gb18030\";"},
    {"tombstones", TYPE_WORD, WORDS_TOMBSTONE, false, "\"dead\"",
     "What a message without a value is (a tombstone), such as change data capture sends behind a "
     "delete. A value of no bytes is none: it is a dead letter always.",
     "没有值的消息（墓碑消息）如何处理，例如变更数据捕获在删除之后发出的消息。"
     "零字节的值不是墓碑消息，总是死信。",
     "tombstones = \"ignore\";"},
    {"unwrap", TYPE_POINTERS, NO_WORDS, false, NULL,
     "Texts that hold JSON. The text at each pointer is replaced by the JSON inside it, in the "
     "order given, so that all other pointers of the file go on into it. What is absent, null, one "
     "of `empty` or already an object or array is left alone; a text that is no JSON makes the "
     "message (inside an item: the item) a dead letter, rule `unwrap`.",
     "内容为 JSON 的文本字段。按所列次序，把每个指针处的文本换成其中的 "
     "JSON，文件中其余指针即可继续深入。缺失、null、属于 `empty` "
     "的值、已是对象或数组的值保持原样；不是 JSON "
     "的文本使整条报文（在条目内则为该条目）成为死信，规则 "
     "`unwrap`。",
     "unwrap = [\"/body\"];    # {\"body\": \"{\\\"id\\\": 7}\"} → \"/body/id\""},
    {"each", TYPE_POINTER, NO_WORDS, false, NULL,
     "The array of items when one message carries several: each element becomes a record of its "
     "own. See [Several items in one message](#several-items-in-one-message).",
     "一条报文含多个条目时，条目数组的指针：每个元素各成一条记录。见"
     "[一条报文含多个条目](#一条报文含多个条目)。",
     "each = \"/events\";"},
    {"empty", TYPE_TEXTS, NO_WORDS, false, "[\"\"]",
     "Values that mean nothing, compared whole without white space at the ends. Such a value "
     "counts as not there: `first` goes on to the next pointer, `present` does not hold. Blank "
     "text and null always mean nothing. `0` is a value, a count that is known to be none; where a "
     "feed writes 0 for \"not filled in\", list it in the `empty` of that field, not here.",
     "表示“无内容”的值，去掉首尾空白后整体比较。这样的值视同不存在：`first` "
     "转到下一个指针，`present` 不成立。空白文本和 null 总是无内容。`0` "
     "是值，即已知数量为零；数据源以 0 表示“未填”的字段，写在该字段自己的 `empty` 里，不写在这里。",
     "empty = [\"\", \"无\", \"-\", \"不详\"];"},
    {"noise", TYPE_TEXTS, NO_WORDS, false, NULL,
     "Set phrases of the feed's forms. They stay in title and body, are named in the report's "
     "`noise`, and count for nothing when two reports are compared.",
     "该数据源表单中的套话。它们仍留在标题和内容中，列入报告的 `noise`，在比较两份报告时不计。",
     "noise = [\"市民来电反映\", \"请相关部门核实处理\"];"},
    {"extra", TYPE_POINTERS, NO_WORDS, false, NULL,
     "Values kept as they are with the report (column `payload`), scrubbed as "
     "[personal data](#personal-data) says; nothing else of the message is kept. Each pointer "
     "names one value: "
     "no `*` and no `[key=value]`, except the `*` of the item in hand.",
     "随报告原样保留的值（`payload` "
     "列），其中的个人信息按[个人信息](#个人信息)"
     "一节遮去；除此之外报文内容一概不留。每个指针只指一个值："
     "不用 `*` 和 `[key=value]`，指当前条目的 `*` 除外。",
     "extra = [\"/body/rqstType\"];"},
    {"unread", TYPE_POINTERS, NO_WORDS, false, NULL,
     "Values that are known and left out on purpose, each with all that stands in it: the check no "
     "longer names them as read by nothing. Nothing personal: that is listed under `personal` as "
     "`drop`. A pointer that is read all the same is an error.",
     "已知而有意不用的值，含其内的全部内容：检查不再把它们列为无人读取的字段。个人信息不写在这里，"
     "而在 `personal` 中写 `drop`。列在此处又被读取的指针是错误。",
     "unread = [\"/version\", \"/ext\"];"},
    {"tests", TYPE_TEXT, NO_WORDS, false, NULL,
     "The folder of the file's tests, beside the mapping file. See [Tests](#tests).",
     "测试所在的文件夹，路径相对于映射文件。见[测试](#测试)。", "tests = \"tests/hotline\";"},
    {"time", TYPE_GROUP, NO_WORDS, false, NULL, "How times are written: section `time`.",
     "时间的写法，见 `time` 一节。", NULL},
    {"point", TYPE_GROUP, NO_WORDS, false, NULL,
     "How coordinates are written: section `point`. A field may say it for itself (`system`, "
     "`order`).",
     "坐标的写法，见 `point` 一节。字段也可自行写明（`system`、`order`）。", NULL},
    {"region", TYPE_GROUP, NO_WORDS, true, NULL, "Where a record belongs: section `region`.",
     "记录归属哪个区域，见 `region` 一节。", NULL},
    {"kinds", TYPE_GROUPS, NO_WORDS, true, NULL, "What a record is: section `kinds`.",
     "记录是什么，见 `kinds` 一节。", NULL},
    {"fields", TYPE_TABLES, NO_WORDS, true, NULL, "What goes where: section `fields`.",
     "哪个值填入哪个字段，见 `fields` 一节。", NULL},
    {"extract", TYPE_TABLES, NO_WORDS, false, NULL,
     "Numbers to be found in free text: section `extract`.",
     "从自由文本中提取编号，见 `extract` 一节。", NULL},
    {"codes", TYPE_TABLES, NO_WORDS, false, NULL,
     "The department's codes and what they mean here: section `codes`.",
     "部门代码及其在本系统中的含义，见 `codes` 一节。", NULL},
    {"personal", TYPE_ROWS, NO_WORDS, false, NULL,
     "What the feed holds of persons: pairs of a pointer and `hash`, `mask`, `drop` or `none`. See "
     "[Personal data](#personal-data).",
     "数据源中的个人信息：由指针和 `hash`、`mask`、`drop` 或 `none` "
     "组成的对。见[个人信息](#个人信息)。",
     "personal = ( (\"/callerName\", \"drop\"), (\"/tel\", \"hash\") );"},
};

static const LanguageKey TIME[] = {
    {"zone", TYPE_TEXT, NO_WORDS, false, "\"+08:00\"",
     "The offset from UTC of times that do not name one themselves.",
     "未自带时区的时间相对于 UTC 的偏移。", "zone = \"+08:00\";"},
    {"formats", TYPE_TEXTS, NO_WORDS, true, NULL,
     "The formats, tried in this order; the first that fits the whole value counts. Letters: "
     "[Time formats](#time-formats).",
     "时间格式，按次序尝试，取第一个与整个值相符的。字母的含义见[时间格式](#时间格式)。",
     "formats = [\"yyyy-M-d H:m:s\", \"epoch\"];"},
    {"check", TYPE_GROUP, NO_WORDS, false, NULL,
     "The time hidden in the record number: section `time.check`.",
     "藏在记录号里的时间，见 `time.check` 一节。", NULL},
};

static const LanguageKey TIME_CHECK[] = {
    {"digits_of", TYPE_POINTER, NO_WORDS, true, NULL, "Where the record number stands.",
     "记录号所在的指针。", "digits_of = \"/jjdbh\";"},
    {"at", TYPE_INTEGERS, NO_WORDS, true, NULL,
     "`[from, length]`: how many characters stand before the time, from 0, and how long it is.",
     "`[起点, 长度]`：时间之前有几个字符（从 0 数起），时间有几个字符。", "at = [6, 10];"},
    {"format", TYPE_TEXT, NO_WORDS, true, NULL, "How the time is written there.",
     "该处时间的写法。", "format = \"yyMMddHHmm\";"},
};

static const LanguageKey POINT[] = {
    {"system", TYPE_WORD, WORDS_SYSTEM, true, NULL,
     "The coordinate system of the feed. Ask the department: the same place differs by 0.3 to "
     "1.4 km between systems. Points are stored in WGS-84.",
     "数据源的坐标系。务必问清部门：同一地点在不同坐标系中相差 0.3 至 1.4 千米。入库一律为 "
     "WGS-84。",
     "system = \"GCJ-02\";"},
    {"order", TYPE_WORD, WORDS_ORDER, false, "\"lon,lat\"",
     "Which number comes first. A pair that lies in China only when swapped is swapped, flag "
     "`geo_swapped`.",
     "两个数的次序。只有对调后才落在中国境内的坐标会被对调，标记 `geo_swapped`。",
     "order = \"lat,lon\";"},
    {"box", TYPE_DECIMALS, NO_WORDS, false, "China",
     "`[west, south, east, north]` in degrees WGS-84. A point outside is left out, flag "
     "`geo_outside`.",
     "`[西, 南, 东, 北]`，WGS-84 度。落在框外的点略去，标记 `geo_outside`。",
     "box = [112.3, 22.6, 113.5, 23.6];"},
};

static const LanguageKey REGION[] = {
    {"first", TYPE_POINTERS, NO_WORDS, false, NULL,
     "Area codes; the first six digits count, so street, community and grid codes do as well. The "
     "first value that regions.cfg knows decides.",
     "行政区划代码的指针；只看前六位，所以街道、社区、网格代码也可用。取第一个 regions.cfg "
     "认得的值。",
     "first = [\"/areaCode\", \"/gridCode\"];"},
    {"default", TYPE_TEXT, NO_WORDS, true, NULL,
     "The region of a record without an area code that is known, flag `region_default`; also that "
     "of dead letters. It must stand in regions.cfg.",
     "没有可识别区划代码的记录归入的区域，标记 `region_default`；死信也归入此处。必须是 "
     "regions.cfg 中的区域。",
     "default = \"9901\";"},
    {"required", TYPE_SWITCH, NO_WORDS, false, "false",
     "With `true` a record without an area code that is known is a dead letter, rule `region`, "
     "instead.",
     "为 `true` 时，没有可识别区划代码的记录成为死信，规则 `region`。", "required = true;"},
};

static const LanguageKey KIND[] = {
    {"kind", TYPE_WORD, WORDS_KIND, true, NULL, "What the record is.", "记录是什么。",
     "kind = \"update\";"},
    {"when", TYPE_ROWS, NO_WORDS, false, "always",
     "Conditions `(pointer, test, [texts])`, all of which must hold. They see values as they stand "
     "in the message, before `clean`.",
     "条件 `(指针, 测试, [文本])`，须全部成立。比较的是报文中的原值，不经 `clean`。",
     "when = ( (\"/type\", \"in\", [\"1\", \"2\"]), (\"/no\", \"present\") );"},
    {"unless", TYPE_TEXT, NO_WORDS, false, NULL,
     "The name of a word list, `deploy/model/words/NAME.txt`, one phrase a line: the entry does "
     "not "
     "fit when one of its phrases stands in a value that title or body may be taken from.",
     "词表名，即 "
     "`deploy/model/words/"
     "NAME.txt`，一行一词：标题或内容的来源值中出现其中任何一词时，本条不适用。",
     "unless = \"danger_words\";"},
    {"reason", TYPE_TEXT, NO_WORDS, false, NULL,
     "Why such records are no matter of hazards: required with `ignore`, and only there. Ignored "
     "records are counted by it.",
     "为何不属隐患：`ignore` 必填，其他种类不填。被忽略的记录按此统计。",
     "reason = \"consultation\";"},
};

const LanguageKey *language_keys(LanguageSection section, size_t *count)
{
    LanguageKeys keys = {NULL, 0};
    switch (section) {
    case LANGUAGE_TOP:
        keys = KEYS(TOP);
        break;
    case LANGUAGE_TIME:
        keys = KEYS(TIME);
        break;
    case LANGUAGE_TIME_CHECK:
        keys = KEYS(TIME_CHECK);
        break;
    case LANGUAGE_POINT:
        keys = KEYS(POINT);
        break;
    case LANGUAGE_REGION:
        keys = KEYS(REGION);
        break;
    case LANGUAGE_KIND:
        keys = KEYS(KIND);
        break;
    case LANGUAGE_FIELD:
    case LANGUAGE_EXTRACT:
    case LANGUAGE_CODES:
        keys = language_field_keys(section);
        break;
    case LANGUAGE_SECTIONS:
        break;
    }
    *count = keys.count;
    return keys.keys;
}
