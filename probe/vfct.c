/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/vfct.h"

#include "probe/bytes.h"

enum {
    TABLE_HEADER_SIZE = 76, /* the ACPI header, a UUID, two offsets, 16 reserved bytes */
    IMAGES_OFFSET_AT = 52,  /* where the first image header is */
    LIBRARY_OFFSET_AT = 56, /* where images end and something else begins, which drivers ignore; 0: nowhere */
    IMAGE_HEADER_SIZE = 28, /* bus, device, function, four IDs, revision, length */
    IMAGE_VENDOR_AT = 12,   /* then the device ID, and the subsystem's two */
    IMAGE_LENGTH_AT = 24,   /* of what follows the header */
};

static bool is_for(const uint8_t *image, const struct pci_address *address, const struct pci_id *id)
{
    return read_32(image) == address->bus && read_32(image + 4) == address->slot &&
           read_32(image + 8) == address->function && read_16(image + IMAGE_VENDOR_AT) == id->vendor &&
           read_16(image + IMAGE_VENDOR_AT + 2) == id->device;
}

enum tristate vfct_find(const uint8_t *table, size_t length, const struct pci_address *address,
                        const struct pci_id *id, size_t *offset, size_t *image_length)
{
    if (length < TABLE_HEADER_SIZE)
        return TRISTATE_UNKNOWN;
    size_t at = read_32(table + IMAGES_OFFSET_AT);
    size_t library = read_32(table + LIBRARY_OFFSET_AT);
    if (at < TABLE_HEADER_SIZE || at > length)
        return TRISTATE_UNKNOWN;
    /* Each step goes forward, by a header at least. */
    while (at < length) {
        size_t content = at + IMAGE_HEADER_SIZE;
        size_t size = content <= length ? read_32(table + at + IMAGE_LENGTH_AT) : 0;
        if (content > length || size > length - content)
            return library >= TABLE_HEADER_SIZE && at >= library ? TRISTATE_NO : TRISTATE_UNKNOWN;
        if (size && is_for(table + at, address, id)) {
            *offset = content;
            *image_length = size;
            return TRISTATE_YES;
        }
        at = content + size;
    }
    return TRISTATE_NO;
}

bool vfct_is_damaged(const uint8_t *table, size_t length)
{
    static const struct pci_address anywhere = {0};
    static const struct pci_id nothing = {.vendor = 0xffff, .device = 0xffff};
    size_t offset;
    size_t size;
    return vfct_find(table, length, &anywhere, &nothing, &offset, &size) == TRISTATE_UNKNOWN;
}
