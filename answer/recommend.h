/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_ANSWER_RECOMMEND_H
#define PASSTHRU_ANSWER_RECOMMEND_H

#include "answer/answer.h"
#include "db/recommend.h"

enum { PRODUCT_NAME_SIZE = 256, MAX_RECOMMENDED = 8, MAX_SAME_PRODUCT = 8, ANY_USE = -1, ANY_VENDOR = -1 };

struct recommend_question {
    int use;    /* of enum use, or ANY_USE */
    int vendor; /* of PCI, or ANY_VENDOR */
    int budget; /* US dollars; 0: none */
    /* The GPU to be replaced, with its verdict; `instead`: there is one. */
    bool instead;
    bool may_keep;  /* it is itself a card that fits the question */
    bool is_unsure; /* the name may mean other GPUs, too */
    struct answer given;
};

/* A card that fits a question. */
struct candidate {
    struct card card;
    char product[PRODUCT_NAME_SIZE];
    enum chassis chassis; /* that the verdict is for: desktop where laptop chips have the same ID */
    struct verdict verdict;
    int usable_reports;                      /* on this very ID */
    bool in_budget;                          /* its price is known and fits */
    bool same_chip;                          /* as the GPU to be replaced */
    bool first_choice;                       /* for that reason it comes before others */
    uint32_t same_product[MAX_SAME_PRODUCT]; /* further IDs of it */
    int same_product_count;
};

/* The same with all that the database says. */
struct recommended {
    struct candidate candidate;
    struct answer answer;
    struct chip_use uses[USE_COUNT];
};

struct recommendation {
    const struct recommend_question *question;
    struct recommended cards[MAX_RECOMMENDED]; /* the best first */
    int count;                                 /* above 0 */
    int64_t reports;                           /* that the database has */
};

/* Fills in the GPU to be replaced, by its ID or the words of its name. ERROR_NOT_FOUND; ERROR_USAGE as
 * term_parse. `text` must outlive the question. */
MUST_CHECK enum error_code recommend_find_given(struct database *database, const char *text,
                                                struct recommend_question *question, struct error *error);

/* Gathers the cards that fit a question. ERROR_NOT_FOUND says why none fits. */
MUST_CHECK enum error_code recommend_gather(struct database *database,
                                            const struct recommend_question *question,
                                            struct recommendation *recommendation, struct error *error);

/* The answer for a person, and as docs/json.md describes it. */
void recommend_write_prose(const struct prose *prose, const struct recommendation *recommendation);
void recommend_write_json(struct json_writer *writer, const struct recommendation *recommendation);

/* What a device of pci.ids is sold as: "GeForce GT 1030" for "GP108 [GeForce GT 1030]", without what sets
 * only revisions apart, so that several IDs of one product have one name. False where the name is that of the
 * chip alone: nobody sells that. `chip` is "" when it is not known. */
bool product_name(const char *device_name, const char *chip, char name[PRODUCT_NAME_SIZE]);

/* Sorts candidates by evidence, not by hope, for qsort: cards in the budget first, then those with the same
 * chip, then those that somebody reported as usable; among them the lower end of the interval decides, then
 * the number of reports, then the probability. What is still equal: the one with a known price, the commoner
 * one of the price list, the newer ID. */
int candidate_compare(const void *a, const void *b);

/* Whether a card is for a use; why it is recommended, and what kind of card it is, in sentences. For the two
 * writers. */
bool recommended_for(const struct recommended *card, enum use use);
void recommended_append_reasons(struct buffer *out, const struct recommend_question *question,
                                const struct recommended *card);
void recommended_append_kind(struct buffer *out, const struct recommended *card);
extern const char recommend_rule_of_thumb[];

#endif
