/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "importer/product_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buffer.h"
#include "core/json_reader.h"
#include "core/pci_id.h"
#include "core/text.h"
#include "importer/line_reader.h"
#include "importer/sync.h"
#include "importer/table.h"

enum {
    MAX_LINE = 4096,
    MAX_JSON = 32 << 20,
    MAX_JSON_LINE = 4 << 20,
    MAX_PRODUCTS = 65536,
    AMD_VENDOR = 0x1002,
    NVIDIA_VENDOR = 0x10de
};

/* A product's name without its maker; false when it is empty or too long. */
static bool set_name(struct product *product, const char *name, size_t length)
{
    static const char *const makers[] = {"AMD ", "NVIDIA "};
    for (size_t i = 0; i < ARRAY_SIZE(makers); i++) {
        size_t maker = strlen(makers[i]);
        if (length > maker && strncmp(name, makers[i], maker) == 0) {
            name += maker;
            length -= maker;
        }
    }
    if (!length || length >= sizeof product->name || !text_is_utf8(name, length))
        return false;
    memcpy(product->name, name, length);
    product->name[length] = '\0';
    return true;
}

static enum error_code add(struct product_list *list, const struct product *product, const char *shown_path,
                           struct error *error)
{
    if (list->count == MAX_PRODUCTS)
        return error_set(error, ERROR_BAD_INPUT, "%s: more than %d products", shown_path, MAX_PRODUCTS);
    if (!ARRAY_GROW(list->products, list->count))
        return error_set(error, ERROR_NO_MEMORY, "no memory for products");
    struct product *added = &list->products[list->count];
    *added = *product;
    added->source = list->reading;
    added->place = list->count++;
    return ERROR_NONE;
}

/* ---- amdgpu.ids: "73DF,\tC3,\tAMD Radeon RX 6800M" ---- */

static bool parse_amdgpu_line(const char *line, size_t length, struct product *product)
{
    uint16_t device;
    const char *at = line;
    if (memchr(line, '\0', length) || !take_hex4(&at, &device) || *at++ != ',')
        return false;
    at += strspn(at, " \t");
    if (strspn(at, "0123456789abcdefABCDEF") != 2 || at[2] != ',')
        return false;
    *product = (struct product){.pci_id = (uint32_t)AMD_VENDOR << 16 | device, .subsystem = -1};
    product->revision = (int)strtol(at, NULL, 16);
    at += 3;
    at += strspn(at, " \t");
    return set_name(product, at, strlen(at));
}

/* The one line that is no product is the version of the format, such as 1.0.0. */
static bool is_amdgpu_comment(const char *line)
{
    return line[strspn(line, " \t")] == '\0' || line[0] == '#' || line[strspn(line, "0123456789.")] == '\0';
}

/* ---- NVIDIA's README: "    GeForce RTX 3070 Laptop GPU    249D 1028 0A4F    L" ---- */

static bool parse_readme_line(const char *line, size_t length, struct product *product)
{
    uint16_t device;
    uint16_t subvendor;
    uint16_t subdevice;
    const char *name = line + strspn(line, " ");
    const char *gap = strstr(name, "  ");
    if (name == line || !gap || memchr(line, '\0', length))
        return false;
    const char *at = gap + strspn(gap, " ");
    /* The table writes its digits in capitals: that keeps words of prose out. */
    if (strspn(at, "0123456789ABCDEF") != 4 || !take_hex4(&at, &device) || (*at && *at != ' '))
        return false;
    *product =
        (struct product){.pci_id = (uint32_t)NVIDIA_VENDOR << 16 | device, .subsystem = -1, .revision = -1};
    const char *rest = at + (*at == ' ');
    if (take_hex4(&rest, &subvendor) && *rest++ == ' ' && take_hex4(&rest, &subdevice) &&
        (!*rest || *rest == ' '))
        product->subsystem = (int64_t)subvendor << 16 | subdevice;
    return set_name(product, name, (size_t)(gap - name));
}

