/*
 * The keys of fields, extract and codes.
 */
#include "domain/mapping_language_parts.h"

#define KEYS(table)                                                                                \
    (LanguageKeys)                                                                                 \
    {                                                                                              \
        (table), sizeof(table) / sizeof((table)[0])                                                \
    }
#define NO_WORDS LANGUAGE_WORDS

static const LanguageKey FIELD[] = {
    {"first", TYPE_POINTERS, NO_WORDS, false, NULL,
     "The first of these pointers that yields something after `clean`, `between` and `extract`. A "
     "value that cannot be read (no time, no number, no point, no telephone number) leaves its "
     "flag, "
     "and the next pointer is tried.",
     "依次尝试这些指针，取第一个经 `clean`、`between`、`extract` "
     "后仍有内容的值。无法读取的值（不是时间、数、坐标或电话号码）留下标记，继续尝试下一个指针。",
     "title = { first = [\"/title\", \"/subject\"]; };"},
    {"all", TYPE_POINTERS, NO_WORDS, false, NULL,
     "Every value at these pointers, in order (at most 256, then flag `list_cut`); `pick` says "
     "what "
     "becomes of them.",
     "这些指针处的全部值，依次排列（最多 256 个，超出留标记 `list_cut`）；由 `pick` 决定如何使用。",
     "category = { all = [\"/path/*/code\"]; pick = \"last\"; codes = \"class\"; };"},
    {"concat", TYPE_POINTERS, NO_WORDS, false, NULL,
     "One text of all values at these pointers, with `join` between them; `between` and `extract` "
     "then see the whole.",
     "把这些指针处的值用 `join` 连成一个文本；`between` 和 `extract` 作用于整个文本。",
     "address = { concat = [\"/street\", \"/detail\"]; dedupe = true; };"},
    {"value", TYPE_TEXT, NO_WORDS, false, NULL, "This very text, whatever the message says.",
     "固定值，与报文无关。", "channel = { value = \"phone\"; };"},
    {"pick", TYPE_WORD, WORDS_PICK, false, "\"last\", for lists \"list\"",
     "With `all`: what becomes of several values.", "与 `all` 合用：多个值如何使用。",
     "pick = \"join\";"},
    {"join", TYPE_TEXT, NO_WORDS, false, "\"\"",
     "What stands between the parts of `concat` and of pick = \"join\".",
     "`concat` 和 pick = \"join\" 各部分之间的分隔文本。", "join = \"，\";"},
    {"missing", TYPE_TEXT, NO_WORDS, false, "nothing",
     "With `concat`: what stands in the place of a pointer that gives no value, so that codes of "
     "several parts keep their places: with join = \":\" and missing = \"-\" 1, nothing and u give "
     "`1:-:u`. When no pointer gives a value, the field has none.",
     "与 `concat` 合用：某个指针没有值时以此代替，使多段代码各就其位：join = \":\"、missing = "
     "\"-\" 时，1、无、u 得 `1:-:u`。所有指针都没有值时，字段没有值。",
     "category = { concat = [\"/a\", \"/b\", \"/c\"]; join = \":\"; missing = \"-\"; };"},
    {"dedupe", TYPE_SWITCH, NO_WORDS, false, "false",
     "With `all`: equal values once. With `concat`: a part that stands in what is there already is "
     "left out, and one that begins with all of it takes its place: 学苑街道 + 学苑街道12号 gives "
     "学苑街道12号. One character, or a number alone, is no repetition: 建设1路 + 1 gives "
     "建设1路1.",
     "与 `all` 合用：相同的值只留一个。与 `concat` "
     "合用：已包含在前文中的部分略去，以前文全文开头的部分取代前文：学苑街道 + 学苑街道12号 得 "
     "学苑街道12号。单个字或单独的数不算重复：建设1路 + 1 得 建设1路1。",
     "dedupe = true;"},
    {"clean", TYPE_WORDS, WORDS_CLEAN, false, NULL,
     "Steps done to each value, always in the order html, narrow, upper, trim.",
     "对每个值的清理步骤，总按 html、narrow、upper、trim 的次序进行。",
     "clean = [\"html\", \"trim\"];"},
    {"between", TYPE_TEXTS, NO_WORDS, false, NULL,
     "`[from, to]`: what stands behind the first `from` and before the next `to`. An "
     "empty `from` is the beginning of the text, an empty `to` its end. Where the text does not "
     "hold "
     "`from`, all of it is taken; where `to` does not follow, all up to the end. To take nothing "
     "instead, add `when` with `contains`.",
     "`[起, "
     "止]`"
     "：取第一个“起”之后、其后第一个“止”之前的文本。“起”为空即从文本开头起，“止”为空即到末尾。"
     "文本中没有“起”时取全文，其后没有“止”时取到末尾；此时不想取值，就加 `when` 和 `contains`。",
     "between = [\"【诉求】\", \"【办理意见】\"];"},
    {"extract", TYPE_TEXT, NO_WORDS, false, NULL,
     "The name of a table of `extract`: of the text only the number it finds is taken. With `all` "
     "every number in the text, with `first` the first one.",
     "`extract` 中的表名：只取文本中提取到的编号。与 `all` 合用取文中全部编号，与 `first` "
     "合用取第一个。",
     "quoted_nos = { all = [\"/content\"]; extract = \"order_no\"; };"},
    {"at", TYPE_INTEGERS, NO_WORDS, false, "the whole text",
     "`[from, length]`: of the text only these characters, counted from 0, after `extract`. Of a "
     "shorter text what is there; nothing when it ends before `from`.",
     "`[起点, 长度]`：`extract` 之后只取文本中的这些字符，从 0 "
     "数起。文本较短时取已有部分；不足起点时视为没有值。",
     "street_code = { first = [\"/xzqh12\"]; at = [0, 9]; };"},
    {"empty", TYPE_TEXTS, NO_WORDS, false, NULL,
     "Values that mean nothing in this field, beside those of the file's `empty`: a head count "
     "whose 0 stands for \"not filled in\".",
     "只在本字段中表示“无内容”的值，与文件顶层的 `empty` 并用：例如以 0 表示“未填”的人数。",
     "trapped = { first = [\"/bkrs\"]; empty = [\"0\", \"/\"]; };"},
    {"as", TYPE_WORD, WORDS_AS, false, "by the target",
     "How the text is read. Every target has its own: text and lists `text`, numbers `integer`, "
     "times `time`, points `point`, flags `flag`, `reporter` `phone`, `usc_code` `usc`. So it is "
     "written only for what differs: `text` for a `reporter` known by a staff number, `decimal` "
     "for numbers with a fraction.",
     "如何读取文本。每个目标字段各有默认：文本和列表为 `text`，整数为 `integer`，时间为 "
     "`time`，坐标为 `point`，真假为 `flag`，`reporter` 为 `phone`，`usc_code` 为 "
     "`usc`。只在不同于默认时才写：`reporter` 是工号时写 `text`，带小数的数写 `decimal`。",
     "reporter = { first = [\"/staffNo\"]; as = \"text\"; personal = \"hash\"; };"},
    {"formats", TYPE_TEXTS, NO_WORDS, false, "those of `time`",
     "Of a field that is a time: how it is written, instead of `time.formats`; with them in every "
     "such field the section `time` is not needed.",
     "仅用于时间字段：本字段的时间格式，取代 `time.formats`；每个时间字段都写明时，不需要 `time` "
     "一节。",
     "due_at = { first = [\"/limitDate\"]; formats = [\"yyyyMMdd\"]; };"},
    {"codes", TYPE_TEXT, NO_WORDS, false, NULL,
     "The name of a table of `codes`: the value is a code, the target gets what it means.",
     "`codes` 中的表名：值是代码，目标字段得到其含义。",
     "status = { first = [\"/gdzt\"]; codes = \"status\"; };"},
    {"default", TYPE_TEXT, NO_WORDS, false, NULL,
     "What the target gets when nothing was found, or a code that the table does not know. A value "
     "that cannot be read is not nothing: it leaves its flag and the target empty, so that a head "
     "count written as `3人` does not become 0. It is not looked up in `codes`. Of several "
     "alternatives it belongs to the last.",
     "没有找到值、或代码不在表中时，目标字段得到的值。读不了的值不是没有值：它留下标记，目标字段为"
     "空"
     "，写作 `3人` 的人数不会变成 0。它不再查 `codes` 表。有多个备选时只写在最后一个。",
     "urgency = { first = [\"/jjcd\"]; codes = \"urgency\"; default = \"3\"; };"},
    {"required", TYPE_SWITCH, NO_WORDS, false, "false",
     "With `true` a record for which nothing comes of this field is a dead letter: rule `required` "
     "when nothing was found, rule `type` when it could not be read. `record_no` always is "
     "required. Of several alternatives it belongs to the last.",
     "为 `true` 时，本字段无结果的记录成为死信：没有找到值为规则 `required`，值无法读取为规则 "
     "`type`。`record_no` 总是必填。有多个备选时只写在最后一个。",
     "required = true;"},
    {"kinds", TYPE_WORDS, WORDS_KIND, false, "all kinds",
     "The kinds of record in which the field is filled (not `ignore`).",
     "只在这些种类的记录中填此字段（不含 `ignore`）。",
     "reported_at = { first = [\"/acceptTime\"]; required = true; kinds = [\"report\"]; };"},
    {"when", TYPE_ROWS, NO_WORDS, false, "always",
     "Conditions as in `kinds`; the field is filled when all of them hold.",
     "条件，写法同 `kinds`；全部成立时才填此字段。",
     "urged = { value = \"1\"; when = ( (\"/msgType\", \"in\", [\"URGE\"]) ); };"},
    {"max", TYPE_INTEGER, NO_WORDS, false, "500",
     "The most characters of a text, 1 to 100000. A longer one is cut, flag `text_cut`; but a "
     "record number is never cut: dead letter, rule `type`.",
     "文本最多的字符数，1 至 100000。超长的截断并留标记 `text_cut`；但记录号从不截断：死信，规则 "
     "`type`。",
     "max = 2000;"},
    {"system", TYPE_WORD, WORDS_SYSTEM, false, "that of `point`",
     "Of a field that is a point: its coordinate system, where it differs from the section "
     "`point`. With it in every such field the section is not needed.",
     "仅用于坐标字段：与 `point` 一节不同时，本字段的坐标系。每个坐标字段都写明时，不需要 `point` "
     "一节。",
     "system = \"GCJ-02\";"},
    {"order", TYPE_WORD, WORDS_ORDER, false, "that of `point`",
     "Of a field that is a point: which number comes first.", "仅用于坐标字段：两个数的次序。",
     "order = \"lat,lon\";"},
    {"precision", TYPE_WORD, WORDS_PRECISION, false, "\"D\"",
     "Of a field that is a point: how exact the feed's points are. Nearness counts for less the "
     "coarser they are.",
     "仅用于坐标字段：数据源坐标的精度等级。越粗，距离远近的作用越小。", "precision = \"C\";"},
    {"personal", TYPE_WORD, WORDS_PERSONAL, false, NULL,
     "How the value, which is a person's, is treated: the same word as for its pointer in the list "
     "`personal`.",
     "该值属于个人时如何处理：与列表 `personal` 中同一指针所用的词一致。", "personal = \"hash\";"},
    {"source", TYPE_TEXT, NO_WORDS, false, NULL,
     "Of `origin_no`, and required there: `source` of the system that gave the original number. "
     "The report then counts as a copy, not as a second witness.",
     "仅用于 `origin_no`，且必填：原单号所属系统的 "
     "`source`。该报告即视为转办副本，不作为第二个独立来源。",
     "origin_no = { first = [\"/order_no\"]; source = \"H12345\"; };"},
};

