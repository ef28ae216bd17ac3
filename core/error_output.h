/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CORE_ERROR_OUTPUT_H
#define PASSTHRU_CORE_ERROR_OUTPUT_H

#include "core/error.h"
#include "core/json_writer.h"

/* How the programs report an error, to people and to scripts. */

/* Appends "PROGRAM: message" and, where there is one, "  next: step" on a line of its own, made safe for a
 * terminal. No newline at the end. */
void error_append_text(struct buffer *out, const char *program, const struct error *error);

/* Writes {"code":"slug","message":"...","next":"..."} as the value of `key`; next only where there is one. */
void error_write_json(struct json_writer *writer, const char *key, const struct error *error);

#endif
