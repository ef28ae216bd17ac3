#include "core/buffer.h"
#include "importer/manifest.h"
#include "tests/unit/unit.h"

#define HASH_A  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HASH_B  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define SEGMENT "{\"sha256\":\"" HASH_A "\",\"size\":123,\"records\":1000}"
#define CREATED "\"2026-11-22T10:00:00Z\""
#define EXPIRES "\"2026-12-22T10:00:00Z\""

/* A manifest with these values of its members. */
#define MANIFEST(format, name, version, created, expires, segments)                                          \
    "{\"format\":" format ",\"name\":" name ",\"version\":" version ",\"created\":" created                  \
    ",\"expires\":" expires ",\"segments\":" segments "}"
#define WITH_NAME(name)         MANIFEST("1", name, "1", CREATED, EXPIRES, "[]")
#define WITH_VERSION(version)   MANIFEST("1", "\"n\"", version, CREATED, EXPIRES, "[]")
#define WITH_CREATED(created)   MANIFEST("1", "\"n\"", "1", created, "\"9999-12-31T23:59:59Z\"", "[]")
#define WITH_SEGMENTS(segments) MANIFEST("1", "\"n\"", "1", CREATED, EXPIRES, segments)
#define WITH_MORE(more)                                                                                      \
    "{" more ",\"format\":1,\"name\":\"n\",\"version\":1,\"created\":" CREATED ",\"expires\":" EXPIRES       \
    ",\"segments\":[]}"

static struct manifest manifest;

static enum error_code parse(const char *json, size_t length, struct error *error)
{
    char *copy = exact_copy(json, length);
    enum error_code code = manifest_parse(copy, length, "https://x/manifest.json", &manifest, error);
    free(copy);
    return code;
}

static void assert_good(const char *json)
{
    struct error error;
    if (parse(json, strlen(json), &error))
        fail_msg("%.300s\n%s", json, error.message);
}

static void assert_refused_bytes(const char *json, size_t length, const char *why)
{
    struct error error;
    if (parse(json, length, &error) != ERROR_REMOTE)
        fail_msg("not refused: %.300s", json);
    assert_holds(error.message, why);
    assert_holds(error.message, "https://x/manifest.json is no manifest: ");
    assert_true(error.next[0] != '\0');
    assert_null(manifest.segments);
}

static void assert_refused(const char *json, const char *why)
{
    assert_refused_bytes(json, strlen(json), why);
}

static void test_good(void **state)
{
    (void)state;
    assert_good(MANIFEST("1", "\"example\"", "42", CREATED, EXPIRES,
                         "[" SEGMENT ",{\"records\":0,\"size\":67108864,\"sha256\":\"" HASH_B "\"}]"));
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
    assert_good(" \r\n" WITH_SEGMENTS("[]") "\n");
    assert_int_equal(manifest.segment_count, 0);
    manifest_free(&manifest);
    assert_good(WITH_VERSION("9007199254740992"));
    assert_int_equal(manifest.version, INT64_C(9007199254740992));
    manifest_free(&manifest);
}

static void test_unknown_members(void **state)
{
    static const char more[] =
        "\"a\":null,\"b\":[1,{\"name\":\"A\",\"format\":2,\"segments\":[[]]},-1.5e300,1e999,99999999999999999999999999],"
        "\"c\":{\"sha256\":[],\"c\":{}},\"d\":true,\"size\":-1,\"a\":\"\\u0000\"";
    char text[2000];
    (void)state;
    snprintf(text, sizeof text, "{%s,%s", more, &WITH_SEGMENTS("[" SEGMENT "]")[1]);
    assert_good(text);
    assert_int_equal(manifest.segment_count, 1);
    manifest_free(&manifest);
    snprintf(text, sizeof text, WITH_SEGMENTS("[{%s,%s]"),
             &"\"x\":[{\"size\":0}],\"name\":[],\"format\":2"[0], &SEGMENT[1]);
    assert_good(text);
    assert_int_equal(manifest.segment_count, 1);
    assert_int_equal(manifest.segments[0].size, 123);
    manifest_free(&manifest);
}

