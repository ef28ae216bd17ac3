/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/page_lists.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/vocabulary.h"
#include "hub/page_gpu.h"
#include "hub/template.h"

enum { MOST_REPORTED = 12 };

void page_list_gpu(const struct answer *answer, struct listed_gpu *gpu, struct newest_reports *newest)
{
    gpu->pci_id = pci_id_number(&answer->device.id);
    page_gpu_name(answer, gpu->name, sizeof gpu->name);
    snprintf(gpu->vendor, sizeof gpu->vendor, "%.79s", answer->device.vendor);
    snprintf(gpu->chip, sizeof gpu->chip, "%s", answer->device.gpu.chip);
    gpu->level = answer->verdict.level;
    gpu->usable = answer->verdict.usable;
    gpu->reports = answer->verdict.direct_reports;
    const struct shown_report *report = answer->reports;
    if (!answer->report_count || !report->texts[SHOWN_DATE])
        return;
    int place = newest->count;
    while (place && strcmp(newest->items[place - 1].date, report->texts[SHOWN_DATE]) < 0)
        place--;
    if (place == NEWEST_REPORTS)
        return;
    newest->count += newest->count < NEWEST_REPORTS;
    memmove(&newest->items[place + 1], &newest->items[place],
            (size_t)(newest->count - 1 - place) * sizeof *newest->items);
    struct newest_report *item = &newest->items[place];
    const char *hypervisor = report->texts[SHOWN_HYPERVISOR];
    const char *guest = report->texts[SHOWN_GUEST_OS];
    *item = (struct newest_report){.pci_id = gpu->pci_id, .outcome = report->outcome};
    snprintf(item->date, sizeof item->date, "%s", report->texts[SHOWN_DATE]);
    memcpy(item->name, gpu->name, sizeof item->name);
    memcpy(item->id, report->id, sizeof item->id);
    snprintf(item->where, sizeof item->where, "%.70s%s%.70s", hypervisor ? hypervisor : "",
             hypervisor && guest ? ", guest "
             : guest             ? "guest "
                                 : "",
             guest ? guest : "");
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
    page_set_level(row, gpu->level, gpu->usable);
    json_object_set_new(row, "reports", json_integer(gpu->reports));
    return row;
}

json_t *page_list_values(const char *heading, const struct listed_gpu *const gpus[], int count)
{
    struct buffer title CLEANUP(buffer_free) = BUFFER(4096);
    json_t *rows = json_array();
    buffer_append_format(&title, "GPU passthrough: %s", heading);
    json_t *values = page_begin("../../", buffer_text(&title),
                                "How likely each of these GPUs can be passed through to a virtual machine");
    for (int i = 0; i < count; i++)
        json_array_append_new(rows, row_values(gpus[i]));
    template_set(values, "heading", heading);
    json_object_set_new(values, "count", json_integer(count));
    json_object_set_new(values, "gpus", rows);
    return values;
}

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

static void set_vendors(json_t *values, const struct listed_gpu gpus[], int count)
{
    struct vendor *vendors = calloc((size_t)count + 1, sizeof *vendors);
    json_t *rows = json_array();
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
        char id[8];
        snprintf(id, sizeof id, "%04" PRIx32, vendors[i].first->pci_id >> 16);
        template_set(row, "id", id);
        template_set(row, "vendor", vendors[i].first->vendor[0] ? vendors[i].first->vendor : id);
        json_object_set_new(row, "count", json_integer(vendors[i].count));
        json_array_append_new(rows, row);
    }
    json_object_set_new(values, "vendors", rows);
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
        json_t *item = json_object();
        char slug[PCI_ID_TEXT_SIZE];
        char time[32];
        page_gpu_slug(report->pci_id, slug);
        print_time(report->date, time);
        template_set(item, "slug", slug);
        template_set(item, "id", report->id);
        template_set(item, "name", report->name);
        template_set(item, "where", report->where);
        template_set(item, "date", report->date);
        template_set(item, "time", time);
        page_set_outcome(item, report->outcome);
        json_array_append_new(items, item);
    }
    return items;
}

json_t *page_atom_values(const char *url, const struct newest_reports *newest)
{
    json_t *values = json_object();
    char time[32];
    print_time(newest->count ? newest->items[0].date : "2026", time);
    template_set(values, "url", url);
    template_set(values, "updated", time);
    json_object_set_new(values, "newest", newest_values(newest, NEWEST_REPORTS));
    return values;
}

static void add_path(json_t *paths, const char *before, const char *name)
{
    char path[200];
    json_t *item = json_object();
    snprintf(path, sizeof path, "%s%.150s%s", before, name, *name ? "/" : "");
    template_set(item, "path", path);
    json_array_append_new(paths, item);
}

json_t *page_sitemap_values(const char *url, const struct listed_gpu gpus[], int count, json_t *symptoms)
{
    json_t *values = json_object();
    json_t *paths = json_array();
    size_t k;
    json_t *symptom;
    template_set(values, "url", url);
    add_path(paths, "", "");
    for (int i = 0; i < count; i++) {
        char slug[PCI_ID_TEXT_SIZE];
        page_gpu_slug(gpus[i].pci_id, slug);
        add_path(paths, "gpu/", slug);
    }
    json_array_foreach (symptoms, k, symptom)
        add_path(paths, "symptom/", json_string_value(json_object_get(symptom, "id")));
    json_object_set_new(values, "paths", paths);
    return values;
}

json_t *page_home_values(const struct listed_gpu gpus[], int count, const struct newest_reports *newest,
                         int64_t reports, json_t *symptoms)
{
    json_t *values = page_begin(
        "./", "passthru: will this GPU pass through to a virtual machine?",
        "How likely a GPU works when it is passed through to a virtual machine, by PCI ID, from reports");
    json_object_set_new(values, "newest", newest_values(newest, NEWEST_AT_HOME));
    json_object_set_new(values, "count", json_integer(count));
    json_object_set_new(values, "reports", json_integer(reports));
    json_object_set(values, "symptoms", symptoms);
    set_most_reported(values, gpus, count);
    set_vendors(values, gpus, count);
    return values;
}
