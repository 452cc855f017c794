#include "domain/mapping_flag.h"

/*
 * The names are part of the record contract: analysts query them, so they are never renamed.
 */
static const MappingFlagHelp FLAGS[MAPPING_FLAGS] = {
    [FLAG_CALLER_IS_SERVICE] =
        {"caller_is_service",
         "the caller's number is an organisation's (12345, 119, 400...): no reporter",
         "来电为机构号码，不作为报告人"},
    [FLAG_CLASS_BY_WORDS] = {"class_by_words",
                             "the class comes from words of the text, not from a code",
                             "类别按文字关键词判定"},
    [FLAG_CODE_UNKNOWN] = {"code_unknown", "a code stands in no row of its table",
                           "代码表中无此代码"},
    [FLAG_CONTROL_REMOVED] = {"control_removed",
                              "control characters but tabs and line ends were removed",
                              "已去除制表、换行以外的控制字符"},
    [FLAG_ENCODING_REPAIRED] = {"encoding_repaired",
                                "bytes that do not belong to the encoding were replaced by U+FFFD",
                                "含非法字节，已替换为 U+FFFD"},
    [FLAG_FLAG_UNREADABLE] = {"flag_unreadable", "neither true nor false: left out",
                              "非真假值，已略去"},
    [FLAG_GEO_OUTSIDE] = {"geo_outside", "the point lies outside China or the feed's box: left out",
                          "坐标超出范围，已略去"},
    [FLAG_GEO_SWAPPED] = {"geo_swapped", "longitude and latitude were swapped back",
                          "经纬度颠倒，已对调"},
    [FLAG_GEO_UNREADABLE] = {"geo_unreadable", "no pair of coordinates: left out",
                             "坐标无法读取，已略去"},
    [FLAG_GEO_ZERO] = {"geo_zero", "the point is 0,0: left out", "坐标为零，已略去"},
    [FLAG_KEY_REPEATED] = {"key_repeated", "an object holds one name twice: the last one counts",
                           "对象中同名字段重复，取最后一个"},
    [FLAG_LIST_CUT] = {"list_cut", "more than 256 values under one pointer: the rest is left out",
                       "取值超过 256 个，已截断"},
    [FLAG_MASKED_AT_SOURCE] = {"masked_at_source", "the phone number came masked",
                               "号码在来源处已脱敏"},
    [FLAG_NARROWED] = {"narrowed", "full-width letters or digits were made narrow",
                       "全角字母数字已转半角"},
    [FLAG_NUL_REMOVED] = {"nul_removed",
                          "NULs were removed, with `clean` nul all behind the first one",
                          "已去除 NUL；`clean` 写 nul 的，连同其后的内容"},
    [FLAG_NUMBER_OUT_OF_RANGE] = {"number_out_of_range", "a number outside its scale: left out",
                                  "数值超出范围，已略去"},
    [FLAG_NUMBER_UNREADABLE] = {"number_unreadable", "no number: left out", "非数值，已略去"},
    [FLAG_PERSONAL_WITHHELD] = {"personal_withheld",
                                "`extra` left out a member that is named like a person's and that "
                                "`personal` does not name",
                                "`extra` 略去了名称像个人信息而 `personal` 未列出的成员"},
    [FLAG_PHONE_UNREADABLE] = {"phone_unreadable", "no telephone number: no reporter",
                               "号码无法识别，无报告人"},
    [FLAG_REGION_DEFAULT] = {"region_default", "area missing or unknown: the feed's default region",
                             "区划缺失或未知，用默认区域"},
    [FLAG_TEXT_CUT] = {"text_cut", "a text longer than its `max` was cut", "文本超长，已截断"},
    [FLAG_TIME_12H] = {"time_12h", "a 12-hour time was set right by the time in the record number",
                       "12小时制时间，已按编号内时间更正"},
    [FLAG_TIME_MISMATCH] = {"time_mismatch", "the time differs from the one in the record number",
                            "时间与编号内时间不符"},
    [FLAG_TIME_SUSPECT] =
        {"time_suspect",
         "a time in the future or more than 400 days old, by the record's own time stamp",
         "时间为未来或早于400天"},
    [FLAG_TIME_UNREADABLE] = {"time_unreadable", "a time in none of the feed's formats: left out",
                              "时间格式不符，已略去"},
    [FLAG_USC_BAD] = {"usc_bad", "the credit code fails its check: kept as it is",
                      "统一社会信用代码校验不符，保留原值"},
    [FLAG_VALUE_NOT_SCALAR] = {"value_not_scalar",
                               "an object or array where text is wanted: left out",
                               "应为文本而为对象或数组，已略去"},
};

const MappingFlagHelp *mapping_flag(MappingFlag flag)
{
    return &FLAGS[flag];
}
