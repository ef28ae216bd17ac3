/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_DB_OUTBOX_INTERNAL_H
#define PASSTHRU_DB_OUTBOX_INTERNAL_H

/* What the files of the outbox share. Nobody else includes it. */

#include <signal.h>

#include "core/file.h"
#include "db/outbox.h"

/* An answer, each byte of which may take six in JSON, and what stands beside it. */
enum { MAX_ANSWER_JSON = 6 * OUTBOX_MAX_ANSWER + 16 * 1024 };

/* What marks the file of that name as rejected: DIRECTORY/ID.refused for ID.json. */
struct path outbox_rejection_path(const char *directory, const char *name);

/* Makes a directory, for the user alone, and opens it: its lock is that of the outbox. Root becomes, for
 * good, the user whose home it is in (core/owner.h). Returns -1 with the error. */
int outbox_open(const char *directory, struct error *error);

/* Takes the lock of an open directory; calls `waiting`, which may be NULL, once when another has it. Goes on
 * without one where a file system has none. */
void outbox_lock(int directory, void (*waiting)(void));

/* Signals wait from the one to the other. */
void outbox_block_signals(sigset_t *before);
void outbox_restore_signals(sigset_t *before);

#endif
