/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_ANSWER_RECOMMEND_H
#define PASSTHRU_ANSWER_RECOMMEND_H

#include "answer/answer.h"
#include "core/card_rank.h"

/* MAX_OFFERS: more cards than are sold by far. */
enum { MAX_RECOMMENDED = 50, DEFAULT_RECOMMENDED = 5, MAX_OFFERS = 4096 };

/* A GPU that stays in the machine. */
struct neighbour {
    struct device device;
    struct card card; /* .name is "" when no card is known by its ID */
    bool is_one_of;   /* others have its ID, too, and need no more power */
};

struct recommend_question {
    struct card_question wanted;
    int limit;        /* how many cards, 1 to MAX_RECOMMENDED */
    enum guest guest; /* what is to run on it, unknown: no matter */
    /* The GPU to be replaced, with its verdict; `instead`: there is one. */
    bool instead;
    bool is_unsure; /* the name may mean other GPUs, too */
    struct answer given;
    struct neighbour neighbours[MAX_BESIDE];
    int neighbour_count;
};

struct recommendation {
    const struct recommend_question *question;
    bool may_keep;                       /* the GPU to be replaced is itself a card that fits */
    struct offer cards[MAX_RECOMMENDED]; /* the best first */
    int count;
    struct offer unpriced[MAX_RECOMMENDED]; /* that may or may not be within the budget */
    int unpriced_count;
    int64_t reports; /* that the database has */
};

/* Fills in the GPU to be replaced, by its ID or the words of its name. ERROR_NOT_FOUND; ERROR_USAGE as
 * term_parse. `text` must outlive the question. */
MUST_CHECK enum error_code recommend_find_given(struct database *database, const char *text,
                                                struct recommend_question *question, struct error *error);

/* Adds a GPU that stays in the machine; another device, or one that is not known, is passed over. */
MUST_CHECK enum error_code recommend_add_neighbour(struct database *database, const struct pci_id *id,
                                                   struct recommend_question *question, struct error *error);

/* Gathers the cards that fit a question: at least one, or ERROR_NOT_FOUND says why none fits. */
MUST_CHECK enum error_code recommend_gather(struct database *database,
                                            const struct recommend_question *question,
                                            struct recommendation *recommendation, struct error *error);

/* The answer for a person, and as docs/json.md describes it. */
void recommend_write_prose(const struct prose *prose, const struct recommendation *recommendation);
void recommend_write_json(struct json_writer *writer, const struct recommendation *recommendation);

/* ---- for the two writers ---- */

/* The guest that verdicts are for: the one that was asked for, or that the use needs. */
enum guest recommend_guest(const struct recommend_question *question);

/* Whether it has the chip of the GPU to be replaced. */
bool recommend_same_chip(const struct recommend_question *question, const struct offer *offer);

/* Appends why a card is recommended, and what speaks against it, as sentences; the latter may be none. */
void recommend_append_why(struct buffer *out, const struct recommend_question *question,
                          const struct offer *offer);
void recommend_append_mind(struct buffer *out, const struct recommend_question *question,
                           const struct offer *offer);

/* Whom a clause about a card concerns: a bit for each purpose, ANY_PURPOSE too, and for each wish. */
#define CONCERNS_PURPOSE(purpose) (1u << ((purpose) + 1))
enum concern {
    CONCERNS_ALL = 0,
    CONCERNS_LOW_PROFILE = 1 << 8,
    CONCERNS_NO_PLUG = 1 << 9,
    CONCERNS_PASSIVE = 1 << 10,
    CONCERNS_SHARING = 1 << 11,
    CONCERNS_ENCODING = 1 << 12,
    CONCERNS_MACOS = 1 << 13,
    CONCERNS_SAME_CHIP = 1 << 14,
    CONCERNS_NOBODY = 1 << 15
};
struct clause_visitor {
    void (*visit)(void *context, unsigned concerns, const char *text);
    void *context;
};

/* The same clause by clause, with those that do not concern the question at hand: "; " stands between them.
 * Then how many attempts succeed, a sentence that ends the first. */
void recommend_each_reason(const struct offer *offer, const struct clause_visitor *visitor);
void recommend_each_doubt(const struct offer *offer, const struct clause_visitor *visitor);
void recommend_append_evidence(struct buffer *out, const struct offer *offer);

/* What to look for in any card. */
void recommend_append_rule_of_thumb(struct buffer *out, const struct recommend_question *question);

/* Appends what is to be known beside the cards and returns its label, for number 0, 1 ... until it returns
 * NULL: the machine, the guest, a monitor. */
const char *recommend_append_note(struct buffer *out, const struct recommendation *recommendation,
                                  int number);

#endif