static const LanguageKey EXTRACT[] = {
    {"after", TYPE_TEXTS, NO_WORDS, true, NULL,
     "Markers: the number stands behind one of them. A value that as a whole fits `chars`, "
     "`length` and `starts` needs none.",
     "标记词：编号位于其中之一的后面。整个值本身就符合 `chars`、`length`、`starts` "
     "时不需要标记词。",
     "after = [\"电梯编号\", \"识别码\"];"},
    {"within", TYPE_INTEGER, NO_WORDS, false, "4",
     "The most characters between marker and number, 0 to 100.",
     "标记词与编号之间最多隔几个字符，0 至 100。", "within = 3;"},
    {"chars", TYPE_TEXT, NO_WORDS, true, NULL,
     "The characters of the number: ASCII characters and ranges. Full-width ones count as narrow.",
     "编号所用的字符：ASCII 字符及范围。全角按半角计。", "chars = \"A-Z0-9\";"},
    {"length", TYPE_INTEGERS, NO_WORDS, true, NULL,
     "`[least, most]` characters, within 1 to 200. A longer run of `chars` is not cut: it is "
     "another number.",
     "`[最少, 最多]` 字符数，1 至 200。更长的一串不会截取：那是别的编号。", "length = [5, 6];"},
    {"starts", TYPE_TEXTS, NO_WORDS, false, "anything", "How the number may begin.",
     "编号允许的开头。", "starts = [\"FS20\"];"},
    {"check", TYPE_WORD, WORDS_CHECK, false, "\"none\"", "A check character to be tested.",
     "是否核对校验位。", "check = \"usc\";"},
};

