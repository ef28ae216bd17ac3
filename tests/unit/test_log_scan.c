#include "cli/log_scan.h"

#include <fcntl.h>
#include <sys/mman.h>

#include "core/buffer.h"
#include "tests/unit/unit.h"

/* core/symptom_matcher.h and cli/log_scan.h, with signatures of our own. */

static struct symptom_matcher *matcher;

static void add(const char *words, const char *pattern)
{
    struct error error;
    if (symptom_matcher_add(matcher, words, pattern, &error))
        fail_msg("%s", error.message);
}

static int start(void **state)
{
    struct error error;
    (void)state;
    if (symptom_matcher_create(&matcher, &error))
        return -1;
    add("gave up|giving up", "^gpu .* (gave|giving) up$");
    add("gave up", "gave up");
    add("broken", "broken \\d+ times");
    add("broken", "broken");
    return symptom_matcher_add(matcher, "no room|no memory", "no (room|memory)", &error);
}

static int stop(void **state)
{
    (void)state;
    symptom_matcher_free(matcher);
    return 0;
}

static int line(const char *text)
{
    return symptom_matcher_line(matcher, text, strlen(text));
}

static void test_the_first_signature_counts(void **state)
{
    (void)state;
    assert_int_equal(line("gpu 1 gave up"), 0);
    assert_int_equal(line("GPU 1 Giving Up"), 0);
    assert_int_equal(line("gpu 1 gave up\r"), 0);
    assert_int_equal(line("a gpu 1 gave up"), 1);
    assert_int_equal(line("giving up"), -1);
    assert_int_equal(line("broken 12 times"), 2);
    assert_int_equal(line("broken, broken 12 times"), 2);
    assert_int_equal(line("broken"), 3);
    assert_int_equal(line("broke"), -1);
    assert_int_equal(line(""), -1);
}

/* A pattern alone is not enough: one of the words must stand in the line. */
static void test_words_are_a_condition(void **state)
{
    (void)state;
    add("never written", "room");
    assert_int_equal(line("a room"), -1);
    assert_int_equal(line("a room never written about"), 5);
}

static void test_what_is_refused(void **state)
{
    static const char *const wrong[][2] = {
        {"short", "x"}, {"", "x"}, {"enough|", "x"}, {"enough", "(open"}, {"enough", "\\C"}};
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
        struct error error;
        assert_int_equal(symptom_matcher_add(matcher, wrong[i][0], wrong[i][1], &error), ERROR_BAD_INPUT);
        assert_true(error.message[0]);
    }
    assert_int_equal(line("enough"), -1);
}

/* A pattern that would take for ever ends, and so does the test. */
static void test_a_pattern_is_bounded(void **state)
{
    char text[SYMPTOM_MAX_LINE];
    (void)state;
    add("aaaaaa", "(a+)+(a+)+(a+)+b$");
    memset(text, 'a', sizeof text);
    assert_int_equal(symptom_matcher_line(matcher, text, sizeof text), -1);
}

/* ---- logs ---- */

static enum error_code write_down(void *context, const struct log_hit *hit, struct error *error)
{
    (void)error;
    buffer_append_format(context, "%d:%ld ", hit->signature, hit->line);
    return ERROR_NONE;
}

static int open_bytes(const char *bytes, size_t length)
{
    int file = memfd_create("log", MFD_CLOEXEC);
    assert_true(file >= 0);
    assert_int_equal(write(file, bytes, length), (ssize_t)length);
    assert_int_equal(lseek(file, 0, SEEK_SET), 0);
    return file;
}

static void assert_log(const struct buffer *log, const char *expected)
{
    struct buffer found = BUFFER(1 << 20);
    struct error error;
    int file = open_bytes(buffer_text(log), log->length);
    assert_int_equal(log_scan(file, "log", matcher, write_down, &found, &error), ERROR_NONE);
    close(file);
    assert_string_equal(buffer_text(&found), expected);
    buffer_free(&found);
}

static void append_filler(struct buffer *log, size_t length)
{
    static const char filler[] = "nothing of interest, but some text. ";
    for (size_t i = 0; i < length; i++)
        buffer_append_byte(log, filler[i % (sizeof filler - 1)]);
}

