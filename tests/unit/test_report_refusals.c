#include "tests/unit/report_asserts.h"

static void test_unknown_and_double_fields(void **state)
{
    static const struct refusal cases[] = {
        {"\"hostname\":\"attic\"", "\"hostname\" is not a field"},
        {"\"\":\"\"", "not a field"},
        {"\"Note\":\"x\"", "\"Note\" is not a field"},
        {"\"not\":\"x\"", "\"not\" is not a field"},
        {"\"notes\":\"x\"", "\"notes\" is not a field"},
        {"\"outcome\":\"fails\"", "\"outcome\" is given twice"},
        {"\"note\":\"a\",\"note\":\"a\"", "\"note\" is given twice"},
        {"\"use\":[],\"use\":[]", "\"use\" is given twice"},
        {"\"stages\":{\"bind\":\"yes\",\"bind\":\"no\"}", "\"stages\""},
        {"\"attempts\":[{\"fix\":\"ovmf\",\"fix\":\"ovmf\",\"result\":\"fixed\"}]", "\"attempts\""},
        {"\"attempts\":[{\"fix\":\"ovmf\",\"result\":\"fixed\",\"result\":\"worse\"}]", "\"attempts\""},
    };
    (void)state;
    assert_all_refused(cases, ARRAY_SIZE(cases));
}

static void test_shapes(void **state)
{
    static const struct refusal cases[] = {
        {"\"note\":1", "\"note\" must be a string"},
        {"\"note\":null", "\"note\" must be a string"},
        {"\"note\":[\"x\"]", "\"note\" must be a string"},
        {"\"note\":{}", "\"note\" must be a string"},
        {"\"note\":true", "\"note\" must be a string"},
        {"\"note\":1.5", "\"note\" must be a string"},
        {"\"symptoms\":\"smoke\"", "\"symptoms\" must be a list"},
        {"\"symptoms\":{}", "\"symptoms\" must be a list"},
        {"\"symptoms\":[1]", "\"symptoms\" must be a list"},
        {"\"symptoms\":[null]", "\"symptoms\" must be a list"},
        {"\"symptoms\":[[\"smoke\"]]", "\"symptoms\" must be a list"},
        {"\"symptoms\":[{}]", "\"symptoms\" must be a list"},
        {"\"attempts\":{}", "\"attempts\" must be a list"},
        {"\"attempts\":[\"romfile\"]", "\"attempts\" must be a list"},
        {"\"attempts\":[[]]", "\"attempts\" must be a list"},
        {"\"attempts\":[{}]", "\"attempts\" must be a list"},
        {"\"attempts\":[{\"fix\":\"ovmf\"}]", "\"attempts\" must be a list"},
        {"\"attempts\":[{\"result\":\"fixed\"}]", "\"attempts\" must be a list"},
        {"\"attempts\":[{\"fix\":\"ovmf\",\"result\":\"fixed\",\"by\":\"me\"}]",
         "\"attempts\" must be a list"},
        {"\"attempts\":[{\"fix\":1,\"result\":\"fixed\"}]", "\"attempts\" must be a list"},
        {"\"attempts\":[{\"fix\":[\"ovmf\"],\"result\":\"fixed\"}]", "\"attempts\" must be a list"},
        {"\"attempts\":[{\"fix\":{},\"result\":\"fixed\"}]", "\"attempts\" must be a list"},
        {"\"stages\":[]", "\"stages\" must be an object"},
        {"\"stages\":\"bind\"", "\"stages\" must be an object"},
        {"\"stages\":{\"bind\":true}", "\"stages\" must be an object"},
        {"\"stages\":{\"bind\":{}}", "\"stages\" must be an object"},
        {"\"stages\":{\"bind\":[]}", "\"stages\" must be an object"},
        {"\"group_isolated\":\"yes\"", "\"group_isolated\" must be true or false"},
        {"\"group_isolated\":1", "\"group_isolated\" must be true or false"},
        {"\"schema\":\"1\"", "\"schema\" must be a whole number"},
        {"\"schema\":true", "\"schema\" must be a whole number"},
        {"\"schema\":1.5", "\"schema\" must be a whole number"},
        {"\"schema\":2", "\"schema\" must be 1"},
        {"\"schema\":0", "\"schema\" must be 1"},
        {"\"schema\":-1", "\"schema\" must be 1"},
        {"\"schema\":99999999999999999999", "JSON"},
    };
    (void)state;
    assert_all_refused(cases, ARRAY_SIZE(cases));
}