static const LanguageKey CODES[] = {
    {"rows", TYPE_ROWS, NO_WORDS, false, NULL,
     "The table: `(from, to)` or `(from, to, confidence)`, codes always in quotes (0101 without "
     "them is the number 101). Confidence, 0 to 100, counts for `category`: 90 when it is not "
     "given, below 60 the class says nothing when reports are compared. A table has either `rows` "
     "or `file`.",
     "代码表：`(原码, 含义)` 或 `(原码, 含义, 置信度)`，代码一律加引号（不加引号的 0101 会读成 "
     "101）。置信度 0 至 "
     "100，只对 `category` 有用：不写为 90，低于 60 时比较报告不看类别。`rows` 与 `file` "
     "二者必有其一。",
     "rows = ( (\"01\", \"10\"), (\"0101\", \"A02\", 80) );"},
    {"file", TYPE_TEXT, NO_WORDS, false, NULL,
     "The table as a CSV file beside the mapping file, with the header "
     "`from,to,confidence,name`; confidence and name may be empty, lines that begin with `#` are "
     "comments.",
     "CSV 文件形式的代码表，路径相对于映射文件，表头为 `from,to,confidence,name`；confidence 和 "
     "name 可空，以 `#` "
     "开头的行是注释。",
     "file = \"codes/hotline.csv\";"},
    {"match", TYPE_WORD, WORDS_MATCH, false, "\"exact\"", "How a code is looked up.",
     "如何查找代码。", "match = \"prefix\";"},
    {"unknown", TYPE_WORD, WORDS_UNKNOWN, false,
     "J03 for the class of a report or inspection, else absent",
     "What the target gets for a code without a row; the report has flag `code_unknown` either "
     "way. A class found so has confidence 0.",
     "表中没有的代码，目标字段得到什么；无论如何报告都留标记 "
     "`code_unknown`。如此得到的类别置信度为 0。",
     "unknown = \"J03\";"},
    {"system", TYPE_TEXT, NO_WORDS, false, NULL,
     "The name of the code system, kept beside the department's class code.",
     "代码系统的名称，与部门原类别代码一并保存。", "system = \"foshan.12345\";"},
    {"keywords", TYPE_WORD, WORDS_KEYWORDS, false, "\"none\"",
     "For a table that `category` uses: when there is no code, none with a row, or one with "
     "confidence below 60, the phrases of a keyword list are looked for in title and body. The one "
     "with the highest confidence counts, then the longest, then the first of the list; it is "
     "taken "
     "when it is surer than what the code says, flag `class_by_words`. A keyword list is a CSV "
     "file "
     "with the header `phrase,class,confidence`.",
     "用于 `category` 所用的代码表：没有代码、代码不在表中或其置信度低于 60 "
     "时，在标题和内容中查找关键词表中的词。"
     "取置信度最高者，其次最长者，再次表中靠前者；比代码更可信时采用，标记 "
     "`class_by_words`。关键词表是表头为 "
     "`phrase,class,confidence` 的 CSV 文件。",
     "keywords = \"shared\";"},
};

LanguageKeys language_field_keys(LanguageSection section)
{
    if (section == LANGUAGE_FIELD)
        return KEYS(FIELD);
    return section == LANGUAGE_EXTRACT ? KEYS(EXTRACT) : KEYS(CODES);
}
