/*
 * What stands above the keys of each section.
 */
#include "domain/mapping_language_parts.h"

static const LanguageHead HEADS[LANGUAGE_SECTIONS] = {
    [LANGUAGE_TOP] =
        {"", "What the feed is and how its messages are opened.\n",
         "数据源是什么，报文如何打开。\n",
         "format = 1;  source = \"H12345\";  topics = [\"hotline.workorder\"];\n"
         "encoding = \"gb18030\";  unwrap = [\"/body\"];  empty = [\"\", \"无\", \"-\"];\n"},
    [LANGUAGE_TIME] =
        {"time", "How the feed writes times; required when a field is a time.\n",
         "数据源如何书写时间；有时间字段时必写。\n",
         "time : { zone = \"+08:00\"; formats = [\"yyyy-MM-dd HH:mm:ss\", \"epoch\"]; };\n"},
    [LANGUAGE_TIME_CHECK] =
        {"time.check",
         "Some systems write 01:00 for 13:00, while the record number has the right time in it. "
         "The time in\n"
         "the number is compared with `reported_at` (with `recorded_at` when there is none), cut "
         "to the finest\n"
         "unit of `format`. 12 hours apart: the number is right, every time of the record that "
         "equals "
         "the one\n"
         "compared is moved by exactly 12 hours, flag `time_12h`. Different otherwise: flag "
         "`time_mismatch`,\n"
         "nothing is changed. Where `format` has minutes, 10 minutes more or less are no "
         "difference: "
         "many numbers\n"
         "are given out a little later. A number that does not fit says nothing.\n",
         "有的系统把 13:00 写成 01:00，而记录号里的时间是对的。把记录号里的时间与 "
         "`reported_at`（没有时与 `recorded_at`）\n"
         "比较，比较到 `format` 的最小单位为止。相差 12 "
         "小时：以记录号为准，记录中与被比较者相等的时间都移动整 12 小时，\n"
         "标记 `time_12h`。其他不同：标记 `time_mismatch`，不作更改。`format` 有分钟时，上下 10 "
         "分钟之内不算不同：\n"
         "许多编号稍后才生成。不符合格式的记录号不作判断。\n",
         "time : { formats = [\"yyyy-MM-dd HH:mm:ss\"];      # /jjdbh: 990101 2602011300 0001\n"
         "         check = { digits_of = \"/jjdbh\"; at = [6, 10]; format = \"yyMMddHHmm\"; }; "
         "};\n"},
    [LANGUAGE_POINT] =
        {"point",
         "How the feed writes coordinates; required when a field is a point that does not say its "
         "own `system`. Zero, far\n"
         "and unreadable points are left out with a flag.\n",
         "数据源如何书写坐标；坐标字段自己没有写 `system` "
         "时必写。为零、过远、无法读取的坐标略去并留标记。\n",
         "point : { system = \"GCJ-02\"; order = \"lon,lat\"; };\n"},
    [LANGUAGE_REGION] =
        {"region",
         "Which region a record belongs to. Regions and their area codes stand in "
         "`deploy/regions.cfg`.\n",
         "记录归属哪个区域。区域及其区划代码写在 `deploy/regions.cfg`。\n",
         "region : { first = [\"/areaCode\", \"/gridCode\"]; default = \"9901\"; };\n"},
    [LANGUAGE_KIND] =
        {"kinds",
         "A list of entries; the first that fits wins. Put what is rare and exact first, an entry "
         "without\n"
         "conditions last. A record that fits none is a dead letter, rule `kind`.\n",
         "由条目组成的列表，取第一条适用的。少见而明确的写在前，没有条件的写在最后。都不适用的记录"
         "是死信，规则 `kind`。\n",
         "kinds = (\n"
         "  { kind = \"ignore\"; reason = \"drill\"; when = ( (\"/title\", \"contains\", "
         "[\"演练\"]) ); },\n"
         "  { kind = \"update\"; when = ( (\"/msgType\", \"in\", [\"STATUS\", \"REPLY\"]) ); },\n"
         "  { kind = \"report\"; } );\n"},
    [LANGUAGE_FIELD] =
        {"fields",
         "One group for each field of the report that the feed can fill, named as in\n"
         "[Target fields](#target-fields). Each has exactly one of `first`, `all`, `concat`, "
         "`value`. A list of groups is\n"
         "[alternatives](#alternatives).\n",
         "数据源能填的报告字段各写一组，名称见[目标字段](#目标字段)。每组须有且只有 "
         "`first`、`all`、`concat`、`value` 之一。由组构成的列表是[备选](#备选)。\n",
         "fields : {\n"
         "  record_no = { first = [\"/gdbh\"]; clean = [\"narrow\", \"trim\"]; };\n"
         "  body      = { first = [\"/content\"]; clean = [\"html\"]; max = 2000; };\n"
         "  point     = { concat = [\"/lng\", \"/lat\"]; join = \",\"; precision = \"C\"; }; };\n"},
    [LANGUAGE_EXTRACT] = {"extract",
                          "Named ways to find a number in free text, used by `extract` of a field. "
                          "The number is a whole run\n"
                          "of `chars`: 5 digits out of a telephone number are never taken.\n",
                          "在自由文本中查找编号的方法，各有名称，由字段的 `extract` 引用。编号是由 "
                          "`chars` 组成的完整一串：绝不会从电话号码中截取 5 位。\n",
                          "extract : {\n"
                          "  plate = { after = [\"电梯编号\", \"识别码\"]; within = 4; chars = "
                          "\"0-9\"; length = [5, 6]; }; };\n"},
    [LANGUAGE_CODES] =
        {"codes",
         "Named tables of the department's codes, used by `codes` of a field. Codes are compared "
         "after\n"
         "`clean`, without white space at the ends. Beside `category` and `status` the "
         "department's own code\n"
         "is kept.\n",
         "部门代码表，各有名称，由字段的 `codes` 引用。代码在 `clean` "
         "之后、去掉首尾空白后比较。`category` 和 `status` 的部门原码另行保存。\n",
         "codes : {\n"
         "  class  = { system = \"foshan.12345\"; file = \"codes/hotline.csv\"; match = "
         "\"prefix\"; unknown = \"J03\"; };\n"
         "  status = { rows = ( (\"01\", \"10\"), (\"09\", \"60\") ); unknown = \"keep\"; }; };\n"},
};

const LanguageHead *language_head(LanguageSection section)
{
    return &HEADS[section];
}
