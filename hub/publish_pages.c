/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/publish.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "answer/answer.h"
#include "hub/pages.h"
#include "hub/template.h"

enum { PAGE_MAX = 8 << 20, JSON_REPORTS = 20 /* as query --json */ };

enum page_kind {
    PAGE_FRAME,
    PAGE_GPU,
    PAGE_HOME,
    PAGE_LIST,
    PAGE_SYMPTOM,
    PAGE_REPORT,
    PAGE_BUY,
    PAGE_COMPARE,
    PAGE_DATA,
    PAGE_NOT_FOUND,
    PAGE_ATOM,
    PAGE_SITEMAP,
    PAGE_KINDS
};
static const char *const template_names[PAGE_KINDS] = {
    "frame.html", "gpu.html",     "home.html", "list.html", "symptom.html", "report.html",
    "buy.html",   "compare.html", "data.html", "404.html",  "atom.xml",     "sitemap.xml"};
/* What is published as it is. */
static const char *const plain_names[] = {"style.css",  "search.js",          "report.js", "buy.js",
                                          "compare.js", "report.schema.json", "icon.svg"};

/* What is taken over where the database is the same; the last ones are not on every site. */
enum { OPTIONAL_PARTS = 5 };
static const char *const parts[] = {
    "gpu/",      "api/",      "vendor/",   "symptom/", "index.html",  "report/",
    "compare/",  "buy/",      "buy.json",  "data/",    "404.html",    "search.json",
    "style.css", "search.js", "report.js", "buy.js",   "compare.js",  "report.schema.json",
    "icon.svg",  "chip/",     "series/",   "atom.xml", "sitemap.xml", "remote.conf"};

struct pages {
    struct database *database;
    struct site *site;
    const char *directory; /* of the templates */
    const char *url;       /* of the site; "": not known */
    struct template templates[PAGE_KINDS];
    struct series_table series;
    struct answer *answer;
    struct answer *other; /* to another question on the same GPU */
    struct listed_gpu *gpus;
    int count;
    struct newest_reports newest;
    json_t *paths; /* of all pages, for the site map */
    json_t *symptoms;
    json_t *symptom_names; /* the same by their names */
    struct buffer page;
};

static void write_page(struct pages *pages, const char *path, struct error *error)
{
    site_write(pages->site, path, &pages->page, error);
    buffer_clear(&pages->page);
}

/* Fills a template, writes the page, and frees the values. */
static void write_html(struct pages *pages, enum page_kind kind, json_t *values, const char *path,
                       struct error *error)
{
    const char *name = strstr(path, "index.html");
    if (name)
        json_array_append_new(pages->paths, json_pack("{s:s%}", "path", path, (size_t)(name - path)));
    if (!error->code &&
        !template_fill(&pages->templates[PAGE_FRAME], &pages->templates[kind], values, &pages->page, error))
        write_page(pages, path, error);
    json_decref(values);
}

/* What is sold as a card and as a laptop chip is another GPU in a desktop than in a laptop. */
static void add_forms(struct pages *pages, const struct pci_id *id, const char *query, json_t *values,
                      struct error *error)
{
    static const enum chassis machines[] = {CHASSIS_DESKTOP, CHASSIS_LAPTOP};
    if (gpu_form_factor(&pages->answer->device.gpu) != FORM_FACTOR_EITHER)
        return;
    for (size_t i = 0; i < ARRAY_SIZE(machines) && !error->code; i++) {
        const struct answer_options options = {.chassis = machines[i]};
        if (!answer_gather(pages->database, id, query, &options, pages->other, error))
            page_gpu_add_form(values, pages->other);
    }
}