static void test_words(void **state)
{
    static const struct refusal cases[] = {
        /* of closed lists */
        {"\"chassis\":\"tower\"", "\"chassis\" has the unknown word \"tower\""},
        {"\"chassis\":\"other:fridge\"", "\"chassis\""},
        {"\"chassis\":\"\"", "\"chassis\""},
        {"\"pci_id_from\":\"guess\"", "\"pci_id_from\""},
        {"\"vbios_observed\":[\"floppy\"]", "\"vbios_observed\""},
        {"\"stages\":{\"lunch\":\"yes\"}", "\"stages\" names an unknown stage"},
        {"\"stages\":{\"bind\\u0000\":\"yes\"}", "\"stages\""},
        {"\"stages\":{\"bind\":\"maybe\"}", "\"stages\" has the unknown word \"maybe\""},
        {"\"attempts\":[{\"fix\":\"ovmf\",\"result\":\"unknown\"}]", "\"attempts.result\""},
        /* of open lists */
        {"\"symptoms\":[\"\"]", "\"symptoms\" has an empty word"},
        {"\"symptoms\":[\"other:\"]", "\"symptoms\" has an empty word"},
        {"\"use\":[\"\"]", "\"use\" has an empty word"},
        {"\"hypervisor\":\"\"", "\"hypervisor\" has an empty word"},
        {"\"firmware\":\"other:\"", "\"firmware\" has an empty word"},
        {"\"attempts\":[{\"fix\":\"\",\"result\":\"fixed\"}]", "\"attempts\" has an empty word"},
    };
    (void)state;
    assert_all_refused(cases, ARRAY_SIZE(cases));
    assert_refused("{\"pci_id\":\"10de:1d16\",\"outcome\":\"kind of\"}", "\"outcome\" has the unknown word");
}

static void test_senses(void **state)
{
    static const struct refusal cases[] = {
        {"\"subsystem\":\"Dell\"", "\"subsystem\" must be"},
        {"\"subsystem\":\"1028:08B0\"", "\"subsystem\" must be"},
        {"\"subsystem\":\"1028:08b\"", "\"subsystem\" must be"},
        {"\"subsystem\":\"1028:08b00\"", "\"subsystem\" must be"},
        {"\"revision\":\"A1\"", "\"revision\" must be"},
        {"\"revision\":\"0a1\"", "\"revision\" must be"},
        {"\"revision\":\"\"", "\"revision\" must be"},
        {"\"id\":\"00\"", "\"id\" must be"},
        {"\"id\":\"F000000000000000000000000000000000000000000000000000000000000000\"", "\"id\" must be"},
        {"\"supersedes\":\"the one before\"", "\"supersedes\" must be"},
        {"\"date\":\"\"", "\"date\" must be"},
        {"\"date\":\"26\"", "\"date\" must be"},
        {"\"date\":\"2026-13\"", "\"date\" must be"},
        {"\"date\":\"2026-00\"", "\"date\" must be"},
        {"\"date\":\"2026-3-1\"", "\"date\" must be"},
        {"\"date\":\"2026-03-32\"", "\"date\" must be"},
        {"\"date\":\"2026-03-00\"", "\"date\" must be"},
        {"\"date\":\"2026/03\"", "\"date\" must be"},
        {"\"date\":\"2026-03/01\"", "\"date\" must be"},
        {"\"date\":\"28.03.2026\"", "\"date\" must be"},
        {"\"date\":\"2026-03-28T10:00\"", "\"date\" must be"},
        {"\"date\":\"9999\"", "\"date\" must be"},
        {"\"date\":\"0999-01\"", "\"date\" must be"},
        {"\"url\":\"\"", "\"url\" must be"},
        {"\"url\":\"file:///etc/passwd\"", "\"url\" must be"},
        {"\"url\":\"javascript:alert(1)\"", "\"url\" must be"},
        {"\"url\":\"HTTPS://example.org\"", "\"url\" must be"},
        {"\"url\":\"https://example.org/a b\"", "\"url\" must be"},
    };
    static const char *const ids[] = {"",           "1d16",         "10DE:1D16",          "10de:1d1",
                                      "10de:1d166", "10de-1d16",    "0x10de:1d16",        "10de:zzzz",
                                      " 10de:1d16", "10de:1d16\\n", "10de:1d16:1028:08b0"};
    (void)state;
    assert_all_refused(cases, ARRAY_SIZE(cases));
    for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
        char json[200];
        snprintf(json, sizeof json, "{\"pci_id\":\"%s\",\"outcome\":\"fails\"}", ids[i]);
        assert_refused(json, "\"pci_id\"");
    }
}

