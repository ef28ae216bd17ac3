/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_PROBE_AML_H
#define PASSTHRU_PROBE_AML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/macros.h"

/* Absolute paths of the ACPI namespace (ACPI 6.5, 5.3): segments of four characters, padded with '_' as the
 * firmware and sysfs have them ("\_SB_.PCI0.PEG_"). People, and iasl, leave the padding out. */

enum { AML_SEGMENT_SIZE = 4, AML_MAX_SEGMENTS = 32, AML_PATH_TEXT_SIZE = 5 * AML_MAX_SEGMENTS + 3 };

/* Zero is the root, "\". */
struct aml_path {
    int count;
    char segments[AML_MAX_SEGMENTS][AML_SEGMENT_SIZE]; /* upper case, digits, '_': safe to print; no NUL */
};

/* Parses "\_SB_.PCI0" or "\_SB.PCI0", all of `text`. False, with `path` the root, when it is no absolute
 * path, or "". */
bool aml_path_parse(const char *text, struct aml_path *path);

/* "\_SB.PCI0", without padding, as iasl prints it; returns `text`. */
char *aml_path_print(const struct aml_path *path, char text[AML_PATH_TEXT_SIZE]);

/* Whether these four bytes can name an object. */
bool aml_segment_is_valid(const uint8_t *bytes);

/* Appends a segment of four characters; false when it is full. */
bool aml_path_append(struct aml_path *path, const void *segment);

/* Whether `path` is `ancestor` or below it. */
bool aml_path_is_within(const struct aml_path *path, const struct aml_path *ancestor);

/* Whether the last segment is this one, given with its padding; the root has none. */
bool aml_path_ends_with(const struct aml_path *path, const char *segment);

/* Which methods a DSDT or SSDT defines, and where: AML (ACPI 6.5, chapter 20) is read without being run. What
 * an If or Else defines is reported too, whatever its condition; what a method would define when it runs is
 * not. */

/* UUIDs that a _DSM method is asked with, by NVIDIA's drivers. */
enum aml_uuid {
    AML_UUID_OPTIMUS, /* a486d8f8-0bda-471b-a72b-6042a6b5bee0 */
    AML_UUID_MUX,     /* 9d95a0a0-0060-4d48-b34d-7e5fea129fd4 */
    AML_UUID_COUNT,
};

/* Called with what is found; each may be NULL. Paths and bytes are valid during the call. */
struct aml_visitor {
    void *context;
    /* `body` are the method's terms, `length` bytes. */
    void (*method)(void *context, const struct aml_path *path, const uint8_t *body, size_t length);
    /* Once for each method that holds the UUID, with the method's path; for a UUID outside of any method,
     * with the path of its scope. */
    void (*uuid)(void *context, enum aml_uuid uuid, const struct aml_path *path);
    /* Another name for something, most often a method: the new one. */
    void (*alias)(void *context, const struct aml_path *path);
};

enum aml_result {
    AML_OK,
    AML_DAMAGED, /* an opcode that is none, a package longer than what contains it, nested too deeply:
                    something may have been missed */
};

/* Walks the AML of one table: the bytes after its header of 36 bytes. Any input is fine; the time is linear
 * in its length. */
MUST_CHECK enum aml_result aml_walk(const uint8_t *bytes, size_t length, const struct aml_visitor *visitor);

#endif
