/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_DB_SEARCH_INTERNAL_H
#define PASSTHRU_DB_SEARCH_INTERNAL_H

/* What the files db/search*.c share. Nobody else includes it. */

#include "db/internal.h"
#include "db/search.h"

enum wanted_form { WANTS_ANY, WANTS_CARD, WANTS_MOBILE };

/* What was asked for. */
struct question {
    const char *text;
    const struct known_words *known;
    struct gpu_name name;
    bool is_left_out[NAME_MAX_WORDS]; /* a word without which there is something to find */
    enum wanted_form form;
    bool is_form_of_machine; /* the words do not say it */
    bool is_loose;           /* a word is left out that names another GPU elsewhere */
};

/* A row of the table of aliases, with how well it fits. */
struct candidate {
    struct name_hit hit;
    char key[PRODUCT_SIZE + CHIP_SIZE]; /* vendor, line and model: equal for the spellings of one product */
    int tier;                           /* 0: the product itself */
    int extra;                          /* words of the model that were not asked for */
    int missing;                        /* words that say nothing and that the name lacks */
    bool other_form;      /* not the form factor that was asked for, or one that nobody asked for */
    size_t memory_start;  /* where the size of memory at the end of the product begins; 0: nowhere */
    int memory;           /* 0 as asked for, 1 not stated, 2 another */
    bool lacks_ddr;       /* another kind of memory, or none, where one was asked for: "ddr4" */
    int source;           /* 0: the surest */
    bool is_literal;      /* brand and line were asked for, too */
    int noise;            /* words of the product that say nothing and were not asked for: "OEM" */
    bool is_odd_form;     /* "Max-Q", where another word for a laptop chip, or none, was asked for */
    int64_t alias;        /* its number */
    char chip[CHIP_SIZE]; /* "GK208" */
};

enum { MAX_CANDIDATES = 4096, MAX_MATCH = 8192 };

/* What a search has found so far. */
struct finder {
    struct database *database;
    struct question question;
    struct candidate *candidates; /* MAX_CANDIDATES */
    int count;
    struct gpu_name maker; /* of the last candidate; an index has many of one */
    int maker_id;
};

/* Whether no word is left out. */
bool search_is_whole(const struct question *question);

enum { TIER_EXACT, TIER_OTHER_FORM, TIER_WORDS, TIER_SIMILAR };

/* Reads an alias into a candidate. `maker` has the words of its vendor in pci.ids, `alias` is what the index
 * has. */
void search_grade(const struct question *question, const struct gpu_name *maker, const char *alias,
                  const char *source, struct candidate *candidate);

/* Whether the words that are not left out have a number, or nothing is left out. */
bool search_is_telling(const struct question *question);

/* Whether a word of the model is not left out. */
bool search_has_model(const struct question *question);

/* Finds what the index has for `match`, in the syntax of FTS5, and grades it: finder->candidates. */
MUST_CHECK enum error_code search_find(struct finder *finder, const char *match, struct error *error);

/* Finds products that are called nearly so: search->guesses. */
MUST_CHECK enum error_code search_guess(struct finder *finder, struct name_search *search,
                                        struct error *error);

/* Sorts, drops what is there twice, groups, and stores the best of them. The candidates are left in disorder.
 */
void search_rank(const struct question *question, struct candidate *candidates, int count,
                 struct name_search *search);

#endif
