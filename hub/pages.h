/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_HUB_PAGES_H
#define PASSTHRU_HUB_PAGES_H

#include <jansson.h>

#include "answer/answer.h"
#include "db/search.h"
#include "hub/series.h"

/* What the pages of the site are filled in with. All values are freed by the caller with json_decref. */

/* ---- page_gpu.c ---- */

/* What the page of one GPU is filled in with, gpu/VVVV-DDDD/index.html; and the same GPU as `passthru query
 * --json` writes it. `series` may be NULL; `symptoms` has those that have a page. */
json_t *page_gpu_values(const struct answer *answer, const struct series *series, const json_t *symptoms);
void page_gpu_write_json(struct buffer *out, const struct answer *answer);

/* Adds what the verdict is in a machine of the kind that the answer is for, to the page of an ID that is sold
 * as a card and as a laptop chip. */
void page_gpu_add_form(json_t *values, const struct answer *answer);

/* How an ID stands in addresses, "10de-1d16", and the GPU's name without its chip where it has one in
 * brackets. */
void page_gpu_slug(uint32_t pci_id, char slug[PCI_ID_TEXT_SIZE]);
void page_gpu_name(const struct answer *answer, char *name, size_t size);

/* Sets what a badge shows: `level`, a word, and `percent`, 0 where it is unknown. */
void page_set_level(json_t *object, enum level level, double usable);

/* What each page has: where the top of the site is, "" or "../../", title and description. */
json_t *page_begin(const char *root, const char *title, const char *description);

/* ---- chart.c ---- */

/* Numbers for the charts of a page, whose templates draw them as SVG; each has its text beside it. */

/* Sets what a badge or a part of a chart shows of an outcome: `outcome`, and `outcome_label`, "with a
 * workaround". */
void chart_set_outcome(json_t *object, enum outcome outcome);

/* `bar`: outcomes with their share, in percent, and where each begins and how wide it is, in tenths of a
 * percent; `low`, `high`, `low_x`, `range_width`: the interval of success. Empty where the verdict is
 * unknown. */
void chart_set_outcomes(json_t *values, const struct verdict *verdict);

/* `years`: columns of outcomes one on the other, in units of the drawing, `years_width` by 100; and
 * `years_text`, what they say. Empty, and "", with few reports or one year. */
void chart_set_years(json_t *values, const struct report_years *years);

/* ---- page_lists.c, page_symptoms.c: the pages that lead to those of the GPUs ---- */

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

/* Sorts GPUs so that those of one list follow each other. */
void page_list_sort(enum list_kind kind, const struct listed_gpu *gpus[], int count);

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

/* ---- page_buy.c ---- */

/* What `passthru recommend` chooses from, for /buy/: appends buy.json for buy.js, each card with how fit it
 * is for each use and where it stands among those that are as fit, and sets `cards` of the page's values,
 * which are the cards that it names without an option, in its order. What only filters by a number is left to
 * the browser. ERROR_BAD_INPUT: there are more cards than `recommend` takes. */
MUST_CHECK enum error_code page_buy_write(struct database *database, json_t *values, struct buffer *out,
                                          struct error *error);

#endif
