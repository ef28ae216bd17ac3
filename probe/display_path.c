/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/display_path.h"

#include <stdio.h>
#include <string.h>

enum { MAX_DRM_NAMES = 1024 };

/* Whether "card0" is the DRM card of this GPU. A recording may have kept the link without what it leads to.
 */
static bool is_card_of(struct root *root, const char *card, const char *address)
{
    char path[320];
    char device[1024];
    snprintf(path, sizeof path, "/sys/class/drm/%.200s/device", card);
    if (!root_resolve(root, path, device, sizeof device) &&
        !root_read_link(root, path, device, sizeof device))
        return false;
    const char *slash = strrchr(device, '/');
    return strcmp(slash ? slash + 1 : device, address) == 0;
}

static void add_connector(struct root *root, const char *name, const char *connector,
                          struct display_path *path)
{
    char file[320];
    char status[32];
    snprintf(file, sizeof file, "/sys/class/drm/%.200s/status", name);
    root_read_line(root, file, status, sizeof status);
    path->outputs++;
    path->connected += strcmp(status, "connected") == 0;
    size_t used = strlen(path->names);
    snprintf(path->names + used, sizeof path->names - used, "%s%.32s", used ? ", " : "", connector);
}

void display_path_read(struct root *root, const struct pci_device *gpu, struct display_path *path)
{
    char address[PCI_ADDRESS_TEXT_SIZE];
    bool found = false;
    struct root_names names CLEANUP(root_names_free) = root_list(root, "/sys/class/drm", MAX_DRM_NAMES);
    *path = (struct display_path){.outputs = -1};
    pci_address_print(&gpu->address, address);
    for (int i = 0; i < names.count && !found; i++) {
        size_t length = strlen(names.items[i]);
        if (strncmp(names.items[i], "card", 4) != 0 || strchr(names.items[i], '-') ||
            !is_card_of(root, names.items[i], address))
            continue;
        found = true;
        path->outputs = 0;
        for (int other = 0; other < names.count; other++)
            if (strncmp(names.items[other], names.items[i], length) == 0 &&
                names.items[other][length] == '-' && !strstr(names.items[other], "Writeback"))
                add_connector(root, names.items[other], names.items[other] + length + 1, path);
    }
    /* NVIDIA's own driver shows connectors only with modeset=1: none says nothing. */
    if (found && !path->outputs && strcmp(gpu->driver, "nvidia") == 0) {
        path->outputs = -1;
        found = false;
    }
    if (!found && gpu->base_class == 0x03 && gpu->sub_class == 0x02) {
        path->outputs = 0;
        path->by_class = true;
    }
}
