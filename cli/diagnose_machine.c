/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "cli/diagnose.h"
#include "probe/pci.h"

static bool open_machine(struct diagnose_command *command)
{
    struct error error;
    if (!command->root && root_open(command->directory, &command->root, &error))
        command->root = NULL;
    return command->root;
}

/* Whether "6.8.12" are the numbers that this kernel's release begins with. */
static bool runs_kernel(struct root *root, const char *kernel)
{
    char release[128];
    size_t length = strlen(kernel);
    return length && root_read_line(root, "/proc/sys/kernel/osrelease", release, sizeof release) == ROOT_OK &&
           strncmp(release, kernel, length) == 0 &&
           !strchr("0123456789.", release[length] ? release[length] : '-');
}

static const char *find_chip(struct diagnose_command *command, const struct pci_id *id)
{
    static struct device device; /* what the answer points to until the next one */
    struct error error;
    bool is_known = !database_find_device(command->session->database, id, &device, &error) && device.is_gpu;
    return is_known && device.gpu.chip[0] ? device.gpu.chip : NULL;
}

bool diagnose_look(void *context, int64_t address, const char *driver, const char *kernel,
                   struct log_device *device)
{
    static char bound[64]; /* what the answer points to until the next one */
    struct diagnose_command *command = context;
    struct pci_id id;
    char text[LOG_ADDRESS_SIZE];
    char path[96];
    const struct pci_address place = {.domain = (uint32_t)(address >> 16),
                                      .bus = (uint8_t)(address >> 8),
                                      .slot = address >> 3 & 0x1f,
                                      .function = address & 7};
    if (!open_machine(command) || !pci_read_id(command->root, &place, &id))
        return false;
    log_print_address(address, text);
    snprintf(path, sizeof path, "/sys/bus/pci/devices/%s/driver", text);
    if (!root_read_link(command->root, path, bound, sizeof bound))
        bound[0] = '\0';
    if (!command->directory && !runs_kernel(command->root, kernel) && (!driver || strcmp(driver, bound) != 0))
        return false;
    snprintf(path, sizeof path, "/sys/bus/pci/devices/%s/physfn", text);
    *device = (struct log_device){.address = address,
                                  .vendor = id.vendor == 0x10de   ? "nvidia"
                                            : id.vendor == 0x1002 ? "amd"
                                            : id.vendor == 0x8086 ? "intel"
                                                                  : "other",
                                  .driver = bound[0] ? bound : NULL,
                                  .chip = find_chip(command, &id),
                                  .is_vf = tristate_of(root_exists(command->root, path))};
    return true;
}
