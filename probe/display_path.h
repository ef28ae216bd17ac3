/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_PROBE_DISPLAY_PATH_H
#define PASSTHRU_PROBE_DISPLAY_PATH_H

#include "probe/pci.h"

/* Whether a GPU of this machine drives monitors itself. The connectors below /sys/class/drm are evidence; a
 * 3D controller (class 0302) states that it has none. A driver must hold the GPU to show connectors: vfio-pci
 * shows none, and that proves nothing. */
struct display_path {
    int outputs;     /* -1: not known */
    int connected;   /* of them, with a monitor */
    bool by_class;   /* only its class says that it has none */
    char names[200]; /* of the connectors: "HDMI-A-1, DP-1" */
};

void display_path_read(struct root *root, const struct pci_device *gpu, struct display_path *path);

#endif
