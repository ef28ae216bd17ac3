/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CORE_LISTING_H
#define PASSTHRU_CORE_LISTING_H

#include <stdbool.h>

#include "core/buffer.h"
#include "core/pci_id.h"

/* PCI devices as programs other than `lspci -nn` list them: lspci -mm and -vmm, pvesh (Proxmox), pciconf
 * (FreeBSD), hwinfo, esxcli hardware pci list (ESXi), system_profiler (macOS), vulkaninfo, nvidia-smi -q,
 * virsh nodedev-dumpxml, GPU-Z, and the hardware IDs of Windows. */

enum { LISTING_ADDRESS_SIZE = 24, LISTING_DRIVER_SIZE = 32, LISTING_NO_GROUP = -1 };

/* What is stated of one device; what is not is 0, "" or LISTING_NO_GROUP. */
struct listing_device {
    struct pci_id id;                   /* vendor 0: not stated */
    char address[LISTING_ADDRESS_SIZE]; /* as pci_address_parse() has it */
    bool has_class;
    uint16_t class_code; /* base class and subclass */
    uint8_t interface;
    int iommu_group;
    bool driver_known; /* so that "" means that there is none */
    char driver[LISTING_DRIVER_SIZE];
};

#define LISTING_DEVICE_UNKNOWN ((struct listing_device){.iommu_group = LISTING_NO_GROUP})

/* Exactly so many hexadecimal digits at `text`, eight at most. */
bool listing_read_hex(const char *text, size_t digits, unsigned *value);

/* Reads a line that has all of a device: `01:00.0 "3D controller [0302]" "NVIDIA ... [10de]" ...`,
 * `| 0x030000 | 0x1b81 | 0000:01:00.0 | ...`, `vgapci0@pci0:1:0:0: class=0x030000 ...`,
 * `PCI\VEN_10DE&DEV_1B81&SUBSYS_...`, `Device ID  10DE 2504 - 1462 397D`. False when it is none of these, or
 * has no ID. */
bool listing_read_line(const char *line, struct listing_device *device);

/* Of the JSON that `pvesh get /nodes/NODE/hardware/pci --output-format json` prints, appends to `rows` the
 * lines of the table that it prints otherwise. False when it is none. */
bool listing_read_json(const char *text, size_t length, struct buffer *rows);

/* Reads `Key: value` of a record of lspci -vmm and others into `device`; the first line of a record
 * clears it. False when it is no such line. */
bool listing_read_field(const char *line, struct listing_device *device);

#endif
