/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_PROBE_AML_PATH_H
#define PASSTHRU_PROBE_AML_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

#endif
