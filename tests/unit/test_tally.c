#include "db/tally.h"

#include "tests/unit/unit.h"

static void test_counts_by_key(void **state)
{
    struct tally tally = {.count = 0};
    (void)state;
    assert_null(tally_find(&tally, "ovmf", 4));
    struct tally_entry *first = tally_entry(&tally, "ovmf", 4);
    assert_non_null(first);
    for (int i = 0; i < TALLY_COUNTS; i++)
        assert_int_equal(first->counts[i], 0);
    assert_string_equal(first->latest, "");
    first->counts[0] = 7;
    assert_ptr_equal(tally_entry(&tally, "ovmf", 4), first);
    assert_int_equal(tally.count, 1);
    assert_int_equal(first->length, 4);
    assert_memory_equal(first->key, "ovmf", 4);
    assert_ptr_equal(tally_find(&tally, "ovmf", 4), first);
    assert_null(tally_find(&tally, "ovm", 3));
    tally_free(&tally);
    assert_int_equal(tally.count, 0);
}

/* Keys are bytes: a prefix, another length or a NUL make another key. */
static void test_keys_are_bytes(void **state)
{
    struct tally tally = {.count = 0};
    (void)state;
    struct tally_entry *a = tally_entry(&tally, "a", 1);
    struct tally_entry *with_nul = tally_entry(&tally, "a\0", 2);
    struct tally_entry *with_b = tally_entry(&tally, "a\0b", 3);
    struct tally_entry *empty = tally_entry(&tally, "", 0);
    assert_int_equal(tally.count, 4);
    assert_true(a != with_nul && with_nul != with_b && a != with_b && empty != a);
    assert_ptr_equal(tally_entry(&tally, "", 0), empty);
    tally_free(&tally);
}

static void test_growth(void **state)
{
    enum { KEYS = 20000 };
    static struct tally_entry *entries[KEYS];
    struct tally tally = {.count = 0};
    (void)state;
    for (int i = 0; i < KEYS; i++) {
        entries[i] = tally_entry(&tally, &i, sizeof i);
        assert_non_null(entries[i]);
        entries[i]->counts[1] = i;
    }
    assert_int_equal(tally.count, KEYS);
    for (int i = 0; i < KEYS; i++) {
        struct tally_entry *entry = tally_entry(&tally, &i, sizeof i);
        assert_ptr_equal(entry, entries[i]);
        assert_int_equal(entry->counts[1], i);
    }
    tally_free(&tally);
}

static void test_longest_key(void **state)
{
    struct tally tally = {.count = 0};
    char *key = calloc(1, TALLY_KEY_SIZE + 1);
    (void)state;
    assert_non_null(key);
    assert_non_null(tally_entry(&tally, key, TALLY_KEY_SIZE));
    assert_null(tally_entry(&tally, key, TALLY_KEY_SIZE + 1));
    assert_int_equal(tally.count, 1);
    free(key);
    tally_free(&tally);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts_by_key),
        cmocka_unit_test(test_keys_are_bytes),
        cmocka_unit_test(test_growth),
        cmocka_unit_test(test_longest_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
