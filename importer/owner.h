#ifndef PASSTHRU_IMPORTER_OWNER_H
#define PASSTHRU_IMPORTER_OWNER_H

#include "core/error.h"

/* Whose files are: the database of a machine belongs to the user of passthru-sync.service, and root imports
 * into it by hand. Root then works there as that user: what is made is that user's, so that the service can
 * go on with it, and links that lie there lead root nowhere that the user could not go. */

/* Where root is in the folder (of the last slash of `path`) of another user, becomes that user for all that
 * follows. */
MUST_CHECK enum error_code owner_become(const char *path, struct error *error);

/* open(path, flags) of a file that whoever started the program has named, as who that was. */
int owner_open(const char *path, int flags);

#endif
