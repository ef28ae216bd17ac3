/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "feed/manifest.h"

#include "core/json_reader.h"
#include "tests/unit/json_cases.h"

#define ID     "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define REPORT "{'pci_id':'10de:1d01','outcome':'works'}"

static struct feed_line found;

static enum error_code parse(const char *text)
{
    size_t length;
    char *line = json_of(text, &length);
    enum error_code code = feed_line_parse(line, length, &found, &failure);
    free(line);
    return code;
}

static void assert_rejected(const char *text, const char *why)
{
    assert_int_equal(parse(text), ERROR_BAD_INPUT);
    assert_says(text, failure.message, why);
}

DEFINE_TEST(test_accepted)
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
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        size_t length;
        ASSERT_DONE(parse(cases[i].line));
        assert_int_equal(found.operation, cases[i].report ? FEED_ADD : FEED_RETRACT);
        if (!cases[i].report) {
            assert_null(found.report);
            assert_memory_equal(found.id, id, 16);
            assert_memory_equal(found.id + 16, id, 16);
            continue;
        }
        char *expected = json_of(cases[i].report, &length);
        char *report = json_dumps(found.report, JSON_COMPACT);
        assert_int_equal(strlen(report), length);
        assert_memory_equal(report, expected, length);
        free(report);
        free(expected);
        json_decref(found.report);
    }
}

/* What is no JSON is in test_json_reader.c. */
DEFINE_TEST(test_rejected)
{
    static const struct json_case cases[] = {
        {"|it works for me|{'op':'add','report':{}}'\\|{'op':'add','report':{}}tru", "not valid JSON"},
        {"{'op':'add','report':{}}}|{'op':'add','report':{}} {}", "something follows its end"},
        {"[{'op':'add','report':{}}]|'add'|null", "a line must be a JSON object"},
        {"{}|{'report':{},'id':'" ID "'}", "'op' is missing"},
        {"{'op':'add'}|{'op':'add','a':{'report':{}}}", "'report' is missing"},
        {"{'op':'retract','reason':'x'}", "'id' is missing"},
        {"{'op':'add','op':'add','report':{}}|{'op':'add','report':{},'op':'retract'}",
         "the key 'op' is given twice"},
        {"{'op':'add','report':{},'rep\\u006frt':{}}", "is given twice"},
        {"{'op':'','report':{}}|{'op':'Add','report':{}}|{'op':'add ','report':{}}|{'op':'replace','report':{}}",
         "'op' is neither 'add' nor 'retract'"},
        {"{'op':'retract','id':''}|{'op':'retract','id':'" ID "0'}|"
         "{'op':'retract','id':'A0112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'}|"
         "{'op':'retract','id':'../12233445566778899aabbccddeeff00112233445566778899aabbccddeeff'}",
         "'id' is not 64 hexadecimal digits"},
        {"{'op':null}|{'op':true}|{'op':1}|{'op':[]}|{'op':[{}]}|{'op':{}}",
         "member 'op' is of the wrong type"},
        {"{'id':null}|{'id':true}|{'id':1}|{'id':[]}|{'id':[{}]}|{'id':{}}",
         "member 'id' is of the wrong type"},
        {"{'reason':null}|{'reason':true}|{'reason':1}|{'reason':[]}|{'reason':[{}]}|{'reason':{}}",
         "member 'reason' is of the wrong type"},
        {"{'report':null}|{'report':true}|{'report':1}|{'report':[]}|{'report':[{}]}|{'report':'x'}",
         "member 'report' is of the wrong type"},
    };
    check_cases(cases, ARRAY_SIZE(cases), assert_rejected);
}

/* A reason is cut to what a line holds. What else is written of a feed is read in hub.test. */
DEFINE_TEST(test_a_long_reason)
{
    char reason[5000];
    struct buffer text CLEANUP(buffer_free) = BUFFER(1 << 16);
    memset(reason, '"', sizeof reason);
    reason[sizeof reason - 1] = '\0';
    feed_line_append_retract(&text, ID, reason, 1795341600);
    assert_true(text.length <= FEED_LINE_EXTRA);
    ASSERT_DONE(feed_line_parse(buffer_text(&text), text.length - 1, &found, &failure));
    assert_int_equal(found.operation, FEED_RETRACT);
    assert_int_equal(found.id[1], 0x11);
}

TESTSUITE_MAIN(NULL, NULL)
