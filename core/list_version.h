/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CORE_LIST_VERSION_H
#define PASSTHRU_CORE_LIST_VERSION_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

/* Whether a list may state this version: a day that exists, YYYY.MM.DD, at most a day after `now`. One from
 * the future would be newer than all lists that are still to come, so that none of them would be taken. Where
 * it is in use nevertheless, it counts as none. */
bool list_version_is_valid(const char *version, time_t now);

/* Whether this is YYYY, YYYY-MM or YYYY-MM-DD, in this millennium or the last. */
bool date_is_valid(const char *date);

/* Whole days from a day, YYYY-MM-DD, to `now`; -1 when it is none, or lies ahead. */
int days_since(const char *date, time_t now);

/* Writes a day or a month, YYYY-MM-DD or YYYY-MM, as "April 2023"; what is neither as it stands. */
void month_in_words(const char *date, char *text, size_t size);

#endif
