/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/pages.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/vocabulary.h"
#include "hub/site.h"
#include "hub/template.h"

enum { MOST_REPORTED = 9, MAIN_VENDORS = 6 };

/* Puts a report among the newest ones, the newest first, if it is one. Returns whether it is. */
static bool add_newest(struct newest_reports *newest, const struct listed_gpu *gpu,
                       const struct shown_report *report)
{
    struct buffer where CLEANUP(buffer_free) = BUFFER(1 << 16);
    int place = newest->count;
    while (place && strcmp(newest->items[place - 1].date, report->texts[SHOWN_DATE]) < 0)
        place--;
    if (place == NEWEST_REPORTS)
        return false;
    newest->count += newest->count < NEWEST_REPORTS;
    memmove(&newest->items[place + 1], &newest->items[place],
            (size_t)(newest->count - 1 - place) * sizeof *newest->items);
    struct newest_report *item = &newest->items[place];
    *item = (struct newest_report){.pci_id = gpu->pci_id, .outcome = report->outcome};
    snprintf(item->date, sizeof item->date, "%s", report->texts[SHOWN_DATE]);
    memcpy(item->name, gpu->name, sizeof item->name);
    memcpy(item->id, report->id, sizeof item->id);
    answer_append_report(&where, report);
    size_t length = where.length < sizeof item->where ? where.length : sizeof item->where - 1;
    while (length < where.length && ((unsigned char)where.data[length] & 0xc0) == 0x80)
        length--; /* not within a character */
    snprintf(item->where, sizeof item->where, "%.*s", (int)length, buffer_text(&where));
    return true;
}

void page_list_gpu(const struct answer *answer, const struct series_table *series, struct listed_gpu *gpu,
                   struct newest_reports *newest)
{
    gpu->pci_id = pci_id_number(&answer->device.id);
    page_gpu_name(answer, gpu->name, sizeof gpu->name);
    snprintf(gpu->vendor, sizeof gpu->vendor, "%.79s", answer->device.vendor);
    if (!gpu->vendor[0])
        snprintf(gpu->vendor, sizeof gpu->vendor, "vendor %04x", answer->device.id.vendor);
    snprintf(gpu->chip, sizeof gpu->chip, "%s", answer->device.gpu.chip);
    site_path_part(gpu->chip, gpu->chip_path, sizeof gpu->chip_path);
    gpu->level = answer->verdict.level;
    gpu->usable = answer->verdict.usable;
    gpu->reports = answer->verdict.direct_reports;
    gpu->form = gpu_form_factor(&answer->device.gpu);
    gpu->series = series_find(series, answer->device.id.vendor, gpu->name);
    if (gpu->series) {
        gpu->series->gpus++;
        gpu->series->reports += gpu->reports;
    }
    /* Its reports begin with the newest one; those without a date are at their end. */
    for (int i = 0; i < answer->report_count; i++)
        if (!answer->reports[i].texts[SHOWN_DATE] || !add_newest(newest, gpu, &answer->reports[i]))
            break;
}

static json_t *row_values(const struct listed_gpu *gpu)
{
    json_t *row = json_object();
    char slug[PCI_ID_TEXT_SIZE];
    page_gpu_slug(gpu->pci_id, slug);
    template_set(row, "slug", slug);
    slug[4] = ':';
    template_set(row, "id", slug);
    template_set(row, "name", gpu->name);
    template_set(row, "form", vocabulary_value(&vocabulary_form_factor, (int)gpu->form));
    page_set_level(row, gpu->level, gpu->usable);
    json_object_set_new(row, "reports", json_integer(gpu->reports));
    return row;
}

/* ---- lists ---- */

static int compare_numbers(const void *a, const void *b)
{
    const uint32_t x = (*(const struct listed_gpu *const *)a)->pci_id;
    const uint32_t y = (*(const struct listed_gpu *const *)b)->pci_id;
    return x < y ? -1 : x > y;
}

static int compare_chips(const void *a, const void *b)
{
    const int order = strcmp((*(const struct listed_gpu *const *)a)->chip_path,
                             (*(const struct listed_gpu *const *)b)->chip_path);
    return order ? order : compare_numbers(a, b);
}

