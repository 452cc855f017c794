/*
 * The beginning of a sentence:
 *
 *   与HZ9901-000012是同一隐患：
 *   分不清是HZ9901-000012还是HZ9901-000013，先另立并请人复核：
 *   报告修订后另有说法，原在待定位HZ9901-000031；新立：没有可比较的隐患
 *   原属HZ9901-000031，现判明与HZ9901-000012是同一隐患，两处并为一处：
 */
#include "domain/lifecycle.h"
#include "domain/linkage_sentence_parts.h"

enum { EQUAL_MB = 500 };

Text linkage_sentence_hazard(const LinkageSentence *sentence, int64_t hazard_id)
{
    if (text_is_absent(sentence->region))
        return TEXT("对方报告");
    return lifecycle_hazard_no(sentence->region, hazard_id, sentence->arena);
}

bool linkage_sentence_equal_rival(const Decision *decision, size_t i)
{
    return decision->best.total_mb - decision->rivals[i].total_mb < EQUAL_MB;
}

static void
append_hazard(LinkageSentence *sentence, const char *before, int64_t hazard_id, const char *after)
{
    builder_string(&sentence->text, before);
    builder_text(&sentence->text, linkage_sentence_hazard(sentence, hazard_id));
    builder_string(&sentence->text, after);
}

/* Where the report is until a person has said something. */
static void append_meanwhile(LinkageSentence *sentence)
{
    if (sentence->decision->bucket_id != 0)
        append_hazard(sentence, "，先归入待定位", sentence->decision->bucket_id, "并请人复核：");
    else
        builder_string(&sentence->text, "，先另立并请人复核：");
}

/* Several fit equally: HZ9901-000012、HZ9901-000013等3处 */
static void append_several(LinkageSentence *sentence)
{
    const Decision *decision = sentence->decision;
    TextBuilder *text = &sentence->text;
    int32_t near = 1;
    for (size_t i = 0; i < decision->rival_count; i++)
        near += linkage_sentence_equal_rival(decision, i);
    append_hazard(sentence, "分不清是", decision->best.hazard_id, "");
    if (decision->rival_count > 0)
        append_hazard(sentence, near > 2 ? "、" : "还是", decision->rivals[0].hazard_id, "");
    if (near > 2)
        builder_format(text, "等%d处中的哪一处", (int)near);
    append_meanwhile(sentence);
}

/* Two reports are compared; neither is in a hazard as far as this goes. */
static void open_pair(LinkageSentence *sentence)
{
    builder_string(&sentence->text, sentence->decision->outcome == OUTCOME_LINK
                                        ? "与对方报告是同一隐患："
                                    : sentence->decision->outcome == OUTCOME_REVIEW
                                        ? "可能与对方报告是同一隐患，请人复核："
                                        : "不作同一隐患：与对方报告相比，");
}

static void open_compared(LinkageSentence *sentence)
{
    const Decision *decision = sentence->decision;
    int64_t compared = decision->best.hazard_id;
    switch (decision->outcome) {
    case OUTCOME_LINK:
        append_hazard(sentence, "与", compared, "是同一隐患：");
        break;
    case OUTCOME_REVIEW:
        append_hazard(sentence, "可能与", compared, "是同一隐患");
        append_meanwhile(sentence);
        break;
    case OUTCOME_MERGED:
        append_hazard(sentence, "原属", decision->from_id, "，现判明与");
        append_hazard(sentence, "", compared, "是同一隐患，两处并为一处：");
        break;
    case OUTCOME_MOVED:
        append_hazard(sentence, "原在待定位", decision->from_id, "，现判明说的是");
        append_hazard(sentence, "", compared, "：");
        break;
    case OUTCOME_BUCKET:
        append_hazard(sentence, "未说清是哪一处，先归入待定位", decision->bucket_id,
                      "：与最接近的");
        append_hazard(sentence, "", compared, "相比，");
        break;
    case OUTCOME_NEW:
        append_hazard(sentence, "新立：与最接近的", compared, "相比，");
        break;
    }
}

/* Nothing was compared, or nothing that decided. */
static void open_uncompared(LinkageSentence *sentence)
{
    const Decision *decision = sentence->decision;
    if (decision->outcome == OUTCOME_MERGED) {
        append_hazard(sentence, "随", decision->from_id, "的其他报告，与");
        append_hazard(sentence, "", decision->hazard_id, "并为一处");
        return;
    }
    if (decision->outcome == OUTCOME_BUCKET)
        append_hazard(sentence, "未说清是哪一处，先归入待定位", decision->bucket_id,
                      "：没有可比较的隐患");
    else
        builder_string(&sentence->text, "新立：没有可比较的隐患");
    if (decision->generic_keys > 0)
        builder_format(&sentence->text, "（%d个检索键过于常见，未用）",
                       (int)decision->generic_keys);
}

/* The report says something else of its place, thing or class now, and is decided on anew. */
static void open_revised(LinkageSentence *sentence)
{
    const Decision *decision = sentence->decision;
    bool own = decision->outcome == OUTCOME_NEW || decision->outcome == OUTCOME_REVIEW;
    builder_string(&sentence->text, "报告修订后另有说法，");
    if (own)
        append_hazard(sentence, "原在待定位", decision->from_id, "；");
}

void linkage_sentence_open(LinkageSentence *sentence)
{
    const Decision *decision = sentence->decision;
    if (decision->revised)
        open_revised(sentence);
    if (decision->best.count == 0)
        open_uncompared(sentence);
    else if (decision->one_of && decision->outcome == OUTCOME_REVIEW)
        append_several(sentence);
    else if (text_is_absent(sentence->region))
        open_pair(sentence);
    else
        open_compared(sentence);
}
