#include "importer/manifest.h"

#include "core/buffer.h"
#include "tests/unit/json_cases.h"

#define HASH_A  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HASH_B  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define SEGMENT "{'sha256':'" HASH_A "','size':123,'records':1000}"
#define CREATED "'2026-11-22T10:00:00Z'"
#define EXPIRES "'2026-12-22T10:00:00Z'"

/* A manifest with these values of its members. */
#define MANIFEST(format, name, version, created, expires, segments)                                          \
    "{'format':" format ",'name':" name ",'version':" version ",'created':" created ",'expires':" expires    \
    ",'segments':" segments "}"
#define WITH_SEGMENTS(segments) MANIFEST("1", "'n'", "1", CREATED, EXPIRES, segments)

static struct manifest manifest;
static struct error error;

static enum error_code parse(const char *text)
{
    size_t length;
    char *json = json_of(text, &length);
    enum error_code code = manifest_parse(json, length, "https://x/manifest.json", &manifest, &error);
    free(json);
    return code;
}

static void assert_good(const char *text)
{
    if (parse(text))
        fail_msg("%.300s\n%s", text, error.message);
}

static void assert_rejected(const char *text, const char *why)
{
    if (parse(text) != ERROR_REMOTE)
        fail_msg("not rejected: %.300s", text);
    assert_says(text, error.message, why);
    assert_holds(error.message, "https://x/manifest.json is not a manifest: ");
    assert_true(error.next[0] != '\0');
    assert_null(manifest.segments);
}

static void test_good(void **state)
{
    (void)state;
    assert_good(MANIFEST("1", "'example'", "42", CREATED, EXPIRES,
                         "[" SEGMENT ",{'records':0,'size':67108864,'sha256':'" HASH_B "'}]"));
    assert_string_equal(manifest.name, "example");
    assert_int_equal(manifest.version, 42);
    assert_string_equal(manifest.created, "2026-11-22T10:00:00Z");
    assert_string_equal(manifest.expires, "2026-12-22T10:00:00Z");
    assert_int_equal(manifest.created_at, 1795341600);
    assert_int_equal(manifest.expires_at, 1795341600 + 30 * 86400);
    assert_int_equal(manifest.segment_count, 2);
    assert_string_equal(manifest.segments[0].sha256, HASH_A);
    assert_int_equal(manifest.segments[0].size, 123);
    assert_int_equal(manifest.segments[0].records, 1000);
    assert_string_equal(manifest.segments[1].sha256, HASH_B);
    assert_int_equal(manifest.segments[1].size, SEGMENT_MAX_BYTES);
    assert_int_equal(manifest.segments[1].records, 0);
    manifest_free(&manifest);
    assert_good(MANIFEST("1", "'" HASH_B "'", "9007199254740992", "'2024-02-29T23:59:59.1234567890Z'",
                         "'9999-12-31T23:59:59Z'", "[]"));
    assert_string_equal(manifest.name, HASH_B);
    assert_int_equal(manifest.version, INT64_C(9007199254740992));
    assert_string_equal(manifest.created, "2024-02-29T23:59:59Z");
    assert_int_equal(manifest.created_at, 1709251199);
    assert_int_equal(manifest.expires_at, INT64_C(253402300799));
    manifest_free(&manifest);
    assert_good(" \r\n" MANIFEST("1", "'n'", "1", "'0000-01-01T00:00:00Z'", EXPIRES, "[]") "\n");
    assert_int_equal(manifest.created_at, INT64_C(-62167219200));
    manifest_free(&manifest);
    /* Unknown members, at the top and in a segment. */
    assert_good("{'a':null,'b':[1,{'name':'A','format':2,'segments':[[]]},-1.5e300],'c':{'sha256':[],'c':{}},"
                "'d':true,'size':-1,'format':1,'name':'n','version':1,'created':" CREATED
                ",'expires':" EXPIRES ",'segments':[{'x':[{'size':0}],'name':[],'format':2,'sha256':'" HASH_A
                "','size':123,'records':1000}]}");
    assert_int_equal(manifest.segment_count, 1);
    assert_int_equal(manifest.segments[0].size, 123);
    manifest_free(&manifest);
    assert_good("{'x':[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]],'format':1,'name':'n',"
                "'version':1,'created':" CREATED ",'expires':" EXPIRES ",'segments':[]}");
    manifest_free(&manifest);
}