static void test_no_json(void **state)
{
    static const char nul[] = WITH_SEGMENTS("[]") "\0";
    static const char *const texts[] = {"",
                                        " ",
                                        "{",
                                        "<html>",
                                        "{\"format\":1,}",
                                        "{'format':1}",
                                        "nul",
                                        WITH_SEGMENTS("[]") "x",
                                        WITH_SEGMENTS("["),
                                        "{\"x\":01}",
                                        "{\"name\":\"\xff\"}",
                                        "{\"name\":\"\n\"}",
                                        "/* */{}",
                                        "{\"a\":NaN}",
                                        "{\"x\":+1}",
                                        "\xef\xbb\xbf{}"};
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
        assert_refused(texts[i], "it is not valid JSON: ");
    assert_refused_bytes(nul, sizeof nul, "it is not valid JSON: ");
    assert_refused("[]", "it must be one JSON object");
    assert_refused("1", "it must be one JSON object");
    assert_refused("\"x\"", "it must be one JSON object");
    assert_refused("null", "it must be one JSON object");
    assert_refused(WITH_SEGMENTS("[]") WITH_SEGMENTS("[]"), "it is not valid JSON: ");
    assert_refused(WITH_SEGMENTS("[]") " \"x", "it is not valid JSON: ");
}

static void test_depth(void **state)
{
    char text[3000];
    char nested[1001];
    (void)state;
    memset(nested, '[', 1000);
    nested[1000] = '\0';
    snprintf(text, sizeof text, "{\"x\":%s", nested);
    assert_refused(text, "it is nested more than 32 levels deep");
    snprintf(text, sizeof text, "{\"segments\":[{\"x\":%s", nested);
    assert_refused(text, "it is nested more than 32 levels deep");
    assert_refused(nested, "it must be one JSON object");
    assert_good(WITH_MORE("\"x\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"));
    manifest_free(&manifest);
}

static void test_format(void **state)
{
    (void)state;
    assert_refused(MANIFEST("2", "\"n\"", "1", CREATED, EXPIRES, "[]"), "\"format\" must be the number 1");
    assert_refused(MANIFEST("1.0", "\"n\"", "1", CREATED, EXPIRES, "[]"), "\"format\" must be the number 1");
    assert_refused(MANIFEST("\"1\"", "\"n\"", "1", CREATED, EXPIRES, "[]"),
                   "\"format\" must be the number 1");
}

static void test_missing_and_twice(void **state)
{
    static const char *const members[] = {"format", "name", "version", "created", "expires", "segments"};
    static const char *const of_segment[] = {"sha256", "size", "records"};
    static const char whole[] = WITH_SEGMENTS("[" SEGMENT "]");
    char text[2000];
    char why[100];
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(members) + ARRAY_SIZE(of_segment); i++) {
        bool inner = i >= ARRAY_SIZE(members);
        const char *name = inner ? of_segment[i - ARRAY_SIZE(members)] : members[i];
        char quoted[20];
        snprintf(quoted, sizeof quoted, "\"%s\"", name);
        memcpy(text, whole, sizeof whole);
        strstr(text, quoted)[1] = '_';
        snprintf(why, sizeof why, inner ? "\"segments[0].%s\" is missing" : "\"%s\" is missing", name);
        assert_refused(text, why);
        /* Its whole text stands twice: one is an object of its own until it is cut open. */
        const char *member = strstr(whole, quoted);
        int before = (int)(member - whole);
        size_t length = i == 5 ? strlen(member) - 1 : strcspn(member, inner ? ",}" : ",");
        snprintf(text, sizeof text, "%.*s%.*s,%s", before, whole, (int)length, member, member);
        snprintf(why, sizeof why, inner ? "\"segments[0].%s\" is given twice" : "\"%s\" is given twice",
                 name);
        assert_refused(text, why);
    }
    assert_refused(WITH_SEGMENTS("[" SEGMENT ",{\"sha256\":\"" HASH_B "\",\"size\":1}]"),
                   "\"segments[1].records\" is missing");
    assert_refused("{\"n\\u0061me\":\"a\",\"name\":\"a\"}", "\"name\" is given twice");
}

static void test_names(void **state)
{
    static const char *const bad[] = {WITH_NAME("\"\""),
                                      WITH_NAME("\"..\""),
                                      WITH_NAME("\"../a\""),
                                      WITH_NAME("\"A\""),
                                      WITH_NAME("\"a b\""),
                                      WITH_NAME("\"a\\u0000\""),
                                      WITH_NAME("1"),
                                      WITH_NAME("null"),
                                      WITH_NAME("[\"a\"]"),
                                      WITH_NAME("\".a\""),
                                      WITH_NAME("{\"a\":1}"),
                                      WITH_NAME("\"\\ud800\""),
                                      WITH_NAME("\"a" HASH_A "\"")};
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        assert_refused(bad[i], "\"name\" must be 1 to 64 of");
    assert_good(WITH_NAME("\"" HASH_B "\""));
    assert_string_equal(manifest.name, HASH_B);
    manifest_free(&manifest);
}

