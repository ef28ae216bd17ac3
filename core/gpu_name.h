/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CORE_GPU_NAME_H
#define PASSTHRU_CORE_GPU_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buffer.h"
#include "core/vocabulary.h"

/* The words of a GPU's name, as people and lists write it, and what each of them is worth: "EVGA GeForce RTX
 * 3060 12GB" is the model 3060 with a board maker, a brand, a product line and a memory size. */

enum { NAME_WORD_SIZE = 32, NAME_MAX_WORDS = 48, NAME_MAX_PHRASE = 4 };

/* What is known of words: data/board-words.tsv. */
struct known_word {
    char text[NAME_WORD_SIZE]; /* as name_normalise writes it: "lite hash rate", or "* bit" for any number */
    enum word_kind kind;
};
struct known_words {
    struct known_word *words; /* sorted by text */
    int count;
};

/* Sorts them once all are there. */
void known_words_sort(struct known_words *known);

struct name_word {
    char text[NAME_WORD_SIZE]; /* without spaces: "3060", "litehashrate", "12gb" */
    enum word_kind kind;
    bool is_glued; /* no space, dash or other sign before it: the "m" of "780m" */
    bool has_digit;
    uint16_t start; /* where it stands in the text that was parsed, and where it ends */
    uint16_t end;
};

struct gpu_name {
    struct name_word words[NAME_MAX_WORDS];
    int count;
    bool is_cut; /* there were more words, or one was too long */
};

/* Splits `text`, of which at most 1000 bytes are read, at signs and between letters and digits, and tells
 * what each word is. A phrase of `known` is one word. A product line after the model (HD 2600 PRO) is part of
 * the model. Any bytes are fine. */
void gpu_name_parse(const char *text, const struct known_words *known, struct gpu_name *name);

/* Whether a word of any kind stands in the name. */
bool gpu_name_has(const struct gpu_name *name, const char *word);

/* How often it stands among the first `count` words: "M4000M" has two m. */
int gpu_name_count(const struct gpu_name *name, int count, const char *word);

/* Appends all words, a space between them. */
void gpu_name_append(struct buffer *out, const struct gpu_name *name);

/* Takes a number of three digits or more that was there before out of the name that was parsed from `text`,
 * with the words around it that were: shops write a model twice, "RTX 3060 12GB ... DUAL-RTX3060". What a /
 * parts are two products. */
void gpu_name_drop_repeats(const char *text, struct gpu_name *name);

/* The words of a phrase as known_word has them, "max q" of "Max-Q"; a * stands for a number. False when that
 * is empty or too long. */
bool name_normalise(const char *text, char normal[NAME_WORD_SIZE]);

#endif
