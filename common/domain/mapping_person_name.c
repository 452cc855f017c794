/*
 * By the names that departments give them: what the interface notes of domain.md call persons.
 */
#include "domain/mapping_person_name.h"

/* Words in names of members that hold persons; `whole` ones count only as the whole name. */
bool mapping_person_name(Text name)
{
    static const char *const WHOLE[] = {"name", "tel",   "phone", "xm",      "sjh",    "lxdh",
                                        "bjdh", "bjrxm", "sfzh",  "linkman", "contact"};
    static const char *const PARTS[] = {
        "phone",      "mobile",       "idcard",      "callername",   "contactname", "contacttel",
        "callertel",  "providername", "providertel", "reportername", "reportertel", "username",
        "personname", "realname",     "rqstperson",  "rqstnumber",   "linknumber",  "linkman",
        "patrolname", "patroltel",    "姓名",        "电话",         "手机",        "身份证"};
    char lower[64];
    size_t size = name.size < sizeof(lower) ? name.size : sizeof(lower);
    for (size_t i = 0; i < size; i++)
        lower[i] =
            name.data[i] >= 'A' && name.data[i] <= 'Z' ? (char)(name.data[i] | 0x20) : name.data[i];
    Text folded = {lower, size};
    for (size_t i = 0; i < sizeof(WHOLE) / sizeof(WHOLE[0]); i++)
        if (text_is(folded, WHOLE[i]))
            return true;
    for (size_t i = 0; i < sizeof(PARTS) / sizeof(PARTS[0]); i++)
        if (text_contains(folded, text_from(PARTS[i])))
            return true;
    return text_ends(name, TEXT("Tel")) || text_ends(folded, TEXT("_tel"));
}
