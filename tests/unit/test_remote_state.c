/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "importer/sync.h"

#include "tests/unit/json_cases.h"

#define URL  "https://feed.example/one"
#define HASH "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static struct source_cache cache;

static struct remote_state load(const char *text, size_t length, const char *url)
{
    struct remote_state state;
    FILE *file = fopen(in_scratch("t.db.sources/remotes/one.json"), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
    memset(&state, 'x', sizeof state);
    remote_state_load(&cache, "one", url, &state);
    return state;
}

static void assert_empty(const char *text, size_t length)
{
    const struct remote_state state = load(text, length, URL);
    if (strcmp(state.url, URL) != 0 || state.etag[0] || state.last_modified[0] || state.fetched[0] ||
        state.version[0] || state.seen_hash[0] || state.seen_key[0] || state.seen_version || state.retracted)
        fail_msg("not empty: %.200s", text);
}

/* What was damaged, and what could not stand in a header that is sent back, counts as lost. */
DEFINE_TEST(test_lost)
{
    static const char texts[] =
        "|\n|no JSON|[]|null|{}|{'url':'" URL "','etag':'x'|"
        "{'url':'" URL "','etag':null,'seen_version':'3','retracted':{}}|"
        "{'url':'" URL "','etag':['x'],'seen_version':1.5,'retracted':true}|"
        "{'url':'" URL "','seen_version':-3,'retracted':-1}|"
        "{'url':'" URL "','seen_version':99999999999999999999999,'retracted':1e400}|"
        "{'url':{'url':'" URL "'},'etag':{}}|"
        "{'url':'" URL "','etag':'x\\r\\nCookie: a','last_modified':'a\\nb'}|"
        "{'url':'" URL "','etag':'\\u001b[2J','fetched':'\\u009b31m','version':'\\u202e'}|"
        "{'url':'" URL "','etag':'x\\u007f'}|"
        /* A hash of 65 digits. */
        "{'url':'" URL "','seen_hash':'" HASH "0'}";
    static const char nul[] = "{\"url\":\"" URL "\0\",\"etag\":\"x\"}";
    static char large[100001];
    for (struct values v = values_of(texts, NULL); next_value(&v);) {
        size_t length;
        char *json = json_of(v.text, &length);
        assert_empty(json, length);
        free(json);
    }
    assert_empty(nul, sizeof nul - 1);
    memset(large, '[', sizeof large);
    assert_empty(large, sizeof large);
    memset(large + 8000, ']', 8000);
    assert_empty(large, 16000);
    memset(large, ' ', sizeof large);
    memcpy(large, "{\"etag\":\"x\"}", 12);
    assert_empty(large, sizeof large);
}

static int set_up(void **state)
{
    assert_int_equal(make_scratch(state), 0);
    ASSERT_DONE(source_cache_open(in_scratch("t.db"), NULL, &cache, &failure));
    make_folders(in_scratch("t.db.sources/remotes/one.json"));
    return 0;
}

static int tear_down(void **state)
{
    source_cache_close(&cache);
    return remove_scratch(state);
}

TESTSUITE_MAIN(set_up, tear_down)
