/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/owner.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/file.h"

enum { MAX_LINKS = 40 }; /* as many as Linux follows */

/* A path that is being walked. */
struct walk {
    const char *path; /* all of it, for messages */
    mode_t mode;
    int at;                     /* the directory that was reached, O_PATH; -1: none */
    char names[FILE_PATH_SIZE]; /* the path, links replaced by what they say */
    const char *rest;           /* what is left of it */
    char name[NAME_MAX + 1];    /* the last one that was taken from it */
    int links;
};

/* ---- whose it is ---- */

/* In a user namespace, what belongs to nobody there belongs to whoever has made it: nobody to become. */
static bool can_become(uid_t user)
{
    bool is_known = seteuid(user) == 0 || errno != EINVAL;
    return seteuid(0) != 0 || is_known;
}

enum error_code owner_become(const struct stat *file, const char *path, struct error *error)
{
    /* A directory that root has given to a user may still have root's group. */
    gid_t group = file->st_gid ? file->st_gid : (gid_t)file->st_uid;
    error->code = ERROR_NONE;
    if (geteuid() != 0 || file->st_uid == 0 || !can_become(file->st_uid))
        return ERROR_NONE;
    if (setgroups(0, NULL) || setresgid(group, group, group) ||
        setresuid(file->st_uid, file->st_uid, file->st_uid))
        return error_set_errno(error, errno, "cannot become the owner of %s", path);
    if (setresuid(0, 0, 0) == 0)
        return error_set(error, ERROR_SYSTEM, "cannot give up root for the owner of %s", path);
    return ERROR_NONE;
}

static enum error_code check_status(const struct stat *status, const char *path, struct error *error)
{
    if (status->st_uid == geteuid() && !(status->st_mode & S_IWOTH))
        return error->code = ERROR_NONE;
    if (status->st_uid == geteuid()) {
        error_set(error, ERROR_PERMISSION, "cannot use %.400s: every user may write to it", path);
        return error_next_path(error, "chmod o-w ", path, "");
    }
    error_set(error, ERROR_PERMISSION, "cannot use %.400s: it belongs to another user, number %ld", path,
              (long)status->st_uid);
    return error_next(error, "remove it if nobody needs it, or name another place");
}

enum error_code owner_check(int file, const char *path, struct error *error)
{
    struct stat status;
    if (fstat(file, &status))
        return error_set_errno(error, errno, "cannot examine %s", path);
    return check_status(&status, path, error);
}

/* ---- walking ---- */

static enum error_code failed(const struct walk *walk, int number, struct error *error)
{
    return error_set_errno(error, number, "cannot open directory %.400s", walk->path);
}

/* Takes a directory as the one that was reached. */
static enum error_code arrive(struct walk *walk, int directory, bool made, struct error *error)
{
    struct stat status;
    int number = errno;
    if (walk->at >= 0)
        close(walk->at);
    walk->at = directory;
    if (directory < 0 || fstat(directory, &status))
        return failed(walk, directory < 0 ? number : errno, error);
    if (made)
        return check_status(&status, walk->path, error);
    if (geteuid() == 0 && status.st_uid == 0 && status.st_mode & S_IWOTH && !(status.st_mode & S_ISVTX)) {
        error_set(
            error, ERROR_PERMISSION,
            "root does not work in %.250s: every user may rename what is in the directory \"%.120s\" on the way",
            walk->path, walk->name);
        return error_next(error, "as root, chmod +t that directory; or name another place");
    }
    return owner_become(&status, walk->path, error);
}

