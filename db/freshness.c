/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "db/database.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "core/list_version.h"

static const char bundled_reports[] = "reports";

/* The version of a list or a table; false for a source that a program brings no newer version of: a feed, a
 * file that somebody imported, the program itself, a list whose version is not a date. */
static bool version_of(const struct source_record *source, char version[SOURCE_VERSION_SIZE])
{
    bool is_reports = strcmp(source->kind, bundled_reports) == 0;
    if (is_reports)
        snprintf(version, SOURCE_VERSION_SIZE, "%" PRId64, source->records);
    else
        snprintf(version, SOURCE_VERSION_SIZE, "%s", source->version);
    if (strcmp(source->kind, "pci.ids") == 0 && !list_version_is_valid(version, time(NULL)))
        return false;
    if (strcmp(source->kind, "program") == 0 || strcmp(source->kind, "feed") == 0)
        return false;
    return is_reports ? !source->cached : version[0] != '\0';
}

static enum error_code take_installed(void *context, const struct source_record *source, struct error *error)
{
    struct freshness *freshness = context;
    struct older_source *next = &freshness->older[freshness->count];
    (void)error;
    if (freshness->count == MAX_OLDER_SOURCES || !version_of(source, next->installed_version))
        return ERROR_NONE;
    snprintf(next->kind, sizeof next->kind, "%s", source->kind);
    next->version[0] = '\0';
    freshness->count++;
    return ERROR_NONE;
}

static enum error_code take_used(void *context, const struct source_record *source, struct error *error)
{
    struct freshness *freshness = context;
    char version[SOURCE_VERSION_SIZE];
    (void)error;
    int i = 0;
    while (i < freshness->count && strcmp(freshness->older[i].kind, source->kind) != 0)
        i++;
    if (i < freshness->count && version_of(source, version))
        memcpy(freshness->older[i].version, version, sizeof version);
    return ERROR_NONE;
}

static bool same_file(const char *one, const char *other)
{
    struct stat status[2];
    return stat(one, &status[0]) == 0 && stat(other, &status[1]) == 0 &&
           status[0].st_dev == status[1].st_dev && status[0].st_ino == status[1].st_ino;
}

void database_compare_installed(struct database *database, const char *path, struct freshness *freshness)
{
    struct error error = {.code = ERROR_NONE};
    struct database *installed = NULL;
    *freshness = (struct freshness){.count = 0};
    if (!database_installed(freshness->installed) || same_file(path, freshness->installed) ||
        database_open(freshness->installed, &installed, &error))
        return;
    if (database_each_source(installed, take_installed, freshness, &error) ||
        database_each_source(database, take_used, freshness, &error))
        freshness->count = 0; /* who reads the database gets to know why */
    database_close(installed);
    int older = 0;
    for (int i = 0; i < freshness->count; i++)
        if (strverscmp(freshness->older[i].version, freshness->older[i].installed_version) < 0)
            freshness->older[older++] = freshness->older[i];
    freshness->count = older;
}

bool database_installed_later(const char *path)
{
    char installed[DATABASE_PATH_SIZE];
    struct stat there;
    struct stat used;
    if (!database_installed(installed) || stat(installed, &there) || stat(path, &used))
        return false;
    /* A package sets the time of what it installs; that of the change of the inode is the system's. */
    return there.st_ctim.tv_sec > used.st_mtim.tv_sec ||
           (there.st_ctim.tv_sec == used.st_mtim.tv_sec && there.st_ctim.tv_nsec > used.st_mtim.tv_nsec);
}

enum error_code database_list_age(struct database *database, char date[LIST_VERSION_SIZE], int *days,
                                  struct error *error)
{
    if (database_pci_ids_version(database, date, error))
        return error->code;
    *days = days_since(date, time(NULL));
    if (*days >= 0)
        return ERROR_NONE;
    date[0] = '\0';
    *days = database_age_days(database);
    return ERROR_NONE;
}
