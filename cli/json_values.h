/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CLI_JSON_VALUES_H
#define PASSTHRU_CLI_JSON_VALUES_H

#include "core/json_writer.h"
#include "core/tristate.h"

/* Values that may not be known: null then. */

static inline void write_tristate(struct json_writer *writer, const char *key, enum tristate value)
{
    if (value == TRISTATE_UNKNOWN)
        json_write_null(writer, key);
    else
        json_write_bool(writer, key, value == TRISTATE_YES);
}

/* NULL and "" are not known. */
static inline void write_text_or_null(struct json_writer *writer, const char *key, const char *text)
{
    if (text && *text)
        json_write_string(writer, key, text);
    else
        json_write_null(writer, key);
}

/* A negative number is not known. */
static inline void write_number_or_null(struct json_writer *writer, const char *key, int64_t number)
{
    if (number < 0)
        json_write_null(writer, key);
    else
        json_write_integer(writer, key, number);
}

#endif
