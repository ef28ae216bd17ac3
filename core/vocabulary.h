/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CORE_VOCABULARY_H
#define PASSTHRU_CORE_VOCABULARY_H

#include <stdbool.h>
#include <stddef.h>

/* The controlled vocabulary. Its values are listed in schema/vocabulary.tsv and nowhere else; the enums and
 * tables below the functions are made from that file at build time: group `vbios` gives `enum vbios` with
 * VBIOS_ROM_BAR and so on, in the file's order, `vocabulary_vbios`, and vbios_value(), vocabulary_value() of
 * it. */

struct vocabulary_entry {
    const char *value;
    const char *text; /* what it means, one plain sentence */
};

struct vocabulary {
    const char *name;
    const struct vocabulary_entry *entries;
    int count;
};

/* The index of `value` in the group, which is its enum value, or -1. */
int vocabulary_find(const struct vocabulary *vocabulary, const char *value);

/* The same, however people write it: in capitals, with spaces or underscores for dashes. */
int vocabulary_find_spelled(const struct vocabulary *vocabulary, const char *value);

/* Whether words of the value or of its text open with each of the `length` bytes of `words`, case and dashes
 * ignored: "code 43" fits windows-code-43. False where there is no word. */
bool vocabulary_fits_words(const struct vocabulary_entry *entry, const char *words, size_t length);

/* The text of an enum value, such as "likely", "unknown" when it is out of range. */
const char *vocabulary_value(const struct vocabulary *vocabulary, int value);

/* What `value` means, or NULL for a value outside the group. */
const char *vocabulary_text(const struct vocabulary *vocabulary, const char *value);

#include "vocabulary_values.h" /* made from schema/vocabulary.tsv */

/* Zero is what a structure is filled with when nothing is known. */
_Static_assert(FORM_FACTOR_UNKNOWN == 0 && VBIOS_UNKNOWN == 0 && RESET_UNKNOWN == 0 && DISPLAY_UNKNOWN == 0 &&
                   CHASSIS_UNKNOWN == 0 && LEVEL_UNKNOWN == 0,
               "`unknown` comes first");

#endif
