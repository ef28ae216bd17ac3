/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CORE_PRIVATE_HARMLESS_H
#define PASSTHRU_CORE_PRIVATE_HARMLESS_H

#include "core/private_text.h"

/* Whether one pass over `text` shows that no rule of schema/private-text.tsv can apply. A search for all of
 * them takes microseconds, most texts hold nothing, and an import sees millions. False says nothing. A rule
 * that is added may need a word or a character here; the corpus in tests/data/private-texts.tsv shows it. */
bool private_text_is_harmless(const char *text, enum private_context context);

#endif
