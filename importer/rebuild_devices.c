/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The devices of pci.ids, and what is known of each GPU among them. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/list_version.h"
#include "importer/line_reader.h"
#include "importer/pci_ids.h"
#include "importer/product_names.h"
#include "importer/rebuild_internal.h"

/* A pci.ids and the place in it that has been reached. */
struct device_reader {
    struct rebuild *work;
    struct annotation_result annotation; /* of the device read last */
    char version[32];                    /* of the list, "" when it states none */
    uint16_t vendor_id;
    const char *name_source; /* of the last name of data/names.tsv, and its number as an origin */
    int name_origin;
    uint32_t gpu;         /* the device read last, if it is a GPU; else 0 */
    bool is_open;         /* it is sold both ways: its subsystems may say */
    char gpu_name[256];   /* its name */
    char board_name[256]; /* of its board that was read last */
    const struct known_words *known_words;
};

/* ---- products ---- */

/* NVIDIA's code names end in the edition (GP108M, TU117GLM), which is the ID's, not the product's. */
static bool is_nvidia(const struct pci_id *id)
{
    return id->vendor == 0x10de;
}

/* The chip's code name with this product's name alone: what the rules know how to read. */
static void name_product(const struct pci_id *id, const char *device_name, const char *product_name,
                         char name[512])
{
    /* Of several code names (Tonga XT / Amethyst XT) the first: the product says which edition it is. */
    int code = (int)strcspn(device_name, "[/");
    while (code && device_name[code - 1] == ' ')
        code--;
    while (is_nvidia(id) && code && device_name[code - 1] >= 'A' && device_name[code - 1] <= 'Z')
        code--;
    snprintf(name, 512, "%.*s [%s]", code, device_name, product_name);
}

/* What the name of a product says of its form factor; one that is sold both ways itself says nothing. */
static struct annotation read_form(struct device_reader *reader, const struct pci_id *id,
                                   const char *device_name, const char *product)
{
    struct annotation_result *annotation = &reader->annotation;
    char name[512];
    name_product(id, device_name, product, name);
    annotator_resolve(reader->work->annotator, id, name, NULL, annotation);
    enum form_factor form = gpu_form_factor(&annotation->gpu);
    return annotation->is_gpu && form != FORM_FACTOR_UNKNOWN && form != FORM_FACTOR_EITHER
               ? annotation->gpu.attributes[ATTRIBUTE_FORM_FACTOR]
               : (struct annotation){.value = FORM_FACTOR_UNKNOWN};
}

/* Stores one product that is sold under an ID, with what its name says of the form factor, which goes to
 * `said`. */
static enum error_code add_product(struct device_reader *reader, const struct pci_id *id,
                                   const char *device_name, const struct product *product,
                                   struct annotation *said, struct error *error)
{
    *said = read_form(reader, id, device_name, product->name);
    if (is_nvidia(id))
        said->confidence *= 0.9; /* plain names stand for laptop chips, too: RTX 2080 */
    if (product->source == SOURCE_PCI_IDS)
        said->confidence *= 0.8; /* and who named a subsystem may have looked at the sticker alone */
    const struct alias alias = {.pci_id = pci_id_number(id),
                                .revision = product->revision,
                                .product = product->name,
                                .form_factor = (enum form_factor)said->value,
                                .source = list_kinds[product->source].name};
    if (product->source != SOURCE_PCI_IDS && builder_add_alias(reader->work->builder, &alias, error))
        return error->code;
    if (product->subsystem < 0 && product->revision < 0)
        return ERROR_NONE; /* it says something of the ID alone */
    int source = said->value ? reader->annotation.claims[ATTRIBUTE_FORM_FACTOR][0].source
                             : annotator_product_source(reader->work->annotator, (int)product->source);
    const struct gpu_variant variant = {pci_id_number(id),
                                        product->subsystem,
                                        product->revision,
                                        product->name,
                                        (enum form_factor)said->value,
                                        said->confidence,
                                        1 + source};
    return builder_add_variant(reader->work->builder, &variant, error);
}

/* Stores all products that are sold under an ID and returns what they say of the ID: one form factor if all
 * agree, `either` if card and laptop chip are among them. */
