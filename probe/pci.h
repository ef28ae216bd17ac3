/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_PROBE_PCI_H
#define PASSTHRU_PROBE_PCI_H

#include <stdint.h>

#include "core/error.h"
#include "core/pci_id.h"
#include "core/tristate.h"
#include "probe/root.h"

/* The PCI devices of a machine: from sysfs by libpci (the live machine or a recorded one), from a dump that
 * `lspci -xxx` made, or from any other text that lspci prints. PCI Local Bus Specification 3.0 and PCI
 * Express Base Specification 5.0. */

enum { MAX_PCI_DEVICES = 4096, PCI_BAR_COUNT = 6, PCI_ADDRESS_TEXT_SIZE = 20 };

struct pci_address {
    uint32_t domain; /* more than 16 bits behind an Intel Volume Management Device: 10000 */
    uint8_t bus;
    uint8_t slot;     /* 0 to 31 */
    uint8_t function; /* 0 to 7 */
};

struct pci_bar {
    uint64_t address;
    uint64_t size; /* bytes; 0: no such BAR, or its size is not known */
    bool is_io;
    bool is_64bit;
    bool is_prefetchable;
    /* Sizes that it can have (Resizable BAR): bit n stands for 1 MiB << n; 0: not resizable, or not known. */
    uint64_t resizable;
};

enum { IOMMU_GROUP_UNKNOWN = -2, IOMMU_GROUP_NONE = -1 };

struct pci_device {
    struct pci_address address;
    struct pci_id id; /* subsystem and revision where they are known */
    char name[128];   /* as a listing states it: "NVIDIA Corporation GB202 [GeForce RTX 5090]"; "" when not
                         known */
    uint8_t base_class;
    uint8_t sub_class;
    uint8_t interface;
    bool is_detailed;      /* of sysfs: all was read, as below, not only what is of every device */
    bool is_bridge;        /* header type 1 */
    bool is_silent;        /* does not answer: all registers read ff */
    int parent;            /* index of the bridge above it; -1: on a root bus, or not known */
    uint8_t secondary_bus; /* of a bridge */
    struct pci_bar bars[PCI_BAR_COUNT];
    struct pci_bar rom;     /* expansion ROM BAR */
    enum tristate flr;      /* function level reset: PCI Express or Advanced Features capability */
    enum tristate pm_reset; /* leaving D3hot resets it (No_Soft_Reset is clear) */
    enum tristate boot_vga;
    enum tristate removable; /* behind a port that the firmware calls external: Thunderbolt, USB4 */
    enum tristate d3cold_allowed;
    enum tristate is_virtual_function;
    int sriov_total;   /* virtual functions that it can have; 0: none, -1: not known */
    int sriov_enabled; /* that are there now; -1: not known */
    int iommu_group;   /* or IOMMU_GROUP_... */
    bool driver_known;
    char driver[32]; /* "" when none is bound */
    bool resets_known;
    char resets[64];     /* reset_method as the kernel lists it: "flr bus"; "" when it has none */
    char acpi_path[256]; /* "\_SB_.PCI0.PEG_.VID_" as the kernel has it; "" when not known */
};

/* A device of which nothing is known. */
#define PCI_DEVICE_UNKNOWN                                                                                   \
    ((struct pci_device){                                                                                    \
        .parent = -1, .sriov_total = -1, .sriov_enabled = -1, .iommu_group = IOMMU_GROUP_UNKNOWN})

enum pci_source { PCI_SOURCE_SYSFS, PCI_SOURCE_DUMP, PCI_SOURCE_LSPCI };

struct pci_machine {
    enum pci_source source;
    struct pci_device *devices; /* by address */
    int count;
    int omitted; /* devices that a text names without their IDs, or beyond MAX_PCI_DEVICES */
};

/* Reads all devices of a machine. Of most of them that is identity, class, bridge, group and driver; all
 * else is read of GPUs, the other functions of their cards, and the bridges above them, and is unknown of
 * others. What cannot be read is noted (root_fault); a machine without any device is no error.
 * ERROR_SYSTEM when libpci is missing. The caller calls pci_machine_free, also after an error. */
