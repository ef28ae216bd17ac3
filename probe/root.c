/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/root.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probe/open_below.h"

enum { MAX_FAULTS = 64, LINE_MAX_BYTES = 4096, MAX_FAULT_TEXT = 512 };

struct root {
    char *directory;         /* as given; "" for this machine */
    char resolved[PATH_MAX]; /* the directory without links; "" for this machine */
    int base;                /* it is open as, -1 for this machine */
    struct root_fault faults[MAX_FAULTS];
    int fault_count;
    int failures; /* those of one file, and beyond MAX_FAULTS, too */
};

enum error_code root_open(const char *directory, struct root **root, struct error *error)
{
    struct stat status;
    struct root *opened = calloc(1, sizeof *opened);
    bool live = !directory || strcmp(directory, "/") == 0;
    if (opened) {
        opened->base = -1;
        opened->directory = strdup(live ? "" : directory);
    }
    if (!opened || !opened->directory) {
        root_close(opened);
        return error_set(error, ERROR_NO_MEMORY, "no memory to look at the machine");
    }
    error->code = ERROR_NONE;
    if (access("/proc/self/fd", X_OK)) { /* open_again() */
        error_set(error, ERROR_SYSTEM, "no file of a machine can be read here: /proc is not mounted");
        error_next(error, "mount -t proc proc /proc");
    } else if (!live && (!realpath(directory, opened->resolved) || stat(opened->resolved, &status))) {
        error_set_errno(error, errno, "cannot read %s", directory);
        error->code = errno == EACCES ? ERROR_PERMISSION : ERROR_BAD_INPUT;
        error_next(error, "name the directory of a recorded machine");
    } else if (!live && !S_ISDIR(status.st_mode)) {
        error_set(error, ERROR_BAD_INPUT, "%s is not a directory", directory);
        error_next(error, "unpack a recorded machine first: tar -xf FILE -C DIRECTORY");
    }
    if (error->code) {
        root_close(opened);
        return error->code;
    }
    if (strcmp(opened->resolved, "/") == 0)
        opened->resolved[0] = opened->directory[0] = '\0';
    else if (!live && (opened->base = open(opened->resolved, O_PATH | O_DIRECTORY | O_CLOEXEC)) < 0) {
        root_close(opened);
        return error_set_errno(error, errno, "cannot read %s", directory);
    }
    *root = opened;
    return ERROR_NONE;
}

void root_close(struct root *root)
{
    if (!root)
        return;
    for (int i = 0; i < root->fault_count; i++) {
        free(root->faults[i].path);
        free(root->faults[i].why);
    }
    if (root->base >= 0)
        close(root->base);
    free(root->directory);
    free(root);
}

bool root_is_live(const struct root *root)
{
    return !root->resolved[0];
}

const char *root_directory(const struct root *root)
{
    return root->directory;
}

static void add_fault(struct root *root, const char *path, const char *why, int number)
{
    root->failures++;
    for (int i = 0; i < root->fault_count; i++)
        if (strcmp(root->faults[i].path, path) == 0 && strcmp(root->faults[i].why, why) == 0)
            return;
    if (root->fault_count == MAX_FAULTS)
        return;
    struct root_fault fault = {strndup(path, MAX_FAULT_TEXT), strndup(why, MAX_FAULT_TEXT), number};
    if (fault.path && fault.why) {
        root->faults[root->fault_count++] = fault;
    } else {
        buffer_memory_was_short = true;
        free(fault.path);
        free(fault.why);
    }
}

void root_note_unreadable(struct root *root, const char *path, const char *why)
{
    add_fault(root, path, why, 0);
}

void root_note_errno(struct root *root, const char *path, int number)
{
    add_fault(root, path, strerror(number), number);
}

const struct root_fault *root_fault(const struct root *root, int number)
{
    return number >= 0 && number < root->fault_count ? &root->faults[number] : NULL;
}

int root_failures(const struct root *root)
{
    return root->failures;
}

static void print_place(const struct root_fault *fault, char place[ROOT_PLACE_SIZE])
{
    static const char devices[] = "/sys/bus/pci/devices/";
    const char *name = strrchr(fault->path, '/');
    if (name && strncmp(fault->path, devices, sizeof devices - 1) == 0)
        snprintf(place, ROOT_PLACE_SIZE, "%s*%s", devices, name);
    else
        snprintf(place, ROOT_PLACE_SIZE, "%s", fault->path);
}

