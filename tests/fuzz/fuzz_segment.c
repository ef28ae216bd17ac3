/* A line of a feed's segment: importer/feed_line.h. Where the quick look finds one JSON object, the careful
 * one finds the same; what is taken lies within the line. */

#include <yajl/yajl_parse.h>

#include "core/buffer.h"
#include "core/json_end.h"
#include "importer/feed_line.h"
#include "tests/fuzz/fuzz.h"

/* The white space of JSON (RFC 8259, 2), and two more that yajl takes for it. */
static const char blanks[] = " \t\r\n\v\f";

struct extent {
    const char *start;
    size_t length;
};

/* Without the white space around it. */
static struct extent trim(const char *text, size_t length)
{
    while (length && memchr(blanks, text[length - 1], sizeof blanks - 1))
        length--;
    while (length && memchr(blanks, *text, sizeof blanks - 1))
        text++, length--;
    return (struct extent){text, length};
}

/* How deep the objects and arrays of a JSON text go; 0: it is none. */
static int depth, deepest;

static int open_one(void *context)
{
    (void)context;
    deepest = ++depth > deepest ? depth : deepest;
    return 1;
}

static int close_one(void *context)
{
    (void)context;
    depth--;
    return 1;
}

static int measure_depth(struct extent text)
{
    static const yajl_callbacks callbacks = {.yajl_start_map = open_one,
                                             .yajl_end_map = close_one,
                                             .yajl_start_array = open_one,
                                             .yajl_end_array = close_one};
    yajl_handle parser = yajl_alloc(&callbacks, NULL, NULL);
    require(parser != NULL, "there is memory for a parser");
    depth = deepest = 0;
    bool valid = yajl_parse(parser, (const unsigned char *)text.start, text.length) == yajl_status_ok &&
                 json_end(parser) == yajl_status_ok;
    yajl_free(parser);
    return valid ? deepest : 0;
}

static void check_guess(const char *line, size_t length, const struct feed_line *parsed, bool is_sound)
{
    enum { MAX_DEPTH = 8 }; /* of a line */
    struct feed_line guessed;
    if (!feed_line_guess(line, length, &guessed))
        return;
    require(guessed.operation == FEED_ADD && guessed.report > line &&
                guessed.report + guessed.report_length < line + length,
            "what is guessed lies within the line");
    struct extent inner = trim(guessed.report, guessed.report_length);
    if (!inner.length || *inner.start != '{')
        return;
    int levels = measure_depth(inner);
    if (!levels || levels + 1 > MAX_DEPTH)
        return;
    require(is_sound && parsed->operation == FEED_ADD, "a line with one object for a report adds it");
    require(parsed->report == inner.start && parsed->report_length == inner.length,
            "the quick look and the careful one find the same report");
}

static void check_parsed(const char *line, size_t length, const struct feed_line *parsed)
{
    if (parsed->operation == FEED_RETRACT) {
        require(!parsed->report && !parsed->report_length, "what is taken back brings no report");
        return;
    }
    require(parsed->operation == FEED_ADD, "a line adds or takes back");
    require(parsed->report > line && parsed->report + parsed->report_length < line + length,
            "a report lies within its line");
    require(parsed->report[0] == '{' && parsed->report[parsed->report_length - 1] == '}' &&
                measure_depth((struct extent){parsed->report, parsed->report_length}) > 0,
            "a report is a JSON object");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *line = (const char *)data;
    struct feed_line parsed;
    struct error error;
    bool is_sound = feed_line_parse(line, size, &parsed, &error) == ERROR_NONE;
    if (is_sound)
        check_parsed(line, size, &parsed);
    else
        require(error.code == ERROR_BAD_INPUT && error.message[0], "a refusal says why");
    check_guess(line, size, &parsed, is_sound);
    return 0;
}
