/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_PROBE_HOST_CONFIG_H
#define PASSTHRU_PROBE_HOST_CONFIG_H

#include "core/finding.h"
#include "probe/pci.h"
#include "probe/root.h"

/* Where the kernel command line of the next start comes from. */
enum boot_path {
    BOOT_UNKNOWN,
    BOOT_GRUB,    /* /etc/default/grub, by update-grub or grub-mkconfig */
    BOOT_CMDLINE, /* /etc/kernel/cmdline, by proxmox-boot-tool or kernel-install */
    BOOT_ENTRIES, /* /boot/loader/entries, edited by hand */
    BOOT_PATH_COUNT,
};

enum initramfs_tool { INITRAMFS_UNKNOWN, INITRAMFS_TOOLS, INITRAMFS_DRACUT, INITRAMFS_MKINITCPIO };

enum cpu_maker { CPU_UNKNOWN, CPU_INTEL, CPU_AMD };

/* Where something is set: line 0 where it is not. */
struct config_place {
    char file[256];
    long line;
};

/* An ID that vfio-pci is to claim. */
struct vfio_id {
    struct pci_id id;
    struct config_place place;
    bool is_param; /* of the kernel, which counts also where vfio-pci is no module */
};

/* How the host is set up, for whoever wants to change it. */
enum { MAX_VFIO_IDS = 64 };
struct host_setup {
    char systems[160]; /* ID and ID_LIKE of os-release(5): "ubuntu debian" */
    enum cpu_maker cpu;
    enum boot_path boot;
    bool is_proxmox_boot;    /* proxmox-boot-tool keeps the boot partitions */
    char boot_file[256];     /* that the parameters below stand in */
    struct buffer boot_line; /* kernel parameters that people edit there, with spaces between them */
    struct buffer next_line; /* all of the next start */
    bool has_line;           /* they could be read */
    bool is_ostree;          /* the system is an image that rpm-ostree starts */
    bool iommu_was_asked;    /* the running kernel was started with intel_iommu=on */
    bool asks_iommu;         /* the next one is */
    bool refuses_iommu;      /* or with a parameter that turns the IOMMU of this processor off */
    enum initramfs_tool initramfs;
    struct vfio_id ids[MAX_VFIO_IDS];
    int id_count;
    char ids_file[256];            /* the first file of modprobe.d that says so; "" */
    bool vfio_early;               /* the initramfs loads it before other drivers */
    bool vfio_builtin;             /* it is no module */
    struct buffer waiting_modules; /* names of the modules that wait for it, with spaces around each */
    uint16_t waiting[3];           /* makers whose GPUs' drivers wait for it; 0: none */
    bool vendor_reset_loaded;
    bool vendor_reset; /* the module of that name is loaded, or set to be */
    bool is_recorded;  /* some of modprobe.d is there to be read */
};

/* Reads how the host is set up for a passthrough: the kernel command line that runs and the files that the
 * next one comes from (GRUB, /etc/kernel/cmdline, loader entries), modprobe.d, and the modules that are
 * loaded early. Adds what is wrong or good to know; changes nothing. `machine` may be NULL or empty when the
 * devices are not known: what needs them is then left out. What could not be read is in root_fault. Stores
 * how the host is set up (unless NULL); free with host_setup_free. Returns whether all is right: unknown
 * where there is nothing wrong in what could be read, and that is not all. */
enum tristate host_config_read(struct root *root, const struct pci_machine *machine,
                               struct findings *findings, struct host_setup *setup);
void host_setup_free(struct host_setup *setup);

/* Whether the configuration gives a device to vfio-pci when the host starts: by its ID, or by its address
 * (driverctl, or Unraid's vfio-pci.cfg). */
bool host_setup_binds(struct root *root, const struct host_setup *setup, const struct pci_device *device);

/* Whether the host's system is this one, or made of it, as os-release(5) says: "debian", "fedora". */
bool host_is_like(const struct host_setup *setup, const char *system);

/* Whether a driver that holds a device now waits for vfio-pci at the next start. */
bool host_setup_waits(struct root *root, const struct host_setup *setup, const char *driver);

#endif
