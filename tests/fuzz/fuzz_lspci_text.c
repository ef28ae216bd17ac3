/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any text that people give to --lspci: probe/pci.h. What looks like a dump goes through libpci. */

#include "core/buffer.h"
#include "probe/pci.h"
#include "tests/fuzz/fuzz.h"

static void check_machine(const struct pci_machine *machine)
{
    require(machine->count <= MAX_PCI_DEVICES, "devices have their limit");
    for (int i = 0; i < machine->count; i++) {
        const struct pci_device *device = &machine->devices[i];
        int steps = 0;
        require(device->id.vendor != 0, "a device has an ID");
        require(pci_find(machine, &device->address) == device, "each address is there once, in its order");
        require(device->iommu_group >= IOMMU_GROUP_UNKNOWN, "a group is a number or a word");
        require(strlen(device->driver) < sizeof device->driver, "a driver's name ends");
        require(device->sriov_total >= -1 && device->sriov_total <= UINT16_MAX, "virtual functions are few");
        for (int k = i; k >= 0; k = machine->devices[k].parent)
            require(++steps <= machine->count, "whoever walks up comes to an end");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pci_machine machine;
    struct error error;
    struct memory_file memory = open_memory(data, size);
    if (pci_read_lspci(memory.path, &machine, &error) == ERROR_NONE) {
        require(machine.count > 0, "an answer has a device");
        check_machine(&machine);
    } else {
        require(is_rejection(&error), "a rejection says why");
    }
    pci_machine_free(&machine);
    close(memory.file);
    return 0;
}