/* Puts what a link says before the rest of the path. */
static enum error_code follow(struct walk *walk, const char *name, struct error *error)
{
    char target[FILE_PATH_SIZE];
    char names[FILE_PATH_SIZE];
    struct stat status;
    int link = openat(walk->at, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    ssize_t length = link < 0 || fstat(link, &status) ? -1 : readlinkat(link, "", target, sizeof target - 1);
    if (link >= 0)
        close(link);
    if (length < 0) /* what is not a link is a file */
        return failed(walk, ENOTDIR, error);
    target[length] = '\0';
    if (++walk->links > MAX_LINKS ||
        snprintf(names, sizeof names, "%s/%s", target, walk->rest) >= (int)sizeof names)
        return failed(walk, ELOOP, error);
    memcpy(walk->names, names, sizeof names);
    walk->rest = walk->names;
    if (owner_become(&status, walk->path, error) || target[0] != '/')
        return error->code;
    return arrive(walk, open("/", O_PATH | O_DIRECTORY | O_CLOEXEC), false, error);
}

/* One name further. */
static enum error_code step(struct walk *walk, const char *name, struct error *error)
{
    const int flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    int next = openat(walk->at, name, flags);
    bool made = next < 0 && errno == ENOENT;
    if (made) {
        if (mkdirat(walk->at, name, walk->mode) && errno != EEXIST)
            return error_set_errno(error, errno, "cannot create directory %.400s", walk->path);
        next = openat(walk->at, name, flags);
    }
    if (next < 0 && (errno == ENOTDIR || errno == ELOOP))
        return follow(walk, name, error);
    return arrive(walk, next, made, error);
}

int owner_enter(const char *path, mode_t mode, struct error *error)
{
    struct walk walk = {.path = path, .mode = mode, .at = -1, .name = "."};
    int entered = -1;
    walk.rest = walk.names;
    if (snprintf(walk.names, sizeof walk.names, "%s", path) >= (int)sizeof walk.names)
        failed(&walk, ENAMETOOLONG, error);
    else
        arrive(&walk, open(path[0] == '/' ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC), false, error);
    while (!error->code && walk.rest[0]) {
        size_t length = strcspn(walk.rest, "/");
        if (length >= sizeof walk.name) {
            failed(&walk, ENAMETOOLONG, error);
            break;
        }
        snprintf(walk.name, sizeof walk.name, "%.*s", (int)length, walk.rest);
        walk.rest += length;
        walk.rest += strspn(walk.rest, "/");
        if (walk.name[0])
            step(&walk, walk.name, error);
    }
    if (!error->code && (entered = openat(walk.at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
        failed(&walk, errno, error);
    if (walk.at >= 0)
        close(walk.at);
    return entered;
}

int owner_enter_own(const char *path, mode_t mode, struct error *error)
{
    int entered = owner_enter(path, mode, error);
    if (entered < 0 || !owner_check(entered, path, error))
        return entered;
    close(entered);
    return -1;
}

/* ---- what is opened before ---- */

enum { NOT_OPENED = -2 };

static struct held {
    char *path;
    int file;   /* NOT_OPENED, or -1: it cannot be opened */
    int number; /* errno then */
} * held;
static size_t held_count;

void owner_hold(const char *path, int flags)
{
    struct rlimit files;
    struct held file = {.path = strdup(path), .file = NOT_OPENED};
    bool is_new = file.path && ARRAY_GROW(held, held_count);
    for (size_t i = 0; i < held_count && is_new; i++)
        is_new = strcmp(held[i].path, path) != 0;
    if (!is_new) {
        free(file.path);
        return;
    }
    if (geteuid() == 0) {
        if (held_count == 0 && getrlimit(RLIMIT_NOFILE, &files) == 0) {
            files.rlim_cur = files.rlim_max; /* people name thousands */
            setrlimit(RLIMIT_NOFILE, &files);
        }
        file.file = open(path, flags | O_CLOEXEC | O_NOCTTY);
        file.number = errno;
    }
    held[held_count++] = file;
}

const char *owner_held(size_t i)
{
    return i < held_count ? held[i].path : NULL;
}

int owner_open(const char *path, int flags)
{
    for (size_t i = 0; i < held_count; i++) {
        if (held[i].file == NOT_OPENED || strcmp(held[i].path, path) != 0)
            continue;
        errno = held[i].number;
        int file = held[i].file < 0 ? -1 : fcntl(held[i].file, F_DUPFD_CLOEXEC, 0);
        if (file >= 0)
            lseek(file, 0, SEEK_SET); /* a pipe goes on where it is */
        return file;
    }
    return open(path, flags | O_CLOEXEC | O_NOCTTY);
}

int owner_open_regular(const char *path, const char *shown, struct error *error)
{
    struct stat status;
    int file = owner_open(path, O_RDONLY | O_NONBLOCK);
    int number = file < 0 || fstat(file, &status) ? errno : 0;
    error->code = ERROR_NONE;
    if (number)
        error_set_errno(error, number, "cannot open %s", shown);
    if (number == ENOENT)
        error->code = ERROR_NOT_FOUND;
    if (!number && !S_ISREG(status.st_mode))
        error_set(error, ERROR_BAD_INPUT, "%s is not a regular file", shown);
    if (!error->code)
        return file;
    if (file >= 0)
        close(file);
    return -1;
}
