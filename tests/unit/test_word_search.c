#include "core/word_search.h"

#include <strings.h>

#include "tests/unit/unit.h"

static struct word_search search;

static int start(void **state)
{
    (void)state;
    word_search_start(&search);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    word_search_free(&search);
    return 0;
}

static void add(const char *word, int owner)
{
    struct error error;
    assert_int_equal(word_search_add(&search, word, strlen(word), owner, &error), ERROR_NONE);
}

/* "OWNER@POSITION " for each word found. */
static const char *found_in(const char *text, size_t length)
{
    static char list[4096];
    struct word_search_cursor cursor = {.position = 0};
    int owner;
    list[0] = '\0';
    while ((owner = word_search_next(&search, text, length, &cursor)) >= 0)
        snprintf(list + strlen(list), sizeof list - strlen(list), "%d@%zu ", owner, cursor.found);
    return list;
}

static void test_words_are_found_in_their_order(void **state)
{
    static const char text[] = "an apple tree, a PLUMTREE and another apple tree";
    (void)state;
    add("apple tree", 1);
    add("plumtree", 2);
    assert_string_equal(found_in(text, sizeof text - 1), "1@3 2@17 1@38 ");
    assert_string_equal(found_in(text, 12), "");
    assert_string_equal(found_in(text, 13), "1@3 ");
    assert_string_equal(found_in("", 0), "");
    assert_string_equal(found_in("apple", 5), "");
}

static void test_words_that_begin_alike(void **state)
{
    static const char text[] = "Xid 79 failed, failed to start";
    (void)state;
    add("failed", 1);
    add("failed to", 2);
    add("failed to start", 3);
    add("Xid 79", 4);
    /* Those that begin at the same place come from the one that was added last. */
    assert_string_equal(found_in(text, sizeof text - 1), "4@0 1@7 3@15 2@15 1@15 ");
}

static void test_any_bytes(void **state)
{
    static const char text[] = "\0\0failed\xff\0FAILED\n\xe2\x80\xae";
    (void)state;
    add("failed", 1);
    add("(Code 43)", 2);
    assert_string_equal(found_in(text, sizeof text - 1), "1@2 1@10 ");
    /* What differs by the bit that tells the cases of letters apart is another word all the same. */
    assert_string_equal(found_in("\x08"
                                 "Code 43)",
                                 9),
                        "");
}

static void test_lengths(void **state)
{
    struct error error;
    char word[WORD_SEARCH_MAX + 2];
    (void)state;
    memset(word, 'x', sizeof word);
    assert_int_equal(word_search_add(&search, word, WORD_SEARCH_MIN - 1, 0, &error), ERROR_BAD_INPUT);
    assert_int_equal(word_search_add(&search, word, WORD_SEARCH_MAX + 1, 0, &error), ERROR_BAD_INPUT);
    assert_int_equal(word_search_add(&search, word, WORD_SEARCH_MAX, 0, &error), ERROR_NONE);
    assert_string_equal(found_in(word, WORD_SEARCH_MAX), "0@0 ");
}

/* Every word at every place of a text of few letters, against a search that is plain. */
static void test_against_a_plain_search(void **state)
{
    static const char *const words[] = {"abcabc", "bcabca", "aaaaaa", "abababab", "cabcab", "bbbbbbb"};
    char text[2000];
    unsigned random = 12345;
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(words); i++)
        add(words[i], (int)i);
    for (int round = 0; round < 200; round++) {
        int seen[ARRAY_SIZE(words)] = {0};
        int expected[ARRAY_SIZE(words)] = {0};
        struct word_search_cursor cursor = {.position = 0};
        int owner;
        for (size_t i = 0; i < sizeof text; i++) {
            random = random * 1103515245U + 12345U;
            text[i] = "abcABC"[random >> 16 & 1 ? i % 3 : (random >> 18) % 6];
        }
        for (size_t w = 0; w < ARRAY_SIZE(words); w++)
            for (size_t at = 0; at + strlen(words[w]) <= sizeof text; at++)
                expected[w] += strncasecmp(text + at, words[w], strlen(words[w])) == 0;
        while ((owner = word_search_next(&search, text, sizeof text, &cursor)) >= 0)
            seen[owner]++;
        assert_memory_equal(seen, expected, sizeof seen);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_words_are_found_in_their_order, start, stop),
        cmocka_unit_test_setup_teardown(test_words_that_begin_alike, start, stop),
        cmocka_unit_test_setup_teardown(test_any_bytes, start, stop),
        cmocka_unit_test_setup_teardown(test_lengths, start, stop),
        cmocka_unit_test_setup_teardown(test_against_a_plain_search, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