static enum error_code add_products(struct device_reader *reader, const struct pci_id *id, const char *name,
                                    struct product_hint *hint, struct error *error)
{
    const unsigned cards = 1U << FORM_FACTOR_DESKTOP | 1U << FORM_FACTOR_SERVER;
    int count;
    const struct product *products = product_list_find(&reader->work->products, pci_id_number(id), &count);
    unsigned seen = 0; /* a bit for each form factor */
    double surest = 0.0;
    *hint = (struct product_hint){.list = count ? (int)products[0].source : 0};
    for (int i = 0; i < count; i++) {
        struct annotation said;
        if (add_product(reader, id, name, &products[i], &said, error))
            return error->code;
        seen |= said.value ? 1U << said.value : 0;
        surest = said.confidence > surest ? said.confidence : surest;
    }
    for (int value = 1; value < FORM_FACTOR_COUNT; value++) {
        if (seen != 1U << value)
            continue;
        hint->form_factor = (enum form_factor)value;
        hint->confidence = surest * 0.9;
    }
    if (seen & 1U << FORM_FACTOR_MOBILE && seen & cards) {
        hint->form_factor = FORM_FACTOR_EITHER;
        hint->confidence = 0.9;
    }
    return ERROR_NONE;
}

/* ---- the names in pci.ids ---- */

/* The name of a device or of a board, while its products are stored as aliases. */
struct names_reader {
    struct device_reader *reader;
    struct pci_id id;
    const char *device_name;
    const char *source;
    const char *chip;   /* NULL: the name of a board has none */
    bool is_device;     /* the whole name is a product of its own: it says the same as the ID */
    bool is_chip_alone; /* it names no product */
};

static enum error_code add_alias(void *context, const char *product, struct error *error)
{
    const struct names_reader *names = context;
    struct device_reader *reader = names->reader;
    struct alias alias = {.pci_id = pci_id_number(&names->id),
                          .revision = -1,
                          .product = product,
                          .name = names->is_chip_alone ? "" : NULL,
                          .chip = names->chip,
                          .source = names->source};
    if (!names->is_device)
        alias.form_factor =
            (enum form_factor)read_form(reader, &names->id, names->device_name, product).value;
    return builder_add_alias(reader->work->builder, &alias, error);
}

/* "Rembrandt", "TU117M": the name is that of the chip, with its edition at most. */
static bool is_code_name(const struct gpu *gpu, const char *name)
{
    size_t length = strlen(gpu->chip);
    return length && strncmp(name, gpu->chip, length) == 0 && !strpbrk(name + length, " [");
}

static enum error_code add_device_names(struct device_reader *reader, uint32_t pci_id, const char *name,
                                        struct error *error)
{
    struct device_name split;
    device_name_split(name, &split);
    struct names_reader names = {.reader = reader,
                                 .id = pci_id_from_number(pci_id),
                                 .device_name = name,
                                 .source = list_kinds[SOURCE_PCI_IDS].name,
                                 .chip = split.chip,
                                 .is_device = !split.chip[0] || !strchr(split.product, '/'),
                                 .is_chip_alone = is_code_name(&reader->annotation.gpu, name)};
    if (names.is_chip_alone)
        names.chip = name;
    if (!names.is_device && product_names_each(reader->known_words, split.product, add_alias, &names, error))
        return error->code;
    names.is_device = true; /* the whole name, as lspci shows it */
    return add_alias(&names, split.product, error);
}

/* Only the name of a board tells that some IDs are sold as this product. */
static enum error_code add_board_names(struct device_reader *reader, uint32_t pci_id, const char *name,
                                       struct error *error)
{
    struct names_reader names = {.reader = reader,
                                 .id = pci_id_from_number(pci_id),
                                 .device_name = reader->gpu_name,
                                 .source = "subsystem"};
    /* Many makers call their boards the same. */
    if (reader->gpu != pci_id || strcmp(name, reader->board_name) == 0)
        return ERROR_NONE;
    snprintf(reader->board_name, sizeof reader->board_name, "%s", name);
    if (!product_name_is_plain(reader->known_words, name))
        return ERROR_NONE;
    return product_names_each(reader->known_words, name, add_alias, &names, error);
}

/* ---- the lines of pci.ids ---- */

/* The values that were stated and lost. */
static enum error_code add_losers(const struct device_reader *reader, uint32_t pci_id, struct error *error)
{
    for (int attribute = 0; attribute < ATTRIBUTE_COUNT; attribute++) {
        const struct claim *claims = reader->annotation.claims[attribute];
        for (int rank = 1; rank < reader->annotation.counts[attribute]; rank++)
            if (builder_add_annotation(reader->work->builder, pci_id, (enum attribute)attribute, rank,
                                       claims[rank].value, claims[rank].confidence, claims[rank].source + 1,
                                       error))
                return error->code;
    }
    return ERROR_NONE;
}