static void test_rejected(void **state)
{
    static const struct json_case cases[] = {
        {"", "it ends too early"},
        {"<html>", "syntax error"},
        {"{'format':1,}", "syntax error"},
        {WITH_SEGMENTS("[]") "x", "not valid JSON"},
        {WITH_SEGMENTS("[]") " 'x", "not valid JSON"},
        {WITH_SEGMENTS("[]") WITH_SEGMENTS("[]"), "something follows its end"},
        {WITH_SEGMENTS("["), "not valid JSON"},
        {"{'x':01}", "syntax error"},
        {"{'name':'\xff'}", "it is not UTF-8"},
        {"{'name':'\n'}", "syntax error"},
        {"{'name':'\\ud800'}", "syntax error"},
        {"{'x':1e999}", "a number that is too large"},
        {"{'x':'\\u0000'}", "a NUL in a string"},
        {"\xef\xbb\xbf{}", "syntax error"},
        {"[]", "it must be one JSON object"},
        {"1", "it must be one JSON object"},
        {"null", "it must be one JSON object"},
        {"{'n\\u0061me':'a','name':'a'}", "the key 'name' is given twice"},
        {WITH_SEGMENTS("[{'size':1,'size':1}]"), "the key 'size' is given twice"},
        {MANIFEST("2", "'n'", "1", CREATED, EXPIRES, "[]"), "'format' must be the number 1"},
        {MANIFEST("1.0", "'n'", "1", CREATED, EXPIRES, "[]"), "'format' must be the number 1"},
        {MANIFEST("'1'", "'n'", "1", CREATED, EXPIRES, "[]"), "'format' must be the number 1"},
        {MANIFEST("1", "'n'", "1", EXPIRES, CREATED, "[]"),
         "it expires at 2026-11-22T10:00:00Z, not later than it was created, 2026-12-22T10:00:00Z"},
        {MANIFEST("1", "'n'", "1", CREATED, CREATED, "[]"), "not later than it was created"},
        {WITH_SEGMENTS("[{}]"), "'segments[0].sha256' is missing"},
        {WITH_SEGMENTS("[" SEGMENT ",{'sha256':'" HASH_B "','size':1}]"), "'segments[1].records' is missing"},
        {WITH_SEGMENTS("[" SEGMENT ",{'sha256':'" HASH_B "','size':1,'records':1}," SEGMENT "]"),
         "it names segment " HASH_A " twice"},
    };
    static const char *const members[] = {"format", "name", "version", "created", "expires", "segments"};
    char text[500];
    char why[60];
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_rejected(cases[i].json, cases[i].why);
    for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
        strcpy(text, WITH_SEGMENTS("[]"));
        strstr(text, members[i])[0] = '_';
        snprintf(why, sizeof why, "'%s' is missing", members[i]);
        assert_rejected(text, why);
    }
}

