/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/word_search.h"

#include <strings.h>

#include "tests/unit/unit.h"

static struct word_search search;

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

DEFINE_TEST(test_words)
{
    static const char *const words[] = {"apple tree",      "plumtree", "failed",   "failed to",
                                        "failed to start", "Xid 79",   "(Code 43)"};
    static const struct {
        const char *text;
        size_t length;
        const char *found; /* those that begin at the same place: the one that was added last first */
    } cases[] = {
        {"an apple tree, a PLUMTREE and another apple tree", 48, "0@3 1@17 0@38 "},
        {"an apple tree", 12, ""},
        {"an apple tree", 13, "0@3 "},
        {"", 0, ""},
        {"apple", 5, ""},
        {"Xid 79 failed, failed to start", 30, "5@0 2@7 4@15 3@15 2@15 "},
        {"\0\0failed\xff\0FAILED\n\xe2\x80\xae", 20, "2@2 2@10 "},
        /* What differs by the bit that tells the cases of letters apart is another word. */
        {"\bCode 43)", 9, ""},
    };
    word_search_start(&search);
    for (size_t i = 0; i < ARRAY_SIZE(words); i++)
        add(words[i], (int)i);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_string_equal(found_in(cases[i].text, cases[i].length), cases[i].found);
    word_search_free(&search);
}

DEFINE_TEST(test_lengths)
{
    struct error error;
    char word[WORD_SEARCH_MAX + 2];
    word_search_start(&search);
    memset(word, 'x', sizeof word);
    assert_int_equal(word_search_add(&search, word, WORD_SEARCH_MIN - 1, 0, &error), ERROR_BAD_INPUT);
    assert_int_equal(word_search_add(&search, word, WORD_SEARCH_MAX + 1, 0, &error), ERROR_BAD_INPUT);
    assert_int_equal(word_search_add(&search, word, WORD_SEARCH_MAX, 0, &error), ERROR_NONE);
    assert_string_equal(found_in(word, WORD_SEARCH_MAX), "0@0 ");
    word_search_free(&search);
}

/* Every word at every place of a text of few letters, against a search that is plain. */
DEFINE_TEST(test_against_a_plain_search)
{
    static const char *const words[] = {"abcabc", "bcabca", "aaaaaa", "abababab", "cabcab", "bbbbbbb"};
    char text[2000];
    unsigned random = 12345;
    word_search_start(&search);
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
    word_search_free(&search);
}

TESTSUITE_MAIN(NULL, NULL)
