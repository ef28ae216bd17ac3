/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_HUB_PAGE_LISTS_H
#define PASSTHRU_HUB_PAGE_LISTS_H

#include <jansson.h>

#include "answer/answer.h"
#include "db/search.h"
#include "hub/series.h"

/* The pages that lead to those of the GPUs. All values are freed by the caller with json_decref. */

/* What a list has of a GPU. */
struct listed_gpu {
    uint32_t pci_id;
    char name[120]; /* hostile, as is */
    char vendor[80];
    char chip[CHIP_SIZE];
    char chip_path[CHIP_SIZE]; /* its directory below chip/, "": it has none */
    struct series *series;     /* NULL: none */
    enum form_factor form;
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

/* What lists have of the GPU of an answer, which its series counts; takes its newest report, if it is one of
 * the newest of all. */
void page_list_gpu(const struct answer *answer, const struct series_table *series, struct listed_gpu *gpu,
                   struct newest_reports *newest);

/* Which GPUs are on one list: those with one chip, those of one series, or those of a vendor that are in no
 * series, below its series. */
enum list_kind { LIST_VENDOR, LIST_SERIES, LIST_CHIP, LIST_KINDS };

/* Sorts GPUs so that those of one list follow each other, and finds the end of the list that begins at
 * gpus[start]. */
void page_list_sort(enum list_kind kind, const struct listed_gpu *gpus[], int count);
int page_list_end(enum list_kind kind, const struct listed_gpu *const gpus[], int count, int start);

/* A list: its path, "series/geforce-rtx-30/index.html", "" where it has no page; and what fills it in. */
enum { LIST_PATH_SIZE = 120 };
void page_list_path(enum list_kind kind, const struct listed_gpu *gpu, char path[LIST_PATH_SIZE]);
json_t *page_list_values(enum list_kind kind, const struct series_table *series,
                         const struct listed_gpu *const gpus[], int count);

/* atom.xml: `url` is that of the site, and ends in '/'. */
json_t *page_atom_values(const char *url, const struct newest_reports *newest);

/* index.html: the vendors, and the GPUs with most reports. `gpus` are in the order of their IDs; `symptoms`
 * is of page_symptoms_values. */
json_t *page_home_values(const struct series_table *series, const struct listed_gpu gpus[], int count,
                         const struct newest_reports *newest, int64_t reports, json_t *symptoms);

/* The symptoms that logs show, each with its id, what it is, the meanings of a line, and what was tried:
 * symptom/ID/index.html. NULL after an error. */
json_t *page_symptoms_values(struct database *database, struct error *error);

/* search.json: the names of all GPUs and the patterns of all symptoms, for search.js. */
enum error_code page_search_write(struct database *database, const struct listed_gpu gpus[], int count,
                                  json_t *symptoms, struct buffer *out, struct error *error);

#endif
