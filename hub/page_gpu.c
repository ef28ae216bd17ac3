/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/page_gpu.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "hub/html.h"

void page_gpu_slug(uint32_t pci_id, char slug[PCI_ID_TEXT_SIZE])
{
    struct pci_id id = pci_id_from_number(pci_id);
    pci_id_print(&id, slug);
    slug[strcspn(slug, ":")] = '-';
}

void page_gpu_name(const struct answer *answer, char *name, size_t size)
{
    const char *start = strrchr(answer->device.name, '[');
    const char *end = start ? strchr(start, ']') : NULL;
    if (end && end > start + 1)
        snprintf(name, size, "%.*s", (int)(end - start - 1), start + 1);
    else
        snprintf(name, size, "%s", answer->device.name);
}

/* ---- paragraphs ---- */

struct page {
    struct buffer *out;
    bool in_list;
};

static void end_list(struct page *page)
{
    if (page->in_list)
        buffer_append_text(page->out, "</ul>\n");
    page->in_list = false;
}

static void add_item(struct page *page, const char *text)
{
    if (!page->in_list)
        buffer_append_text(page->out, "<ul>\n");
    page->in_list = true;
    buffer_append_text(page->out, "<li>");
    html_text_with_links(page->out, text);
    buffer_append_text(page->out, "\n");
}

static void add_paragraph(void *context, enum paragraph kind, const char *label, enum color color,
                          const char *text)
{
    struct page *page = context;
    (void)color;
    if (kind == PARAGRAPH_ITEM) {
        add_item(page, text);
        return;
    }
    if (kind == PARAGRAPH_DETAIL && page->in_list) {
        buffer_append_text(page->out, "<br>");
        html_text_with_links(page->out, text);
        buffer_append_text(page->out, "\n");
        return;
    }
    end_list(page);
    if (kind == PARAGRAPH_BREAK)
        return;
    if (kind == PARAGRAPH_FIELD && *label)
        html_element(page->out, "h2", label);
    buffer_append_text(page->out, kind == PARAGRAPH_LINE ? "<pre>" : "<p>");
    html_text_with_links(page->out, text);
    buffer_append_text(page->out, kind == PARAGRAPH_LINE ? "</pre>\n" : "</p>\n");
}

/* ---- the page ---- */

static void write_title(const struct answer *answer, const char *name, const char *id, struct buffer *title)
{
    const struct verdict *verdict = &answer->verdict;
    buffer_append_format(title, "%s (%s) GPU passthrough: %s", name, id,
                         vocabulary_value(&vocabulary_level, (int)verdict->level));
    if (verdict->level != LEVEL_UNKNOWN)
        buffer_append_format(title, " (%ld %%)", lround(verdict->usable * 100));
}

void page_gpu_write(struct buffer *out, const struct answer *answer)
{
    struct buffer title CLEANUP(buffer_free) = BUFFER(4096);
    struct buffer summary CLEANUP(buffer_free) = BUFFER(8192);
    struct page page = {.out = out};
    const struct prose prose = {add_paragraph, &page, 80};
    char name[NAME_SIZE];
    char id[PCI_ID_TEXT_SIZE];
    char slug[PCI_ID_TEXT_SIZE];
    page_gpu_name(answer, name, sizeof name);
    pci_id_print(&answer->device.id, id);
    page_gpu_slug(pci_id_number(&answer->device.id), slug);
    write_title(answer, name, id, &title);
    answer_append_verdict(&summary, answer);
    html_begin(out, "../../", buffer_text(&title), buffer_text(&summary));
    buffer_append_text(out, "<p><a href=\"../../\">passthru</a></p>\n");
    html_element(out, "h1", name);
    html_element(out, "p class=verdict", buffer_text(&summary));
    answer_write_full(&prose, answer);
    end_list(&page);
    buffer_append_format(out,
                         "<p>On your machine: <code>passthru query %s</code>. For programs: "
                         "<a href=\"../../api/v1/devices/%s.json\">JSON</a>.</p>\n",
                         id, slug);
    html_end(out);
    out->failed |= title.failed || summary.failed;
}

void page_gpu_write_json(struct buffer *out, const struct answer *answer)
{
    struct json_writer writer = {.out = out, .for_terminal = true};
    answer_write_json(&writer, answer);
    buffer_append_byte(out, '\n');
}
