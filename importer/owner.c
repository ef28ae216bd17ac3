/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "importer/owner.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "db/database.h"

/* Who root has become, 0: nobody else. */
static uid_t owner;

enum error_code owner_become(const char *path, struct error *error)
{
    char parent[DATABASE_PATH_SIZE];
    struct stat directory;
    if (geteuid() != 0)
        return ERROR_NONE;
    snprintf(parent, sizeof parent, "%s", path);
    char *slash = strrchr(parent, '/');
    if (slash)
        slash[slash == parent] = '\0';
    if (stat(slash ? parent : ".", &directory))
        return error_set_errno(error, errno, "cannot examine directory %s", parent);
    if (directory.st_uid == 0)
        return ERROR_NONE;
    if (setgroups(0, NULL) || setegid(directory.st_gid) || seteuid(directory.st_uid))
        return error_set_errno(error, errno, "cannot become the owner of directory %s", parent);
    owner = directory.st_uid;
    return ERROR_NONE;
}

enum error_code owner_suspend(struct error *error)
{
    if (owner && seteuid(0))
        return error_set_errno(error, errno, "cannot become root again");
    return error->code = ERROR_NONE;
}

enum error_code owner_resume(struct error *error)
{
    if (owner && seteuid(owner))
        return error_set_errno(error, errno, "cannot become user %ld again", (long)owner);
    return error->code = ERROR_NONE;
}

int owner_open(const char *path, int flags)
{
    if (!owner)
        return open(path, flags);
    if (seteuid(0))
        return -1;
    int file = open(path, flags);
    int number = errno;
    if (seteuid(owner)) {
        close(file);
        return -1;
    }
    errno = number;
    return file;
}