static enum error_code add_gpu(struct device_reader *reader, uint32_t pci_id, const char *name,
                               struct error *error)
{
    const struct annotation_result *annotation = &reader->annotation;
    int origins[ATTRIBUTE_COUNT];
    bool is_new;
    annotation_origins(annotation, origins);
    if (builder_add_gpu(reader->work->builder, &annotation->gpu, origins, &is_new, error))
        return error->code;
    reader->gpu = pci_id;
    snprintf(reader->gpu_name, sizeof reader->gpu_name, "%s", name);
    reader->board_name[0] = '\0';
    reader->is_open = gpu_form_factor(&annotation->gpu) == FORM_FACTOR_EITHER;
    reader->work->summary->gpus += is_new;
    if (!is_new)
        return ERROR_NONE;
    return add_losers(reader, pci_id, error) ? error->code : add_device_names(reader, pci_id, name, error);
}

static enum error_code add_device(struct device_reader *reader, uint32_t pci_id, const char *name, int origin,
                                  struct error *error)
{
    struct rebuild *work = reader->work;
    struct pci_id id = pci_id_from_number(pci_id);
    struct product_hint hint;
    int claims;
    reader->gpu = 0;
    if (builder_add_device(work->builder, pci_id, name, origin, error) ||
        add_products(reader, &id, name, &hint, error))
        return error->code;
    hint.claimed_by_driver = product_list_find(&work->claims, pci_id, &claims);
    annotator_resolve(work->annotator, &id, name, &hint, &reader->annotation);
    return reader->annotation.is_gpu ? add_gpu(reader, pci_id, name, error) : ERROR_NONE;
}

/* Under a name of data/names.tsv. */
static enum error_code add_named(struct device_reader *reader, const struct listed_name *name,
                                 struct error *error)
{
    char text[8448]; /* a line of a table is shorter */
    /* Nearly all of them come from one source. */
    if (!reader->name_source || strcmp(reader->name_source, name->source) != 0) {
        snprintf(text, sizeof text, "names.tsv: %s", name->source);
        if (builder_add_origin(reader->work->builder, text, &reader->name_origin, error))
            return error->code;
        reader->name_source = name->source;
    }
    struct names_reader product = {
        .reader = reader, .id = pci_id_from_number(name->pci_id), .source = "names", .is_device = true};
    if (add_device(reader, name->pci_id, name->name, reader->name_origin, error) || !name->product[0] ||
        reader->gpu != name->pci_id)
        return error->code;
    return add_alias(&product, name->product, error);
}

static enum error_code on_device(void *context, uint32_t pci_id, const char *name, struct error *error)
{
    struct device_reader *reader = context;
    const struct device_names *names = &reader->work->names;
    int place = array_first(names->items, names->count, sizeof *names->items, pci_id);
    if (place < names->count && names->items[place].pci_id == pci_id) {
        names->items[place].is_listed = true;
        if (device_name_is_newer(&names->items[place], reader->version))
            return add_named(reader, &names->items[place], error);
    }
    return add_device(reader, pci_id, name, 0, error);
}

/* Adds the devices that the list lacks of the vendor that it is done with. Those of a vendor that it does not
 * even name are left out, but for those that hold against every list. */
static enum error_code end_vendor(struct device_reader *reader, struct error *error)
{
    const struct device_names *names = &reader->work->names;
    error->code = ERROR_NONE;
    for (int i =
             array_first(names->items, names->count, sizeof *names->items, (uint32_t)reader->vendor_id << 16);
         i < names->count && names->items[i].pci_id >> 16 == reader->vendor_id; i++) {
        if (!names->items[i].is_listed && add_named(reader, &names->items[i], error))
            return error->code;
        names->items[i].is_listed = true;
    }
    return ERROR_NONE;
}

static enum error_code end_list(struct device_reader *reader, struct error *error)
{
    const struct device_names *names = &reader->work->names;
    if (end_vendor(reader, error))
        return error->code;
    for (int i = 0; i < names->count; i++)
        if (names->items[i].is_standing && !names->items[i].is_listed &&
            add_named(reader, &names->items[i], error))
            return error->code;
    return ERROR_NONE;
}

static enum error_code on_vendor(void *context, uint16_t vendor, const char *name, struct error *error)
{
    struct device_reader *reader = context;
    if (end_vendor(reader, error))
        return error->code;
    reader->vendor_id = vendor;
    return builder_add_vendor(reader->work->builder, vendor, name, error);
}

static enum error_code on_subsystem(void *context, uint32_t pci_id, uint32_t subsystem, const char *name,
                                    struct error *error)
{
    struct device_reader *reader = context;
    struct product product = {pci_id, subsystem, -1, SOURCE_PCI_IDS, 0, ""};
    struct pci_id id = pci_id_from_number(pci_id);
    struct annotation said;
    if (builder_add_subsystem(reader->work->builder, pci_id, subsystem, name, error) ||
        add_board_names(reader, pci_id, name, error))
        return error->code;
    if (reader->gpu != pci_id || !reader->is_open || strlen(name) >= sizeof product.name)
        return ERROR_NONE;
    memcpy(product.name, name, strlen(name) + 1);
    return add_product(reader, &id, reader->gpu_name, &product, &said, error);
}

