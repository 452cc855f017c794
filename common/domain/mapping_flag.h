#ifndef ONECASE_DOMAIN_MAPPING_FLAG_H
#define ONECASE_DOMAIN_MAPPING_FLAG_H

#include "base/text.h"

/* The repairs intake makes: each leaves its flag on the report. One table, also the source of the documentation. */
typedef enum MappingFlag {
    FLAG_CALLER_IS_SERVICE,
    FLAG_CLASS_BY_WORDS,
    FLAG_CODE_UNKNOWN,
    FLAG_CONTROL_REMOVED,
    FLAG_ENCODING_REPAIRED,
    FLAG_FLAG_UNREADABLE,
    FLAG_GEO_OUTSIDE,
    FLAG_GEO_SWAPPED,
    FLAG_GEO_UNREADABLE,
    FLAG_GEO_ZERO,
    FLAG_KEY_REPEATED,
    FLAG_LIST_CUT,
    FLAG_MASKED_AT_SOURCE,
    FLAG_NARROWED,
    FLAG_NUL_REMOVED,
    FLAG_NUMBER_OUT_OF_RANGE,
    FLAG_NUMBER_UNREADABLE,
    FLAG_PERSONAL_WITHHELD,
    FLAG_PHONE_UNREADABLE,
    FLAG_REGION_DEFAULT,
    FLAG_TEXT_CUT,
    FLAG_TIME_12H,
    FLAG_TIME_MISMATCH,
    FLAG_TIME_SUSPECT,
    FLAG_TIME_UNREADABLE,
    FLAG_USC_BAD,
    FLAG_VALUE_NOT_SCALAR,
    MAPPING_FLAGS
} MappingFlag;

typedef struct MappingFlagHelp {
    const char *name; /* as it stands in `flags` of the report */
    const char *help;
    const char *help_zh;
} MappingFlagHelp;

const MappingFlagHelp *mapping_flag(MappingFlag flag);

#endif
