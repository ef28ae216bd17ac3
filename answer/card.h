/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_ANSWER_CARD_H
#define PASSTHRU_ANSWER_CARD_H

#include "answer/prose.h"
#include "core/buffer.h"
#include "core/card.h"
#include "core/json_writer.h"

/* What is said of a card; of several that have one ID, the range. */

/* Appends "12 GB, 170 W, 2 slots, 1x 8-pin, about $200-280 used (2026-07)": what is known of it, "" for
 * nothing. */
void card_append_facts(struct buffer *out, const struct card *cards, int count);

/* The same and all else that is known, a field each, with the table that says so as its detail. */
void card_write_facts(const struct prose *prose, const struct card *cards, int count);

/* "$200-280 used"; "" for CONDITION_COUNT. */
enum { PRICE_TEXT_SIZE = 40 };
void card_print_price(const struct card *card, int condition, char text[PRICE_TEXT_SIZE]);

/* The members `card` and `price_usd` as docs/json.md describes them; null where nothing is known. */
void card_write_json(struct json_writer *writer, const char *key, const struct card *cards, int count);
void card_write_price(struct json_writer *writer, const char *key, const struct card *card);

#endif
