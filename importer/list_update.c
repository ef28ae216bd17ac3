#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "importer/pci_ids.h"
#include "importer/product_list.h"
#include "importer/remote_update.h"

/* The compressed pci.ids has 0.4 MB, amdgpu.ids 25 KB. */
static const uint64_t max_list_bytes = 16 << 20;

static enum error_code check_pci_ids(struct remote_update *update, struct error *error)
{
    static const struct pci_ids_visitor nobody = {.context = NULL};
    const char *name = update->remote->name;
    struct pci_ids_summary summary;
    if (pci_ids_read(update->path, update->remote->url, &nobody, &summary, &update->quiet, error))
        return error->code;
    snprintf(update->told->version, sizeof update->told->version, "%s", summary.version);
    if (!summary.classes || !summary.ended_whole)
        return error_set(error, ERROR_REMOTE, "%s: is cut short: %s", name,
                         summary.classes ? "its last line has no end"
                                         : "the list of device classes at its end is missing");
    if (update->request->force)
        return ERROR_NONE;
    /* Versions are dates, 2026.11.22. */
    if (strcmp(summary.version, update->pci_ids_in_use) < 0)
        error_set(error, ERROR_REMOTE, "%s: version %s is older than %s, which is in use", name,
                  summary.version[0] ? summary.version : "(none)", update->pci_ids_in_use);
    else if (summary.devices * 5 < update->devices_in_use * 4)
        error_set(error, ERROR_REMOTE, "%s: has %ld devices, more than a fifth less than the %ld in use",
                  name, summary.devices, update->devices_in_use);
    if (error->code)
        error_next(error, "the list in use stays; take this one all the same with: passthru sync --force %s",
                   name);
    return error->code;
}

static enum error_code count_products(struct remote_update *update, const char *path, int *count,
                                      struct error *error)
{
    struct product_list *products = product_list_new();
    *count = 0;
    if (!products)
        return error_set(error, ERROR_NO_MEMORY, "no memory for products");
    enum error_code code = product_list_read(products, PRODUCTS_AMDGPU_IDS, path, update->remote->url, count,
                                             &update->quiet, error);
    product_list_free(products);
    return code;
}

static enum error_code check_amdgpu_ids(struct remote_update *update, struct error *error)
{
    char path[DATABASE_PATH_SIZE];
    struct error none = {.code = ERROR_NONE};
    int had = 0;
    int count;
    if (count_products(update, update->path, &count, error))
        return error->code;
    if (!count)
        return error_set(error, ERROR_BAD_INPUT, "%s names no card", update->remote->url);
    if (update->request->force || !source_cache_list(update->cache, SOURCE_AMDGPU_IDS, path) ||
        count_products(update, path, &had, &none) || (int64_t)count * 5 >= (int64_t)had * 4)
        return ERROR_NONE;
    error_set(error, ERROR_REMOTE, "%s: has %d products, more than a fifth less than the %d in use",
              update->remote->name, count, had);
    return error_next(error,
                      "the list in use stays; take this one all the same with: passthru sync --force %s",
                      update->remote->name);
}

/* What is wrong with a list is the remote's fault. */
static enum error_code check_list(struct remote_update *update, struct error *error)
{
    enum error_code code = update->remote->kind == REMOTE_PCI_IDS ? check_pci_ids(update, error)
                                                                  : check_amdgpu_ids(update, error);
    if (code != ERROR_BAD_INPUT)
        return code;
    struct error why = *error;
    error_set(error, ERROR_REMOTE, "%s: what came is no %s: %s", update->remote->name,
              remote_kind_word(update->remote->kind), why.message);
    return error_next(error, "the list in use stays; try again later, or correct url= in %.200s",
                      update->remote->file);
}

/* The SHA-256 of what came. */
static enum error_code hash_list(const struct remote_update *update, const struct buffer *body,
                                 char hash[MANIFEST_HASH_SIZE], struct error *error)
{
    unsigned char digest[crypto_hash_sha256_BYTES];
    if (update->path[0])
        return feed_cache_hash(update->path, hash, NULL, error);
    crypto_hash_sha256(digest, (const unsigned char *)buffer_text(body), body->length);
    sodium_bin2hex(hash, MANIFEST_HASH_SIZE, digest, sizeof digest);
    return ERROR_NONE;
}

static enum error_code take_list(struct remote_update *update, const struct transfer *transfer, bool is_had,
                                 struct error *error)
{
    struct remote_state *state = &update->state;
    char hash[MANIFEST_HASH_SIZE];
    bool same_tags = strcmp(state->etag, transfer->new_etag) == 0 &&
                     strcmp(state->last_modified, transfer->new_last_modified) == 0;
    if (hash_list(update, &transfer->body, hash, error))
        return error->code;
    bool is_same = is_had && strcmp(hash, state->seen_hash) == 0;
    update->has_new = !is_same;
    if (update->request->dry_run || (is_same && same_tags) || (!is_same && check_list(update, error)))
        return error->code;
    snprintf(state->etag, sizeof state->etag, "%s", transfer->new_etag);
    snprintf(state->last_modified, sizeof state->last_modified, "%s", transfer->new_last_modified);
    snprintf(state->version, sizeof state->version, "%s", update->told->version);
    snprintf(state->seen_hash, sizeof state->seen_hash, "%s", hash);
    /* What is new is remembered when it is in the database. */
    return is_same ? remote_state_save(update->cache, update->remote->name, state, error) : ERROR_NONE;
}

enum error_code list_update(struct remote_update *update, struct error *error)
{
    char path[DATABASE_PATH_SIZE];
    char name[128];
    enum source_kind kind = update->remote->kind == REMOTE_PCI_IDS ? SOURCE_PCI_IDS : SOURCE_AMDGPU_IDS;
    bool is_had = source_cache_list(update->cache, kind, path);
    /* An older one may have been imported by hand since. */
    if (kind == SOURCE_PCI_IDS && update->pci_ids_in_use[0] &&
        strcmp(update->state.version, update->pci_ids_in_use) > 0)
        is_had = false;
    struct transfer transfer = {.file = update->remote->file, .max_bytes = max_list_bytes};
    snprintf(transfer.url, sizeof transfer.url, "%s", update->remote->url);
    if (is_had && update->state.etag[0])
        transfer.etag = update->state.etag;
    if (is_had && update->state.last_modified[0])
        transfer.last_modified = update->state.last_modified;
    if (!update->request->dry_run) {
        snprintf(name, sizeof name, "download-%s", update->remote->name);
        source_cache_path(update->cache, name, update->path);
        transfer.path = update->path;
    } else {
        transfer.body = BUFFER(max_list_bytes);
    }
    snprintf(update->told->version, sizeof update->told->version, "%s", update->state.version);
    if (!transfer_run(update->transfers, &transfer, error) && transfer.status != 304)
        take_list(update, &transfer, is_had, error);
    update->told->received += transfer.received;
    buffer_free(&transfer.body);
    if (error->code) /* what is had, not what came */
        snprintf(update->told->version, sizeof update->told->version, "%s", update->state.version);
    return error->code;
}
