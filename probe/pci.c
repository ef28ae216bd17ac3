/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/pci.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CLASS_DISPLAY = 0x03, CLASS_PROCESSOR = 0x0b, CLASS_ACCELERATOR = 0x12, PROCESSOR_COPROCESSOR = 0x40 };

char *pci_address_print(const struct pci_address *address, char text[PCI_ADDRESS_TEXT_SIZE])
{
    snprintf(text, PCI_ADDRESS_TEXT_SIZE, "%04x:%02x:%02x.%x", (unsigned)address->domain,
             (unsigned)address->bus, (unsigned)address->slot, address->function & 7U);
    return text;
}

/* Reads the hexadecimal digits at `*at`, between `least` and `most` of them and then `end`, and moves past
 * that. */
static bool read_field(const char **at, size_t least, size_t most, char end, uint32_t *value)
{
    size_t digits = strspn(*at, "0123456789abcdefABCDEF");
    if (digits < least || digits > most || (*at)[digits] != end)
        return false;
    *value = (uint32_t)strtoul(*at, NULL, 16);
    *at += digits + 1;
    return true;
}

bool pci_address_parse(const char *text, struct pci_address *address)
{
    uint32_t domain = 0;
    uint32_t bus;
    uint32_t slot;
    uint32_t function;
    const char *at = text;
    read_field(&at, 4, 8, ':', &domain);
    if (!read_field(&at, 2, 2, ':', &bus) || !read_field(&at, 2, 2, '.', &slot) ||
        !read_field(&at, 1, 1, '\0', &function) || slot > 0x1f || function > 7)
        return false;
    *address = (struct pci_address){domain, (uint8_t)bus, (uint8_t)slot, (uint8_t)function};
    return true;
}

bool pci_last_id(const char *text, struct pci_id *id)
{
    size_t position = 0;
    size_t length = strlen(text);
    struct pci_id found;
    bool any = false;
    while (pci_id_find(text, length, &position, &found)) {
        *id = found;
        any = true;
    }
    return any;
}

int pci_address_compare(const struct pci_address *a, const struct pci_address *b)
{
    if (a->domain != b->domain)
        return a->domain < b->domain ? -1 : 1;
    if (a->bus != b->bus)
        return a->bus - b->bus;
    return a->slot != b->slot ? a->slot - b->slot : a->function - b->function;
}

/* The address is the first member of a device: bsearch and qsort compare either. */
static int compare(const void *a, const void *b)
{
    return pci_address_compare(a, b);
}

struct pci_device *pci_find(const struct pci_machine *machine, const struct pci_address *address)
{
    return machine->count
               ? bsearch(address, machine->devices, (size_t)machine->count, sizeof *machine->devices, compare)
               : NULL;
}

bool pci_same_slot(const struct pci_address *a, const struct pci_address *b)
{
    return a->domain == b->domain && a->bus == b->bus && a->slot == b->slot;
}

bool pci_same_device(const struct pci_device *a, const struct pci_device *b)
{
    return a == b || (pci_same_slot(&a->address, &b->address) && a->id.vendor == b->id.vendor &&
                      a->is_virtual_function != TRISTATE_YES && b->is_virtual_function != TRISTATE_YES);
}

void pci_driver_module(struct root *root, const char *driver, char *module, size_t size)
{
    char path[100];
    snprintf(path, sizeof path, "/sys/bus/pci/drivers/%.40s/module", driver);
    /* Where it is not recorded, or built in: most drivers are in a module of their name. */
    if (!root_read_link(root, path, module, size))
        snprintf(module, size, "%s", strcmp(driver, "xhci_hcd") == 0 ? "xhci_pci" : driver);
}

bool pci_is_on_vfio(const struct pci_device *device)
{
    return device->driver_known && strcmp(device->driver, "vfio-pci") == 0;
}

bool pci_has_host_driver(const struct pci_device *device)
{
    return device->driver_known && *device->driver && !pci_is_on_vfio(device) &&
           strcmp(device->driver, "pci-stub") != 0 && strcmp(device->driver, "xen-pciback") != 0 &&
           strcmp(device->driver, "ppt") != 0;
}

bool pci_is_display(const struct pci_device *device)
{
    return device->base_class == CLASS_DISPLAY;
}

bool pci_is_gpu_class(const struct pci_device *device)
{
    bool is_accelerator =
        device->base_class == CLASS_ACCELERATOR ||
        (device->base_class == CLASS_PROCESSOR && device->sub_class == PROCESSOR_COPROCESSOR);
    return pci_is_display(device) || (is_accelerator && !device->address.function);
}

void pci_machine_sort(struct pci_machine *machine)
{
    if (machine->count)
        qsort(machine->devices, (size_t)machine->count, sizeof *machine->devices, compare);
}

/* The bridge that states this bus as the one right below it; the lowest one, should there be two. */
static int bridge_to(const struct pci_machine *machine, const struct pci_address *below)
{
    for (int i = 0; i < machine->count; i++) {
        const struct pci_device *bridge = &machine->devices[i];
        if (bridge->is_bridge && bridge->secondary_bus == below->bus &&
            bridge->address.domain == below->domain && bridge->address.bus < below->bus)
            return i;
    }
    return -1;
}

void pci_machine_link(struct pci_machine *machine)
{
    for (int i = 0; i < machine->count; i++) {
        struct pci_device *device = &machine->devices[i];
        const struct pci_device *before = i ? device - 1 : NULL;
        if (device->parent >= 0)
            continue;
        bool same_bus = before && before->address.domain == device->address.domain &&
                        before->address.bus == device->address.bus;
        device->parent = same_bus ? before->parent : bridge_to(machine, &device->address);
    }
}

void pci_mark_virtual_functions(struct pci_machine *machine)
{
    for (int i = 1; i < machine->count; i++) {
        struct pci_device *device = &machine->devices[i];
        for (int k = i - 1; k >= 0 && pci_same_slot(&machine->devices[k].address, &device->address); k--)
            if (pci_is_display(device) &&
                pci_id_number(&machine->devices[k].id) == pci_id_number(&device->id))
                device->is_virtual_function = TRISTATE_YES;
    }
}

void pci_machine_free(struct pci_machine *machine)
{
    free(machine->devices);
    *machine = (struct pci_machine){.devices = NULL};
}
