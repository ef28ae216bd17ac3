/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any log that people feed to `passthru diagnose`: core/log_scan.h, core/symptom_matcher.h. However it comes
 * in pieces, the answer is one, and it is what each line gives by itself. */

#include <fcntl.h>

#include "core/buffer.h"
#include "core/log_scan.h"
#include "importer/table.h"
#include "tests/fuzz/fuzz.h"

enum { COLUMNS = 8, WORDS = 3, PATTERN = 4 };

static enum error_code add(void *context, const struct table_row *row, struct error *error)
{
    return symptom_matcher_add(context, row->fields[WORDS], row->fields[PATTERN], error);
}

/* The project's own signatures. */
static struct symptom_matcher *signatures(void)
{
    static const char *const columns[COLUMNS] = {"id",      "scope",        "fixable", "words",
                                                 "pattern", "example_line", "cause",   "next"};
    static struct symptom_matcher *matcher;
    struct error error;
    if (matcher)
        return matcher;
    require(symptom_matcher_create(&matcher, &error) == ERROR_NONE, "there is memory");
    require(table_read("tests/data/frozen/symptoms.tsv", columns, COLUMNS, 1, add, matcher, NULL, &error) ==
                ERROR_NONE,
            "the signatures are good");
    return matcher;
}

static enum error_code note(void *context, const struct log_hit *hit, struct error *error)
{
    (void)error;
    require(hit->length <= SYMPTOM_MAX_LINE && hit->word < hit->length, "what is shown is bounded");
    require(!memchr(hit->text, '\n', hit->length), "it is one line");
    buffer_append_format(context, "%d:%ld\n", hit->signature, hit->line);
    return ERROR_NONE;
}

/* A pipe of packets gives them one by one, so that each read gets as much as was written at a time. */
static enum error_code scan_in_pieces(const uint8_t *data, size_t size, struct buffer *found,
                                      struct error *error)
{
    enum { PACKETS = 128, PACKET = 4096 };
    int ends[2];
    require(pipe2(ends, O_DIRECT) == 0 && fcntl(ends[1], F_SETPIPE_SZ, 1 << 20) > 0, "there is a pipe");
    size_t least = size / PACKETS + 1;
    for (size_t drop; size; data += drop, size -= drop) {
        drop = least + data[0] % 8U;
        if (drop > size)
            drop = size;
        require(drop <= PACKET && write(ends[1], data, drop) == (ssize_t)drop, "a pipe takes a packet");
    }
    close(ends[1]);
    enum error_code code = log_scan(ends[0], "pipe", signatures(), note, found, error);
    close(ends[0]);
    return code;
}

/* What each line gives by itself; false when one is so long that it is looked at in parts. */
static bool scan_lines(const char *text, size_t size, struct buffer *found)
{
    for (long line = 1; size; line++) {
        const char *newline = memchr(text, '\n', size);
        size_t length = newline ? (size_t)(newline - text) : size;
        if (length > SYMPTOM_BEFORE_WORD)
            return false;
        int signature = symptom_matcher_line(signatures(), text, length);
        if (signature >= 0)
            buffer_append_format(found, "%d:%ld\n", signature, line);
        text += length + (newline != NULL);
        size -= length + (newline != NULL);
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error error;
    struct buffer found = BUFFER(SIZE_MAX / 2);
    struct buffer other = BUFFER(SIZE_MAX / 2);
    struct memory_file memory = open_memory(data, size);
    enum error_code code = log_scan(memory.file, "log", signatures(), note, &found, &error);
    close(memory.file);
    require(code == ERROR_NONE || code == ERROR_BAD_INPUT, "a log is read or rejected");
    if (size <= 100000) {
        require(scan_in_pieces(data, size, &other, &error) == code, "a log in pieces is read as the whole");
        require(strcmp(buffer_text(&other), buffer_text(&found)) == 0, "pieces make no difference");
    }
    buffer_clear(&other);
    if (code == ERROR_NONE && scan_lines((const char *)data, size, &other))
        require(strcmp(buffer_text(&other), buffer_text(&found)) == 0, "a line stands for itself");
    buffer_free(&found);
    buffer_free(&other);
    return 0;
}
