/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_PROBE_VM_SETUP_H
#define PASSTHRU_PROBE_VM_SETUP_H

#include "probe/vm_config.h"

/* How a virtual machine is set up for one GPU, for whoever wants to give it that GPU: what vm_config_check
 * finds, of a machine that does not have the GPU yet as if it had. */
struct vm_setup {
    char file[300];
    char name[64]; /* of the file without its suffix: "101" in Proxmox, the domain in libvirt */
    struct vm_facts facts;
    bool is_proxmox;
    enum tristate has_gpu;
    bool is_legacy_igd; /* with QEMU's legacy mode for Intel GPUs */
    int hostpci;        /* the number of Proxmox' hostpci that has the GPU, else the first that is free */
    bool is_windows;
    bool is_linux;
    bool has_romfile;
    enum tristate machine_fits;
    enum tristate firmware_fits;
    bool has_efidisk; /* or needs none */
    bool cpu_is_host;
    bool is_whole;        /* all functions of the GPU are passed */
    bool gives_no_memory; /* back to the host while it runs */
};

/* Looks at the configuration in `text` for the GPU whose functions are `addresses`, itself first. False when
 * it is not the configuration of a virtual machine. */
bool vm_setup_read(struct root *root, const struct pci_machine *machine, const struct pci_address *addresses,
                   int count, const char *file, struct span text, struct vm_setup *setup);

/* Finds a virtual machine of this host: by its number or name, or (NULL) the first that has the GPU. False
 * when there is none; `setup` is then zero. */
bool vm_setup_find(struct root *root, const struct pci_machine *machine, const struct pci_address *addresses,
                   int count, const char *name, struct vm_setup *setup);

#endif
