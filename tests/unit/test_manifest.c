/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "feed/manifest.h"

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

static enum error_code parse(const char *text)
{
    size_t length;
    char *json = json_of(text, &length);
    enum error_code code = manifest_parse(json, length, "https://x/manifest.json", &manifest, &failure);
    free(json);
    return code;
}

static void assert_rejected(const char *text, const char *why)
{
    if (parse(text) != ERROR_REMOTE)
        fail_msg("not rejected: %.300s", text);
    assert_says(text, failure.message, why);
    assert_holds(failure.message, "https://x/manifest.json is not a manifest: ");
    assert_true(failure.next[0] != '\0');
    assert_null(manifest.segments);
}

DEFINE_TEST(test_good)
{
    static const struct {
        const char *json;
        const char *described; /* NAME VERSION CREATED EXPIRES, in words and in seconds, and the segments */
    } cases[] = {
        {MANIFEST("1", "'example'", "42", CREATED, EXPIRES,
                  "[" SEGMENT ",{'records':0,'size':67108864,'sha256':'" HASH_B "'}]"),
         "example 42 2026-11-22T10:00:00Z 1795341600 2026-12-22T10:00:00Z 1797933600 aaa:123:1000 012:67108864:0"},
        {MANIFEST("1", "'" HASH_B "'", "9007199254740992", "'2024-02-29T23:59:59.1234567890Z'",
                  "'9999-12-31T23:59:59Z'", "[]"),
         HASH_B " 9007199254740992 2024-02-29T23:59:59Z 1709251199 9999-12-31T23:59:59Z 253402300799"},
        {" \r\n" MANIFEST("1", "'n'", "1", "'0000-01-01T00:00:00Z'", EXPIRES, "[]") "\n",
         "n 1 0000-01-01T00:00:00Z -62167219200 2026-12-22T10:00:00Z 1797933600"},
        /* Unknown members, at the top and in a segment. */
        {"{'a':null,'b':[1,{'name':'A','format':2,'segments':[[]]},-1.5e300],'c':{'sha256':[],'c':{}},"
         "'d':true,'size':-1,'format':1,'name':'n','version':1,'created':" CREATED ",'expires':" EXPIRES
         ",'segments':[{'x':[{'size':0}],'name':[],'format':2,'sha256':'" HASH_A
         "','size':123,'records':1000}]}",
         "n 1 2026-11-22T10:00:00Z 1795341600 2026-12-22T10:00:00Z 1797933600 aaa:123:1000"},
        {"{'x':[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]],'format':1,'name':'n',"
         "'version':1,'created':" CREATED ",'expires':" EXPIRES ",'segments':[]}",
         "n 1 2026-11-22T10:00:00Z 1795341600 2026-12-22T10:00:00Z 1797933600"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct buffer text CLEANUP(buffer_free) = BUFFER(1000);
        ASSERT_DONE(parse(cases[i].json));
        buffer_append_format(&text, "%s %lld %s %lld %s %lld", manifest.name, (long long)manifest.version,
                             manifest.created, (long long)manifest.created_at, manifest.expires,
                             (long long)manifest.expires_at);
        for (int k = 0; k < (int)manifest.segment_count; k++)
            buffer_append_format(&text, " %.3s:%d:%d", manifest.segments[k].sha256,
                                 (int)manifest.segments[k].size, (int)manifest.segments[k].records);
        assert_string_equal(buffer_text(&text), cases[i].described);
        manifest_free(&manifest);
    }
}

#define WITH_TABLES(tables)                                                                                  \
    "{'format':1,'name':'n','version':1,'created':" CREATED ",'expires':" EXPIRES                            \
    ",'segments':[],'knowledge':" tables "}"
#define TABLE "{'name':'cards.tsv','sha256':'" HASH_A "','size':4194304}"

DEFINE_TEST(test_tables)
{
    static const struct json_case cases[] = {
        {WITH_TABLES("{}") "|" WITH_TABLES("null") "|" WITH_TABLES("1"),
         "must be an array of objects, 32 at most"},
        {WITH_TABLES("[1]"), "'knowledge[0]' must be an object"},
        {WITH_TABLES("[{}]"), "'knowledge[0].name' is missing"},
        {WITH_TABLES("[" TABLE "," TABLE "]"), "it names the table cards.tsv twice"},
        {WITH_TABLES("[{'name':'../cards.tsv'}]") "|" WITH_TABLES("[{'name':'.tsv'}]") "|" WITH_TABLES(
             "[{'name':'cards'}]") "|" WITH_TABLES("[{'name':'a.b.tsv'}]") "|" WITH_TABLES("[{'name':1}]"),
         "'knowledge[0].name' must be the name of a table"},
        {WITH_TABLES("[{'name':'a.tsv','sha256':'x'}]"), "'knowledge[0].sha256' must be 64 lower-case"},
        {WITH_TABLES("[" TABLE ",{'name':'a-b.tsv','sha256':'" HASH_B "','size':4194305}]"),
         "'knowledge[1].size' must be a whole number from 1 to 4194304"},
    };
    ASSERT_DONE(parse(WITH_TABLES("[" TABLE ",{'name':'a-b.tsv','sha256':'" HASH_B "','size':1,'x':2}]")));
    assert_int_equal(manifest.table_count, 2);
    assert_string_equal(manifest.tables[1].name, "a-b.tsv");
    assert_string_equal(manifest.tables[1].file.sha256, HASH_B);
    assert_int_equal(manifest.tables[0].file.size, TABLE_MAX_BYTES);
    manifest_free(&manifest);
    check_cases(cases, ARRAY_SIZE(cases), assert_rejected);
}

/* What is no JSON is in test_json_reader.c. */
DEFINE_TEST(test_rejected)
{
    static const struct json_case cases[] = {
        {"<html>|{'format':1,}", "not valid JSON: syntax error"},
        {WITH_SEGMENTS("[]") WITH_SEGMENTS("[]"), "something follows its end"},
        {"[]|1|null", "it must be one JSON object"},
        {WITH_SEGMENTS("[{'size':1,'size':1}]"), "the key 'size' is given twice"},
        {MANIFEST("1", "'n'", "1", EXPIRES, CREATED, "[]"),
         "it expires at 2026-11-22T10:00:00Z, not later than it was created, 2026-12-22T10:00:00Z"},
        {MANIFEST("1", "'n'", "1", CREATED, CREATED, "[]"), "not later than it was created"},
        {WITH_SEGMENTS("[{}]"), "'segments[0].sha256' is missing"},
        {WITH_SEGMENTS("[" SEGMENT ",{'sha256':'" HASH_B "','size':1}]"), "'segments[1].records' is missing"},
        {WITH_SEGMENTS("[" SEGMENT ",{'sha256':'" HASH_B "','size':1,'records':1}," SEGMENT "]"),
         "it names segment " HASH_A " twice"},
    };
    char why[60];
    check_cases(cases, ARRAY_SIZE(cases), assert_rejected);
    for (struct values v = values_of("format|name|version|created|expires|segments", NULL); next_value(&v);) {
        char text[] = WITH_SEGMENTS("[]");
        strstr(text, v.text)[0] = '_';
        snprintf(why, sizeof why, "'%s' is missing", v.text);
        assert_rejected(text, why);
    }
}

/* Each of these values of a member, between |. */
DEFINE_TEST(test_bad_values)
{
    static const struct {
        const char *manifest; /* with %s in the place of the value */
        const char *why;
        const char *values;
    } cases[] = {
        {MANIFEST("%s", "'n'", "1", CREATED, EXPIRES, "[]"), "'format' must be the number 1", "2|1.0|'1'"},
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
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        for (struct values v = values_of(cases[i].values, cases[i].manifest); next_value(&v);)
            assert_rejected(v.text, cases[i].why);
}

static void write_segments(struct buffer *text, int count, int size, int records)
{
    const char whole[] = WITH_SEGMENTS("[]");
    buffer_clear(text);
    buffer_append(text, whole, sizeof whole - 1 - strlen("]}"));
    for (int i = 0; i < count; i++)
        buffer_append_format(text, "%s{'sha256':'%064x','size':%d,'records':%d}", i ? "," : "",
                             (unsigned)i * 2654435761U, size, records);
    buffer_append_text(text, "]}");
}

DEFINE_TEST(test_limits)
{
    struct buffer text CLEANUP(buffer_free) = BUFFER((size_t)MANIFEST_MAX_BYTES + 100);
    write_segments(&text, MANIFEST_MAX_SEGMENTS, 1, 1);
    ASSERT_DONE(parse(text.data));
    assert_int_equal(manifest.segment_count, MANIFEST_MAX_SEGMENTS);
    manifest_free(&manifest);
    write_segments(&text, MANIFEST_MAX_SEGMENTS + 1, 1, 1);
    assert_rejected(text.data, "it has more than 100000 segments");
    write_segments(&text, 16, SEGMENT_MAX_BYTES, 1);
    ASSERT_DONE(parse(text.data));
    manifest_free(&manifest);
    write_segments(&text, 17, SEGMENT_MAX_BYTES, 1);
    assert_rejected(text.data, "its segments have 1088 MiB, a feed may have 1024 MiB");
    write_segments(&text, 5, 1, SEGMENT_MAX_RECORDS);
    ASSERT_DONE(parse(text.data));
    manifest_free(&manifest);
    write_segments(&text, 6, 1, SEGMENT_MAX_RECORDS);
    assert_rejected(text.data, "its segments have 6000000 records, a feed may have 5000000");
    write_segments(&text, 1, 1, 1);
    while (text.length < MANIFEST_MAX_BYTES)
        buffer_append_byte(&text, ' ');
    ASSERT_DONE(parse(text.data));
    manifest_free(&manifest);
    buffer_append_byte(&text, ' ');
    assert_rejected(text.data, "it has more than 16 MiB");
}

TESTSUITE_MAIN(NULL, NULL)
