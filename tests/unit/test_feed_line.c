#include "core/buffer.h"
#include "importer/feed_line.h"
#include "tests/unit/unit.h"

#define ID     "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define REPORT "{\"pci_id\":\"10de:1d01\",\"outcome\":\"works\"}"

static struct feed_line found;
static char report[20000]; /* that was found */

static enum error_code parse(const char *line, size_t length, struct error *error)
{
    char *copy = exact_copy(line, length);
    enum error_code code = feed_line_parse(copy, length, &found, error);
    report[0] = '\0';
    if (!code && found.operation == FEED_ADD) {
        assert_true(found.report >= copy && found.report + found.report_length <= copy + length);
        snprintf(report, sizeof report, "%.*s", (int)found.report_length, found.report);
    }
    free(copy);
    return code;
}

static void assert_adds(const char *line, const char *what)
{
    struct error error;
    if (parse(line, strlen(line), &error))
        fail_msg("%s: %s", line, error.message);
    assert_int_equal(found.operation, FEED_ADD);
    assert_string_equal(report, what);
}

static void assert_retracts(const char *line)
{
    static const unsigned char id[] = {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
                                       0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff};
    struct error error;
    if (parse(line, strlen(line), &error))
        fail_msg("%s: %s", line, error.message);
    assert_int_equal(found.operation, FEED_RETRACT);
    assert_memory_equal(found.id, id, 16);
    assert_memory_equal(found.id + 16, id, 16);
    assert_null(found.report);
}

static void assert_refused_bytes(const char *line, size_t length, const char *why)
{
    struct error error;
    if (parse(line, length, &error) != ERROR_BAD_INPUT)
        fail_msg("not refused: %.300s", line);
    assert_holds(error.message, why);
}

static void assert_refused(const char *line, const char *why)
{
    assert_refused_bytes(line, strlen(line), why);
}

static void test_add(void **state)
{
    (void)state;
    assert_adds("{\"op\":\"add\",\"report\":" REPORT "}", REPORT);
    assert_adds("{\"op\": \"add\", \"report\": " REPORT "}", REPORT);
    assert_adds("{\"report\":" REPORT ",\"op\":\"add\"}", REPORT);
    assert_adds(" \t{ \"op\"\t:\r\n\"add\" , \"report\" :  " REPORT "  } \n", REPORT);
    assert_adds("{\"op\":\"add\",\"report\":{}}", "{}");
    /* What is within it is not looked at. */
    assert_adds("{\"op\":\"add\",\"report\":{\"op\":\"retract\",\"report\":{\"op\":1},\"id\":null}}",
                "{\"op\":\"retract\",\"report\":{\"op\":1},\"id\":null}");
    assert_adds("{\"op\":\"add\",\"report\":{\"a\":\"}}{[\\\"\\\\\",\"b\":[[],{}]}}",
                "{\"a\":\"}}{[\\\"\\\\\",\"b\":[[],{}]}");
    assert_adds("{\"\\u006fp\":\"a\\u0064d\",\"report\":{\"\xc3\xbc\":1.5e3}}", "{\"\xc3\xbc\":1.5e3}");
}

static void test_retract(void **state)
{
    (void)state;
    assert_retracts("{\"op\":\"retract\",\"id\":\"" ID "\"}");
    assert_retracts("{\"op\":\"retract\",\"id\":\"" ID "\",\"reason\":\"wrong card\",\"time\":\"today\"}");
    assert_retracts("{ \"reason\" : \"x\", \"id\" : \"" ID "\" , \"op\":\"retract\"}");
    /* A report beside it is not the one that is meant. */
    assert_retracts("{\"op\":\"retract\",\"report\":" REPORT ",\"id\":\"" ID "\"}");
}

static void test_unknown_members(void **state)
{
    (void)state;
    assert_adds("{\"time\":\"x\",\"op\":\"add\",\"a\":[1,{\"op\":\"x\"},[]],\"report\":{},\"b\":{\"id\":3}}",
                "{}");
    assert_adds("{\"op\":\"add\",\"report\":{},\"a\":null,\"b\":true,\"c\":-1,\"a\":null}", "{}");
    assert_retracts("{\"op\":\"retract\",\"id\":\"" ID "\",\"Op\":\"add\",\"ids\":[]}");
}

