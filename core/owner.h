/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CORE_OWNER_H
#define PASSTHRU_CORE_OWNER_H

#include <sys/stat.h>

#include "core/error.h"

/* Whose files are: the database of a machine belongs to the user of passthru-sync.service, an outbox to whose
 * home it is in, and root works on both by hand. Root is a guest there and becomes that user, for good and
 * before anything is made or parsed: what is made is that user's, links lead root nowhere that the user could
 * not go, and a fault in a parser is not root's. What only root can read is opened before (owner_hold). */

/* Opens a directory for reading, and makes it and those above it where they are missing, with the permissions
 * `mode`. The path is walked name by name. Root becomes the first other user who owns a directory or a link
 * on the way, and does not go on where everybody may rename what is root's. Nobody else can have made what is
 * made here. Returns the descriptor, which the caller closes, or -1 with the error. */
int owner_enter(const char *path, mode_t mode, struct error *error);

/* The same for a directory that must be this user's own, and that nobody else may write to. */
int owner_enter_own(const char *path, mode_t mode, struct error *error);

/* Root becomes, for good, the user that a file belongs to, which messages call `path`. Does nothing for
 * others than root, and where the file is root's. */
MUST_CHECK enum error_code owner_become(const struct stat *file, const char *path, struct error *error);

/* Whether an open file or directory is this user's own, and nobody else may write to it; ERROR_PERMISSION. */
MUST_CHECK enum error_code owner_check(int file, const char *path, struct error *error);

/* Opens, for root, a file that is read after root may have become another user; `flags` as for open(2). Why
 * it cannot be opened is said by owner_open. owner_held has the paths, in this order, each once, also where
 * this is not root; NULL at the end. */
void owner_hold(const char *path, int flags);
const char *owner_held(size_t i);

/* Opens a file for reading, as owner_hold has opened it where it has. Returns -1 with errno. */
int owner_open(const char *path, int flags);

/* The same for a regular file: a pipe is not waited for. Messages call it `shown`. Returns -1 with the error,
 * which is ERROR_NOT_FOUND where there is none and ERROR_BAD_INPUT where it is something else. */
int owner_open_regular(const char *path, const char *shown, struct error *error);

#endif
