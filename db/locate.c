/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "db/database.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

void database_program_directory(char directory[DATABASE_PATH_SIZE])
{
    ssize_t length = readlink("/proc/self/exe", directory, DATABASE_PATH_SIZE - 1);
    directory[length > 0 ? length : 0] = '\0';
    /* Without /proc, as in a chroot: the name that the program was started by. */
    const char *name = length > 0 ? NULL : (const char *)getauxval(AT_EXECFN);
    if (name && !realpath(name, directory))
        directory[0] = '\0';
    char *slash = strrchr(directory, '/');
    if (slash)
        *slash = '\0';
}

static bool exists(struct database_place *place, const char *why)
{
    place->why = why;
    return access(place->path, F_OK) == 0;
}

static const char machine_place[] = "/var/lib/passthru/passthru.db";

/* "" for a user without a home. */
static void own_place(struct database_place *place)
{
    const char *data_home = getenv("XDG_DATA_HOME");
    const char *home = getenv("HOME");
    place->path[0] = '\0';
    if (data_home && *data_home == '/')
        snprintf(place->path, sizeof place->path, "%s/passthru/passthru.db", data_home);
    else if (home && *home == '/')
        snprintf(place->path, sizeof place->path, "%s/.local/share/passthru/passthru.db", home);
}

/* Takes a database that somebody named. False when nobody did; the error is set when the name is no use. */
static bool take_named(const char *explicit_path, struct database_place *place, struct error *error)
{
    const char *named = explicit_path ? explicit_path : getenv("PASSTHRU_DB");
    error->code = ERROR_NONE;
    if (!named || (!*named && !explicit_path)) /* an empty variable is as none */
        return false;
    if (!*named || strlen(named) >= sizeof place->path - 64) {
        error_set(error, ERROR_USAGE, "the name of the database is %s", *named ? "too long" : "empty");
        error_next(error, "name one with --db FILE");
    }
    snprintf(place->path, sizeof place->path, "%s", named);
    place->why = explicit_path ? "named by --db" : "named by $PASSTHRU_DB";
    return true;
}

enum error_code database_target(const char *explicit_path, struct database_place *place, struct error *error)
{
    if (take_named(explicit_path, place, error))
        return error->code;
    /* A database of one's own is what a query reads first, root's too. */
    own_place(place);
    if (geteuid() == 0 && access(place->path, F_OK) != 0)
        snprintf(place->path, sizeof place->path, "%s", machine_place);
    if (!place->path[0]) {
        error_set(error, ERROR_SYSTEM, "there is no place for the database: $HOME is not set");
        return error_next(error, "name one with --db FILE");
    }
    place->why = "its standard place";
    return ERROR_NONE;
}

bool database_installed(char path[DATABASE_PATH_SIZE])
{
    char directory[DATABASE_PATH_SIZE];
    database_program_directory(directory);
    snprintf(path, DATABASE_PATH_SIZE, "%.4000s/../share/passthru/passthru.db", directory);
    if (access(path, F_OK))
        path[0] = '\0';
    return path[0] != '\0';
}

enum error_code database_locate(const char *explicit_path, struct database_place *place, struct error *error)
{
    if (take_named(explicit_path, place, error))
        return error->code;
    char directory[DATABASE_PATH_SIZE];
    database_program_directory(directory);
    own_place(place);
    if (exists(place, "your own database"))
        return ERROR_NONE;
    snprintf(place->path, sizeof place->path, "%s", machine_place);
    if (exists(place, "the database of this machine"))
        return ERROR_NONE;
    place->why = "installed with the program";
    if (database_installed(place->path))
        return ERROR_NONE;
    snprintf(place->path, sizeof place->path, "%.4000s/passthru.db", directory);
    if (exists(place, "built beside the program"))
        return ERROR_NONE;
    error_set(error, ERROR_NO_DATABASE, "no database found");
    return error_next(error, "build one with: passthru import");
}
