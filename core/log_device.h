/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CORE_LOG_DEVICE_H
#define PASSTHRU_CORE_LOG_DEVICE_H

#include <stddef.h>
#include <stdint.h>

#include "core/tristate.h"

/* The devices that a log is about. An address is domain << 16 | bus << 8 | slot << 3 | function. */

enum { NO_ADDRESS = -1, LOG_ADDRESS_SIZE = 20, MAX_LOG_DEVICES = 256 };

/* What is known of a device; NULL and TRISTATE_UNKNOWN: nothing. */
struct log_device {
    int64_t address;
    const char *vendor; /* a word of CONDITION_VENDOR */
    const char *driver; /* likewise */
    const char *chip;
    enum tristate is_vf;
};

struct log_devices {
    struct log_device items[MAX_LOG_DEVICES];
    int count;
};

static inline int64_t log_slot(int64_t address)
{
    return address < 0 ? NO_ADDRESS : address >> 3;
}

/* What a plain line says of a device: the first PCI address in it (0000:01:00.0, 01:00.0, PCI:0000:01:00,
 * pci_0000_01_00_0; one without its function is that of function 0) or NO_ADDRESS, the vendor from the driver
 * or ID that it names, the driver where it stands before the address. Of a line of a PCI Express port it is
 * the address that follows, since that is what the line is about. */
struct log_device log_describe_line(const char *line, size_t length);

/* "0000:01:00.0"; returns `text`. */
const char *log_print_address(int64_t address, char text[LOG_ADDRESS_SIZE]);

/* Adds what is not known yet of this device. What has an address is kept by that; more than MAX_LOG_DEVICES
 * are not. */
void log_devices_add(struct log_devices *devices, const struct log_device *device);

/* What is known of the device in a slot, a function of it first; NULL: nothing. */
const struct log_device *log_devices_find(const struct log_devices *devices, int64_t address);

#endif
