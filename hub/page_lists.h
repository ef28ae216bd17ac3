/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_HUB_PAGE_LISTS_H
#define PASSTHRU_HUB_PAGE_LISTS_H

#include <jansson.h>

#include "answer/answer.h"
#include "db/search.h"

/* The pages that lead to those of the GPUs. All values are freed by the caller with json_decref. */

/* What a list has of a GPU. */
struct listed_gpu {
    uint32_t pci_id;
    char name[120]; /* hostile, as is */
    char vendor[80];
    char chip[CHIP_SIZE];
    enum level level;
    double usable;
    int reports;
};

/* A report that the home page may show. */
enum { NEWEST_REPORTS = 30, NEWEST_AT_HOME = 8 };
struct newest_reports {
    struct newest_report {
        char date[REPORT_DATE_SIZE];
        char name[120];
        char where[160];
        char id[REPORT_ID_HEX_SIZE];
        uint32_t pci_id;
        enum outcome outcome;
    } items[NEWEST_REPORTS]; /* the newest first */
    int count;
};

/* What lists have of the GPU of an answer; takes its newest report, if it is one of the newest of all. */
void page_list_gpu(const struct answer *answer, struct listed_gpu *gpu, struct newest_reports *newest);

/* A list of GPUs, vendor/VVVV/index.html or chip/CHIP/index.html. */
json_t *page_list_values(const char *heading, const struct listed_gpu *const gpus[], int count);

/* atom.xml, and sitemap.xml: `url` is that of the site, and ends in '/'. */
json_t *page_atom_values(const char *url, const struct newest_reports *newest);
json_t *page_sitemap_values(const char *url, const struct listed_gpu gpus[], int count, json_t *symptoms);

/* index.html: the vendors, and the GPUs with most reports. `gpus` are in the order of their IDs; `symptoms`
 * is of page_symptoms_values. */
json_t *page_home_values(const struct listed_gpu gpus[], int count, const struct newest_reports *newest,
                         int64_t reports, json_t *symptoms);

/* The symptoms that logs show, each with its id, what it is, the meanings of a line, and what was tried:
 * symptom/ID/index.html. NULL after an error. */
json_t *page_symptoms_values(struct database *database, struct error *error);

/* search.json: the names of all GPUs and the patterns of all symptoms, for search.js. */
enum error_code page_search_write(struct database *database, const struct listed_gpu gpus[], int count,
                                  json_t *symptoms, struct buffer *out, struct error *error);

#endif
