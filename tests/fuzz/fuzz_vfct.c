/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table VFCT from any firmware or recorded machine: probe/vfct.h. */

#include "probe/vfct.h"
#include "tests/fuzz/fuzz.h"

static uint16_t read_16(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] | bytes[1] << 8);
}

static enum tristate find(const uint8_t *data, size_t size, const struct pci_address *address,
                          const struct pci_id *id)
{
    size_t offset = SIZE_MAX;
    size_t length = SIZE_MAX;
    enum tristate result = vfct_find(data, size, address, id, &offset, &length);
    if (result == TRISTATE_YES) {
        require(length > 0 && offset <= size && length <= size - offset, "an image lies in the table");
        require(offset >= 28 && read_16(data + offset - 16) == id->vendor &&
                    read_16(data + offset - 14) == id->device && data[offset - 28] == address->bus,
                "an image is the device's");
    }
    return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pci_address address = {.bus = 1};
    struct pci_id id = {.vendor = 0x1002, .device = 0x6600};
    find(data, size, &address, &id);
    if (size >= 104) { /* whatever the first image says that it is for */
        address = (struct pci_address){.bus = data[76], .slot = data[80], .function = data[84]};
        id = (struct pci_id){.vendor = read_16(data + 88), .device = read_16(data + 90)};
        find(data, size, &address, &id);
    }
    return 0;
}
