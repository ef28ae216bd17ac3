/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_PROBE_HOST_STATE_H
#define PASSTHRU_PROBE_HOST_STATE_H

/* What the readers of the host's configuration share: for probe/ only, the door is probe/host_config.h. */

#include "core/buffer.h"
#include "core/finding.h"
#include "core/pci_id.h"
#include "probe/config_text.h"
#include "probe/host_config.h"
#include "probe/pci.h"

enum { MAX_CMDLINE_PARAMS = 512 };

struct host_state {
    struct root *root;
    const struct pci_machine *machine; /* NULL: not known */
    struct findings *findings;
    const char *file; /* what is being looked at, for host_finding */
    long line;
    struct host_setup setup;
    char release[64];                /* of the kernel that runs, as uname -r prints it; "" when not known */
    bool is_unraid;                  /* its root file system is made anew at each start */
    bool vfio_builtin;               /* vfio-pci is no module of this kernel */
    int kernel;                      /* 100 * major + minor: 602 is 6.2; 0: not known */
    const char *running_intel_iommu; /* of the running kernel: "on", "off", or NULL */
    int ids_parameters;              /* how often modprobe.d has options vfio-pci ids= */
    bool nvidia_installed;           /* NVIDIA's own driver: its package's modprobe.d file is there */
    struct config_place split;       /* where a GPU is split into virtual functions (SR-IOV) */
    struct config_place disable_vga; /* where vfio-pci is told to keep off VGA's ports and memory */
    bool vfio_named;                 /* something mentions vfio-pci, or sets devices aside without it */
};

/* Adds a finding about the line that is being looked at. */
#define host_finding(host, ...) findings_add((host)->findings, (host)->file, (host)->line, __VA_ARGS__)

/* The parameters of a kernel command line, each with its place. Zero is an empty one. */
struct cmdline_param {
    size_t text; /* offset in `texts` */
    size_t file; /* the same */
    long line;
};
struct cmdline {
    struct buffer texts;
    struct cmdline_param params[MAX_CMDLINE_PARAMS];
    int count;
    bool is_cut; /* there were more than fit */
};

/* ---- probe/host_binding.c ---- */

/* Reads what the kernel itself brings, and what sets devices aside by their address or splits them. */
void host_binding_check(struct host_state *host);

/* Notes the line that is being looked at, unless there is a place already. */
void host_note_place(const struct host_state *host, struct config_place *place);

/* Whether a driver's parameter splits a GPU into virtual functions: max_vfs=7 of i915 or xe. */
bool splits_gpu(struct span driver, struct span parameter, struct span value);

/* Notes that a module leaves devices to vfio-pci: it is blacklisted, or loaded later. */
void hold_back_module(struct host_setup *setup, struct span module);
bool is_held_back(const struct host_setup *setup, const char *module);

/* The command that makes the initramfs of this host anew; where that is not known, the three that may be it.
 */
const char *host_initramfs_step(const struct host_setup *setup);

/* ---- probe/cmdline.c ---- */

const char *cmdline_param(const struct cmdline *line, int number);
const char *cmdline_param_file(const struct cmdline *line, int number);

/* Adds the parameters of `text`: spaces separate them, except between double quotes. */
void cmdline_add(struct cmdline *line, struct span text, const char *file, long first_line);
/* Adds those of another line. */
void cmdline_join(struct cmdline *line, const struct cmdline *other);
void cmdline_free(struct cmdline *line);

/* Whether the line has this parameter, - and _ before the = being the same. */
bool cmdline_has(const struct cmdline *line, const char *param);

/* A parameter that can be on or off. */
struct switch_state {
    const char *key;
    const char *how; /* "on", "off" or NULL: neither is given */
    int param;       /* the last one that gives it */
    bool contradicts;
};

/* Parameters are read from left to right, and each one overrides those before it. */
struct switch_state cmdline_read_switch(const struct cmdline *line, const char *key);

/* What the line says last of it: "on", "off", or NULL when it says neither. */
const char *cmdline_switch(const struct cmdline *line, const char *key);
bool cmdline_is(const struct cmdline *line, const char *key, const char *how);

/* Makes the line what a variable of /etc/default/grub says that it is. */
void cmdline_assign(struct cmdline *line, const struct shell_variable *variable);

/* ---- probe/cmdline_params.c ---- */

/* Looks at each parameter of a command line by itself. Those that `others` (NULL: none) has too are skipped.
 */
void cmdline_params_check(struct host_state *host, const struct cmdline *line, const struct cmdline *others);

/* Looks at a command line as a whole, which is, or will be, the one that counts. `igpu` is the file of a
 * virtual machine that passes the GPU of an Intel processor; "": none does. */
void cmdline_check(struct host_state *host, const struct cmdline *line, bool passthrough_wanted,
                   const char *igpu);

/* Whether it is a parameter that a passthrough is set up with. */
bool cmdline_param_matters(const char *param);

/* ---- probe/command_lines.c ---- */

/* Reads the running command line and all files that the next one may come from, and says in host->setup
 * whether there was one. The one that counts is left in `effective`. */
void command_lines_check(struct host_state *host, struct cmdline *effective);

/* ---- probe/vfio_ids.c ---- */

/* Takes the value of ids= of vfio-pci, as a parameter of the kernel or of the module; reports what the kernel
 * would not understand. */
void vfio_ids_add(struct host_state *host, struct span ids, bool is_param);

/* Drops those of the module, because others are given after them. */
void vfio_ids_forget(struct host_state *host);

/* Whether vfio-pci is to claim devices with this ID. */
bool vfio_ids_have(const struct host_setup *setup, const struct pci_id *id);

/* Whether text looks like PCI IDs: without its key then. */
bool vfio_id_is_orphan(struct span text);

/* Compares the IDs with the devices, and with the drivers that are loaded earlier. */
void vfio_ids_check(struct host_state *host);

/* The driver that would take a GPU of this maker before vfio-pci does; NULL: none. */
const char *vfio_earlier_driver(const struct host_state *host, uint16_t vendor);

/* ---- probe/modprobe_config.c and probe/initramfs_config.c ---- */

void modprobe_config_check(struct host_state *host);
void initramfs_config_check(struct host_state *host);

/* Reads a file of modprobe.d; its context is the struct host_state. */
config_visitor modprobe_parse;

/* Reports a mistyped vfio module in the line that is being looked at; true when it was one. */
bool vfio_module_typo(struct host_state *host, struct span module);

#endif
