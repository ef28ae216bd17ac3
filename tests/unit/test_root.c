/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/root.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "probe/open_below.h"
#include "tests/unit/root_fixture.h"

static int set_up(void **state)
{
    set_up_root(state);
    put("/sys/line", "  vfio-pci \t\nsecond\n");
    put("/sys/hex", "0x1f\n");
    put("/sys/yes", "Y\n");
    put("/sys/long", "0x000000000000000000000000000000000000000000000000000000000000001f\n");
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
    assert_false(root_read_number(root, "/sys/long", &number));
    assert_int_equal(root_read(root, "/sys/in", 1, &out), ROOT_OK);
    assert_string_equal(buffer_text(&out), "2");
    assert_int_equal(root_read_start(root, "/sys/hex", 3, &out), ROOT_OK);
    assert_string_equal(buffer_text(&out), "0x1");
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
    assert_true(root_read_link(root, "/sys/in", name, sizeof name));
    assert_string_equal(name, "two");
    assert_false(root_read_link(root, "/sys/line", name, sizeof name));
    put("/sys/written", "../../kernel/iommu_groups/17"); /* as an archiver without links leaves it */
    assert_true(root_read_link(root, "/sys/written", name, sizeof name));
    assert_string_equal(name, "17");
    assert_false(root_read_link(root, "/sys/none", name, sizeof name));
    /* A link in a directory that lies outside: /proc/self/exe. */
    assert_false(root_read_link(root, "/sys/elsewhere/exe", name, sizeof name));
    struct root_names names = root_list(root, "/sys/b", 10);
    assert_int_equal(names.count, 2);
    assert_string_equal(names.items[0], "two");
    assert_string_equal(names.items[1], "up");
    root_names_free(&names);
    names = root_list(root, "/sys", 3);
    assert_int_equal(names.count, 3);
    assert_non_null(root_fault(root, 0));
    root_names_free(&names);
    assert_int_equal(root_list(root, "/none", 3).count, 0);
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

/* ---- what others change ---- */

/* What a path leads to by one of the two ways: the file's number, or -errno. */
static long long reached(int (*open_it)(int base, const char *path), int base, const char *path)
{
    struct stat status;
    int file = open_it(base, path);
    if (file < 0)
        return -errno;
    assert_int_equal(fstat(file, &status), 0);
    assert_int_equal(fcntl(file, F_GETFL) & O_PATH, O_PATH);
    close(file);
    return (long long)status.st_ino;
}

/* The kernel's way and ours lead to the same. */
DEFINE_TEST_IN(test_step_by_step, set_up, tear_down_root)
{
    static const char paths[] =
        "/|.|/sys|/sys/|sys/b/two|/sys//b/./two|/sys/b/up/up/up/two|/sys/in|/sys/out|/sys/up-and-out|"
        "/sys/loop|/sys/loop/x|/sys/elsewhere/exe|/..|/../../sys/line|/sys/../../../sys/b/../line|"
        "/sys/line/..|/sys/line/.|/sys/line/|/sys/in/..|/sys/in/|/sys/fifo/../line|/sys/b/./|/sys/b/../|"
        "/sys/none|/sys/line/none|/sys/fifo|/sys/top|/sys/top/sys/line|/sys/self|/etc/passwd||/sys/b/up/";
    put_link("/sys/top", "/");
    put_link("/sys/self", "/sys/b");
    int base = open(root_directory(root), O_PATH | O_DIRECTORY | O_CLOEXEC);
    assert_true(base >= 0);
    for (struct values v = values_of(paths, NULL); next_value(&v);) {
        long long expected = reached(open_below, base, v.text);
        if (*v.text && reached(open_below_by_steps, base, v.text) != expected)
            fail_msg("%s: %lld instead of %lld", v.text, reached(open_below_by_steps, base, v.text),
                     expected);
    }
    /* 40 links are followed, as by the kernel. */
    for (int links = 40; links <= 41; links++) {
        struct buffer text CLEANUP(buffer_free) = BUFFER(200);
        buffer_append_text(&text, "/sys/b");
        for (int i = 0; i < links; i++)
            buffer_append_text(&text, "/up");
        const char *path = buffer_text(&text);
        assert_int_equal(reached(open_below, base, path) == -ELOOP, links == 41);
        assert_int_equal(reached(open_below_by_steps, base, path) == -ELOOP, links == 41);
    }
    close(base);
}

/* Puts a link that leads out in the place of a file, and back, until it is killed. */
static pid_t exchange_for_ever(const char *file, const char *link)
{
    pid_t child = fork();
    if (child == 0)
        prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (child == 0)
        syscall(SYS_renameat2, AT_FDCWD, file, AT_FDCWD, link, 2U /* RENAME_EXCHANGE */);
    return child;
}

DEFINE_TEST_IN(test_changed_meanwhile, set_up, tear_down_root)
{
    char secret[SCRATCH_PATH_SIZE];
    char file[SCRATCH_PATH_SIZE + 64];
    char link[SCRATCH_PATH_SIZE + 64];
    struct buffer out CLEANUP(buffer_free) = BUFFER(1 << 20);
    struct buffer winding CLEANUP(buffer_free) = BUFFER(4096);
    int status;
    int read_well = 0;
    for (int i = 0; i < 580; i++)
        buffer_append_text(&winding, "/sys/..");
    scratch_write_text(secret, "secret");
    put("/sys/changed", "own");
    put_link("/sys/link", secret);
    snprintf(file, sizeof file, "%s/sys/changed", root_directory(root));
    snprintf(link, sizeof link, "%s/sys/link", root_directory(root));
    int base = open(root_directory(root), O_PATH | O_DIRECTORY | O_CLOEXEC);
    struct stat outside;
    assert_int_equal(stat(secret, &outside), 0);
    pid_t child = exchange_for_ever(file, link);
    for (int i = 0; i < 4000; i++) {
        if (root_read(root, "/sys/changed", 100, &out) == ROOT_OK) {
            assert_string_equal(buffer_text(&out), "own");
            read_well++;
        }
        assert_true(reached(open_below_by_steps, base, "/sys/changed") != (long long)outside.st_ino);
        /* The kernel gives up a path with a .. while something is renamed: EAGAIN. */
        assert_true(reached(open_below, base, buffer_text(&winding)) > 0);
    }
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    close(base);
    unlink(secret);
    assert_true(read_well > 0);
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
