/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_DB_RECOMMEND_H
#define PASSTHRU_DB_RECOMMEND_H

#include "core/tristate.h"
#include "db/database.h"

/* What one may buy for a passthrough, as far as the mechanism goes: an add-in card with its vBIOS on the card
 * and a reset that is not reported broken. Whether it is likely to work is the verdict's to say. */
struct card {
    uint32_t pci_id;
    char name[NAME_SIZE]; /* as in pci.ids */
    char chip[CHIP_SIZE]; /* "" when the name does not say */
    bool server;          /* made for a server: no outputs, large BARs */
    bool outputs;
    bool vendor_reset;   /* resets with a module of its own only */
    bool sold_both_ways; /* laptop chips have the same ID: the verdict is to be asked for a desktop */
    int price_usd;       /* used, approximate; 0: not known */
    char price_as_of[12];
    int price_line;  /* the IDs of one line of the price list are one product; 0: none */
    int price_place; /* and the first of them is the common one */
};

/* Calls `each` with every such card, by PCI ID. The card lives during the visit, which may ask the database
 * anything but this. */
typedef enum error_code card_visitor(void *context, const struct card *card, struct error *error);
MUST_CHECK enum error_code database_each_card(struct database *database, card_visitor *each, void *context,
                                              struct error *error);

/* Whether a chip is good for a use, from data/uses.tsv: unknown when nothing there fits it. */
struct chip_use {
    enum tristate suits;
    char reason[256]; /* "" when unknown */
};
MUST_CHECK enum error_code database_find_chip_use(struct database *database, uint16_t vendor,
                                                  const char *chip, enum use use, struct chip_use *answer,
                                                  struct error *error);

/* The lowest of all prices in US dollars, 0 when none is known. */
MUST_CHECK enum error_code database_find_cheapest(struct database *database, int *price_usd,
                                                  struct error *error);

#endif