static int compare_series(const void *a, const void *b)
{
    const struct listed_gpu *x = *(const struct listed_gpu *const *)a;
    const struct listed_gpu *y = *(const struct listed_gpu *const *)b;
    if (x->series != y->series)
        return !x->series || (y->series && x->series > y->series) ? 1 : -1;
    const int order = strcasecmp(x->name, y->name);
    return order ? order : compare_numbers(a, b);
}

void page_list_sort(enum list_kind kind, const struct listed_gpu *gpus[], int count)
{
    qsort(gpus, (size_t)count, sizeof *gpus,
          kind == LIST_CHIP     ? compare_chips
          : kind == LIST_SERIES ? compare_series
                                : compare_numbers);
}

void page_list_path(enum list_kind kind, const struct listed_gpu *gpu, char path[LIST_PATH_SIZE])
{
    path[0] = '\0';
    if (kind == LIST_VENDOR)
        snprintf(path, LIST_PATH_SIZE, "vendor/%04" PRIx32 "/index.html", gpu->pci_id >> 16);
    else if (kind == LIST_CHIP && gpu->chip_path[0])
        snprintf(path, LIST_PATH_SIZE, "chip/%s/index.html", gpu->chip_path);
    else if (kind == LIST_SERIES && gpu->series)
        snprintf(path, LIST_PATH_SIZE, "series/%s/index.html", gpu->series->slug);
}

/* The series of a vendor that have GPUs. */
static void set_series(json_t *values, const struct series_table *series, uint32_t vendor)
{
    json_t *rows = json_array();
    for (int i = 0; i < series->count; i++) {
        const struct series *one = &series->rows[i];
        if (one->vendor != vendor || !one->gpus)
            continue;
        json_array_append_new(rows, json_pack("{s:i,s:i,s:s,s:o}", "gpus", one->gpus, "reports", one->reports,
                                              "slug", one->slug, "series", template_text(one->name)));
    }
    json_object_set_new(values, "has_series", json_boolean(json_array_size(rows)));
    json_object_set_new(values, "series", rows);
}

static void set_vendor(json_t *values, const struct listed_gpu *gpu)
{
    char id[8];
    snprintf(id, sizeof id, "%04" PRIx32, gpu->pci_id >> 16);
    template_set(values, "vendor_id", id);
    template_set(values, "vendor", gpu->vendor);
}

json_t *page_list_values(enum list_kind kind, const struct series_table *series,
                         const struct listed_gpu *const gpus[], int count)
{
    struct buffer heading CLEANUP(buffer_free) = BUFFER(400);
    struct buffer title CLEANUP(buffer_free) = BUFFER(800);
    struct buffer description CLEANUP(buffer_free) = BUFFER(800);
    json_t *rows = json_array();
    int reports = 0;
    for (int i = 0; i < count; i++) {
        reports += gpus[i]->reports;
        if (kind != LIST_VENDOR || !gpus[i]->series)
            json_array_append_new(rows, row_values(gpus[i]));
    }
    if (kind == LIST_SERIES)
        buffer_append_format(&heading, "%s series", gpus[0]->series->name);
    else
        buffer_append_text(&heading, kind == LIST_CHIP ? gpus[0]->chip : gpus[0]->vendor);
    buffer_append_format(&title, "GPU passthrough: %s", buffer_text(&heading));
    buffer_append_format(&description,
                         "%s: how likely each of %d GPU IDs can be passed through to a virtual machine",
                         buffer_text(&heading), count);
    json_t *values = page_begin("../../", buffer_text(&title), buffer_text(&description));
    set_vendor(values, gpus[0]);
    template_set(values, "heading", buffer_text(&heading));
    json_object_update_new(values, json_pack("{s:b,s:i,s:i,s:b,s:b,s:b,s:b,s:o}", "is_vendor",
                                             kind == LIST_VENDOR, "count", count, "reports", reports,
                                             "several", count > 1, "one_report", reports == 1, "has_gpus",
                                             json_array_size(rows) > 0, "has_series", false, "gpus", rows));
    if (kind == LIST_VENDOR)
        set_series(values, series, gpus[0]->pci_id >> 16);
    return values;
}

/* ---- home ---- */

static int compare_reports(const void *a, const void *b)
{
    const struct listed_gpu *x = *(const struct listed_gpu *const *)a;
    const struct listed_gpu *y = *(const struct listed_gpu *const *)b;
    if (x->reports != y->reports)
        return x->reports > y->reports ? -1 : 1;
    return x->pci_id < y->pci_id ? -1 : x->pci_id > y->pci_id;
}