static void write_gpu(struct pages *pages, uint32_t number, struct error *error)
{
    static const struct answer_options options = {.report_limit = JSON_REPORTS, .by_year = true};
    const struct pci_id id = pci_id_from_number(number);
    char query[PCI_ID_TEXT_SIZE];
    char slug[PCI_ID_TEXT_SIZE];
    char path[100];
    pci_id_print(&id, query);
    page_gpu_slug(number, slug);
    if (answer_gather(pages->database, &id, query, &options, pages->answer, error))
        return;
    struct listed_gpu *gpu = &pages->gpus[pages->count++];
    page_list_gpu(pages->answer, &pages->series, gpu, &pages->newest);
    json_t *values = page_gpu_values(pages->answer, gpu->series, pages->symptom_names);
    add_forms(pages, &id, query, values, error);
    snprintf(path, sizeof path, "gpu/%s/index.html", slug);
    write_html(pages, PAGE_GPU, values, path, error);
    if (error->code)
        return;
    page_gpu_write_json(&pages->page, pages->answer);
    snprintf(path, sizeof path, "api/v1/devices/%s.json", slug);
    write_page(pages, path, error);
}

static void write_gpu_lists(struct pages *pages, struct error *error)
{
    const struct listed_gpu **gpus = calloc((size_t)pages->count + 1, sizeof *gpus);
    if (!gpus) {
        error_set(error, ERROR_NO_MEMORY, "no memory for the pages");
        return;
    }
    for (int i = 0; i < pages->count; i++)
        gpus[i] = &pages->gpus[i];
    for (int kind = 0; kind < LIST_KINDS; kind++) {
        page_list_sort(kind, gpus, pages->count);
        for (int i = 0, end; i < pages->count && !error->code; i = end) {
            char path[LIST_PATH_SIZE];
            char next[LIST_PATH_SIZE];
            page_list_path(kind, gpus[i], path);
            for (end = i + 1; end < pages->count; end++) {
                page_list_path(kind, gpus[end], next);
                if (strcmp(next, path) != 0)
                    break;
            }
            if (!path[0])
                continue;
            write_html(
                pages, PAGE_LIST,
                page_list_values(kind, &pages->series, (const struct listed_gpu *const *)gpus + i, end - i),
                path, error);
        }
    }
    free(gpus);
}

/* Reads what is known of all symptoms. */
static void find_symptoms(struct pages *pages, struct error *error)
{
    size_t i;
    json_t *symptom;
    if (error->code || !(pages->symptoms = page_symptoms_values(pages->database, error)))
        return;
    json_array_foreach (pages->symptoms, i, symptom)
        json_object_set(pages->symptom_names, json_string_value(json_object_get(symptom, "id")), symptom);
}

static void write_symptoms(struct pages *pages, struct error *error)
{
    size_t i;
    json_t *symptom;
    json_array_foreach (pages->symptoms, i, symptom) {
        const char *id = json_string_value(json_object_get(symptom, "id"));
        struct buffer title CLEANUP(buffer_free) = BUFFER(1024);
        char path[200];
        buffer_append_format(&title, "%s: %s", id,
                             json_array_size(json_object_get(symptom, "meanings"))
                                 ? "what this log line of GPU passthrough means"
                                 : "what helped against it in GPU passthrough");
        json_t *values =
            page_begin("../../", buffer_text(&title), json_string_value(json_object_get(symptom, "text")));
        json_object_update(values, symptom);
        snprintf(path, sizeof path, "symptom/%.100s/index.html", id);
        write_html(pages, PAGE_SYMPTOM, values, path, error);
        if (error->code)
            return;
    }
}

static json_t *words_values(const struct vocabulary *vocabulary, const char *key)
{
    json_t *values = json_array();
    for (int i = 0; i < vocabulary->count; i++)
        json_array_append_new(values, json_pack("{s:s,s:s}", key, vocabulary_value(vocabulary, i), "text",
                                                vocabulary->entries[i].text));
    return values;
}

