/* SPDX-License-Identifier: GPL-2.0-or-later */
#undef _FORTIFY_SOURCE /* which declares read as inline */
#include "probe/rom_bar.h"

#include <signal.h>
#include <sys/syscall.h>

#include "tests/unit/unit.h"

/* Failures of the ROM BAR of this machine; tests/cli/rom.test has whole ones, and those of recorded machines.
 */

/* What was done to the file, in order: read and pwrite here replace those of libc. "1" and "0" are writes of
 * these with a newline, at the beginning, "r" a read, "?" anything else. */
static char done[64];
static int fail_read_with;    /* errno of the next reads; 0: they work */
static int fail_read_after;   /* only after this offset */
static int fail_enable_with;  /* errno of writing "1\n" */
static int fail_disable_with; /* errno of writing "0\n" */
static int raised;            /* signal that comes while the BAR is enabled */
static bool was_disabled_at_signal;

static void note(char what)
{
    size_t length = strlen(done);
    if (length + 1 < sizeof done && !(what == 'r' && length && done[length - 1] == 'r'))
        done[length] = what;
}

ssize_t read(int file, void *bytes, size_t count)
{
    note('r');
    if (raised)
        raise(raised);
    if (fail_read_with && lseek(file, 0, SEEK_CUR) >= fail_read_after) {
        errno = fail_read_with;
        return -1;
    }
    return syscall(SYS_read, file, bytes, count);
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset)
{
    bool is_enable = count == 2 && !offset && memcmp(bytes, "1\n", 2) == 0;
    bool is_disable = count == 2 && !offset && memcmp(bytes, "0\n", 2) == 0;
    note(is_enable ? '1' : is_disable ? '0' : '?');
    errno = is_enable ? fail_enable_with : is_disable ? fail_disable_with : 0;
    return errno ? -1 : syscall(SYS_pwrite64, file, bytes, count, offset);
}

static void on_signal(UNUSED int number)
{
    was_disabled_at_signal = strchr(done, '0') != NULL;
}

static char path[SCRATCH_PATH_SIZE];
static struct rom_bar bar;

static int set_up(UNUSED void **state)
{
    memset(done, 0, sizeof done);
    fail_read_with = fail_read_after = fail_enable_with = fail_disable_with = raised = 0;
    was_disabled_at_signal = false;
    bar = (struct rom_bar){.state = ROM_BAR_UNKNOWN};
    scratch_write(path, "__55aa and so on", 16);
    return 0;
}

static int tear_down(UNUSED void **state)
{
    rom_bar_free(&bar);
    return unlink(path);
}

static void assert_holds_in_file(const char *text)
{
    char content[32] = "";
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_true(fread(content, 1, sizeof content - 1, file) > 0);
    fclose(file);
    assert_string_equal(content, text);
}

/* Whatever fails, the ROM is disabled again. */
DEFINE_TEST_IN(test_failures, set_up, tear_down)
{
    static const struct {
        int read, read_after, enable, disable; /* errno of each, and from which offset on */
        enum rom_bar_state result;
        const char *done;
        int reason;
        const char *part; /* of the finding's text, NULL: there is none */
    } cases[] = {
        {0, 0, 0, 0, ROM_BAR_READ, "1r0", 0, NULL},
        {EIO, 0, 0, 0, ROM_BAR_UNREADABLE, "1r0", EIO, "through it: Input/output error"},
        {EIO, 1, 0, 0, ROM_BAR_UNREADABLE, "1r0", EIO, "through it: Input/output error"},
        {0, 0, EINVAL, 0, ROM_BAR_UNREADABLE, "10", EINVAL, "through it: Invalid argument"},
        {0, 0, 0, EIO, ROM_BAR_READ, "1r0", 0, "the ROM of 0000:01:00.0 could not be disabled"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct findings findings = {.items = NULL};
        fail_read_with = cases[i].read;
        fail_read_after = cases[i].read_after;
        fail_enable_with = cases[i].enable;
        fail_disable_with = cases[i].disable;
        assert_int_equal(rom_bar_read_enabled(path, &bar), cases[i].result);
        assert_string_equal(done, cases[i].done);
        assert_int_equal(bar.reason, cases[i].reason);
        assert_int_equal(bar.is_left_enabled, cases[i].disable != 0);
        rom_bar_findings(&bar, &(struct pci_address){.bus = 1}, &findings);
        assert_int_equal(findings.count, cases[i].part != NULL);
        if (findings.count)
            assert_holds(findings.items[0].text, cases[i].part);
        findings_free(&findings);
        /* An ordinary file shows what was in it when: first the one, then the zero. */
        if (!cases[i].enable)
            assert_holds_in_file(cases[i].disable ? "1\n55aa and so on" : "0\n55aa and so on");
        if (cases[i].result == ROM_BAR_READ)
            assert_memory_equal(bar.bytes.data, "1\n55aa and so on", 16);
        tear_down(state);
        set_up(state);
    }
    assert_int_equal(truncate(path, 0), 0);
    fail_enable_with = EINVAL; /* so that the file stays empty */
    assert_int_equal(rom_bar_read_enabled(path, &bar), ROM_BAR_UNREADABLE);
    assert_int_equal(bar.bytes.length, 0);
}

/* A signal that comes while the BAR is enabled is held back until it is disabled. */
DEFINE_TEST_IN(test_holds_signals_back, set_up, tear_down)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGQUIT, SIGALRM};
    for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
        sigset_t mask;
        memset(done, 0, sizeof done);
        was_disabled_at_signal = false;
        raised = signals[i];
        assert_true(signal(raised, on_signal) != SIG_ERR);
        assert_int_equal(rom_bar_read_enabled(path, &bar), ROM_BAR_READ);
        assert_true(was_disabled_at_signal);
        assert_int_equal(sigprocmask(SIG_BLOCK, NULL, &mask), 0);
        assert_false(sigismember(&mask, raised));
        assert_true(signal(raised, SIG_DFL) == on_signal);
        rom_bar_free(&bar);
    }
}

/* What is no file of its own is never written. */
DEFINE_TEST_IN(test_rejects_what_is_no_file, set_up, tear_down)
{
    char link[SCRATCH_PATH_SIZE + 8];
    snprintf(link, sizeof link, "%s-link", path);
    assert_int_equal(rom_bar_read_enabled(link, &bar), ROM_BAR_ABSENT);
    assert_int_equal(symlink(path, link), 0);
    assert_int_equal(rom_bar_read_enabled(link, &bar), ROM_BAR_UNKNOWN);
    assert_int_equal(unlink(link), 0);
    assert_int_equal(mkfifo(link, 0600), 0);
    assert_int_equal(rom_bar_read_enabled(link, &bar), ROM_BAR_UNKNOWN);
    assert_int_equal(unlink(link), 0);
    assert_int_equal(rom_bar_read_enabled("/dev/null", &bar), ROM_BAR_UNKNOWN);
    assert_string_equal(done, "");
    assert_holds_in_file("__55aa and so on");
}

TESTSUITE_MAIN(NULL, NULL)
