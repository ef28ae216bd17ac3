/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "importer/rebuild_internal.h"

bool rebuild_feed_is_incoming(const struct rebuild *work, const char *name)
{
    for (int i = 0; i < work->request->feed_count; i++)
        if (strcmp(work->request->feeds[i], name) == 0)
            return true;
    return false;
}

/* What the system itself states: of modules.alias the table of the kernel that runs. */
static void find_system_list(enum source_kind kind, char path[DATABASE_PATH_SIZE])
{
    const char *system_path = list_kinds[kind].system_path;
    struct utsname kernel;
    path[0] = '\0';
    if (kind == SOURCE_MODULES_ALIAS && uname(&kernel) == 0)
        snprintf(path, DATABASE_PATH_SIZE, "/lib/modules/%.150s/modules.alias", kernel.release);
    else if (system_path)
        snprintf(path, DATABASE_PATH_SIZE, "%s", system_path);
}

void rebuild_find_list(struct rebuild *work, enum source_kind kind, struct found_list *list)
{
    *list = (struct found_list){.shown = list->path, .problems = &work->quiet};
    list->cached = source_cache_list(work->cache, kind, list->path);
    if (!list->cached)
        find_system_list(kind, list->path);
    for (int i = 0; i < work->request->file_count; i++) {
        if (work->request->files[i].incoming.kind != kind)
            continue;
        snprintf(list->path, sizeof list->path, "%s", work->request->files[i].incoming.path);
        list->shown = work->request->files[i].shown;
        list->hash = work->request->files[i].incoming.hash;
        list->problems = work->problems;
        list->cached = true;
    }
    if (access(list->path, R_OK))
        list->path[0] = '\0';
}

static enum error_code record_list(struct rebuild *work, const struct found_list *list, const char *kind,
                                   int records, long rejected, struct error *error)
{
    struct source_record source = {.kind = kind,
                                   .name = list->shown,
                                   .hash = list->hash,
                                   .cached = list->cached,
                                   .records = records,
                                   .rejected = rejected};
    if (list->hash && !records) {
        error_set(error, ERROR_BAD_INPUT, "%s: names no GPU and no graphics driver", list->shown);
        return error_next(
            error, "give libdrm's amdgpu.ids, supported-gpus.json or README.txt of NVIDIA's driver, or a"
                   " kernel's modules.alias");
    }
    return builder_put_source(work->builder, &source, error);
}

static enum error_code load_list(struct rebuild *work, enum source_kind kind, struct product_list *products,
                                 struct error *error)
{
    struct found_list list;
    int added;
    rebuild_find_list(work, kind, &list);
    if (!list.path[0])
        return ERROR_NONE;
    long rejected_before = list.problems->rejected;
    if (product_list_read(products, kind, list.path, list.shown, &added, list.problems, error))
        return error->code;
    return record_list(work, &list, list_kinds[kind].name, added, list.problems->rejected - rejected_before,
                       error);
}

enum error_code rebuild_load_lists(struct rebuild *work, struct error *error)
{
    for (int i = 0; i < list_kind_count(); i++)
        if (list_kinds[i].read && i != SOURCE_MODULES_ALIAS &&
            load_list(work, (enum source_kind)i, &work->products, error))
            return error->code;
    if (load_list(work, SOURCE_MODULES_ALIAS, &work->claims, error))
        return error->code;
    product_list_sort(&work->products);
    product_list_sort(&work->claims);
    return ERROR_NONE;
}

/* ---- GPUs that no list names, by their numbers ---- */

/* What the rules say of a name as a list would write it, which is no surer than the range. */
static void resolve_range(struct rebuild *work, const struct gpu_range *range, int origin,
                          struct annotation_result *result, int origins[ATTRIBUTE_COUNT])
{
    struct product_hint hint = {
        .claimed_by_driver = true, .form_factor = range->form_factor, .confidence = 1.0};
    struct pci_id id = pci_id_from_number(range->first);
    char name[GENERATION_SIZE + CHIP_SIZE + 4];
    snprintf(name, sizeof name, "%s [%s]", range->chip, range->generation);
    annotator_resolve(work->annotator, &id, name, &hint, result);
    snprintf(result->gpu.chip, sizeof result->gpu.chip, "%s", range->chip);
    for (int i = 0; i < ATTRIBUTE_COUNT; i++) {
        struct annotation *annotation = &result->gpu.attributes[i];
        annotation->confidence = fmin(annotation->confidence, range->confidence);
    }
    annotation_origins(result, origins);
    origins[ATTRIBUTE_FORM_FACTOR] = origin;
}

static enum error_code add_range(void *context, const struct table_row *row, struct error *error)
{
    struct rebuild *work = context;
    struct gpu_range range;
    struct annotation_result result;
    int origins[ATTRIBUTE_COUNT];
    int origin;
    char text[64];
    if (gpu_range_parse(row, &range, error))
        return error->code;
    snprintf(text, sizeof text, "ranges.tsv: %04x:%04x-%04x", range.first >> 16, range.first & 0xffff,
             range.last & 0xffff);
    if (builder_add_origin(work->builder, text, &origin, error))
        return error->code;
    resolve_range(work, &range, origin, &result, origins);
    return builder_add_range(work->builder, &result.gpu, origins, range.last, range.generation, origin,
                             error);
}

const struct table rebuild_ranges_table = {range_columns, 3, add_range, "ranges.tsv"};