static void test_versions(void **state)
{
    static const char *const bad[] = {WITH_VERSION("0"),
                                      WITH_VERSION("-1"),
                                      WITH_VERSION("1.5"),
                                      WITH_VERSION("1e3"),
                                      WITH_VERSION("\"1\""),
                                      WITH_VERSION("true"),
                                      WITH_VERSION("null"),
                                      WITH_VERSION("[]"),
                                      WITH_VERSION("{}"),
                                      WITH_VERSION("9007199254740993"),
                                      WITH_VERSION("9999999999999999"),
                                      WITH_VERSION("99999999999999999999999999")};
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        assert_refused(bad[i], "\"version\" must be a whole number from 1 to 9007199254740992");
}

static void test_times(void **state)
{
    static const char *const bad[] = {"\"\"",
                                      "1795341600",
                                      "\"2026-11-22\"",
                                      "\"2026-11-22T10:00:00\"",
                                      "\"2026-11-22T10:00:00z\"",
                                      "\"2026-11-22t10:00:00Z\"",
                                      "\"2026-11-22 10:00:00Z\"",
                                      "\"2026-11-22T10:00:00+00:00\"",
                                      "\"2026-11-22T10:00Z\"",
                                      "\"2026-13-22T10:00:00Z\"",
                                      "\"2026-00-22T10:00:00Z\"",
                                      "\"2026-11-31T10:00:00Z\"",
                                      "\"2026-11-00T10:00:00Z\"",
                                      "\"2026-02-29T10:00:00Z\"",
                                      "\"2026-11-22T24:00:00Z\"",
                                      "\"2026-11-22T10:60:00Z\"",
                                      "\"2026-11-22T10:00:60Z\"",
                                      "\"2026-11-22T10:00:00.Z\"",
                                      "\"2026-11-22T10:00:00,5Z\"",
                                      "\"2026-11-22T10:00:00.5\"",
                                      "\"2026-11-22T10:00:00.5xZ\"",
                                      "\"+026-11-22T10:00:00Z\"",
                                      "\" 2026-11-22T10:00:00Z\"",
                                      "\"2026-11-22T10:00:00Z \"",
                                      "\"2026-11-22T10:00:00Z\\u0000\"",
                                      "\"2026-11-22T10:00:0\\u0000Z\"",
                                      "\"2026-11-22T10:00:00.00000000000000000000Z\"",
                                      "null",
                                      "{}"};
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        char text[1000];
        snprintf(text, sizeof text, WITH_CREATED("%s"), bad[i]);
        assert_refused(text, "\"created\" must be a time in UTC such as");
        snprintf(text, sizeof text, MANIFEST("1", "\"n\"", "1", CREATED, "%s", "[]"), bad[i]);
        assert_refused(text, "\"expires\" must be a time in UTC such as");
    }
    assert_good(WITH_CREATED("\"2024-02-29T23:59:59.1234567890Z\""));
    assert_string_equal(manifest.created, "2024-02-29T23:59:59Z");
    assert_int_equal(manifest.created_at, 1709251199);
    assert_int_equal(manifest.expires_at, INT64_C(253402300799));
    manifest_free(&manifest);
    assert_good(WITH_CREATED("\"0000-01-01T00:00:00Z\""));
    assert_int_equal(manifest.created_at, INT64_C(-62167219200));
    manifest_free(&manifest);
    assert_refused(MANIFEST("1", "\"n\"", "1", EXPIRES, CREATED, "[]"),
                   "it expires at 2026-11-22T10:00:00Z, not later than it was created, 2026-12-22T10:00:00Z");
    assert_refused(MANIFEST("1", "\"n\"", "1", CREATED, CREATED, "[]"), "not later than it was created");
}

