/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_PROBE_SCAN_H
#define PASSTHRU_PROBE_SCAN_H

#include "core/finding.h"
#include "core/gpu.h"
#include "core/report_draft.h"
#include "core/sandbox.h"
#include "probe/acpi.h"
#include "probe/host_config.h"
#include "probe/iommu.h"
#include "probe/option_rom.h"
#include "probe/rom_bar.h"

/* One machine, and what matters of it for a passthrough. Findings of the host are about its set-up; those of
 * a GPU are about the GPU itself or about how it is set up here (finding_fault). */

enum { MAX_SCAN_GPUS = 64, MAX_FOREIGN_DEVICES = 64, MAX_FUNCTIONS = 8 };

/* Whether a GPU of this machine drives monitors itself. The connectors below /sys/class/drm are evidence; a
 * 3D controller (class 0302) states that it has none. A driver must hold the GPU to show connectors: vfio-pci
 * shows none, and that proves nothing. */
struct display_path {
    int outputs;     /* -1: not known */
    bool by_class;   /* only its class says that it has none */
    char names[200]; /* of the connectors: "HDMI-A-1, DP-1" */
};

/* The option ROM that is read through the ROM BAR. */
struct rom_reading {
    enum rom_bar_state state;
    bool is_shadow;          /* the firmware's copy at 0xC0000, not the card's own ROM */
    enum tristate present;   /* there are bytes in it */
    enum tristate valid;     /* they are a well-formed image */
    enum tristate matches;   /* for this GPU */
    struct option_rom image; /* when there are bytes */
};

struct scan_gpu {
    const struct pci_device *device;
    const struct pci_device *port; /* the bridge above it; NULL: none */
    enum chassis chassis;          /* of the host, or egpu */
    struct display_path display;
    struct acpi_gpu acpi;
    struct rom_reading rom;
    enum tristate isolated;                   /* its group holds nothing but its own functions and bridges */
    int foreign_devices[MAX_FOREIGN_DEVICES]; /* of the group, as indexes into the machine's devices */
    int foreign_count;                        /* in all, more than are listed perhaps */
    bool framebuffer;                         /* a framebuffer of the firmware is in its memory */
    struct findings findings;
};

struct scan {
    struct root *root;
    struct sandbox sandbox; /* that it was read in */
    bool from_text;         /* lspci's text of another machine: nothing is known of its host */
    struct host host;
    struct iommu iommu;
    struct pci_machine machine;
    struct acpi *acpi;
    struct findings findings;      /* of the host */
    struct findings configuration; /* of its command line, modprobe.d and so on */
    enum tristate configured;      /* these are right */
    struct host_setup setup;       /* what these say */
    const struct pci_device *gpus[MAX_SCAN_GPUS];
    int gpu_count;
    bool are_named;                                       /* they are those of the addresses given */
    const struct pci_device *accelerators[MAX_SCAN_GPUS]; /* that are no GPUs: see scan_keep_gpus in cli/ */
    int accelerator_count;
};

/* That there is no GPU: why, and what to do. Returns ERROR_NOT_FOUND. */
enum error_code scan_no_gpu(const struct scan *scan, struct error *error);

/* Reads a machine, or with `lspci` (a path, "-" for standard input) what lspci printed on another one; `root`
 * then is only borrowed. The GPUs are those of the addresses given, or with none all that may be one by their
 * class, but virtual functions.
 * ERROR_NOT_FOUND when there is no GPU, or an address has no device. The caller calls scan_free, also after
 * an error. */
MUST_CHECK enum error_code scan_read(struct root *root, const char *lspci,
                                     const struct pci_address *addresses, int address_count,
                                     struct scan *scan, struct error *error);
void scan_free(struct scan *scan);

/* Looks at one GPU. `form_factor` is what the database says of its ID. The caller calls scan_gpu_free. */
void scan_look(struct scan *scan, const struct pci_device *device, enum form_factor form_factor,
               struct scan_gpu *gpu);
void scan_gpu_free(struct scan_gpu *gpu);

/* Sets the attributes of a GPU to what was seen on this machine. Returns whether anything changed. */
bool scan_observe(const struct scan_gpu *gpu, struct gpu *known);

/* Whether the driver of this GPU asks the firmware's method _ROM for the vBIOS: NVIDIA's and nouveau do;
 * amdgpu asks ATRM, VFCT and the ROM, and i915 and xe none of them. */
bool scan_asks_rom_method(const struct scan_gpu *gpu);

/* Finds what stands in the way on the host itself; and what could not be read, once everything was looked
 * at. */
void scan_judge_host(struct scan *scan);
void scan_judge_unreadable(struct scan *scan);

/* Finds what may stop a passthrough. `known` is the GPU with what was observed; NULL when the database lacks
 * it. */
void scan_judge(const struct scan *scan, const struct gpu *known, struct scan_gpu *gpu);

/* What a machine says for a report about one of its GPUs: IDs, kind of machine, processor, system, kernel,
 * hypervisor, where a vBIOS was seen, and whether the IOMMU group is the GPU's own. The texts are those of
 * struct host, which has none that names anybody. */
void scan_report(const struct scan *scan, const struct scan_gpu *gpu, struct report_draft *draft);

/* The functions of a GPU's device, itself included, as indexes into the machine's devices. Returns their
 * number. */
int scan_functions(const struct scan *scan, const struct pci_device *gpu, int functions[MAX_FUNCTIONS]);

#endif
