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
    struct symptom_matcher *matcher;
    log_visitor *found;
    void *context;
    char *text; /* CAPACITY bytes */
    size_t length;
    long line;                         /* that the text begins with */
    long line_of_last[MAX_SIGNATURES]; /* where each signature was reported last */
};

static long count_newlines(const char *text, const char *end)
{
    long count = 0;
    for (const char *at = text; (at = memchr(at, '\n', (size_t)(end - at))); at++)
        count++;
    return count;
}

/* Looks at the first `length` bytes; words from `limit` on are left for later. */
static enum error_code scan_text(struct log_scan *scan, size_t length, size_t limit, struct error *error)
{
    size_t position = 0;
    const char *counted = scan->text;
    struct symptom_match match;
    while (symptom_matcher_next(scan->matcher, scan->text, length, limit, &position, &match)) {
        const char *start = scan->text + match.start;
        scan->line += count_newlines(counted, start);
        counted = start;
        if (scan->line_of_last[match.signature] == scan->line)
            continue;
        scan->line_of_last[match.signature] = scan->line;
        const struct log_hit hit = {match.signature, scan->line, start, match.end - match.start,
                                    match.word - match.start};
        if (scan->found(scan->context, &hit, error))
            return error->code;
    }
    scan->line += count_newlines(counted, scan->text + length);
    return ERROR_NONE;
}

static void keep_from(struct log_scan *scan, size_t start)
{
    scan->length -= start;
    memmove(scan->text, scan->text + start, scan->length);
}

/* All whole lines; at the end of the log the rest too. */
static enum error_code scan_lines(struct log_scan *scan, bool end, struct error *error)
{
    const char *newline = memrchr(scan->text, '\n', scan->length);
    size_t whole = end ? scan->length : newline ? (size_t)(newline - scan->text) + 1 : 0;
    if (whole) {
        if (scan_text(scan, whole, whole, error))
            return error->code;
        keep_from(scan, whole);
    } else if (scan->length == CAPACITY) {
        if (scan_text(scan, CAPACITY, CAPACITY - AFTER_WORD, error))
            return error->code;
        keep_from(scan, CAPACITY - SEAM);
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
    ssize_t got;
    do {
        got = read(file, scan->text + scan->length, CAPACITY - scan->length);
    } while (got < 0 && errno == EINTR);
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

enum error_code log_scan(int file, const char *name, struct symptom_matcher *matcher, log_visitor *found,
                         void *context, struct error *error)
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