/* ---- the file ---- */

/* A list that is cut short would take away what people could look up before. */
static enum error_code check_completeness(const struct rebuild *work, const char *shown,
                                          const struct pci_ids_summary *summary, struct error *error)
{
    if (work->request->force)
        return ERROR_NONE;
    if (!summary->classes || !summary->ended_whole)
        error_set(error, ERROR_BAD_INPUT, "%s: is cut short: %s", shown,
                  summary->classes ? "its last line is not terminated"
                                   : "the list of device classes at its end is missing");
    else if (summary->devices * 2 < work->current_devices)
        error_set(error, ERROR_BAD_INPUT, "%s: has %ld devices, fewer than half of the %ld in use", shown,
                  summary->devices, work->current_devices);
    if (error->code)
        error_next(error, "fetch the file again, or import it anyway with --force");
    return error->code;
}

/* Stores the version that a pci.ids states in its first lines, "" when that is none. False when the file
 * cannot be read. */
static bool read_version(const char *path, char version[32])
{
    struct line_reader *lines CLEANUP(line_reader_close) = NULL;
    struct error error = {.code = ERROR_NONE};
    const char *line;
    size_t length;
    version[0] = '\0';
    if (line_reader_open(path, path, 1024, &lines, &error))
        return false;
    while (!version[0] && line_reader_number(lines) < 20 &&
           line_reader_next(lines, &line, &length, &error) == LINE_OK)
        sscanf(line, "# Version: %31[0-9.]", version);
    if (!list_version_is_valid(version, time(NULL)))
        version[0] = '\0';
    return true;
}

static enum error_code read_with(struct device_reader *reader, const struct found_list *list,
                                 struct error *error)
{
    const struct pci_ids_visitor visitor = {reader, on_vendor, on_device, on_subsystem};
    struct rebuild *work = reader->work;
    struct rebuild_summary *summary = work->summary;
    struct pci_ids_summary read;
    if (pci_ids_read(list->path, list->shown, &visitor, &read, work->problems, error) ||
        end_list(reader, error) || (list->hash && pci_ids_check_version(read.version, list->shown, error)) ||
        ((list->hash || !list->cached) && check_completeness(work, list->shown, &read, error)))
        return error->code;
    if (!list_version_is_valid(read.version, time(NULL)))
        read.version[0] = '\0';
    summary->devices = read.devices;
    snprintf(summary->pci_ids_version, sizeof summary->pci_ids_version, "%s", read.version);
    struct source_record source = {.kind = "pci.ids",
                                   .name = list->shown,
                                   .version = read.version,
                                   .date = read.date,
                                   .hash = list->hash,
                                   .cached = list->cached,
                                   .records = read.devices};
    return builder_put_source(work->builder, &source, error);
}

static enum error_code read_list(struct rebuild *work, const struct found_list *list, struct error *error)
{
    struct device_reader reader = {.work = work};
    read_version(list->path, reader.version);
    return builder_known_words(work->builder, &reader.known_words, error) ? error->code
                                                                          : read_with(&reader, list, error);
}

/* The newest of the cached list, the system's and the one that the installed database was built from. */
static enum error_code read_newest(struct rebuild *work, struct found_list *list, struct error *error)
{
    const struct path installed = rebuild_data_path(work, "pci.ids");
    const char *const others[] = {"/usr/share/misc/pci.ids", "/usr/share/hwdata/pci.ids", installed.text};
    char newest[32] = "";
    char version[32];
    if (list->cached)
        read_version(list->path, newest);
    for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
        if (!read_version(others[i], version) || (list->path[0] && strcmp(version, newest) <= 0))
            continue;
        memcpy(newest, version, sizeof newest);
        snprintf(list->path, sizeof list->path, "%s", others[i]);
        list->cached = false;
    }
    if (list->path[0])
        return read_list(work, list, error);
    error_set(error, ERROR_BAD_INPUT, "no pci.ids on this machine");
    return error_next(error, "install the package pci.ids (Debian) or hwdata (Fedora, Arch), or name a file:"
                             " passthru import FILE");
}

enum error_code rebuild_read_devices(struct rebuild *work, struct error *error)
{
    struct found_list list;
    rebuild_find_list(work, SOURCE_PCI_IDS, &list);
    return list.hash ? read_list(work, &list, error) : read_newest(work, &list, error);
}
