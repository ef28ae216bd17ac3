/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CORE_LOG_TEXT_H
#define PASSTHRU_CORE_LOG_TEXT_H

#include "core/buffer.h"

/* Appends what a line of a log says, so that a pattern need not know how it came here: without the colours
 * of a terminal (ECMA-48, also spelled ^[ or #033), CR and characters without width; with plain quotes,
 * dashes and spaces for typographic ones; with HTML entities decoded, also where they were encoded twice;
 * with the escapes of a JSON string decoded in a line that is JSON or quotes it. A record of
 * `journalctl -o json` becomes its identifier and message. A line that holds several, as messages in JSON
 * do, becomes several, with '\n' between them. Bytes that are no UTF-8 stay. */
void log_text_append(struct buffer *out, const char *line, size_t length);

#endif
