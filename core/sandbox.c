/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/macros.h"

/* ---- files ---- */

/* linux/landlock.h of a distribution may be older than the kernel, and is not there at all on some. The
 * rights are bits in this order; a version of the interface knows the first ones. */
enum landlock_right {
    MAY_WRITE_FILE = 1 << 1,
    MAY_READ_FILE = 1 << 2,
    MAY_READ_DIRECTORY = 1 << 3,
    MAY_CHANGE_DIRECTORY =
        1 << 4 | 1 << 5 | 1 << 7 | 1 << 8, /* remove and make directories and regular files */
    MAY_REFER = 1 << 13,
    MAY_TRUNCATE = 1 << 14,
};
enum { RULE_PATH_BENEATH = 1, VERSION_ONLY = 1 };

struct landlock_ruleset {
    uint64_t handled;
};
struct landlock_beneath {
    uint64_t allowed;
    int32_t parent;
} __attribute__((packed));

#ifdef SYS_landlock_create_ruleset
static long create_ruleset(const struct landlock_ruleset *ruleset, size_t size, unsigned flags)
{
    return syscall(SYS_landlock_create_ruleset, ruleset, size, flags);
}

static uint64_t rights_of(enum sandbox_access access, bool is_directory)
{
    uint64_t rights = access == SANDBOX_LIST ? 0 : MAY_READ_FILE;
    if (access == SANDBOX_WRITE)
        rights |= MAY_WRITE_FILE | MAY_TRUNCATE;
    if (is_directory)
        rights |= MAY_READ_DIRECTORY;
    if (is_directory && access == SANDBOX_WRITE)
        rights |= MAY_CHANGE_DIRECTORY | MAY_REFER;
    return rights;
}

static void allow(int ruleset, const struct sandbox_rule *rule, uint64_t known)
{
    struct stat status;
    int file = open(rule->path, O_PATH | O_CLOEXEC);
    if (file < 0)
        return;
    if (fstat(file, &status) == 0) {
        struct landlock_beneath beneath = {rights_of(rule->access, S_ISDIR(status.st_mode)) & known, file};
        if (beneath.allowed)
            syscall(SYS_landlock_add_rule, ruleset, RULE_PATH_BENEATH, &beneath, 0U);
    }
    close(file);
}

/* Returns the version of the interface, 0 when files cannot be shut away. */
static int restrict_files(const struct sandbox_rule rules[], int count)
{
    /* How many rights the versions 1 to 5 know; a later one brings none for files. */
    static const int bits[] = {0, 13, 14, 15, 15, 16};
    long version = create_ruleset(NULL, 0, VERSION_ONLY);
    if (version <= 0)
        return 0;
    uint64_t known = (1U << bits[version < (int)ARRAY_SIZE(bits) ? version : (int)ARRAY_SIZE(bits) - 1]) - 1;
    long ruleset = create_ruleset(&(struct landlock_ruleset){known}, sizeof(struct landlock_ruleset), 0);
    if (ruleset < 0)
        return 0;
    for (int i = 0; i < count; i++)
        allow((int)ruleset, &rules[i], known);
#ifdef __SANITIZE_ADDRESS__ /* finds leaks by looking at itself */
    allow((int)ruleset, &(struct sandbox_rule){"/proc/self", SANDBOX_READ}, known);
#endif
    bool is_done = syscall(SYS_landlock_restrict_self, (int)ruleset, 0U) == 0;
    close((int)ruleset);
    return is_done ? (int)version : 0;
}
#else
static int restrict_files(const struct sandbox_rule rules[], int count)
{
    (void)rules;
    (void)count;
    return 0;
}
#endif

/* ---- system calls ---- */

/* The rest of what could be rejected needs rights that nobody has whom it would stop. A call fails with
 * EPERM: a library that can do without goes on. */
static const int forbidden[] = {
    SYS_execve,
    SYS_execveat,
#ifndef __SANITIZE_ADDRESS__ /* finds leaks by tracing itself */
    SYS_ptrace,
#endif
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_mount,
    SYS_umount2,
    SYS_pivot_root,
    SYS_chroot,
    SYS_setns,
    SYS_unshare,
    SYS_init_module,
    SYS_finit_module,
    SYS_delete_module,
    SYS_kexec_load,
    SYS_reboot,
    SYS_bpf,
    SYS_perf_event_open,
    SYS_userfaultfd,
    SYS_open_by_handle_at,
    SYS_keyctl,
    SYS_add_key,
    SYS_request_key,
    425, /* io_uring_setup: calls that no filter sees */
};
static const int network[] = {SYS_socket, SYS_socketpair, SYS_connect, SYS_bind, SYS_listen};

#if defined(__x86_64__)
enum { FIRST_FOREIGN = 0x40000000 }; /* x32 */
#define NATIVE_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
enum { FIRST_FOREIGN = 0x40000000 };
#define NATIVE_ARCH AUDIT_ARCH_AARCH64
#endif

#ifdef NATIVE_ARCH
enum { MAX_FILTER = 8 + 2 * (ARRAY_SIZE(forbidden) + ARRAY_SIZE(network)) };

static void reject(struct sock_filter *filter, unsigned short *length, const int calls[], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        filter[(*length)++] =
            (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)calls[i], 0, 1);
        filter[(*length)++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
    }
}

static bool restrict_calls(enum sandbox_calls calls)
{
    struct sock_filter filter[MAX_FILTER] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NATIVE_ARCH, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, FIRST_FOREIGN, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
    };
    unsigned short length = 6;
    reject(filter, &length, forbidden, ARRAY_SIZE(forbidden));
    if (calls == SANDBOX_NO_NETWORK)
        reject(filter, &length, network, ARRAY_SIZE(network));
    filter[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct sock_fprog program = {length, filter};
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}
#else
static bool restrict_calls(enum sandbox_calls calls)
{
    (void)calls;
    return false;
}
#endif

struct sandbox sandbox_enter(const struct sandbox_rule rules[], int count, enum sandbox_calls calls)
{
    struct sandbox sandbox = {0, false};
    /* What both want: no program that is started gains rights. */
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0) {
        sandbox.landlock = restrict_files(rules, count);
        sandbox.seccomp = restrict_calls(calls);
    }
    return sandbox;
}
