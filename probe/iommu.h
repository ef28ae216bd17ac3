#ifndef PASSTHRU_PROBE_IOMMU_H
#define PASSTHRU_PROBE_IOMMU_H

#include "probe/host.h"
#include "probe/pci.h"

/* Whether devices can be given to a guest at all, and in which company. Intel VT-d Architecture
 * Specification 4.1 section 8, AMD I/O Virtualization Technology Specification 3.08 section 5. */

enum iommu_kind { IOMMU_KIND_UNKNOWN, IOMMU_KIND_INTEL, IOMMU_KIND_AMD, IOMMU_KIND_OTHER };

/* Why it is off. */
enum iommu_fault {
    IOMMU_FAULT_NONE,
    IOMMU_FAULT_FIRMWARE,     /* the firmware offers none: no DMAR, no IVRS */
    IOMMU_FAULT_COMMAND_LINE, /* the kernel was not told to use it, or told not to */
    IOMMU_FAULT_UNKNOWN,
};

struct iommu {
    enum tristate enabled;
    enum iommu_kind kind;
    enum tristate table; /* the firmware has a DMAR or IVRS table */
    enum tristate interrupt_remapping;
    enum iommu_fault fault;
};

/* Also completes the groups of the machine's devices from /sys/kernel/iommu_groups where they have no link to
 * theirs. */
void iommu_read(struct root *root, const struct host *host, struct pci_machine *machine, struct iommu *iommu);

/* "intel", "amd", "other", or NULL when it is not known. */
const char *iommu_kind_word(enum iommu_kind kind);

/* The devices of a GPU's group that are neither functions of its own nor bridges: they are lost to the host,
 * or stand in the way. Stores up to `limit` indexes into machine->devices and returns how many there are in
 * all. */
int iommu_group_strangers(const struct pci_machine *machine, const struct pci_device *gpu, int strangers[],
                          int limit);

#endif
