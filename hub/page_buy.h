/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_HUB_PAGE_BUY_H
#define PASSTHRU_HUB_PAGE_BUY_H

#include "core/buffer.h"
#include "db/database.h"

/* buy.json, for buy.js: the cards that `passthru recommend` may name, each with how fit it is for each use.
 * What only filters by a number is left to the browser. */
enum error_code page_buy_write(struct database *database, struct buffer *out, struct error *error);

#endif
