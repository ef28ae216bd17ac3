/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/open_below.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* struct open_how and the flags of openat2(2). */
struct how {
    uint64_t flags;
    uint64_t mode;
    uint64_t resolve;
};
enum { NO_MAGICLINKS = 0x02, BENEATH = 0x08, IN_ROOT = 0x10, OPENAT2 = 437 };

enum { MAX_DEPTH = 64, MAX_LINKS = 40, MAX_TRIES = 8 };

static int resolve(int base, const char *path, uint64_t how)
{
    const struct how open_how = {O_PATH | O_CLOEXEC, 0, how | NO_MAGICLINKS};
    long file = -1;
    /* EAGAIN: something was renamed while a .. was followed. */
    for (int tries = 0; tries < MAX_TRIES && file < 0 && (!tries || errno == EAGAIN); tries++)
        file = syscall(OPENAT2, base, path, &open_how, sizeof open_how);
    return (int)file;
}

int open_below(int base, const char *path)
{
    int file = resolve(base, path, IN_ROOT);
    /* EPERM: a filter that does not know the call. EAGAIN: it was renamed all the time. */
    return file < 0 && (errno == ENOSYS || errno == EPERM || errno == EAGAIN)
               ? open_below_by_steps(base, path)
               : file;
}

bool leads_out(int base, const char *path)
{
    int file = resolve(base, path + strspn(path, "/"), BENEATH);
    if (file >= 0)
        close(file);
    return file < 0 && errno == EXDEV;
}

/* ---- step by step ---- */

/* The directories from the base to where the walk is, and at the end what was found. */
struct walk {
    int steps[MAX_DEPTH];
    int depth; /* steps[0] is the base, which is not ours */
    int links;
    char path[2 * PATH_MAX];
    const char *rest; /* of the path */
};

static void go_up(struct walk *walk)
{
    if (walk->depth)
        close(walk->steps[walk->depth--]);
}

/* Puts where a link leads before the rest of the path, which is empty or begins with a slash. False with
 * errno.
 */
static bool follow(struct walk *walk, int link)
{
    char target[PATH_MAX];
    char joined[sizeof walk->path];
    ssize_t length = readlinkat(link, "", target, sizeof target);
    if (length < 0)
        return false;
    if (walk->links++ == MAX_LINKS) {
        errno = ELOOP;
        return false;
    }
    if (length == sizeof target ||
        snprintf(joined, sizeof joined, "%.*s%s", (int)length, target, walk->rest) >= (int)sizeof joined) {
        errno = ENAMETOOLONG;
        return false;
    }
    while (target[0] == '/' && walk->depth)
        go_up(walk);
    memcpy(walk->path, joined, sizeof joined);
    walk->rest = walk->path;
    return true;
}

/* Takes one step. False with errno. */
static bool step(struct walk *walk, const char *name)
{
    struct stat status;
    int here = walk->steps[walk->depth];
    int file = openat(here, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (file < 0)
        return false;
    bool is_examined = fstat(file, &status) == 0;
    if (is_examined && S_ISLNK(status.st_mode)) {
        bool is_followed = follow(walk, file);
        int number = errno;
        close(file);
        errno = number;
        return is_followed;
    }
    if (!is_examined || walk->depth + 1 == MAX_DEPTH) {
        close(file);
        errno = ENAMETOOLONG;
        return false;
    }
    walk->steps[++walk->depth] = file;
    return true;
}

/* Goes to the end of the path. False with errno. */
static bool go(struct walk *walk)
{
    while (walk->rest[0]) {
        char name[NAME_MAX + 1];
        const char *start = walk->rest + strspn(walk->rest, "/");
        size_t length = strcspn(start, "/");
        if (length > NAME_MAX) {
            errno = ENAMETOOLONG;
            return false;
        }
        snprintf(name, sizeof name, "%.*s", (int)length, start);
        walk->rest = start + length;
        bool is_up = strcmp(name, "..") == 0;
        bool stays = is_up || !length || strcmp(name, ".") == 0;
        /* A step to the place itself shows that it is a directory. */
        if (!step(walk, stays ? "." : name))
            return false;
        if (stays)
            go_up(walk);
        if (is_up)
            go_up(walk);
    }
    return true;
}

int open_below_by_steps(int base, const char *path)
{
    struct walk walk = {.steps = {base}};
    int file = -1;
    walk.rest = walk.path;
    if (snprintf(walk.path, sizeof walk.path, "%s", path) >= PATH_MAX)
        errno = ENAMETOOLONG;
    else if (go(&walk))
        file = fcntl(walk.steps[walk.depth], F_DUPFD_CLOEXEC, 0);
    int number = errno;
    while (walk.depth)
        go_up(&walk);
    errno = number;
    return file;
}
