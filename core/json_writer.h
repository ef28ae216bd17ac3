/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CORE_JSON_WRITER_H
#define PASSTHRU_CORE_JSON_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/buffer.h"
#include "core/tristate.h"

/* Writes JSON (RFC 8259) into a buffer, a value at a time: answers may be long and are streamed, and what a
 * terminal could act on is escaped, neither of which jansson does. JSON is read with core/json_reader.h.
 *
 * `key` is the member's name inside an object and NULL inside an array or at the top. Strings that are not
 * UTF-8 get U+FFFD in place of each bad byte. The output has no spaces, and escapes as RFC 8785 does; with
 * `for_terminal` also whatever text_is_unsafe() names is written as \uXXXX. */
struct json_writer {
    struct buffer *out;
    bool for_terminal;
    bool need_comma;
};

/* For a value that is appended by other means. */
void json_write_key(struct json_writer *writer, const char *key);
void json_write_begin_object(struct json_writer *writer, const char *key);
/* Begins an object where there is something to say, and returns that; else the member is null. */
bool json_write_begin_object_or_null(struct json_writer *writer, const char *key, bool is_known);
void json_write_end_object(struct json_writer *writer);
/* The end of an object that is a document, and of its line. */
void json_write_end_line(struct json_writer *writer);
void json_write_begin_array(struct json_writer *writer, const char *key);
void json_write_end_array(struct json_writer *writer);
void json_write_string(struct json_writer *writer, const char *key, const char *text);
void json_write_bytes(struct json_writer *writer, const char *key, const char *bytes, size_t length);
/* An array of the texts between separators, but for empty ones. */
void json_write_list(struct json_writer *writer, const char *key, const char *text, char separator);
/* A PCI ID as pci_id_number() gives it, "10de:1d16". */
void json_write_pci_id(struct json_writer *writer, const char *key, uint32_t number);
void json_write_integer(struct json_writer *writer, const char *key, int64_t value);
/* Three decimals, rounded: probabilities and confidences, 0.0 to 1.0. Out of range or NaN becomes null. */
void json_write_fraction(struct json_writer *writer, const char *key, double value);
/* The same for any number from 0 below 10^9: seconds, gigabytes. */
void json_write_decimal(struct json_writer *writer, const char *key, double value);
void json_write_bool(struct json_writer *writer, const char *key, bool value);
void json_write_null(struct json_writer *writer, const char *key);
/* What may not be known, null then: a text that is NULL or "", a number, a tristate. */
void json_write_text_or_null(struct json_writer *writer, const char *key, const char *text);
void json_write_integer_or_null(struct json_writer *writer, const char *key, int64_t value, bool is_known);
void json_write_tristate(struct json_writer *writer, const char *key, enum tristate value);

/* Appends JSON that exists already; what a terminal could act on is written as \uXXXX, which is the same
 * JSON. Bytes that are not UTF-8, which JSON cannot have, are left out. */
void json_append_safe(struct buffer *out, const char *json, size_t length);

#endif
