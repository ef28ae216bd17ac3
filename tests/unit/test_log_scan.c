/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/log_scan.h"

#include "core/buffer.h"
#include "tests/unit/unit.h"

/* core/symptom_matcher.h and core/log_scan.h, with signatures of our own. */
static struct symptom_matcher *matcher;
static const char *const signatures[][2] = {
    {"gave up|giving up", "^gpu .* (gave|giving) up$"}, {"gave up", "gave up"},
    {"broken", "broken (?<code>\\d+) times"},           {"broken", "broken"},
    {"no room|no memory", "no (room|memory)"},          {"never written", "room"},
};

/* A line shows the first signature that fits it; a pattern without one of its words is not enough. */
static const struct {
    const char *line;
    int signature;
} lines[] = {
    {"gpu 1 gave up", 0},
    {"GPU 1 Giving Up", 0},
    {"a gpu 1 gave up", 1},
    {"giving up", -1},
    {"broken 12 times", 2},
    {"broken, broken 12 times", 2},
    {"broken", 3},
    {"broke", -1},
    {"", -1},
    {"a room", -1},
    {"a room never written about", 5},
    {"enough", -1},
};

static const char *const wrong_signatures[][2] = {
    {"short", "x"}, {"", "x"}, {"enough|", "x"}, {"enough", "(open"}, {"enough", "\\C"}};

static int start(UNUSED void **state)
{
    struct error error;
    if (symptom_matcher_create(&matcher, &error))
        return -1;
    for (size_t i = 0; i < ARRAY_SIZE(signatures); i++)
        if (symptom_matcher_add(matcher, signatures[i][0], signatures[i][1], &error))
            fail_msg("%s", error.message);
    return 0;
}

static int stop(UNUSED void **state)
{
    symptom_matcher_free(matcher);
    return 0;
}

static int first_fit(const char *line, size_t length)
{
    int fitting[2];
    struct symptom_details details;
    int count = symptom_matcher_fit(matcher, line, length, fitting, 2, &details);
    assert_true(count < 2 || fitting[0] < fitting[1]);
    assert_true(!count || details.at < length);
    assert_string_equal(details.code, count && fitting[0] == 2 ? "12" : "");
    return count ? fitting[0] : -1;
}

DEFINE_TEST_IN(test_lines, start, stop)
{
    struct error error;
    for (size_t i = 0; i < ARRAY_SIZE(wrong_signatures); i++) {
        assert_int_equal(symptom_matcher_add(matcher, wrong_signatures[i][0], wrong_signatures[i][1], &error),
                         ERROR_BAD_INPUT);
        assert_true(error.message[0]);
    }
    for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
        assert_int_equal(first_fit(lines[i].line, strlen(lines[i].line)), lines[i].signature);
    /* A pattern that would take for ever ends, and so does the test. */
    char text[SYMPTOM_MAX_LINE];
    assert_int_equal(symptom_matcher_add(matcher, "aaaaaa", "(a+)+(a+)+(a+)+b$", &error), ERROR_NONE);
    memset(text, 'a', sizeof text);
    assert_int_equal(first_fit(text, sizeof text), -1);
}

