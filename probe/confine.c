/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/confine.h"

#include <glob.h>
#include <stdlib.h>

#include "core/macros.h"
#include "probe/pci_libpci.h"

/* What of this machine is read. Of /etc, /proc and /run there is much that is nobody's business. */
static const char *const places[] = {
    "/sys",
    "/proc/cmdline",
    "/proc/cpuinfo",
    "/proc/interrupts",
    "/proc/iomem",
    "/proc/version",
    "/proc/sys/kernel",
    "/boot/loader",
    "/efi/loader",
    "/etc/default/grub",
    "/etc/default/grub.d",
    "/etc/dracut.conf",
    "/etc/dracut.conf.d",
    "/etc/hostname",
    "/etc/initramfs-tools",
    "/etc/kernel",
    "/etc/libvirt/qemu",
    "/etc/localtime",
    "/etc/mkinitcpio.conf",
    "/etc/mkinitcpio.conf.d",
    "/etc/modprobe.d",
    "/etc/modules",
    "/etc/modules-load.d",
    "/etc/os-release",
    "/etc/pve",
    "/etc/unraid-version",
    "/lib/modprobe.d",
    "/run/modprobe.d",
    "/usr/lib/modprobe.d",
    "/usr/local/lib/modprobe.d",
#ifdef __SANITIZE_ADDRESS__ /* finds leaks by looking at itself */
    "/proc/self",
#endif
};

enum { MAX_FILES = 256, MAX_ROMS = 4096, MAX_RULES = 2 + ARRAY_SIZE(places) + MAX_ROMS + MAX_FILES };

static int add_places(struct sandbox_rule *rules, int count, glob_t *roms)
{
    for (size_t i = 0; i < ARRAY_SIZE(places); i++)
        rules[count++] = (struct sandbox_rule){places[i], SANDBOX_READ};
    /* Whether a ROM file of a virtual machine is there shows its directory, wherever that is. */
    rules[count++] = (struct sandbox_rule){"/", SANDBOX_LIST};
    if (glob("/sys/bus/pci/devices/*/rom", GLOB_NOSORT, NULL, roms) == 0)
        for (size_t i = 0; i < roms->gl_pathc && i < MAX_ROMS; i++)
            rules[count++] = (struct sandbox_rule){roms->gl_pathv[i], SANDBOX_WRITE};
    return count;
}

struct sandbox confine(const struct root *root, const char *const files[], int file_count)
{
    static struct sandbox_rule rules[MAX_RULES];
    glob_t roms = {0};
    int count = 0;
    libpci_preload();
    rules[count++] = (struct sandbox_rule){"/dev/urandom", SANDBOX_READ}; /* SQLite */
    if (root && root_is_live(root))
        count = add_places(rules, count, &roms);
    else if (root)
        rules[count++] = (struct sandbox_rule){root_directory(root), SANDBOX_READ};
    for (int i = 0; i < file_count && i < MAX_FILES; i++)
        if (files[i])
            rules[count++] = (struct sandbox_rule){files[i], SANDBOX_READ};
    struct sandbox sandbox = sandbox_enter(rules, count, SANDBOX_NO_NETWORK);
    globfree(&roms);
    return sandbox;
}