static void test_lines_are_numbered(void **state)
{
    struct buffer log = BUFFER(1 << 22);
    (void)state;
    assert_log(&log, "");
    buffer_append_text(&log, "broken\n\n\nbroken 3 times\r\nno room\nbroken");
    assert_log(&log, "3:1 2:4 4:5 3:6 ");
    buffer_clear(&log);
    for (int i = 0; i < 30000; i++)
        buffer_append_text(&log, i % 10000 == 9999 ? "it is broken\n" : "nothing of interest here\n");
    assert_log(&log, "3:10000 3:20000 3:30000 ");
    buffer_free(&log);
}

/* A line is told once for each signature, however long it is and wherever the reading breaks it. */
static void test_long_lines(void **state)
{
    (void)state;
    for (size_t length = (256 << 10) - 40; length < (256 << 10) + 5000; length += length < 262200 ? 1 : 97) {
        struct buffer log = BUFFER(1 << 22);
        append_filler(&log, length);
        buffer_append_text(&log, " gave up ");
        append_filler(&log, 20);
        buffer_append_text(&log, "\nbroken\n");
        assert_log(&log, "1:1 3:2 ");
        buffer_free(&log);
    }
    struct buffer log = BUFFER(1 << 22);
    while (log.length < 3 << 20)
        buffer_append_text(&log, "gave up ");
    buffer_append_text(&log, "\ngave up");
    assert_log(&log, "1:1 1:2 ");
    buffer_free(&log);
}

/* In a line of some thousand bytes, which is looked at in parts, a word at a seam is found. */
static void test_seams_of_parts(void **state)
{
    (void)state;
    for (size_t gap = 2900; gap < 3200; gap++) {
        struct buffer log = BUFFER(1 << 16);
        buffer_append_text(&log, "broken ");
        append_filler(&log, gap);
        buffer_append_text(&log, "gave up ");
        append_filler(&log, 4000);
        struct buffer found = BUFFER(4096);
        struct error error;
        int file = open_bytes(buffer_text(&log), log.length);
        assert_int_equal(log_scan(file, "log", matcher, write_down, &found, &error), ERROR_NONE);
        close(file);
        assert_true(strstr(buffer_text(&found), "1:1 "));
        buffer_free(&found);
        buffer_free(&log);
    }
}

static void test_other_forms_are_refused(void **state)
{
    static const char *const forms[] = {"\x1f\x8b\x08", "\x28\xb5\x2f\xfd", "LPKSHHRH", "\xff\xfe",
                                        "\xfe\xff"};
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
        struct error error;
        int file = open_bytes(forms[i], strlen(forms[i]));
        assert_int_equal(log_scan(file, "log", matcher, write_down, NULL, &error), ERROR_BAD_INPUT);
        assert_true(error.next[0]);
        close(file);
    }
}

static enum error_code refuse(void *context, const struct log_hit *hit, struct error *error)
{
    (void)context;
    (void)hit;
    return error_set(error, ERROR_SYSTEM, "enough");
}

static void test_an_error_ends_the_scan(void **state)
{
    struct error error;
    (void)state;
    int file = open_bytes("broken\n", 7);
    assert_int_equal(log_scan(file, "log", matcher, refuse, NULL, &error), ERROR_SYSTEM);
    close(file);
    int folder = open("/", O_RDONLY | O_CLOEXEC);
    assert_int_equal(log_scan(folder, "log", matcher, refuse, NULL, &error), ERROR_BAD_INPUT);
    close(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_first_signature_counts, start, stop),
        cmocka_unit_test_setup_teardown(test_words_are_a_condition, start, stop),
        cmocka_unit_test_setup_teardown(test_what_is_refused, start, stop),
        cmocka_unit_test_setup_teardown(test_a_pattern_is_bounded, start, stop),
        cmocka_unit_test_setup_teardown(test_lines_are_numbered, start, stop),
        cmocka_unit_test_setup_teardown(test_long_lines, start, stop),
        cmocka_unit_test_setup_teardown(test_seams_of_parts, start, stop),
        cmocka_unit_test_setup_teardown(test_other_forms_are_refused, start, stop),
        cmocka_unit_test_setup_teardown(test_an_error_ends_the_scan, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
