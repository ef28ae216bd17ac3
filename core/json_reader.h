/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CORE_JSON_READER_H
#define PASSTHRU_CORE_JSON_READER_H

#include "core/error.h"

#include <jansson.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* JSON from anybody (RFC 8259), read into a tree of jansson: UTF-8 without a byte order mark, one value and
 * nothing after it. Rejected besides what the RFC forbids: a key given twice in one object, a NUL in a
 * string, half of a surrogate pair, a number beyond 64 bits or a double, and more than these limits, which
 * are checked before anything is allocated. */

enum { JSON_MAX_DEPTH = 40, JSON_MAX_VALUES = 1 << 20 };

/* ERROR_BAD_INPUT says what is wrong, and at which byte. The caller owns *root (json_auto_t, json_decref). */
MUST_CHECK enum error_code json_read(const char *text, size_t length, json_t **root, struct error *error);

/* The string of a member, or NULL: there is none, or it is not a string. */
const char *json_member_text(const json_t *object, const char *key);

/* Whether `value` is a whole number within these bounds (1.0 is none); only then it is stored. */
bool json_whole_number(const json_t *value, int64_t lowest, int64_t highest, int64_t *number);

#endif
