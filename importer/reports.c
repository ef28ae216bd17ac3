#include "importer/reports.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "core/report.h"
#include "importer/line_reader.h"

static bool id_differs(const char *stated, const unsigned char id[crypto_hash_sha256_BYTES])
{
    char hex[2 * crypto_hash_sha256_BYTES + 1];
    sodium_bin2hex(hex, sizeof hex, id, crypto_hash_sha256_BYTES);
    return strcmp(stated, hex) != 0;
}

static enum error_code read_line(const char *line, size_t length, struct buffer *canonical, const char *shown_path,
                                 long number, struct builder *builder, int64_t source, int64_t *added,
                                 struct problems *problems, struct error *error)
{
    struct report report;
    struct error refusal = {.code = ERROR_NONE};
    unsigned char id[crypto_hash_sha256_BYTES];
    bool is_new = false;
    buffer_clear(canonical);
    if (report_parse(line, length, &report, canonical, &refusal)) {
        if (refusal.code == ERROR_BAD_INPUT) {
            problems_refuse(problems, shown_path, number, "%s", refusal.message);
            return ERROR_NONE;
        }
        *error = refusal;
        return error->code;
    }
    crypto_hash_sha256(id, (const unsigned char *)buffer_text(canonical), canonical->length);
    if (report.id && id_differs(report.id, id))
        problems_refuse(problems, shown_path, number, "field \"id\" is not the SHA-256 of this report");
    else if (!builder_add_report(builder, &report, id, buffer_text(canonical), canonical->length, source, &is_new,
                                 error))
        *added += is_new;
    report_free(&report);
    return error->code;
}

enum error_code reports_read(const char *path, const char *shown_path, struct builder *builder, int64_t source,
                             int64_t *added, struct problems *problems, struct error *error)
{
    struct line_reader *lines;
    struct buffer canonical CLEANUP(buffer_free) = BUFFER(4 * REPORT_MAX_BYTES);
    if (line_reader_open(path, REPORT_MAX_BYTES, &lines, error))
        return error->code;
    for (;;) {
        const char *line;
        size_t length;
        enum line_status status = line_reader_next(lines, &line, &length, error);
        long number = line_reader_number(lines);
        if (status == LINE_END || status == LINE_FAILED)
            break;
        if (status == LINE_TOO_LONG)
            problems_refuse(problems, shown_path, number, "a report has at most %d bytes", REPORT_MAX_BYTES);
        else if (line[strspn(line, " \t")] == '\0' && !memchr(line, '\0', length))
            continue;
        else if (read_line(line, length, &canonical, shown_path, number, builder, source, added, problems, error))
            break;
    }
    line_reader_close(lines);
    return error->code;
}