MUST_CHECK enum error_code pci_read_machine(struct root *root, struct pci_machine *machine,
                                            struct error *error);

/* The PCI ID at an address, from files of sysfs alone; false when there is none. */
bool pci_read_id(struct root *root, const struct pci_address *address, struct pci_id *id);

/* The GPUs of a machine (pci_is_gpu_class) by address, with nothing but address, class and PCI ID: from three
 * files of sysfs each, without waking any of them. Stores at most `limit` of them and returns how many. */
int pci_list_gpus(struct root *root, struct pci_device *gpus, int limit);

/* Reads what lspci has printed: hexadecimal dumps of whole configuration spaces (-x, -xxx, -xxxx) by libpci,
 * any other text (-nn, -nnk, -nnvv, also indented or quoted in a forum) by our own reader. `-` is standard
 * input. What no line states is unknown; that no driver is bound is known only where the kernel's modules are
 * listed. ERROR_BAD_INPUT when there is no PCI device with an ID in it, or more than 16 MiB. The caller calls
 * pci_machine_free, also after an error. */
MUST_CHECK enum error_code pci_read_lspci(const char *path, struct pci_machine *machine, struct error *error);

void pci_machine_free(struct pci_machine *machine);

/* "0000:01:00.0"; returns `text`. */
char *pci_address_print(const struct pci_address *address, char text[PCI_ADDRESS_TEXT_SIZE]);

/* The same in memory that lasts to the end of the block that this stands in. */
#define pci_address_text(address) pci_address_print((address), (char[PCI_ADDRESS_TEXT_SIZE]){""})

/* Parses "0000:01:00.0" or "01:00.0", all of `text`. A domain has 4 to 8 digits. */
bool pci_address_parse(const char *text, struct pci_address *address);

/* The last PCI ID in `text`, such as the one at the end of `Subsystem: Dell Device [1028:08b0]`. */
bool pci_last_id(const char *text, struct pci_id *id);

/* By domain, bus, slot and function, like strcmp. */
int pci_address_compare(const struct pci_address *a, const struct pci_address *b);

/* NULL when there is none at this address. */
struct pci_device *pci_find(const struct pci_machine *machine, const struct pci_address *address);

/* Same domain, bus and slot. */
bool pci_same_slot(const struct pci_address *a, const struct pci_address *b);

/* Whether two devices are one, or functions of one card, which go to a guest together: same slot, same
 * vendor, and neither a virtual function. So the processor's other devices in the slot of an APU (security
 * processor, USB, audio: 1022) are none of its GPU (1002), and those of a management controller none of its
 * display. */
bool pci_same_device(const struct pci_device *a, const struct pci_device *b);

/* The kernel module that a driver is in, by sysfs: "i2c_nvidia_gpu" of the driver nvidia-gpu; where sysfs
 * does not say, the name of the driver. */
void pci_driver_module(struct root *root, const char *driver, char *module, size_t size);

/* Whether vfio-pci holds the device; whether a driver does that uses it for the host. */
bool pci_is_on_vfio(const struct pci_device *device);
bool pci_has_host_driver(const struct pci_device *device);

/* Brings the devices of a machine into their order, and finds the bridge above each that has none yet, by
 * the bridges' bus numbers. A bridge always has a lower bus number than what is below it, so that walking up
 * by `parent` ends. */
void pci_machine_sort(struct pci_machine *machine);
void pci_machine_link(struct pci_machine *machine);

/* Marks as virtual functions display devices with the ID of an earlier function of their slot, which is all
 * that a listing shows of them: no card has the same GPU twice in a slot. */
void pci_mark_virtual_functions(struct pci_machine *machine);

bool pci_is_display(const struct pci_device *device); /* class 03 */

/* Whether it may be a GPU, as far as its class says: display controllers, and the processing accelerators
 * (class 12) and coprocessors (0b40) that people pass through for compute, unless they are a further function
 * of a chipset. Many of these two are none (NPUs, QAT): that is for the database to say. */
bool pci_is_gpu_class(const struct pci_device *device);

#endif
