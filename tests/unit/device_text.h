/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_TESTS_UNIT_DEVICE_TEXT_H
#define PASSTHRU_TESTS_UNIT_DEVICE_TEXT_H

#include <inttypes.h>

#include "core/buffer.h"
#include "probe/pci.h"

/* Appends a line about a device, "0000:01:00.0 0302 10de:1d16:1028:08b0 a1", and after these only what is
 * known: of a BAR the address and the bytes, then i for I/O, w for 64 bits, p for prefetchable, r and the
 * resizable sizes. */
static inline void append_device(struct buffer *out, const struct pci_machine *machine,
                                 const struct pci_device *device)
{
    static const char signs[] = "?-+";
    char text[PCI_ID_TEXT_SIZE];
    char address[PCI_ADDRESS_TEXT_SIZE];
    buffer_append_format(out, "%s %02x%02x", pci_address_print(&device->address, address), device->base_class,
                         device->sub_class);
    if (device->interface)
        buffer_append_format(out, "/%02x", device->interface);
    buffer_append_format(out, " %s", pci_id_print(&device->id, text));
    if (device->id.has_revision)
        buffer_append_format(out, " %02x", device->id.revision);
    if (device->driver_known)
        buffer_append_format(out, " driver=%s", device->driver);
    if (device->iommu_group != IOMMU_GROUP_UNKNOWN)
        buffer_append_format(out, " group=%d", device->iommu_group);
    if (device->flr || device->pm_reset)
        buffer_append_format(out, " flr%c pm%c", signs[device->flr], signs[device->pm_reset]);
    if (device->sriov_total >= 0)
        buffer_append_format(out, " vf=%d/%d", device->sriov_total, device->sriov_enabled);
    if (device->is_bridge)
        buffer_append_format(out, " bridge=%02x-%02x", device->secondary_bus, device->subordinate_bus);
    if (device->parent >= 0)
        buffer_append_format(out, " below=%s",
                             pci_address_print(&machine->devices[device->parent].address, address));
    for (int i = 0; i <= PCI_BAR_COUNT; i++) {
        const struct pci_bar *bar = i < PCI_BAR_COUNT ? &device->bars[i] : &device->rom;
        if (bar->address || bar->size || bar->resizable)
            buffer_append_format(out, " %c=%" PRIx64 "+%" PRIx64 "%s%s%s", i < PCI_BAR_COUNT ? '0' + i : 'R',
                                 bar->address, bar->size, bar->is_io ? "i" : "", bar->is_64bit ? "w" : "",
                                 bar->is_prefetchable ? "p" : "");
        if (bar->resizable)
            buffer_append_format(out, "r%" PRIx64, bar->resizable);
    }
    buffer_append_byte(out, '\n');
}

#endif
