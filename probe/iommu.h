/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_PROBE_IOMMU_H
#define PASSTHRU_PROBE_IOMMU_H

#include "probe/host.h"
#include "probe/pci.h"

/* Whether devices can be given to a guest at all, and together with which others. Intel VT-d Architecture
 * Specification 4.1 section 8, AMD I/O Virtualization Technology Specification 3.08 section 5. */

enum iommu_kind { IOMMU_KIND_UNKNOWN, IOMMU_KIND_INTEL, IOMMU_KIND_AMD, IOMMU_KIND_OTHER };

/* Why it is off. */
enum iommu_fault {
    IOMMU_FAULT_NONE,
    IOMMU_FAULT_FIRMWARE,     /* the firmware offers none: no DMAR, no IVRS */
    IOMMU_FAULT_COMMAND_LINE, /* the kernel command line does not turn it on, or turns it off */
    IOMMU_FAULT_UNKNOWN,
};

struct iommu {
    enum tristate enabled;
    enum iommu_kind kind;
    enum tristate table; /* the firmware has a DMAR or IVRS table */
    enum tristate interrupt_remapping;
    enum iommu_fault fault;
};

/* Whether the kernel has units or groups of an IOMMU; unknown where it shows neither directory. */
enum tristate iommu_is_on(struct root *root);

/* Also completes the groups of the machine's devices from /sys/kernel/iommu_groups where they have no link to
 * theirs. */
void iommu_read(struct root *root, const struct host *host, struct pci_machine *machine, struct iommu *iommu);

/* "intel", "amd", "other", or NULL when it is not known. */
const char *iommu_kind_name(enum iommu_kind kind);

/* The foreign devices of a GPU's group: neither its own functions nor bridges. They are lost to the host, or
 * make the group not viable. Stores up to `limit` indexes into machine->devices and returns how many there
 * are in all. */
int iommu_foreign_devices(const struct pci_machine *machine, const struct pci_device *gpu, int foreign[],
                          int limit);

#endif
