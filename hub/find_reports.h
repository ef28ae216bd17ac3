/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_HUB_FIND_REPORTS_H
#define PASSTHRU_HUB_FIND_REPORTS_H

#include "hub/store.h"

/* Which reports a maintainer means. */

struct report_ids {
    const char **items;
    int count;
};
void report_ids_free(struct report_ids *ids);

/* The IDs that begin as each of these words does, at least 8 digits of it; each once. ERROR_NOT_FOUND and
 * ERROR_USAGE name the first word that fits no report, or several. The caller frees them, also after an
 * error. */
enum error_code find_reports(struct store *store, char **words, int count, struct report_ids *ids,
                             struct error *error);

/* All that wait on a PCI ID, vvvv:dddd. */
enum error_code find_pending(struct store *store, const char *pci_id, struct report_ids *ids,
                             struct error *error);

#endif
