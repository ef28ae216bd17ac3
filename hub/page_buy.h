/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_HUB_PAGE_BUY_H
#define PASSTHRU_HUB_PAGE_BUY_H

#include <jansson.h>

#include "core/buffer.h"
#include "db/database.h"

/* What `passthru recommend` chooses from, for /buy/: appends buy.json for buy.js, each card with how fit it
 * is for each use and where it stands among those that are as fit, and sets `cards` of the page's values,
 * which are the cards that it names without an option, in its order. What only filters by a number is left to
 * the browser. ERROR_BAD_INPUT: there are more cards than `recommend` takes. */
MUST_CHECK enum error_code page_buy_write(struct database *database, json_t *values, struct buffer *out,
                                          struct error *error);

#endif
