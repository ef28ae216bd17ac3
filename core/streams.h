/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CORE_STREAMS_H
#define PASSTHRU_CORE_STREAMS_H

#include <stdbool.h>

#include "core/buffer.h"
#include "core/error.h"

/* The standard streams of a program: main() begins with streams_open and ends with streams_finish. */

/* Takes the descriptors 0 to 2 that are closed, so that no file or socket gets one of these numbers. Reading
 * and writing them fails with EBADF as before, in programs that are started too. A limit of the size of files
 * becomes an error of a write, as a full disk is. */
void streams_open(void);

/* Writes what a buffer holds to standard output and empties it. False when that failed, or when the buffer
 * could not take all or memory was short before: then nothing is written, here and later. streams_finish says
 * why. */
bool streams_write(struct buffer *buffer);

/* From now on whoever reads standard output may stop, as a pager that is quit: what is lost by that is no
 * failure, and no signal ends the program for it. */
void streams_allow_early_end(void);

/* Brings what was written to where it goes. False when anything of it is lost. */
bool streams_flush(void);

/* Prints an error of `passthru` on standard error, with `json` also as a document of its own,
 * {"error":{...}}, on standard output, both safe for a terminal. Returns the exit status. */
int streams_print_error(const struct error *error, bool json);

/* The end of a program. Returns `status`; but where the answer could not be built or written, it says so
 * (`json`: also as a document, if there is none on standard output), and 0 and 1 become 5, also 2 to 4 for
 * want of memory. A pipe that nobody reads any more needs no words. */
int streams_finish(int status, bool json);

#endif
