/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "importer/driver_claims.h"

#include <stdlib.h>
#include <string.h>

#include "core/pci_id.h"
#include "importer/line_reader.h"

enum { MAX_LINE = 4096, MAX_CLAIMS = 65536 };

struct driver_claims {
    uint32_t *ids; /* ascending */
    int count;
};

static bool is_graphics_driver(const char *name)
{
    static const char *const drivers[] = {"i915",       "xe",        "amdgpu",     "radeon",  "nouveau",
                                          "nova_core",  "ast",       "mgag200",    "qxl",     "vmwgfx",
                                          "virtio_gpu", "vboxvideo", "gma500_gfx", "cirrus",  "cirrus_qemu",
                                          "bochs",      "hibmc_drm", "hyperv_drm", "i740fb",  "tridentfb",
                                          "sisfb",      "viafb",     "via",        "savage",  "mga",
                                          "r128",       "tdfx",      "sis",        "loongson"};
    for (size_t i = 0; i < ARRAY_SIZE(drivers); i++)
        if (strcmp(name, drivers[i]) == 0)
            return true;
    return false;
}

/* "alias pci:v00008086d00003E92sv*sd*bc03sc*i* i915" */
static bool parse_line(const char *line, uint32_t *pci_id)
{
    struct pci_id id;
    if (strncmp(line, "alias pci:", 10) != 0)
        return false;
    const char *alias = line + 6;
    size_t length = strcspn(alias, " ");
    if (alias[length] != ' ' || !is_graphics_driver(alias + length + 1) ||
        pci_id_parse(alias, length, &id) != PCI_ID_OK)
        return false;
    *pci_id = pci_id_number(&id);
    return true;
}

static enum error_code add(struct driver_claims *claims, uint32_t pci_id, struct error *error)
{
    if (claims->count == MAX_CLAIMS)
        return error_set(error, ERROR_BAD_INPUT, "more than %d devices of graphics drivers", MAX_CLAIMS);
    if ((claims->count & (claims->count - 1)) == 0) {
        size_t capacity = claims->count ? 2 * (size_t)claims->count : 1;
        uint32_t *ids = realloc(claims->ids, capacity * sizeof *ids);
        if (!ids)
            return error_set(error, ERROR_NO_MEMORY, "no memory for a list of drivers");
        claims->ids = ids;
    }
    claims->ids[claims->count++] = pci_id;
    return ERROR_NONE;
}

static int compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static enum error_code read_lines(struct line_reader *lines, struct driver_claims *claims,
                                  struct error *error)
{
    for (;;) {
        const char *line;
        size_t length;
        uint32_t pci_id;
        enum line_status status = line_reader_next(lines, &line, &length, error);
        if (status == LINE_END || status == LINE_FAILED)
            return error->code;
        if (status == LINE_OK && parse_line(line, &pci_id) && add(claims, pci_id, error))
            return error->code;
    }
}

enum error_code driver_claims_read(const char *path, const char *shown_path, struct driver_claims **claims,
                                   struct error *error)
{
    struct line_reader *lines;
    if (line_reader_open_as(path, shown_path, MAX_LINE, &lines, error))
        return error->code;
    struct driver_claims *read = calloc(1, sizeof *read);
    enum error_code code = read ? read_lines(lines, read, error)
                                : error_set(error, ERROR_NO_MEMORY, "no memory for a list of drivers");
    line_reader_close(lines);
    if (code) {
        driver_claims_free(read);
        return code;
    }
    if (read->count)
        qsort(read->ids, (size_t)read->count, sizeof *read->ids, compare);
    *claims = read;
    return ERROR_NONE;
}

void driver_claims_free(struct driver_claims *claims)
{
    if (!claims)
        return;
    free(claims->ids);
    free(claims);
}

bool driver_claims_have(const struct driver_claims *claims, uint32_t pci_id)
{
    return claims && claims->count &&
           bsearch(&pci_id, claims->ids, (size_t)claims->count, sizeof pci_id, compare) != NULL;
}

int driver_claims_count(const struct driver_claims *claims)
{
    return claims->count;
}
