#include "importer/remote_state.h"

#include "tests/unit/unit.h"

#define URL  "https://feed.example/one"
#define HASH "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static struct source_cache *cache;

static struct remote_state load(const char *text, size_t length, const char *url)
{
    struct remote_state state;
    char path[DATABASE_PATH_SIZE];
    source_cache_path(cache, "remotes/one.json", path);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
    memset(&state, 'x', sizeof state);
    remote_state_load(cache, "one", url, &state);
    return state;
}

static void assert_empty(const char *text, size_t length)
{
    static const struct remote_state empty = {.url = URL};
    const struct remote_state state = load(text, length, URL);
    if (strcmp(state.url, URL) != 0 || state.etag[0] || state.last_modified[0] || state.fetched[0] ||
        state.version[0] || state.seen_hash[0] || state.seen_key[0] ||
        state.seen_version != empty.seen_version || state.retracted != empty.retracted)
        fail_msg("not empty: %.200s", text);
}

/* What was damaged, and what could not stand in a header that is sent back, counts as lost. */
static void test_lost(void **state)
{
    static const char *const texts[] = {
        "",
        "\n",
        "no JSON",
        "[]",
        "null",
        "{}",
        "{\"url\":\"" URL "\",\"etag\":\"x\"",
        "{\"url\":\"" URL "\",\"etag\":null,\"seen_version\":\"3\",\"retracted\":{}}",
        "{\"url\":\"" URL "\",\"etag\":[\"x\"],\"seen_version\":1.5,\"retracted\":true}",
        "{\"url\":\"" URL "\",\"seen_version\":-3,\"retracted\":-1}",
        "{\"url\":\"" URL "\",\"seen_version\":99999999999999999999999,\"retracted\":1e400}",
        "{\"url\":{\"url\":\"" URL "\"},\"etag\":{}}",
        "{\"url\":\"" URL "\",\"etag\":\"x\\r\\nCookie: a\",\"last_modified\":\"a\\nb\"}",
        "{\"url\":\"" URL "\",\"etag\":\"\\u001b[2J\",\"fetched\":\"\\u009b31m\",\"version\":\"\\u202e\"}",
        "{\"url\":\"" URL "\",\"etag\":\"x\\u007f\"}",
        /* A hash of 65 digits. */
        "{\"url\":\"" URL "\",\"seen_hash\":\"" HASH "0\"}",
    };
    static const char nul[] = "{\"url\":\"" URL "\0\",\"etag\":\"x\"}";
    static char large[100001];
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
        assert_empty(texts[i], strlen(texts[i]));
    assert_empty(nul, sizeof nul - 1);
    memset(large, '[', sizeof large);
    assert_empty(large, sizeof large);
    memset(large + 8000, ']', 8000);
    assert_empty(large, 16000);
    memset(large, ' ', sizeof large);
    memcpy(large, "{\"etag\":\"x\"}", 12);
    assert_empty(large, sizeof large);
}

/* Of another address, what its server called it is lost, and the version that was seen is not. */
static void test_other_address(void **state)
{
    static const char text[] = "{\"url\":\"" URL "\",\"etag\":\"x\",\"last_modified\":\"y\",\"seen_version\":"
                               "9007199254740992,\"seen_hash\":\"" HASH "\"}";
    (void)state;
    const struct remote_state same = load(text, sizeof text - 1, URL);
    assert_string_equal(same.etag, "x");
    assert_string_equal(same.last_modified, "y");
    const struct remote_state other = load(text, sizeof text - 1, "https://mirror.example/one");
    assert_string_equal(other.url, "https://mirror.example/one");
    assert_string_equal(other.etag, "");
    assert_string_equal(other.last_modified, "");
    assert_true(other.seen_version == (int64_t)1 << 53);
    assert_string_equal(other.seen_hash, HASH);
}

int main(void)
{
    char directory[SCRATCH_PATH_SIZE];
    char path[SCRATCH_PATH_SIZE + 40];
    struct error error;
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_lost), cmocka_unit_test(test_other_address)};
    snprintf(directory, sizeof directory, "%s/passthru-unit-XXXXXX", scratch_parent());
    if (!mkdtemp(directory))
        return 1;
    snprintf(path, sizeof path, "%s/t.db", directory);
    if (source_cache_open(path, NULL, &cache, &error))
        return 1;
    snprintf(path, sizeof path, "%s/t.db.sources/remotes/one", directory);
    make_folders(path);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    source_cache_close(cache);
    return remove_tree(directory) || failed;
}
