/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_PROBE_PROXMOX_STATE_H
#define PASSTHRU_PROBE_PROXMOX_STATE_H

/* What the parts of the reader of Proxmox's configurations share. */

#include "probe/vm_state.h"

enum proxmox_setting { MACHINE, BIOS, CPU, VGA, BALLOON, ARGS, EFIDISK, OSTYPE, ONBOOT, SETTING_COUNT };

struct proxmox_conf {
    struct vm_state *vm;
    struct span settings[SETTING_COUNT]; /* empty where not given */
    long lines[SETTING_COUNT];           /* 0: not given */
    int hostpci_count;
    int mapping_count;
    struct buffer mappings; /* of the cluster, read when the first one is asked for */
    bool any_x_vga;
    long x_vga_line;
    long legacy_igd_line; /* 0: none */
    bool maybe_gpu;       /* something that is passed is a GPU, or may be */
    bool maybe_card;      /* and has a PCI Express slot of its own */
};

/* Whether a value is one of those that Proxmox takes for yes. */
static inline bool proxmox_is_yes(struct span value)
{
    static const char *const yes[] = {"1", "on", "yes", "true", NULL};
    return span_is_any(value, yes);
}

/* ---- probe/proxmox_hostpci.c ---- */

bool proxmox_is_hostpci(struct span key);

/* Reads a line hostpciN, and reports what it lacks or cannot be; the settings are known by then. */
void proxmox_hostpci_read(struct proxmox_conf *conf, struct span key, struct span value, long line);

/* Reads the CPU model custom-NAME into vm->cpu, or reports that there is none; without the list of models
 * nothing is known of it, and false returned. */
bool proxmox_custom_cpu(struct proxmox_conf *conf, struct span name);

#endif