static void write_buy(struct pages *pages, struct error *error)
{
    json_t *values = page_begin("../", "passthru: which GPU to buy for passthrough",
                                "Cards that are likely to pass through, by use, budget, memory and size");
    json_object_set_new(values, "uses", words_values(&vocabulary_purpose, "use"));
    json_object_set_new(values, "codecs", words_values(&vocabulary_codec, "codec"));
    json_t *guests = words_values(&vocabulary_guest, "guest");
    json_array_remove(guests, GUEST_UNKNOWN);
    json_object_set_new(values, "guests", guests);
    if (!error->code && !page_buy_write(pages->database, values, &pages->page, error))
        write_page(pages, "buy.json", error);
    write_html(pages, PAGE_BUY, values, "buy/index.html", error);
}

/* The form is built of the schema; what its words mean is in the page. */
static void write_report(struct pages *pages, struct error *error)
{
    static const struct vocabulary *const groups[] = {
        &vocabulary_outcome, &vocabulary_use,          &vocabulary_symptom,  &vocabulary_fix,
        &vocabulary_result,  &vocabulary_stage,        &vocabulary_chassis,  &vocabulary_hypervisor,
        &vocabulary_share,   &vocabulary_machine_type, &vocabulary_firmware,
    };
    json_t *values = page_begin("../", "passthru: report an attempt", "Tell how a GPU passthrough went");
    json_t *words = json_array();
    for (size_t i = 0; i < ARRAY_SIZE(groups); i++)
        json_array_append_new(words, json_pack("{s:s,s:o}", "group", groups[i]->name, "entries",
                                               words_values(groups[i], "value")));
    json_object_set_new(values, "words", words);
    write_html(pages, PAGE_REPORT, values, "report/index.html", error);
}

static void write_xml(struct pages *pages, enum page_kind kind, json_t *values, struct error *error)
{
    if (!error->code && !template_fill(&pages->templates[kind], NULL, values, &pages->page, error))
        write_page(pages, template_names[kind], error);
    json_decref(values);
}

/* Where the site begins on its host: a page that is shown for any address cannot say "../". */
static const char *root_of(const char *url)
{
    const char *host = strstr(url, "://");
    const char *path = host ? strchr(host + 3, '/') : NULL;
    return path ? path : "/";
}

/* What is there once. */
static void write_single(struct pages *pages, int64_t reports, struct error *error)
{
    struct report_years years;
    if (database_find_report_years(pages->database, NULL, SHARE_WHOLE, &years, error))
        return;
    json_t *data = page_begin("../", "passthru: data", "The data behind the verdicts, for everybody");
    json_object_set_new(data, "reports", json_integer(reports));
    json_object_set_new(data, "count", json_integer(pages->count));
    template_set(data, "url", pages->url);
    chart_set_years(data, &years);
    write_html(pages, PAGE_DATA, data, "data/index.html", error);
    write_html(
        pages, PAGE_HOME,
        page_home_values(&pages->series, pages->gpus, pages->count, &pages->newest, reports, pages->symptoms),
        "index.html", error);
    write_buy(pages, error);
    write_html(pages, PAGE_COMPARE,
               page_begin("../", "passthru: GPUs side by side", "Two to four GPUs side by side"),
               "compare/index.html", error);
    write_report(pages, error);
    write_html(pages, PAGE_NOT_FOUND,
               page_begin(root_of(pages->url), "passthru: no such page", "There is no such page"), "404.html",
               error);
    if (!pages->url[0])
        return;
    write_xml(pages, PAGE_ATOM, page_atom_values(pages->url, &pages->newest), error);
    write_xml(pages, PAGE_SITEMAP, json_pack("{s:s,s:O}", "url", pages->url, "paths", pages->paths), error);
}

static void write_lists(struct pages *pages, struct error *error)
{
    struct database_counts counts;
    write_symptoms(pages, error);
    if (!error->code)
        write_gpu_lists(pages, error);
    if (!error->code && !database_count(pages->database, &counts, error))
        write_single(pages, counts.reports, error);
    if (!error->code &&
        !page_search_write(pages->database, pages->gpus, pages->count, pages->symptoms, &pages->page, error))
        write_page(pages, "search.json", error);
}

