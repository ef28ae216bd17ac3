/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_PROBE_ROOT_H
#define PASSTHRU_PROBE_ROOT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/buffer.h"
#include "core/error.h"

/* The machine's files, or those of a recorded machine: a directory with its /sys, /proc and /etc. Paths are
 * given as they are on the machine ("/proc/cmdline"). In a recorded machine every link is followed inside the
 * directory only. What exists but cannot be read is remembered, so that it can be reported instead of
 * guessed; what does not exist is no fault. */
struct root;

/* `directory` NULL is this machine. ERROR_BAD_INPUT when it is not a directory. The caller closes the root;
 * NULL is fine. */
MUST_CHECK enum error_code root_open(const char *directory, struct root **root, struct error *error);
void root_close(struct root *root);

/* Whether this machine itself is read, so that its devices may be asked. */
bool root_is_live(const struct root *root);

/* The directory as it was given, "" for this machine. */
const char *root_directory(const struct root *root);

enum root_result {
    ROOT_OK,
    ROOT_ABSENT,     /* there is no such file */
    ROOT_UNREADABLE, /* no permission, not a regular file, outside of the directory, failed while being read
                      */
    ROOT_TOO_LARGE,  /* what fits was read */
};

/* Reads a regular file of at most `max` bytes into `out`, which is cleared first (its maximum must be
 * larger). */
enum root_result root_read(struct root *root, const char *path, size_t max, struct buffer *out);

/* Reads what a regular file begins with, up to `size` bytes, into `out`, which is cleared first. */
enum root_result root_read_start(struct root *root, const char *path, size_t size, struct buffer *out);

/* Appends what is left of an open file to `out`, up to `max` bytes in it. Returns 0 at the end or when they
 * are read, else errno. */
int read_bounded(int file, size_t max, struct buffer *out);

/* The first line of a small file, without white space around it; "" when there is none. */
enum root_result root_read_line(struct root *root, const char *path, char *line, size_t size);

/* An integer in C notation (0x1f, 31) or a bare yes/no letter (Y, N); false when there is none. */
bool root_read_number(struct root *root, const char *path, long long *number);

/* The last part of what a symbolic link points to: "vfio-pci", "17". False when it is no link. In a recorded
 * machine a small file that holds nothing but ../TARGET is one too: so git (core.symlinks=false) and
 * archivers without links write it. */
bool root_read_link(struct root *root, const char *path, char *name, size_t size);

/* The device directory that a link or directory of sysfs stands for, with all links followed, as a path of
 * the machine:
 * "/sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0". */
bool root_resolve(struct root *root, const char *path, char *resolved, size_t size);

bool root_exists(struct root *root, const char *path);

/* The names in a directory, sorted, without . and .., at most `limit`; free with root_names_free. */
struct root_names {
    char **items;
    int count;
};
struct root_names root_list(struct root *root, const char *directory, int limit);
void root_names_free(struct root_names *names);

/* Something that could not be read or understood. */
struct root_fault {
    char *path; /* of the machine, or what it is */
    char *why;  /* a few words */
    int number; /* errno; 0: it is not the system that failed */
};

/* Remembers a fault, once. */
void root_note_unreadable(struct root *root, const char *path, const char *why);
void root_note_errno(struct root *root, const char *path, int number);

/* What could not be read so far, by number from 0; NULL after the last. */
const struct root_fault *root_fault(const struct root *root, int number);

/* How often something could not be read so far. */
int root_failures(const struct root *root);

enum { ROOT_PLACE_SIZE = 128 };

/* The next fault from *number on, which is moved past it; NULL after the last. Those of one file of several
 * devices in a row are one: in `place` a star stands for the address. */
const struct root_fault *root_next_fault(const struct root *root, int *number, char place[ROOT_PLACE_SIZE]);

#endif