static void test_segments(void **state)
{
    static const char *const no_list[] = {WITH_SEGMENTS("{}"),
                                          WITH_SEGMENTS("1"),
                                          WITH_SEGMENTS("null"),
                                          WITH_SEGMENTS("[1]"),
                                          WITH_SEGMENTS("[[]]"),
                                          WITH_SEGMENTS("[\"a\"]"),
                                          WITH_SEGMENTS("[" SEGMENT ",null]"),
                                          WITH_SEGMENTS("[" SEGMENT ",2]"),
                                          WITH_SEGMENTS("[1.5]"),
                                          WITH_SEGMENTS("[true]")};
    static const char *const bad_hashes[] = {
        "\"\"",
        "1",
        "null",
        "\"../../x\"",
        "\"" HASH_A "a\"",
        "[]",
        "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"",
        "\"gggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggg\"",
        "\"../aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"",
        "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\\u0000\""};
    static const char *const bad_sizes[] = {"0", "-1", "67108865", "1.5", "\"1\"", "null", "{}", "[]"};
    static const char *const bad_records[] = {"-1", "1000001", "1.5", "\"1\"", "null", "{}", "[]"};
    char text[1000];
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(no_list); i++)
        assert_refused(no_list[i], "\"segments\" must be a list of objects");
    for (size_t i = 0; i < ARRAY_SIZE(bad_hashes); i++) {
        snprintf(text, sizeof text, WITH_SEGMENTS("[{\"sha256\":%s,\"size\":1,\"records\":1}]"),
                 bad_hashes[i]);
        assert_refused(text, "\"segments[0].sha256\" must be 64 lower-case hexadecimal digits");
    }
    for (size_t i = 0; i < ARRAY_SIZE(bad_sizes); i++) {
        snprintf(text, sizeof text, WITH_SEGMENTS("[" SEGMENT ",{\"size\":%s}]"), bad_sizes[i]);
        assert_refused(text, "\"segments[1].size\" must be a whole number from 1 to 67108864");
    }
    for (size_t i = 0; i < ARRAY_SIZE(bad_records); i++) {
        snprintf(text, sizeof text, WITH_SEGMENTS("[{\"records\":%s}]"), bad_records[i]);
        assert_refused(text, "\"segments[0].records\" must be a whole number from 0 to 1000000");
    }
    assert_refused(WITH_SEGMENTS("[{}]"), "\"segments[0].sha256\" is missing");
    assert_refused(
        WITH_SEGMENTS("[" SEGMENT ",{\"sha256\":\"" HASH_B "\",\"size\":1,\"records\":1}," SEGMENT "]"),
        "it names segment " HASH_A " twice");
}

static void append_segments(struct buffer *text, int count)
{
    buffer_clear(text);
    buffer_append_text(text, &WITH_MORE("\"x\":0")[0]);
    text->length -= strlen("]}");
    for (int i = 0; i < count; i++)
        buffer_append_format(text, "%s{\"sha256\":\"%064x\",\"size\":1,\"records\":1}", i ? "," : "",
                             (unsigned)i * 2654435761U);
    buffer_append_text(text, "]}");
}

static void test_limits(void **state)
{
    struct buffer text = BUFFER((size_t)MANIFEST_MAX_BYTES + 100);
    (void)state;
    append_segments(&text, MANIFEST_MAX_SEGMENTS);
    assert_good(text.data);
    assert_int_equal(manifest.segment_count, MANIFEST_MAX_SEGMENTS);
    manifest_free(&manifest);
    append_segments(&text, MANIFEST_MAX_SEGMENTS + 1);
    assert_refused(text.data, "it has more than 100000 segments");
    append_segments(&text, 1);
    while (text.length < MANIFEST_MAX_BYTES)
        buffer_append_byte(&text, ' ');
    assert_good(text.data);
    manifest_free(&manifest);
    buffer_append_byte(&text, ' ');
    assert_refused(text.data, "it has more than 16 MiB");
    buffer_free(&text);
}

/* Each beginning of a manifest is none. */
static void test_cut_short(void **state)
{
    static const char whole[] = WITH_SEGMENTS("[" SEGMENT "]");
    (void)state;
    for (size_t length = 0; length + 1 < sizeof whole; length++)
        assert_refused_bytes(whole, length, "it is not valid JSON: ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),    cmocka_unit_test(test_unknown_members),
        cmocka_unit_test(test_no_json), cmocka_unit_test(test_depth),
        cmocka_unit_test(test_format),  cmocka_unit_test(test_missing_and_twice),
        cmocka_unit_test(test_names),   cmocka_unit_test(test_versions),
        cmocka_unit_test(test_times),   cmocka_unit_test(test_segments),
        cmocka_unit_test(test_limits),  cmocka_unit_test(test_cut_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
