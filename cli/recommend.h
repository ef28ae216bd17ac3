#ifndef PASSTHRU_CLI_RECOMMEND_H
#define PASSTHRU_CLI_RECOMMEND_H

#include "cli/answer.h"
#include "core/product.h"
#include "db/recommend.h"

enum { MAX_RECOMMENDED = 8, MAX_SAME_PRODUCT = 8, ANY_USE = -1, ANY_VENDOR = -1 };

struct recommend_question {
    int use;    /* of enum use, or ANY_USE */
    int vendor; /* of PCI, or ANY_VENDOR */
    int budget; /* US dollars; 0: none */
    /* The GPU that shall be replaced, with its verdict; `instead` tells whether there is one. */
    bool instead;
    bool may_keep; /* it is itself a card that fits the question */
    int called_so; /* how many GPUs have the name that was asked for; 0: it was asked for by its ID */
    struct answer given;
};

/* A card to buy. */
struct recommended {
    char product[PRODUCT_NAME_SIZE];
    char chip[CHIP_SIZE];
    struct product_rank rank;
    bool same_chip; /* as the GPU that it shall replace */
    bool server;
    bool vendor_reset;
    enum chassis
        chassis;   /* that the verdict is for: desktop where laptop chips have the same ID, else unknown */
    int price_usd; /* 0: not known */
    char price_as_of[12];
    int price_line;
    uint32_t same_product[MAX_SAME_PRODUCT]; /* further IDs of it */
    int same_product_count;
};

/* The same with all that the database says. */
struct recommendation {
    const struct recommended *card;
    struct answer answer;
    struct chip_use uses[USE_COUNT];
};

/* Finds the cards that fit a question, the best first. The caller frees *cards. ERROR_NOT_FOUND says why none
 * fits. */
MUST_CHECK enum error_code recommend_find(struct database *database,
                                          const struct recommend_question *question,
                                          struct recommended **cards, int *count, struct error *error);

/* Tells in `may_keep` whether the GPU to be replaced is itself a card that could be recommended. */
MUST_CHECK enum error_code recommend_judge_given(struct database *database,
                                                 struct recommend_question *question, struct error *error);

/* The answer for a person, and as docs/json.md describes it. `reports` is how many the database has. */
void recommend_write_text(struct output *output, const struct recommend_question *question,
                          const struct recommendation *cards, int count, long long reports);
void recommend_write_json(struct json_writer *writer, const struct recommend_question *question,
                          const struct recommendation *cards, int count, long long reports);

#endif
