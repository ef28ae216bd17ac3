/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_PROBE_ACPI_H
#define PASSTHRU_PROBE_ACPI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/pci_id.h"
#include "core/tristate.h"
#include "probe/aml.h"
#include "probe/pci.h"
#include "probe/root.h"

/* What the firmware's ACPI tables say about graphics cards: whether a laptop's vBIOS comes from a method of
 * the firmware (_ROM for NVIDIA, ATRM for AMD) or from the table VFCT, neither of which a virtual machine
 * has, and what switches between two GPUs. The tables are those that the kernel has loaded: DSDT, SSDTs
 * (PSDT and OSDT of before ACPI 2.0, OEMx in dynamic/) and VFCT below /sys/firmware/acpi/tables. A wrong
 * checksum is no fault: the kernel loads such a table too. */
struct acpi;

/* Reads all tables. What could not be read is noted in `root`, and makes answers unknown; only a lack of
 * memory is an error. The caller frees it with acpi_free; NULL is fine. */
MUST_CHECK enum error_code acpi_read(struct root *root, struct acpi **acpi, struct error *error);
void acpi_free(struct acpi *acpi);

/* TRISTATE_YES when all that defines the namespace was read and understood, else TRISTATE_UNKNOWN: what was
 * found does exist, but what was not found may exist too. */
enum tristate acpi_readable(const struct acpi *acpi);

/* Which GPU is asked about. Paths are as sysfs has them in firmware_node/path ("\_SB_.PCI0.PEG_.VID_"), ""
 * when there is none. */
struct acpi_question {
    const char *gpu_path;
    const char *port_path; /* of the port or bridge that the GPU is plugged in at */
    struct pci_address address;
    struct pci_id id;
    enum tristate is_amd_discrete;
    enum tristate removable;           /* behind Thunderbolt or USB4: TRISTATE_UNKNOWN counts as no */
    const struct pci_machine *machine; /* whose display devices' nodes are asked for ATRM and ATPX */
};

enum acpi_rom {
    ACPI_ROM_UNKNOWN,        /* tables could not be read, or whose method it is is unknown */
    ACPI_ROM_NO,             /* no method of this GPU: its vBIOS may come from elsewhere */
    ACPI_ROM_YES,            /* the GPU's own node has it */
    ACPI_ROM_BINDING_UNSURE, /* some node below the GPU's port has it */
};

enum { ACPI_WHERE_SIZE = AML_PATH_TEXT_SIZE + 40 };

/* What is so for one GPU. Where something is: "\_SB.PCI0.PEG0.PEGP._ROM in SSDT2"; "" where it is not. The
 * table's name comes from a file name and may hold any bytes. */
struct acpi_gpu {
    char path[AML_PATH_TEXT_SIZE]; /* its node, as people and iasl write it; "" when not known */
    enum acpi_rom rom_method;
    /* The hybrid graphics methods lie at the integrated GPU, and serve an AMD discrete GPU that is built in.
     */
    enum tristate atrm;
    enum tristate atpx;
    /* Whether the GPU's own _DSM answers to NVIDIA's functions: it, or what it calls, has their UUID; unknown
     * when only something else does that it may call. */
    enum tristate optimus_dsm;
    enum tristate mux_dsm;
    enum tristate vfct; /* the table VFCT has an image for this device */
    char where_rom[ACPI_WHERE_SIZE];
    char where_atrm[ACPI_WHERE_SIZE];
    char where_atpx[ACPI_WHERE_SIZE];
    char where_optimus_dsm[ACPI_WHERE_SIZE];
    char where_mux_dsm[ACPI_WHERE_SIZE];
    const uint8_t *vfct_image; /* belongs to the tables; NULL when there is none */
    size_t vfct_image_length;  /* bytes */
};

/* Any answer but "unknown" for what is not there needs acpi_readable. Where neither the GPU's node nor its
 * port is known, a method that is anywhere may be its own, and the answer is unknown. */
void acpi_gpu_facts(const struct acpi *acpi, const struct acpi_question *question, struct acpi_gpu *facts);

#endif
