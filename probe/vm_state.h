/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_PROBE_VM_STATE_H
#define PASSTHRU_PROBE_VM_STATE_H

/* What the readers of the kinds of virtual machines share: for probe/ only, the door is probe/vm_config.h.
 */

#include "probe/vm_config.h"

enum { MAX_PASSED_DEVICES = 64, MAX_HIDINGS = 8 };

/* A device that the virtual machine gets. */
struct passed_device {
    struct pci_address address;
    bool all_functions; /* of the slot: address.function says nothing */
    long line;
    bool is_part;        /* a mediated device, which leaves the rest with the host */
    char name[32];       /* its name in the configuration: "hostpci0", "" */
    struct span options; /* of Proxmox: what follows the address in its line */
};

/* What a guest cannot see of its hypervisor, and what in the configuration says so. */
enum vm_hiding_kind {
    VM_HIDES_KVM,     /* that it is KVM */
    VM_HIDES_HYPER_V, /* Hyper-V's interface has another maker's name */
    VM_HIDES_ALL,     /* the CPUID bit that tells of any hypervisor */
};
struct vm_hiding {
    enum vm_hiding_kind kind;
    const char *how;
    long line;
};

/* What the guest is told of its processor, and how wide addresses can be. */
struct vm_cpu {
    char model[64]; /* as QEMU calls it; "": none is named */
    long line;
    struct vm_hiding hidings[MAX_HIDINGS];
    int hiding_count;
    bool is_limited;  /* somebody has limited the width of its addresses */
    long viommu_line; /* of a virtual IOMMU of Intel's kind; 0: none */
    int viommu_bits;  /* 0: what QEMU chooses */
    bool has_caching; /* the virtual IOMMU has caching mode */
    int qemu_version; /* of the machine: 902 is 9.2; 0: the latest */
};

enum vm_guest { VM_GUEST_UNKNOWN, VM_GUEST_LINUX, VM_GUEST_OTHER };

struct vm_state {
    struct root *root;
    const struct pci_machine *machine; /* NULL: not known */
    struct findings *findings;
    const char *file;
    bool is_proxmox;
    bool is_q35;
    bool is_virt; /* the machine of ARM and others, which has PCI Express and no SeaBIOS */
    bool is_ovmf;
    bool starts_at_boot;
    bool is_macos; /* which wants a processor model that it knows, and not that of the host */
    enum vm_guest guest;
    long secure_boot_line; /* where its firmware gets the keys of Secure Boot; 0: it does not */
    struct passed_device passed[MAX_PASSED_DEVICES];
    int passed_count;
    bool has_mdev;    /* a mediated device that names no PCI device */
    bool has_unknown; /* something more is passed, and what is not known */
    int rom_files;    /* looked up so far: each one costs a listing of its directory */
    struct vm_cpu cpu;
    struct vm_facts facts;
};

/* Adds a finding about a line of the configuration; 0: about all of it. */
#define vm_finding(vm, line, ...) findings_add((vm)->findings, (vm)->file, (line), __VA_ARGS__)

/* ---- probe/vm_devices.c ---- */

/* Whether the file is surely one of this machine: one from elsewhere may be that of another, and so may that
 * of a cluster's node. */
bool vm_is_of_this_machine(const struct vm_state *vm);

/* Adds a device; reports one that is there twice. */
void vm_pass_device(struct vm_state *vm, const struct passed_device *device);

/* Whether this device is passed by `device`. */
bool vm_device_covers(const struct passed_device *device, const struct pci_address *address);

/* Compares the devices with those of the machine, when they are known: whether they are there, and all of
 * each GPU is passed. */
void vm_check_devices(struct vm_state *vm);

/* Whether the device is, or has, a GPU; unknown without a list of devices. */
enum tristate vm_device_is_gpu(const struct vm_state *vm, const struct passed_device *device);

/* The maker of the GPUs that are passed; 0 when they are of several, or not all are known. */
uint16_t vm_gpu_vendor(const struct vm_state *vm);

/* Whether the guest gets a part of a GPU: a mediated device, or a virtual function. */
bool vm_has_part(const struct vm_state *vm);

/* The ROM that a device is given in line `line`: a file ("": none), and whether its ROM BAR is hidden.
 * Reports a file that does not exist. */
void vm_check_rom(struct vm_state *vm, const char *path, bool bar_off, long line);

/* Notes what a report says of the machine. */
void vm_note_facts(struct vm_state *vm, enum hypervisor hypervisor);

/* ---- probe/vm_cpu.c ---- */

/* Notes that the configuration hides the hypervisor; `how`, which stays valid, begins a sentence. */
void vm_note_hiding(struct vm_state *vm, enum vm_hiding_kind kind, const char *how, long line);

/* 902 for "pc-q35-9.2+pve1" or "type=pc-i440fx-9.2,viommu=intel"; 0 without a version. */
int vm_machine_version(struct span machine);

/* Judges what is noted of processor and addresses, when all has been read. */
void vm_check_cpu(struct vm_state *vm);

/* ---- probe/qemu_args.c ---- */

/* Words of a QEMU command line, while they are read. */
struct qemu_args {
    struct vm_state *vm;
    long line;
    char option[32];  /* the option whose value comes next */
    int device_count; /* devices that are passed */
    long device_line; /* of the first one */
};

/* Takes one word. Of what it knows, the last one counts, as for QEMU: -cpu replaces what is noted so far. */
void qemu_args_take(struct qemu_args *args, struct span word);

/* Takes the words of a line, split and unquoted as a shell does it. */
void qemu_args_take_line(struct qemu_args *args, struct span line);

/* ---- the readers ---- */

void proxmox_conf_check(struct vm_state *vm, struct span text);
bool proxmox_conf_recognise(struct span text);
bool proxmox_conf_is_container(struct span text);

/* VM_CONFIG_FOREIGN when it is no command line of QEMU. */
enum vm_config_result qemu_line_check(struct vm_state *vm, struct span text);

/* `lines_before`: how many lines of the file are before the text. */
enum vm_config_result domain_xml_check(struct vm_state *vm, struct span text, long lines_before);

#endif
