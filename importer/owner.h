#ifndef PASSTHRU_IMPORTER_OWNER_H
#define PASSTHRU_IMPORTER_OWNER_H

#include <stdbool.h>

/* Whose files are: the database of a machine belongs to the user of passthru-sync.service, and root imports
 * into it by hand. What root makes beside it is then that user's too, so that the service can go on with it.
 * (A file that others read and that is only ever replaced need not be: renaming asks for the folder alone.)
 */

/* mkdir(path, 0755). False with errno when that fails otherwise than by there being one. */
bool owner_make_folder(const char *path);

/* Gives a file that was opened for writing to the owner of the folder it is in. */
void owner_give(int file, const char *path);

#endif
