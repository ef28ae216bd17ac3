/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "importer/reports.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "core/report_validate.h"
#include "feed/manifest.h"
#include "importer/line_reader.h"
#include "importer/product_names.h"

struct report_reader {
    const struct report_file *file;
    struct builder *builder;
    const struct samples *samples;
    struct problems *problems;
    const struct line_reader *lines;
    struct report_source *source;
    long by_default; /* reports whose address fits no pattern */
    long first_by_default;
    struct buffer canonical; /* the JSON of the report that is being added */
};

static bool id_differs(const char *stated, const unsigned char id[crypto_hash_sha256_BYTES])
{
    char hex[2 * crypto_hash_sha256_BYTES + 1];
    sodium_bin2hex(hex, sizeof hex, id, crypto_hash_sha256_BYTES);
    return strcmp(stated, hex) != 0;
}

/* What names a person or a machine is not spread further, whoever sends it. */
static enum error_code reject_private(const struct report *report, struct error *error)
{
    struct report_problems problems;
    problems.count = 0;
    report_check_private(report, &problems);
    return problems.count ? error_set(error, ERROR_BAD_INPUT, "field \"%s\" %s", problems.items[0].field,
                                      problems.items[0].text)
                          : ERROR_NONE;
}

/* The GPU of a report, while its products are stored as aliases. */
struct named_gpu {
    struct builder *builder;
    uint32_t pci_id;
};

static enum error_code add_product(void *context, const char *product, struct error *error)
{
    const struct named_gpu *gpu = context;
    const struct alias alias = {
        .pci_id = gpu->pci_id, .revision = -1, .product = product, .source = "reports"};
    return builder_add_alias(gpu->builder, &alias, error);
}

/* What a report calls its GPU, in brackets as lspci does: pci.ids has no name for some. */
static enum error_code add_name(struct report_reader *reader, const struct report *report,
                                struct error *error)
{
    struct named_gpu gpu = {reader->builder, pci_id_number(&report->pci_id)};
    const struct known_words *known;
    char product[256];
    const char *start = report->gpu ? strrchr(report->gpu, '[') : NULL;
    const char *end = start ? strchr(start, ']') : NULL;
    if (!end || !reader->file->is_bundled)
        return ERROR_NONE;
    snprintf(product, sizeof product, "%.*s", (int)(end - start - 1), start + 1);
    if (builder_known_words(reader->builder, &known, error))
        return error->code;
    return product_names_each(known, product, add_product, &gpu, error);
}

/* Decides how a report came to be known, and says what is odd in it. */
static void settle(struct report_reader *reader, struct report *report)
{
    long line = line_reader_number(reader->lines);
    enum sample sample;
    switch (samples_decide(reader->samples, report, reader->file->is_feed, &sample)) {
    case SAMPLE_IS_SOUND:
        break;
    case SAMPLE_NOT_BELIEVED:
        problems_warn(reader->problems, reader->file->shown, line,
                      "\"sample\" is tool, but the report has the address of a page: it counts as %s",
                      vocabulary_value(&vocabulary_sample, (int)sample));
        break;
    case SAMPLE_BY_DEFAULT:
        if (!reader->by_default++)
            reader->first_by_default = line;
        break;
    }
    report->sample = sample;
    for (int i = 0; i < report->attempt_count; i++) {
        const struct report_attempt *attempt = &report->attempts[i];
        if (attempt->purpose && !report_has_symptom(report, attempt->purpose))
            problems_warn(reader->problems, reader->file->shown, line,
                          "%.100s was tried for %.100s, which is not among the symptoms: it counts for none",
                          attempt->fix, attempt->purpose);
    }
}

