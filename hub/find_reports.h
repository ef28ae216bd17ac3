/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_HUB_FIND_REPORTS_H
#define PASSTHRU_HUB_FIND_REPORTS_H

#include "hub/store.h"

/* Which reports a maintainer means. */

struct report_ids {
    char (*items)[REPORT_ID_HEX_SIZE];
    int count;
};
void report_ids_free(struct report_ids *ids);

/* The IDs that begin as each of these words does, at least 8 digits of it; each once. ERROR_NOT_FOUND and
 * ERROR_USAGE name the first word that fits no report, or several. The caller frees them, also after an
 * error. */
enum error_code find_reports(struct store *store, char **words, int count, struct report_ids *ids,
                             struct error *error);

/* All that wait on a PCI ID, vvvv:dddd, as they came. With `seen`, that of a list, ERROR_BAD_INPUT where it
 * is not these that were listed: others may have come since. */
enum error_code find_pending(struct store *store, const char *pci_id, const char *seen,
                             struct report_ids *ids, struct error *error);

/* What stands for just these reports in a list, in the order in which they came: structs of `size` bytes that
 * begin with their IDs. */
enum { SEEN_SIZE = 13 }; /* hexadecimal digits */
void report_ids_seen(const void *reports, size_t size, int count, char seen[SEEN_SIZE]);

#endif
