/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints what probe/pci.h makes of a machine or of a text of lspci, one device on a line, for tests that
 * compare it with lspci itself. Usage: pci_dump sysfs [FOLDER] | pci_dump lspci FILE */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "probe/pci.h"

/* Prints a line about a device, "0000:01:00.0 0302 10de:1d16:1028:08b0 a1", and after these only what is
 * known: of a BAR the address and the bytes, then i for I/O, w for 64 bits, p for prefetchable, r and the
 * resizable sizes. */
static void show_device(const struct pci_machine *machine, const struct pci_device *device)
{
    static const char signs[] = "?-+";
    char text[PCI_ID_TEXT_SIZE];
    char address[PCI_ADDRESS_TEXT_SIZE];
    printf("%s %02x%02x", pci_address_print(&device->address, address), device->base_class,
           device->sub_class);
    if (device->interface)
        printf("/%02x", device->interface);
    printf(" %s", pci_id_print(&device->id, text));
    if (device->id.has_revision)
        printf(" %02x", device->id.revision);
    if (device->is_silent)
        printf(" silent");
    if (device->driver_known)
        printf(" driver=%s", device->driver);
    if (device->iommu_group != IOMMU_GROUP_UNKNOWN)
        printf(" group=%d", device->iommu_group);
    if (device->flr || device->pm_reset)
        printf(" flr%c pm%c", signs[device->flr], signs[device->pm_reset]);
    if (device->sriov_total >= 0)
        printf(" vf=%d/%d", device->sriov_total, device->sriov_enabled);
    if (device->is_bridge)
        printf(" bridge=%02x", device->secondary_bus);
    if (device->parent >= 0)
        printf(" below=%s", pci_address_print(&machine->devices[device->parent].address, address));
    for (int i = 0; i <= PCI_BAR_COUNT; i++) {
        const struct pci_bar *bar = i < PCI_BAR_COUNT ? &device->bars[i] : &device->rom;
        if (bar->address || bar->size || bar->resizable)
            printf(" %c=%" PRIx64 "+%" PRIx64 "%s%s%s", i < PCI_BAR_COUNT ? '0' + i : 'R', bar->address,
                   bar->size, bar->is_io ? "i" : "", bar->is_64bit ? "w" : "",
                   bar->is_prefetchable ? "p" : "");
        if (bar->resizable)
            printf("r%" PRIx64, bar->resizable);
    }
    putchar('\n');
}

int main(int argc, char **argv)
{
    struct error error = {.code = ERROR_NONE};
    struct pci_machine machine = {.count = 0};
    struct root *root = NULL;
    if (argc < 2 || (strcmp(argv[1], "lspci") == 0 && argc < 3)) {
        fprintf(stderr, "usage: pci_dump sysfs [FOLDER] | pci_dump lspci FILE\n");
        return 2;
    }
    if (strcmp(argv[1], "lspci") == 0) {
        if (pci_read_lspci(argv[2], &machine, &error) == ERROR_NONE)
            printf("# %s\n", machine.source == PCI_SOURCE_DUMP ? "dump" : "text");
    } else if (root_open(argc > 2 ? argv[2] : NULL, &root, &error) == ERROR_NONE) {
        if (pci_read_machine(root, &machine, &error) == ERROR_NONE)
            printf("# sysfs\n");
    }
    for (int i = 0; i < machine.count; i++)
        show_device(&machine, &machine.devices[i]);
    for (int i = 0; root && root_fault(root, i); i++)
        printf("! %s: %s\n", root_fault(root, i)->path, root_fault(root, i)->why);
    pci_machine_free(&machine);
    root_close(root);
    if (error.code)
        fprintf(stderr, "%s: %s: %s\n", error_slug(error.code), error.message, error.next);
    return error_exit_status(error.code);
}
