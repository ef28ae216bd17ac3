/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_FEED_SEGMENT_H
#define PASSTHRU_FEED_SEGMENT_H

#include <stdbool.h>

#include "core/buffer.h"
#include "feed/manifest.h"

/* What a feed's files hold, compressed with zstd and named by its SHA-256 (schema/feed.md). The same text in
 * the same pieces makes the same bytes, as long as libzstd stays the same. */

struct segment_writer;

/* ERROR_NO_MEMORY. The caller frees it. */
MUST_CHECK enum error_code segment_writer_create(struct segment_writer **writer, struct error *error);
void segment_writer_free(struct segment_writer *writer);

/* Adds text: whole lines of a segment. ERROR_NO_MEMORY, also when more than SEGMENT_MAX_BYTES come out. */
MUST_CHECK enum error_code segment_writer_add(struct segment_writer *writer, const char *text, size_t length,
                                              struct error *error);

/* Ends the file: stores its bytes, which live as long as the writer, and its name and size in `segment`. */
MUST_CHECK enum error_code segment_writer_end(struct segment_writer *writer, const struct buffer **bytes,
                                              struct segment *segment, struct error *error);

#endif