/* ---- supported-gpus.json: {"chips":[{"devid":"0x1D16","name":"GeForce MX330"}, ...]} ---- */

static bool get_hex(const json_t *chip, const char *key, uint16_t *value)
{
    const char *text = json_member_text(chip, key);
    if (!text || text[0] != '0' || (text[1] | 0x20) != 'x')
        return false;
    text += 2;
    return take_hex4(&text, value) && !*text;
}

static bool parse_chip(const json_t *chip, struct product *product)
{
    uint16_t device;
    uint16_t subvendor;
    uint16_t subdevice;
    const char *name = json_member_text(chip, "name");
    if (!name || !get_hex(chip, "devid", &device))
        return false;
    *product =
        (struct product){.pci_id = (uint32_t)NVIDIA_VENDOR << 16 | device, .subsystem = -1, .revision = -1};
    bool has_subsystem = json_object_get(chip, "subvendorid") != NULL;
    if (has_subsystem &&
        (!get_hex(chip, "subvendorid", &subvendor) || !get_hex(chip, "subdeviceid", &subdevice)))
        return false;
    if (has_subsystem)
        product->subsystem = (int64_t)subvendor << 16 | subdevice;
    return set_name(product, name, strlen(name));
}

static enum error_code add_chips(const json_t *root, const char *shown_path, struct product_list *list,
                                 struct problems *problems, struct error *error)
{
    const json_t *chips = json_object_get(root, "chips");
    if (!json_is_array(chips))
        return error_set(error, ERROR_BAD_INPUT, "%s: has no list of chips", shown_path);
    for (size_t i = 0; i < json_array_size(chips); i++) {
        struct product product;
        if (!parse_chip(json_array_get(chips, i), &product))
            problems_reject(problems, shown_path, 0, "chip %zu of the list: expected devid and name", i + 1);
        else if (add(list, &product, shown_path, error))
            return error->code;
    }
    return ERROR_NONE;
}

static enum error_code read_nvidia_json(struct line_reader *lines, const char *shown_path,
                                        struct product_list *list, struct problems *problems,
                                        struct error *error)
{
    struct buffer text CLEANUP(buffer_free) = BUFFER(MAX_JSON);
    json_auto_t *root = NULL;
    struct error why;
    enum line_status status;
    const char *line;
    size_t length;
    while ((status = line_reader_next(lines, &line, &length, error)) == LINE_OK) {
        buffer_append(&text, line, length);
        buffer_append_byte(&text, '\n');
    }
    if (status == LINE_FAILED)
        return error->code;
    if (status == LINE_TOO_LONG || text.failed)
        return error_set(error, ERROR_BAD_INPUT, "%s: is too large, or no text", shown_path);
    if (json_read(buffer_text(&text), text.length, &root, &why))
        return error_set(error, why.code, "%s: %s", shown_path, why.message);
    return add_chips(root, shown_path, list, problems, error);
}

/* ---- modules.alias(5): "alias pci:v00008086d00003E92sv*sd*bc03sc*i* i915" ---- */

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

/* A line of another driver, and one that names a class and no device, is passed over. */
static bool parse_alias(const char *line, size_t line_length, struct product *product)
{
    struct pci_id id;
    (void)line_length;
    if (strncmp(line, "alias pci:", 10) != 0)
        return false;
    const char *alias = line + 6;
    size_t length = strcspn(alias, " ");
    if (alias[length] != ' ' || !is_graphics_driver(alias + length + 1) ||
        pci_id_parse(alias, length, &id) != PCI_ID_OK)
        return false;
    *product = (struct product){.pci_id = pci_id_number(&id), .subsystem = -1, .revision = -1};
    snprintf(product->name, sizeof product->name, "%s", alias + length + 1);
    return true;
}

/* ---- the kinds of list ---- */

