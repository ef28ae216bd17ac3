/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_IMPORTER_OWNER_H
#define PASSTHRU_IMPORTER_OWNER_H

#include "core/error.h"

/* Whose files are: the database of a machine belongs to the user of passthru-sync.service, and root imports
 * into it by hand. Root then works there as that user: what is made is that user's, so that the service can
 * work with it, and links that lie there lead root nowhere that the user could not go. */

/* Where root is in the directory (of the last slash of `path`) of another user, becomes that user for all
 * that follows. */
MUST_CHECK enum error_code owner_become(const char *path, struct error *error);

/* Makes root, who has become another user, root again until owner_resume: to read what lies in the program's
 * own data directory, which that user may not be able to reach (a clone below /root). Nothing of the other
 * user's may be opened or written meanwhile. Neither does anything where owner_become did nothing. */
MUST_CHECK enum error_code owner_suspend(struct error *error);
MUST_CHECK enum error_code owner_resume(struct error *error);

/* open(path, flags) of a file that whoever started the program has named, as who that was. */
int owner_open(const char *path, int flags);

#endif
