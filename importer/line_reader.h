/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_IMPORTER_LINE_READER_H
#define PASSTHRU_IMPORTER_LINE_READER_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"

/* Reads a text file line by line, plain, gzip or zstd as its first bytes say, in constant memory. */
struct line_reader;

enum line_status {
    LINE_OK,
    LINE_TOO_LONG, /* the line was passed over */
    LINE_END,
    LINE_FAILED, /* unreadable, damaged or endless compressed data; the error is set */
};

/* Opens the regular file `path` (core/owner.h), which messages call `shown`. A line longer than `max_line`
 * bytes is LINE_TOO_LONG. The caller closes it. */
MUST_CHECK enum error_code line_reader_open(const char *path, const char *shown, size_t max_line,
                                            struct line_reader **reader, struct error *error);
void line_reader_close(struct line_reader **reader); /* for CLEANUP(); NULL is fine */

/* Whether it is compressed with zstd. */
bool line_reader_is_zstd(const struct line_reader *reader);

/* What is read is a list of names: more than 64 MiB of text are rejected (ERROR_BAD_INPUT), however small the
 * file is that unpacks to it. */
void line_reader_expect_list(struct line_reader *reader);

/* The next line without its LF or CR LF, NUL-terminated, valid until the next call. A last line without LF is
 * a line too. */
enum line_status line_reader_next(struct line_reader *reader, const char **line, size_t *length,
                                  struct error *error);

/* The number of the line that was read last, from 1. */
long line_reader_number(const struct line_reader *reader);

/* After LINE_END: whether the last line had its LF. True for an empty file. */
bool line_reader_ended_whole(const struct line_reader *reader);

#endif
