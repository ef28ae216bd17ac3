/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "core/list_version.h"
#include "db/report_id.h"
#include "importer/pci_ids.h"
#include "importer/product_list.h"
#include "importer/sync.h"

/* The compressed pci.ids has 0.4 MB, amdgpu.ids 25 KB. */
static const uint64_t max_list_bytes = 16 << 20;

static enum source_kind kind_of(const struct remote_update *update)
{
    return (enum source_kind)(update->remote->list - list_kinds);
}

/* The next step where a list may be taken nevertheless. */
static enum error_code suggest_force(const struct remote_update *update, struct error *error)
{
    return error_next(error, "the current list stays in use; to take this one: passthru sync --force %s",
                      update->remote->name);
}

/* Rejects a list that is much shorter than the current one, by its `records`, which are called `what`. */
static enum error_code check_length(const struct remote_update *update, int64_t records, const char *what,
                                    struct error *error)
{
    if (update->force || records * 5 >= update->current_records * 4)
        return ERROR_NONE;
    error_set(error, ERROR_REMOTE, "%s: has %lld %s, more than a fifth less than the current list's %lld",
              update->remote->name, (long long)records, what, (long long)update->current_records);
    return suggest_force(update, error);
}

enum error_code list_check_pci_ids(struct remote_update *update, struct error *error)
{
    static const struct pci_ids_visitor nobody = {.context = NULL};
    const char *name = update->remote->name;
    struct problems quiet = {.report = NULL};
    struct pci_ids_summary summary;
    if (pci_ids_read(update->path, update->remote->url, &nobody, &summary, &quiet, error))
        return error->code;
    if (pci_ids_check_version(summary.version, update->remote->url, error))
        return error->code;
    snprintf(update->result.version, sizeof update->result.version, "%s", summary.version);
    if (!summary.classes || !summary.ended_whole)
        return error_set(error, ERROR_REMOTE, "%s: is truncated: %s", name,
                         summary.classes ? "its last line is not terminated"
                                         : "the list of device classes at its end is missing");
    /* Versions are dates, 2026.11.22. */
    if (!update->force && strcmp(summary.version, update->current_version) < 0) {
        error_set(error, ERROR_REMOTE, "%s: version %s is older than the current version %s", name,
                  summary.version[0] ? summary.version : "(none)", update->current_version);
        return suggest_force(update, error);
    }
    return check_length(update, summary.devices, "devices", error);
}

enum error_code list_check_products(struct remote_update *update, struct error *error)
{
    char path[DATABASE_PATH_SIZE];
    struct problems quiet = {.report = NULL};
    struct product_list products CLEANUP(product_list_free) = {.count = 0};
    int count = 0;
    if (product_list_read(&products, kind_of(update), update->path, update->remote->url, &count, &quiet,
                          error))
        return error->code;
    if (!count)
        return error_set(error, ERROR_BAD_INPUT, "%s names no product", update->remote->url);
    /* A list that the database took from the system is not one of the remote's. */
    return source_cache_list(update->cache, kind_of(update), path)
               ? check_length(update, count, "products", error)
               : ERROR_NONE;
}

/* What is wrong with a list is the remote's fault. */
static enum error_code check_list(struct remote_update *update, struct error *error)
{
    const struct remote *remote = update->remote;
    if (remote->list->check(update, error) != ERROR_BAD_INPUT)
        return error->code;
    struct error why = *error;
    error_set(error, ERROR_REMOTE, "%s: the file that came is not a valid %s: %s", remote->name,
              remote->list->name, why.message);
    return error_next(error, "the current list stays in use; try again later, or correct url= in %.200s",
                      remote->file);
}

/* The SHA-256 of what came. */
static enum error_code hash_list(const struct remote_update *update, const struct buffer *body,
                                 char hash[MANIFEST_HASH_SIZE], struct error *error)
{
    if (update->path[0])
        return feed_cache_hash(update->path, hash, NULL, error);
    report_id(buffer_text(body), body->length, hash);
    return ERROR_NONE;
}

static enum error_code take_list(struct remote_update *update, const struct transfer *transfer,
                                 bool have_current, struct error *error)
{
    struct remote_state *state = &update->state;
    char hash[MANIFEST_HASH_SIZE];
    if (hash_list(update, &transfer->body, hash, error))
        return error->code;
    update->has_new = !have_current || strcmp(hash, state->seen_hash) != 0;
    if (update->dry_run || (update->has_new && check_list(update, error)))
        return error->code;
    bool renamed = remote_state_take_tags(state, transfer);
    snprintf(state->version, sizeof state->version, "%s", update->result.version);
    snprintf(state->seen_hash, sizeof state->seen_hash, "%s", hash);
    /* What is new is remembered when it is in the database. */
    return renamed && !update->has_new ? remote_state_save(update->cache, update->remote->name, state, error)
                                       : ERROR_NONE;
}

enum error_code list_update(struct remote_update *update, struct error *error)
{
    const struct remote_state *state = &update->state;
    char path[DATABASE_PATH_SIZE];
    struct transfer transfer = {.file = update->remote->file, .max_bytes = max_list_bytes};
    snprintf(transfer.url, sizeof transfer.url, "%s", update->remote->url);
    /* An older one than the remote's may have been imported by hand since. */
    bool have_current = source_cache_list(update->cache, kind_of(update), path) &&
                        (!state->version[0] || list_version_is_valid(state->version, update->now)) &&
                        (!update->current_version[0] || strcmp(state->version, update->current_version) <= 0);
    if (have_current)
        remote_state_ask(state, &transfer);
    if (!update->dry_run) {
        const struct path download = path_of("download-%s", update->remote->name);
        memcpy(update->path, source_cache_path(update->cache, download.text).text, sizeof update->path);
        transfer.path = update->path;
    }
    snprintf(update->result.version, sizeof update->result.version, "%s", state->version);
    if (!transfer_run(update->transfers, &transfer, error) && transfer.status != 304)
        take_list(update, &transfer, have_current, error);
    update->result.received += transfer.received;
    buffer_free(&transfer.body);
    if (error->code) /* the current version, not the one that came */
        snprintf(update->result.version, sizeof update->result.version, "%s", state->version);
    return error->code;
}
