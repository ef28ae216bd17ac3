/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is written of a feed, as its reader reads it. */
#include <sodium.h>
#include <zstd.h>

#include "core/json_reader.h"
#include "feed/manifest.h"
#include "feed/signature.h"
#include "tests/unit/unit.h"

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

DEFINE_TEST(test_manifest)
{
    struct segment segments[2] = {{HASH, 123, 1000}, {"f" HASH, SEGMENT_MAX_BYTES, 0}};
    struct manifest written = {.name = "hub-1",
                               .version = 9007199254740992,
                               .created_at = 1795341600,
                               .expires_at = 1797933600,
                               .segments = segments,
                               .segment_count = 2,
                               .tables = {{"cards.tsv", {HASH, 77, 0}}},
                               .table_count = 1};
    struct manifest read;
    struct buffer json CLEANUP(buffer_free) = BUFFER(4096);
    memset(segments[1].sha256, 'f', SEGMENT_NAME_SIZE - 1);
    segments[1].sha256[SEGMENT_NAME_SIZE - 1] = '\0';
    manifest_append(&json, &written);
    ASSERT_DONE(manifest_parse(buffer_text(&json), json.length, "x", &read, &failure));
    assert_string_equal(read.name, written.name);
    assert_int_equal(read.version, written.version);
    assert_int_equal(read.created_at, written.created_at);
    assert_int_equal(read.expires_at, written.expires_at);
    assert_int_equal(read.segment_count, 2);
    for (int i = 0; i < 2; i++) {
        assert_string_equal(read.segments[i].sha256, segments[i].sha256);
        assert_int_equal(read.segments[i].size, segments[i].size);
        assert_int_equal(read.segments[i].records, segments[i].records);
    }
    assert_int_equal(read.table_count, 1);
    assert_string_equal(read.tables[0].name, "cards.tsv");
    assert_string_equal(read.tables[0].file.sha256, HASH);
    assert_int_equal(read.tables[0].file.size, 77);
    manifest_free(&read);
}

DEFINE_TEST(test_lines)
{
    static const char report[] = "{\"note\":\"a \\\"b\\\"\",\"outcome\":\"works\",\"pci_id\":\"10de:1d01\"}";
    char reason[5000];
    struct feed_line line;
    struct buffer text CLEANUP(buffer_free) = BUFFER(1 << 16);
    feed_line_append_add(&text, report, 1795341600);
    assert_int_equal(text.data[text.length - 1], '\n');
    ASSERT_DONE(feed_line_parse(buffer_text(&text), text.length - 1, &line, &failure));
    assert_int_equal(line.operation, FEED_ADD);
    assert_string_equal(json_member_text(line.report, "note"), "a \"b\"");
    json_decref(line.report);
    memset(reason, '"', sizeof reason);
    reason[sizeof reason - 1] = '\0';
    buffer_clear(&text);
    feed_line_append_retract(&text, HASH, reason, 1795341600);
    assert_true(text.length <= FEED_LINE_EXTRA);
    ASSERT_DONE(feed_line_parse(buffer_text(&text), text.length - 1, &line, &failure));
    assert_int_equal(line.operation, FEED_RETRACT);
    assert_int_equal(line.id[0], 0x01);
}

static void pack(const char *text, size_t length, size_t step, struct segment *segment, char unpacked[],
                 size_t size)
{
    struct segment_writer *writer;
    const struct buffer *bytes;
    ASSERT_DONE(segment_writer_create(&writer, &failure));
    for (size_t at = 0; at < length; at += step)
        ASSERT_DONE(segment_writer_add(writer, text + at, step < length - at ? step : length - at, &failure));
    ASSERT_DONE(segment_writer_end(writer, &bytes, segment, &failure));
    assert_int_equal(bytes->length, segment->size);
    assert_int_equal(ZSTD_decompress(unpacked, size, bytes->data, bytes->length), length);
    assert_memory_equal(unpacked, text, length);
    segment_writer_free(writer);
}

DEFINE_TEST(test_segments)
{
    enum { SIZE = 1 << 20 };
    char *text = malloc(SIZE);
    char *unpacked = malloc(SIZE);
    struct segment one;
    struct segment other;
    assert_true(text && unpacked);
    for (size_t i = 0; i < SIZE; i++)
        text[i] = (char)(i * i >> 7);
    pack(text, SIZE, 4096, &one, unpacked, SIZE);
    pack(text, SIZE, 4096, &other, unpacked, SIZE);
    assert_string_equal(one.sha256, other.sha256);
    pack(text, SIZE - 1, 1000, &other, unpacked, SIZE);
    assert_string_not_equal(one.sha256, other.sha256);
    pack(text, 0, 1, &other, unpacked, SIZE);
    free(text);
    free(unpacked);
}

DEFINE_TEST(test_keys)
{
    char path[SCRATCH_PATH_SIZE];
    char public_key[SIGNING_PUBLIC_SIZE];
    char comment[SIGNATURE_COMMENT_SIZE];
    const char *keys[] = {public_key};
    struct signing_key key;
    struct signing_key again;
    struct buffer signature CLEANUP(buffer_free) = BUFFER(SIGNATURE_MAX_BYTES);
    struct buffer bytes = {.data = (char *)"what is signed", .length = 14};
    assert_true(sodium_init() >= 0);
    snprintf(path, sizeof path, "/tmp/passthru-key-%d.key", (int)getpid());
    ASSERT_DONE(signing_key_create(path, &key, &failure));
    if (signing_key_create(path, &again, &failure) == ERROR_NONE)
        fail_msg("a key was overwritten");
    ASSERT_DONE(signing_key_load(path, &again, &failure));
    assert_memory_equal(&key, &again, sizeof key);
    unlink(path);
    snprintf(path, sizeof path, "/tmp/passthru-key-%d.pub", (int)getpid());
    assert_int_equal(unlink(path), 0);
    signing_key_public(&key, public_key);
    ASSERT_DONE(signature_check_key(public_key, &failure));
    signing_key_sign(&key, &bytes, "feed x version 1", &signature);
    ASSERT_DONE(signature_verify((const unsigned char *)bytes.data, bytes.length, buffer_text(&signature),
                                 signature.length, keys, 1, comment, &failure));
    assert_string_equal(comment, "feed x version 1");
    bytes.length--;
    assert_int_equal(signature_verify((const unsigned char *)bytes.data, bytes.length,
                                      buffer_text(&signature), signature.length, keys, 1, comment, &failure),
                     ERROR_REMOTE);
    signing_key_wipe(&key);
    assert_int_equal(signing_key_load("/nonexistent/key", &key, &failure), ERROR_NOT_FOUND);
    assert_int_equal(signing_key_load("/dev/null", &key, &failure), ERROR_BAD_INPUT);
}

TESTSUITE_MAIN(NULL, NULL)