static void test_no_line(void **state)
{
    (void)state;
    assert_refused("", "no JSON");
    assert_refused(" ", "no JSON");
    assert_refused("it works for me", "no JSON");
    assert_refused("{\"op\":\"add\",\"report\":{}", "no JSON");
    assert_refused("{\"op\":\"add\",\"report\":{}}}", "no JSON");
    assert_refused("{\"op\":\"add\",\"report\":{}} {}", "no JSON");
    assert_refused("{\"op\":\"add\",\"report\":{},}", "no JSON");
    assert_refused("{\"op\":\"add\",\"report\":{}}\"x", "no JSON");
    assert_refused("{\"op\":\"add\",\"report\":{}} \"", "no JSON");
    assert_refused("{\"op\":\"add\",\"report\":{}}\"}", "no JSON");
    assert_refused("{\"op\":\"add\",\"report\":{}}\"\\", "no JSON");
    assert_refused("{\"op\":\"add\",\"report\":{}}tru", "no JSON");
    assert_refused("{'op':'add'}", "no JSON");
    assert_refused("{\"op\":\"add\",\"report\":{\"a\":\"\xff\"}}", "no JSON");
    assert_refused("{\"op\":\"add\" /* x */,\"report\":{}}", "no JSON");
    assert_refused_bytes("{\"op\":\"add\",\"report\":{}}\0", 26, "no JSON");
    assert_refused("[{\"op\":\"add\",\"report\":{}}]", "a line is a JSON object");
    assert_refused("\"add\"", "a line is a JSON object");
    assert_refused("1", "a line is a JSON object");
    assert_refused("null", "a line is a JSON object");
    assert_refused("true", "a line is a JSON object");
}

static void test_members(void **state)
{
    (void)state;
    assert_refused("{}", "\"op\" is missing");
    assert_refused("{\"report\":{},\"id\":\"" ID "\"}", "\"op\" is missing");
    assert_refused("{\"op\":\"add\"}", "\"report\" is missing");
    assert_refused("{\"op\":\"add\",\"a\":{\"report\":{}}}", "\"report\" is missing");
    assert_refused("{\"op\":\"retract\",\"reason\":\"x\"}", "\"id\" is missing");
    assert_refused("{\"op\":\"add\",\"op\":\"add\",\"report\":{}}", "\"op\" is given twice");
    assert_refused("{\"op\":\"add\",\"report\":{},\"op\":\"retract\"}", "\"op\" is given twice");
    assert_refused("{\"op\":\"add\",\"report\":{},\"report\":{}}", "\"report\" is given twice");
    assert_refused("{\"op\":\"add\",\"report\":{},\"rep\\u006frt\":{}}", "\"report\" is given twice");
    assert_refused("{\"op\":\"retract\",\"id\":\"" ID "\",\"id\":\"" ID "\"}", "\"id\" is given twice");
    assert_refused("{\"op\":\"retract\",\"reason\":\"\",\"reason\":\"\"}", "\"reason\" is given twice");
}

static void test_operations(void **state)
{
    (void)state;
    static const char why[] = "\"op\" is neither \"add\" nor \"retract\"";
    assert_refused("{\"op\":\"\",\"report\":{}}", why);
    assert_refused("{\"op\":\"Add\",\"report\":{}}", why);
    assert_refused("{\"op\":\"add \",\"report\":{}}", why);
    assert_refused("{\"op\":\"replace\",\"report\":{}}", why);
    assert_refused("{\"op\":\"add\\u0000\",\"report\":{}}", why);
    assert_refused("{\"op\":\"retract\\u0000add\",\"id\":\"" ID "\"}", why);
    assert_refused("{\"op\":\"retractretractretract\",\"id\":\"" ID "\"}", why);
}

static void test_types(void **state)
{
    (void)state;
    static const char *const values[] = {"null", "true", "1", "[]", "[{}]", "{}", "\"x\""};
    static const char *const members[] = {"op", "report", "id", "reason"};
    for (size_t m = 0; m < ARRAY_SIZE(members); m++) {
        for (size_t v = 0; v < ARRAY_SIZE(values); v++) {
            char line[300];
            char why[60];
            bool is_text = values[v][0] == '"';
            bool fits = m == 1 ? values[v][0] == '{' : is_text;
            snprintf(line, sizeof line, "{\"%s\":%s}", members[m], values[v]);
            snprintf(why, sizeof why, "member \"%s\" is of the wrong type", members[m]);
            if (!fits)
                assert_refused(line, why);
        }
    }
}

