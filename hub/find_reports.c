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
    for (int i = 0; i < ids->count; i++)
        free((char *)ids->items[i]);
    free(ids->items);
    *ids = (struct report_ids){NULL, 0};
}

static enum error_code add(void *context, const struct stored_report *report, struct error *error)
{
    struct report_ids *ids = context;
    const char **grown = realloc(ids->items, ((size_t)ids->count + 1) * sizeof *grown);
    char *id = strdup(report->id);
    if (grown)
        ids->items = grown;
    if (!grown || !id) {
        free(id);
        return error_set(error, ERROR_NO_MEMORY, "no memory for the reports");
    }
    ids->items[ids->count++] = id;
    return error->code = ERROR_NONE;
}

struct match {
    struct report_ids *ids;
    int count;
};

static enum error_code count_and_add(void *context, const struct stored_report *report, struct error *error)
{
    struct match *match = context;
    match->count++;
    for (int i = 0; i < match->ids->count; i++)
        if (strcmp(match->ids->items[i], report->id) == 0)
            return error->code = ERROR_NONE;
    return add(match->ids, report, error);
}

static enum error_code find_one(struct store *store, const char *word, struct report_ids *ids,
                                struct error *error)
{
    char prefix[REPORT_ID_HEX_SIZE] = "";
    struct match match = {ids, 0};
    size_t length = strlen(word);
    for (size_t i = 0; i <= length && i < sizeof prefix; i++)
        prefix[i] = (char)tolower((unsigned char)word[i]);
    if (length < MIN_DIGITS || length >= sizeof prefix || strspn(prefix, "0123456789abcdef") != length) {
        error_set(error, ERROR_USAGE, "\"%.80s\" is not the ID of a report: %d to 64 hexadecimal digits",
                  word, MIN_DIGITS);
        return error_next(error, "passthru-hub pending lists them");
    }
    if (store_find_reports(store, prefix, 2, count_and_add, &match, error))
        return error->code;
    if (match.count == 1)
        return ERROR_NONE;
    error_set(error, match.count ? ERROR_USAGE : ERROR_NOT_FOUND,
              match.count ? "several reports begin with %s" : "there is no report %s", word);
    return error_next(error, match.count ? "write more of its digits" : "passthru-hub pending lists them");
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

void report_ids_seen(const char *const ids[], int count, char seen[SEEN_SIZE])
{
    crypto_generichash_state state;
    unsigned char digest[crypto_generichash_BYTES];
    crypto_generichash_init(&state, NULL, 0, sizeof digest);
    for (int i = 0; i < count; i++)
        crypto_generichash_update(&state, (const unsigned char *)ids[i], strlen(ids[i]));
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
    report_ids_seen(ids->items, ids->count, now);
    if (!seen || strcmp(seen, now) == 0)
        return ERROR_NONE;
    error_set(error, ERROR_BAD_INPUT,
              "the %d reports on %s that wait now are not just those that were listed", ids->count, pci_id);
    return error_next(error, "look at them: passthru-hub pending --id %s", pci_id);
}
