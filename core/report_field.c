/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/report_field.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/list_version.h"

static int compare_name(const void *name, const void *field)
{
    return strcmp(name, ((const struct report_field_info *)field)->name);
}

enum report_field report_field_find(const char *name)
{
    const struct report_field_info *found =
        bsearch(name, report_fields, FIELD_COUNT, sizeof *report_fields, compare_name);
    return found ? (enum report_field)(found - report_fields) : FIELD_COUNT;
}

enum error_code report_field_reject(struct error *error, const char *name, const char *why)
{
    error_set(error, ERROR_BAD_INPUT, "field \"%s\" %s", name, why);
    return error_next(error, "correct the field; man passthru-report lists fields and enum values");
}

/* At most `limit` characters, none of them a control character. */
static const char *check_characters(const char *text, size_t limit)
{
    size_t characters = 0;
    for (const unsigned char *at = (const unsigned char *)text; *at; at++) {
        bool c1_control = *at == 0xc2 && at[1] < 0xa0;
        if (*at < 0x20 || *at == 0x7f || c1_control)
            return "holds a control character";
        characters += (*at & 0xc0) != 0x80;
    }
    return characters > limit ? "is too long" : NULL;
}

static bool is_lower_hex(const char *text, size_t length)
{
    return strlen(text) == length && strspn(text, "0123456789abcdef") == length;
}

static bool is_lower_pci_id(const char *text)
{
    return strlen(text) == 9 && text[4] == ':' && strspn(text, "0123456789abcdef") == 4 &&
           is_lower_hex(text + 5, 4);
}

static const char *check_form(enum report_field_type type, const char *text)
{
    switch (type) {
    case TYPE_OPEN_ENUM:
    case TYPE_OPEN_ENUMS:
    case TYPE_ATTEMPTS:
        return *text == '\0' || strcmp(text, "other:") == 0 ? "has an empty enum value" : NULL;
    case TYPE_PCI_ID:
        return is_lower_pci_id(text) ? NULL : "must be vvvv:dddd in lower-case hexadecimal";
    case TYPE_REVISION:
        return is_lower_hex(text, 2) ? NULL : "must be two lower-case hexadecimal digits";
    case TYPE_SHA256:
        return is_lower_hex(text, 64) ? NULL : "must be a SHA-256 in lower-case hexadecimal";
    case TYPE_DATE:
        return date_is_valid(text) ? NULL : "must be YYYY, YYYY-MM or YYYY-MM-DD";
    case TYPE_URL:
        return (strncmp(text, "https://", 8) == 0 || strncmp(text, "http://", 7) == 0) && !strchr(text, ' ')
                   ? NULL
                   : "must be an http or https address";
    default:
        return NULL;
    }
}

enum error_code report_field_check(const struct report_field_info *type, const char *name, const char *text,
                                   struct error *error)
{
    enum { LONGEST_ENUM = 100 };
    bool is_array = type->type > TYPE_URL;
    const char *why = check_characters(text, is_array ? LONGEST_ENUM : type->limit);
    if (!why)
        why = check_form(type->type, text);
    if (why)
        return report_field_reject(error, name, why);
    bool is_enum = type->type == TYPE_ENUM || type->type == TYPE_ENUMS || type->type == TYPE_STAGES;
    if (!is_enum || vocabulary_find(type->vocabulary, text) >= 0)
        return ERROR_NONE;
    error_set(error, ERROR_BAD_INPUT,
              "field \"%s\" has the unknown enum value \"%s\": passthru help words %s lists them", name, text,
              type->vocabulary->name);
    return error_next(error, "correct the field; man passthru-report lists fields and enum values");
}

void report_problems_put(struct report_problems *problems, const char *field, bool is_doubt,
                         const char *format, ...)
{
    char prefix[140];
    va_list arguments;
    if (problems->count == MAX_REPORT_PROBLEMS)
        return;
    struct report_problem *problem = &problems->items[problems->count++];
    snprintf(problem->field, sizeof problem->field, "%s", field);
    va_start(arguments, format);
    vsnprintf(problem->text, sizeof problem->text, format, arguments);
    va_end(arguments);
    problem->is_doubt = is_doubt;
    int length = snprintf(prefix, sizeof prefix, "field \"%s\" ", field);
    if (strncmp(problem->text, prefix, (size_t)length) == 0)
        memmove(problem->text, problem->text + length, strlen(problem->text + length) + 1);
}
