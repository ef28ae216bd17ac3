/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/find_reports.h"

#include <ctype.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MIN_DIGITS = 8 };

void report_ids_free(struct report_ids *ids)
{
    free(ids->items);
    *ids = (struct report_ids){NULL, 0};
}

static enum error_code add(void *context, const struct stored_report *report, struct error *error)
{
    struct report_ids *ids = context;
    void *grown = realloc(ids->items, ((size_t)ids->count + 1) * sizeof *ids->items);
    if (!grown)
        return error_set(error, ERROR_NO_MEMORY, "no memory for the reports");
    ids->items = grown;
    snprintf(ids->items[ids->count++], sizeof *ids->items, "%s", report->id);
    return error->code = ERROR_NONE;
}

/* Adds those that begin so to what was found before, each once. */
static enum error_code find_one(struct store *store, const char *word, struct report_ids *ids,
                                struct error *error)
{
    char prefix[REPORT_ID_HEX_SIZE] = "";
    struct report_ids found CLEANUP(report_ids_free) = {NULL, 0};
    size_t length = strlen(word);
    for (size_t i = 0; i <= length && i < sizeof prefix; i++)
        prefix[i] = (char)tolower((unsigned char)word[i]);
    if (length < MIN_DIGITS || length >= sizeof prefix || strspn(prefix, "0123456789abcdef") != length) {
        error_set(error, ERROR_USAGE, "\"%.80s\" is not the ID of a report: %d to 64 hexadecimal digits",
                  word, MIN_DIGITS);
        return error_next(error, "passthru-hub pending lists them");
    }
    if (store_find_reports(store, prefix, 2, add, &found, error))
        return error->code;
    if (found.count == 1) {
        for (int i = 0; i < ids->count; i++)
            if (strcmp(ids->items[i], found.items[0]) == 0)
                return ERROR_NONE;
        return add(ids, &(struct stored_report){.id = found.items[0]}, error);
    }
    error_set(error, found.count ? ERROR_USAGE : ERROR_NOT_FOUND,
              found.count ? "several reports begin with %s" : "there is no report %s", word);
    return error_next(error, found.count ? "write more of its digits" : "passthru-hub pending lists them");
}

enum error_code find_reports(struct store *store, char **words, int count, struct report_ids *ids,
                             struct error *error)
{
    *ids = (struct report_ids){NULL, 0};
    error->code = ERROR_NONE;
    for (int i = 0; i < count && !error->code; i++)
        find_one(store, words[i], ids, error);
    return error->code;
}

void report_ids_seen(const void *reports, size_t size, int count, char seen[SEEN_SIZE])
{
    crypto_generichash_state state;
    unsigned char digest[crypto_generichash_BYTES];
    crypto_generichash_init(&state, NULL, 0, sizeof digest);
    for (int i = 0; i < count; i++)
        crypto_generichash_update(&state, (const unsigned char *)reports + (size_t)i * size,
                                  REPORT_ID_HEX_SIZE - 1);
    crypto_generichash_final(&state, digest, sizeof digest);
    sodium_bin2hex(seen, SEEN_SIZE, digest, SEEN_SIZE / 2);
}

enum error_code find_pending(struct store *store, const char *pci_id, const char *seen,
                             struct report_ids *ids, struct error *error)
{
    char now[SEEN_SIZE];
    *ids = (struct report_ids){NULL, 0};
    if (store_each_report(store, "pending", pci_id, add, ids, error))
        return error->code;
    if (!ids->count) {
        error_set(error, ERROR_NOT_FOUND, "no report on %s waits", pci_id);
        return error_next(error, "passthru-hub pending lists those that do");
    }
    report_ids_seen(ids->items, sizeof *ids->items, ids->count, now);
    if (!seen || strcmp(seen, now) == 0)
        return ERROR_NONE;
    error_set(error, ERROR_BAD_INPUT,
              "the %d reports on %s that wait now are not just those that were listed", ids->count, pci_id);
    return error_next(error, "look at them: passthru-hub pending --id %s", pci_id);
}
