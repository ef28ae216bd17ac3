/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each case is tried by a process of its own, which is shut in for good: what it may do is done, all else
 * fails. */
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "core/owner.h"
#include "core/sandbox.h"
#include "importer/confine.h"
#include "probe/confine.h"
#include "tests/unit/unit.h"

/* Something that is tried: errno of it, 0 when it can be done. */
struct attempt {
    int (*call)(const char *path);
    const char *path; /* in the scratch directory, or absolute */
    int expected;
    bool is_seccomp;
};

static const char *place(const char *path)
{
    return *path == '/' ? path : in_scratch(path);
}

static int try_open(const char *path, int flags)
{
    int file = open(path, flags | O_CLOEXEC, 0600);
    if (file < 0)
        return errno;
    close(file);
    return 0;
}

static int read_file(const char *path)
{
    return try_open(path, O_RDONLY);
}

static int list(const char *path)
{
    return try_open(path, O_RDONLY | O_DIRECTORY);
}

static int write_file(const char *path)
{
    return try_open(path, O_WRONLY);
}

static int create(const char *path)
{
    return try_open(path, O_WRONLY | O_CREAT);
}

static int examine(const char *path)
{
    struct stat status;
    return stat(path, &status) ? errno : 0;
}

static int delete (const char *path)
{
    return unlink(path) ? errno : 0;
}

static int make_socket(UNUSED const char *path)
{
    int file = socket(AF_INET, SOCK_STREAM, 0);
    return file < 0 ? errno : close(file);
}

static int make_ring(UNUSED const char *path)
{
    char parameters[120] = {0};
    return syscall(425, 1, parameters) < 0 ? errno : 0;
}

static int execute(const char *path)
{
    pid_t child = vfork();
    if (child == 0) {
        execl(path, path, (char *)NULL);
        _exit(errno);
    }
    int status;
    return waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* What a case shuts the process in with. */
typedef struct sandbox enter(void);

static struct sandbox enter_rules(void)
{
    const struct sandbox_rule rules[] = {{in_scratch("read"), SANDBOX_READ},
                                         {in_scratch("listed"), SANDBOX_LIST},
                                         {in_scratch("written"), SANDBOX_WRITE},
                                         {in_scratch("file"), SANDBOX_WRITE},
                                         {in_scratch("absent"), SANDBOX_WRITE}};
    return sandbox_enter(rules, ARRAY_SIZE(rules), SANDBOX_NO_NETWORK);
}

static struct sandbox enter_network(void)
{
    return sandbox_enter(NULL, 0, SANDBOX_NETWORK);
}

static struct sandbox enter_recorded(void)
{
    const char *const named[] = {NULL, in_scratch("file")};
    struct root *root;
    ASSERT_DONE(root_open(in_scratch("read"), &root, &failure));
    struct sandbox sandbox = confine(root, named, ARRAY_SIZE(named));
    root_close(root);
    return sandbox;
}

static struct sandbox enter_machine(void)
{
    struct root *root;
    ASSERT_DONE(root_open(NULL, &root, &failure));
    struct sandbox sandbox = confine(root, NULL, 0);
    root_close(root);
    return sandbox;
}

enum { NOT_SHUT = 77 };

static struct sandbox enter_importer(void)
{
    owner_hold(in_scratch("file"), 0);
    return importer_confine(in_scratch("written/passthru.db"), in_scratch("read"), SANDBOX_NO_NETWORK);
}

static int try_all(enter *enter_case, const struct attempt attempts[], size_t count)
{
    int wrong = 0;
    struct sandbox sandbox = enter_case();
    for (size_t i = 0; i < count; i++) {
        const struct attempt *attempt = &attempts[i];
        bool is_shut = attempt->is_seccomp ? sandbox.seccomp : sandbox.landlock > 0;
        /* A chroot may have no /sys, and a container another /etc. */
        bool is_there = *attempt->path != '/' || examine(attempt->path) == 0 || attempt->call == create;
        int number = is_there ? attempt->call(place(attempt->path)) : attempt->expected;
        if (number == attempt->expected || !is_shut)
            continue;
        fprintf(stderr, "# %zu, %s: %s instead of %s\n", i, attempt->path, strerror(number),
                strerror(attempt->expected));
        wrong++;
    }
    return wrong || (sandbox.landlock && sandbox.seccomp) ? wrong : NOT_SHUT;
}

static void assert_shut(enter *enter_case, const struct attempt attempts[], size_t count)
{
    int status;
    pid_t child = fork();
    if (child == 0)
        _exit(try_all(enter_case, attempts, count));
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_SHUT) {
        print_message("# this kernel has no Landlock or no seccomp\n");
        skip();
    }
    assert_int_equal(status, 0);
}

