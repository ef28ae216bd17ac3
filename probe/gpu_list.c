#include "probe/gpu_list.h"

#include <stdio.h>

static const char devices_directory[] = "/sys/bus/pci/devices";

static bool read_number(struct root *root, const char *address, const char *name, long long *number)
{
    char path[320];
    snprintf(path, sizeof path, "%s/%.200s/%s", devices_directory, address, name);
    return root_read_number(root, path, number);
}

static bool read_gpu(struct root *root, const char *name, struct pci_device *gpu)
{
    long long class_code;
    long long vendor;
    long long device;
    *gpu = PCI_DEVICE_UNKNOWN;
    if (!pci_address_parse(name, &gpu->address) || !read_number(root, name, "class", &class_code))
        return false;
    gpu->base_class = (uint8_t)(class_code >> 16);
    gpu->sub_class = (uint8_t)(class_code >> 8);
    gpu->interface = (uint8_t)class_code;
    if (!pci_is_gpu_class(gpu) || !read_number(root, name, "vendor", &vendor) ||
        !read_number(root, name, "device", &device))
        return false;
    gpu->id = (struct pci_id){.vendor = (uint16_t)vendor, .device = (uint16_t)device};
    return true;
}

int gpu_list(struct root *root, struct pci_device *gpus, int limit)
{
    int name_count;
    int count = 0;
    char **names = root_list(root, devices_directory, MAX_PCI_DEVICES, &name_count);
    for (int i = 0; i < name_count && count < limit; i++)
        count += read_gpu(root, names[i], &gpus[count]);
    root_free_names(names, name_count);
    return count;
}
