/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/page_lists.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/vocabulary.h"
#include "hub/html.h"
#include "hub/page_gpu.h"

enum { MOST_REPORTED = 20 };

const char page_style[] =
    ":root{color-scheme:light dark}\n"
    "body{max-width:44rem;margin:0 auto;padding:1rem;font:1rem/1.5 system-ui,sans-serif}\n"
    "h1{font-size:1.5rem}h2{font-size:1rem;margin:1.2rem 0 0}p{margin:.3rem 0}\n"
    ".verdict{font-size:1.2rem}pre{overflow-x:auto}a{color:inherit}\n"
    "td,th{text-align:left;padding:.1rem .8rem .1rem 0;vertical-align:top}\n";

static void write_rows(struct buffer *out, const char *root, const struct listed_gpu *const gpus[], int count)
{
    buffer_append_text(out, "<table>\n<tr><th>PCI ID<th>GPU<th>Verdict<th>Reports\n");
    for (int i = 0; i < count; i++) {
        const struct listed_gpu *gpu = gpus[i];
        char slug[PCI_ID_TEXT_SIZE];
        page_gpu_slug(gpu->pci_id, slug);
        buffer_append_format(out, "<tr><td>%.4s:%.4s<td><a href=\"%sgpu/%s/\">", slug, slug + 5, root, slug);
        html_text(out, gpu->name);
        buffer_append_format(out, "</a><td>%s", vocabulary_value(&vocabulary_level, (int)gpu->level));
        if (gpu->level != LEVEL_UNKNOWN)
            buffer_append_format(out, " (%ld %%)", lround(gpu->usable * 100));
        if (gpu->reports)
            buffer_append_format(out, "<td>%d\n", gpu->reports);
        else
            buffer_append_text(out, "<td>\n");
    }
    buffer_append_text(out, "</table>\n");
}

void page_vendor_write(struct buffer *out, const struct listed_gpu gpus[], int count)
{
    struct buffer title CLEANUP(buffer_free) = BUFFER(4096);
    const struct listed_gpu **rows = calloc((size_t)count + 1, sizeof *rows);
    buffer_append_format(&title, "GPU passthrough: %s", gpus[0].vendor);
    html_begin(out, "../../", buffer_text(&title),
               "All GPUs of this vendor, and how likely each can be passed through");
    buffer_append_text(out, "<p><a href=\"../../\">passthru</a></p>\n");
    html_element(out, "h1", gpus[0].vendor);
    for (int i = 0; rows && i < count; i++)
        rows[i] = &gpus[i];
    if (rows)
        write_rows(out, "../../", rows, count);
    html_end(out);
    out->failed |= !rows;
    free(rows);
}

static int compare_reports(const void *a, const void *b)
{
    const struct listed_gpu *x = *(const struct listed_gpu *const *)a;
    const struct listed_gpu *y = *(const struct listed_gpu *const *)b;
    if (x->reports != y->reports)
        return x->reports > y->reports ? -1 : 1;
    return x->pci_id < y->pci_id ? -1 : x->pci_id > y->pci_id;
}

static void write_vendors(struct buffer *out, const struct listed_gpu gpus[], int count)
{
    buffer_append_text(out, "<h2>By vendor</h2>\n<ul>\n");
    for (int i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && gpus[end].pci_id >> 16 == gpus[i].pci_id >> 16; end++)
            ;
        buffer_append_format(out, "<li><a href=\"vendor/%04" PRIx32 "/\">", gpus[i].pci_id >> 16);
        html_text(out, gpus[i].vendor);
        buffer_append_format(out, "</a> (%d)\n", end - i);
    }
    buffer_append_text(out, "</ul>\n");
}

void page_home_write(struct buffer *out, const struct listed_gpu gpus[], int count, int64_t reports)
{
    const struct listed_gpu **rows = calloc((size_t)count + 1, sizeof *rows);
    int shown = 0;
    html_begin(
        out, "", "passthru: will this GPU work in a virtual machine?",
        "How likely a GPU works when it is passed through to a virtual machine, by PCI ID, from reports");
    buffer_append_format(out,
                         "<h1>Will this GPU work in a virtual machine?</h1>\n<p>%d GPUs, %" PRId64
                         " reports of people who passed one through.</p>\n",
                         count, reports);
    for (int i = 0; rows && i < count; i++)
        rows[i] = &gpus[i];
    if (rows)
        qsort(rows, (size_t)count, sizeof *rows, compare_reports);
    while (rows && shown < count && shown < MOST_REPORTED && rows[shown]->reports)
        shown++;
    buffer_append_text(out, "<h2>Most reported</h2>\n");
    if (rows)
        write_rows(out, "", rows, shown);
    write_vendors(out, gpus, count);
    html_end(out);
    out->failed |= !rows;
    free(rows);
}
