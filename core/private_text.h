/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CORE_PRIVATE_TEXT_H
#define PASSTHRU_CORE_PRIVATE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* What names a person or one very machine, and so has no place in a report. Found by its shape; a name has
 * none, so that names that are known (of the user, of the host) are looked for with private_name. */

enum private_shape {
    PRIVATE_NONE,
    PRIVATE_MAC,
    PRIVATE_UUID,
    PRIVATE_LONG_HEX,   /* a machine ID or the like: 32 hexadecimal digits and more */
    PRIVATE_MAIL,       /* an e-mail address, or user@host as a shell shows it */
    PRIVATE_IP_ADDRESS, /* IPv4 or IPv6 */
    PRIVATE_HOME,       /* a path with the name of its user */
    PRIVATE_SERIAL,     /* a serial number, by what stands before it or by its form */
    PRIVATE_SHAPES,
};

/* The first of them in `text`; PRIVATE_NONE when there is none. `is_version`: the text is mostly a version
 * number, so that only addresses of private networks count as IPv4. Stores where it is, in bytes, unless
 * `start` is NULL. PCI addresses and PCI IDs are none of them. */
enum private_shape private_text_find(const char *text, bool is_version, size_t *start, size_t *length);

/* "a MAC address" and so on. */
const char *private_shape_name(enum private_shape shape);

/* Whether `name` is in `text` as a word of its own, in either case. Names that everybody's machine has
 * ("root", "pve"), or that are shorter than four letters, are never found. */
bool private_name_stands_in(const char *text, const char *name);

#endif
