/* Prints what probe/pci.h makes of a machine or of a text of lspci, one device on a line, for tests that
 * compare it with lspci itself. Usage: pci_dump sysfs [FOLDER] | pci_dump lspci FILE */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "probe/pci.h"

static const char *word(enum tristate value)
{
    static const char *const words[] = {"?", "no", "yes"};
    return words[value];
}

static void print_bar(const char *name, const struct pci_bar *bar)
{
    if (!bar->size && !bar->address && !bar->resizable)
        return;
    printf(" %s=%" PRIx64 "+%" PRIu64 ",%s%s%s", name, bar->address, bar->size, bar->is_io ? "io" : "memory",
           bar->is_64bit ? ",64" : "", bar->is_prefetchable ? ",prefetchable" : "");
    if (bar->resizable)
        printf(",resizable:%" PRIx64, bar->resizable);
}

static void print_device(const struct pci_machine *machine, const struct pci_device *device)
{
    char text[PCI_ADDRESS_TEXT_SIZE];
    char id[PCI_ID_TEXT_SIZE];
    printf("%s class=%02x%02x%02x id=%s", pci_address_print(&device->address, text), device->base_class,
           device->sub_class, device->interface, pci_id_print(&device->id, id));
    if (device->id.has_revision)
        printf(" rev=%02x", device->id.revision);
    if (device->parent >= 0)
        printf(" parent=%s", pci_address_print(&machine->devices[device->parent].address, text));
    if (device->is_bridge)
        printf(" bridge=%02x-%02x", device->secondary_bus, device->subordinate_bus);
    printf(" group=%d driver=%s flr=%s pm_reset=%s sriov=%d/%d", device->iommu_group,
           device->driver_known ? device->driver : "?", word(device->flr), word(device->pm_reset),
           device->sriov_total, device->sriov_enabled);
    printf(" boot_vga=%s removable=%s d3cold=%s vf=%s", word(device->boot_vga), word(device->removable),
           word(device->d3cold_allowed), word(device->is_virtual_function));
    for (int i = 0; i < PCI_BAR_COUNT; i++) {
        char name[] = {'b', 'a', 'r', (char)('0' + i), '\0'};
        print_bar(name, &device->bars[i]);
    }
    print_bar("rom", &device->rom);
    printf(" resets=[%s] acpi=[%s]\n", device->resets_known ? device->resets : "?", device->acpi_path);
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
        print_device(&machine, &machine.devices[i]);
    for (int i = 0; root && root_fault(root, i); i++)
        printf("! %s: %s\n", root_fault(root, i)->path, root_fault(root, i)->why);
    pci_machine_free(&machine);
    root_close(root);
    if (error.code)
        fprintf(stderr, "%s: %s: %s\n", error_slug(error.code), error.message, error.next);
    return error_exit_status(error.code);
}