static void set_most_reported(json_t *values, const struct listed_gpu gpus[], int count)
{
    const struct listed_gpu **rows = calloc((size_t)count + 1, sizeof *rows);
    json_t *most = json_array();
    for (int i = 0; rows && i < count; i++)
        rows[i] = &gpus[i];
    if (rows)
        qsort(rows, (size_t)count, sizeof *rows, compare_reports);
    for (int i = 0; rows && i < count && i < MOST_REPORTED && rows[i]->reports; i++)
        json_array_append_new(most, row_values(rows[i]));
    json_object_set_new(values, "most", most);
    buffer_memory_was_short |= !rows;
    free(rows);
}

/* Of a vendor the first of its GPUs, and how many there are. */
struct vendor {
    const struct listed_gpu *first;
    int count;
};

static int compare_vendors(const void *a, const void *b)
{
    const struct vendor *x = a;
    const struct vendor *y = b;
    return x->count != y->count ? (x->count > y->count ? -1 : 1) : x->first < y->first ? -1 : 1;
}

/* The vendors of most GPUs with their series, and the others. */
static void set_vendors(json_t *values, const struct series_table *series, const struct listed_gpu gpus[],
                        int count)
{
    struct vendor *vendors = calloc((size_t)count + 1, sizeof *vendors);
    json_t *rows = json_array();
    json_t *others = json_array();
    int found = 0;
    for (int i = 0; vendors && i < count; i++) {
        if (!found || vendors[found - 1].first->pci_id >> 16 != gpus[i].pci_id >> 16)
            vendors[found++].first = &gpus[i];
        vendors[found - 1].count++;
    }
    if (vendors)
        qsort(vendors, (size_t)found, sizeof *vendors, compare_vendors);
    for (int i = 0; i < found; i++) {
        json_t *row = json_object();
        set_vendor(row, vendors[i].first);
        json_object_set_new(row, "count", json_integer(vendors[i].count));
        set_series(row, series, vendors[i].first->pci_id >> 16);
        json_array_append_new(i < MAIN_VENDORS ? rows : others, row);
    }
    json_object_set_new(values, "vendors", rows);
    json_object_set_new(values, "other_vendors", others);
    buffer_memory_was_short |= !vendors;
    free(vendors);
}

/* "2026-03" as a time: its first moment. */
static void print_time(const char *date, char time[32])
{
    static const char rest[] = "0000-01-01T00:00:00Z";
    snprintf(time, 32, "%.10s%s", date, rest + (strlen(date) < 10 ? strlen(date) : 10));
}

static json_t *newest_values(const struct newest_reports *newest, int limit)
{
    json_t *items = json_array();
    for (int i = 0; i < newest->count && i < limit; i++) {
        const struct newest_report *report = &newest->items[i];
        char slug[PCI_ID_TEXT_SIZE];
        char time[32];
        page_gpu_slug(report->pci_id, slug);
        print_time(report->date, time);
        json_t *item = json_pack("{s:s,s:s,s:o,s:o,s:o}", "slug", slug, "id", report->id, "name",
                                 template_text(report->name), "where", template_text(report->where), "time",
                                 template_text(time));
        chart_set_outcome(item, report->outcome);
        json_array_append_new(items, item);
    }
    return items;
}

json_t *page_atom_values(const char *url, const struct newest_reports *newest)
{
    char time[32];
    print_time(newest->count ? newest->items[0].date : "2026", time);
    return json_pack("{s:o,s:o,s:o}", "url", template_text(url), "updated", template_text(time), "newest",
                     newest_values(newest, NEWEST_REPORTS));
}

json_t *page_home_values(const struct series_table *series, const struct listed_gpu gpus[], int count,
                         const struct newest_reports *newest, int64_t reports, json_t *symptoms)
{
    json_t *values = page_begin(
        "./", "passthru: will this GPU pass through to a virtual machine?",
        "How likely a GPU works when it is passed through to a virtual machine, by PCI ID, from reports");
    json_object_set_new(values, "newest", newest_values(newest, NEWEST_AT_HOME));
    json_object_set_new(values, "count", json_integer(count));
    json_object_set_new(values, "reports", json_integer(reports));
    json_object_set(values, "symptoms", symptoms);
    set_most_reported(values, gpus, count);
    set_vendors(values, series, gpus, count);
    return values;
}