/* Adds the report of a line: `json` as it was read before, or NULL for the text itself. */
static enum error_code add_report(struct report_reader *reader, struct json_t *json, const char *line,
                                  size_t length, struct error *error)
{
    struct report report;
    unsigned char id[crypto_hash_sha256_BYTES];
    buffer_clear(&reader->canonical);
    if (json ? report_from_json(json, &report, &reader->canonical, error)
             : report_parse(line, length, &report, &reader->canonical, error))
        return error->code;
    const char *body = buffer_text(&reader->canonical);
    crypto_hash_sha256(id, (const unsigned char *)body, reader->canonical.length);
    if (report.id && id_differs(report.id, id)) {
        error_set(error, ERROR_BAD_INPUT, "field \"id\" is not the SHA-256 of this report");
    } else if (!reject_private(&report, error)) {
        settle(reader, &report);
        if (!builder_add_report(reader->builder, &report, id, body, reader->canonical.length,
                                reader->source->record.id, error) &&
            !add_name(reader, &report, error))
            reader->source->record.records++;
    }
    report_free(&report);
    return error->code;
}

/* The report of a line of a feed is added, or what the line retracts is. */
static enum error_code add_feed_line(struct report_reader *reader, const char *line, size_t length,
                                     struct error *error)
{
    struct feed_line found;
    if (feed_line_parse(line, length, &found, error))
        return error->code;
    if (found.operation == FEED_RETRACT && reader->source->retractions >= FEED_MAX_RETRACTIONS)
        return error_set(error, ERROR_BAD_INPUT, "a feed retracts at most %d reports", FEED_MAX_RETRACTIONS);
    if (found.operation == FEED_RETRACT && ++reader->source->retractions)
        return builder_retract(reader->builder, found.id, reader->source->record.id, error);
    return add_report(reader, found.report, NULL, 0, error);
}

/* Empty lines, and the one that a dump of a hub begins with, say nothing of a GPU. */
static enum error_code add_line(struct report_reader *reader, enum line_status status, const char *line,
                                size_t length, struct error *error)
{
    static const char licence[] = "{\"licence\":";
    if (status == LINE_TOO_LONG)
        return error_set(error, ERROR_BAD_INPUT, "a report has at most %d bytes", REPORT_MAX_BYTES);
    const bool is_empty = line[strspn(line, " \t")] == '\0';
    if ((is_empty || strncmp(line, licence, sizeof licence - 1) == 0) && !memchr(line, '\0', length))
        return ERROR_NONE;
    return reader->file->is_feed ? add_feed_line(reader, line, length, error)
                                 : add_report(reader, NULL, line, length, error);
}

static void warn_of_addresses(const struct report_reader *reader)
{
    char which[80] = "its address tells";
    if (reader->by_default > 1)
        snprintf(which, sizeof which, "the addresses of %ld reports, this one first, tell",
                 reader->by_default);
    problems_warn(reader->problems, reader->file->shown, reader->first_by_default,
                  "%s no kind of page, so troubleshooting is assumed; add a line to data/samples.tsv, or"
                  " \"sample\" to the report",
                  which);
}

enum error_code reports_read(const struct report_file *file, const struct samples *samples,
                             struct builder *builder, struct report_source *source, struct problems *problems,
                             struct error *error)
{
    struct report_reader reader = {.file = file,
                                   .builder = builder,
                                   .samples = samples,
                                   .problems = problems,
                                   .source = source,
                                   .canonical = BUFFER((size_t)4 * REPORT_MAX_BYTES)};
    struct line_reader *lines CLEANUP(line_reader_close) = NULL;
    const long rejected = problems->rejected;
    size_t max_line = REPORT_MAX_BYTES + (file->is_feed ? FEED_LINE_EXTRA : 0);
    if (line_reader_open(file->path, file->shown, max_line, &lines, error))
        return error->code;
    reader.lines = lines;
    while (!error->code) {
        const char *line;
        size_t length;
        struct error why = {.code = ERROR_NONE};
        enum line_status status = line_reader_next(lines, &line, &length, error);
        if (status == LINE_END || status == LINE_FAILED)
            break;
        if (add_line(&reader, status, line, length, &why) == ERROR_BAD_INPUT)
            problems_reject(problems, file->shown, line_reader_number(lines), "%s", why.message);
        else if (why.code)
            *error = why;
    }
    source->record.rejected += problems->rejected - rejected;
    if (reader.by_default)
        warn_of_addresses(&reader);
    buffer_free(&reader.canonical);
    return error->code;
}
