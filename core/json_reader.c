/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/json_reader.h"

#include <stdlib.h>
#include <string.h>

#include "core/buffer.h"

/* Why the text is more than one may ask jansson to read, or NULL. Each bracket and comma may bring a value; a
 * quotation mark that is never closed ends the text for jansson as well. */
static const char *find_excess(const char *text, size_t length)
{
    size_t values = 1;
    int depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        if (in_string) {
            i += c == '\\';
            in_string = c != '"';
        } else if (c == '"') {
            in_string = true;
        } else if (c == '[' || c == '{') {
            values++;
            if (++depth > JSON_MAX_DEPTH)
                return "it is nested too deep";
        } else if (c == ']' || c == '}') {
            depth--;
        } else if (c == ',') {
            values++;
        }
    }
    return values > JSON_MAX_VALUES ? "it has too many values" : NULL;
}

static const char *describe(enum json_error_code code)
{
    switch (code) {
    case json_error_invalid_utf8:
        return "it is not UTF-8";
    case json_error_premature_end_of_input:
        return "it ends too early";
    case json_error_end_of_input_expected:
        return "something follows its end";
    case json_error_null_character:
    case json_error_null_byte_in_key:
        return "a NUL in a string";
    case json_error_numeric_overflow:
        return "a number that is too large";
    default:
        return "syntax error";
    }
}

/* The key that ends before `end`. */
static enum error_code reject_duplicate(const char *text, size_t end, struct error *error)
{
    size_t start = end ? end - 1 : 0;
    do
        start -= start > 0;
    while (start && (text[start] != '"' || text[start - 1] == '\\'));
    json_auto_t *key = json_loadb(text + start, end - start, JSON_DECODE_ANY, NULL);
    return error_set(error, ERROR_BAD_INPUT, "not valid JSON: the key \"%.100s\" is given twice, at byte %zu",
                     json_is_string(key) ? json_string_value(key) : "?", end);
}

/* jansson takes a token that it has no memory for as it is, cut short. */
static void *allocate(size_t size)
{
    void *memory = malloc(size);
    buffer_memory_was_short |= !memory;
    return memory;
}

enum error_code json_read(const char *text, size_t length, json_t **root, struct error *error)
{
    json_error_t why;
    error->code = ERROR_NONE;
    *root = NULL;
    /* jansson overlooks one after a number or a literal. */
    if (length && memchr(text, '\0', length))
        return error_set(error, ERROR_BAD_INPUT, "not valid JSON: a NUL byte");
    const char *excess = find_excess(text, length);
    if (excess)
        return error_set(error, ERROR_BAD_INPUT, "not valid JSON for this program: %s", excess);
    bool was_short = buffer_memory_was_short;
    buffer_memory_was_short = false;
    json_set_alloc_funcs(allocate, free);
    *root = json_loadb(text, length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &why);
    if (buffer_memory_was_short) {
        json_decref(*root);
        *root = NULL;
        return error_set(error, ERROR_NO_MEMORY, "no memory to read JSON");
    }
    buffer_memory_was_short = was_short;
    if (*root)
        return ERROR_NONE;
    enum json_error_code code = json_error_code(&why);
    size_t position = why.position > 0 ? (size_t)why.position : 0;
    if (code == json_error_duplicate_key && position <= length)
        return reject_duplicate(text, position, error);
    return error_set(error, ERROR_BAD_INPUT, "not valid JSON: %s, at byte %zu", describe(code), position);
}

const char *json_member_text(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

bool json_whole_number(const json_t *value, int64_t lowest, int64_t highest, int64_t *number)
{
    json_int_t found = json_integer_value(value);
    if (!json_is_integer(value) || found < lowest || found > highest)
        return false;
    *number = found;
    return true;
}
