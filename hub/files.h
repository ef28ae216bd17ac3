/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_HUB_FILES_H
#define PASSTHRU_HUB_FILES_H

#include <stdbool.h>
#include <sys/stat.h>

/* The published files, for a hub that serves them itself. */

/* Opens what a path of an address names below DIRECTORY/current: "/gpu/10de-1d16/" is its index.html. Names
 * have a-z, 0-9, '.', '_' and '-', and do not begin with a dot; what is not a regular file is not there.
 * Returns the descriptor, which the caller closes, or -1. */
int files_open(const char *directory, const char *path, struct stat *status);

/* The media type of a file by its name. */
const char *files_type(const char *path);

/* Whether the content of that name never changes. */
bool files_is_immutable(const char *path);

#endif
