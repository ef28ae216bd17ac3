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
    PRIVATE_HOST,       /* a host or a share of a private network */
    PRIVATE_SERIAL,     /* a serial number, by what stands before it or by its form */
    PRIVATE_KEY,        /* a password, a product key, a public key or its fingerprint */
    PRIVATE_PHONE,
    PRIVATE_UNCHECKED, /* no memory to look */
    PRIVATE_SHAPES,
};

/* Where a text stands. What looks like an IPv4 address is rather a version number in a field for these; in
 * the path of the URL of a public page a long number names a page or a commit, and `home` a part of a site.
 */
enum private_context { PRIVATE_IN_TEXT, PRIVATE_IN_VERSION, PRIVATE_IN_URL };

/* The first of them in `text`, as a reader sees it (full-width digits are digits, what has no width is not
 * there, %3A in a URL is a colon); PRIVATE_NONE when there is none. Stores where it is, in bytes, unless
 * `start` is NULL. PCI addresses and PCI IDs are none of them. Not for several threads at once. */
enum private_shape private_text_find(const char *text, enum private_context context, size_t *start,
                                     size_t *length);

/* "a MAC address" and so on. */
const char *private_shape_name(enum private_shape shape);

/* Whether `name` is in `text` as a word of its own, in either case. Names that everybody's machine has
 * ("root", "pve"), or that are shorter than four letters, are never found. */
bool private_name_stands_in(const char *text, const char *name);

#endif