const struct root_fault *root_next_fault(const struct root *root, int *number, char place[ROOT_PLACE_SIZE])
{
    const struct root_fault *fault = root_fault(root, *number);
    const struct root_fault *next;
    char next_place[ROOT_PLACE_SIZE];
    if (!fault)
        return NULL;
    print_place(fault, place);
    while ((next = root_fault(root, ++*number))) {
        print_place(next, next_place);
        if (!strchr(place, '*') || strcmp(place, next_place) != 0)
            break;
    }
    /* One device alone is named. */
    if (root_fault(root, *number - 1) == fault)
        snprintf(place, ROOT_PLACE_SIZE, "%s", fault->path);
    return fault;
}

static enum root_result failed(struct root *root, const char *path, int number)
{
    if (number == ENOENT || number == ENOTDIR)
        return ROOT_ABSENT;
    root_note_errno(root, path, number);
    return ROOT_UNREADABLE;
}

/* Opens what a path of the machine leads to, all links followed, to be looked at and not yet read (O_PATH):
 * the descriptor, or -1 with errno. No link of a recorded machine leads out of it, whoever changes it
 * meanwhile. */
static int reach(const struct root *root, const char *path)
{
    if (root->base < 0)
        return open(path, O_PATH | O_CLOEXEC);
    return open_below(root->base, path);
}

/* The same, for what must be there: says why it is not. */
static enum root_result locate(struct root *root, const char *path, int *file)
{
    *file = reach(root, path);
    if (*file >= 0)
        return ROOT_OK;
    if (errno == ENOENT && root->base >= 0 && leads_out(root->base, path)) {
        root_note_unreadable(root, path, "leads out of the recorded machine");
        return ROOT_UNREADABLE;
    }
    return failed(root, path, errno);
}