static void load_templates(struct pages *pages, struct error *error)
{
    if (error->code || series_read(pages->directory, &pages->series, error))
        return;
    for (int i = 0; i < PAGE_KINDS; i++)
        if (error->code || template_load(pages->directory, template_names[i], &pages->templates[i], error))
            return;
}

static void write_plain(struct pages *pages, struct error *error)
{
    for (size_t i = 0; i < ARRAY_SIZE(plain_names) && !error->code; i++) {
        struct template file;
        if (!template_read(pages->directory, plain_names[i], &file, error))
            site_write(pages->site, plain_names[i], &file.text, error);
        template_free(&file);
    }
}

void publish_pages(struct database *database, const char *templates, const char *url, struct site *site,
                   struct error *error)
{
    struct pages pages = {.database = database,
                          .site = site,
                          .directory = templates,
                          .url = url,
                          .paths = json_array(),
                          .symptom_names = json_object(),
                          .page = BUFFER(PAGE_MAX)};
    uint32_t *ids;
    int count;
    if (!database_list_gpus(database, &ids, &count, error)) {
        pages.answer = calloc(1, sizeof *pages.answer);
        pages.gpus = calloc((size_t)count + 1, sizeof *pages.gpus);
        pages.other = calloc(1, sizeof *pages.other);
        if (!pages.answer || !pages.other || !pages.gpus)
            error_set(error, ERROR_NO_MEMORY, "no memory for the pages");
        load_templates(&pages, error);
        find_symptoms(&pages, error);
        for (int i = 0; i < count && !error->code; i++)
            write_gpu(&pages, ids[i], error);
        if (!error->code)
            write_lists(&pages, error);
        write_plain(&pages, error);
    }
    if (!error->code && buffer_memory_was_short)
        error_set(error, ERROR_NO_MEMORY, "no memory for the pages");
    if (pages.answer)
        answer_free(pages.answer);
    free(pages.answer);
    if (pages.other)
        answer_free(pages.other);
    free(pages.other);
    free(pages.gpus);
    series_free(&pages.series);
    json_decref(pages.paths);
    json_decref(pages.symptom_names);
    json_decref(pages.symptoms);
    free(ids);
    for (int i = 0; i < PAGE_KINDS; i++)
        template_free(&pages.templates[i]);
    buffer_free(&pages.page);
}

void publish_pages_again(struct site *site, bool *found, struct error *error)
{
    *found = true;
    error->code = ERROR_NONE;
    for (size_t i = 0; i < ARRAY_SIZE(parts) && !error->code; i++) {
        bool is_there = false;
        site_take_over(site, parts[i], &is_there, error);
        *found &= is_there || i >= ARRAY_SIZE(parts) - OPTIONAL_PARTS;
    }
}

void publish_find_templates(char path[DATABASE_PATH_SIZE])
{
    char directory[DATABASE_PATH_SIZE];
    database_program_directory(directory);
    snprintf(path, DATABASE_PATH_SIZE, "%.4000s/../share/passthru-hub/site", directory);
    if (access(path, F_OK))
        snprintf(path, DATABASE_PATH_SIZE, "%.4000s/../hub/site", directory);
}

static void stamp_file(const char *templates, const char *name, struct buffer *stamp)
{
    char path[DATABASE_PATH_SIZE];
    struct stat status;
    snprintf(path, sizeof path, "%.4000s/%s", templates, name);
    if (stat(path, &status) == 0)
        buffer_append_format(stamp, ",\"%s\":\"%" PRId64 " %" PRId64 ".%09ld\"", name,
                             (int64_t)status.st_size, (int64_t)status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
}

void publish_stamp_templates(const char *templates, struct buffer *stamp)
{
    for (int i = 0; i < PAGE_KINDS; i++)
        stamp_file(templates, template_names[i], stamp);
    for (size_t i = 0; i < ARRAY_SIZE(plain_names); i++)
        stamp_file(templates, plain_names[i], stamp);
    stamp_file(templates, "series.tsv", stamp);
}
