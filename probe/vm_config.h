/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_PROBE_VM_CONFIG_H
#define PASSTHRU_PROBE_VM_CONFIG_H

#include <stddef.h>

#include "core/finding.h"
#include "core/vocabulary.h"
#include "probe/config_text.h"
#include "probe/pci.h"

/* The configuration of a virtual machine: qemu-server's .conf of Proxmox VE, the domain XML of libvirt, or a
 * command line of QEMU. */

enum vm_config_result {
    VM_CONFIG_READ,
    VM_CONFIG_CONTAINER, /* an LXC container of Proxmox: a finding says so */
    VM_CONFIG_FOREIGN,   /* none of them: nothing was added */
    VM_CONFIG_MALFORMED, /* not well-formed XML: what is before the fault was looked at, a finding names it */
};

/* Looks at one, of at most MAX_CONFIG_SIZE bytes, whose kind shows in its content. `file` is the name that
 * the findings get. ROM files are looked up in `root`, devices in `machine`, which may be NULL or empty when
 * they are not known. */
enum vm_config_result vm_config_check(struct root *root, const struct pci_machine *machine, const char *file,
                                      const char *text, size_t length, struct findings *findings);

/* Adds a finding for each device that two of the virtual machines in their usual places have. */
void vm_config_check_shared(struct root *root, struct findings *findings);

enum { MAX_HOSTPCI = 16 };

/* What a report says of a virtual machine. Words are those of the vocabulary, NULL where the configuration
 * does not say. */
struct vm_facts {
    bool is_command_line;   /* of QEMU: nothing that plan could change */
    bool passes_device;     /* some PCI device, or a part of one, is passed to it */
    bool passes_gpu;        /* the GPU that was asked for is passed to it */
    char passed_as[32];     /* what the configuration calls it then: "hostpci0", "" */
    char options[200];      /* of Proxmox: what follows the address in that line, from its comma on; "" */
    char storage[64];       /* where Proxmox keeps a disk of it; "" */
    unsigned hostpci_taken; /* bit n stands for hostpciN */
    const char *hypervisor;
    const char *machine_type;
    const char *firmware;
    const char *guest_os;  /* "linux", "windows 11" */
    bool fixes[FIX_COUNT]; /* what it has that people try when a passthrough fails */
};

/* Reads that of one. `gpu` may be NULL. */
enum vm_config_result vm_config_facts(struct root *root, const struct pci_address *gpu, const char *text,
                                      size_t length, struct vm_facts *facts);

/* Reads all that are in their usual places: /etc/pve/qemu-server (and /etc/pve/nodes, each file once) and
 * /etc/libvirt/qemu. Those that cannot be read are in root_fault. */
void vm_config_each_file(struct root *root, config_visitor *visit, void *context);

/* How a virtual machine is set up for one GPU, for whoever wants to give it that GPU: what vm_config_check
 * finds, of a machine that does not have the GPU yet as if it had. */
struct vm_setup {
    char file[300];
    char name[64]; /* of the file without its suffix: "101" in Proxmox, the domain in libvirt */
    struct vm_facts facts;
    bool is_proxmox;
    int hostpci; /* the number of Proxmox' hostpci that has the GPU, else the first that is free */
    enum tristate plan_facts[PLAN_FACT_COUNT]; /* that are about it; the others are unknown */
};

/* Looks at the configuration in `text` for the GPU whose functions are `addresses`, itself first. False when
 * it is neither a .conf of Proxmox nor domain XML. */
bool vm_setup_read(struct root *root, const struct pci_machine *machine, const struct pci_address *addresses,
                   int count, const char *file, struct span text, struct vm_setup *setup);

/* Finds a virtual machine of this host: by its number or name, or (NULL) the first that has the GPU. False
 * when there is none; `setup` is then zero. */
bool vm_setup_find(struct root *root, const struct pci_machine *machine, const struct pci_address *addresses,
                   int count, const char *name, struct vm_setup *setup);

#endif
