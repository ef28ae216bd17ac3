#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "importer/rebuild_internal.h"

/* The lists of products, and where the system keeps one. */
static const struct {
    enum product_source source;
    enum source_kind kind;
    const char *name;
    const char *system_path;
} product_sources[] = {
    {PRODUCTS_AMDGPU_IDS, SOURCE_AMDGPU_IDS, "amdgpu.ids", "/usr/share/libdrm/amdgpu.ids"},
    {PRODUCTS_NVIDIA_JSON, SOURCE_NVIDIA_JSON, "supported-gpus.json", NULL},
    {PRODUCTS_NVIDIA_README, SOURCE_NVIDIA_README, "nvidia-readme", NULL},
};

/* A list that may come from several places. */
struct found_list {
    char path[DATABASE_PATH_SIZE]; /* "": none anywhere, which is no error */
    const char *shown;
    const char *hash; /* NULL: not given this time */
    bool cached;
    struct problems *problems;
};

/* The file that was given, else the one imported before, else the system's. */
static void find_list(struct rebuild *work, enum source_kind kind, const char *system_path,
                      struct found_list *list)
{
    *list = (struct found_list){.shown = list->path, .problems = &work->quiet};
    list->cached = source_cache_list(work->cache, kind, list->path);
    if (!list->cached)
        snprintf(list->path, sizeof list->path, "%s", system_path ? system_path : "");
    for (int i = 0; i < work->request->file_count; i++) {
        if (work->incoming[i].kind != kind)
            continue;
        snprintf(list->path, sizeof list->path, "%s", work->incoming[i].path);
        list->shown = work->request->files[i].shown;
        list->hash = work->incoming[i].hash;
        list->problems = work->problems;
        list->cached = true;
    }
    if (access(list->path, R_OK))
        list->path[0] = '\0';
}

static enum error_code record_list(struct rebuild *work, const struct found_list *list, const char *kind,
                                   int records, long refused, struct error *error)
{
    int64_t source;
    if (list->hash && !records) {
        error_set(error, ERROR_BAD_INPUT, "%s: holds nothing of use", list->shown);
        return error_next(
            error, "give libdrm's amdgpu.ids, supported-gpus.json or README.txt of NVIDIA's driver, or a"
                   " kernel's modules.alias");
    }
    if (builder_add_source(work->builder, kind, list->shown, &source, error))
        return error->code;
    return builder_complete_source(work->builder, source, NULL, NULL, list->hash, list->cached, records,
                                   refused, error);
}

static enum error_code load_product_list(struct rebuild *work, size_t index, struct error *error)
{
    struct found_list list;
    int added;
    find_list(work, product_sources[index].kind, product_sources[index].system_path, &list);
    if (!list.path[0])
        return ERROR_NONE;
    long refused_before = list.problems->refused;
    if (product_list_read(work->products, product_sources[index].source, list.path, list.shown, &added,
                          list.problems, error))
        return error->code;
    return record_list(work, &list, product_sources[index].name, added,
                       list.problems->refused - refused_before, error);
}

/* What the system itself states: the table of the kernel that runs. */
static enum error_code load_driver_claims(struct rebuild *work, struct error *error)
{
    struct found_list list;
    struct utsname kernel;
    char system_path[256] = "";
    if (uname(&kernel) == 0)
        snprintf(system_path, sizeof system_path, "/lib/modules/%.150s/modules.alias", kernel.release);
    find_list(work, SOURCE_MODULES_ALIAS, system_path, &list);
    if (!list.path[0])
        return ERROR_NONE;
    if (driver_claims_read(list.path, list.shown, &work->claims, error))
        return error->code;
    return record_list(work, &list, "modules.alias", driver_claims_count(work->claims), 0, error);
}

enum error_code rebuild_load_lists(struct rebuild *work, struct error *error)
{
    work->products = product_list_new();
    if (!work->products)
        return error_set(error, ERROR_NO_MEMORY, "no memory for products");
    for (size_t i = 0; i < ARRAY_SIZE(product_sources); i++)
        if (load_product_list(work, i, error))
            return error->code;
    product_list_sort(work->products);
    return load_driver_claims(work, error);
}

enum error_code rebuild_add_product(struct rebuild *work, const struct pci_id *id, const char *name,
                                    const struct product *product, struct annotation *said,
                                    struct error *error)
{
    char synthetic[512];
    /* Of several code names (Tonga XT / Amethyst XT) the first: the product tells which edition it is. */
    int code = (int)strcspn(name, "[/");
    while (code && name[code - 1] == ' ')
        code--;
    /* The chip's code name with this product's name alone: what the rules know how to read. NVIDIA's code
     * names end in the edition (GP108M, TU117GLM), which is the ID's, not the product's. */
    bool is_nvidia = id->vendor == 0x10de;
    while (is_nvidia && code && name[code - 1] >= 'A' && name[code - 1] <= 'Z')
        code--;
    snprintf(synthetic, sizeof synthetic, "%.*s [%s]", code, name, product->name);
    annotator_resolve_product(work->annotator, id, synthetic, work->annotation);
    const struct statement *winner = &work->annotation->statements[ATTRIBUTE_FORM_FACTOR][0];
    *said = work->annotation->gpu.attributes[ATTRIBUTE_FORM_FACTOR];
    /* A product that is sold both ways itself tells nothing. */
    if (!work->annotation->is_gpu || said->value == FORM_FACTOR_UNKNOWN || said->value == FORM_FACTOR_EITHER)
        *said = (struct annotation){.value = FORM_FACTOR_UNKNOWN};
    if (is_nvidia)
        said->confidence *= 0.9; /* plain names stand for laptop chips, too: RTX 2080 */
    if (product->source == PRODUCTS_SUBSYSTEMS)
        said->confidence *= 0.8; /* and who named a subsystem may have looked at the sticker alone */
    if (product->subsystem < 0 && product->revision < 0)
        return ERROR_NONE; /* it tells of the ID as such alone */
    const struct gpu_variant variant = {
        .pci_id = pci_id_number(id),
        .subsystem = product->subsystem,
        .revision = product->revision,
        .product = product->name,
        .form_factor = (enum form_factor)said->value,
        .confidence = said->confidence,
        .origin = 1 + (said->value ? winner->source
                                   : annotator_product_source(work->annotator, (int)product->source)),
    };
    return builder_add_variant(work->builder, &variant, error);
}

enum error_code rebuild_add_products(struct rebuild *work, const struct pci_id *id, const char *name,
                                     struct product_hint *hint, struct error *error)
{
    int count;
    const struct product *products = product_list_find(work->products, pci_id_number(id), &count);
    unsigned seen = 0; /* a bit for each form factor */
    double surest = 0.0;
    *hint = (struct product_hint){.list = count ? (int)products[0].source : 0};
    for (int i = 0; i < count; i++) {
        struct annotation said;
        if (rebuild_add_product(work, id, name, &products[i], &said, error))
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
    if (seen & 1U << FORM_FACTOR_MOBILE && seen & (1U << FORM_FACTOR_DESKTOP | 1U << FORM_FACTOR_SERVER)) {
        hint->form_factor = FORM_FACTOR_EITHER;
        hint->confidence = 0.9;
    }
    return ERROR_NONE;
}