/* Each of these values of a member, between |. */
static void test_bad_values(void **state)
{
    static const struct {
        const char *manifest; /* with %s in the place of the value */
        const char *why;
        const char *values;
    } cases[] = {
        {MANIFEST("1", "%s", "1", CREATED, EXPIRES, "[]"), "'name' must be 1 to 64 of",
         "''|'..'|'../a'|'A'|'a b'|'.a'|'a" HASH_A "'|1|null|['a']|{'a':1}"},
        {MANIFEST("1", "'n'", "%s", CREATED, EXPIRES, "[]"),
         "'version' must be a whole number from 1 to 9007199254740992",
         "0|-1|1.5|1e3|'1'|true|null|[]|{}|9007199254740993|9999999999999999"},
        {MANIFEST("1", "'n'", "1", "%s", "'9999-12-31T23:59:59Z'", "[]"),
         "'created' must be a time in UTC such as",
         "''|1795341600|'2026-11-22'|'2026-11-22T10:00:00'|'2026-11-22T10:00:00z'|"
         "'2026-11-22t10:00:00Z'|'2026-11-22 10:00:00Z'|'2026-11-22T10:00:00+00:00'|"
         "'2026-11-22T10:00Z'|'2026-13-22T10:00:00Z'|'2026-00-22T10:00:00Z'|"
         "'2026-11-31T10:00:00Z'|'2026-11-00T10:00:00Z'|'2026-02-29T10:00:00Z'|"
         "'2026-11-22T24:00:00Z'|'2026-11-22T10:60:00Z'|'2026-11-22T10:00:60Z'|"
         "'2026-11-22T10:00:00.Z'|'2026-11-22T10:00:00,5Z'|'2026-11-22T10:00:00.5'|"
         "'2026-11-22T10:00:00.5xZ'|'+026-11-22T10:00:00Z'|' 2026-11-22T10:00:00Z'|"
         "'2026-11-22T10:00:00Z '|'2026-11-22T10:00:00.00000000000000000000Z'|null|{}"},
        {MANIFEST("1", "'n'", "1", CREATED, "%s", "[]"), "'expires' must be a time in UTC such as",
         "''|1795341600|'2026-12-22T24:00:00Z'|null"},
        {WITH_SEGMENTS("%s"), "'segments' must be an array of objects",
         "{}|1|null|[1]|[[]]|['a']|[" SEGMENT ",null]|[1.5]|[true]"},
        {WITH_SEGMENTS("[{'sha256':%s,'size':1,'records':1}]"),
         "'segments[0].sha256' must be 64 lower-case hexadecimal digits",
         "''|1|null|'../../x'|'" HASH_A "a'|[]|"
         "'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'|"
         "'gggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggg'|"
         "'../aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'"},
        {WITH_SEGMENTS("[" SEGMENT ",{'sha256':'" HASH_B "','size':%s,'records':1}]"),
         "'segments[1].size' must be a whole number from 1 to 67108864", "0|-1|67108865|1.5|'1'|null|{}|[]"},
        {WITH_SEGMENTS("[{'sha256':'" HASH_B "','size':1,'records':%s}]"),
         "'segments[0].records' must be a whole number from 0 to 1000000", "-1|1000001|1.5|'1'|null|{}|[]"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const char *place = strstr(cases[i].manifest, "%s");
        for (const char *value = cases[i].values; value;
             value = strchr(value, '|') ? strchr(value, '|') + 1 : NULL) {
            char text[1000];
            snprintf(text, sizeof text, "%.*s%.*s%s", (int)(place - cases[i].manifest), cases[i].manifest,
                     (int)strcspn(value, "|"), value, place + 2);
            assert_rejected(text, cases[i].why);
        }
    }
}

static void write_segments(struct buffer *text, int count)
{
    const char whole[] = WITH_SEGMENTS("[]");
    buffer_clear(text);
    buffer_append(text, whole, sizeof whole - 1 - strlen("]}"));
    for (int i = 0; i < count; i++)
        buffer_append_format(text, "%s{'sha256':'%064x','size':1,'records':1}", i ? "," : "",
                             (unsigned)i * 2654435761U);
    buffer_append_text(text, "]}");
}

static void test_limits(void **state)
{
    struct buffer text = BUFFER((size_t)MANIFEST_MAX_BYTES + 100);
    (void)state;
    write_segments(&text, MANIFEST_MAX_SEGMENTS);
    assert_good(text.data);
    assert_int_equal(manifest.segment_count, MANIFEST_MAX_SEGMENTS);
    manifest_free(&manifest);
    write_segments(&text, MANIFEST_MAX_SEGMENTS + 1);
    assert_rejected(text.data, "it has more than 100000 segments");
    write_segments(&text, 1);
    while (text.length < MANIFEST_MAX_BYTES)
        buffer_append_byte(&text, ' ');
    assert_good(text.data);
    manifest_free(&manifest);
    buffer_append_byte(&text, ' ');
    assert_rejected(text.data, "it has more than 16 MiB");
    buffer_clear(&text);
    buffer_append_text(&text, "{'x':[{}");
    while (text.length < MANIFEST_MAX_BYTES - 10)
        buffer_append_text(&text, ",{}");
    assert_rejected(text.data, "it has too many values");
    buffer_clear(&text);
    while (text.length < 1000)
        buffer_append_text(&text, "{'x':[");
    assert_rejected(text.data, "it is nested too deep");
    buffer_free(&text);
}

/* No beginning of a manifest is one. */
static void test_cut_short(void **state)
{
    char text[] = WITH_SEGMENTS("[" SEGMENT "]");
    (void)state;
    for (size_t length = sizeof text - 1; length--;) {
        text[length] = '\0';
        assert_rejected(text, "not valid JSON: ");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),   cmocka_unit_test(test_rejected),  cmocka_unit_test(test_bad_values),
        cmocka_unit_test(test_limits), cmocka_unit_test(test_cut_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
