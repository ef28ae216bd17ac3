#include "importer/feed_line.h"

#include "core/json_reader.h"
#include "tests/unit/json_cases.h"

#define ID     "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define REPORT "{'pci_id':'10de:1d01','outcome':'works'}"

static struct feed_line found;
static struct error error;

static enum error_code parse(const char *text)
{
    size_t length;
    char *line = json_of(text, &length);
    enum error_code code = feed_line_parse(line, length, &found, &error);
    free(line);
    return code;
}

static void test_accepted(void **state)
{
    static const struct {
        const char *line;
        const char *report; /* NULL: it is retracted */
    } cases[] = {
        {"{'op':'add','report':" REPORT "}", REPORT},
        {"{'report':" REPORT ",'op':'add'}", REPORT},
        {" \t{ 'op'\t:\r\n'add' , 'report' :  " REPORT "  } \n", REPORT},
        {"{'op':'add','report':{}}", "{}"},
        /* What is in the report does not matter here. */
        {"{'op':'add','report':{'op':'retract','report':{'op':1},'id':null}}",
         "{'op':'retract','report':{'op':1},'id':null}"},
        {"{'op':'add','report':{'a':'}}{[\\'\\\\','b':[[],{}]}}", "{'a':'}}{[\\'\\\\','b':[[],{}]}"},
        {"{'\\u006fp':'a\\u0064d','report':{'\xc3\xbc':'x'}}", "{'\xc3\xbc':'x'}"},
        /* Unknown members are skipped. */
        {"{'time':'x','op':'add','a':[1,{'op':'x'},[]],'report':{},'b':{'id':3}}", "{}"},
        {"{'op':'add','report':{},'a':null,'b':true,'c':-1}", "{}"},
        {"{'op':'retract','id':'" ID "'}", NULL},
        {"{'op':'retract','id':'" ID "','reason':'wrong card','time':'today'}", NULL},
        {"{ 'reason' : 'x', 'id' : '" ID "' , 'op':'retract'}", NULL},
        {"{'op':'retract','id':'" ID "','Op':'add','ids':[]}", NULL},
        /* Not a report to add. */
        {"{'op':'retract','report':" REPORT ",'id':'" ID "'}", NULL},
    };
    static const unsigned char id[] = {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
                                       0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff};
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        if (parse(cases[i].line))
            fail_msg("%s: %s", cases[i].line, error.message);
        assert_int_equal(found.operation, cases[i].report ? FEED_ADD : FEED_RETRACT);
        if (cases[i].report) {
            size_t length;
            char *expected = json_of(cases[i].report, &length);
            char *report = json_dumps(found.report, JSON_COMPACT);
            assert_int_equal(strlen(report), length);
            assert_memory_equal(report, expected, length);
            free(report);
            free(expected);
            json_decref(found.report);
        } else {
            assert_null(found.report);
            assert_memory_equal(found.id, id, 16);
            assert_memory_equal(found.id + 16, id, 16);
        }
    }
}

static void test_rejected(void **state)
{
    static const struct json_case cases[] = {
        {"", "not valid JSON"},
        {"it works for me", "not valid JSON"},
        {"{'op':'add','report':{}", "it ends too early"},
        {"{'op':'add','report':{}}}", "something follows its end"},
        {"{'op':'add','report':{}} {}", "something follows its end"},
        {"{'op':'add','report':{},}", "syntax error"},
        {"{'op':'add','report':{}}'x", "it ends too early"},
        {"{'op':'add','report':{}}'\\", "not valid JSON"},
        {"{'op':'add','report':{}}tru", "not valid JSON"},
        {"{'op':'add','report':{'a':'\xff'}}", "it is not UTF-8"},
        {"{'op':'add' /* x */,'report':{}}", "syntax error"},
        {"[{'op':'add','report':{}}]", "a line must be a JSON object"},
        {"'add'", "a line must be a JSON object"},
        {"null", "a line must be a JSON object"},
        {"{}", "'op' is missing"},
        {"{'report':{},'id':'" ID "'}", "'op' is missing"},
        {"{'op':'add'}", "'report' is missing"},
        {"{'op':'add','a':{'report':{}}}", "'report' is missing"},
        {"{'op':'retract','reason':'x'}", "'id' is missing"},
        {"{'op':'add','op':'add','report':{}}", "the key 'op' is given twice"},
        {"{'op':'add','report':{},'op':'retract'}", "the key 'op' is given twice"},
        {"{'op':'add','report':{},'rep\\u006frt':{}}", "is given twice"},
        {"{'op':'','report':{}}", "'op' is neither 'add' nor 'retract'"},
        {"{'op':'Add','report':{}}", "'op' is neither 'add' nor 'retract'"},
        {"{'op':'add ','report':{}}", "'op' is neither 'add' nor 'retract'"},
        {"{'op':'replace','report':{}}", "'op' is neither 'add' nor 'retract'"},
        {"{'op':'add\\u0000','report':{}}", "a NUL in a string"},
        {"{'op':'retract','id':''}", "'id' is not 64 hexadecimal digits"},
        {"{'op':'retract','id':'" ID "0'}", "'id' is not 64 hexadecimal digits"},
        {"{'op':'retract','id':'A0112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'}",
         "'id' is not 64 hexadecimal digits"},
        {"{'op':'retract','id':'../12233445566778899aabbccddeeff00112233445566778899aabbccddeeff'}",
         "'id' is not 64 hexadecimal digits"},
    };
    static const char *const members[] = {"op", "report", "id", "reason"};
    static const char *const values[] = {"null", "true", "1", "[]", "[{}]", "{}", "'x'"};
    char line[100];
    char why[60];
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        assert_int_equal(parse(cases[i].json), ERROR_BAD_INPUT);
        assert_says(cases[i].json, error.message, cases[i].why);
    }
    for (size_t i = 0; i < ARRAY_SIZE(members) * ARRAY_SIZE(values); i++) {
        const char *member = members[i % ARRAY_SIZE(members)];
        const char *value = values[i / ARRAY_SIZE(members)];
        if (value[0] == (strcmp(member, "report") == 0 ? '{' : '\''))
            continue;
        snprintf(line, sizeof line, "{'%s':%s}", member, value);
        snprintf(why, sizeof why, "member '%s' is of the wrong type", member);
        assert_int_equal(parse(line), ERROR_BAD_INPUT);
        assert_says(line, error.message, why);
    }
}

/* Members that nobody knows, however deep: no deeper than the reader goes. */
static void test_depth(void **state)
{
    static char line[200000];
    (void)state;
    for (int depth = 1; depth < 60000; depth += depth < 60 ? 1 : 20000) {
        size_t length = (size_t)snprintf(line, sizeof line, "{'op':'add','report':{},'more':");
        memset(line + length, '[', (size_t)depth);
        memset(line + length + depth, ']', (size_t)depth);
        strcpy(line + length + 2 * (size_t)depth, "}");
        enum error_code code = parse(line);
        assert_int_equal(code, depth < JSON_MAX_DEPTH ? ERROR_NONE : ERROR_BAD_INPUT);
        if (code)
            assert_holds(error.message, "nested too deep");
        json_decref(found.report);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accepted),
        cmocka_unit_test(test_rejected),
        cmocka_unit_test(test_depth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
