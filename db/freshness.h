/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_DB_FRESHNESS_H
#define PASSTHRU_DB_FRESHNESS_H

#include "db/database.h"

/* A database that was imported or synced once is found before the one that is installed with the program,
 * also when a newer program brings newer lists and tables. This says so. */

enum { MAX_OLDER_SOURCES = 24, SOURCE_VERSION_SIZE = 64 };

/* A list or a table of data/ of which the installed database has a later version; of the bundled reports
 * (kind "reports") more of them: the versions are then their numbers. */
struct older_source {
    char kind[SOURCE_VERSION_SIZE];
    char version[SOURCE_VERSION_SIZE]; /* "" when it states none, or lacks the table */
    char installed_version[SOURCE_VERSION_SIZE];
};

struct freshness {
    char installed[DATABASE_PATH_SIZE]; /* the database installed with the program, "" when there is none */
    int count;                          /* 0: nothing is older */
    struct older_source older[MAX_OLDER_SOURCES];
};

/* Compares an open database, whose file is `path`, with the one that is installed with the program. One that
 * is that very file is not older, nor is any when the installed one is missing or cannot be read. */
void database_compare_installed(struct database *database, const char *path, struct freshness *freshness);

/* Whether the installed database came after the one at `path` was built, for the cost of looking at two
 * files. An import takes the newest list and the installed tables: one that was built later has nothing to
 * renew, unless somebody imported an older list by its name. */
bool database_installed_later(const char *path);

/* Whole days since the list of PCI IDs was made, whose day, YYYY-MM-DD, goes to `date`; where it states none,
 * since the database was built (database_age_days), and "". */
MUST_CHECK enum error_code database_list_age(struct database *database, char date[LIST_VERSION_SIZE],
                                             int *days, struct error *error);

#endif