static enum error_code read_lines(struct line_reader *lines, const char *shown_path,
                                  struct product_list *list, struct problems *problems, struct error *error)
{
    const struct list_kind *kind = &list_kinds[list->reading];
    const char *line;
    size_t length;
    enum line_status status;
    while ((status = line_reader_next(lines, &line, &length, error)) != LINE_END && status != LINE_FAILED) {
        struct product product;
        if (status == LINE_OK && kind->parse(line, length, &product)) {
            if (add(list, &product, shown_path, error))
                break;
        } else if (kind->expected && (status != LINE_OK || !is_amdgpu_comment(line))) {
            problems_reject(problems, shown_path, line_reader_number(lines), "expected %s", kind->expected);
        }
    }
    return error->code;
}

static bool has_amdgpu_ids_line(const char *line)
{
    return strspn(line, "0123456789abcdefABCDEF") == 4 && line[4] == ',';
}

static bool has_nvidia_readme_line(const char *line)
{
    return strstr(line, "NVIDIA") && strstr(line, "README");
}

const struct list_kind list_kinds[] = {
    [SOURCE_PCI_IDS] = {.name = "pci.ids",
                        .name_part = "pci.ids",
                        .claim = "list pci.ids: the name of this subsystem",
                        .check = list_check_pci_ids},
    [SOURCE_MODULES_ALIAS] = {.name = "modules.alias",
                              .name_part = "modules.alias",
                              .claim = "list modules.alias: a graphics driver of the kernel claims this ID",
                              .read = read_lines,
                              .parse = parse_alias},
    {.name = "amdgpu.ids",
     .name_part = "amdgpu.ids",
     .system_path = "/usr/share/libdrm/amdgpu.ids",
     .claim = "list amdgpu.ids: the products that libdrm names under this ID",
     .has_line = has_amdgpu_ids_line,
     .check = list_check_products,
     .read = read_lines,
     .parse = parse_amdgpu_line,
     .expected = "a device, a revision and a product name: 73DF,<tab>C3,<tab>AMD Radeon RX 6800M"},
    {.name = "supported-gpus.json",
     .name_part = "supported-gpus",
     .claim = "list supported-gpus.json: the products that NVIDIA's driver names under this ID",
     .is_json = true,
     .read = read_nvidia_json},
    {.name = "nvidia-readme",
     .name_part = "nvidia-readme",
     .claim = "list README: the products that NVIDIA's driver names under this ID",
     .has_line = has_nvidia_readme_line,
     .read = read_lines,
     .parse = parse_readme_line},
    {.name = NULL},
};

int list_kind_count(void)
{
    return (int)ARRAY_SIZE(list_kinds) - 1;
}

enum error_code product_list_read(struct product_list *list, enum source_kind source, const char *path,
                                  const char *shown_path, int *added, struct problems *problems,
                                  struct error *error)
{
    const struct list_kind *kind = &list_kinds[source];
    struct line_reader *lines CLEANUP(line_reader_close) = NULL;
    int before = list->count;
    *added = 0;
    list->reading = source;
    if (line_reader_open(path, shown_path, kind->is_json ? MAX_JSON_LINE : MAX_LINE, &lines, error))
        return error->code;
    line_reader_expect_list(lines);
    if (kind->read(lines, shown_path, list, problems, error) == ERROR_BAD_INPUT && !error->next[0])
        error_next(error, "give a whole %s, as it is published", kind->name);
    *added = list->count - before;
    return error->code;
}

static int compare(const void *a, const void *b)
{
    const struct product *x = a;
    const struct product *y = b;
    if (x->pci_id != y->pci_id)
        return x->pci_id < y->pci_id ? -1 : 1;
    return x->place - y->place;
}

void product_list_sort(struct product_list *list)
{
    if (list->count)
        qsort(list->products, (size_t)list->count, sizeof *list->products, compare);
}

void product_list_free(struct product_list *list)
{
    free(list->products);
    *list = (struct product_list){.count = 0};
}

const struct product *product_list_find(const struct product_list *list, uint32_t pci_id, int *count)
{
    int low = array_first(list->products, list->count, sizeof *list->products, pci_id);
    *count = 0;
    while (low + *count < list->count && list->products[low + *count].pci_id == pci_id)
        ++*count;
    return *count ? &list->products[low] : NULL;
}
