#include "importer/owner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "db/database.h"

/* Whether this is root in the folder of another user, and which. */
static bool other_owner(const char *path, struct stat *folder)
{
    char parent[DATABASE_PATH_SIZE];
    if (geteuid() != 0 || strlen(path) >= sizeof parent)
        return false;
    snprintf(parent, sizeof parent, "%s", path);
    char *slash = strrchr(parent, '/');
    if (slash)
        slash[slash == parent] = '\0';
    return stat(slash ? parent : ".", folder) == 0 && folder->st_uid != 0;
}

/* For a call that leaves all as it was when it fails: another file system, say. */
static void ignore(int result)
{
    (void)result;
}

bool owner_make_folder(const char *path)
{
    struct stat folder;
    if (mkdir(path, 0755))
        return errno == EEXIST;
    if (other_owner(path, &folder))
        ignore(fchownat(AT_FDCWD, path, folder.st_uid, folder.st_gid, AT_SYMLINK_NOFOLLOW));
    return true;
}

void owner_give(int file, const char *path)
{
    struct stat folder;
    if (other_owner(path, &folder))
        ignore(fchown(file, folder.st_uid, folder.st_gid));
}
