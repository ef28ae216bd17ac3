#undef _FORTIFY_SOURCE /* which declares pread as inline */
#include "probe/rom_bar.h"

#include <errno.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "tests/unit/faults.h"

/* What was done to the file, in order: pread and pwrite stand before those of libc. "1" and "0" are writes of
 * these with a newline, at the beginning, "r" a read, "?" anything else. */
static char done[64];
static int fail_read_with;    /* errno of the next reads; 0: they work */
static int fail_read_after;   /* only behind this offset */
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

ssize_t pread(int file, void *bytes, size_t count, off_t offset)
{
    note('r');
    if (raised)
        raise(raised);
    if (fail_read_with && offset >= fail_read_after) {
        errno = fail_read_with;
        return -1;
    }
    return syscall(SYS_pread64, file, bytes, count, offset);
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset)
{
    bool is_enable = count == 2 && !offset && memcmp(bytes, "1\n", 2) == 0;
    bool is_disable = count == 2 && !offset && memcmp(bytes, "0\n", 2) == 0;
    note(is_enable ? '1' : is_disable ? '0' : '?');
    errno = is_enable ? fail_enable_with : is_disable ? fail_disable_with : 0;
    return errno ? -1 : syscall(SYS_pwrite64, file, bytes, count, offset);
}

static void on_signal(int number)
{
    (void)number;
    was_disabled_at_signal = strchr(done, '0') != NULL;
}

static char path[SCRATCH_PATH_SIZE];
static struct rom_bar bar;

static int set_up(void **state)
{
    (void)state;
    memset(done, 0, sizeof done);
    fail_read_with = fail_read_after = fail_enable_with = fail_disable_with = raised = 0;
    was_disabled_at_signal = false;
    scratch_write(path, "__55aa and so on", 16);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
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

/* A finding with this id that says `part`, and no other. */
static void assert_only_finding(enum finding_id id, const char *part)
{
    const struct pci_address address = {.bus = 1};
    struct findings findings = {.items = NULL};
    rom_bar_findings(&bar, &address, &findings);
    assert_int_equal(findings.count, 1);
    assert_int_equal(findings.items[0].id, id);
    assert_holds(findings.items[0].text, part);
    assert_non_null(strstr(findings.items[0].text, "0000:01:00.0"));
    findings_free(&findings);
}

static void test_enables_reads_and_disables(void **state)
{
    const struct pci_address address = {.bus = 1};
    struct findings findings = {.items = NULL};
    (void)state;
    assert_int_equal(rom_bar_read_enabled(path, &bar), ROM_BAR_READ);
    assert_string_equal(done, "1r0");
    /* An ordinary file shows what stood in it when: first the one, then the zero. */
    assert_int_equal(bar.bytes.length, 16);
    assert_memory_equal(bar.bytes.data, "1\n55aa and so on", 16);
    assert_holds_in_file("0\n55aa and so on");
    assert_false(bar.is_left_enabled);
    rom_bar_findings(&bar, &address, &findings);
    assert_int_equal(findings.count, 0);
}

static void test_disables_after_failure(void **state)
{
    (void)state;
    fail_read_with = EIO;
    assert_int_equal(rom_bar_read_enabled(path, &bar), ROM_BAR_UNREADABLE);
    assert_string_equal(done, "1r0");
    assert_int_equal(bar.reason, EIO);
    assert_holds_in_file("0\n55aa and so on");
    assert_only_finding(FINDING_ID_ROM_UNREADABLE, "Input/output error");
}

static void test_fails_in_the_middle(void **state)
{
    (void)state;
    fail_read_with = EIO;
    fail_read_after = 1;
    assert_int_equal(rom_bar_read_enabled(path, &bar), ROM_BAR_UNREADABLE);
    assert_string_equal(done, "1r0");
}

static void test_disables_after_refusal(void **state)
{
    (void)state;
    fail_enable_with = EINVAL;
    assert_int_equal(rom_bar_read_enabled(path, &bar), ROM_BAR_UNREADABLE);
    assert_string_equal(done, "10");
    assert_int_equal(bar.reason, EINVAL);
}

static void test_reads_nothing(void **state)
{
    (void)state;
    assert_int_equal(truncate(path, 0), 0);
    fail_enable_with = EINVAL; /* so that the file stays empty */
    assert_int_equal(rom_bar_read_enabled(path, &bar), ROM_BAR_UNREADABLE);
    assert_int_equal(bar.bytes.length, 0);
}

static void test_left_enabled(void **state)
{
    (void)state;
    fail_disable_with = EIO;
    assert_int_equal(rom_bar_read_enabled(path, &bar), ROM_BAR_READ);
    assert_true(bar.is_left_enabled);
    assert_only_finding(FINDING_ID_ROM_BAR_LEFT_ENABLED, "could not be disabled");
}

/* A signal that comes while the BAR is enabled is held back until it is disabled. */
static void test_holds_signals_back(void **state)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGQUIT, SIGALRM};
    (void)state;
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
static void test_refuses_what_is_no_file(void **state)
{
    char link[SCRATCH_PATH_SIZE + 8];
    char absent[SCRATCH_PATH_SIZE + 8];
    (void)state;
    snprintf(link, sizeof link, "%s-link", path);
    snprintf(absent, sizeof absent, "%s-none", path);
    assert_int_equal(symlink(path, link), 0);
    assert_int_equal(rom_bar_read_enabled(link, &bar), ROM_BAR_UNKNOWN);
    assert_int_equal(unlink(link), 0);
    assert_int_equal(mkfifo(link, 0600), 0);
    assert_int_equal(rom_bar_read_enabled(link, &bar), ROM_BAR_UNKNOWN);
    assert_int_equal(unlink(link), 0);
    assert_int_equal(rom_bar_read_enabled("/dev/null", &bar), ROM_BAR_UNKNOWN);
    assert_int_equal(rom_bar_read_enabled(absent, &bar), ROM_BAR_ABSENT);
    assert_string_equal(done, "");
    assert_holds_in_file("__55aa and so on");
}