/* Opens for reading what `file` stands for. */
static int open_again(int file)
{
    char path[32];
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

int read_bounded(int file, size_t max, struct buffer *out)
{
    while (out->length < max) {
        size_t wanted = max - out->length < 65536 ? max - out->length : 65536;
        char *end = buffer_reserve(out, wanted);
        ssize_t got = end ? read(file, end, wanted) : -1;
        if (got < 0 && end && errno == EINTR)
            continue;
        if (got <= 0)
            return got == 0 ? 0 : end ? errno : ENOMEM;
        out->length += (size_t)got;
        out->data[out->length] = '\0';
    }
    return 0;
}

enum root_result root_read_start(struct root *root, const char *path, size_t size, struct buffer *out)
{
    struct stat status;
    int place;
    buffer_clear(out);
    enum root_result result = locate(root, path, &place);
    if (result)
        return result;
    /* Merely to open a FIFO or a device can have an effect. */
    if (fstat(place, &status) || !S_ISREG(status.st_mode)) {
        root_note_unreadable(root, path, "is not a regular file");
        close(place);
        return ROOT_UNREADABLE;
    }
    int file = open_again(place);
    int reason = errno;
    close(place);
    if (file < 0)
        return failed(root, path, reason);
    /* The size that sysfs and procfs state says nothing. */
    int number = read_bounded(file, size, out);
    close(file);
    return number ? failed(root, path, number) : ROOT_OK;
}

enum root_result root_read(struct root *root, const char *path, size_t max, struct buffer *out)
{
    enum root_result result = root_read_start(root, path, max + 1, out);
    if (out->length > max) {
        out->length = max;
        out->data[max] = '\0';
        root_note_unreadable(root, path, "is too large");
        return ROOT_TOO_LARGE;
    }
    return result;
}

enum root_result root_read_line(struct root *root, const char *path, char *line, size_t size)
{
    struct buffer text CLEANUP(buffer_free) = BUFFER(LINE_MAX_BYTES + 70000);
    line[0] = '\0';
    enum root_result result = root_read(root, path, LINE_MAX_BYTES, &text);
    if (result != ROOT_OK && result != ROOT_TOO_LARGE)
        return result;
    const char *start = buffer_text(&text);
    start += strspn(start, " \t");
    size_t length = strcspn(start, "\n");
    while (length && isspace((unsigned char)start[length - 1]))
        length--;
    snprintf(line, size, "%.*s", (int)length, start);
    return ROOT_OK;
}

bool root_read_number(struct root *root, const char *path, long long *number)
{
    char line[64];
    char *end;
    if (root_read_line(root, path, line, sizeof line) || !*line || strlen(line) + 1 == sizeof line)
        return false;
    if (strcmp(line, "Y") == 0 || strcmp(line, "N") == 0) {
        *number = line[0] == 'Y';
        return true;
    }
    errno = 0;
    *number = strtoll(line, &end, 0);
    return !errno && !*end;
}

/* Opens the directory that the last part of a path is in, and stores that part. */
static enum root_result locate_parent(struct root *root, const char *path, const char **last, int *file)
{
    char directory[PATH_MAX];
    const char *slash = strrchr(path, '/');
    *last = slash ? slash + 1 : path;
    int length = snprintf(directory, sizeof directory, "%.*s/", slash ? (int)(slash - path) : 0, path);
    return length < (int)sizeof directory ? locate(root, directory, file) : failed(root, path, ENAMETOOLONG);
}

static bool read_written_link(struct root *root, const char *path, char *target, size_t size)
{
    return !root_is_live(root) && root_read_line(root, path, target, size) == ROOT_OK &&
           strncmp(target, "../", 3) == 0;
}

bool root_read_link(struct root *root, const char *path, char *name, size_t size)
{
    char target[PATH_MAX];
    const char *last;
    int place;
    if (locate_parent(root, path, &last, &place))
        return false;
    ssize_t length = readlinkat(place, last, target, sizeof target - 1);
    int reason = errno;
    close(place);
    if (length < 0 && reason != EINVAL)
        failed(root, path, reason);
    target[length > 0 ? length : 0] = '\0';
    if (length <= 0 && (reason != EINVAL || !read_written_link(root, path, target, sizeof target)))
        return false;
    const char *slash = strrchr(target, '/');
    snprintf(name, size, "%s", slash ? slash + 1 : target);
    return *name;
}

bool root_resolve(struct root *root, const char *path, char *resolved, size_t size)
{
    char link[32];
    char real[PATH_MAX];
    int place;
    if (locate(root, path, &place))
        return false;
    snprintf(link, sizeof link, "/proc/self/fd/%d", place);
    ssize_t length = readlink(link, real, sizeof real - 1);
    close(place);
    if (length <= 0)
        return false;
    real[length] = '\0';
    size_t above = strlen(root->resolved);
    if (strncmp(real, root->resolved, above) != 0 || (above && real[above] && real[above] != '/'))
        return false; /* the directory was moved meanwhile */
    return snprintf(resolved, size, "%s", real + above) < (int)size;
}

bool root_exists(struct root *root, const char *path)
{
    int place;
    if (locate(root, path, &place))
        return false;
    close(place);
    return true;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

struct root_names root_list(struct root *root, const char *directory, int limit)
{
    struct root_names names = {NULL, 0};
    int place;
    if (locate(root, directory, &place))
        return names;
    int file = openat(place, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *stream = file < 0 ? NULL : fdopendir(file);
    if (!stream) {
        buffer_memory_was_short |= errno == ENOMEM;
        failed(root, directory, errno);
        if (file >= 0)
            close(file);
    }
    close(place);
    if (!stream)
        return names;
    struct dirent *entry;
    while (errno = 0, (entry = readdir(stream))) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (names.count == limit) {
            root_note_unreadable(root, directory, "has too many entries");
            break;
        }
        char *name = ARRAY_GROW(names.items, names.count) ? strdup(entry->d_name) : NULL;
        if (!name) {
            buffer_memory_was_short = true;
            root_note_errno(root, directory, ENOMEM);
            break;
        }
        names.items[names.count++] = name;
    }
    if (!entry && errno)
        root_note_errno(root, directory, errno);
    closedir(stream);
    if (names.count)
        qsort(names.items, (size_t)names.count, sizeof *names.items, compare_names);
    return names;
}

void root_names_free(struct root_names *names)
{
    for (int i = 0; i < names->count; i++)
        free(names->items[i]);
    free(names->items);
}
