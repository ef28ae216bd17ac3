/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/gpu_list.h"

#include <stdio.h>

static const char devices_directory[] = "/sys/bus/pci/devices";

static bool read_number(struct root *root, const struct pci_address *address, const char *name,
                        long long *number)
{
    char path[64];
    char text[PCI_ADDRESS_TEXT_SIZE];
    snprintf(path, sizeof path, "%s/%s/%s", devices_directory, pci_address_print(address, text), name);
    return root_read_number(root, path, number);
}

bool pci_read_id(struct root *root, const struct pci_address *address, struct pci_id *id)
{
    long long vendor;
    long long device;
    if (!read_number(root, address, "vendor", &vendor) || !read_number(root, address, "device", &device))
        return false;
    *id = (struct pci_id){.vendor = (uint16_t)vendor, .device = (uint16_t)device};
    return true;
}

static bool read_gpu(struct root *root, const char *name, struct pci_device *gpu)
{
    long long class_code;
    *gpu = PCI_DEVICE_UNKNOWN;
    if (!pci_address_parse(name, &gpu->address) || !read_number(root, &gpu->address, "class", &class_code))
        return false;
    gpu->base_class = (uint8_t)(class_code >> 16);
    gpu->sub_class = (uint8_t)(class_code >> 8);
    gpu->interface = (uint8_t)class_code;
    return pci_is_gpu_class(gpu) && pci_read_id(root, &gpu->address, &gpu->id);
}

int gpu_list(struct root *root, struct pci_device *gpus, int limit)
{
    int count = 0;
    struct root_names names CLEANUP(root_names_free) = root_list(root, devices_directory, MAX_PCI_DEVICES);
    for (int i = 0; i < names.count && count < limit; i++)
        count += read_gpu(root, names.items[i], &gpus[count]);
    return count;
}
