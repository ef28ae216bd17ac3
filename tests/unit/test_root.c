/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/root.h"

#include "tests/unit/root_fixture.h"

static int set_up(void **state)
{
    set_up_root(state);
    put("/sys/line", "  vfio-pci \t\nsecond\n");
    put("/sys/hex", "0x1f\n");
    put("/sys/yes", "Y\n");
    put("/sys/empty", "");
    put("/sys/b/two", "2");
    put_link("/sys/b/up", "../../sys/b");
    put_link("/sys/out", "/etc/passwd");
    put_link("/sys/up-and-out", "../../../../../../../../etc/passwd");
    put_link("/sys/loop", "loop");
    put_link("/sys/elsewhere", "/proc/self");
    put_link("/sys/in", "b/two");
    put_fifo("/sys/fifo");
    return 0;
}

DEFINE_TEST_IN(test_reads, set_up, tear_down_root)
{
    char line[64];
    long long number = 0;
    struct buffer out CLEANUP(buffer_free) = BUFFER(1 << 20);
    assert_false(root_is_live(root));
    assert_int_equal(root_read_line(root, "/sys/line", line, sizeof line), ROOT_OK);
    assert_string_equal(line, "vfio-pci");
    assert_int_equal(root_read_line(root, "/sys/empty", line, sizeof line), ROOT_OK);
    assert_string_equal(line, "");
    assert_true(root_read_number(root, "/sys/hex", &number));
    assert_int_equal(number, 31);
    assert_true(root_read_number(root, "/sys/yes", &number));
    assert_int_equal(number, 1);
    assert_false(root_read_number(root, "/sys/line", &number));
    assert_int_equal(root_read(root, "/sys/in", 1, &out), ROOT_OK);
    assert_string_equal(buffer_text(&out), "2");
    assert_null(root_fault(root, 0));
    assert_int_equal(root_read(root, "/sys/line", 3, &out), ROOT_TOO_LARGE);
    assert_string_equal(buffer_text(&out), "  v");
    assert_true(has_fault("/sys/line: "));
}

/* Nothing outside of the directory is ever read, and nothing holds us up. */
DEFINE_TEST_IN(test_stays_inside, set_up, tear_down_root)
{
    static const char *const outside[] = {"/sys/out", "/sys/up-and-out", "/sys/../../../../../../etc/passwd"};
    struct buffer out CLEANUP(buffer_free) = BUFFER(1 << 20);
    char resolved[1024];
    for (size_t i = 0; i < ARRAY_SIZE(outside); i++) {
        assert_int_not_equal(root_read(root, outside[i], 100000, &out), ROOT_OK);
        assert_int_equal(out.length, 0);
    }
    assert_true(has_fault("leads out of the recorded machine"));
    assert_int_equal(root_fault(root, 0)->number, 0);
    assert_int_equal(root_read(root, "/sys/loop", 10, &out), ROOT_UNREADABLE);
    assert_int_equal(root_fault(root, 3)->number, ELOOP);
    assert_string_equal(root_fault(root, 3)->path, "/sys/loop");
    assert_int_equal(root_read(root, "/sys/fifo", 10, &out), ROOT_UNREADABLE);
    assert_int_equal(root_read(root, "/sys/b", 10, &out), ROOT_UNREADABLE);
    assert_int_equal(root_read(root, "/sys/none", 10, &out), ROOT_ABSENT);
    assert_int_equal(root_read(root, "/sys/line/none", 10, &out), ROOT_ABSENT);
    assert_true(root_resolve(root, "/sys/b/up/up/two", resolved, sizeof resolved));
    assert_string_equal(resolved, "/sys/b/two");
    assert_false(root_resolve(root, "/sys/out", resolved, sizeof resolved));
}

DEFINE_TEST_IN(test_links_and_lists, set_up, tear_down_root)
{
    char name[64];
    int count = 0;
    assert_true(root_read_link(root, "/sys/in", name, sizeof name));
    assert_string_equal(name, "two");
    assert_false(root_read_link(root, "/sys/line", name, sizeof name));
    assert_false(root_read_link(root, "/sys/none", name, sizeof name));
    /* A link in a directory that lies outside: /proc/self/exe. */
    assert_false(root_read_link(root, "/sys/elsewhere/exe", name, sizeof name));
    char **names = root_list(root, "/sys/b", 10, &count);
    assert_int_equal(count, 2);
    assert_string_equal(names[0], "two");
    assert_string_equal(names[1], "up");
    root_free_names(names, count);
    names = root_list(root, "/sys", 3, &count);
    assert_int_equal(count, 3);
    assert_non_null(root_fault(root, 0));
    root_free_names(names, count);
    names = root_list(root, "/none", 3, &count);
    assert_int_equal(count, 0);
    root_free_names(names, count);
}

DEFINE_TEST_IN(test_notes_are_bounded, set_up, tear_down_root)
{
    char what[32];
    int count = 0;
    root_note_unreadable(root, "a", "why");
    root_note_unreadable(root, "a", "why");
    assert_null(root_fault(root, 1));
    for (int i = 0; i < 1000; i++) {
        snprintf(what, sizeof what, "%d", i);
        root_note_unreadable(root, what, "why");
    }
    while (root_fault(root, count))
        count++;
    assert_int_equal(count, 64);
    assert_null(root_fault(root, -1));
}

/* That there must be such a directory is for scan.test and check.test. */
DEFINE_TEST(test_this_machine)
{
    struct root *other = NULL;
    struct error error = {.code = ERROR_NONE};
    assert_int_equal(root_open("/", &other, &error), ERROR_NONE);
    assert_true(root_is_live(other) && root_exists(other, "/proc/self/status"));
    root_close(other);
}

TESTSUITE_MAIN(NULL, NULL)