static void put(const char *folder, const char *name, const char *text)
{
    char full[2 * SCRATCH_PATH_SIZE];
    snprintf(full, sizeof full, "%s/sys/bus/pci/devices/%s", folder, name);
    assert_int_equal(mkdir(full, 0755), 0);
    if (!text)
        return;
    strcat(full, "/rom");
    FILE *file = fopen(full, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

/* Of a recorded machine the file is read as it was recorded, and never written. */
static void test_recorded_machine(void **state)
{
    char folder[SCRATCH_PATH_SIZE];
    char command[3 * SCRATCH_PATH_SIZE];
    struct error error = {.code = ERROR_NONE};
    struct root *root = NULL;
    (void)state;
    snprintf(folder, sizeof folder, "%.400s/rom-XXXXXX", scratch_parent());
    assert_non_null(mkdtemp(folder));
    snprintf(command, sizeof command, "mkdir -p '%s/sys/bus/pci/devices'", folder);
    assert_int_equal(system(command), 0);
    put(folder, "0000:01:00.0", "recorded");
    put(folder, "0000:02:00.0", "");
    put(folder, "0000:03:00.0", NULL);
    assert_int_equal(root_open(folder, &root, &error), ERROR_NONE);
    const struct pci_address read = {.bus = 1};
    const struct pci_address empty = {.bus = 2};
    const struct pci_address none = {.bus = 3};
    assert_int_equal(rom_bar_read(root, &none, &bar), ROM_BAR_ABSENT);
    assert_only_finding(FINDING_ID_ROM_NONE, "no ROM BAR");
    assert_null(root_fault(root, 0));
    assert_int_equal(rom_bar_read(root, &empty, &bar), ROM_BAR_UNKNOWN);
    assert_true(has_fault(root, "0000:02:00.0/rom: was recorded without its bytes"));
    rom_bar_free(&bar);
    assert_int_equal(rom_bar_read(root, &read, &bar), ROM_BAR_READ);
    assert_string_equal(bar.bytes.data, "recorded");
    assert_string_equal(done, "");
    root_close(root);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_enables_reads_and_disables, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_disables_after_failure, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_fails_in_the_middle, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_disables_after_refusal, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_reads_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_left_enabled, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_holds_signals_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_refuses_what_is_no_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_recorded_machine, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
