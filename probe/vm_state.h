/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_PROBE_VM_STATE_H
#define PASSTHRU_PROBE_VM_STATE_H

/* What the readers of the two kinds of virtual machines share: for probe/ only, the door is
 * probe/vm_config.h.
 */

#include "probe/vm_config.h"

enum { MAX_PASSED_DEVICES = 64 };

/* A device that the virtual machine gets. */
struct passed_device {
    struct pci_address address;
    bool all_functions; /* of the slot: address.function says nothing */
    long line;
    bool is_part;  /* a mediated device, which leaves the rest with the host */
    char name[32]; /* its name in the configuration: "hostpci0", "" */
};

struct vm_state {
    struct root *root;
    const struct pci_machine *machine; /* NULL: not known */
    struct findings *findings;
    const char *file;
    bool is_proxmox;
    struct passed_device passed[MAX_PASSED_DEVICES];
    int passed_count;
    int rom_files; /* looked up so far: each one costs a listing of its directory */
    struct vm_facts facts;
};

/* Adds a device; reports one that is there twice. */
void vm_pass_device(struct vm_state *vm, const struct passed_device *device);

/* Whether this device is passed by `device`. */
bool vm_device_covers(const struct passed_device *device, const struct pci_address *address);

/* Compares the devices with those of the machine, when they are known: whether they are there, and all of
 * each GPU is passed. */
void vm_check_devices(struct vm_state *vm);

/* Whether the device is, or has, a GPU; unknown without a list of devices. */
enum tristate vm_device_is_gpu(const struct vm_state *vm, const struct passed_device *device);

/* The ROM that a device is given in line `line`: a file ("": none), and whether its ROM BAR is hidden.
 * Reports a file that does not exist. */
void vm_check_rom(struct vm_state *vm, const char *path, bool bar_off, long line);

/* ---- the readers ---- */

void proxmox_conf_check(struct vm_state *vm, struct span text);
bool proxmox_conf_recognise(struct span text);
enum vm_config_result domain_xml_check(struct vm_state *vm, struct span text);

#endif
