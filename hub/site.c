/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/site.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/file.h"

enum {
    MAX_FILE = 128 << 20,
    MAX_PUBLIC = 3000,
    MAX_NUMBER = 999999999,
    MAX_TAKEN = 64 << 20,
    FEW_FILES = 64
};
static const char site_prefix[] = "site-";

struct site {
    char directory[MAX_PUBLIC]; /* PUBLIC */
    int lock;
    int old;           /* the site in use, -1 for none */
    int new;           /* the one that is written */
    char name[32];     /* of it */
    char old_name[32]; /* "" for none */
    int written;
    struct buffer taken; /* paths that are taken over, each with its NUL */
};

void site_path_part(const char *name, char *part, size_t size)
{
    size_t length = 0;
    for (; *name && length + 1 < size; name++)
        if (isalnum((unsigned char)*name) || *name == '_')
            part[length++] = *name;
        else if (length && part[length - 1] != '-')
            part[length++] = '-';
    while (length && part[length - 1] == '-')
        length--;
    part[length] = '\0';
}

/* ---- directories ---- */

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status;
    (void)kind;
    (void)place;
    return remove(path) && errno != ENOENT ? -1 : 0;
}

static void remove_tree(const struct site *site, const char *name)
{
    char path[FILE_PATH_SIZE];
    snprintf(path, sizeof path, "%s/%s", site->directory, name);
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* Whether it is called as sites are, or as their link before it is renamed: all else is somebody's. */
static bool is_ours(const char *name)
{
    const size_t length = sizeof site_prefix - 1;
    return strncmp(name, site_prefix, length) == 0 &&
           (strcmp(name + length, "link") == 0 ||
            (name[length] && strspn(name + length, "0123456789") == strlen(name + length)));
}

/* Sites that are not in use, and a link that was not renamed. */
static void remove_leftovers(const struct site *site)
{
    DIR *stream = opendir(site->directory);
    for (const struct dirent *entry; stream && (entry = readdir(stream));)
        if (is_ours(entry->d_name) && strcmp(entry->d_name, site->old_name) != 0)
            remove_tree(site, entry->d_name);
    if (stream)
        closedir(stream);
}

static enum error_code make_parents(int at, const char *path, struct error *error)
{
    char parent[FILE_PATH_SIZE];
    for (const char *slash = path; (slash = strchr(slash, '/')); slash++) {
        snprintf(parent, sizeof parent, "%.*s", (int)(slash - path), path);
        if (mkdirat(at, parent, 0755) && errno != EEXIST)
            return error_set_errno(error, errno, "cannot make the directory %s", parent);
    }
    return error->code = ERROR_NONE;
}

/* ---- begin ---- */

static enum error_code take_lock(struct site *site, struct error *error)
{
    char path[FILE_PATH_SIZE];
    snprintf(path, sizeof path, "%s/lock", site->directory);
    site->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (site->lock < 0)
        return error_set_errno(error, errno, "cannot write in %s", site->directory);
    if (flock(site->lock, LOCK_EX | LOCK_NB) == 0)
        return error->code = ERROR_NONE;
    error_set(error, ERROR_SYSTEM, "another passthru-hub is publishing to %s", site->directory);
    return error_next(error, "try again when it is done");
}

/* The site in use, and the name of the next one. */
static enum error_code find_sites(struct site *site, struct error *error)
{
    char path[FILE_PATH_SIZE];
    snprintf(path, sizeof path, "%s/current", site->directory);
    ssize_t length = readlink(path, site->old_name, sizeof site->old_name - 1);
    site->old_name[length > 0 ? length : 0] = '\0';
    if (length < 0 && errno != ENOENT)
        return error_set_errno(error, errno, "cannot read the link %s", path);
    long number = length > 0 ? strtol(site->old_name + strcspn(site->old_name, "0123456789"), NULL, 10) : 0;
    if (length > 0 && (strncmp(site->old_name, site_prefix, sizeof site_prefix - 1) != 0 ||
                       strchr(site->old_name, '/') || number < 0 || number >= MAX_NUMBER))
        return error_set(error, ERROR_BAD_INPUT, "%s leads to something that passthru-hub has not written",
                         path);
    snprintf(site->name, sizeof site->name, "%s%ld", site_prefix, number + 1);
    site->old = length > 0 ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    return error->code = ERROR_NONE;
}

static enum error_code make_site(struct site *site, struct error *error)
{
    char path[FILE_PATH_SIZE];
    remove_leftovers(site);
    snprintf(path, sizeof path, "%s/%s", site->directory, site->name);
    if (mkdir(path, 0755) == 0)
        site->new = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return site->new >= 0 ? (error->code = ERROR_NONE)
                          : error_set_errno(error, errno, "cannot make %s", path);
}

enum error_code site_begin(const char *public_directory, struct site **site, struct error *error)
{
    struct site *begun = calloc(1, sizeof *begun);
    *site = begun;
    if (!begun)
        return error_set(error, ERROR_NO_MEMORY, "no memory to publish");
    umask(022); /* a web server of another user reads it */
    begun->taken = BUFFER(MAX_TAKEN);
    begun->lock = begun->old = begun->new = -1;
    if (snprintf(begun->directory, sizeof begun->directory, "%s", public_directory) >= MAX_PUBLIC)
        error_set_errno(error, ENAMETOOLONG, "cannot publish to %.100s...", public_directory);
    else if (mkdir(public_directory, 0755) && errno != EEXIST)
        error_set_errno(error, errno, "cannot make %s", public_directory);
    else if (!take_lock(begun, error) && !find_sites(begun, error))
        make_site(begun, error);
    if (error->code) {
        site_drop(begun);
        *site = NULL;
    }
    return error->code;
}

/* ---- files ---- */

static enum error_code read_all(int at, const char *path, struct buffer *bytes, struct error *error)
{
    int file = at < 0 ? -1 : openat(at, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0)
        return error_set(error, ERROR_NOT_FOUND, "there is no %s", path);
    error->code = ERROR_NONE;
    if (!file_read_all(file, bytes))
        error_set_errno(error, errno, "cannot read %s", path);
    else if (bytes->failed)
        error_set_errno(error, EIO, "cannot read %s", path);
    close(file);
    return error->code;
}

enum error_code site_read(const struct site *site, const char *path, struct buffer *bytes,
                          struct error *error)
{
    return read_all(site->old, path, bytes, error);
}

/* Hard links are made at the end: where nothing is written, none are. */
static enum error_code keep(struct site *site, const char *path, struct error *error)
{
    buffer_append(&site->taken, path, strlen(path) + 1);
    return site->taken.failed ? error_set(error, ERROR_NO_MEMORY, "no memory for the list of files")
                              : (error->code = ERROR_NONE);
}

enum error_code site_take_over(struct site *site, const char *path, bool *found, struct error *error)
{
    *found = site->old >= 0 && faccessat(site->old, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
    return *found ? keep(site, path, error) : (error->code = ERROR_NONE);
}

static enum error_code link_file(const struct site *site, const char *path, struct error *error)
{
    int result = linkat(site->old, path, site->new, path, 0);
    if (result && errno == ENOENT) { /* most directories are there */
        if (make_parents(site->new, path, error))
            return error->code;
        result = linkat(site->old, path, site->new, path, 0);
    }
    return !result || errno == EEXIST ? (error->code = ERROR_NONE)
                                      : error_set_errno(error, errno, "cannot link %s", path);
}

/* A path that ends in '/' is that of a directory. */
static enum error_code link_all(const struct site *site, const char *path, struct error *error)
{
    if (path[strlen(path) - 1] != '/')
        return link_file(site, path, error);
    int directory = openat(site->old, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    DIR *stream = directory < 0 ? NULL : fdopendir(directory);
    if (!stream)
        return error_set_errno(error, errno, "cannot read %s", path);
    error->code = ERROR_NONE;
    for (const struct dirent *entry; !error->code && (entry = readdir(stream));) {
        char below[FILE_PATH_SIZE];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(below, sizeof below, "%s%s%s", path, entry->d_name, entry->d_type == DT_DIR ? "/" : "");
        link_all(site, below, error);
    }
    closedir(stream);
    return error->code;
}

static bool has_same(const struct site *site, const char *path, const struct buffer *bytes)
{
    struct buffer old CLEANUP(buffer_free) = BUFFER(MAX_FILE);
    struct stat status;
    struct error none;
    return site->old >= 0 && fstatat(site->old, path, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
           (size_t)status.st_size == bytes->length && !read_all(site->old, path, &old, &none) &&
           memcmp(buffer_text(&old), buffer_text(bytes), bytes->length) == 0;
}

/* Web servers tell versions of a file apart by its second and size (ETag, Last-Modified): what replaces a
 * file is a second newer than it at least, also where two follow each other at once or the clock went back.
 */
static bool make_newer(const struct site *site, const char *path, int file)
{
    struct stat old;
    struct stat status;
    if (site->old < 0 || fstatat(site->old, path, &old, AT_SYMLINK_NOFOLLOW) || fstat(file, &status) ||
        status.st_mtim.tv_sec > old.st_mtim.tv_sec)
        return true;
    const struct timespec times[] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = old.st_mtim.tv_sec + 1}};
    return futimens(file, times) == 0;
}

enum error_code site_write(struct site *site, const char *path, const struct buffer *bytes,
                           struct error *error)
{
    static const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    if (bytes->failed)
        return error_set(error, ERROR_NO_MEMORY, "cannot write %s: it is too large, or memory is short",
                         path);
    if (has_same(site, path, bytes))
        return keep(site, path, error);
    int file = openat(site->new, path, flags, 0644);
    if (file < 0 && errno == ENOENT) {
        if (make_parents(site->new, path, error))
            return error->code;
        file = openat(site->new, path, flags, 0644);
    }
    if (file < 0)
        return error_set_errno(error, errno, "cannot write %s", path);
    bool written = file_write_all(file, buffer_text(bytes), bytes->length) && make_newer(site, path, file) &&
                   (site->written >= FEW_FILES || fsync(file) == 0);
    int number = errno;
    written &= close(file) == 0;
    site->written++;
    return written ? (error->code = ERROR_NONE) : error_set_errno(error, number, "cannot write %s", path);
}

int site_written(const struct site *site)
{
    return site->written;
}

/* ---- end ---- */

static void free_site(struct site *site)
{
    const int files[] = {site->old, site->new, site->lock};
    for (size_t i = 0; i < ARRAY_SIZE(files); i++)
        if (files[i] >= 0)
            close(files[i]);
    buffer_free(&site->taken);
    free(site);
}

void site_drop(struct site *site)
{
    if (site->new >= 0)
        remove_tree(site, site->name);
    free_site(site);
}

/* A few files were synced one by one, thousands are synced at once, with all that others have written to this
 * disk. Names go to disk in order: with the link all those before it. Its old target is gone after that. */
enum error_code site_end(struct site *site, struct error *error)
{
    char link[FILE_PATH_SIZE];
    char current[FILE_PATH_SIZE];
    snprintf(link, sizeof link, "%s/%slink", site->directory, site_prefix);
    snprintf(current, sizeof current, "%s/current", site->directory);
    error->code = ERROR_NONE;
    for (size_t at = 0; at < site->taken.length && !error->code; at += strlen(site->taken.data + at) + 1)
        link_all(site, site->taken.data + at, error);
    if (error->code)
        ; /* nothing is put in place */
    else if (site->written > FEW_FILES && syncfs(site->new))
        error_set_errno(error, errno, "cannot write in %s", site->directory);
    else if (symlink(site->name, link))
        error_set_errno(error, errno, "cannot make the link %s", link);
    else if (!file_move(link, current, error) && site->old_name[0])
        remove_tree(site, site->old_name);
    if (!error->code) {
        free_site(site);
        return ERROR_NONE;
    }
    /* A link that was renamed and could not be synced leads to the new site. */
    char target[sizeof site->name];
    ssize_t length = readlink(current, target, sizeof target - 1);
    if (length == (ssize_t)strlen(site->name) && memcmp(target, site->name, (size_t)length) == 0)
        free_site(site);
    else
        site_drop(site);
    return error->code;
}