static int make_places(void **state)
{
    if (make_scratch(state))
        return -1;
    for (struct values v = values_of("read/a|read/b|listed/a|written/a|file|else", NULL); next_value(&v);)
        scratch_put(v.text, "x");
    return symlink(in_scratch("else"), in_scratch("read/out"));
}

DEFINE_TEST(test_places)
{
    static const struct attempt attempts[] = {
        {read_file, "read/a", 0, false},
        {list, "read", 0, false},
        {read_file, "read/out", EACCES, false},
        {write_file, "read/a", EACCES, false},
        {create, "read/new", EACCES, false},
        {delete, "read/b", EACCES, false},
        {list, "listed", 0, false},
        {read_file, "listed/a", EACCES, false},
        {write_file, "written/a", 0, false},
        {create, "written/new", 0, false},
        {delete, "written/new", 0, false},
        {write_file, "file", 0, false},
        {read_file, "else", EACCES, false},
        {create, "absent", EACCES, false},
        {examine, "else", 0, false},
        {read_file, "/etc/passwd", EACCES, false},
        {list, "/", EACCES, false},
    };
    assert_shut(enter_rules, attempts, ARRAY_SIZE(attempts));
}

DEFINE_TEST(test_system_calls)
{
    static const struct attempt closed[] = {
        {make_socket, "", EPERM, true}, {make_ring, "", EPERM, true}, {execute, "/bin/true", EPERM, true}};
    static const struct attempt open_network[] = {{make_socket, "", 0, true},
                                                  {execute, "/bin/true", EPERM, true}};
    assert_shut(enter_rules, closed, ARRAY_SIZE(closed));
    assert_shut(enter_network, open_network, ARRAY_SIZE(open_network));
}

/* A recorded machine: its directory and what was named, nothing of this one. */
DEFINE_TEST(test_recorded_machine)
{
    static const struct attempt attempts[] = {
        {read_file, "read/a", 0, false},
        {read_file, "read/out", EACCES, false},
        {write_file, "read/a", EACCES, false},
        {read_file, "file", 0, false},
        {read_file, "else", EACCES, false},
        {read_file, "/etc/passwd", EACCES, false},
        {read_file, "/proc/version", EACCES, false},
        {make_socket, "", EPERM, true},
    };
    assert_shut(enter_recorded, attempts, ARRAY_SIZE(attempts));
}

/* This machine: what scan and check read, and nothing of its users. */
DEFINE_TEST(test_this_machine)
{
    static const struct attempt attempts[] = {
        {read_file, "/proc/cmdline", 0, false},       {list, "/sys/bus/pci", 0, false},
        {read_file, "/etc/os-release", 0, false},     {list, "/", 0, false},
        {read_file, "/etc/passwd", EACCES, false},    {read_file, "/proc/1/stat", EACCES, false},
        {read_file, "else", EACCES, false},           {create, "/tmp/passthru-new", EACCES, false},
        {write_file, "/proc/cmdline", EACCES, false}, {execute, "/bin/true", EPERM, true},
    };
    assert_shut(enter_machine, attempts, ARRAY_SIZE(attempts));
}

/* An import writes beside the database and temporary files, which may lie in the directory of this test too,
 * and reads the data and what was named. */
DEFINE_TEST(test_importer)
{
    static const struct attempt attempts[] = {
        {create, "written/passthru.db.new", 0, false},
        {delete, "written/passthru.db.new", 0, false},
        {read_file, "read/a", 0, false},
        {read_file, "file", 0, false},
        {read_file, "/etc/passwd", EACCES, false},
        {create, "/etc/passthru-new", EACCES, false},
        {list, "/root", EACCES, false},
        {execute, "/bin/true", EPERM, true},
        {make_socket, "", EPERM, true},
    };
    assert_shut(enter_importer, attempts, ARRAY_SIZE(attempts));
}

TESTSUITE_MAIN(make_places, remove_scratch)
