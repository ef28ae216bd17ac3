/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_DB_CARDS_H
#define PASSTHRU_DB_CARDS_H

#include "core/card.h"
#include "core/card_rank.h"
#include "db/database.h"

/* The cards that an ID is sold as, at most `limit`, and MAX_CARDS_OF_ID. With a revision those of that
 * revision where there are any. */
enum { MAX_CARDS_OF_ID = 16 };
MUST_CHECK enum error_code database_find_cards(struct database *database, const struct pci_id *id,
                                               struct card *cards, int limit, int *count,
                                               struct error *error);

/* Stores in which versions macOS has a driver for the chip of a GPU: "10.13-10.14", "12-" (still), "none"; ""
 * when that is not known. */
MUST_CHECK enum error_code database_find_macos(struct database *database, const struct gpu *gpu,
                                               char macos[CARD_WORD_SIZE], struct error *error);

/* Calls `each` with every card that some ID has which the database knows as a GPU on a card, with the verdict
 * for a desktop where laptop chips have the same ID, and for a guest other than GUEST_UNKNOWN. An offer lives
 * during the visit, which may ask the database anything but this. */
typedef enum error_code offer_visitor(void *context, const struct offer *offer, struct error *error);
MUST_CHECK enum error_code database_each_offer(struct database *database, enum guest guest,
                                               offer_visitor *each, void *context, struct error *error);

#endif
