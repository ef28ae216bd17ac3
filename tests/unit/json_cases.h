/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_TESTS_JSON_CASES_H
#define PASSTHRU_TESTS_JSON_CASES_H

#include "tests/unit/unit.h"

/* Tables of JSON that a reader accepts or rejects. In their texts ' stands for ". */

struct json_case {
    const char *json; /* texts between | */
    const char *why;  /* a part of the message */
};

/* Calls check() with each text of each case. */
static inline void check_cases(const struct json_case cases[], size_t count,
                               void (*check)(const char *json, const char *why))
{
    for (size_t i = 0; i < count; i++)
        for (struct values v = values_of(cases[i].json, NULL); next_value(&v);)
            check(v.text, cases[i].why);
}

/* The text with its quotation marks, in a block of exactly its size, without a NUL; the caller frees it. */
static inline char *json_of(const char *text, size_t *length)
{
    *length = strlen(text);
    char *json = exact_copy(text, *length);
    for (size_t i = 0; i < *length; i++)
        if (json[i] == '\'')
            json[i] = '"';
    return json;
}

/* Fails unless the message holds `why`. */
static inline void assert_says(const char *json, const char *message, const char *why)
{
    char quoted[300];
    assert_in_range(snprintf(quoted, sizeof quoted, "%s", why), 0, sizeof quoted - 1);
    for (char *quote = quoted; (quote = strchr(quote, '\''));)
        *quote = '"';
    if (!strstr(message, quoted))
        fail_msg("%.300s: \"%s\" does not hold \"%s\"", json, message, quoted);
}

#endif
