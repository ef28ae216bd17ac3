/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/log_scan.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What is looked at in one go. Of a line that fills it all, the end is looked at once more with what follows,
 * so that nothing is lost at the seam. */
enum { CAPACITY = 256 << 10, SEAM = SYMPTOM_MAX_LINE, AFTER_WORD = SYMPTOM_MAX_LINE - SYMPTOM_BEFORE_WORD };

struct log_scan {
    const struct symptom_matcher *matcher;
    log_visitor *found;
    void *context;
    char *text; /* CAPACITY bytes */
    size_t length;
    size_t done; /* what comes before has been looked at, and stays for the line after it */
    long line;   /* the number of the line at `done` */
};

static long count_newlines(const char *text, const char *end)
{
    long count = 0;
    for (const char *at = text; (at = memchr(at, '\n', (size_t)(end - at))); at++)
        count++;
    return count;
}

/* The line that ends before the byte at `end`, unless it is long. */
static const char *line_before(const struct log_scan *scan, size_t end, size_t *length)
{
    const char *newline = memrchr(scan->text, '\n', end);
    const char *start = newline ? newline + 1 : scan->text;
    *length = (size_t)(scan->text + end - start);
    return *length <= SYMPTOM_MAX_LINE ? start : NULL;
}

static void find_neighbours(const struct log_scan *scan, const struct symptom_place *place,
                            struct log_line *line)
{
    if (place->start && scan->text[place->start - 1] == '\n')
        line->before = line_before(scan, place->start - 1, &line->before_length);
    if (place->end >= scan->length || scan->text[place->end] != '\n')
        return;
    const char *start = scan->text + place->end + 1;
    size_t rest = scan->length - place->end - 1;
    const char *newline = memchr(start, '\n', rest);
    line->after_length = newline ? (size_t)(newline - start) : rest;
    line->after = line->after_length && line->after_length <= SYMPTOM_MAX_LINE ? start : NULL;
}

/* Looks at the words that begin before `limit`, and at none after it. */
static enum error_code scan_text(struct log_scan *scan, size_t limit, struct error *error)
{
    const char *counted = scan->text + scan->done;
    struct symptom_place place;
    while (symptom_matcher_next(scan->matcher, scan->text, scan->length, limit, &scan->done, &place)) {
        const char *start = scan->text + place.start;
        scan->line += count_newlines(counted, start);
        counted = start;
        struct log_line line = {.number = scan->line,
                                .text = start,
                                .length = place.end - place.start,
                                .word = place.word - place.start};
        find_neighbours(scan, &place, &line);
        if (scan->found(scan->context, &line, error))
            return error->code;
    }
    scan->done = limit;
    scan->line += count_newlines(counted, scan->text + limit);
    return ERROR_NONE;
}

static void keep_from(struct log_scan *scan, size_t start)
{
    scan->length -= start;
    scan->done -= start;
    memmove(scan->text, scan->text + start, scan->length);
}

/* All whole lines but the last, which waits for the one after it; at the end of the log all. */
static enum error_code scan_lines(struct log_scan *scan, bool end, struct error *error)
{
    const char *newline = memrchr(scan->text, '\n', scan->length);
    newline = newline ? memrchr(scan->text, '\n', (size_t)(newline - scan->text)) : NULL;
    size_t whole = newline ? (size_t)(newline - scan->text) + 1 : 0;
    if (end)
        return scan_text(scan, scan->length, error);
    if (whole > scan->done) {
        size_t length;
        if (scan_text(scan, whole, error))
            return error->code;
        const char *last = line_before(scan, whole - 1, &length);
        keep_from(scan, last ? (size_t)(last - scan->text) : whole);
    }
    if (scan->length == CAPACITY) {
        if (scan_text(scan, CAPACITY - AFTER_WORD, error))
            return error->code;
        keep_from(scan, CAPACITY - SEAM);
        scan->line -= count_newlines(scan->text, scan->text + scan->done);
        scan->done = 0;
    }
    return ERROR_NONE;
}

/* What would be searched in vain, and "nothing found" would be a lie. */
static enum error_code reject_other_form(const struct log_scan *scan, const char *name, struct error *error)
{
    static const struct {
        const char *bytes;
        size_t length;
        const char *what;
        const char *next;
    } forms[] = {
        {"\x1f\x8b\x08", 3, "it is compressed", "zcat FILE | passthru diagnose"},
        {"\x28\xb5\x2f\xfd", 4, "it is compressed", "zstdcat FILE | passthru diagnose"},
        {"\xfd"
         "7zXZ\0",
         6, "it is compressed", "xzcat FILE | passthru diagnose"},
        {"LPKSHHRH", 8, "it is a journal file of systemd, not its text",
         "journalctl --file FILE | passthru diagnose"},
        {"\xff\xfe", 2, "it is UTF-16", "iconv -f UTF-16 -t UTF-8 FILE | passthru diagnose"},
        {"\xfe\xff", 2, "it is UTF-16", "iconv -f UTF-16 -t UTF-8 FILE | passthru diagnose"},
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (scan->length < forms[i].length || memcmp(scan->text, forms[i].bytes, forms[i].length) != 0)
            continue;
        error_set(error, ERROR_BAD_INPUT, "cannot read %s as a log: %s", name, forms[i].what);
        return error_next(error, "%s", forms[i].next);
    }
    return ERROR_NONE;
}

static enum error_code read_more(struct log_scan *scan, int file, const char *name, bool *end,
                                 struct error *error)
{
    ssize_t got = TEMP_FAILURE_RETRY(read(file, scan->text + scan->length, CAPACITY - scan->length));
    if (got < 0) {
        error_set_errno(error, errno, "cannot read %s", name);
        error_blame_input(error);
        return error_next(error, "name a file with the text of a log; - is standard input");
    }
    scan->length += (size_t)got;
    *end = got == 0;
    return ERROR_NONE;
}

static void free_scan(struct log_scan **scan)
{
    if (*scan)
        free((*scan)->text);
    free(*scan);
}

enum error_code log_scan(int file, const char *name, const struct symptom_matcher *matcher,
                         log_visitor *found, void *context, struct error *error)
{
    enum { LONGEST_MARK = 8 };
    struct log_scan *scan CLEANUP(free_scan) = calloc(1, sizeof *scan);
    bool known = false;
    if (!scan || !(scan->text = malloc(CAPACITY)))
        return error_set(error, ERROR_NO_MEMORY, "no memory to read %s", name);
    scan->matcher = matcher;
    scan->found = found;
    scan->context = context;
    scan->line = 1;
    error->code = ERROR_NONE;
    for (bool end = false; !end;) {
        if (read_more(scan, file, name, &end, error))
            return error->code;
        if (!known && !end && scan->length < LONGEST_MARK)
            continue;
        if ((!known && reject_other_form(scan, name, error)) || scan_lines(scan, end, error))
            return error->code;
        known = true;
    }
    return ERROR_NONE;
}