static void test_control_characters(void **state)
{
    static const struct refusal cases[] = {
        {"\"gpu\":\"GeForce\\u0000\"", "\"gpu\" holds a control character"},
        {"\"note\":\"a\\u0000b\"", "\"note\" holds a control character"},
        {"\"note\":\"a\\nb\"", "\"note\" holds a control character"},
        {"\"note\":\"a\\u001b[31m\"", "\"note\" holds a control character"},
        {"\"note\":\"\\u007f\"", "\"note\" holds a control character"},
        {"\"note\":\"\\u0080\"", "\"note\" holds a control character"},
        {"\"note\":\"\\u009b31m\"", "\"note\" holds a control character"},
        {"\"note\":\"\xc2\x9b[31m\"", "\"note\" holds a control character"},
        {"\"note\":\"\\u009f\"", "\"note\" holds a control character"},
        {"\"symptoms\":[\"other:a\\tb\"]", "\"symptoms\" holds a control character"},
        {"\"attempts\":[{\"fix\":\"o\\u0000\",\"result\":\"fixed\"}]",
         "\"attempts\" holds a control character"},
        {"\"attempts\":[{\"fix\":\"ovmf\",\"result\":\"fixed\\u0000\"}]", "control character"},
        {"\"chassis\":\"laptop\\u0000\"", "\"chassis\" holds a control character"},
        {"\"vbios_observed\":[\"none\\u0000\"]", "control character"},
        {"\"stages\":{\"bind\":\"yes\\u0000\"}", "control character"},
        {"\"date\":\"2026\\u0000\"", "\"date\" holds a control character"},
        {"\"url\":\"https://example.org/\\u0000\"", "\"url\" holds a control character"},
    };
    (void)state;
    assert_all_refused(cases, ARRAY_SIZE(cases));
    assert_refused("{\"pci_id\":\"10de:1d16\",\"outcome\":\"works\\u0000\"}", "\"outcome\" holds a control");
    assert_member_taken("\"note\":\"\u00a0\u00c2\"");
}

static void test_what_json_forbids(void **state)
{
    static const struct refusal cases[] = {
        {"\"note\":\"a\tb\"", "JSON"},      {"\"note\":\"\\x41\"", "JSON"}, {"\"note\":\"\\u12g4\"", "JSON"},
        {"\"note\":\"\xfc\xdf.\"", "JSON"}, {"\"schema\":01", "JSON"},      {"\"schema\":+1", "JSON"},
        {"\"schema\":NaN", "JSON"},         {"\"schema\":", "JSON"},        {"\"note\" \"x\"", "JSON"},
    };
    (void)state;
    assert_all_refused(cases, ARRAY_SIZE(cases));
}

/* The name of a field ends where it ends: what follows a NUL is a part of it. */
static void test_nul_in_a_key(void **state)
{
    (void)state;
    assert_member_refused("\"id\\u0000\":\"x\"", "not a field");
    assert_member_refused("\"note\\u0000aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\":\"x\"",
                          "not a field");
    assert_member_refused("\"\\u0000\":\"x\"", "not a field");
}

