#include "importer/remote_state.h"

#include "tests/unit/unit.h"

static char folder[SCRATCH_PATH_SIZE];
static struct source_cache *cache;
static struct error failure;

#define URL  "https://feed.example/one"
#define HASH "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static int set_up(void **state)
{
    char path[SCRATCH_PATH_SIZE + 20];
    (void)state;
    snprintf(folder, sizeof folder, "%s/passthru-unit-XXXXXX", scratch_parent());
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/t.db", folder);
    assert_int_equal(source_cache_open(path, NULL, &cache, &failure), ERROR_NONE);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    source_cache_close(cache);
    return remove_tree(folder);
}

static struct remote_state load(const char *url)
{
    struct remote_state state;
    memset(&state, 'x', sizeof state);
    remote_state_load(cache, "one", url, &state);
    return state;
}

static void write_state(const char *bytes, size_t length)
{
    char path[DATABASE_PATH_SIZE];
    source_cache_path(cache, "remotes/one.json", path);
    make_folders(path);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static const struct remote_state full = {.url = URL,
                                         .etag = "W/\"6745-1a2b\"",
                                         .last_modified = "Sun, 22 Nov 2026 10:00:00 GMT",
                                         .fetched = "2026-11-22T10:00:00Z",
                                         .version = "2026.11.22",
                                         .seen_version = (int64_t)1 << 53,
                                         .seen_hash = HASH,
                                         .retracted = 7};

static void save(const struct remote_state *state)
{
    assert_int_equal(remote_state_save(cache, "one", state, &failure), ERROR_NONE);
}

static void assert_empty(const struct remote_state *state)
{
    assert_string_equal(state->url, URL);
    assert_string_equal(state->etag, "");
    assert_string_equal(state->last_modified, "");
    assert_string_equal(state->fetched, "");
    assert_string_equal(state->version, "");
    assert_string_equal(state->seen_hash, "");
    assert_int_equal(state->seen_version, 0);
    assert_int_equal(state->retracted, 0);
}

static void assert_empty_after(const char *text)
{
    write_state(text, strlen(text));
    const struct remote_state state = load(URL);
    assert_empty(&state);
}

static void test_none(void **state)
{
    (void)state;
    const struct remote_state none = load(URL);
    assert_empty(&none);
}

static void test_again(void **state)
{
    (void)state;
    struct remote_state again;
    save(&full);
    again = load(URL);
    assert_string_equal(again.url, URL);
    assert_string_equal(again.etag, full.etag);
    assert_string_equal(again.last_modified, full.last_modified);
    assert_string_equal(again.fetched, full.fetched);
    assert_string_equal(again.version, full.version);
    assert_string_equal(again.seen_hash, HASH);
    assert_true(again.seen_version == full.seen_version);
    assert_int_equal(again.retracted, 7);
    /* Another one takes its place whole. */
    again.etag[0] = '\0';
    again.seen_version++;
    save(&again);
    again = load(URL);
    assert_string_equal(again.etag, "");
    assert_true(again.seen_version == full.seen_version + 1);
    /* Nothing is left beside it. */
    char path[DATABASE_PATH_SIZE];
    source_cache_path(cache, "remotes/one.json.new", path);
    assert_int_equal(access(path, F_OK), -1);
}

static void test_other_address(void **state)
{
    (void)state;
    save(&full);
    const struct remote_state other = load("https://mirror.example/one");
    assert_string_equal(other.url, "https://mirror.example/one");
    assert_string_equal(other.etag, "");
    assert_string_equal(other.last_modified, "");
    /* A mirror must not go back either. */
    assert_true(other.seen_version == full.seen_version);
    assert_string_equal(other.seen_hash, HASH);
}

static void test_damaged(void **state)
{
    (void)state;
    assert_empty_after("");
    assert_empty_after("\n");
    assert_empty_after("no JSON");
    assert_empty_after("[]");
    assert_empty_after("null");
    assert_empty_after("{}");
    assert_empty_after("{\"url\":\"" URL "\",\"etag\":\"x\"");
    assert_empty_after("{\"url\":\"" URL "\",\"etag\":null,\"seen_version\":\"3\",\"retracted\":{}}");
    assert_empty_after("{\"url\":\"" URL "\",\"etag\":[\"x\"],\"seen_version\":1.5,\"retracted\":true}");
    assert_empty_after("{\"url\":\"" URL "\",\"seen_version\":-3,\"retracted\":-1}");
    assert_empty_after("{\"url\":\"" URL "\",\"seen_version\":99999999999999999999999,\"retracted\":1e400}");
    assert_empty_after("{\"url\":{\"url\":\"" URL "\"},\"etag\":{}}");
    write_state("{\"url\":\"" URL "\0\",\"etag\":\"x\"}",
                sizeof "{\"url\":\"" URL "\0\",\"etag\":\"x\"}" - 1);
    const struct remote_state cut = load(URL);
    assert_empty(&cut);
}

/* What is sent back to a server must be able to stand in a header. */
static void test_no_header(void **state)
{
    (void)state;
    assert_empty_after("{\"url\":\"" URL "\",\"etag\":\"x\\r\\nCookie: a\",\"last_modified\":\"a\\nb\"}");
    assert_empty_after("{\"url\":\"" URL
                       "\",\"etag\":\"\\u001b[2J\",\"fetched\":\"\\u009b31m\",\"version\":\"\\u202e\"}");
    assert_empty_after("{\"url\":\"" URL "\",\"etag\":\"x\\u007f\"}");
}

static void test_too_long(void **state)
{
    (void)state;
    struct buffer text = BUFFER(1 << 20);
    char digits[400];
    memset(digits, '1', sizeof digits);
    buffer_append_format(&text, "{\"url\":\"" URL "\",\"etag\":\"%.*s\",\"version\":\"%.*s\",", 256, digits,
                         64, digits);
    buffer_append_format(&text, "\"seen_hash\":\"%.*s\",\"fetched\":\"%.*s\"}", 65, digits, 32, digits);
    assert_empty_after(buffer_text(&text));
    /* A file that does not end. */
    buffer_clear(&text);
    buffer_append_format(&text, "{\"url\":\"" URL "\",\"etag\":\"x\",\"more\":\"");
    for (int i = 0; i < 1000; i++)
        buffer_append(&text, digits, sizeof digits);
    buffer_append_format(&text, "\"}");
    assert_empty_after(buffer_text(&text));
    buffer_free(&text);
}

static void test_deep(void **state)
{
    (void)state;
    static char deep[100001];
    memset(deep, '[', sizeof deep - 1);
    assert_empty_after(deep);
    /* Whole, and as deep as it can be. */
    memset(deep, '[', 8000);
    memset(deep + 8000, ']', 8000);
    deep[16000] = '\0';
    assert_empty_after(deep);
}

static void test_cannot_save(void **state)
{
    (void)state;
    char path[DATABASE_PATH_SIZE];
    source_cache_path(cache, "remotes", path);
    FILE *file = fopen(path, "wb"); /* where the folder should be */
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
    assert_int_not_equal(remote_state_save(cache, "one", &full, &failure), ERROR_NONE);
    assert_holds(failure.message, "remotes");
    const struct remote_state none = load(URL);
    assert_empty(&none);
}

#define CACHE_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CACHE_TEST(test_none),    CACHE_TEST(test_again),       CACHE_TEST(test_other_address),
        CACHE_TEST(test_damaged), CACHE_TEST(test_no_header),   CACHE_TEST(test_too_long),
        CACHE_TEST(test_deep),    CACHE_TEST(test_cannot_save),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
