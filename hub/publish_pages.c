/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/publish_pages.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer/answer.h"
#include "hub/page_gpu.h"
#include "hub/page_lists.h"

enum { PAGE_MAX = 4 << 20, JSON_REPORTS = 20 /* as query --json */ };

/* What is taken over where the database is the same. */
static const char *const parts[] = {"gpu/", "api/", "vendor/", "index.html", "style.css"};

struct pages {
    struct database *database;
    struct site *site;
    struct answer *answer;
    struct listed_gpu *gpus;
    int count;
    struct buffer page;
};

static void write_page(struct pages *pages, const char *path, struct error *error)
{
    site_write(pages->site, path, &pages->page, error);
    buffer_clear(&pages->page);
}

static void list_gpu(struct pages *pages, const struct answer *answer)
{
    struct listed_gpu *gpu = &pages->gpus[pages->count++];
    gpu->pci_id = pci_id_number(&answer->device.id);
    page_gpu_name(answer, gpu->name, sizeof gpu->name);
    snprintf(gpu->vendor, sizeof gpu->vendor, "%.79s", answer->device.vendor);
    gpu->level = answer->verdict.level;
    gpu->usable = answer->verdict.usable;
    gpu->reports = answer->verdict.direct_reports;
}

static void write_gpu(struct pages *pages, uint32_t number, struct error *error)
{
    static const struct answer_options options = {.report_limit = JSON_REPORTS};
    const struct pci_id id = pci_id_from_number(number);
    char query[PCI_ID_TEXT_SIZE];
    char slug[PCI_ID_TEXT_SIZE];
    char path[100];
    pci_id_print(&id, query);
    page_gpu_slug(number, slug);
    if (answer_gather(pages->database, &id, query, &options, pages->answer, error))
        return;
    list_gpu(pages, pages->answer);
    page_gpu_write(&pages->page, pages->answer);
    snprintf(path, sizeof path, "gpu/%s/index.html", slug);
    write_page(pages, path, error);
    if (error->code)
        return;
    page_gpu_write_json(&pages->page, pages->answer);
    snprintf(path, sizeof path, "api/v1/devices/%s.json", slug);
    write_page(pages, path, error);
}

static void write_lists(struct pages *pages, struct error *error)
{
    struct database_counts counts;
    for (int i = 0, end; i < pages->count && !error->code; i = end) {
        const uint32_t vendor = pages->gpus[i].pci_id >> 16;
        char path[100];
        for (end = i + 1; end < pages->count && pages->gpus[end].pci_id >> 16 == vendor; end++)
            ;
        page_vendor_write(&pages->page, pages->gpus + i, end - i);
        snprintf(path, sizeof path, "vendor/%04" PRIx32 "/index.html", vendor);
        write_page(pages, path, error);
    }
    if (error->code || database_count(pages->database, &counts, error))
        return;
    page_home_write(&pages->page, pages->gpus, pages->count, counts.reports);
    write_page(pages, "index.html", error);
    if (error->code)
        return;
    buffer_append_text(&pages->page, page_style);
    write_page(pages, "style.css", error);
}

void publish_pages(struct database *database, struct site *site, struct error *error)
{
    struct pages pages = {.database = database, .site = site, .page = BUFFER(PAGE_MAX)};
    uint32_t *ids;
    int count;
    if (!database_list_gpus(database, &ids, &count, error)) {
        pages.answer = calloc(1, sizeof *pages.answer);
        pages.gpus = calloc((size_t)count + 1, sizeof *pages.gpus);
        if (!pages.answer || !pages.gpus)
            error_set(error, ERROR_NO_MEMORY, "no memory for the pages");
        for (int i = 0; i < count && !error->code; i++)
            write_gpu(&pages, ids[i], error);
        if (!error->code)
            write_lists(&pages, error);
    }
    if (pages.answer)
        answer_free(pages.answer);
    free(pages.answer);
    free(pages.gpus);
    free(ids);
    buffer_free(&pages.page);
}

void publish_pages_again(struct site *site, bool *found, struct error *error)
{
    *found = true;
    error->code = ERROR_NONE;
    for (size_t i = 0; i < ARRAY_SIZE(parts) && !error->code; i++) {
        bool is_there = false;
        site_take_over(site, parts[i], &is_there, error);
        *found &= is_there;
    }
}