/* RFC 8259, section 8.1: JSON is UTF-8. Overlong forms would carry control characters past the check. */
static void test_what_is_no_utf8(void **state)
{
    static const char *const bytes[] = {"\xc0\x9b",        "\xc1\x81",         "\xe0\x80\x9b",
                                        "\xed\xa0\x80",    "\xf0\x80\x80\x9b", "\xf4\x90\x80\x80",
                                        "\xf7\xbf\xbf\xbf"};
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(bytes); i++) {
        char member[80];
        snprintf(member, sizeof member, "\"note\":\"%s\"", bytes[i]);
        assert_member_refused(member, "");
        snprintf(member, sizeof member, "\"symptoms\":[\"%s\"]", bytes[i]);
        assert_member_refused(member, "");
        snprintf(member, sizeof member, "\"attempts\":[{\"fix\":\"%s\",\"result\":\"fixed\"}]", bytes[i]);
        assert_member_refused(member, "");
    }
}

/* RFC 8785, section 3.2.2.2 and RFC 7493, section 2.1: a surrogate without its other half is no character. */
static void test_lone_surrogates(void **state)
{
    static const char *const cases[] = {
        "\"note\":\"\\ud800\"",
        "\"note\":\"\\udc00\"",
        "\"note\":\"\\ud800x\"",
        "\"note\":\"\\ud800\\u0041\"",
        "\"note\":\"\\ud800\\ud800\"",
        "\"note\":\"\\ud800\\n\"",
        "\"note\":\"\\ude00\\ud83d\"",
        "\"symptoms\":[\"\\udfff\"]",
        "\"attempts\":[{\"fix\":\"\\uD800\",\"result\":\"fixed\"}]",
    };
    (void)state;
    assert_member_taken("\"note\":\"\\ud83d\\ude00\"");
    assert_member_taken("\"note\":\"\\uD83D\\uDE00\"");
    assert_member_taken("\"note\":\"\\\\ud800\"");
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_member_refused(cases[i], "");
}

static void append_repeated(struct buffer *out, const char *text, int count, const char *between)
{
    for (int i = 0; i < count; i++) {
        buffer_append_text(out, i ? between : "");
        buffer_append_text(out, text);
    }
}

/* `most` items are fine, one more is refused. */
static void assert_limit(const char *start, const char *item, const char *between, const char *end, int most,
                         const char *why)
{
    struct buffer member = BUFFER(1 << 16);
    buffer_append_text(&member, start);
    append_repeated(&member, item, most, between);
    buffer_append_text(&member, end);
    assert_member_taken(buffer_text(&member));
    buffer_clear(&member);
    buffer_append_text(&member, start);
    append_repeated(&member, item, most + 1, between);
    buffer_append_text(&member, end);
    assert_member_refused(buffer_text(&member), why);
    buffer_free(&member);
}

static void test_limits(void **state)
{
    static const char *const texts[] = {"cpu",    "gpu",     "guest_driver", "guest_os",          "host_os",
                                        "kernel", "machine", "note",         "hypervisor_version"};
    (void)state;
    assert_limit("\"symptoms\":[", "\"black-screen\"", ",", "]", 32, "\"symptoms\" has too many items");
    assert_limit("\"attempts\":[", "{\"fix\":\"x\",\"result\":\"fixed\"}", ",", "]", 32,
                 "\"attempts\" has too many items");
    assert_limit("\"use\":[", "\"compute\"", ",", "]", 3, "\"use\" has too many items");
    assert_limit("\"vbios_observed\":[", "\"rom-bar\"", ",", "]", 8, "\"vbios_observed\" has too many items");
    assert_limit("\"symptoms\":[\"", "\u00fc", "", "\"]", 100, "\"symptoms\" is too long");
    assert_limit("\"attempts\":[{\"result\":\"fixed\",\"fix\":\"", "x", "", "\"}]", 100,
                 "\"attempts\" is too long");
    assert_limit("\"hypervisor\":\"other:", "x", "", "\"", 94, "\"hypervisor\" is too long");
    assert_limit("\"url\":\"https://e.org/", "x", "", "\"", 500 - 14, "\"url\" is too long");
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        char start[40];
        snprintf(start, sizeof start, "\"%s\":\"", texts[i]);
        assert_limit(start, "\u20ac", "", "\"", strcmp(texts[i], "note") == 0 ? 2000 : 200, "is too long");
    }
}

