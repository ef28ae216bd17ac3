/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/confine.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

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
    "/boot/config/vfio-pci.cfg",
    "/boot/limine",
    "/boot/limine.conf",
    "/boot/loader",
    "/boot/refind_linux.conf",
    "/boot/syslinux/syslinux.cfg",
    "/efi/loader",
    "/etc/cmdline.d",
    "/etc/default/grub",
    "/etc/default/grub.d",
    "/etc/driverctl.d",
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
    "/etc/rc.local",
    "/etc/sysfs.conf",
    "/etc/sysfs.d",
    "/etc/unraid-version",
    "/lib/modprobe.d",
    "/lib/modules",
    "/run/modprobe.d",
    "/usr/lib/modprobe.d",
    "/usr/local/lib/modprobe.d",
    "/var/lib/dpkg/status",
};

/* Files that a link in these places leads to, as in the modprobe.d of Debian's NVIDIA driver, are read too. A
 * directory may be anything. */
static void find_links(glob_t *links)
{
    char pattern[64];
    for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
        snprintf(pattern, sizeof pattern, "%s/*", places[i]);
        glob(pattern, GLOB_NOSORT | GLOB_APPEND, NULL, links);
    }
}

static int add_all(struct sandbox_rule *rules, int count, const char *const *paths, size_t path_count,
                   enum sandbox_access access)
{
    for (size_t i = 0; i < path_count; i++)
        if (paths[i])
            rules[count++] = (struct sandbox_rule){paths[i], access};
    return count;
}

struct sandbox confine(const struct root *root, const char *const files[], int file_count)
{
    bool is_live = root && root_is_live(root);
    glob_t roms = {0};
    glob_t links = {0};
    int count = 0;
    struct stat status;
    struct sandbox sandbox = {0, false};
    libpci_preload();
    if (is_live) {
        glob("/sys/bus/pci/devices/*/rom", GLOB_NOSORT, NULL, &roms);
        find_links(&links);
    }
    struct sandbox_rule *rules =
        calloc(2 + ARRAY_SIZE(places) + roms.gl_pathc + links.gl_pathc + (size_t)file_count, sizeof *rules);
    if (rules) {
        rules[count++] = (struct sandbox_rule){"/dev/urandom", SANDBOX_READ}; /* SQLite */
        /* Whether a ROM file of a virtual machine is there shows its directory, wherever that is. */
        if (root)
            rules[count++] = is_live ? (struct sandbox_rule){"/", SANDBOX_LIST}
                                     : (struct sandbox_rule){root_directory(root), SANDBOX_READ};
        if (is_live)
            count = add_all(rules, count, places, ARRAY_SIZE(places), SANDBOX_READ);
        count = add_all(rules, count, (const char *const *)roms.gl_pathv, roms.gl_pathc, SANDBOX_WRITE);
        for (size_t i = 0; i < links.gl_pathc; i++)
            if (stat(links.gl_pathv[i], &status) == 0 && S_ISREG(status.st_mode))
                rules[count++] = (struct sandbox_rule){links.gl_pathv[i], SANDBOX_READ};
        count = add_all(rules, count, files, (size_t)file_count, SANDBOX_READ);
        sandbox = sandbox_enter(rules, count, SANDBOX_NO_NETWORK);
    }
    free(rules);
    globfree(&links);
    globfree(&roms);
    return sandbox;
}