static void test_ids(void **state)
{
    (void)state;
    static const char why[] = "\"id\" is not 64 hexadecimal digits";
    assert_refused("{\"op\":\"retract\",\"id\":\"\"}", why);
    assert_refused("{\"op\":\"retract\",\"id\":\"" ID "0\"}", why);
    assert_refused("{\"op\":\"retract\",\"id\":\"0" ID "\"}", why);
    assert_refused(
        "{\"op\":\"retract\",\"id\":\"A0112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\"}",
        why);
    assert_refused(
        "{\"op\":\"retract\",\"id\":\"../12233445566778899aabbccddeeff00112233445566778899aabbccddeeff\"}",
        why);
    assert_refused(
        "{\"op\":\"retract\",\"id\":\"\\u00000112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\"}",
        why);
}

/* `count` times `open`, then `middle`, then as often `close`, within the line's own object. */
static void nest(struct buffer *line, const char *member, int count, const char *open, const char *middle,
                 const char *close)
{
    *line = BUFFER(1 << 18);
    if (*member)
        buffer_append_format(line, "{\"op\":\"add\",\"report\":{},\"%s\":", member);
    else
        buffer_append_text(line, "{\"op\":\"add\",\"report\":{\"a\":");
    for (int i = 0; i < count; i++)
        buffer_append_text(line, open);
    buffer_append_text(line, middle);
    for (int i = 0; i < count; i++)
        buffer_append_text(line, close);
    buffer_append_text(line, *member ? "}" : "}}");
    assert_false(line->failed);
}

static void test_depth(void **state)
{
    (void)state;
    static char brackets[100000];
    struct buffer line;
    struct error error;
    nest(&line, "", 6, "[", "1", "]"); /* with the line and the report 8 */
    assert_adds(buffer_text(&line), "{\"a\":[[[[[[1]]]]]]}");
    buffer_free(&line);
    nest(&line, "more", 7, "[", "", "]");
    assert_adds(buffer_text(&line), "{}");
    buffer_free(&line);
    nest(&line, "", 7, "[", "1", "]");
    assert_refused(buffer_text(&line), "nested too deep");
    buffer_free(&line);
    nest(&line, "more", 8, "{\"op\":", "1", "}");
    assert_refused(buffer_text(&line), "nested too deep");
    buffer_free(&line);
    nest(&line, "", 50000, "[", "", "]");
    assert_refused(buffer_text(&line), "nested too deep");
    buffer_free(&line);
    nest(&line, "more", 20000, "{\"a\":", "", "");
    assert_refused(buffer_text(&line), "nested too deep");
    buffer_free(&line);
    memset(brackets, '[', sizeof brackets);
    assert_int_equal(parse(brackets, sizeof brackets, &error), ERROR_BAD_INPUT);
    assert_holds(error.message, "a line is a JSON object");
}

/* What is guessed need not be a report; but it is, if it is one object. */
static void assert_guess(const char *line, const char *what)
{
    struct feed_line guessed;
    size_t length = strlen(line);
    char *copy = exact_copy(line, length);
    bool is_guessed = feed_line_guess(copy, length, &guessed);
    if (is_guessed != (what != NULL))
        fail_msg("%s: %s", line, is_guessed ? "guessed" : "not guessed");
    if (is_guessed) {
        assert_int_equal(guessed.operation, FEED_ADD);
        assert_int_equal(guessed.report_length, strlen(what));
        assert_memory_equal(guessed.report, what, guessed.report_length);
    }
    free(copy);
}

static void test_guess(void **state)
{
    (void)state;
    assert_guess("{\"op\":\"add\",\"report\":" REPORT "}", REPORT);
    assert_guess("{\"op\": \"add\", \"report\": " REPORT "}", REPORT);
    assert_guess("{\"op\":\"add\",\"report\":{},\"op\":\"retract\"}", "{},\"op\":\"retract\"");
    assert_guess("{\"op\":\"add\",\"report\":{}}", "{}");
    assert_guess("{\"op\":\"add\",\"report\":{}} ", NULL);
    assert_guess("{\"op\":\"add\",\"report\":}", NULL);
    assert_guess("{\"op\":\"add\",\"report\":", NULL);
    assert_guess("{\"report\":{},\"op\":\"add\"}", NULL);
    assert_guess("{\"op\":\"retract\",\"id\":\"" ID "\"}", NULL);
    assert_guess("", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_add),
        cmocka_unit_test(test_retract),
        cmocka_unit_test(test_unknown_members),
        cmocka_unit_test(test_no_line),
        cmocka_unit_test(test_members),
        cmocka_unit_test(test_operations),
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_ids),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_guess),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