static void test_all_stages(void **state)
{
    static const char all[] =
        "\"stages\":{\"bind\":\"yes\",\"guest_boot\":\"yes\",\"driver_init\":\"yes\",\"display\":\"no\","
        "\"compute\":\"yes\",\"guest_restart\":\"no\",\"second_start\":\"untested\"";
    char member[400];
    (void)state;
    snprintf(member, sizeof member, "%s}", all);
    assert_member_taken(member);
    snprintf(member, sizeof member, "%s,\"x\":\"yes\"}", all);
    assert_member_refused(member, "\"stages\" has too many items");
}

/* As many words as there may be, each to get an `other:` in front: more than the report's own bytes. */
static void test_many_unknown_words(void **state)
{
    struct report report;
    struct error error;
    struct buffer json = BUFFER(1 << 16);
    (void)state;
    buffer_append_text(&json, "{\"pci_id\":\"10de:1d16\",\"outcome\":\"fails\",\"symptoms\":[");
    append_repeated(&json, "\"x\"", 32, ",");
    buffer_append_text(&json, "],\"attempts\":[");
    append_repeated(&json, "{\"fix\":\"y\",\"result\":\"worse\"}", 32, ",");
    buffer_append_text(&json, "]}");
    assert_int_equal(parse(buffer_text(&json), json.length, &report, NULL, &error), ERROR_NONE);
    assert_int_equal(report.symptom_count, 32);
    assert_int_equal(report.attempt_count, 32);
    for (int i = 0; i < 32; i++) {
        assert_string_equal(report.symptoms[i], "other:x");
        assert_string_equal(report.attempts[i].fix, "other:y");
    }
    report_free(&report);
    buffer_free(&json);
}

static void test_size(void **state)
{
    static const char smallest[] = "{\"pci_id\":\"10de:1d16\",\"outcome\":\"fails\"}";
    struct report report;
    struct error error;
    char json[REPORT_MAX_BYTES + 1];
    (void)state;
    memset(json, ' ', sizeof json);
    memcpy(json, smallest, sizeof smallest - 1);
    assert_int_equal(parse(json, REPORT_MAX_BYTES, &report, NULL, &error), ERROR_NONE);
    report_free(&report);
    assert_int_equal(parse(json, REPORT_MAX_BYTES + 1, &report, NULL, &error), ERROR_BAD_INPUT);
    assert_holds(error.message, "16384");
    report_free(&report); /* does no harm after an error */
}

static void test_depth(void **state)
{
    static const char *const brackets[] = {"[", "{\"note\":", "{\"symptoms\":["};
    struct buffer json = BUFFER(REPORT_MAX_BYTES);
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(brackets); i++) {
        buffer_clear(&json);
        while (json.length < 16000)
            buffer_append_text(&json, brackets[i]);
        assert_refused(buffer_text(&json), "");
        buffer_clear(&json);
        buffer_append_text(&json, "\"note\":");
        while (json.length < 16000)
            buffer_append_text(&json, brackets[i]);
        assert_member_refused(buffer_text(&json), "\"note\" must be a string");
    }
    buffer_free(&json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unknown_and_double_fields),
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_senses),
        cmocka_unit_test(test_control_characters),
        cmocka_unit_test(test_what_json_forbids),
        cmocka_unit_test(test_nul_in_a_key),
        cmocka_unit_test(test_what_is_no_utf8),
        cmocka_unit_test(test_lone_surrogates),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_all_stages),
        cmocka_unit_test(test_many_unknown_words),
        cmocka_unit_test(test_size),
        cmocka_unit_test(test_depth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