DEFINE_TEST_IN(test_beginnings, start, stop)
{
    static const struct {
        const char *line;
        bool begins;
    } cases[] = {
        {"[   12.345678] pci", true},
        {"Nov 22 10:00:00 host kernel: ", true},
        {"2026-11-22T10:00:00 x", true},
        {"<3>[12.3] x", true},
        {"NVRM: GPU", true},
        {"error: x", true},
        {" to D0, device", false},
        {"               NVRM: BAR0 is 0M", false},
        {"bound to their vfio", false},
        {"", false},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        if (symptom_matcher_begins_record(matcher, cases[i].line, strlen(cases[i].line)) != cases[i].begins)
            fail_msg("\"%s\"", cases[i].line);
}

/* What a scan gave: lines that have a word, each once however many parts it is looked at in. */
struct found_lines {
    struct buffer *text; /* NULL: it is enough */
    long last;
    bool has_neighbours; /* write them too */
};

static enum error_code write_down(void *context, const struct log_line *line, struct error *error)
{
    struct found_lines *found = context;
    if (!found->text)
        return error_set(error, ERROR_SYSTEM, "enough");
    assert_true(line->length <= SYMPTOM_MAX_LINE && line->word < line->length);
    int signature = first_fit(line->text, line->length);
    if (found->has_neighbours)
        buffer_append_format(found->text, "%ld:%.*s<%.*s>%.*s ", line->number,
                             line->before ? (int)line->before_length : 1, line->before ? line->before : "-",
                             (int)line->length, line->text, line->after ? (int)line->after_length : 1,
                             line->after ? line->after : "-");
    else if (found->last != line->number && signature >= 0)
        buffer_append_format(found->text, "%d:%ld ", signature, line->number);
    if (signature >= 0)
        found->last = line->number;
    return error->code = ERROR_NONE;
}

static void assert_scan(const char *bytes, size_t length, struct found_lines *found, enum error_code code)
{
    struct error error;
    int file = memory_file(bytes, length);
    assert_int_equal(log_scan(file, "log", matcher, write_down, found, &error), code);
    assert_true(code != ERROR_BAD_INPUT || error.next[0]);
    close(file);
}

static void assert_log(struct buffer *log, const char *expected)
{
    struct buffer text CLEANUP(buffer_free) = BUFFER(1 << 20);
    assert_scan(buffer_text(log), log->length, &(struct found_lines){.text = &text}, ERROR_NONE);
    assert_string_equal(buffer_text(&text), expected);
    buffer_clear(log);
}

static void append_filler(struct buffer *log, size_t length)
{
    static const char filler[] = "nothing of interest, but some text. ";
    for (size_t i = 0; i < length; i++)
        buffer_append_byte(log, filler[i % (sizeof filler - 1)]);
}

/* A line is reported once for each signature. diagnose.test has lines of ten megabytes, and reads that break
 * lines anywhere. */
DEFINE_TEST_IN(test_logs, start, stop)
{
    struct buffer log CLEANUP(buffer_free) = BUFFER(1 << 22);
    assert_log(&log, "");
    buffer_append_text(&log, "broken\n\n\nbroken 12 times\r\nno room\nbroken");
    assert_log(&log, "3:1 2:4 4:5 3:6 ");
    /* In a line of some thousand bytes, which is looked at in parts, a word at a seam is found. */
    for (size_t gap = 2900; gap < 3200; gap++) {
        buffer_append_text(&log, "broken ");
        append_filler(&log, gap);
        buffer_append_text(&log, "gave up ");
        append_filler(&log, 4000);
        assert_log(&log, "1:1 ");
    }
}

/* The lines around it come with a line, also across what is read in one go. */
DEFINE_TEST_IN(test_neighbours, start, stop)
{
    struct buffer log CLEANUP(buffer_free) = BUFFER(1 << 22);
    struct buffer text CLEANUP(buffer_free) = BUFFER(1 << 20);
    buffer_append_text(&log, "broken\none\n\nbroken\nbroken");
    assert_scan(buffer_text(&log), log.length, &(struct found_lines){.text = &text, .has_neighbours = true},
                ERROR_NONE);
    assert_string_equal(buffer_text(&text), "1:-<broken>one 4:<broken>broken 5:broken<broken>- ");
    for (size_t length = (256 << 10) - 40; length < (256 << 10) + 40; length++) {
        buffer_clear(&log);
        buffer_clear(&text);
        while (log.length < length - 40)
            buffer_append_text(&log, "nothing of interest here\n");
        append_filler(&log, length - log.length);
        buffer_append_text(&log, "\nfirst\nbroken\nlast\n");
        assert_scan(buffer_text(&log), log.length,
                    &(struct found_lines){.text = &text, .has_neighbours = true}, ERROR_NONE);
        assert_true(strstr(buffer_text(&text), ":first<broken>last "));
    }
}

/* diagnose.test has compressed logs, journals and directories. */
DEFINE_TEST_IN(test_what_is_rejected, start, stop)
{
    static const char *const forms[] = {"\x28\xb5\x2f\xfd", "\xfe\xff"};
    for (size_t i = 0; i < ARRAY_SIZE(forms); i++)
        assert_scan(forms[i], strlen(forms[i]), &(struct found_lines){.text = NULL}, ERROR_BAD_INPUT);
    assert_scan("broken\n", 7, &(struct found_lines){.text = NULL}, ERROR_SYSTEM);
}

TESTSUITE_MAIN(NULL, NULL)
