/* RFC 6901 over the readers of json.c. Tokens are compared in their escaped form: nothing is copied. */
#include "base/json.h"

/* Whether `token`, once '~1' and '~0' are decoded, is `key`. */
static bool token_is(Text token, Text key)
{
    size_t at = 0;
    for (size_t i = 0; i < token.size; i++, at++) {
        char byte = token.data[i];
        if (byte == '~') {
            char code = i + 1 < token.size ? token.data[i + 1] : '\0';
            if (code != '0' && code != '1') {
                return false;
            }
            byte = code == '0' ? '~' : '/';
            i++;
        }
        if (at >= key.size || key.data[at] != byte) {
            return false;
        }
    }
    return at == key.size;
}

static const JsValue *member_by_token(const JsValue *object, Text token)
{
    if (!text_contains(token, TEXT("~"))) {
        return js_member(object, token);
    }
    size_t cursor = 0;
    Text key;
    const JsValue *value;
    while (js_each(object, &cursor, &key, &value)) {
        if (token_is(token, key)) {
            return value;
        }
    }
    return NULL;
}

static const JsValue *element_by_token(const JsValue *array, Text token)
{
    int64_t index;
    bool leading_zero = token.size > 1 && token.data[0] == '0';
    if (!text_is_digits(token) || leading_zero || !text_to_int64(token, &index)) {
        return NULL;
    }
    return js_element(array, (size_t)index);
}

const JsValue *js_pointer(const JsValue *root, Text pointer)
{
    const JsValue *value = root;
    size_t at = 0;
    while (at < pointer.size && value != NULL) {
        if (pointer.data[at] != '/') {
            return NULL;
        }
        size_t end = text_find(pointer, TEXT("/"), at + 1);
        if (end == SIZE_MAX) {
            end = pointer.size;
        }
        Text token = text_slice(pointer, at + 1, end - at - 1);
        value = js_type(value) == JS_ARRAY ? element_by_token(value, token)
                                           : member_by_token(value, token);
        at = end;
    }
    return value;
}

void js_pointer_append(TextBuilder *pointer, Text token)
{
    builder_char(pointer, '/');
    for (size_t i = 0; i < token.size; i++) {
        if (token.data[i] == '~') {
            builder_string(pointer, "~0");
        } else if (token.data[i] == '/') {
            builder_string(pointer, "~1");
        } else {
            builder_char(pointer, token.data[i]);
        }
    }
}
