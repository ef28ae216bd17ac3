/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_DB_SEARCH_H
#define PASSTHRU_DB_SEARCH_H

#include "core/gpu.h"
#include "core/gpu_name.h"
#include "db/database.h"

enum { SEARCH_MAX_HITS = 200, SEARCH_MAX_GUESSES = 3, SEARCH_TEXT_SIZE = 256, PRODUCT_SIZE = 96 };

/* How a GPU goes by the name that was asked for, the nearest first. */
enum match_kind {
    MATCH_NONE,
    MATCH_EXACT,   /* the product's name, with or without its brand */
    MATCH_ALIAS,   /* so too, once words that name no GPU are left out; or the processor that it is in */
    MATCH_WORDS,   /* all words stand in its name, and there are more; or in another form factor */
    MATCH_SIMILAR, /* some words had to be left out that may matter */
};

struct name_hit {
    uint32_t pci_id;
    int revision; /* -1: any; else the one that makes it this product */
    enum form_factor form_factor;
    enum match_kind kind;
    int group; /* the hits of one product in one form factor have the same, counted from 0 */
    int ids;   /* how many IDs that are */
    int reports;
    bool lacks_memory; /* neither its name nor, of the first one, its card has the size that was asked for */
    char memory[12];   /* "12gb": which the name says; "" */
    char product[PRODUCT_SIZE]; /* as it is written */
    bool is_other_form;         /* the product that was asked for, but in another form factor */
    bool is_of_processor;       /* a processor was asked for, and has this GPU */
};

struct name_search {
    struct name_hit hits[SEARCH_MAX_HITS]; /* what people mean by the name first */
    int count;
    int total; /* hits in all */
    int group_count;
    int asked;      /* how many of the first ones are what was asked for; 0: nothing is called so */
    bool is_one;    /* those are one product in one form factor */
    bool has_model; /* more than a brand, words of shops or nothing was asked for */
    bool is_safe;   /* no word was left out but those that the table of words says name no GPU */
    char left_out[SEARCH_TEXT_SIZE]; /* words without which there was something to find, as they were written
                                      */
    char understood[SEARCH_TEXT_SIZE]; /* the others */
    /* With count 0: products that are called nearly so. */
    char guesses[SEARCH_MAX_GUESSES][PRODUCT_SIZE];
    int guess_count;
};

/* Finds GPUs by what people call them, in any order and spelling: "rtx3060", "Sapphire Pulse RX 580 8GB",
 * "i5-12400". `chassis` chooses between a card and a laptop chip where the words do not. That nothing is
 * found is no error. ERROR_USAGE: more words than a name has. */
MUST_CHECK enum error_code database_search(struct database *database, const char *text, enum chassis chassis,
                                           struct name_search *search, struct error *error);

/* All names that GPUs are found by, each once for a GPU; what decides between equal ones comes first. The
 * strings live during the visit. */
struct alias_record {
    uint32_t pci_id;
    const char *name;    /* its words, and after a | those of the chip */
    const char *product; /* as it is written */
    enum form_factor form_factor;
    bool is_of_processor;
    int source; /* 0: the surest */
    int reports;
};
typedef enum error_code alias_visitor(void *context, const struct alias_record *alias, struct error *error);
MUST_CHECK enum error_code database_each_alias(struct database *database, alias_visitor *each, void *context,
                                               struct error *error);

/* What is known of words, by kind: `words` has | between them. */
typedef enum error_code name_word_visitor(void *context, enum word_kind kind, const char *words,
                                          struct error *error);
MUST_CHECK enum error_code database_each_name_word(struct database *database, name_word_visitor *each,
                                                   void *context, struct error *error);

/* "exact" and so on, as the JSON says it. */
const char *match_kind_name(enum match_kind kind);

#endif
